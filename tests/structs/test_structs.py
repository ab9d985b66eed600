# -*- coding: utf-8 -*-
"""A Struct is a dict that lives in a Hash: how it is made, loaded, read and copied."""
import collections
import copy
import datetime
import decimal
import json
import pickle

import pytest
import redis
import six
from six.moves import collections_abc as abc

import redpipe
from plants import DICTS, FERN, STORED, Note, Plant, Rich, Slim, settled, types
from redpipe.exceptions import InvalidOperation, InvalidPipeline, InvalidValue, ResultNotReady

ON_CLUSTERS = True


# -- making one

def test_data_is_written_to_the_hash_of_its_key(within, connected):
    with within() as pipe:
        Plant(dict(FERN, plant='1'), pipe=pipe)
    found = connected.hgetall('P{1}')
    assert json.loads(found.pop(b'notes').decode('ascii')) == FERN['notes']
    assert json.loads(found.pop(b'care').decode('ascii')) == FERN['care']
    assert found == STORED


def test_the_key_is_part_of_the_name_and_no_member(within, connected):
    with within() as pipe:
        plant = Plant({'plant': '1', 'name': u'Fern'}, pipe=pipe)
    assert (plant.key, plant['plant']) == ('1', '1')
    assert connected.hkeys('P{1}') == [b'name']


def test_what_it_is_made_of_can_be_read_at_once(connected):
    with redpipe.autoexec() as pipe:
        plant = Plant({'plant': '1', 'name': u'Fern', 'leaves': settled(3), 'height': 2, 'pot': u'clay'}, pipe=pipe)
        for name, value in {'plant': '1', 'name': u'Fern', 'leaves': 3, 'height': 2.0, 'pot': u'clay'}.items():
            assert plant[name] == value
        assert type(plant['height']) is float and type(plant['leaves']) is int
        assert not connected.exists('P{1}')


def test_values_are_at_once_what_a_reload_gives(within, connected):
    given = dict(FERN, plant='1', leaves=5.0, height=decimal.Decimal('0.5'), indoors=1, photo=bytearray(b'x'),
                 notes=[1, 2.5, u'\xe9', None, True], colours=settled([u'a']), other=u'\xe4')
    with within() as pipe:
        plant = Plant(given, pipe=pipe, fields=[])
        at_once = dict(plant)
    assert at_once == Plant('1') == plant
    assert types(at_once) == types(Plant('1')) == types(plant)
    assert (at_once['leaves'], at_once['indoors'], at_once['photo']) == (5, True, b'x')
    assert (type(at_once['leaves']), type(at_once['height'])) == (int, float)


def test_changes_too_are_at_once_what_a_reload_gives(within, connected):
    plant = Plant('1')
    with within() as pipe:
        plant.update({'leaves': True, 'height': 1, 'indoors': 0, 'photo': bytearray(b'x'), 'notes': settled([]),
                      'care': collections.OrderedDict(a=1), 'label': 'F', 'pot': 'clay'}, pipe=pipe)
    assert plant == Plant('1')
    assert types(plant) == types(Plant('1'))
    assert type(plant['care']) is dict


def test_its_own_lists_and_dicts_are_not_the_caller_s(connected):
    for inner in (u'a', [u'a'], {u'a': 1}):
        notes, care = [inner], {u'b': inner}
        plant = Plant({'plant': '1', 'notes': notes, 'care': care}, fields=[])
        other = Plant('2')
        other.update({'notes': notes, 'care': care})
        before = copy.deepcopy((notes, care))
        notes.append(u'c')
        care[u'd'] = 2
        if inner != u'a':
            inner.clear() if isinstance(inner, dict) else inner.pop()
        assert (plant['notes'], plant['care']) == (other['notes'], other['care']) == before


def test_data_is_followed_by_the_rest_of_the_record(within, fern):
    with within() as pipe:
        plant = Plant({'plant': '1', 'name': u'Palm', 'label': u'x'}, pipe=pipe)
    assert plant == {'plant': '1', 'name': u'Palm', 'label': u'x', 'leaves': 12, 'height': 0.5, 'pot': u'clay'}


def test_a_key_alone_loads_the_record(within, fern):
    with within() as pipe:
        plant = Plant('1', pipe=pipe)
        if pipe is not None:
            assert plant['plant'] == '1'
            with pytest.raises(ResultNotReady):
                dict(plant)
    assert plant == {'plant': '1', 'name': u'Fern', 'leaves': 12, 'height': 0.5, 'pot': u'clay'}
    assert types(plant) == {
        'plant': six.text_type, 'name': six.text_type, 'leaves': int, 'height': float, 'pot': six.text_type}


def test_fields_and_values_have_the_type_that_is_declared(within, connected):
    with within() as pipe:
        Plant(dict(FERN, plant='1'), pipe=pipe, fields=[])
    with within() as pipe:
        plant = Plant('1', pipe=pipe)
    assert plant == dict(FERN, plant=u'1')
    assert types(plant) == types(dict(FERN, plant=u'1'))


def test_a_record_that_is_missing_has_only_its_key(within, connected):
    with within() as pipe:
        plant = Plant('1', pipe=pipe)
    assert plant == {'plant': '1'}
    assert len(plant) == 1 and not plant.persisted


def test_none_and_futures_of_none_in_the_data_remove(within, fern, connected):
    with within() as pipe:
        plant = Plant({'plant': '1', 'name': None, 'leaves': settled(None), 'label': u'x'}, pipe=pipe)
        if pipe is None:
            assert 'name' not in plant
    assert plant == {'plant': '1', 'label': u'x', 'height': 0.5, 'pot': u'clay'}
    assert sorted(connected.hkeys('P{1}')) == [b'height', b'label', b'pot']
    assert Plant({'plant': '2', 'name': None}, pipe=None) == {'plant': '2'}


def test_a_stub_neither_writes_nor_loads(within, fern, connected):
    before = connected.hgetall('P{1}')
    with within() as pipe:
        bare = Plant('1', pipe=pipe, no_op=True)
        plant = Plant({'plant': '1', 'name': u'Palm', 'leaves': None}, pipe=pipe, no_op=True)
    assert bare == {'plant': '1'} and not bare.persisted
    assert plant == {'plant': '1', 'name': u'Palm'}
    assert connected.hgetall('P{1}') == before
    plant.load(['leaves'])
    assert plant == {'plant': '1', 'name': u'Palm', 'leaves': 12}


def test_several_are_loaded_in_a_single_pass(linked):
    link, client = linked
    for name in '12':
        client.hset('P{%s}' % name, 'name', 'n' + name)
    start = link.round_trips
    with redpipe.pipeline() as pipe:
        plants = [Plant(key, pipe=pipe) for key in '123']
        pipe.execute()
    assert link.round_trips - start == 1
    assert plants == [{'plant': '1', 'name': u'n1'}, {'plant': '2', 'name': u'n2'}, {'plant': '3'}]


def test_two_are_saved_with_other_commands_in_one_round_trip(linked):
    link, client = linked
    start = link.round_trips
    with redpipe.autoexec() as pipe:
        a = Plant({'plant': 'a', 'name': u'A', 'leaves': 1}, pipe=pipe)
        b = Plant({'plant': 'b', 'name': u'B', 'leaves': 2}, pipe=pipe)
        count = pipe.incr('plants')
        assert (a['name'], b['name'], a['plant']) == (u'A', u'B', 'a')
        assert isinstance(a['leaves'], int)
    assert link.round_trips - start == 1
    assert count == 1
    assert client.hgetall('P{b}') == {b'name': b'B', b'leaves': b'2'}


def test_without_a_pipe_each_call_is_a_round_trip(linked):
    link, _ = linked
    start = link.round_trips
    plant = Plant({'plant': '1', 'name': u'Fern', 'leaves': 1})
    assert link.round_trips - start == 1
    assert plant.pop('name') == u'Fern'
    assert plant.get('name', None) is None
    assert link.round_trips - start == 2
    plant.update({'leaves': None, 'height': 1})
    plant.load()
    assert link.round_trips - start == 4


# -- the first argument

KEYS = [
    (u'12', b'12'),
    (12, b'12'),
    (2 ** 70, b'1180591620717411303424'),
    (b'12', b'12'),
    (u'\xe9 \U0001f33f', u'\xe9 \U0001f33f'.encode('utf-8')),
    (u'\xe9'.encode('utf-8'), u'\xe9'.encode('utf-8')),
    (u'', b''),
    (0, b'0'),
    (u'a}{b*', b'a}{b*'),
]


def test_the_key_is_text_a_number_bytes_or_a_future_of_one(within, connected):
    for key, name in KEYS:
        for given in (key, settled(key), {'plant': key}, {'plant': settled(key)}):
            connected.delete(b'P{' + name + b'}')
            with within() as pipe:
                plant = Plant(given, pipe=pipe)
                plant.update({'leaves': 1}, pipe=pipe)
            assert connected.hgetall(b'P{' + name + b'}') == {b'leaves': b'1'}
            assert plant.key == plant['plant'] == plant.get('plant')
            assert type(plant.key) is type(key.decode('utf-8') if isinstance(key, bytes) else key)
            assert Plant(plant.key) == plant


def test_what_is_no_key_is_refused_before_anything_is_sent(connected):
    for key in (object(), set('a'), 1.5, True, b'\xff', bytearray(b'12'), u'\ud800', abs):
        for given in (key, {'plant': key}):
            for options in ({}, {'no_op': True}, {'fields': []}):
                with pytest.raises(InvalidValue):
                    Plant(given, **options)


def test_data_without_the_key_field_is_refused(connected):
    for data in (None, {}, [], (), {'name': u'x'}, {'plant': None}, {'plant': settled(None)}, [('name', u'x')], ['a'],
                 settled(None), settled({})):
        with redpipe.pipeline() as pipe:
            for options in ({}, {'no_op': True}, {'pipe': pipe}):
                with pytest.raises(InvalidOperation) as caught:
                    Plant(data, **options)
                assert "'plant'" in str(caught.value) and 'Plant' in str(caught.value)
            assert pipe._queued == 0
    with pytest.raises(InvalidOperation):
        Plant()


def test_data_is_whatever_dict_takes(connected):
    made = [lambda data: Plant(data, no_op=True), lambda data: settled(Plant(data, no_op=True))]
    for number, make in enumerate(DICTS + made):
        data = {'plant': u'%d' % number, 'name': u'<name>'}
        with redpipe.autoexec() as pipe:
            plant = Plant(make(data), pipe=pipe)
        assert plant == data
        assert connected.hgetall('P{%d}' % number) == {b'name': b'<name>'}


def test_the_data_given_is_left_alone(connected):
    data = {'plant': '1', 'name': u'x', 'leaves': None, 'height': settled(1)}
    before = dict(data)
    Plant(data).update({'name': None})
    assert data == before


def test_a_future_that_is_not_ready_is_no_data(connected):
    with redpipe.pipeline() as pipe:
        for given in (pipe.get('x'), {'plant': pipe.get('x')}, {'plant': '1', 'name': pipe.get('x')}):
            queued = pipe._queued
            with pytest.raises(ResultNotReady):
                Plant(given, pipe=pipe)
            with pytest.raises(ResultNotReady):
                Plant('1', no_op=True).update({'leaves': 1, 'name': pipe.get('x')}, pipe=pipe)
            assert pipe._queued == queued + 1
        pipe.reset()


def test_results_of_other_commands_are_data(connected):
    connected.set('x', '12')
    with redpipe.autoexec() as pipe:
        found, missing = pipe.get('x'), pipe.get('y')
    plant = Plant({'plant': found, 'photo': found, 'name': missing})
    assert plant == {'plant': u'12', 'photo': b'12'}


@pytest.mark.skipif(six.PY2, reason='Python 2 says so itself')
@pytest.mark.parametrize('call', [
    lambda: Plant.load('7'), lambda: Plant.load(b'7', ['name']), lambda: Plant.update('7', {'name': u'x'}),
    lambda: Plant.remove('7', 'name'), lambda: Plant.pop('7', 'name'), lambda: Plant.incr('7', 'leaves'),
    lambda: Plant.decr(7, 'leaves'), lambda: Plant.clear('7'), lambda: Plant.load(settled('7'))])
def test_a_method_that_is_called_on_the_class_says_to_make_a_record_first(connected, call):
    with pytest.raises(InvalidOperation, match=r'make the record from its key first, as in User\(key'):
        call()


def test_a_method_may_be_called_on_the_class_with_a_record(fern):
    class Tall(Plant):
        keyspace = 'P'

        def load(self, fields=None, pipe=None):
            Plant.load(self, fields, pipe)

    tall = Tall('1', no_op=True)
    tall.load(['name'])
    Plant.load(fern)
    assert tall['name'] == fern['name'] == u'Fern'


def test_delete_without_keys_names_the_two_ways(fern, connected):
    for delete in (fern.delete, Plant.delete):
        for args in ((), (None,), (settled(None),)):
            with pytest.raises(InvalidOperation) as caught:
                delete(*args)
            assert 'Plant.delete([key])' in str(caught.value) and 'clear()' in str(caught.value)
    assert connected.exists('P{1}')
    Plant.delete(settled(settled(fern)))
    assert not connected.exists('P{1}')


class Long(object):
    def __repr__(self):
        return 'x' * 1000


def test_a_message_names_the_type_of_a_wrong_object_and_never_its_whole_repr(connected, fern):
    for call in (lambda: Plant([Long()]), lambda: fern.load([[Long()]]), lambda: Plant(Long()),
                 lambda: Plant({'plant': Long()}), lambda: fern.update({'leaves': Long()}),
                 lambda: Plant('1', pipe=Long()), lambda: fern.update({Long(): 1}), lambda: Plant.delete([Long()])):
        with pytest.raises(redpipe.Error) as caught:
            call()
        assert len(str(caught.value)) < 200
        assert 'Long' in str(caught.value) or 'list' in str(caught.value)
    for call in (lambda: fern.__setitem__(Long(), 1), lambda: fern.__delitem__(Long())):
        with pytest.raises(InvalidOperation) as caught:
            call()
        assert len(str(caught.value)) < 200


def test_what_is_no_pipe_is_refused(connected, fern):
    calls = [
        lambda pipe: Plant('1', pipe=pipe),
        lambda pipe: Plant({'plant': '1', 'name': u'x'}, pipe=pipe),
        lambda pipe: fern.load(pipe=pipe),
        lambda pipe: fern.update({'name': u'x'}, pipe=pipe),
        lambda pipe: fern.remove('name', pipe=pipe),
        lambda pipe: fern.pop('name', pipe=pipe),
        lambda pipe: fern.incr('leaves', pipe=pipe),
        lambda pipe: fern.clear(pipe),
        lambda pipe: Plant.delete('1', pipe=pipe),
    ]
    before = connected.hgetall('P{1}')
    for call in calls:
        with pytest.raises(InvalidPipeline):
            call(connected)
    assert connected.hgetall('P{1}') == before


# -- which fields are loaded

FIELDS = [
    ('all', ['height', 'leaves', 'name', 'pot']),
    (u'all', ['height', 'leaves', 'name', 'pot']),
    (None, ['height', 'leaves', 'name', 'pot']),
    ('defined', ['height', 'leaves', 'name']),
    ([], []),
    ((), []),
    (['plant'], []),
    (['name'], ['name']),
    (['name', 'plant', 'name'], ['name']),
    ('pot', ['pot']),
    (('pot', 'leaves'), ['leaves', 'pot']),
    (set(['name', 'pot']), ['name', 'pot']),
    (frozenset(['name']), ['name']),
    ({'name': 1}, ['name']),
    ({'name': 1}.keys(), ['name']),
    ([u'name', settled('pot')], ['name', 'pot']),
    (settled(['name']), ['name']),
    (settled('defined'), ['height', 'leaves', 'name']),
    (['name', 'colours', 'unknown'], ['name']),
    (['unknown'], []),
]


def test_fields_says_what_is_loaded(within, fern):
    everything = dict(Plant('1'))
    for fields, names in FIELDS:
        with within() as pipe:
            plant = Plant('1', pipe, fields)
            stub, other = Plant('1', no_op=True), Plant('1', no_op=True)
            stub.load(fields, pipe)
            other.load(fields=iter(fields) if isinstance(fields, list) else fields, pipe=pipe)
        assert sorted(plant.keys()) == sorted(names + ['plant'])
        assert not [name for name in plant.keys() if isinstance(name, redpipe.Future)]
        assert plant == stub == other == dict((name, everything[name]) for name in plant)
        assert types(plant) == types(dict((name, everything[name]) for name in plant))


def test_data_stays_beside_the_fields_that_are_loaded(within, fern):
    with within() as pipe:
        plants = [Plant({'plant': '1', 'label': u'x'}, pipe=pipe, fields=fields)
                  for fields in ([], ['name', 'colours'], 'defined', 'all')]
    assert [sorted(plant) for plant in plants] == [
        ['label', 'plant'], ['label', 'name', 'plant'], ['height', 'label', 'leaves', 'name', 'plant'],
        ['height', 'label', 'leaves', 'name', 'plant', 'pot']]
    assert [plant['label'] for plant in plants] == [u'x'] * 4


def test_nothing_to_load_sends_nothing(fern, commands_seen):
    def run():
        for fields in ([], (), ['plant'], 'plant', iter([])):
            Plant('1', fields=fields)
            fern.load(fields)
        Note('1', fields='defined')
        fern.update({})
        fern.remove([])
        Plant.delete([])

    assert commands_seen(run) == []


def test_loading_everything_replaces_what_was_there(within, fern, connected):
    fern.load()
    connected.hdel('P{1}', 'pot', 'name')
    connected.hset('P{1}', 'leaves', 13)
    with within() as pipe:
        fern.load(pipe=pipe)
        assert fern['leaves'] == 12 or pipe is None
    assert fern == {'plant': '1', 'leaves': 13, 'height': 0.5}


def test_loading_some_fields_leaves_the_others_and_drops_the_missing(within, fern, connected):
    fern.load()
    connected.hdel('P{1}', 'pot', 'name')
    connected.hset('P{1}', 'leaves', 13)
    with within() as pipe:
        fern.load(['pot', 'leaves', 'colours'], pipe=pipe)
    assert fern == {'plant': '1', 'leaves': 13, 'height': 0.5, 'name': u'Fern'}
    assert None not in fern._data.values()


def test_default_fields_says_what_is_loaded_by_default(within, fern):
    class Short(Plant):
        keyspace = 'P'
        default_fields = ['name']

    class Defined(Short):
        keyspace = 'P'
        default_fields = 'defined'

    class Nothing(Short):
        keyspace = 'P'
        default_fields = []

    class Unsaid(Short):
        keyspace = 'P'
        default_fields = None

    with within() as pipe:
        found = [cls('1', pipe=pipe) for cls in (Short, Defined, Nothing, Unsaid)]
        asked = Short('1', pipe=pipe, fields='all')
        later = Short('1', no_op=True)
        later.load(pipe=pipe)
    assert [sorted(one) for one in found] == [
        ['name', 'plant'], ['height', 'leaves', 'name', 'plant'], ['plant'], sorted(asked)]
    assert len(asked) == 5
    assert later == found[0]


def test_a_name_that_is_no_text_is_refused(connected, fern):
    before = connected.hgetall('P{1}')
    for name in (5, b'\xff', 1.5, None, ('a',), u'\ud800'):
        for call in (lambda: Plant('1', fields=[name]), lambda: Plant({'plant': '1', 'leaves': 3, name: u'x'}),
                     lambda: fern.load([name]), lambda: fern.update({'leaves': 3, name: u'x'}),
                     lambda: fern.remove(['leaves', name]), lambda: fern.pop(name), lambda: fern.incr(name)):
            with pytest.raises(InvalidValue):
                call()
    assert connected.hgetall('P{1}') == before


# -- reading it as a dict

def test_values_are_read_by_name(fern):
    fern.load()
    assert fern['name'] == u'Fern'
    assert fern[u'leaves'] == 12
    assert fern['plant'] == fern.key == '1'
    with pytest.raises(KeyError):
        fern['colours']


def test_any_name_will_do(within, connected):
    with within() as pipe:
        Plant({'plant': '1', 'full-name': u'x', 'two words': u'y', u'gr\xf6\xdfe': u'z', '': u'0'}, pipe=pipe)
    plant = Plant('1')
    assert (plant['full-name'], plant['two words'], plant[u'gr\xf6\xdfe'], plant['']) == (u'x', u'y', u'z', u'0')
    assert connected.hget('P{1}', u'gr\xf6\xdfe'.encode('utf-8')) == b'z'


def test_undefined_fields_are_text(within, connected):
    with within() as pipe:
        plant = Plant({'plant': '1', 'pot': 'clay', 'shelf': u'\xe9'}, pipe=pipe)
    assert (plant['pot'], plant['shelf']) == (u'clay', u'\xe9')
    assert type(plant['pot']) is six.text_type
    for value in (5, b'\xff', [u'a'], True):
        with pytest.raises(InvalidValue):
            plant.update({'pot': value})


def test_get_has_a_default(fern):
    fern.load()
    assert fern.get('name', 'unknown') == u'Fern'
    assert fern.get('colours', 'unknown') == 'unknown'
    assert fern.get('colours') is None
    assert fern.get('plant', 'unknown') == '1'


def test_names_can_be_looked_for(fern):
    assert 'name' not in fern and 'plant' in fern
    fern.load()
    assert 'name' in fern and 'pot' in fern and 'plant' in fern
    assert 'colours' not in fern and '_key' not in fern


def test_the_length_counts_the_key(fern):
    assert len(fern) == 1
    fern.load()
    assert len(fern) == 5
    fern.clear()
    assert len(fern) == 1 and bool(fern) is True


def test_keys_values_and_items_are_lists(fern):
    fern.load()
    assert [type(made) for made in (fern.keys(), fern.values(), fern.items())] == [list] * 3
    assert sorted(fern.keys()) == ['height', 'leaves', 'name', 'plant', 'pot']
    assert fern.items() == list(zip(fern.keys(), fern.values()))
    assert dict(fern.items()) == fern
    assert set(fern) == set(fern.keys())


def test_iteritems_is_a_generator(fern):
    fern.load()
    found = fern.iteritems()
    assert iter(found) is found
    assert list(found) == fern.items()
    assert dict((name, value) for name, value in fern.iteritems()) == fern


def test_it_becomes_a_dict(fern):
    fern.load()
    as_dict = dict(fern)
    assert type(as_dict) is dict
    assert as_dict == {'plant': '1', 'name': u'Fern', 'leaves': 12, 'height': 0.5, 'pot': u'clay'}
    assert dict(**fern) == as_dict
    as_dict['name'] = u'Palm'
    assert fern['name'] == Plant('1')['name'] == u'Fern'


def test_the_key_has_a_name_of_its_own_and_a_default_one(connected):
    class Shed(redpipe.Struct):
        key_name = 'number'

    assert redpipe.Struct.key_name == '_key'
    note = Note({'_key': '1', 'text': u'x'})
    assert note == {'_key': '1', 'text': u'x'} and '_key' in note.keys()
    shed = Shed({'number': '1', '_key': u'x'})
    assert shed == {'number': '1', '_key': u'x'}
    assert connected.hgetall('Note{1}') == {b'text': b'x'}
    assert connected.hgetall('Shed{1}') == {b'_key': b'x'}


def test_it_can_be_used_without_a_class_of_its_own(connected):
    assert redpipe.Struct({'_key': '1', 'a': u'b'}) == {'_key': '1', 'a': u'b'}
    assert connected.hgetall('Struct{1}') == {b'a': b'b'}


def test_persisted_tells_whether_anything_but_the_key_is_known(fern):
    assert fern.persisted is False
    fern.load()
    assert fern.persisted is True
    fern.clear()
    assert fern.persisted is False


def test_it_equals_the_dict_that_it_holds(connected, fern):
    fern.load()
    same = dict(fern)
    assert fern == same and same == fern
    assert not fern != same and not same != fern
    assert fern == settled(same) and settled(same) == fern
    assert not fern != settled(same) and not settled(same) != fern
    assert fern == collections.OrderedDict(same) and collections.OrderedDict(same) == fern
    assert fern == six.moves.UserDict(same)
    assert fern == Plant('1') and not fern != Plant('1')
    for other in (dict(same, name=u'Palm'), dict(same, plant='2'), {}, dict(same, more=1)):
        assert fern != other and other != fern
        assert not fern == other and not other == fern
    for other in (None, '1', 5, [], list(same.items()), object(), Plant):
        assert fern != other and other != fern
        assert not fern == other and not other == fern


def test_classes_do_not_matter_for_equality(connected):
    class Tree(redpipe.Struct):
        key_name = 'plant'

    assert Tree({'plant': '1', 'name': u'x'}) == Plant({'plant': '1', 'name': u'x'})
    assert Note({'_key': '1', 'name': u'x'}) != Plant({'plant': '1', 'name': u'x'})


def test_it_has_no_hash(connected):
    for one in (Plant('1'), Slim('1'), Note('1')):
        with pytest.raises(TypeError):
            hash(one)
        with pytest.raises(TypeError):
            set([one])


def test_items_are_not_assigned_and_the_error_names_the_way(connected, fern):
    fern.load()
    with pytest.raises(InvalidOperation) as caught:
        fern['name'] = u'Palm'
    assert "update({'name': " in str(caught.value)
    with pytest.raises(InvalidOperation) as caught:
        del fern['name']
    assert "remove(['name'])" in str(caught.value)
    assert fern['name'] == Plant('1')['name'] == u'Fern'


def test_repr_is_json(connected, fern):
    fern.load()
    assert json.loads(repr(fern)) == fern
    assert json.loads(repr([fern, Plant('2')])) == [fern, {'plant': '2'}]
    assert str(fern) == repr(fern)
    assert json.loads(repr(Plant({'plant': u'\xe9', 'name': u'\u1234', 'colours': []}))) == {
        'plant': u'\xe9', 'name': u'\u1234', 'colours': None}


def test_repr_of_what_json_cannot_hold_shows_it_too(connected):
    plant = Plant({'plant': '1', 'photo': b'\xff', 'sown': datetime.date(2017, 5, 6)})
    assert 'xff' in repr(plant) and '2017' in repr(plant)
    assert 'plant' in '%s' % plant


class Grumpy(object):
    def __repr__(self):
        raise KeyError('grumpy')


class Anything(object):
    """A field that reads whatever is stored as something else."""

    def __init__(self, value):
        self._value = value

    def encode(self, value):
        return b'x'

    def decode(self, data):
        return self._value


def test_repr_and_truth_never_raise(connected):
    deep = []
    for _ in range(100000):
        deep = [deep]
    for value in (Grumpy(), deep, {Grumpy(): 1}, b'\xff', {1, 2}, redpipe.Future()):
        class Odd(redpipe.Struct):
            fields = {'odd': Anything(value)}

        assert isinstance(repr(Odd({'_key': '1', 'odd': 1}, no_op=True)), str)
        assert Odd('1', no_op=True) and bool(Odd({'_key': '1', 'odd': 1}, no_op=True)) is True
    bare = Plant.__new__(Plant)
    assert 'Plant' in repr(bare) and bool(bare) is True


def test_json_sees_through_it_alone_and_deep(connected, fern):
    fern.load()
    assert json.loads(json.dumps(fern)) == dict(fern)
    deep = json.loads(json.dumps({'a': [fern, {'b': settled(fern)}, settled([Plant('2')])]}))
    assert deep == {'a': [dict(fern), {'b': dict(fern)}, [{'plant': '2'}]]}
    assert json.loads(json.dumps([Slim('1'), Rich('1')])) == [dict(fern), dict(fern)]
    assert json.loads(json.JSONEncoder(default=repr).encode([fern, abs])) == [dict(fern), repr(abs)]


# -- copies and pickles

def test_a_copy_sends_nothing_and_goes_its_own_way(fern, connected, commands_seen):
    fern.load()
    copies = []
    assert commands_seen(lambda: copies.append(fern.copy())) == []
    one, = copies
    assert type(one) is Plant and one is not fern
    assert one == fern and one.key == fern.key
    one.update({'name': u'Palm'})
    assert fern['name'] == u'Fern' and one['name'] == u'Palm'
    fern.remove('pot')
    assert one['pot'] == u'clay'
    fern.load()
    assert fern['name'] == u'Palm' and 'pot' not in fern
    two = fern.copy()
    fern.clear()
    assert two['name'] == u'Palm'


@pytest.mark.parametrize('duplicate', [copy.copy, copy.deepcopy, lambda plant: plant.copy()])
def test_copies_take_attributes_and_slots_along(connected, duplicate):
    for cls, attributes in ((Slim, ('basket', '_extra')), (Rich, ('price', 'shelf'))):
        plant = cls({'plant': '1', 'name': u'Fern', 'notes': [u'a']})
        for number, attribute in enumerate(attributes):
            setattr(plant, attribute, number)
        one = duplicate(plant)
        assert type(one) is cls and one == plant and one._data is not None
        assert [getattr(one, attribute) for attribute in attributes] == [0, 1]


def test_deep_copies_share_no_value(connected):
    plant = Plant({'plant': '1', 'notes': [u'a'], 'care': {u'b': 1}})
    other = copy.deepcopy(plant)
    other['notes'].append(u'x')
    assert plant['notes'] == [u'a'] and other['notes'] == [u'a', u'x']


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize('cls', [Plant, Slim, Rich, Note, redpipe.Struct])
def test_pickles_hold_the_key_and_the_values(connected, protocol, cls):
    plant = cls({cls.key_name: u'\xe9', 'name': u'F\xe9rn', 'pot': u'clay'})
    if cls is not redpipe.Struct and cls is not Note:
        plant.update(dict(FERN, leaves=0))
    plant = cls(plant)
    one = pickle.loads(pickle.dumps(plant, protocol))
    assert type(one) is cls
    assert one == plant and types(one) == types(plant)
    one.update({'name': u'Palm'})
    assert plant['name'] != u'Palm'
    plant.load()
    assert plant == one


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_hold_attributes_and_slots(connected, protocol):
    slim = Slim({'plant': '1', 'name': u'Fern'})
    slim.basket = [1]
    rich = Rich({'plant': '1', 'name': u'Fern'})
    rich.price = 7
    slim, rich = pickle.loads(pickle.dumps((slim, rich), protocol))
    assert slim.basket == [1] and not hasattr(slim, '_extra')
    assert (rich.price, rich.title) == (7, u'Fern (1)')
    if six.PY2:
        import cPickle
        assert cPickle.loads(cPickle.dumps(slim, protocol)).basket == [1]


#: A Struct as pickles make it, around a state; by protocol.
MADE = [b'ccopy_reg\n_reconstructor\n(cplants\nPlant\nc__builtin__\nobject\nNtR%sb.',
        b'ccopy_reg\n_reconstructor\n(cplants\nPlant\nc__builtin__\nobject\nNtR%sb.',
        b'\x80\x02cplants\nPlant\n)\x81%sb.']


def test_pickles_with_the_slots_as_state_are_read(connected):
    words = (b'N}(X\x03\x00\x00\x00keyX\x01\x00\x00\x001X\x05\x00\x00\x00_data'
             b'}X\x04\x00\x00\x00nameX\x04\x00\x00\x00Fernsu\x86')
    plant = pickle.loads(MADE[2] % words)
    assert type(plant) is Plant and plant.key == '1' and plant == {'plant': '1', 'name': u'Fern'}


@pytest.mark.parametrize('protocol', range(3))
def test_pickles_with_the_key_and_the_data_as_state_are_read(connected, protocol):
    some = [b'(V1\n(dVname\nVFern\nst', b'(X\x01\x00\x00\x001}X\x04\x00\x00\x00nameX\x04\x00\x00\x00Fernst',
            b'X\x01\x00\x00\x001}X\x04\x00\x00\x00nameX\x04\x00\x00\x00Ferns\x86']
    bare = [b'(V1\n(dt', b'(X\x01\x00\x00\x001}t', b'X\x01\x00\x00\x001}\x86']
    for words, data in ((some, {'plant': '1', 'name': u'Fern'}), (bare, {'plant': '1'})):
        plant = pickle.loads(MADE[protocol] % words[protocol])
        assert type(plant) is Plant and plant.key == '1' and plant == data
        plant.update({'leaves': 3})
        assert plant['leaves'] == 3 and connected.hget('P{1}', 'leaves') == b'3'


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_state_in_a_pickle_is_the_key_and_the_data(fern, protocol):
    fern.load(['name'])
    assert fern.__reduce_ex__(protocol)[2] == ('1', {'name': u'Fern'})
    rich = Rich('1', no_op=True)
    rich.price = 7
    assert rich.__reduce_ex__(protocol)[2][:2] == ('1', {})


# -- reading one whose first load is queued

def test_what_was_given_at_creation_is_read_at_once(fern):
    with redpipe.autoexec() as pipe:
        plant = Plant({'plant': '1', 'label': u'x', 'leaves': settled(3)}, pipe=pipe)
        bare = Plant('1', pipe=pipe)
        assert (plant['label'], plant['leaves'], plant['plant'], plant.key) == (u'x', 3, '1', '1')
        assert plant.get('label') == u'x' and 'label' in plant
        assert bare['plant'] == bare.get('plant') == bare.key == '1' and 'plant' in bare


SOME_READS = {
    'item': lambda plant: plant['name'],
    'get': lambda plant: plant.get('name'),
    'get with a default': lambda plant: plant.get('name', u'x'),
    'in': lambda plant: 'name' in plant,
    'an item that is missing': lambda plant: plant['pot'],
    'an item that nobody defined': lambda plant: plant['unknown'],
}
WHOLE_READS = {
    'dict': dict,
    'len': len,
    'iteration': list,
    'keys': lambda plant: plant.keys(),
    'values': lambda plant: plant.values(),
    'items': lambda plant: plant.items(),
    'iteritems': lambda plant: list(plant.iteritems()),
    '==': lambda plant: plant == {'plant': '1'},
    '== reflected': lambda plant: {'plant': '1'} == plant,
    '!=': lambda plant: plant != {'plant': '1'},
    'pickle': pickle.dumps,
    'json': json.dumps,
}
READS = dict(SOME_READS, **WHOLE_READS)


@pytest.mark.parametrize('read', sorted(READS))
def test_what_has_not_loaded_yet_cannot_be_read_and_the_error_names_the_way(fern, read):
    with redpipe.autoexec() as pipe:
        for plant in (Plant('1', pipe=pipe), Plant('1', pipe=pipe, fields=['name', 'leaves']),
                      Plant({'plant': '1', 'label': u'x'}, pipe=pipe), Plant({'plant': '1', 'name': None}, pipe=pipe)):
            with pytest.raises(ResultNotReady) as caught:
                READS[read](plant)
            for word in ('Plant', "'1'", 'execute'):
                assert word in str(caught.value)
    assert plant['leaves'] == 12 and len(plant) > 2


@pytest.mark.parametrize('read', sorted(READS))
def test_what_never_loaded_says_why(connected, read):
    pipe = redpipe.pipeline()
    dropped = Plant('1', pipe=pipe)
    pipe.reset()
    connected.set('k', 'text')
    pipe = redpipe.pipeline()
    failed = Plant('1', pipe=pipe)
    pipe.incr('k')
    with pytest.raises(redis.ResponseError):
        pipe.execute()
    for plant, why in ((dropped, 'reset'), (failed, 'not an integer')):
        with pytest.raises(ResultNotReady, match=why) as caught:
            READS[read](plant)
        assert 'Plant' in str(caught.value) and "'1'" in str(caught.value)
        plant.load()
        READS['dict'](plant)


@pytest.mark.parametrize('fail', [False, True])
def test_the_old_values_are_read_while_a_reload_is_queued_and_after_it_failed(fern, fail, connected):
    fern.load()
    before = dict(fern)
    connected.hset('P{1}', 'leaves', 13)
    pipe = redpipe.pipeline()
    fern.load(pipe=pipe)
    assert dict(fern) == before and fern['leaves'] == 12 and fern.get('x') is None and 'x' not in fern
    pipe.reset() if fail else pipe.execute()
    assert fern['leaves'] == (12 if fail else 13)


def test_everything_is_read_as_it_is_known_where_no_load_is_queued(connected):
    with redpipe.autoexec() as pipe:
        for options in ({'fields': []}, {'no_op': True}):
            bare, plant = Plant('1', pipe=pipe, **options), Plant({'plant': '1', 'label': u'x'}, pipe=pipe, **options)
            assert bare == {'plant': '1'} and len(bare) == 1 and bare.get('name') is None and 'name' not in bare
            assert plant == {'plant': '1', 'label': u'x'} and json.loads(json.dumps(plant)) == dict(plant)
            with pytest.raises(KeyError):
                plant['name']


def test_truth_and_repr_do_not_ask_whether_it_has_loaded(connected):
    pipe = redpipe.pipeline()
    plant = Plant('1', pipe=pipe)
    assert bool(plant) is True and isinstance(repr(plant), str)
    pipe.reset()
    assert bool(plant) is True and isinstance(repr(plant), str)


@pytest.mark.parametrize('duplicate', [copy.copy, copy.deepcopy, lambda plant: plant.copy()])
def test_the_copy_of_one_that_has_not_loaded_says_so(fern, duplicate):
    with redpipe.autoexec() as pipe:
        plant = Plant({'plant': '1', 'label': u'x'}, pipe=pipe)
        twin = duplicate(plant)
    assert plant['name'] == u'Fern'
    assert twin.key == '1' and twin['label'] == u'x' and twin
    for read in READS.values():
        with pytest.raises(ResultNotReady, match='not loaded'):
            read(twin)
    twin.load()
    assert twin['name'] == u'Fern'


@pytest.mark.xfail(strict=True, reason='a Struct cannot be made of what is only written where it is missing')
def test_what_is_written_only_where_it_is_missing_is_not_read_at_once(fern):
    with redpipe.autoexec() as pipe:
        plant = Plant({'plant': '1', 'name': u'Palm', 'label': u'x'}, pipe=pipe, nx=True)
        for name in ('name', 'label'):
            with pytest.raises(ResultNotReady):
                plant[name]
    assert (plant['name'], plant['label']) == (u'Fern', u'x')


def test_it_is_not_persisted_before_something_was_read_or_written(fern):
    pipe = redpipe.pipeline()
    loaded, written = Plant('1', pipe=pipe), Plant({'plant': '2', 'name': u'x'}, pipe=pipe, fields=[])
    stub = Plant({'plant': '1', 'name': u'x'}, no_op=True)
    for plant in (loaded, written, stub):
        assert plant.persisted is False
    pipe.execute()
    assert loaded.persisted is written.persisted is True and stub.persisted is False
    stub.load(['name'])
    assert stub.persisted is True
    pipe = redpipe.pipeline()
    dropped = Plant({'plant': '3', 'name': u'x'}, pipe=pipe)
    pipe.reset()
    assert dropped.persisted is False


# -- attributes

def test_an_attribute_cannot_be_set_where_a_field_or_the_key_has_its_name(fern):
    for plant in (fern, Rich('1', no_op=True), Slim('1', no_op=True)):
        for name in ('name', 'leaves', 'colours', 'plant'):
            with pytest.raises(InvalidOperation, match='update') as caught:
                setattr(plant, name, u'x')
            assert repr(name) in str(caught.value)
    rich = Rich('1', no_op=True)
    rich.price = rich.note = 7
    assert (rich.price, rich.note) == (7, 7)


def test_subclasses_have_attributes_properties_and_slots_of_their_own(connected):
    rich = Rich({'plant': '1', 'name': u'Fern'})
    assert (rich.title, rich.price) == (u'Fern (1)', 5)
    rich.shelf = 3
    assert rich.shelf == 3 and 'shelf' not in rich and len(rich) == 2
    slim = Slim('1')
    slim.basket = 3
    assert slim.basket == 3 and 'basket' not in slim


def test_a_struct_may_have_abstract_classes_among_its_bases(connected):
    class Named(six.with_metaclass(type(abc.Sized))):
        pass

    class Both(Named, Plant, abc.Sized):
        pass

    assert isinstance(Both({'plant': '1', 'name': u'x'}), Named)
