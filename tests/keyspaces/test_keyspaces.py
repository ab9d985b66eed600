# -*- coding: utf-8 -*-
"""What holds for keyspaces of every type; what each type can do is in the files of that name."""
import csv
import gc
import inspect
import re
import time
from datetime import datetime, timedelta, tzinfo

import pytest
import redis
import six

import redpipe
from contract import FourWays, version_of
from places import COMMANDS
from redpipe import keyspaces
from redpipe.exceptions import InvalidOperation, InvalidPipeline, InvalidValue, ResultNotReady
from redpipe.fields import AsciiField, IntegerField, ListField, TextField
from redpipe.keyspaces import Geo, Hash, HyperLogLog, Keyspace, List, Set, ShardedHash, SortedSet, String
from redpipe.keyspaces._arguments import MISSING, Missing, check_words, in_milliseconds, in_seconds

try:
    from hypothesis import given, settings, strategies as st
except ImportError:
    st = None

TYPES = {'generic': Keyspace, 'string': String, 'bitmap': String, 'list': List, 'set': Set,
         'sorted-set': SortedSet, 'hash': Hash, 'hyperloglog': HyperLogLog, 'geo': Geo}

#: Commands about several keys that the types have too.
ALSO = ('COPY RENAME RENAMENX LCS BITOP LMOVE BLMOVE RPOPLPUSH BRPOPLPUSH SMOVE SDIFFSTORE '
        'SINTERSTORE SUNIONSTORE ZDIFFSTORE ZINTERSTORE ZUNIONSTORE ZRANGESTORE PFMERGE '
        'GEOSEARCHSTORE').split()

#: Methods of other names than redis-py's or the command's.
NAMES = {'DEL': 'delete'}

#: Parameters that existing code may use by name, in their order.
PARAMETERS = {
    String: '''
        append(name, value)
        bitcount(name, start=None, end=None)
        get(name)
        getbit(name, offset)
        incr(name, amount=1)
        incrby(name, amount=1)
        incrbyfloat(name, amount=1.0)
        psetex(name, value, time_ms)
        set(name, value, ex=None, px=None, nx=False, xx=False)
        setbit(name, offset, value)
        setex(name, value, time)
        setnx(name, value)
        setrange(name, offset, value)
        strlen(name)
        substr(name, start, end=-1)
    ''',
    Set: '''
        add(name, values, *args)
        pop(name)
        remove(name, *values)
        sadd(name, values, *args)
        scard(name)
        sdiff(keys, *args)
        sdiffstore(dest, *keys)
        sinter(keys, *args)
        sinterstore(dest, keys, *args)
        sismember(name, value)
        smembers(name)
        spop(name)
        srandmember(name)
        srem(name, *values)
        sscan(name, cursor=0, match=None, count=None)
        sscan_iter(name, match=None, count=None)
        sunion(keys, *args)
        sunionstore(dest, keys, *args)
    ''',
    List: '''
        append(name, *values)
        blpop(keys, timeout=0)
        brpop(keys, timeout=0)
        brpoplpush(src, dst, timeout=0)
        lindex(name, idx)
        llen(name)
        lpop(name)
        lpush(name, *values)
        lrange(name, start, stop)
        lrem(name, value, num=1)
        lset(name, idx, value)
        ltrim(name, start, end)
        pop(name)
        push(name, *values)
        remove(name, value, num=1)
        rpop(name)
        rpoplpush(src, dst)
        rpush(name, *values)
        shift(name)
        trim(name, start, end)
        unshift(name, *values)
    ''',
    SortedSet: '''
        add(name, members, score=1, nx=False, xx=False, ch=False, incr=False)
        incr_by(name, member, increment)
        rank(name, elem)
        remove(name, *values)
        revrank(name, member)
        score(name, elem)
        zadd(name, members, score=1, nx=False, xx=False, ch=False, incr=False)
        zcard(name)
        zincrby(name, member, increment)
        zlexcount(name, min, max)
        zrange(name, start, end, desc=False, withscores=False, score_cast_func=float)
        zrangebylex(name, min, max, start=None, num=None)
        zrangebyscore(name, min, max, start=None, num=None, withscores=False, score_cast_func=float)
        zrank(name, elem)
        zrem(name, *values)
        zremrangebylex(name, min, max)
        zremrangebyrank(name, start, stop)
        zremrangebyscore(name, min_value, max_value)
        zrevrange(name, start, end, withscores=False, score_cast_func=float)
        zrevrangebylex(name, max, min, start=None, num=None)
        zrevrangebyscore(name, max, min, start=None, num=None, withscores=False,
                         score_cast_func=float)
        zrevrank(name, member)
        zscan(name, cursor=0, match=None, count=None, score_cast_func=float)
        zscan_iter(name, match=None, count=None, score_cast_func=float)
        zscore(name, elem)
        zunionstore(dest, keys, aggregate=None)
    ''',
    Hash: '''
        hdel(name, *keys)
        hexists(name, field)
        hget(name, field)
        hgetall(name)
        hincrby(name, field, increment=1)
        hincrbyfloat(name, field, increment=1)
        hkeys(name)
        hlen(name)
        hmget(name, keys)
        hmset(name, mapping)
        hscan(name, cursor=0, match=None, count=None)
        hscan_iter(name, match=None, count=None)
        hset(name, member, value)
        hsetnx(name, member, value)
        hvals(name)
    ''',
    HyperLogLog: '''
        pfadd(name, *values)
        pfcount(name)
        pfmerge(dest, *sources)
    ''',
    Keyspace: '''
        delete(*names)
        expire(name, time)
        pexpire(name, time)
        exists(name)
        eval(name, script, *args)
        rename(src, dst)
        renamenx(src, dst)
        dump(name)
        restore(name, value, pttl=0)
        restorenx(name, value, pttl=0)
        object(name, subcommand)
        scan(cursor=0, match=None, count=None)
        scan_iter(match=None, count=None)
        sort(name, start=None, num=None, by=None, get=None, desc=False, alpha=False, store=None,
             groups=False)
    ''',
}


def commands():
    with open(COMMANDS) as table:
        lines = [line for line in table if not line.startswith('#')]
    for row in csv.DictReader(lines, delimiter='\t'):
        wanted = row['single_key'] in ('yes', 'variadic', 'optional-second')
        if row['type'] in TYPES and (wanted or row['command'] in ALSO):
            yield row


def signature(method):
    spec = (inspect.getargspec if six.PY2 else inspect.getfullargspec)(method)
    return spec[0][1:], spec[1], spec[3] or ()


def takes_any(method):
    """Return True if *method* takes names of its own choice."""
    return (inspect.getargspec if six.PY2 else inspect.getfullargspec)(method)[2] is not None


def public(cls):
    return sorted(name for name in dir(cls)
                  if not name.startswith('_') and inspect.isroutine(getattr(cls, name)))


@pytest.mark.parametrize('row', list(commands()), ids=lambda row: row['command'])
def test_every_command_has_a_method(row):
    name = NAMES.get(row['command']) or row['redispy_method'].split('(')[0] or row['command']
    method = getattr(TYPES[row['type']], name.split(' ')[0].lower(), None)
    assert callable(method)
    command = row['command'].split(' ')[0]
    command = {'INCR': 'INCRBY', 'DECR': 'DECRBY'}.get(command, command)
    assert re.search(r'Sends?\s+%s\b' % command, method.__doc__) or command == 'BITFIELD'


@pytest.mark.parametrize('cls', sorted(PARAMETERS, key=lambda cls: cls.__name__))
def test_parameters_keep_their_names_and_places(cls):
    for name, wanted in re.findall(r'(\w+)\(([^)]*)\)', PARAMETERS[cls]):
        names, rest, defaults = signature(getattr(cls, name))
        optional = len(names) - len(defaults)
        for i, word in enumerate(wanted.split(',')):
            word, _, default = word.strip().partition('=')
            if word.startswith('*'):
                assert rest is not None, name
            else:
                assert names[i] == word, name
                assert (i >= optional) or not default, name
                if default:
                    assert defaults[i - optional] == eval(default), name


@pytest.mark.parametrize('cls', sorted(set(TYPES.values()), key=lambda cls: cls.__name__))
def test_every_method_says_what_it_does_and_sends(cls):
    for name in public(cls):
        text = getattr(cls, name).__doc__
        assert text and text[0].isupper() and '.' in text, name
        assert 'Sends' in text or 'see :meth:' in text or name in (
            'redis_key', 'bitfield', 'scan_iter'), name


def test_the_types_are_listed():
    assert set(TYPES.values()) <= set(getattr(keyspaces, name) for name in keyspaces.__all__)
    for name in keyspaces.__all__:
        assert issubclass(getattr(keyspaces, name), (Keyspace, keyspaces._base.KeyspaceBase))
        assert getattr(keyspaces, name).__doc__


# redis-py's names of parameters.

#: Methods with another order of parameters than redis-py's: its names of them, and ours.
ELSEWHERE = {
    'setex': {},  # the value comes before the time
    'psetex': {},
    'restore': {'ttl': 'pttl'},
    'lrem': {'count': 'num'},
    'zincrby': {'amount': 'increment', 'value': 'member'},
    'zadd': {'mapping': 'members'},  # a score of all members comes before the conditions
    'object': {'infotype': 'subcommand', 'key': 'name'},  # either order, see contract.py
}

#: Methods that are not compared, and why.
APART = {
    (Keyspace, 'eval'): 'has two forms, see contract.py',
    (List, 'append'): 'is RPUSH, and APPEND in redis-py',
    (Hash, 'httl'): 'if the key is a keyword, no members can follow, here or there',
    (Hash, 'hpttl'): 'if the key is a keyword, no members can follow, here or there',
    (Hash, 'hexpiretime'): 'if the key is a keyword, no members can follow, here or there',
    (Hash, 'hpexpiretime'): 'if the key is a keyword, no members can follow, here or there',
}

#: Parameters of redis-py's that a class does not have at all.
LACKING = {
    (ShardedHash, 'expire'): ['nx', 'xx', 'gt', 'lt'],
    (ShardedHash, 'hscan_iter'): ['no_values'],
    (List, 'lpushx'): ['value'],  # several values, as in redis-py from 4 on
    (List, 'rpushx'): ['value'],
}

#: What else a call needs.
NEEDED = {'hset': {'value': '2'}, 'hsetex': {'value': '2'}}


def parameters(method):
    """Return the names of the parameters that may be given by name."""
    if six.PY2:
        return inspect.getargspec(method).args[1:]
    return [one.name for one in list(inspect.signature(method).parameters.values())[1:]
            if one.kind is one.POSITIONAL_OR_KEYWORD]


def renamed():
    """Yield (class, method, {redis-py's name of a parameter: ours}) where the names differ."""
    seen = set()
    for cls in sorted(set(TYPES.values()) | {ShardedHash}, key=lambda cls: (len(cls.__mro__), cls.__name__)):
        for name in public(cls):
            method, theirs = getattr(cls, name), getattr(redis.StrictRedis, name, None)
            function = six.get_unbound_function(method)
            if theirs is None or function in seen:
                continue
            seen.add(function)
            if (cls, name) in APART:
                continue
            theirs = [word for word in parameters(theirs) if word not in LACKING.get((cls, name), ())]
            ours = parameters(method)
            pairs = dict(zip(theirs, ours))
            if name in ELSEWHERE:
                pairs = dict((word, ELSEWHERE[name].get(word, word)) for word in theirs)
            pairs = dict((word, our) for word, our in pairs.items() if word != our)
            if pairs:
                yield cls, name, pairs


RENAMED = list(renamed())

each_renamed = pytest.mark.parametrize(
    'cls, name, pairs', RENAMED, ids=['%s.%s' % (cls.__name__, name) for cls, name, _ in RENAMED])


def words(cls, name, given):
    """Return the words that a method would send."""
    class Said(cls):
        def _queue(self, args, decode=None):
            return check_words(args)

    said = getattr(Said(), name)(**given)
    return said.command if hasattr(said, 'command') else said


def required(method):
    """Return the names of the parameters that a call must give, by one name or the other."""
    names, _, defaults = signature(method)
    optional = len(names) - len(defaults)
    return names[:optional] + [name for name, default in zip(names[optional:], defaults)
                               if type(default) is Missing and default is not MISSING]


def needed(cls, name, pairs):
    """Return arguments for *pairs* and for what else the method needs, by our names."""
    given = dict.fromkeys(required(getattr(cls, name)) + list(pairs.values()), '2')
    return dict(given, **NEEDED.get(name, {}))


def test_many_methods_have_other_names_for_parameters_than_redis_py():
    assert len(RENAMED) >= 30


def test_parameters_that_redis_py_has_are_here():
    missing = []
    for cls in set(TYPES.values()) | {ShardedHash}:
        for name in public(cls):
            method, theirs = getattr(cls, name), getattr(redis.StrictRedis, name, None)
            if theirs is None or takes_any(method) or any((kin, name) in APART for kin in cls.__mro__):
                continue
            ours = parameters(method)
            missing += [(cls, name, word) for word in parameters(theirs)
                        if word not in ours and word not in LACKING.get((cls, name), ())]
    assert not missing


@each_renamed
def test_a_parameter_has_redis_pys_name_too(cls, name, pairs, connected):
    given = needed(cls, name, pairs)
    said = words(cls, name, given)
    for word, our in pairs.items():
        other = dict(given)
        other[word] = other.pop(our)
        assert words(cls, name, other) == said
    for word, our in pairs.items():
        given[word] = given.pop(our)
    assert words(cls, name, given) == said


@each_renamed
def test_both_names_of_a_parameter_at_once_are_refused(cls, name, pairs, connected):
    for word, our in pairs.items():
        with pytest.raises(TypeError) as caught:
            words(cls, name, dict(needed(cls, name, pairs), **{word: '2'}))
        assert repr(word) in str(caught.value) and repr(our) in str(caught.value)


@pytest.mark.parametrize('call', [
    lambda: Hash().hincrby('k', 'f', increment=1, amount=3),
    lambda: Hash().hincrby('k', 'f', 1, amount=1),
    lambda: Hash().hincrbyfloat('k', 'f', 1.0, amount=2),
    lambda: ShardedHash().hincrby('k', 'f', 1, amount=3),
    lambda: ShardedHash().hincrbyfloat('k', 'f', 1.0, amount=2),
    lambda: SortedSet().zincrby('k', 'm', 1, amount=3),
    lambda: List().lrem('k', 'v', 1, count=0),
    lambda: Keyspace().restore('k', b'dumped', 0, ttl=1)],
    ids='hincrby same hincrbyfloat sharded sharded_float zincrby lrem restore'.split())
def test_both_names_at_once_are_refused_where_one_value_is_the_default(call, connected):
    with pytest.raises(TypeError) as refused:
        call()
    assert 'two names of one argument' in str(refused.value)


def test_the_default_of_a_parameter_with_two_names(connected):
    assert six.PY2 or 'increment=1, ' in str(inspect.signature(Hash.hincrby))
    assert Hash().hincrby('h', 'f') == 1
    assert Hash().hincrbyfloat('h', 'f') == 2.0
    assert ShardedHash().hincrby('s', 'f') == 1
    assert ShardedHash().hincrbyfloat('s', 'f') == 2.0
    assert SortedSet().zincrby('z', 'm') == 1.0
    List().rpush('l', 'a', 'a')
    assert List().lrem('l', 'a') == 1
    String().set('k', 'v')
    assert Keyspace().restore('copy', String().dump('k')) == u'OK'
    assert Keyspace().ttl('copy') == -1


@each_renamed
def test_a_parameter_that_is_needed_is_missed_as_before(cls, name, pairs, connected):
    given = needed(cls, name, pairs)
    for missing in required(getattr(cls, name)):
        with pytest.raises(TypeError) as caught:
            words(cls, name, dict((word, value) for word, value in given.items() if word != missing))
        assert 'missing' in str(caught.value) or six.PY2


@each_renamed
def test_none_is_no_argument_by_either_name(cls, name, pairs, connected):
    given = needed(cls, name, pairs)
    for word, our in pairs.items():
        for named in (word, our):
            other = dict((key, value) for key, value in given.items() if key != our)
            with pytest.raises((TypeError, InvalidValue, AttributeError)):
                words(cls, name, dict(other, **{named: None}))


class Words(String):
    keyspace = 'W'


class TestOne(FourWays):

    @pytest.mark.one_server
    def test_a_newer_command_is_the_servers_own_error(self, on, connected):
        # Valkey tells a version of Redis's that is older than its commands.
        if version_of(connected) >= (7, 4) or 'valkey_version' in connected.info('server'):
            pytest.skip('the server may know the command')

        with pytest.raises(redis.ResponseError):
            on(Hash).httl('k', 'member')

    @pytest.mark.one_server
    def test_text_of_every_plane(self, on, connected):
        class Notes(Hash):
            keyspace = u'\u4e2d\U0001f600'

        key, member, value = (
            u'\xe9\U00020000', u'\u4e2d\U000e0001', u'\ufffd\U000f0000\U0010ffff\x00\n')
        assert on(Notes).hset(key, member, value) == 1
        assert on(Notes).hget(key, member) == value
        assert on(Notes).hgetall(key) == {member: value}
        stored = u'\u4e2d\U0001f600{\xe9\U00020000}'.encode('utf-8')
        assert connected.keys('*') == [stored]
        assert connected.hget(stored, member.encode('utf-8')) == value.encode('utf-8')

    @pytest.mark.one_server
    def test_attributes_may_be_none(self, on, connected):
        names = ('keyspace', 'connection', 'connections', 'keyparse', 'valueparse', 'memberparse',
                 '_memberparse', 'fields')
        made = dict((cls, type('Made', (cls,), dict.fromkeys(names))) for cls in TYPES.values())
        assert on(made[String]).set('s', u'\xe9') is True
        assert on(made[Set]).sadd('u', u'\xe9') == 1
        assert on(made[Set]).smembers('u') == {u'\xe9'}
        assert on(made[Hash]).hmset('h', {u'\xe9': u'a'}) is True
        assert on(made[Hash]).hgetall('h') == {u'\xe9': u'a'}
        assert on(made[Hash]).hmget('h', ['x', u'\xe9']) == [None, u'a']
        assert on(made[Keyspace]).exists('s', 'h', 'u') == 3
        assert sorted(connected.keys('*')) == [b'h', b's', b'u']

    @pytest.mark.one_server
    def test_instances_of_fields_serve_as_well(self, on, connected):
        class Rows(List):
            keyspace = 'R'
            keyparse = IntegerField()
            valueparse = ListField()

        assert on(Rows).rpush(1, [[u'a']]) == 1
        assert on(Rows).lrange(1, 0, -1) == [[u'a']]
        assert on(Rows).blpop([2, 1], 1) == (1, [u'a'])
        assert connected.keys('*') == []


# Pipes and connections.

def test_without_a_pipe_a_command_is_sent_at_once(connected):
    assert Words().set('k', 'v') == True  # noqa: E712 -- a Future
    assert connected.get('W{k}') == b'v'


def test_with_a_pipe_it_is_sent_when_that_executes(connected):
    pipe = redpipe.pipeline()
    words = Words(pipe)
    done, value = words.set('k', 'v'), words.get('k')
    assert connected.get('W{k}') is None
    with pytest.raises(ResultNotReady):
        str(value)
    pipe.execute()
    assert (done, value) == (True, 'v')


def test_commands_run_in_the_order_of_the_program(connected):
    with redpipe.autoexec() as pipe:
        pipe.set('W{k}', 1)
        with redpipe.autoexec(pipe) as inner:
            first = Words(inner).incr('k')
        pipe.incr('W{k}')
        last = Words(pipe).get('k')
    assert (first, last) == (2, u'3')


def test_a_keyspace_can_be_given_its_pipe_by_position_or_name(connected):
    with redpipe.autoexec() as pipe:
        assert Words(pipe)._pipe is Words(pipe=pipe)._pipe is pipe


@pytest.mark.parametrize('pipe', ['a pipe', 5, object(), False, Words])
def test_what_is_no_pipe_is_refused(pipe):
    with pytest.raises(InvalidPipeline):
        Words(pipe)


def test_a_redis_py_pipeline_is_refused(client):
    with pytest.raises(InvalidPipeline):
        Words(client.pipeline())


def test_an_error_of_the_server_is_raised_as_it_is(connected):
    Words().set('k', 'v')
    with pytest.raises(redis.ResponseError):
        List(None).llen('W{k}')
    with pytest.raises(redis.ResponseError):
        with redpipe.autoexec() as pipe:
            length = List(pipe).llen('W{k}')
    with pytest.raises(ResultNotReady):
        length.result


def test_an_unknown_connection_is_refused_before_anything_is_sent(connected):
    class Elsewhere(Words):
        connection = 'elsewhere'

    with pytest.raises(InvalidPipeline):
        Elsewhere().get('k')
    with pytest.raises(InvalidPipeline):
        with redpipe.autoexec() as pipe:
            pipe.set('k', 'v')
            Elsewhere(pipe).get('k')
    assert connected.keys('*') == []


@pytest.fixture
def second(connected, second_server):
    client = second_server.client()
    client.flushdb()
    redpipe.connect_redis(client, name='second')
    yield client
    client.connection_pool.disconnect()


class Elsewhere(Words):
    connection = 'second'


class ElsewhereOnce(Words):
    connections = 'second'


@pytest.mark.one_server
@pytest.mark.parametrize('cls', [Elsewhere, ElsewhereOnce])
def test_commands_go_to_the_connection_of_the_class(connected, second, cls):
    assert cls().set('k', 'alone') == True  # noqa: E712 -- a Future
    with redpipe.autoexec() as pipe:
        cls(pipe).set('l', 'in a pipe of another')
        Words(pipe).set('m', 'at home')
        with redpipe.autoexec(pipe) as inner:
            value = cls(inner).get('k')
    with redpipe.autoexec(name='second') as pipe:
        Words(pipe).set('n', 'at home')
    assert value == 'alone'
    assert sorted(second.keys('*')) == [b'W{k}', b'W{l}']
    assert sorted(connected.keys('*')) == [b'W{m}', b'W{n}']


def test_an_iterator_uses_the_connection_of_the_class(second):
    second.set('W{k}', 1)
    assert list(Elsewhere().scan_iter()) == ['k']


def test_the_pipe_property_is_a_new_pipe_that_executes(connected, second):
    class Visits(Elsewhere):
        def visit(self, name):
            with self.pipe as pipe:
                pipe.set(self.redis_key(name), 1)
                return Visits(pipe).incr(name)

    assert Visits().visit('k') == 2
    with redpipe.autoexec() as pipe:
        visits = Visits(pipe)
        assert visits.pipe is not visits.pipe
        count = visits.visit('k')
        with pytest.raises(ResultNotReady):
            count.result
    assert count == 2
    assert second.get('W{k}') == b'2'


# Keys.

def test_the_redis_key_can_be_asked_of_the_class():
    assert Words.redis_key(u'\xe9') == u'W{\xe9}'.encode('utf-8')
    assert Words().redis_key('a') == b'W{a}'
    assert String.redis_key('a') == b'a'
    with pytest.raises(InvalidValue) as refused:
        Words.redis_key(None)
    assert 'Words' in str(refused.value) and 'None' in str(refused.value)


def test_a_keyspace_may_be_text_or_bytes():
    for name in (u'\xe9', u'\xe9'.encode('utf-8')):
        named = type('Named', (Set,), {'keyspace': name})
        assert named.redis_key('a') == u'\xe9{a}'.encode('utf-8')
    assert type('Empty', (Set,), {'keyspace': ''}).redis_key('a') == b'{a}'


def test_a_key_of_an_ascii_keyspace_is_ascii():
    class Plain(String):
        keyparse = AsciiField

    assert Plain.redis_key('a') == b'a'
    for key in (u'\xe9', u'a\n', u'\xe9'.encode('utf-8')):
        with pytest.raises(InvalidValue):
            Plain.redis_key(key)


def test_what_a_subclass_does_not_say_is_inherited():
    class More(Words):
        valueparse = IntegerField

    assert More.redis_key('a') == b'W{a}'
    assert More.keyparse is TextField


def test_an_int_as_a_key_leaves_no_garbage(connected, no_collections):
    class Users(Words):
        pass

    class Ascii(Words):
        keyparse = AsciiField

    with redpipe.autoexec() as pipe:
        gc.collect()
        for cls in (Users, Ascii):
            assert cls.redis_key(12) == b'W{12}'
        Users(pipe).set(12, 'v')
        assert gc.collect() == 0


def test_a_keyspace_tells_its_name():
    class Far(Set):
        connection = 'far'

    assert str(Words()) == '<Words>'
    for word in ('Words', "'W'", 'default'):
        assert word in repr(Words())
    for word in ('Far', 'None', 'far'):
        assert word in repr(Far())


# Codecs.

class Colour(object):
    """The look-up idiom, which raises StopIteration for what is unknown."""

    TABLE = [(u'r', u'red'), (u'b', u'blue')]

    @classmethod
    def encode(cls, value):
        return next(code for code, name in cls.TABLE if name == value)

    @classmethod
    def decode(cls, value):
        return next(name for code, name in cls.TABLE if code.encode('ascii') == value)


class Colours(object):
    keyspace = 'C'
    keyparse = valueparse = memberparse = Colour


SEVERAL = (u'red', u'mauve', u'blue')


@pytest.mark.parametrize('cls, name, args', [
    (List, 'rpush', SEVERAL), (Set, 'sadd', SEVERAL), (Set, 'srem', SEVERAL), (SortedSet, 'zrem', SEVERAL),
    (SortedSet, 'zadd', (SEVERAL,)), (HyperLogLog, 'pfadd', SEVERAL), (Geo, 'geopos', SEVERAL), (Hash, 'hdel', SEVERAL),
    (Hash, 'hmget', SEVERAL), (Hash, 'hmset', ([(name, u'red') for name in SEVERAL],)), (ShardedHash, 'hdel', SEVERAL),
    (ShardedHash, 'hmget', SEVERAL), (ShardedHash, 'hmset', ([(name, u'red') for name in SEVERAL],))],
    ids=lambda given: given if isinstance(given, str) else None)
def test_a_codec_that_raises_stopiteration_sends_no_part(cls, name, args, connected):
    keys = type('Keys', (Colours, cls), {})
    pipe = redpipe.pipeline()
    with pytest.raises(InvalidValue, match='Colour.encode raised StopIteration'):
        getattr(keys(pipe), name)(u'red', *args)
    with pytest.raises(InvalidValue, match='Colour.encode raised StopIteration'):
        keys(pipe).delete(*SEVERAL)
    assert pipe._queued == 0


@pytest.mark.parametrize('call', [
    lambda bases: type('Keys', bases(String), {})().get(u'mauve'),
    lambda bases: type('Keys', bases(String), {})().set(u'red', u'mauve'),
    lambda bases: type('Keys', bases(Hash), {})().hget(u'red', u'mauve'),
    lambda bases: type('Keys', bases(Hash), {})().hset(u'red', u'red', u'mauve'),
    lambda bases: type('Keys', bases(ShardedHash), {})().hget(u'red', u'mauve'),
    lambda bases: type('Keys', bases(ShardedHash), {})().hscan_iter(u'mauve')])
def test_a_codec_that_raises_stopiteration_does_not_end_the_iteration_around_it(call, connected):
    with pytest.raises(InvalidValue, match='Colour.encode raised StopIteration'):
        list(map(call, [lambda cls: (Colours, cls)]))


class Answer(object):
    """A codec that returns what it is given, whatever that is."""

    @classmethod
    def encode(cls, value):
        return value

    @classmethod
    def decode(cls, value):
        return value


class Answers(object):
    keyspace = 'A'
    keyparse = valueparse = memberparse = Answer


@pytest.mark.parametrize('value, stored', [
    (5, b'5'), (-2.5, b'-2.5'), (10 ** 20, b'%d' % 10 ** 20), (b'a', b'a'), (u'\xe9', u'\xe9'.encode('utf-8'))])
def test_a_number_that_a_codec_returns_is_sent_as_its_digits(value, stored, connected):
    for cls in (Hash, ShardedHash):
        keys = type('Keys', (Answers, cls), {'shards': 3})
        assert keys().hset(value, value, value) == 1
        assert keys().hget(value, value) == stored
        assert keys().hmget(value, [value]) == [stored]
        assert keys().hgetall(value) == {stored: stored}
        assert keys().delete(value) == 1
    assert type('Keys', (Answers, String), {}).redis_key(value) == b'A{' + stored + b'}'


@pytest.mark.parametrize('kind', [bytearray, memoryview])
def test_a_buffer_that_a_codec_returns_is_sent_as_its_bytes(kind, connected):
    keys = type('Keys', (Answers, String), {})
    assert keys().set('k', kind(b'a\xff')).IS(True)
    assert connected.get('A{k}') == b'a\xff'


@pytest.mark.parametrize('wrong', [True, (), frozenset()])
def test_what_a_codec_returns_but_redis_cannot_hold_names_the_codec(wrong, connected):
    with pytest.raises(InvalidValue, match='Answer.encode returned'):
        type('Keys', (Answers, String), {})().get(frozenset() if wrong == () else wrong)
    with pytest.raises(InvalidValue, match='Answer.encode returned'):
        type('Keys', (Answers, String), {})().set('a', wrong)
    for cls in (Hash, ShardedHash):
        with pytest.raises(InvalidValue, match='Answer.encode returned'):
            type('Keys', (Answers, cls), {})().hget('a', wrong)


def test_an_int_stands_for_its_digits_where_the_codec_of_keys_wants_text():
    class Numbered(object):
        @classmethod
        def encode(cls, value):
            if not isinstance(value, six.text_type):
                raise InvalidValue('a text is wanted, not %r' % (value,))
            return u'nr ' + value

        @classmethod
        def decode(cls, value):
            return value.decode('ascii')[3:]

    keys = type('Keys', (String,), {'keyspace': 'K', 'keyparse': Numbered})
    assert keys.redis_key(5) == keys.redis_key(u'5') == b'K{nr 5}'


class Kolkata(tzinfo):

    def utcoffset(self, when):
        return timedelta(hours=5, minutes=30)

    def dst(self, when):
        return timedelta(0)


def test_a_time_with_a_zone_is_that_moment(connected):
    when = datetime(2100, 1, 1, 5, 30, tzinfo=Kolkata())
    for expire in (String().expireat, String().pexpireat):
        connected.set('k', 'v')
        assert expire('k', when).IS(True)
        assert abs(time.time() + connected.ttl('k') - 4102444800) < 60


@pytest.mark.one_server
def test_migrate_moves_keys_to_another_server(connected, second_server):
    other = second_server.client()
    other.flushdb()
    connected.mset({'K{a}': '1', 'K{b}': '2', 'K{c}': 'new'})
    other.set('K{c}', 'old')
    keys = type('Keys', (Keyspace,), {'keyspace': 'K'})()
    assert keys.migrate(second_server.host, second_server.port, ['a', 'b', 'x'], 0, 5000) == b'OK'
    assert keys.migrate(second_server.host, second_server.port, 'x', 0, 5000) == b'NOKEY'
    assert keys.migrate(second_server.host, second_server.port, 'c', 0, 5000, copy=True, replace=True) == b'OK'
    assert other.mget('K{a}', 'K{b}', 'K{c}') == [b'1', b'2', b'new']
    assert connected.keys('*') == [b'K{c}']


@pytest.mark.parametrize('sign', [1, -1])
def test_an_int_of_any_size_stands_for_its_digits(sign, connected):
    number = sign * 10 ** 5000
    digits = IntegerField.encode(number)
    assert String.redis_key(number) == six.ensure_binary(digits)
    assert String().get(number).result is None
    assert Hash().hset('h', number, u'v') == 1 and Hash().hget('h', number) == u'v'
    assert ShardedHash().hset('s', number, u'v') == 1 and ShardedHash().hmget('s', [number]) == [u'v']
    assert Hash().hgetall('h') == {six.ensure_text(digits): u'v'}
    for call in (lambda: String().incr('n', number), lambda: Hash().hincrby('h', 'n', number),
                 lambda: String().setex('n', u'v', number)):
        with pytest.raises(redis.ResponseError):
            call()


@pytest.mark.parametrize('call', [
    lambda: String().lcs('a', 'b', minmatchlen=7), lambda: String().lcs('a', 'b', withmatchlen=True),
    lambda: String().lcs('a', 'b', len=True, withmatchlen=True), lambda: SortedSet().zadd('k', {'b': 1}, score=5)])
def test_an_option_that_would_have_no_meaning_is_refused(call, connected):
    with pytest.raises(InvalidOperation):
        call()


@pytest.mark.parametrize('call', [
    lambda: String().mset([('a',)]), lambda: String().mset(5), lambda: Hash().hmset('k', [('a', u'b', u'c')]),
    lambda: ShardedHash().hmset('k', [5]), lambda: SortedSet().zunionstore('d', {}.items()),
    lambda: String().scan(match=5), lambda: type('Keys', (String,), {'keyspace': 'K'})().scan(match=5)])
def test_what_is_no_pair_and_no_pattern_is_told(call, connected):
    with pytest.raises((InvalidValue, InvalidOperation)):
        call()


@pytest.mark.parametrize('span, seconds, milliseconds', [
    (timedelta(milliseconds=300), 1, 300), (timedelta(microseconds=1), 1, 1), (timedelta(seconds=2), 2, 2000),
    (timedelta(seconds=2, microseconds=1001), 3, 2002), (timedelta(0), 0, 0), (timedelta(seconds=-1), -1, -1000),
    (timedelta(milliseconds=-300), -1, -300), (timedelta(days=2), 172800, 172800000)])
def test_a_timedelta_is_rounded_up_to_the_unit(span, seconds, milliseconds):
    assert (in_seconds(span), in_milliseconds(span)) == (seconds, milliseconds)


def test_a_short_timedelta_removes_no_key(connected):
    short = timedelta(milliseconds=300)
    connected.set('k', 'v')
    assert String().expire('k', short) == 1
    assert String().get('k') == u'v' and String().ttl('k') == 1
    String().setex('k', u'w', short)
    String().set('l', u'w', short)
    assert String().mget('k', 'l') == [u'w', u'w']
    connected.hset('s:0', 'a', 'b')
    assert type('Small', (ShardedHash,), {'shards': 1})().expire('s', short) == 1


def test_a_missing_member_is_named(connected):
    for call in (lambda: Hash().hset('k'), lambda: Hash().hget('k', None), lambda: Hash().hset('k', value=u'v'),
                 lambda: ShardedHash().hget('k', None), lambda: Hash().hdel('k', u'a', None)):
        with pytest.raises(InvalidValue, match='member None: TextField wants text'):
            call()


@pytest.mark.parametrize('cls, write, read', [
    (List, lambda c: c.rpush('C{r}', 'r', 'm', 'b'), lambda keys: keys.lrange(u'red', 0, -1)),
    (Set, lambda c: c.sadd('C{r}', 'r', 'm', 'b'), lambda keys: keys.smembers(u'red')),
    (Hash, lambda c: c.hset('C{r}', 'm', 'r'), lambda keys: keys.hkeys(u'red')),
    (Hash, lambda c: c.hset('C{r}', 'r', 'm'), lambda keys: keys.hvals(u'red')),
    (Hash, lambda c: c.hset('C{r}', 'r', 'm'), lambda keys: keys.hgetall(u'red'))])
def test_a_codec_that_raises_stopiteration_returns_no_part(cls, write, read, connected):
    write(connected)
    keys = type('Keys', (Colours, cls), {})
    found = read(keys())
    with pytest.raises((StopIteration, InvalidValue)):
        found.result


def test_a_codec_that_raises_stopiteration_does_not_end_an_iterator(connected):
    connected.sadd('C{r}', 'r', 'm', 'b')
    connected.sadd('C{m}', 'r')
    keys = type('Keys', (Colours, Set), {})
    for found in (keys().sscan_iter(u'red'), keys().scan_iter(), keys().sscan_iter(u'mauve')):
        with pytest.raises(InvalidValue) as refused:
            list(found)
    assert 'StopIteration' in str(refused.value)
    with pytest.raises(InvalidValue):
        type('Keys', (Colours, ShardedHash), {})().hscan_iter(u'mauve')


def test_plain_types_stand_for_their_fields(connected):
    class Numbers(Hash):
        keyspace = 'N'
        keyparse = int
        valueparse = float
        memberparse = str
        fields = {'age': int, 'name': str, 'on': bool, 'raw': bytes, 'list': list, 'dict': dict, 'text': six.text_type}

    data = {u'age': 5, u'name': u'\xe9', u'on': True, u'raw': b'x', u'list': [1], u'dict': {u'a': 1}, u'text': u'\xe9',
            u'other': 1.5}
    if six.PY2:
        data[u'raw'] = u'x'  # where bytes are str, which is text
    for pipe in (None, redpipe.pipeline(autoexec=True)):
        Numbers().delete(5)
        assert Numbers().hmset(5, data) == True  # noqa: E712 -- a Future
        assert Numbers().hgetall(5) == data
        assert Numbers().hget(5, 'age') == 5
    assert list(Numbers().scan_iter()) == [5]

    class Counters(List):
        valueparse = int

    assert Counters().rpush('c', [1, 2]) == 2
    assert Counters().lrange('c', 0, -1) == [1, 2]
    assert Counters().lpop('c') == 1
    with pytest.raises(InvalidValue):
        Counters().rpush('c', u'1')


class Half(object):
    def encode(self, value):
        return value


@pytest.mark.parametrize('attribute', ['keyparse', 'valueparse', 'memberparse', '_memberparse', 'fields'])
@pytest.mark.parametrize('codec', [object(), 'x', u'x', b'x', 5, complex, Half, Half(), tuple],
                         ids=['object', 'str', 'text', 'bytes', 'number', 'complex', 'a class', 'no decode', 'tuple'])
def test_a_codec_that_is_none_is_refused_by_name(attribute, codec, connected):
    bad = type('Bad', (Hash,), {attribute: {'age': codec} if attribute == 'fields' else codec})
    with pytest.raises(InvalidOperation) as refused:
        bad().exists('k')
    for word in ('Bad', attribute.strip('_'), 'age' if attribute == 'fields' else ''):
        assert word in str(refused.value)
    assert 'object at' not in str(refused.value)
    with pytest.raises(InvalidOperation):
        bad(redpipe.pipeline())


def test_a_class_that_has_a_codec_at_last_is_taken(connected):
    class Late(String):
        valueparse = object()

    with pytest.raises(InvalidOperation):
        Late().get('k')
    Late.valueparse = int
    assert Late().set('k', 5) == True  # noqa: E712 -- a Future
    Late.valueparse = None
    assert Late().get('k') == u'5'
    Late.valueparse = 'x'
    with pytest.raises(InvalidOperation):
        Late().set('k', u'v')


# Options.

@pytest.mark.parametrize('cls, name, args, options', [
    (String, 'set', ('v',), 'nx xx'), (String, 'set', ('v',), 'nx ifeq'), (String, 'set', ('v',), 'xx ifdne'),
    (String, 'set', ('v',), 'ifeq ifne'), (String, 'set', ('v',), 'ifdeq ifdne'), (String, 'set', ('v',), 'ex px'),
    (String, 'set', ('v',), 'exat keepttl'), (String, 'getex', (), 'ex persist'), (String, 'getex', (), 'px pxat'),
    (String, 'lcs', ('l',), 'len idx'), (String, 'bitcount', (0,), ''), (String, 'bitcount', (), 'end'),
    (String, 'bitcount', (), 'mode'), (String, 'bitcount', (0,), 'mode'), (String, 'bitpos', (1,), 'end'),
    (String, 'bitpos', (1, 0), 'mode'), (String, 'bitpos', (1,), 'mode'),
    (Keyspace, 'expire', (1,), 'nx xx'), (Keyspace, 'pexpire', (1,), 'nx gt'), (Keyspace, 'expireat', (1,), 'nx lt'),
    (Keyspace, 'pexpireat', (1,), 'gt lt'), (Keyspace, 'restore', (b'x',), 'idletime frequency'),
    (Keyspace, 'sort', (), 'groups'), (Keyspace, 'sort', (), 'start'), (Keyspace, 'sort', (), 'num'),
    (Keyspace, 'sort', (), 'get groups store'), (Keyspace, 'sort_ro', (), 'groups'),
    (Hash, 'hexpire', (1, 'm'), 'nx xx'), (Hash, 'hpexpire', (1, 'm'), 'xx gt'), (Hash, 'hexpireat', (1, 'm'), 'gt lt'),
    (Hash, 'hpexpireat', (1, 'm'), 'nx lt'), (Hash, 'hrandfield', (), 'withvalues'),
    (Hash, 'hgetex', ('m',), 'ex persist'), (Hash, 'hsetex', ('m', 'v'), 'px keepttl'),
    (SortedSet, 'zadd', ('m',), 'nx xx'), (SortedSet, 'zadd', ('m',), 'gt lt'), (SortedSet, 'zadd', ('m',), 'nx gt'),
    (SortedSet, 'zadd', ('m',), 'nx lt'), (SortedSet, 'zadd', (['m', 'n'],), 'incr'),
    (SortedSet, 'zadd', ({'m': 1, 'n': 2},), 'incr'), (SortedSet, 'zrange', (0, 1), 'byscore bylex'),
    (SortedSet, 'zrange', ('-', '+'), 'bylex withscores'), (SortedSet, 'zrange', (0, 1), 'offset num'),
    (SortedSet, 'zrange', (0, 1), 'desc offset num'), (SortedSet, 'zrange', (0, 1), 'byscore offset'),
    (SortedSet, 'zrange', (0, 1), 'byscore num'), (SortedSet, 'zrangestore', ('l', 0, 1), 'byscore bylex'),
    (SortedSet, 'zrangestore', ('l', 0, 1), 'desc offset num'), (SortedSet, 'zrangebyscore', (0, 1), 'start'),
    (SortedSet, 'zrevrangebylex', ('+', '-'), 'num'), (SortedSet, 'zrandmember', (), 'withscores'),
    (Geo, 'geoadd', ([1, 2, 'm'],), 'nx xx'), (Geo, 'geosearch', ('m',), 'radius any'),
    (Geo, 'geosearch', ('m',), 'radius width height'), (Geo, 'geosearch', ('m',), ''),
    (Geo, 'geosearchstore', ('l', 'm'), 'radius any'), (Geo, 'georadius', (1, 2, 3), 'any'),
    (Geo, 'georadius', (1, 2, 3), 'store store_dist'), (Geo, 'georadius', (1, 2, 3), 'store withdist'),
    (Geo, 'georadiusbymember', ('m', 3), 'store_dist withcoord'), (Geo, 'georadius_ro', (1, 2, 3), 'any'),
], ids=lambda given: given if isinstance(given, str) else None)
def test_options_that_make_no_sense_together_are_refused_at_once(cls, name, args, options, connected):
    pipe = redpipe.pipeline()
    with pytest.raises(InvalidOperation):
        getattr(cls(pipe), name)('k', *args, **dict.fromkeys(options.split(), 1))
    assert pipe._queued == 0


@pytest.mark.parametrize('name, args', [('zmpop', (1, ['k'])), ('bzmpop', (1, 1, ['k']))])
def test_one_end_of_a_sorted_set_is_popped(name, args, connected):
    pipe = redpipe.pipeline()
    for options in ({}, {'min': True, 'max': True}):
        with pytest.raises(InvalidOperation):
            getattr(SortedSet(pipe), name)(*args, **options)
    assert pipe._queued == 0


def test_options_that_go_together_are_sent(connected):
    connected.execute_command('ZADD', 'k', 1, 'm')
    with redpipe.autoexec() as pipe:
        keys = SortedSet(pipe)
        changed = keys.zadd('k', {'m': 2}, xx=True, ch=True), keys.zadd('k', 'm', 3, xx=True, incr=True)
        found = keys.zrangebyscore('k', 0, 9, start=0, num=1, withscores=True)
        first = String(pipe).bitpos('s', 0, 0)
    assert changed == (1, 5)
    assert found == [(u'm', 5)]
    assert first == 0


# Many arguments at once.

PLENTY = 40000


@pytest.mark.parametrize('queue', [
    lambda pipe: String(pipe).mset(dict(('k%d' % i, 'v') for i in range(PLENTY))),
    lambda pipe: String(pipe).msetnx(dict(('k%d' % i, 'v') for i in range(PLENTY))),
    lambda pipe: String(pipe).bitfield_ro('k', 'u8', 0, [('u8', i) for i in range(PLENTY)]),
    lambda pipe: bits(String(pipe).bitfield('k')),
    lambda pipe: Geo(pipe).geoadd('k', [item for i in range(PLENTY) for item in (1, 2, 'm%d' % i)]),
    lambda pipe: SortedSet(pipe).zadd('k', dict(('m%d' % i, i) for i in range(PLENTY))),
    lambda pipe: SortedSet(pipe).zunionstore('k', dict(('m%d' % i, i) for i in range(PLENTY))),
    lambda pipe: Hash(pipe).hset('k', mapping=dict(('m%d' % i, 'v') for i in range(PLENTY))),
    lambda pipe: Few(pipe).hset('k', mapping=dict(('m%d' % i, 'v') for i in range(PLENTY))),
    lambda pipe: Few(pipe).hmget('k', ['m%d' % i for i in range(PLENTY)]),
    lambda pipe: Set(pipe).sort('k', get=['w%d_*' % i for i in range(PLENTY)])],
    ids='mset msetnx bitfield_ro bitfield geoadd zadd zunionstore hset sharded_hset sharded_hmget sort'.split())
def test_the_time_grows_with_the_arguments_not_with_their_square(queue, connected):
    pipe = redpipe.pipeline()
    started = timer()
    queue(pipe)
    assert timer() - started < 3
    pipe.reset()


#: The time of this process alone, where there is such a timer.
timer = getattr(time, 'process_time', time.clock if six.PY2 else None)


class Few(ShardedHash):
    shards = 1


def bits(field):
    for i in range(PLENTY):
        field.get('u8', i)
    return field.execute()


# The older redis-py.

def test_ttl_is_the_servers_with_redis_pys_older_class_too(client):
    older = redis.Redis(connection_pool=client.connection_pool)
    redpipe.reset()
    redpipe.connect_redis(older)
    try:
        Words().set('k', 'v')
        assert (Words().ttl('k'), Words().ttl('x')) == (-1, -2)
        assert (Words().pttl('k'), Words().pttl('x')) == (-1, -2)
        assert Words().exists(['k', 'k', 'x']) == 2
    finally:
        redpipe.reset()


def test_transactions_give_the_same_replies(client):
    redpipe.reset()
    redpipe.connect_redis(client, transaction=True)
    try:
        with redpipe.autoexec() as pipe:
            results = [Words(pipe).set('k', 'v'), Words(pipe).ttl('k'), Words(pipe).get('k'),
                       Words(pipe).exists('k')]
        assert results == [True, -1, 'v', 1]
    finally:
        redpipe.reset()


if st is not None:
    TEXT = st.text(alphabet=st.characters(blacklist_categories=('Cs',)), max_size=20)

    def test_any_text_is_a_key_a_member_and_a_value(connected):
        @settings(max_examples=60, deadline=None)
        @given(TEXT, TEXT, st.dictionaries(TEXT, TEXT, min_size=1, max_size=5))
        def run(keyspace, key, data):
            connected.flushdb()
            cls = type('Made', (Hash,), {'keyspace': keyspace})
            with redpipe.autoexec() as pipe:
                keys = cls(pipe)
                keys.hmset(key, data)
                found = keys.hgetall(key), keys.hkeys(key), keys.hmget(key, list(data))
            assert found[0] == data
            assert set(found[1]) == set(data)
            assert found[2] == list(data.values())
            assert list(cls().scan_iter()) == [key]
        run()

    def test_any_set_of_numbers_comes_back(connected):
        class Numbers(Set):
            valueparse = IntegerField

        @settings(max_examples=40, deadline=None)
        @given(st.sets(st.integers(), min_size=1, max_size=10))
        def run(numbers):
            connected.flushdb()
            assert Numbers().sadd('k', numbers) == len(numbers)
            assert Numbers().smembers('k') == numbers
        run()
