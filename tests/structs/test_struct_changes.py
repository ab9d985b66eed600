# -*- coding: utf-8 -*-
"""What changes a Struct: what is written, what it reads as afterwards, and what is refused."""
import collections
import datetime
import decimal
import fractions

import pytest
import redis
import six
from six.moves import collections_abc as abc

import redpipe
from plants import DICTS, Plant, Slim, put, settled, types
from redpipe.exceptions import InvalidOperation, InvalidPipeline, InvalidValue, ResultNotReady

ON_CLUSTERS = True


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
    Plant.delete(Plant('2', no_op=True))
    assert not connected.exists('P{2}')


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
    with pytest.warns(RuntimeWarning, match=r'\d+ commands \(HSET P\{1\}'):
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


def test_an_interrupt_while_replies_are_decoded_changes_nothing_here(connected, fern):
    def interrupted(reply):
        raise KeyboardInterrupt()

    fern.load()
    before = dict(fern)
    connected.hset('P{1}', 'leaves', 13)
    pipe = redpipe.pipeline()
    change_everything(fern, pipe)
    fern.load(pipe=pipe)
    pipe._queue_command('default', ('EXISTS', 'x'), interrupted)
    with pytest.raises(KeyboardInterrupt):
        pipe.execute()
    assert dict(fern) == before


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


def test_where_errors_are_not_raised_each_future_has_its_own(connected, fern):
    fern.load()
    before = dict(fern)
    connected.set('P{3}', 'no hash')
    other = Plant('3', no_op=True)
    with redpipe.pipeline() as pipe:
        fern.incr('leaves', pipe=pipe)
        failed = [fern.incr('name', pipe=pipe), other.pop('name', pipe=pipe), other.decr('leaves', pipe=pipe)]
        pot = fern.pop('pot', pipe=pipe)
        pipe.execute(raise_on_error=False)
    assert pot == before.pop('pot') and fern == dict(before, leaves=13)
    assert other == {'plant': '3'}
    for future in failed:
        with pytest.raises(redis.ResponseError):
            future.result


@pytest.mark.parametrize('act', [
    lambda pipe: Plant('3', pipe=pipe),
    lambda pipe: Plant({'plant': '3', 'name': u'x'}, pipe=pipe, fields=[]),
    lambda pipe: Plant('3', no_op=True).load(['name'], pipe=pipe),
    lambda pipe: Plant('3', no_op=True).update({'name': u'x'}, pipe=pipe),
    lambda pipe: Plant('3', no_op=True).remove(['name'], pipe=pipe),
], ids=['read', 'written', 'load', 'update', 'remove'])
def test_an_error_that_no_future_tells_is_raised_in_any_case(connected, act):
    connected.set('P{3}', 'no hash')
    with redpipe.pipeline(raise_on_error=False) as pipe:
        count = pipe.incr('count')
        with redpipe.autoexec(pipe) as inner:
            act(inner)
        with pytest.raises(redis.ResponseError) as caught:
            pipe.execute()
    assert caught.value.outcomes[:1] == [1]
    with pytest.raises(redpipe.ResultNotReady):
        count.result


def test_an_update_of_which_a_part_fails_changes_nothing_here(client, connected, fern):
    fern.load()
    before = dict(fern)
    # A script may not write to a server that is short of memory, and so may HSET not, but HDEL.
    client.config_set('maxmemory', 1)
    try:
        with redpipe.pipeline() as pipe:
            fern.update({'name': u'Palm', 'pot': None}, pipe=pipe)
            with pytest.raises(redis.ResponseError):
                pipe.execute(raise_on_error=False)
    finally:
        client.config_set('maxmemory', 0)
    assert fern == before
    fern.load()
    assert fern == {'plant': '1', 'name': u'Fern', 'leaves': 12, 'height': 0.5}


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


# -- what was mended because somebody tried

def test_a_first_load_that_comes_later_is_loud_too(connected, fern):
    plant = Plant('1', no_op=True)
    assert plant.get('name') is None and dict(plant) == {'plant': '1'}
    with redpipe.autoexec() as pipe:
        plant.load(pipe=pipe)
        for read in (lambda: plant['name'], lambda: plant.get('name'), lambda: 'name' in plant, lambda: dict(plant)):
            with pytest.raises(redpipe.ResultNotReady):
                read()
    assert plant['name'] == u'Fern'


def test_what_was_missing_or_removed_does_not_make_a_record_persisted(connected):
    for call in (lambda plant: plant.remove('zz'), lambda plant: plant.load(['zz']), lambda plant: plant.pop('zz')):
        plant = Plant({'plant': 'none', 'name': u'x'}, no_op=True)
        call(plant)
        assert plant.persisted is False
        plant.update({'name': u'x'})
        assert plant.persisted is True
        plant.remove('name')
        assert plant.persisted is False


def test_a_field_that_has_the_name_of_a_method_or_of_an_attribute_cannot_be_set(connected):
    class Tin(redpipe.Struct):
        fields = {'colour': redpipe.TextField, 'load': redpipe.TextField}
        colour = None

    tin = Tin({'_key': '1', 'colour': u'red', 'load': u'full'})
    for name in 'colour', 'load':
        with pytest.raises(redpipe.InvalidOperation, match='update'):
            setattr(tin, name, u'x')
    assert tin.colour is None and Tin.colour is None
    tin.load(['colour'])
    assert (tin['colour'], tin['load']) == (u'red', u'full')
    with pytest.raises(AttributeError):
        del Tin('1', no_op=True).colour


def test_a_future_is_the_name_that_it_holds(connected):
    name = redpipe.Future()
    name.set('leaves')
    plant = Plant({'plant': '1', name: 3}, fields=[])
    plant.update({name: 4})
    assert plant.incr(name) == 5 and list(plant) == ['plant', 'leaves'] and plant.pop(name) == 5
    assert all(type(one) is str for one in plant)


def test_templates_of_django_change_no_record():
    for name in 'load', 'update', 'remove', 'pop', 'incr', 'decr', 'clear', 'delete':
        assert getattr(Plant, name).alters_data is True
