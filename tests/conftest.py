"""The servers and connections that the tests run on."""
import os
import platform
import sys

import pytest
import redis

# The tests are about the checkout they stand in, installed or not.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import redpipe  # noqa: E402
from examples.local import NoServer, Server, describe, find_servers  # noqa: E402

#: ``3`` makes the clients of the tests speak RESP3, ``2`` RESP2; empty leaves it to redis-py.
PROTOCOL = os.environ.get('REDPIPE_TEST_PROTOCOL', '')
KNOWS_PROTOCOL = int(redis.__version__.split('.')[0]) >= 5


def pytest_addoption(parser):
    parser.addoption('--redis-url', metavar='URL',
                     help='run on this server instead of a private one, such as redis://localhost:6379/9: '
                          'ITS DATABASE IS FLUSHED before every test')


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


def start():
    try:
        return Server()
    except NoServer as error:
        if find_servers():
            raise
        pytest.skip(str(error))


@pytest.fixture(scope='session')
def server(request):
    """A server for the whole run."""
    url = request.config.getoption('--redis-url')
    one = GivenServer(url) if url else start()
    yield one
    one.stop()


@pytest.fixture(scope='session')
def second_server():
    """Another server for the whole run, always a private one."""
    one = start()
    yield one
    one.stop()


@pytest.fixture
def client(server):
    """A redis-py client of ``server``, whose database is empty."""
    options = {'protocol': int(PROTOCOL)} if PROTOCOL and KNOWS_PROTOCOL else {}
    one = server.client(**options)
    one.flushdb()
    yield one
    one.connection_pool.disconnect()


@pytest.fixture
def connected(client):
    """``client``, being redpipe's default connection and its only one."""
    redpipe.reset()
    redpipe.connect_redis(client)
    yield client
    redpipe.disable_threads()
    redpipe.reset()
