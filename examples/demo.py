"""The front page of a small bookshop, rendered on a private Redis server: ``make demo``.

Each function reads or writes one thing and takes an optional pipe; ``page`` is made of them. Without a pipe every
function talks to Redis by itself. With one they all wait for it, and travel together.
"""
import sys
import time

import redis

import redpipe
from examples import readers
from examples.local import Link, NoServer, Server, describe

DELAY = 0.001
PAGES = 50
READER = 'ann'
SHELF = {
    'b1': ('The Left Hand of Darkness', 'Le Guin', 4.6),
    'b2': ('Solaris', 'Lem', 4.4),
    'b3': ('Kindred', 'Butler', 4.7),
    'b4': ('Roadside Picnic', 'Strugatsky', 4.3),
    'b5': ('The Dispossessed', 'Le Guin', 4.5),
    'b6': ('Invisible Cities', 'Calvino', 4.2),
}

clock = getattr(time, 'monotonic', time.time)


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
            profile[b'name'].decode('utf-8'), profile[b'town'].decode('utf-8'))))
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


def one_at_a_time():
    """The page from functions that are each on their own."""
    return page(READER, sorted(SHELF))


def together():
    """The same page, the same functions, in one pipe."""
    with redpipe.autoexec() as pipe:
        return page(READER, sorted(SHELF), pipe)


def fill(client):
    """Put the data of the bookshop in place."""
    with client.pipeline() as pipe:
        pipe.execute_command('HSET', 'reader{%s}' % READER, 'name', 'Ann', 'town', 'Utrecht')
        pipe.rpush('basket{%s}' % READER, 'b2', 'b5')
        for number, (title, author, rating) in SHELF.items():
            pipe.execute_command('HSET', 'book{%s}' % number, 'title', title, 'author', author)
            pipe.execute_command('ZADD', 'ratings', rating, number)
        pipe.execute()


def measure(render, client, link, pages):
    """Render *pages* times; return commands and round trips of a page, and its milliseconds on average."""
    def commands():
        return client.info('stats')['total_commands_processed']

    render()  # the first page opens the connection
    sent, trips, start = commands(), link.round_trips, clock()
    for _ in range(pages):
        render()
    taken = clock() - start
    trips = link.round_trips - trips
    sent = commands() - sent - 1  # asking counts as well
    return sent // pages, trips // pages, 1000 * taken / pages


def show(shown):
    """The page as text."""
    lines = [str(shown['greeting']), 'Visit number %d, %d books in the basket' % (shown['visits'], shown['basket'])]
    return '\n'.join('    ' + line for line in lines + [str(line) for line in shown['shelf']])


def compare(server, delay=DELAY, pages=PAGES):
    """Render the page both ways over a link with *delay* seconds a round trip; return the text to print."""
    client = server.client()
    fill(client)
    with Link(server.port, delay) as link:
        redpipe.connect_redis(redis.StrictRedis(port=link.port), name='default')
        try:
            text = show(together())
            rows = [measure(render, client, link, pages) for render in (one_at_a_time, together)]
        finally:
            redpipe.disconnect()
    table = ['%-16s %20s %20s' % ('', 'one call at a time', 'one autoexec block')]
    for label, form, figures in zip(('commands', 'round trips', 'milliseconds'), ('%d', '%d', '%.1f'), zip(*rows)):
        table.append('%-16s %20s %20s' % ((label,) + tuple(form % figure for figure in figures)))
    return '%s\n\n%s' % (text, '\n'.join('    ' + row for row in table))


def meet(server, delay=DELAY):
    """Let some readers meet over such a link; return the text that tells of them."""
    with Link(server.port, delay) as link:
        client = redis.StrictRedis(port=link.port)
        client.ping()  # opens the connection
        redpipe.connect_redis(client, name='default')
        try:
            start = link.round_trips
            readers.evening()
            between = link.round_trips
            found = readers.profiles(['ann', 'bob', 'cid', 'eve'])
            trips = between - start, link.round_trips - between
        finally:
            redpipe.disconnect()
    lines = readers.lines(found) + ['', 'round trips: %d to write all of it, %d to read it' % trips]
    return '\n'.join('    ' + line if line else line for line in lines)


def main():
    try:
        server = Server()
    except NoServer as error:
        return str(error)
    with server:
        print('A bookshop\'s front page on a private %s, over a link with %g ms of delay:\n'
              % (describe(server.binary), 1000 * DELAY))
        print(compare(server))
        print('\nThe same functions made both pages: see examples/demo.py.\n')
        print('Its readers, each a record with typed fields and a set of followers: see examples/readers.py.\n')
        print(meet(server))


if __name__ == '__main__':
    sys.exit(main())
