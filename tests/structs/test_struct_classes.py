# -*- coding: utf-8 -*-
"""The classes of Structs: how they lie in a Hash, whose connection they use, what they send."""
import copy
import datetime
import json
import pickle
import threading

import pytest
import six

import redpipe
from plants import FERN, Day, Plant, put, settled
from redpipe.exceptions import InvalidOperation, InvalidPipeline, InvalidValue

ON_CLUSTERS = True


# -- what others left in the hash

def test_a_value_that_cannot_be_decoded_is_an_error_where_it_is_read(within, fern, connected):
    connected.hset('P{1}', 'leaves', 'many')
    for fields in ('all', 'defined', ['name', 'leaves']):
        with within() as pipe:
            plant = Plant('1', pipe=pipe, fields=fields)
            after = fern.incr('height', pipe=pipe)
        assert plant['name'] == u'Fern' and after.result
        assert plant.key == '1' and 'leaves' in plant and len(plant) >= 3 and plant.persisted
        assert 'leaves' in plant.keys() and 'leaves' in list(plant)
        reads = [lambda: plant['leaves'], lambda: plant.get('leaves', 5), plant.items, plant.values,
                 lambda: list(plant.iteritems()), lambda: dict(plant), lambda: plant == {}, lambda: plant != {},
                 lambda: json.dumps(plant)]
        for read in reads:
            with pytest.raises(InvalidValue) as caught:
                read()
            for word in ('Plant', "'1'", "'leaves'", 'many'):
                assert word in str(caught.value)
        assert 'Fern' in repr(plant)
        one = plant.copy()
        plant.update({'leaves': 3, 'label': u'x'})
        assert plant['leaves'] == 3
        with pytest.raises(InvalidValue):
            one['leaves']
        connected.hset('P{1}', 'leaves', 'many')


def test_another_struct_with_a_broken_value_is_no_data_and_the_error_names_the_field(connected):
    connected.hset('P{1}', 'leaves', 'many')
    plant = Plant('1')
    for given in (plant, settled(plant)):
        with pytest.raises(InvalidValue) as caught:
            Plant(given)
        for word in ('Plant', "'1', field 'leaves', cannot be decoded: IntegerField", 'many'):
            assert word in str(caught.value)


def duplicates(plant):
    yield copy.copy(plant)
    yield copy.deepcopy(plant)
    yield plant.copy()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield pickle.loads(pickle.dumps(plant, protocol))


def test_copies_and_pickles_keep_the_error_of_a_broken_value(fern, connected):
    connected.hset('P{1}', 'leaves', 'many')
    fern.load()
    with pytest.raises(InvalidValue) as caught:
        fern['leaves']
    for one in duplicates(fern):
        for twin in duplicates(one):
            assert twin['name'] == u'Fern' and sorted(twin.keys()) == sorted(fern.keys())
            for read in (lambda: twin['leaves'], lambda: dict(twin), lambda: json.dumps(twin)):
                with pytest.raises(InvalidValue) as again:
                    read()
                assert str(again.value) == str(caught.value)
            assert 'Fern' in repr(twin) and twin
            twin.load(['name'])
            twin.update({'leaves': 3})
            assert twin['leaves'] == 3
            connected.hset('P{1}', 'leaves', 'many')


def test_a_broken_value_can_be_removed_popped_and_loaded_over(connected, fern):
    connected.hset('P{1}', 'leaves', 'many')
    plant = Plant('1')
    popped = plant.pop('leaves')
    with pytest.raises(InvalidValue):
        popped.result
    assert 'leaves' not in plant and not connected.hexists('P{1}', 'leaves')
    connected.hset('P{1}', 'leaves', 'many')
    plant.load(['leaves'])
    plant.remove('leaves')
    assert 'leaves' not in plant
    connected.hset('P{1}', 'leaves', 'many')
    plant.load(['leaves'])
    connected.hset('P{1}', 'leaves', '7')
    plant.load(['leaves'])
    assert plant['leaves'] == 7


def test_a_member_that_has_no_name_spoils_nothing(within, fern, connected):
    connected.hset('P{1}', b'\xff', 'x')
    with within() as pipe:
        plant = Plant('1', pipe=pipe)
    assert plant == {'plant': '1', 'name': u'Fern', 'leaves': 12, 'height': 0.5, 'pot': u'clay'}


def test_what_lies_in_redis_is_read_by_the_fields_in_use(connected):
    put(connected, {'indoors': '0', 'notes': '[1]', 'label': u'\xe9'.encode('utf-8'), 'colours': ''})
    assert Plant('1') == {'plant': '1', 'indoors': True, 'notes': [1], 'label': u'\xe9', 'colours': None}


# -- parsers, connection, keyspace

def test_valueparse_is_the_codec_of_undefined_fields(within, connected):
    class Stone(redpipe.Struct):
        keyspace = 'S'
        fields = {'name': redpipe.TextField}
        valueparse = redpipe.AsciiField

    with within() as pipe:
        stone = Stone({'_key': '1', 'name': u'\xe9', 'kind': u'flint'}, pipe=pipe)
    assert stone == {'_key': '1', 'name': u'\xe9', 'kind': u'flint'}
    for given in ({'kind': u'\xe9'}, {'kind': u'a\n'}):
        with pytest.raises(InvalidValue):
            stone.update(given)
    connected.hset('S{1}', 'kind', u'\xe9'.encode('utf-8'))
    assert Stone('1')['kind'] == u'\xe9'


def test_valueparse_may_be_of_any_type(within, connected):
    class Counts(redpipe.Struct):
        valueparse = redpipe.IntegerField

    with within() as pipe:
        counts = Counts({'_key': '1', 'a': 1, 'b': 2.0}, pipe=pipe)
        total = counts.incr('a', 5, pipe=pipe)
        popped = counts.pop('b', pipe=pipe)
    assert (total, popped) == (6, 2)
    assert counts == Counts('1') == {'_key': '1', 'a': 6}
    with pytest.raises(InvalidValue):
        counts.update({'a': u'x'})


def test_keyparse_is_the_codec_of_keys(within, connected):
    class Loud(redpipe.Struct):
        keyspace = 'L'
        keyparse = Swapped

    for given in (u'x\xe9', {'_key': u'x\xe9', 'n': u'x'}, settled(u'x\xe9'), u'X\xc9'.encode('utf-8')):
        with within() as pipe:
            one = Loud(given, pipe=pipe)
            one.update({'n': u'x'}, pipe=pipe)
        assert one.key == one['_key'] == u'x\xe9'
        assert connected.hgetall(u'L{X\xc9}'.encode('utf-8')) == {b'n': b'x'}
    Loud.delete([u'x\xe9'])
    assert not connected.exists(u'L{X\xc9}'.encode('utf-8'))


class Point(object):
    """Keys that are pairs of numbers, and their text."""

    @staticmethod
    def encode(value):
        return '%d:%d' % (value.real, value.imag)

    @staticmethod
    def decode(value):
        return complex(*map(int, value.split(b':')))


def test_keyparse_may_take_any_object(connected):
    class Spot(redpipe.Struct):
        keyparse = Point

    assert Spot({'_key': 1 + 2j, 'a': u'b'}) == Spot(1 + 2j) == Spot(b'1:2') == {'_key': 1 + 2j, 'a': u'b'}
    assert connected.hgetall('Spot{1:2}') == {b'a': b'b'}
    assert '1+2j' in repr(Spot(1 + 2j))


def test_keyparse_may_be_numbers_or_bytes(connected):
    class Numbered(redpipe.Struct):
        keyparse = redpipe.IntegerField

    class Raw(redpipe.Struct):
        keyparse = redpipe.BinaryField

    assert Numbered({'_key': 12, 'a': u'b'}) == Numbered(b'12') == Numbered(12.0) == {'_key': 12, 'a': u'b'}
    with pytest.raises(InvalidValue):
        Numbered(u'x')
    assert Raw({'_key': b'\xff', 'a': u'b'}) == Raw(b'\xff') == {'_key': b'\xff', 'a': u'b'}
    assert connected.hgetall(b'Raw{\xff}') == {b'a': b'b'}


class Swapped(object):
    """Member names, stored in upper case."""

    @staticmethod
    def encode(value):
        return redpipe.TextField.encode(value.swapcase())

    @staticmethod
    def decode(value):
        return redpipe.TextField.decode(value).swapcase()


def test_memberparse_is_the_codec_of_names(within, connected):
    class Loud(Plant):
        keyspace = 'P'
        memberparse = Swapped

    with within() as pipe:
        plant = Loud({'plant': '1', 'name': u'Fern', 'leaves': 1, 'pot': u'clay', 'label': u'x'}, pipe=pipe)
        plant.incr('leaves', pipe=pipe)
        label = plant.pop('label', pipe=pipe)
    assert label == u'x'
    assert connected.hgetall('P{1}') == {b'NAME': b'Fern', b'LEAVES': b'2', b'POT': b'clay'}
    connected.hset('P{1}', 'PLANT', '9')
    assert plant == Loud('1') == {'plant': '1', 'name': u'Fern', 'leaves': 2, 'pot': u'clay'}
    assert Loud('1', fields=['pot', 'leaves']) == {'plant': '1', 'leaves': 2, 'pot': u'clay'}


def test_memberparse_of_ones_own_is_asked_each_time(connected):
    tenant = ['ann']

    class Tenants(object):
        @staticmethod
        def encode(value):
            return redpipe.TextField.encode(u'%s:%s' % (tenant[0], value))

        @staticmethod
        def decode(value):
            owner, name = redpipe.TextField.decode(value).split(u':')
            return name if owner == tenant[0] else owner

    class Shared(redpipe.Struct):
        keyspace = 'S'
        memberparse = Tenants
        fields = {'age': redpipe.IntegerField}

    Shared({'_key': '1', 'age': 1})
    tenant[0] = 'bob'
    Shared({'_key': '1', 'age': 2})
    assert connected.hgetall('S{1}') == {b'ann:age': b'1', b'bob:age': b'2'}
    assert Shared('1', fields=['age']) == {'_key': '1', 'age': 2}
    assert Shared('1')['age'] == 2


def test_plain_types_stand_for_their_fields(within, connected):
    class Person(redpipe.Struct):
        keyspace = 'P'
        keyparse = int
        valueparse = float
        memberparse = str
        fields = {'age': int, 'name': str, 'on': bool, 'tags': list, 'more': dict}

    data = {'_key': 5, 'age': 5, 'name': u'\xe9', 'on': True, 'tags': [1], 'more': {u'a': 1}, 'other': 1.5}
    with within() as pipe:
        person = Person(data, pipe=pipe)
        sum_ = person.incr('age', pipe=pipe)
    assert sum_ == 6
    assert person == Person(5) == dict(data, age=6)
    assert connected.hget('P{5}', 'age') == b'6'
    with pytest.raises(redpipe.InvalidValue):
        person.update({'age': u'5'})


@pytest.mark.parametrize('attribute', ['keyparse', 'valueparse', 'memberparse', 'fields'])
@pytest.mark.parametrize('codec', [object(), 'x', u'x', b'x', 5, complex],
                         ids=['object', 'str', 'text', 'bytes', 'number', 'complex'])
def test_a_codec_that_is_none_is_refused_with_the_class(attribute, codec, connected):
    given = {'age': codec} if attribute == 'fields' else codec
    with pytest.raises(InvalidOperation) as refused:
        type('Bad', (redpipe.Struct,), {attribute: given})
    for word in ('Bad', attribute, 'age' if attribute == 'fields' else ''):
        assert word in str(refused.value)

    class Good(redpipe.Struct):
        pass

    with pytest.raises(InvalidOperation):
        setattr(Good, attribute, given)
    with pytest.raises(InvalidOperation):
        Good('1', no_op=True)
    setattr(Good, attribute, None)
    assert Good('1') == {'_key': '1'}


def test_names_may_be_numbers(within, connected):
    class Sparse(redpipe.Struct):
        memberparse = redpipe.IntegerField
        fields = {5: redpipe.BooleanField}

    with within() as pipe:
        sparse = Sparse({'_key': '1', 5: True, 7: u'x'}, pipe=pipe)
    assert sparse == Sparse('1') == Sparse('1', fields=[5, 7]) == {'_key': '1', 5: True, 7: u'x'}
    assert connected.hgetall('Sparse{1}') == {b'5': b'1', b'7': b'x'}
    sparse.remove(7)
    assert Sparse('1', fields=5) == {'_key': '1', 5: True}


def test_parsers_that_are_none_are_the_default_ones(connected):
    class Plain(redpipe.Struct):
        fields = keyparse = valueparse = memberparse = connection = keyspace = default_fields = None

    assert Plain({'_key': 1, 'a': u'b'}) == {'_key': 1, 'a': u'b'}
    assert connected.hgetall('Plain{1}') == {b'a': b'b'}
    assert Plain('1', fields='defined') == {'_key': '1'}


class Far(Plant):
    keyspace = 'P'
    connection = 'far'


@pytest.fixture
def far(second_server, connected):
    """A client of the server that ``Far`` is on."""
    client = second_server.client()
    client.flushdb()
    redpipe.connect_redis(client, name='far')
    return client


def test_connection_names_the_server(far, client, connected):
    near = Plant({'plant': '1', 'name': u'near'})
    one = Far({'plant': '1', 'name': u'far'})
    assert (far.hget('P{1}', 'name'), client.hget('P{1}', 'name')) == (b'far', b'near')
    with redpipe.autoexec() as pipe:
        near.load(pipe=pipe)
        one.update({'leaves': 1}, pipe=pipe)
        with redpipe.autoexec(pipe, name='far') as child:
            one.incr('leaves', pipe=child)
            near.update({'leaves': 7}, pipe=child)
    assert (one, near) == ({'plant': '1', 'name': u'far', 'leaves': 2}, {'plant': '1', 'name': u'near', 'leaves': 7})
    assert far.hgetall('P{1}') == {b'name': b'far', b'leaves': b'2'}
    with redpipe.autoexec() as pipe:
        Far.delete('1', pipe=pipe)
    assert not far.exists('P{1}') and client.exists('P{1}')
    redpipe.disconnect('far')
    with pytest.raises(InvalidPipeline):
        Far('1')
    assert Far.core().connection == 'far'


def test_the_keyspace_is_the_name_of_the_class_unless_it_says_so(connected):
    class Moss(Plant):
        pass

    class Peat(Plant):
        keyspace = 'P'

    class Bare(Plant):
        keyspace = ''

    class Sod(Peat):
        keyspace = None

    for cls, name in ((Moss, 'Moss{1}'), (Peat, 'P{1}'), (Bare, '{1}'), (Sod, 'Sod{1}')):
        cls({'plant': '1', 'name': u'x'})
        assert connected.exists(name)
    assert (Plant.keyspace, Moss.keyspace, Peat.keyspace, Sod.keyspace) == ('P', None, 'P', None)
    assert Moss.core.keyspace == 'Moss'


def test_a_keyspace_may_be_any_text(connected):
    class Odd(redpipe.Struct):
        keyspace = u'\xe9 {'

    Odd({'_key': u'\xe4', 'a': u'b'})
    assert connected.hgetall(u'\xe9 {{\xe4}'.encode('utf-8')) == {b'a': b'b'}
    assert Odd(u'\xe4')['a'] == u'b'


def test_subclasses_inherit_everything_but_the_keyspace(far, client, connected):
    class Base(redpipe.Struct):
        keyspace = 'B'
        key_name = 'number'
        connection = 'far'
        fields = {'day': Day}
        keyparse = redpipe.IntegerField
        valueparse = redpipe.FloatField
        memberparse = Swapped
        default_fields = ['day']
        restrict_fields = True

    class Child(Base):
        pass

    class Grandchild(Child):
        fields = {'n': redpipe.IntegerField}
        restrict_fields = False
        default_fields = 'all'

    child = Child({'number': 5, 'day': datetime.date(2017, 5, 6)})
    assert far.hgetall('Child{5}') == {b'DAY': b'736455'}
    assert child == Child(5) == {'number': 5, 'day': datetime.date(2017, 5, 6)}
    with pytest.raises(InvalidOperation):
        child.update({'x': 1.5})
    grandchild = Grandchild({'number': 5, 'n': 1, 'x': 1.5})
    assert grandchild == Grandchild(5) == {'number': 5, 'n': 1, 'x': 1.5}
    assert far.hgetall('Grandchild{5}') == {b'N': b'1', b'X': b'1.5'}


def test_the_hash_underneath_is_at_hand(within, fern):
    with within() as pipe:
        name, age = Plant.core(pipe).hget('1', 'name'), fern.core(pipe).hget(fern.key, 'leaves')
        there = Plant.core(pipe).hexists('1', 'colours')
    assert (name, age, there) == (u'Fern', 12, False)
    assert Plant.core is fern.core
    assert issubclass(Plant.core, redpipe.Hash)
    assert (Plant.core.__name__, Plant.core.keyspace) == ('Plant', 'P')


# -- classes that are made or changed at run time

def test_a_class_can_be_made_at_run_time(connected):
    made = type(redpipe.Struct)('Made', (redpipe.Struct,), {'fields': {'n': redpipe.IntegerField}, 'key_name': 'id'})
    assert made({'id': '1', 'n': 5}) == made('1') == {'id': '1', 'n': 5}
    assert connected.hgetall('Made{1}') == {b'n': b'5'}
    namespace = {'key_name': 'id'}
    type(redpipe.Struct)('Other', (redpipe.Struct,), namespace)
    assert namespace == {'key_name': 'id'}


def test_a_class_can_be_changed_at_run_time(within, connected):
    class Loose(redpipe.Struct):
        pass

    class Under(Loose):
        pass

    for cls in (Loose, Under):
        name = cls.__name__
        before = cls({'_key': '1', 'n': u'5'})
        Loose.fields = {'n': redpipe.IntegerField}
        with within() as pipe:
            after = cls('1', pipe=pipe)
            before.incr('n', pipe=pipe)
        assert after['n'] == 5 and before['n'] == 6
        assert cls.core(None).hget('1', 'n') == 6
        Loose.key_name = 'id'
        assert after['id'] == '1' and cls('1').keys()[0] == 'id'
        Loose.default_fields = []
        assert cls('1') == {'id': '1'}
        cls.keyspace = 'moved'
        after.update({'n': 7})
        assert connected.hgetall('moved{1}') == {b'n': b'7'}
        cls.keyspace = None
        assert connected.hgetall('%s{1}' % name) == {b'n': b'6'}
        for attribute in ('fields', 'key_name', 'default_fields'):
            delattr(Loose, attribute)
        assert cls('1') == {'_key': '1', 'n': u'6'}
        Loose.valueparse = redpipe.IntegerField
        assert cls('1')['n'] == 6
        del Loose.valueparse
        assert cls('1')['n'] == u'6'
        connected.delete('moved{1}')


def test_fields_can_be_added_to_the_dict_at_any_time(within, connected):
    class Growing(redpipe.Struct):
        fields = {'a': redpipe.IntegerField}

    class Child(Growing):
        keyspace = 'Growing'

    old = Growing({'_key': '1', 'a': 1, 'b': u'2'})
    assert type(old['b']) is six.text_type
    Growing.fields['b'] = redpipe.IntegerField
    with within() as pipe:
        found = [Growing('1', pipe=pipe), Child('1', pipe=pipe), Child('1', pipe=pipe, fields='defined')]
        old.load(pipe=pipe)
    assert [type(one['b']) for one in found + [old]] == [int] * 4
    Growing.fields['a'] = redpipe.TextField
    assert Growing('1')['a'] == u'1'
    del Growing.fields['b']
    assert Child('1')['b'] == u'2'
    Growing.fields.clear()
    assert Growing('1')['a'] == u'1'
    Growing.fields.update(a=redpipe.IntegerField)
    assert Growing('1')['a'] == 1 and Growing.fields == {'a': redpipe.IntegerField}


def test_a_patched_class_is_itself_again_afterwards(connected, monkeypatch):
    class Local(Plant):
        pass

    with monkeypatch.context() as patch:
        patch.setattr(Local, 'fields', {'n': redpipe.IntegerField})
        patch.setattr(Local, 'keyspace', 'test')
        Local({'plant': '1', 'n': 5})
        assert connected.hgetall('test{1}') == {b'n': b'5'}
    assert Local({'plant': '1', 'leaves': 5, 'n': u'x'}) == {'plant': '1', 'leaves': 5, 'n': u'x'}
    assert connected.exists('Local{1}')


# -- restricted to the fields that are defined

class Strict(Plant):
    keyspace = 'P'
    restrict_fields = True


def test_a_restricted_struct_writes_only_what_it_defines(connected, fern):
    before = connected.hgetall('P{1}')
    strict = Strict('1')
    calls = [
        lambda pipe: Strict({'plant': '1', 'name': u'x', 'pot': u'y'}, pipe=pipe),
        lambda pipe: Strict({'plant': '1', 'name': u'x', 'pot': None}, pipe=pipe),
        lambda pipe: Strict({'plant': '1', 'name': u'x', 'pot': None}, pipe=pipe, no_op=True),
        lambda pipe: strict.update({'name': u'x', 'pot': u'y'}, pipe=pipe),
        lambda pipe: strict.update({'name': u'x', 'pot': None}, pipe=pipe),
        lambda pipe: strict.remove(['name', 'pot'], pipe=pipe),
        lambda pipe: strict.pop('pot', pipe=pipe),
        lambda pipe: strict.incr('pot', pipe=pipe),
        lambda pipe: strict.decr('pot', pipe=pipe),
        lambda pipe: strict.load(['name', 'pot'], pipe=pipe),
        lambda pipe: Strict('1', pipe=pipe, fields=['pot']),
        lambda pipe: strict['pot'],
        lambda pipe: strict.get('pot'),
        lambda pipe: strict.get('pot', 5),
    ]
    with redpipe.autoexec() as pipe:
        for call in calls:
            for used in (None, pipe):
                with pytest.raises(InvalidOperation) as caught:
                    call(used)
                assert "'pot'" in str(caught.value) and 'leaves' in str(caught.value)
    assert connected.hgetall('P{1}') == before
    assert 'pot' not in strict


def test_a_restricted_struct_reads_only_what_it_defines(within, fern):
    with within() as pipe:
        found = [Strict('1', pipe=pipe), Strict('1', pipe=pipe, fields='all'), Strict('1', pipe=pipe, fields='defined'),
                 Strict({'plant': '1', 'leaves': 12}, pipe=pipe)]
        some = Strict('1', pipe=pipe, fields=['name', 'plant'])
    assert found == [{'plant': '1', 'name': u'Fern', 'leaves': 12, 'height': 0.5}] * 4
    assert some == {'plant': '1', 'name': u'Fern'}
    assert (some['plant'], some.get('plant'), some.get('leaves', 3)) == ('1', '1', 3)
    with pytest.raises(KeyError):
        some['leaves']


def test_a_restricted_struct_works_as_any_other(within, fern, connected):
    with within() as pipe:
        strict = Strict({'plant': '1', 'name': u'Ivy', 'colours': None}, pipe=pipe)
        strict.update({'label': u'x', 'height': None}, pipe=pipe)
        strict.incr('leaves', pipe=pipe)
        label = strict.pop('label', pipe=pipe)
    assert label == u'x'
    assert strict == Strict('1') == {'plant': '1', 'name': u'Ivy', 'leaves': 13}
    assert connected.hget('P{1}', 'pot') == b'clay'
    strict.clear()
    assert not connected.exists('P{1}')


def test_fields_are_not_required(connected):
    assert Strict({'plant': '1', 'name': u'x'}) == {'plant': '1', 'name': u'x'}
    assert Plant({'plant': '2', 'leaves': 1}) == {'plant': '2', 'leaves': 1}


# -- what is sent

def test_one_command_writes_and_one_reads(commands_seen, connected):
    data = dict(FERN, plant='1')
    one = Plant('1')
    runs = [
        (lambda: Plant(data, fields=[]), ['HSET P{1}']),
        (lambda: Plant('1'), ['HGETALL P{1}']),
        (lambda: Plant(data), ['HSET P{1}', 'HGETALL P{1}']),
        (lambda: Plant(dict(data, name=None)), ['HSET P{1}', 'HDEL P{1}', 'HGETALL P{1}']),
        (lambda: Plant({'plant': '1', 'name': None}, fields=[]), ['HDEL P{1}']),
        (lambda: Plant({'plant': '1'}, fields=[]), []),
        (lambda: Plant(data, fields=['name']), ['HSET P{1}', 'HMGET P{1}']),
        (lambda: Plant('1', fields='defined'), ['HMGET P{1}']),
        (lambda: Plant('1', fields=['name', 'pot']), ['HMGET P{1}']),
        (lambda: Strict('1'), ['HMGET P{1}']),
        (lambda: Plant(data, no_op=True), []),
        (lambda: one.load(), ['HGETALL P{1}']),
        (lambda: one.update({'name': u'x', 'leaves': 1}), ['HSET P{1}']),
        (lambda: one.update({'name': u'x', 'leaves': None, 'pot': None}), ['HSET P{1}', 'HDEL P{1}']),
        (lambda: one.remove(['name', 'pot']), ['HDEL P{1}']),
        (lambda: one.pop('name'), ['HGET P{1}', 'HDEL P{1}']),
        (lambda: one.incr('leaves'), ['HINCRBY P{1}']),
        (lambda: one.decr('height'), ['HINCRBYFLOAT P{1}']),
        (lambda: one.incr('n', 0.5), ['HINCRBYFLOAT P{1}']),
        (lambda: one.clear(), ['DEL P{1}']),
        (lambda: Plant.delete(['1', '2']), ['DEL P{1}', 'DEL P{2}']),
        (lambda: one.copy(), []),
        (lambda: (one.keys(), one.items(), one.get('x'), len(one), one == {}, repr(one), one.persisted), []),
    ]
    for run, commands in runs:
        assert commands_seen(run) == commands


def test_a_thousand_records_are_a_thousand_commands_each_way(commands_seen, connected):
    def write():
        with redpipe.autoexec() as pipe:
            for number in range(1000):
                Plant({'plant': number, 'name': u'x', 'leaves': number}, pipe=pipe, fields=[])

    def read():
        with redpipe.autoexec() as pipe:
            plants.extend([Plant(number, pipe=pipe) for number in range(1000)])

    plants = []
    assert commands_seen(write) == ['HSET P{%d}' % number for number in range(1000)]
    assert commands_seen(read) == ['HGETALL P{%d}' % number for number in range(1000)]
    assert [plant['leaves'] for plant in plants] == list(range(1000))


def test_threads_change_nothing_about_it(far, client, connected):
    redpipe.enable_threads()
    with redpipe.autoexec() as pipe:
        plants = [cls({'plant': key, 'leaves': 1}, pipe=pipe) for cls in (Plant, Far) for key in '12']
        for plant in plants:
            plant.incr('leaves', pipe=pipe)
    assert [plant['leaves'] for plant in plants] == [2] * 4


def test_structs_may_be_used_in_many_threads(connected):
    def work(number):
        for _ in range(20):
            plant = Plant({'plant': number, 'leaves': number})
            plant.incr('leaves')
            found.append((plant['leaves'], number + 1))

    found = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80 and all(one == other for one, other in found)


# -- text of Python 2, and of every script

def test_native_text_will_do_everywhere(within, connected):
    with within() as pipe:
        plant = Plant({'plant': '1', 'name': 'Fern', u'label': 'x', 'pot': 'clay', u'leaves': 1}, pipe=pipe)
        plant.incr(u'leaves', pipe=pipe)
        popped = plant.pop(u'pot', pipe=pipe)
        plant.remove(u'label', pipe=pipe)
    assert popped == u'clay'
    assert plant == Plant(u'1') == {u'plant': u'1', u'name': u'Fern', 'leaves': 2}
    assert isinstance(plant['name'], six.text_type)


def test_names_keys_and_values_may_be_of_any_script(within, connected):
    class Gr(redpipe.Struct):
        keyspace = u'Gr\xfcn'
        key_name = u'schl\xfcssel'
        fields = {u'gr\xf6\xdfe': redpipe.IntegerField}

    class Closed(Gr):
        restrict_fields = True

    with within() as pipe:
        one = Gr({u'schl\xfcssel': u'\xe9', u'gr\xf6\xdfe': 1, u'\u540d': u'\U0001f33f'}, pipe=pipe)
        one.incr(u'gr\xf6\xdfe', pipe=pipe)
    assert one == Gr(u'\xe9') == {u'schl\xfcssel': u'\xe9', u'gr\xf6\xdfe': 2, u'\u540d': u'\U0001f33f'}
    assert json.loads(repr(one)) == one
    connected.hset(u'Gr\xfcn{\xe9}'.encode('utf-8'), u'gr\xf6\xdfe'.encode('utf-8'), u'\xe9'.encode('utf-8'))
    with pytest.raises(InvalidValue) as caught:
        Gr(u'\xe9')[u'gr\xf6\xdfe']
    assert str(caught.value)
    for call in (lambda: one.update({u'gr\xf6\xdfe': u'\xe9'}), lambda: one.update({u'schl\xfcssel': u'x'}),
                 lambda: Gr({u'gr\xf6\xdfe': 1}), lambda: one.__setitem__(u'\xe9', 1),
                 lambda: Closed(u'\xe9', fields=[u'\xe9'])):
        with pytest.raises(redpipe.Error) as caught:
            call()
        assert str(caught.value)


@pytest.mark.skipif(six.PY3, reason='Python 3 has one kind of int')
def test_long_numbers_have_no_mark_of_their_own(within, connected):
    with within() as pipe:
        plant = Plant({'plant': long(7), 'leaves': long(5)}, pipe=pipe)  # noqa: F821
        plant.incr('leaves', long(2), pipe=pipe)  # noqa: F821
        count = plant.incr('n', long(2), pipe=pipe)  # noqa: F821
    assert connected.hgetall('P{7}') == {b'leaves': b'7', b'n': b'2'}
    assert plant == {'plant': 7, 'leaves': 7, 'n': u'2'}
    assert type(count.result) is int


def test_a_field_is_no_attribute(connected):
    plant = Plant({'plant': '1', 'name': u'Fern'})
    with pytest.raises(AttributeError, match="'Plant' object has no attribute 'name'"):
        plant.name
    with pytest.raises(InvalidOperation, match='name'):
        plant.name = u'Palm'


def test_a_subclass_without_the_field_may_have_the_attribute(connected):
    class Bare(Plant):
        fields = {}

    bare = Bare('1', no_op=True)
    bare.name = u'Fern'
    assert bare.name == u'Fern'
    del bare.name
    with pytest.raises(AttributeError):
        bare.name


def test_fields_may_come_from_a_class_that_is_no_struct(connected):
    class Counted(object):
        fields = {'count': redpipe.IntegerField}

    class Page(Counted, redpipe.Struct):
        pass

    page = Page({'_key': '1', 'count': 1})
    assert page == Page('1') == {'_key': '1', 'count': 1}
    Page.fields['words'] = redpipe.IntegerField
    page.update({'words': 5})
    assert page == Page('1') == {'_key': '1', 'count': 1, 'words': 5}


def test_what_iterates_over_records_without_a_pipe_is_named(connected):
    class Author(redpipe.Struct):
        pass
    with pytest.raises(redpipe.InvalidOperation, match=r'call it on Author\.core\(\)'):
        Author.core(redpipe.pipeline()).scan_iter()
