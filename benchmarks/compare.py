"""Compare this checkout with another commit: the client's CPU for one execute, in paired rounds.

    python benchmarks/compare.py BASE [--rounds N] [--worst RATIO]

Two processes, one of each checkout, take turns on one server, in short rounds, so that what disturbs the machine
disturbs both. How memory lies makes one process faster than its twin, so that several pairs of processes are compared.
Printed is the median of their medians of ratios, below 1 where this checkout is faster, with the least and the largest.
With ``--worst`` a ratio above that number is a failure.
"""
from __future__ import print_function

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

#: How many pairs of processes are compared.
REPETITIONS = 7

#: What is measured: a name, a function of this file that queues so many of its subject on a pipe, and how often that
#: is executed in a round.
WORKS = [
    ('one command', 'commands', 1, 200),
    ('ten commands', 'commands', 10, 60),
    ('a thousand commands', 'commands', 1000, 2),
    ('hash commands of a keyspace', 'members', 500, 2),
    ('other commands of keyspaces', 'values', 500, 2),
    ('Structs written', 'written', 200, 2),
    ('Structs read', 'read', 200, 2),
]


# -- In the process of one checkout

def commands(redpipe):
    return queue_commands


def queue_commands(pipe, count):
    for number in range(count):
        kind = number % 5
        if kind == 0:
            pipe.incr('n')
        elif kind == 1:
            pipe.set('k', 'v')
        elif kind == 2:
            pipe.hset('h', 'f', number)
        else:
            pipe.get('k')


def members(redpipe):
    class Colours(redpipe.Hash):
        keyspace = 'C'
        fields = {'hue': redpipe.IntegerField, 'name': redpipe.TextField}

    def queue(pipe, count):
        colours = Colours(pipe)
        for _ in range(count // 4):
            colours.hset('a', 'hue', 7)
            colours.hget('a', 'hue')
            colours.hmget('a', ['hue', 'name'])
            colours.hset('a', mapping={'hue': 7, 'name': u'red'})
    return queue


def values(redpipe):
    class Words(redpipe.String):
        keyspace = 'W'

    class Tags(redpipe.Set):
        keyspace = 'T'

    class Scores(redpipe.SortedSet):
        keyspace = 'S'

    def queue(pipe, count):
        words, tags, scores = Words(pipe), Tags(pipe), Scores(pipe)
        for _ in range(count // 5):
            words.set('a', u'x')
            words.get('a')
            tags.sadd('a', u'x')
            tags.smembers('a')
            scores.zadd('a', u'x', 1)
    return queue


def users(redpipe):
    class User(redpipe.Struct):
        fields = {'age': redpipe.IntegerField, 'name': redpipe.TextField, 'height': redpipe.FloatField}
    return User


def written(redpipe):
    User = users(redpipe)

    def queue(pipe, count):
        for number in range(count):
            User({'_key': str(number), 'age': 7, 'name': u'ann', 'height': 1.5}, pipe=pipe)
    return queue


def read(redpipe):
    User = users(redpipe)
    with redpipe.autoexec() as pipe:
        written(redpipe)(pipe, 200)

    def queue(pipe, count):
        for number in range(count):
            User(str(number), pipe=pipe)
    return queue


def serve(path):
    """Measure what each line asks for: the name of a work; answer with CPU seconds for one execute."""
    import redis

    import redpipe

    redpipe.connect_redis(redis.StrictRedis(unix_socket_path=path))
    clock = getattr(time, 'process_time', None) or time.clock
    works = dict((name, (globals()[subject](redpipe), size, times)) for name, subject, size, times in WORKS)
    for line in iter(sys.stdin.readline, ''):
        queue, size, times = works[line.strip()]
        start = clock()
        for _ in range(times):
            with redpipe.autoexec() as pipe:
                queue(pipe, size)
        print((clock() - start) / times)
        sys.stdout.flush()


# -- In the process that compares

def asked(process, work):
    process.stdin.write(work + '\n')
    process.stdin.flush()
    return float(process.stdout.readline())


def process_of(checkout, path):
    return subprocess.Popen([sys.executable, os.path.abspath(__file__), '--serve', path], universal_newlines=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            env=dict(os.environ, PYTHONPATH=checkout))


def paired(processes, work, turn):
    # Who comes first takes turns as well.
    pair = dict((one, asked(one, work)) for one in processes[::-1 if turn % 2 else 1])
    return [pair[one] for one in processes]


def compare(base, rounds, worst):
    from measure import Server, median

    folder = os.path.join(tempfile.mkdtemp(), 'base')
    subprocess.check_call(['git', 'worktree', 'add', '--quiet', '--detach', folder, base], cwd=HERE)
    too_slow = []
    try:
        with Server() as server:
            found = dict((work, []) for work, _, _, _ in WORKS)
            for _ in range(REPETITIONS):
                processes = [process_of(checkout, server.unix_socket_path) for checkout in (HERE, folder)]
                for work, _, _, _ in WORKS:
                    pairs = [paired(processes, work, turn) for turn in range(rounds + 1)][1:]
                    found[work].append([median([here for here, _ in pairs]), median([there for _, there in pairs]),
                                        median([here / there for here, there in pairs])])
                for process in processes:
                    process.stdin.close()
                    process.wait()
            for work, _, _, _ in WORKS:
                here, there, ratio = map(median, zip(*found[work]))
                ratios = sorted([repetition[2] for repetition in found[work]])
                print('%-28s %8.1f us, base %8.1f us, ratio %.3f (%.3f to %.3f)' % (
                    work, here * 1e6, there * 1e6, ratio, ratios[0], ratios[-1]))
                if worst and ratio > worst:
                    too_slow.append(work)
    finally:
        subprocess.call(['git', 'worktree', 'remove', '--force', folder], cwd=HERE)
        shutil.rmtree(os.path.dirname(folder), ignore_errors=True)
    if too_slow:
        sys.exit('slower than %s allows: %s' % (worst, ', '.join(too_slow)))


if __name__ == '__main__':
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument('base', nargs='?', default='HEAD', help='a commit')
    ask.add_argument('--rounds', type=int, default=61)
    ask.add_argument('--worst', type=float, metavar='RATIO')
    ask.add_argument('--serve', metavar='SOCKET', help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.serve:
        serve(given.serve)
    else:
        compare(given.base, given.rounds, given.worst)
