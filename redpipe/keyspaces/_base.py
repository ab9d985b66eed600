"""The base of all keyspaces: names of keys, codecs of values, queueing of commands."""
import re

import six

from .._texts import shown
from ..exceptions import InvalidOperation, InvalidValue
from ..fields import LARGE, TextField, codec, digits, kind_of, utf8
from ..futures import plain
from ..pipelines import DEFAULT, Pipe, autoexec, pipeline, queue
from ._arguments import PLAIN_WORDS, as_list, check_words, encoded
from ._pages import Pages
from ._replies import decode_list

#: The characters that have a meaning in a pattern of Redis.
GLOB = re.compile(br'([\\*?\[\]])')

#: The types of text.
TEXT = frozenset([str, six.text_type])
_TEXT = six.text_type


class BoundedCache(dict):
    """A cache of ``function(value)``, for values of the types *kinds*, and at most ENOUGH of them.

    The cache calls *on_overflow* when there are more.
    """

    ENOUGH = 1000

    def __init__(self, function, kinds, on_overflow=lambda: None):
        self._function = function
        self._kinds = kinds
        self._on_overflow = on_overflow

    def __missing__(self, value):
        returned = self._function(value)
        if type(value) in self._kinds:
            if len(self) < self.ENOUGH:
                self[value] = returned
            else:
                self._on_overflow()
        return returned


#: The bytes before the key in its name in Redis, by keyspace.
_key_prefixes = BoundedCache(lambda keyspace: six.ensure_binary(keyspace) + b'{', TEXT)


class KeyspaceBase(object):
    """Keys that belong together, and the codecs of their names and values.

    Each class attribute may be None, which stands for the default.
    """

    #: The name around the keys, ``keyspace{key}``; None leaves the keys as they are.
    keyspace = None
    #: The name of the connection that sends the commands, whatever pipe they are queued on.
    connection = None
    #: The older name of :attr:`connection`.
    connections = None
    #: The field of the keys' names.
    keyparse = TextField
    #: The field of the values.
    valueparse = TextField

    #: How a program spells the class, where that is not its name.
    _spelled = None
    #: The last class whose codecs were checked.
    _checked_class = None
    #: The last ``keyparse`` and ``valueparse``, each with the field that it stands for.
    _cached_key_field = _cached_value_field = TextField, TextField

    def __init__(self, pipe=None):
        """Queue the commands on *pipe*; without a pipe, each command is sent at once by itself."""
        if pipe is not None and not isinstance(pipe, Pipe):
            pipeline(pipe)  # raises the error
        self._pipe = pipe
        self._connection_name = self._connection()
        if self._checked_class is not type(self):
            self._check()
            type(self)._checked_class = type(self)

    def __str__(self):
        return '<%s>' % type(self).__name__

    def __repr__(self):
        return '<%s keyspace=%r connection=%r>' % (type(self).__name__, self.keyspace, self._connection_name)

    @property
    def pipe(self):
        """A new autoexec pipe for this class's connection, nested in the keyspace's pipe if it has one."""
        return autoexec(self._pipe, name=self._connection_name)

    @classmethod
    def _connection(cls):
        return cls.connection or cls.connections or DEFAULT

    def _queue(self, args, decode=None):
        """Queue the command of the words *args* and return its Future.

        *decode* makes the result from the reply.
        """
        for arg in args:
            kind = type(arg)
            if kind not in PLAIN_WORDS or kind is int and not -LARGE < arg < LARGE:
                args = check_words(args)
                break
        pipe = self._pipe
        if pipe is not None:
            return pipe._queue_command(self._connection_name, args, decode)
        return queue(None, self._connection_name, [(args, decode, None, None)])[0]

    def _iterate(self, scan, *args, **options):
        """Return an iterator over the items that *scan*, a method, finds with these arguments."""
        self._refuse_pipe('queue %s()' % scan.__name__)
        return Pages(self, scan.__name__, args, options)

    def _refuse_pipe(self, instead):
        if self._pipe is not None:
            raise InvalidOperation(
                'iterating takes several round trips, which no pipe can hold; call it on %s(), '
                'or %s' % (self._spelled or type(self).__name__, instead))

    # Codecs.

    def _check(self):
        """Raise InvalidOperation for an attribute that is no codec."""
        self._key_field()
        self._value_field()

    @classmethod
    def _key_field(cls):
        """Return the field of the keys."""
        given, field = cls._cached_key_field
        if given is not cls.keyparse:
            given = cls.keyparse
            field = TextField if given is None else codec(given, cls.__name__, 'keyparse')
            cls._cached_key_field = given, field
        return field

    def _value_field(self):
        """Return the field of the values."""
        given, field = self._cached_value_field
        if given is not self.valueparse:
            given = self.valueparse
            field = TextField if given is None else codec(given, type(self).__name__, 'valueparse')
            type(self)._cached_value_field = given, field
        return field

    # Names of keys.

    @classmethod
    def redis_key(cls, key):
        """Return the name of *key* in Redis, in bytes.

        *key* is what :attr:`keyparse` encodes, or bytes that it decodes; an int stands for
        its digits. None, a list or a tuple is InvalidValue.
        """
        kind = type(key)
        if kind is _TEXT and cls.keyparse is TextField:
            try:
                name = utf8(key)
            except ValueError:
                name = TextField.encode(key)  # which refuses it
        elif kind is int and cls.keyparse is TextField:
            name = b'%d' % key if abs(key) < LARGE else six.ensure_binary(digits(key))
        else:
            name = six.ensure_binary(cls._encode_key(key))
        keyspace = cls.keyspace
        return name if keyspace is None else _key_prefixes[keyspace] + name + b'}'

    @classmethod
    def _encode_key(cls, key):
        field = cls._key_field()
        key = plain(key)
        if key is None or isinstance(key, (list, tuple)):
            raise InvalidValue('%s wants one key, not %s' % (cls.__name__, shown(key)))
        if isinstance(key, bytes):
            key = field.decode(key)
        if type(key) not in six.integer_types:
            return encoded(field, key)
        if not issubclass(kind_of(field), TextField):
            try:
                return encoded(field, key)
            except InvalidValue:
                pass
        return encoded(field, six.ensure_text(digits(key)))

    def _keys(self, *keys):
        """Return the redis keys of several arguments, each a key or a collection of keys."""
        names = [] if keys else as_list(())  # which refuses it
        for key in keys:
            names.extend(as_list((key,)))
        return tuple([self.redis_key(name) for name in names])

    def _name(self, reply):
        """Decode a redis key to its name in this keyspace."""
        if self.keyspace is not None:
            reply = reply[len(six.ensure_binary(self.keyspace)) + 1:-1]
        return self._key_field().decode(reply)

    def _pattern(self, match):
        """Return the pattern of the redis keys whose names match the pattern *match*."""
        match = plain(match)
        if not isinstance(match, (bytes, six.text_type, type(None))):
            raise InvalidValue('match is a pattern of names, in text or bytes, not %s' % shown(match))
        if self.keyspace is None:
            return match
        match = b'*' if match is None else six.ensure_binary(match)
        return GLOB.sub(br'\\\1', six.ensure_binary(self.keyspace)) + b'{' + match + b'}'

    # Values.

    def _encode(self, value):
        field, value = self.valueparse, value if type(value) is _TEXT else plain(value)
        if field is TextField:
            return TextField.encode(value)
        given, known = self._cached_value_field  # as in _value_field, mostly without the call
        return encoded(known if given is field else self._value_field(), value)

    def _encode_all(self, values):
        values = as_list(values)
        field = self._value_field()
        if field is TextField:
            try:
                return tuple(map(utf8, values))
            except Exception:
                pass  # there is a Future among them, or what the field refuses
        return tuple([encoded(field, plain(value)) for value in values])

    # Decoders. The reply is None for a missing key.

    def _decode(self, reply):
        field = self.valueparse
        if field is not TextField:  # then as in _value_field, mostly without the call
            given, known = self._cached_value_field
            field = known if given is field else self._value_field()
        return field.decode(reply)

    def _decode_all(self, reply):
        return None if reply is None else decode_list(self._value_field(), reply)

    def _decode_some(self, reply):
        """Decode one value, or as many as a count asked for."""
        counted = isinstance(reply, (list, set))
        return self._decode_all(reply) if counted else self._decode(reply)

    def _named_value(self, reply):
        """Decode the key and the value of a blocking pop."""
        return None if reply is None else (self._name(reply[0]), self._decode(reply[1]))

    def _named_values(self, reply):
        return None if reply is None else (self._name(reply[0]), self._decode_all(reply[1]))

    def _decode_page(self, reply):
        """Decode the cursor and the values of a scan."""
        return int(reply[0]), self._decode_all(reply[1])
