"""A batch that goes directly is answered as redis-py's own pipeline answers it: values, types and errors.

Both run on the same data on a server of their own, one after the other. Between two calls of ECHO, so that a reply in
the wrong place shows.
"""
import collections
import re

import pytest
import redis
import six

import redpipe
from faults import Proxy, lose_reply
from samples import COMMANDS, EXCLUDED, NO_METHOD, Data, by_method, by_words

RELEASE = tuple(map(int, redis.__version__.split('.')[:2]))

try:
    from redis._parsers import _HiredisParser as HiredisParser, _RESP2Parser as PythonParser
except ImportError:
    from redis.connection import HiredisParser, PythonParser

try:
    import hiredis
except ImportError:
    hiredis = None

try:
    import hypothesis
    import hypothesis.strategies as st
except ImportError:
    hypothesis = None

pytestmark = pytest.mark.usefixtures('over_drivers')

TYPES = sorted(set(row['type'] for row in COMMANDS)) + ['unknown']

#: How a client speaks and listens.
WAYS = [dict(parser_class=parser, **({'protocol': protocol} if protocol else {}))
        for protocol in ((2, 3) if RELEASE >= (5, 0) else (None,))
        for parser in ([HiredisParser] if hiredis else []) + [PythonParser]]


def name_of(way):
    return 'RESP%s, %s' % (way.get('protocol', 2), 'hiredis' if way['parser_class'] is HiredisParser else 'Python')


@pytest.fixture(scope='module')
def data(newest):
    return Data(newest.client())


@pytest.fixture(scope='module', params=WAYS, ids=name_of)
def clients(request, newest, driver):
    """Two clients of one kind, one for redis-py's pipelines and one for redpipe's."""
    two = [driver.twin(newest.client(connection_pool=pool_of(newest, **request.param))) for _ in range(2)]
    yield two
    for client in two:
        driver.disconnect(client)


def pool_of(server, pool_class=redis.ConnectionPool, **options):
    return pool_class(host=server.host, port=server.port, **options)


def executed(client, calls, driver, transaction=False, raise_on_error=True):
    """Return the replies of redis-py's pipeline of *client* to *calls*."""
    pipe = client.pipeline(transaction=transaction)
    for call in calls:
        driver.run(call(pipe))
    return driver.run(pipe.execute(raise_on_error))


def answered(calls, client, transaction, driver, strict=True, about=''):
    """Return what redis-py's pipeline of *client* makes of *calls*, functions of a pipe."""
    return outcome(lambda: executed(client, calls, driver, transaction, strict), about)


def piped(calls, strict=True, about=''):
    """Return what redpipe's default connection makes of *calls*."""
    def run():
        pipe = redpipe.pipeline()
        futures = [call(pipe) for call in calls]
        pipe.execute(raise_on_error=strict)
        return [future.result if strict else value_of(future) for future in futures]
    return outcome(run, about)


def value_of(future):
    try:
        return future.result
    except redis.RedisError as error:
        return error


def outcome(run, about):
    """Return what ``run()`` returns or raises, in a form that tells types apart."""
    try:
        return described(run(), about)
    except redpipe.OutcomeUnknown as error:
        # Of redis-py's own pipeline, which reads no further when one of its callbacks raises.
        return 'raised', described(error.__cause__, about)
    except Exception as error:
        return 'raised', described(error, about)


def described(value, about=''):
    """Return *value* with the types of all its parts; *about* tells how much of it counts."""
    kind = type(value)
    if isinstance(value, Exception):
        return kind, described(value.args, about)
    if isinstance(value, (dict, set, frozenset)):
        items = value.items() if isinstance(value, dict) else value
        parts = sorted((described(item, about) for item in items), key=repr)
    elif isinstance(value, (list, tuple)):
        parts = [described(item, about) for item in value]
    elif about == '?':
        return int if kind in six.integer_types else kind
    elif about == '~':
        return kind, re.sub('[0-9a-f]*[0-9][0-9a-f]*', '0', repr(value))
    else:
        return kind, repr(value)
    return kind, sorted(set(map(repr, parts))) if about == '?' else parts


def compare(samples, clients, transaction, data, driver):
    """Fail with all samples that redis-py and redpipe answer differently, if there are any."""
    found = []
    for sample in samples:
        calls = [before, lambda pipe: sample.queue(pipe, data.names), after]
        data.prepare()
        theirs = answered(calls, clients[0], transaction, driver, about=sample.about)
        data.prepare_after(sample)
        ours = piped(calls, about=sample.about)
        data.settle_after(sample)
        if not is_same(theirs, ours) and not is_data_error(theirs, ours, driver):
            found.append('%s\n   redis-py: %s\n   redpipe:  %s' % (sample, theirs, ours))
        # It may be another one now, and redis-py leaves replies unread where one of its callbacks raises.
        if sample.type == 'connection' or theirs[0] == 'raised':
            for client in clients:
                driver.disconnect(client)
    if found:
        pytest.fail('\n'.join(found), pytrace=False)


#: What a pipeline of asyncio of redis-py 6 says in place of the text of an error.
FORGOTTEN = '{exception.args}'


def is_same(theirs, ours):
    """Return True if both answers are the same, but for the names of classes and for what redis-py forgets to say."""
    if theirs == ours:
        return True
    # How a text is quoted depends on what it says.
    theirs, ours = (re.sub(r'[\'"\\]', '', repr(one)) for one in (theirs, ours))
    pattern = re.escape(theirs).replace(re.escape(FORGOTTEN), '.*').replace('AsyncManagement', 'Management')
    return ('AsyncManagement' in theirs or FORGOTTEN in theirs) and re.match(pattern + '$', ours, re.S) is not None


def is_data_error(theirs, ours, driver):
    """Tell whether both refuse a value; hiredis, which need not have packed it yet, in its own words."""
    return driver.backend().direct is None and theirs[1][0] is ours[1][0] is redis.DataError


def before(pipe):
    return pipe.echo('before')


def after(pipe):
    return pipe.echo('after')


def two_clients(server, driver, **options):
    return [driver.twin(server.client(**options)) for _ in range(2)]


# -- the table

def test_every_command_is_called_or_excluded_with_the_reason():
    called = set(sample.name for sample in by_words())
    names = set(row['command'] for row in COMMANDS)
    assert names - called == set(EXCLUDED)


def test_every_method_is_called_or_excluded_with_the_reason():
    called = set(sample.name for sample in by_method())
    names = set(row['redispy_method'].replace('(subcommand)', '') for row in COMMANDS) - {''}
    assert names - called == set(NO_METHOD)


#: MULTI is the same to both drivers; asyncio has it in the random sequences and words.
without_multi_alone = pytest.mark.parametrize('transaction', [False, pytest.param(True, marks=pytest.mark.blocking(
    'the random sequences and words have it'))], ids=['', 'MULTI'])


@pytest.mark.parametrize('about', TYPES)
@without_multi_alone
def test_commands_by_their_words(about, clients, transaction, data, connect, driver):
    connect(clients[1], transaction=transaction)
    assert driver.backend().direct
    compare([sample for sample in by_words() if sample.type == about], clients, transaction, data, driver)


@pytest.mark.parametrize('about', TYPES)
@without_multi_alone
@pytest.mark.filterwarnings('ignore::DeprecationWarning')
def test_commands_by_their_methods(about, clients, transaction, data, connect, driver):
    connect(clients[1], transaction=transaction)
    compare([sample for sample in by_method() if sample.type == about and sample.known],
            clients, transaction, data, driver)


@pytest.mark.parametrize('about', TYPES)
@without_multi_alone
@pytest.mark.filterwarnings('ignore::DeprecationWarning')
def test_over_redis_pys_own_pipeline(about, transaction, data, newest, connect, driver):
    clients = two_clients(newest, driver)
    connect(clients[1], transaction=transaction, direct=False)
    assert driver.backend().direct is None
    samples = list(by_words())
    if not driver.is_asyncio:  # whose methods are compared above
        samples += [sample for sample in by_method() if sample.known]
    compare([sample for sample in samples if sample.type == about], clients, transaction, data, driver)


# -- batches of anything

#: What has the same reply twice: it neither waits nor depends on the time, on chance or on the order of keys.
SEQUENCES = [sample for sample in by_words() if sample.parts == 1 and not sample.about and sample.type in (
    'bitmap', 'generic', 'geo', 'hash', 'list', 'set', 'sorted-set', 'stream', 'string', 'unknown')
    and not re.match('B[LRZ]|H?P?TTL|H?P?EXPIRETIME|WAIT|MIGRATE|OBJECT|XAUTOCLAIM|XCLAIM|XPENDING|XINFO', sample.name)
    and '*' not in sample.words]  # which XADD takes for the time

NAMES = sorted(set(sample.name for sample in SEQUENCES if not re.search(
    'TTL|EXPIRE|SETEX|GETEX|RAND|POP|KEYS|SCAN|OBJECT|^X', sample.name)))


@pytest.mark.skipif(hypothesis is None, reason='hypothesis is not installed')
def test_random_sequences(clients, data, driver):
    @hypothesis.settings(max_examples=30, deadline=None, database=None)
    @hypothesis.given(
        st.lists(st.sampled_from(SEQUENCES), min_size=1, max_size=40), st.booleans(), st.booleans())
    def same(samples, transaction, strict):
        calls = [lambda pipe, sample=sample: sample.queue(pipe, data.names) for sample in samples]
        assert_same_or_worse(calls, clients, data, driver, transaction, strict)
    same()


@pytest.mark.skipif(hypothesis is None, reason='hypothesis is not installed')
def test_random_words(clients, data, driver):
    word = st.one_of(
        st.sampled_from(['string', 'number', 'list', 'set', 'zset', 'hash', 'nothing', 'name', 'a', '']),
        st.integers(-9, 999), st.floats(-9, 999), st.text(max_size=5), st.binary(max_size=5),
        st.binary(max_size=5).map(bytearray), st.none(), st.booleans())
    name = st.sampled_from(NAMES + ['PING', 'ECHO', 'PUBSUB'])
    names = st.one_of(
        name, name.map(str.lower), name.map(as_bytes), name.map(six.u), name.map(' {} '.format),
        st.sampled_from(['CONFIG GET', 'object encoding', as_bytes('OBJECT ENCODING'), 'OBJECT  HELP']))

    @hypothesis.settings(max_examples=80, deadline=None, database=None)
    @hypothesis.given(st.lists(st.tuples(names, st.lists(word, max_size=4)), min_size=1, max_size=9),
                      st.booleans(), st.booleans())
    def same(commands, transaction, strict):
        calls = [lambda pipe, name=name, words=words: pipe.execute_command(name, *words)
                 for name, words in commands]
        assert_same_or_worse(calls, clients, data, driver, transaction, strict)
    same()


def as_bytes(name):
    return name if RELEASE < (3, 0) else name.encode()  # redis-py 2 has names as text alone


def assert_same(calls, clients, data, driver, transaction=False, strict=True):
    theirs, ours = both(calls, clients, data, driver, transaction, strict)
    assert is_same(theirs, ours), (theirs, ours)


def assert_same_or_worse(calls, clients, data, driver, transaction, strict):
    """As ``assert_same``, but redis-py need not cope with the batch.

    It stops reading where one of its callbacks raises; and where a transaction is refused, it has one error for all of
    its commands.
    """
    theirs, ours = both(calls, clients, data, driver, transaction, strict)
    if theirs[0] == 'raised':
        hypothesis.assume(issubclass(theirs[1][0], redis.RedisError) and (strict or not transaction))
    assert is_same(theirs, ours), (theirs, ours)


def both(calls, clients, data, driver, transaction, strict):
    redpipe.reset()
    redpipe.connect_redis(clients[1], transaction=transaction)
    data.prepare()
    theirs = answered(calls, clients[0], transaction, driver, strict)
    data.prepare()
    ours = piped(calls, strict)
    redpipe.reset()
    if theirs[0] == 'raised':
        driver.disconnect(clients[0])
    return theirs, ours


# -- what a client was told

@pytest.mark.parametrize('options', [{'encoding': 'latin-1'}, {'encoding': 'ascii', 'encoding_errors': 'replace'},
                                     {'encoding': 'ascii'}, {'encoding_errors': 'ignore'}],
                         ids=['latin-1', 'ascii replace', 'ascii', 'ignore'])
def test_the_clients_encoding(options, newest, data, driver):
    clients = two_clients(newest, driver, **options)
    for value in (u'h\xe9', u'\u20ac', u'\ud800', b'\xff', 7):
        calls = [lambda pipe: pipe.set('k', value), lambda pipe: pipe.get('k')]
        assert_same(calls, clients, data, driver)


def test_the_clients_own_reply_callbacks(newest, data, driver):
    clients = two_clients(newest, driver)
    for client in clients:
        client.set_response_callback('GET', lambda reply, **options: ('got', reply, options))
        client.set_response_callback('MINE', lambda reply: 'never')
    calls = [lambda pipe: pipe.get('string'), lambda pipe: pipe.execute_command('GET', 'string', option=1),
             lambda pipe: pipe.execute_command('get', 'string'),
             lambda pipe: pipe.execute_command(as_bytes('GET'), 'string')]
    assert_same(calls, clients, data, driver)
    assert_same(calls, clients, data, driver, transaction=True)


@pytest.mark.parametrize('text', [
    'MINE is mine', 'WRONGTYPE', 'NOSCRIPT no', 'READONLY no', 'NOPERM no', 'MOVED 1 1.2.3.4:5', 'OOM no'])
def test_errors_have_redis_pys_classes(text, clients, transaction, data, driver):
    script = 'return redis.error_reply("%s")' % text
    assert_same([before, lambda pipe: pipe.eval(script, 0), after], clients, data, driver, transaction)


# -- who does not go directly

class Overridden(redis.StrictRedis):

    def pipeline(self, transaction=True, shard_hint=None):
        return super(Overridden, self).pipeline(transaction, shard_hint)


class Reading(redis.StrictRedis):

    def parse_response(self, connection, command_name, **options):
        return 'mine', super(Reading, self).parse_response(connection, command_name, **options)


class Executing(redis.StrictRedis):

    def execute_command(self, *args, **options):
        return super(Executing, self).execute_command(*args, **options)


class SendingConnection(redis.Connection):

    def send_packed_command(self, command, **options):
        return super(SendingConnection, self).send_packed_command(command, **options)


class Pool(redis.ConnectionPool):

    def get_connection(self, *args, **options):
        return super(Pool, self).get_connection(*args, **options)


def traced(function):
    @six.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


def goes_directly(connect, client, driver):
    """Connect *client*, see that it answers, and tell how it is sent."""
    connect(client)
    with redpipe.autoexec() as pipe:
        value = pipe.echo('hello')
    assert value == b'hello'
    return driver.backend().direct is not None


@pytest.mark.parametrize('way', WAYS, ids=name_of)
@pytest.mark.parametrize('pool_class', [redis.ConnectionPool, redis.BlockingConnectionPool])
def test_a_plain_client_goes_directly(way, pool_class, newest, connect, driver):
    assert goes_directly(connect, newest.client(connection_pool=pool_of(newest, pool_class, **way)), driver)


def test_a_client_that_makes_its_own_pipelines_does_not(newest, connect, driver):
    assert not goes_directly(connect, Overridden(port=newest.port), driver)


@pytest.mark.blocking('is about methods and classes that block')
def test_a_client_that_reads_replies_its_own_way_does_not(newest, connect, driver):
    connect(Reading(port=newest.port))
    assert driver.backend().direct is None


@pytest.mark.blocking('is about methods and classes that block')
def test_a_client_that_was_given_another_method_does_not(newest, connect, driver):
    client = newest.client()
    client.parse_response = traced(client.parse_response)
    assert not goes_directly(connect, client, driver)


@pytest.mark.blocking('is about methods and classes that block')
def test_connections_that_send_their_own_way_do_not(newest, connect, driver):
    client = newest.client(connection_pool=pool_of(newest, connection_class=SendingConnection))
    assert not goes_directly(connect, client, driver)


class PackingConnection(redis.Connection):

    def pack_commands(self, commands):
        return super(PackingConnection, self).pack_commands(
            [args[:1] + ('app:' + args[1],) + args[2:] for args in commands])


class OwnEncoder(redis.connection.Encoder if hasattr(redis.connection, 'Encoder') else object):
    """Encodes one more kind of value."""

    def encode(self, value):
        return repr(value).encode() if isinstance(value, complex) else super(OwnEncoder, self).encode(value)


class EncodingConnection(redis.Connection):

    def __init__(self, *args, **options):
        super(EncodingConnection, self).__init__(*args, **options)
        self.encoder = OwnEncoder('utf-8', 'strict', False)
        if hasattr(self, '_construct_command_packer'):
            self._command_packer = self._construct_command_packer(None)


def shouting(parser):
    """A subclass of *parser* whose replies are in capitals."""
    def read_response(self, *args, **options):
        reply = parser.read_response(self, *args, **options)
        return reply.upper() if isinstance(reply, bytes) else reply
    return type('Shouting', (parser,), {'read_response': read_response})


class MakingPool(redis.ConnectionPool):

    def make_connection(self):
        connection = super(MakingPool, self).make_connection()
        connection.pack_commands = PackingConnection(**self.connection_kwargs).pack_commands
        return connection


@pytest.mark.blocking('is about methods and classes that block')
def test_a_connection_that_packs_commands_its_own_way_does_so(newest, connect, driver):
    for options in ({'connection_class': PackingConnection}, {'pool_class': MakingPool}):
        client = newest.client(connection_pool=pool_of(newest, **options))
        newest.client().flushdb()
        executed(client, [lambda pipe: pipe.set('x', 1)], driver)
        connect(client, name=str(options))
        with redpipe.autoexec(name=str(options)) as pipe:
            pipe.set('y', 1)
        assert sorted(newest.client().keys()) == [b'app:x', b'app:y']


@pytest.mark.blocking('is about methods and classes that block')
def test_a_connection_with_an_encoder_of_its_own_uses_it(newest, connect, driver):
    client = newest.client(connection_pool=pool_of(newest, connection_class=EncodingConnection))
    try:
        executed(client, [lambda pipe: pipe.set('x', 1j)], driver)
    except (TypeError, redis.DataError) as error:
        pytest.skip('redis-py %s does not: %s' % (redis.__version__, error))
    connect(client)
    with redpipe.autoexec() as pipe:
        pipe.set('y', 1j)
    assert client.mget('x', 'y') == [b'1j', b'1j']


@pytest.mark.blocking('is about methods and classes that block')
@pytest.mark.parametrize('parser', ([HiredisParser] if hiredis else []) + [PythonParser])
def test_every_reply_passes_through_a_parser_of_ones_own(parser, newest, connect, transaction, driver):
    protocol = {'protocol': 2} if RELEASE >= (5, 0) else {}
    client = newest.client(connection_pool=pool_of(newest, parser_class=shouting(parser), **protocol))
    connect(client, transaction=transaction)
    calls = [lambda pipe, word=word: pipe.echo(word) for word in 'abc']
    with redpipe.autoexec() as pipe:
        echoed = [call(pipe) for call in calls]
    assert echoed == executed(client, calls, driver, transaction)


@pytest.mark.blocking('is about methods and classes that block')
def test_pools_that_lend_their_own_way_do_not(newest, connect, driver):
    assert not goes_directly(connect, newest.client(connection_pool=pool_of(newest, Pool)), driver)


@pytest.mark.parametrize('name', ['execute', 'parse_response'])
def test_pipelines_that_are_traced_do_not(name, newest, connect, monkeypatch, driver):
    cls = type(driver.twin(newest.client()).pipeline())
    monkeypatch.setattr(cls, name, traced(getattr(cls, name)))
    assert not goes_directly(connect, newest.client(), driver)


@pytest.mark.parametrize('name', ['send_packed_command', 'read_response', 'pack_command', 'pack_commands',
                                  'connect', 'disconnect'])
def test_connections_that_are_traced_do_not(name, newest, connect, monkeypatch, driver):
    for cls in driver.twin(newest.client()).connection_pool.connection_class.__mro__:
        if name in vars(cls):
            break
    monkeypatch.setattr(cls, name, traced(vars(cls)[name]))
    assert not goes_directly(connect, newest.client(), driver)


@pytest.mark.blocking('asyncio clients have no cache')
def test_a_client_with_a_cache_does_not(newest, connect, driver):
    if RELEASE < (5, 1):
        pytest.skip('redis-py %s has no client-side caching' % redis.__version__)
    if tuple(map(int, newest.version.split('.')[:2])) < (7, 4):
        pytest.skip('redis-py does it from Redis 7.4 on')
    client = newest.client(protocol=3, cache_config=redis.cache.CacheConfig())
    assert not goes_directly(connect, client, driver)


@pytest.mark.filterwarnings('ignore:Call to experimental')
def test_a_command_that_needs_another_one_first_does_not(newest, connect, driver):
    client = newest.client()
    if not hasattr(client, 'himport_prepare'):
        pytest.skip('redis-py %s has no such command' % redis.__version__)
    client = driver.twin(client)
    driver.run(client.himport_prepare('names', ['first', 'last']))
    connect(client)
    with pytest.raises(redis.ResponseError) as expected:
        executed(client, [lambda pipe: pipe.himport_set('k', 'names', ['Ann', 'Lee'])], driver)
    with pytest.raises(redis.ResponseError) as caught:
        with redpipe.autoexec() as pipe:
            pipe.himport_set('k', 'names', ['Ann', 'Lee'])
    # Redis up to 8.6 does not know it: it is the first one that it complains of.
    assert "'PREPARE'" in str(caught.value)
    assert str(caught.value) == str(expected.value)


def test_a_client_that_was_told_not_to_does_not(newest, connect, driver):
    connect(newest.client(), direct=False)
    assert driver.backend().direct is None


# -- what redis-py counts

@pytest.fixture(scope='module')
def reader():
    """Reads what OpenTelemetry has counted."""
    metrics = pytest.importorskip('opentelemetry.sdk.metrics')
    reader = pytest.importorskip('opentelemetry.sdk.metrics.export').InMemoryMetricReader()
    pytest.importorskip('opentelemetry.metrics').set_meter_provider(metrics.MeterProvider([reader]))
    return reader


@pytest.fixture
def counted(reader, no_collections):
    """A function that calls what it is given, and returns what redis-py counted of operations and errors.

    The garbage collector rests: where it finds a pool of redis-py's while something is counted, it counts the pool,
    and waits for a lock that its own thread holds.
    """
    observability = pytest.importorskip('redis.observability')
    recorder = pytest.importorskip('redis.observability.recorder')

    def read():
        data = reader.get_metrics_data()
        counts = collections.Counter()
        for metric in data.resource_metrics[0].scope_metrics[0].metrics if data else ():
            if metric.name in ('db.client.operation.duration', 'redis.client.errors'):
                for point in metric.data.data_points:
                    key = metric.name, tuple(sorted(point.attributes.items()))
                    counts[key] = point.count if hasattr(point, 'count') else point.value
        return counts

    def count(run):
        observability.get_observability_instance().init(
            observability.OTelConfig(metric_groups=list(observability.MetricGroup)))
        before = read()
        try:
            run()
        except redis.RedisError:
            pass
        finally:
            observability.reset_observability_instance()
        return read() - before
    recorder.reset_collector()
    yield count
    recorder.reset_collector()


@pytest.mark.parametrize('strict', [True, False], ids=['strict', 'lenient'])
@pytest.mark.parametrize('calls', [[before, after], [before, lambda pipe: pipe.incr('text'), after]],
                         ids=['good', 'bad'])
@pytest.mark.parametrize('direct', [True, False])
def test_redis_py_counts_our_batches_as_its_own(direct, calls, strict, counted, newest, connect, transaction, driver):
    client = newest.client()
    client.set('text', 'abc')
    connect(client, transaction=transaction, direct=direct)

    def run():
        with redpipe.autoexec(raise_on_error=strict) as pipe:
            for call in calls:
                call(pipe)

    theirs = counted(lambda: executed(driver.twin(client), calls, driver, transaction, strict))
    ours = counted(run)
    more = ours - theirs
    assert theirs and ours & theirs == theirs
    # It has no duration for a batch that it raises an error reply of.
    assert not more or strict and len(calls) == 3 and list(name for name, _ in more) == ['db.client.operation.duration']


@pytest.mark.parametrize('write', [True, False], ids=['write', 'read'])
def test_redis_py_counts_our_lost_replies_as_its_own(write, counted, newest, connect, driver):
    with Proxy(newest) as proxy:
        client = redis.Redis(port=proxy.port, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0))
        connect(client)

        def call(pipe):
            proxy.next(lose_reply)
            (pipe.incr if write else pipe.get)('k')

        def run():
            with redpipe.autoexec() as pipe:
                call(pipe)

        theirs, ours = counted(lambda: executed(driver.twin(client), [call], driver)), counted(run)
    assert sum(theirs.values()) == sum(ours.values()) == 1
    assert without_attempts(ours) == without_attempts(theirs)


def without_attempts(counts):
    # redis-py counts an attempt where it would send again, which it does not for a write of ours.
    return [(name, [one for one in attributes if 'retry_attempts' not in one[0]]) for name, attributes in counts]


# -- connections

@pytest.mark.parametrize('threads', [False, pytest.param(True, marks=pytest.mark.blocking('is about threads'))],
                         ids=['', 'threads'])
@pytest.mark.parametrize('way', WAYS, ids=name_of)
def test_two_names_share_a_pool_of_one_connection(way, threads, newest, connect):
    client = newest.client(connection_pool=pool_of(
        newest, redis.BlockingConnectionPool, max_connections=1, timeout=1, **way))
    connect(client, name='one')
    connect(client, name='two')
    if threads:
        redpipe.enable_threads()
    try:
        for _ in range(3):
            with redpipe.autoexec(name='one') as pipe:
                first = pipe.echo('first')
                with redpipe.autoexec(pipe, name='two') as inner:
                    second = inner.echo('second')
                third = pipe.echo('third')
            assert [first, second, third] == [b'first', b'second', b'third']
    finally:
        redpipe.disable_threads()


@pytest.mark.skipif(RELEASE < (5, 0), reason='no RESP3 in this redis-py')
@pytest.mark.parametrize('parser', ([HiredisParser] if hiredis else []) + [PythonParser])
def test_pushes_between_replies_are_no_replies(parser, newest, connect, transaction, driver):
    client = driver.twin(newest.client(connection_pool=pool_of(
        newest, max_connections=1, protocol=3, parser_class=parser)))
    connect(client, transaction=transaction)
    driver.run(client.set('k', 'v'))
    driver.run(client.execute_command('CLIENT', 'TRACKING', 'ON'))
    other = newest.client()
    for number in range(20):
        # A push is ahead of the replies, some are among them, and the last one comes behind.
        other.set('k', number)
        with redpipe.autoexec() as pipe:
            echoed = []
            for place in range(50):
                value = pipe.get('k')
                pipe.set('k', place)
                echoed.append(pipe.echo(place))
            pipe.get('k')
        assert echoed == [str(place).encode() for place in range(50)]
        assert value == b'48'
        other.set('k', number)
