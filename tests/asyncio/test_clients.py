"""Each kind of asyncio client: the same answers, the same contract."""
import asyncio
import functools

import pytest
import redis
import redis.asyncio
import redis.asyncio.sentinel

import redpipe
import redpipe.asyncio
from servers import NoServer, Sentinel, TLSServer

try:
    import valkey.asyncio
except ImportError:
    valkey = None

RELEASE = tuple(map(int, redis.__version__.split('.')[:2]))


class User(redpipe.Struct):
    keyspace = 'U'
    fields = {'age': redpipe.IntegerField}


class Scores(redpipe.SortedSet):
    keyspace = 'S'


async def works(client, **options):
    """What an application does with *client* goes well, and no connection is left in use."""
    redpipe.reset()
    redpipe.asyncio.connect_redis(client, **options)
    for _ in range(2):
        async with redpipe.asyncio.autoexec() as pipe:
            pipe.delete('n', 'l', 'S{a}')
            counts = [pipe.incr('n') for _ in range(3)]
            user = User({'_key': '1', 'age': 7}, pipe=pipe)
            Scores(pipe).zadd('a', u'x', 1.5)
            scores = Scores(pipe).zrange('a', 0, -1, withscores=True)
            pipe.hset('h', mapping={'a': 1})
            mapping = pipe.hgetall('h')
        assert counts == [1, 2, 3]
        assert user['age'] == 7
        assert scores == [('x', 1.5)]
        assert mapping == {b'a': b'1'}
        with pytest.raises(client_errors(client).ResponseError, match='WRONGTYPE'):
            async with redpipe.asyncio.autoexec() as pipe:
                pipe.rpush('l', 'a')
                wrong = pipe.incr('l')
        with pytest.raises(redpipe.ResultNotReady):
            wrong.result
    assert len(client.connection_pool._in_use_connections) == 0
    await client.connection_pool.disconnect()
    redpipe.reset()


def client_errors(client):
    return valkey.exceptions if type(client).__module__.startswith('valkey') else redis.exceptions


def maintained(**options):
    from redis.maint_notifications import MaintNotificationsConfig
    return redis.asyncio.Redis(maint_notifications_config=MaintNotificationsConfig(True), protocol=3, **options)


#: What a client can be told, and the release that knows it.
KINDS = {
    'plain': ((5, 0), redis.asyncio.Redis),
    'RESP2': ((5, 0), functools.partial(redis.asyncio.Redis, protocol=2)),
    'RESP3': ((5, 0), functools.partial(redis.asyncio.Redis, protocol=3)),
    'one connection': ((5, 0), functools.partial(redis.asyncio.Redis, single_connection_client=True)),
    'health checks': ((5, 0), functools.partial(redis.asyncio.Redis, health_check_interval=1)),
    'no time limit': ((5, 0), functools.partial(redis.asyncio.Redis, socket_timeout=None)),
    'a blocking pool': ((5, 0), lambda **where: redis.asyncio.Redis(
        connection_pool=redis.asyncio.BlockingConnectionPool(max_connections=1, timeout=5, **where))),
    'a pool of its own': ((5, 0), lambda **where: redis.asyncio.Redis.from_pool(
        redis.asyncio.ConnectionPool(**where))),
    'latin-1': ((5, 0), functools.partial(redis.asyncio.Redis, encoding='latin-1')),
}


@pytest.mark.parametrize('options', [{}, {'direct': False}, {'at_most_once': False}, {'transaction': True},
                                     {'transaction': True, 'direct': False}],
                         ids=lambda options: ', '.join('%s=%s' % pair for pair in sorted(options.items())))
@pytest.mark.parametrize('kind', sorted(KINDS))
def test_what_a_client_can_be_told(kind, options, server, client):
    since, make = KINDS[kind]
    if RELEASE < since:
        pytest.skip('redis-py %s does not know it' % redis.__version__)

    async def main():
        await works(make(host=server.host, port=server.port), **options)
    asyncio.run(main())


def test_a_unix_socket(start):
    with start() as one:
        asyncio.run(works_at(redis.asyncio.Redis, unix_socket_path=one.unix_socket_path))


async def works_at(make, **where):
    await works(make(**where))


def test_tls():
    try:
        one = TLSServer()
    except NoServer as error:
        pytest.skip(str(error))
    with one:
        asyncio.run(works_at(redis.asyncio.Redis, port=one.tls_port, ssl=True, ssl_ca_certs=one.certificate,
                             ssl_check_hostname=False))


def test_sentinel():
    async def main(watcher):
        known = redis.asyncio.sentinel.Sentinel([(watcher.host, watcher.port)])
        await works(known.master_for('main'))
        for sentinel in known.sentinels:
            await sentinel.connection_pool.disconnect()
    with Sentinel() as one:
        asyncio.run(main(one.watcher))


@pytest.mark.skipif(valkey is None, reason='there is no valkey-py here')
@pytest.mark.parametrize('options', [{}, {'direct': False}, {'transaction': True}])
def test_valkey(server, client, options):
    async def main():
        await works(valkey.asyncio.Valkey(host=server.host, port=server.port), **options)
    asyncio.run(main())


class OwnClient(redis.asyncio.Redis):
    """An application's own class of client."""


class OwnConnection(redis.asyncio.Connection):
    """A connection of an application's own."""


def test_classes_of_an_applications_own(server, client):
    async def main():
        where = {'host': server.host, 'port': server.port}
        await works(OwnClient(**where))
        await works(redis.asyncio.Redis(connection_pool=redis.asyncio.ConnectionPool(
            connection_class=OwnConnection, **where)))
    asyncio.run(main())


def test_those_who_trace_pipelines_see_each_batch(server, client, monkeypatch):
    """Instrumentation patches the pipelines of asyncio clients, before or after they were connected."""
    seen = []
    execute = redis.asyncio.client.Pipeline.execute

    async def traced(self, *args, **kwargs):
        seen.append(len(self.command_stack))
        return await execute(self, *args, **kwargs)

    async def main():
        one = redis.asyncio.Redis(host=server.host, port=server.port)
        redpipe.reset()
        redpipe.asyncio.connect_redis(one)

        async def two_commands():
            async with redpipe.asyncio.autoexec() as pipe:
                pipe.incr('n')
                pipe.incr('n')
        await two_commands()
        assert seen == []
        monkeypatch.setattr(redis.asyncio.client.Pipeline, 'execute', traced)
        await two_commands()
        assert seen == [2]
        monkeypatch.undo()
        await two_commands()
        assert seen == [2]
        await one.connection_pool.disconnect()
        redpipe.reset()
    asyncio.run(main())
    assert client.get('n') == b'6'


def test_reply_callbacks_of_a_client_are_called(server, client):
    async def main():
        one = redis.asyncio.Redis(host=server.host, port=server.port)
        one.set_response_callback('GET', lambda reply: [reply])
        redpipe.reset()
        redpipe.asyncio.connect_redis(one)
        async with redpipe.asyncio.autoexec() as pipe:
            pipe.set('k', 'v')
            reply = pipe.get('k')
        assert reply == [b'v']
        await one.connection_pool.disconnect()
        redpipe.reset()
    asyncio.run(main())


def test_reply_callbacks_may_be_awaited(server, client):
    async def awaited(reply):
        return [reply]

    async def main():
        one = redis.asyncio.Redis(host=server.host, port=server.port)
        one.set_response_callback('GET', awaited)
        redpipe.reset()
        redpipe.asyncio.connect_redis(one)
        for transaction in False, True:
            redpipe.reset()
            redpipe.asyncio.connect_redis(one, transaction=transaction)
            async with redpipe.asyncio.autoexec() as pipe:
                pipe.set('k', 'v')
                reply = pipe.get('k')
            assert reply == [b'v']
        await one.connection_pool.disconnect()
        redpipe.reset()
    asyncio.run(main())


def test_a_cluster_is_refused_for_now():
    async def main():
        with pytest.raises(redpipe.InvalidPipeline, match='cluster'):
            redpipe.asyncio.connect_redis(redis.asyncio.RedisCluster(host='127.0.0.1', port=1))
    redpipe.reset()
    asyncio.run(main())
