# -*- coding: utf-8 -*-
import decimal
import fractions
import itertools
import math

import pytest
import six

from redpipe import fields
from redpipe.exceptions import InvalidValue, ResultNotReady
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
from redpipe.futures import Future, set_error
from values import settled

try:
    import enum
except ImportError:
    enum = None

try:
    from hypothesis import given, settings, strategies as st
except ImportError:
    st = None

ALL = (IntegerField, FloatField, TextField, AsciiField, BinaryField, BooleanField, ListField,
       DictField, StringListField)

#: One character of every plane that has characters, and the last code point.
PLANES = u'a\xe9\u4e2d\ufffd\U0001f600\U00020000\U00030000\U000e0001\U000f0000\U0010ffff'

#: More digits than a new Python likes to read.
HUGE = 10 ** 5000 + 7


class Scalar(object):
    """A number of another library: it converts and compares, and inherits from nothing."""

    def __init__(self, number):
        self.number = number

    def __int__(self):
        return int(self.number)

    def __float__(self):
        return float(self.number)

    def __bool__(self):
        return bool(self.number)

    __nonzero__ = __bool__

    def __eq__(self, other):
        return Scalar(self.number == other)

    __hash__ = None


class Array(Scalar):
    """It answers a comparison with as many answers as it has items."""

    def __len__(self):
        return 1

    def __eq__(self, other):
        return Array(self.number == other)

    __hash__ = None


class Angry(object):
    def _raise(self, *args):
        raise KeyError('angry')

    __eq__ = __int__ = __float__ = __str__ = __unicode__ = __len__ = __repr__ = _raise
    __bool__ = __nonzero__ = __iter__ = _raise

    __hash__ = None


class Colour(enum.Enum if enum else object):
    RED = 1


class Number(int):
    def __str__(self):
        return 'a number'

    __repr__ = __str__


class Word(six.text_type):
    def __str__(self):
        return 'a word'


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


#: What is nested so deep that an error stops json.
#:
#: Python 3.8 takes a RecursionError to be on its way up until the stack is shallow again. Where a collection
#: comes at the deepest level, and a callback of it swallows the error, json goes deeper and Python aborts.
DEEP = 100000

CIRCLE = []
CIRCLE.append(CIRCLE)


def same(value, other):
    return value == other and type(value) is type(other)


# What each field accepts, and how that is stored.

@pytest.mark.parametrize('value, stored', [
    (0, '0'), (2, '2'), (-2, '-2'), (True, '1'), (2.0, '2'), (-0.0, '0'), (2 ** 63, str(2 ** 63)),
    (2 ** 100 + 1, '1267650600228229401496703205377'), (1e22, '1' + 22 * '0'),
    (decimal.Decimal('2.0'), '2'), (fractions.Fraction(4, 2), '2'), (Number(5), '5'),
    (Scalar(3), '3'), (Scalar(3.0), '3'),
])
def test_an_integer_is_stored_as_its_digits(value, stored):
    assert same(IntegerField.encode(value), stored)
    assert same(IntegerField.decode(stored.encode('ascii')), int(stored))


def test_an_integer_of_any_size_comes_back():
    for value in (HUGE, -HUGE, 10 ** 5000):
        stored = IntegerField.encode(value)
        assert len(stored) in (5001, 5002) and 'L' not in stored
        assert IntegerField.decode(stored.encode('ascii')) == value
        assert type(stored) is str


@pytest.mark.parametrize('value', [
    2.5, float('nan'), float('inf'), '2', u'2', b'2', u'', None, [], [2], (2,), {}, 2 + 0j,
    object(),
    decimal.Decimal('NaN'), decimal.Decimal('sNaN'), decimal.Decimal('Infinity'),
    fractions.Fraction(1, 2), Array(2), Angry(), Scalar(2.5),
    Colour.RED if enum else Colour(),
])
def test_no_integer(value):
    with pytest.raises(InvalidValue):
        IntegerField.encode(value)


@pytest.mark.parametrize('stored', [
    b'', b'x', b'1.5', b'1e3', b'1_000', b'0x10', b'2L', b'1 2', b'\xd9\xa3', b'\x002',
    b'9' * 5000 + b'x',
    b'9' * 5000 + b'.0', b'--' + b'9' * 5000, 2.5, [], object(),
])
def test_what_is_no_integer_cannot_be_read_as_one(stored):
    with pytest.raises(InvalidValue):
        IntegerField.decode(stored)


@pytest.mark.parametrize('value, stored', [
    (1, '1'), (True, '1'), (2 ** 60, '1152921504606846976'), (1.0, '1.0'), (1.2345, '1.2345'),
    (0.1, '0.1'), (1 / 3.0, '0.3333333333333333'), (1e300, '1e+300'), (-5e-324, '-5e-324'),
    (float('inf'), 'inf'), (float('-inf'), '-inf'), (decimal.Decimal('1.5'), '1.5'),
    (decimal.Decimal(3), '3'), (fractions.Fraction(1, 4), '0.25'), (Scalar(1.5), '1.5'),
])
def test_a_float_keeps_every_digit_and_an_int_its_own(value, stored):
    assert same(FloatField.encode(value), stored)
    assert same(FloatField.decode(stored.encode('ascii')), float(stored))


def test_negative_zero_keeps_its_sign():
    assert math.copysign(1, FloatField.decode(FloatField.encode(-0.0).encode('ascii'))) == -1


@pytest.mark.parametrize('value', [
    float('nan'), '1', u'1.5', b'1', None, [], 2 ** 53 + 1, 10 ** 400, decimal.Decimal('0.1'),
    decimal.Decimal('NaN'), fractions.Fraction(1, 3), 1j, object(), Array(1.5), Angry(),
])
def test_no_float(value):
    with pytest.raises(InvalidValue):
        FloatField.encode(value)


@pytest.mark.parametrize('stored', [b'', b'x', b'1_0.5', b'1,5', b'0x10', [], object()])
def test_what_is_no_float_cannot_be_read_as_one(stored):
    with pytest.raises(InvalidValue):
        FloatField.decode(stored)


@pytest.mark.parametrize('value', list(PLANES) + [PLANES, u'', u'\x00', u'a\nb', Word(u'w\xf6rd')])
def test_text_of_any_plane_is_stored_as_utf8(value):
    assert same(TextField.encode(value), six.text_type.encode(value, 'utf-8'))
    assert TextField.decode(TextField.encode(value)) == value
    assert type(TextField.decode(TextField.encode(value))) is six.text_type


@pytest.mark.parametrize('value', [
    u'\ud800', u'a\udfffb', u'\udc00\ud800', 5, 1.5, True, None, [], [u'a'], {}, object(), Angry(),
    b'\xff', b'\xc3\xa9', bytearray(b'a'),
])
def test_no_text(value):
    for field in (TextField, StringField, AsciiField):
        with pytest.raises(InvalidValue):
            field.encode(value)


def test_a_pair_of_surrogates_is_no_text_where_it_is_not_one_character():
    pair = u''.join([u'\ud83d', u'\ude00'])  # a literal would come back joined from a .pyc of 2.7
    if len(u'\U0001f600') == 1:
        with pytest.raises(InvalidValue):
            TextField.encode(pair)
    else:
        assert TextField.decode(TextField.encode(pair)) == pair


@pytest.mark.skipif(six.PY2, reason='a str of Python 2')
def test_bytes_are_no_text():
    with pytest.raises(InvalidValue):
        TextField.encode(b'abc')


@pytest.mark.skipif(six.PY3, reason='a str of Python 2')
def test_an_ascii_str_of_python_2_is_text():
    assert same(TextField.encode('abc'), b'abc')
    assert same(AsciiField.encode('abc'), b'abc')
    assert StringListField.encode(['a', u'b']) == b'a,b'


@pytest.mark.parametrize('stored', [b'\xff', b'\xc3', b'\xed\xa0\x80', b'a\xed\xbf\xbf', 5, []])
def test_what_is_no_utf8_cannot_be_read_as_text(stored):
    for field in (TextField, AsciiField):
        with pytest.raises(InvalidValue):
            field.decode(stored)


def test_ascii_is_what_can_be_printed():
    every = u''.join(six.unichr(i) for i in range(32, 127))
    for value in (u'', every, u'a b'):
        assert same(AsciiField.encode(value), value.encode('ascii'))
    for value in (u'a\n', u'\na', u'a\nb', u'\n', u'\t', u'\x00', u'\x7f', u'\x1f', u'\xe9',
                  PLANES):
        with pytest.raises(InvalidValue):
            AsciiField.encode(value)
        assert AsciiField.PATTERN.match(value) is None
    assert AsciiField.PATTERN.match(every)


def test_ascii_reads_any_text():
    assert AsciiField.decode(PLANES.encode('utf-8')) == PLANES


@pytest.mark.parametrize('value', [
    b'', b'abc', b'\x00\xff', bytearray(b'abc'), memoryview(b'abc'), memoryview(bytearray(b'a'))])
def test_bytes_are_stored_as_they_are(value):
    assert same(BinaryField.encode(value), bytes(bytearray(value)))
    assert same(BinaryField.decode(BinaryField.encode(value)), bytes(bytearray(value)))


@pytest.mark.parametrize('value', [
    u'', u'abc', 5, 2 ** 40, 0, True, None, [], [1, 2], (), {}, object(), Angry(), range(3)])
def test_no_bytes(value):
    with pytest.raises(InvalidValue):
        BinaryField.encode(value)
    if value is not None:
        with pytest.raises(InvalidValue):
            BinaryField.decode(value)


@pytest.mark.parametrize('value, stored', [
    (True, b'1'), (False, b''), (1, b'1'), (0, b''), (1.0, b'1'), (0.0, b''),
    (decimal.Decimal(1), b'1'),
    (Scalar(1), b'1'), (Scalar(0), b''),
])
def test_a_boolean_is_stored_as_1_or_nothing(value, stored):
    assert same(BooleanField.encode(value), stored)
    assert same(BooleanField.decode(stored), bool(value))


@pytest.mark.parametrize('value', [
    2, -1, 0.5, u'', u'1', u'True', b'', b'1', None, [], {}, (), float('nan'), object(), Array(1),
    Angry()])
def test_no_boolean(value):
    with pytest.raises(InvalidValue):
        BooleanField.encode(value)


def test_anything_stored_reads_as_true():
    for stored in (b'0', b'False', b'\xff', b' '):
        assert BooleanField.decode(stored) is True


@pytest.mark.parametrize('value, stored', [
    ([], b'[]'), ([1, u'a', None, True, 1.5], b'[1, "a", null, true, 1.5]'),
    ([u'\xe9'], b'["\\u00e9"]'), ([[], {u'a': [1]}], b'[[], {"a": [1]}]'),
])
def test_a_list_is_stored_as_json(value, stored):
    assert same(ListField.encode(value), stored)
    assert same(ListField.decode(stored), value)


@pytest.mark.parametrize('value, stored', [
    ({}, b'{}'), ({u'a': 1}, b'{"a": 1}'),
    ({u'\xe9': {u'b': [None]}}, b'{"\\u00e9": {"b": [null]}}')])
def test_a_dict_is_stored_as_json(value, stored):
    assert same(DictField.encode(value), stored)
    assert same(DictField.decode(stored), value)


#: What json changes or refuses, in a list or a dict.
NO_JSON = [float('nan'), (1,), {1: 2}, {None: 1}, {True: 1}, {1: 1, u'1': 2}, {(1,): 2}, set(),
           object(),
           b'\xff', 1j, decimal.Decimal(1), CIRCLE, nested(DEEP), Angry(), iter([1])]


@pytest.mark.parametrize('item', NO_JSON, ids=lambda item: type(item).__name__)
def test_what_json_would_change_is_refused(item, no_collections):
    with pytest.raises(InvalidValue):
        ListField.encode([item])
    with pytest.raises(InvalidValue):
        DictField.encode({u'a': item})


@pytest.mark.skipif(six.PY2, reason='a str of Python 2')
def test_json_holds_no_bytes():
    with pytest.raises(InvalidValue):
        ListField.encode([b'a'])


def test_surrogates_that_json_would_join_are_refused():
    pair = u''.join([u'\ud83d', u'\ude00'])  # a literal would come back joined from a .pyc of 2.7
    if len(u'\U0001f600') == 1:
        for value in ([pair], [[{u'a': pair}]], [{pair: 1}]):
            with pytest.raises(InvalidValue):
                ListField.encode(value)
    assert ListField.decode(ListField.encode([PLANES])) == [PLANES]


def test_a_circle_is_refused():
    with pytest.raises(InvalidValue):
        ListField.encode(CIRCLE)


@pytest.mark.parametrize('value', [
    None, (), (1,), set(), iter([]), u'[]', b'[]', 5, object(), Angry(), Array(1),
    itertools.count()])
def test_no_list_and_no_dict(value):
    for field in (ListField, DictField, StringListField):
        with pytest.raises(InvalidValue):
            field.encode(value)


def test_a_list_is_no_dict_and_a_dict_no_list():
    with pytest.raises(InvalidValue):
        ListField.encode({})
    with pytest.raises(InvalidValue):
        DictField.encode([])


@pytest.mark.parametrize('stored', [
    b'', b'x', b'5', b'"a"', b'null', b'\xff', b'{', b'[1,]', b'[' * DEEP, b'9' * 5000, 5, (),
    u'x'])
def test_what_is_no_json_of_the_kind_cannot_be_read(stored, no_collections):
    for field in (ListField, DictField):
        with pytest.raises(InvalidValue):
            field.decode(stored)
    with pytest.raises(InvalidValue):
        ListField.decode(b'{}')
    with pytest.raises(InvalidValue):
        DictField.decode(b'[]')


@pytest.mark.parametrize('value, stored', [
    ([u'a'], b'a'), ([u'a', u'b c', u' '], b'a,b c, '),
    ([u'\xe9', PLANES], (u'\xe9,' + PLANES).encode('utf-8'))])
def test_a_list_of_text_is_stored_with_commas(value, stored):
    assert same(StringListField.encode(value), stored)
    assert same(StringListField.decode(stored), value)


def test_the_empty_list_of_text_is_stored_as_nothing_which_reads_as_none():
    assert same(StringListField.encode([]), b'')
    assert StringListField.decode(b'') is None


@pytest.mark.parametrize('value', [
    [u'a,b'], [u','], [u''], [u'a', u''], [1], [None], [[u'a']], [b'\xff'], [u'\ud800'], u'ab',
    (u'a',), {u'a': 1}])
def test_no_list_of_text(value):
    with pytest.raises(InvalidValue):
        StringListField.encode(value)


def test_a_list_of_text_that_is_no_utf8_cannot_be_read():
    with pytest.raises(InvalidValue):
        StringListField.decode(b'a,\xff')


# What holds for all of them.

@pytest.mark.parametrize('field', ALL)
def test_none_is_read_as_none_and_never_stored(field):
    assert field.decode(None) is None
    with pytest.raises(InvalidValue):
        field.encode(None)


@pytest.mark.parametrize('field, value', [
    (IntegerField, 5), (FloatField, 1.5), (TextField, u'\xe9'), (AsciiField, u'a'),
    (BinaryField, b'\xff'),
    (BooleanField, True), (BooleanField, False), (ListField, [1]), (DictField, {u'a': 1}),
    (StringListField, [u'a']), (StringListField, []),
])
def test_a_value_that_is_decoded_already_passes_through(field, value):
    assert same(field.decode(value), value)


@pytest.mark.parametrize('field, value', [
    (IntegerField, 5), (FloatField, 1.5), (TextField, PLANES), (AsciiField, u'a'),
    (BinaryField, b'\xff\x00'),
    (BooleanField, True), (BooleanField, False), (ListField, [1]), (DictField, {u'a': [1]}),
    (StringListField, [u'a']),
])
def test_a_future_is_seen_through(field, value):
    assert field.encode(settled(value)) == field.encode(value)
    with pytest.raises(ResultNotReady):
        field.encode(Future())


@pytest.mark.parametrize('field, stored', [
    (IntegerField, b'5'), (IntegerField, 5), (FloatField, b'1.5'), (FloatField, 1.5), (TextField, PLANES),
    (TextField, PLANES.encode('utf-8')), (AsciiField, b'a'),
    (BinaryField, b'\xff\x00'), (BooleanField, b'1'), (BooleanField, b''),
    (ListField, b'[1]'), (ListField, [1]), (DictField, b'{"a": [1]}'), (DictField, {u'a': [1]}),
    (StringListField, b'a,b'), (StringListField, b''), (StringListField, [u'a']),
] + [(field, None) for field in ALL])
def test_the_result_of_a_future_is_decoded(field, stored):
    for future in (settled(stored), settled(settled(stored))):
        assert same(field.decode(future), field.decode(stored))
        assert same(field().decode(future), field.decode(stored))
    with pytest.raises(ResultNotReady):
        field.decode(Future())


@pytest.mark.parametrize('field', ALL)
def test_a_future_that_failed_raises_its_own_error(field):
    future = Future()
    set_error(future, LookupError('lost'))
    for code in (field.encode, field.decode):
        for value in (future, settled(future)):
            with pytest.raises(LookupError, match='lost'):
                code(value)


def test_an_error_is_about_the_result_of_a_future():
    for code in (IntegerField.encode, IntegerField.decode):
        with pytest.raises(InvalidValue) as refused:
            code(settled(settled(u'ten')))
        assert 'not %s %r' % (type(u'').__name__, u'ten') in str(refused.value)


def test_a_future_inside_a_list_is_seen_through():
    assert ListField.encode([settled(1), {u'a': settled(u'b')}]) == b'[1, {"a": "b"}]'
    assert StringListField.encode([settled(u'a')]) == b'a'
    for field in (ListField, StringListField):
        with pytest.raises(ResultNotReady):
            field.encode([Future()])


@pytest.mark.parametrize('field', ALL)
def test_an_instance_serves_as_the_class_does(field):
    value = {IntegerField: 1, FloatField: 1.5, BinaryField: b'a', BooleanField: True,
             ListField: [1],
             DictField: {u'a': 1}, StringListField: [u'a']}.get(field, u'a')
    assert field().decode(field().encode(value)) == field.decode(field.encode(value)) == value


@pytest.mark.parametrize('field, value, words', [
    (IntegerField, u'ten', ('IntegerField', 'whole number', 'ten', type(u'').__name__)),
    (FloatField, u'ten', ('FloatField', 'number', 'ten')),
    (TextField, 5, ('TextField', 'text', 'int', '5')),
    (AsciiField, u'a\n', ('AsciiField', 'ascii', r'a\n')),
    (BinaryField, 5, ('BinaryField', 'bytes', 'int 5')),
    (BooleanField, 2, ('BooleanField', 'True or False', 'int 2')),
    (ListField, (1,), ('ListField', 'a list', 'tuple (1,)')),
    (DictField, [1], ('DictField', 'a dict', 'list [1]')),
    (StringListField, [u'a,b'], ('StringListField', 'comma', 'a,b')),
])
def test_the_error_names_the_field_the_type_the_value_and_what_was_wanted(field, value, words):
    with pytest.raises(InvalidValue) as refused:
        field.encode(value)
    for word in words:
        assert word in str(refused.value)


def test_the_error_shortens_a_long_value():
    for field, value in ((IntegerField, u'x' * 10 ** 6), (TextField, HUGE), (IntegerField, [HUGE]),
                         (TextField, list(range(10 ** 5))), (BinaryField, u'\xe9' * 1000)):
        with pytest.raises(InvalidValue) as refused:
            field.encode(value)
        assert len(str(refused.value)) < 300
    with pytest.raises(InvalidValue) as refused:
        TextField.decode(b'\xff' * 10 ** 6)
    assert len(str(refused.value)) < 300


def test_an_error_is_a_value_error_and_keeps_its_cause():
    with pytest.raises(ValueError) as refused:
        TextField.decode(b'\xff')
    if six.PY3:
        assert isinstance(refused.value.__cause__, UnicodeDecodeError)


def test_a_subclass_is_named_in_the_error_and_may_refine():
    class Age(IntegerField):
        @classmethod
        def encode(cls, value):
            return super(Age, cls).encode(abs(value))

    assert Age.encode(-2) == '2'
    with pytest.raises(InvalidValue) as refused:
        Age.encode(-2.5)
    assert 'Age' in str(refused.value)


def test_all_fields_are_listed():
    assert set(fields.__all__) == set(field.__name__ for field in ALL) | {'StringField'}
    assert StringField is TextField


if st is not None:
    TEXT = st.text(alphabet=st.characters(blacklist_categories=('Cs',)))
    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
        max_leaves=10)
    ANYTHING = st.one_of(
        JSON, st.binary(), st.floats(), st.decimals(-10 ** 30, 10 ** 30), st.fractions(),
        st.complex_numbers(),
        st.tuples(st.integers()), st.sets(st.integers()), st.text(),
        st.lists(st.binary(max_size=3) | st.floats() | st.tuples(TEXT), max_size=3),
        st.dictionaries(st.integers() | TEXT, st.integers(), max_size=3))

    @pytest.mark.parametrize('field, values', [
        (IntegerField, st.integers()),
        (FloatField, st.floats(allow_nan=False)),
        (TextField, TEXT),
        (AsciiField, st.text(alphabet=u''.join(map(six.unichr, range(32, 127))))),
        (BinaryField, st.binary()),
        (BooleanField, st.booleans()),
        (ListField, st.lists(JSON, max_size=5)),
        (DictField, st.dictionaries(TEXT, JSON, max_size=5)),
        (StringListField, st.lists(TEXT.filter(lambda text: text and u',' not in text),
                                   min_size=1)),
    ], ids=[field.__name__ for field in ALL])
    def test_every_value_comes_back_equal_and_of_its_type(field, values):
        @settings(max_examples=60, deadline=None)
        @given(values)
        def run(value):
            stored = field.encode(value)
            assert isinstance(stored, (bytes, str))
            back = field.decode(stored if isinstance(stored, bytes) else stored.encode('ascii'))
            assert back == value
            assert isinstance(back, type(value)) or isinstance(value, six.integer_types)
        run()

    @pytest.mark.parametrize('field', ALL, ids=[field.__name__ for field in ALL])
    def test_any_value_comes_back_equal_or_is_an_invalid_value(field):
        @settings(max_examples=150, deadline=None)
        @given(ANYTHING)
        def run(value):
            try:
                stored = field.encode(value)
            except InvalidValue:
                return
            back = field.decode(stored if isinstance(stored, bytes) else stored.encode('ascii'))
            assert back == value or (field is StringListField and value == [] and back is None)
        run()

    @pytest.mark.parametrize('field', ALL, ids=[field.__name__ for field in ALL])
    def test_any_bytes_are_read_or_are_an_invalid_value(field):
        @settings(max_examples=100, deadline=None)
        @given(st.binary() | TEXT.map(lambda text: text.encode('utf-8')))
        def run(stored):
            try:
                field.decode(stored)
            except InvalidValue:
                pass
        run()


class TimeLimit(Exception):
    pass


def test_a_time_limit_has_nothing_to_do_with_the_value(monkeypatch):
    def limit(*args, **options):
        raise TimeLimit()

    monkeypatch.setattr('json.loads', limit)
    with pytest.raises(TimeLimit):
        DictField.decode(b'{}')
