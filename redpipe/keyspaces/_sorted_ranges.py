"""The ranges of sorted sets: by rank, by score, by the order of the values."""
from functools import partial

from ._arguments import Missing, either, exclusive, flags, limit, needs
from ._replies import as_float, reply_pairs
from .generic import Keyspace


class Ranges(Keyspace):
    """Ranges of sorted sets.

    Both ends of a range are included, unless a sign says otherwise:

    - A rank counts from 0, a negative rank from the end.
    - A bound of scores is a number, ``'-inf'`` or ``'+inf'``; ``'(1.5'`` leaves 1.5 out.
    - A bound of values is ``'[a'``, ``'-'`` for the first or ``'+'`` for the last; ``'(a'`` leaves a out.
      Such bounds make sense if all scores are equal.
    """

    def zrange(self, name, start, end, desc=False, withscores=False, score_cast_func=float,
               byscore=False, bylex=False, offset=None, num=None):
        """Return the values from rank *start* to rank *end*, as a list. Sends ZRANGE.

        - *desc*: the highest score first.
        - *withscores*: return a list of (value, score).
        - *score_cast_func*: a function that is called with each score, a float.
        - *byscore*, *bylex*: *start* and *end* are bounds of scores, or of values; with *desc*, *start* is the
          higher bound (Redis 6.2).
        - *offset*, *num*: with *byscore* or *bylex*, skip *offset* values and return up to *num*.
        """
        exclusive(withscores=withscores, bylex=bylex)
        words = _kind(byscore, bylex, desc, offset, num)
        if desc and not (byscore or bylex):
            return self.zrevrange(name, start, end, withscores, score_cast_func)
        return self._range('ZRANGE', name, start, end, words, withscores, score_cast_func)

    def zrevrange(self, name, start, end, withscores=False, score_cast_func=float):
        """Like :meth:`zrange`, but the highest score first. Sends ZREVRANGE."""
        return self._range('ZREVRANGE', name, start, end, (), withscores, score_cast_func)

    def zrangebyscore(self, name, min, max, start=None, num=None, withscores=False,
                      score_cast_func=float):
        """Return the values with scores from *min* to *max*, as a list. Sends ZRANGEBYSCORE.

        *start* and *num*: skip *start* values and return up to *num*; together. *withscores* and
        *score_cast_func* are those of :meth:`zrange`.
        """
        words = limit(start, num)
        return self._range('ZRANGEBYSCORE', name, min, max, words, withscores, score_cast_func)

    def zrevrangebyscore(self, name, max, min, start=None, num=None, withscores=False,
                         score_cast_func=float):
        """Like :meth:`zrangebyscore`, but the highest score first, and *max* before *min*. Sends ZREVRANGEBYSCORE."""
        words = limit(start, num)
        return self._range('ZREVRANGEBYSCORE', name, max, min, words, withscores, score_cast_func)

    def zrangebylex(self, name, min, max, start=None, num=None):
        """Return the values from *min* to *max* in the order of their bytes, as a list. Sends ZRANGEBYLEX.

        *start* and *num*: skip *start* values and return up to *num*; together.
        """
        return self._range('ZRANGEBYLEX', name, min, max, limit(start, num))

    def zrevrangebylex(self, name, max, min, start=None, num=None):
        """Like :meth:`zrangebylex`, but the highest value first, and *max* before *min*. Sends ZREVRANGEBYLEX."""
        return self._range('ZREVRANGEBYLEX', name, max, min, limit(start, num))

    def zrangestore(self, dest, name, start, end, byscore=False, bylex=False, desc=False,
                    offset=None, num=None):
        """Like :meth:`zrange`, but store the values with their scores in *dest*, and return how many.

        Sends ZRANGESTORE (Redis 6.2).
        """
        words = _kind(byscore, bylex, desc, offset, num)
        return self._queue(('ZRANGESTORE',) + self._keys(dest, name) + (start, end) + words)

    def zremrangebyrank(self, name, start=Missing('start'), stop=Missing('stop'), min=None,
                        max=None):
        """Remove the values from rank *start* to rank *stop*, and return how many.

        Sends ZREMRANGEBYRANK.
        """
        if min is not None:
            start = either('start', start, 'min', min)
        if max is not None:
            stop = either('stop', stop, 'max', max)
        return self._queue(('ZREMRANGEBYRANK', self.redis_key(name), start, stop))

    def zremrangebyscore(self, name, min_value=Missing('min_value'), max_value=Missing('max_value'),
                         min=None, max=None):
        """Remove the values with scores from *min_value* to *max_value*, and return how many.

        Sends ZREMRANGEBYSCORE.
        """
        if min is not None:
            min_value = either('min_value', min_value, 'min', min)
        if max is not None:
            max_value = either('max_value', max_value, 'max', max)
        return self._queue(('ZREMRANGEBYSCORE', self.redis_key(name), min_value, max_value))

    def zremrangebylex(self, name, min, max):
        """Remove the values from *min* to *max* in the order of their bytes, and return how many.

        Sends ZREMRANGEBYLEX.
        """
        return self._queue(('ZREMRANGEBYLEX', self.redis_key(name), min, max))

    def zcount(self, name, min, max):
        """Count the values with scores from *min* to *max*. Sends ZCOUNT."""
        return self._queue(('ZCOUNT', self.redis_key(name), min, max))

    def zlexcount(self, name, min, max):
        """Count the values from *min* to *max* in the order of their bytes. Sends ZLEXCOUNT."""
        return self._queue(('ZLEXCOUNT', self.redis_key(name), min, max))

    def _range(self, command, name, start, end, words, withscores=False, cast=float):
        words = (command, self.redis_key(name), start, end) + words
        if withscores:
            words += ('WITHSCORES',)
        return self._queue(words, self._value_decoder(withscores, cast))

    # Decoders.

    def _value_decoder(self, withscores, cast=float):
        """Return the decoder of values, or of values and scores."""
        if not withscores:
            return self._decode_all
        return self._decode_scored if cast is float else partial(self._decode_scored, cast=cast)

    def _decode_scored(self, reply, cast=float):
        decode = self._value_field().decode
        return [(decode(value), cast(float(score))) for value, score in reply_pairs(reply)]

    def _decode_ranked(self, reply, cast=float):
        return None if reply is None else [reply[0], cast(as_float(reply[1]))]


def _kind(byscore, bylex, desc, offset, num):
    """Return the words for the kind of a range's bounds."""
    exclusive(byscore=byscore, bylex=bylex)
    words = limit(offset, num, 'offset')
    needs('offset and num', words, 'byscore or bylex', byscore or bylex)
    return flags(BYSCORE=byscore, BYLEX=bylex, REV=desc) + words
