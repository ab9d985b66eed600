"""Bad input by the thousand: it is refused before anything is sent, or it travels unharmed."""
import datetime
import decimal
import io
import os
import pickle
import sys

import pytest
import redis

import redpipe

try:
    import hypothesis
    from hypothesis import strategies as st
except ImportError:
    hypothesis = None

pytestmark = pytest.mark.skipif(hypothesis is None, reason='hypothesis is not installed')

#: What refuses input. redis-py says UnicodeEncodeError where text is no text.
REFUSALS = (redpipe.Error, redis.DataError, UnicodeError)


class Text(redpipe.String):
    keyspace = 'T'


class Count(redpipe.String):
    keyspace = 'C'
    valueparse = redpipe.IntegerField


class Bag(redpipe.Set):
    keyspace = 'B'


class Queue(redpipe.List):
    keyspace = 'Q'


class Ranks(redpipe.SortedSet):
    keyspace = 'R'


class Record(redpipe.Hash):
    keyspace = 'H'
    fields = {'n': redpipe.IntegerField, 'f': redpipe.FloatField, 'b': redpipe.BooleanField,
              'l': redpipe.ListField, 'd': redpipe.DictField, 's': redpipe.StringListField, 'a': redpipe.AsciiField,
              'y': redpipe.BinaryField}


class Places(redpipe.Geo):
    keyspace = 'G'


class Seen(redpipe.HyperLogLog):
    keyspace = 'L'


class User(redpipe.Struct):
    keyspace = 'U'
    fields = Record.fields


class Odd(object):
    """Nothing that could be sent, and without a text."""

    def __str__(self):
        raise UnicodeError('no text')


def wrong():
    """Values of which most commands can make nothing, made anew each time."""
    return st.one_of(
        st.none(), st.booleans(), st.complex_numbers(), st.floats(), st.decimals(),
        st.sampled_from([u'\ud800', u'a\udfffb', b'\xff\xfe', u'', b'', 10 ** 400, -1, object, len, Odd(), object(),
                         decimal.Decimal('NaN'), datetime.timedelta(1), datetime.datetime(2020, 1, 1), Exception('e')]),
        st.lists(st.none(), max_size=2), st.lists(st.lists(st.text(max_size=2), max_size=2), max_size=2),
        st.dictionaries(st.text(max_size=2), st.none(), max_size=2), st.dictionaries(st.none(), st.text(), max_size=1),
        st.builds(redpipe.Future), st.builds(lambda: [redpipe.Future()]), st.builds(lambda: iter([None])),
        st.builds(lambda: memoryview(b'x')), st.builds(lambda: bytearray(b'\xff')))


#: A command and good arguments of its own: keys, members, scores and values, some of which a test replaces.
CALLS = [
    (Text, 'get', 'k'), (Text, 'set', 'k', 'v'), (Text, 'setex', 'k', 60, 'v'), (Text, 'append', 'k', 'v'),
    (Text, 'mget', 'k', 'l'), (Text, 'mget', ['k', 'l']), (Text, 'mset', {'k': 'v'}), (Text, 'delete', 'k', 'l'),
    (Text, 'rename', 'k', 'l'), (Text, 'expire', 'k', 60), (Text, 'getset', 'k', 'v'), (Text, 'setrange', 'k', 1, 'v'),
    (Count, 'set', 'k', 1), (Count, 'incr', 'k', 2), (Count, 'incrby', 'k', 2), (Count, 'mset', {'k': 1}),
    (Bag, 'sadd', 'k', 'a', 'b'), (Bag, 'sadd', 'k', ['a', 'b']), (Bag, 'srem', 'k', 'a'), (Bag, 'sismember', 'k', 'a'),
    (Bag, 'smove', 'k', 'l', 'a'), (Bag, 'sdiff', 'k', 'l'), (Bag, 'sunionstore', 'k', 'l', 'm'),
    (Queue, 'rpush', 'k', 'a', 'b'), (Queue, 'lpush', 'k', ['a']), (Queue, 'lrange', 'k', 0, -1),
    (Queue, 'lset', 'k', 0, 'v'), (Queue, 'lrem', 'k', 0, 'v'), (Queue, 'linsert', 'k', 'before', 'a', 'b'),
    (Queue, 'rpoplpush', 'k', 'l'), (Queue, 'ltrim', 'k', 0, 1),
    (Ranks, 'zadd', 'k', {'a': 1.5}), (Ranks, 'zadd', 'k', 'a', 1), (Ranks, 'zincrby', 'k', 'a', 2),
    (Ranks, 'zrem', 'k', 'a'), (Ranks, 'zscore', 'k', 'a'), (Ranks, 'zrange', 'k', 0, -1), (Ranks, 'zcount', 'k', 0, 1),
    (Ranks, 'zrangebyscore', 'k', 0, 1), (Ranks, 'zunionstore', 'k', {'l': 2}), (Ranks, 'zmscore', 'k', ['a', 'b']),
    (Record, 'hset', 'k', 'n', 1), (Record, 'hset', 'k', 'f', 1.5), (Record, 'hset', 'k', 'b', True),
    (Record, 'hset', 'k', 'l', [1]), (Record, 'hset', 'k', 'd', {}), (Record, 'hset', 'k', 's', ['a']),
    (Record, 'hset', 'k', 'a', 'x'), (Record, 'hset', 'k', 'y', b'x'), (Record, 'hset', 'k', 'other', 'x'),
    (Record, 'hmset', 'k', {'n': 1, 'f': 2}), (Record, 'hget', 'k', 'n'), (Record, 'hmget', 'k', ['n', 'f']),
    (Record, 'hincrby', 'k', 'n', 1), (Record, 'hdel', 'k', 'n', 'f'), (Record, 'hexists', 'k', 'n'),
    (Places, 'geoadd', 'k', 1.5, 2.5, 'a'), (Places, 'geodist', 'k', 'a', 'b'), (Places, 'geopos', 'k', 'a'),
    (Seen, 'pfadd', 'k', 'a', 'b'), (Seen, 'pfcount', 'k', 'l'), (Seen, 'pfmerge', 'k', 'l'),
]


def spoiled(data, value, depth=0):
    """*value* with something wrong in its place, or somewhere in it."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        key = sorted(value)[0]
        if data.draw(st.booleans()):
            return dict(value, **{key: data.draw(wrong())})
        return {data.draw(st.sampled_from([None, True, (), b'\xff', u'\ud800', 7, 1.5])): value[key]}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        return value[:-1] + [data.draw(wrong())]
    return data.draw(wrong())


def refused_or_run(client, queue):
    """Queue a command behind another one, and execute; nothing was sent if it was refused, at once or then."""
    client.flushdb()
    pipe = redpipe.pipeline()
    first = pipe.incr('first')
    try:
        queue(pipe)
    except REFUSALS:
        assert pipe._queued == 1, 'it was refused, and queued'
        pipe.execute()
        assert first == 1
        return
    try:
        pipe.execute(raise_on_error=False)
    except REFUSALS:
        assert client.get('first') is None, 'it was refused, and sent'
        with pytest.raises(redpipe.ResultNotReady):
            first.result
    else:
        assert first == 1


@pytest.fixture
def given(request):
    """``hypothesis.given``, with the number of examples; 25 times as many with ``--long``."""
    times = 25 if request.config.getoption('--long') else 1

    def given(count, **strategies):
        settings = hypothesis.settings(max_examples=count * times, deadline=None, database=None,
                                       suppress_health_check=[hypothesis.HealthCheck.too_slow])
        return lambda test: settings(hypothesis.given(**strategies)(test))

    return given


@pytest.mark.parametrize('cls', [Text, Count, Bag, Queue, Ranks, Record, Places, Seen], ids=lambda cls: cls.__name__)
def test_keyspaces(connected, given, cls):
    calls = [call for call in CALLS if call[0] is cls]

    @given(4 * len(calls), data=st.data())
    def check(data):
        call = data.draw(st.sampled_from(calls))
        args = list(call[2:])
        for place in data.draw(st.sets(st.integers(0, len(args) - 1), min_size=1, max_size=2)):
            args[place] = spoiled(data, args[place])
        try:
            refused_or_run(connected, lambda pipe: getattr(cls(pipe), call[1])(*args))
        except (TypeError, ValueError, AttributeError) as error:
            # Of the wrong shape altogether, as where a mapping is wanted; at the caller's line.
            assert isinstance(call[-1], dict) and not isinstance(args[-1], dict), error

    check()


@pytest.mark.parametrize('options', [{}, {'transaction': True}, {'direct': False}], ids=str)
def test_plain_pipes(connected, given, options):
    @given(40, data=st.data())
    def check(data):
        word, other = data.draw(wrong()), data.draw(wrong())
        queue = data.draw(st.sampled_from([
            lambda pipe: pipe.set('k', word), lambda pipe: pipe.set(word, 'v'),
            lambda pipe: pipe.hset('h', word, other), lambda pipe: pipe.rpush('l', 'a', word),
            lambda pipe: pipe.execute_command('SET', word, other),
            lambda pipe: pipe.execute_command('ZADD', 'z', word, 'm'), lambda pipe: pipe.expire('k', word),
            lambda pipe: pipe.incr('n', word), lambda pipe: pipe.eval('return ARGV', 0, word)]))
        refused_or_run(connected, queue)

    redpipe.connect_redis(connected, **options)
    check()


def test_structs(connected, given):
    @given(60, data=st.data())
    def check(data):
        connected.flushdb()
        name = data.draw(st.sampled_from(sorted(Record.fields) + ['other']))
        value = data.draw(wrong())
        redpipe.reset()
        redpipe.connect_redis(connected)
        user = User({'_key': '1', 'n': 1})
        before = dict(user), connected.hgetall('U{1}')
        change = data.draw(st.sampled_from([
            lambda pipe: user.update({'n': 2, name: value}, pipe=pipe),
            lambda pipe: user.incr('n', amount=value, pipe=pipe),
            lambda pipe: User({'_key': '1', 'n': 3, name: value}, pipe=pipe),
            lambda pipe: User({'_key': value, 'n': 3}, pipe=pipe),
            lambda pipe: user.remove([name, value], pipe=pipe),
            lambda pipe: user.load([name, value], pipe=pipe)]))
        pipe = redpipe.pipeline()
        try:
            change(pipe)
        except REFUSALS:
            assert pipe._stack == []
            assert (dict(user), connected.hgetall('U{1}')) == before
            return
        try:
            pipe.execute(raise_on_error=False)
        except REFUSALS:
            assert (dict(user), connected.hgetall('U{1}')) == before

    check()


# -- what travels unharmed

NASTY = [b'\r\n', b'\0', b'{}', b'{a}', b'*', b'*3\r\n$3\r\nSET\r\n', b'$-1\r\n', b'-ERR no\r\n', b'+OK\r\n', b'%s',
         b'\\', b'\xff\xfe', b'[a-z]?', b' ', b'\t', u'\u2603\U0001f600'.encode('utf-8'), b'a' * 70000]


def nasty():
    return st.one_of(st.sampled_from(NASTY), st.binary(max_size=40),
                     st.lists(st.sampled_from(NASTY[:-1]), min_size=1, max_size=4).map(b''.join))


@pytest.mark.parametrize('options', [{}, {'transaction': True}, {'direct': False}], ids=repr)
def test_bytes_travel_unharmed(connected, given, options):
    redpipe.connect_redis(connected, **options)

    @given(50, key=nasty(), values=st.lists(nasty(), min_size=1, max_size=4, unique=True))
    def check(key, values):
        connected.flushdb()
        with redpipe.autoexec() as pipe:
            pipe.set(b's' + key, values[0])
            one = pipe.get(b's' + key)
            pipe.rpush(b'l' + key, *values)
            several = pipe.lrange(b'l' + key, 0, -1)
            for value in values:
                pipe.hset(b'h' + key, value, value)
            pairs = pipe.hgetall(b'h' + key)
            keys = pipe.keys('*')
        assert one == values[0] and several == values
        assert pairs == dict((value, value) for value in values)
        assert sorted(keys) == sorted([b's' + key, b'l' + key, b'h' + key])

    check()


def texts():
    return st.one_of(st.text(max_size=20), st.sampled_from([one.decode('utf-8', 'ignore') for one in NASTY])).filter(
        lambda text: text and not any(u'\ud800' <= letter <= u'\udfff' for letter in text) or sys.maxunicode == 0xffff)


def test_text_travels_unharmed_through_keyspaces_and_structs(connected, given):
    @given(50, key=texts(), value=texts(), raw=nasty())
    def check(key, value, raw):
        try:
            redpipe.TextField.encode(key + value)
        except redpipe.InvalidValue:
            return
        connected.flushdb()
        with redpipe.autoexec() as pipe:
            Text(pipe).set(key, value)
            text = Text(pipe).get(key)
            Queue(pipe).rpush(key, value, key)
            queue = Queue(pipe).lrange(key, 0, -1)
            Ranks(pipe).zadd(key, value, 2)
            ranks = Ranks(pipe).zrange(key, 0, -1, withscores=True)
            Record(pipe).hset(key, value + u'!', value)
            Record(pipe).hset(key, 'y', raw)
            record = Record(pipe).hgetall(key)
            user = User({'_key': key, 'y': raw, value + u'!': value}, pipe=pipe)
        assert (text, queue, ranks) == (value, [value, key], [(value, 2)])
        assert record == {value + u'!': value, 'y': raw}
        assert dict(user) == {'_key': key, 'y': raw, value + u'!': value}

    check()


@pytest.mark.parametrize('options', [{}, {'direct': False}], ids=repr)
def test_a_hundred_megabytes_travel_unharmed(request, connected, options):
    if not request.config.getoption('--long') and options:
        pytest.skip('only with --long')
    redpipe.connect_redis(connected, **options)
    value = os.urandom(1000) * 100000
    with redpipe.autoexec() as pipe:
        pipe.set('k', value)
        length = pipe.strlen('k')
        same = pipe.get('k')
        pipe.delete('k')
    assert length == len(value) and same.result == value


# -- pickles that somebody else made

class Careful(pickle._Unpickler if hasattr(pickle, '_Unpickler') else pickle.Unpickler):
    """Loads Futures, Structs of this module and data, and calls nothing else."""

    def find_class(self, module, name):
        if (module, name) in [('redpipe.futures', 'Future'), (__name__, 'User')]:
            return {'Future': redpipe.Future, 'User': User}[name]
        raise pickle.UnpicklingError('%s.%s is not data' % (module, name))


def data_of_pickles():
    leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.binary(max_size=9),
                     st.sampled_from(['_data', '_result', 'key', '_pipe', 'core', '__class__', '__dict__']))
    return st.recursive(leaf, lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner), st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(max_size=5), leaf), inner, max_size=3)), max_leaves=8)


#: The first protocol in which bytes are data, not a call.
PROTOCOL = min(3, pickle.HIGHEST_PROTOCOL)


def state(value):
    """*value* as a part of a pickle."""
    return pickle.dumps(value, PROTOCOL)[2:-1]


def test_a_pickle_names_nothing_but_the_class_and_what_makes_an_instance(connected):
    user = User({'_key': '1', 'n': 1, 'l': [1, {'a': None}]})
    future = redpipe.Future()
    future.set({'a': [1, b'x', None]})
    for protocol in range(PROTOCOL, pickle.HIGHEST_PROTOCOL + 1):
        for value in (user, future):
            assert Careful(io.BytesIO(pickle.dumps(value, protocol))).load() == value


@pytest.mark.parametrize('made', [b'credpipe.futures\nFuture\n)R', b'c%s\nUser\n)\x81'], ids=['Future', 'Struct'])
def test_loading_a_pickle_sets_data_and_does_nothing_else(connected, commands_seen, given, made):
    if b'%s' in made:
        made = made.replace(b'%s', __name__.encode())

    @given(100, value=data_of_pickles())
    def check(value):
        try:
            Careful(io.BytesIO(bytes(bytearray([0x80, PROTOCOL])) + made + state(value) + b'b.')).load()
        except (TypeError, ValueError, AttributeError, KeyError):
            pass  # no state of such an object

    redpipe.reset()  # who needs a connection fails
    assert commands_seen(check) == []


def test_a_struct_that_is_loaded_has_sent_nothing(connected, commands_seen):
    user = User({'_key': '1', 'n': 1})
    pickled = pickle.dumps(user, 2)
    assert commands_seen(lambda: pickle.loads(pickled)) == []
    assert pickle.loads(pickled) == user
