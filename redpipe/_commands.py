"""The command methods of a pipe: redis-py's own, made to queue.

redis-py's clients write every command as a method that ends in
``self.execute_command(...)``. A pipe takes these very methods, so that their
names, parameters, docstrings and errors are those of the installed redis-py,
and queues what they would send.
"""
from functools import partial
from types import FunctionType

import redis
import six

from .exceptions import InvalidOperation
from .futures import Future, plain

__all__ = ['Commands', 'LIBRARIES', 'REDIS', 'settled', 'refuse']

#: The packages whose clients make pipelines that have all of redis-py's commands.
LIBRARIES = ('redis', 'valkey')

_CALLBACK = 'read the reply in a callback (on_execute) or after execute()'
_CLIENT = 'call it on the redis-py client'
_ATOMIC = ('connect with transaction=True to wrap each batch in MULTI and EXEC, '
           'or use eval() for a step that reads and writes')
_RAW = "queue the module's commands with execute_command()"
_SHARED = 'it changes the connection, which is shared; use a client of its own for it'

#: What queues no command in redis-py, and what to do instead.
REFUSED = {
    'watch': _ATOMIC,
    'unwatch': _ATOMIC,
    'multi': _ATOMIC,
    'exec': _ATOMIC,
    'discard': _ATOMIC,
    'transaction': _ATOMIC,
    'immediate_execute_command': 'queue it with execute_command()',
    'pipeline_execute_command': 'queue it with execute_command()',
    'scan_iter': 'queue scan() and ' + _CALLBACK,
    'sscan_iter': 'queue sscan() and ' + _CALLBACK,
    'hscan_iter': 'queue hscan() and ' + _CALLBACK,
    'zscan_iter': 'queue zscan() and ' + _CALLBACK,
    'lock': _CLIENT,
    'pubsub': _CLIENT,
    'keyspace_notifications': _CLIENT,
    'monitor': _CLIENT,
    'shutdown': _CLIENT,
    'client': _CLIENT,
    'close': _CLIENT,
    'pipeline': 'nest with redpipe.pipeline(pipe)',
    'sentinel': 'queue SENTINEL with execute_command()',
    'register_script': 'queue eval() with the whole script',
    'load_external_module': _CLIENT,
    'himport_prepare': _CLIENT,
    'himport_discard': _CLIENT,
    'himport_discard_all': _CLIENT,
    'parse_response': _CLIENT,
    'set_response_callback': _CLIENT,
    'set_retry': _CLIENT,
    'get_retry': _CLIENT,
    'get_cache': _CLIENT,
    'from_url': _CLIENT,
    'from_pool': _CLIENT,
    'ft': _RAW,
}
REFUSED.update(dict.fromkeys((
    'select', 'auth', 'hello', 'readonly', 'readwrite', 'client_reply', 'client_no_evict', 'client_no_touch',
    'client_tracking', 'client_tracking_on', 'client_tracking_off', 'script_debug', 'quit', 'sync', 'psync'), _SHARED))

#: Commands that change the state of a connection that others will use after us, or
#: that are answered by no reply or by several. CLIENT SETNAME and SETINFO are none of
#: them, for no reply depends on what a connection is called.
_REFUSED_COMMANDS = frozenset(
    [b'WATCH', b'UNWATCH', b'MULTI', b'EXEC', b'DISCARD', b'MONITOR', b'SYNC', b'PSYNC', b'REPLCONF',
     b'SUBSCRIBE', b'PSUBSCRIBE', b'SSUBSCRIBE', b'UNSUBSCRIBE', b'PUNSUBSCRIBE', b'SUNSUBSCRIBE',
     b'SELECT', b'AUTH', b'HELLO', b'RESET', b'QUIT', b'READONLY', b'READWRITE', b'ASKING', b'SCRIPT DEBUG',
     b'CLIENT REPLY', b'CLIENT TRACKING', b'CLIENT CACHING', b'CLIENT NO-EVICT', b'CLIENT NO-TOUCH',
     b'HIMPORT PREPARE', b'HIMPORT DISCARD', b'HIMPORT DISCARDALL'])

#: First words of those, by themselves.
_UNDECIDED = frozenset(name.split()[0] for name in _REFUSED_COMMANDS if b' ' in name)

#: The names of commands that may be queued, as far as they have been asked for: see ``allow``.
ALLOWED = set()

#: Methods whose value is an object of redis-py's that sends commands itself.
MODULES = ('json', 'ts', 'bf', 'cf', 'cms', 'topk', 'tdigest', 'vset')

#: Methods whose command goes with others that only the client's own pipelines know to send.
LEFT = ('himport_set',)

#: What some command methods ask of their client.
CLIENT_ATTRIBUTES = ('connection_pool', 'get_encoder', 'get_connection_kwargs')

#: What a command method refers to that hands on its arguments as they are.
_LOOKING_AT_NOTHING = frozenset([
    'execute_command', 'append', 'extend', 'items', 'iteritems', 'len', 'DataError', 'RedisError'])

#: The types of most arguments; none of them is a Future.
PLAIN_TYPES = frozenset([bytes, str, six.text_type, bytearray, int, float, bool, type(None),
                         list, tuple, dict, set])


def settled(args):
    """Return *args* with the results of the Futures among them in their place.

    Raises ResultNotReady for a Future that has none yet.
    """
    for arg in args:
        if type(arg) not in PLAIN_TYPES and issubclass(type(arg), Future):
            return tuple([plain(arg) for arg in args])
    return args


def refuse(name, instead):
    """Raise the error of a pipe for what cannot be queued."""
    raise InvalidOperation('%s() cannot be queued on a pipe; %s' % (name, instead))


def allow(args):
    """Let the command of the words *args* be queued, however they are written, or refuse it."""
    words = _words(args[0])
    decided = len(words) != 1 or words[0] not in _UNDECIDED
    if not decided:
        words += _words(b'' if len(args) == 1 else args[1])
    for name in b' '.join(words[:1]), b' '.join(words[:2]):
        if name in _REFUSED_COMMANDS:
            refuse(six.ensure_str(name), _SHARED)
    if decided and len(ALLOWED) < 1000:
        ALLOWED.add(args[0])


def _words(name):
    """Return the words of *name*, bytes or text, in capitals."""
    if isinstance(name, (bytearray, memoryview)):
        name = bytes(bytearray(name))
    return (name if isinstance(name, bytes) else six.text_type(name).encode('utf-8', 'replace')).upper().split()


def _refusing(name, instead):
    def method(self, *args, **kwargs):
        refuse(name, instead)
    method.__name__ = name
    method.__doc__ = 'Refused on a pipe with InvalidOperation: %s.' % instead
    return method


def _queueing(function):
    @six.wraps(function)
    def method(self, *args, **kwargs):
        for arg in args:
            if type(arg) not in PLAIN_TYPES:
                args = settled(args)
                break
        if not kwargs:
            return function(self, *args)
        for value in kwargs.values():
            if type(value) not in PLAIN_TYPES:
                kwargs = dict(zip(kwargs, settled(tuple(kwargs.values()))))
                break
        return function(self, *args, **kwargs)
    return method


def _set(function):
    queueing = _queueing(function)

    @six.wraps(function)
    def method(self, *args, **kwargs):
        # Mostly a key and a value alone; redis-py looks for a dozen options all the same.
        if len(args) == 2 and not kwargs:
            return self.execute_command('SET', *args)
        return queueing(self, *args, **kwargs)
    return method


def _left(name, function):
    @six.wraps(function)
    def method(self, *args, **kwargs):
        return self._call(name, args, kwargs)
    return method


def _module(name, function):
    @six.wraps(function)
    def method(self, *args, **kwargs):
        # Made by the client, which it goes on asking for the protocol, and which keeps the
        # reply callbacks.
        module = getattr(self._client, name)(*args, **kwargs)
        module.execute_command = self.execute_command
        module.pipeline = partial(refuse, 'pipeline', REFUSED['pipeline'])
        return module
    return method


def _method(name, function):
    if name in MODULES:
        return _module(name, function)
    if name in LEFT:
        return _left(name, function)
    if name == 'set' and function.__module__.split('.')[0] in LIBRARIES:
        return _set(function)
    # Where a method looks at no argument, execute_command settles what it is given.
    if name.startswith('_') or _LOOKING_AT_NOTHING.issuperset(function.__code__.co_names):
        return function
    return _queueing(function)


class Commands(object):
    """The command methods of *client_class*, to be given to the pipes of its connections."""

    def __init__(self, client_class):
        self.client_class = client_class
        self._bound = {}

    def given_to(self, cls):
        """Return the subclass of *cls*, a class of pipes, that has these commands."""
        try:
            return self._bound[cls]
        except KeyError:
            bound = type(cls)(cls.__name__, (cls,), dict(
                self._methods(cls), __slots__=(), __doc__=cls.__doc__, __module__=cls.__module__,
                _client_class=self.client_class))
            return self._bound.setdefault(cls, bound)

    def _methods(self, cls):
        """Yield the names and functions of all commands that *cls* does not define itself."""
        methods = {}
        for base in reversed(self.client_class.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, FunctionType) and not name.startswith('__') \
                        and name not in CLIENT_ATTRIBUTES and not hasattr(cls, name):
                    methods[name] = _method(name, value)
        return methods


def refusing(cls):
    """Give *cls* a method for each refused name (a class decorator)."""
    for name, instead in REFUSED.items():
        setattr(cls, name, _refusing(name, instead))
    return cls


#: Those of redis-py itself, for connections that are not known yet and for clusters.
REDIS = Commands(redis.StrictRedis)
