"""Lists: values in order, added and taken at both ends."""
from ._arguments import MISSING, ONE, Missing, either, keyword_only, options
from .generic import Keyspace

__all__ = ['List']


class List(Keyspace):
    """Keys that hold lists of values; positions count from 0, negative positions from the end."""

    # The left end.

    def lpush(self, name, *values):
        """Put values in front, one after the other, and return the length. Sends LPUSH.

        The last of the *values* is the first of the list then.
        """
        return self._queue(('LPUSH', self.redis_key(name)) + self._encode_all(values))

    unshift = lpush

    def lpushx(self, name, *values):
        """Like :meth:`lpush`, but only to a list that exists; 0 if the key is missing. Sends LPUSHX."""
        return self._queue(('LPUSHX', self.redis_key(name)) + self._encode_all(values))

    def lpop(self, name, count=None):
        """Remove the first value and return it, None for a missing key. Sends LPOP.

        With *count*, remove up to *count* values and return a list (Redis 6.2).
        """
        count = () if count is None else (count,)
        return self._queue(('LPOP', self.redis_key(name)) + count, self._decode_some)

    shift = lpop

    def blpop(self, keys, timeout=0):
        """Remove the first value of the first list that has a value; return (name, value).

        If all lists are empty, the server waits up to *timeout* seconds, without a limit if that
        is 0, and then replies None. All commands queued behind this one wait as well. Sends BLPOP.
        """
        return self._queue(('BLPOP',) + self._keys(keys) + (timeout or 0,), self._named_value)

    # The right end.

    def rpush(self, name, *values):
        """Put values at the end and return the length. Sends RPUSH."""
        return self._queue(('RPUSH', self.redis_key(name)) + self._encode_all(values))

    append = push = rpush

    def rpushx(self, name, *values):
        """Like :meth:`rpush`, but only to a list that exists; 0 if the key is missing. Sends RPUSHX."""
        return self._queue(('RPUSHX', self.redis_key(name)) + self._encode_all(values))

    def rpop(self, name, count=None):
        """Like :meth:`lpop`, but remove the last value. Sends RPOP."""
        count = () if count is None else (count,)
        return self._queue(('RPOP', self.redis_key(name)) + count, self._decode_some)

    pop = rpop

    def brpop(self, keys, timeout=0):
        """Like :meth:`blpop`, but remove the last value. Sends BRPOP.
        """
        return self._queue(('BRPOP',) + self._keys(keys) + (timeout or 0,), self._named_value)

    # From list to list.

    def rpoplpush(self, src, dst):
        """Move the last value of *src* to the front of *dst*, and return the value, None if *src* is missing.

        Sends RPOPLPUSH.
        """
        return self._queue(('RPOPLPUSH',) + self._keys(src, dst), self._decode)

    def brpoplpush(self, src, dst, timeout=0):
        """Like :meth:`rpoplpush`, but wait as :meth:`blpop` does. Sends BRPOPLPUSH."""
        return self._queue(('BRPOPLPUSH',) + self._keys(src, dst) + (timeout or 0,), self._decode)

    def lmove(self, first_list, second_list, src='LEFT', dest='RIGHT'):
        """Move a value from one list to another, and return the value, None if *first_list* is missing.

        *src* and *dest* are the ends, ``'LEFT'`` or ``'RIGHT'``. Sends LMOVE (Redis 6.2).
        """
        words = self._keys(first_list, second_list) + (src, dest)
        return self._queue(('LMOVE',) + words, self._decode)

    def blmove(self, first_list, second_list, timeout, src='LEFT', dest='RIGHT'):
        """Like :meth:`lmove`, but wait as :meth:`blpop` does. Sends BLMOVE (Redis 6.2)."""
        words = self._keys(first_list, second_list) + (src, dest, timeout)
        return self._queue(('BLMOVE',) + words, self._decode)

    def lmpop(self, num_keys, *keys, **given):
        """Remove values of the first list that has a value; return (name, values), None if all are empty.

        - *num_keys*: the number of *keys*.
        - *direction*: the end, ``'LEFT'`` or ``'RIGHT'``.
        - *count*: the most values to remove.

        Sends LMPOP (Redis 7).
        """
        given = keyword_only(given, direction='LEFT', count=1)
        words = (num_keys,) + self._keys(*keys) + (given['direction'], 'COUNT', given['count'])
        return self._queue(('LMPOP',) + words, self._named_values)

    def blmpop(self, timeout, numkeys, *keys, **given):
        """Like :meth:`lmpop`, but wait as :meth:`blpop` does. Sends BLMPOP (Redis 7)."""
        given = keyword_only(given, direction='LEFT', count=1)
        words = (timeout, numkeys) + self._keys(*keys)
        words += (given['direction'], 'COUNT', given['count'])
        return self._queue(('BLMPOP',) + words, self._named_values)

    # The values in between.

    def llen(self, name):
        """Count the values. Sends LLEN."""
        return self._queue(('LLEN', self.redis_key(name)))

    def lindex(self, name, idx=Missing('idx'), index=None):
        """Return the value at position *idx*, None beyond the ends. Sends LINDEX."""
        if index is not None:
            idx = either('idx', idx, 'index', index)
        return self._queue(('LINDEX', self.redis_key(name), idx), self._decode)

    def lrange(self, name, start, stop=Missing('stop'), end=None):
        """Return the values from *start* to *stop*, both included, as a list. Sends LRANGE."""
        if end is not None:
            stop = either('stop', stop, 'end', end)
        return self._queue(('LRANGE', self.redis_key(name), start, stop), self._decode_all)

    def lpos(self, name, value, rank=None, count=None, maxlen=None):
        """Return the position of a value, None if the list does not have it. Sends LPOS (Redis 6.0.6).

        - *rank*: which match to return: 1 the first, 2 the second, -1 the last.
        - *count*: return a list of up to *count* positions; 0 is all.
        - *maxlen*: the most values to compare.
        """
        words = options(RANK=rank, COUNT=count, MAXLEN=maxlen)
        return self._queue(('LPOS', self.redis_key(name), self._encode(value)) + words)

    def lset(self, name, idx=Missing('idx'), value=Missing('value'), index=None):
        """Replace the value at position *idx*; True. Sends LSET."""
        if index is not None:
            idx = either('idx', idx, 'index', index)
        return self._queue(('LSET', self.redis_key(name), idx, self._encode(value)))

    def linsert(self, name, where, refvalue, value):
        """Insert a value ``'BEFORE'`` or ``'AFTER'`` *refvalue*, and return the length.

        The result is -1 if the list does not have *refvalue*, 0 if the key is missing. Sends LINSERT.
        """
        words = where, self._encode(refvalue), self._encode(value)
        return self._queue(('LINSERT', self.redis_key(name)) + words)

    def lrem(self, name, value, num=ONE, count=MISSING):
        """Mind the order: *value*, then *num*, where redis-py has the number first.

        Remove the first *num* values that equal *value*, and return how many were removed. A
        negative *num* counts from the end, 0 is all. Sends LREM.
        """
        if count is not MISSING:
            num = either('num', num, 'count', count, ONE)
        elif num is ONE:
            num = 1
        return self._queue(('LREM', self.redis_key(name), num, self._encode(value)))

    remove = lrem

    def ltrim(self, name, start, end):
        """Keep the values from *start* to *end*, both included; True. Sends LTRIM."""
        return self._queue(('LTRIM', self.redis_key(name), start, end))

    trim = ltrim
