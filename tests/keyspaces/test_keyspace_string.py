# -*- coding: utf-8 -*-
import datetime
import time

import pytest

import redpipe
from contract import Contract
from redpipe.exceptions import InvalidOperation, InvalidValue
from redpipe.fields import BinaryField, FloatField, IntegerField, ListField
from redpipe.keyspaces import String


class Words(String):
    keyspace = 'K'


class Counters(Words):
    valueparse = IntegerField


class Blobs(Words):
    valueparse = BinaryField


class TestString(Contract):
    Keys = Words
    kind = b'string'
    making = ('set', u'v')

    def test_set_and_get(self, on, connected):
        assert on(Words).set('k', u'w\xf6rd \U0001f600') is True
        assert connected.get('K{k}') == u'w\xf6rd \U0001f600'.encode('utf-8')
        assert on(Words).get('k') == u'w\xf6rd \U0001f600'
        assert on(Words).get('x') is None

    def test_values_have_a_codec(self, on, connected):
        assert on(Counters).set('k', 5) is True
        assert connected.get('K{k}') == b'5'
        assert on(Counters).get('k') == 5
        assert on(Counters).get('x') is None
        assert on(Blobs).set('b', b'\xff\x00') is True
        assert on(Blobs).get('b') == b'\xff\x00'
        with pytest.raises(InvalidValue):
            on(Counters).set('k', u'5')

    def test_set_with_an_expiry(self, on, connected, needs):
        assert on(Words).set('k', 'v', ex=100) is True
        assert 90 < connected.ttl('K{k}') <= 100
        assert on(Words).set('k', 'v', px=50500) is True
        assert 50000 < connected.pttl('K{k}') <= 50500
        assert on(Words).set('k', 'v', datetime.timedelta(minutes=1)) is True
        assert 50 < connected.ttl('K{k}') <= 60
        needs(6, 2)
        when = int(time.time()) + 100
        assert on(Words).set('k', 'v', exat=when) is True
        assert on(Words).set('k', 'w', keepttl=True) is True
        assert 90 < connected.ttl('K{k}') <= 100
        assert on(Words).set('k', 'v', pxat=datetime.datetime.fromtimestamp(when + 100)) is True
        assert 190 < connected.ttl('K{k}') <= 200

    def test_two_expiries_are_refused_at_once(self, on, connected):
        for options in ({'ex': 1, 'px': 1}, {'ex': 1, 'keepttl': True}):
            with pytest.raises(InvalidOperation):
                on(Words).set('k', 'v', **options)

    def test_set_on_condition(self, on, connected):
        assert on(Words).set('k', 'a', xx=True) is None
        assert on(Words).set('k', 'a', nx=True) is True
        assert on(Words).set('k', 'b', nx=True) is None
        assert on(Words).set('k', 'c', xx=True) is True
        assert connected.get('K{k}') == b'c'

    def test_set_returns_the_old_value(self, on, connected, needs):
        needs(6, 2)
        assert on(Counters).set('k', 1, get=True) is None
        assert on(Counters).set('k', 2, get=True) == 1
        assert on(Words).set('k', u'OK', get=True) == u'2'
        assert on(Words).set('k', u'\xe9', get=True) == u'OK'

    def test_set_on_a_value(self, on, connected, needs):
        needs(8, 4)
        assert on(Words).set('k', 'a', ifeq='x') is None
        assert on(Words).set('k', 'a', ifne='x') is True
        assert on(Words).set('k', 'b', ifeq='a') is True

    def test_items(self, connected):
        words = Words()
        words['k'] = u'\xe9'
        assert connected.get('K{k}') == u'\xe9'.encode('utf-8')
        assert type(words['k']) is redpipe.Future
        assert words['k'] == u'\xe9'
        assert words['x'].IS(None)
        with redpipe.autoexec() as pipe:
            Words(pipe)['k'] = u'a'
            value = Words(pipe)['k']
        assert value == u'a'
        with pytest.raises(TypeError):
            iter(words)

    @pytest.mark.one_server
    def test_mget(self, on, connected):
        connected.mset({'K{a}': 'x', 'K{b}': 'y'})
        assert on(Words).mget(['b', 'x', 'a']) == ['y', None, 'x']
        assert on(Words).mget('a', 'b') == ['x', 'y']
        assert on(Words).mget('a') == ['x']
        assert on(Words).mget(['a'], 'b') == ['x', 'y']
        assert on(Words).mget(iter(('a', 'b'))) == ['x', 'y']
        with pytest.raises(InvalidOperation):
            on(Words).mget([])

    @pytest.mark.one_server
    def test_mset(self, on, connected):
        assert on(Counters).mset({'a': 1, u'\xe9': 2}) is True
        assert connected.mget('K{a}', u'K{\xe9}'.encode('utf-8')) == [b'1', b'2']
        with pytest.raises(InvalidOperation):
            on(Words).mset({})
        with pytest.raises(InvalidValue):
            on(Counters).mset({'a': u'x'})

    @pytest.mark.one_server
    def test_msetnx(self, on, connected):
        assert on(Counters).msetnx({'a': 1}) is True
        assert on(Counters).msetnx({'a': 1, 'b': 2}) is False
        assert connected.get('K{b}') is None

    def test_setnx(self, on, connected):
        assert on(Words).setnx('k', u'\xe9') is True
        assert on(Words).setnx('k', u'x') is False
        assert connected.get('K{k}') == u'\xe9'.encode('utf-8')

    def test_setex(self, on, connected):
        assert on(Words).setex('k', u'\xe9', 100) is True
        assert on(Words).setex(name='l', value=u'v', time=datetime.timedelta(minutes=2)) is True
        assert connected.get('K{k}') == u'\xe9'.encode('utf-8')
        assert 90 < connected.ttl('K{k}') <= 100 < connected.ttl('K{l}') <= 120

    def test_psetex(self, on, connected):
        assert on(Words).psetex('k', u'\xe9', 50500) is True
        minute = datetime.timedelta(minutes=1)
        assert on(Words).psetex(name='l', value=u'v', time_ms=minute) is True
        assert connected.get('K{k}') == u'\xe9'.encode('utf-8')
        assert 50000 < connected.pttl('K{k}') <= 50500 < connected.pttl('K{l}') <= 60000

    def test_getset(self, on, connected):
        assert on(Counters).getset('k', 1) is None
        assert on(Counters).getset('k', 2) == 1
        assert connected.get('K{k}') == b'2'

    def test_getdel(self, on, connected, needs):
        needs(6, 2)
        connected.set('K{k}', 5)
        assert on(Counters).getdel('k') == 5
        assert on(Counters).getdel('k') is None

    def test_getex(self, on, connected, needs):
        needs(6, 2)
        connected.set('K{k}', 5)
        assert on(Counters).getex('k', ex=100) == 5
        assert 90 < connected.ttl('K{k}') <= 100
        assert on(Counters).getex('k', persist=True) == 5
        assert connected.ttl('K{k}') in (-1, None)
        assert on(Counters).getex('x') is None

    def test_incr(self, on, connected):
        assert on(Words).incr('k') == 1
        assert on(Words).incr('k', 4) == 5
        assert on(Words).incr('k', amount=-2) == 3
        assert connected.get('K{k}') == b'3'

    def test_incrby(self, on, connected):
        assert on(Words).incrby('k') == 1
        assert on(Words).incrby('k', amount=2 ** 40) == 2 ** 40 + 1

    def test_decr(self, on, connected):
        assert on(Words).decr('k') == -1
        assert on(Words).decrby('k', 4) == -5
        assert connected.get('K{k}') == b'-5'

    def test_incrbyfloat(self, on, connected):
        assert on(Words).incrbyfloat('k') == 1.0
        total = on(Words).incrbyfloat('k', amount=0.5)
        assert total == 1.5 and type(total) is float
        assert connected.get('K{k}') == b'1.5'

    def test_append(self, on, connected):
        assert on(Words).append('k', u'a') == 1
        assert on(Words).append('k', u'\xe9') == 3
        assert connected.get('K{k}') == u'a\xe9'.encode('utf-8')

    def test_strlen(self, on, connected):
        connected.set('K{k}', u'a\xe9'.encode('utf-8'))
        assert on(Words).strlen('k') == 3
        assert on(Words).strlen('x') == 0

    def test_substr_and_getrange(self, on, connected):
        connected.set('K{k}', u'h\xe9llo'.encode('utf-8'))
        assert on(Words).substr('k', 3) == u'llo'
        assert on(Words).substr('k', 0, 2) == u'h\xe9'
        assert on(Words).getrange('k', -3, -1) == u'llo'
        assert on(Words).getrange('x', 0, 5) == u''

    def test_setrange(self, on, connected):
        assert on(Words).setrange('k', 2, u'\xe9') == 4
        assert connected.get('K{k}') == b'\x00\x00' + u'\xe9'.encode('utf-8')

    @pytest.mark.one_server
    def test_lcs(self, on, connected, needs):
        needs(7)
        connected.mset({'K{a}': 'ohmytext', 'K{b}': 'mynewtext'})
        assert on(Words).lcs('a', 'b') == u'mytext'
        assert on(Words).lcs('a', 'b', len=True) == 6
        assert on(Words).lcs('a', 'b', idx=True) == {
            'len': 6, 'matches': [[[4, 7], [5, 8]], [[2, 3], [0, 1]]]}
        assert on(Words).lcs('a', 'b', idx=True, minmatchlen=4, withmatchlen=True) == {
            'len': 6, 'matches': [[[4, 7], [5, 8], 4]]}

    def test_bits(self, on, connected):
        assert on(Words).setbit('k', 7, True) == 0
        assert on(Words).setbit('k', 7, 1) == 1
        assert connected.get('K{k}') == b'\x01'
        assert on(Words).getbit('k', 7) == 1
        assert on(Words).getbit('k', offset=0) == 0

    def test_bitcount(self, on, connected, needs):
        connected.set('K{k}', b'\xff\x01\x01')
        assert on(Words).bitcount('k') == 10
        assert on(Words).bitcount('k', 1, -1) == 2
        assert on(Words).bitcount('k', start=0, end=0) == 8
        needs(7)
        assert on(Words).bitcount('k', 0, 7, mode='BIT') == 8

    def test_bitpos(self, on, connected):
        connected.set('K{k}', b'\x00\x01')
        assert on(Words).bitpos('k', 1) == 15
        assert on(Words).bitpos('k', 0, 1) == 8
        assert on(Words).bitpos('k', 1, 0, 0) == -1

    @pytest.mark.one_server
    def test_bitop(self, on, connected):
        connected.mset({'K{a}': b'\x0f', 'K{b}': b'\x11'})
        assert on(Words).bitop('and', 'dest', 'a', 'b') == 1
        assert connected.get('K{dest}') == b'\x01'
        assert on(Words).bitop('OR', 'dest', ['a', 'b']) == 1
        assert connected.get('K{dest}') == b'\x1f'

    def test_bitfield(self, on, connected):
        class Fields(Words):
            def counted(self, name):
                field = self.bitfield(name).set('u8', 0, 200)
                return field.incrby('u8', 0, 100).get('u8', '#0').execute()

            def capped(self, name):
                field = self.bitfield(name, default_overflow='sat')
                field.incrby('u8', 8, 300).incrby('u8', 8, 1, overflow='FAIL')
                return field.execute()

        assert on(Fields).counted('k') == [0, 44, 44]
        assert on(Fields).capped('k') == [255, None]
        assert connected.get('K{k}') == b'\x2c\xff'
        field = Words().bitfield('k', 'SAT').get('i8', 0)
        assert field.command == ['BITFIELD', b'K{k}', 'OVERFLOW', 'SAT', 'GET', 'i8', 0]

    def test_bitfield_ro(self, on, connected, needs):
        needs(6)
        connected.set('K{k}', b'\x01\x02')
        assert on(Words).bitfield_ro('k', 'u8', 0) == [1]
        assert on(Words).bitfield_ro('k', 'u8', 0, items=[('u8', 8), ('u16', 0)]) == [1, 2, 258]

    @pytest.mark.one_server
    def test_a_corrupt_value_spoils_its_own_future_alone(self, connected):
        connected.set('K{bad}', 'x')
        connected.set('K{good}', '5')
        with redpipe.autoexec() as pipe:
            bad, good = Counters(pipe).get('bad'), Counters(pipe).get('good')
            several = Counters(pipe).mget('good', 'bad')
        assert good == 5
        for future in (bad, several):
            with pytest.raises(InvalidValue) as refused:
                future.result
            assert 'K{' in str(refused.value) and 'IntegerField' in str(refused.value)

    @pytest.mark.one_server
    def test_other_codecs(self, on, connected):
        class Prices(Words):
            valueparse = FloatField

        class Baskets(Words):
            valueparse = ListField

        assert on(Prices).set('p', 1.25) is True
        assert on(Prices).get('p') == 1.25
        assert on(Baskets).mset({'a': [1], 'b': [u'\xe9', None]}) is True
        assert on(Baskets).mget('a', 'b') == [[1], [u'\xe9', None]]
