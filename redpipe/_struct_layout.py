"""How the records of a Struct class lie in a Hash: what is sent for them, and what replies mean.

It is worked out once per class, so that a record costs little more than its commands.
"""
from collections import namedtuple

import six

from ._texts import brief, text_of
from .exceptions import VALUE_ERRORS, InvalidOperation, InvalidValue
from .fields import (
    OWN,
    BinaryField,
    BooleanField,
    FloatField,
    IntegerField,
    ListField,
    TextField,
    codec,
    kind_of,
)
from .futures import broken, plain
from .keyspaces import Hash
from .keyspaces._replies import reply_pairs

__all__ = ['Fields', 'Layout', 'NAME_TYPES', 'as_bytes']

#: What stands for one name where several are possible, and what is a key and no data.
NAME_TYPES = (six.text_type, bytes) + six.integer_types
_KEY_TYPES = NAME_TYPES + (float,)

#: The types of most names; none of them is a Future.
_PLAIN_NAMES = frozenset([str, six.text_type, bytes])

#: What may be sent, bytes aside.
_NUMBERS = six.integer_types + (float,)
_TEXT = (str, six.text_type)

#: Values of these types come back from their field as they are, a list as another one.
_UNCHANGED_TYPES = {
    TextField: six.text_type,
    IntegerField: int,
    FloatField: float,
    BooleanField: bool,
    BinaryField: bytes,
    ListField: list,
}

#: What a list may hold for a copy to be as good as what json reads.
_ATOMS = frozenset([six.text_type, int, float, bool, type(None)])

#: What there is to know of a field: its name in the Hash, as bytes; the field and its encode; and the type of values
#: that come back from it as they are.
Entry = namedtuple('Entry', 'member field encode unchanged_type')


class Fields(dict):
    """The fields of a Struct class by name. It counts its changes: after one the layout is worked out anew."""

    changes = 0


def _counting(method):
    @six.wraps(method)
    def counting(self, *args, **kwargs):
        self.changes += 1
        return method(self, *args, **kwargs)
    return counting


for _name in ('__setitem__', '__delitem__', '__ior__', 'clear', 'pop', 'popitem', 'setdefault', 'update'):
    if hasattr(dict, _name):
        setattr(Fields, _name, _counting(getattr(dict, _name)))


class Damaged(dict):
    """The items of a record, some of which may not be decoded: the list *errors* has the names and errors of these."""

    def __init__(self, *items):
        super(Damaged, self).__init__(*items)
        self.errors = []


class Layout(object):
    """How the Structs of one class lie in Redis, worked out once per class."""

    def __init__(self, cls):
        self.key_name = cls.key_name
        self.restricted = cls.restrict_fields
        self.given = cls.fields
        self.changes = getattr(cls.fields, 'changes', 0)
        #: Whose changes are counted: nobody's, where the fields are no dict.
        self.counter = cls.fields if isinstance(cls.fields, Fields) else self
        given = cls.fields or {}
        self.core = type(cls.__name__, (Hash,), {
            'keyspace': cls.__name__ if cls.keyspace is None else cls.keyspace,
            'connection': cls.connection,
            'fields': given,
            'keyparse': cls.keyparse,
            'valueparse': cls.valueparse,
            'memberparse': cls.memberparse,
            '__doc__': 'The Hash under %s.' % cls.__name__,
            '__module__': cls.__module__,
            '_spelled': '%s.core' % cls.__name__,
        })
        self.connection = self.core._connection()
        self.keyparse, self.valueparse, self.memberparse = [
            TextField if field is None else codec(field, cls.__name__, attribute)
            for attribute, field in (('keyparse', cls.keyparse), ('valueparse', cls.valueparse),
                                     ('memberparse', cls.memberparse))]
        #: The field of each defined name.
        self.fields = dict([(name, codec(field, cls.__name__, 'fields[%r]' % (name,)))
                            for name, field in given.items() if name != self.key_name])
        # What is known once and for all, in plain tuples, which unpack faster than an Entry. Codecs of members that are
        # not redpipe's own are asked each time.
        own = kind_of(self.memberparse) in OWN
        self.entries = dict([(name, self._entry(name)) for name in self.fields if own])
        self.members = dict([(member, (name, field.decode)) for name, (member, field, _, _) in self.entries.items()])

    def _entry(self, name):
        field = self.fields.get(name, self.valueparse)
        return six.ensure_binary(self.memberparse.encode(name)), field, field.encode, _UNCHANGED_TYPES.get(
            kind_of(field))

    def field(self, name):
        """Return what there is to know of the field called *name*, defined or not."""
        if name == self.key_name:
            raise InvalidOperation(
                '%s is the key of a %s and cannot change; make another one with that key'
                % (brief(name), self.core.__name__))
        self.check(name)
        return Entry._make(self.entries.get(name) or self._entry(name))

    def check(self, name):
        """Raise InvalidOperation for a field that a restricted Struct does not define."""
        if self.restricted and name not in self.fields:
            raise InvalidOperation(
                '%s has no field %s, and takes only those that it defines: %s'
                % (self.core.__name__, brief(name), ', '.join(sorted(map(repr, self.fields)))))

    def split_key(self, given):
        """Return the key and the other data that a Struct is made of, None if there are none."""
        kind = type(given)
        if kind is six.text_type:  # as most keys are
            return given, None
        given = given if kind is dict else plain(given)
        data = None
        if kind is dict or not isinstance(given, _KEY_TYPES):
            try:
                data = dict(given)
            except InvalidValue:
                raise  # of a value in another Struct that cannot be decoded
            except (TypeError, ValueError):
                if given is None or isinstance(given, (list, tuple)):
                    raise InvalidOperation(
                        '%s needs a key, or data with the key as %r, not a %s'
                        % (self.core.__name__, self.key_name, type(given).__name__))
            else:
                given = data.pop(self.key_name, None)
                given = given if type(given) is six.text_type else plain(given)
                if given is None:
                    raise InvalidOperation('the data of a %s must have its key as %r' % (
                        self.core.__name__, self.key_name))
        return self.keyparse.decode(given) if isinstance(given, bytes) else given, data

    def write_commands(self, key, changes):
        """Return the words of the commands that write *changes*, a list, then what these read as afterwards, a dict,
        and the names of what they remove, a list.
        """
        words, local, removed = ['HSET', key], {}, []
        entries = self.entries
        try:
            for name, value in changes.items():
                if type(name) not in _PLAIN_NAMES:
                    name = plain(name)
                member, field, encode, unchanged_type = entries.get(name) or self.field(name)
                if type(value) is unchanged_type:
                    data = encode(value)
                    if unchanged_type is list:
                        value = _copied(value, data)
                else:
                    value = plain(value)
                    if value is None:
                        removed.append(name)
                        continue
                    data = as_bytes(encode(value))
                    value = field.decode(data)
                words.append(member)
                words.append(data)
                local[name] = value
        except InvalidValue as error:
            text = 'field %s: %s' % (brief(name), error.args[0] if error.args else '')
            error.args = (text,) + error.args[1:]
            raise
        commands = []
        if local:
            commands.append(tuple(words))
        if removed:
            commands.append(self.remove_command(key, removed))
        return commands, local, removed

    def remove_command(self, key, names):
        """Return the words that remove the fields called *names*."""
        return ('HDEL', key) + tuple([self.field(name).member for name in names])

    def decode(self, reply):
        """Return what is in the reply to HGETALL: a dict of names to values; or Damaged, which ``mended`` takes."""
        data, members = {}, self.members
        try:
            for member, value in reply_pairs(reply):
                name, decode = members[member]
                data[name] = decode(value)
            return data
        except VALUE_ERRORS:
            pass  # there is a member that nobody defined, or a value that cannot be decoded
        data = Damaged()
        for member, value in reply_pairs(reply):
            name, decode = members.get(member) or self._unknown(member)
            if name is not None:
                try:
                    data[name] = decode(value)
                except VALUE_ERRORS as error:
                    data[name] = None
                    data.errors.append((name, error))
        return data

    def mended(self, key, damaged):
        """Return a dict of the items of *damaged*, where each value that cannot be decoded raises when it is read."""
        data = dict(damaged)
        for name, error in damaged.errors:
            data[name] = self._broken(key, name, error)
        return data

    def decode_some(self, key, names, entries, reply):
        """Return what is in the reply to HMGET of the fields called *names*: a dict, and the names of those missing."""
        loaded, missing = {}, []
        for name, entry, value in zip(names, entries, reply):
            if value is None:
                missing.append(name)
            else:
                loaded[name] = self.decode_value(key, name, entry.field, value)
        return loaded, missing

    def _unknown(self, member):
        """Return the name of a member, None to leave it out, and the decoder of its value."""
        try:
            name = self.memberparse.decode(member)
        except VALUE_ERRORS:
            name = None  # others put it there; there is nothing to call it by
        return None if name == self.key_name else name, self.fields.get(name, self.valueparse).decode

    def decode_value(self, key, name, field, value):
        """Return the decoded *value*, or what raises the error when it is read."""
        try:
            return field.decode(value)
        except VALUE_ERRORS as error:
            return self._broken(key, name, error)

    def _broken(self, key, name, error):
        return broken('%s %s, field %s, cannot be decoded: %s' % (
            self.core.__name__, brief(key), brief(name), text_of(error)), error)


def _copied(value, data):
    """Return the list that comes back from *data*, which is the json of the list *value*."""
    # The items of most lists come back as they are, too, and copying is cheaper.
    return list(value) if _ATOMS.issuperset(map(type, value)) else ListField.decode(data)


def as_bytes(data):
    """Return what a field made as bytes; text and numbers will do; anything else is InvalidValue."""
    if type(data) in _NUMBERS:
        data = repr(data).rstrip('L')
    return six.ensure_binary(data) if isinstance(data, _TEXT) else BinaryField.encode(data)
