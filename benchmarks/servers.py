"""Four servers in one pipe, each a few milliseconds away: wall time, without threads and with them."""
from __future__ import print_function

import contextlib
import subprocess
import sys

from measure import Link, Server, alone, median, redis, wall
from pipelines import mixed, redis_py

import redpipe

NAMES = ['one', 'two', 'three', 'four']
DELAY = 0.005


def together(commands):
    with redpipe.autoexec() as pipe:
        for name in NAMES:
            with redpipe.autoexec(pipe, name=name) as inner:
                mixed(inner, commands)


def by_itself(name, commands):
    with redpipe.autoexec(name=name) as pipe:
        mixed(pipe, commands)


def threaded(commands):
    redpipe.enable_threads()
    try:
        together(commands)
    finally:
        redpipe.disable_threads()


@contextlib.contextmanager
def far_away(servers):
    """The ports of links to *servers*, in a process of their own, so that they take no time of this one's."""
    process = subprocess.Popen([sys.executable, __file__, '--links'] + [str(server.port) for server in servers],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield [int(port) for port in process.stdout.readline().split()]
    finally:
        process.communicate()


def be_links(ports):
    """Be that process, until the input ends."""
    links = [Link(port, DELAY) for port in ports]
    print(*[link.port for link in links])
    sys.stdout.flush()
    sys.stdin.read()
    for link in links:
        link.stop()


def measure(bench):
    servers = [Server() for _ in NAMES]
    try:
        with far_away(servers) as ports:
            compare(bench, [redis.StrictRedis(port=port) for port in ports], bench.size(250))
    finally:
        for server in servers:
            server.stop()


def compare(bench, clients, commands):
    for name, client in zip(NAMES, clients):
        redpipe.connect_redis(client, name=name)
    contenders = [(name, lambda name=name: by_itself(name, commands)) for name in NAMES]
    contenders += [
        ('redis-py, one by one', lambda: [redis_py(client, mixed, commands) for client in clients]),
        ('threads off', lambda: together(commands)),
        ('threads on', lambda: threaded(commands)),
    ]
    times = bench.times(contenders, 25, wall)
    slowest = max(NAMES, key=lambda name: median(times[name]))
    for name in [slowest] + [name for name, _ in contenders[4:]]:
        bench.row('servers', '%d on each of four' % commands, 'slowest alone' if name == slowest else name,
                  commands, 'milliseconds', median(times[name]) * 1e3,
                  median([one / other for one, other in zip(times[name], times[slowest])]))
    for name, client in zip(NAMES, clients):
        redpipe.disconnect(name)
        client.connection_pool.disconnect()


if __name__ == '__main__':
    if '--links' in sys.argv:
        be_links(map(int, sys.argv[2:]))
    else:
        alone(measure)
