"""What the benchmarks share: contenders run in turn, round by round, and medians are compared.

Times are the CPU seconds of this process, the client. The machine may be shared
and noisy, so that only ratios within one run mean anything.
"""
from __future__ import print_function

import gc
import os
import platform
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import redis  # noqa: E402

from examples.local import Server  # noqa: E402

__all__ = ['Server', 'describe', 'rounds', 'median', 'ratio']

cpu = getattr(time, 'process_time', None) or time.clock


def describe(server):
    """Return a line that names what the figures were made with."""
    try:
        import hiredis
        parser = 'hiredis %s' % hiredis.__version__
    except ImportError:
        parser = 'no hiredis'
    return 'Python %s, redis-py %s, %s, Redis %s' % (
        platform.python_version(), redis.__version__, parser, server.version)


def median(values):
    """Return the middle one of *values*."""
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2.0


def rounds(contenders, count=15):
    """Run the functions *contenders*, a dict, in turn *count* times; return lists of CPU seconds."""
    times = dict((name, []) for name in contenders)
    for name in contenders:
        contenders[name]()
    for _ in range(count):
        for name, function in contenders.items():
            gc.collect()
            start = cpu()
            function()
            times[name].append(cpu() - start)
    return times


def ratio(times, name, base):
    """Return the median, over the rounds, of the ratio of contender *name* to *base*."""
    return median([a / b for a, b in zip(times[name], times[base])])
