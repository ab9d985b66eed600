"""A Struct beside the code that one would write by hand with redis-py and the same codecs."""
import json

from measure import alone, redis

import redpipe

#: redis-py before 3.5 has another method for several members.
HSET = 'hmset' if redis.VERSION < (3, 5) else 'hset'


class User(redpipe.Struct):
    keyspace = 'U'
    key_name = 'user_id'
    fields = {
        'name': redpipe.TextField,
        'email': redpipe.TextField,
        'visits': redpipe.IntegerField,
        'age': redpipe.IntegerField,
        'score': redpipe.FloatField,
        'balance': redpipe.FloatField,
        'admin': redpipe.BooleanField,
        'tags': redpipe.ListField,
    }


def record(number):
    return {
        'user_id': u'%d' % number, 'name': u'Jack', 'email': u'jack@example.com',
        'visits': number, 'age': 30, 'score': 1.5, 'balance': 10.25, 'admin': True,
        'tags': [u'a', u'b', u'c'],
    }


ENCODE = {
    'name': lambda text: text.encode('utf-8'), 'email': lambda text: text.encode('utf-8'),
    'visits': str, 'age': str, 'score': repr, 'balance': repr,
    'admin': lambda flag: b'1' if flag else b'', 'tags': json.dumps,
}
DECODE = {
    b'name': lambda data: data.decode('utf-8'), b'email': lambda data: data.decode('utf-8'),
    b'visits': int, b'age': int, b'score': float, b'balance': float,
    b'admin': bool, b'tags': json.loads,
}
NAMES = dict((name.encode('ascii'), name) for name in ENCODE)


def write_by_hand(client, records):
    pipe = client.pipeline(transaction=False)
    for data in records:
        data = dict(data)
        key = 'U{%s}' % data.pop('user_id')
        mapping = dict((name, ENCODE[name](value)) for name, value in data.items())
        getattr(pipe, HSET)(key, mapping=mapping)
    pipe.execute()


def write_structs(records):
    with redpipe.autoexec() as pipe:
        for data in records:
            User(data, pipe=pipe, fields=[])


def read_by_hand(client, keys):
    pipe = client.pipeline(transaction=False)
    for key in keys:
        pipe.hgetall('U{%s}' % key)
    users = []
    for key, reply in zip(keys, pipe.execute()):
        user = dict((NAMES[name], DECODE[name](value)) for name, value in reply.items())
        user['user_id'] = key
        users.append(user)
    return users


def read_structs(keys):
    with redpipe.autoexec() as pipe:
        users = [User(key, pipe=pipe) for key in keys]
    return users


def measure(bench):
    count = bench.size(1000)
    records = [record(number) for number in range(count)]
    keys = [data['user_id'] for data in records]
    write_structs(records)
    assert read_structs(keys) == read_by_hand(bench.client, keys) == records
    bench.compare('structs', 'write', [
        ('by hand', lambda: write_by_hand(bench.client, records)),
        ('Struct', lambda: write_structs(records)),
    ], count)
    bench.compare('structs', 'read', [
        ('by hand', lambda: read_by_hand(bench.client, keys)),
        ('Struct', lambda: read_structs(keys)),
    ], count)


if __name__ == '__main__':
    alone(measure)
