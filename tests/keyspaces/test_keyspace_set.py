# -*- coding: utf-8 -*-
import pytest

import redpipe
from contract import Contract, scanned
from redpipe.exceptions import InvalidOperation, InvalidValue
from redpipe.fields import IntegerField
from redpipe.keyspaces import Set


class Names(Set):
    keyspace = 'K'


class Numbers(Names):
    valueparse = IntegerField


def stored(client, key='K{k}'):
    return set(client.smembers(key))


class TestSet(Contract):
    Keys = Names
    kind = b'set'
    making = ('sadd', u'a')

    def test_sadd(self, on, connected):
        assert on(Names).sadd('k', u'\xe9') == 1
        assert on(Names).sadd('k', u'a', u'b', u'a') == 2
        assert on(Names).sadd('k', ['a', u'c']) == 1
        assert on(Names).sadd('k', {'d', 'e'}) == 2
        assert on(Names).sadd('k', {'f': 1, 'g': 2}.keys()) == 2
        assert on(Names).sadd('k', (word for word in ('h', 'i'))) == 2
        assert on(Names).sadd('k', values='j') == 1
        assert stored(connected) == {
            u'\xe9'.encode('utf-8'), b'a', b'b', b'c', b'd', b'e', b'f', b'g', b'h', b'i', b'j'}

    def test_add(self, on, connected):
        assert on(Names).add('k', ['a', 'b'], ) == 2
        assert on(Names).add('k', 'a', 'c') == 1
        assert stored(connected) == {b'a', b'b', b'c'}

    def test_what_does_not_fit_is_refused_before_anything_is_sent(self, on, connected):
        for values in ((u'a', 5), (5,), ([u'a', None],), (['a'], 'b')):
            with pytest.raises(InvalidValue):
                on(Names).sadd('k', *values)
        with pytest.raises(InvalidOperation):
            on(Names).sadd('k', [])
        assert connected.keys('*') == []

    def test_values_have_a_codec(self, on, connected):
        assert on(Numbers).sadd('k', 1, 2) == 2
        assert on(Numbers).smembers('k') == {1, 2}
        assert stored(connected) == {b'1', b'2'}

    def test_a_future_is_a_value(self, on, connected):
        future, several = redpipe.Future(), redpipe.Future()
        future.set(u'a')
        several.set([u'b', u'c'])
        assert on(Names).sadd('k', future) == 1
        assert on(Names).sadd('k', several) == 2
        assert stored(connected) == {b'a', b'b', b'c'}

    def test_srem_and_remove(self, on, connected):
        connected.sadd('K{k}', 'a', 'b', 'c', 'd', 'e')
        assert on(Names).srem('k', 'a') == 1
        assert on(Names).srem('k', 'b', 'x') == 1
        assert on(Names).srem('k', ['c']) == 1
        assert on(Names).remove('k', 'd') == 1
        assert stored(connected) == {b'e'}

    def test_spop_and_pop(self, on, connected):
        connected.sadd('K{k}', u'\xe9'.encode('utf-8'))
        assert on(Names).spop('k') == u'\xe9'
        assert on(Names).pop('k') is None
        connected.sadd('K{k}', 'a', 'b', 'c')
        assert sorted(on(Names).spop('k', 5)) == ['a', 'b', 'c']
        assert on(Names).spop('k', count=5) == []

    def test_srandmember(self, on, connected):
        assert on(Names).srandmember('k') is None
        assert on(Names).srandmember('k', 3) == []
        connected.sadd('K{k}', u'\xe9'.encode('utf-8'))
        assert on(Names).srandmember('k') == u'\xe9'
        assert on(Names).srandmember('k', 3) == [u'\xe9']
        assert on(Names).srandmember('k', number=-3) == [u'\xe9'] * 3

    @pytest.mark.one_server
    def test_smove(self, on, connected):
        connected.sadd('K{k}', 'a', 'b')
        assert on(Names).smove('k', 'l', 'a') is True
        assert on(Names).smove('k', 'l', 'x') is False
        assert stored(connected, 'K{l}') == {b'a'}

    def test_smembers(self, on, connected):
        assert on(Names).smembers('x') == set()
        connected.sadd('K{k}', u'\xe9'.encode('utf-8'), 'a')
        found = on(Names).smembers('k')
        assert found == {u'\xe9', u'a'} and type(found) is set

    def test_sismember(self, on, connected):
        connected.sadd('K{k}', u'\xe9'.encode('utf-8'))
        assert on(Names).sismember('k', u'\xe9') is True
        assert on(Names).sismember('k', value=u'a') is False

    def test_smismember(self, on, connected, needs):
        needs(6, 2)
        connected.sadd('K{k}', 'a', 'b')
        assert on(Names).smismember('k', ['a', 'x', 'b']) == [True, False, True]
        assert on(Names).smismember('k', 'x', 'a') == [False, True]

    def test_scard(self, on, connected):
        connected.sadd('K{k}', 'a', 'b')
        assert on(Names).scard('k') == 2
        assert on(Names).scard('x') == 0

    @pytest.mark.one_server
    def test_sdiff(self, on, connected):
        connected.sadd('K{k}', 'a', 'b', 'c')
        connected.sadd('K{l}', 'b')
        connected.sadd('K{m}', 'c')
        assert on(Names).sdiff(['k', 'l']) == {'a', 'c'}
        assert on(Names).sdiff('k', 'l', 'm') == {'a'}
        assert on(Names).sdiff(['k'], 'l', 'm') == {'a'}
        assert on(Names).sdiff('k') == {'a', 'b', 'c'}
        assert on(Names).sdiff('l', 'k') == set()

    @pytest.mark.one_server
    def test_sdiffstore(self, on, connected):
        connected.sadd('K{k}', 'a', 'b')
        connected.sadd('K{l}', 'b')
        assert on(Names).sdiffstore('dest', 'k', 'l') == 1
        assert stored(connected, 'K{dest}') == {b'a'}
        assert on(Names).sdiffstore('dest', ['k', 'x']) == 2
        assert on(Names).sdiffstore(dest='dest', keys=['k', 'l', 'x']) == 1
        with pytest.raises(TypeError):
            on(Names).sdiffstore('dest', 'k', keys=['l'])

    @pytest.mark.one_server
    def test_sinter(self, on, connected):
        connected.sadd('K{k}', 'a', 'b')
        connected.sadd('K{l}', 'b', 'c')
        assert on(Names).sinter(['k', 'l']) == {'b'}
        assert on(Names).sinter('k', 'l') == {'b'}
        assert on(Names).sinter('k', 'x') == set()

    @pytest.mark.one_server
    def test_sinterstore(self, on, connected):
        connected.sadd('K{k}', 'a', 'b')
        connected.sadd('K{l}', 'b', 'c')
        assert on(Names).sinterstore('dest', ['k', 'l']) == 1
        assert on(Names).sinterstore('dest', 'k', 'l') == 1
        assert stored(connected, 'K{dest}') == {b'b'}

    @pytest.mark.one_server
    def test_sintercard(self, on, connected, needs):
        needs(7)
        connected.sadd('K{k}', 'a', 'b', 'c')
        connected.sadd('K{l}', 'b', 'c')
        assert on(Names).sintercard(2, ['k', 'l']) == 2
        assert on(Names).sintercard(2, ['k', 'l'], limit=1) == 1

    @pytest.mark.one_server
    def test_sunion(self, on, connected):
        connected.sadd('K{k}', 'a')
        connected.sadd('K{l}', u'\xe9'.encode('utf-8'))
        assert on(Names).sunion(['k', 'l']) == {u'a', u'\xe9'}
        assert on(Names).sunion('k', 'l') == {u'a', u'\xe9'}

    @pytest.mark.one_server
    def test_sunionstore(self, on, connected):
        connected.sadd('K{k}', 'a')
        connected.sadd('K{l}', 'b')
        assert on(Names).sunionstore('dest', ['k', 'l']) == 2
        assert on(Names).sunionstore('dest', 'k', 'l') == 2
        assert stored(connected, 'K{dest}') == {b'a', b'b'}

    def test_sscan(self, on, connected):
        connected.sadd('K{k}', u'\xe9'.encode('utf-8'), *['m%d' % i for i in range(30)])
        call = on(Names)
        names = scanned(lambda cursor, *args: call.sscan('k', cursor, *args))
        assert sorted(set(names)) == sorted([u'\xe9'] + ['m%d' % i for i in range(30)])
        assert scanned(lambda cursor: call.sscan('k', cursor, match=u'*\xe9', count=5)) == [u'\xe9']
        assert call.sscan('x') == (0, [])

    def test_sscan_iter(self, connected):
        connected.sadd('K{k}', *['m%d' % i for i in range(1000)])
        found = list(Names().sscan_iter('k', count=100))
        assert sorted(set(found)) == sorted('m%d' % i for i in range(1000))
        assert list(Names().sscan_iter('k', match='m77')) == ['m77']
        with pytest.raises(InvalidOperation) as refused:
            Names(redpipe.pipeline()).sscan_iter('k')
        assert 'sscan()' in str(refused.value) and 'Names()' in str(refused.value)

    def test_sort(self, on, connected):
        connected.sadd('K{k}', 10, 9, 100)
        assert on(Numbers).sort('k') == [9, 10, 100]
        assert on(Numbers).sort('k', desc=True) == [100, 10, 9]
        assert on(Names).sort('k', alpha=True) == ['10', '100', '9']
        assert on(Numbers).sort('k', start=1, num=1) == [10]
        assert on(Numbers).sort('x') == []
        with pytest.raises(InvalidOperation):
            on(Numbers).sort('k', start=1)

    def test_the_patterns_of_a_sort_may_come_from_an_iterator(self, on, connected):
        connected.sadd('K{k}', 2, 1)
        connected.mset({'w1': 'a', 'w2': 'b'})
        assert on(Numbers).sort('k', get=iter(['#', 'w*']), groups=True) == [(1, u'a'), (2, u'b')]
        assert on(Numbers).sort('k', get=iter(['w*'])) == [u'a', u'b']

    @pytest.mark.one_server
    def test_sort_and_store(self, on, connected):
        connected.sadd('K{k}', 10, 9)
        assert on(Numbers).sort('k', store='dest') == 2
        assert connected.lrange('K{dest}', 0, -1) == [b'9', b'10']

    @pytest.mark.one_server
    def test_sort_by_other_keys(self, on, connected):
        connected.sadd('K{k}', 1, 2)
        connected.mset({'weight_1': 5, 'weight_2': 4, 'name_1': u'\xe9'.encode('utf-8')})
        assert on(Numbers).sort('k', by='weight_*') == [2, 1]
        assert on(Numbers).sort('k', get='name_*') == [u'\xe9', None]
        assert on(Numbers).sort('k', get=['#', 'name_*']) == [1, u'\xe9', 2, None]
        assert on(Numbers).sort('k', get=['#', 'name_*'], groups=True) == [(1, u'\xe9'), (2, None)]

    def test_sort_ro(self, on, connected, needs):
        needs(7)
        connected.sadd('K{k}', 10, 9)
        assert on(Numbers).sort_ro('k', desc=True) == [10, 9]

    @pytest.mark.one_server
    def test_a_corrupt_value_spoils_its_own_future_alone(self, connected):
        connected.sadd('K{bad}', 'x', '1')
        connected.sadd('K{good}', '5')
        with redpipe.autoexec() as pipe:
            bad, good = Numbers(pipe).smembers('bad'), Numbers(pipe).smembers('good')
        assert good == {5}
        with pytest.raises(InvalidValue):
            bad.result
