"""Pipelines are Pipes, nested or not, and their commands return Futures of what redis-py's replies are."""
from datetime import timedelta
from typing import Any, Optional, assert_type

import redpipe
from redpipe import Future
from redpipe.pipelines import NestedPipeline, Pipeline


def visit(page: str, pipe: Optional[redpipe.Pipe] = None) -> Future[int]:
    """Take a pipe, nest in it, and return a Future: the building block of everything."""
    with redpipe.autoexec(pipe) as pipe:
        assert_type(pipe, Pipeline)
        count = pipe.incr('seen:' + page)
        pipe.expire('seen:' + page, timedelta(hours=1))
        return count


def visits(pages: list[str], pipe: Optional[redpipe.Pipe] = None) -> Future[int]:
    """Promise more than a reply, with a callback."""
    total: Future[int] = Future()
    with redpipe.autoexec(pipe) as pipe:
        counts = [visit(page, pipe) for page in pages]
        pipe.on_execute(lambda: total.set(sum(counts)))
    return total


def nested() -> None:
    with redpipe.pipeline() as pipe:
        assert_type(pipe, Pipeline)
        with redpipe.autoexec(pipe, name='default') as inner:
            assert_type(inner, NestedPipeline)
            assert_type(visit('home', inner), Future[int])
        assert_type(visits(['home', 'news'], pipe=pipe), Future[int])
        assert_type(pipe.execute(), None)


def told(pipe: redpipe.Pipe) -> str:
    """Read what a pipe tells of itself, and use it as the root that it may be."""
    assert_type(pipe.connection_name, str)
    assert_type(pipe.autoexec, bool)
    assert_type(pipe.parent, Optional[redpipe.Pipe])
    assert_type(redpipe.pipeline(pipe), NestedPipeline)
    with redpipe.autoexec(pipe) as inner:
        assert_type(inner, NestedPipeline)
        inner.incr('number')
    redpipe.String(pipe).incr('number')
    assert_type(pipe.incr('number'), Future[int])
    return pipe.connection_name


class Counter(redpipe.Struct):
    fields = {'visits': redpipe.IntegerField}


def counted(pipe: Optional[redpipe.Pipe] = None) -> Future[int]:
    """Hand a pipe on to everything that takes one."""
    counter = Counter('1', pipe, no_op=True)
    counter.update({'visits': 1}, pipe)
    counter.load(pipe=pipe)
    counter.remove(['visits'], pipe=pipe)
    assert_type(counter.pop('visits', pipe=pipe), Future[Any])
    assert_type(redpipe.String(pipe).get('string'), Future[Optional[str]])
    counter.clear(pipe)
    Counter.delete(['1'], pipe)
    return counter.incr('visits', pipe=pipe)


def pipes() -> None:
    with redpipe.pipeline(name='games', autoexec=True) as pipe:
        assert_type(told(pipe), str)
        with redpipe.pipeline(pipe, autoexec=True) as inner:
            assert_type(told(inner), str)
            assert_type(counted(inner), Future[int])
        assert_type(counted(pipe), Future[int])


def replies() -> None:
    with redpipe.autoexec() as pipe:
        assert_type(pipe.set('string', 'value'), Future[Optional[bool]])
        assert_type(pipe.set('string', b'more', get=True), Future[Optional[bytes]])
        assert_type(pipe.get('string'), Future[Optional[bytes]])
        assert_type(pipe.mget('string', 'nothing'), Future[list[Optional[bytes]]])
        assert_type(pipe.incr('number'), Future[int])
        assert_type(pipe.incrbyfloat('real', 1.5), Future[float])
        assert_type(pipe.exists('string', 'number'), Future[int])
        assert_type(pipe.expire('string', 100), Future[bool])
        assert_type(pipe.type('string'), Future[bytes])
        assert_type(pipe.scan(match='s*'), Future[tuple[int, list[bytes]]])
        assert_type(pipe.hset('hash', mapping={'name': 'Jack', 'age': 7}), Future[int])
        assert_type(pipe.hget('hash', 'name'), Future[Optional[bytes]])
        assert_type(pipe.hgetall('hash'), Future[dict[bytes, bytes]])
        assert_type(pipe.rpush('list', 'a', 'b', 'c'), Future[int])
        assert_type(pipe.lrange('list', 0, -1), Future[list[bytes]])
        assert_type(pipe.lpop('list'), Future[Optional[bytes]])
        assert_type(pipe.lpop('list', 2), Future[Optional[list[bytes]]])
        assert_type(pipe.sadd('set', 'a', 1, 2.5), Future[int])
        assert_type(pipe.smembers('set'), Future[set[bytes]])
        assert_type(pipe.zadd('zset', {'a': 1, 'b': 2.5}), Future[int])
        assert_type(pipe.zadd('zset', {'a': 1}, incr=True), Future[Optional[float]])
        assert_type(pipe.zrange('zset', 0, -1), Future[list[bytes]])
        assert_type(pipe.zrange('zset', 0, -1, withscores=True), Future[list[tuple[bytes, float]]])
        assert_type(pipe.zrangebyscore('zset', '-inf', 3, withscores=True, score_cast_func=int),
                    Future[list[tuple[bytes, int]]])
        assert_type(pipe.zscore('zset', 'a'), Future[Optional[float]])
        assert_type(pipe.sort('list', alpha=True), Future[list[bytes]])
        assert_type(pipe.sort('list', alpha=True, store='sorted'), Future[int])
        assert_type(pipe.bitfield('bits').set('u8', 0, 1).get('u8', 0).execute(), Future[list[Optional[int]]])
        assert_type(pipe.xadd('stream', {'name': 'Jack'}), Future[bytes])
        assert_type(pipe.xrange('stream'), Future[list[tuple[bytes, dict[bytes, bytes]]]])
        assert_type(pipe.eval('return 1', 0), Future[Any])
        assert_type(pipe.execute_command('OBJECT', 'ENCODING', 'string'), Future[Any])


def a_future_as_an_argument() -> None:
    with redpipe.autoexec() as pipe:
        name = pipe.get('number')
        count = pipe.strlen('number')
    if name.result is not None:
        pipe.set(name.result, count)
    pipe.lrange('list', 0, count)
    pipe.execute()
