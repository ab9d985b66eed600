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

        - *ex*, *px*: expire after so many seconds, or milliseconds, or a timedelta.
        - *exat*, *pxat*: expire at this time, in seconds or milliseconds since 1970, or a datetime (Redis 6.2).
        - *keepttl*: keep the current expiry (Redis 6). Without any of these the key has no expiry.
        - *nx*, *xx*: only if the key is missing, or only if it exists.
        - *ifeq*, *ifne*: only if the current value is equal, or is not equal (Redis 8.4).
        - *ifdeq*, *ifdne*: the same for the digest of the current value (Redis 8.4).
        - *get*: return the old value, None if the key was missing, and not True (Redis 6.2).
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
        """Set the value and return True; False if the key exists. Sends SETNX."""
        return self._queue(('SETNX', self.redis_key(name), self._encode(value)), bool)

    def setex(self, name, value, time):
        """Mind the order: *value*, then *time*, where redis-py has the time first.

        Set a value that expires after *time*, in seconds or a timedelta; True. Sends SETEX.
        """
        return self._queue(('SETEX', self.redis_key(name), in_seconds(time), self._encode(value)))

    def psetex(self, name, value, time_ms):
        """Mind the order: *value*, then *time_ms*, where redis-py has the time first.

        Set a value that expires after *time_ms*, in milliseconds or a timedelta; True. Sends PSETEX.
        """
        words = self.redis_key(name), in_milliseconds(time_ms), self._encode(value)
        return self._queue(('PSETEX',) + words)

    def mset(self, mapping):
        """Set several keys from a mapping of names to values; True. Sends MSET."""
        return self._queue(('MSET',) + self._encode_mapping(mapping))

    def msetnx(self, mapping):
        """Set several keys and return True; False, and no change, if one of them exists. Sends MSETNX."""
        return self._queue(('MSETNX',) + self._encode_mapping(mapping), bool)

    def _encode_mapping(self, mapping):
        words = []
        for name, value in mapping_pairs(mapping):
            words += self.redis_key(name), self._encode(value)
        return tuple(words)

    def getset(self, name, value):
        """Set the value and return the old value, None if the key was missing. Sends GETSET."""
        return self._queue(('GETSET', self.redis_key(name), self._encode(value)), self._decode)

    def getdel(self, name):
        """Remove the key and return its value, None for a missing key. Sends GETDEL (Redis 6.2)."""
        return self._queue(('GETDEL', self.redis_key(name)), self._decode)

    def getex(self, name, ex=None, px=None, exat=None, pxat=None, persist=False):
        """Like :meth:`get`, but change the expiry too. Sends GETEX (Redis 6.2).

        *ex*, *px*, *exat* and *pxat* are those of :meth:`set`; *persist* removes the expiry.
        """
        words = expiry(ex, px, exat, pxat, PERSIST=persist)
        return self._queue(('GETEX', self.redis_key(name)) + words, self._decode)

    # Numbers. The server counts with the digits that are stored.

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
        """Like :meth:`incr`, but with floats. Sends INCRBYFLOAT."""
        return self._queue(('INCRBYFLOAT', self.redis_key(name), amount), float)

    # Parts of a value.

    def append(self, name=Missing('name'), value=Missing('value'), key=None):
        """Add *value* to the end and return the new length in bytes. Sends APPEND."""
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('APPEND', self.redis_key(name), self._encode(value)))

    def strlen(self, name):
        """Count the bytes of the value, 0 for a missing key. Sends STRLEN."""
        return self._queue(('STRLEN', self.redis_key(name)))

    def getrange(self, name=Missing('name'), start=Missing('start'), end=Missing('end'),
                 key=None):
        """Return the bytes from *start* to *end*, both included, decoded as a value.

        Negative positions count from the end. Sends GETRANGE.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('GETRANGE', self.redis_key(name), start, end), self._decode)

    def substr(self, name, start, end=-1):
        """Like :meth:`getrange`, but by default up to the end. Sends SUBSTR."""
        return self._queue(('SUBSTR', self.redis_key(name), start, end), self._decode)

    def setrange(self, name, offset, value):
        """Overwrite the bytes from *offset* on with *value*; return the new length in bytes.

        Zero bytes fill a gap. Sends SETRANGE.
        """
        return self._queue(('SETRANGE', self.redis_key(name), offset, self._encode(value)))

    def lcs(self, key1, key2, len=False, idx=False, minmatchlen=0, withmatchlen=False):
        """Return the longest common subsequence of two values. Sends LCS (Redis 7).

        - *len*: return the length only.
        - *idx*: return a dict with ``'len'`` and ``'matches'``, the positions of every common piece in both
          values, last first.
        - *minmatchlen*: with *idx*, leave out shorter pieces.
        - *withmatchlen*: with *idx*, add the length of each piece.
        """
        exclusive(len=len, idx=idx)
        needs('minmatchlen', minmatchlen, 'idx', idx)
        needs('withmatchlen', withmatchlen, 'idx', idx)
        words = flags(LEN=len, IDX=idx, WITHMATCHLEN=withmatchlen)
        words += options(MINMATCHLEN=minmatchlen or None)
        decode = None if len else text_dict if idx else self._decode
        return self._queue(('LCS',) + self._keys(key1, key2) + words, decode)

    # Bits.

    def getbit(self, name, offset):
        """Return the bit at *offset*, 0 or 1. Sends GETBIT."""
        return self._queue(('GETBIT', self.redis_key(name), offset))

    def setbit(self, name, offset, value):
        """Set the bit at *offset* to 1 if *value* is true, else to 0; return the old bit. Sends SETBIT."""
        return self._queue(('SETBIT', self.redis_key(name), offset, 1 if value else 0))

    def bitcount(self, name=Missing('name'), start=None, end=None, mode=None, key=None):
        """Count the bits that are 1. Sends BITCOUNT.

        - *start*, *end*: count in this range of bytes only, both included; give both or neither.
        - *mode*: ``'BIT'`` if *start* and *end* are positions of bits and not of bytes (Redis 7).
        """
        if key is not None:
            name = either('name', name, 'key', key)
        needs('start', start is not None, 'end', end is not None)
        words = _span(start, end, mode)
        return self._queue(('BITCOUNT', self.redis_key(name)) + words)

    def bitpos(self, name=Missing('name'), bit=Missing('bit'), start=None, end=None, mode=None,
               key=None):
        """Return the position of the first *bit*, which is 0 or 1; -1 if there is no such bit. Sends BITPOS.

        *start*, *end* and *mode* are those of :meth:`bitcount`, but *start* may come without *end*.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('BITPOS', self.redis_key(name), bit) + _span(start, end, mode))

    def bitop(self, operation, dest, *keys):
        """Combine the bits of *keys*, store them in *dest*, and return the length in bytes. Sends BITOP.

        *operation* is ``'AND'``, ``'OR'``, ``'XOR'`` or ``'NOT'``.
        """
        return self._queue(('BITOP', operation, self.redis_key(dest)) + self._keys(*keys))

    def bitfield(self, name=Missing('name'), default_overflow=None, key=None):
        """Return a ``BitField``, which collects operations on the ints in a value.

        ``execute()`` of the BitField queues them as one BITFIELD and returns the Future.

        *default_overflow* is the ``overflow()`` of all operations, ``'WRAP'`` by default.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return BitField(self, self.redis_key(name), default_overflow)

    def bitfield_ro(self, name=Missing('name'), encoding=Missing('encoding'),
                    offset=Missing('offset'), items=None, key=None):
        """Return the ints in a value as a list. Sends BITFIELD_RO.

        - *encoding*: the form of the int, such as ``'u8'``, 8 bits without a sign, or ``'i16'``, 16 bits with one.
        - *offset*: the position of its first bit; ``'#2'`` skips two ints.
        - *items*: more pairs of encoding and offset.
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

    # Else Python would iterate by __getitem__, as over a sequence that never ends.
    __iter__ = None


class BitField(object):
    """Operations on the ints in a String, each at the offset of a bit; ``'#2'`` skips two ints.

    The methods return the object itself; :meth:`execute` sends all operations together.
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
        """Write *value*; the result is the old value."""
        self._words += 'SET', fmt, offset, value
        return self

    def incrby(self, fmt, offset, increment, overflow=None):
        """Add *increment*; the result is the sum, or None if the sum does not fit and *overflow* is ``'FAIL'``."""
        if overflow is not None:
            self.overflow(overflow)
        self._words += 'INCRBY', fmt, offset, increment
        return self

    def overflow(self, overflow):
        """Choose what later operations do with a sum that does not fit.

        ``'WRAP'`` begins again at the other end, ``'SAT'`` takes the nearest int that fits, and
        ``'FAIL'`` leaves the int as it is.
        """
        self._words += 'OVERFLOW', overflow.upper()
        return self

    @property
    def command(self):
        """The list of words that :meth:`execute` will send."""
        return ['BITFIELD', self._key] + self._words

    def execute(self):
        """Queue the operations; the result is a list with an int or None for each operation."""
        command = tuple(self.command)
        self.reset()
        return self._strings._queue(command)


def _span(start, end, mode):
    needs('end', end is not None, 'start', start is not None)
    needs('mode', mode is not None, 'start and end', end is not None)
    return tuple([word for word in (start, end, mode) if word is not None])
