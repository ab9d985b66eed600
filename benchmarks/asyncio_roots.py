"""Pipelines under asyncio beside redis.asyncio's own, and beside the blocking ones: the same commands, in turn."""
import asyncio
import time

import redis.asyncio
from measure import alone, median
from pipelines import gets, mixed, nested

import redpipe
import redpipe.asyncio

#: Tasks that ask at the same moment, and how many commands each of them has.
TASKS, EACH = 200, 10

#: Batches that are executed one after the other in one run of the loop.
BATCHES = 5

#: The commands of the batch during which a task ticks.
LARGE = 200000


async def redis_asyncio(client, work, commands):
    pipe = client.pipeline(transaction=False)
    work(pipe, commands)
    return await pipe.execute()


async def root(queue, *args):
    async with redpipe.asyncio.autoexec() as pipe:
        queue(*args, pipe=pipe)


def queue_by_ten(levels, work, commands, pipe):
    for _ in range(commands // 10):
        nested(levels - 1, work, 10, pipe)


async def repeated(function, *args):
    for _ in range(BATCHES):
        await function(*args)


def repeated_blocking(*args):
    for _ in range(BATCHES):
        nested(*args)


async def together(function, *args):
    await asyncio.gather(*[function(*args) for _ in range(TASKS)])


async def longest_stall(executing):
    """Return for how many seconds at most the loop did not turn while the coroutine *executing* ran."""
    longest, last = 0, time.perf_counter()
    task = asyncio.ensure_future(executing)
    while not task.done():
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    task.result()
    return longest


async def stalls(client, commands):
    pipe, own = redpipe.asyncio.pipeline(), client.pipeline(transaction=False)
    for some in pipe, own:
        for _ in range(commands):
            some.set('k', 'v')
    return [await longest_stall(own.execute()), await longest_stall(pipe.execute())]


def measure(bench):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    run = loop.run_until_complete
    client = redis.asyncio.Redis(unix_socket_path=bench.server.unix_socket_path, max_connections=TASKS)
    redpipe.asyncio.connect_redis(client)
    commands = bench.size(1000)
    for work in (gets, mixed):
        bench.compare('asyncio', work.__name__, [
            ('redis.asyncio', lambda: run(repeated(redis_asyncio, client, work, commands))),
            ('flat', lambda: run(repeated(root, nested, 0, work, commands))),
            ('6 levels by ten', lambda: run(repeated(root, queue_by_ten, 6, work, commands))),
        ], commands, runs=BATCHES, rounds=25)
        bench.compare('asyncio', work.__name__ + ', blocking', [
            ('blocking', lambda: repeated_blocking(0, work, commands)),
            ('asyncio', lambda: run(repeated(root, nested, 0, work, commands))),
        ], commands, runs=BATCHES, rounds=25)
    bench.compare('asyncio', '%d tasks' % TASKS, [
        ('redis.asyncio', lambda: run(together(redis_asyncio, client, mixed, EACH))),
        ('redpipe', lambda: run(together(root, nested, 0, mixed, EACH))),
    ], TASKS * EACH, rounds=15)
    own, ours = zip(*[run(stalls(client, bench.size(LARGE))) for _ in range(1 if bench.small else 5)])
    for name, seconds in ('redis.asyncio', own), ('redpipe', ours):
        bench.row('asyncio', 'longest stall', name, bench.size(LARGE), 'ms', median(seconds) * 1e3,
                  median(seconds) / median(own))
    run(client.connection_pool.disconnect())
    redpipe.asyncio.reset()
    asyncio.set_event_loop(None)
    loop.close()


if __name__ == '__main__':
    alone(measure)
