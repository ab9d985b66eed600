# -*- coding: utf-8 -*-
import inspect
from decimal import Decimal

import pytest
import six

import redpipe
from contract import Contract, scanned
from redpipe.exceptions import InvalidOperation, InvalidValue
from redpipe.fields import IntegerField
from redpipe.keyspaces import SortedSet


class Scores(SortedSet):
    keyspace = 'K'


class Numbers(Scores):
    valueparse = IntegerField


def fill(client, key='K{k}', **scores):
    for name, score in (scores or {'a': 1, 'b': 2, 'c': 3}).items():
        client.execute_command('ZADD', key, score, name)


def stored(client, key='K{k}'):
    return [(name.decode('utf-8'), score)
            for name, score in client.zrange(key, 0, -1, withscores=True)]


class TestSortedSet(Contract):
    Keys = Scores
    kind = b'zset'
    making = ('zadd', {u'a': 1, u'b': 2})

    def test_zadd(self, on, connected):
        assert on(Scores).zadd('k', u'\xe9') == 1
        assert on(Scores).zadd('k', 'a', 2.5) == 1
        assert on(Scores).zadd('k', 'b', score=-1) == 1
        assert on(Scores).zadd('k', ['c', 'd'], 3) == 2
        assert on(Scores).zadd('k', {'e': 4, 'f': float('inf')}) == 2
        assert on(Scores).zadd('k', members='a', score=2) == 0
        assert stored(connected) == [(u'b', -1), (u'\xe9', 1), (u'a', 2), (u'c', 3), (u'd', 3),
                                     (u'e', 4), (u'f', float('inf'))]

    def test_add(self, on, connected):
        assert on(Scores).add('k', ['a', 'b'], score=5) == 2
        assert stored(connected) == [('a', 5), ('b', 5)]

    def test_zadd_on_condition(self, on, connected):
        fill(connected, a=1)
        assert on(Scores).zadd('k', {'a': 5, 'b': 5}, nx=True) == 1
        assert on(Scores).zadd('k', {'a': 2, 'x': 2}, xx=True) == 0
        assert on(Scores).zadd('k', {'a': 3, 'c': 3}, ch=True) == 2
        assert stored(connected) == [('a', 3), ('c', 3), ('b', 5)]

    def test_zadd_to_higher_or_lower(self, on, connected, needs):
        needs(6, 2)
        fill(connected, a=5)
        assert on(Scores).zadd('k', {'a': 4}, gt=True, ch=True) == 0
        assert on(Scores).zadd('k', {'a': 4}, lt=True, ch=True) == 1
        assert stored(connected) == [('a', 4)]

    def test_zadd_as_an_increment(self, on, connected):
        fill(connected, a=1)
        total = on(Scores).zadd('k', 'a', 1.5, incr=True)
        assert total == 2.5 and type(total) is float
        assert on(Scores).zadd('k', {'a': 1}, incr=True) == 3.5
        assert on(Scores).zadd('k', 'a', 1, nx=True, incr=True) is None
        assert on(Scores).zadd('k', 'x', 1, xx=True, incr=True) is None
        assert stored(connected) == [('a', 3.5)]

    def test_a_score_is_exact(self, on, connected):
        assert on(Scores).zadd('k', {'a': 2 ** 53, 'b': 0.1, 'c': Decimal('0.25'),
                                     'd': '-inf'}) == 4
        assert stored(connected) == [
            ('d', float('-inf')), ('b', 0.1), ('c', 0.25), ('a', 2.0 ** 53)]
        for score in (None, [], float('nan'), 2 ** 53 + 1):
            with pytest.raises(InvalidValue):
                on(Scores).zadd('k', 'a', score)
        for members in ({}, []):
            with pytest.raises(InvalidOperation):
                on(Scores).zadd('k', members)

    def test_values_have_a_codec(self, on, connected):
        assert on(Numbers).zadd('k', [10, 9]) == 2
        assert on(Numbers).zrange('k', 0, -1) == [10, 9]
        assert on(Numbers).zadd('k', {9: 5}) == 0
        assert on(Numbers).zrange('k', 0, -1, withscores=True) == [(10, 1.0), (9, 5.0)]
        with pytest.raises(InvalidValue):
            on(Numbers).zadd('k', [1, u'x'])

    def test_zincrby_and_incr_by(self, on, connected):
        assert on(Scores).zincrby('k', u'\xe9', 2.5) == 2.5
        assert on(Scores).zincrby('k', member=u'\xe9', increment=-1) == 1.5
        total = on(Scores).incr_by('k', u'\xe9', 1)
        assert total == 2.5 and type(total) is float
        assert stored(connected) == [(u'\xe9', 2.5)]

    def test_zrem_and_remove(self, on, connected):
        fill(connected)
        assert on(Scores).zrem('k', 'a', 'x') == 1
        assert on(Scores).zrem('k', ['b']) == 1
        assert on(Scores).remove('k', 'c') == 1
        assert stored(connected) == []

    def test_zcard(self, on, connected):
        fill(connected)
        assert on(Scores).zcard('k') == 3

    def test_zscore_and_score(self, on, connected):
        connected.execute_command('ZADD', 'K{k}', 1.5, u'\xe9'.encode('utf-8'))
        found = on(Scores).zscore('k', u'\xe9')
        assert found == 1.5 and type(found) is float
        assert on(Scores).score('k', elem=u'\xe9') == 1.5
        assert on(Scores).zscore('k', 'x') is None

    def test_zmscore(self, on, connected, needs):
        needs(6, 2)
        fill(connected)
        assert on(Scores).zmscore('k', ['c', 'x', 'a']) == [3.0, None, 1.0]
        assert on(Scores).zmscore('k', 'c', 'a') == [3.0, 1.0]

    def test_zrank_and_rank(self, on, connected, needs):
        fill(connected)
        assert on(Scores).zrank('k', 'a') == 0
        assert on(Scores).rank('k', elem='c') == 2
        assert on(Scores).rank('k', 'x') is None
        needs(7, 2)
        assert on(Scores).zrank('k', 'b', withscore=True) == [1, 2.0]
        assert on(Scores).zrank('k', 'b', withscore=True, score_cast_func=str) == [1, '2.0']
        assert on(Scores).zrank('k', 'x', withscore=True) is None

    def test_zrevrank_and_revrank(self, on, connected, needs):
        fill(connected)
        assert on(Scores).zrevrank('k', 'a') == 2
        assert on(Scores).revrank('k', member='c') == 0
        assert on(Scores).zrevrank('k', 'x') is None
        needs(7, 2)
        assert on(Scores).zrevrank('k', 'b', withscore=True) == [1, 2.0]

    def test_zrange(self, on, connected):
        fill(connected)
        connected.execute_command('ZADD', 'K{k}', 4.5, u'\xe9'.encode('utf-8'))
        assert on(Scores).zrange('k', 0, -1) == [u'a', u'b', u'c', u'\xe9']
        assert on(Scores).zrange('k', start=1, end=1) == [u'b']
        assert on(Scores).zrange('k', 0, 1, desc=True) == [u'\xe9', u'c']
        assert on(Scores).zrange('k', 2, 3, withscores=True) == [(u'c', 3.0), (u'\xe9', 4.5)]
        assert on(Scores).zrange('k', 0, 0, desc=True, withscores=True) == [(u'\xe9', 4.5)]
        assert on(Scores).zrange('k', 2, 3, withscores=True, score_cast_func=int) == [
            (u'c', 3), (u'\xe9', 4)]
        assert on(Scores).zrange('x', 0, -1, withscores=True) == []
        pair, = on(Scores).zrange('k', 0, 0, withscores=True)
        assert type(pair) is tuple and type(pair[1]) is float

    def test_zrange_by_score_or_value(self, on, connected, needs):
        needs(6, 2)
        fill(connected)
        assert on(Scores).zrange('k', 2, '+inf', byscore=True) == ['b', 'c']
        assert on(Scores).zrange('k', 3, 1, desc=True, byscore=True, offset=1, num=1,
                                 withscores=True) == [('b', 2.0)]
        assert on(Scores).zrange('k', '-', '+', bylex=True, offset=0, num=2) == ['a', 'b']
        with pytest.raises(InvalidOperation):
            on(Scores).zrange('k', 2, 3, byscore=True, offset=1)

    def test_zrevrange(self, on, connected):
        fill(connected)
        assert on(Scores).zrevrange('k', 0, 1) == ['c', 'b']
        assert on(Scores).zrevrange('k', 0, 0, withscores=True) == [('c', 3.0)]
        assert on(Scores).zrevrange('k', 0, 0, True, str) == [('c', '3.0')]

    def test_zrangebyscore(self, on, connected):
        fill(connected)
        assert on(Scores).zrangebyscore('k', 2, 3) == ['b', 'c']
        assert on(Scores).zrangebyscore('k', '(2', '+inf') == ['c']
        assert on(Scores).zrangebyscore('k', '-inf', 3, start=1, num=1) == ['b']
        assert on(Scores).zrangebyscore('k', min=3, max=3, withscores=True) == [('c', 3.0)]
        assert on(Scores).zrangebyscore('k', 3, 3, withscores=True, score_cast_func=int) == [('c',
                                                                                              3)]
        with pytest.raises(InvalidOperation):
            on(Scores).zrangebyscore('k', 1, 2, num=1)

    def test_zrevrangebyscore(self, on, connected):
        fill(connected)
        assert on(Scores).zrevrangebyscore('k', 3, 2) == ['c', 'b']
        assert on(Scores).zrevrangebyscore('k', max='+inf', min=1, start=1, num=1) == ['b']
        assert on(Scores).zrevrangebyscore('k', 2, 2, withscores=True) == [('b', 2.0)]

    def test_lexicographical_ranges(self, on, connected):
        fill(connected, a=0, b=0, c=0)
        connected.execute_command('ZADD', 'K{k}', 0, u'\xe9'.encode('utf-8'))
        assert on(Scores).zrangebylex('k', '[b', '+') == [u'b', u'c', u'\xe9']
        assert on(Scores).zrangebylex('k', min='-', max='(c', start=1, num=5) == ['b']
        assert on(Scores).zrangebylex('k', u'[\xe9', u'[\xe9') == [u'\xe9']
        assert on(Scores).zrevrangebylex('k', '+', '[b') == [u'\xe9', u'c', u'b']
        assert on(Scores).zrevrangebylex('k', max='(c', min='-', start=1, num=5) == ['a']
        assert on(Scores).zlexcount('k', '-', '+') == 4
        assert on(Scores).zlexcount('k', min='[a', max='(c') == 2
        assert on(Scores).zremrangebylex('k', min='[a', max='[b') == 2
        assert stored(connected) == [(u'c', 0), (u'\xe9', 0)]

    @pytest.mark.one_server
    def test_zrangestore(self, on, connected, needs):
        needs(6, 2)
        fill(connected)
        assert on(Scores).zrangestore('dest', 'k', 0, 1) == 2
        assert stored(connected, 'K{dest}') == [('a', 1), ('b', 2)]
        assert on(Scores).zrangestore('dest', 'k', 3, 1, byscore=True, desc=True, offset=0,
                                      num=1) == 1
        assert stored(connected, 'K{dest}') == [('c', 3)]

    def test_zremrangebyrank(self, on, connected):
        fill(connected)
        assert on(Scores).zremrangebyrank('k', start=0, stop=1) == 2
        assert stored(connected) == [('c', 3)]

    def test_zremrangebyscore(self, on, connected):
        fill(connected)
        assert on(Scores).zremrangebyscore('k', min_value=2, max_value='+inf') == 2
        assert stored(connected) == [('a', 1)]

    def test_zcount(self, on, connected):
        fill(connected)
        assert on(Scores).zcount('k', 2, '+inf') == 2

    def test_zrandmember(self, on, connected, needs):
        needs(6, 2)
        assert on(Scores).zrandmember('x') is None
        assert on(Scores).zrandmember('x', 2) == []
        fill(connected, a=1.5)
        assert on(Scores).zrandmember('k') == 'a'
        assert on(Scores).zrandmember('k', 2) == ['a']
        assert on(Scores).zrandmember('k', -2, withscores=True) == [('a', 1.5)] * 2

    def test_zpopmin_and_zpopmax(self, on, connected, needs):
        needs(5)
        fill(connected, a=1, b=2, c=3, d=4.5)
        assert on(Scores).zpopmin('k') == [('a', 1.0)]
        assert on(Scores).zpopmax('k') == [('d', 4.5)]
        assert on(Scores).zpopmin('k', 5) == [('b', 2.0), ('c', 3.0)]
        assert on(Scores).zpopmax('k', count=5) == []

    @pytest.mark.one_server
    def test_bzpopmin_and_bzpopmax(self, on, connected, needs):
        needs(5)
        fill(connected)
        assert on(Scores).bzpopmin(['x', 'k']) == (u'k', u'a', 1.0)
        assert on(Scores).bzpopmax('k', 1) == (u'k', u'c', 3.0)

    def test_bzpopmin_of_nothing_waits(self, connected):
        assert Scores().bzpopmin('x', 1).IS(None)

    @pytest.mark.one_server
    def test_zmpop_and_bzmpop(self, on, connected, needs):
        needs(7)
        fill(connected)
        assert on(Scores).zmpop(2, ['x', 'k'], min=True, count=2) == (u'k', [('a', 1.0), ('b',
                                                                                          2.0)])
        assert on(Scores).zmpop(1, 'x', max=True) is None
        assert on(Scores).bzmpop(1, 2, ['x', 'k'], max=True) == (u'k', [('c', 3.0)])

    @pytest.mark.one_server
    def test_zunionstore(self, on, connected):
        fill(connected, 'K{k}', a=1, b=2)
        fill(connected, 'K{l}', b=3, c=4)
        assert on(Scores).zunionstore('dest', ['k', 'l']) == 3
        assert stored(connected, 'K{dest}') == [('a', 1), ('c', 4), ('b', 5)]
        assert on(Scores).zunionstore('dest', ['k', 'l'], aggregate='MAX') == 3
        assert stored(connected, 'K{dest}') == [('a', 1), ('b', 3), ('c', 4)]
        assert on(Scores).zunionstore('dest', {'k': 10, 'l': 0.5}) == 3
        assert stored(connected, 'K{dest}') == [('c', 2), ('a', 10), ('b', 21.5)]
        fill(connected, 'K{kl}', d=5)
        assert on(Scores).zunionstore('dest', 'kl') == 1
        assert stored(connected, 'K{dest}') == [('d', 5)]

    @pytest.mark.one_server
    def test_zinterstore(self, on, connected):
        fill(connected, 'K{k}', a=1, b=2)
        fill(connected, 'K{l}', b=3, c=4)
        assert on(Scores).zinterstore('dest', ['k', 'l'], 'MIN') == 1
        assert stored(connected, 'K{dest}') == [('b', 2)]

    @pytest.mark.one_server
    def test_zdiff_zinter_and_zunion(self, on, connected, needs):
        needs(6, 2)
        fill(connected, 'K{k}', a=1, b=2)
        fill(connected, 'K{l}', b=3, c=4)
        assert on(Scores).zdiffstore('dest', ['k', 'l']) == 1
        assert stored(connected, 'K{dest}') == [('a', 1)]
        assert on(Scores).zdiff(['k', 'l']) == ['a']
        assert on(Scores).zdiff(['k', 'l'], withscores=True) == [('a', 1.0)]
        assert on(Scores).zinter(['k', 'l'], aggregate='MAX', withscores=True) == [('b', 3.0)]
        assert on(Scores).zunion({'k': 1, 'l': 2}, withscores=True, score_cast_func=int) == [
            ('a', 1), ('b', 8), ('c', 8)]
        assert on(Scores).zunion(['k', 'l']) == ['a', 'c', 'b']

    @pytest.mark.one_server
    def test_zintercard(self, on, connected, needs):
        needs(7)
        fill(connected, 'K{k}', a=1, b=2)
        fill(connected, 'K{l}', a=1, b=3)
        assert on(Scores).zintercard(2, ['k', 'l']) == 2
        assert on(Scores).zintercard(2, ['k', 'l'], limit=1) == 1

    def test_zscan(self, on, connected):
        fill(connected, a=1, b=2.5)
        call = on(Scores)
        assert scanned(lambda cursor: call.zscan('k', cursor)) == [('a', 1.0), ('b', 2.5)]
        assert scanned(lambda cursor: call.zscan('k', cursor, match='b', count=9,
                                                 score_cast_func=int)) == [('b', 2)]
        assert call.zscan('x') == (0, [])

    def test_zscan_iter(self, connected):
        fill(connected, **dict(('m%d' % i, i) for i in range(300)))
        assert sorted(set(Scores().zscan_iter('k', count=50))) == sorted(
            ('m%d' % i, float(i)) for i in range(300))
        assert list(Scores().zscan_iter('k', match='m7', score_cast_func=int)) == [('m7', 7)]
        with pytest.raises(InvalidOperation):
            Scores(redpipe.pipeline()).zscan_iter('k')

    def test_sort(self, on, connected):
        fill(connected, **{'10': 1, '9': 2})
        assert on(Numbers).sort('k') == [9, 10]

    @pytest.mark.one_server
    def test_a_corrupt_value_spoils_its_own_future_alone(self, connected):
        fill(connected, 'K{bad}', x=1)
        fill(connected, 'K{good}', **{'5': 1})
        with redpipe.autoexec() as pipe:
            bad = Numbers(pipe).zrange('bad', 0, -1, withscores=True)
            good = Numbers(pipe).zrange('good', 0, -1)
        assert good == [5]
        with pytest.raises(InvalidValue):
            bad.result

    def test_help_shows_the_real_signature(self):
        names = (inspect.getargspec if six.PY2 else inspect.getfullargspec)(SortedSet.zadd)[0]
        assert names == ['self', 'name', 'members', 'score', 'nx', 'xx', 'ch', 'incr', 'gt', 'lt', 'mapping']
