"""What is behind the name of a connection: which kind of batch takes its commands to a server.

A batch of a plain redis-py client goes directly; any other runs on the pipeline object that the client or callable
makes. Nothing is sent while a batch is prepared.
"""
import redis

from ._batches.client_pipelines import ClientPipelineBatch
from ._batches.connection_source import ConnectionSource
from ._batches.direct import DirectBatch, DirectTransaction
from ._batches.routing import with_routing
from ._client_libraries import (
    CLUSTERS,
    LIBRARIES,
    can_go_directly,
    counts_batches,
    direct_state,
    is_cluster,
    is_coroutine_function,
    package_of,
    refuse_decoded,
    refuse_several,
)
from ._pipe_methods import REDIS, CommandMethods
from ._texts import text_of
from .exceptions import InvalidPipeline

__all__ = ['Backend', 'backend_for_callable', 'backend_for_client', 'described_kind']


class Backend(object):
    """One connection: *make* returns a new object with redis-py's pipeline interface.

    *methods* are those that a pipe of this connection has, or None where only the objects that *make* returns know
    them. *client* is kept alive: redis-py closes the connections of a client that is gone. *batch* is the kind of
    batch that goes directly, None where pipeline objects have to. *is_cluster* tells that its keys lie on several
    servers, and *at_most_once* keeps redis-py's pipeline objects from sending again.
    """

    #: Where direct batches have their connections from, and the batch on a pipeline object.
    source, client_pipeline_batch = ConnectionSource, ClientPipelineBatch

    def __init__(self, make, client=None, methods=None, batch=None, is_cluster=False, at_most_once=True):
        self.make = make
        self.client = client
        self.methods = methods
        self.is_cluster = is_cluster
        self.at_most_once = at_most_once
        #: What is known of the pipeline objects that *make* returns, by class: see ``client_pipelines``.
        self.pipelines = {}
        self._batch = batch
        self._pipeline_class = type(client.pipeline()) if batch else None
        self._state_and_source = None, None
        self.direct  # what is asked for each batch was asked once then

    def reaches_same_servers(self, other):
        """Return True if both reach the same servers over the same connections."""
        return self._identity() == other._identity()

    def take_over(self, other):
        """Follow *other*, which reaches the same servers, under its name."""
        # The first client may own the pool that both use, and close it when it goes.
        self.client = other.client

    def _identity(self):
        client = self.client
        if client is None:
            return self.make
        for pool in ('connection_pool', 'nodes_manager'):
            if hasattr(client, pool):
                return id(getattr(client, pool))
        return id(client)

    def prepare(self, commands):
        """Return a batch of *commands*, packed; DataError for what cannot be sent."""
        direct = self.direct
        if direct is None or not self._batch.accepts(commands):
            return self.client_pipeline_batch(self, commands)
        return self._batch(direct, commands)

    @property
    def direct(self):
        """Where direct batches have their connections from, None if batches do not go directly.

        That may change: the client may get another pool, its pipelines may be patched, as those who trace do, and
        redis-py may count what its pipelines do.
        """
        if self._batch is None or counts_batches():
            return None
        state = direct_state(self.client, self._pipeline_class)
        known, source = self._state_and_source
        if state != known:
            refuse_decoded(self.client)
            direct = can_go_directly(self.client, self._pipeline_class)
            source = self.source(self.client) if direct else None
            self._state_and_source = state, source
        return source


def backend_for_client(client, direct=True, at_most_once=True, **options):
    """Return the backend of *client*, whose ``pipeline`` is called with *options*.

    Where *direct* is true and the client is a plain one of redis-py's, batches go directly,
    unless *at_most_once* is false, which leaves all to the pipeline objects.
    """
    if isinstance(client, type) or not callable(getattr(client, 'pipeline', None)):
        raise InvalidPipeline(
            'a client such as redis.Redis() was expected, not %s' % described_kind(client))
    if is_coroutine_function(getattr(client, 'execute_command', None)):
        raise InvalidPipeline(
            'a %s.%s is an asyncio client; connect it by redpipe.asyncio.connect_redis(client)'
            % (type(client).__module__, type(client).__name__))
    refuse_decoded(client)
    refuse_several(client)
    methods = _methods_of(client)
    if is_cluster(client):
        make = with_routing(lambda: client.pipeline(**dict({'transaction': False}, **options)),
                            options.get('transaction'))
        if options.get('transaction') or 'shard_hint' in options:
            try:
                make()
            except Exception as error:  # clients of clusters have no class of errors in common
                raise InvalidPipeline('a %s has no pipelines of this kind: %s' % (
                    type(client).__name__, text_of(error)))
        return Backend(make, client, methods, is_cluster=True, at_most_once=at_most_once)
    batch = None
    if direct and at_most_once and methods is not None and 'shard_hint' not in options:
        batch = DirectTransaction if options.get('transaction', True) else DirectBatch
    return Backend(lambda: client.pipeline(**options), client, methods, batch, at_most_once=at_most_once)


def backend_for_callable(make):
    """Return the backend of *make*, which is called without arguments for each batch."""
    if not callable(make):
        raise InvalidPipeline(
            'a callable that makes a redis-py pipeline was expected, not a %s '
            '(connect_redis takes a client)' % type(make).__name__)
    client = getattr(make, '__self__', None)
    if client is not None and getattr(client, 'pipeline', None) == make:
        return backend_for_client(client)
    return Backend(make)


def described_kind(client):
    """Return what a message calls an object that is no client, or the class of one."""
    if isinstance(client, type):
        return 'the class %s' % client.__name__
    return 'a %s' % type(client).__name__


def _methods_of(client):
    """Return the methods of *client*'s pipelines, or None if only these know them."""
    if 'pipeline' in getattr(client, '__dict__', ()):
        return None
    for base in type(client).__mro__:
        if 'pipeline' in vars(base):
            break
    if base.__name__ in CLUSTERS or base is redis.StrictRedis:
        return REDIS
    return CommandMethods(base) if package_of(base) in LIBRARIES else None
