"""The Struct: a dict whose items are the members of one Hash in Redis.

What is local is read without a round trip. It changes when a command has
succeeded, in program order, and never when one has failed; only what a Struct
is made of can be read at once. Everything is encoded before anything is
queued, so that a Struct or a change that is refused writes nothing. A value in
Redis that its field cannot decode raises InvalidValue where it is read, and
spoils nothing else.
"""
import copy
import itertools
import json
import numbers
from abc import ABCMeta
from functools import partial

import six
from six.moves import collections_abc as abc, copyreg

from ._struct_layout import NAME_TYPES, Fields, Layout, as_bytes
from ._texts import brief, shown, text_of
from .exceptions import InvalidOperation, InvalidValue, ResultNotReady
from .fields import FloatField, IntegerField, TextField, kind_of
from .futures import Future, PydanticSerializable, Unreturned, plain, set_error
from .keyspaces._arguments import without_callback
from .pipelines import queue

__all__ = ['Struct']

#: Its reply is read pair by pair; a dict of bytes made of it before would be for nothing.
_HGETALL = without_callback('HGETALL')


class _FieldName(object):
    """Refuses an attribute of a Struct that has the name of a field: setting it would write nothing to Redis.

    It gives what the class or a base has by this name, such as a method. Where a subclass defines no such field it is
    an attribute like any other.
    """

    def __init__(self, name, inherited=()):
        self._name = name
        self._inherited = inherited

    def __get__(self, struct, cls):
        try:
            return vars(struct)[self._name]
        except (KeyError, TypeError):
            for value in self._inherited:
                return value.__get__(struct, cls) if hasattr(value, '__get__') else value
            raise AttributeError('%r object has no attribute %r' % (cls.__name__, self._name))

    def __set__(self, struct, value):
        layout = type(struct)._layout
        if self._name in layout.fields or self._name == layout.key_name:
            raise InvalidOperation('%r is a field of %s, not an attribute; write it with update({%r: ...})' % (
                self._name, type(struct).__name__, self._name))
        vars(struct)[self._name] = value

    def __delete__(self, struct):
        try:
            del vars(struct)[self._name]
        except KeyError:
            raise AttributeError(self._name)


class _StructType(ABCMeta):
    """Works out the layout of a class when it is made, and again when it is changed.

    It is an ABCMeta so that a Struct can have abstract classes among its bases.
    """

    def __new__(mcs, name, bases, namespace):
        namespace = dict(namespace, keyspace=namespace.get('keyspace'))  # it is not inherited
        if isinstance(namespace.get('fields'), dict):
            namespace['fields'] = Fields(namespace['fields'])
        return super(_StructType, mcs).__new__(mcs, name, bases, namespace)

    def __init__(cls, name, bases, namespace):
        super(_StructType, cls).__init__(name, bases, namespace)
        cls._lay_out()

    def __setattr__(cls, name, value):
        if name == 'fields' and isinstance(value, dict):
            value = Fields(value)
        super(_StructType, cls).__setattr__(name, value)
        if not name.startswith('_'):
            cls._lay_out()

    def __delattr__(cls, name):
        super(_StructType, cls).__delattr__(name)
        cls._lay_out()

    def _lay_out(cls):
        cls._forget()
        if isinstance(cls.fields, dict) and not isinstance(cls.fields, Fields):  # of a class that is no Struct
            type.__setattr__(cls, 'fields', Fields(cls.fields))
        cls._known = layout = Layout(cls)
        for name in itertools.chain([layout.key_name], layout.fields):
            if isinstance(name, str):
                inherited = [vars(base)[name] for base in cls.__mro__ if name in vars(base)][:1]
                # Properties and slots decide about themselves.
                if not any(hasattr(type(value), '__set__') for value in inherited):
                    type.__setattr__(cls, name, _FieldName(name, inherited))

    def _forget(cls):
        cls._known = None
        for subclass in cls.__subclasses__():
            subclass._forget()

    @property
    def _layout(cls):
        known, fields = cls._known, cls.fields
        # Fields may be added to the dict at any time.
        if known is None or known.given is not fields or known.changes != known.counter.changes:
            cls._lay_out()
        return cls._known

    @property
    def core(cls):
        """The Hash class under the Struct: ``User.core(pipe).hget(key, 'name')``."""
        return cls._layout.core


@six.add_metaclass(_StructType)
class Struct(PydanticSerializable):
    """A record with typed fields, kept in a Hash and used like a dict.

    The first argument is the key, which loads the record, or a mapping, another Struct or
    pairs, with the key among them under ``key_name``, which writes them and loads the rest
    in the same round trip. *fields* says what is loaded, ``default_fields`` if it is None:
    ``'all'``, ``'defined'`` (what :attr:`fields` names), or the names of some fields, none
    being no round trip. With *no_op* nothing is written and nothing loaded.

    Every method that reads or writes takes a pipe, and takes effect when that executes.
    Data without a key is InvalidOperation; a value that does not fit its field InvalidValue.
    """

    __slots__ = ('key', '_data', '_load', '_persisted', '__weakref__')
    # _load: the Future of the first load while that is queued or has failed; None once it came; False before.

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
        self.key, data = layout.split_key(_key_or_data)
        key = layout.core.redis_key(self.key)
        writing, self._data = (), {}
        if data:
            writing, self._data, _ = layout.write_commands(key, data)
        self._load = self._persisted = False
        if no_op:
            return
        commands = loading = self._loading(layout, key, fields) if fields != [] else []
        if writing:
            # Loading tells whether the record exists.
            effect, commands = None if loading else _apply_written, []
            for words in writing:
                commands.append((words, None, effect, self))
            commands += loading
        futures = queue(pipe, layout.connection, commands, Unreturned)
        if pipe is not None and loading:
            self._load = futures[-1]

    # Reading and writing.

    def load(self, fields=None, pipe=None):
        """Load all fields anew, or some, as *fields* says; see the class. Sends HGETALL or HMGET.

        A field that is not there is not there afterwards either.
        """
        layout, key = _layout_and_key(self)
        loading = self._loading(layout, key, fields)
        futures = queue(pipe, layout.connection, loading, Unreturned)
        if self._load is not None and loading:
            self._load = futures[-1]

    def update(self, changes, pipe=None):
        """Write the fields in *changes*, a mapping; those with None are removed.

        Sends HSET and HDEL. The key cannot be among them (InvalidOperation).
        """
        layout, key = _layout_and_key(self)
        commands, local, removed = layout.write_commands(key, dict(plain(changes)))
        changes = self, local, removed
        queue(pipe, layout.connection, [(words, None, _apply_changes, changes) for words in commands], Unreturned)

    def remove(self, fields, pipe=None):
        """Remove fields, one name or several; the key is InvalidOperation. Sends HDEL."""
        layout, key = _layout_and_key(self)
        names = _names(fields)
        commands = [layout.remove_command(key, names)] if names else []
        changes = self, {}, names
        queue(pipe, layout.connection, [(words, None, _apply_changes, changes) for words in commands], Unreturned)

    def pop(self, name, default=None, pipe=None):
        """Remove a field, in Redis too, and return a Future of its value, or of *default*.

        Sends HGET and HDEL.
        """
        layout, key = _layout_and_key(self)
        name = plain(name)
        entry = layout.field(name)
        found = []

        def decode(reply):
            return default if found[0] is None else entry.field.decode(found[0])

        futures = queue(pipe, layout.connection, [
            (('HGET', key, entry.member), found.append, None, None),
            (('HDEL', key, entry.member), decode, _apply_changes, (self, {}, [name]))])
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
        layout, key = _layout_and_key(self)
        name, amount = plain(name), plain(amount)
        entry = layout.field(name)
        kind = kind_of(entry.field)
        if not issubclass(kind, (IntegerField, FloatField)):
            kind = IntegerField if isinstance(amount, numbers.Integral) else FloatField
        kind.encode(amount)  # raises the error
        words = (without_callback('HINCRBY' if issubclass(kind, IntegerField) else 'HINCRBYFLOAT'),
                 key, entry.member, kind.encode(sign * amount))
        local = {}

        def decode(reply):
            data = as_bytes(reply)
            local[name] = layout.decode_value(self.key, name, entry.field, data)  # for the effect
            return kind.decode(data)

        future, = queue(pipe, layout.connection, [(words, decode, _apply_changes, (self, local, ()))])
        return future

    def clear(self, pipe=None):
        """Remove the whole record from Redis, and all fields here. Sends DEL."""
        layout, key = _layout_and_key(self)
        queue(pipe, layout.connection, [(('DEL', key), None, _apply_clear, self)], Unreturned)

    def delete(cls, keys=None, pipe=None):
        """Remove the records of one key or several without loading them. Sends a DEL for each.

        A record at hand is removed by :meth:`clear`.
        """
        layout, keys = cls._layout, plain(keys)
        if keys is None:
            raise InvalidOperation('delete() takes the keys of the records to remove: %s.delete([key]); '
                                   'a record at hand is removed by its clear()' % cls.__name__)
        keys = _names(keys.key if isinstance(keys, Struct) else keys)
        commands = [(('DEL', layout.core.redis_key(key)), None, None, None) for key in keys]
        queue(pipe, layout.connection, commands, Unreturned)

    # Templates of Django call what is callable, but for this.
    for _method in load, update, remove, pop, incr, decr, clear, delete:
        _method.alters_data = True
    del _method

    delete = classmethod(delete)

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
        try:
            return plain(self._data[item])
        except KeyError:
            self._require_load()
            raise

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
        return item == self.key_name or item in self._data or self._require_load()

    def __bool__(self):
        return True

    __nonzero__ = __bool__

    def __len__(self):
        self._require_load()
        return len(self._data) + 1

    def __iter__(self):
        return iter(self.keys())

    def keys(self):
        """Return the names of the local fields, and that of the key, as a list."""
        self._require_load()
        return [self.key_name] + list(self._data)

    def values(self):
        """Return the local values, and the key, as a list in the order of :meth:`keys`."""
        return [value for _, value in self.iteritems()]

    def items(self):
        """Return a list of (name, value), the key among them."""
        return list(self.iteritems())

    def iteritems(self):
        """Iterate over (name, value), the key among them."""
        self._require_load()
        yield self.key_name, self.key
        for name, value in self._data.items():
            yield name, plain(value)

    def _require_load(self):
        """Raise ResultNotReady if the first load of the record was queued and has not come; return False otherwise."""
        if self._load is None or self._load is False:
            return False
        cause, why = None, 'execute its root pipe, or leave the autoexec block of that, first'
        if type(self._load) is not Unreturned:
            try:
                self._load.result
            except Exception as error:
                cause, why = getattr(error, '__cause__', None) or error, text_of(error) + '; call load() again'
        refusal = ResultNotReady('%s %s has not loaded: %s' % (type(self).__name__, brief(self.key), why))
        refusal.__cause__ = cause
        raise refusal

    def copy(self):
        """Return another Struct with the same key and local values; sends no command."""
        return copy.copy(self)

    @property
    def persisted(self):
        """Whether the record is known to exist: any of its fields was read from Redis, or written, with success."""
        return self._persisted

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
        self._require_load()
        # The older protocols cannot pickle the slots that a subclass may have.
        return super(Struct, self).__reduce_ex__(max(protocol, 2))

    def __getstate__(self):
        return (self.key, self._data) + ((self._rest(),) if self._rest() else ())

    def _rest(self):
        """Return what else there is to keep: attributes and slots of a subclass, by name."""
        rest = dict(getattr(self, '__dict__', ()))
        for name in copyreg._slotnames(type(self)):
            if name not in Struct.__slots__ and hasattr(self, name):
                rest[name] = getattr(self, name)
        if self._persisted is not bool(self._data):
            rest['_persisted'] = self._persisted
        return rest

    def __setstate__(self, state):
        rest = {}
        if len(state) == 2 and isinstance(state[1], dict) and '_data' in state[1] and (
                state[0] is None or isinstance(state[0], dict)):  # as it was before: attributes, and slots
            rest.update(state[0] or {}, **state[1])
            self.key, self._data = rest.pop('key'), rest.pop('_data')
        else:
            self.key, self._data = state[:2]
            rest.update(*state[2:])
        self._load, self._persisted = None, bool(self._data)
        for name, value in rest.items():
            if name in copyreg._slotnames(type(self)):
                setattr(self, name, value)
            else:
                vars(self)[name] = value

    def __copy__(self):
        return self._twin(lambda value: value)

    def __deepcopy__(self, memo):
        return self._twin(lambda value: copy.deepcopy(value, memo), memo)

    def _twin(self, copied, memo=None):
        twin = type(self).__new__(type(self))
        if memo is not None:
            memo[id(self)] = twin
        twin.__setstate__(copied(self.__getstate__()))
        twin._load = self._load
        if self._load is not None and self._load is not False:
            twin._load = Future()
            set_error(twin._load, ResultNotReady('it is a copy of a record that had not loaded'))
        return twin

    # pydantic.

    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        """Return pydantic's schema of a Struct: a record of this class, which is serialized as its items."""
        from pydantic_core import PydanticCustomError, core_schema  # who calls this has it

        def validated(value, validate):
            value = plain(value)
            if isinstance(value, cls):
                return value
            raise PydanticCustomError(
                'struct',
                'a {name} was expected, not {given}; call {name}() yourself, since that reads or writes Redis',
                {'name': cls.__name__, 'given': shown(value)})

        layout, items = cls._layout, core_schema.dict_schema()
        if issubclass(kind_of(layout.memberparse), TextField):
            known = {cls.key_name: core_schema.typed_dict_field(core_schema.any_schema())}
            for name in layout.fields:
                kind = layout.field(name).unchanged_type
                known[name] = core_schema.typed_dict_field(
                    handler.generate_schema(kind) if kind else core_schema.any_schema(), required=False)
            items = core_schema.typed_dict_schema(known, extra_behavior='forbid' if cls.restrict_fields else 'allow')
        return core_schema.no_info_wrap_validator_function(
            validated, items,
            serialization=core_schema.plain_serializer_function_ser_schema(dict, return_schema=items))

    # Local values are replaced, never changed in place: copies share them.

    def _loading(self, layout, key, fields):
        """Return the command that loads *fields* in a list, which is empty if there are none."""
        if fields is None:
            fields = 'all' if self.default_fields is None else self.default_fields
        if fields == 'all' and not layout.restricted:
            return [((_HGETALL, key), layout.decode, _apply_loaded, self)]
        names = list(layout.fields) if fields in ('all', 'defined') else _names(fields)
        names = [name for name in names if name != layout.key_name]
        if not names:
            return []
        entries = [layout.field(name) for name in names]
        words = ('HMGET', key) + tuple([entry.member for entry in entries])
        decode = partial(layout.decode_some, self.key, names, entries)
        return [(words, decode, _apply_partly_loaded, self)]


# Effects: what a reply does to a Struct. They come after all Futures of the execute are settled, perhaps twice.

def _apply_loaded(struct, data):
    if type(data) is not dict:
        if isinstance(data, Future):
            struct._load = data  # no reply to HGETALL: whoever reads is told
            return
        data = type(struct)._layout.mended(struct.key, data)
    struct._data, struct._persisted, struct._load = data, bool(data), None


def _apply_partly_loaded(struct, found):
    if isinstance(found, Future):
        struct._load = found
    else:
        _apply_changes((struct,) + found)
        struct._load = None


def _apply_written(struct, reply):
    struct._persisted = bool(struct._data)


def _apply_changes(changes, reply=None):
    struct, local, removed = changes
    data = struct._data
    if removed:
        removed = frozenset(removed)
        data = dict([item for item in data.items() if item[0] not in removed])
    # What is only local tells nothing of the server.
    persisted = bool(local) or struct._persisted and bool(data)
    data = dict(data)
    data.update(local)
    struct._data, struct._persisted = data, persisted


def _apply_clear(struct, reply):
    struct._data = {}
    struct._persisted = False


def _layout_and_key(struct):
    """Return the layout of the class of *struct* and the name of the record in Redis."""
    if not isinstance(type(struct), _StructType):  # User.load('1')
        raise InvalidOperation('the method belongs to a record, not to its class and a %s; make the record from '
                               'its key first, as in User(key, no_op=True).load()' % type(struct).__name__)
    layout = type(struct)._layout
    return layout, layout.core.redis_key(struct.key)


def _names(given):
    """Return the list of names that one text, number or iterable stands for."""
    given = plain(given)
    names = [given] if isinstance(given, NAME_TYPES) else [plain(name) for name in given]
    try:
        frozenset(names)  # a name that cannot be hashed is none
    except (TypeError, ValueError):
        raise InvalidValue('names were expected, not %s' % ' and '.join(sorted(set(
            type(name).__name__ for name in names))))
    return names
