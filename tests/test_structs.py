# -*- coding: utf-8 -*-
"""A Struct is a dict that lives in a Hash: what it reads and writes, when, and what it refuses."""
import collections
import contextlib
import copy
import datetime
import decimal
import fractions
import json
import pickle
import threading

import pytest
import redis
import six
from six.moves import collections_abc as abc

import redpipe
from redpipe.exceptions import InvalidOperation, InvalidPipeline, InvalidValue, ResultNotReady

from contract import DEPTHS

ON_CLUSTERS = True


class Day(object):
    """A date, stored as its number; what it encodes to is a number, too."""

    @classmethod
    def encode(cls, value):
        if not isinstance(value, datetime.date):
            raise InvalidValue('a date is wanted, not %r' % (value,))
        return value.toordinal()

    @classmethod
    def decode(cls, value):
        return None if value is None else datetime.date.fromordinal(int(value))


class Choice(object):
    """One of some words, stored as it is; a field that is an instance, and has no hash."""

    __hash__ = None

    def __init__(self, *words):
        self.words = words

    def encode(self, value):
        if value not in self.words:
            raise LookupError(value)
        return str(value)

    def decode(self, value):
        return None if value is None else self.words[[word.encode('ascii') for word in self.words].index(value)]


class Plant(redpipe.Struct):
    keyspace = 'P'
    key_name = 'plant'
    fields = {
        'name': redpipe.TextField,
        'label': redpipe.AsciiField,
        'leaves': redpipe.IntegerField,
        'height': redpipe.FloatField,
        'indoors': redpipe.BooleanField,
        'photo': redpipe.BinaryField,
        'notes': redpipe.ListField,
        'care': redpipe.DictField,
        'colours': redpipe.StringListField,
        'sown': Day,
        'light': Choice('sun', 'shade'),
    }


FERN = {
    'name': u'Farn \xe9 \U0001f33f',
    'label': u'F-1',
    'leaves': 12,
    'height': 0.1,
    'indoors': True,
    'photo': b'\xff\x00',
    'notes': [u'dry \xe9', 1, 2.5, None, [u'deep', {u'a': [True]}]],
    'care': {u'water': [u'mon', u'thu'], u'light': 3},
    'colours': [u'green', u'br\xe4un'],
    'sown': datetime.date(2017, 5, 6),
    'light': 'shade',
}

STORED = {
    b'name': FERN['name'].encode('utf-8'),
    b'label': b'F-1',
    b'leaves': b'12',
    b'height': b'0.1',
    b'indoors': b'1',
    b'photo': b'\xff\x00',
    b'colours': u'green,br\xe4un'.encode('utf-8'),
    b'sown': b'736455',
    b'light': b'shade',
}


class Note(redpipe.Struct):
    """One that says nothing about itself."""


class Slim(Plant):
    __slots__ = ('basket', '_extra')
    keyspace = 'P'


class Rich(Plant):
    keyspace = 'P'
    price = 5

    @property
    def title(self):
        return u'%s (%s)' % (self['name'], self.key)


@pytest.fixture(params=sorted(DEPTHS))
def within(request, connected):
    """``with within() as pipe``: it is None, a root or nested in one, and has executed when the block is left."""
    depth = DEPTHS[request.param]

    @contextlib.contextmanager
    def block():
        if depth is None:
            yield None
            return
        with redpipe.autoexec() as root:
            pipes = [root]
            for _ in range(depth):
                pipes.append(redpipe.pipeline(pipes[-1]))
            yield pipes[-1]
            for pipe in reversed(pipes[1:]):
                pipe.execute()

    return block


@pytest.fixture
def fern(connected):
    """The record ``1`` with a few fields, of which nothing is loaded."""
    put(connected, {'name': 'Fern', 'leaves': 12, 'height': 0.5, 'pot': 'clay'})
    return Plant('1', no_op=True)


def put(client, members):
    client.execute_command('HMSET', 'P{1}', *[word for pair in members.items() for word in pair])


def settled(value):
    future = redpipe.Future()
    future.set(value)
    return future


def types(mapping):
    return dict((name, type(value)) for name, value in mapping.items())


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
        assert plant == {'plant': '1', 'name': u'Fern', 'leaves': 3, 'height': 2.0, 'pot': u'clay'}
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
            assert dict(plant) == {'plant': '1'}
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
        assert 'name' not in plant or pipe is None
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


class Pairs(object):
    """What dict() takes though it is no mapping."""

    def __init__(self, data):
        self._data = data

    def keys(self):
        return list(self._data)

    def __getitem__(self, name):
        return self._data[name]


DICTS = [
    dict,
    collections.OrderedDict,
    six.moves.UserDict,
    lambda data: list(data.items()),
    lambda data: tuple(data.items()),
    lambda data: iter(list(data.items())),
    lambda data: (pair for pair in data.items()),
    lambda data: zip(data.keys(), data.values()),
    lambda data: collections.ChainMap(data) if six.PY3 else data,
    lambda data: collections.defaultdict(list, data),
    Pairs,
    settled,
]


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


def test_results_of_other_commands_are_data(connected):
    connected.set('x', '12')
    with redpipe.autoexec() as pipe:
        found, missing = pipe.get('x'), pipe.get('y')
    plant = Plant({'plant': found, 'photo': found, 'name': missing})
    assert plant == {'plant': u'12', 'photo': b'12'}


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


# -- changing it

def test_update_writes_and_is_seen_afterwards(within, fern, connected):
    fern.load()
    with within() as pipe:
        assert fern.update({'name': u'Palm', 'leaves': 13, 'shelf': u'x'}, pipe=pipe) is None
        assert pipe is None or fern['name'] == u'Fern'
    assert fern == {'plant': '1', 'name': u'Palm', 'leaves': 13, 'height': 0.5, 'pot': u'clay', 'shelf': u'x'}
    assert connected.hgetall('P{1}') == {
        b'name': b'Palm', b'leaves': b'13', b'height': b'0.5', b'pot': b'clay', b'shelf': b'x'}


def test_update_with_none_or_a_future_of_none_removes(within, fern, connected):
    fern.load()
    with within() as pipe:
        fern.update({'name': None, 'pot': settled(None), 'leaves': settled(13), 'unknown': None}, pipe=pipe)
    assert fern == {'plant': '1', 'leaves': 13, 'height': 0.5}
    assert connected.hgetall('P{1}') == {b'leaves': b'13', b'height': b'0.5'}
    with within() as pipe:
        fern.update({'leaves': None, 'height': None}, pipe=pipe)
    assert fern == {'plant': '1'}
    assert not connected.exists('P{1}')


def test_changes_are_whatever_dict_takes(fern):
    for number, make in enumerate(DICTS):
        name = u'n%d' % number
        fern.update(make({'name': name}))
        assert fern == {'plant': '1', 'name': name}
        assert Plant('1')['name'] == name


def test_remove_takes_one_name_or_several(within, fern, connected):
    names = [['name'], ('name', 'pot'), 'pot', u'leaves', set(['leaves']), iter(['height', 'pot']), settled('name'),
             settled(['pot']), [settled('leaves')], {'name': 1}, ['unknown'], ['name', 'name']]
    fern.load()
    everything = connected.hgetall('P{1}')
    for some in names:
        some = list(some) if isinstance(some, abc.Iterator) else some
        gone = some if isinstance(some, (str, six.text_type)) else (
            redpipe.Future.result.__get__(some) if isinstance(some, redpipe.Future) else some)
        gone = [gone] if isinstance(gone, (str, six.text_type)) else [str(name) for name in gone]
        put(connected, everything)
        plant = Plant('1')
        with within() as pipe:
            assert plant.remove(some, pipe=pipe) is None
            assert pipe is None or len(plant) == 5
        assert plant == dict(item for item in fern.items() if item[0] not in gone)
        assert Plant('1') == plant


def test_remove_takes_an_iterator(within, fern):
    fern.load()
    with within() as pipe:
        fern.remove(iter(['name', 'pot']), pipe=pipe)
    assert fern == Plant('1') == {'plant': '1', 'leaves': 12, 'height': 0.5}


def test_pop_removes_a_field_and_gives_its_value(within, fern, connected):
    fern.load()
    connected.hset('P{1}', 'name', 'Palm')
    with within() as pipe:
        values = [fern.pop('name', pipe=pipe), fern.pop('leaves', 5, pipe=pipe), fern.pop(settled('pot'), pipe=pipe)]
        if pipe is not None:
            assert 'name' in fern
            with pytest.raises(ResultNotReady):
                values[0] == u'Palm'
    assert [type(value) for value in values] == [redpipe.Future] * 3
    assert values == [u'Palm', 12, u'clay']
    assert fern == {'plant': '1', 'height': 0.5}
    assert connected.hgetall('P{1}') == {b'height': b'0.5'}


def test_pop_of_a_missing_field_gives_the_default(within, fern):
    with within() as pipe:
        none, text, false = (fern.pop('colours', pipe=pipe), fern.pop('unknown', 'none', pipe=pipe),
                             fern.pop('indoors', default=False, pipe=pipe))
    assert none.result is None and text == 'none' and false.result is False


def test_incr_adds_and_gives_the_sum(within, fern, connected):
    with within() as pipe:
        one, more = fern.incr('leaves', pipe=pipe), fern.incr('leaves', 10, pipe=pipe)
        if pipe is not None:
            assert 'leaves' not in fern
    assert (one, more) == (13, 23)
    assert type(one) is redpipe.Future and type(one.result) is int
    assert fern == {'plant': '1', 'leaves': 23}
    assert connected.hget('P{1}', 'leaves') == b'23'


def test_decr_is_the_inverse(within, fern, connected):
    with within() as pipe:
        one, more = fern.decr('leaves', pipe=pipe), fern.decr('leaves', amount=20, pipe=pipe)
        half = fern.decr('height', 0.25, pipe=pipe)
    assert (one, more, half) == (11, -9, 0.25)
    assert fern == {'plant': '1', 'leaves': -9, 'height': 0.25}


def test_incr_counts_a_missing_field_as_nothing(within, connected):
    with within() as pipe:
        plant = Plant({'plant': '1', 'name': u'Fern'}, pipe=pipe)
        plant.incr('leaves', pipe=pipe)
        plant.decr('height', pipe=pipe)
        plant.incr('visits', pipe=pipe)
    assert plant == {'plant': '1', 'name': u'Fern', 'leaves': 1, 'height': -1.0, 'visits': u'1'}
    assert types(plant) == types(Plant('1'))
    assert plant == Plant('1')


def test_incr_of_a_float_field_adds_any_number(within, fern):
    with within() as pipe:
        sums = [fern.incr('height', amount, pipe=pipe)
                for amount in (1, 0.25, True, decimal.Decimal('0.5'), fractions.Fraction(1, 4), settled(2))]
    assert sums == [1.5, 1.75, 2.75, 3.25, 3.5, 5.5]
    assert [type(one.result) for one in sums] == [float] * 6
    assert fern['height'] == 5.5 and Plant('1')['height'] == 5.5


def test_incr_of_an_integer_field_adds_whole_numbers(within, fern):
    with within() as pipe:
        sums = [fern.incr('leaves', amount, pipe=pipe)
                for amount in (2.0, True, decimal.Decimal(3), settled(4), -30, 2 ** 40)]
    assert sums == [14, 15, 18, 22, -8, 2 ** 40 - 8]
    assert all(isinstance(one.result, six.integer_types) for one in sums)


def test_incr_of_an_undefined_field_goes_by_the_amount(within, connected):
    plant = Plant('1')
    with within() as pipe:
        sums = [plant.incr('n', amount, pipe=pipe)
                for amount in (2, True, 0.5, 1.0, decimal.Decimal('0.5'), fractions.Fraction(1, 2))]
        sums.append(plant.incr('m', 7, pipe=pipe))
    assert sums == [2, 3, 3.5, 4.5, 5.0, 5.5, 7]
    assert [type(one.result) for one in sums] == [int, int, float, float, float, float, int]
    assert plant == Plant('1')
    assert type(plant['m']) is six.text_type


def test_incr_of_a_field_of_one_s_own_reads_it_with_that_field(within, connected):
    plant = Plant({'plant': '1', 'sown': datetime.date(2017, 5, 6)})
    with within() as pipe:
        number = plant.incr('sown', 7, pipe=pipe)
    assert number == datetime.date(2017, 5, 13).toordinal()
    assert plant['sown'] == Plant('1')['sown'] == datetime.date(2017, 5, 13)


def test_incr_keeps_fields_that_are_instances_and_subclasses(within, connected):
    class Count(redpipe.IntegerField):
        pass

    class Meter(redpipe.Struct):
        fields = {'a': Count, 'b': Count(), 'c': redpipe.FloatField()}

    meter = Meter('1')
    with within() as pipe:
        sums = [meter.incr(name, 2, pipe=pipe) for name in 'abc']
    assert sums == [2, 2, 2.0] and type(sums[2].result) is float
    assert meter == Meter('1') == {'_key': '1', 'a': 2, 'b': 2, 'c': 2.0}
    with pytest.raises(InvalidValue):
        meter.incr('b', 0.5)


def test_an_amount_that_does_not_fit_is_refused(connected, fern):
    amounts = {
        'leaves': [0.5, '1', u'1', None, float('inf'), decimal.Decimal('0.5'), [1]],
        'height': ['1', u'1', None, float('nan'), 2 ** 70 + 1],
        'n': ['1', u'1', None, [1], float('nan')],
    }
    before = connected.hgetall('P{1}')
    with redpipe.pipeline() as pipe:
        for call in (fern.incr, fern.decr):
            for name in amounts:
                for amount in amounts[name] + [settled(amount) for amount in amounts[name]]:
                    with pytest.raises(InvalidValue):
                        call(name, amount, pipe=pipe)
        assert pipe._queued == 0
    assert connected.hgetall('P{1}') == before


def test_incr_of_what_is_no_number_in_redis_is_its_error(connected, fern):
    fern.load()
    before = dict(fern)
    with pytest.raises(redis.ResponseError):
        fern.incr('name')
    assert fern == before == Plant('1')


def test_a_sum_that_the_field_cannot_read_is_not_lost(connected):
    plant = Plant('1')
    count = plant.incr('notes', 5)
    assert count == 5
    assert 'notes' in plant
    with pytest.raises(InvalidValue):
        plant['notes']


def test_clear_removes_the_record(within, fern, connected):
    fern.load()
    with within() as pipe:
        assert fern.clear(pipe) is None
        assert pipe is None or len(fern) == 5
    assert fern == {'plant': '1'}
    assert not connected.exists('P{1}')
    fern.clear(pipe=None)
    fern.update({'name': u'again'})
    assert Plant('1') == {'plant': '1', 'name': u'again'}


def test_delete_removes_records_without_loading_them(connected):
    for keys, gone in (
            (['1', '2', '3'], '123'), (('1', '3'), '13'), ('2', '2'), (u'2', '2'), (b'3', '3'), (2, '2'),
            ([2, u'1', b'3'], '123'), (set(['1']), '1'), (iter(['1', '2']), '12'), (settled('1'), '1'),
            (settled(['1', '2']), '12'), ([settled('2')], '2'), (['9'], ''), (['1', '1'], '1'), ([], '')):
        with redpipe.autoexec() as pipe:
            for key in '123':
                Plant({'plant': key, 'name': u'x'}, pipe=pipe)
        assert Plant.delete(keys) is None
        assert [key for key in '123' if not connected.exists('P{%s}' % key)] == list(gone)


def test_delete_takes_a_pipe(within, connected):
    for key in '123':
        Plant({'plant': key, 'name': u'x'})
    with within() as pipe:
        assert Plant.delete(['1', '2'], pipe=pipe) is None
        assert pipe is None or connected.exists('P{1}')
    assert [bool(connected.exists('P{%s}' % key)) for key in '123'] == [False, False, True]
    assert Slim('3').delete('3') is None
    assert not connected.exists('P{3}')


def test_delete_refuses_all_for_one_bad_key(connected):
    Plant({'plant': '1', 'name': u'x'})
    with redpipe.autoexec() as pipe:
        for keys in (['1', None], ['1', ['2']], ['1', 1.5], [object()]):
            with pytest.raises(InvalidValue):
                Plant.delete(keys, pipe=pipe)
    assert connected.exists('P{1}')


def test_methods_that_write_return_nothing(within, fern):
    with within() as pipe:
        returned = [
            fern.update({'name': u'x'}, pipe), fern.update({}, pipe), fern.remove('name', pipe), fern.remove([], pipe),
            fern.load(None, pipe), fern.load([], pipe), fern.clear(pipe), Plant.delete('1', pipe)]
    assert returned == [None] * 8


# -- the key cannot change

def test_the_key_field_cannot_be_changed(connected, fern):
    fern.load()
    before = connected.hgetall('P{1}')
    calls = [
        lambda pipe: fern.update({'name': u'Palm', 'plant': '1'}, pipe=pipe),
        lambda pipe: fern.update({'name': u'Palm', 'plant': None}, pipe=pipe),
        lambda pipe: fern.update({'name': u'Palm', 'plant': settled(None)}, pipe=pipe),
        lambda pipe: fern.update(fern, pipe=pipe),
        lambda pipe: fern.remove(['name', 'plant'], pipe=pipe),
        lambda pipe: fern.remove('plant', pipe=pipe),
        lambda pipe: fern.pop('plant', pipe=pipe),
        lambda pipe: fern.pop(u'plant', 5, pipe=pipe),
        lambda pipe: fern.incr('plant', pipe=pipe),
        lambda pipe: fern.decr('plant', pipe=pipe),
    ]
    for call in calls:
        with pytest.raises(InvalidOperation) as caught:
            call(None)
        assert "plant'" in str(caught.value)
        with redpipe.autoexec() as pipe:
            with pytest.raises(InvalidOperation):
                call(pipe)
    assert fern == Plant('1')
    assert connected.hgetall('P{1}') == before


def test_a_member_named_as_the_key_field_is_ignored(within, fern, connected):
    connected.hset('P{1}', 'plant', '99')
    with within() as pipe:
        plants = [Plant('1', pipe=pipe), Plant('1', pipe=pipe, fields=['plant', 'name']),
                  Plant({'plant': '1', 'leaves': 1}, pipe=pipe), Plant('1', pipe=pipe, fields='defined')]
    assert [(plant['plant'], plant.key, 'plant' in plant._data) for plant in plants] == [('1', '1', False)] * 4
    assert [sorted(plant).count('plant') for plant in plants] == [1] * 4
    assert connected.hget('P{1}', 'plant') == b'99'


def test_a_field_defined_by_the_key_s_name_is_ignored(connected):
    class Odd(Plant):
        keyspace = 'P'
        fields = {'plant': redpipe.IntegerField, 'name': redpipe.TextField}

    odd = Odd({'plant': u'one', 'name': u'x'})
    with pytest.raises(InvalidOperation):
        odd.update({'plant': 5})
    connected.hset('P{one}', 'plant', 'y')
    assert odd == Odd('one') == Odd('one', fields='defined') == {'plant': u'one', 'name': u'x'}


# -- when local values change

def test_a_load_then_an_update_end_with_the_update(within, fern, connected):
    with within() as pipe:
        fern.load(pipe=pipe)
        fern.update({'name': u'Palm', 'pot': None}, pipe=pipe)
    assert fern == Plant('1') == {'plant': '1', 'name': u'Palm', 'leaves': 12, 'height': 0.5}


def test_an_update_then_a_load_end_with_what_the_server_has(within, fern, connected):
    with within() as pipe:
        fern.update({'name': u'Palm'}, pipe=pipe)
        connected.hset('P{1}', 'leaves', 40)
        fern.load(['leaves', 'name'], pipe=pipe)
        fern.incr('leaves', pipe=pipe)
        fern.remove('name', pipe=pipe)
        fern.update({'label': u'x'}, pipe=pipe)
        popped = fern.pop('label', pipe=pipe)
        fern.update({'name': u'Last'}, pipe=pipe)
    assert popped == u'x'
    assert fern == {'plant': '1', 'name': u'Last', 'leaves': 41}
    assert Plant('1', fields=['name', 'leaves', 'label']) == fern


def test_the_order_of_the_program_counts_at_any_depth(fern):
    with redpipe.autoexec() as root:
        fern.update({'name': u'a'}, pipe=root)
        with redpipe.autoexec(root) as child:
            fern.update({'name': u'b'}, pipe=child)
            with redpipe.autoexec(child) as grandchild:
                before = Plant('1', pipe=grandchild)
                fern.update({'name': u'c'}, pipe=grandchild)
            fern.incr('leaves', pipe=child)
        fern.clear(pipe=root)
        with redpipe.autoexec(root) as child:
            fern.update({'label': u'd'}, pipe=child)
    assert before == {'plant': '1', 'name': u'b', 'leaves': 12, 'height': 0.5, 'pot': u'clay'}
    assert fern == Plant('1') == {'plant': '1', 'label': u'd'}


def test_reading_and_changing_some_in_one_pipe(within, connected):
    for key in '12':
        Plant({'plant': key, 'name': u'n' + key, 'leaves': 1})
    with within() as pipe:
        plants = [Plant('1', pipe=pipe), Plant('2', pipe=pipe)]
        plants[0].update({'name': u'Ivy', 'leaves': 5}, pipe=pipe)
        plants[1].remove(['leaves'], pipe=pipe)
    assert [dict(plant) for plant in plants] == [
        {'plant': '1', 'name': u'Ivy', 'leaves': 5}, {'plant': '2', 'name': u'n2'}]
    assert plants == [Plant('1'), Plant('2')]


def test_pop_in_the_pipe_that_saved_it(within, connected):
    with within() as pipe:
        plant = Plant({'plant': '1', 'name': u'Fern'}, pipe=pipe)
        name = plant.pop('name', pipe=pipe)
    assert name == u'Fern'
    assert plant.get('name', None) is None
    assert not connected.exists('P{1}')


def test_callbacks_see_the_new_values(fern):
    seen = []
    with redpipe.autoexec() as pipe:
        pipe.on_execute(lambda: seen.append(dict(fern)))
        fern.load(['leaves'], pipe=pipe)
        fern.incr('leaves', pipe=pipe)
    assert seen == [{'plant': '1', 'leaves': 13}]


def change_everything(plant, pipe):
    plant.update({'name': u'Palm', 'pot': None}, pipe=pipe)
    plant.remove('leaves', pipe=pipe)
    plant.incr('height', pipe=pipe)
    plant.pop('height', pipe=pipe)
    plant.load(['label'], pipe=pipe)
    plant.load(pipe=pipe)
    plant.clear(pipe=pipe)
    Plant.delete('1', pipe=pipe)
    return Plant({'plant': '2', 'name': u'new'}, pipe=pipe)


def test_an_abandoned_pipe_changes_nothing(connected, fern):
    fern.load()
    before, stored = dict(fern), connected.hgetall('P{1}')
    with redpipe.pipeline() as pipe:
        change_everything(fern, pipe)
    with pytest.raises(ZeroDivisionError):
        with redpipe.autoexec() as pipe:
            with redpipe.autoexec(pipe) as child:
                change_everything(fern, child)
            1 / 0
    pipe = redpipe.pipeline()
    change_everything(fern, pipe)
    pipe.reset()
    pipe.execute()
    assert fern == before
    assert connected.hgetall('P{1}') == stored
    assert not connected.exists('P{2}')


class Down(object):
    """A pipeline object of a server that cannot be reached."""

    def execute_command(self, *words):
        pass

    def execute(self):
        raise redis.ConnectionError('down')

    def reset(self):
        pass


def test_a_pipe_that_cannot_be_sent_changes_nothing(connected, fern):
    fern.load()
    before, stored = dict(fern), connected.hgetall('P{1}')
    with redpipe.pipeline() as pipe:
        change_everything(fern, pipe)
        redpipe.pipeline(pipe, name='not there')
        with redpipe.autoexec(pipe, name='not there') as child:
            child.get('x')
        with pytest.raises(InvalidPipeline):
            pipe.execute()
    redpipe.connect(Down, name='down')
    with redpipe.pipeline() as pipe:
        with redpipe.autoexec(pipe, name='down') as child:
            child.execute_command('GET', 'x')
        fern.load(pipe=pipe)
        connected.hset('P{1}', 'leaves', 99)
        with pytest.raises(redis.ConnectionError):
            pipe.execute()
    assert fern == before
    connected.hset('P{1}', 'leaves', 12)
    assert connected.hgetall('P{1}') == stored


def test_a_pipe_with_an_error_among_its_replies_changes_nothing_here(connected, fern):
    fern.load()
    before = dict(fern)
    connected.set('text', 'x')
    for place in ('first', 'last'):
        with redpipe.pipeline() as pipe:
            if place == 'first':
                pipe.lpush('text', 1)
            change_everything(fern, pipe)
            if place == 'last':
                pipe.lpush('text', 1)
            with pytest.raises(redis.ResponseError):
                pipe.execute()
        assert fern == before


def test_a_transaction_that_fails_changes_nothing_at_all(client, fern):
    redpipe.reset()
    redpipe.connect_redis(client, transaction=True)
    fern.load()
    before, stored = dict(fern), client.hgetall('P{1}')
    with redpipe.pipeline() as pipe:
        change_everything(fern, pipe)
        pipe.execute_command('GET')
        with pytest.raises(redis.ResponseError):
            pipe.execute()
    assert fern == before
    assert client.hgetall('P{1}') == stored
    with redpipe.autoexec() as pipe:
        plant = change_everything(fern, pipe)
    assert fern == {'plant': '1'}
    assert plant == {'plant': '2', 'name': u'new'}


def test_where_errors_are_not_raised_each_command_counts_by_itself(connected, fern):
    fern.load()
    before = dict(fern)
    connected.set('P{3}', 'no hash')
    other = Plant('3', no_op=True)
    with redpipe.pipeline() as pipe:
        fern.incr('leaves', pipe=pipe)
        failed = fern.incr('name', pipe=pipe)
        other.update({'name': u'x', 'pot': None}, pipe=pipe)
        other.load(pipe=pipe)
        pipe.execute(raise_on_error=False)
    assert fern == dict(before, leaves=13)
    assert other == {'plant': '3'}
    with pytest.raises(redis.ResponseError):
        failed.result


def test_an_update_of_which_a_part_fails_takes_in_the_other_part(client, connected, fern):
    fern.load()
    # A script may not write to a server that is short of memory, and so may HSET not, but HDEL.
    client.config_set('maxmemory', 1)
    try:
        with redpipe.pipeline() as pipe:
            fern.update({'name': u'Palm', 'pot': None}, pipe=pipe)
            pipe.execute(raise_on_error=False)
    finally:
        client.config_set('maxmemory', 0)
    assert fern == Plant('1') == {'plant': '1', 'name': u'Fern', 'leaves': 12, 'height': 0.5}


# -- what is refused writes nothing

BAD = [('leaves', 1.5), ('leaves', u'5'), ('height', u'x'), ('name', b'\xff'), ('name', 5), ('label', u'\xe9'),
       ('indoors', 2), ('notes', (1,)), ('notes', [b'\xff']), ('care', {1: 2}), ('colours', [u'a,b']),
       ('sown', u'today'), ('pot', 5), ('photo', u'x'), ('care', [])]


def test_a_value_that_does_not_fit_refuses_the_whole_change(connected, fern):
    fern.load()
    before, stored = dict(fern), connected.hgetall('P{1}')
    with redpipe.autoexec() as pipe:
        pipe.set('x', 1)
        with redpipe.autoexec(pipe) as child:
            for name, value in BAD:
                for given in (value, settled(value)):
                    changes = collections.OrderedDict([('label', u'ok'), (name, given), ('unknown', None)])
                    for used in (None, pipe, child):
                        with pytest.raises(InvalidValue) as caught:
                            fern.update(changes, pipe=used)
                        assert 'field %r' % name in str(caught.value)
                        with pytest.raises(InvalidValue):
                            Plant(dict(changes, plant='2'), pipe=used)
                        with pytest.raises(ValueError):
                            Plant(dict(changes, plant='2'), no_op=True)
    assert connected.get('x') == b'1'
    assert fern == before
    assert connected.hgetall('P{1}') == stored
    assert not connected.exists('P{2}')


def test_errors_of_a_field_of_one_s_own_are_raised_as_they_are(connected, fern):
    with pytest.raises(LookupError) as caught:
        fern.update({'light': 'moon', 'name': u'x'})
    assert caught.value.args == ('moon',)
    assert Plant('1')['name'] == u'Fern'


def test_the_class_of_an_error_stays_and_its_text_names_the_field(connected, fern):
    class Sour(InvalidValue):
        pass

    class Fussy(object):
        error = Sour(u'not \xe9')

        def encode(self, value):
            raise self.error

        def decode(self, value):
            return value

    class Garden(redpipe.Struct):
        fields = {'soil': Fussy()}

    with pytest.raises(Sour) as caught:
        Garden({'_key': '1', 'soil': u'x'})
    assert caught.value is Fussy.error
    assert caught.value.args == (u"field 'soil': not \xe9",)
    for args, after in (((), ("field 'soil': ",)), (('a', 2), ("field 'soil': a", 2))):
        Fussy.error = Sour(*args)
        with pytest.raises(Sour) as caught:
            Garden({'_key': '1', 'soil': u'x'})
        assert caught.value.args == after


@pytest.mark.parametrize('word', [None, [], True, object()])
def test_what_a_field_of_one_s_own_makes_must_be_a_word(connected, word):
    class Broken(object):
        def encode(self, value):
            return word

        def decode(self, value):
            return value

    class Garden(redpipe.Struct):
        fields = {'soil': Broken()}

    with redpipe.autoexec() as pipe:
        pipe.set('x', 1)
        with pytest.raises(InvalidValue):
            Garden({'_key': '1', 'soil': u'x'}, pipe=pipe)
    assert connected.get('x') == b'1'


@pytest.mark.parametrize('word, stored', [
    (b'\xff', b'\xff'), (u'\xe9', u'\xe9'.encode('utf-8')), (5, b'5'), (2 ** 70, b'1180591620717411303424'),
    (0.1, b'0.1'), (0.1 + 0.2, b'0.30000000000000004'), (bytearray(b'x'), b'x')])
def test_a_field_of_one_s_own_may_make_any_word(within, connected, word, stored):
    class Exact(object):
        def encode(self, value):
            return word

        def decode(self, value):
            return [value]

    class Garden(redpipe.Struct):
        fields = {'soil': Exact()}

    with within() as pipe:
        garden = Garden({'_key': '1', 'soil': u'x'}, pipe=pipe, fields=[])
        assert garden['soil'] == [stored]
    assert Garden('1') == garden
    assert connected.hget('Garden{1}', 'soil') == stored


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


def test_connection_names_the_server(second_server, client, connected):
    class Far(Plant):
        keyspace = 'P'
        connection = 'far'

    far = second_server.client()
    far.flushdb()
    redpipe.connect_redis(far, name='far')
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


def test_subclasses_inherit_everything_but_the_keyspace(second_server, client, connected):
    far = second_server.client()
    far.flushdb()
    redpipe.connect_redis(far, name='far')

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


def test_threads_change_nothing_about_it(second_server, client, connected):
    class Far(Plant):
        keyspace = 'P'
        connection = 'far'

    far = second_server.client()
    far.flushdb()
    redpipe.connect_redis(far, name='far')
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
