"""One small function for each type of key, as an application would write them.

Each takes an optional pipe, so that it works by itself and as a part of something larger;
`overview` puts three of them into one round trip. The classes say where things lie and what
they are.
"""
import datetime

import redpipe
from redpipe.fields import BooleanField, FloatField, IntegerField, ListField


class Day(object):
    """A field of one's own: dates, stored as text such as 1980-02-29."""

    @classmethod
    def encode(cls, value):
        return value.isoformat()

    @classmethod
    def decode(cls, data):
        if data is not None:
            return datetime.datetime.strptime(data.decode('ascii'), '%Y-%m-%d').date()


class Sessions(redpipe.String):
    """session{token} -> the ids of the pages seen."""
    keyspace = 'session'
    valueparse = ListField


class Tags(redpipe.Set):
    """tags{article} -> its tags."""
    keyspace = 'tags'


class Jobs(redpipe.List):
    """jobs{queue} -> numbers of jobs, the oldest first."""
    keyspace = 'jobs'
    valueparse = IntegerField


class Followers(redpipe.SortedSet):
    """F{user} -> who follows, by the time when they began."""
    keyspace = 'F'


class Users(redpipe.Hash):
    """U{user} -> what is known of a user; what is not in the table of fields is text."""
    keyspace = 'U'
    fields = {
        'age': IntegerField,
        'height': FloatField,
        'admin': BooleanField,
        'born': Day,
    }


class Visitors(redpipe.HyperLogLog):
    """V{page} -> about how many different people saw it."""
    keyspace = 'V'


class Shops(redpipe.Geo):
    """shops{chain} -> where its shops are."""
    keyspace = 'shops'


def remember(token, pages, pipe=None):
    """Keep the pages of a session for an hour; return those that it had before."""
    with redpipe.autoexec(pipe) as pipe:
        sessions = Sessions(pipe)
        before = sessions.get(token)
        sessions.set(token, pages, ex=datetime.timedelta(hours=1))
        return before


def tag(article, words, pipe=None):
    """Give an article tags; return how many it did not have."""
    return Tags(pipe).sadd(article, words)


def related(article, other, pipe=None):
    """Return the tags that two articles share."""
    return Tags(pipe).sinter(article, other)


def enqueue(queue, jobs, pipe=None):
    """Add jobs, and return how many are waiting."""
    return Jobs(pipe).rpush(queue, jobs)


def next_job(queue, pipe=None):
    """Take the oldest job; None if there is none."""
    return Jobs(pipe).lpop(queue)


def follow(user, follower, when, pipe=None):
    """Let somebody follow a user; return how many do."""
    with redpipe.autoexec(pipe) as pipe:
        followers = Followers(pipe)
        followers.zadd(user, follower, when)
        return followers.zcard(user)


def newest_followers(user, count=3, pipe=None):
    """Return the last ones who began to follow, each with the time."""
    return Followers(pipe).zrevrange(user, 0, count - 1, withscores=True)


def register(user, data, pipe=None):
    """Store a user; return all that is known then."""
    with redpipe.autoexec(pipe) as pipe:
        users = Users(pipe)
        users.hmset(user, data)
        return users.hgetall(user)


def birthday(user, pipe=None):
    """Let a user be a year older; return the new age."""
    return Users(pipe).hincrby(user, 'age')


def visit(page, visitor, pipe=None):
    """Count a visitor; return about how many different ones there were."""
    with redpipe.autoexec(pipe) as pipe:
        visitors = Visitors(pipe)
        visitors.pfadd(page, visitor)
        return visitors.pfcount(page)


def open_shop(chain, name, longitude, latitude, pipe=None):
    """Put a shop on the map."""
    return Shops(pipe).geoadd(chain, longitude, latitude, name)


def shops_near(chain, longitude, latitude, kilometres, pipe=None):
    """Return the shops around a point, nearest first, each with its distance in kilometres."""
    return Shops(pipe).georadius(chain, longitude, latitude, kilometres, 'km',
                                 withdist=True, sort='ASC')


def overview(user, page):
    """Return a user, the newest followers and the visitors of a page, in one round trip."""
    with redpipe.autoexec() as pipe:
        return {
            'user': Users(pipe).hgetall(user),
            'followers': newest_followers(user, pipe=pipe),
            'visitors': visit(page, user, pipe=pipe),
        }
