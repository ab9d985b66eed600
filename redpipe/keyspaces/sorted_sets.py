"""Sorted sets: different values in the order of their scores."""
from functools import partial

from ..exceptions import InvalidOperation
from ..futures import plain
from ._arguments import (
    MISSING,
    ONE,
    Missing,
    as_list,
    as_score,
    conditions,
    either,
    exclusive,
    flags,
    keyword_only,
    mapping_pairs,
    needs,
    options,
    with_count,
    without_callback,
)
from ._replies import as_float, as_floats
from ._sorted_ranges import Ranges

__all__ = ['SortedSet']


class SortedSet(Ranges):
    """Keys that hold sorted sets: values with scores, which are floats.

    Both ends of a range are included, unless a sign says otherwise:

    - A rank counts from 0, a negative rank from the end.
    - A bound of scores is a number, ``'-inf'`` or ``'+inf'``; ``'(1.5'`` leaves 1.5 out.
    - A bound of values is ``'[a'``, ``'-'`` for the first or ``'+'`` for the last; ``'(a'`` leaves a out.
      Such bounds make sense if all scores are equal.
    """

    def zadd(self, name, members=Missing('members'), score=1, nx=False, xx=False, ch=False,
             incr=False, gt=False, lt=False, mapping=None):
        """Give values a score, and return how many values are new. Sends ZADD.

        - *members*: one value, or a list of values that all get *score*, or a mapping of values to scores.
        - *nx*: only add new values.
        - *xx*: only change the scores of values that exist.
        - *gt*, *lt*: only change a score to a higher one, or to a lower one (Redis 6.2).
        - *ch*: return how many values were added or changed.
        - *incr*: add *score* to the score of the one value, and return the sum, None if a condition does not hold.
        """
        if mapping is not None:
            members = either('members', members, 'mapping', mapping)
        words = self._scores(members, score)
        if nx or xx or ch or incr or gt or lt:
            if incr and len(words) > 2:
                raise InvalidOperation('incr adds to the score of one value; %d were given' % (len(words) // 2))
            words = conditions(nx, xx, gt, lt) + flags(CH=ch, INCR=incr) + words
        if incr:
            return self._queue((without_callback('ZADD'), self.redis_key(name)) + words, as_float)
        return self._queue(('ZADD', self.redis_key(name)) + words)

    add = zadd

    def _scores(self, members, score):
        """Return the words for *members*, each after its score."""
        words = []
        if hasattr(members, 'items'):
            if plain(score) != 1:
                raise InvalidOperation('a mapping has the score of each value; give score only with values alone')
            for member, score in mapping_pairs(members):
                words += as_score(score), self._encode(member)
        else:
            score = as_score(score)
            for member in as_list((members,)):
                words += score, self._encode(member)
        return tuple(words)

    def zincrby(self, name, member=Missing('member'), increment=ONE, value=None, amount=MISSING):
        """Mind the order: *member*, then *increment*, where redis-py has the amount first.

        Add *increment* to the score of a value, and return the sum; a new value counts as 0. Sends ZINCRBY.
        """
        if value is not None:
            member = either('member', member, 'value', value)
        if amount is not MISSING:
            increment = either('increment', increment, 'amount', amount, ONE)
        elif increment is ONE:
            increment = 1
        words = self.redis_key(name), as_score(increment), self._encode(member)
        return self._queue(('ZINCRBY',) + words, as_float)

    incr_by = zincrby

    def zrem(self, name, *values):
        """Remove values and return how many were there. Sends ZREM."""
        return self._queue(('ZREM', self.redis_key(name)) + self._encode_all(values))

    remove = zrem

    def zcard(self, name):
        """Count the values. Sends ZCARD."""
        return self._queue(('ZCARD', self.redis_key(name)))

    def zscore(self, name, elem=Missing('elem'), value=None):
        """Return the score of a value, None if the value is missing. Sends ZSCORE."""
        if value is not None:
            elem = either('elem', elem, 'value', value)
        return self._queue(('ZSCORE', self.redis_key(name), self._encode(elem)), as_float)

    score = zscore

    def zmscore(self, name=Missing('name'), members=Missing('members'), *args, **names):
        """Return the scores of several values in their order, None for a missing value. Sends ZMSCORE (Redis 6.2)."""
        if names:
            name = either('name', name, 'key', keyword_only(names, key=None)['key'])
        words = self._encode_all((members,) + args)
        return self._queue(('ZMSCORE', self.redis_key(name)) + words, as_floats)

    def zrank(self, name, elem=Missing('elem'), withscore=False, score_cast_func=float,
              value=None):
        """Return the rank of a value, 0 for the lowest score, None if the value is missing.

        With *withscore*, a list of the rank and the score (Redis 7.2). Sends ZRANK.
        """
        if value is not None:
            elem = either('elem', elem, 'value', value)
        return self._rank('ZRANK', name, elem, withscore, score_cast_func)

    rank = zrank

    def zrevrank(self, name, member=Missing('member'), withscore=False, score_cast_func=float,
                 value=None):
        """Like :meth:`zrank`, but 0 is the rank of the highest score. Sends ZREVRANK.
        """
        if value is not None:
            member = either('member', member, 'value', value)
        return self._rank('ZREVRANK', name, member, withscore, score_cast_func)

    revrank = zrevrank

    def _rank(self, command, name, member, withscore, cast):
        words = self.redis_key(name), self._encode(member)
        if not withscore:
            return self._queue((command,) + words)
        words = (without_callback(command),) + words + ('WITHSCORE',)
        return self._queue(words, partial(self._decode_ranked, cast=cast))

    def zrandmember(self, name=Missing('name'), count=None, withscores=False, key=None):
        """Return a value at random, None for a missing key. Sends ZRANDMEMBER (Redis 6.2).

        With a positive *count*, a list of up to *count* different values; with a negative one, a
        list of exactly -*count* values, which may repeat. Then *withscores* makes it a list of
        (value, score).
        """
        if key is not None:
            name = either('name', name, 'key', key)
        needs('withscores', withscores, 'count', count is not None)
        words = () if count is None else (count,) + flags(WITHSCORES=withscores)
        decode = self._decode if count is None else self._value_decoder(withscores)
        return self._queue(('ZRANDMEMBER', self.redis_key(name)) + words, decode)

    # Removing the lowest and the highest.

    def zpopmin(self, name, count=None):
        """Remove the value of the lowest score, or up to *count* values, lowest first.

        The result is a list of (value, score). Sends ZPOPMIN (Redis 5).
        """
        count = () if count is None else (count,)
        return self._queue(('ZPOPMIN', self.redis_key(name)) + count, self._decode_scored)

    def zpopmax(self, name, count=None):
        """Like :meth:`zpopmin`, but remove the highest scores, highest first. Sends ZPOPMAX (Redis 5)."""
        count = () if count is None else (count,)
        return self._queue(('ZPOPMAX', self.redis_key(name)) + count, self._decode_scored)

    def bzpopmin(self, keys, timeout=0):
        """Remove the value of the lowest score from the first set that has a value.

        The result is (name, value, score). If all sets are empty, the server waits up to *timeout* seconds,
        without a limit if that is 0, and then replies None. All commands queued behind this one
        wait as well. Sends BZPOPMIN (Redis 5).
        """
        return self._queue(('BZPOPMIN',) + self._keys(keys) + (timeout or 0,), self._named_score)

    def bzpopmax(self, keys, timeout=0):
        """Like :meth:`bzpopmin`, but remove the highest score. Sends BZPOPMAX (Redis 5)."""
        return self._queue(('BZPOPMAX',) + self._keys(keys) + (timeout or 0,), self._named_score)

    def zmpop(self, num_keys, keys, min=False, max=False, count=1):
        """Remove values of the first set that has a value; return (name, [(value, score)]), None if all are empty.

        - *num_keys*: the number of *keys*.
        - *min*, *max*: remove the lowest scores, or the highest; one of them.
        - *count*: the most values to remove.

        Sends ZMPOP (Redis 7).
        """
        words = (num_keys,) + self._keys(keys) + _end(min, max) + ('COUNT', count)
        return self._queue(('ZMPOP',) + words, self._named_scores)

    def bzmpop(self, timeout, numkeys, keys, min=False, max=False, count=1):
        """Like :meth:`zmpop`, but wait as :meth:`bzpopmin` does. Sends BZMPOP (Redis 7)."""
        words = (numkeys,) + self._keys(keys) + _end(min, max) + ('COUNT', count)
        return self._queue(('BZMPOP', timeout) + words, self._named_scores)

    # Several sorted sets.

    def zunionstore(self, dest, keys, aggregate=None):
        """Store the values that any of the sets has in *dest*, and return how many. Sends ZUNIONSTORE.

        - *keys*: a list, or a mapping of keys to the numbers that their scores are multiplied by.
        - *aggregate*: the score of a value that several sets have: ``'SUM'``, the default, ``'MIN'`` or ``'MAX'``.
        """
        return self._queue(('ZUNIONSTORE', self.redis_key(dest)) + self._combined(keys, aggregate))

    def zinterstore(self, dest, keys, aggregate=None):
        """Like :meth:`zunionstore`, but with the values that all sets have. Sends ZINTERSTORE.
        """
        return self._queue(('ZINTERSTORE', self.redis_key(dest)) + self._combined(keys, aggregate))

    def zdiffstore(self, dest, keys, *args):
        """Store the values of the first set that no other set has in *dest*; return how many.

        Sends ZDIFFSTORE (Redis 6.2).
        """
        words = with_count(self._keys(keys, *args))
        return self._queue(('ZDIFFSTORE', self.redis_key(dest)) + words)

    def zunion(self, keys, aggregate=None, withscores=False, score_cast_func=float):
        """Return the values that any of the sets has, as a list. Sends ZUNION (Redis 6.2).

        *keys* and *aggregate* are those of :meth:`zunionstore`, *withscores* and *score_cast_func* those
        of :meth:`zrange`.
        """
        words = self._combined(keys, aggregate) + flags(WITHSCORES=withscores)
        return self._queue(('ZUNION',) + words, self._value_decoder(withscores, score_cast_func))

    def zinter(self, keys, aggregate=None, withscores=False, score_cast_func=float):
        """Like :meth:`zunion`, but with the values that all sets have. Sends ZINTER (Redis 6.2).
        """
        words = self._combined(keys, aggregate) + flags(WITHSCORES=withscores)
        return self._queue(('ZINTER',) + words, self._value_decoder(withscores, score_cast_func))

    def zdiff(self, keys, withscores=False, score_cast_func=float):
        """Return the values of the first set that no other set has, as a list. Sends ZDIFF (Redis 6.2).

        *withscores* and *score_cast_func* are those of :meth:`zrange`.
        """
        words = with_count(self._keys(keys)) + flags(WITHSCORES=withscores)
        return self._queue(('ZDIFF',) + words, self._value_decoder(withscores, score_cast_func))

    def zintercard(self, numkeys, keys, limit=0):
        """Count the values that all sets have, up to *limit*; 0 is no limit.

        *numkeys* is the number of *keys*. Sends ZINTERCARD (Redis 7).
        """
        words = (numkeys,) + self._keys(keys) + options(LIMIT=limit or None)
        return self._queue(('ZINTERCARD',) + words)

    def _combined(self, keys, aggregate):
        weights = ()
        if hasattr(keys, 'items'):
            keys, weights = zip(*mapping_pairs(keys))
            weights = ('WEIGHTS',) + tuple([as_score(weight) for weight in weights])
        return with_count(self._keys(keys)) + weights + options(AGGREGATE=aggregate)

    # Scanning.

    def zscan(self, name, cursor=0, match=None, count=None, score_cast_func=float):
        """Return the next cursor, 0 at the end, and a list of (value, score). Sends ZSCAN.

        *match* is a pattern of stored values, *count* a hint how many values to look at.
        """
        words = (self.redis_key(name), cursor) + options(MATCH=match, COUNT=count)
        return self._queue(('ZSCAN',) + words, partial(self._decode_scan, cast=score_cast_func))

    def zscan_iter(self, name, match=None, count=None, score_cast_func=float):
        """Iterate over (value, score), in several round trips; see :meth:`zscan`.

        A keyspace that has a pipe raises InvalidOperation.
        """
        return self._iterate(self.zscan, name, match=match, count=count,
                             score_cast_func=score_cast_func)

    # Decoders.

    def _decode_scan(self, reply, cast):
        return int(reply[0]), self._decode_scored(reply[1], cast)

    def _named_score(self, reply):
        if reply is None:
            return None
        return self._name(reply[0]), self._decode(reply[1]), float(reply[2])

    def _named_scores(self, reply):
        return None if reply is None else (self._name(reply[0]), self._decode_scored(reply[1]))


def _end(min, max):
    """Return the word for the end of a sorted set from which values are removed."""
    exclusive(min=min, max=max)
    if not (min or max):
        raise InvalidOperation('give min=True to take the lowest values, or max=True to take the highest')
    return flags(MIN=min, MAX=max)
