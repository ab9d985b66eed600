"""The root alone is awaited: what is queued on it is what plain functions, keyspaces and Structs have always queued."""
import asyncio
import functools
import subprocess
import sys

import pytest
import redis
import redis.asyncio

import redpipe
import redpipe.asyncio
from places import ROOT

try:
    import fakeredis.aioredis
except ImportError:
    fakeredis = None


class User(redpipe.Struct):
    keyspace = 'U'
    fields = {'age': redpipe.IntegerField, 'name': redpipe.TextField}


class Tags(redpipe.Set):
    keyspace = 'T'


class Shards(redpipe.ShardedHash):
    keyspace = 'S'
    shards = 3


def visit(page, pipe=None):
    with redpipe.autoexec(pipe) as pipe:
        count = pipe.incr(page)
        pipe.expire(page, 60)
        return count


async def visit_and_load(page, key, pipe=None):
    async with redpipe.asyncio.autoexec(pipe) as pipe:
        return visit(page, pipe), User(key, pipe=pipe)


@pytest.fixture
def settings(client, server):
    """Where the server is, whose database is empty; no name is connected."""
    redpipe.reset()
    yield {'host': server.host, 'port': server.port}
    redpipe.reset()


@pytest.fixture
def run(settings):
    """Runs a coroutine function with a client that is connected as default."""
    def run(main):
        async def with_client():
            client = redis.asyncio.Redis(**settings)
            redpipe.asyncio.connect_redis(client)
            try:
                await main(client)
            finally:
                await client.connection_pool.disconnect()
        asyncio.run(with_client())
    return run


def test_functions_keyspaces_structs_and_callbacks_work_as_they_are(run, client):
    called = []

    async def main(_):
        async with redpipe.asyncio.autoexec() as pipe:
            counts = [visit(page, pipe=pipe) for page in ('home', 'news', 'home')]
            user = User({'_key': '1', 'age': 7, 'name': u'ann'}, pipe=pipe)
            added = Tags(pipe).sadd('x', u'a', u'b')
            pipe.on_execute(lambda: called.append(counts[2] + 0))
            with pytest.raises(redpipe.ResultNotReady):
                counts[0].result
        assert counts == [1, 1, 2]
        assert dict(user) == {'_key': '1', 'age': 7, 'name': 'ann'}
        assert user.persisted
        assert added == 2
        assert called == [2]
    run(main)
    assert client.get('home') == b'2'


def test_a_root_is_one_round_trip(run, commands_seen):
    def body():
        async def main(_):
            async with redpipe.asyncio.autoexec() as pipe:
                for _ in range(3):
                    visit('home', pipe=pipe)
        run(main)
    seen = [name for name in commands_seen(body) if not name.startswith(('CLIENT', 'HELLO'))]
    # Newer redis-py sends INCR as INCRBY.
    assert [name.replace('INCRBY', 'INCR') for name in seen] == ['INCR home', 'EXPIRE home'] * 3


def test_call_gives_a_function_a_root_and_returns_its_result(run):
    async def main(_):
        assert await redpipe.asyncio.call(visit, 'home') == 1
        assert type(await redpipe.asyncio.call(visit, 'home')) is int
        await redpipe.asyncio.call(User, {'_key': '1', 'age': 7})
        user = await redpipe.asyncio.call(User, '1')
        assert user['age'] == 7
        count, user = await redpipe.asyncio.call(visit_and_load, 'home', '1')
        assert (count, user['age']) == (3, 7)
    run(main)


def test_a_call_that_raises_sends_no_command(run, client):
    def broken(pipe=None):
        visit('home', pipe=pipe)
        raise ZeroDivisionError

    async def main(_):
        with pytest.raises(ZeroDivisionError):
            await redpipe.asyncio.call(broken)
    run(main)
    assert client.get('home') is None


def test_coroutine_functions_nest_in_one_another(run, commands_seen):
    async def main(_):
        async with redpipe.asyncio.autoexec() as pipe:
            count, user = await visit_and_load('home', '1', pipe)
            with pytest.raises(redpipe.ResultNotReady):
                count.result
        assert count == 1
        assert user['_key'] == '1'
    run(main)


def test_execute_is_awaited(run):
    async def main(_):
        pipe = redpipe.asyncio.pipeline()
        count = visit('home', pipe)
        await pipe.execute()
        assert count == 1
        nested = redpipe.asyncio.pipeline(pipe)
        count = visit('home', nested)
        await nested.execute()
        await pipe.execute()
        assert count == 2
    run(main)


def test_a_settled_future_can_be_awaited_and_never_waits(run):
    async def main(_):
        async with redpipe.asyncio.autoexec() as pipe:
            count, words = visit('home', pipe), pipe.lrange('l', 0, -1)
            with pytest.raises(redpipe.ResultNotReady):
                await count
        assert await count == 1
        assert await words == []
        answer = redpipe.Future()
        answer.set((1, 2))
        assert await answer == (1, 2)
    run(main)


def test_an_error_reply_is_raised_and_tells_all_outcomes(run):
    async def main(_):
        with pytest.raises(redis.ResponseError) as told:
            async with redpipe.asyncio.autoexec() as pipe:
                pipe.set('s', 'x')
                count = pipe.execute_command('INCR', 's')
        assert told.value.outcomes == [True, told.value]
        assert 'Command # 2 (INCR s) of pipeline caused error' in str(told.value)
        with pytest.raises(redpipe.ResultNotReady):
            count.result
        async with redpipe.asyncio.autoexec(raise_on_error=False) as pipe:
            before, count = pipe.get('s'), pipe.incr('s')
        assert before == b'x'
        with pytest.raises(redis.ResponseError):
            count.result
    run(main)


def test_transactions(settings):
    async def main():
        client = redis.asyncio.Redis(**settings)
        redpipe.asyncio.connect_redis(client, transaction=True)
        async with redpipe.asyncio.autoexec() as pipe:
            counts = [visit('home', pipe) for _ in range(2)]
        assert counts == [1, 2]
        with pytest.raises(redis.exceptions.ResponseError):
            async with redpipe.asyncio.autoexec() as pipe:
                pipe.incr('home')
                pipe.execute_command('NO SUCH COMMAND')
        assert await redpipe.asyncio.call(visit, 'home') == 3
        await client.connection_pool.disconnect()
    asyncio.run(main())


def test_several_connections_travel_at_once(settings, second_server):
    async def main():
        clients = [redis.asyncio.Redis(**settings),
                   redis.asyncio.Redis(host=second_server.host, port=second_server.port)]
        redpipe.asyncio.connect_redis(clients[0])
        redpipe.asyncio.connect_redis(clients[1], name='other')
        async with redpipe.asyncio.autoexec() as pipe:
            first = pipe.get('k')
            with redpipe.autoexec(pipe, name='other') as nested:
                nested.set('k', 'other')
                second = nested.get('k')
        assert (first, second) == (None, b'other')
        await clients[1].flushdb()
        for client in clients:
            await client.connection_pool.disconnect()
    asyncio.run(main())


def test_keyspaces_are_iterated_by_async_for(run):
    async def main(_):
        members = set('member %d' % number for number in range(300))
        async with redpipe.asyncio.autoexec() as pipe:
            Tags(pipe).sadd('x', *members)
            Shards(pipe).hmset('h', dict.fromkeys(members, 'v'))
            User({'_key': '1', 'age': 7}, pipe=pipe)
        assert set([member async for member in Tags().sscan_iter('x', count=10)]) == members
        assert dict([pair async for pair in Shards().hscan_iter('h', count=10)]) == dict.fromkeys(members, 'v')
        assert [key async for key in Tags().scan_iter()] == ['x']
        assert [key async for key in User.scan_iter()] == ['1']
    run(main)


def test_iterators_go_on_to_be_for_plain_loops(client, connect):
    connect(client)
    Tags().sadd('x', u'a', u'b')
    found = Tags().sscan_iter('x')
    assert iter(found) is found
    assert sorted([next(found)] + list(found)) == ['a', 'b']


# Which kind of root, which kind of client.

def test_an_asyncio_root_is_refused_by_with(run):
    async def main(_):
        for pipe in redpipe.asyncio.autoexec(), redpipe.asyncio.autoexec(redpipe.asyncio.pipeline()):
            with pytest.raises(redpipe.InvalidOperation, match='"async with"'):
                with pipe:
                    pass
    run(main)


def test_a_blocking_root_is_refused_by_async_with(client, connect):
    connect(client)

    async def main():
        for pipe in redpipe.autoexec(), redpipe.autoexec(redpipe.pipeline()):
            with pytest.raises(redpipe.InvalidOperation, match='redpipe.asyncio.autoexec'):
                async with pipe:
                    pass
        with pytest.raises(redpipe.InvalidOperation, match='blocking'):
            redpipe.asyncio.autoexec(redpipe.pipeline())
    asyncio.run(main())


@pytest.mark.parametrize('wrong', [7, 'pipe', redis])
def test_what_is_no_pipe_is_refused(wrong):
    with pytest.raises(redpipe.InvalidPipeline):
        redpipe.asyncio.autoexec(wrong)


def test_without_a_blocking_client_a_call_without_a_pipe_says_what_to_do(run):
    async def main(_):
        for block in (lambda: visit('home'), lambda: Tags().smembers('x'), lambda: User('1'),
                      lambda: list(Tags().sscan_iter('x'))):
            with pytest.raises(redpipe.InvalidPipeline, match='async with redpipe.asyncio.autoexec'):
                block()
    run(main)


def test_both_kinds_of_client_have_one_name_and_a_loop_is_not_blocked(run, client):
    redpipe.connect_redis(client)

    async def main(_):
        assert await redpipe.asyncio.call(visit, 'home') == 1
        with pytest.raises(redpipe.InvalidPipeline, match='event loop'):
            visit('home')
        # On another thread no loop stands still.
        assert await asyncio.get_running_loop().run_in_executor(None, visit, 'home') == 2
    run(main)
    assert visit('home') == 3


def test_clients_are_connected_by_the_function_of_their_kind(settings, client):
    async def main():  # before Python 3.10 an asyncio client is made where a loop runs
        with pytest.raises(redpipe.InvalidPipeline, match='redpipe.asyncio.connect_redis'):
            redpipe.connect_redis(redis.asyncio.Redis(**settings))
        with pytest.raises(redpipe.InvalidPipeline, match='redpipe.connect_redis'):
            redpipe.asyncio.connect_redis(client)
        with pytest.raises(redpipe.InvalidPipeline, match='decode_responses'):
            redpipe.asyncio.connect_redis(redis.asyncio.Redis(decode_responses=True, **settings))
        for wrong in 7, None, 'redis://localhost':
            with pytest.raises(redpipe.InvalidPipeline, match='asyncio client'):
                redpipe.asyncio.connect_redis(wrong)
    asyncio.run(main())


def test_a_name_belongs_to_one_client(settings):
    async def main():
        one = redis.asyncio.Redis(**settings)
        redpipe.asyncio.connect_redis(one)
        redpipe.asyncio.connect_redis(one)
        with pytest.raises(redpipe.AlreadyConnected, match=r"call redpipe.asyncio.disconnect\('default'\) first"):
            redpipe.asyncio.connect_redis(redis.asyncio.Redis(**settings))
    asyncio.run(main())


@pytest.mark.parametrize('forget', [redpipe.reset, redpipe.disconnect, redpipe.asyncio.reset,
                                    redpipe.asyncio.disconnect])
def test_a_connection_can_be_forgotten(settings, forget):
    async def main():
        redpipe.asyncio.connect_redis(redis.asyncio.Redis(**settings))
        forget()
        with pytest.raises(redpipe.InvalidPipeline, match='has no asyncio client; call'):
            await redpipe.asyncio.call(visit, 'home')
    asyncio.run(main())


def test_an_unknown_name_tells_of_a_blocking_client(client, connect):
    connect(client)

    async def main():
        with pytest.raises(redpipe.InvalidPipeline, match='only a blocking one'):
            await redpipe.asyncio.call(visit, 'home')
    asyncio.run(main())


async def coroutine_function():
    pass


@pytest.mark.parametrize('callback', [coroutine_function, functools.partial(coroutine_function)])
def test_a_callback_is_no_coroutine_function(callback):
    with pytest.raises(redpipe.InvalidOperation, match='coroutine'):
        redpipe.pipeline().on_execute(callback)


def test_a_block_that_is_left_without_execute_warns_at_its_line(run):
    async def main(_):
        with pytest.warns(RuntimeWarning, match='will never be sent') as warned:
            async with redpipe.asyncio.pipeline() as pipe:
                visit('home', pipe)
        assert warned[0].filename == __file__
    run(main)


def test_a_block_that_is_left_by_an_exception_sends_no_command(run, client):
    async def main(_):
        with pytest.raises(ZeroDivisionError):
            async with redpipe.asyncio.autoexec() as pipe:
                count = visit('home', pipe)
                raise ZeroDivisionError
        with pytest.raises(redpipe.ResultNotReady, match='ZeroDivisionError'):
            count.result
    run(main)
    assert client.get('home') is None


def test_commands_of_modules_are_queued(run):
    async def main(_):
        pipe = redpipe.asyncio.pipeline(raise_on_error=False)
        reply = pipe.json().get('k')
        await pipe.execute()
        try:
            assert reply.result is None
        except redis.ResponseError as error:
            assert 'unknown command' in str(error)
    run(main)


@pytest.mark.skipif(fakeredis is None, reason='there is no fakeredis here')
def test_fakeredis_has_an_asyncio_client_too():
    async def main():
        redpipe.asyncio.connect_redis(fakeredis.aioredis.FakeRedis())
        async with redpipe.asyncio.autoexec() as pipe:
            count, user = visit('home', pipe), User({'_key': '1', 'age': 7}, pipe=pipe)
        assert count == 1
        assert user['age'] == 7
        with pytest.raises(redis.ResponseError):
            await redpipe.asyncio.call(lambda pipe: (pipe.set('s', 'x'), pipe.incr('s')))
        assert await redpipe.asyncio.call(visit, 'home') == 2
    redpipe.reset()
    asyncio.run(main())
    redpipe.reset()


def test_redpipe_alone_imports_nothing_of_asyncio():
    script = ('import sys, redis, six, json\n'
              'before = set(sys.modules)\n'
              'import redpipe\n'
              'print([name for name in set(sys.modules) - before if "asyncio" in name])\n')
    assert subprocess.check_output([sys.executable, '-c', script], cwd=ROOT).split() == [b'[]']


def test_an_iterator_goes_on_behind_an_error(run, client, monkeypatch):
    members = set('member %d' % number for number in range(300))
    client.sadd('T{x}', *members)

    async def main(one):
        found, got = Tags().sscan_iter('x', count=10), []
        failed = 0
        while True:
            if len(got) > 100 and failed < 2:
                failed += 1
                monkeypatch.setattr(redpipe.asyncio._pipelines, 'exchange', failing)
            try:
                got.append(await found.__anext__())
            except ZeroDivisionError:
                monkeypatch.undo()
            except StopAsyncIteration:
                break
        assert failed == 2
        assert set(got) == members

    async def failing(parts):
        raise ZeroDivisionError
    run(main)


def test_two_tasks_do_not_share_an_iterator(run):
    async def main(_):
        found = Tags().sscan_iter('x')
        first, second = await asyncio.gather(found.__anext__(), found.__anext__(), return_exceptions=True)
        assert isinstance(first, StopAsyncIteration) or isinstance(first, RuntimeError)
        assert isinstance(second, redpipe.InvalidOperation)
    run(main)


def test_what_comes_too_late_is_refused(run):
    async def main(_):
        async def late(pipe):
            await asyncio.sleep(0.05)
            async with redpipe.asyncio.autoexec(pipe) as pipe:
                pipe.incr('late')

        async with redpipe.asyncio.autoexec() as pipe:
            task = asyncio.ensure_future(late(pipe))
            pipe.blpop('missing', 1)
        with pytest.raises(redpipe.InvalidOperation, match='was left already'):
            await task
    run(main)


def test_call_awaits_whatever_can_be_awaited(run):
    async def counted(pipe):
        return visit('home', pipe)

    async def main(_):
        assert await redpipe.asyncio.call(lambda pipe: asyncio.ensure_future(counted(pipe))) == 1
        assert await redpipe.asyncio.call(lambda pipe: counted(pipe)) == 2

        async def generator(pipe):
            yield visit('home', pipe)
        with pytest.raises(redpipe.InvalidOperation, match='asynchronous generator'):
            await redpipe.asyncio.call(generator)
        with pytest.raises(redpipe.InvalidOperation, match='root of its own'):
            await redpipe.asyncio.call(visit, 'home', pipe=None)
    run(main)


class AwaitedCallback(object):
    async def __call__(self):
        pass


def test_an_object_that_is_awaited_is_no_callback():
    with pytest.raises(redpipe.InvalidOperation, match='coroutine'):
        redpipe.pipeline().on_execute(AwaitedCallback())


def test_what_makes_clients_is_called():
    async def make():
        pass
    with pytest.raises(redpipe.InvalidPipeline, match='coroutine function'):
        redpipe.asyncio.connect_redis(make)

    async def main():
        with pytest.raises(redpipe.InvalidPipeline, match='a Pipeline'):
            redpipe.asyncio.connect_redis(redis.asyncio.Redis().pipeline())
    asyncio.run(main())
