# -*- coding: utf-8 -*-
"""A Future is nothing before it is settled, and its result in every way afterwards."""
import copy
import json
import math
import operator
import pickle
import weakref
from decimal import Decimal
from fractions import Fraction

import pytest
import six

import redpipe
from redpipe import IS, ISINSTANCE, Future
from redpipe.futures import set_error
from values import settled

# -- before the result is there

READINGS = {
    'result': lambda f: f.result,
    'str': str,
    'text': six.text_type,
    'bool': bool,
    'not': operator.not_,
    'len': len,
    'iteration': iter,
    'list': list,
    'dict': dict,
    'int': int,
    'float': float,
    'index': operator.index,
    'hash': hash,
    'call': lambda f: f(),
    'attribute': lambda f: f.items,
    'item': lambda f: f[0],
    'slice': lambda f: f[1:],
    'contains': lambda f: 1 in f,
    '==': lambda f: f == 1,
    '== reflected': lambda f: 1 == f,
    '!=': lambda f: f != 1,
    '<': lambda f: f < 1,
    '+': lambda f: f + 1,
    '+ reflected': lambda f: 1 + f,
    '+=': lambda f: operator.iadd(f, 1),
    '-': operator.neg,
    'abs': abs,
    'divmod': lambda f: divmod(f, 2),
    'pow': lambda f: pow(f, 2, 3),
    'round': round,
    'format': '{:>5}'.format,
    'percent': lambda f: '%s' % f,
    'reversed': reversed,
    'unpacking': lambda f: dict(**f),
    'IS method': lambda f: f.IS(None),
    'IS': lambda f: IS(f, None),
    'IS reflected': lambda f: IS(None, f),
    'isinstance method': lambda f: f.isinstance(int),
    'ISINSTANCE': lambda f: ISINSTANCE(f, int),
    'id': lambda f: f.id(),
    'json': json.dumps,
    'pickle': pickle.dumps,
    'copy': copy.copy,
    'deepcopy': copy.deepcopy,
}
if six.PY3:  # on Python 2 hasattr swallows every exception
    READINGS['hasattr'] = lambda f: hasattr(f, 'items')


@pytest.mark.parametrize('reading', sorted(READINGS))
def test_reading_too_early_raises_in_every_way_of_reading(reading):
    with pytest.raises(redpipe.ResultNotReady):
        READINGS[reading](Future())


def test_repr_alone_never_raises():
    assert repr(Future()) == 'None'
    assert '%r' % Future() == 'None'


def test_the_error_says_what_to_do():
    with pytest.raises(redpipe.ResultNotReady, match='execute()'):
        Future().result


def test_the_error_says_that_the_root_has_not_executed_where_a_nested_block_was_left(connected):
    def visit(pipe=None):
        with redpipe.autoexec(pipe) as pipe:
            count = pipe.incr('visits')
        return count + 1

    with redpipe.autoexec() as root:
        with pytest.raises(redpipe.ResultNotReady, match='root pipeline of this Future has not executed') as caught:
            visit(root)
    assert 'nested pipeline only hands' in str(caught.value) and 'on_execute()' in str(caught.value)


def test_isinstance_and_completion_work_before_the_result_is_there():
    assert isinstance(Future(), Future)
    assert 'result' in dir(Future())


# -- afterwards

def test_an_integer_behaves_like_an_integer():
    three = settled(3)
    assert (three, three + 4, three * 2, three ^ 1, 10 - three) == (3, 7, 6, 2, 7)
    assert three != 4 and three
    assert (float(three), repr(three)) == (3.0, '3')


def test_a_list_behaves_like_a_list():
    letters = settled(['x', 'y'])
    assert ['x', 'y'] == letters
    assert list(letters) == ['x', 'y']
    assert letters + ['z'] == ['x', 'y', 'z']
    assert ['w'] + letters == ['w', 'x', 'y']


def test_a_dict_behaves_like_a_dict():
    ages = settled({'jack': 30})
    assert ages == {'jack': 30} == dict(ages) == dict(**ages)
    assert [pair for pair in ages.items()] == [('jack', 30)]
    assert 'jack' in ages and 'jill' not in ages


ARITHMETIC = ['add', 'sub', 'mul', 'truediv', 'floordiv', 'mod', 'pow',
              'lshift', 'rshift', 'and_', 'or_', 'xor']
if six.PY2:
    ARITHMETIC.append('div')
COMPARISONS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge']


@pytest.mark.parametrize('left, right', [(7, 3), (3, 7), (0, 5), (True, 2)])
@pytest.mark.parametrize('name', ARITHMETIC + COMPARISONS)
def test_operators_give_what_the_results_give_in_both_orders(name, left, right):
    function = getattr(operator, name)
    wanted = function(left, right)
    for value in (function(settled(left), right), function(left, settled(right)),
                  function(settled(left), settled(right))):
        assert value == wanted
        assert type(value) is type(wanted)


@pytest.mark.parametrize('a, b', [
    ([1], [2]), ((1,), (2,)), (b'a', b'b'), (u'a', u'b'), (1.5, 2), (2, Fraction(1, 3)),
    (Decimal('1.5'), 2), (1 << 80, 3)])
def test_addition_and_order_work_for_every_kind_of_result(a, b):
    for x, y in ((settled(a), b), (a, settled(b)), (settled(a), settled(b))):
        assert x + y == a + b
        assert (x < y) is (a < b)
        assert (x == y) is False


def test_sets_combine_in_both_orders():
    for a, b in ((settled({1, 2}), {2, 3}), ({1, 2}, settled({2, 3}))):
        assert a & b == {2}
        assert a | b == {1, 2, 3}
        assert a - b == {1}
        assert a ^ b == {1, 3}
        assert not a <= b


def test_unary_operators_and_conversions():
    future = settled(-5)
    assert (-future, +future, abs(future), ~future) == (5, -5, 5, 4)
    assert (int(future), float(future), complex(future)) == (-5, -5.0, -5 + 0j)
    assert int(settled('12')) == 12
    assert divmod(settled(7), 2) == (3, 1)
    assert divmod(7, settled(2)) == (3, 1)
    assert pow(settled(3), 4, 5) == 1
    assert pow(settled(3), settled(4), settled(5)) == 1
    assert settled(2) ** 3 == 8 and 2 ** settled(3) == 8


def test_a_future_is_an_index():
    future = settled(2)
    assert 'abc'[future] == 'c'
    assert [1, 2, 3][:future] == [1, 2]
    assert list(range(future)) == [0, 1]
    assert [0] * future == [0, 0]
    assert 'abc'[settled(True)] == 'b'
    with pytest.raises(TypeError):
        'abc'[settled('1')]


def test_rounding_keeps_an_int_an_int():
    if six.PY3:
        assert type(round(settled(7))) is int
        assert round(settled(1234), -2) == 1200 and type(round(settled(1234), -2)) is int
    assert round(settled(2.567), 2) == 2.57
    assert round(settled(2.5)) == round(2.5)
    assert math.floor(settled(2.7)) == 2
    assert math.ceil(settled(2.2)) == 3
    assert math.trunc(settled(2.7)) == 2


def test_text_and_formatting():
    assert str(settled('abc')) == 'abc'
    assert '{:>5}'.format(settled(7)) == '    7'
    assert '{:.2f}'.format(settled(1.0)) == '1.00'
    assert '%d %s' % (settled(3), settled('x')) == '3 x'
    assert settled('%s-%s') % settled((1, 2)) == '1-2'
    assert settled('a,b').split(',') == ['a', 'b']
    assert six.text_type(settled(u'h\xe9')) == u'h\xe9'
    assert b''.join([bytes(settled(b'ab'))]) == b'ab'


def test_sequences():
    future = settled([3, 1, 2])
    assert len(future) == 3
    assert list(reversed(future)) == [2, 1, 3]
    assert sorted(future) == [1, 2, 3]
    assert future[0] == 3 and future[-1] == 2 and future[1:] == [1, 2]
    assert 3 in future and 9 not in future
    assert sum(future) == 6 and max(future) == 3
    a, b, c = future
    assert (a, b, c) == (3, 1, 2)


def test_sum_over_futures_adds_their_results():
    assert sum([settled(1), settled(2)]) == 3
    assert sorted([settled(2), settled(1)]) == [1, 2]


def test_hash_equality_and_dict_keys():
    assert hash(settled('a')) == hash('a')
    assert {'a': 1}[settled('a')] == 1
    assert {settled('a'): 1}['a'] == 1
    assert settled(1) in [1]
    with pytest.raises(TypeError):
        hash(settled([]))


def test_calling_and_attributes():
    assert settled(lambda x, y=1: x + y)(2, y=3) == 5
    assert settled('abc').upper() == 'ABC'
    with pytest.raises(AttributeError):
        settled(1).nonsense
    assert not hasattr(settled(1), 'nonsense')
    assert 'upper' in dir(settled('abc'))


@pytest.mark.parametrize('template, text', [
    ('{{ n }} {{ n|add:1 }}', '5 6'),
    ('{% if n > 3 %}more{% endif %}{% if n == 5 %}five{% endif %}', 'morefive'),
    ('{% if zero %}some{% else %}none{% endif %}', 'none'),
    ('{% for key, value in h.items %}{{ key }}={{ value }}{% endfor %} {% for k in h %}{{ k }}{% endfor %}', 'a=1 a'),
    ('{{ h.a }}{{ names.1 }}{{ names|join:"-" }}{{ names|length }}', '1yx-y2'),
    ('{{ name }} {{ name|upper }} {{ name.upper }}', '&lt;b&gt; &lt;B&gt; &lt;B&gt;'),
])
def test_a_template_of_django_sees_the_result(template, text):
    django, settings = pytest.importorskip('django.template'), pytest.importorskip('django.conf').settings
    if not settings.configured:
        settings.configure(USE_I18N=False)
    values = {'n': settled(5), 'zero': settled(0), 'h': settled({'a': 1}), 'names': settled(['x', 'y']),
              'name': settled('<b>')}
    assert django.Engine().from_string(template).render(django.Context(values)) == text
    nested = dict((name, settled(future)) for name, future in values.items())
    assert django.Engine().from_string(template).render(django.Context(nested)) == text


def test_iterators_and_context_managers():
    assert next(settled(iter([5, 6]))) == 5

    class Block(object):
        def __enter__(self):
            return 'in'

        def __exit__(self, *exc_info):
            self.left = True

    block = Block()
    with settled(block) as value:
        assert value == 'in'
    assert block.left


def test_a_weak_reference_can_be_made():
    future = settled(1)
    assert weakref.ref(future)() is future


def test_augmented_assignment_gives_a_plain_value_and_leaves_the_future():
    future = kept = settled(1)
    future += 1
    assert type(future) is int and future == 2
    assert kept == 1


def test_item_assignment_is_refused():
    with pytest.raises(TypeError):
        settled({})['a'] = 1
    with pytest.raises(AttributeError):
        settled(1).name = 1


def test_setting_again_replaces():
    future = settled(1)
    future.set(2)
    assert future == 2 and future.result == 2


# -- a Future whose result is a Future

DEPTHS = [2, 3, 10, 5000]


@pytest.mark.parametrize('depth', DEPTHS)
def test_a_future_is_seen_through_at_any_depth(depth):
    future = settled(3, depth)
    assert type(future.result) is int and future.result == 3
    assert type(future + 1) is int and (future + 1, 1 - future, future + future) == (4, -2, 6)
    assert (str(future), repr(future), '%d' % future, bool(future), hash(future)) == ('3', '3', '3', True, 3)
    assert future == 3 == future and settled(3, 2) == future and [1, 2, 3, 4][future] == 4
    assert future.bit_length() == 2 and future.id() == id(3) and not hasattr(future, 'nonsense')
    assert IS(future, 3) and IS(3, future) and future.IS(3) and future.IS(settled(3, 2))
    assert ISINSTANCE(future, int) and future.isinstance(int) and isinstance(future, Future)
    assert json.dumps([future]) == '[3]'
    for twin in (pickle.loads(pickle.dumps(future)), copy.copy(future), copy.deepcopy(future)):
        assert type(twin) is Future and twin.result == 3 and type(twin.result) is int


def test_a_future_may_be_set_to_one_that_has_no_result_yet():
    first, second, third = Future(), Future(), Future()
    third.set(second)
    second.set(first)
    for reading in READINGS.values():
        with pytest.raises(redpipe.ResultNotReady):
            reading(third)
    assert repr(third) == 'None'
    first.set('a')
    assert third.result == 'a' and third.upper() == 'A'
    first.set('b')
    assert third.result == second.result == 'b'
    third.set('c')
    assert (first.result, second.result, third.result) == ('b', 'b', 'c')


@pytest.mark.parametrize('error', [redpipe.ResultNotReady('lost'), ValueError('bad'), AttributeError('none')], ids=repr)
def test_a_future_raises_the_error_of_the_one_it_was_set_to(error):
    inner, outer = Future(), Future()
    outer.set(inner)
    set_error(inner, error)
    for read in (lambda: outer.result, lambda: outer + 1, lambda: str(outer), lambda: outer.name, lambda: outer == 1,
                 lambda: IS(outer, 1), lambda: pickle.dumps(outer)):
        with pytest.raises(type(error)) as caught:
            read()
        assert caught.value is error
    assert repr(outer) == 'None'
    inner.set(1)
    assert outer == 1


def test_a_future_cannot_be_its_own_result():
    one, other = Future(), Future()
    one.set(other)
    for future, result in ((other, other), (other, one)):
        with pytest.raises(redpipe.InvalidOperation):
            future.set(result)
    other.set(1)
    assert one == 1


@pytest.mark.parametrize('depth', DEPTHS)
def test_a_nested_future_is_an_argument_as_its_result_is(connected, depth):
    key, value, ten = settled(u'key', depth), settled(u'value', depth), settled(10, depth)

    class Words(redpipe.Hash):
        keyspace = 'W'
        fields = {u'count': redpipe.IntegerField}

    with redpipe.autoexec() as pipe:
        pipe.set(key, value, ex=ten)
        pipe.execute_command('INCRBY', 'n', ten)
        Words(pipe).hset(key, settled(u'count', depth), ten)
        found = pipe.get('key'), pipe.ttl('key'), pipe.get('n'), Words(pipe).hgetall(u'key')
    assert list(found) == [b'value', 10, b'10', {u'count': 10}]


def test_a_callback_may_hand_on_the_future_of_another_function(connected):
    def inner(pipe):
        future = Future()
        with redpipe.autoexec(pipe) as pipe:
            count = pipe.incr('n')
            pipe.on_execute(lambda: future.set(count))
        return future

    def outer(pipe=None):
        future = Future()
        with redpipe.autoexec(pipe) as pipe:
            found = inner(pipe)
            pipe.on_execute(lambda: future.set(found))
        return future

    count = outer()
    assert count == 1 and type(count.result) is int
    assert redpipe.IntegerField.encode(count) == '1'


# -- identity and type

def test_IS_compares_the_identity_of_results_whichever_is_the_future():
    value = object()
    assert settled(value).IS(value)
    assert settled(value).IS(settled(value))
    assert not settled(value).IS(object())
    assert settled(None).IS(None)
    assert IS(settled(value), value) and IS(value, settled(value)) and IS(value, value)
    assert not IS(settled(value), object())
    assert settled(None) == None  # noqa: E711
    assert settled(None).result is None


def test_isinstance_checks_see_the_result():
    assert settled(1).isinstance(int)
    assert settled(1).isinstance((str, int))
    assert not settled(1).isinstance(str)
    assert ISINSTANCE(settled(1), int)
    assert ISINSTANCE(1, int)
    assert not ISINSTANCE(settled(1), (str, list))


def test_id_is_that_of_the_result():
    value = object()
    assert settled(value).id() == id(value)


def test_an_object_that_fakes_a_future_is_none():
    class Fake(object):
        __class__ = Future
        result = _result = 'stolen'

        def __eq__(self, other):
            return self is other

    fake = Fake()
    assert IS(fake, fake) and not IS(fake, 'stolen')
    with pytest.raises(TypeError):
        json.dumps(fake)


# -- failure

@pytest.mark.parametrize('error', [redpipe.ResultNotReady('lost'), ValueError('bad'), AttributeError('none')], ids=repr)
def test_a_failed_future_raises_its_error_however_it_is_read(error):
    future = Future()
    set_error(future, error)
    for read in (lambda: future.result, lambda: future + 1, lambda: str(future), lambda: future.name, lambda: future[0],
                 lambda: future == 1, lambda: IS(future, 1), lambda: pickle.dumps(future), lambda: copy.copy(future)):
        with pytest.raises(type(error)) as caught:
            read()
        assert caught.value is error
    assert isinstance(future, Future) and repr(future) == 'None'


def test_a_failed_future_can_be_set_and_fail_again():
    future = Future()
    set_error(future, ValueError('first'))
    set_error(future, ValueError('second'))
    with pytest.raises(ValueError, match='second'):
        future.result
    future.set(5)
    assert future == 5 and type(future) is Future
    set_error(future, ValueError('third'))
    with pytest.raises(ValueError, match='third'):
        future.result


# -- pickle and copy

RESULTS = [None, 0, '', b'', [], {}, False, 1, u'h\xe9', b'\xff', [1, [2]], {'a': None}, {1}, 1.5]


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize('value', RESULTS, ids=repr)
def test_pickle_keeps_the_result_in_every_protocol(value, protocol):
    loaded = pickle.loads(pickle.dumps(settled(value), protocol))
    assert type(loaded) is Future
    assert loaded.result == value
    assert type(loaded.result) is type(value)


#: A Future as the releases before made it, around a state: they had no constructor of their own.
MADE = [
    b'ccopy_reg\n_reconstructor\n(credpipe.futures\nFuture\nc__builtin__\nobject\nNtR%sb.',
    b'ccopy_reg\n_reconstructor\n(credpipe.futures\nFuture\nc__builtin__\nobject\nNtR%sb.',
    b'\x80\x02credpipe.futures\nFuture\n)\x81%sb.',
]
#: A Future that was called to make it.
CALLED = [b'credpipe.futures\nFuture\n(tR%sb.', b'credpipe.futures\nFuture\n)R%sb.',
          b'\x80\x02credpipe.futures\nFuture\n)R%sb.']
#: The words of pickle for some states, by protocol, and the result that they stand for.
STATES = [
    ([b"(dS'result'\nI5\ns", b'}U\x06resultK\x05s', b'}X\x06\x00\x00\x00resultK\x05s'], 5),
    ([b"(dS'result'\nI0\ns", b'}U\x06resultK\x00s', b'}X\x06\x00\x00\x00resultK\x00s'], 0),
    ([b"(dS'result'\nNs", b'}U\x06resultNs', b'}X\x06\x00\x00\x00resultNs'], None),
    ([b"(dS'result'\n(dS'result'\nI5\nss", b'}U\x06result}U\x06resultK\x05ss',
      b'}U\x06result}U\x06resultK\x05ss'], {'result': 5}),
    ([b'I5\n', b'K\x05', b'K\x05'], 5),
    ([b'I0\n', b'K\x00', b'K\x00'], 0),
    ([b'(l', b']', b']'], []),
    ([b'(lI5\na', b']K\x05a', b']K\x05a'], [5]),
    ([b'(I5\nI6\nt', b'(K\x05K\x06t', b'K\x05K\x06\x86'], (5, 6)),
    ([b"(dS'a'\nI5\ns", b'}U\x01aK\x05s', b'}U\x01aK\x05s'], {'a': 5}),
    ([b"(dS'result'\nI5\nsS'a'\nI5\ns", b'}U\x06resultK\x05sU\x01aK\x05s', b'}U\x06resultK\x05sU\x01aK\x05s'],
     {'result': 5, 'a': 5}),
    ([b'(I5\nt', b'(K\x05t', b'K\x05\x85'], 5),
    ([b'(I0\nt', b'(K\x00t', b'K\x00\x85'], 0),
    ([b'(Nt', b'(Nt', b'N\x85'], None),
    ([b'((I5\ntt', b'((K\x05tt', b'K\x05\x85\x85'], (5,)),
]


@pytest.mark.parametrize('made', [MADE, CALLED])
@pytest.mark.parametrize('protocol', range(3))
def test_pickles_of_every_release_are_read(protocol, made):
    for words, result in STATES:
        loaded = pickle.loads(made[protocol] % words[protocol])
        assert type(loaded) is Future
        assert loaded.result == result and type(loaded.result) is type(result)


@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize('value', RESULTS, ids=repr)
def test_the_state_in_a_pickle_is_a_dict_with_the_result(value, protocol):
    class Older(object):
        def __setstate__(self, state):
            self.result = state['result']

    make, args, state = settled(value).__reduce_ex__(protocol)
    assert (make, args, state) == (Future, (), {'result': value})
    older = Older()
    older.__setstate__(state)
    assert older.result == value


class Bare(Future):
    __slots__ = ()


class Open(Future):
    pass


class Slotted(Future):
    __slots__ = ('unit', '__note', 'empty')

    def note(self, *given):
        for text in given:
            self.__note = text
        return self.__note


class Both(Slotted):
    pass


@pytest.mark.parametrize('cls', [Bare, Open, Slotted, Both])
def test_a_future_of_a_subclass_follows_another_and_stays_what_it_is(cls):
    mine, other = cls(), Future()
    if cls is not Bare:
        mine.unit = 'km'
    mine.set(other)
    assert isinstance(mine, cls) and repr(mine) == 'None'
    with pytest.raises(redpipe.ResultNotReady):
        mine.result
    mine.set(mine_too(cls, other))
    other.set(5)
    assert mine + 1 == 6 and mine.result == 5 and mine.bit_length() == 3
    assert type(pickle.loads(pickle.dumps(mine))) is cls is type(copy.copy(mine)) is type(copy.deepcopy(mine))
    if cls is not Bare:
        assert mine.unit == 'km' and copy.copy(mine).unit == 'km'
    mine.set(7)
    assert type(mine) is cls and mine.result == 7 and other == 5
    with pytest.raises(redpipe.InvalidOperation):
        mine.set(mine)


def mine_too(cls, other):
    between = cls()
    between.set(other)
    return between


@pytest.mark.parametrize('cls', [Open, Slotted, Both])
@pytest.mark.parametrize('protocol', range(pickle.HIGHEST_PROTOCOL + 1))
def test_copies_of_a_subclass_keep_its_attributes(cls, protocol):
    mine = cls()
    mine.set([1])
    mine.unit = ['km']
    if cls is not Open:
        mine.note('private')
    for twin in (pickle.loads(pickle.dumps(mine, protocol)), copy.copy(mine), copy.deepcopy(mine)):
        assert type(twin) is cls and twin == [1] and twin.unit == ['km']
        assert cls is Open or twin.note() == 'private'
    assert copy.copy(mine).unit is mine.unit and copy.deepcopy(mine).unit is not mine.unit


def test_a_result_that_looks_like_the_state_of_a_subclass_is_kept():
    looks = {'result': 1, 'attributes': {'unit': 'km'}}
    for cls in (Future, Bare, Open):
        mine = cls()
        mine.set(looks)
        assert pickle.loads(pickle.dumps(mine)).result == looks == copy.deepcopy(mine).result


def test_copies_are_futures():
    value = [[1]]
    shallow, deep = copy.copy(settled(value)), copy.deepcopy(settled(value))
    assert type(shallow) is type(deep) is Future
    assert shallow.result is value
    assert deep == value and deep.result is not value
    assert deep.result[0] is not value[0]
    assert type(copy.deepcopy(settled(Fraction(1, 2)))) is Future


# -- json

def test_json_sees_a_future_alone_and_deep_inside_other_data():
    assert json.dumps(settled({'a': 1})) == '{"a": 1}'
    data = {'a': [1, {'b': settled([settled(2), settled(None)])}]}
    assert json.loads(json.dumps(data)) == {'a': [1, {'b': [2, None]}]}
    assert json.loads(json.dumps(data, indent=1)) == {'a': [1, {'b': [2, None]}]}
    assert ''.join(json.JSONEncoder().iterencode([settled(1)])) == '[1]'


def test_the_default_of_json_itself_sees_a_future():
    assert json.JSONEncoder().default(settled({'a': 1})) == {'a': 1}


def test_json_sees_futures_behind_a_default_of_the_users():
    assert json.loads(json.dumps([settled(1), {2}], default=list)) == [1, [2]]
    assert json.loads(json.dumps([settled(1)], default=str)) == [1]


def test_json_sees_futures_behind_an_encoder_of_the_users():
    class Encoder(json.JSONEncoder):
        def default(self, o):
            if isinstance(o, set):
                return sorted(o)
            return super(Encoder, self).default(o)

    assert json.loads(json.dumps([settled({2, 1}), {3}], cls=Encoder)) == [[1, 2], [3]]


def test_json_sees_futures_first_whatever_the_default_of_an_encoder_is():
    class Text(json.JSONEncoder):
        default = str

    class Method(json.JSONEncoder):
        def default(self, o):
            return repr(o)

    for options in ({'default': str}, {'default': repr}, {'cls': Text}, {'cls': Method}):
        for indent in (None, 1):
            assert json.loads(json.dumps([settled(1), settled([settled(2)])], indent=indent, **options)) == [1, [2]]


def test_an_encoder_of_the_users_has_its_say_about_structs_first(connected):
    class User(redpipe.Struct):
        pass

    class Public(json.JSONEncoder):
        def default(self, o):
            return {'id': o.key} if isinstance(o, User) else super(Public, self).default(o)

    user = User({'_key': u'1', 'password': u'x'})
    other = redpipe.Struct({'_key': u'2'})
    assert json.loads(json.dumps([user, settled(user), other], cls=Public)) == [{'id': '1'}, {'id': '1'}, {'_key': '2'}]
    assert json.loads(json.dumps([user], default=str)) == [{'_key': '1', 'password': 'x'}]


def test_json_still_refuses_what_it_does_not_know():
    for wrong in ([object()], {settled('a'): 1}):
        with pytest.raises(TypeError):
            json.dumps(wrong)
    with pytest.raises(redpipe.ResultNotReady):
        json.dumps([Future()], default=str)


def test_encoders_stay_what_they_are():
    one = json.JSONEncoder(default=str)
    assert one.default is str and json.JSONEncoder.__init__.__module__ == 'json.encoder'
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(one, protocol)).default is str
    assert pickle.loads(pickle.dumps(one)).encode([settled(1), settled]) == json.dumps([1, str(settled)])


def test_the_json_patch_is_idempotent():
    from redpipe import _json_patch
    before = json.JSONEncoder.default, json.encoder.c_make_encoder, json.encoder._make_iterencode
    _json_patch.patch()
    assert (json.JSONEncoder.default, json.encoder.c_make_encoder, json.encoder._make_iterencode) == before


def test_subclasses_of_future_are_futures():
    class Mine(Future):
        __slots__ = ()

    mine = Mine()
    mine.set(3)
    assert 1 + mine == 4 and settled(1) + mine == 4
    assert json.dumps([mine]) == '[3]'
    assert type(pickle.loads(pickle.dumps(settled(3)))) is Future
