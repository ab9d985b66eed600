"""The private servers and the slow link that other tests rely on."""
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
import redis

from examples.local import Link, NoServer, Server, describe, find_servers
from places import ROOT

clock = getattr(time, 'monotonic', time.time)

pytestmark = pytest.mark.usefixtures('start')


@pytest.fixture(scope='module')
def own(start):
    with start() as one:
        yield one


@pytest.fixture
def link(own):
    with Link(own.port) as one:
        yield one


@pytest.fixture
def linked(link):
    """A client over ``link`` that has said what redis-py says when it connects."""
    client = redis.StrictRedis(port=link.port)
    client.ping()
    yield client
    client.connection_pool.disconnect()


def refused(port):
    try:
        socket.create_connection(('127.0.0.1', port)).close()
    except socket.error:
        return True
    return False


def gone(path, within=5):
    end = clock() + within
    while os.path.exists(path) and clock() < end:
        time.sleep(0.01)
    return not os.path.exists(path)


def test_a_server_answers_at_once_on_its_port_and_its_socket(own):
    assert own.client().ping()
    assert redis.StrictRedis(unix_socket_path=own.unix_socket_path).ping()


def test_a_server_tells_its_version(own):
    assert describe(own.binary).endswith(' ' + own.version)


def test_a_server_keeps_nothing_on_disk(own):
    config = own.client().config_get('*')
    assert (config['save'], config['appendonly']) == ('', 'no')


def test_servers_are_apart():
    with Server() as one, Server() as two:
        one.client().set('key', 'value')
        assert two.client().get('key') is None


def test_more_arguments_reach_the_server():
    with Server(None, '--maxmemory', '12345678') as one:
        assert one.client().config_get('maxmemory') == {'maxmemory': '12345678'}


def test_a_stopped_server_is_gone_with_its_directory():
    one = Server()
    one.stop()
    assert not os.path.exists(one.directory)
    assert refused(one.port)
    one.stop()


def test_a_server_that_cannot_start_says_why():
    with pytest.raises(NoServer) as error:
        Server(None, '--no-such-option', 'yes')
    assert 'no-such-option' in str(error.value)


def test_a_binary_named_in_the_environment_comes_first(monkeypatch):
    last = find_servers()[-1]
    monkeypatch.setenv('REDPIPE_SERVER', last)
    assert find_servers()[0] == last


def test_what_is_no_server_is_not_described(tmpdir):
    assert describe(sys.executable) is None
    assert describe(str(tmpdir.join('nothing'))) is None


@pytest.mark.parametrize('name', ['SIGINT', 'SIGTERM', 'SIGKILL'])
def test_a_server_ends_with_the_python_that_started_it(name):
    program = ('import sys, time; from examples.local import Server\n'
               'one = Server(); print(one.directory); print(one.port); sys.stdout.flush(); time.sleep(60)')
    python = subprocess.Popen([sys.executable, '-c', program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    directory = python.stdout.readline().decode().strip()
    port = int(python.stdout.readline())
    assert os.path.isdir(directory)
    python.send_signal(getattr(signal, name))
    python.communicate()
    assert gone(directory)
    assert refused(port)


def test_a_link_counts_a_round_trip_per_call(link, linked):
    before = link.round_trips
    for _ in range(7):
        linked.incr('calls')
    assert link.round_trips - before == 7


def test_a_link_counts_a_round_trip_per_batch(link, linked):
    before = link.round_trips
    pipe = linked.pipeline(transaction=False)
    for _ in range(50):
        pipe.incr('batched')
    assert pipe.execute()[-1] == 50
    assert link.round_trips - before == 1


def test_a_link_counts_connections(link):
    for _ in range(3):
        client = redis.StrictRedis(port=link.port)
        client.ping()
        client.connection_pool.disconnect()
    assert link.connections == 3


def test_a_round_trip_takes_the_delay(own):
    with Link(own.port, delay=0.02) as link:
        client = redis.StrictRedis(port=link.port)
        client.ping()
        start = clock()
        for _ in range(5):
            client.ping()
        taken = clock() - start
    assert 0.1 <= taken < 1


def test_a_batch_of_many_chunks_is_late_only_once(own):
    with Link(own.port, delay=0.2) as link:
        client = redis.StrictRedis(port=link.port)
        client.ping()
        before = link.round_trips
        pipe = client.pipeline(transaction=False)
        for number in range(2000):
            pipe.set('key%d' % number, 'x' * 500)
        start = clock()
        pipe.execute()
        taken = clock() - start
        assert link.round_trips - before == 1
    assert 0.2 <= taken < 5  # one after the other the chunks would take 40


def test_a_link_carries_large_values_both_ways(linked):
    value = os.urandom(5000000)
    linked.set('large', value)
    assert linked.get('large') == value


def test_a_stopped_link_cuts_its_connections_and_leaves_the_server(own):
    link = Link(own.port)
    connection = socket.create_connection(('127.0.0.1', link.port))
    connection.sendall(b'PING\r\n')
    assert connection.recv(100) == b'+PONG\r\n'
    link.stop()
    assert connection.recv(100) == b''
    assert refused(link.port)
    assert own.client().ping()
    link.stop()
    connection.close()


def test_a_link_to_nowhere_closes_the_connection():
    with Server() as one:
        port = one.port
    with Link(port) as link:
        connection = socket.create_connection(('127.0.0.1', link.port))
        assert connection.recv(100) == b''
        connection.close()
