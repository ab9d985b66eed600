"""How Python values become bytes in Redis, and Python values again.

A field is anything with two methods: ``encode(value)`` returns what is stored, and
``decode(data)`` returns the value, or None for None. A class is enough, and an instance
serves as well. The fields of this module follow one rule: ``encode`` accepts a value that
will come back equal, and raises :class:`~redpipe.exceptions.InvalidValue` for any other. So
most fields convert the value to the type that they store and compare the two. A value that
behaves as that type is accepted: a numpy scalar as a number, for example. Both methods
accept a Future and use its result.
"""
import json
import re
from decimal import Decimal

import six

from ._texts import shown
from .exceptions import VALUE_ERRORS, InvalidOperation, InvalidValue, ResultNotReady
from .futures import plain

__all__ = [
    'IntegerField',
    'FloatField',
    'TextField',
    'StringField',
    'AsciiField',
    'BinaryField',
    'BooleanField',
    'ListField',
    'DictField',
    'StringListField',
]


class IntegerField(object):
    """Whole numbers of any size: ``2``, and values that equal a whole number, such as ``2.0`` or ``True``.

    Redis stores the digits, so ``INCRBY`` and ``HINCRBY`` work on the field.
    """

    _wants = 'a whole number'

    @classmethod
    def encode(cls, value):
        """Return the digits of *value* as a ``str``."""
        try:
            if type(value) is int and -LARGE < value < LARGE:
                return str(value)
            return digits(_exactly(int, value))
        except Exception as error:
            _refuse(cls, value, error)

    @classmethod
    def decode(cls, value):
        """Return the int that *value* spells."""
        try:
            if type(value) is bytes and value.isdigit() and len(value) < _LONG:
                return int(value)
            value = plain(value)
            return None if value is None else _read(int, value)
        except Exception as error:
            _refuse(cls, value, error)


class FloatField(object):
    """Numbers that a float holds exactly. The field refuses nan, which does not equal itself.

    An int is stored as its digits, a float with as many digits as the same float needs to come back. Every number
    comes back as a float.
    """

    _wants = 'a number that a float holds exactly'

    @classmethod
    def encode(cls, value):
        """Return the shortest ``str`` that reads as the same number."""
        try:
            if type(value) is float and value == value:
                return repr(value)
            if type(value) is int and abs(value) <= _EXACT:
                return str(value)
            number = _exactly(float, value)
            if number.is_integer() and not isinstance(value, float):
                return digits(int(value))
            return repr(number)
        except Exception as error:
            _refuse(cls, value, error)

    @classmethod
    def decode(cls, value):
        """Return the float that *value* spells."""
        try:
            if type(value) is bytes and b'_' not in value:
                return float(value)
            value = plain(value)
            return None if value is None else _read(float, value)
        except Exception as error:
            _refuse(cls, value, error)


class TextField(object):
    """Text in any script, stored as utf-8; the codec of keys and values by default.

    The field refuses lone surrogates. On Python 2 an ascii ``str`` is text too, and comes back as ``unicode``.
    """

    _wants = 'text that utf-8 can hold'

    @classmethod
    def encode(cls, value):
        """Return the utf-8 bytes of *value*."""
        try:
            if not isinstance(value, six.text_type):
                value = _exactly(six.text_type, value)
            return utf8(value)
        except Exception as error:
            _refuse(cls, value, error)

    @classmethod
    def decode(cls, value):
        """Return the text of utf-8 bytes."""
        try:
            if type(value) is bytes:
                return from_utf8(value)
            value = plain(value)
            if value is None or isinstance(value, six.text_type):
                return value
            return from_utf8(value)
        except Exception as error:
            _refuse(cls, value, error)


#: Another name of TextField.
StringField = TextField


class AsciiField(TextField):
    """Text of printable ascii, from space to tilde. The field refuses a newline at any place.

    The pattern holds for writing; other text that Redis has already is read as a TextField reads it.
    """

    #: The pattern that the text must match.
    PATTERN = re.compile(r'[ -~]*\Z')

    _wants = 'printable ascii text'

    @classmethod
    def encode(cls, value):
        """Return the ascii bytes of *value*."""
        data = super(AsciiField, cls).encode(value)
        if not cls.PATTERN.match(data.decode('utf-8')):
            _refuse(cls, value)
        return data


class BinaryField(object):
    """Bytes as they are: images, pickles. A bytearray or memoryview comes back as bytes."""

    _wants = 'bytes'

    @classmethod
    def encode(cls, value):
        """Return the bytes of *value*."""
        try:
            return value if isinstance(value, bytes) else _exactly(_bytes, value)
        except Exception as error:
            _refuse(cls, value, error)

    @classmethod
    def decode(cls, value):
        """Return *value* as it is."""
        value = plain(value)
        return None if value is None else BinaryField.encode(value)


class BooleanField(object):
    """True and False, and numbers that equal them; stored as ``b'1'`` and as ``b''``, the empty bytes.

    The empty bytes are read as False, and any other bytes as True, even ``b'0'``.
    """

    _wants = 'True or False'

    @classmethod
    def encode(cls, value):
        """Return ``b'1'`` or ``b''``."""
        try:
            if type(value) is bool:
                return b'1' if value else b''
            return b'1' if _exactly(bool, value) else b''
        except Exception as error:
            _refuse(cls, value, error)

    @classmethod
    def decode(cls, value):
        """Return False for empty bytes, True for any others."""
        value = plain(value)
        return None if value is None else bool(value)


class _JsonField(object):
    """The base of ListField and DictField; *_kind* is the Python type."""

    _kind = None

    @classmethod
    def encode(cls, value):
        """Return *value* as json; bytes, in ascii."""
        try:
            if not isinstance(value, cls._kind):
                value = _exactly(cls._kind, _sized(value))
            return _json(value)
        except Exception as error:
            _refuse(cls, value, error)

    @classmethod
    def decode(cls, value):
        """Return the value of the json text *value*; InvalidValue if it is of another type."""
        value = plain(value)
        try:
            if value is None or isinstance(value, cls._kind):
                return value
            found = json.loads(TextField.decode(value))
            if isinstance(found, cls._kind):
                return found
        except Exception as error:
            _refuse(cls, value, error)
        _refuse(cls, value)


class ListField(_JsonField):
    """Lists that json can hold: of text, numbers, booleans, None, lists and dicts.

    The field refuses a value that json would change: a tuple, which would come back as a list, bytes, nan, and a
    dict with a key that is no text.
    """

    _kind = list
    _wants = 'a list that json can hold'


class DictField(_JsonField):
    """Dicts that json can hold. The keys are text; the values are those of a :class:`ListField`."""

    _kind = dict
    _wants = 'a dict that json can hold'


class StringListField(object):
    """Lists of text, stored with commas between the items.

    An item can therefore not be empty nor hold a comma. The empty list is stored as ``b''``, and ``b''`` is read as
    None.
    """

    _wants = 'a list of text, no item empty or with a comma'

    @classmethod
    def encode(cls, value):
        """Return the utf-8 items of *value*, joined by commas."""
        try:
            if not isinstance(value, list):
                value = _exactly(list, _sized(value))
            items = [TextField.encode(item) for item in value]
            if all(item and b',' not in item for item in items):
                return b','.join(items)
        except Exception as error:
            _refuse(cls, value, error)
        _refuse(cls, value)

    @classmethod
    def decode(cls, value):
        """Return the list of texts between the commas, or None for ``b''``."""
        value = plain(value)
        if isinstance(value, list):
            return value
        try:
            return TextField.decode(value).split(',') if value else None
        except Exception as error:
            _refuse(cls, value, error)


#: The plain types that stand for a field.
KINDS = dict.fromkeys(six.integer_types, IntegerField)
KINDS.update({
    float: FloatField,
    bool: BooleanField,
    bytes: BinaryField,
    list: ListField,
    dict: DictField,
    str: TextField,  # on Python 2 this is bytes too
    six.text_type: TextField,
})

#: The classes that encode the same value the same way each time, so that a cache may keep the bytes.
OWN = frozenset([IntegerField, FloatField, TextField, AsciiField, BinaryField, BooleanField, ListField, DictField,
                 StringListField])

#: The methods ``encode`` and ``decode`` of text and bytes, which make no codec.
_OTHERS = [getattr(kind, name) for kind in (six.text_type, bytes, bytearray) for name in ('encode', 'decode')
           if hasattr(kind, name)]


def codec(given, owner, attribute):
    """Return the field that *given*, the *attribute* of the class *owner*, is or stands for.

    An object without both methods of a field is InvalidOperation.
    """
    kind = kind_of(given)
    if kind is given and given in KINDS:
        return KINDS[given]
    for name in ('encode', 'decode'):
        if not callable(getattr(given, name, None)) or getattr(kind, name, None) in _OTHERS:
            raise InvalidOperation(
                '%s.%s: a field has the methods encode(value) and decode(data), but %s has no such %s; give one of '
                'redpipe.fields, or str, int, float, bool, bytes, list or dict' % (
                    owner, attribute, 'the class ' + kind.__name__ if kind is given else
                    'an object of type ' + kind.__name__, name))
    return given


def kind_of(field):
    """Return the class of a field that may be a class or an instance."""
    return field if isinstance(field, type) else type(field)


def _exactly(kind, value):
    """Return *value* converted to *kind*; ValueError unless the two are equal."""
    converted = kind(value)
    same = converted == value
    # An array answers with an array, which says nothing about the whole.
    if same is not True and (hasattr(same, '__len__') or not same):
        raise ValueError('it would come back as %s' % shown(converted))
    return converted


#: What values of these types can make the code here raise: nothing else has to do with them.
_HARMLESS = frozenset([bytes, str, six.text_type, float, bool, type(None)] + list(six.integer_types))
#: Python raises a RuntimeError at the end of the stack.
_VALUE_ERRORS = VALUE_ERRORS + (RuntimeError, MemoryError)


def _refuse(field, value, error=None):
    """Raise the InvalidValue that names *value* and says what *field* wants, because of *error*.

    Whatever error the methods of a strange value raise, the value cannot be encoded. The ResultNotReady of a Future
    alone is raised as it is.
    """
    value = plain(value)
    if isinstance(error, ResultNotReady):
        raise error
    if error is not None and type(value) in _HARMLESS and not isinstance(error, _VALUE_ERRORS):
        raise  # a time limit, perhaps, of a signal's handler
    refusal = InvalidValue('%s wants %s, not %s' % (field.__name__, field._wants, shown(value)))
    six.raise_from(refusal, error)


def _sized(value):
    """Return *value* if it has a length, else raise TypeError: an iterator may never end."""
    len(value)
    return value


def _bytes(value):
    # bytes(5) would be five zeros; a number has no length.
    return bytes(bytearray(_sized(value)))


def digits(number):
    """Return the digits of an int of any size as a ``str``."""
    try:
        return str(number)
    except ValueError:
        return str(Decimal(number))  # see _LONG


def _read(kind, value):
    """Return the number of type *kind* that bytes or text spell, or that *value* equals."""
    if isinstance(value, six.text_type):
        value = value.encode('ascii')
    if not isinstance(value, bytes):
        return _exactly(kind, value)
    if b'_' in value:
        raise ValueError('no digit: _')  # Python 3 would read 1_000
    if kind is int and len(value) > _LONG and value.lstrip(b'-').isdigit():
        return int(Decimal(value.decode('ascii')))
    return kind(value)


#: All ints up to here are floats as well.
_EXACT = 1 << 53

#: Newer Pythons limit the digits that int() and str() take, to no less than this, but
#: Decimal has no such limit.
_LONG = 640

#: Newer Pythons may refuse to spell an int that is not smaller.
LARGE = 10 ** _LONG


def _json(value):
    data = json.dumps(value)
    # Surrogates that json pairs would come back as one character.
    if ('\\ud' in data or not _is_json(value)) and json.loads(data) != value:
        raise ValueError('json would change it')
    return data.encode('ascii')


_JSON_TYPES = frozenset([six.text_type, int, bool, type(None)])


def _is_json(value):
    """Return True if *value* is made of json's own types alone, and need not be read back to be compared."""
    kind = type(value)
    if kind is list:
        return _JSON_TYPES.issuperset(map(type, value)) or all(map(_is_json, value))
    if kind is dict:
        return all([type(key) is six.text_type for key in value]) and _is_json(list(value.values()))
    return kind in _JSON_TYPES or kind is float and value == value


if six.PY2:
    # Python 2 lets surrogates through, in both directions.
    _SURROGATE = re.compile(b'\xed[\xa0-\xbf]')

    def utf8(text):
        data = text.encode('utf-8')
        if from_utf8(data) != text:
            raise ValueError('two surrogates would come back as one character')
        return data

    def from_utf8(data):
        if _SURROGATE.search(data):
            raise ValueError('surrogates are no text')
        return data.decode('utf-8')
else:
    utf8, from_utf8 = str.encode, bytes.decode
