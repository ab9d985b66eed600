"""The Struct: a dict whose items are the members of one Hash in Redis.

What is local is read without a round trip. It changes when a command has
succeeded, in program order, and never when one has failed; only what a Struct
is made of can be read at once. Everything is encoded before anything is
queued, so that a Struct or a change that is refused writes nothing. A value in
Redis that its field cannot decode raises InvalidValue where it is read, and
spoils nothing else.
"""
import copy
import json
import numbers
from abc import ABCMeta
from functools import partial

import six
from six.moves import collections_abc as abc

from ._layouts import NAMES, Layout, word
from ._texts import brief
from .exceptions import InvalidOperation, InvalidValue
from .fields import FloatField, IntegerField, TextField
from .futures import plain
from .keyspaces._arguments import without_callback

__all__ = ['Struct']

#: Its reply is read pair by pair; a dict of bytes made of it before would be for nothing.
_HGETALL = without_callback('HGETALL')


class _StructType(ABCMeta):
    """Works out the layout of a class when it is made, and again when it is changed.

    It is an ABCMeta so that a Struct can have abstract classes among its bases.
    """

    def __new__(mcs, name, bases, namespace):
        namespace = dict(namespace, keyspace=namespace.get('keyspace'))  # it is not inherited
        return super(_StructType, mcs).__new__(mcs, name, bases, namespace)

    def __init__(cls, name, bases, namespace):
        super(_StructType, cls).__init__(name, bases, namespace)
        cls._lay_out()

    def __setattr__(cls, name, value):
        super(_StructType, cls).__setattr__(name, value)
        if not name.startswith('_'):
            cls._lay_out()

    def __delattr__(cls, name):
        super(_StructType, cls).__delattr__(name)
        cls._lay_out()

    def _lay_out(cls):
        cls._forget()
        cls._known = Layout(cls)

    def _forget(cls):
        cls._known = None
        for subclass in cls.__subclasses__():
            subclass._forget()

    @property
    def _layout(cls):
        # Fields may be added to the dict at any time.
        if cls._known is None or cls._known.given != cls.fields:
            cls._lay_out()
        return cls._known

    @property
    def core(cls):
        """The Hash class under the Struct: ``User.core(pipe).hget(key, 'name')``."""
        return cls._layout.core


@six.add_metaclass(_StructType)
class Struct(object):
    """A record with typed fields, kept in a Hash and used like a dict.

    The first argument is the key, which loads the record, or a mapping, another Struct or
    pairs, with the key among them under ``key_name``, which writes them and loads the rest
    in the same round trip. *fields* says what is loaded, ``default_fields`` if it is None:
    ``'all'``, ``'defined'`` (what :attr:`fields` names), or the names of some fields, none
    being no round trip. With *no_op* nothing is written and nothing loaded.

    Every method that reads or writes takes a pipe, and takes effect when that executes.
    Data without a key is InvalidOperation; a value that does not fit its field InvalidValue.
    """

    __slots__ = ('key', '_data', '__weakref__')

    #: The name around the keys, ``keyspace{key}``. The name of the class if it says nothing;
    #: it is not inherited.
    keyspace = None
    #: The name of the connection.
    connection = None
    #: The name that the key has among the items.
    key_name = '_key'
    #: What is loaded unless the call says otherwise.
    default_fields = 'all'
    #: Names of fields and their codecs.
    fields = {}
    #: Whether the fields that are defined are the only ones that there can be.
    restrict_fields = False
    #: The codec of the key.
    keyparse = TextField
    #: The codec of values that no field is defined for.
    valueparse = TextField
    #: The codec of the names of fields.
    memberparse = TextField

    @property
    def core(self):
        """The Hash class under this Struct: ``user.core(pipe).hget(user.key, 'name')``."""
        return type(self).core

    def __init__(self, _key_or_data=None, pipe=None, fields=None, no_op=False):
        layout = type(self)._layout
        self.key, data = layout.split(_key_or_data)
        key = layout.core.redis_key(self.key)
        commands, self._data = layout.writing(key, data) if data else ([], {})
        if not no_op:
            if fields != []:
                commands += self._loading(layout, key, fields)
            layout.run(pipe, commands)

    # Reading and writing.

    def load(self, fields=None, pipe=None):
        """Load all fields anew, or some, as *fields* says; see the class. Sends HGETALL or HMGET.

        A field that is not there is not there afterwards either.
        """
        layout, key = _place(self)
        layout.run(pipe, self._loading(layout, key, fields))

    def update(self, changes, pipe=None):
        """Write the fields in *changes*, a mapping; those with None are removed.

        Sends HSET and HDEL. The key cannot be among them (InvalidOperation).
        """
        layout, key = _place(self)
        layout.run(pipe, layout.writing(key, dict(plain(changes)), self._changed)[0])

    def remove(self, fields, pipe=None):
        """Remove fields, one name or several; the key is InvalidOperation. Sends HDEL."""
        layout, key = _place(self)
        names = _names(fields)
        if names:
            layout.run(pipe, [(layout.removing(key, names), partial(self._changed, {}, names))])

    def pop(self, name, default=None, pipe=None):
        """Remove a field, in Redis too, and return a Future of its value, or of *default*.

        Sends HGET and HDEL.
        """
        layout, key = _place(self)
        member, field = layout.field(name)[:2]
        futures = []

        def decode(reply):
            return default if reply is None else field.decode(reply)

        def removed(reply):
            self._changed({}, [name])
            return futures[0].result

        layout.run(pipe, [(('HGET', key, member), decode), (('HDEL', key, member), removed)], futures)
        return futures[1]

    def incr(self, field, amount=1, pipe=None):
        """Add *amount* to a field and return a Future of the sum.

        Sends HINCRBY, or HINCRBYFLOAT for a FloatField. What is neither that nor an
        IntegerField goes by the type of *amount*.
        """
        return Struct._add(self, field, 1, amount, pipe)

    def decr(self, field, amount=1, pipe=None):
        """Subtract *amount* from a field; else as :meth:`incr`."""
        return Struct._add(self, field, -1, amount, pipe)

    def _add(self, name, sign, amount, pipe):
        layout, key = _place(self)
        member, field = layout.field(name)[:2]
        amount = plain(amount)
        kind = field if isinstance(field, type) else type(field)
        if not issubclass(kind, (IntegerField, FloatField)):
            kind = IntegerField if isinstance(amount, numbers.Integral) else FloatField
        kind.encode(amount)  # raises the error
        words = (without_callback('HINCRBY' if issubclass(kind, IntegerField) else 'HINCRBYFLOAT'),
                 key, member, kind.encode(sign * amount))

        def decode(reply):
            data = word(reply)
            self._changed({name: layout.value(self.key, name, field.decode, data)}, ())
            return kind.decode(data)

        futures = []
        layout.run(pipe, [(words, decode)], futures)
        return futures[0]

    def clear(self, pipe=None):
        """Remove the whole record from Redis, and all fields here. Sends DEL."""
        layout, key = _place(self)
        layout.run(pipe, [(('DEL', key), self._cleared)])

    @classmethod
    def delete(cls, keys=None, pipe=None):
        """Remove the records of one key or several without loading them. Sends a DEL for each.

        A record at hand is removed by :meth:`clear`.
        """
        layout, keys = cls._layout, plain(keys)
        if keys is None:
            raise InvalidOperation('delete() takes the keys of the records to remove: %s.delete([key]); '
                                   'a record at hand is removed by its clear()' % cls.__name__)
        keys = _names(keys.key if isinstance(keys, Struct) else keys)
        layout.run(pipe, [(('DEL', layout.core.redis_key(key)), None) for key in keys])

    @classmethod
    def scan_iter(cls, match=None, count=None):
        """Iterate over the keys of the records, on every primary of a cluster. Sends SCAN.

        *match* is a pattern of keys, *count* a hint how many to look at in one round trip.
        """
        return cls.core().scan_iter(match=match, count=count)

    # The dict.

    def __getitem__(self, item):
        if item == self.key_name:
            return self.key
        if self.restrict_fields:
            type(self)._layout.check(item)
        return plain(self._data[item])

    def get(self, item, default=None):
        """Return the local value of a field, or *default* if it has none."""
        try:
            return self[item]
        except KeyError:
            return default

    def __setitem__(self, item, value):
        raise InvalidOperation('fields are written by update({%s: ...})' % brief(item))

    def __delitem__(self, item):
        raise InvalidOperation('fields are removed by remove([%s])' % brief(item))

    def __contains__(self, item):
        return item == self.key_name or item in self._data

    def __bool__(self):
        return True

    __nonzero__ = __bool__

    def __len__(self):
        return len(self._data) + 1

    def __iter__(self):
        return iter(self.keys())

    def keys(self):
        """Return the names of the local fields, and that of the key, as a list."""
        return [self.key_name] + list(self._data)

    def values(self):
        """Return the local values, and the key, as a list in the order of :meth:`keys`."""
        return [value for _, value in self.iteritems()]

    def items(self):
        """Return a list of (name, value), the key among them."""
        return list(self.iteritems())

    def iteritems(self):
        """Iterate over (name, value), the key among them."""
        yield self.key_name, self.key
        for name, value in self._data.items():
            yield name, plain(value)

    def copy(self):
        """Return another Struct with the same key and local values; nothing is sent."""
        return copy.copy(self)

    @property
    def persisted(self):
        """Whether any field but the key is known, that is, the record exists."""
        return bool(self._data)

    def __eq__(self, other):
        if not isinstance(other, (Struct, abc.Mapping)):
            return NotImplemented
        return dict(self) == dict(other)

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = None

    def __repr__(self):
        try:
            data = {self.key_name: self.key}
            data.update(self._data)
            try:
                return json.dumps(data)
            except Exception:
                return repr(data)
        except Exception:
            return object.__repr__(self)

    def __reduce_ex__(self, protocol):
        # The older protocols cannot pickle the slots that a subclass may have.
        return super(Struct, self).__reduce_ex__(max(protocol, 2))

    # Local values are replaced, never changed in place: copies share them.

    def _loading(self, layout, key, fields):
        """Return the command that loads *fields* in a list, which is empty if there are none."""
        if fields is None:
            fields = 'all' if self.default_fields is None else self.default_fields
        if fields == 'all' and not layout.restricted:
            return [((_HGETALL, key), self._loaded)]
        names = list(layout.fields) if fields in ('all', 'defined') else _names(fields)
        names = [name for name in names if name != layout.key_name]
        if not names:
            return []
        entries = [layout.field(name) for name in names]
        words = ('HMGET', key) + tuple([entry[0] for entry in entries])
        return [(words, partial(self._partly_loaded, names, entries))]

    def _loaded(self, reply):
        self._data = type(self)._layout.decode(self.key, reply)

    def _partly_loaded(self, names, entries, reply):
        loaded, missing = {}, []
        layout = type(self)._layout
        for name, (_, field, _, _), value in zip(names, entries, reply):
            if value is None:
                missing.append(name)
            else:
                loaded[name] = layout.value(self.key, name, field.decode, value)
        self._changed(loaded, missing)

    def _changed(self, local, removed, reply=None):
        data = dict(item for item in self._data.items() if item[0] not in removed)
        data.update(local)
        self._data = data
        return reply

    def _cleared(self, reply):
        self._data = {}
        return reply


def _place(struct):
    """Return the layout of the class of *struct* and the name of the record in Redis."""
    if not isinstance(type(struct), _StructType):  # User.load('1')
        raise InvalidOperation('the method belongs to a record, not to its class and a %s; make the record from '
                               'its key first, as in User(key, no_op=True).load()' % type(struct).__name__)
    layout = type(struct)._layout
    return layout, layout.core.redis_key(struct.key)


def _names(given):
    """Return the list of names that one text, number or iterable stands for."""
    given = plain(given)
    names = [given] if isinstance(given, NAMES) else [plain(name) for name in given]
    try:
        frozenset(names)  # a name that cannot be hashed is none
    except (TypeError, ValueError):
        raise InvalidValue('names were expected, not %s' % ' and '.join(sorted(set(
            type(name).__name__ for name in names))))
    return names
