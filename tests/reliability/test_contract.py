"""What RedPipe promises about a batch, whatever happens on the way; docs/contract.rst says it in words.

What the network does to a batch comes from the proxy of tests/support/faults.py, where it decides something; all of its
faults, in all combinations, are in tests/reliability/test_faults.py.
"""
import array
import pickle
import re
import signal
import sys
import threading
import time

import pytest
import redis
import redis.sentinel
import six

import redpipe
from examples.local import describe, find_servers
from faults import GARBAGE, Proxy, answer, cut_before, lose_reply, stall

try:
    import hiredis
except ImportError:
    hiredis = None

RELEASE = tuple(map(int, redis.__version__.split('.')[:2]))
HAS_RETRY = hasattr(redis, 'retry')

pytestmark = pytest.mark.usefixtures('over_drivers')

#: Whether threads send the batches, which those of asyncio do not need.
with_threads = pytest.mark.parametrize('threads', [
    False, pytest.param(True, marks=pytest.mark.blocking('is about threads'))])


def retries(count):
    """The options of a client that sends *count* times again, after any lost reply and without a pause."""
    options = {}
    if HAS_RETRY:
        options['retry'] = redis.retry.Retry(redis.backoff.NoBackoff(), count)
    if RELEASE < (4, 1):
        options['retry_on_timeout'] = bool(count)
    elif count:  # up to 5 nothing is sent again without it, and up to 4.3 nobody minds *retry*
        options['retry_on_error'] = [redis.ConnectionError, redis.TimeoutError]
    return options


@pytest.fixture(params=['directly', 'on redis-py\'s pipeline'])
def way(request):
    """The options that make batches go directly, or on the client's own pipeline objects."""
    return {'direct': request.param == 'directly'}


@pytest.fixture
def connect(client):
    """``connect_redis`` with a client of ``server`` for the default, which it returns."""
    def connect_to(name=None, **options):
        redpipe.connect_redis(client, name, **options)
        return client
    redpipe.reset()
    yield connect_to
    redpipe.disable_threads()
    redpipe.reset()


@pytest.fixture
def through(proxy):
    """Connects redpipe to the server through ``proxy``; *again* is how often the client would send again."""
    clients = []

    def connect_to(name=None, again=0, **options):
        clients.append(redis.StrictRedis(port=proxy.port, socket_timeout=0.5, **retries(again)))
        redpipe.connect_redis(clients[-1], name, **options)
        return clients[-1]

    redpipe.reset()
    yield connect_to
    redpipe.disable_threads()
    redpipe.reset()
    for one in clients:
        one.connection_pool.disconnect()


def executed(*calls, **options):
    """Queue *calls*, functions of a pipe, and execute them; return the Futures and the error, or None."""
    pipe = redpipe.pipeline(name=options.pop('name', None), **options)
    refs = [call(pipe) for call in calls]
    try:
        pipe.execute()
    except Exception as error:
        return refs, error
    return refs, None


def incr(key):
    return lambda pipe: pipe.incr(key)


def get(key):
    return lambda pipe: pipe.get(key)


def said(error):
    """The text of *error*, native on every Python."""
    return six.ensure_str(error.args[0])


def is_wrong_type(error):
    return isinstance(error, redis.ResponseError) and 'not an integer' in said(error)


# -- 1. Order

def test_each_server_runs_its_commands_in_program_order(client, second_server, connect, way):
    connect('a', **way)
    other = second_server.client()
    other.flushdb()
    redpipe.connect_redis(other, 'b', **way)
    with redpipe.pipeline(autoexec=True) as pipe:
        for number in range(6):
            for name in 'ab':
                with redpipe.autoexec(pipe, name=name) as inner:
                    inner.rpush('log', number)
    assert client.lrange('log', 0, -1) == other.lrange('log', 0, -1) == [b'0', b'1', b'2', b'3', b'4', b'5']


class OwnClient(redis.StrictRedis):

    def pipeline(self, *args, **kwargs):
        return super(OwnClient, self).pipeline(*args, **kwargs)


VIEWS = [memoryview(b'abcdef'), memoryview(bytearray(b'abcdef'))[1:3]]
if six.PY3:
    VIEWS += [memoryview(b'abcdef')[::2], memoryview(b'abcdef')[::-1], memoryview(array.array('i', [1, 2, 3]))]


@pytest.mark.blocking('connects a callable')
@pytest.mark.parametrize('view', VIEWS, ids=lambda view: repr(view.tobytes()))
def test_a_memoryview_is_sent_as_its_bytes(view, client, connect, way, transaction):
    class Bytes(redpipe.String):
        valueparse = redpipe.BinaryField

    connect(transaction=transaction, **way)
    redpipe.connect(lambda: client.pipeline(), name='callable')
    redpipe.connect_redis(OwnClient(connection_pool=client.connection_pool), name='subclass')
    kept = redpipe.Future()
    kept.set(view)
    with redpipe.autoexec() as pipe:
        pipe.set('a', view)
        pipe.execute_command('SET', 'b', kept)
        pipe.mset({'c': view})
        Bytes(pipe).eval('d', "redis.call('SET', KEYS[1], ARGV[1])", view)
        for name in 'callable', 'subclass':
            with redpipe.autoexec(pipe, name=name) as inner:
                inner.set(name, view)
    assert client.mget('a', 'b', 'c', 'd', 'callable', 'subclass') == [view.tobytes()] * 6


# -- 2. At most once

@pytest.mark.parametrize('lost', [lose_reply, stall])
def test_a_write_whose_reply_is_lost_is_not_sent_again(client, proxy, through, way, transaction, lost):
    through(again=3, transaction=transaction, **way)
    proxy.next(lost, after=1 if transaction else 0)
    (ref,), error = executed(incr('k'))
    assert isinstance(error, redpipe.OutcomeUnknown)
    assert proxy.seen == (2 if transaction else 1)
    assert client.get('k') == (None if transaction else b'1')


def test_a_transaction_whose_reply_is_lost_is_not_sent_again(client, proxy, through, way):
    through(again=3, transaction=True, **way)
    proxy.next(lose_reply, after=3)
    refs, error = executed(incr('k'), incr('k'))
    assert isinstance(error, redpipe.OutcomeUnknown)
    assert proxy.seen == 4 and client.get('k') == b'2'


def test_reads_are_sent_again_as_often_as_the_client_says(client, proxy, through, transaction):
    client.set('k', 'v')
    again = 2 if HAS_RETRY else 1
    through(again=again, transaction=transaction)
    for _ in range(again):
        proxy.next(stall)
        before = proxy.seen
        refs, error = executed(get('k'), get('k'))
        assert error is None and refs == [b'v', b'v']
        assert proxy.seen - before == (5 if transaction else 3)


def settings():
    """All kinds of things that a client can be told about sending again."""
    if not HAS_RETRY:
        return [{}, {'retry_on_timeout': True}]
    twice = {'retry': redis.retry.Retry(redis.backoff.NoBackoff(), 2)}
    various = [twice, dict(twice, retry_on_timeout=True)]
    if RELEASE < (6, 0):  # later ones pause, for seconds, unless *retry* says something else
        various += [{}, {'retry_on_timeout': True}]
    if RELEASE >= (4, 1):
        various += [dict(twice, retry_on_error=[kind])
                    for kind in (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError)]
    return various


@pytest.mark.filterwarnings('ignore:.*retry_on_timeout')
@pytest.mark.parametrize('options', settings(), ids=' '.join)
@pytest.mark.parametrize('lost', [lose_reply, stall, answer('LOADING Redis is loading the dataset in memory')])
def test_a_read_is_sent_as_often_as_its_client_sends_one(proxy, lost, options, driver):
    client = redis.StrictRedis(port=proxy.port, socket_timeout=0.1 if lost is stall else 0.5, **options)
    redpipe.reset()
    redpipe.connect_redis(client)
    proxy.always(lost)
    with pytest.raises(redis.ConnectionError if lost is not stall else redis.TimeoutError) as expected:
        driver.run(driver.twin(client).get('k'))
    alone = proxy.seen
    (ref,), error = executed(get('k'))
    redpipe.reset()
    client.connection_pool.disconnect()
    assert type(error) is expected.type and proxy.seen == 2 * alone


def test_reads_are_given_up_with_the_error_of_redis_py(proxy, through):
    through(again=1)
    proxy.always(stall)
    (ref,), error = executed(get('k'))
    assert type(error) is redis.TimeoutError
    assert proxy.seen == 2


def test_reads_of_a_client_that_never_sends_again_are_sent_once(proxy, through, way):
    through(again=0, **way)
    proxy.always(stall)
    (ref,), error = executed(get('k'))
    assert type(error) is redis.TimeoutError and proxy.seen == 1


def test_reads_are_sent_again_by_redis_pys_pipelines_too(client, proxy, through):
    client.set('k', 'v')
    client = through(again=1, direct=False)
    client.connection_pool.connection_kwargs['retry_on_timeout'] = True
    proxy.next(stall, after=1)
    refs, error = executed(get('k'), get('k'))
    assert error is None and refs == [b'v', b'v'] and proxy.seen == 4


@pytest.mark.blocking('only a blocking pipe asks pipelines of the user for their methods')
def test_a_client_with_pipelines_of_its_own_sends_a_write_once_too(client, proxy):
    class Client(redis.StrictRedis):
        def pipeline(self, *args, **kwargs):
            return super(Client, self).pipeline(*args, **kwargs)

    redpipe.reset()
    redpipe.connect_redis(Client(port=proxy.port, socket_timeout=0.5, retry_on_timeout=True))
    proxy.next(stall)
    (ref,), error = executed(incr('k'))
    redpipe.reset()
    assert isinstance(error, redpipe.OutcomeUnknown) and error.commands == [('incr', 'k')]
    assert proxy.seen == 1 and client.get('k') == b'1'


def test_one_may_leave_it_to_redis_py_which_sends_writes_again(client, proxy, through):
    client = through(again=1, at_most_once=False)
    client.connection_pool.connection_kwargs['retry_on_timeout'] = True
    proxy.next(stall)
    (ref,), error = executed(incr('k'))
    assert error is None and ref == 2  # though it was incremented once


def test_one_write_among_reads_keeps_all_of_them_from_being_sent_again(client, proxy, through, way):
    through(again=3, **way)
    proxy.next(stall)
    refs, error = executed(get('k'), incr('k'), get('k'))
    assert isinstance(error, redpipe.OutcomeUnknown) and proxy.seen == 1


@pytest.mark.parametrize('words', [('NEWCOMMAND', 'k'), ('OBJECT', 'NEWWORD', 'k'), ('SORT', 'k', 'STORE', 'l'), ('',)])
def test_a_command_that_is_not_known_to_read_counts_as_a_write(proxy, through, words):
    through(again=3)
    proxy.next(stall)
    refs, error = executed(lambda pipe: pipe.execute_command(*words))
    assert isinstance(error, redpipe.OutcomeUnknown) and proxy.seen == 1


@pytest.mark.parametrize('words', [('get', 'k'), (b'GET', b'k'), ('EXISTS', 'k'), ('OBJECT', 'encoding', 'k'),
                                   ('OBJECT ENCODING', 'k'), (u'Object', u'refcount', 'k'), (b'memory', 'USAGE', 'k')])
def test_a_read_is_known_however_it_is_written(client, proxy, through, words):
    client.set('k', 'v')
    through(again=1)
    proxy.next(stall)
    refs, error = executed(lambda pipe: pipe.execute_command(*words))
    assert error is None and proxy.seen == 2


def test_a_batch_that_reached_nobody_fails_with_the_error_of_redis_py_alone(through, proxy, way):
    through(**way)
    proxy.stop()
    (ref,), error = executed(incr('k'))
    assert type(error) is redis.ConnectionError


def test_a_connection_that_was_closed_meanwhile_is_replaced_before_a_write(client, proxy, through, way):
    through(**way)
    executed(incr('k'))
    for link in list(proxy.links):
        proxy.kill()
    time.sleep(0.05)
    (ref,), error = executed(incr('k'))
    assert error is None and ref == 2


# -- 3. Unknown is said

@pytest.mark.parametrize('lost, kind', [(lose_reply, redis.ConnectionError), (stall, redis.TimeoutError)])
def test_an_unknown_outcome_is_an_instance_of_the_error_of_redis_py_too(proxy, through, way, lost, kind):
    through('users', **way)
    proxy.next(lost, after=1)
    refs, error = executed(incr('a'), incr('b'), get('c'), name='users')
    assert isinstance(error, redpipe.OutcomeUnknown) and isinstance(error, redpipe.Error)
    assert isinstance(error, kind) and isinstance(error.__cause__, kind)
    assert type(error).__name__ == 'OutcomeUnknown'


def test_an_unknown_outcome_tells_the_connection_the_commands_and_the_replies(proxy, through, way):
    through('users', **way)
    proxy.next(lose_reply, after=1)
    refs, error = executed(incr('a'), lambda pipe: pipe.set('b', b'\xff'), get('c'), name='users')
    assert error.connection == 'users'
    assert error.commands == [('INCRBY', 'a', 1), ('SET', 'b', b'\xff'), ('GET', 'c')]
    assert error.replies == 1
    assert error.outcomes == [1, error, error]
    for word in ("'users'", '2 of 3', 'not sent again', type(error.__cause__).__name__):
        assert word in said(error)


def test_names_that_are_hidden_from_reply_callbacks_are_told_as_they_are(proxy, through, way):
    class Scores(redpipe.SortedSet):
        keyspace = 'Z'

    through(**way)
    proxy.next(lose_reply, after=1)
    refs, error = executed(incr('n'), lambda pipe: Scores(pipe).zadd('k', 'a', 1, incr=True))
    assert [words[0] for words in error.commands] == ['INCRBY', 'ZADD']


@pytest.mark.parametrize('after', range(5))
def test_no_reply_of_a_transaction_has_arrived_before_exec_is_answered(proxy, through, way, after):
    through(transaction=True, **way)
    proxy.next(lose_reply, after=after)
    refs, error = executed(incr('a'), incr('b'), incr('c'))
    assert isinstance(error, redpipe.OutcomeUnknown)
    assert error.replies == 0 and error.outcomes == [error] * 3


def test_replies_that_arrived_are_those_that_the_futures_would_have_had(client, proxy, through, way):
    client.hset('h', 'a', 1)
    through(**way)
    proxy.next(lose_reply, after=3)
    refs, error = executed(lambda pipe: pipe.expire('h', 60), lambda pipe: pipe.hgetall('h'),
                           lambda pipe: pipe.hincrby('h', 'a', 'x'), incr('k'))
    assert error.outcomes[0] is True and error.outcomes[1] == {b'a': b'1'}
    assert is_wrong_type(error.outcomes[2]) and error.outcomes[3] is error


@pytest.mark.parametrize('text', GARBAGE + [b':many\r\n', b'$few\r\n'])
def test_what_is_no_reply_is_an_unknown_outcome_and_closes_the_connection(client, proxy, through, way, text):
    if text not in GARBAGE and hiredis and hiredis.__version__ < '2':
        pytest.skip('a number, or None, for this hiredis')

    def garbage(link, command):
        link.answer(text)
        link.wait()

    through(**way)
    proxy.next(garbage)
    refs, error = executed(incr('k'), incr('k'))
    assert isinstance(error, redpipe.OutcomeUnknown)
    assert isinstance(error, (redis.ConnectionError, redis.TimeoutError))
    (ref,), error = executed(incr('n'))
    assert error is None and ref == 1


def test_an_unknown_outcome_can_be_pickled(proxy, through):
    through('users')
    proxy.next(lose_reply, after=1)
    _, error = executed(incr('a'), incr('a'), name='users')
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(error, protocol))
        assert isinstance(twin, redpipe.OutcomeUnknown) and isinstance(twin, redis.ConnectionError)
        assert (twin.connection, twin.commands, twin.replies) == (error.connection, error.commands, error.replies)
        assert said(twin) == said(error)
        assert twin.outcomes == [1, twin]


# -- 4. All or nothing in the program

@with_threads
def test_after_a_lost_reply_no_future_has_a_value_and_no_callback_runs(client, connect, proxy, through, threads):
    connect('near')
    through('far')
    if threads:
        redpipe.enable_threads()
    called = []
    proxy.next(lose_reply, after=1)
    pipe = redpipe.pipeline(name='near')
    pipe.on_execute(lambda: called.append(1))
    refs = [pipe.incr('n')]
    with redpipe.autoexec(pipe, name='far') as inner:
        inner.on_execute(lambda: called.append(2))
        refs += [inner.incr('f'), inner.incr('f')]
    with pytest.raises(redpipe.OutcomeUnknown) as caught:
        pipe.execute()
    assert called == []
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='replies to 1 of 2 commands were lost') as unread:
            ref.result
        assert unread.value.__cause__ is caught.value
    # What did run can be told from the error.
    assert caught.value.outcomes == [1, 1, caught.value]


def test_the_error_names_every_connection_that_failed(client, connect, proxy, through):
    connect('near')
    through('far')
    through('gone').connection_pool.connection_kwargs['port'] = 1
    client.set('text', 'abc')
    proxy.next(lose_reply)
    pipe = redpipe.pipeline(name='near')
    refs = [pipe.incr('text'), pipe.incr('n')]
    for name in ('gone', 'far'):
        with redpipe.autoexec(pipe, name=name) as inner:
            refs.append(inner.incr('k'))
    with pytest.raises(redis.ResponseError, match='not an integer') as caught:
        pipe.execute()
    text = said(caught.value)
    for words in ("connection 'near': Command # 1 (INCRBY text 1)", "connection 'gone' failed too: ConnectionError",
                  "connection 'far' failed too: OutcomeUnknown"):
        assert words in text
    wrong, one, gone, unknown = caught.value.outcomes
    assert wrong is caught.value and one == 1
    assert type(gone) is redis.ConnectionError and isinstance(unknown, redpipe.OutcomeUnknown)


# -- 5. An error reply is not a lost reply

def test_the_first_failing_command_in_program_order_is_raised_with_its_place(connect, way, transaction):
    client = connect(transaction=transaction, **way)
    client.mset({'one': 'abc', 'two': 'abc'})
    refs, error = executed(incr('n'), incr('one'), incr('two'))
    assert is_wrong_type(error)
    assert 'Command # 2 (INCRBY one 1)' in said(error) and 'two' not in said(error)
    assert client.get('n') == b'1'


def test_the_error_carries_the_outcome_of_every_command(connect, way, transaction):
    client = connect(transaction=transaction, **way)
    client.set('text', 'abc')
    refs, error = executed(incr('n'), incr('text'), lambda pipe: pipe.expire('n', 60), incr('text'),
                           lambda pipe: pipe.hgetall('nothing'))
    assert [outcome for outcome in error.outcomes if not isinstance(outcome, Exception)] == [1, True, {}]
    assert error.outcomes[1] is error and is_wrong_type(error.outcomes[3])
    assert error.outcomes[0] == 1 and error.outcomes[4] == {}
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='INCRBY text'):
            ref.result


class Wrapper(object):
    """Hands on whatever it is asked for to a client, as the proxies of web frameworks do."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(self.client, name)


class OwnPipeline(type(redis.StrictRedis().pipeline())):

    def execute(self):
        return super(OwnPipeline, self).execute()


class ClientWithOwnPipelines(redis.StrictRedis):

    def pipeline(self, transaction=True, shard_hint=None):
        return OwnPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


@pytest.fixture(params=['subclass'] + [
    pytest.param(name, marks=pytest.mark.blocking('hands out pipelines that block'))
    for name in ('wrapper', 'callable', 'own pipeline')])
def own(request, client):
    """Connects what is a client of the user's own, in one way or another; see ``connect``."""
    redpipe.reset()

    def connect_to(transaction=False):
        if request.param == 'subclass':
            redpipe.connect_redis(OwnClient(connection_pool=client.connection_pool), transaction=transaction)
        elif request.param == 'wrapper':
            redpipe.connect_redis(Wrapper(client), transaction=transaction)
        elif request.param == 'callable':
            redpipe.connect(lambda: client.pipeline(transaction=transaction))
        elif transaction:
            pytest.skip('the replies of its transactions are not told')
        else:
            redpipe.connect_redis(ClientWithOwnPipelines(connection_pool=client.connection_pool))
        client.set('text', 'abc')
        return client
    yield connect_to
    redpipe.reset()


def test_an_error_of_a_client_of_ones_own_carries_the_outcome_of_every_command_too(own, transaction):
    own(transaction)
    refs, error = executed(
        incr('n'), incr('text'), lambda pipe: pipe.execute_command('INCR', 'text'), lambda pipe: pipe.hgetall('no'))
    assert is_wrong_type(error) and re.match(r'Command # 2 \(INCRBY text 1\) of pipeline', said(error))
    assert [error.outcomes[0], error.outcomes[3]] == [1, {}]
    assert error.outcomes[1] is error and is_wrong_type(error.outcomes[2])


def test_leniently_each_future_of_a_client_of_ones_own_has_its_own_value_or_its_own_error(own, transaction):
    own(transaction)
    (before, wrong, after), error = executed(incr('n'), incr('text'), incr('n'), raise_on_error=False)
    assert error is None and (before, after) == (1, 2)
    with pytest.raises(redis.ResponseError, match='not an integer'):
        wrong.result


@pytest.mark.skipif(RELEASE < (3, 0), reason='redis-py 2 encodes any value')
def test_what_a_client_of_ones_own_cannot_send_keeps_others_from_sending(own, connect):
    client = own()
    redpipe.connect_redis(client, name='other')
    pipe = redpipe.pipeline(name='other')
    pipe.incr('before')
    with redpipe.autoexec(pipe) as inner:
        inner.set('k', object())
    with pytest.raises(redis.DataError):
        pipe.execute()
    assert client.get('before') is None


def test_outcomes_are_in_program_order_over_connections_and_nesting(client, second_server, connect, way):
    connect(**way)
    other = second_server.client()
    other.flushdb()
    redpipe.connect_redis(other, 'other', **way)
    client.set('text', 'abc')
    pipe = redpipe.pipeline()
    pipe.rpush('log', 'a')
    with redpipe.autoexec(pipe, name='other') as inner:
        inner.rpush('log', 'a', 'b', 'c')
        with redpipe.autoexec(inner) as innermost:
            innermost.incr('text')
        inner.llen('log')
    pipe.llen('log')
    with pytest.raises(redis.ResponseError) as caught:
        pipe.execute()
    assert caught.value.outcomes == [1, 3, caught.value, 3, 1]


def test_an_error_can_be_told_on_every_python_whatever_the_key(connect, way):
    client = connect(**way)
    for key in (u'caf\xe9', u'\u2603', b'\xff\x00'):
        client.set(key, 'abc')
        (ref,), error = executed(incr(key))
        assert is_wrong_type(error)
        with pytest.raises(redpipe.ResultNotReady, match='not an integer'):
            ref.result


def test_leniently_each_future_has_its_own_value_or_its_own_error(connect, way, transaction):
    client = connect(transaction=transaction, **way)
    client.set('text', 'abc')
    (before, wrong, after), error = executed(incr('n'), incr('text'), incr('n'), raise_on_error=False)
    assert error is None
    assert (before, after) == (1, 2)
    for _ in range(2):
        with pytest.raises(redis.ResponseError, match='not an integer'):
            wrong.result
    with pytest.raises(redis.ResponseError):
        wrong + 1
    assert repr(wrong) == 'None'


def test_leniently_callbacks_run(connect, way, transaction):
    client = connect(transaction=transaction, **way)
    client.set('text', 'abc')
    called = []
    with redpipe.autoexec(raise_on_error=False) as pipe:
        pipe.on_execute(lambda: called.append('outer'))
        with redpipe.autoexec(pipe) as inner:
            wrong, right = inner.incr('text'), inner.incr('n')
            inner.on_execute(lambda: called.append(right.result))
    assert called == [1, 'outer']
    with pytest.raises(redis.ResponseError):
        wrong.result


@pytest.mark.parametrize('lenient', [
    lambda: redpipe.pipeline(raise_on_error=False).execute,
    lambda: redpipe.autoexec(raise_on_error=False).execute,
    lambda: lambda pipe=redpipe.pipeline(): pipe.execute(raise_on_error=False),
])
def test_leniency_can_be_asked_for_when_the_pipe_is_made_or_executed(connect, lenient):
    connect().set('text', 'abc')
    execute = lenient()
    pipe = getattr(execute, '__self__', None) or execute.__defaults__[0]
    wrong = pipe.incr('text')
    execute()
    with pytest.raises(redis.ResponseError):
        wrong.result


def test_execute_overrules_what_the_pipe_was_made_with(connect):
    connect().set('text', 'abc')
    pipe = redpipe.pipeline(raise_on_error=False)
    pipe.incr('text')
    with pytest.raises(redis.ResponseError):
        pipe.execute(raise_on_error=True)
    pipe.incr('text')
    pipe.execute()


def test_a_lenient_child_does_not_make_its_strict_root_fail(connect, way, transaction):
    client = connect(transaction=transaction, **way)
    client.set('text', 'abc')
    with redpipe.autoexec() as pipe:
        before = pipe.incr('n')
        with redpipe.autoexec(pipe, raise_on_error=False) as inner:
            with redpipe.autoexec(inner) as innermost:
                deep = innermost.incr('text')
            wrong, right = inner.incr('text'), inner.incr('n')
    assert (before, right) == (1, 2)
    for ref in (deep, wrong):
        with pytest.raises(redis.ResponseError, match='not an integer'):
            ref.result


def test_a_strict_root_fails_by_its_own_commands_beside_a_lenient_child(connect, way, transaction):
    client = connect(transaction=transaction, **way)
    client.set('text', 'abc')
    pipe = redpipe.pipeline()
    with redpipe.autoexec(pipe, raise_on_error=False) as inner:
        spared = inner.incr('text')
    pipe.incr('n')
    pipe.incr('text')
    with pytest.raises(redis.ResponseError, match='Command # 3') as caught:
        pipe.execute()
    assert is_wrong_type(caught.value.outcomes[0]) and caught.value.outcomes[1] == 1
    with pytest.raises(redpipe.ResultNotReady):
        spared.result


def test_a_child_of_a_lenient_root_is_lenient_too(connect, way):
    connect(**way).set('text', 'abc')
    with redpipe.autoexec(raise_on_error=False) as pipe:
        with redpipe.autoexec(pipe) as inner:
            wrong, right = inner.incr('text'), inner.incr('n')
    assert right == 1
    with pytest.raises(redis.ResponseError):
        wrong.result


def test_leniency_ends_with_the_execute(connect):
    connect().set('text', 'abc')
    pipe = redpipe.pipeline()
    pipe.incr('text')
    pipe.execute(raise_on_error=False)
    with redpipe.autoexec(pipe, raise_on_error=False) as inner:
        inner.incr('text')
    pipe.reset()
    pipe.incr('text')
    with pytest.raises(redis.ResponseError):
        pipe.execute()


@with_threads
def test_a_lost_reply_is_raised_leniently_too(proxy, through, threads):
    through()
    if threads:
        redpipe.enable_threads()
    proxy.next(lose_reply)
    (ref,), error = executed(incr('k'), raise_on_error=False)
    assert isinstance(error, redpipe.OutcomeUnknown)
    with pytest.raises(redpipe.ResultNotReady):
        ref.result


def malformed(pipe):
    """A command that no server queues, so that the transaction around it fails as a whole."""
    return pipe.execute_command('GET', 'one key', 'too many')


def test_a_refused_command_keeps_the_transaction_from_running(connect, way):
    client = connect(transaction=True, **way)
    refs, error = executed(incr('k'), malformed, incr('k'))
    assert isinstance(error, redis.ResponseError) and 'Command # 2 (GET one key too many)' in said(error)
    assert said(error).count('Command #') == 1
    assert len(error.outcomes) == 3 and all(isinstance(outcome, redis.ResponseError) for outcome in error.outcomes)
    assert client.get('k') is None


def test_leniently_every_command_of_a_transaction_that_did_not_run_has_an_error(connect, way):
    client = connect(transaction=True, **way)
    refs, error = executed(incr('k'), malformed, incr('k'), raise_on_error=False)
    assert error is None
    for ref in refs:
        with pytest.raises(redis.ResponseError):
            ref.result
    with pytest.raises(redis.ResponseError, match='wrong number of arguments'):
        refs[1].result
    assert client.get('k') is None


def test_commands_of_one_who_may_not_multi_are_told_as_they_ran(client, server, connect):
    try:
        client.execute_command('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '+@all', '-multi')
    except redis.ResponseError:
        pytest.skip('this server knows no users')
    limited = server.client(username='limited', password='secret') if HAS_RETRY else None
    if limited is None:
        pytest.skip('this redis-py cannot log in as a user')
    try:
        redpipe.connect_redis(limited, transaction=True)
        refs, error = executed(incr('k'), incr('k'), raise_on_error=False)
    finally:
        client.execute_command('ACL', 'DELUSER', 'limited')
    assert isinstance(error, redis.ResponseError) and 'multi' in said(error)
    assert error.outcomes == [1, 2] and client.get('k') == b'2'


@pytest.mark.parametrize('text, kind', [
    ('LOADING Redis is loading the dataset in memory', redis.BusyLoadingError),
    ('NOAUTH Authentication required.', redis.AuthenticationError if HAS_RETRY else redis.ConnectionError)])
def test_a_refusal_for_which_redis_py_closes_the_connection_is_a_reply_where_it_is_the_last(proxy, through, text, kind):
    if not HAS_RETRY and 'NOAUTH' in text:
        pytest.skip('a plain error reply for this redis-py')
    through()
    proxy.next(answer(text))
    (ref,), error = executed(incr('k'))
    assert type(error) is kind
    proxy.next(answer(text), after=1)
    refs, error = executed(incr('k'), incr('k'))
    assert isinstance(error, redpipe.OutcomeUnknown) and isinstance(error.__cause__, kind)
    assert error.outcomes == [1, error]


def test_a_refusal_in_a_transaction_is_no_reply_to_exec(proxy, through):
    through(transaction=True)
    proxy.next(answer('LOADING Redis is loading the dataset in memory'), after=1)
    refs, error = executed(incr('k'))
    assert isinstance(error, redpipe.OutcomeUnknown) and isinstance(error.__cause__, redis.BusyLoadingError)


def test_a_transaction_that_could_not_end_does_not_take_in_the_next_batch(client, proxy, through):
    same = through(transaction=True)
    proxy.next(answer("NOPERM this user has no permissions to run the 'exec' command"), after=2)
    (ref,), error = executed(incr('k'))
    assert isinstance(error, redis.ResponseError)
    assert same.incr('k') == 1


# What says that the server ran nothing, and that another one, or this one later, would; and the error that names it.
READONLY = "READONLY You can't write against a read only replica.", redis.exceptions.ReadOnlyError
ELSEWHERE = [
    READONLY,
    ("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", redis.ResponseError),
    ('CLUSTERDOWN The cluster is down', redis.ResponseError),
    ('TRYAGAIN Multiple keys request during rehashing of slot', redis.ResponseError),
    ('BUSY Redis is busy running a script.', redis.ResponseError),
]
LOADING = 'LOADING Redis is loading the dataset in memory', redis.ConnectionError

needs_retry_on_error = pytest.mark.skipif(RELEASE < (4, 1), reason='no retry_on_error in this redis-py')
PIPELINES_ASK_FOR_NAMED_ERRORS = RELEASE >= (5, 0)


def first_word(value):
    return value.split()[0] if isinstance(value, str) else ''


@pytest.fixture
def insisting(proxy):
    """Connects redpipe through ``proxy`` with a client that sends *again* after the errors that it is told."""
    clients = []

    def connect_to(error, again=3, **options):
        leaves_it = not options.get('direct', True) or not options.get('at_most_once', True)
        if leaves_it and not PIPELINES_ASK_FOR_NAMED_ERRORS:
            pytest.skip('the pipelines of this redis-py look at retry_on_timeout alone')
        clients.append(redis.StrictRedis(port=proxy.port, retry_on_error=[error], retry=redis.retry.Retry(
            redis.backoff.NoBackoff(), again)))
        redpipe.connect_redis(clients[-1], **options)
        return clients[-1]

    redpipe.reset()
    yield connect_to
    redpipe.reset()
    for one in clients:
        one.connection_pool.disconnect()


@needs_retry_on_error
@pytest.mark.parametrize('text, error', ELSEWHERE + [LOADING], ids=first_word)
def test_a_write_that_was_refused_is_sent_again_as_the_client_says(text, error, client, proxy, insisting, way):
    insisting(error, **way)
    proxy.next(answer(text))
    (ref,), error = executed(incr('k'))
    assert error is None
    assert ref == 1 and client.get('k') == b'1' and proxy.seen == 2


@needs_retry_on_error
@pytest.mark.parametrize('text, error', ELSEWHERE, ids=first_word)
def test_a_read_that_was_refused_is_sent_again_as_the_client_says(text, error, client, proxy, insisting, way):
    insisting(error, **way)
    client.set('k', 'v')
    for after in range(3):
        proxy.next(answer(text), after)
    (ref,), error = executed(get('k'))
    assert error is None
    assert ref == b'v' and proxy.seen == 4


@needs_retry_on_error
def test_writes_that_were_all_refused_are_sent_again_as_the_client_says(client, proxy, insisting, way):
    insisting(READONLY[1], **way)
    for after in range(2):
        proxy.next(answer(READONLY[0]), after)
    refs, error = executed(incr('k'), incr('k'))
    assert error is None
    assert refs == [1, 2] and proxy.seen == 4


@needs_retry_on_error
def test_one_may_leave_what_was_refused_to_redis_py(client, proxy, insisting):
    insisting(READONLY[1], at_most_once=False)
    proxy.next(answer(READONLY[0]))
    (ref,), error = executed(incr('k'))
    assert error is None
    assert ref == 1


@needs_retry_on_error
def test_the_connection_to_a_demoted_primary_is_closed_as_redis_py_closes_it(proxy, insisting, way, driver):
    client = driver.twin(insisting(READONLY[1], again=0, **way))

    def closed():
        connection, = client.connection_pool._available_connections
        return not driver.is_open(connection)

    proxy.next(answer(READONLY[0]))
    with pytest.raises(redis.exceptions.ReadOnlyError):
        driver.run(client.pipeline(transaction=False).incr('k').execute())
    assert closed()
    proxy.next(answer(READONLY[0]))
    (ref,), error = executed(incr('k'))
    assert isinstance(error, redis.exceptions.ReadOnlyError) and not isinstance(error, redpipe.OutcomeUnknown)
    assert closed()


@needs_retry_on_error
def test_a_batch_of_which_a_command_ran_is_not_sent_again(client, proxy, insisting, way):
    insisting(READONLY[1], **way)
    proxy.next(answer(READONLY[0]), after=1)
    refs, error = executed(incr('k'), incr('k'), incr('k'))
    assert type(error) is redis.exceptions.ReadOnlyError and error.outcomes == [1, error, 2] and proxy.seen == 3


@needs_retry_on_error
@pytest.mark.parametrize('words', [('EVAL', 'return 1', 0), ('EVALSHA', 'f' * 40, 0), ('FCALL', 'f', 0), ('NEW', 'k')],
                         ids=first_word)
def test_a_script_or_a_command_that_is_not_known_is_not_sent_again(words, proxy, insisting, way):
    # It may have written before it was refused.
    insisting(READONLY[1], **way)
    proxy.next(answer(READONLY[0]))
    (ref,), error = executed(lambda pipe: pipe.execute_command(*words))
    assert type(error) is redis.exceptions.ReadOnlyError and proxy.seen == 1


@needs_retry_on_error
@pytest.mark.parametrize('text, error', [(READONLY[0], redis.TimeoutError), ('ERR no', redis.ResponseError)],
                         ids=first_word)
def test_what_the_client_does_not_name_is_not_sent_again(text, error, proxy, insisting, way):
    insisting(error, **way)
    proxy.next(answer(text))
    (ref,), error = executed(get('k'))
    assert isinstance(error, redis.ResponseError) and proxy.seen == 1


class Primary(object):
    """Stands for a Sentinel that goes on naming one server as the primary."""

    def __init__(self, port):
        self.port = port

    def discover_master(self, name):
        return '127.0.0.1', self.port


def test_the_refusal_of_a_primary_that_sentinel_named_is_that_of_redis_py(client, proxy, way):
    options = retries(0)
    options.pop('retry_on_timeout', None)
    pool = redis.sentinel.SentinelConnectionPool('main', Primary(proxy.port), **options)
    redpipe.reset()
    redpipe.connect_redis(redis.StrictRedis(connection_pool=pool), **way)
    proxy.next(answer(READONLY[0]))
    (ref,), error = executed(incr('k'))
    redpipe.reset()
    pool.disconnect()
    assert isinstance(error, redis.ConnectionError) and 'previous master is now a slave' in said(error)
    assert not isinstance(error, redpipe.OutcomeUnknown)
    assert client.get('k') is None and proxy.seen == 1


def test_the_refusal_of_a_primary_that_sentinel_named_loses_the_other_replies(client, proxy, way):
    options = retries(0)
    options.pop('retry_on_timeout', None)
    pool = redis.sentinel.SentinelConnectionPool('main', Primary(proxy.port), **options)
    redpipe.reset()
    redpipe.connect_redis(redis.StrictRedis(connection_pool=pool), **way)
    proxy.next(answer(READONLY[0]), after=1)
    refs, error = executed(incr('k'), incr('k'), incr('k'))
    redpipe.reset()
    pool.disconnect()
    assert isinstance(error, redpipe.OutcomeUnknown) and error.outcomes == [1, error, error]


def test_reads_wait_for_a_server_that_is_loading_as_the_client_says(client, proxy, through):
    if RELEASE < (4, 1):
        pytest.skip('this redis-py does not')
    client.set('k', 'v')
    through(again=2)
    for after in (0, 1):
        proxy.next(answer('LOADING Redis is loading the dataset in memory'), after=after)
        refs, error = executed(get('k'), get('k'))
        assert error is None and refs == [b'v', b'v']


@pytest.mark.parametrize('error', [ValueError, redis.DataError])
def test_what_a_reply_callback_cannot_take_is_the_error_of_its_own_future(connect, transaction, way, error):
    def whole(reply):
        try:
            return int(reply)
        except ValueError:
            raise error('no number')

    client = connect(transaction=transaction, **way)
    client.set_response_callback('GET', whole)
    client.mset({'a': '1', 'b': 'abc', 'c': '3'})
    (a, b, c), failure = executed(get('a'), get('b'), get('c'))
    assert failure is None and (a, c) == (1, 3)
    with pytest.raises(error):
        b.result


def test_one_that_a_callback_cannot_take_is_among_the_replies_that_arrived(proxy, through, way):
    client = through(**way)
    client.set_response_callback('GET', int)
    client.set('k', 'abc')
    proxy.next(lose_reply, after=2)
    refs, error = executed(incr('m'), get('k'), incr('n'))
    assert isinstance(error, redpipe.OutcomeUnknown) and error.replies == 2
    assert error.outcomes[0] == 1 and type(error.outcomes[1]) is ValueError and error.outcomes[2] is error


def test_all_that_ran_is_told_though_the_connection_cannot_be_given_back(connect, way, monkeypatch, driver):
    client = driver.twin(connect(**way))

    def release(connection):
        raise redis.ConnectionError('not now')

    with monkeypatch.context() as patched:
        patched.setattr(client.connection_pool, 'release', release)
        refs, error = executed(incr('k'), incr('k'))
    assert error is None and refs == [1, 2]


def test_a_client_lives_until_its_batch_has_ended(proxy, way):
    redpipe.reset()
    redpipe.connect_redis(redis.StrictRedis(port=proxy.port), **way)
    pipe = redpipe.pipeline()
    refs = [pipe.incr('n'), pipe.blpop('nothing', 1), pipe.incr('n')]
    forgetful = threading.Timer(0.3, redpipe.reset)
    forgetful.start()
    pipe.execute()
    forgetful.join()
    assert refs == [1, None, 2]


@pytest.mark.parametrize('ways', [(False, True), (True, False), (False, False), (True, True)])
def test_two_names_for_one_client_share_its_only_connection(server, client, ways):
    pool = redis.BlockingConnectionPool(host=server.host, port=server.port, max_connections=1, timeout=1)
    one = redis.StrictRedis(connection_pool=pool)
    redpipe.reset()
    for name, direct in zip('ab', ways):
        redpipe.connect_redis(one, name, direct=direct)
    pipe = redpipe.pipeline()
    with redpipe.autoexec(pipe, name='a') as inner:
        first = inner.incr('k')
    with redpipe.autoexec(pipe, name='b') as inner:
        second = inner.incr('k')
    pipe.execute()
    redpipe.reset()
    pool.disconnect()
    assert (first, second) == (1, 2)


# -- 6. Interrupts

class Interrupt(BaseException):
    """What no handler for errors catches, as a KeyboardInterrupt or the end of a greenlet."""


@pytest.fixture
def alarm():
    """Raises Interrupt in the main thread, after a moment."""
    if sys.gettrace():
        pytest.skip('a tracer, which an interrupt would leave locked')

    def ring(*_):
        raise Interrupt

    def in_a_moment():
        signal.setitimer(signal.ITIMER_REAL, 0.1)

    before = signal.signal(signal.SIGALRM, ring)
    yield in_a_moment
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_an_interrupt_while_replies_are_decoded_leaves_nothing_half_filled(connect, way):
    class Slow(redpipe.TextField):
        @classmethod
        def decode(cls, value):
            raise Interrupt

    class Words(redpipe.String):
        valueparse = Slow

    connect(**way)
    pipe = redpipe.pipeline()
    done = []
    refs = [pipe.incr('n'), Words(pipe).get('k'), pipe.incr('n')]
    pipe.on_execute(lambda: done.append(1))
    with pytest.raises(Interrupt):
        pipe.execute()
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='Interrupt'):
            ref.result
    assert not done


@pytest.mark.blocking('signals interrupt, where asyncio cancels')
@pytest.mark.parametrize('place', [0, 1, 2])
def test_an_interrupt_while_replies_are_read_leaves_no_reply_to_the_next(
        proxy, through, way, transaction, alarm, place):
    client = through(transaction=transaction, **way)
    # It waits longer than the alarm takes, and would go on then.
    client.connection_pool.connection_kwargs['socket_timeout'] = 20
    proxy.next(stall, after=place)
    pipe = redpipe.pipeline()
    refs = [pipe.echo('secret %d' % number) for number in range(3)]
    alarm()
    with pytest.raises(Interrupt):
        pipe.execute()
    proxy.always(None)
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='Interrupt'):
            ref.result
    for number in range(3):
        (ref,), error = executed(lambda pipe: pipe.echo('mine'))
        assert error is None and ref == b'mine'
    assert client.echo('mine') == b'mine'


@pytest.mark.blocking('signals interrupt, where asyncio cancels')
def test_an_interrupt_ends_all_connections_of_the_execute_at_once(connect, proxy, through, alarm):
    connect('near')
    for name in ('one', 'two'):
        through(name).connection_pool.connection_kwargs['socket_timeout'] = 20
    proxy.always(stall)
    pipe = redpipe.pipeline(name='near')
    pipe.echo('near')
    for name in ('one', 'two'):
        with redpipe.autoexec(pipe, name=name) as inner:
            inner.echo(name)
    alarm()
    began = time.time()
    with pytest.raises(Interrupt):
        pipe.execute()
    assert time.time() - began < 10
    proxy.always(None)
    for name in ('near', 'one', 'two'):
        (ref,), error = executed(lambda pipe: pipe.echo('mine'), name=name)
        assert error is None and ref == b'mine'


@pytest.mark.blocking('signals interrupt, where asyncio cancels')
@pytest.mark.parametrize('direct', [True, False])
def test_an_interrupt_ends_the_batches_of_threads_too(direct, proxy, through, alarm):
    for name in ('one', 'two'):
        through(name, direct=direct).connection_pool.connection_kwargs['socket_timeout'] = 5
    redpipe.enable_threads()
    proxy.always(stall)
    pipe = redpipe.pipeline(name='one')
    refs = [pipe.incr('k')]
    with redpipe.autoexec(pipe, name='two') as inner:
        refs.append(inner.incr('k'))
    alarm()
    began = time.time()
    try:
        with pytest.raises(Interrupt):
            pipe.execute()
    finally:
        proxy.always(None)
    # On Python 2 nobody can interrupt a thread that waits for another one.
    assert time.time() - began < 4 or six.PY2
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='Interrupt'):
            ref.result


def test_a_failing_callback_leaves_the_connection_as_it_should_be(connect, way):
    connect(**way)
    pipe = redpipe.pipeline()
    ref = pipe.echo('a')
    pipe.on_execute(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pipe.execute()
    assert ref == b'a'
    (ref,), error = executed(lambda pipe: pipe.echo('b'))
    assert error is None and ref == b'b'


# -- 7. Threads

@pytest.mark.blocking('is about threads')
def test_threads_share_connections_and_keyspaces(connect):
    connect()

    class Counter(redpipe.String):
        keyspace = 'counter'
        valueparse = redpipe.IntegerField

    wrong = []

    def work(number):
        for turn in range(50):
            word = ('%d %d' % (number, turn)).encode()
            with redpipe.autoexec() as pipe:
                ref = pipe.echo(word)
                count = Counter(pipe).incr('all')
            if ref != word or not 0 < count.result <= 400:
                wrong.append(word)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with redpipe.autoexec() as pipe:
        count = Counter(pipe).get('all')
    assert count == 400


@pytest.mark.blocking('is about threads')
def test_a_dead_network_is_told_the_same_way_on_threads(client, proxy, through):
    through('a')
    through('b')
    for threads in (redpipe.disable_threads, redpipe.enable_threads):
        threads()
        proxy.always(cut_before)
        pipe = redpipe.pipeline(name='a')
        pipe.incr('k')
        with redpipe.autoexec(pipe, name='b') as inner:
            inner.incr('k')
        with pytest.raises(redpipe.OutcomeUnknown, match="connection 'b' failed too: OutcomeUnknown") as caught:
            pipe.execute()
        assert [outcome.connection for outcome in caught.value.outcomes] == ['a', 'b']
    assert client.get('k') is None


# -- on pipeline objects of redis-py that differ

def version(binary):
    """The version of a server of Redis's own, as numbers."""
    name = describe(binary)
    return [int(number) for number in re.findall('[0-9]+', name)] if name.startswith('Redis') else []


@pytest.mark.blocking('asyncio clients have no cache')
def test_a_client_that_caches_sends_a_write_once_too(start, connect):
    CacheConfig = pytest.importorskip('redis.cache').CacheConfig
    newest = max(find_servers(), key=version)
    if version(newest) < [7, 4]:
        pytest.skip('redis-py caches from Redis 7.4 on')
    with start(newest) as server, Proxy(server) as proxy:
        caching = redis.StrictRedis(port=proxy.port, protocol=3, cache_config=CacheConfig(), **retries(2))
        redpipe.connect_redis(caching)
        proxy.next(lose_reply, after=1)
        refs, error = executed(get('k'), incr('k'), incr('k'))
        assert isinstance(error, redpipe.OutcomeUnknown) and server.client().get('k') == b'1'
        refs, error = executed(get('k'), incr('k'))
        assert error is None and refs == [b'1', 2] and caching.get('k') == b'2'
        caching.connection_pool.disconnect()


# -- on a cluster

@pytest.fixture(params=['redis', 'valkey'])
def library(request):
    """redis-py, and the package that goes on from it, which has its own errors."""
    return pytest.importorskip(request.param)


@pytest.fixture
def lose(library, monkeypatch):
    """Lets a reply be lost, on any connection, when the server has run its command and *after* others were read."""
    read = library.Connection.read_response
    planned = []

    def read_or_lose(self, *args, **kwargs):
        reply = read(self, *args, **kwargs)
        # Lists and dicts are what the client asks for on its own account, or of EXEC.
        if planned and (not isinstance(reply, (list, dict)) or reply == [1] * 3):
            left, error = planned.pop()
            if not left:
                self.disconnect()
                raise error
            planned.append((left - 1, error))
        return reply

    monkeypatch.setattr(library.Connection, 'read_response', read_or_lose)
    return lambda after=0, error=library.ConnectionError('lost'): planned.append((after, error))


@pytest.mark.blocking('reads by a connection that blocks')
@pytest.mark.parametrize('made', ['by the client', 'by a callable'])
def test_pipeline_objects_of_either_library_send_a_write_once(library, made, server, lose, connect):
    client = library.StrictRedis(port=server.port) if library is redis else library.Valkey(port=server.port)
    client.set('n', 0)  # so that the connection is there
    redpipe.reset()
    if made == 'by the client':
        redpipe.connect_redis(client, direct=False)
    else:
        redpipe.connect(lambda: client.pipeline(transaction=False))
    pipe = redpipe.pipeline()
    ref = pipe.incr('n')
    lose()
    with pytest.raises(redpipe.OutcomeUnknown) as caught:
        pipe.execute()
    assert isinstance(caught.value, library.ConnectionError)
    with pytest.raises(redpipe.ResultNotReady):
        ref.result
    assert client.get('n') == b'1'
    client.connection_pool.disconnect()


#: On all three nodes, two on each.
KEYS = ['k%d' % number for number in range(12)]


@pytest.fixture
def whole(library, cluster, clustered, connect):
    """A client of the cluster that is connected to all nodes, so that the first reply is one to us."""
    client = clustered
    if library is not redis:
        client = library.ValkeyCluster(host=cluster.nodes[0].host, port=cluster.nodes[0].port)
    pipe = client.pipeline()
    for key in KEYS:
        pipe.get(key)
    pipe.execute()
    return client


def count_all(pipe):
    return [pipe.incr(key) for key in KEYS]


@pytest.mark.blocking('asyncio clients of clusters are refused')
@pytest.mark.parametrize('after', [0, 5, 11])
def test_a_lost_reply_of_a_cluster_is_unknown_and_nothing_is_sent_again(library, whole, lose, after):
    redpipe.connect_redis(whole)
    pipe = redpipe.pipeline()
    refs = count_all(pipe)
    lose(after)
    with pytest.raises(redpipe.OutcomeUnknown) as caught:
        pipe.execute()
    error = caught.value
    assert isinstance(error, library.ConnectionError) and error.connection == 'default'
    assert error.commands == [('INCRBY', key, 1) for key in KEYS]
    assert error.replies == error.outcomes.count(1) < len(KEYS)
    assert all(outcome == 1 or outcome is error for outcome in error.outcomes)
    for key, outcome in zip(KEYS, error.outcomes):
        there = int(whole.get(key) or 0)
        assert there == 1 or there == 0 and outcome is error
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady):
            ref.result


@pytest.fixture
def atomic(whole):
    """Connects a client of the cluster for transactions."""
    try:
        redpipe.connect_redis(whole, transaction=True)
    except redpipe.InvalidPipeline:
        pytest.skip('this client has no transactions on clusters: redis-py has them from 6 on')
    return whole


ONE_SLOT = ['{k}%d' % number for number in range(3)]


@pytest.mark.blocking('asyncio clients of clusters are refused')
@pytest.mark.parametrize('after', range(5))
@pytest.mark.parametrize('kind', ['ConnectionError', 'TimeoutError'])
def test_a_lost_reply_of_a_transaction_on_a_cluster_is_unknown(library, atomic, lose, after, kind):
    atomic.set('{k}', 'there')
    pipe = redpipe.pipeline()
    refs = [pipe.incr(key) for key in ONE_SLOT]
    lose(after, getattr(library, kind)('lost'))
    with pytest.raises(redpipe.OutcomeUnknown) as caught:
        pipe.execute()
    assert isinstance(caught.value, getattr(library, kind)) and caught.value.replies == 0
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady):
            ref.result
    # The connection was lost before EXEC was read, which the server had then, or not.
    assert set(atomic.get(key) for key in ONE_SLOT) in ({None}, {b'1'})
    for _ in range(3):
        with redpipe.autoexec() as pipe:
            refs = [pipe.get('{k}'), pipe.getset('{k}', 'there')]
        assert refs == [b'there', b'there']


@pytest.mark.blocking('asyncio clients of clusters are refused')
def test_a_transaction_follows_its_slot_to_another_node(cluster, atomic):
    slot = cluster.slot(ONE_SLOT[0])
    owner = cluster.owner(slot)
    with redpipe.autoexec() as pipe:
        refs = [pipe.incr(key) for key in ONE_SLOT]
    cluster.move(slot, [node for node in cluster.primaries() if node is not owner][0])
    try:
        for count in range(2, 5):
            with redpipe.autoexec() as pipe:
                refs = [pipe.incr(key) for key in ONE_SLOT]
            assert refs == [count] * 3
    finally:
        cluster.move(slot, owner)


@pytest.mark.blocking('asyncio clients of clusters are refused')
def test_connections_of_transactions_on_a_cluster_go_back_to_their_pools(cluster, atomic, lose):
    for number in range(30):
        pipe = redpipe.pipeline()
        pipe.incr(ONE_SLOT[0])
        if number % 2:
            lose(number % 4 // 2)
            with pytest.raises(redpipe.OutcomeUnknown):
                pipe.execute()
        else:
            pipe.execute()
    pools = [atomic.get_redis_connection(node).connection_pool for node in atomic.get_nodes()]
    for pool in pools:
        assert not pool._in_use_connections
        for connection in pool._available_connections:
            assert type(connection).__module__.split('.')[0] == 'redis'


@pytest.mark.blocking('asyncio clients of clusters are refused')
def test_replies_of_a_cluster_behind_one_that_a_callback_cannot_take_are_lost(cluster, clustered, connect):
    client = cluster.client()
    nodes = [client.get_redis_connection(node) for node in client.get_nodes()] if HAS_RETRY else [client]
    for node in nodes:
        node.set_response_callback('GET', int)
    clustered.set('{k}', 'abc')
    redpipe.connect_redis(client)
    refs, error = executed(get('{k}'), incr('{k}n'))
    assert isinstance(error, redpipe.OutcomeUnknown) and isinstance(error.__cause__, ValueError)
    (ref,), error = executed(incr('{k}n'))
    assert error is None and ref == 2


@pytest.mark.blocking('asyncio clients of clusters are refused')
def test_reads_of_a_cluster_are_sent_again_by_its_client(whole, lose):
    redpipe.connect_redis(whole)
    for key in KEYS:
        whole.set(key, key)
    for after in (0, 5, 11):
        with redpipe.autoexec() as pipe:
            refs = [pipe.get(key) for key in KEYS]
            lose(after)
        assert [ref.decode() for ref in refs] == KEYS


@pytest.mark.blocking('asyncio clients of clusters are refused')
@pytest.mark.parametrize('after', [0, 5, 11])
def test_an_interrupt_leaves_no_reply_of_a_cluster_to_the_next(whole, lose, after):
    redpipe.connect_redis(whole)
    for key in KEYS:
        whole.set(key, key)
    pipe = redpipe.pipeline()
    for key in KEYS:
        pipe.getset(key, key)
    lose(after, Interrupt())
    with pytest.raises(Interrupt):
        pipe.execute()
    for _ in range(3):
        with redpipe.autoexec() as pipe:
            refs = [pipe.get(key) for key in reversed(KEYS)]
        assert [ref.decode() for ref in refs] == KEYS[::-1]
        assert [whole.get(key).decode() for key in KEYS] == KEYS


@pytest.mark.blocking('asyncio clients of clusters are refused')
@pytest.mark.parametrize('after', range(5))
def test_an_interrupt_leaves_no_reply_of_a_transaction_on_a_cluster_to_the_next(atomic, lose, after):
    pipe = redpipe.pipeline()
    for key in ONE_SLOT:
        pipe.incr(key)
    lose(after, Interrupt())
    with pytest.raises(Interrupt):
        pipe.execute()
    for key in ONE_SLOT:
        atomic.set(key, key)
    for _ in range(3):
        with redpipe.autoexec() as pipe:
            refs = [pipe.get(key) for key in ONE_SLOT]
        assert [ref.decode() for ref in refs] == ONE_SLOT
        assert [atomic.get(key).decode() for key in ONE_SLOT] == ONE_SLOT


@pytest.mark.blocking('asyncio clients of clusters are refused')
def test_one_may_leave_a_cluster_to_its_client_which_sends_writes_again(whole, lose):
    redpipe.connect_rediscluster(whole, at_most_once=False)
    with redpipe.autoexec() as pipe:
        refs = count_all(pipe)
        lose()
    assert max(ref.result for ref in refs) == 2


@pytest.mark.blocking('asyncio clients of clusters are refused')
def test_a_batch_of_which_a_part_reached_a_cluster_is_not_begun_again(cluster, clustered, connect, monkeypatch):
    nodes = getattr(clustered, 'nodes_manager', None)
    if nodes is None:
        pytest.skip('redis-py-cluster does not')
    client = cluster.client(reinitialize_steps=1)
    client.get(KEYS[0])
    nodes, initialize = client.nodes_manager, client.nodes_manager.initialize

    def fail_once(*args, **kwargs):
        monkeypatch.setattr(nodes, 'initialize', initialize)
        raise redis.ConnectionError('who owns which slot cannot be found out now')

    slot = cluster.slot(KEYS[0])
    owner = cluster.owner(slot)
    cluster.move(slot, [node for node in cluster.primaries() if node is not owner][0])
    try:
        redpipe.connect_redis(client)
        pipe = redpipe.pipeline()
        refs = count_all(pipe)
        monkeypatch.setattr(nodes, 'initialize', fail_once)
        try:
            pipe.execute()
        except redis.ConnectionError:
            pass
        assert max(int(clustered.get(key) or 0) for key in KEYS) == 1, refs
    finally:
        cluster.move(slot, owner)


# -- what was mended because somebody tried

@needs_retry_on_error
def test_a_write_that_was_refused_and_then_lost_is_not_sent_a_third_time(client, proxy, way):
    if not way['direct'] and not PIPELINES_ASK_FOR_NAMED_ERRORS:
        pytest.skip('the pipelines of this redis-py look at retry_on_timeout alone')
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), 3)
    redpipe.reset()
    redpipe.connect_redis(redis.Redis(port=proxy.port, socket_timeout=0.5, retry=retry, retry_on_error=[Exception]),
                          **way)
    proxy.next(answer('READONLY You can\'t write against a read only replica.'))
    proxy.next(lose_reply, after=1)
    (ref,), error = executed(incr('k'))
    redpipe.reset()
    assert isinstance(error, redpipe.OutcomeUnknown) and error.replies == 0 and error.outcomes == [error]
    assert client.get('k') == b'1' and proxy.seen == 2


def test_without_at_most_once_a_connection_is_not_given_back_half_read(server, client, connect):
    def fail(reply):
        raise ValueError('not this one')

    same = server.client()
    same.set_response_callback('GET', fail)
    redpipe.reset()
    redpipe.connect_redis(same, at_most_once=False)
    for _ in range(5):
        refs, error = executed(get('k'), lambda pipe: pipe.echo('behind'))
        assert error is None or isinstance(error, ValueError)
        (ref,), error = executed(lambda pipe: pipe.echo('mine'))
        assert error is None and ref == b'mine'
    redpipe.reset()


def test_a_name_of_blanks_is_none(connect):
    connect()
    pipe = redpipe.pipeline()
    for name in ' ', b'  ', u'\t':
        with pytest.raises(redpipe.InvalidOperation, match='name'):
            pipe.execute_command(name, 'SELECT', 5)


def test_a_pool_that_decodes_is_refused_when_it_comes_later(server, connect):
    same = server.client()
    redpipe.reset()
    redpipe.connect_redis(same)
    where = same.connection_pool.connection_kwargs
    same.connection_pool = redis.ConnectionPool(host=where['host'], port=where['port'], decode_responses=True)
    (ref,), error = executed(incr('k'))
    redpipe.reset()
    assert isinstance(error, redpipe.InvalidPipeline) and 'decode_responses' in str(error)


def test_a_reply_callback_that_fails_for_a_write_of_a_struct_is_raised(server, client, way):
    def fail(reply, **options):
        raise ValueError('not this one')

    class Note(redpipe.Struct):
        pass

    same = server.client()
    same.set_response_callback('HSET', fail)
    redpipe.reset()
    redpipe.connect_redis(same, **way)
    with pytest.raises(ValueError):
        Note({'_key': '1', 'text': u'x'}, fields=[])
    redpipe.reset()


@pytest.mark.blocking('signals interrupt, where asyncio cancels')
def test_what_an_interrupted_thread_would_send_again_is_not_sent(client, second_server, proxy, alarm):
    if RELEASE < (4, 1):
        pytest.skip('no retry_on_error before redis-py 4.1')
    retry = redis.retry.Retry(redis.backoff.ConstantBackoff(0.5), 3)
    redpipe.reset()
    redpipe.connect_redis(redis.Redis(port=proxy.port, retry=retry, retry_on_error=[redis.ReadOnlyError]), 'one')
    redpipe.connect_redis(second_server.client(), 'two')
    redpipe.enable_threads()
    proxy.next(answer('READONLY You can\'t write against a read only replica.'))
    pipe = redpipe.pipeline(name='one')
    pipe.incr('k')
    with redpipe.autoexec(pipe, name='two') as inner:
        inner.incr('k')
    alarm()
    try:
        with pytest.raises(Interrupt):
            pipe.execute()
    finally:
        redpipe.disable_threads()
        redpipe.reset()
    assert client.get('k') is None and proxy.seen == 1
