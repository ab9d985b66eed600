"""Faults under tasks of asyncio, which share connections, are cancelled, and stop one another's loop."""
import asyncio
import random
import time

import pytest
import redis
import redis.asyncio

import redpipe
import redpipe.asyncio
from drivers import DRIVERS
from faults import LOSSES, Proxy
from test_clean_connections import assert_clean
from test_contract import get, incr, retries

pytestmark = pytest.mark.usefixtures('over_drivers')


@pytest.fixture(autouse=True)
def no_connections():
    redpipe.reset()
    yield
    redpipe.reset()


@pytest.fixture(scope='module')
def driver():
    """The tests are about asyncio alone."""
    with DRIVERS['asyncio']() as one:
        yield one


# -- connections that end while nobody uses them

def executed(call):
    pipe = redpipe.pipeline()
    ref = call(pipe)
    pipe.execute()
    return ref.result


@pytest.mark.parametrize('direct', [True, False], ids=['directly', 'on the pipeline'])
@pytest.mark.parametrize('turns', [True, False], ids=['the loop turns', 'the loop stands'])
@pytest.mark.parametrize('reset', [True, False], ids=['reset', 'closed'])
def test_a_connection_that_ended_meanwhile_is_replaced_before_a_write(reset, turns, direct, proxy, driver):
    redpipe.connect_redis(redis.Redis(port=proxy.port, **retries(0)), direct=direct)
    assert executed(incr('k')) == 1
    proxy.close_all(reset)
    (driver.pause if turns else time.sleep)(0.05)
    assert executed(incr('k')) == 2


# -- many tasks

class Told:
    """What tasks were told of their INCRs, and the replies that were those of others."""

    def __init__(self):
        self.counted = self.unknown = self.failed = self.cancelled = 0
        self.wrong = []


async def work(number, told, turns):
    """Count and echo, in batches that nobody else sends."""
    for turn in range(turns):
        word = ('task %d, turn %d' % (number, turn)).encode()
        try:
            async with redpipe.asyncio.autoexec() as pipe:
                before = pipe.echo(word)
                count = pipe.incr('count')
                after = [pipe.echo(word + b'!') for _ in range(turn % 5)]
        except redpipe.OutcomeUnknown:
            told.unknown += 1
        except (redis.ConnectionError, redis.TimeoutError):
            told.failed += 1
        except asyncio.CancelledError:
            told.cancelled += 1
            with pytest.raises(redpipe.ResultNotReady):
                count.result
            raise
        else:
            told.counted += 1
            replies = [before.result] + [one.result for one in after]
            if replies != [word] + [word + b'!'] * len(after) or type(count.result) is not int:
                told.wrong.append((word, replies, count))


async def trouble(proxy, told, seconds, cancels):
    """Run tasks for *seconds* while connections die and, with *cancels*, tasks are cancelled; return how many ran."""
    end = time.time() + seconds
    tasks, ended, numbers = [], [], 0
    while time.time() < end:
        running = [task for task in tasks if not task.done()]
        ended += await asyncio.gather(*set(tasks) - set(running), return_exceptions=True)
        tasks = running
        while len(tasks) < 30:
            numbers += 1
            tasks.append(asyncio.ensure_future(work(numbers, told, 20)))
        await asyncio.sleep(random.random() * 0.02)
        if random.random() < 0.3:
            proxy.kill()
        if random.random() < 0.3:
            proxy.next(random.choice([fault for fault in LOSSES if fault.__name__ not in ('stall', 'half_open')]),
                       after=random.randrange(30))
        for task in random.sample(tasks, 5) if cancels else []:
            task.cancel()
    ended += await asyncio.gather(*tasks, return_exceptions=True)
    assert set(map(type, ended)) <= {type(None), asyncio.CancelledError}, ended
    return numbers


@pytest.mark.parametrize('cancels', [False, True], ids=['', 'cancelled'])
@pytest.mark.parametrize('pool', [redis.ConnectionPool, redis.BlockingConnectionPool], ids=lambda pool: pool.__name__)
def test_no_reply_goes_astray_between_tasks_while_connections_die(request, cancels, pool, client, server, driver):
    seconds = 60 if request.config.getoption('--long') else 2
    size = 40 if pool is redis.ConnectionPool else 8
    with Proxy(server) as proxy:
        original = redis.Redis(connection_pool=pool(
            host='127.0.0.1', port=proxy.port, max_connections=size, socket_timeout=2, **retries(0)))
        redpipe.connect_redis(original)
        told = Told()
        ran = driver.run(trouble(proxy, told, seconds, cancels))
        proxy.always(None)
        assert told.wrong == [] and ran >= 30 and told.counted and bool(told.cancelled) == cancels
        counted = int(client.get('count'))
        assert told.counted <= counted <= told.counted + told.unknown + told.cancelled, vars(told)
        for number in range(2 * size):
            assert executed(lambda pipe: pipe.echo(str(number))) == str(number).encode()
        assert_clean(driver.twin(original).connection_pool, driver)
        assert executed(get('count')) == str(counted).encode()
