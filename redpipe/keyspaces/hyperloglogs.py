"""HyperLogLogs, which estimate how many different values were added."""
from .generic import Keyspace

__all__ = ['HyperLogLog']


class HyperLogLog(Keyspace):
    """Keys that count different values in 12 kilobytes, with an error of about one per cent."""

    def pfadd(self, name, *values):
        """Add values; 1 if the estimate changed, otherwise 0. Sends PFADD."""
        return self._queue(('PFADD', self.redis_key(name)) + self._encode_all(values))

    def pfcount(self, name, *names):
        """Estimate how many different values were added to one key, or to several together. Sends PFCOUNT."""
        return self._queue(('PFCOUNT',) + self._keys(name, *names))

    def pfmerge(self, dest, *sources):
        """Add the values of all *sources* to *dest*; True. Sends PFMERGE."""
        return self._queue(('PFMERGE', self.redis_key(dest)) + (self._keys(*sources) if sources else ()))

    def pfdebug(self, name, subcommand='ENCODING'):
        """Return the inside of a key, for people who work on Redis. Sends PFDEBUG.

        *subcommand* is ``'ENCODING'``, ``'GETREG'``, ``'DECODE'`` or ``'TODENSE'``. The reply is
        not decoded.
        """
        return self._queue(('PFDEBUG ' + subcommand.upper(), self.redis_key(name)))
