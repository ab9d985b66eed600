"""Connections have names; a batch goes to the right server, or to none."""
import functools
import gc
import os
import socket
import subprocess
import sys
import threading

import pytest
import redis

import redpipe
from redpipe.connections import ConnectionManager
from redpipe.exceptions import InvalidPipeline


@pytest.fixture
def two(server, second_server):
    """Clients of two servers, connected as 'users' and 'messages', and none as default."""
    clients = server.client(), second_server.client()
    redpipe.reset()
    for client, name in zip(clients, ('users', 'messages')):
        client.flushdb()
        redpipe.connect_redis(client, name=name)
    yield clients
    redpipe.disable_threads()
    redpipe.reset()


@pytest.fixture
def dead():
    """A client of a port that nobody listens on, which does not try for long."""
    options = {}
    if hasattr(redis, 'retry'):
        options['retry'] = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    one = socket.socket()
    one.bind(('127.0.0.1', 0))
    yield redis.StrictRedis(port=one.getsockname()[1], **options)
    one.close()


# -- names

def test_commands_go_to_the_connection_that_is_named(two):
    users, messages = two
    for name in ('users', 'messages'):
        with redpipe.pipeline(name=name, autoexec=True) as pipe:
            pipe.hset('of ' + name, 'k', 'v')
    assert users.keys() == [b'of users'] and messages.keys() == [b'of messages']


def test_the_unnamed_connection_is_the_default_one(connected):
    for options in ({}, {'name': None}, {'name': 'default'}):
        with redpipe.autoexec(**options) as pipe:
            pipe.incr('k')
    assert connected.get('k') == b'3'


def test_a_name_is_not_inherited_from_the_parent(server, second_server):
    users, other = server.client(), second_server.client()
    users.flushdb()
    other.flushdb()
    redpipe.reset()
    redpipe.connect_redis(users)
    redpipe.connect_redis(other, name='other')
    with redpipe.autoexec(name='other') as pipe:
        pipe.incr('k')
        with redpipe.autoexec(pipe) as inner:
            inner.incr('k')
            with redpipe.autoexec(inner, name='other') as innermost:
                innermost.incr('k')
    redpipe.reset()
    assert users.get('k') == b'1' and other.get('k') == b'2'


def test_one_client_may_have_several_names(connected):
    redpipe.connect_redis(connected, name='users')
    redpipe.connect_redis(connected, name='messages')
    with redpipe.autoexec() as pipe:
        refs = [pipe.incr('k')]
        for name in ('users', 'messages'):
            with redpipe.autoexec(pipe, name=name) as inner:
                refs.append(inner.incr('k'))
    assert sorted(ref.result for ref in refs) == [1, 2, 3]


def test_a_name_that_is_taken_is_refused(two):
    users, messages = two
    with pytest.raises(redpipe.AlreadyConnected, match='users'):
        redpipe.connect_redis(messages, name='users')
    redpipe.disconnect('users')
    redpipe.connect_redis(messages, name='users')


def test_connecting_a_client_of_the_same_pool_again_is_fine(connected, commands_seen):
    redpipe.connect_redis(connected)
    redpipe.connect_redis(redis.StrictRedis(connection_pool=connected.connection_pool))
    gc.collect()
    redpipe.connect_redis(connected, transaction=True)

    def run():
        with redpipe.autoexec() as pipe:
            pipe.incr('k')

    assert commands_seen(run) == ['MULTI', 'INCRBY k', 'EXEC']


def test_disconnecting_an_unknown_name_is_fine():
    redpipe.disconnect('nobody')
    redpipe.disconnect()


def test_the_client_is_kept_alive(server):
    redpipe.reset()
    redpipe.connect_redis(server.client())
    gc.collect()
    with redpipe.autoexec() as pipe:
        pong = pipe.ping()
    redpipe.reset()
    assert pong


# -- what is not connected

def test_an_unconfigured_connection_sends_nothing_to_any_server(two):
    users, _ = two
    with redpipe.pipeline(name='users') as pipe:
        foo = pipe.incr('foo')
        with redpipe.autoexec(pipe, name='nobody') as inner:
            inner.incr('foo')
        with pytest.raises(InvalidPipeline, match="'nobody'"):
            pipe.execute()
        assert pipe._stack == []
    assert users.get('foo') is None
    with pytest.raises(redpipe.ResultNotReady, match="'nobody'"):
        foo.result


def test_without_a_connection_at_all_the_error_says_what_to_call():
    redpipe.reset()
    pipe = redpipe.pipeline()
    with pytest.raises(InvalidPipeline, match=r'connect_redis\(client\)'):
        pipe.get('k')
        pipe.execute()


def test_a_root_without_commands_of_its_own_needs_no_connection(two):
    with redpipe.autoexec() as pipe:
        with redpipe.autoexec(pipe, name='users') as inner:
            foo = inner.incr('foo')
    assert foo == 1


def test_an_empty_pipeline_needs_no_connection():
    redpipe.reset()
    with redpipe.autoexec():
        pass


def test_a_connection_that_went_meanwhile_is_invalid_when_the_pipeline_executes(connected):
    pipe = redpipe.pipeline()
    foo = pipe.incr('foo')
    redpipe.disconnect()
    with pytest.raises(InvalidPipeline):
        pipe.execute()
    with pytest.raises(redpipe.ResultNotReady):
        foo.result
    assert connected.get('foo') is None


# -- several servers in one execute

def test_one_pipeline_may_speak_to_several_servers(two, threads):
    users, messages = two
    with redpipe.autoexec(name='users') as pipe:
        refs = []
        for i in range(10):
            refs.append(pipe.rpush('log', i))
            with redpipe.autoexec(pipe, name='messages') as inner:
                refs.append(inner.rpush('log', i))
    assert refs == [n for i in range(1, 11) for n in (i, i)]
    assert users.lrange('log', 0, -1) == messages.lrange('log', 0, -1)


def test_a_dead_server_leaves_no_future_of_a_living_one_filled(two, dead, threads):
    redpipe.connect_redis(dead, name='dead')
    called = []
    pipe = redpipe.pipeline(name='users')
    alive = pipe.incr('foo')
    with redpipe.autoexec(pipe, name='dead') as inner:
        lost = inner.incr('foo')
    pipe.on_execute(lambda: called.append(1))
    with pytest.raises(redis.ConnectionError) as caught:
        pipe.execute()
    assert called == []
    for ref in (alive, lost):
        with pytest.raises(redpipe.ResultNotReady, match='ConnectionError') as unread:
            ref.result
        assert unread.value.__cause__ is caught.value


def test_the_first_of_several_failures_is_raised_and_names_the_others(two, dead, threads):
    users, _ = two
    redpipe.connect_redis(dead, name='dead')
    users.set('text', 'abc')
    pipe = redpipe.pipeline(name='users')
    pipe.incr('text')
    with redpipe.autoexec(pipe, name='dead') as inner:
        inner.incr('foo')
    with redpipe.autoexec(pipe, name='messages') as inner:
        inner.incr('foo')
    with pytest.raises(redis.ResponseError) as caught:
        pipe.execute()
    text = str(caught.value)
    assert 'not an integer' in text
    assert "'users'" in text and "'dead' failed too: ConnectionError" in text
    assert 'messages' not in text


def test_results_are_those_of_a_program_that_speaks_to_four_servers_at_once(two, threads):
    users, messages = two
    redpipe.connect_redis(users, name='a')
    redpipe.connect_redis(messages, name='b')
    with redpipe.autoexec() as pipe:
        refs = {}
        for name in ('users', 'messages', 'a', 'b'):
            with redpipe.autoexec(pipe, name=name) as inner:
                inner.set(name, name)
                refs[name] = inner.get(name)
    assert refs == {name: name.encode() for name in refs}


# -- pools with few connections

def limited(server, **options):
    """A client of a pool with one connection, for which others wait."""
    return redis.StrictRedis(connection_pool=redis.BlockingConnectionPool(
        host=server.host, port=server.port, max_connections=1, timeout=1, **options))


def run_all(works):
    """Run each of *works* in a thread, and return what they raised."""
    failed = []

    def run(work):
        try:
            work()
        except Exception as error:
            failed.append(error)
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_threads_that_speak_to_two_limited_pools_do_not_wait_for_each_other(server, second_server):
    redpipe.reset()
    redpipe.connect_redis(limited(server), name='a')
    redpipe.connect_redis(limited(second_server), name='b')
    failed = []

    def work(first, second):
        for _ in range(200):
            if failed:
                return
            try:
                with redpipe.autoexec(name=first) as pipe:
                    pipe.incr('n')
                    with redpipe.autoexec(pipe, name=second) as inner:
                        inner.incr('n')
            except redis.ConnectionError as error:
                failed.append(error)

    run_all([functools.partial(work, *names) for names in ('ab', 'ba') * 2])
    redpipe.reset()
    assert not failed


class Hiding(object):
    """A pipeline object that does not tell its pool."""

    def __init__(self, pipe):
        self._pipe = pipe

    def execute_command(self, *args):
        self._pipe.execute_command(*args)

    def execute(self):
        return self._pipe.execute()

    def reset(self):
        self._pipe.reset()


def test_a_pipeline_object_that_hides_its_pool_shares_it(server):
    client = limited(server)
    client.flushdb()
    redpipe.reset()
    redpipe.connect(lambda: Hiding(client.pipeline()), name='hidden')
    redpipe.connect_redis(client)
    try:
        with redpipe.autoexec(name='hidden') as pipe:
            hidden = pipe.execute_command('INCR', 'n')
            with redpipe.autoexec(pipe) as inner:
                plain = inner.incr('n')
    finally:
        redpipe.reset()
    assert sorted([hidden.result, plain.result]) == [1, 2]


@pytest.mark.parametrize('direct', [True, False])
def test_names_of_one_client_share_its_only_connection_with_threads_too(direct, server):
    client = redis.StrictRedis(connection_pool=redis.ConnectionPool(
        host=server.host, port=server.port, max_connections=1))
    client.flushdb()
    redpipe.reset()
    redpipe.connect_redis(client, name='a', direct=direct)
    redpipe.connect_redis(client, name='b', direct=direct)
    redpipe.enable_threads()
    try:
        for _ in range(200):
            with redpipe.autoexec(name='a') as pipe:
                pipe.incr('n')
                with redpipe.autoexec(pipe, name='b') as inner:
                    inner.incr('n')
    finally:
        redpipe.disable_threads()
        redpipe.reset()
    assert client.get('n') == b'400'


# -- what changes when a client is connected already

def test_a_client_whose_pool_is_replaced_goes_to_the_new_one(server, second_server):
    client, other = server.client(), second_server.client()
    client.flushdb()
    other.flushdb()
    redpipe.reset()
    redpipe.connect_redis(client)
    with redpipe.autoexec() as pipe:
        pipe.incr('n')
    client.connection_pool = other.connection_pool
    with redpipe.autoexec() as pipe:
        pipe.incr('n')
    redpipe.reset()
    assert server.client().get('n') == other.get('n') == b'1'


@pytest.mark.parametrize('name', ['execute', 'pipeline'])
def test_what_is_traced_after_connecting_sees_the_batches(name, connected, monkeypatch):
    traces = connected if name == 'pipeline' else connected.pipeline()
    owner = next(base for base in type(traces).__mro__ if name in vars(base))
    traced, original = [], vars(owner)[name]

    def tracing(*args, **options):
        traced.append(1)
        return original(*args, **options)

    with redpipe.autoexec() as pipe:
        pipe.incr('n')
    monkeypatch.setattr(owner, name, tracing)
    with redpipe.autoexec() as pipe:
        n = pipe.incr('n')
    assert n == 2 and traced == [1]


# -- what can be connected

def test_a_client_that_decodes_is_refused(server):
    redpipe.reset()
    client = server.client(decode_responses=True)
    for connect in (redpipe.connect_redis, redpipe.connect_rediscluster,
                    ConnectionManager.connect_redis):
        with pytest.raises(InvalidPipeline, match='decode_responses'):
            connect(client)
    with pytest.raises(InvalidPipeline, match='decode_responses'):
        redpipe.connect(client.pipeline)
    redpipe.connect(lambda: client.pipeline())
    pipe = redpipe.pipeline()
    pipe.get('k')
    with pytest.raises(InvalidPipeline, match='decode_responses'):
        pipe.execute()
    redpipe.reset()


@pytest.mark.parametrize('wrong', [None, 'localhost', 6379, redis.StrictRedis, object()])
def test_what_is_no_client_is_refused(wrong):
    with pytest.raises(InvalidPipeline):
        redpipe.connect_redis(wrong)
    with pytest.raises(InvalidPipeline):
        redpipe.connect_rediscluster(wrong)


def test_an_asyncio_client_is_refused():
    asyncio = pytest.importorskip('redis.asyncio')
    with pytest.raises(InvalidPipeline, match='asyncio') as caught:
        redpipe.connect_redis(asyncio.Redis())
    assert len(str(caught.value)) < 120


class Long(object):
    def __repr__(self):
        return 'x' * 1000


def test_a_message_names_the_type_of_a_wrong_object_and_never_its_whole_repr(connected):
    def send():
        with redpipe.autoexec(name='long') as pipe:
            pipe.incr('k')

    redpipe.connect(Long, 'long')
    for call in (lambda: redpipe.connect_redis(Long()), lambda: redpipe.connect_rediscluster(Long()),
                 lambda: redpipe.connect(Long()), send,
                 lambda: redpipe.autoexec(Long()), lambda: redpipe.pipeline().on_execute(Long()),
                 lambda: redpipe.String().get([Long()]), lambda: redpipe.Hash().hget('k', Long()),
                 lambda: redpipe.String().getrange('k', Long(), 1)):
        with pytest.raises(redpipe.Error) as caught:
            call()
        text = str(caught.value)
        assert len(text) < 250 and ('Long' in text or 'list' in text)


def test_a_message_about_a_name_is_never_longer_than_a_screen(connected):
    for name in (u'n' * 1000, Long()):
        with pytest.raises(InvalidPipeline) as caught:
            redpipe.connections.ConnectionManager.backend(name)
        assert len(str(caught.value)) < 250


@pytest.mark.filterwarnings('ignore:MultiDBClient is an experimental')
def test_a_client_of_several_databases_is_refused(server, client):
    pytest.importorskip('pybreaker')
    multidb = pytest.importorskip('redis.multidb.client')
    config = pytest.importorskip('redis.multidb.config')
    redpipe.reset()
    several = multidb.MultiDBClient(config.MultiDbConfig(
        [config.DatabaseConfig(client_kwargs={'host': server.host, 'port': server.port})]))
    try:
        for connect in (redpipe.connect_redis, redpipe.connect_rediscluster,
                        functools.partial(redpipe.connect_redis, at_most_once=False, transaction=True)):
            with pytest.raises(InvalidPipeline, match='MultiDBClient'):
                connect(several)
        with pytest.raises(InvalidPipeline, match='MultiDBClient'):
            redpipe.connect(several.pipeline)
        redpipe.connect(lambda: several.pipeline())
        redpipe.connect_redis(client, name='other')
        pipe = redpipe.pipeline(name='other')
        pipe.incr('n')
        with redpipe.autoexec(pipe) as inner:
            inner.incr('n')
        with pytest.raises(InvalidPipeline, match='MultiDBClient'):
            pipe.execute()
        assert client.get('n') is None
    finally:
        redpipe.reset()
        several.close()


@pytest.mark.parametrize('wrong', [None, 'localhost', object()])
def test_what_is_not_callable_makes_no_pipelines(wrong):
    with pytest.raises(InvalidPipeline):
        redpipe.connect(wrong)


def test_both_kinds_of_client_of_old_redis_py_keep_their_own_parameters(server):
    client = redis.Redis(port=server.port)
    client.flushdb()
    redpipe.reset()
    redpipe.connect_redis(client)
    with redpipe.autoexec() as pipe:
        if redis.Redis is redis.StrictRedis:
            pipe.setex('k', 60, 'v')
        else:  # redis-py 2: Redis takes the value first, StrictRedis the time
            pipe.setex('k', 'v', 60)
        value = pipe.get('k')
    assert value == b'v'
    redpipe.reset()
    redpipe.connect_redis(server.client())
    with redpipe.autoexec() as pipe:
        pipe.setex('k', 60, 'w')
        value = pipe.get('k')
    assert value == b'w'
    redpipe.reset()


def test_a_bound_pipeline_method_can_be_connected(connected):
    ConnectionManager.reset()
    ConnectionManager.connect(connected.pipeline, 'bound')
    ConnectionManager.connect(connected.pipeline, 'bound')
    ConnectionManager.connect_redis(connected, 'bound')
    with redpipe.autoexec(name='bound') as pipe:
        foo = pipe.incr('foo')
    assert foo == 1


class Fake(object):
    """No pipeline of redis-py's, but with its interface."""

    made = []

    def __init__(self):
        self.calls = []
        self.made.append(self)

    def shout(self, *words, **options):
        self.calls.append((words, options))

    def reset(self):
        self.calls = []

    def execute(self):
        return [(' '.join(words).upper(), options) for words, options in self.calls]


def test_any_maker_of_a_pipeline_can_be_connected(connected):
    redpipe.connect(Fake, name='fake')
    with redpipe.autoexec() as pipe:
        with redpipe.autoexec(pipe, name='fake') as inner:
            loud = inner.shout('a', 'b', twice=True)
        foo = pipe.incr('foo')
        with redpipe.autoexec(pipe, name='fake') as inner:
            louder = inner.shout('c')
    assert loud == ('A B', {'twice': True}) and louder == ('C', {})
    assert foo == 1


def test_a_future_is_settled_deep_in_the_arguments_for_a_maker_of_pipelines(connected):
    redpipe.connect(Fake, name='fake')
    with redpipe.autoexec(name='fake') as pipe:
        word = redpipe.Future()
        word.set('x')
        ref = pipe.shout(word, options=[{word: (word, 1)}])
    assert ref == ('X', {'options': [{'x': ('x', 1)}]})


def test_a_command_that_only_a_maker_can_know_is_refused_before_anything_is_sent(connected):
    redpipe.connect(Fake, name='fake')
    pipe = redpipe.pipeline()
    foo = pipe.incr('foo')
    with redpipe.autoexec(pipe, name='fake') as inner:
        inner.whisper('a')
    with pytest.raises(AttributeError, match='whisper'):
        pipe.execute()
    assert connected.get('foo') is None
    with pytest.raises(redpipe.ResultNotReady, match='whisper'):
        foo.result


@pytest.mark.parametrize('made', [5, None, 'a client', redis.StrictRedis()], ids=lambda made: type(made).__name__)
def test_a_maker_of_something_else_is_found_out_before_anything_is_sent(connected, made):
    redpipe.connect(lambda: made, name='made')
    pipe = redpipe.pipeline()
    pipe.incr('before')
    with redpipe.autoexec(pipe, name='made') as inner:
        inner.incr('k')
    with pytest.raises(InvalidPipeline, match='made'):
        pipe.execute()
    assert connected.get('before') is None


@pytest.mark.skipif(not hasattr(redis, 'commands'), reason='redis-py has no commands by themselves')
def test_a_pipeline_that_borrows_the_commands_of_redis_py_can_be_made(connected):
    class Borrowing(Fake, redis.commands.CoreCommands):
        execute_command = Fake.shout

    redpipe.connect(Borrowing, name='fake')
    with redpipe.autoexec(name='fake') as pipe:
        loud = pipe.set('a', 'b')
    assert loud == ('SET A B', {})


def test_an_error_inside_a_maker_is_its_own(connected):
    def make():
        raise KeyError('mine')

    redpipe.connect(make, name='broken')
    with pytest.raises(KeyError):
        ConnectionManager.get('broken')
    with pytest.raises(KeyError):
        with redpipe.autoexec(name='broken') as pipe:
            pipe.execute_command('PING')


def test_a_batch_that_is_not_answered_by_as_many_replies_is_an_error(connected):
    class Short(Fake):
        def execute(self):
            return []

    redpipe.connect(Short, name='short')
    pipe = redpipe.pipeline(name='short')
    ref = pipe.shout('a')
    with pytest.raises(InvalidPipeline, match='0 replies'):
        pipe.execute()
    with pytest.raises(redpipe.ResultNotReady):
        ref.result


def test_the_clients_own_pipeline_method_runs_a_batch(server):
    class Client(redis.StrictRedis):
        batches = 0

        def pipeline(self, *args, **kwargs):
            self.batches += 1
            return super(Client, self).pipeline(*args, **kwargs)

    client = Client(port=server.port)
    client.flushdb()
    redpipe.reset()
    redpipe.connect_redis(client)
    with redpipe.autoexec() as pipe:
        foo = pipe.incr('foo')
    redpipe.reset()
    assert foo == 1 and client.batches == 1


# -- what a batch leaves behind

class Own(redis.StrictRedis):

    def pipeline(self, *args, **kwargs):
        return super(Own, self).pipeline(*args, **kwargs)


KINDS = {
    'directly': redpipe.connect_redis,
    'on pipeline objects': functools.partial(redpipe.connect_redis, direct=False),
    'on those of a callable': lambda client, **options: redpipe.connect(lambda: client.pipeline(**options)),
    'on those of a subclass': lambda client, **options: redpipe.connect_redis(
        Own(connection_pool=client.connection_pool), **options),
    'unwatched': functools.partial(redpipe.connect_redis, at_most_once=False),
}


def left_behind(count):
    """Run *count* batches; return how many objects they leave to the garbage collector, and how many for good."""
    def run(times):
        for _ in range(times):
            with redpipe.autoexec() as pipe:
                pipe.set('k', 1)
                pipe.get('k')
    run(20)
    gc.collect()
    del gc.garbage[:]
    before = len(gc.get_objects())
    gc.disable()
    try:
        run(count)
        cyclic = gc.collect()
    finally:
        gc.enable()
    assert gc.garbage == []
    return cyclic, len(gc.get_objects()) - before


@pytest.mark.parametrize('kind', sorted(KINDS))
def test_a_batch_leaves_no_objects_behind(kind, client, transaction):
    redpipe.reset()
    KINDS[kind](client, transaction=transaction)
    cyclic, more = left_behind(2000)
    redpipe.reset()
    assert cyclic < 100 and more < 100


def test_a_batch_on_a_cluster_leaves_no_objects_behind(clustered, transaction):
    redpipe.reset()
    try:
        redpipe.connect_redis(clustered, transaction=transaction)
    except InvalidPipeline:
        pytest.skip('no transactions on clusters')
    cyclic, more = left_behind(2000)
    redpipe.reset()
    # The pipelines of later releases of redis-py refer to themselves.
    assert cyclic < 100 or clustered.pipeline.__module__.startswith('redis.')
    assert more < 100


# -- the manager

def test_the_manager_gives_a_fresh_pipeline_object_of_the_client(connected):
    pipe = ConnectionManager.get()
    pipe.incr('foo')
    assert pipe.execute() == [1]
    assert ConnectionManager.get('default') is not ConnectionManager.get()
    with pytest.raises(InvalidPipeline):
        ConnectionManager.get('nobody')
    ConnectionManager.disconnect()
    with pytest.raises(InvalidPipeline):
        ConnectionManager.get()
    ConnectionManager.connect_redis(connected)
    ConnectionManager.reset()
    with pytest.raises(InvalidPipeline):
        ConnectionManager.get()


def test_importing_the_package_starts_no_thread_and_no_connection():
    code = ('import threading, redpipe; assert threading.active_count() == 1; '
            'from redpipe.connections import ConnectionManager as m; assert not m.connections')
    subprocess.check_call([sys.executable, '-c', code], cwd=os.path.dirname(redpipe.__path__[0]))


def test_a_callable_may_be_connected_again_but_no_other_in_its_place(client):
    def make():
        return client.pipeline(transaction=False)

    redpipe.reset()
    redpipe.connect(make)
    redpipe.connect(make)
    with pytest.raises(redpipe.AlreadyConnected):
        redpipe.connect(lambda: client.pipeline())
    redpipe.reset()


def test_a_client_that_was_given_its_own_pipelines_has_their_methods(client, connect):
    made = client.pipeline()

    class Greeting(type(made)):
        def greet(self, name):
            return self.echo('hello ' + name)

    client.pipeline = lambda transaction=True, shard_hint=None: Greeting(
        client.connection_pool, made.response_callbacks, transaction, shard_hint)
    connect(client)
    with redpipe.autoexec() as pipe:
        value = pipe.greet('Ann')
    assert value == b'hello Ann'
