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

from ._client_libraries import LIBRARIES
from ._redis_commands import changes_connection, is_whole_name, split_name
from ._texts import brief
from .exceptions import InvalidOperation
from .futures import Future, plain

__all__ = ['CommandMethods', 'REDIS', 'sendable', 'with_results', 'refuse']

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

#: The names of commands that may be queued, as far as they have been asked for: see ``check_allowed``.
ALLOWED = set()

#: Methods whose value is an object of redis-py's that sends commands itself.
MODULES = ('json', 'ts', 'bf', 'cf', 'cms', 'topk', 'tdigest', 'vset')

#: Methods whose command goes with others that only the client's own pipelines know to send.
CLIENT_SENT = ('himport_set',)

#: What some command methods ask of their client.
CLIENT_ATTRIBUTES = ('connection_pool', 'get_encoder', 'get_connection_kwargs')

#: What a command method refers to that hands on its arguments as they are.
_PASSES_ARGUMENTS_ON = frozenset([
    'execute_command', 'append', 'extend', 'items', 'iteritems', 'len', 'DataError', 'RedisError'])

#: The types of most arguments; none of them is a Future.
PLAIN_TYPES = frozenset([bytes, str, six.text_type, bytearray, int, float, bool, type(None),
                         list, tuple, dict, set])


def with_results(args):
    """Return *args* with the results of the Futures among them in their place, and the bytes of a memoryview.

    Raises ResultNotReady for a Future that has none yet.
    """
    for arg in args:
        if type(arg) not in PLAIN_TYPES and issubclass(type(arg), (Future, memoryview)):
            return tuple([sendable(arg) for arg in args])
    return args


def sendable(arg):
    """Return the result of a Future, the bytes of a memoryview, and any other argument as it is."""
    arg = plain(arg)
    # With steps, or of numbers, a memoryview is sent wrongly by hiredis and by redis-py.
    return arg.tobytes() if isinstance(arg, memoryview) else arg


def refuse(name, instead):
    """Raise the error of a pipe for what cannot be queued."""
    raise InvalidOperation('%s() cannot be queued on a pipe; %s' % (name, instead))


def check_allowed(words):
    """Let the command of these *words* be queued, however they are written, or refuse it."""
    if words[0] and not split_name(words[0]):
        raise InvalidOperation('a command needs a name; %s is none' % brief(words[0]))
    name = changes_connection(words)
    if name:
        refuse(name, _SHARED)
    if is_whole_name(words[0]) and len(ALLOWED) < 1000:
        ALLOWED.add(words[0])


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
                args = with_results(args)
                break
        if not kwargs:
            return function(self, *args)
        for value in kwargs.values():
            if type(value) not in PLAIN_TYPES:
                kwargs = dict(zip(kwargs, with_results(tuple(kwargs.values()))))
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


def _queue_the_call(name, function):
    @six.wraps(function)
    def method(self, *args, **kwargs):
        return self._queue_method(name, args, kwargs)
    return method


def _module(function):
    @six.wraps(function)
    def method(self, *args, **kwargs):
        # Of the client, which it goes on asking for the protocol, and which keeps the reply callbacks. An asyncio
        # client would make one whose methods have to be awaited.
        module = function(self._client, *args, **kwargs)
        module.execute_command = self.execute_command
        module.pipeline = partial(refuse, 'pipeline', REFUSED['pipeline'])
        return module
    return method


def _method(name, function):
    if name in MODULES:
        return _module(function)
    if name in CLIENT_SENT:
        return _queue_the_call(name, function)
    if name == 'set' and function.__module__.split('.')[0] in LIBRARIES:
        return _set(function)
    # Where a method looks at no argument, execute_command settles what it is given.
    if name.startswith('_') or _PASSES_ARGUMENTS_ON.issuperset(function.__code__.co_names):
        return function
    return _queueing(function)


class CommandMethods(dict):
    """The command methods of *client_class*, and the pipes that have them: a subclass for each class of pipes."""

    def __init__(self, client_class):
        super(CommandMethods, self).__init__()
        self.client_class = client_class

    def __missing__(self, cls):
        subclass = type(cls)(cls.__name__, (cls,), dict(
            self._methods(cls), __slots__=(), __doc__=cls.__doc__, __module__=cls.__module__,
            _client_class=self.client_class))
        return self.setdefault(cls, subclass)

    def _methods(self, cls):
        """Yield the names and functions of all commands that *cls* does not define itself."""
        methods = {}
        for base in reversed(self.client_class.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, FunctionType) and not name.startswith('__') \
                        and name not in CLIENT_ATTRIBUTES and not hasattr(cls, name):
                    methods[name] = _method(name, value)
        return methods


def with_refusals(cls):
    """Give *cls* a method for each refused name (a class decorator)."""
    for name, instead in REFUSED.items():
        setattr(cls, name, _refusing(name, instead))
    return cls


#: Those of redis-py itself, for connections that are not known yet and for clusters.
REDIS = CommandMethods(redis.StrictRedis)
