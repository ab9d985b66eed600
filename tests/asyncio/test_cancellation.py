"""A task is cancelled wherever it waits: nobody reads a reply of others, and no connection is lost."""
import asyncio
import itertools
import random

import pytest
import redis
import redis.asyncio

import redpipe
import redpipe.asyncio
from servers import TLSServer

unique = map('unique-{}'.format, itertools.count())


class Watched(object):
    """An awaitable of *coroutine* whose task is cancelled at the suspensions *at*, which count from 1.

    *suspensions* is how often the task was suspended.
    """

    def __init__(self, coroutine, at=()):
        self._coroutine = coroutine
        self._at = at
        self.suspensions = 0

    def __await__(self):
        result, error = None, None
        while True:
            try:
                waited = self._coroutine.throw(error) if error is not None else self._coroutine.send(result)
            except StopIteration as end:
                return end.value
            result = error = None
            self.suspensions += 1
            if self.suspensions in self._at:
                asyncio.current_task().cancel()
            try:
                result = yield waited
            except BaseException as caught:
                error = caught


def queued(names):
    """Return a root on which a batch for each of *names* is queued, its Futures, and what these have to be."""
    pipe, futures, words = redpipe.asyncio.pipeline(name=names[0]), [], []
    for name in names:
        for _ in range(3):
            word = next(unique)
            with redpipe.autoexec(pipe, name=name) as nested:
                futures.append(nested.echo(word))
                nested.set('k', word)
            words.append(word.encode())
    return pipe, futures, words


async def execute(names):
    """Execute a batch for each of *names*, and look at the replies."""
    pipe, futures, words = queued(names)
    await pipe.execute()
    assert futures == words


async def watched(names, at=()):
    """Execute a batch for each of *names*, cancelled at the suspensions *at*.

    Returns how often the task was suspended, and whether it was cancelled.
    """
    pipe, futures, words = queued(names)
    watched = Watched(pipe.execute(), at)

    async def awaited():
        await watched

    task = asyncio.ensure_future(awaited())
    await asyncio.wait([task])
    if task.cancelled():
        for future in futures:
            with pytest.raises(redpipe.ResultNotReady) as told:
                future.result
            assert isinstance(told.value.__cause__, asyncio.CancelledError)
    else:
        task.result()
        assert futures == words
    return watched.suspensions, task.cancelled()


def taken(client):
    """How many connections of *client* nobody has given back."""
    return len(client.connection_pool._in_use_connections)


async def assert_clean(clients, names):
    """Later users of the pools read their own replies, and all connections are there."""
    for client in clients:
        assert taken(client) == 0
    for _ in range(2):
        await asyncio.gather(*[execute([name]) for name in names])
    for client in clients:
        assert taken(client) == 0


KINDS = ['plain', 'blocking pool of one', 'health checks', 'several names', 'MULTI', 'TLS', 'client pipelines']


@pytest.fixture
def made(request, server, second_server):
    """A function that connects new clients of a kind, and returns them with the names of their connections."""
    def make(kind):
        redpipe.reset()
        options = {'transaction': kind == 'MULTI', 'direct': kind != 'client pipelines'}
        settings = {'host': server.host, 'port': server.port}
        if kind == 'TLS':
            tls = request.getfixturevalue('tls')
            settings = {'host': '127.0.0.1', 'port': tls.tls_port, 'ssl': True, 'ssl_cert_reqs': 'none',
                        'ssl_check_hostname': False}
        if kind == 'health checks':
            settings['health_check_interval'] = 30
        if kind == 'blocking pool of one':
            clients = [redis.asyncio.Redis(connection_pool=redis.asyncio.BlockingConnectionPool(
                max_connections=1, timeout=20, **settings))]
        else:
            clients = [redis.asyncio.Redis(**settings)]
        names = ['default']
        redpipe.asyncio.connect_redis(clients[0], **options)
        if kind == 'several names':
            clients.append(redis.asyncio.Redis(host=second_server.host, port=second_server.port))
            redpipe.asyncio.connect_redis(clients[1], name='other')
            redpipe.asyncio.connect_redis(clients[0], name='same')
            names += ['other', 'same']
        return clients, names
    yield make
    redpipe.reset()


@pytest.fixture(scope='module')
def tls():
    try:
        one = TLSServer()
    except RuntimeError as error:
        pytest.skip(str(error))
    with one:
        yield one


async def closed(clients):
    for client in clients:
        await client.connection_pool.disconnect()
        await getattr(client, 'aclose', client.close)()


async def warmed_up(clients, names):
    await execute(names)
    for client in clients:
        for connection in client.connection_pool._available_connections:
            connection.next_health_check = 0  # it is due


async def count(make, kind, warm):
    clients, names = make(kind)
    if warm:
        await warmed_up(clients, names)
    suspensions, cancelled = await watched(names)
    assert not cancelled
    await closed(clients)
    return suspensions


@pytest.mark.parametrize('warm', [False, True], ids=['cold', 'warm'])
@pytest.mark.parametrize('kind', KINDS)
def test_cancelled_at_each_suspension_once_and_twice(made, kind, warm):
    async def main():
        suspensions = await count(made, kind, warm)
        cancelled = 0
        for first in range(1, suspensions + 1):
            for second in (None, 1, 2, 3):
                clients, names = made(kind)
                if warm:
                    await warmed_up(clients, names)
                at = [first] if second is None else [first, first + second]
                cancelled += (await watched(names, at))[1]
                await assert_clean(clients, names)
                await closed(clients)
        assert cancelled  # how often a task is suspended depends on how fast the server is
    asyncio.run(main())


@pytest.mark.parametrize('kind', ['plain', 'blocking pool of one', 'several names', 'client pipelines'])
def test_cancelled_at_random_moments(made, kind, request):
    rounds = 1700 if request.config.getoption('--long') else 60
    chance = random.Random(7)

    async def impatient(names):
        try:
            await asyncio.wait_for(execute(names), chance.choice([0, 0.0001, 0.0005, 0.001, 0.002]))
        except asyncio.TimeoutError:
            pass

    async def cancelled(names):
        task = asyncio.ensure_future(execute(names))
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    async def main():
        clients, names = made(kind)
        for _ in range(rounds):
            await asyncio.gather(impatient(names), cancelled(names), execute(names))
        await assert_clean(clients, names)
        await closed(clients)
    asyncio.run(main())
