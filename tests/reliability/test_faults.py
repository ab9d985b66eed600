"""Whatever the network does: nothing is applied twice, nothing is half-filled, no reply reaches the wrong caller.

A :class:`Ledger` writes down what the program was told about each command, and holds it against what the server has:
what succeeded is there once and in order, what is unknown at most once, and what failed is not there.
"""
from __future__ import print_function

import gc
import itertools
import os
import random
import subprocess
import sys
import threading
import time

import pytest
import redis

import faults
import redpipe
from examples.local import clock
from faults import Proxy
from test_contract import retries

pytestmark = pytest.mark.usefixtures('over_drivers')

#: How long a client waits for a reply, in seconds.
PATIENCE = 0.12

SLOW = (faults.stall, faults.half_open, faults.garbage)


class User(redpipe.Struct):
    keyspace = 'U'
    connection = 'a'
    fields = {'name': redpipe.TextField, 'visits': redpipe.IntegerField}


# -- how the server is reached

@pytest.fixture(scope='module')
def certificate(tmpdir_factory):
    """A certificate and its key, two names of files."""
    folder = tmpdir_factory.mktemp('tls')
    cert, key = str(folder.join('cert.pem')), str(folder.join('key.pem'))
    make = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2',
            '-subj', '/CN=localhost']
    try:
        with open(os.devnull, 'w') as nothing:
            subprocess.check_call(make, stdout=nothing, stderr=nothing)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip('there is no openssl to make a certificate with')
    return cert, key


class Reached(object):
    """A proxy in front of *server*, and the clients that go through it."""

    driver = None

    def __init__(self, server, proxy, **options):
        self.server = server
        self.proxy = proxy
        self.direct_client = server.client()
        self.patience = 3 * PATIENCE if 'ssl' in options else PATIENCE  # it takes longer to connect
        self.direct = True
        self.options = options
        self._clients = []

    def client(self, again=0):
        self._clients.append(redis.StrictRedis(socket_timeout=self.patience, **dict(self.options, **retries(again))))
        return self._clients[-1]

    def begin(self):
        """Begin anew, with an empty server, when whatever was on its way to it has arrived."""
        self.proxy.always(None)
        while self._clients:
            self.driver.disconnect(self._clients.pop())
        end = clock() + 20
        while self.proxy.links and clock() < end:
            self.driver.pause(0.001)
        self.direct_client.flushdb()
        redpipe.reset()


@pytest.fixture(scope='module')
def over_tcp(server):
    with Proxy(server) as proxy:
        yield Reached(server, proxy, port=proxy.port)


@pytest.fixture(scope='module')
def over_unix(server):
    with Proxy(server, unix=True) as proxy:
        yield Reached(server, proxy, unix_socket_path=proxy.path)


@pytest.fixture(scope='module')
def over_tls(server, certificate):
    options = {'ssl': True, 'ssl_cert_reqs': None if sys.version_info[0] == 2 else 'none'}
    with Proxy(server, certificate=certificate) as proxy:
        yield Reached(server, proxy, port=proxy.port, **options)


@pytest.fixture(params=['tcp', 'pipeline'])
def reached(request, server, driver):
    """A way to the server, over TCP unless a test names another transport, or on the pipeline objects of redis-py."""
    on_pipelines = request.param == 'pipeline'
    one = request.getfixturevalue('over_tcp' if on_pipelines else 'over_' + request.param)
    one.driver, one.direct = driver, not on_pipelines
    one.begin()
    yield one
    redpipe.disable_threads()
    redpipe.reset()


@pytest.fixture
def second(second_server):
    """A client of another server, which no fault touches."""
    client = second_server.client()
    client.flushdb()
    return client


# -- what the program was told

class Told(object):
    """What became of one command, as the program was told."""

    def __init__(self, ref, write, check=None):
        self.ref = ref
        self.write = write
        self.check = check
        self.outcome = None


class Ledger(object):
    """Runs batches through *proxy* and keeps account of them.

    *servers* are clients by the name of the connection, past any proxy.
    """

    unique = itertools.count()

    def __init__(self, servers, proxy):
        self.servers = servers
        self.proxy = proxy
        self.counters = dict((name, [0, 0, 0]) for name in servers)  # how many done, unknown, and the last reply
        self.log = dict((name, []) for name in servers)  # (what was pushed, its outcome)

    def batch(self, parts, raise_on_error=True):
        """Run the commands that *parts* name, ('a', 'incr') and so on, in one execute; return the error or None."""
        pipe = redpipe.pipeline(name='a')
        told, called = [], []
        pipe.on_execute(lambda: called.append(1))
        for name, part in parts:
            with redpipe.autoexec(pipe, name=name) as inner:
                told.append((name, getattr(self, part)(name, inner)))
        error = None
        try:
            pipe.execute(raise_on_error=raise_on_error)
        except Exception as caught:
            error = caught
            assert called == []
            # Only an error that comes before anything is sent has no outcomes.
            outcomes = getattr(error, 'outcomes', [error] * len(told))
            assert len(outcomes) == len(told)
        for place, (name, one) in enumerate(told):
            if error is not None:
                with pytest.raises(redpipe.ResultNotReady) as unread:
                    one.ref.result
                assert unread.value.__cause__ is error
                one.outcome = outcomes[place]
            else:
                try:
                    one.outcome = one.ref.result
                except redis.ResponseError as refused:
                    assert not raise_on_error
                    one.outcome = refused
            self.note(name, one)
        if error is None:
            assert called == [1]
        return error

    def recover(self, parts):
        """Run a batch that nothing strikes; only a busy machine may take longer than the client waits."""
        self.proxy.always(None)  # where a batch has timed out before the command that was to be struck
        for _ in range(20):
            error = self.batch(parts)
            if error is None:
                return
            # redis.asyncio tells of a time-out while connecting by the cause.
            assert isinstance(error, redis.TimeoutError) or isinstance(error.__cause__, redis.TimeoutError), error
        raise error

    def note(self, name, one):
        known = not isinstance(one.outcome, Exception)
        if known and one.check:
            assert one.check(one.outcome), 'a wrong reply: %r' % (one.outcome,)
        unknown = isinstance(one.outcome, redpipe.OutcomeUnknown)
        if one.write == 'count':
            counter = self.counters[name]
            counter[0] += known
            counter[1] += unknown
            if known:
                assert counter[2] < one.outcome <= counter[0] + counter[1], (one.outcome, counter)
                counter[2] = one.outcome
        elif one.write:
            self.log[name].append((one.write, 'done' if known else 'unknown' if unknown else 'not'))

    def word(self):
        return b'word %d' % next(self.unique) if sys.version_info >= (3, 5) else 'word %d' % next(self.unique)

    # What a batch can be made of

    def incr(self, name, pipe):
        return Told(pipe.incr('count'), 'count')

    def push(self, name, pipe):
        word = self.word()
        return Told(pipe.rpush('log', word), word, lambda length: 0 < length <= len(self.log[name]) + 1)

    def get(self, name, pipe):
        return Told(pipe.get('constant'), None, lambda value: value == b'constant ' + name.encode())

    def echo(self, name, pipe):
        word = self.word()
        return Told(pipe.echo(word), None, lambda value: value == word)

    # And what must hold afterwards

    def check(self):
        for name, server in self.servers.items():
            done, unknown, _ = self.counters[name]
            assert done <= int(server.get('count') or 0) <= done + unknown
            there = server.lrange('log', 0, -1)
            words = dict((kind, [word for word, outcome in self.log[name] if outcome == kind])
                         for kind in ('done', 'unknown', 'not'))
            # A command that was given up may still run, after others that came later.
            assert [word for word in there if word not in words['unknown']] == words['done']
            assert len(set(there)) == len(there) and not set(there) & set(words['not'])


def prepare(reached, second=None, again=0, **options):
    """Connect redpipe as 'a' through the proxy, and as 'b' to *second*; return the ledger."""
    options['direct'] = reached.direct
    redpipe.connect_redis(reached.client(again), 'a', **options)
    servers = {'a': reached.direct_client}
    if second is not None:
        redpipe.connect_redis(second, 'b', **options)
        servers['b'] = second
    for name, server in servers.items():
        server.set('constant', 'constant ' + name)
    return Ledger(servers, reached.proxy)


def on_a(text):
    return [('a', word) for word in text.split()]


PROGRAMS = {
    'one command': on_a('incr'),
    'writes': on_a('incr push incr'),
    'reads': on_a('get echo get'),
    'mixed': on_a('get incr echo push'),
    'two servers': [('b', 'incr'), ('a', 'incr'), ('b', 'push'), ('a', 'push'), ('b', 'echo')],
}


def places(reached, fault, count):
    """The places where *fault* strikes among *count* commands: all of them over TCP, unless that takes long."""
    return [count // 2] if fault in SLOW or list(reached.options) != ['port'] else range(count)


ALL = faults.LOSSES + faults.DELAYS + faults.REFUSALS
each_fault = pytest.mark.parametrize('fault', ALL, ids=lambda fault: fault.__name__)


@each_fault
@pytest.mark.parametrize('program', sorted(PROGRAMS))
def test_a_fault(reached, second, fault, program):
    parts = PROGRAMS[program]
    ledger = prepare(reached, second, again=1)
    for place in places(reached, fault, [name for name, _ in parts].count('a')):
        reached.proxy.next(fault, after=place)
        error = ledger.batch(parts)
        if fault in faults.DELAYS:
            assert error is None or isinstance(error, redis.TimeoutError)
        ledger.recover(parts)
        ledger.check()


@each_fault
@pytest.mark.parametrize('reached', ['unix', 'tls'], indirect=True)
def test_a_fault_over_another_transport(reached, second, fault):
    # What a transport does is the same to all programs.
    test_a_fault(reached, second, fault, 'mixed')


@pytest.mark.blocking('is about threads')
@each_fault
def test_a_fault_with_threads(reached, second, fault):
    redpipe.enable_threads()
    parts = PROGRAMS['two servers']
    ledger = prepare(reached, second)
    for place in places(reached, fault, 2):
        reached.proxy.next(fault, after=place)
        ledger.batch(parts)
        ledger.recover(parts)
        ledger.check()


@each_fault
def test_a_fault_in_a_transaction(reached, fault):
    parts = PROGRAMS['writes']
    ledger = prepare(reached, transaction=True)
    for place in places(reached, fault, 5) if fault not in SLOW else [4]:
        before = reached.direct_client.llen('log'), int(reached.direct_client.get('count') or 0)
        reached.proxy.next(fault, after=place)
        error = ledger.batch(parts)
        after = reached.direct_client.llen('log'), int(reached.direct_client.get('count') or 0)
        # All of it or nothing, where the server has seen all of it: it does not know what the proxy refused.
        if fault not in faults.REFUSALS:
            assert (after[0] - before[0], after[1] - before[1]) in ([(1, 2)] if error is None else [(0, 0), (1, 2)])
        ledger.recover(parts)
        ledger.check()


@each_fault
def test_a_fault_leniently(reached, fault):
    ledger = prepare(reached)
    parts = PROGRAMS['mixed']
    for place in places(reached, fault, len(parts)):
        reached.proxy.next(fault, after=place)
        error = ledger.batch(parts, raise_on_error=False)
        assert not isinstance(error, redis.ResponseError)
        ledger.recover(parts)
        ledger.check()


@each_fault
def test_a_fault_under_a_struct(reached, fault):
    prepare(reached)
    server = reached.direct_client
    for place in places(reached, fault, 3):
        User({'_key': '1', 'name': 'Ann', 'visits': 1})
        user = User('1')
        reached.proxy.next(fault, after=place)
        try:
            with redpipe.autoexec(name='a') as pipe:
                user.update({'name': 'Bob', 'visits': 2}, pipe=pipe)
                count = user.incr('visits', pipe=pipe)
                other = User('1', pipe=pipe)
        except redis.RedisError as error:
            # The Struct is what it was, and the other one is nothing.
            assert dict(user) == {'_key': '1', 'name': 'Ann', 'visits': 1}
            with pytest.raises(redpipe.Error):
                count.result
            there = server.hgetall('U{1}')
            if isinstance(error, redpipe.OutcomeUnknown):
                assert there[b'name'] in (b'Ann', b'Bob') and there[b'visits'] in (b'1', b'2', b'3')
        else:
            assert dict(user) == dict(other) == {'_key': '1', 'name': 'Bob', 'visits': 3} and count == 3
            assert server.hgetall('U{1}') == {b'name': b'Bob', b'visits': b'3'}
        User('1').load()


# -- any faults, anywhere

KINDS = ['incr', 'push', 'get', 'echo']


def run_schedule(seed, reached, second):
    """Some batches of any commands, with any faults among them, all drawn from *seed*."""
    dice = random.Random(seed)
    reached.begin()
    second.flushdb()
    transaction = dice.random() < 0.3
    reached.direct = dice.random() < 0.7
    ledger = prepare(reached, second, again=dice.randrange(3), transaction=transaction)
    if not reached.driver.is_asyncio:
        (redpipe.enable_threads if dice.random() < 0.3 else redpipe.disable_threads)()
    for _ in range(dice.randrange(1, 6)):
        kinds = dice.choice([KINDS, KINDS[:2], KINDS[2:]])
        names = dice.choice(['a', 'ab'])
        parts = [(dice.choice(names), dice.choice(kinds)) for _ in range(dice.randrange(1, 8))]
        for _ in range(dice.randrange(3)):
            fault = dice.choice(SLOW if dice.random() < 0.05 else [one for one in ALL if one not in SLOW])
            reached.proxy.next(fault, after=dice.randrange(10))
        ledger.batch(parts, raise_on_error=dice.random() < 0.7)
    reached.proxy.always(None)
    ledger.recover([('a', kind) for kind in KINDS] + [('b', kind) for kind in KINDS])
    ledger.check()


def test_random_faults(request, over_tcp, second, driver):
    over_tcp.driver = driver
    count = 1000 if request.config.getoption('--long') else 40
    start = random.randrange(1 << 30)
    for seed in range(start, start + count):
        try:
            run_schedule(seed, over_tcp, second)
        except BaseException:
            print('run_schedule(%d, ...)' % seed)
            raise
    redpipe.disable_threads()
    redpipe.reset()


# -- for a long time, on many threads

class Worker(threading.Thread):
    """Runs batches until *done*, each with words that nobody else sends, and remembers every wrong reply."""

    def __init__(self, number, done):
        super(Worker, self).__init__()
        self.daemon = True
        self.key = 'worker %d' % number
        self.done = done
        self.counted = self.last = 0
        self.batches = self.unknown = self.failed = 0
        self.wrong = []

    def run(self):
        turn = 0
        while not self.done.is_set():
            turn += 1
            try:
                self.turn(turn)
            except redpipe.OutcomeUnknown:
                self.unknown += turn % 2
            except (redis.ConnectionError, redis.TimeoutError):
                self.failed += 1
            except BaseException as error:
                self.wrong.append(error)
                return

    def turn(self, turn):
        word = ('%s, turn %d' % (self.key, turn)).encode()
        with redpipe.autoexec() as pipe:
            before = pipe.echo(word)
            if turn % 2:
                count = pipe.incr(self.key)
            after = [pipe.echo(word + b'!') for _ in range(turn % 5)]
        replies = [before.result] + [ref.result for ref in after]
        if replies != [word] + [word + b'!'] * len(after):
            self.wrong.append((word, replies))
        if turn % 2:
            self.counted += 1
            if not self.last < count.result <= self.counted + self.unknown:
                self.wrong.append((self.last, count.result, self.counted, self.unknown))
            self.last = count.result
        self.batches += 1


def memory():
    """The resident memory of this process in MB, its open files and the objects that Python tracks."""
    gc.collect()
    try:
        with open('/proc/self/statm') as pages:
            resident = int(pages.read().split()[1]) * 4096 / 1e6
        files = len(os.listdir('/proc/self/fd'))
    except IOError:
        resident = files = 0
    return resident, files, len(gc.get_objects())


@pytest.mark.blocking('is about threads')
@pytest.mark.parametrize('pool', [redis.ConnectionPool, redis.BlockingConnectionPool], ids=lambda pool: pool.__name__)
def test_no_reply_goes_astray_while_connections_die(request, server, client, capsys, pool):
    seconds = 60 if request.config.getoption('--long') else 3
    with Proxy(server) as proxy:
        pool = pool(host='127.0.0.1', port=proxy.port, socket_timeout=5, max_connections=24, **retries(0))
        redpipe.reset()
        redpipe.connect_redis(redis.StrictRedis(connection_pool=pool))
        done = threading.Event()
        workers = [Worker(number, done) for number in range(16)]
        for worker in workers:
            worker.start()
        kills, measured, began = 0, [], time.time()
        while time.time() - began < seconds:
            time.sleep(0.05)
            proxy.kill()
            kills += 1
            if time.time() - began > seconds / 3. * (len(measured) + 1):
                measured.append(memory())
        done.set()
        for worker in workers:
            worker.join(30)
        hung = [worker.key for worker in workers if worker.is_alive()]
        redpipe.reset()

    assert hung == []
    assert [worker.wrong for worker in workers] == [[]] * 16
    for worker in workers:
        assert worker.counted <= int(client.get(worker.key) or 0) <= worker.counted + worker.unknown
    if isinstance(pool, redis.BlockingConnectionPool):
        assert pool.pool.qsize() == 24
    else:
        assert len(pool._in_use_connections) == 0
        assert len(pool._available_connections) <= 16
    after = memory()
    report = '%d kills, %d batches, %d unknown, %d failed; MB, files, objects: %s' % (
        kills, sum(worker.batches for worker in workers), sum(worker.unknown for worker in workers),
        sum(worker.failed for worker in workers), ', '.join('%.0f %d %d' % one for one in measured + [after]))
    print(report)
    if request.config.getoption('--long'):
        with capsys.disabled():
            print('\n' + report)
    first = measured[0]
    assert after[0] - first[0] < 30 and after[1] <= first[1] and after[2] < first[2] * 1.2 + 5000, report
