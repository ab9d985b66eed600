# -*- coding: utf-8 -*-
"""Keyspaces answer on a cluster what they answer on one server, where keys share a slot."""
import pytest

import redpipe
from redpipe import Geo, Hash, HyperLogLog, List, Set, SortedSet, String


def sharing(cls, **attributes):
    """A keyspace of bare keys, of which those with the tag ``{t}`` share a slot."""
    return type('Sharing' + cls.__name__, (cls,), dict(attributes, keyspace=None))


A, B, C, D = keys = ['{t}a', u'{t}\xe9', '{t}c', '{t}d']
SCRIPT = "return {redis.call('exists', KEYS[1]), ARGV[1]}"


def strings(pipe):
    k = sharing(String)(pipe)
    yield k.set(A, 'x')
    yield k.mset({A: 'x', B: u'\xe9'})
    yield k.msetnx({C: 'x', A: 'y'})
    yield k.mget(keys)
    yield k.mget(A)
    yield k.bitop('OR', D, A, B)
    yield k.rename(D, C)
    yield k.renamenx(C, A)
    yield k.eval(A, SCRIPT, 'word')
    yield k.eval(SCRIPT, 1, A, 'word')
    yield k.object(A, 'encoding')
    yield k.object('encoding', A)
    yield k.exists(A, B)
    yield k.touch(A, B)
    yield k.delete(A, B)
    yield k.unlink([C, D])


def dumped(pipe):
    k = sharing(String)()
    k.set(A, 'x')
    data = k.dump(A).result
    k = sharing(String)(pipe)
    yield k.restorenx(A, data)
    yield k.restorenx(B, data)
    yield k.restore(C, data)
    yield k.mget(A, B, C)


def sets(pipe):
    k = sharing(Set)(pipe)
    yield k.sadd(A, '1', '2', '3')
    yield k.sadd(B, ['2', '3', '4'])
    yield k.smove(A, B, '1')
    yield k.sdiff(A, B)
    yield k.sinter([A, B])
    yield k.sunion(A, B)
    yield k.sdiffstore(C, A, B)
    yield k.sinterstore(C, A, B)
    yield k.sunionstore(C, [A, B])
    yield k.sort(C)
    yield k.sort(C, store=D)
    yield k.sscan(C)
    yield k.delete(keys)


def lists(pipe):
    k = sharing(List)(pipe)
    yield k.rpush(A, '1', '2', '3')
    yield k.rpoplpush(A, B)
    yield k.brpoplpush(A, B, 1)
    yield k.blpop([C, A, B], 1)
    yield k.brpop([C, B], 1)
    yield k.lrange(B, 0, -1)
    yield k.delete(keys)


def sorted_sets(pipe):
    k = sharing(SortedSet)(pipe)
    yield k.zadd(A, {'m': 1, 'n': 2})
    yield k.zadd(B, 'm', 5)
    yield k.zunionstore(C, [A, B])
    yield k.zrange(C, 0, -1, withscores=True)
    yield k.zinterstore(C, {A: 2, B: 3})
    yield k.zrange(C, 0, -1, withscores=True)
    yield k.zscan(C)
    yield k.delete(keys)


def hyperloglogs(pipe):
    k = sharing(HyperLogLog)(pipe)
    yield k.pfadd(A, '1', '2')
    yield k.pfadd(B, '2', '3')
    yield k.pfmerge(C, A, B)
    yield k.pfcount(A, B)
    yield k.pfcount(C)
    yield k.delete(keys)


def geos(pipe):
    k = sharing(Geo)(pipe)
    yield k.geoadd(A, 13.36, 38.11, 'm', 15.08, 37.5, 'n')
    yield k.geopos(A, 'm', 'x')
    yield k.geodist(A, 'm', 'n', 'km')
    yield k.georadius(A, 15, 37, 200, 'km')
    yield k.georadius(A, 15, 37, 200, 'km', store=B)
    yield k.georadiusbymember(A, 'm', 300, 'km', store_dist=C)
    yield k.delete(keys)


def hashes(pipe):
    k = sharing(Hash, fields={'n': redpipe.IntegerField})(pipe)
    yield k.hmset(A, {'n': 1, 'text': u'\xe9'})
    yield k.hset(B, 'n', 2)
    yield k.hincrby(A, 'n', 2)
    yield k.hgetall(A)
    yield k.hmget(A, ['n', 'text', 'x'])
    yield k.hscan(A)
    yield k.delete(keys)


PROGRAMS = [strings, dumped, sets, lists, sorted_sets, hyperloglogs, geos, hashes]


def run(program, client, alone):
    """What *program* is answered, each command by itself or all in one batch."""
    client.delete(A), client.delete(B), client.delete(C), client.delete(D)
    redpipe.reset()
    redpipe.connect_redis(client)
    try:
        if alone:
            return [ref.result for ref in program(None)]
        with redpipe.autoexec() as pipe:
            refs = list(program(pipe))
        return [ref.result for ref in refs]
    finally:
        redpipe.reset()


@pytest.mark.parametrize('alone', [True, False], ids=['alone', 'in one batch'])
@pytest.mark.parametrize('program', PROGRAMS, ids=lambda program: program.__name__)
def test_answers_are_those_of_one_server(client, clustered, cluster, program, alone):
    expected = run(program, client, alone)
    cluster.flush()
    assert run(program, clustered, alone) == expected


@pytest.mark.parametrize('call', [
    lambda: redpipe.String().mget(['a', 'b']), lambda: redpipe.String().mset({'a': 'x', 'b': 'x'}),
    lambda: redpipe.Set().sunionstore('a', 'b'), lambda: redpipe.SortedSet().zunionstore('a', ['b', 'c']),
    lambda: redpipe.HyperLogLog().pfcount('a', 'b'), lambda: redpipe.List().rpoplpush('a', 'b'),
    lambda: redpipe.Set().delete('a', 'b'), lambda: redpipe.Set().rename('a', 'b')])
def test_keys_in_several_slots_are_one_clear_error(clustered, call):
    redpipe.reset()
    redpipe.connect_rediscluster(clustered)
    with pytest.raises(redpipe.InvalidOperation, match='different slots'):
        call()
    redpipe.reset()


def test_keys_of_two_keyspaces_share_a_slot_by_their_key(clustered):
    class Cart(redpipe.Set):
        keyspace = 'cart'

    class Seen(redpipe.SortedSet):
        keyspace = 'seen'

    redpipe.reset()
    redpipe.connect_rediscluster(clustered)
    script = "redis.call('sadd', KEYS[1], ARGV[1]); return redis.call('zadd', KEYS[2], 1, ARGV[1])"
    with redpipe.autoexec() as pipe:
        added = pipe.eval(script, 2, Cart.redis_key('7'), Seen.redis_key('7'), 'pear')
        cart, seen = Cart(pipe).smembers('7'), Seen(pipe).zrange('7', 0, -1)
    redpipe.reset()
    assert (added, cart, seen) == (1, {'pear'}, ['pear'])
