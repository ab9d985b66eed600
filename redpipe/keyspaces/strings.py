"""Strings, which hold one value each, and the bits in them."""
from ._arguments import (
    Missing,
    either,
    exclusive,
    expiry,
    flags,
    in_milliseconds,
    in_seconds,
    mapping_pairs,
    needs,
    options,
    without_callback,
)
from ._replies import text_dict
from .generic import Keyspace

__all__ = ['String']


class String(Keyspace):
    """Keys that hold one value each, coded by ``valueparse``.

    ``strings[key]`` is ``strings.get(key)``, a Future; ``strings[key] = value`` sets it.
    """

    def get(self, name):
        """Return the value, None for a missing key. Sends GET."""
        return self._queue(('GET', self.redis_key(name)), self._decode)

    def mget(self, keys, *args):
        """Return the values of several keys in their order, None where one is missing.

        Sends MGET.
        """
        return self._queue(('MGET',) + self._keys(keys, *args), self._decode_all)

    def set(self, name, value, ex=None, px=None, nx=False, xx=False, keepttl=False, get=False,
            exat=None, pxat=None, ifeq=None, ifne=None, ifdeq=None, ifdne=None):
        """Set the value and return True, or None if a condition did not hold. Sends SET.

        It expires after *ex* seconds or *px* milliseconds, or a timedelta, or at *exat* or
        *pxat*, since 1970 or a datetime (Redis 6.2); *keepttl* leaves that as it was
        (Redis 6). Conditions: *nx*, no such key; *xx*, there is one; *ifeq* and *ifne*, it
        has or has not this value, *ifdeq* and *ifdne*, this digest (Redis 8.4). With *get*,
        the old value is returned instead, or None (Redis 6.2).
        """
        words = self.redis_key(name), self._encode(value)
        if keepttl or not (ex is px is exat is pxat is None):
            words += expiry(ex, px, exat, pxat, KEEPTTL=keepttl)
        if nx or xx or get:
            exclusive(nx=nx, xx=xx)
            words += flags(NX=nx, XX=xx, GET=get)
        if not (ifeq is ifne is ifdeq is ifdne is None):
            exclusive(nx=nx, xx=xx, ifeq=ifeq is not None, ifne=ifne is not None,
                      ifdeq=ifdeq is not None, ifdne=ifdne is not None)
            words += options(IFEQ=ifeq if ifeq is None else self._encode(ifeq),
                             IFNE=ifne if ifne is None else self._encode(ifne),
                             IFDEQ=ifdeq, IFDNE=ifdne)
        return self._queue((without_callback('SET') if get else 'SET',) + words, self._decode if get else None)

    def setnx(self, name, value):
        """Set the value if there is no such key, and tell whether so. Sends SETNX."""
        return self._queue(('SETNX', self.redis_key(name), self._encode(value)), bool)

    def setex(self, name, value, time):
        """Mind the order: *value*, then *time*, where redis-py has the time first.

        Set the value for *time*, in seconds or a timedelta; True. Sends SETEX.
        """
        return self._queue(('SETEX', self.redis_key(name), in_seconds(time), self._encode(value)))

    def psetex(self, name, value, time_ms):
        """Mind the order: *value*, then *time_ms*, where redis-py has the time first.

        Set the value for *time_ms*, in milliseconds or a timedelta; True. Sends PSETEX.
        """
        words = self.redis_key(name), in_milliseconds(time_ms), self._encode(value)
        return self._queue(('PSETEX',) + words)

    def mset(self, mapping):
        """Set several keys from a mapping of names to values; True. Sends MSET."""
        return self._queue(('MSET',) + self._encode_mapping(mapping))

    def msetnx(self, mapping):
        """Set several keys if none of them exists, and tell whether so. Sends MSETNX."""
        return self._queue(('MSETNX',) + self._encode_mapping(mapping), bool)

    def _encode_mapping(self, mapping):
        words = []
        for name, value in mapping_pairs(mapping):
            words += self.redis_key(name), self._encode(value)
        return tuple(words)

    def getset(self, name, value):
        """Set the value and return the old one, or None. Sends GETSET."""
        return self._queue(('GETSET', self.redis_key(name), self._encode(value)), self._decode)

    def getdel(self, name):
        """Remove the key and return the value it had, or None. Sends GETDEL (Redis 6.2)."""
        return self._queue(('GETDEL', self.redis_key(name)), self._decode)

    def getex(self, name, ex=None, px=None, exat=None, pxat=None, persist=False):
        """Return the value and change when it expires, as :meth:`set` takes it.

        *persist* lets it live for ever. Sends GETEX (Redis 6.2).
        """
        words = expiry(ex, px, exat, pxat, PERSIST=persist)
        return self._queue(('GETEX', self.redis_key(name)) + words, self._decode)

    # Numbers. The server counts; what it counts is the digits that are stored.

    def incr(self, name, amount=1):
        """Add *amount*, an int, and return the sum; a missing key counts as 0. Sends INCRBY."""
        return self._queue(('INCRBY', self.redis_key(name), amount))

    #: The same, by the name of the command.
    incrby = incr

    def decr(self, name, amount=1):
        """Subtract *amount*, an int, and return the difference. Sends DECRBY."""
        return self._queue(('DECRBY', self.redis_key(name), amount))

    #: The same, by the name of the command.
    decrby = decr

    def incrbyfloat(self, name, amount=1.0):
        """Add *amount* and return the sum, a float. Sends INCRBYFLOAT."""
        return self._queue(('INCRBYFLOAT', self.redis_key(name), amount), float)

    # Parts of a value.

    def append(self, name=Missing('name'), value=Missing('value'), key=None):
        """Add *value* to the end and return how many bytes there are then. Sends APPEND."""
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('APPEND', self.redis_key(name), self._encode(value)))

    def strlen(self, name):
        """Count the bytes of the value, 0 for a missing key. Sends STRLEN."""
        return self._queue(('STRLEN', self.redis_key(name)))

    def getrange(self, name=Missing('name'), start=Missing('start'), end=Missing('end'),
                 key=None):
        """Return the bytes from *start* to *end*, both included, decoded as a value.

        Negative numbers count from the end. Sends GETRANGE.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('GETRANGE', self.redis_key(name), start, end), self._decode)

    def substr(self, name, start, end=-1):
        """Return what :meth:`getrange` does, by default up to the end. Sends SUBSTR."""
        return self._queue(('SUBSTR', self.redis_key(name), start, end), self._decode)

    def setrange(self, name, offset, value):
        """Write *value* over what begins at byte *offset*; return the new length.

        Zero bytes fill a gap. Sends SETRANGE.
        """
        return self._queue(('SETRANGE', self.redis_key(name), offset, self._encode(value)))

    def lcs(self, key1, key2, len=False, idx=False, minmatchlen=0, withmatchlen=False):
        """Return the longest text that two values have in common. Sends LCS (Redis 7).

        With *len*, its length; with *idx*, a dict of that as ``'len'`` and the ``'matches'``:
        lists of the ranges of each in both values, from the end, of *minmatchlen* bytes at
        least and, *withmatchlen*, with the length.
        """
        exclusive(len=len, idx=idx)
        words = flags(LEN=len, IDX=idx, WITHMATCHLEN=withmatchlen)
        words += options(MINMATCHLEN=minmatchlen or None)
        decode = None if len else text_dict if idx else self._decode
        return self._queue(('LCS',) + self._keys(key1, key2) + words, decode)

    # Bits.

    def getbit(self, name, offset):
        """Return the bit at *offset*, 0 or 1. Sends GETBIT."""
        return self._queue(('GETBIT', self.redis_key(name), offset))

    def setbit(self, name, offset, value):
        """Set the bit at *offset* to 1 if *value* is true, and return the old. Sends SETBIT."""
        return self._queue(('SETBIT', self.redis_key(name), offset, 1 if value else 0))

    def bitcount(self, name=Missing('name'), start=None, end=None, mode=None, key=None):
        """Count the bits that are 1, in the bytes from *start* to *end*, which go together.

        *mode* ``'BIT'`` makes these bits (Redis 7). Sends BITCOUNT.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        needs('start', start is not None, 'end', end is not None)
        words = _span(start, end, mode)
        return self._queue(('BITCOUNT', self.redis_key(name)) + words)

    def bitpos(self, name=Missing('name'), bit=Missing('bit'), start=None, end=None, mode=None,
               key=None):
        """Return where the first *bit*, 0 or 1, is: -1 if nowhere. Sends BITPOS.

        *start*, *end* and *mode* are those of :meth:`bitcount`; *start* may stand alone.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('BITPOS', self.redis_key(name), bit) + _span(start, end, mode))

    def bitop(self, operation, dest, *keys):
        """Combine the bits of *keys* in *dest* and return its length in bytes. Sends BITOP.

        *operation* is ``'AND'``, ``'OR'``, ``'XOR'`` or ``'NOT'``.
        """
        return self._queue(('BITOP', operation, self.redis_key(dest)) + self._keys(*keys))

    def bitfield(self, name=Missing('name'), default_overflow=None, key=None):
        """Return a ``BitField``, which gathers operations on the ints in a value.

        Its ``execute()`` queues them as one BITFIELD and returns the Future.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return BitField(self, self.redis_key(name), default_overflow)

    def bitfield_ro(self, name=Missing('name'), encoding=Missing('encoding'),
                    offset=Missing('offset'), items=None, key=None):
        """Return the ints at *offset* and at more (encoding, offset) *items*, as a list.

        *encoding* is ``'u8'`` for 8 bits without a sign, and so on. Sends BITFIELD_RO.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        words = ['GET', encoding, offset]
        for pair in items or ():
            words.append('GET')
            words.extend(pair)
        return self._queue(('BITFIELD_RO', self.redis_key(name)) + tuple(words))

    def __getitem__(self, key):
        return self.get(key)

    def __setitem__(self, key, value):
        self.set(key, value)

    # Or Python would take __getitem__ for that of a sequence, which never ends.
    __iter__ = None


class BitField(object):
    """Operations on the ints in a String, each at a bit offset (``'#2'``: two ints on).

    The methods return the object itself; :meth:`execute` sends all of them together.
    """

    def __init__(self, strings, key, default_overflow=None):
        self._strings = strings
        self._key = key
        self._default_overflow = default_overflow
        self.reset()

    def reset(self):
        """Forget the operations."""
        self._words = []
        if self._default_overflow is not None:
            self.overflow(self._default_overflow)

    def get(self, fmt, offset):
        """Read the int of format *fmt*, such as ``'u8'`` or ``'i16'``."""
        self._words += 'GET', fmt, offset
        return self

    def set(self, fmt, offset, value):
        """Write *value*; the result is the old one."""
        self._words += 'SET', fmt, offset, value
        return self

    def incrby(self, fmt, offset, increment, overflow=None):
        """Add *increment*; the result is the sum, or None where *overflow* is ``'FAIL'``."""
        if overflow is not None:
            self.overflow(overflow)
        self._words += 'INCRBY', fmt, offset, increment
        return self

    def overflow(self, overflow):
        """Choose for what follows: ``'WRAP'`` around, stay ``'SAT'`` at the end, ``'FAIL'``."""
        self._words += 'OVERFLOW', overflow.upper()
        return self

    @property
    def command(self):
        """The words that :meth:`execute` will send, a list."""
        return ['BITFIELD', self._key] + self._words

    def execute(self):
        """Queue the operations; the result is a list of an int or None for each."""
        command = tuple(self.command)
        self.reset()
        return self._strings._queue(command)


def _span(start, end, mode):
    needs('end', end is not None, 'start', start is not None)
    needs('mode', mode is not None, 'start and end', end is not None)
    return tuple([word for word in (start, end, mode) if word is not None])
