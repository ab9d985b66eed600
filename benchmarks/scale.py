"""What a command costs as there are more of them: CPU and memory, from ten commands to a hundred thousand."""
from __future__ import print_function

import gc

from measure import alone
from pipelines import gets, mixed, nested, redis_py

import redpipe

try:
    import tracemalloc
except ImportError:  # Python 2.7
    tracemalloc = None

SIZES = [10, 100, 1000, 10000, 100000]


def measure(bench):
    for work in (gets, mixed):
        medians = {}
        for commands in sorted(set(bench.size(size) for size in SIZES)):
            # Batches that are too short to be measured are run several times.
            times = max(1, bench.size(1000) // commands)
            medians[commands] = bench.compare('scale', work.__name__, [
                ('redis-py', lambda: [redis_py(bench.client, work, commands) for _ in range(times)]),
                ('redpipe', lambda: [nested(0, work, commands) for _ in range(times)]),
            ], commands, times, rounds=9 if commands > 1000 else 15)
        few, many = bench.size(1000), max(medians)
        growth = dict((name, medians[many][name] / many / (medians[few][name] / few))
                      for name in ('redis-py', 'redpipe'))
        for name in ('redis-py', 'redpipe'):
            bench.row('scale', work.__name__ + ', growth', name, many, 'x', growth[name],
                      growth[name] / growth['redis-py'])
    if tracemalloc:
        memory(bench, bench.size(100000))


def memory(bench, commands):
    """Measure what is held per command, and at most, when all are queued and when all are answered."""
    for start in range(0, commands, 1000):
        bench.client.mset(dict(('user:%d' % i, 'some value %d' % i) for i in range(start, start + 1000)))

    def queue(pipe):
        return [pipe.get('user:%d' % i) for i in range(commands)]

    def with_redis_py():
        pipe = bench.client.pipeline(transaction=False)
        queue(pipe)
        yield pipe
        yield pipe.execute()

    def with_redpipe():
        pipe = redpipe.pipeline()
        futures = queue(pipe)
        yield pipe, futures
        pipe.execute()
        yield futures

    figures = {}
    for name, contender in (('redis-py', with_redis_py), ('redpipe', with_redpipe)):
        gc.collect()
        tracemalloc.start()
        steps = contender()
        held = next(steps)
        queued = tracemalloc.get_traced_memory()[0]
        held = next(steps)
        gc.collect()
        answered, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        del steps, held
        figures[name] = {'queued': queued, 'answered': answered, 'peak': peak}
    for work in ('queued', 'answered', 'peak'):
        for name in ('redis-py', 'redpipe'):
            bench.row('memory', work, name, commands, 'bytes', figures[name][work] / float(commands),
                      figures[name][work] / float(figures['redis-py'][work]))


if __name__ == '__main__':
    alone(measure)
