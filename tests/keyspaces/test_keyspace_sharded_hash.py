# -*- coding: utf-8 -*-
"""A ShardedHash is one hash to its user, and several keys to Redis."""
import subprocess
import sys

import pytest
import redis

import redpipe

ON_CLUSTERS = True


class Upper(redpipe.TextField):
    @classmethod
    def encode(cls, value):
        return super(Upper, cls).encode(value.upper()).decode('utf-8')  # text will do as well


class Index(redpipe.ShardedHash):
    keyspace = 'I'
    shards = 4
    fields = {'count': redpipe.IntegerField}


@pytest.fixture(params=['alone', 'root', 'nested'])
def index(request, connected):
    """A ShardedHash, and a function that executes what was queued on it."""
    if request.param == 'alone':
        yield Index(), lambda: None
        return
    pipe = redpipe.pipeline()
    inner = redpipe.pipeline(pipe) if request.param == 'nested' else pipe

    def execute():
        inner.execute()
        pipe.execute()

    yield Index(inner), execute


MEMBERS = dict((u'member %d' % number, u'value %d' % number) for number in range(50))


def test_members_are_spread_over_the_shards_and_found_again(index, connected):
    hashes, execute = index
    written = hashes.hmset('k', MEMBERS)
    execute()
    assert written.IS(True)
    assert Index.shard_keys('k') == [b'I{k:%d}' % number for number in range(4)]
    assert min(connected.hlen(b'I{k:%d}' % number) for number in range(4)) > 5
    one = hashes.hget('k', u'member 7')
    missing = hashes.hget('k', u'nobody')
    some = hashes.hmget('k', [u'member 3', u'nobody', u'member 9', u'member 3'])
    everything = hashes.hgetall('k')
    members, values, count = hashes.hkeys('k'), hashes.hvals('k'), hashes.hlen('k')
    there, not_there = hashes.hexists('k', u'member 1'), hashes.hexists('k', u'nobody')
    execute()
    assert one == u'value 7' and missing.IS(None)
    assert some == [u'value 3', None, u'value 9', u'value 3']
    assert everything == MEMBERS
    assert sorted(members) == sorted(MEMBERS) and sorted(values) == sorted(MEMBERS.values())
    assert count == 50
    assert there.IS(True) and not_there.IS(False)


def test_the_place_of_a_member_never_changes(index, connected):
    hashes, execute = index
    for member in (u'a', u'b', u'h\xe9', u'count'):
        hashes.hset('k', member, 1 if member == 'count' else u'x')
    execute()
    assert connected.hkeys('I{k:3}') == [b'a', u'h\xe9'.encode('utf-8')]
    assert connected.hkeys('I{k:1}') == [b'b']
    assert connected.hkeys('I{k:2}') == [b'count']


def test_counts_are_sums_over_the_shards(index):
    hashes, execute = index
    new = hashes.hset('k', mapping={u'a': u'1', u'b': u'2', u'c': u'3'})
    again = hashes.hset('k', u'a', u'x')
    gone = hashes.hdel('k', u'a', u'b', u'nobody')
    rest = hashes.hlen('k')
    execute()
    assert (new, again, gone, rest) == (3, 0, 2, 1)


def test_values_are_typed_and_counted(index):
    hashes, execute = index
    sums = hashes.hincrby('k', 'count', 2), hashes.hincrbyfloat('k', 'size', 1.5)
    value, first, second = (hashes.hget('k', 'count'), hashes.hsetnx('k', u'a', u'1'),
                            hashes.hsetnx('k', u'a', u'2'))
    length = hashes.hstrlen('k', u'a')
    execute()
    assert sums == (2, 1.5) and value == 2 and value.isinstance(int)
    assert (first, second, length) == (1, 0, 1)


def test_a_refused_value_writes_nothing(index, connected):
    hashes, execute = index
    with pytest.raises(redpipe.InvalidValue, match='count'):
        hashes.hmset('k', {u'a': u'1', 'count': u'many'})
    execute()
    assert not any(connected.exists(key) for key in Index.shard_keys('k'))


@pytest.mark.parametrize('given', [{}, {'mapping': {}}, {'member': u'a', 'mapping': {}}, {'value': u'b'}])
def test_nothing_to_set_is_refused(index, given):
    hashes, _ = index
    with pytest.raises((redpipe.InvalidOperation, redpipe.InvalidValue)):
        hashes.hset('k', **given)


def test_a_value_without_its_member_is_refused(index, connected):
    hashes, execute = index
    for more in ({'mapping': {'x': 'y'}}, {'items': ['x', 'y']}, {}):
        with pytest.raises(redpipe.InvalidValue, match='member None'):
            hashes.hset('k', value='lost', **more)
    for given in ({'items': ['x']}, {'items': []}):
        with pytest.raises(redpipe.InvalidOperation, match='give a member and its value'):
            hashes.hset('k', **given)
    execute()
    assert not any(connected.exists(key) for key in Index.shard_keys('k'))


def test_a_flat_list_of_members_and_values_is_set(index):
    hashes, execute = index
    count, found = hashes.hset('k', 'a', '1', {'b': '2'}, ['count', 3, 'd', '4']), hashes.hgetall('k')
    execute()
    assert count == 4 and found == {'a': '1', 'b': '2', 'count': 3, 'd': '4'}


@pytest.mark.parametrize('parse, members', [
    (redpipe.IntegerField, [1, 2, 10 ** 20]), (redpipe.FloatField, [0.5, 2.0]),
    (redpipe.BinaryField, [b'\xff', b'a']), (Upper, [u'A', u'\xc9'])])
def test_members_have_a_codec(connected, parse, members):
    class Coded(redpipe.ShardedHash):
        shards = 3
        memberparse = parse

    for number, member in enumerate(members):
        Coded().hset('k', member, u'%d' % number)
    assert Coded().hgetall('k') == dict((member, u'%d' % number) for number, member in enumerate(members))
    assert Coded().hmget('k', members) == [u'%d' % number for number in range(len(members))]
    assert Coded().hdel('k', *members) == len(members)


def test_an_error_of_one_shard_is_that_of_the_future(connected):
    for shard in Index.shard_keys('k'):
        connected.flushdb()
        connected.set(shard, 'no hash')
        with redpipe.autoexec(raise_on_error=False) as pipe:
            whole, count = Index(pipe).hgetall('k'), Index(pipe).hlen('k')
        for future in whole, count:
            with pytest.raises(redis.ResponseError, match='WRONGTYPE'):
                future.result


def test_a_value_that_cannot_be_decoded_is_blamed_on_its_own_shard(connected):
    shard = Index()._shard_of('k', b'count')
    connected.hset(shard, 'count', 'many')
    with pytest.raises(redpipe.InvalidValue) as caught:
        Index().hgetall('k').result
    assert str(caught.value).count('cannot be decoded') == 1 and shard.decode() in str(caught.value)


def test_a_whole_hash_can_be_removed_and_expire(index, connected):
    hashes, execute = index
    hashes.hmset('k', MEMBERS)
    there, kept, nothing = hashes.exists('k'), hashes.expire('k', 60), hashes.expire('l', 60)
    execute()
    assert there == 1 and kept.IS(True) and nothing.IS(False)
    assert 0 < connected.ttl('I{k:2}') <= 60
    removed, there = hashes.delete('k', 'l'), hashes.exists('k')
    execute()
    assert removed == 1 and there == 0
    assert not any(connected.exists(key) for key in Index.shard_keys('k'))


def test_iterating_goes_on_until_every_shard_has_told_all(connected):
    many = dict((u'member %d' % number, u'value') for number in range(4000))
    Index().hmset('k', many)
    assert dict(Index().hscan_iter('k', count=100)) == many


def test_iterating_visits_every_member_once(connected):
    Index().hmset('k', MEMBERS)
    assert sorted(Index().hscan_iter('k', count=3)) == sorted(MEMBERS.items())
    assert list(Index().hscan_iter('k', match=u'member 7')) == [(u'member 7', u'value 7')]
    with pytest.raises(redpipe.InvalidOperation):
        Index(redpipe.pipeline()).hscan_iter('k')


def test_all_shards_are_reached_in_one_round_trip(linked):
    link, client = linked
    before = link.round_trips
    Index().hmset('k', MEMBERS)
    assert link.round_trips - before == 1
    Index().hgetall('k')
    list(Index().hscan_iter('k', count=1000))
    assert link.round_trips - before == 3


def test_without_a_keyspace_the_bare_key_is_followed_by_the_shard(connected):
    class Bare(redpipe.ShardedHash):
        shards = 1

    Bare().hset('k', u'a', u'1')
    assert connected.exists('k:0')
    assert Bare.shard_keys('k') == [b'k:0']


def test_the_place_of_a_member_is_the_same_in_another_process():
    code = ('import redpipe; print(redpipe.ShardedHash()._shard_of("k", b"member").decode())')
    said = subprocess.check_output([sys.executable, '-c', code], cwd=redpipe.__path__[0] + '/..')
    assert said.decode().strip() == redpipe.ShardedHash()._shard_of('k', b'member').decode()
