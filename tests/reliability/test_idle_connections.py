"""What becomes of connections that lie idle in a pool; docs/idle-connections.rst says it in words."""
import time

import pytest
import redis

import redpipe
from faults import half_open
from servers import RedisCluster
from test_contract import RELEASE, retries

CHECKS_HEALTH = pytest.mark.skipif(RELEASE < (3, 3), reason='redis-py has health_check_interval from 3.3 on')


@pytest.fixture(params=['directly', 'on redis-py\'s pipeline'])
def way(request):
    """The options that make batches go directly, or on the client's own pipeline objects."""
    return {'direct': request.param == 'directly'}


@pytest.fixture
def connect():
    """``connect_redis`` for a client of *port*, which it returns; *options* are those of either."""
    clients = []

    def connect_to(port, direct=True, transaction=False, **options):
        redpipe.reset()
        clients.append(redis.StrictRedis(port=port, **options))
        redpipe.connect_redis(clients[-1], direct=direct, transaction=transaction)
        return clients[-1]

    yield connect_to
    redpipe.reset()
    for one in clients:
        one.connection_pool.disconnect()


def count(key='k'):
    with redpipe.autoexec() as pipe:
        return pipe.incr(key)


def counted_twice():
    """Whether a write and a read see that one write has run before."""
    with redpipe.autoexec() as pipe:
        counts = pipe.incr('k'), pipe.get('k')
    return counts == (2, b'2')


# -- ended by one side, who tells the other

@pytest.mark.parametrize('transaction', [False, True])
@pytest.mark.parametrize('reset', [False, True], ids=['closed', 'reset'])
def test_a_connection_that_was_ended_while_idle_is_replaced(proxy, connect, way, transaction, reset):
    connect(proxy.port, transaction=transaction, **way)
    assert count() == 1
    proxy.close_all(reset)
    time.sleep(0.05)
    assert counted_twice()


@pytest.mark.parametrize('transaction', [False, True])
def test_a_connection_that_client_kill_has_ended_while_idle_is_replaced(server, client, connect, way, transaction):
    connect(server.port, transaction=transaction, **way)
    assert count() == 1
    assert client.execute_command('CLIENT', 'KILL', 'TYPE', 'normal') >= 1
    time.sleep(0.05)
    assert counted_twice()


def test_a_connection_of_a_blocking_pool_is_replaced_too(server, client, way):
    pool = redis.BlockingConnectionPool(port=server.port, max_connections=1, timeout=1)
    redpipe.reset()
    redpipe.connect_redis(redis.StrictRedis(connection_pool=pool), **way)
    assert count() == 1
    client.execute_command('CLIENT', 'KILL', 'TYPE', 'normal')
    time.sleep(0.05)
    assert counted_twice()
    redpipe.reset()
    pool.disconnect()


def test_a_connection_that_the_servers_timeout_has_ended_is_replaced(start, connect, way):
    with start(None, '--timeout', '1') as one:
        client = connect(one.port, **way)
        assert count() == 1
        before = client.info('stats')['total_connections_received']
        time.sleep(2.5)
        assert counted_twice()
        assert client.info('stats')['total_connections_received'] > before


@pytest.mark.skipif((RedisCluster.__module__ if RedisCluster else '').startswith('rediscluster') and RELEASE >= (3, 0),
                    reason='the pool of redis-py-cluster 2 hands out connections that the server has closed')
def test_the_connections_to_a_cluster_are_replaced(cluster, clustered):
    redpipe.reset()
    redpipe.connect_redis(clustered)
    keys = ['a', 'b', 'c', 'd', 'e', 'f']
    for expected in (1, 2):
        with redpipe.autoexec() as pipe:
            counts = [pipe.incr(key) for key in keys]
        assert [ref.result for ref in counts] == [expected] * len(keys)
        for node in cluster.primaries():
            node.asks.execute_command('CLIENT', 'KILL', 'TYPE', 'normal')
        time.sleep(0.05)
    redpipe.reset()


def test_a_server_may_be_restarted(start, connect, way):
    with start() as one:
        port = one.port
        connect(port, **way)
        assert count() == 1
    with pytest.raises(redis.ConnectionError) as away:
        count()
    assert not isinstance(away.value, redpipe.OutcomeUnknown)
    with start(None, '--port', str(port)):
        assert count() == 1
        assert count() == 2


# -- forgotten by what lies between, who tells nobody

@pytest.mark.parametrize('transaction', [False, True])
def test_a_write_over_a_forgotten_connection_is_of_unknown_outcome_once(proxy, client, connect, way, transaction):
    connect(proxy.port, transaction=transaction, **way)
    assert count() == 1
    proxy.forget()
    with pytest.raises(redpipe.OutcomeUnknown):
        count()
    assert client.get('k') == b'1'
    assert count() == 2


def test_each_forgotten_connection_of_a_pool_costs_a_write(proxy, connect, way):
    pool = connect(proxy.port, **way).connection_pool
    connections = [pool.get_connection('PING') for _ in range(2)]
    for one in connections:
        one.send_command('PING')
        one.read_response()
    for one in connections:
        pool.release(one)
    proxy.forget()
    held = []
    for _ in connections:
        with pytest.raises(redpipe.OutcomeUnknown):
            count()
        held.append(pool.get_connection('PING'))  # the one that failed, which came back last
    for one in held:
        pool.release(one)
    assert count() == 1


@pytest.mark.skipif(RELEASE < (4, 1), reason='2.10 always sends again, 3.0 to 4.0 never after a connection error')
@pytest.mark.parametrize('times', [0, 1])
def test_a_read_over_a_forgotten_connection_is_sent_again_as_the_client_says(proxy, client, connect, times):
    connect(proxy.port, **retries(times))
    assert count() == 1
    proxy.forget()
    pipe = redpipe.pipeline()
    value = pipe.get('k')
    if times:
        pipe.execute()
        assert value == b'1'
    else:
        with pytest.raises(redis.ConnectionError) as lost:
            pipe.execute()
        assert not isinstance(lost.value, redpipe.OutcomeUnknown)


@CHECKS_HEALTH
@pytest.mark.parametrize('transaction', [False, True])
def test_a_health_check_finds_a_forgotten_connection_before_a_write(proxy, connect, way, transaction):
    connect(proxy.port, transaction=transaction, health_check_interval=1, **dict(retries(1), **way))
    assert count() == 1
    proxy.forget()
    time.sleep(1.2)
    assert counted_twice()


@CHECKS_HEALTH
def test_a_health_check_that_nobody_answers_ends_by_the_timeout_of_the_client(proxy, connect, way):
    connect(proxy.port, health_check_interval=1, socket_timeout=0.3, **dict(retries(1), **way))
    assert count() == 1
    proxy.forget(half_open)
    time.sleep(1.2)
    assert counted_twice()


@CHECKS_HEALTH
@pytest.mark.skipif(not (4, 1) <= RELEASE < (6, 0), reason='redis-py repairs a connection that fails its check')
def test_without_retries_redis_py_4_and_5_raise_what_a_health_check_finds(proxy, connect, way):
    connect(proxy.port, health_check_interval=1, **way)
    assert count() == 1
    proxy.forget()
    time.sleep(1.2)
    with pytest.raises(redis.ConnectionError) as failed:
        count()
    assert not isinstance(failed.value, redpipe.OutcomeUnknown)
    assert counted_twice()


@CHECKS_HEALTH
def test_a_health_check_that_is_not_due_finds_nothing(proxy, connect, way):
    connect(proxy.port, health_check_interval=60, **dict(retries(1), **way))
    assert count() == 1
    proxy.forget()
    with pytest.raises(redpipe.OutcomeUnknown):
        count()
