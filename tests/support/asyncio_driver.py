"""The asyncio driver of tests/support/drivers.py, for Python 3.8 and later."""
import asyncio
import inspect
import weakref

import pytest
import redis
import redis.asyncio
import redis.asyncio.retry
import redis.asyncio.sentinel
import redis.sentinel
from redis import _parsers

import redpipe
import redpipe.asyncio
import redpipe.pipelines
from redpipe.asyncio._connections import AsyncConnectionManager
from redpipe.pipelines import pipeline as blocking_pipeline

__all__ = ['Asyncio', 'connected']

#: The classes of redis.asyncio by those of the blocking side.
TWINS = {
    redis.ConnectionPool: redis.asyncio.ConnectionPool,
    redis.BlockingConnectionPool: redis.asyncio.BlockingConnectionPool,
    redis.sentinel.SentinelConnectionPool: redis.asyncio.sentinel.SentinelConnectionPool,
    redis.Connection: redis.asyncio.Connection,
    redis.SSLConnection: redis.asyncio.SSLConnection,
    redis.UnixDomainSocketConnection: redis.asyncio.UnixDomainSocketConnection,
    redis.sentinel.SentinelManagedConnection: redis.asyncio.sentinel.SentinelManagedConnection,
    _parsers._HiredisParser: _parsers._AsyncHiredisParser,
    _parsers._RESP2Parser: _parsers._AsyncRESP2Parser,
}


def names_of(cls):
    """The names of the settings of a connection class, with those of its bases."""
    return set(name for base in cls.__mro__ if '__init__' in vars(base)
               for name in inspect.signature(base.__init__).parameters) - {'self', 'parser', 'event_dispatcher'}


#: What a connection of either side can be told, but for objects that do the I/O of one side.
SETTINGS = set(
    name for kind in (redis.asyncio.SSLConnection, redis.asyncio.UnixDomainSocketConnection) for name in names_of(kind)
    if not name.startswith(('maint', 'oss_cluster', 'orig_', 'himport', 'redis_connect')))


class Sentinel:
    """A Sentinel that is asked by asyncio; *inner* is asked by blocking calls."""

    def __init__(self, inner):
        self._inner = inner

    async def discover_master(self, name):
        return self._inner.discover_master(name)


class OwnClient(redis.asyncio.Redis):
    """A client that makes its pipelines itself, as one of a class of the user's own does."""

    def pipeline(self, *args, **kwargs):
        return super().pipeline(*args, **kwargs)


def settings_of(pool):
    """Return what the connections of *pool*, a blocking one, are told, for connections of asyncio."""
    settings = {name: value for name, value in pool.connection_kwargs.items() if name in SETTINGS}
    retry = settings.get('retry')
    if retry is not None:
        settings['retry'] = redis.asyncio.retry.Retry(retry._backoff, retry._retries)
    if 'parser_class' in settings:
        settings['parser_class'] = TWINS[settings['parser_class']]
    return settings


def twin_of(client):
    """Return a client of redis.asyncio of the settings of *client*, a plain blocking one."""
    pool = client.connection_pool
    cls = redis.asyncio.Redis if type(client) is redis.Redis else OwnClient
    if pool.connection_class not in TWINS or type(client.pipeline()) is not type(redis.Redis().pipeline()):
        raise TypeError('a %s has no twin; mark the test blocking' % type(client).__name__)
    settings = settings_of(pool)
    if client.auto_close_connection_pool:
        known = inspect.signature(redis.asyncio.Redis.__init__).parameters
        options = {name: value for name, value in settings.items() if name in known}
        if issubclass(pool.connection_class, redis.SSLConnection):
            options['ssl'] = True
        if 'path' in settings:
            options['unix_socket_path'] = settings['path']
        return cls(**options)
    options = {'connection_class': TWINS[pool.connection_class], 'max_connections': pool.max_connections}
    if isinstance(pool, redis.BlockingConnectionPool):
        options['timeout'] = pool.timeout
    if isinstance(pool, redis.sentinel.SentinelConnectionPool):
        pool = TWINS[type(pool)](pool.service_name, Sentinel(pool.sentinel_manager), **dict(settings, **options))
    else:
        pool = TWINS[type(pool)](**dict(settings, **options))
    return cls(connection_pool=pool)


class Twin:
    """The *client* of redis.asyncio that stands for a blocking one, and what that was when it was last looked at."""

    def __init__(self, original):
        self.client = twin_of(original)
        self._look(original)
        self._callbacks = dict(redis.Redis(connection_pool=self._pool).response_callbacks)
        self.follow(original)

    def _look(self, original):
        self._pool = original.connection_pool
        self._settings = dict(original.connection_pool.connection_kwargs)
        self._callbacks = dict(original.response_callbacks)

    def follow(self, original):
        """Let the twin have what the test has told *original* meanwhile."""
        if original.connection_pool is not self._pool:
            self.client.connection_pool = twin_of(original).connection_pool
        elif original.connection_pool.connection_kwargs != self._settings:
            self.client.connection_pool.connection_kwargs.update(settings_of(original.connection_pool))
        for name, callback in original.response_callbacks.items():
            if self._callbacks.get(name) is not callback:
                self.client.set_response_callback(name, callback)
        self._look(original)


def root_class(driver):
    """Return the class of roots whose blocks and whose ``execute`` are awaited on the loop of *driver*."""
    class Root(redpipe.asyncio.Pipeline):

        __slots__ = ()

        def execute(self, raise_on_error=None):
            driver.follow()
            executing = super().execute(raise_on_error)
            return executing if driver.loop.is_running() else driver.run(executing)

        def __enter__(self):
            return driver.run(self.__aenter__())

        def __exit__(self, *error):
            return driver.run(self.__aexit__(*error))

    return Root


class Asyncio:
    """The asyncio driver, with a loop of its own: see ``drivers``."""

    is_asyncio = True

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)  # to which pools belong that are made before it runs, on Python 3.9
        self._root = root_class(self)
        self._twins = weakref.WeakKeyDictionary()
        self._clients = weakref.WeakSet()
        return self

    def __exit__(self, *error):
        self.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        self.loop.close()

    def begin(self):
        self._patches = pytest.MonkeyPatch()
        # What keyspaces and Structs execute without a pipe comes from redpipe.pipelines.
        for module in redpipe, redpipe.pipelines:
            self._patches.setattr(module, 'pipeline', self._pipeline)
        self._patches.setattr(redpipe, 'connect_redis', self._connect_redis)
        self._patches.setattr(redpipe.asyncio._pipelines, 'Pipeline', self._root)

    def end(self):
        self._patches.undo()
        self.close()
        assert not asyncio.all_tasks(self.loop), 'a task is left over'

    def close(self):
        for client in list(self._clients):
            self.run(client.connection_pool.disconnect())
        self.pause(0)

    def _pipeline(self, pipe=None, name=None, autoexec=False, raise_on_error=True):
        if pipe is not None:
            return blocking_pipeline(pipe, name, autoexec, raise_on_error)
        return redpipe.asyncio.pipeline(None, name, autoexec, raise_on_error)

    def _connect_redis(self, client, name=None, **options):
        redpipe.asyncio.connect_redis(self.twin(client), name, **options)

    def twin(self, client):
        if isinstance(client, redis.asyncio.Redis):
            return client
        if client not in self._twins:
            self._twins[client] = Twin(client)
            self._clients.add(self._twins[client].client)
        return self._twins[client].client

    def follow(self):
        for original, twin in list(self._twins.items()):
            twin.follow(original)

    def run(self, value):
        return self.loop.run_until_complete(value) if inspect.isawaitable(value) else value

    def pause(self, seconds):
        self.run(asyncio.sleep(seconds))

    def disconnect(self, client):
        self.run(self.twin(client).connection_pool.disconnect())
        if not isinstance(client, redis.asyncio.Redis):
            client.connection_pool.disconnect()

    def is_open(self, connection):
        return connection.is_connected

    def can_read(self, connection):
        for _ in range(3):  # turns of the loop, until it has read what is there
            self.pause(0)
        return bool(connection._reader._buffer) or self.run(
            getattr(connection, 'can_read', connection.can_read_destructive)())

    def interrupt_reading(self, connection, error):
        # Further inside, where a cancellation would come: redis-py closes the connection.
        async def interrupted(*args, **options):
            del connection._parser.read_response
            raise error
        connection._parser.read_response = interrupted

    def look_at_idle(self, pool):
        assert not pool._in_use_connections
        for _ in range(3):
            self.pause(0)
        for connection in pool._available_connections:
            assert not self.is_open(connection) or not connection._reader._buffer

    def backend(self, name=None):
        return AsyncConnectionManager.backend(name)


async def connected(function, server):
    """Await *function* while an asyncio client of *server* is the default connection."""
    async with redis.asyncio.Redis(host=server.host, port=server.port) as client:
        redpipe.asyncio.connect_redis(client)
        await function()
        redpipe.asyncio.disconnect()
