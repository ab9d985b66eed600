"""Facts of the client libraries: redis-py, valkey-py and redis-py-cluster, and how their releases differ.

These names of redis-py's are not documented, and the direct way of sending relies on them. Where one is missing, or
belongs to somebody else than the library, the client's own pipeline object sends the batch, or ``read_response``
reads each reply:

- ``pool.connection_class``, and its ``send_packed_command``, ``read_response``, ``pack_command``, ``encoder``,
  ``connect``, ``disconnect``, ``can_read``;
- ``client.response_callbacks``, ``parse_response`` and the pipeline's ``annotate_exception``;
- ``pool._in_use_connections``, the queue ``pool.pool`` of a blocking pool, and ``pool._available_connections`` and
  ``connection._close`` of asyncio clients;
- ``connection.retry``, and ``client._disconnect_raise`` of redis-py 4 and 5;
- ``connection._parser._reader.gets``, hiredis' reader;
- ``connection._writer`` of asyncio.
"""
import inspect
import socket
import sys
from types import FunctionType

import redis
import six

from .exceptions import InvalidPipeline

try:
    from hiredis import PushNotification
except ImportError:
    PushNotification = ()

try:
    from redis.observability import get_observability_instance
    from redis.observability.recorder import record_error_count
except ImportError:
    get_observability_instance = None

__all__ = ['CLUSTERS', 'LIBRARIES', 'POOL_HEALTH_CHECKS', 'PushNotification', 'annotate', 'base_error',
           'buffered_replies', 'can_go_directly', 'client_errors', 'close_idle', 'comes_from_outside',
           'count_error_reply', 'counts_batches', 'direct_state', 'encoder_for', 'fail_for', 'has_open_connections',
           'is_cluster', 'is_coroutine_function', 'is_guarded', 'is_library_class', 'is_library_error', 'is_out',
           'let_go', 'package_of', 'refreshes_nodes', 'refuse_decoded', 'refuse_several', 'returns_error_replies',
           'shut_down', 'wants_command_name']

#: The packages whose clients make pipelines that have all of redis-py's commands.
LIBRARIES = ('redis', 'valkey')

#: The packages whose pipelines are kept from sending twice.
GUARDED = ('redis', 'rediscluster', 'valkey')

#: The classes of their clients for clusters.
CLUSTERS = ('RedisCluster', 'StrictRedisCluster', 'ValkeyCluster')

#: Pools of redis-py before 3.2 hand out connections that the server may have closed.
POOL_HEALTH_CHECKS = hasattr(redis.Connection, 'check_health')


# -- Which library, and which of its classes

def package_of(cls):
    """Return the name of the package that the class, or the frame's globals, *cls* comes from."""
    return cls.__module__.split('.')[0]


def client_errors(client):
    """Return the module with the errors of the package that *client*, or a pipeline, is of."""
    for base in type(client).__mro__:
        if package_of(base) in LIBRARIES:
            return sys.modules[package_of(base) + '.exceptions']
    return redis.exceptions


def base_error(errors):
    """Return the class of all errors of the module *errors*: the libraries call it by different names."""
    return errors.ResponseError.__bases__[0]


def is_cluster(client):
    """Return True if *client* is one of a cluster."""
    return any(base.__name__ in CLUSTERS for base in type(client).__mro__)


def is_guarded(pipe):
    """Return True if *pipe* is a pipeline object of one of the packages GUARDED, or extends one."""
    # Others may borrow the commands of redis-py alone.
    has_pool = hasattr(pipe, 'connection_pool') or hasattr(pipe, 'nodes_manager')
    return has_pool and any(package_of(base) in GUARDED for base in type(pipe).__mro__)


def returns_error_replies(pipe):
    """Return True if ``execute`` of *pipe*, a guarded pipeline object, takes raise_on_error, or will not tell."""
    function = type(pipe).execute
    try:
        if six.PY2:
            spec = inspect.getargspec(function)
            return 'raise_on_error' in spec.args or spec.keywords is not None
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return True
    return 'raise_on_error' in parameters or any(one.kind is one.VAR_KEYWORD for one in parameters.values())


def encoder_for(pipe):
    """Return the encoder of the connections of *pipe*, a pipeline object."""
    pool = getattr(pipe, 'connection_pool', None)
    connection = getattr(pool, 'connection_class', None)
    if connection is None or package_of(connection) in GUARDED:
        return (pipe if hasattr(pipe, 'get_encoder') else pool).get_encoder()
    # A class of the user's may have an encoder of its own; this connection is never opened.
    return connection(**pool.connection_kwargs).encoder


def is_library_class(cls):
    """Return True if *cls* is one of redis-py's own, and no subclass of the user's."""
    return getattr(cls, '__module__', '').split('.')[0] in LIBRARIES


is_coroutine_function = getattr(inspect, 'iscoroutinefunction', lambda function: False)


def refuse_several(client):
    """Raise InvalidPipeline for redis-py's client of several databases, and for its pipelines."""
    modules = 'redis.multidb.client', 'redis.asyncio.multidb.client'
    if any(base.__module__ in modules for base in type(client).__mro__):
        raise InvalidPipeline(
            'a MultiDBClient sends a batch whose replies were lost again, to another database, and so may '
            'apply a write twice; connect a client of each database, under a name of its own')


def refuse_decoded(client):
    """Raise InvalidPipeline for a client, or a pipeline, that decodes its replies."""
    for pool in ('connection_pool', 'nodes_manager'):
        settings = getattr(getattr(client, pool, None), 'connection_kwargs', None)
        if isinstance(settings, dict) and settings.get('decode_responses'):
            raise InvalidPipeline(
                'redpipe decodes replies itself, by field; connect a client '
                'that was made without decode_responses=True')


def can_go_directly(client, pipeline_class):
    """Return True if batches of *client*, of one of the packages LIBRARIES, can go directly.

    *pipeline_class* is that of its pipeline objects.
    """
    pool = getattr(client, 'connection_pool', None)
    connection = getattr(pool, 'connection_class', None)
    needed = [getattr(connection, name, None) for name in
              ('send_packed_command', 'read_response', 'pack_command', 'pack_commands', 'connect',
               'disconnect')]
    needed += [getattr(type(client), 'parse_response', None),
               getattr(type(client), 'pipeline', None),
               getattr(pool, 'get_connection', None), getattr(pool, 'release', None),
               getattr(pool, 'make_connection', None), getattr(pool, 'get_encoder', None),
               getattr(pipeline_class, 'execute', None),
               getattr(pipeline_class, 'parse_response', None)]
    parser = getattr(pool, 'connection_kwargs', {}).get('parser_class', connection)
    return (all(_is_the_librarys_own(function) for function in needed)
            # A subclass may do anything in its own way, and have an encoder of its own.
            and is_library_class(connection) and is_library_class(parser)
            and not {'parse_response', 'pipeline'} & set(vars(client))
            and isinstance(getattr(client, 'response_callbacks', None), dict)
            # Client-side caching answers from memory, which only redis-py's own path does.
            and getattr(pool, 'cache', None) is None)


def direct_state(client, pipeline_class):
    """Return what decides whether batches of *client* can go directly, as far as it may change while it is used.

    *pipeline_class* is that of its pipeline objects.
    """
    return client.connection_pool, type(client).pipeline, pipeline_class.execute, 'pipeline' in vars(client)


def _is_the_librarys_own(function):
    """Return True if *function* is redis-py's own, not overridden and not patched over."""
    function = getattr(function, '__func__', function)
    # Where it was defined: what wraps a function has all that it says of itself.
    return type(function) is FunctionType \
        and function.__globals__['__name__'].split('.')[0] in LIBRARIES


# -- Pools

def wants_command_name(get_connection):
    """Return True if a pool wants the name of a command, as those before redis-py 5.3 do."""
    if six.PY2:
        return True
    first = next(iter(inspect.signature(get_connection).parameters.values()), None)
    return first is not None and first.default is first.empty \
        and first.kind is first.POSITIONAL_OR_KEYWORD


def is_out(connection, pool):
    """Return True if *pool* knows that *connection* has not come back."""
    queue = getattr(getattr(pool, 'pool', None), 'queue', None)  # of a blocking pool
    if queue is not None:
        return connection not in queue
    in_use = getattr(pool, '_in_use_connections', ())
    if isinstance(in_use, dict):  # redis-py-cluster's, by node
        return any(connection in of_node for of_node in in_use.values())
    return connection in in_use


def close_idle(pool):
    """Close all connections that wait in *pool*."""
    try:
        pool.disconnect(inuse_connections=False)
    except (TypeError, AttributeError):  # blocking pools before redis-py 7, and those of others
        for connection in list(getattr(getattr(pool, 'pool', None), 'queue', ())):
            if connection is not None:
                connection.disconnect()


# -- Connections

def buffered_replies(connection):
    """Return what gives the replies that are in hiredis' buffer, and what it says when empty."""
    if not type(connection).read_response.__module__.endswith('.connection'):
        return None, None  # Sentinel's connections look at every reply
    parser = connection._parser
    gets = getattr(getattr(parser, '_reader', None), 'gets', None)
    return gets, getattr(sys.modules[type(parser).__module__], 'NOT_ENOUGH_DATA', False)


def shut_down(connection):
    """Let whoever reads from *connection*, or writes to it, on another thread find its end; it may be None."""
    sock = getattr(connection, '_sock', None)
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except (OSError, socket.error):
            pass  # it has ended already


def has_open_connections(pool):
    """Return True if a connection of *pool*, of an asyncio client, is open."""
    return any(connection.is_connected for name in ('_available_connections', '_in_use_connections')
               for connection in getattr(pool, name, ()))


def let_go(connection, pool):
    """Give *connection* of an asyncio client back to *pool*, closed, where no event loop can do it any more."""
    try:
        connection._close()
    except RuntimeError:
        pass  # of the loop, which is closed
    connection._reader = connection._writer = None
    pool._in_use_connections.discard(connection)
    pool._available_connections.append(connection)


def fail_for(client, connection):
    """Return what a retry policy calls with an error before it tries again on *connection*.

    In redis-py 4 and 5 the client knows which errors its policy is for, later the policy does.
    """
    fail = getattr(client, '_disconnect_raise', None)
    if fail is None:
        return lambda error: connection.disconnect()
    return lambda error: fail(connection, error)


# -- Clusters

def refreshes_nodes():
    """Return True if a client of a cluster looks for the node that has taken over: redis-py does from 4.4 on."""
    return redis.VERSION >= (4, 4)


# -- What redis-py counts for OpenTelemetry (7.2 and later)

def counts_batches():
    """Return True while redis-py counts what its pipelines do."""
    return get_observability_instance is not None and get_observability_instance().is_enabled()


def count_error_reply(error, pool):
    """Count *error*, a reply of a server of *pool*, as redis-py counts one that its pipeline raises."""
    if counts_batches() and isinstance(error, redis.RedisError) and pool is not None:
        where = [getattr(pool, 'connection_kwargs', {}).get(name) for name in ('host', 'port')]
        record_error_count(*where * 2, error_type=error, retry_attempts=0, is_internal=False)


# -- Errors

#: Where the errors of a connection come from: the library, its parser, and what they stand on.
_OURS = frozenset(GUARDED) | frozenset([
    'redpipe', 'hiredis', 'libvalkey', 'socket', 'ssl', 'select', 'selectors', 'asyncio', 'async_timeout', 'exceptions',
    'builtins', 'encodings', 'codecs', 'struct', '_struct', '_socket', '_ssl'])


#: How texts of asyncio pipelines of redis-py 6 end: the error was to stand there.
_FORGOTTEN = 'caused error: {exception.args}'


def annotate(annotating, error, number, words):
    """Let the text of *error* tell which command it is about, by *annotating*, the method of a pipeline object."""
    args = error.args
    annotating(error, number, words)
    text = error.args[0] if error.args else None
    if isinstance(text, str) and text.endswith(_FORGOTTEN):
        error.args = (text.replace(_FORGOTTEN, 'caused error: %s' % (args,)),) + args[1:]


def is_library_error(error):
    """Return True if *error* is of a class of the client library's, or of one that extends it."""
    return any(package_of(base) in GUARDED for base in type(error).__mro__)


def comes_from_outside(exc_info, *objects):
    """Return True if an exception has nothing to do with a connection: a time limit that a signal's handler raised.

    That is one whose class is none of the client library's or Python's, or that was raised in a frame which is no
    part of redpipe, the client library, its parser, socket or ssl. The modules of the classes of *objects*, a
    connection or a pipeline object of the user's own, count as the library's.
    """
    kind, error, traceback = exc_info
    if is_library_error(error):
        return False
    ours = set(_OURS)
    for one in objects:
        ours.update(package_of(base) for base in type(one).__mro__)
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame.f_globals.get('__name__') or ''
    return package_of(kind) not in ours or frame.split('.')[0] not in ours
