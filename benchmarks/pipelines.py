"""RedPipe's pipelines beside redis-py's own: the same commands, the same server, in turn.

    python benchmarks/pipelines.py [commands]
"""
from __future__ import print_function

import sys

import redis
from measure import Server, describe, median, ratio, rounds

import redpipe


# What the commands are about is made beforehand: it costs the same on either side.
KEYS = ['user:%d' % i for i in range(100)]
OTHERS = [tuple(kind + key for kind in ('count:', 'h:', 's:', 'z:', 'l:')) for key in KEYS]


def gets(pipe, commands):
    for i in range(commands // 100):
        for key in KEYS:
            pipe.get(key)


def mixed(pipe, commands):
    """Ten commands on strings, hashes, sets, sorted sets and lists, one of each in turn."""
    for i in range(commands // 1000):
        for key, (count, mapping, members, scores, values) in zip(KEYS, OTHERS):
            pipe.set(key, 'some value')
            pipe.get(key)
            pipe.incr(count)
            pipe.expire(key, 60)
            pipe.hset(mapping, 'name', 'Jack')
            pipe.hgetall(mapping)
            pipe.sadd(members, 'a', 'b')
            pipe.execute_command('ZADD', scores, 1.5, 'member')
            pipe.lpush(values, i)
            pipe.ltrim(values, 0, 9)


def redis_py(client, work, commands):
    pipe = client.pipeline(transaction=False)
    work(pipe, commands)
    return pipe.execute()


def flat(work, commands):
    with redpipe.autoexec() as pipe:
        work(pipe, commands)


def six_levels(work, commands, level=6, pipe=None):
    with redpipe.autoexec(pipe) as pipe:
        if level:
            six_levels(work, commands, level - 1, pipe)
        else:
            work(pipe, commands)


def main(commands=1000):
    with Server() as server:
        client = redis.StrictRedis(unix_socket_path=server.unix_socket_path)
        redpipe.connect_redis(client)
        print(describe(server))
        for work in (gets, mixed):
            times = rounds({
                'redis-py': lambda: redis_py(client, work, commands),
                'redpipe, flat': lambda: flat(work, commands),
                'redpipe, six levels': lambda: six_levels(work, commands),
            }, 25)
            for name in sorted(times):
                print('%-6s %-20s %7.2f us of CPU per command, %.2f x redis-py' % (
                    work.__name__, name, median(times[name]) / commands * 1e6,
                    ratio(times, name, 'redis-py')))
        redpipe.reset()


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
