"""What keyspaces cost, which code keys and values, beside bytes on a bare pipe and on redis-py's own pipeline.

All are queued on one pipe, which is executed, and every Future is read. The bare pipes are given the bytes of keys and
values and return bytes; the keyspace is given text and numbers and returns them.
"""
from measure import alone, redis

import redpipe
from redpipe.fields import BooleanField, FloatField, IntegerField
from redpipe.keyspaces import Hash, List, Set, SortedSet, String


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


def with_redis_py(client, pairs, commands):
    pipe = client.pipeline(transaction=False)
    for i in range(commands // len(pairs)):
        for _, _, _, call in pairs:
            call(pipe, i)
    pipe.execute()


def on_a_pipe(pairs, commands):
    with redpipe.autoexec() as pipe:
        futures = [call(pipe, i) for i in range(commands // len(pairs)) for _, _, _, call in pairs]
    for future in futures:
        future.result


def in_keyspaces(pairs, commands):
    with redpipe.autoexec() as pipe:
        calls = [(cls(pipe), call) for _, cls, call, _ in pairs]
        futures = [call(keys, i) for i in range(commands // len(pairs)) for keys, call in calls]
    for future in futures:
        future.result


def measure(bench):
    for name, pairs in [(pair[0], [pair]) for pair in PAIRS] + [('all', PAIRS)]:
        commands = max(1, bench.size(1000) // len(pairs)) * len(pairs)
        # What is read is there, and lists and the like have not grown.
        bench.client.flushdb()
        on_a_pipe(PAIRS, bench.size(1000) * len(PAIRS))
        bench.compare('keyspaces', name, [
            ('redis-py', lambda: with_redis_py(bench.client, pairs, commands)),
            ('bare pipe', lambda: on_a_pipe(pairs, commands)),
            ('keyspace', lambda: in_keyspaces(pairs, commands)),
        ], commands, rounds=25 if pairs is PAIRS else 9)


if __name__ == '__main__':
    alone(measure)
