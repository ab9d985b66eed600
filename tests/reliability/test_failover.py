"""Under load a primary dies, or a slot moves: callers see errors for a moment at most, and lose nothing."""
from __future__ import print_function

import collections
import threading
import time

import pytest

import redpipe
from examples.local import clock
from servers import Cluster, RedisCluster, Sentinel, eventually

THREADS = 8


class Load(object):
    """Threads that count what they were told was done, each in *keys* of its own, one pipeline after the other."""

    def __init__(self, keys=4):
        self.acknowledged = collections.Counter()
        self.failed = 0
        self.errors = collections.Counter()
        self.batches = [0] * THREADS
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number, keys)) for number in range(THREADS)]

    def _work(self, number, keys):
        names = ['counter %d %d' % (number, key) for key in range(keys)]
        while not self._done.is_set():
            try:
                with redpipe.autoexec() as pipe:
                    refs = [self._increment(name, pipe) for name in names]
                assert all(int(ref) > 0 for ref in refs)
            except Exception as error:
                with self._lock:
                    self.failed += len(names)
                    self.errors[type(error).__name__] += 1
                time.sleep(0.01)
            else:
                self.batches[number] += 1
                with self._lock:
                    self.acknowledged.update(names)

    @staticmethod
    def _increment(name, pipe):
        with redpipe.autoexec(pipe) as pipe:
            return pipe.incr(name)

    @staticmethod
    def _count(client, name):
        return int(client.get(name) or 0)

    def __enter__(self):
        for thread in self._threads:
            thread.daemon = True
            thread.start()
        return self

    def __exit__(self, *error):
        self._done.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive()

    def until_every_thread_went_on(self, batches=20):
        """Wait until each thread has done so many more."""
        before = list(self.batches)
        eventually(lambda: all(now >= then + batches for now, then in zip(self.batches, before)), within=90)

    def known(self):
        with self._lock:
            return dict(self.acknowledged)

    def lost(self, client):
        """{key: how many increments that were acknowledged are not there}."""
        counters = dict((name, self._count(client, name)) for name in self.acknowledged)
        return dict((name, self.acknowledged[name] - counters[name]) for name in counters
                    if counters[name] < self.acknowledged[name])

    def report(self, client):
        unexpected = sum(self._count(client, name) - self.acknowledged[name] for name in self.acknowledged)
        lost = sum(self.lost(client).values())
        return '%d increments acknowledged, %d failed (%s), %d lost, %d that were done though not acknowledged' % (
            sum(self.acknowledged.values()), self.failed,
            ', '.join('%d batches with %s' % (count, name) for name, count in sorted(self.errors.items())) or 'none',
            lost, unexpected + lost)


class Counter(redpipe.Struct):
    fields = {'count': redpipe.IntegerField}


class StructLoad(Load):
    """The same, each counter being a field of a Struct."""

    @staticmethod
    def _increment(name, pipe):
        return Counter(name, no_op=True).incr('count', pipe=pipe)

    @staticmethod
    def _count(client, name):
        return int(client.hget('Counter{%s}' % name, 'count') or 0)


def known_to_replica(load, primary, key):
    """Return what was acknowledged so far, once the replica of *primary* has it; a key of the primary is *key*.

    Redis replies before it replicates: what it replied to in its last moments is what a failover may lose.
    """
    load.until_every_thread_went_on()
    known = load.known()
    primary.set(key, 'written after all of it')
    assert primary.execute_command('WAIT', 1, 10000) >= 1
    return known


def taken(client):
    """How many connections of a cluster's client are in use."""
    if hasattr(client, 'nodes_manager'):
        nodes = [node.redis_connection for node in client.nodes_manager.nodes_cache.values()]
        return sum(len(node.connection_pool._in_use_connections) for node in nodes if node)
    return sum(len(connections) for connections in client.connection_pool._in_use_connections.values())


@pytest.fixture
def seconds(request):
    """How long the load goes on before and after the event, once every thread has a share in it."""
    return 10 if request.config.getoption('--long') else 0.2


@pytest.fixture
def say(request, capsys):
    """Print figures though the test passes."""
    def printed(text):
        with capsys.disabled():
            print('\n    %s: %s' % (request.node.name, text), end='')
    return printed


@pytest.fixture
def own_cluster(start):
    """A cluster that replaces a dead node quickly, and its client, connected."""
    if RedisCluster is None:
        pytest.skip('no client for clusters')
    with Cluster(timeout=1) as cluster:
        client = cluster.client()
        redpipe.reset()
        redpipe.connect_rediscluster(client)
        yield cluster, client
        redpipe.reset()


def test_threads_go_on_when_a_primary_dies_and_its_replica_takes_over(own_cluster, seconds, say):
    cluster, client = own_cluster
    with Load() as load:
        time.sleep(seconds)
        victim = cluster.owner(cluster.slot('counter 0 0'))
        safe = known_to_replica(load, victim.asks, '{counter 0 0} last')
        killed = clock()
        cluster.kill(victim)
        cluster.wait()
        elected = clock() - killed
        load.until_every_thread_went_on()
        served = clock() - killed
        time.sleep(seconds)
    say('%s; a new primary after %.1f s, all threads served after %.1f s' % (load.report(client), elected, served))
    for name, count in safe.items():
        assert int(client.get(name)) >= count
    assert taken(client) == 0


def test_no_caller_sees_that_a_slot_moves(cluster, clustered, seconds, say):
    client = clustered
    redpipe.reset()
    redpipe.connect_rediscluster(client)
    slot = cluster.slot('counter 0 0')
    for number in range(60):
        client.set('{counter 0 0}%d' % number, number)
    with Load() as load:
        load.until_every_thread_went_on()
        time.sleep(seconds)
        moves = 0
        end = clock() + seconds
        while clock() < end or moves < 2:
            source = cluster.owner(slot)
            cluster.move(slot, next(node for node in cluster.primaries() if node is not source), pause=0.001)
            moves += 1
        load.until_every_thread_went_on()
    redpipe.reset()
    say('%s; the slot moved %d times' % (load.report(client), moves))
    assert load.failed == 0
    assert load.lost(client) == {}
    for name, count in load.acknowledged.items():
        assert int(client.get(name)) == count


def test_threads_go_on_when_sentinel_replaces_the_primary(start, seconds, say):
    with Sentinel(timeout=1) as deployment:
        client = deployment.client(socket_timeout=1).master_for('main')
        redpipe.reset()
        redpipe.connect_redis(client)
        with StructLoad() as load:
            time.sleep(seconds)
            safe = known_to_replica(load, deployment.primary.client(), 'last')
            deployment.primary.stop()
            load.until_every_thread_went_on()
            time.sleep(seconds)
        redpipe.reset()
        say(load.report(client))
        assert load._count(deployment.replica.client(), 'counter 0 0') > 0
        for name, count in safe.items():
            assert load._count(client, name) >= count
