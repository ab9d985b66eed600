"""RedPipe's pipelines beside redis-py's own: the same commands, flat and nested, the same server, in turn."""
from measure import alone

import redpipe

# What the commands are about is made beforehand: it costs the same on either side.
KEYS = ['user:%d' % i for i in range(100)]
OTHERS = [tuple(kind + key for kind in ('count:', 'h:', 's:', 'z:', 'l:')) for key in KEYS]


def gets(pipe, commands):
    for i in range(commands):
        pipe.get(KEYS[i % 100])


def mixed(pipe, commands):
    """Ten commands on strings, hashes, sets, sorted sets and lists, one of each in turn."""
    for i in range(commands // 10):
        key = KEYS[i % 100]
        count, mapping, members, scores, values = OTHERS[i % 100]
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


def nested(levels, work, commands, pipe=None):
    """Queue in the innermost of some pipelines, each nested in the one before."""
    with redpipe.autoexec(pipe) as pipe:
        if levels:
            nested(levels - 1, work, commands, pipe)
        else:
            work(pipe, commands)


def nested_by_ten(levels, work, commands):
    """Nest around every ten commands, as functions do that call functions."""
    with redpipe.autoexec() as pipe:
        for _ in range(commands // 10):
            nested(levels - 1, work, 10, pipe)


def measure(bench):
    commands = bench.size(1000)
    for work in (gets, mixed):
        bench.compare('pipelines', work.__name__, [
            ('redis-py', lambda: redis_py(bench.client, work, commands)),
            ('flat', lambda: nested(0, work, commands)),
            ('1 level', lambda: nested(1, work, commands)),
            ('3 levels', lambda: nested(3, work, commands)),
            ('6 levels', lambda: nested(6, work, commands)),
            ('6 levels by ten', lambda: nested_by_ten(6, work, commands)),
        ], commands, rounds=25)


if __name__ == '__main__':
    alone(measure)
