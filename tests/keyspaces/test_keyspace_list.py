# -*- coding: utf-8 -*-
import pytest

import redpipe
from contract import Contract
from redpipe.exceptions import InvalidOperation, InvalidValue
from redpipe.fields import IntegerField, ListField
from redpipe.keyspaces import List


class Lines(List):
    keyspace = 'K'


class Numbers(Lines):
    valueparse = IntegerField


def stored(client, key='K{k}'):
    return [value.decode('utf-8') for value in client.lrange(key, 0, -1)]


class TestList(Contract):
    Keys = Lines
    kind = b'list'
    making = ('rpush', u'a', u'b')

    def test_lpush(self, on, connected):
        assert on(Lines).lpush('k', u'\xe9') == 1
        assert on(Lines).lpush('k', 'a', 'b') == 3
        assert on(Lines).lpush('k', ['c', 'd']) == 5
        assert stored(connected) == [u'd', u'c', u'b', u'a', u'\xe9']

    def test_unshift(self, on, connected):
        assert on(Lines).unshift('k', 'a', 'b') == 2
        assert stored(connected) == ['b', 'a']

    def test_lpushx(self, on, connected):
        assert on(Lines).lpushx('k', 'a') == 0
        connected.rpush('K{k}', 'a')
        assert on(Lines).lpushx('k', 'b', 'c') == 3
        assert stored(connected) == ['c', 'b', 'a']

    def test_rpush(self, on, connected):
        assert on(Lines).rpush('k', u'\xe9') == 1
        assert on(Lines).rpush('k', 'a', 'b') == 3
        assert on(Lines).rpush('k', (c for c in 'cd')) == 5
        assert stored(connected) == [u'\xe9', u'a', u'b', u'c', u'd']

    def test_append_and_push(self, on, connected):
        assert on(Lines).append('k', 'a', 'b') == 2
        assert on(Lines).push('k', 'c') == 3
        assert stored(connected) == ['a', 'b', 'c']

    def test_rpushx(self, on, connected):
        assert on(Lines).rpushx('k', 'a') == 0
        connected.rpush('K{k}', 'a')
        assert on(Lines).rpushx('k', ['b', 'c']) == 3
        assert stored(connected) == ['a', 'b', 'c']

    def test_values_have_a_codec(self, on, connected):
        class Rows(Lines):
            valueparse = ListField

        assert on(Numbers).rpush('k', 1, 2) == 2
        assert on(Numbers).lrange('k', 0, -1) == [1, 2]
        assert on(Rows).rpush('r', [1], [2, u'\xe9']) == 2
        assert on(Rows).rpush('r', [[3]]) == 3
        assert on(Rows).lrange('r', 0, -1) == [[1], [2, u'\xe9'], [3]]
        with pytest.raises(InvalidValue):
            on(Numbers).rpush('k', 1, u'x')
        assert stored(connected) == ['1', '2']

    def test_lpop_and_shift(self, on, connected):
        connected.rpush('K{k}', u'\xe9'.encode('utf-8'), 'a')
        assert on(Lines).lpop('k') == u'\xe9'
        assert on(Lines).shift('k') == u'a'
        assert on(Lines).shift('k') is None

    def test_rpop_and_pop(self, on, connected):
        connected.rpush('K{k}', u'\xe9'.encode('utf-8'), 'a')
        assert on(Lines).rpop('k') == u'a'
        assert on(Lines).pop('k') == u'\xe9'
        assert on(Lines).pop('k') is None

    def test_several_are_popped(self, on, connected, needs):
        needs(6, 2)
        connected.rpush('K{k}', 1, 2, 3, 4)
        assert on(Numbers).lpop('k', 1) == [1]
        assert on(Numbers).rpop('k', count=2) == [4, 3]
        assert on(Numbers).lpop('x', 2) is None

    @pytest.mark.one_server
    def test_blpop(self, on, connected):
        connected.rpush('K{k}', u'\xe9'.encode('utf-8'), 'b')
        connected.rpush(u'K{\xe9}'.encode('utf-8'), 'c')
        assert on(Lines).blpop(['x', 'k', u'\xe9']) == (u'k', u'\xe9')
        assert on(Lines).blpop([u'\xe9', 'k'], timeout=1) == (u'\xe9', u'c')
        assert on(Lines).blpop('k', None) == (u'k', u'b')

    def test_blpop_of_nothing_waits(self, connected):
        assert Lines().blpop('k', 1).IS(None)

    @pytest.mark.one_server
    def test_brpop(self, on, connected):
        connected.rpush('K{k}', 'a', 'b')
        connected.rpush('K{l}', 'c')
        assert on(Lines).brpop(('l', 'k'), 1) == (u'l', u'c')
        assert on(Lines).brpop('k') == (u'k', u'b')
        assert stored(connected) == ['a']

    @pytest.mark.one_server
    def test_rpoplpush(self, on, connected):
        connected.rpush('K{k}', 'a', u'\xe9'.encode('utf-8'))
        assert on(Lines).rpoplpush('k', 'l') == u'\xe9'
        assert on(Lines).rpoplpush('x', 'l') is None
        assert stored(connected, 'K{l}') == [u'\xe9']

    @pytest.mark.one_server
    def test_brpoplpush(self, on, connected):
        connected.rpush('K{k}', 'a', 'b', 'c')
        assert on(Lines).brpoplpush('k', 'l') == u'c'
        assert on(Lines).brpoplpush('k', 'l', timeout=1) == u'b'
        assert on(Lines).brpoplpush(src='k', dst='l', timeout=None) == u'a'
        assert stored(connected, 'K{l}') == ['a', 'b', 'c']

    @pytest.mark.one_server
    def test_brpoplpush_of_nothing_waits(self, connected):
        assert Lines().brpoplpush('x', 'l', 1).IS(None)

    @pytest.mark.one_server
    def test_lmove(self, on, connected, needs):
        needs(6, 2)
        connected.rpush('K{k}', 'a', 'b', 'c')
        assert on(Lines).lmove('k', 'l') == u'a'
        assert on(Lines).lmove('k', 'l', 'RIGHT', 'LEFT') == u'c'
        assert on(Lines).lmove('x', 'l') is None
        assert stored(connected, 'K{l}') == ['c', 'a']

    @pytest.mark.one_server
    def test_blmove(self, on, connected, needs):
        needs(6, 2)
        connected.rpush('K{k}', 'a', 'b')
        assert on(Lines).blmove('k', 'l', 1) == u'a'
        assert on(Lines).blmove('k', 'l', timeout=1, src='RIGHT', dest='LEFT') == u'b'

    @pytest.mark.one_server
    def test_lmpop(self, on, connected, needs):
        needs(7)
        connected.rpush('K{k}', 1, 2, 3)
        assert on(Numbers).lmpop(2, 'x', 'k', direction='RIGHT', count=2) == (u'k', [3, 2])
        assert on(Numbers).lmpop(2, ['x', 'k'], direction='LEFT') == (u'k', [1])
        assert on(Numbers).lmpop(1, 'x', direction='LEFT') is None
        with pytest.raises(TypeError):
            on(Numbers).lmpop(1, 'x', sideways=True)

    @pytest.mark.one_server
    def test_blmpop(self, on, connected, needs):
        needs(7)
        connected.rpush('K{k}', 1, 2, 3)
        assert on(Numbers).blmpop(1, 2, 'x', 'k', direction='RIGHT', count=2) == (u'k', [3, 2])

    def test_llen(self, on, connected):
        connected.rpush('K{k}', 'a', 'b')
        assert on(Lines).llen('k') == 2
        assert on(Lines).llen('x') == 0

    def test_lindex(self, on, connected):
        connected.rpush('K{k}', 'a', u'\xe9'.encode('utf-8'))
        assert on(Lines).lindex('k', 1) == u'\xe9'
        assert on(Lines).lindex('k', idx=-2) == u'a'
        assert on(Lines).lindex('k', 5) is None

    def test_lrange(self, on, connected):
        connected.rpush('K{k}', 'a', u'\xe9'.encode('utf-8'), 'c')
        assert on(Lines).lrange('k', 0, 1) == [u'a', u'\xe9']
        assert on(Lines).lrange('k', start=-2, stop=-1) == [u'\xe9', u'c']
        assert on(Lines).lrange('x', 0, -1) == []

    def test_lpos(self, on, connected, needs):
        needs(6, 0, 6)
        connected.rpush('K{k}', 'a', 'b', 'a', 'a')
        assert on(Lines).lpos('k', 'a') == 0
        assert on(Lines).lpos('k', 'a', rank=-1) == 3
        assert on(Lines).lpos('k', 'a', count=0) == [0, 2, 3]
        assert on(Lines).lpos('k', 'a', rank=2, count=1, maxlen=3) == [2]
        assert on(Lines).lpos('k', 'x') is None

    def test_lset(self, on, connected):
        connected.rpush('K{k}', 'a', 'b')
        assert on(Lines).lset('k', 0, u'\xe9') is True
        assert on(Lines).lset('k', idx=-1, value=u'c') is True
        assert stored(connected) == [u'\xe9', u'c']

    def test_linsert(self, on, connected):
        connected.rpush('K{k}', 'b')
        assert on(Lines).linsert('k', 'before', 'b', u'\xe9') == 2
        assert on(Lines).linsert('k', 'AFTER', 'b', 'c') == 3
        assert on(Lines).linsert('k', 'AFTER', 'x', 'c') == -1
        assert stored(connected) == [u'\xe9', u'b', u'c']

    def test_lrem_and_remove(self, on, connected):
        connected.rpush('K{k}', 'a', 'b', 'a', 'c', 'a', 'a')
        assert on(Lines).lrem('k', 'a') == 1
        assert stored(connected) == ['b', 'a', 'c', 'a', 'a']
        assert on(Lines).lrem('k', 'a', -1) == 1
        assert stored(connected) == ['b', 'a', 'c', 'a']
        assert on(Lines).remove('k', value='a', num=0) == 2
        assert on(Lines).remove('k', 'b') == 1
        assert stored(connected) == ['c']

    def test_ltrim_and_trim(self, on, connected):
        connected.rpush('K{k}', 'a', 'b', 'c', 'd')
        assert on(Lines).ltrim('k', 1, -1) is True
        assert on(Lines).trim('k', start=0, end=1) is True
        assert stored(connected) == ['b', 'c']

    def test_sort(self, on, connected):
        connected.rpush('K{k}', 10, 9, 100)
        assert on(Numbers).sort('k') == [9, 10, 100]

    def test_no_word_is_refused_at_once(self, on, connected):
        for word in (None, True, [1], {}, object()):
            with pytest.raises(InvalidValue) as refused:
                on(Lines).lrange('k', 0, word)
            assert 'LRANGE' in str(refused.value)

    def test_a_future_is_a_word(self, on, connected):
        connected.rpush('K{k}', 'a', 'b')
        end = redpipe.Future()
        end.set(0)
        assert on(Lines).lrange('k', 0, end) == ['a']
        with pytest.raises(redpipe.ResultNotReady):
            on(Lines).lrange('k', 0, redpipe.Future())

    def test_nothing_is_refused_at_once(self, on, connected):
        for values in ((), ([],), (iter(()),)):
            with pytest.raises(InvalidOperation):
                on(Lines).rpush('k', *values)

    @pytest.mark.one_server
    def test_a_corrupt_value_spoils_its_own_future_alone(self, connected):
        connected.rpush('K{bad}', '1', 'x')
        connected.rpush('K{good}', '5')
        with redpipe.autoexec() as pipe:
            bad, good = Numbers(pipe).lrange('bad', 0, -1), Numbers(pipe).lrange('good', 0, -1)
            popped = Numbers(pipe).brpop('bad')
        assert good == [5]
        for future in (bad, popped):
            with pytest.raises(InvalidValue) as refused:
                future.result
            assert 'K{bad}' in str(refused.value)
