"""The servers and connections that the tests run on."""
import gc
import os
import platform
import re
import socket
import sys

import pytest
import redis

HERE = os.path.dirname(os.path.abspath(__file__))
# The tests are about the checkout they stand in, installed or not; what they share is in support.
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, 'support')]

import redpipe  # noqa: E402
from drivers import DRIVERS  # noqa: E402
from examples.local import Link, Server, describe, find_servers  # noqa: E402
from faults import Proxy  # noqa: E402
from plants import fern, within  # noqa: E402, F401 (fixtures)
from servers import Cluster, RedisCluster  # noqa: E402

#: ``3`` makes the clients of the tests speak RESP3, ``2`` RESP2; empty leaves it to redis-py.
PROTOCOL = os.environ.get('REDPIPE_TEST_PROTOCOL', '')
KNOWS_PROTOCOL = int(redis.__version__.split('.')[0]) >= 5


#: What Pythons and redis-pys without asyncio cannot even read.
collect_ignore = [] if 'asyncio' in DRIVERS else ['asyncio', 'reliability/test_asyncio_faults.py']


def pytest_addoption(parser):
    parser.addoption('--redis-url', metavar='URL',
                     help='run on this server instead of a private one, such as redis://localhost:6379/9: '
                          'ITS DATABASE IS FLUSHED before every test')
    parser.addoption('--long', action='store_true',
                     help='keep up load and faults for a minute or so, where a moment is usual, and run the tests of '
                          'the keyspaces on a cluster too')


def pytest_report_header(config):
    url = config.getoption('--redis-url')
    server = url or ' or '.join(describe(binary) for binary in find_servers()[:1]) or 'no server found'
    protocol = 'RESP%s' % PROTOCOL if PROTOCOL and KNOWS_PROTOCOL else 'the default protocol'
    return 'python %s, redis-py %s, %s, %s' % (platform.python_version(), redis.__version__, server, protocol)


class GivenServer(object):
    """The server of ``--redis-url``, with the interface of ``examples.local.Server`` as far as tests need it."""

    unix_socket_path = None

    def __init__(self, url):
        self.url = url
        where = self.client().connection_pool.connection_kwargs
        self.host = where.get('host')
        self.port = where.get('port')
        self.version = self.client().info('server')['redis_version']

    def client(self, **options):
        return redis.StrictRedis.from_url(self.url, **options)

    def stop(self):
        pass


@pytest.fixture(scope='session')
def start():
    """Starts a private server when it is called; where there is no binary the test is skipped, but not in CI."""
    if not find_servers() and not os.environ.get('CI'):
        pytest.skip('there is no Redis server on this machine')
    return Server


@pytest.fixture(scope='session')
def server(request):
    """A server for the whole run."""
    url = request.config.getoption('--redis-url')
    one = GivenServer(url) if url else request.getfixturevalue('start')()
    yield one
    one.stop()


@pytest.fixture(scope='session')
def second_server(start):
    """Another server for the whole run, always a private one."""
    with start() as one:
        yield one


@pytest.fixture(scope='module')
def newest(start):
    """A private server of the latest Redis that there is, which knows more commands than any other."""
    def version(binary):
        name, numbers = describe(binary).split()
        return name == 'Redis', [int(number) for number in re.findall(r'\d+', numbers)]
    with start(max(find_servers(), key=version)) as one:
        yield one


@pytest.fixture(scope='session')
def cluster(start):
    """A cluster of three primaries and three replicas for the whole run."""
    if RedisCluster is None:
        pytest.skip('redis-py %s has no client for clusters, and redis-py-cluster is not here' % redis.__version__)
    with Cluster() as one:
        yield one


def options():
    return {'protocol': int(PROTOCOL)} if PROTOCOL and KNOWS_PROTOCOL else {}


@pytest.fixture
def client(server):
    """A redis-py client of ``server``, whose database is empty."""
    one = server.client(**options())
    one.flushdb()
    yield one
    one.connection_pool.disconnect()


@pytest.fixture(scope='session')
def _client_of_cluster(cluster):
    return cluster.client(**options())


@pytest.fixture
def clustered(cluster, _client_of_cluster):
    """A client of ``cluster``, which is empty."""
    cluster.flush()
    return _client_of_cluster


def on_clusters(metafunc):
    """Whether a test holds for a cluster as it does for a server."""
    if set(metafunc.fixturenames) & {'server', 'client', 'linked', 'commands_seen'}:
        return False
    if metafunc.definition.get_closest_marker('one_server'):
        return False
    if metafunc.module.__name__.startswith('test_keyspace') and metafunc.config.getoption('--long'):
        return True
    return getattr(metafunc.module, 'ON_CLUSTERS', False)


def pytest_generate_tests(metafunc):
    blocking = len(DRIVERS) == 1 or metafunc.definition.get_closest_marker('blocking')
    if 'driver' in metafunc.fixturenames and not blocking and not hasattr(metafunc.module, 'driver'):
        metafunc.parametrize('driver', sorted(DRIVERS, reverse=True), indirect=True, scope='module')
    if 'connected' in metafunc.fixturenames and on_clusters(metafunc):
        metafunc.parametrize('connected', ['server', 'cluster'], indirect=True)


def pytest_collection_modifyitems(config, items):
    """Leave out what a parameter that is marked ``blocking`` has no asyncio side of."""
    left_out = [item for item in items if item.get_closest_marker('blocking')
                and hasattr(item, 'callspec') and item.callspec.params.get('driver') == 'asyncio']
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope='module')
def driver(request):
    """What drives the batches: see tests/support/drivers.py."""
    with DRIVERS[getattr(request, 'param', 'blocking')]() as one:
        yield one


@pytest.fixture
def over_drivers(driver):
    """Lets a test run over each driver."""
    driver.begin()
    yield
    driver.end()


@pytest.fixture
def connected(request):
    """A client, being redpipe's default connection and its only one: of ``server``, or where asked of ``cluster``."""
    on_cluster = getattr(request, 'param', 'server') == 'cluster'
    one = request.getfixturevalue('clustered' if on_cluster else 'client')
    redpipe.reset()
    redpipe.connect_redis(one)
    yield one
    redpipe.disable_threads()
    redpipe.reset()


@pytest.fixture
def connect():
    """``connect_redis``, of which no connection is left in the end; some modules have one that does more."""
    redpipe.reset()
    yield redpipe.connect_redis
    redpipe.reset()


@pytest.fixture(params=['threads off', 'threads on'])
def threads(request):
    if request.param == 'threads on':
        redpipe.enable_threads()
    yield request.param
    redpipe.disable_threads()


@pytest.fixture(params=[False, True], ids=['', 'MULTI'])
def transaction(request):
    return request.param


@pytest.fixture
def proxy(server, client):
    """A proxy in front of ``server``, which is empty; the faults that it is told of strike what goes through it."""
    with Proxy(server) as one:
        yield one


@pytest.fixture
def linked(server, client):
    """A link in front of ``server``, which counts round trips, and a client of the server.

    redpipe's default connection runs over the link and has been used already.
    """
    same = ('db', 'username', 'password', 'protocol')
    others = {key: value for key, value in client.connection_pool.connection_kwargs.items() if key in same}
    with Link(server.port, delay=0.02) as link:
        slow = redis.StrictRedis(port=link.port, **others)
        redpipe.reset()
        redpipe.connect_redis(slow)
        slow.ping()
        yield link, client
        redpipe.disable_threads()
        redpipe.reset()
        slow.connection_pool.disconnect()


@pytest.fixture
def no_collections():
    """The garbage collector rests."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def commands_seen(client):
    """A function that calls what it is given and returns the commands that the server saw meanwhile.

    Each is a text of its first two words, without the quotes: ``INCRBY k``.
    """
    where = client.connection_pool.connection_kwargs

    def seen(run):
        monitor = socket.create_connection((where['host'], where['port']))
        try:
            monitor.sendall(b'MONITOR\r\n')
            lines = monitor.makefile('rb')
            lines.readline()
            client.echo('the beginning')  # connections that are made now are no part of it
            run()
            client.echo('the end')
            names = []
            for line in iter(lines.readline, b''):
                words = re.findall(r'"((?:[^"\\]|\\.)*)"', line.decode('utf-8'))
                if words == ['ECHO', 'the end']:
                    return names
                names.append(' '.join(words[:2]))
                if words == ['ECHO', 'the beginning']:
                    names = []
        finally:
            monitor.close()

    client.ping()
    return seen
