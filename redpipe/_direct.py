"""Send a batch without redis-py's work per command, on redis-py's own connections.

A connection is taken from the client's pool, and redis-py does on it what it
always does: connect, authenticate, check its health, read, time out. What is
different is that a batch is packed in one go, sent in pieces of bounded size,
and that replies which have arrived together are taken from the parser in a
loop. The reply callbacks are the client's.

It relies on these names of redis-py's that are not documented; where one is
missing, or belongs to someone else than redis-py, the client's own pipeline
object sends the batch, or ``read_response`` reads each reply:

- ``pool.connection_class``, and its ``send_packed_command``, ``read_response``,
  ``pack_command``, ``encoder``, ``connect``, ``disconnect``, ``can_read``;
- ``client.response_callbacks``, ``parse_response`` and the pipeline's
  ``annotate_exception``;
- ``pool._in_use_connections``, and the queue ``pool.pool`` of a blocking pool;
- ``connection.retry``, and ``client._disconnect_raise`` of redis-py 4 and 5;
- ``connection._parser._reader.gets``, hiredis' reader.
"""
import inspect
import sys
from types import FunctionType

import redis
import six

from ._batches import EMPTY, POOL_CHECKS, Batch, Transaction
from ._commands import LIBRARIES

try:
    from redis.observability import get_observability_instance
except ImportError:
    get_observability_instance = None

__all__ = ['Direct', 'errors_of', 'fits', 'ready', 'taken']


def fits(client):
    """Tell whether batches of *client*, of one of the packages LIBRARIES, can go directly."""
    pool = getattr(client, 'connection_pool', None)
    connection = getattr(pool, 'connection_class', None)
    needed = [getattr(connection, name, None) for name in
              ('send_packed_command', 'read_response', 'pack_command', 'pack_commands', 'connect',
               'disconnect')]
    needed += [getattr(type(client), 'parse_response', None),
               getattr(pool, 'get_connection', None), getattr(pool, 'release', None),
               getattr(pool, 'make_connection', None), getattr(pool, 'get_encoder', None),
               getattr(type(client.pipeline()), 'execute', None),
               getattr(type(client.pipeline()), 'parse_response', None)]
    parser = getattr(pool, 'connection_kwargs', {}).get('parser_class', connection)
    return (all(_belongs(function) for function in needed)
            # A subclass may do anything in its own way, and have an encoder of its own.
            and _is_library_class(connection) and _is_library_class(parser)
            and 'parse_response' not in vars(client)
            and isinstance(getattr(client, 'response_callbacks', None), dict)
            # Client-side caching answers from memory, which only redis-py's own path does.
            and getattr(pool, 'cache', None) is None)


def errors_of(client):
    """Return the module with the errors of the package that *client*, or a pipeline, is of."""
    for base in type(client).__mro__:
        package = base.__module__.split('.')[0]
        if package in LIBRARIES:
            return sys.modules[package + '.exceptions']
    return redis.exceptions


def _counted():
    """Return True while redis-py counts what its pipelines do, for OpenTelemetry (7.2 and later)."""
    return get_observability_instance is not None and get_observability_instance().is_enabled()


def _belongs(function):
    """Tell whether *function* is redis-py's own, not overridden and not patched over."""
    function = getattr(function, '__func__', function)
    # Where it was defined: what wraps a function has all that it says of itself.
    return type(function) is FunctionType \
        and function.__globals__['__name__'].split('.')[0] in LIBRARIES


def _is_library_class(cls):
    """Return True if *cls* is one of redis-py's own, and no subclass of the user's."""
    return getattr(cls, '__module__', '').split('.')[0] in LIBRARIES


class Direct(object):
    """Send batches of *client*, each wrapped in MULTI and EXEC if *transaction* says so."""

    def __init__(self, client, transaction=False):
        self.client = client
        self.pool = client.connection_pool
        self.batch = Transaction if transaction else Batch
        #: The errors of the package that the client is of.
        self.errors = errors_of(client)
        self._names = ('_',) if _wants_name(self.pool.get_connection) else ()

    def takes(self, records):
        """Tell whether *records* can go directly; otherwise redis-py's pipeline has to send them."""
        if any(records.methods) or _counted():
            return False
        return self.batch is Batch or not any(
            EMPTY in options for options in records.options if options)

    def prepare(self, records):
        """Return a batch of *records*, packed; DataError for what cannot be sent."""
        return self.batch(self, records)

    def take(self):
        """Return a connection of the client's pool that is fit for a batch."""
        connection = taken(self.pool, *self._names)
        try:
            ready(connection)
        except BaseException:
            self.give_back(connection)
            raise
        return connection

    def give_back(self, connection, broken=False):
        """Release *connection* to the pool, without whatever is still on its way if it is *broken*."""
        try:
            if broken:
                connection.disconnect()
        finally:
            self.pool.release(connection)

    def lacks(self, connection):
        """Tell whether the pool knows that *connection* has not come back."""
        queue = getattr(getattr(self.pool, 'pool', None), 'queue', None)  # of a blocking pool
        return connection not in queue if queue is not None \
            else connection in getattr(self.pool, '_in_use_connections', ())


def taken(pool, *args, **kwargs):
    """Return a connection of *pool*, as its ``get_connection`` does.

    Where that is interrupted, redis-py gives back a connection that has said hello and not read
    the answer, which would be taken for that to a command. So all that wait there are closed.
    """
    try:
        return pool.get_connection(*args, **kwargs)
    except redis.RedisError:
        raise
    except BaseException:
        _close_idle(pool)
        raise


def _close_idle(pool):
    try:
        pool.disconnect(inuse_connections=False)
    except (TypeError, AttributeError):  # blocking pools before redis-py 7, and those of others
        for connection in list(getattr(getattr(pool, 'pool', None), 'queue', ())):
            if connection is not None:
                connection.disconnect()


def ready(connection):
    """Let *connection*, fresh from its pool, be one that a batch can be written to."""
    try:
        if not POOL_CHECKS and connection._sock is not None and connection.can_read():
            connection.disconnect()
        connection.connect()
        if POOL_CHECKS:
            connection.check_health()
    except BaseException:
        connection.disconnect()
        raise


def _wants_name(get_connection):
    """Tell whether a pool wants the name of a command, as those before redis-py 5.3 do."""
    if six.PY2:
        return True
    first = next(iter(inspect.signature(get_connection).parameters.values()), None)
    return first is not None and first.default is first.empty \
        and first.kind is first.POSITIONAL_OR_KEYWORD
