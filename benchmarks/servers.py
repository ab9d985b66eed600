"""Four servers in one pipe, each a few milliseconds away: wall time, without threads and with them."""
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


def measure(bench):
    commands = bench.size(250)
    servers = [Server() for _ in NAMES]
    links = [Link(server.port, DELAY) for server in servers]
    clients = [redis.StrictRedis(port=link.port) for link in links]
    try:
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
    finally:
        for name in NAMES:
            redpipe.disconnect(name)
        for one in links + servers:
            one.stop()


if __name__ == '__main__':
    alone(measure)
