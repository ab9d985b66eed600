"""HyperLogLogs, which estimate how many different values they have seen."""
from .generic import Keyspace

__all__ = ['HyperLogLog']


class HyperLogLog(Keyspace):
    """Keys that count different values in 12 kilobytes, within about one per cent."""

    def pfadd(self, name, *values):
        """Count values; 1 if that changed the estimate, otherwise 0. Sends PFADD."""
        return self._queue(('PFADD', self.redis_key(name)) + self._encode_all(values))

    def pfcount(self, name, *names):
        """Estimate how many different values there are in one key or several. Sends PFCOUNT."""
        return self._queue(('PFCOUNT',) + self._keys(name, *names))

    def pfmerge(self, dest, *sources):
        """Let *dest* count what it and all *sources* have counted; True. Sends PFMERGE."""
        return self._queue(('PFMERGE', self.redis_key(dest)) + (self._keys(*sources) if sources else ()))

    def pfdebug(self, name, subcommand='ENCODING'):
        """Show the inside of a key, for those who work on Redis. Sends PFDEBUG.

        *subcommand* is ``'ENCODING'``, ``'GETREG'``, ``'DECODE'`` or ``'TODENSE'``; the
        reply is the server's.
        """
        return self._queue(('PFDEBUG ' + subcommand.upper(), self.redis_key(name)))
