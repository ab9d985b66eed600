"""A batch tells whoever watches of each round trip."""
import pytest
import redis

import redpipe
from faults import Proxy, lose_reply
from redpipe import _steps
from redpipe._batches.queued import QueuedCommands
from redpipe.connections import ConnectionManager


@pytest.fixture(params=[True, False], ids=['directly', 'on the client\'s pipeline'])
def direct(request):
    return request.param


def exchanged(*commands):
    """Exchange a batch of *commands*, tuples of words, with the default server; return its rows and its error."""
    queued = []
    for words in commands:
        queued += ['default', redpipe.Future(), None, words, None, None]
    batch = ConnectionManager.backend().prepare(QueuedCommands(queued))
    batch.rows = rows = []
    error = None
    try:
        for steps in batch.borrowing, batch.sending, batch.receiving:
            _steps.run(steps())
    except redis.RedisError as caught:
        error = caught
    finally:
        _steps.run(batch.closing())
    return rows, error


@pytest.mark.parametrize('transaction', [False, True])
def test_a_round_trip_is_a_row(client, connect, direct, transaction):
    connect(client, direct=direct, transaction=transaction)
    rows, error = exchanged(('SET', 'k', 'v'), ('GET ', 'k'))
    where = client.connection_pool.connection_kwargs
    row, = rows
    assert error is None and row.error is None
    assert row.connection == 'default' and row.commands == [('SET', 'k', 'v'), ('GET', 'k')]
    assert row.server == '%s:%s/%s' % (where['host'], where['port'], where.get('db') or 0)
    assert row.transaction is transaction and row.attempt == 1
    assert 0 < row.seconds < 10 and row.started > 1e9


def test_an_error_reply_is_no_error_of_the_round_trip(client, connect, direct):
    connect(client, direct=direct)
    client.set('k', 'v')
    rows, error = exchanged(('INCR', 'k'))
    assert error is None and [row.error for row in rows] == [None]


def test_a_lost_reply_is_the_error_of_its_round_trip(server, client, connect, direct):
    with Proxy(server) as proxy:
        connect(redis.StrictRedis(port=proxy.port, socket_timeout=0.5), direct=direct)
        proxy.next(lose_reply)
        rows, error = exchanged(('INCR', 'k'))
    assert isinstance(error, redpipe.OutcomeUnknown)
    row, = rows
    assert row.error is error.__cause__


def test_a_transaction_that_was_refused_is_a_round_trip(client, connect, direct):
    connect(client, direct=direct, transaction=True)
    rows, _ = exchanged(('SET', 'k', 'v'), ('NOCOMMAND',))
    assert [(row.transaction, row.error) for row in rows] == [(True, None)]
    assert client.get('k') is None


def test_what_is_left_to_the_client_is_a_round_trip_whose_error_is_told(server, client, connect):
    with Proxy(server) as proxy:
        connect(redis.StrictRedis(port=proxy.port, socket_timeout=0.5), direct=False, at_most_once=False)
        proxy.always(lose_reply)
        rows, error = exchanged(('INCR', 'k'))
    assert isinstance(error, redis.ConnectionError) and not isinstance(error, redpipe.OutcomeUnknown)
    assert [row.error for row in rows] == [error]


@pytest.mark.skipif(not hasattr(redis, 'retry'), reason='this redis-py knows no retries')
def test_each_attempt_is_a_round_trip(server, client, connect):
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), 2)
    with Proxy(server) as proxy:
        connect(redis.StrictRedis(port=proxy.port, socket_timeout=0.5, retry=retry,
                                  retry_on_error=[redis.ConnectionError]))
        proxy.next(lose_reply)
        rows, error = exchanged(('GET', 'k'))
    assert error is None
    assert [row.attempt for row in rows] == [1, 2]
    assert isinstance(rows[0].error, redis.ConnectionError) and rows[1].error is None
