"""What nesting costs: the same commands flat and through six levels, and as the pipeline grows.

    python benchmarks/nesting.py [commands]
"""
from __future__ import print_function

import sys

from measure import Server, describe, median, ratio, rounds

import redpipe


def flat(commands):
    with redpipe.autoexec() as pipe:
        for i in range(commands):
            pipe.incr('k')


def six_deep(commands):
    """All commands in the innermost of six pipelines, each nested in the one before."""
    def nest(level, pipe=None):
        with redpipe.autoexec(pipe) as pipe:
            if level:
                nest(level - 1, pipe)
            else:
                for i in range(commands):
                    pipe.incr('k')
    nest(6)


def six_deep_by_ten(commands):
    """Six levels of nesting around every ten commands, as functions that call functions have."""
    def nest(level, pipe):
        with redpipe.autoexec(pipe) as pipe:
            if level > 1:
                nest(level - 1, pipe)
            else:
                for i in range(10):
                    pipe.incr('k')
    with redpipe.autoexec() as pipe:
        for _ in range(commands // 10):
            nest(6, pipe)


def main(commands=1000):
    with Server() as server:
        redpipe.connect_redis(server.client())
        print(describe(server))
        contenders = {
            'flat': lambda: flat(commands),
            'six levels': lambda: six_deep(commands),
            'six levels around every ten': lambda: six_deep_by_ten(commands),
        }
        times = rounds(contenders)
        for name in contenders:
            print('%-28s %6d commands %8.2f ms of CPU, %.2f x flat' % (
                name, commands, median(times[name]) * 1e3, ratio(times, name, 'flat')))
        for size in (commands, commands * 10, commands * 100):
            times = rounds({'flat': lambda: flat(size), 'six': lambda: six_deep(size)}, 3)
            print('%7d commands: flat %6.2f us each, six levels %6.2f us each' % (
                size, median(times['flat']) / size * 1e6, median(times['six']) / size * 1e6))
        redpipe.reset()


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
