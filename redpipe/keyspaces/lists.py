"""Lists: values in order, added and taken at both ends."""
from ._arguments import MISSING, ONE, Missing, either, keyword_only, options
from .generic import Keyspace

__all__ = ['List']


class List(Keyspace):
    """Keys that hold lists of values; positions count from 0, negative ones from the end."""

    # The left end.

    def lpush(self, name, *values):
        """Put values in front, one after the other, so the last is first; return the length.

        Sends LPUSH.
        """
        return self._queue(('LPUSH', self.redis_key(name)) + self._encode_all(values))

    unshift = lpush

    def lpushx(self, name, *values):
        """Do as :meth:`lpush`, but not to a missing key: then 0. Sends LPUSHX."""
        return self._queue(('LPUSHX', self.redis_key(name)) + self._encode_all(values))

    def lpop(self, name, count=None):
        """Remove the first value and return it, None for a missing key. Sends LPOP.

        With *count*, a list of so many (Redis 6.2).
        """
        count = () if count is None else (count,)
        return self._queue(('LPOP', self.redis_key(name)) + count, self._decode_some)

    shift = lpop

    def blpop(self, keys, timeout=0):
        """Remove the first value of the first list that has one; return (name, value).

        Waits for one up to *timeout* seconds, 0 being for ever, then returns None. All
        that is queued behind it waits as well. Sends BLPOP.
        """
        return self._queue(('BLPOP',) + self._keys(keys) + (timeout or 0,), self._named_value)

    # The right end.

    def rpush(self, name, *values):
        """Put values at the end and return the length. Sends RPUSH."""
        return self._queue(('RPUSH', self.redis_key(name)) + self._encode_all(values))

    append = push = rpush

    def rpushx(self, name, *values):
        """Do as :meth:`rpush`, but not to a missing key: then 0. Sends RPUSHX."""
        return self._queue(('RPUSHX', self.redis_key(name)) + self._encode_all(values))

    def rpop(self, name, count=None):
        """Remove the last value and return it; else as :meth:`lpop`. Sends RPOP."""
        count = () if count is None else (count,)
        return self._queue(('RPOP', self.redis_key(name)) + count, self._decode_some)

    pop = rpop

    def brpop(self, keys, timeout=0):
        """Remove the last value of the first list that has one; else as :meth:`blpop`.

        Sends BRPOP.
        """
        return self._queue(('BRPOP',) + self._keys(keys) + (timeout or 0,), self._named_value)

    # From list to list.

    def rpoplpush(self, src, dst):
        """Move the last value of *src* to the front of *dst*, and return it, or None.

        Sends RPOPLPUSH.
        """
        return self._queue(('RPOPLPUSH',) + self._keys(src, dst), self._decode)

    def brpoplpush(self, src, dst, timeout=0):
        """Do as :meth:`rpoplpush`, and wait as :meth:`blpop`. Sends BRPOPLPUSH."""
        return self._queue(('BRPOPLPUSH',) + self._keys(src, dst) + (timeout or 0,), self._decode)

    def lmove(self, first_list, second_list, src='LEFT', dest='RIGHT'):
        """Move a value from one end to another, and return it, or None.

        Sends LMOVE (Redis 6.2).
        """
        words = self._keys(first_list, second_list) + (src, dest)
        return self._queue(('LMOVE',) + words, self._decode)

    def blmove(self, first_list, second_list, timeout, src='LEFT', dest='RIGHT'):
        """Do as :meth:`lmove`, and wait as :meth:`blpop`. Sends BLMOVE (Redis 6.2)."""
        words = self._keys(first_list, second_list) + (src, dest, timeout)
        return self._queue(('BLMOVE',) + words, self._decode)

    def lmpop(self, num_keys, *keys, **given):
        """Remove values of the first of the lists that has any; return (name, values).

        *direction* is ``'LEFT'`` or ``'RIGHT'``, *count* how many at most. None if all
        are empty. Sends LMPOP (Redis 7).
        """
        given = keyword_only(given, direction='LEFT', count=1)
        words = (num_keys,) + self._keys(*keys) + (given['direction'], 'COUNT', given['count'])
        return self._queue(('LMPOP',) + words, self._named_values)

    def blmpop(self, timeout, numkeys, *keys, **given):
        """Do as :meth:`lmpop`, and wait as :meth:`blpop`. Sends BLMPOP (Redis 7)."""
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
        """Return the position of a value, or None. Sends LPOS (Redis 6.0.6).

        *rank* 2 is where it comes second, -1 where it comes last. With *count*, a list of
        so many positions, 0 being all. *maxlen* is how many values are compared.
        """
        words = options(RANK=rank, COUNT=count, MAXLEN=maxlen)
        return self._queue(('LPOS', self.redis_key(name), self._encode(value)) + words)

    def lset(self, name, idx=Missing('idx'), value=Missing('value'), index=None):
        """Replace the value at position *idx*; True. Sends LSET."""
        if index is not None:
            idx = either('idx', idx, 'index', index)
        return self._queue(('LSET', self.redis_key(name), idx, self._encode(value)))

    def linsert(self, name, where, refvalue, value):
        """Insert a value ``'BEFORE'`` or ``'AFTER'`` another; return the length.

        That is -1 if there is no *refvalue*. Sends LINSERT.
        """
        words = where, self._encode(refvalue), self._encode(value)
        return self._queue(('LINSERT', self.redis_key(name)) + words)

    def lrem(self, name, value, num=ONE, count=MISSING):
        """Mind the order: *value*, then *num*, where redis-py has the number first.

        Remove a value the first *num* times it comes, and return how many that were. A
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
