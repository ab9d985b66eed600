"""The front page of a small bookshop: the building blocks that the demo and the web applications share.

Each function reads or writes one thing and takes an optional pipe; ``page`` is made of them. Without a pipe every
function talks to Redis by itself. With one they all wait for it, and travel together: with a blocking pipe as with one
of ``redpipe.asyncio``.
"""
import redpipe

READER = 'ann'
SHELF = {
    'b1': ('The Left Hand of Darkness', 'Le Guin', 4.6),
    'b2': ('Solaris', 'Lem', 4.4),
    'b3': ('Kindred', 'Butler', 4.7),
    'b4': ('Roadside Picnic', 'Strugatsky', 4.3),
    'b5': ('The Dispossessed', 'Le Guin', 4.5),
    'b6': ('Invisible Cities', 'Calvino', 4.2),
}


def visits(reader, pipe=None):
    """Count a visit; the counter lives for a day after the last one."""
    with redpipe.autoexec(pipe) as pipe:
        count = pipe.incr('visits{%s}' % reader)
        pipe.expire('visits{%s}' % reader, 24 * 60 * 60)
        return count


def basket(reader, pipe=None):
    """How many books wait in the basket."""
    with redpipe.autoexec(pipe) as pipe:
        return pipe.llen('basket{%s}' % reader)


def greeting(reader, pipe=None):
    """A line of text made from a hash, by a callback."""
    line = redpipe.Future()
    with redpipe.autoexec(pipe) as pipe:
        profile = pipe.hgetall('reader{%s}' % reader)
        pipe.on_execute(lambda: line.set('Welcome back, %s of %s' % (
            profile[b'name'].decode('utf-8'), profile[b'town'].decode('utf-8')) if profile else 'Welcome'))
    return line


def book(number, pipe=None):
    """A book and what readers think of it, from two keys."""
    found = redpipe.Future()
    with redpipe.autoexec(pipe) as pipe:
        title, author = pipe.hget('book{%s}' % number, 'title'), pipe.hget('book{%s}' % number, 'author')
        rating = pipe.zscore('ratings', number)
        pipe.on_execute(lambda: found.set(
            '%-26s %-11s %.1f' % (title.decode('utf-8'), author.decode('utf-8'), rating)))
    return found


def page(reader, books, pipe=None):
    """Everything that the front page shows."""
    return {
        'greeting': greeting(reader, pipe),
        'visits': visits(reader, pipe),
        'basket': basket(reader, pipe),
        'shelf': [book(number, pipe) for number in books],
    }


def fill(client):
    """Put the data of the bookshop in place."""
    with client.pipeline() as pipe:
        pipe.execute_command('HSET', 'reader{%s}' % READER, 'name', 'Ann', 'town', 'Utrecht')
        pipe.rpush('basket{%s}' % READER, 'b2', 'b5')
        for number, (title, author, rating) in SHELF.items():
            pipe.execute_command('HSET', 'book{%s}' % number, 'title', title, 'author', author)
            pipe.execute_command('ZADD', 'ratings', rating, number)
        pipe.execute()
