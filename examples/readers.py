"""The readers of a bookshop: records with typed fields, the pages they look at, and who follows whom.

Each function does one thing and takes an optional pipe. Those at the end are made of the others, and the number of
round trips does not grow with the number of readers.
"""
import redpipe


class Reader(redpipe.Struct):
    """reader{key} -> what is known of a reader."""
    keyspace = 'reader'
    key_name = 'reader'
    fields = {
        'name': redpipe.TextField,
        'town': redpipe.TextField,
        'page_views': redpipe.IntegerField,
        'newsletter': redpipe.BooleanField,
        'genres': redpipe.ListField,
    }


class Followers(redpipe.Set):
    """followers{key} -> the keys of the readers who follow that one."""
    keyspace = 'followers'


def join(reader, name, town, genres=(), pipe=None):
    """Keep a new reader; return the record, which can be read at once."""
    return Reader({'reader': reader, 'name': name, 'town': town, 'newsletter': True, 'genres': list(genres)},
                  pipe=pipe, fields=[])


def view(reader, pages=1, pipe=None):
    """Count pages that were looked at; return how many there have been. Nothing is loaded for it."""
    return Reader(reader, no_op=True).incr('page_views', pages, pipe=pipe)


def follow(reader, other, pipe=None):
    """Let *reader* follow *other*; return how many do."""
    with redpipe.autoexec(pipe) as pipe:
        followers = Followers(pipe)
        followers.sadd(other, reader)
        return followers.scard(other)


def change(reader, pipe=None, **fields):
    """Change some fields, or remove those that are None."""
    Reader(reader, no_op=True).update(fields, pipe=pipe)


def leave(reader, pipe=None):
    """Forget a reader and who followed."""
    with redpipe.autoexec(pipe) as pipe:
        Reader.delete(reader, pipe=pipe)
        Followers(pipe).delete(reader)


def profile(reader, pipe=None):
    """Return the record of a reader and the keys of the followers."""
    with redpipe.autoexec(pipe) as pipe:
        return Reader(reader, pipe=pipe), Followers(pipe).smembers(reader)


def profiles(readers):
    """Return records, each with the names of its followers: two trips, for the names need the keys first."""
    with redpipe.autoexec() as pipe:
        found = [profile(reader, pipe=pipe) for reader in readers]
    with redpipe.autoexec() as pipe:
        return [(record, [Reader(key, pipe=pipe, fields='name') for key in sorted(followers)])
                for record, followers in found]


def evening():
    """Fill the shop: five join, look around and make friends, in one round trip."""
    with redpipe.autoexec() as pipe:
        for reader, name, town, genres in (
                ('ann', u'Ann', u'Utrecht', [u'utopias']), ('bob', u'Bob', u'Ghent', [u'travel', u'crime']),
                ('cid', u'Cid', u'Lille', []), ('dan', u'Dan', u'Bonn', [u'verse']), ('eve', u'Eve', u'Basel', [])):
            join(reader, name, town, genres, pipe=pipe)
            view(reader, 3 * len(town), pipe=pipe)
        for reader, other in (('bob', 'ann'), ('cid', 'ann'), ('ann', 'bob'), ('eve', 'cid'), ('dan', 'cid')):
            follow(reader, other, pipe=pipe)
        change('eve', town=u'Bern', newsletter=None, pipe=pipe)
        leave('dan', pipe=pipe)


def lines(found):
    """Return what :func:`profiles` found as lines of text."""
    return ['%-4s %-8s %3d page views   %-15s followed by %s' % (
        record['name'], record['town'], record['page_views'], ', '.join(record['genres']) or '-',
        ', '.join(str(one.get('name', 'somebody who left')) for one in followers) or 'nobody')
        for record, followers in found]
