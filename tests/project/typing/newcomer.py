"""A small application, such as one writes after reading the documentation: a bit of every chapter."""
from typing import Optional

import redis

import redpipe
from redpipe import Future


class Followers(redpipe.SortedSet):
    keyspace = 'F'


class Scores(redpipe.String):
    keyspace = 'S'
    connection = 'games'
    valueparse = redpipe.IntegerField


class User(redpipe.Struct):
    keyspace = 'U'
    key_name = 'user_id'
    fields = {'name': redpipe.TextField, 'visits': redpipe.IntegerField}


def connect(client: 'redis.Redis', games: 'redis.Redis') -> None:
    redpipe.connect_redis(client)
    redpipe.connect_redis(games, name='games', transaction=True)
    redpipe.enable_threads()


def seen(user: str, pipe: Optional[redpipe.Pipe] = None) -> Future[int]:
    with redpipe.autoexec(pipe) as pipe:
        count = User(user, pipe=pipe, no_op=True).incr('visits', pipe=pipe)
        pipe.expire('U{%s}' % user, 3600)
        return count


def popular(users: list[str], pipe: Optional[redpipe.Pipe] = None) -> Future[dict[str, int]]:
    answer: Future[dict[str, int]] = Future()
    with redpipe.autoexec(pipe) as pipe:
        counts = [Followers(pipe).zcard(user) for user in users]
        pipe.on_execute(lambda: answer.set(dict(zip(users, map(int, counts)))))
    return answer


def main() -> str:
    with redpipe.pipeline() as pipe:
        User({'user_id': 'ann', 'name': 'Ann'}, pipe=pipe)
        Followers(pipe).zadd('ann', {'bob': 1, 'cid': 2.5})
        followers = Followers(pipe).zrange('ann', 0, -1, withscores=True)
        score = Scores(pipe).incr('ann', 10)
        before = Scores(pipe).get('bob')
        visits = seen('ann', pipe)
        known = popular(['ann', 'bob'], pipe=pipe)
        greeting = pipe.get('greeting')
        pipe.execute()
    try:
        total = score + sum(visits + number for number in known.result.values()) + (before.result or 0)
    except redpipe.ResultNotReady as error:
        return str(error)
    hello = (greeting.result or b'Hello').decode('utf-8')
    first = ['%s (%.1f)' % pair for pair in followers][0]
    return '%s: %s, %d of %d' % (hello, first, total, len(known))
