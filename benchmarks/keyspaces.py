"""What a keyspace costs: its commands, which code keys and values, and the same on a bare pipe.

    python benchmarks/keyspaces.py [commands]

Both are queued on one pipe, which is executed, and every Future is read. The bare pipe is
given the bytes of keys and values and returns bytes; the keyspace is given text and numbers
and returns them. Figures are CPU seconds of the client.
"""
from __future__ import print_function

import sys

from measure import Server, describe, ratio, redis, rounds

import redpipe
from redpipe.fields import BooleanField, FloatField, IntegerField
from redpipe.keyspaces import Hash, List, Set, SortedSet, String

COMMANDS = 2000


class Words(String):
    keyspace = 'W'


class Names(Set):
    keyspace = 'S'


class Lines(List):
    keyspace = 'L'


class Scores(SortedSet):
    keyspace = 'Z'


class Users(Hash):
    keyspace = 'H'
    fields = {'age': IntegerField, 'height': FloatField, 'admin': BooleanField}


USER = {'name': u'Ann', 'town': u'Utrecht', 'age': 42, 'height': 1.75, 'admin': True}
BARE_USER = {
    b'name': b'Ann', b'town': b'Utrecht', b'age': b'42', b'height': b'1.75', b'admin': b'1'}
MEMBERS = list(USER)
BARE_MEMBERS = list(BARE_USER)

#: redis-py before 3 wants the words in Redis' own order, and before 3.5 hset takes one member.
OLD = redis.VERSION < (3, 5)
SCORE = (1.5, b'ann') if redis.VERSION < (3,) else ({b'ann': 1.5},)
INCREMENT = (b'bob', 1) if redis.VERSION < (3,) else (1, b'bob')

#: For each command: how a keyspace queues it, and how a bare pipe does, for key number i.
PAIRS = [
    ('set', Words, lambda keys, i: keys.set('k%d' % i, u'value'),
     lambda pipe, i: pipe.set(b'W{k%d}' % i, b'value')),
    ('get', Words, lambda keys, i: keys.get('k%d' % i), lambda pipe, i: pipe.get(b'W{k%d}' % i)),
    ('incrby', Words, lambda keys, i: keys.incrby('n%d' % i),
     lambda pipe, i: pipe.incrby(b'W{n%d}' % i)),
    ('expire', Words, lambda keys, i: keys.expire('k%d' % i, 500),
     lambda pipe, i: pipe.expire(b'W{k%d}' % i, 500)),
    ('sadd', Names, lambda keys, i: keys.sadd('k%d' % i, u'ann', u'bob'),
     lambda pipe, i: pipe.sadd(b'S{k%d}' % i, b'ann', b'bob')),
    ('smembers', Names, lambda keys, i: keys.smembers('k%d' % i),
     lambda pipe, i: pipe.smembers(b'S{k%d}' % i)),
    ('rpush', Lines, lambda keys, i: keys.rpush('k', u'a line'),
     lambda pipe, i: pipe.rpush(b'L{k}', b'a line')),
    ('lrange', Lines, lambda keys, i: keys.lrange('k', 0, 5),
     lambda pipe, i: pipe.lrange(b'L{k}', 0, 5)),
    ('zadd', Scores, lambda keys, i: keys.zadd('k', u'ann', 1.5),
     lambda pipe, i: pipe.zadd(b'Z{k}', *SCORE)),
    ('zincrby', Scores, lambda keys, i: keys.zincrby('k', u'bob', 1),
     lambda pipe, i: pipe.zincrby(b'Z{k}', *INCREMENT)),
    ('zrange', Scores, lambda keys, i: keys.zrange('k', 0, 5, withscores=True),
     lambda pipe, i: pipe.zrange(b'Z{k}', 0, 5, withscores=True)),
    ('hset', Users, lambda keys, i: keys.hset('k%d' % i, 'age', 42),
     lambda pipe, i: pipe.hset(b'H{k%d}' % i, b'age', b'42')),
    ('hget', Users, lambda keys, i: keys.hget('k%d' % i, 'age'),
     lambda pipe, i: pipe.hget(b'H{k%d}' % i, b'age')),
    ('hset 5', Users, lambda keys, i: keys.hmset('k%d' % i, USER)
     if OLD else keys.hset('k%d' % i, mapping=USER),
     lambda pipe, i: pipe.hmset(b'H{k%d}' % i, BARE_USER)
     if OLD else pipe.hset(b'H{k%d}' % i, mapping=BARE_USER)),
    ('hgetall', Users, lambda keys, i: keys.hgetall('k%d' % i),
     lambda pipe, i: pipe.hgetall(b'H{k%d}' % i)),
    ('hmget', Users, lambda keys, i: keys.hmget('k%d' % i, MEMBERS),
     lambda pipe, i: pipe.hmget(b'H{k%d}' % i, BARE_MEMBERS)),
]


def in_keyspace(cls, call, commands):
    def run():
        with redpipe.autoexec() as pipe:
            keys = cls(pipe)
            futures = [call(keys, i) for i in range(commands)]
        for future in futures:
            future.result
    return run


def on_pipe(call, commands):
    def run():
        with redpipe.autoexec() as pipe:
            futures = [call(pipe, i) for i in range(commands)]
        for future in futures:
            future.result
    return run


def main(commands=COMMANDS):
    server = Server()
    client = server.client()
    redpipe.connect_redis(client)
    print(describe(server))
    print('%d commands of each kind, CPU of a keyspace : CPU of a bare pipe' % commands)
    ratios = []
    for name, cls, keyspace, bare in PAIRS:
        times = rounds({'keyspace': in_keyspace(cls, keyspace, commands),
                        'bare': on_pipe(bare, commands)}, 9)
        ratios.append(ratio(times, 'keyspace', 'bare'))
        print('  %-9s %5.2f   %6.2f us' % (
            name, ratios[-1], sorted(times['keyspace'])[4] / commands * 1e6))
    # All kinds of commands, as many of each: what a program with a mix of them would see.
    mixed = {'keyspace': [in_keyspace(cls, call, commands // len(PAIRS))
                          for _, cls, call, _ in PAIRS],
             'bare': [on_pipe(call, commands // len(PAIRS)) for _, _, _, call in PAIRS]}
    times = rounds(dict((name, lambda runs=runs: [run() for run in runs])
                        for name, runs in mixed.items()), 25)
    print('  %-9s %5.2f' % ('all', ratio(times, 'keyspace', 'bare')))
    redpipe.reset()
    client.connection_pool.disconnect()
    server.stop()


if __name__ == '__main__':
    main(*map(int, sys.argv[1:2]))
