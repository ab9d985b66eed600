"""Under asyncio the root is awaited; what is queued on it, and what that returns, are the same as ever."""
from collections.abc import AsyncIterator, Iterator
from typing import Any, Optional, assert_type

import redis.asyncio

import redpipe.asyncio
from redpipe import Future
from redpipe.asyncio import NestedPipeline, Pipeline


class Numbers(redpipe.Set):
    keyspace = 'numbers'
    valueparse = redpipe.IntegerField


class Ages(redpipe.Hash):
    keyspace = 'ages'
    valueparse = redpipe.IntegerField


class Counter(redpipe.Struct):
    fields = {'visits': redpipe.IntegerField}


def visit(page: str, pipe: Optional[redpipe.Pipe] = None) -> Future[int]:
    """Know nothing of asyncio."""
    with redpipe.autoexec(pipe) as pipe:
        assert_type(pipe, redpipe.pipelines.Pipeline)
        return pipe.incr('seen:' + page)


def both(pipe: Optional[redpipe.Pipe] = None) -> tuple[Future[int], Future[int]]:
    return visit('home', pipe), visit('news', pipe)


def forget(pipe: Optional[redpipe.Pipe] = None) -> None:
    with redpipe.autoexec(pipe) as pipe:
        pipe.delete('seen:home')


def given(page: str, pipe: redpipe.Pipe) -> Future[int]:
    """Want a pipe, which ``call`` gives as well."""
    return pipe.incr('seen:' + page)


async def visit_later(page: str, pipe: Optional[redpipe.Pipe] = None) -> Future[int]:
    """Nest by "async with"."""
    async with redpipe.asyncio.autoexec(pipe) as pipe:
        assert_type(pipe, Pipeline)
        return visit(page, pipe)


async def named(pipe: Optional[redpipe.Pipe] = None) -> str:
    async with redpipe.asyncio.autoexec(pipe) as pipe:
        return pipe.connection_name


async def taken(_: Iterator[int], awaited: AsyncIterator[int]) -> int:
    return [number async for number in awaited][0]


async def roots() -> None:
    async with redpipe.asyncio.autoexec() as pipe:
        assert_type(pipe, Pipeline)
        home = visit('home', pipe)
        news = visit('news', pipe=pipe)
        async with redpipe.asyncio.autoexec(pipe) as inner:
            assert_type(inner, NestedPipeline)
            assert_type(inner.parent, Optional[redpipe.Pipe])
            inner.on_execute(lambda: None)
            Numbers(inner).sadd('primes', 2, 3, 5)
        with redpipe.autoexec(pipe) as nested:
            assert_type(nested, redpipe.pipelines.NestedPipeline)
            assert_type(visit('games', nested), Future[int])
        primes = Numbers(pipe).smembers('primes')
        counter = Counter('1', pipe=pipe)
    assert_type(home + news, int)
    assert_type(primes, Future[set[int]])
    assert_type(counter, Counter)
    assert_type(await home, int)
    assert_type(await primes, set[int])

    async with redpipe.asyncio.pipeline(name='default', raise_on_error=False) as pipe:
        assert_type(pipe.get('seen:home'), Future[Optional[bytes]])
        assert_type(await pipe.execute(), None)

    alone = redpipe.asyncio.pipeline()
    handed: redpipe.Pipe = alone
    count = visit('home', handed)
    await alone.execute(raise_on_error=True)
    assert_type(count, Future[int])


async def calls() -> None:
    call = redpipe.asyncio.call
    assert_type(await call(visit, 'home'), int)
    assert_type(await call(visit, page='home'), int)
    assert_type(await call(given, 'home'), int)
    assert_type(await call(visit_later, 'home'), int)
    assert_type(await call(named), str)
    assert_type(await call(both), tuple[Future[int], Future[int]])
    assert_type(await call(forget), None)
    counter = await call(Counter, '1')
    assert_type(counter, Counter)
    assert_type(await call(counter.update, {'visits': 1}), None)
    assert_type(await call(counter.incr, 'visits'), int)
    assert_type(await call(counter.pop, 'visits'), Any)


async def iterators() -> None:
    async with redpipe.asyncio.autoexec() as pipe:
        Numbers(pipe).sadd('primes', 2, 3, 5)
        Ages(pipe).hset('a', 'ann', 7)
        Counter({'_key': '1', 'visits': 1}, pipe=pipe)
    async for key in Numbers().scan_iter():
        assert_type(key, str)
    async for number in Numbers().sscan_iter('primes'):
        assert_type(number, int)
    assert_type([pair async for pair in Ages().hscan_iter('a')], list[tuple[str, int]])
    assert_type([key async for key in Counter.scan_iter()], list[Any])
    assert_type(await anext(Numbers().sscan_iter('primes')), int)
    both_ways = Numbers().sscan_iter('primes')
    assert_type(await taken(both_ways, both_ways), int)


async def connections() -> None:
    client = redis.asyncio.Redis()
    redpipe.asyncio.connect_redis(client, name='one', transaction=True, direct=False, at_most_once=False)
    redpipe.asyncio.connect_redis(redis.asyncio.Redis, 'made')
    redpipe.asyncio.connect_redis(lambda: redis.asyncio.Redis(port=6380), name='made too')
    assert_type(sorted(redpipe.connections.ConnectionManager.asyncio_connections)[0], str)
    for name in 'one', 'made', 'made too':
        redpipe.asyncio.disconnect(name)
    await client.aclose()
