"""What the keyspace tests share: four ways to call a command, and what keys of any type can do."""
import datetime
import time

import pytest

import redpipe
from redpipe.exceptions import InvalidOperation, InvalidValue
from redpipe.fields import IntegerField

DEPTHS = {'alone': None, 'in a root': 0, 'nested': 1, 'nested twice': 2}


class Caller(object):
    """A keyspace class of which each command is executed at once, at some depth of nesting."""

    def __init__(self, cls, depth):
        self._cls = cls
        self._depth = depth

    def __getattr__(self, name):
        def call(*args, **kwargs):
            future = self._call(name, args, kwargs)
            assert type(future) is redpipe.Future
            return future.result
        return call

    def _call(self, name, args, kwargs):
        if self._depth is None:
            return getattr(self._cls(), name)(*args, **kwargs)
        with redpipe.autoexec() as root:
            before, future, after = self._nested(root, self._depth, name, args, kwargs)
        assert (before, after) == (b'before', b'after')
        return future

    def _nested(self, pipe, depth, name, args, kwargs):
        if depth:
            with redpipe.autoexec(pipe) as pipe:
                return self._nested(pipe, depth - 1, name, args, kwargs)
        before, future, after = (pipe.echo(b'before'),
                                 getattr(self._cls(pipe), name)(*args, **kwargs),
                                 pipe.echo(b'after'))
        with pytest.raises(redpipe.ResultNotReady):
            future.result
        return before, future, after


def version_of(client):
    told = client.info('server')
    if 'redis_version' not in told:  # by redis-py-cluster, for each node
        told = next(iter(told.values()))
    return tuple(int(part) for part in told['redis_version'].split('.')[:3])


class FourWays(object):
    """A test that takes ``on`` runs alone, in a root, nested and nested twice."""

    @pytest.fixture(params=sorted(DEPTHS))
    def on(self, request, connected):
        """A function from a keyspace class to its commands, which execute at once."""
        return lambda cls: Caller(cls, DEPTHS[request.param])

    @pytest.fixture
    def needs(self, connected):
        """A function that skips the test on a server that is older than a version."""
        def older(*version):
            if version_of(connected) < version:
                pytest.skip('the server is older than %s' % '.'.join(map(str, version)))
        return older


class Contract(FourWays):
    """What keys of every type can do. A subclass says which class, and what makes a key of it."""

    #: The class, its keyspace being ``K``.
    Keys = None
    #: What TYPE says.
    kind = None
    #: The name and the arguments of the command that makes a key, after its name.
    making = ()

    def make(self, *names):
        for name in names:
            getattr(self.Keys(), self.making[0])(name, *self.making[1:])

    @pytest.mark.one_server
    def test_delete(self, on, connected):
        self.make('a', 'b', 'c', 'd', 'e', 'f', 'g')
        assert on(self.Keys).delete('a') == 1
        assert on(self.Keys).delete('b', u'c', 'x') == 2
        assert on(self.Keys).delete(['d', 'e']) == 2
        assert on(self.Keys).delete(n for n in ('f', 'x')) == 1
        assert connected.keys('*') == [b'K{g}']

    @pytest.mark.parametrize('name', ['delete', 'unlink', 'touch'])
    def test_keys_are_wanted(self, name, connected):
        pipe = redpipe.pipeline()
        for keys in ((), ([],), ('a', [])):
            with pytest.raises(InvalidOperation):
                getattr(self.Keys(pipe), name)(*keys)
        assert pipe._queued == 0

    @pytest.mark.one_server
    def test_unlink(self, on, connected, needs):
        needs(4)
        self.make('a', 'b')
        assert on(self.Keys).unlink('a', 'b', 'x') == 2
        assert connected.keys('*') == []

    @pytest.mark.one_server
    def test_exists(self, on, connected):
        self.make('a', 'b')
        assert on(self.Keys).exists('a') is True
        assert on(self.Keys).exists('x') is False
        assert on(self.Keys).exists(name='a') is True
        assert on(self.Keys).exists(['a']) == 1
        assert on(self.Keys).exists('a', 'b', 'x', 'a') == 3
        assert on(self.Keys).exists(['a', 'b']) == 2

    @pytest.mark.one_server
    def test_touch(self, on, connected, needs):
        needs(3, 2, 1)
        self.make('a', 'b')
        assert on(self.Keys).touch('a', 'b', 'x') == 2

    def test_type(self, on, connected):
        self.make('a')
        assert on(self.Keys).type('a') == self.kind
        assert on(self.Keys).type('x') == b'none'

    def test_expire(self, on, connected):
        self.make('a', 'b')
        assert on(self.Keys).expire('a', 100) is True
        assert on(self.Keys).expire('b', datetime.timedelta(minutes=2)) is True
        assert on(self.Keys).expire('x', 100) is False
        assert 90 < connected.ttl('K{a}') <= 100 < connected.ttl('K{b}') <= 120

    def test_expire_on_condition(self, on, connected, needs):
        needs(7)
        self.make('a')
        assert on(self.Keys).expire('a', 100, xx=True) is False
        assert on(self.Keys).expire('a', 100, nx=True) is True
        assert on(self.Keys).pexpire('a', 50000, gt=True) is False
        assert on(self.Keys).pexpire('a', 50000, lt=True) is True
        assert connected.ttl('K{a}') <= 50

    def test_pexpire(self, on, connected):
        self.make('a', 'b')
        assert on(self.Keys).pexpire('a', 50500) is True
        assert on(self.Keys).pexpire('b', datetime.timedelta(seconds=60, milliseconds=999)) is True
        assert on(self.Keys).pexpire('x', 100) is False
        assert 50000 < connected.pttl('K{a}') <= 50500
        assert 60500 < connected.pttl('K{b}') <= 60999

    def test_expireat(self, on, connected):
        self.make('a', 'b')
        when = int(time.time()) + 100
        assert on(self.Keys).expireat('a', when) is True
        assert on(self.Keys).expireat('b', datetime.datetime.fromtimestamp(when)) is True
        assert on(self.Keys).expireat('x', when) is False
        assert 90 < connected.ttl('K{a}') <= 100
        assert 90 < connected.ttl('K{b}') <= 100

    def test_pexpireat(self, on, connected):
        self.make('a', 'b')
        when = int(time.time()) + 100
        assert on(self.Keys).pexpireat('a', when * 1000 + 1) is True
        assert on(self.Keys).pexpireat('b', datetime.datetime.fromtimestamp(when)) is True
        assert on(self.Keys).pexpireat('x', when * 1000) is False
        assert 90 < connected.ttl('K{a}') <= 100
        assert 90 < connected.ttl('K{b}') <= 100

    def test_ttl_and_pttl(self, on, connected):
        self.make('a', 'b')
        connected.expire('K{a}', 100)
        assert 90 < on(self.Keys).ttl('a') <= 100
        assert 90000 < on(self.Keys).pttl('a') <= 100000
        assert on(self.Keys).ttl('b') == on(self.Keys).pttl('b') == -1
        assert on(self.Keys).ttl('x') == on(self.Keys).pttl('x') == -2

    def test_expiretime(self, on, connected, needs):
        needs(7)
        self.make('a')
        when = int(time.time()) + 100
        connected.expireat('K{a}', when)
        assert on(self.Keys).expiretime('a') == when
        assert on(self.Keys).pexpiretime('a') == when * 1000
        assert on(self.Keys).expiretime('x') == -2

    def test_persist(self, on, connected):
        self.make('a')
        connected.expire('K{a}', 100)
        assert on(self.Keys).persist('a') is True
        assert on(self.Keys).persist('a') is False
        assert on(self.Keys).ttl('a') == -1

    @pytest.mark.one_server
    def test_rename(self, on, connected):
        self.make('a')
        assert on(self.Keys).rename('a', 'b') is True
        assert connected.keys('*') == [b'K{b}']

    @pytest.mark.one_server
    def test_renamenx(self, on, connected):
        self.make('a', 'b')
        assert on(self.Keys).renamenx('a', 'b') is False
        assert on(self.Keys).renamenx('a', 'c') is True
        assert sorted(connected.keys('*')) == [b'K{b}', b'K{c}']

    @pytest.mark.one_server
    def test_copy(self, on, connected, needs):
        needs(6, 2)
        self.make('a', 'b')
        assert on(self.Keys).copy('a', 'b') is False
        assert on(self.Keys).copy('a', 'b', replace=True) is True
        assert on(self.Keys).copy('a', 'c') is True
        assert connected.dump('K{c}') == connected.dump('K{a}')

    @pytest.mark.one_server
    def test_move(self, on, connected):
        self.make('a')
        connected.execute_command('SELECT', 9)
        connected.execute_command('FLUSHDB')
        connected.execute_command('SELECT', 0)
        assert on(self.Keys).move('a', 9) is True
        assert on(self.Keys).move('a', 9) is False
        assert connected.keys('*') == []

    def test_dump_and_restore(self, on, connected):
        self.make('a')
        dump = on(self.Keys).dump('a')
        assert type(dump) is bytes
        assert on(self.Keys).dump('x') is None
        assert on(self.Keys).restore('b', dump) == u'OK'
        assert on(self.Keys).restore('c', dump, 50000) == u'OK'
        assert on(self.Keys).restore('d', dump, pttl=datetime.timedelta(seconds=50)) == u'OK'
        status = on(self.Keys).restore('d', dump, replace=True)
        assert status == u'OK' and isinstance(status, type(u''))
        assert connected.dump('K{b}') == connected.dump('K{c}') == connected.dump('K{d}') == dump
        assert connected.pttl('K{d}') in (-1, None)
        assert 49000 < connected.pttl('K{c}') <= 50000

    def test_restorenx(self, on, connected):
        self.make('a')
        dump = connected.dump('K{a}')
        assert on(self.Keys).restorenx('b', dump) == 1
        assert on(self.Keys).restorenx('b', dump) == 0
        assert on(self.Keys).restorenx('c', dump, pttl=50000) == 1
        assert connected.dump('K{b}') == connected.dump('K{c}') == dump
        assert 49000 < connected.pttl('K{c}') <= 50000

    def test_object(self, on, connected):
        self.make('a')
        encoding = connected.execute_command('OBJECT ENCODING', 'K{a}')
        assert type(encoding) is bytes
        assert on(self.Keys).object('a', 'encoding') == encoding
        assert on(self.Keys).object('ENCODING', 'a') == encoding
        assert on(self.Keys).object('a', 'idletime') in (0, 1)
        assert on(self.Keys).object('refcount', 'a') >= 1
        assert on(self.Keys).object('x', 'encoding') is None
        self.make('encoding')
        assert on(self.Keys).object('encoding', 'encoding') == encoding
        assert on(self.Keys).object(name='encoding', subcommand='encoding') == encoding

    def test_object_by_redis_pys_names(self, on, connected):
        self.make('a', 'encoding')
        encoding = connected.execute_command('OBJECT ENCODING', 'K{a}')
        assert on(self.Keys).object(infotype='encoding', key='a') == encoding
        assert on(self.Keys).object('encoding', key='a') == encoding
        assert on(self.Keys).object('encoding', key='encoding') == encoding
        assert on(self.Keys).object('a', infotype='encoding') == encoding
        assert on(self.Keys).object(subcommand='encoding', key='a') == encoding
        for args, names in ((('a',), {'key': 'a'}), (('a', 'encoding'), {'key': 'a'}),
                            (('a', 'encoding'), {'infotype': 'encoding'}), (('a',), {}),
                            (('encoding',), {'key': 'a', 'infotype': 'encoding'}), ((), {'key': 'a'}),
                            ((), {'infotype': 'encoding'}), ((), {})):
            with pytest.raises(TypeError):
                on(self.Keys).object(*args, **names)

    def test_memory_usage(self, on, connected, needs):
        needs(4)
        self.make('a')
        assert on(self.Keys).memory_usage('a', samples=0) > 10
        assert on(self.Keys).memory_usage('x') is None

    @pytest.mark.one_server
    def test_eval(self, on, connected):
        script = 'return {KEYS[1], ARGV[1], ARGV[2]}'
        assert on(self.Keys).eval('a', script, 'x', 5) == [b'K{a}', b'x', b'5']
        script = 'return {KEYS[1], KEYS[2], ARGV[1]}'
        assert on(self.Keys).eval(script, 2, 'a', 'b', 'x') == [b'K{a}', b'K{b}', b'x']
        assert on(self.Keys).eval('return 1', 0) == 1

    def test_eval_by_redis_pys_names(self, on, connected):
        assert on(self.Keys).eval(script='return #KEYS', numkeys=0) == 0
        assert on(self.Keys).eval('return #KEYS', numkeys=0) == 0
        assert on(self.Keys).eval(name='a', script='return KEYS[1]') == b'K{a}'
        for args, names in ((('a', 'return 1'), {'numkeys': 0}), (('return 1',), {}), ((), {'numkeys': 0}),
                            ((), {'script': 'return 1'}), (('return 1',), {'keys': 0}),
                            (('a',), {'script': 'return 1', 'numkeys': 0})):
            with pytest.raises(TypeError):
                on(self.Keys).eval(*args, **names)

    @pytest.mark.one_server
    def test_scan(self, on, connected):
        self.make('a', 'b{c}', u'\xe9')
        connected.set('K', 1)
        connected.set('Kx{a}', 1)
        assert scanned(on(self.Keys).scan) == [u'a', u'b{c}', u'\xe9']
        assert scanned(on(self.Keys).scan, u'*\xe9') == [u'\xe9']
        assert scanned(on(self.Keys).scan, 'a', 1000) == ['a']

    def test_scan_iter(self, connected):
        self.make(*[u'k%d' % i for i in range(30)])
        connected.set('other', 1)
        assert sorted(self.Keys().scan_iter(count=3)) == sorted(u'k%d' % i for i in range(30))
        assert sorted(self.Keys().scan_iter(u'k2?')) == [u'k2%d' % i for i in range(10)]
        with pytest.raises(InvalidOperation):
            self.Keys(redpipe.pipeline()).scan_iter()

    @pytest.mark.one_server
    def test_a_key_is_text(self, on, connected):
        for key in (u'\xe9\U0001f600', u'', u'{', u'a b\n'):
            self.make(key)
            assert connected.keys('*') == [(u'K{%s}' % key).encode('utf-8')]
            assert on(self.Keys).delete([key]) == 1
        for key in (None, [], ['a'], (), ('a',), object(), u'\ud800', b'\xff', 1.5):
            with pytest.raises(InvalidValue):
                on(self.Keys).type(key)

    def test_a_key_may_be_bytes_a_number_or_a_future(self, on, connected):
        self.make(u'\xe9', '12')
        future = redpipe.Future()
        for key in (u'\xe9'.encode('utf-8'), 12, 12 + 2 ** 70 - 2 ** 70):
            assert on(self.Keys).exists(key) == 1
            future.set(key)
            assert on(self.Keys).exists(future) == 1
        with pytest.raises(redpipe.ResultNotReady):
            on(self.Keys).exists(redpipe.Future())

    @pytest.mark.one_server
    def test_without_a_keyspace_the_key_is_bare(self, on, connected):
        class Bare(self.Keys):
            keyspace = None

        self.make('a')
        connected.rename('K{a}', 'a*')
        assert on(Bare).exists('a*') == 1
        assert scanned(on(Bare).scan) == ['a*']
        assert list(Bare().scan_iter()) == ['a*']

    @pytest.mark.one_server
    def test_a_keyspace_is_taken_literally(self, on, connected):
        class Odd(self.Keys):
            keyspace = u'[*]?\\\xe9'

        connected.set('x{a}', 1)
        getattr(Odd(), self.making[0])('a', *self.making[1:])
        assert connected.exists(u'[*]?\\\xe9{a}'.encode('utf-8'))
        assert scanned(on(Odd).scan) == ['a']
        assert list(Odd().scan_iter()) == ['a']

    @pytest.mark.one_server
    def test_keys_have_a_codec(self, on, connected):
        class Numbered(self.Keys):
            keyparse = IntegerField

        getattr(Numbered(), self.making[0])(12, *self.making[1:])
        assert connected.keys('*') == [b'K{12}']
        assert on(Numbered).exists(b'12') == 1
        assert scanned(on(Numbered).scan, '1*') == [12]
        assert list(Numbered().scan_iter()) == [12]
        with pytest.raises(InvalidValue):
            on(Numbered).exists(u'x')


def scanned(scan, *args):
    """Return all that a scan finds, sorted, page by page."""
    found, cursor = [], None
    while cursor != 0:
        cursor, page = scan(cursor or 0, *args)
        found.extend(page)
    return sorted(found)
