"""Event loops come and go, and somebody closes the client: what is true of a batch under asyncio then."""
import asyncio
import gc

import pytest
import redis
import redis.asyncio

import redpipe
import redpipe.asyncio
from faults import Proxy

aclose = getattr(redis.asyncio.Redis, 'aclose', redis.asyncio.Redis.close)


@pytest.fixture
def settings(client, server):
    redpipe.reset()
    yield {'host': server.host, 'port': server.port}
    redpipe.reset()


async def echo(word):
    async with redpipe.asyncio.autoexec() as pipe:
        reply = pipe.echo(word)
    return reply.result


def test_each_loop_has_the_client_that_is_made_for_it(settings):
    made = []

    def make():
        made.append(redis.asyncio.Redis(**settings))
        return made[-1]

    redpipe.asyncio.connect_redis(make)
    assert made == []

    async def main():
        assert await echo('a') == b'a'
        redpipe.asyncio.connect_redis(make)
        assert await echo('b') == b'b'
        await aclose(made[-1])

    for _ in range(3):
        asyncio.run(main())
    assert len(made) == 3
    # Of loops that are closed, the clients of the last are kept at most.
    assert len(redpipe.connections.ConnectionManager.asyncio_connections['default']._backends) == 1


def test_a_client_belongs_to_one_loop_until_it_is_closed(settings):
    client = []

    async def main(close):
        if not client:
            client.append(redis.asyncio.Redis(**settings))
            redpipe.asyncio.connect_redis(client[0])
        assert await echo('a') == b'a'
        if close:
            await client[0].connection_pool.disconnect()

    asyncio.run(main(close=True))
    asyncio.run(main(close=False))
    with pytest.raises(redpipe.InvalidOperation, match='another event loop'):
        asyncio.run(main(close=False))


@pytest.mark.parametrize('make', [lambda: 7, lambda: redis.asyncio.Redis, lambda: redis.Redis(),
                                  lambda: redis.asyncio.Redis(decode_responses=True)])
def test_what_is_made_for_a_loop_is_checked_at_its_first_use(make, settings):
    redpipe.asyncio.connect_redis(make)

    async def main():
        with pytest.raises(redpipe.InvalidPipeline):
            await echo('a')
    asyncio.run(main())


def test_a_client_is_closed_in_the_middle(server, settings):
    """The rest of a batch does not go to the server over another connection."""
    async def main():
        client = redis.asyncio.Redis(**settings)
        redpipe.asyncio.connect_redis(client)
        await echo('a')
        for turns in range(12):
            await client.set('n', 0)
            async with redpipe.asyncio.autoexec() as pipe:
                pipe.set('n', 0)
            pipe = redpipe.asyncio.pipeline()
            replies = []
            for number in range(2000):
                replies.append(pipe.incr('n'))
                pipe.set('large', b'x' * 1000)
            task = asyncio.ensure_future(pipe.execute())
            for _ in range(turns):
                await asyncio.sleep(0)
            await aclose(client)
            try:
                await task
            except redis.exceptions.ConnectionError:
                ran = int(await client.get('n'))
                assert ran <= 2000
            else:
                assert replies == list(range(1, 2001))
        assert await echo('b') == b'b'
        await aclose(client)
    asyncio.run(main())


def test_a_loop_ends_under_a_batch(server, settings):
    """Nobody reads what was left unread, and the connection is free for another loop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    client = redis.asyncio.Redis(**settings)
    redpipe.asyncio.connect_redis(client)
    pipe = redpipe.asyncio.pipeline()
    pipe.execute_command('BLPOP', 'missing', '0.2')
    waiting = pipe.echo('stale')
    executing = pipe.execute()
    loop.create_task(executing)._log_destroy_pending = False
    loop.run_until_complete(asyncio.sleep(0.05))
    loop.close()
    executing.close()
    assert len(client.connection_pool._in_use_connections) == 0

    async def main():
        assert await echo('fresh') == b'fresh'
        await client.connection_pool.disconnect()
    asyncio.run(main())
    with pytest.raises(redpipe.ResultNotReady):
        waiting.result


def test_a_time_limit_of_asyncio_travels_as_it_is(server, settings):
    async def main():
        client = redis.asyncio.Redis(**settings)
        redpipe.asyncio.connect_redis(client)
        pipe = redpipe.asyncio.pipeline()
        pipe.incr('n')
        pipe.execute_command('BLPOP', 'missing', '0.5')
        after = pipe.incr('n')
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(pipe.execute(), 0.1)
        with pytest.raises(redpipe.ResultNotReady, match='CancelledError'):
            after.result
        assert len(client.connection_pool._in_use_connections) == 0
        assert await echo('b') == b'b'
        # What was written runs, and is not sent again.
        await asyncio.sleep(0.6)
        assert await client.get('n') in (b'1', b'2')
        await aclose(client)
    asyncio.run(main())


def test_a_write_whose_reply_is_lost_is_not_sent_again(server, settings, client):
    async def main(direct):
        with Proxy(server) as proxy:
            one = redis.asyncio.Redis(host='127.0.0.1', port=proxy.port)
            redpipe.reset()
            redpipe.asyncio.connect_redis(one, direct=direct)
            await echo('a')
            client.set('n', 0)
            pipe = redpipe.asyncio.pipeline()
            pipe.execute_command('INCR', 'n')
            pipe.execute_command('BLPOP', 'missing', '2')
            pipe.incr('n')
            task = asyncio.ensure_future(pipe.execute())
            await asyncio.sleep(0.1)
            client.client_kill_filter(_type='normal', skipme=True)
            with pytest.raises(redpipe.OutcomeUnknown) as told:
                await task
            assert isinstance(told.value, redis.exceptions.ConnectionError)
            assert told.value.commands[0] == ('INCR', 'n')
            await aclose(one)
    for direct in True, False:
        asyncio.run(main(direct))
        assert client.get('n') == b'1'


def test_a_large_batch_lets_the_loop_turn(settings):
    async def main():
        client = redis.asyncio.Redis(**settings)
        redpipe.asyncio.connect_redis(client)
        turns = 0

        async def tick():
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        ticking = asyncio.ensure_future(tick())
        pipe = redpipe.asyncio.pipeline()
        for number in range(20000):
            pipe.set('k', b'x' * 100)
        before = turns
        await pipe.execute()
        ticking.cancel()
        assert turns - before > 3
        await aclose(client)
    asyncio.run(main())


@pytest.mark.parametrize('count', [1, 70, 145, 1000])
def test_a_transport_is_done_with_a_batch_of_any_size(settings, count):
    async def main():
        client = redis.asyncio.Redis(**settings)
        redpipe.asyncio.connect_redis(client)
        async with redpipe.asyncio.autoexec() as pipe:
            for size in range(count):
                pipe.set('k', b'x' * 1000)
        for connection in client.connection_pool._available_connections:
            assert not getattr(connection._writer.transport, '_buffer', b'')
        await asyncio.wait_for(aclose(client), 2)
    asyncio.run(main())


def test_batches_leave_no_objects_behind(settings):
    async def main():
        client = redis.asyncio.Redis(**settings)
        redpipe.asyncio.connect_redis(client)
        for _ in range(50):
            await echo('a')
        gc.collect()
        gc.disable()
        try:
            before = len(gc.get_objects())
            for _ in range(500):
                await echo('a')
            assert len(gc.get_objects()) - before < 200
        finally:
            gc.enable()
        await aclose(client)
    asyncio.run(main())
