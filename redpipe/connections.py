"""Which client is behind which name.

Connect once, when the application starts; pipelines and keyspaces then refer to
a connection by name, and the one without a name is called ``'default'``.
"""
import sys

from ._backends import backend_for_callable, backend_for_client
from ._texts import brief
from .exceptions import AlreadyConnected, InvalidPipeline

__all__ = [
    'ConnectionManager',
    'connect',
    'connect_redis',
    'connect_rediscluster',
    'connect_redis_cluster',
    'disconnect',
    'reset',
]

DEFAULT = 'default'


class ConnectionManager(object):
    """The registry of connections, one for the whole process and used as a class."""

    connections = {}

    #: Whose ``disconnect`` forgets one of them.
    _module = 'redpipe'

    #: Those of asyncio clients, which ``redpipe.asyncio`` connects.
    asyncio_connections = {}

    @classmethod
    def backend(cls, name=None):
        """Return the backend, which makes batches, of connection *name*; InvalidPipeline for an unknown name."""
        name = DEFAULT if name is None else name
        if name in cls.asyncio_connections:
            cls._refuse_to_block(name)
        try:
            return cls.connections[name]
        except KeyError:
            raise InvalidPipeline(
                'connection %s is not configured; call redpipe.connect_redis(client%s) first'
                % (brief(name), '' if name == DEFAULT else ', name=%s' % brief(name)))

    @classmethod
    def _refuse_to_block(cls, name):
        """Raise InvalidPipeline for connection *name* of an asyncio client where a blocking one has no place."""
        if name not in cls.connections:
            raise InvalidPipeline(
                'connection %s has an asyncio client alone; in a coroutine, write "await '
                'redpipe.asyncio.call(function, ...)", or "async with redpipe.asyncio.autoexec() as pipe" and give '
                'that pipe to functions, keyspaces and Structs; iterate by "async for"; a thread without an event loop '
                'needs a blocking client under this name' % brief(name))
        if _runs_a_loop():
            raise InvalidPipeline(
                'connection %s has an asyncio client too, and this thread runs an event loop, which a blocking call '
                'would stop; write "await redpipe.asyncio.call(function, ...)", or "async with '
                'redpipe.asyncio.autoexec() as pipe" and give that pipe to functions, keyspaces and Structs; iterate '
                'by "async for"; or connect the blocking client under another name' % brief(name))

    @classmethod
    def get(cls, name=None):
        """Return a new pipeline object of the client that is connected as *name*."""
        return cls.backend(name).make()

    @classmethod
    def connect(cls, pipeline_method, name=None):
        """Connect a callable that returns objects with redis-py's pipeline interface."""
        cls._add(name, backend_for_callable(pipeline_method))

    @classmethod
    def connect_redis(cls, redis_client, name=None, transaction=False, shard_hint=None,
                      direct=True, at_most_once=True):
        """Connect a redis-py client; see :func:`connect_redis`."""
        options = {'transaction': transaction, 'direct': direct, 'at_most_once': at_most_once}
        if shard_hint is not None:
            options['shard_hint'] = shard_hint
        cls._add(name, backend_for_client(redis_client, **options))

    @classmethod
    def connect_rediscluster(cls, redis_cluster_client, name=None, at_most_once=True):
        """Connect a cluster client; see :func:`connect_rediscluster`."""
        cls._add(name, backend_for_client(redis_cluster_client, at_most_once=at_most_once))

    @classmethod
    def disconnect(cls, name=None):
        """Forget connection *name*; see :func:`disconnect`."""
        for known in cls.connections, cls.asyncio_connections:
            known.pop(DEFAULT if name is None else name, None)

    @classmethod
    def reset(cls):
        """Forget all connections."""
        cls.connections.clear()
        cls.asyncio_connections.clear()

    @classmethod
    def _add(cls, name, backend):
        name = DEFAULT if name is None else name
        taken = cls.connections.get(name)
        if taken is not None:
            if not taken.reaches_same_servers(backend):
                raise AlreadyConnected(
                    'connection %s belongs to another client; call %s.disconnect(%s) first, or '
                    'choose another name' % (brief(name), cls._module, brief(name)))
            backend.take_over(taken)
        cls.connections[name] = backend


def _runs_a_loop():
    """Return True if this thread runs an event loop of asyncio."""
    # Whoever has an asyncio client has imported it.
    return sys.modules['asyncio']._get_running_loop() is not None


def connect_redis(redis_client, name=None, transaction=False, shard_hint=None, direct=True,
                  at_most_once=True):
    """Let pipelines called *name* run on the servers of *redis_client*.

    - *redis_client*: a client of redis-py, which stays usable by itself. A client that decodes replies is
      InvalidPipeline.
    - *name*: the name of the connection, ``'default'`` for None. One client may have several names. A name that
      belongs to another client is AlreadyConnected.
    - *transaction*: wrap each batch in MULTI and EXEC.
    - *shard_hint*: a value for the client's connection pool.
    - *direct*: send the batches of a plain client over its connections, which is faster than its pipeline objects
      and gives the same replies. With False the pipeline objects send.
    - *at_most_once*: never send a write again whose reply was lost. With False the client's pipeline objects decide,
      which may apply a write twice and report success.
    """
    ConnectionManager.connect_redis(
        redis_client, name, transaction, shard_hint, direct, at_most_once)


def connect_rediscluster(redis_cluster_client, name=None, at_most_once=True):
    """Let pipelines called *name* run on a Redis Cluster.

    - *redis_cluster_client*: a ``redis.cluster.RedisCluster`` or a client of redis-py-cluster.
    - *name*, *at_most_once*: as in :func:`connect_redis`, which raises the same errors.
    """
    ConnectionManager.connect_rediscluster(redis_cluster_client, name, at_most_once)


connect_redis_cluster = connect_rediscluster


def connect(pipeline_method, name=None):
    """Let pipelines called *name* run on the pipeline objects that *pipeline_method* makes.

    RedPipe calls *pipeline_method* once per batch, without arguments. The object that it returns has redis-py's
    pipeline interface: the commands in use as methods, ``execute_command`` for keyspaces, ``execute``, which returns
    the list of replies, and ``reset``.
    """
    ConnectionManager.connect(pipeline_method, name)


def disconnect(name=None):
    """Forget the connection called *name*, blocking and asyncio, if it is connected; its client stays open."""
    ConnectionManager.disconnect(name)


def reset():
    """Forget all connections, blocking and asyncio, as between two tests; the clients stay open."""
    ConnectionManager.reset()
