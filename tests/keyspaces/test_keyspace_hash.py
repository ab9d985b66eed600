# -*- coding: utf-8 -*-
import datetime
import time

import pytest
import six

import redpipe
from contract import Contract
from redpipe.exceptions import InvalidOperation, InvalidValue
from redpipe.fields import (
    AsciiField,
    BinaryField,
    BooleanField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    StringField,
    StringListField,
    TextField,
)
from redpipe.keyspaces import Hash


class Day(object):
    """A date, stored as text such as 2017-05-06."""

    @classmethod
    def encode(cls, value):
        return value.isoformat().encode('ascii')

    @classmethod
    def decode(cls, value):
        if value is not None:
            return datetime.datetime.strptime(value.decode('ascii'), '%Y-%m-%d').date()


class Choice(object):
    """One of some words, stored as its number; a field that is an instance."""

    def __init__(self, *words):
        self.words = words

    def encode(self, value):
        if value not in self.words:
            raise InvalidValue('%r is none of %r' % (value, self.words))
        return str(self.words.index(value))

    def decode(self, value):
        return None if value is None else self.words[int(value)]


class Users(Hash):
    keyspace = 'K'
    fields = {
        'name': StringField,
        'age': IntegerField,
        'height': FloatField,
        'admin': BooleanField,
        'code': AsciiField,
        'photo': BinaryField,
        'history': ListField,
        'settings': DictField,
        'tags': StringListField,
        'born': Day,
        'level': Choice(u'low', u'high'),
        u'gr\xf6\xdfe': IntegerField,
    }


USER = {
    'name': u'Fr\xe9d \U0001f600',
    'age': 2 ** 70,
    'height': 1.75,
    'admin': True,
    'code': u'F-1',
    'photo': b'\xff\x00',
    'history': [1, u'\xe9', None],
    'settings': {u'a': [1.5]},
    'tags': [u'a', u'\xe9'],
    'born': datetime.date(1980, 2, 29),
    'level': u'high',
    u'gr\xf6\xdfe': 42,
    'other': u'\xe4',
}

STORED = {
    b'name': u'Fr\xe9d \U0001f600'.encode('utf-8'),
    b'age': b'1180591620717411303424',
    b'height': b'1.75',
    b'admin': b'1',
    b'code': b'F-1',
    b'photo': b'\xff\x00',
    b'history': b'[1, "\\u00e9", null]',
    b'settings': b'{"a": [1.5]}',
    b'tags': u'a,\xe9'.encode('utf-8'),
    b'born': b'1980-02-29',
    b'level': b'1',
    u'gr\xf6\xdfe'.encode('utf-8'): b'42',
    b'other': u'\xe4'.encode('utf-8'),
}


def fill(client, key, mapping):
    for member, value in mapping.items():
        client.hset(key, member, value)


class TestHash(Contract):
    Keys = Users
    kind = b'hash'
    making = ('hmset', {'name': u'a', 'age': 1})

    def test_hmset_and_hgetall(self, on, connected):
        assert on(Users).hmset('k', USER) is True
        assert connected.hgetall('K{k}') == STORED
        found = on(Users).hgetall('k')
        assert found == USER and type(found) is dict
        assert dict((name, type(value)) for name, value in found.items()) == dict(
            (name, type(value)) for name, value in USER.items())
        assert on(Users).hgetall('x') == {}

    def test_hset_and_hget(self, on, connected):
        assert on(Users).hset('k', 'age', 5) == 1
        assert on(Users).hset('k', member='age', value=6) == 0
        assert connected.hget('K{k}', 'age') == b'6'
        assert on(Users).hget('k', 'age') == 6
        assert on(Users).hget('k', field='name') is None
        assert on(Users).hset('k', 'admin', False) == 1
        assert on(Users).hget('k', 'admin') is False
        for name in USER:
            on(Users).hset('k', name, USER[name])
            assert on(Users).hget('k', name) == USER[name]
        assert connected.hgetall('K{k}') == STORED

    def test_hset_of_several(self, on, connected, needs):
        needs(4)
        assert on(Users).hset('k', mapping={'age': 5, 'admin': True}) == 2
        assert on(Users).hset('k', 'name', u'a', {'age': 6}) == 1
        assert on(Users).hset('k', items=['age', 7, 'code', u'x']) == 1
        assert connected.hgetall('K{k}') == {
            b'age': b'7', b'admin': b'1', b'name': b'a', b'code': b'x'}
        for options in ({'mapping': {}}, {'items': []}, {'items': ['age']}):
            with pytest.raises(InvalidOperation):
                on(Users).hset('k', **options)
        with pytest.raises(InvalidValue):
            on(Users).hset('k')

    def test_what_does_not_fit_names_its_member_and_sends_nothing(self, on, connected):
        with pytest.raises(InvalidValue) as refused:
            on(Users).hmset('k', {'name': u'a', 'age': u'five'})
        for word in ('age', 'IntegerField', 'five'):
            assert word in str(refused.value)
        for member, value in (('admin', 2), ('other', 5), ('level', u'middle'), (True, u'x'),
                              (None, 1)):
            with pytest.raises(InvalidValue):
                on(Users).hset('k', member, value)
            with pytest.raises(InvalidValue):
                on(Users).hsetnx('k', member, value)
        assert connected.keys('*') == []

    def test_hsetnx(self, on, connected):
        assert on(Users).hsetnx('k', 'age', 5) == 1
        assert on(Users).hsetnx('k', member='age', value=6) == 0
        assert connected.hgetall('K{k}') == {b'age': b'5'}

    def test_hmget(self, on, connected):
        connected.hset('K{k}', 'age', 5)
        connected.hset('K{k}', 'name', u'\xe9'.encode('utf-8'))
        names = ['name', 'other', 'age', 'name']
        assert on(Users).hmget('k', names) == [u'\xe9', None, 5, u'\xe9']
        assert names == ['name', 'other', 'age', 'name']
        assert on(Users).hmget('k', 'age') == [5]
        assert on(Users).hmget('k', 'age', 'name') == [5, u'\xe9']
        assert on(Users).hmget('k', keys=(n for n in ('age', 'name'))) == [5, u'\xe9']
        assert on(Users).hmget('x', ['age']) == [None]

    def test_hmget_keeps_what_it_was_asked(self, connected):
        connected.hset('K{k}', 'age', 5)
        names = ['age', 'name']
        with redpipe.autoexec() as pipe:
            found = Users(pipe).hmget('k', names)
            names.reverse()
        assert found == [5, None]

    def test_hdel(self, on, connected):
        on(Users).hmset('k', USER)
        assert on(Users).hdel('k', 'age') == 1
        assert on(Users).hdel('k', u'gr\xf6\xdfe', 'x') == 1
        assert on(Users).hdel('k', ['name', 'code']) == 2
        assert connected.hlen('K{k}') == len(USER) - 4

    def test_hexists(self, on, connected):
        connected.hset('K{k}', u'\xe9'.encode('utf-8'), 5)
        assert on(Users).hexists('k', u'\xe9') is True
        assert on(Users).hexists('k', field=u'e') is False

    def test_hincrby(self, on, connected):
        assert on(Users).hincrby('k', 'age') == 1
        assert on(Users).hincrby('k', 'age', 4) == 5
        assert on(Users).hincrby('k', field='age', increment=-2) == 3
        assert connected.hget('K{k}', 'age') == b'3'

    def test_hincrbyfloat(self, on, connected):
        assert on(Users).hincrbyfloat('k', 'height') == 1.0
        total = on(Users).hincrbyfloat('k', field='height', increment=0.5)
        assert total == 1.5 and type(total) is float
        assert connected.hget('K{k}', 'height') == b'1.5'

    def test_hkeys(self, on, connected):
        connected.hset('K{k}', u'\xe9'.encode('utf-8'), 5)
        assert on(Users).hkeys('k') == [u'\xe9']
        assert on(Users).hkeys('x') == []

    def test_hvals_are_decoded_by_valueparse_alone(self, on, connected):
        class Counts(Users):
            valueparse = FloatField

        connected.hset('K{k}', 'age', 5)
        assert on(Users).hvals('k') == [u'5']
        assert on(Counts).hvals('k') == [5.0]
        assert on(Users).hvals('x') == []

    def test_hlen(self, on, connected):
        connected.hset('K{k}', 'age', 5)
        assert on(Users).hlen('k') == 1

    def test_hstrlen(self, on, connected):
        connected.hset('K{k}', 'name', u'\xe9'.encode('utf-8'))
        assert on(Users).hstrlen('k', 'name') == 2
        assert on(Users).hstrlen('k', 'x') == 0

    def test_hrandfield(self, on, connected, needs):
        needs(6, 2)
        assert on(Users).hrandfield('x') is None
        assert on(Users).hrandfield('x', 2) == []
        connected.hset('K{k}', 'age', 5)
        assert on(Users).hrandfield('k') == u'age'
        assert on(Users).hrandfield('k', 2) == [u'age']
        assert on(Users).hrandfield('k', -2, withvalues=True) == [(u'age', 5)] * 2

    def test_hscan(self, on, connected):
        on(Users).hmset('k', USER)
        cursor, found = on(Users).hscan('k')
        assert (cursor, found) == (0, USER)
        assert on(Users).hscan('k', 0, match=u'gr\xf6*', count=100) == (0, {u'gr\xf6\xdfe': 42})
        assert on(Users).hscan('x') == (0, {})

    def test_hscan_without_values(self, on, connected, needs):
        needs(7, 4)
        fill(connected, 'K{k}', {'a': 1, 'b': 2, 'c': 3})
        cursor, found = on(Users).hscan('k', no_values=True)
        assert (cursor, sorted(found)) == (0, ['a', 'b', 'c'])
        assert sorted(Users().hscan_iter('k', no_values=True)) == ['a', 'b', 'c']

    def test_hscan_iter(self, connected):
        fill(connected, 'K{k}', dict(('m%d' % i, i) for i in range(1000)))
        found = dict(Users().hscan_iter('k', count=100))
        assert found == dict(('m%d' % i, u'%d' % i) for i in range(1000))
        assert list(Users().hscan_iter('k', match='m77')) == [('m77', u'77')]
        with pytest.raises(InvalidOperation):
            Users(redpipe.pipeline()).hscan_iter('k')

    def test_members_have_a_codec(self, on, connected):
        class Numbered(Hash):
            keyspace = 'K'
            memberparse = IntegerField
            valueparse = FloatField
            fields = {1: TextField}

        class Older(Numbered):
            _memberparse = AsciiField

        assert on(Numbered).hmset('k', {1: u'\xe9', 2: 2.5}) is True
        assert connected.hgetall('K{k}') == {b'1': u'\xe9'.encode('utf-8'), b'2': b'2.5'}
        assert on(Numbered).hgetall('k') == {1: u'\xe9', 2: 2.5}
        assert on(Numbered).hmget('k', [2, 1]) == [2.5, u'\xe9']
        assert sorted(on(Numbered).hkeys('k')) == [1, 2]
        with pytest.raises(InvalidValue):
            on(Numbered).hget('k', u'1')
        assert on(Older).hget('k', u'2') == 2.5

    def test_a_codec_of_members_may_be_replaced(self, connected):
        class Changing(Users):
            keyspace = 'K'
        assert Changing().hset('k', u'name', u'Ann') == 1
        Changing.memberparse = BinaryField
        assert Changing().hget('k', b'name') == u'Ann'
        assert Changing().hkeys('k') == [b'name']
        Changing.memberparse = AsciiField
        assert Changing().hgetall('k') == {u'name': u'Ann'}
        with pytest.raises(InvalidValue):
            Changing().hget('k', u'n\xe4me')

    def test_a_codec_of_members_of_ones_own_is_asked_each_time(self, connected):
        tenant = ['ann']

        class Tenants(object):
            @staticmethod
            def encode(value):
                return TextField.encode(u'%s:%s' % (tenant[0], value))

            @staticmethod
            def decode(value):
                return TextField.decode(value).split(u':')[1]

        class Shared(Hash):
            keyspace = 'K'
            memberparse = Tenants
            fields = {'age': IntegerField}

        Shared().hset('k', 'age', 1)
        tenant[0] = 'bob'
        assert Shared().hget('k', 'age').IS(None)
        Shared().hset('k', 'age', 2)
        assert connected.hgetall('K{k}') == {b'ann:age': b'1', b'bob:age': b'2'}
        assert Shared().hmget('k', 'age') == [2]
        assert Shared().hkeys('k') == [u'age', u'age']

    def test_a_number_is_the_member_of_its_digits(self, on, connected):
        class Numbered(Users):
            fields = {'1': IntegerField, 2: IntegerField}

        assert on(Numbered).hset('k', 1, 5) == 1
        assert on(Numbered).hmset('k', {2: 6, 1.5: u'x'}) is True
        assert connected.hgetall('K{k}') == {b'1': b'5', b'2': b'6', b'1.5': b'x'}
        assert on(Numbered).hgetall('k') == {u'1': 5, u'2': 6, u'1.5': u'x'}
        assert on(Numbered).hmget('k', 1, 2, 1.5) == [5, 6, u'x']
        assert on(Numbered).hdel('k', 1, u'2') == 2
        for member in (True, float('nan')):
            with pytest.raises(InvalidValue):
                on(Numbered).hset('k', member, u'x')

    def test_fields_that_change_are_looked_at_again(self, connected):
        class Changing(Hash):
            keyspace = 'K'
            fields = {}

        Changing().hset('k', 'age', u'5')
        Changing.fields['age'] = int
        assert Changing().hget('k', 'age') == 5
        Changing.fields['age'] = redpipe.TextField
        assert Changing().hmget('k', 'age') == [u'5']
        Changing.fields = {'age': float}
        assert Changing().hmget('k', 'age') == [5.0]
        for fields in ({'age': 'x'}, {'age': u'x'}, {'age': None}, {'age': b'x'}):
            Changing.fields = fields
            with pytest.raises(InvalidOperation) as refused:
                Changing().hget('k', 'other')
            assert 'Changing' in str(refused.value) and "fields['age']" in str(refused.value)

    def test_a_hash_sees_each_change_inside_the_fields(self, connected):
        class Changing(Hash):
            keyspace = 'K'
            fields = {'age': IntegerField, 7: IntegerField, 'size': float}

        hashes = Changing()
        hashes.hset('k', mapping={'age': 5, 7: 7, 'size': 1})
        for member in ('age', 7, u'7'):
            assert type(hashes.hget('k', member).result) is int
            Changing.fields[int(member) if member != 'age' else member] = float
            assert type(hashes.hget('k', member).result) is float
            assert type(hashes.hmget('k', member).result[0]) is float
            assert hashes.hset('k', member, 1.5) == 0
            Changing.fields[int(member) if member != 'age' else member] = int
            with pytest.raises(InvalidValue):
                hashes.hset('k', member, 1.5)
            with pytest.raises(InvalidValue):
                hashes.hmset('k', {'size': 1.5, member: 1.5})
            assert hashes.hset('k', member, 2) == 0
        del Changing.fields['size']
        assert hashes.hget('k', 'size') == u'1'
        assert hashes.hgetall('k') == {u'age': 2, u'7': 2, u'size': u'1'}
        Changing.valueparse = FloatField
        assert hashes.hget('k', 'size') == 1.0
        Changing.fields['size'] = 'no field'
        with pytest.raises(InvalidOperation):
            hashes.hget('k', 'size')

    def test_hashes_with_many_members(self, on, connected):
        class Many(Hash):
            keyspace = 'many'
            fields = {'7': IntegerField}
        values = dict((six.text_type(number), u'v%d' % number) for number in range(2500))
        values[u'7'] = 7
        for _ in range(3):
            on(Many).hmset('k', values)
            assert on(Many).hgetall('k') == values
            assert set(on(Many).hkeys('k')) == set(values)
            assert on(Many).hmget('k', [u'7', u'2499', u'none']) == [7, u'v2499', None]

    @pytest.mark.parametrize('member', [[], {}, bytearray(b'x')], ids=repr)
    def test_what_cannot_be_the_key_of_a_dict_is_no_member(self, member, connected):
        with redpipe.autoexec() as pipe:
            users = Users(pipe)
            for call in (lambda: users.hget('k', member), lambda: users.hset('k', member, u'x'),
                         lambda: users.hmget('k', [u'name', member]), lambda: users.hdel('k', member)):
                with pytest.raises((InvalidValue, InvalidOperation)):
                    call()
            with pytest.raises(InvalidValue) as caught:
                users.hmget('k', [u'name', member, u'age'])
            assert repr(member) in str(caught.value) and 'age' not in str(caught.value)
            assert pipe._queued == 0

    def test_futures_are_seen_through(self, on, connected):
        def settled(value):
            future = redpipe.Future()
            future.set(value)
            return future

        key, member, value = settled('k'), settled('age'), settled(5)
        assert on(Users).hset(key, member, value) == 1
        assert on(Users).hmset('k', settled({'height': value})) is True
        assert on(Users).hmget('k', settled(['age', 'height'])) == [5, 5.0]
        assert on(Users).hget('k', member) == 5
        for words in ((redpipe.Future(), 5), ('age', redpipe.Future())):
            with pytest.raises(redpipe.ResultNotReady):
                on(Users).hset('k', *words)

    def test_corrupt_values_spoil_their_own_futures_alone(self, connected):
        fill(connected, 'K{bad}', {'age': 'five', 'name': 'a'})
        fill(connected, 'K{good}', {'age': '5'})
        with redpipe.autoexec() as pipe:
            bad = [Users(pipe).hgetall('bad'), Users(pipe).hget('bad', 'age'),
                   Users(pipe).hmget('bad', ['name', 'x', 'y', 'age']), Users(pipe).hscan('bad')]
            good = [Users(pipe).hgetall('good'), Users(pipe).hget('bad', 'name')]
        assert good == [{'age': 5}, 'a']
        for future in bad:
            with pytest.raises(InvalidValue) as refused:
                future.result
            for word in ('default', 'K{bad}', 'age', 'IntegerField', 'five'):
                assert word in str(refused.value)

    def test_a_codec_may_raise_what_it_likes(self, connected):
        connected.hset('K{k}', 'level', 7)
        connected.hset('K{k}', 'born', b'\xff')
        with redpipe.autoexec() as pipe:
            bad = [Users(pipe).hget('k', 'level'), Users(pipe).hget('k', 'born'),
                   Users(pipe).hgetall('k')]
            good = Users(pipe).hlen('k')
        assert good == 2
        for future in bad:
            with pytest.raises(InvalidValue):
                future.result

    # Members that expire.

    def test_hexpire(self, on, connected, needs):
        needs(7, 4)
        connected.hset('K{k}', 'age', 5)
        connected.hset('K{k}', 'name', 'a')
        assert on(Users).hexpire('k', 100, 'age', 'x') == [1, -2]
        assert on(Users).hexpire('k', datetime.timedelta(seconds=50), ['name']) == [1]
        assert on(Users).hexpire('k', 90, 'age', nx=True) == [0]
        assert on(Users).hexpire('k', 90, 'age', lt=True) == [1]
        assert on(Users).hpexpire('k', 80500, 'age', lt=True) == [1]
        assert 70 < on(Users).httl('k', 'age')[0] <= 81
        ttl, = on(Users).hpttl('k', 'age')
        assert 70000 < ttl <= 80500
        assert on(Users).hpersist('k', 'age', 'x') == [1, -2]
        assert on(Users).httl('k', ['age', 'x']) == [-1, -2]
        with pytest.raises(TypeError):
            on(Users).hexpire('k', 100, 'age', px=5)

    def test_hexpireat(self, on, connected, needs):
        needs(7, 4)
        connected.hset('K{k}', 'age', 5)
        when = int(time.time()) + 100
        assert on(Users).hexpireat('k', when, 'age') == [1]
        assert on(Users).hexpiretime('k', 'age') == [when]
        assert on(Users).hpexpireat('k', when * 1000 + 7, 'age', gt=True) == [1]
        assert on(Users).hpexpiretime('k', 'age') == [when * 1000 + 7]
        later = datetime.datetime.fromtimestamp(when + 10)
        assert on(Users).hexpireat('k', later, 'age', xx=True) == [1]
        assert on(Users).hexpiretime('k', 'age') == [when + 10]

    def test_hgetdel(self, on, connected, needs):
        needs(8)
        on(Users).hmset('k', {'age': 5, 'name': u'a', 'code': u'b'})
        assert on(Users).hgetdel('k', 'age', 'x', 'name') == [5, None, u'a']
        assert connected.hgetall('K{k}') == {b'code': b'b'}
        assert on(Users).hgetdel('x', ['age']) == [None]

    def test_hgetex(self, on, connected, needs):
        needs(8)
        connected.hset('K{k}', 'age', 5)
        assert on(Users).hgetex('k', 'age', 'x', ex=100) == [5, None]
        assert 90 < on(Users).httl('k', 'age')[0] <= 100
        assert on(Users).hgetex('k', ['age'], persist=True) == [5]
        assert on(Users).hgetex('k', 'age') == [5]
        assert on(Users).httl('k', 'age') == [-1]

    def test_hsetex(self, on, connected, needs):
        needs(8)
        assert on(Users).hsetex('k', 'age', 5, ex=100) == 1
        assert 90 < on(Users).httl('k', 'age')[0] <= 100
        assert on(Users).hsetex('k', mapping={'age': 6, 'name': u'a'}, keepttl=True) == 1
        assert on(Users).hsetex('k', 'age', 7, data_persist_option='FNX') == 0
        assert on(Users).hgetall('k') == {'age': 6, 'name': u'a'}
