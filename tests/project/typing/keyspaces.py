"""The types of a keyspace are those of its fields: ``valueparse``, ``keyparse`` and ``memberparse``."""
import uuid
from datetime import datetime, timedelta
from typing import Any, Optional, assert_type

import redpipe
from redpipe import Future


class UuidField:
    """A field of one's own: two methods."""

    @classmethod
    def encode(cls, value: uuid.UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, value: Optional[bytes]) -> Optional[uuid.UUID]:
        return None if value is None else uuid.UUID(bytes=value)


JACK = uuid.UUID(int=1)
JILL = uuid.UUID(int=2)


class Names(redpipe.String):
    keyspace = 'N'


class Counters(redpipe.String):
    keyspace = 'C'
    valueparse = redpipe.IntegerField


class Owners(redpipe.String):
    keyspace = 'O'
    keyparse = redpipe.IntegerField
    valueparse = UuidField


class Tags(redpipe.Set):
    keyspace = 'T'


class Primes(redpipe.Set):
    keyspace = 'P'
    valueparse = redpipe.IntegerField


class Queue(redpipe.List):
    keyspace = 'Q'
    valueparse = redpipe.DictField


class Log(redpipe.List):
    keyspace = 'L'
    keyparse = redpipe.IntegerField


class Followers(redpipe.SortedSet):
    keyspace = 'F'


class Scores(redpipe.SortedSet):
    keyspace = 'S'
    keyparse = UuidField
    valueparse = redpipe.IntegerField


class Ages(redpipe.String):
    keyparse = int
    valueparse = float


class Plain(redpipe.Hash):
    valueparse = int
    memberparse = str


class Typed(redpipe.Struct):
    fields = {'age': int, 'name': redpipe.TextField}


class Settings(redpipe.Hash):
    keyspace = 'H'


class Totals(redpipe.Hash):
    keyspace = 'I'
    memberparse = redpipe.IntegerField
    valueparse = redpipe.FloatField


class Users(redpipe.Hash):
    keyspace = 'U'
    fields = {'name': redpipe.TextField, 'age': redpipe.IntegerField}

    def age(self, name: str) -> Future[Optional[int]]:
        """Give a member its type where it is asked for: no checker can find the field by the member's name."""
        return self.hget(name, 'age')


class Sizes(redpipe.ShardedHash):
    keyspace = 'X'
    valueparse = redpipe.IntegerField
    shards = 4


class Visitors(redpipe.HyperLogLog):
    keyspace = 'V'


class Cities(redpipe.Geo):
    keyspace = 'G'


def every_key() -> None:
    names = Names()
    names.set('a', 'b')
    assert_type(names.exists('a', 'b'), Future[int])
    assert_type(names.exists('a'), Future[bool])
    assert_type(names.expire('a', timedelta(hours=1)), Future[bool])
    assert_type(names.expireat('a', datetime(2100, 1, 1)), Future[bool])
    assert_type(names.ttl('a'), Future[int])
    assert_type(names.persist('a'), Future[bool])
    assert_type(names.pexpire('a', 100000, nx=True), Future[bool])
    assert_type(names.pexpireat('a', 4102444800000), Future[bool])
    assert_type(names.pttl('a'), Future[int])
    assert_type(names.expiretime('a'), Future[int])
    assert_type(names.pexpiretime('a'), Future[int])
    assert_type(names.touch('a', 'b'), Future[int])
    assert_type(names.migrate('127.0.0.1', 1, 'nothing', 0, 10), Future[bytes])
    assert_type(names.type('a'), Future[bytes])
    assert_type(names.copy('a', 'c'), Future[bool])
    dump = names.dump('a')
    assert_type(dump, Future[Optional[bytes]])
    if dump.result is not None:
        assert_type(names.restore('b', dump.result, replace=True), Future[str])
        assert_type(names.restorenx('b', dump.result), Future[int])
    assert_type(names.object('a', 'encoding'), Future[Optional[bytes]])
    assert_type(names.object('a', 'refcount'), Future[Optional[int]])
    assert_type(names.object('encoding', 'a'), Future[Any])
    assert_type(names.memory_usage('a'), Future[Optional[int]])
    assert_type(names.eval('a', 'return redis.call("GET", KEYS[1])'), Future[Any])
    assert_type(names.scan(), Future[tuple[int, list[str]]])
    assert_type(list(names.scan_iter('*')), list[str])
    assert_type(names.rename('a', 'd'), Future[bool])
    assert_type(names.delete('a', 'b'), Future[int])
    assert_type(names.renamenx('c', 'e'), Future[bool])
    assert_type(names.move('e', 5), Future[bool])
    assert_type(names.unlink('a', 'b'), Future[int])
    assert_type(names.delete(['c', 'd']), Future[int])
    assert_type(Owners().scan(), Future[tuple[int, list[int]]])
    assert_type(names.redis_key('a'), bytes)


def strings() -> None:
    with redpipe.autoexec() as pipe:
        assert_type(Names(pipe).set('a', 'text'), Future[Optional[bool]])
        assert_type(Names(pipe).get('a'), Future[Optional[str]])
        assert_type(Names(pipe)['a'], Future[Optional[str]])
        assert_type(Names(pipe).mget(['a', 'b']), Future[list[Optional[str]]])
        assert_type(Names(pipe).mset({'a': 'text', 'b': 'more'}), Future[bool])
        assert_type(Names(pipe).append('a', '!'), Future[int])
        assert_type(Names(pipe).getrange('a', 0, 1), Future[str])
        assert_type(Names(pipe).substr('a', 0), Future[str])
        assert_type(Names(pipe).setrange('a', 2, 'x'), Future[int])
        assert_type(Names(pipe).strlen('a'), Future[int])
        assert_type(Names(pipe).msetnx({'a': 'text', 'c': 'more'}), Future[bool])
        assert_type(Names(pipe).setex('d', 'text', 100), Future[bool])
        assert_type(Names(pipe).psetex('d', 'text', timedelta(hours=1)), Future[bool])
        assert_type(Names(pipe).lcs('a', 'b'), Future[str])
        assert_type(Names(pipe).lcs('a', 'b', len=True), Future[int])
        counters = Counters(pipe)
        counters['a'] = 3
        assert_type(counters.set('a', 3, ex=100, get=True), Future[Optional[int]])
        assert_type(counters.get('a'), Future[Optional[int]])
        assert_type(counters.getset('a', 4), Future[Optional[int]])
        assert_type(counters.incr('a'), Future[int])
        assert_type(counters.incrby('a', 2), Future[int])
        assert_type(counters.decr('a'), Future[int])
        assert_type(counters.decrby('a', 2), Future[int])
        assert_type(counters.incrbyfloat('b', 1.5), Future[float])
        assert_type(counters.setnx('a', 4), Future[bool])
        assert_type(counters.getex('a', px=100000), Future[Optional[int]])
        assert_type(counters.getdel('a'), Future[Optional[int]])
        assert_type(counters.setbit('bits', 3, True), Future[int])
        assert_type(counters.bitcount('bits'), Future[int])
        assert_type(counters.getbit('bits', 3), Future[int])
        assert_type(counters.bitpos('bits', 1), Future[int])
        assert_type(counters.bitop('NOT', 'other', 'bits'), Future[int])
        assert_type(counters.bitfield_ro('bits', 'u4', 0), Future[list[int]])
        assert_type(counters.bitfield('bits').get('u4', 0).execute(), Future[list[Optional[int]]])
        owners = Owners(pipe)
        assert_type(owners.set(1, JACK), Future[Optional[bool]])
        assert_type(owners.get(1), Future[Optional[uuid.UUID]])
        assert_type(owners.mget(1, 2), Future[list[Optional[uuid.UUID]]])


def sets() -> None:
    with redpipe.autoexec() as pipe:
        tags = Tags(pipe)
        assert_type(tags.sadd('a', 'x', 'y'), Future[int])
        assert_type(tags.sadd('b', ['y', 'z']), Future[int])
        assert_type(tags.smembers('a'), Future[set[str]])
        assert_type(tags.sismember('a', 'x'), Future[bool])
        assert_type(tags.smismember('a', ['x', 'z']), Future[list[bool]])
        assert_type(tags.sunion('a', 'b'), Future[set[str]])
        assert_type(tags.sinterstore('c', ['a', 'b']), Future[int])
        assert_type(tags.sscan('a'), Future[tuple[int, list[str]]])
        assert_type(tags.smove('a', 'b', 'x'), Future[bool])
        assert_type(tags.scard('a'), Future[int])
        assert_type(tags.sdiff('a', 'b'), Future[set[str]])
        assert_type(tags.sinter(['a', 'b']), Future[set[str]])
        assert_type(tags.sintercard(2, ['a', 'b']), Future[int])
        assert_type(tags.sdiffstore('c', 'a', 'b'), Future[int])
        assert_type(tags.sunionstore('c', ['a', 'b']), Future[int])
        assert_type(tags.srem('a', 'x', 'y'), Future[int])
        assert_type(tags.remove('a', ['x', 'y']), Future[int])
        primes = Primes(pipe)
        assert_type(primes.add('a', [2, 3, 5]), Future[int])
        assert_type(primes.srandmember('a'), Future[Optional[int]])
        assert_type(primes.srandmember('a', 2), Future[list[int]])
        assert_type(primes.pop('a'), Future[Optional[int]])
        assert_type(primes.spop('a', 2), Future[list[int]])
        assert_type(primes.smembers('a'), Future[set[int]])
    assert_type(list(Tags().sscan_iter('b')), list[str])


def lists() -> None:
    with redpipe.autoexec() as pipe:
        queue = Queue(pipe)
        assert_type(queue.rpush('a', {'job': 1}, {'job': 2}), Future[int])
        assert_type(queue.push('a', [{'job': 3}, {'job': 4}]), Future[int])
        assert_type(queue.lrange('a', 0, -1), Future[list[dict[str, Any]]])
        assert_type(queue.lindex('a', 0), Future[Optional[dict[str, Any]]])
        assert_type(queue.lpop('a'), Future[Optional[dict[str, Any]]])
        assert_type(queue.lmove('a', 'b'), Future[Optional[dict[str, Any]]])
        assert_type(queue.blmove('a', 'b', 1), Future[Optional[dict[str, Any]]])
        assert_type(queue.rpoplpush('b', 'a'), Future[Optional[dict[str, Any]]])
        assert_type(queue.brpoplpush('b', 'a', 1), Future[Optional[dict[str, Any]]])
        assert_type(queue.rpop('a'), Future[Optional[dict[str, Any]]])
        assert_type(queue.shift('a'), Future[Optional[dict[str, Any]]])
        assert_type(queue.unshift('a', {'job': 5}), Future[int])
        assert_type(queue.rpushx('a', {'job': 6}), Future[int])
        assert_type(queue.lpushx('nothing', {'job': 6}), Future[int])
        assert_type(queue.linsert('a', 'BEFORE', {'job': 6}, {'job': 7}), Future[int])
        assert_type(queue.lset('a', 0, {'job': 8}), Future[bool])
        assert_type(queue.lrem('a', {'job': 8}), Future[int])
        assert_type(queue.remove('a', {'job': 8}, 0), Future[int])
        assert_type(queue.ltrim('a', 0, 1), Future[bool])
        assert_type(queue.trim('a', 0, 0), Future[bool])
        log = Log(pipe)
        assert_type(log.lpush(1, 'a', 'b', 'c', 'd'), Future[int])
        assert_type(log.blpop([2, 1], timeout=1), Future[Optional[tuple[int, str]]])
        assert_type(log.lmpop(2, 2, 1, count=2), Future[Optional[tuple[int, list[str]]]])
        assert_type(log.blmpop(1, 2, [2, 1]), Future[Optional[tuple[int, list[str]]]])
        assert_type(log.brpop(1, 1), Future[Optional[tuple[int, str]]])
        log.append(1, ['e', 'f'])
        assert_type(log.lpos(1, 'a'), Future[Optional[int]])
        assert_type(log.lpos(1, 'a', count=0), Future[list[int]])
        assert_type(log.pop(1, 2), Future[Optional[list[str]]])
        assert_type(log.llen(1), Future[int])
        assert_type(log.sort(1, alpha=True), Future[list[str]])
        assert_type(log.sort(1, alpha=True, store=3), Future[int])
        assert_type(log.sort(1, alpha=True, get=['#', 'x_*'], groups=True), Future[list[tuple[Optional[str], ...]]])
        assert_type(log.sort_ro(1, alpha=True, get='x_*'), Future[list[Optional[str]]])


def sorted_sets() -> None:
    with redpipe.autoexec() as pipe:
        followers = Followers(pipe)
        assert_type(followers.zadd('a', 'bob', score=2), Future[int])
        assert_type(followers.zadd('a', ['cid', 'dan']), Future[int])
        assert_type(followers.zadd('b', {'bob': 1.5, 'eve': 3}), Future[int])
        assert_type(followers.zadd('b', 'bob', 2, incr=True), Future[Optional[float]])
        assert_type(followers.zrange('a', 0, -1), Future[list[str]])
        assert_type(followers.zrange('a', 0, -1, withscores=True), Future[list[tuple[str, float]]])
        assert_type(followers.zrevrange('a', 0, -1, withscores=True, score_cast_func=int),
                    Future[list[tuple[str, int]]])
        assert_type(followers.zrangebyscore('a', '-inf', '(5', withscores=True), Future[list[tuple[str, float]]])
        assert_type(followers.zscore('a', 'bob'), Future[Optional[float]])
        assert_type(followers.zmscore('a', ['bob', 'eve']), Future[list[Optional[float]]])
        assert_type(followers.zrank('a', 'bob'), Future[Optional[int]])
        assert_type(followers.zcount('a', 0, '+inf'), Future[int])
        assert_type(followers.zcard('a'), Future[int])
        assert_type(followers.score('a', 'bob'), Future[Optional[float]])
        assert_type(followers.rank('a', 'bob'), Future[Optional[int]])
        assert_type(followers.zrevrank('a', 'bob'), Future[Optional[int]])
        assert_type(followers.revrank('a', 'nobody'), Future[Optional[int]])
        assert_type(followers.incr_by('a', 'bob', 2), Future[float])
        assert_type(followers.zrangebylex('a', '[a', '(c'), Future[list[str]])
        assert_type(followers.zrevrangebylex('a', '+', '-', 0, 2), Future[list[str]])
        assert_type(followers.zrevrangebyscore('a', 5, 1, withscores=True), Future[list[tuple[str, float]]])
        assert_type(followers.zlexcount('a', '-', '+'), Future[int])
        assert_type(followers.zrangestore('d', 'a', 0, 1), Future[int])
        assert_type(followers.zremrangebylex('d', '[x', '[y'), Future[int])
        assert_type(followers.zremrangebyrank('d', 0, 0), Future[int])
        assert_type(followers.zremrangebyscore('d', 100, 200), Future[int])
        assert_type(followers.zdiff(['a', 'b'], withscores=True, score_cast_func=int), Future[list[tuple[str, int]]])
        assert_type(followers.zinter({'a': 1, 'b': 2}), Future[list[str]])
        assert_type(followers.zintercard(2, ['a', 'b']), Future[int])
        assert_type(followers.zinterstore('d', ['a', 'b'], 'MAX'), Future[int])
        assert_type(followers.zdiffstore('d', 'a', 'b'), Future[int])
        assert_type(followers.zunion(['a', 'b'], withscores=True), Future[list[tuple[str, float]]])
        assert_type(followers.zunionstore('c', {'a': 2, 'b': 1.5}), Future[int])
        assert_type(followers.zscan('a'), Future[tuple[int, list[tuple[str, float]]]])
        assert_type(followers.zpopmin('a'), Future[list[tuple[str, float]]])
        assert_type(followers.zpopmax('a', 1), Future[list[tuple[str, float]]])
        assert_type(followers.zmpop(2, ['a', 'b'], min=True), Future[Optional[tuple[str, list[tuple[str, float]]]]])
        assert_type(followers.bzmpop(1, 1, 'b', max=True), Future[Optional[tuple[str, list[tuple[str, float]]]]])
        assert_type(followers.bzpopmax(['a', 'b'], 1), Future[Optional[tuple[str, str, float]]])
        assert_type(followers.zrem('a', 'bob', 'cid'), Future[int])
        assert_type(followers.remove('a', ['bob', 'cid']), Future[int])
        followers.add('b', 'fay', 7)
        scores = Scores(pipe)
        assert_type(scores.zadd(JACK, {1: 10, 2: 20}), Future[int])
        assert_type(scores.zrange(JACK, 0, -1, withscores=True), Future[list[tuple[int, float]]])
        assert_type(scores.zrandmember(JACK), Future[Optional[int]])
        assert_type(scores.bzpopmin([JILL, JACK], 1), Future[Optional[tuple[uuid.UUID, int, float]]])
        assert_type(scores.zincrby(JACK, 2, 2.5), Future[float])
    assert_type(list(Followers().zscan_iter('b')), list[tuple[str, float]])


def hashes() -> None:
    with redpipe.autoexec() as pipe:
        settings = Settings(pipe)
        assert_type(settings.hset('a', 'colour', 'red'), Future[int])
        assert_type(settings.hset('a', mapping={'size': 'large'}), Future[int])
        assert_type(settings.hget('a', 'colour'), Future[Optional[str]])
        assert_type(settings.hget('a', key=7), Future[Optional[str]])
        assert_type(settings.hmget('a', ['colour', 'shape']), Future[list[Optional[str]]])
        assert_type(settings.hgetall('a'), Future[dict[str, str]])
        assert_type(settings.hkeys('a'), Future[list[str]])
        assert_type(settings.hvals('a'), Future[list[str]])
        assert_type(settings.hexists('a', 'colour'), Future[bool])
        assert_type(settings.hscan('a'), Future[tuple[int, dict[str, str]]])
        assert_type(settings.hrandfield('a'), Future[Optional[str]])
        assert_type(settings.hrandfield('a', 2, withvalues=True), Future[list[tuple[str, str]]])
        assert_type(settings.hexpire('a', 100, 'colour', nx=True), Future[list[int]])
        assert_type(settings.hpexpire('a', 100000, ['colour']), Future[list[int]])
        assert_type(settings.hexpireat('a', datetime(2100, 1, 1), 'colour'), Future[list[int]])
        assert_type(settings.hpexpireat('a', 4102444800000, 'colour'), Future[list[int]])
        assert_type(settings.httl('a', 'colour'), Future[list[int]])
        assert_type(settings.hpttl('a', 'colour'), Future[list[int]])
        assert_type(settings.hexpiretime('a', 'colour'), Future[list[int]])
        assert_type(settings.hpexpiretime('a', 'colour'), Future[list[int]])
        assert_type(settings.hpersist('a', 'colour'), Future[list[int]])
        assert_type(settings.hsetnx('a', 'colour', 'blue'), Future[int])
        assert_type(settings.hstrlen('a', 'colour'), Future[int])
        assert_type(settings.hsetex('b', 'colour', 'blue', ex=100), Future[int])
        assert_type(settings.hgetex('b', 'colour', 'shape', ex=100), Future[list[Optional[str]]])
        assert_type(settings.hgetdel('b', 'colour', 'shape'), Future[list[Optional[str]]])
        assert_type(settings.hdel('a', 'colour', 'shape'), Future[int])
        totals = Totals(pipe)
        assert_type(totals.hmset('a', {1: 1.5, 2: 2}), Future[bool])
        assert_type(totals.hget('a', 1), Future[Optional[float]])
        assert_type(totals.hgetall('a'), Future[dict[int, float]])
        assert_type(totals.hincrbyfloat('a', 1, 0.5), Future[float])
        users = Users(pipe)
        assert_type(users.hmset('a', {'name': 'Ann', 'age': 36}), Future[bool])
        assert_type(users.hincrby('a', 'age'), Future[int])
        assert_type(users.hgetall('a'), Future[dict[str, Any]])
        assert_type(users.hget('a', 'name'), Future[Any])
        assert_type(users.age('a'), Future[Optional[int]])
    with redpipe.autoexec() as pipe:
        sizes = Sizes(pipe)
        assert_type(sizes.hset('a', 'x', 1), Future[int])
        assert_type(sizes.hget('a', 'x'), Future[Optional[int]])
        assert_type(sizes.hgetall('a'), Future[dict[str, int]])
        assert_type(sizes.hlen('a'), Future[int])
        assert_type(sizes.hsetnx('a', 'x', 2), Future[int])
        assert_type(sizes.hstrlen('a', 'x'), Future[int])
        assert_type(sizes.hmget('a', 'x', 'y'), Future[list[Optional[int]]])
        assert_type(sizes.hincrbyfloat('a', 'y', 1.5), Future[float])
        assert_type(sizes.exists('a'), Future[bool])
        assert_type(sizes.delete('a'), Future[int])
    assert_type(sizes.shard_keys('a'), list[bytes])
    assert_type(list(Settings().hscan_iter('a')), list[tuple[str, str]])


def redis_pys_names() -> None:
    with redpipe.autoexec() as pipe:
        names = Names(pipe)
        assert_type(names.append(key='a', value='text'), Future[int])
        assert_type(names.getrange(key='a', start=0, end=1), Future[str])
        assert_type(names.getrange('a', start=0, end=1), Future[str])
        assert_type(names.bitcount(key='a'), Future[int])
        assert_type(names.bitpos(key='a', bit=1), Future[int])
        assert_type(names.bitfield_ro(key='a', encoding='u4', offset=0), Future[list[int]])
        assert_type(names.bitfield(key='a').get('u4', 0).execute(), Future[list[Optional[int]]])
        assert_type(names.object(infotype='encoding', key='a'), Future[Optional[bytes]])
        assert_type(names.object(infotype='refcount', key='a'), Future[Optional[int]])
        assert_type(names.object('encoding', key='a'), Future[Any])
        assert_type(names.memory_usage(key='a'), Future[Optional[int]])
        assert_type(names.expiretime(key='a'), Future[int])
        assert_type(names.pexpiretime(key='a'), Future[int])
        assert_type(names.eval(script='return 1', numkeys=0), Future[Any])
        assert_type(names.eval('return 1', numkeys=0), Future[Any])
        log = Log(pipe)
        log.push(1, 'a', 'b')
        assert_type(log.lindex(1, index=0), Future[Optional[str]])
        assert_type(log.lset(1, index=0, value='c'), Future[bool])
        assert_type(log.lrange(1, start=0, end=-1), Future[list[str]])
        assert_type(log.lrem(1, count=0, value='a'), Future[int])
        assert_type(log.sort_ro(key=1, alpha=True), Future[list[str]])
        assert_type(Tags(pipe).sdiffstore(dest='a', keys=['b', 'c']), Future[int])
        scores = Scores(pipe)
        assert_type(scores.zadd(JACK, mapping={1: 10}), Future[int])
        assert_type(scores.zadd(JACK, mapping={1: 10}, incr=True), Future[Optional[float]])
        assert_type(scores.zincrby(name=JACK, amount=2, value=1), Future[float])
        assert_type(scores.incr_by(JACK, value=1), Future[float])
        assert_type(scores.zscore(JACK, value=1), Future[Optional[float]])
        assert_type(scores.zmscore(key=JACK, members=[1, 2]), Future[list[Optional[float]]])
        assert_type(scores.zrank(JACK, value=1), Future[Optional[int]])
        assert_type(scores.revrank(JACK, value=1), Future[Optional[int]])
        assert_type(scores.zrandmember(key=JACK), Future[Optional[int]])
        assert_type(scores.zrandmember(key=JACK, count=1, withscores=True), Future[list[tuple[int, float]]])
        assert_type(scores.zremrangebyrank(JACK, min=5, max=6), Future[int])
        assert_type(scores.zremrangebyscore(JACK, min=500, max='+inf'), Future[int])
        totals = Totals(pipe)
        assert_type(totals.hset('n', key=1, value=1.5), Future[int])
        assert_type(totals.hsetnx('n', key=1, value=1.5), Future[int])
        assert_type(totals.hget('n', key=1), Future[Optional[float]])
        assert_type(totals.hexists('n', key=1), Future[bool])
        assert_type(totals.hstrlen('n', key=1), Future[int])
        assert_type(totals.hincrby('n', 2, amount=2), Future[int])
        assert_type(totals.hincrbyfloat('n', key=1, amount=0.5), Future[float])
        assert_type(totals.hrandfield(key='n'), Future[Optional[int]])
        assert_type(totals.hsetex('n', key=3, value=1.5, ex=100), Future[int])
        sizes = Sizes(pipe)
        assert_type(sizes.hset('n', key='x', value=1), Future[int])
        assert_type(sizes.hget('n', key='x'), Future[Optional[int]])
        assert_type(sizes.hincrby('n', key='x', amount=2), Future[int])
    dump = Names().dump('a')
    if dump.result is not None:
        assert_type(Names().restore('b', value=dump.result, ttl=0, replace=True), Future[str])


def others() -> None:
    with redpipe.autoexec() as pipe:
        visitors = Visitors(pipe)
        assert_type(visitors.pfadd('a', 'ann', 'bob'), Future[int])
        assert_type(visitors.pfcount('a'), Future[int])
        assert_type(visitors.pfmerge('b', 'a'), Future[bool])
        assert_type(visitors.pfdebug('a'), Future[Any])
        cities = Cities(pipe)
        assert_type(cities.geoadd('it', 13.361389, 38.115556, 'Palermo'), Future[int])
        assert_type(cities.geoadd('it', [15.087269, 37.502669, 'Catania']), Future[int])
        assert_type(cities.geodist('it', 'Palermo', 'Catania', unit='km'), Future[Optional[float]])
        assert_type(cities.geopos('it', 'Palermo'), Future[list[Optional[tuple[float, float]]]])
        assert_type(cities.geohash('it', 'Palermo'), Future[list[Optional[str]]])
        assert_type(cities.geosearch('it', member='Palermo', radius=200, unit='km'), Future[list[str]])
        assert_type(cities.geosearch('it', member='Palermo', radius=200, unit='km', withdist=True), Future[list[Any]])
        assert_type(cities.georadius('it', 15, 37, 200, 'km'), Future[list[str]])
        assert_type(cities.georadius('it', 15, 37, 200, 'km', store='near'), Future[int])
        assert_type(cities.georadius_ro('it', 15, 37, 200, 'km', withdist=True), Future[list[Any]])
        assert_type(cities.georadiusbymember('it', 'Palermo', 200, 'km'), Future[list[str]])
        assert_type(cities.georadiusbymember_ro('it', 'Palermo', 200, 'km'), Future[list[str]])
        assert_type(cities.geosearchstore('far', 'it', longitude=15, latitude=37, radius=200, unit='km'), Future[int])
        assert_type(cities.zrange('near', 0, -1), Future[list[str]])


def plain_types(pipe: redpipe.Pipe) -> None:
    ages, plain = Ages(pipe), Plain(pipe)
    assert_type(ages.get(5), Future[Optional[float]])
    assert_type(ages.set(5, 1.5), Future[Optional[bool]])
    assert_type(plain.hget('a', 'b'), Future[Optional[int]])
    assert_type(plain.hgetall('a'), Future[dict[str, int]])
    plain.hset('a', 'b', 5)
    Settings(pipe).hset('a', 1, 'b')
