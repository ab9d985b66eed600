"""What the benchmarks share: contenders run in turn, round by round, and medians are compared.

A subject is a file with a function ``measure(bench)``, which calls :meth:`Bench.compare`; ``run.py`` runs all of them,
and each runs alone as well. Times are the CPU seconds of this process, the client, where nothing else is said. The
machine may be shared and noisy, so that only ratios within one run mean anything.
"""
from __future__ import print_function

import gc
import os
import platform
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import redis  # noqa: E402

import redpipe  # noqa: E402
from examples.local import Link, Server  # noqa: E402

__all__ = ['Bench', 'Link', 'Server', 'alone', 'median', 'redis']

cpu = getattr(time, 'process_time', None) or time.clock
wall = getattr(time, 'perf_counter', None) or time.time


def median(values):
    """Return the middle one of *values*."""
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2.0


def versions(server):
    """Return what the figures are made with, as a dict of texts."""
    try:
        import hiredis
        parser = hiredis.__version__
    except ImportError:
        parser = 'none'
    return {
        'Python': platform.python_version(), 'redis-py': redis.__version__, 'hiredis': parser,
        'redpipe': redpipe.__version__, 'Redis': server.version,
        'machine': '%s, %s cores' % (processor(), os.sysconf('SC_NPROCESSORS_ONLN')),
    }


def processor():
    """Return the name of the processor."""
    try:
        with open('/proc/cpuinfo') as lines:
            names = [line.split(':')[1].strip() for line in lines if line.startswith('model name')]
    except IOError:
        names = []
    return (names + [platform.processor() or platform.machine()])[0]


class Bench(object):
    """A server, redpipe's default connection to it over its unix socket, and the rows of figures so far.

    With *small* everything is done, on sizes that say nothing.
    """

    def __init__(self, small=False):
        self.small = small
        self.rows = []
        self.server = Server()
        self.client = redis.StrictRedis(unix_socket_path=self.server.unix_socket_path)
        redpipe.reset()
        redpipe.connect_redis(self.client)

    def size(self, number):
        """Return *number*, or less for a small run."""
        return max(10, number // 100) if self.small else number

    def times(self, contenders, rounds, clock=cpu):
        """Run *contenders*, pairs of a name and a function, in turn, and return lists of seconds by name."""
        times = dict((name, []) for name, _ in contenders)
        for _, function in [] if self.small else contenders:
            function()
        for _ in range(1 if self.small else rounds):
            for name, function in contenders:
                self.small or gc.collect()
                start = clock()
                function()
                times[name].append(clock() - start)
        return times

    def compare(self, subject, work, contenders, commands, runs=1, rounds=15):
        """Print and keep, for each of *contenders*, the time per command and its ratio to the first.

        Each of their calls makes *runs* batches of so many *commands*. Return the median seconds by name.
        """
        times = dict((name, [seconds / runs for seconds in some])
                     for name, some in self.times(contenders, rounds).items())
        base = times[contenders[0][0]]
        for name, _ in contenders:
            self.row(subject, work, name, commands, 'microseconds', median(times[name]) / commands * 1e6,
                     median([one / other for one, other in zip(times[name], base)]))
        return dict((name, median(some)) for name, some in times.items())

    def row(self, subject, work, name, commands, unit, value, ratio):
        """Print and keep a figure: *value* of *unit* per command, and its *ratio* to the first contender's."""
        self.rows.append({'subject': subject, 'work': work, 'contender': name, 'commands': commands,
                          'unit': unit, 'value': value, 'ratio': ratio})
        print('%-11s %-22s %-20s %7d %9.2f %-12s %5.2f' % (subject, work, name, commands, value, unit, ratio))
        sys.stdout.flush()

    def __enter__(self):
        told = versions(self.server)
        print(', '.join('%s %s' % pair for pair in sorted(told.items())))
        return self

    def __exit__(self, *error):
        redpipe.reset()
        self.client.connection_pool.disconnect()
        self.server.stop()


def alone(measure):
    """Run one subject by itself."""
    with Bench(small='--small' in sys.argv) as bench:
        measure(bench)
