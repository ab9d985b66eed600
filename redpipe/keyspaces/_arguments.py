"""The arguments of keyspace methods, and the words of commands that they become."""
import calendar
import time as clock
from collections import deque
from datetime import datetime, timedelta
from functools import partial

import six
from six.moves import collections_abc as abc

from .._texts import shown
from ..exceptions import InvalidOperation, InvalidValue
from ..fields import LARGE, OWN, FloatField, digits, kind_of
from ..futures import Future, plain

#: The types that stand for their items where they are the only value; not text, bytes or mappings.
COLLECTIONS = (list, tuple, abc.Set, abc.Iterator, abc.MappingView, deque, type(six.moves.range(0)))

#: The types of words that need no look; most commands have no others.
PLAIN_WORDS = frozenset([bytes, str, six.text_type, int, float])

#: The types of text and bytes.
TEXTS = frozenset([bytes, str, six.text_type])

_NUMBERS = (float, int)

#: The types that redis-py sends, without bool.
SENDABLE = (bytes, six.text_type, float, bytearray, memoryview) + six.integer_types


def without_callback(command):
    """Return the name of *command* in a form that keeps redis-py from changing the reply.

    redis-py finds its reply callbacks by the exact name, and splits a name at its blanks. So a
    blank at the end avoids the callback. Each use is for a callback that loses a part of the
    reply in some version.
    """
    return command + ' '


def as_list(values):
    """Return the list that several arguments, or one collection alone, stand for."""
    if len(values) == 1 and type(values[0]) not in PLAIN_WORDS:
        value = plain(values[0])
        if isinstance(value, COLLECTIONS):
            values = list(value)
    if not values:
        raise InvalidOperation('the command needs at least one key or value; give one, or a list that is not empty')
    return values


def mapping_pairs(mapping):
    """Return the pairs of a mapping, or of a list of pairs."""
    mapping = plain(mapping)
    try:
        if type(mapping) is dict:
            found = list(mapping.items())
        else:
            found = [(name, value) for name, value in (mapping.items() if hasattr(mapping, 'items') else mapping)]
    except (TypeError, ValueError) as error:
        six.raise_from(InvalidValue('the command takes a mapping or a list of pairs, not %s' % shown(mapping)), error)
    if not found:
        raise InvalidOperation('the command needs at least one pair; give a mapping that is not empty')
    return found


def check_words(args):
    """Return *args* with the results of Futures in their place; InvalidValue for what redis-py cannot send."""
    args = tuple([plain(arg) for arg in args])
    for arg in args:
        if not isinstance(arg, SENDABLE) or isinstance(arg, bool):
            raise InvalidValue('%s takes text, bytes or a number, not %s' % (args[0], shown(arg)))
    return tuple(map(_word, args))


def _word(arg):
    """Return what redis-py sends as it should."""
    # A memoryview with steps, or of numbers, is sent wrongly by hiredis and by redis-py.
    if type(arg) is memoryview:
        return arg.tobytes()
    return digits(arg) if type(arg) is int and not -LARGE < arg < LARGE else arg


def encoder(field):
    """Return a function of a value that does what :func:`encoded` does for *field*."""
    return field.encode if kind_of(field) in OWN else partial(encoded, field)


def encoded(field, value):
    """Return the text or bytes that *field* makes of *value*; a number stands for its digits, as in a command.

    InvalidValue if the field raises StopIteration, which would end a map or a generator around it silently, or returns
    an object of another type.
    """
    try:
        data = field.encode(value)
    except StopIteration as error:
        six.raise_from(InvalidValue('%s.encode raised StopIteration for %s; let it raise InvalidValue' % (
            kind_of(field).__name__, shown(value))), error)
    if type(data) in TEXTS or isinstance(data, (bytes, six.text_type)):
        return data
    if isinstance(data, (bytearray, memoryview)):
        return data.tobytes() if isinstance(data, memoryview) else bytes(data)
    if not isinstance(data, _NUMBERS + six.integer_types) or isinstance(data, bool):
        raise InvalidValue('%s.encode returned %s; let it return text, bytes or a number' % (
            kind_of(field).__name__, shown(data)))
    return repr(data) if isinstance(data, float) else digits(data)


class Missing(Future):
    """An argument that was not given: a Future that raises TypeError wherever it is read.

    Such a Future is the default of a required parameter that has a second name, and of the parameters behind it.
    """

    __slots__ = ('_name',)

    def __init__(self, name):
        self._name = name

    @property
    def _result(self):
        raise TypeError('missing a required argument: %r' % self._name)

    def __repr__(self):
        return '...'


class Default(Missing):
    """The default of a parameter that has a second name: a Future of *value*, and never what a caller gives."""

    __slots__ = ('_value',)

    def __init__(self, value):
        self._value = value

    @property
    def _result(self):
        return self._value

    def __repr__(self):
        return repr(self._value)


#: The default of a second name where None must not pass for a value that was not given.
MISSING = Missing('')

#: The defaults of parameters that have such a second name.
ZERO, ONE, ONE_FLOAT = Default(0), Default(1), Default(1.0)


def either(first, value, second, other, default=MISSING):
    """Return *other*, the argument that was given by redis-py's name, *second*.

    TypeError if the argument by the name *first* was given as well: if *value* is neither missing nor *default*.
    """
    if value is not default and type(value) is not Missing:
        raise TypeError('%r and %r are two names of one argument; give one of them' % (first, second))
    return other


def flags(**words):
    """Return the words with a true argument."""
    return tuple([word for word, given in words.items() if given])


def options(**words):
    """Return each word and its argument, without those that are None."""
    found = ()
    for word, value in words.items():
        if value is not None:
            found += (word, value)
    return found


def exclusive(**options):
    """Raise InvalidOperation if more than one of *options* is true."""
    given = sorted([name for name, value in options.items() if value])
    if len(given) > 1:
        raise InvalidOperation('%s exclude each other; give one of them' % ' and '.join(given))


def conditions(nx, xx, gt, lt):
    """Return the words for the conditions of a change; *xx* may come with one of *gt* and *lt*."""
    exclusive(nx=nx, xx=xx)
    exclusive(nx=nx, gt=gt, lt=lt)
    return flags(NX=nx, XX=xx, GT=gt, LT=lt)


def needs(option, given, other, present):
    """Raise InvalidOperation if *option* is given without *other*, which it needs."""
    if given and not present:
        raise InvalidOperation('%s has a meaning only together with %s; give both or neither' % (option, other))


def limit(offset, num, start='start'):
    """Return LIMIT and its two arguments, or no words if both are None."""
    if offset is None and num is None:
        return ()
    if offset is None or num is None:
        raise InvalidOperation('%s and num must be given together' % start)
    return ('LIMIT', offset, num)


def with_count(keys):
    """Return the number of *keys*, and the keys."""
    return (len(keys),) + tuple(keys)


def keyword_only(given, **defaults):
    """Return the values of *defaults*, by name, with *given* in their place.

    This stands in for keyword-only parameters, which Python 2 does not have.
    """
    for name in given:
        if name not in defaults:
            raise TypeError('unexpected keyword argument %r' % name)
    defaults.update(given)
    return defaults


def expiry(ex=None, px=None, exat=None, pxat=None, **others):
    """Return the words for one way to expire, or for one of *others*, which are flags."""
    words = [(word, convert(value)) for word, convert, value in (
        ('EX', in_seconds, ex), ('PX', in_milliseconds, px),
        ('EXAT', at_seconds, exat), ('PXAT', at_milliseconds, pxat)) if value is not None]
    words += [(word,) for word, given in others.items() if given]
    if len(words) > 1:
        raise InvalidOperation('%s exclude each other' % ' and '.join(word[0] for word in words))
    return words[0] if words else ()


def in_seconds(time):
    """Return a span of *time* in whole seconds, from those or from a timedelta."""
    return _span(time, 1000000)


def in_milliseconds(time):
    """Return a span of *time* in milliseconds, from those or from a timedelta."""
    return _span(time, 1000)


def _span(time, unit):
    """Return *time*, or how many units of *unit* microseconds a timedelta has, away from 0 if that is no whole number.

    A key that expires after 0 seconds would be gone at once.
    """
    time = plain(time)
    if not isinstance(time, timedelta):
        return time
    time = (time.days * 86400 + time.seconds) * 1000000 + time.microseconds
    return -(-time // unit) if time > 0 else time // unit


def at_seconds(when):
    """Return a time in seconds since 1970, from those or from a datetime.

    A naive datetime is in local time.
    """
    when = plain(when)
    if not isinstance(when, datetime):
        return when
    if when.utcoffset() is None:
        return int(clock.mktime(when.timetuple()))
    return calendar.timegm(when.utctimetuple())


def at_milliseconds(when):
    """Return a time in milliseconds since 1970, from those or from a datetime."""
    when = plain(when)
    if isinstance(when, datetime):
        return at_seconds(when) * 1000 + when.microsecond // 1000
    return when


def as_score(number):
    """Return a score as it is sent; text, such as ``'+inf'``, is sent as it is."""
    if type(number) not in _NUMBERS:
        number = plain(number)
        if isinstance(number, (six.text_type, bytes)):
            return number
    return FloatField.encode(number)
