"""Which asyncio client is behind which name."""
import asyncio
import inspect
import sys
import threading
import weakref

from .._backends import Backend, described_kind
from .._batches.client_pipelines import ClientPipelineBatch
from .._batches.direct import DirectBatch, DirectTransaction
from .._client_libraries import (
    LIBRARIES,
    has_open_connections,
    is_cluster,
    is_coroutine_function,
    is_library_class,
    package_of,
    refuse_decoded,
    refuse_several,
)
from .._pipe_methods import REDIS, CommandMethods
from .._texts import brief
from ..connections import DEFAULT, ConnectionManager
from ..exceptions import InvalidOperation, InvalidPipeline
from ._guard import async_guard
from ._sources import AsyncConnectionSource

__all__ = ['AsyncConnectionManager', 'connect_redis', 'disconnect', 'reset']


class AsyncConnectionManager(ConnectionManager):
    """The registry of the connections of asyncio clients, for the whole process and used as a class."""

    connections = ConnectionManager.asyncio_connections
    _module = 'redpipe.asyncio'

    @classmethod
    def backend(cls, name=None):
        """Return the backend of connection *name* in the event loop that runs; InvalidPipeline for an unknown name."""
        name = DEFAULT if name is None else name
        try:
            backend = cls.connections[name]
        except KeyError:
            raise InvalidPipeline(
                'connection %s has no asyncio client%s; call redpipe.asyncio.connect_redis(client%s) first' % (
                    brief(name), ', only a blocking one' if name in ConnectionManager.connections else '',
                    '' if name == DEFAULT else ', name=%s' % brief(name))) from None
        return backend.in_loop(asyncio._get_running_loop())

    @classmethod
    def connect_redis(cls, client, name=None, transaction=False, direct=True, at_most_once=True):
        """Connect a client, or what makes one; see :func:`connect_redis`."""
        if is_coroutine_function(client):
            raise InvalidPipeline('the callable that makes a client for each event loop is called, not awaited; %r is '
                                  'a coroutine function' % getattr(client, '__name__', client))
        options = dict(transaction=transaction, direct=direct, at_most_once=at_most_once)
        makes = inspect.isfunction(client) or inspect.ismethod(client) or inspect.isclass(client) or (
            callable(client) and not hasattr(client, 'pipeline'))
        cls._add(name, _BackendPerLoop(client, options) if makes else backend_for_client(client, **options))

    @classmethod
    def disconnect(cls, name=None):
        """Forget connection *name*; see :func:`disconnect`."""
        cls.connections.pop(DEFAULT if name is None else name, None)

    @classmethod
    def reset(cls):
        """Forget all connections of asyncio clients."""
        cls.connections.clear()


class AsyncClientPipelineBatch(ClientPipelineBatch):
    """A batch on a pipeline object of an asyncio client."""

    guard = staticmethod(async_guard)

    def _is_transaction(self):
        return bool(getattr(self._pipe, 'is_transaction', False))  # transaction is a method of these

    def _drop_queued(self):
        self._pipe.command_stack = []  # reset() would have to be awaited, and has nothing else to do


class AsyncBackend(Backend):
    """The connection of an asyncio client."""

    source, client_pipeline_batch = AsyncConnectionSource, AsyncClientPipelineBatch

    #: A weak reference to the event loop in which the client was used last.
    _loop = None

    def in_loop(self, loop):
        """Return the backend itself; InvalidOperation if connections of the client belong to another event loop."""
        if loop is not None and (self._loop is None or self._loop() is not loop):
            if self._loop is not None and has_open_connections(self.client.connection_pool):
                raise InvalidOperation('the connections of this client belong to another event loop; close the client '
                                       'in that, or connect a callable, which makes a client for each loop')
            self._loop = weakref.ref(loop)
        return self


class _BackendPerLoop(object):
    """The connection of the clients that *make* makes, one for each event loop; *options* are those of all of them."""

    methods = REDIS
    client = None

    def __init__(self, make, options):
        self._make = make
        self._options = options
        self._clients = weakref.WeakKeyDictionary()
        self._backends = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def reaches_same_servers(self, other):
        return isinstance(other, _BackendPerLoop) and self._make == other._make

    def take_over(self, other):
        self._clients = other._clients

    def in_loop(self, loop):
        """Return the backend of *loop*, which runs."""
        if loop is None:
            raise InvalidOperation('a client of this connection is made for each event loop, and this thread runs none')
        with self._lock:  # other threads have other loops
            backend = self._backends.get(loop)
            if backend is None:
                # The connections of a client hold the loop that they are of, which keeps it among the keys.
                for known in self._clients, self._backends:
                    for ended in [one for one in known if one.is_closed()]:
                        del known[ended]
                client = self._clients.get(loop)
                if client is None:
                    client = self._make()
                backend = self._backends[loop] = backend_for_client(client, **self._options)
                self._clients[loop] = client
            return backend


def backend_for_client(client, transaction, direct, at_most_once):
    """Return the backend of *client*, an asyncio one."""
    if isinstance(client, type) or hasattr(client, 'command_stack') or not callable(getattr(client, 'pipeline', None)):
        raise InvalidPipeline('an asyncio client such as redis.asyncio.Redis() was expected, not %s' % (
            described_kind(client)))
    name = '%s.%s' % (type(client).__module__, type(client).__name__)
    if is_cluster(client):
        raise InvalidPipeline('a %s cannot be connected yet: pipelines of asyncio clusters send writes again' % name)
    if not is_coroutine_function(getattr(client, 'execute_command', None)):
        raise InvalidPipeline('a %s is a blocking client; connect it by redpipe.connect_redis(client)' % name)
    _refuse_old(client)
    refuse_decoded(client)
    refuse_several(client)
    batch = None
    if direct and at_most_once and 'pipeline' not in vars(client):
        batch = DirectTransaction if transaction else DirectBatch
    return AsyncBackend(lambda: client.pipeline(transaction=bool(transaction)), client, _methods_of(client), batch,
                        at_most_once=at_most_once)


def _refuse_old(client):
    """Raise InvalidPipeline for a client that leaves replies unread behind a cancelled task."""
    connection = getattr(getattr(client, 'connection_pool', None), 'connection_class', None)
    if connection is not None and is_library_class(connection) \
            and 'disconnect_on_error' not in inspect.signature(connection.read_response).parameters:
        raise InvalidPipeline('the asyncio clients of redis-py before 5.0 are not supported; a cancelled task may '
                              'leave replies of others on their connections')


def _methods_of(client):
    """Return the methods that pipes of *client* have: those of the blocking client of its package."""
    for base in type(client).__mro__:
        if package_of(base) in LIBRARIES and package_of(base) != 'redis':
            return CommandMethods(sys.modules[package_of(base)].Valkey)
    return REDIS


def connect_redis(client, name=None, transaction=False, direct=True, at_most_once=True):
    """Let asyncio pipelines called *name* run on the servers of *client*.

    - *client*: a client of ``redis.asyncio``, plain or of Sentinel, or of ``valkey.asyncio``. Or a callable that makes
      one: it is called once in each event loop, and who made a client closes it. A client that decodes replies is
      InvalidPipeline.
    - *name*: the name of the connection, ``'default'`` for None. A blocking client may have the same name: the root
      decides which is used.
    - *transaction*, *direct*, *at_most_once*: as in :func:`redpipe.connect_redis`, which raises the same errors.
    """
    AsyncConnectionManager.connect_redis(client, name, transaction, direct, at_most_once)


def disconnect(name=None):
    """Forget the asyncio connection called *name*, if it is connected; its client stays open."""
    AsyncConnectionManager.disconnect(name)


def reset():
    """Forget all asyncio connections; the clients stay open."""
    AsyncConnectionManager.reset()
