"""Which node of a Redis Cluster a queued command goes to, and which commands can go to none.

The pipeline objects of cluster clients route by rules of their own, which differ from
version to version: some know where the keys of few commands are, some ask a server
about each EVAL or ZUNIONSTORE before the batch is sent, and most find out that keys
lie in different slots when a part of the batch has run. The pipes of RedPipe queue
words, so the words tell all of it here. What is not in these tables is left to the
client.
"""
import random

import redis
import six
from redis.exceptions import ConnectionError

from .._client_libraries import refreshes_nodes
from .._redis_commands import is_about_all_nodes, keys_of, name_of
from .._texts import brief
from ..exceptions import InvalidOperation

__all__ = ['with_routing']

SLOTS = 16384


class _Routed(object):
    """A mixin for the classes of cluster pipelines: it tells where commands go."""

    def execute_command(self, *words, **options):
        # Clients look commands up by names of type str.
        words = (words[0] if isinstance(words[0], str) else name_of(words[:1]),) + words[1:]
        if is_about_all_nodes(words):
            raise InvalidOperation(
                '%s is about every node of a cluster, and cannot be queued on a pipe; '
                'call it on the client' % name_of(words))
        keys = keys_of(words)
        if keys and len(keys) > 1:
            slots = [self._slot_of(key) for key in keys]
            if len(set(slots)) > 1:
                raise InvalidOperation(
                    'the keys of %s are in different slots of the cluster (%s), and one command '
                    'reaches one slot; give the keys a common {tag}, those of a keyspace at their '
                    'beginning, or queue a command for each'
                    % (words[0], ', '.join('%s: %d' % (brief(key), slot) for key, slot in list(zip(keys, slots))[:5])))
        return super(_Routed, self).execute_command(*words, **options)

    def _slot_of(self, key):
        nodes = self if hasattr(self, 'keyslot') else self.connection_pool.nodes
        return nodes.keyslot(key)

    def execute(self, *args, **options):
        try:
            return super(_Routed, self).execute(*args, **options)
        except ConnectionError:
            if hasattr(self, 'nodes_manager') and not refreshes_nodes():
                self.nodes_manager.initialize()
            raise

    # redis-py and valkey-py
    def determine_slot(self, *words):
        keys = keys_of(words)
        if keys is None:
            return super(_Routed, self).determine_slot(*words)
        return self._slot_of(keys[0]) if keys else random.randrange(SLOTS)

    def _get_command_keys(self, *words):
        # Theirs may be a round trip.
        keys = keys_of(words)
        return super(_Routed, self)._get_command_keys(*words) if keys is None else keys

    # redis-py-cluster
    def _determine_slot(self, *words):
        keys = keys_of(words)
        if keys is None:
            return super(_Routed, self)._determine_slot(*words)
        return self._slot_of(keys[0]) if keys else random.randrange(SLOTS)

    if six.PY2:
        # redis-py-cluster's fails for words that are not ascii.
        annotate_exception = six.get_unbound_function(type(redis.StrictRedis().pipeline()).annotate_exception)


def _all_callbacks(pipe):
    """Return the reply callbacks of the nodes' clients and those of the cluster's."""
    callbacks = pipe.get_redis_connection(pipe.get_default_node()).response_callbacks
    callbacks = type(callbacks)(callbacks)
    callbacks.update(pipe.cluster_response_callbacks)
    return callbacks


def with_routing(make, transaction=False):
    """Return a callable that makes what *make* does, pipeline objects of a cluster client,
    and lets them route as told here.
    """
    classes = {}

    def make_routed():
        pipe = make()
        cls = type(pipe)
        if cls not in classes:
            classes[cls] = type(cls.__name__, (_Routed, cls), {})
        # Only the client can make a pipeline, so its class is changed afterwards. Functions as
        # attributes would do, but for the cycle, which Python 2.7 never frees: it has __del__.
        pipe.__class__ = classes[cls]
        if transaction:
            # redis-py leaves the replies within that of EXEC to the few callbacks of the cluster's.
            pipe.cluster_response_callbacks = _all_callbacks(pipe)
        return pipe

    return make_routed
