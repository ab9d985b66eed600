"""Sets: different values without order."""
from ._arguments import either, keyword_only, options
from ._replies import as_bools
from .generic import Keyspace

__all__ = ['Set']


class Set(Keyspace):
    """Keys that hold sets of values, which must be hashable once they are decoded."""

    def sadd(self, name, values, *args):
        """Add one or several values and return how many are new. Sends SADD."""
        return self._queue(('SADD', self.redis_key(name)) + self._encode_all((values,) + args))

    add = sadd

    def srem(self, name, *values):
        """Remove values and return how many were there. Sends SREM."""
        return self._queue(('SREM', self.redis_key(name)) + self._encode_all(values))

    remove = srem

    def spop(self, name, count=None):
        """Remove a value at random and return the value, None for a missing key. Sends SPOP.

        With *count*, remove up to *count* values and return a list.
        """
        count = () if count is None else (count,)
        return self._queue(('SPOP', self.redis_key(name)) + count, self._decode_some)

    pop = spop

    def srandmember(self, name, number=None):
        """Return a value at random, None for a missing key. Sends SRANDMEMBER.

        With a positive *number*, a list of up to *number* different values; with a negative one, a
        list of exactly -*number* values, which may repeat.
        """
        number = () if number is None else (number,)
        return self._queue(('SRANDMEMBER', self.redis_key(name)) + number, self._decode_some)

    def smove(self, src, dst, value):
        """Move a value to another set; False if *src* does not have the value. Sends SMOVE."""
        return self._queue(('SMOVE',) + self._keys(src, dst) + (self._encode(value),), bool)

    def smembers(self, name):
        """Return all values as a set, an empty one for a missing key. Sends SMEMBERS."""
        return self._queue(('SMEMBERS', self.redis_key(name)), self._decode_set)

    def sismember(self, name, value):
        """Return True if the set has the value. Sends SISMEMBER."""
        return self._queue(('SISMEMBER', self.redis_key(name), self._encode(value)), bool)

    def smismember(self, name, values, *args):
        """Return a list with True for each value that the set has, else False. Sends SMISMEMBER (Redis 6.2)."""
        words = self._encode_all((values,) + args)
        return self._queue(('SMISMEMBER', self.redis_key(name)) + words, as_bools)

    def scard(self, name):
        """Count the values. Sends SCARD."""
        return self._queue(('SCARD', self.redis_key(name)))

    # Several sets.

    def sdiff(self, keys, *args):
        """Return the values of the first set that no other set has, as a set. Sends SDIFF."""
        return self._queue(('SDIFF',) + self._keys(keys, *args), self._decode_set)

    def sdiffstore(self, dest, *keys, **names):
        """Like :meth:`sdiff`, but store the values in *dest* and return how many. Sends SDIFFSTORE."""
        if names:
            keys = either('*keys', keys, 'keys', (keyword_only(names, keys=())['keys'],), ())
        return self._queue(('SDIFFSTORE', self.redis_key(dest)) + self._keys(*keys))

    def sinter(self, keys, *args):
        """Return the values that all sets have, as a set. Sends SINTER."""
        return self._queue(('SINTER',) + self._keys(keys, *args), self._decode_set)

    def sinterstore(self, dest, keys, *args):
        """Like :meth:`sinter`, but store the values in *dest* and return how many. Sends SINTERSTORE.
        """
        return self._queue(('SINTERSTORE', self.redis_key(dest)) + self._keys(keys, *args))

    def sintercard(self, numkeys, keys, limit=0):
        """Count the values that all sets have, up to *limit*; 0 is no limit.

        *numkeys* is the number of *keys*. Sends SINTERCARD (Redis 7).
        """
        words = (numkeys,) + self._keys(keys) + options(LIMIT=limit or None)
        return self._queue(('SINTERCARD',) + words)

    def sunion(self, keys, *args):
        """Return the values that any of the sets has, as a set. Sends SUNION."""
        return self._queue(('SUNION',) + self._keys(keys, *args), self._decode_set)

    def sunionstore(self, dest, keys, *args):
        """Like :meth:`sunion`, but store the values in *dest* and return how many. Sends SUNIONSTORE.
        """
        return self._queue(('SUNIONSTORE', self.redis_key(dest)) + self._keys(keys, *args))

    # Scanning.

    def sscan(self, name, cursor=0, match=None, count=None):
        """Return the next cursor, 0 at the end, and a list of values. Sends SSCAN.

        *match* is a pattern of stored values, *count* a hint how many values to look at.
        """
        words = (self.redis_key(name), cursor) + options(MATCH=match, COUNT=count)
        return self._queue(('SSCAN',) + words, self._decode_page)

    def sscan_iter(self, name, match=None, count=None):
        """Iterate over the values, in several round trips; see :meth:`sscan`.

        A keyspace that has a pipe raises InvalidOperation.
        """
        return self._iterate(self.sscan, name, match=match, count=count)

    def _decode_set(self, reply):
        return set(self._decode_all(reply))
