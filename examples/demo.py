"""The front page of a small bookshop, rendered on a private Redis server: ``make demo``.

The functions of the page are in examples/bookshop.py. Where Python and redis-py can do it, the page is rendered under
asyncio too, with the same functions.
"""
import importlib
import sys
import time

import redis

import redpipe
from examples import readers
from examples.bookshop import READER, SHELF, fill, page
from examples.local import Link, NoServer, Server, describe

ASYNCIO = sys.version_info >= (3, 8) and int(redis.__version__.split('.')[0]) >= 5
DELAY = 0.001
PAGES = 50

clock = getattr(time, 'monotonic', time.time)


def one_at_a_time():
    """The page from functions that are each on their own."""
    return page(READER, sorted(SHELF))


def together():
    """The same page, the same functions, in one pipe."""
    with redpipe.autoexec() as pipe:
        return page(READER, sorted(SHELF), pipe)


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
    """Render the page in all ways over a link with *delay* seconds a round trip; return the text to print."""
    client = server.client()
    fill(client)
    with Link(server.port, delay) as link:
        redpipe.connect_redis(redis.StrictRedis(port=link.port), name='default')
        try:
            text = show(together())
            rows = [measure(render, client, link, pages) for render in (one_at_a_time, together)]
        finally:
            redpipe.disconnect()
        ways = ['one call at a time', 'one autoexec block']
        if ASYNCIO:
            with importlib.import_module('examples.demo_asyncio').rendering(link.port) as render:
                rows.append(measure(render, client, link, pages))
            ways.append('under asyncio')
    table = [('',) + tuple(ways)]
    for label, form, figures in zip(('commands', 'round trips', 'milliseconds'), ('%d', '%d', '%.1f'), zip(*rows)):
        table.append((label,) + tuple(form % figure for figure in figures))
    lines = ['%-16s' % row[0] + ''.join('%21s' % cell for cell in row[1:]) for row in table]
    return '%s\n\n%s' % (text, '\n'.join('    ' + line for line in lines))


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
        print('\nThe same functions made all pages: see examples/bookshop.py.\n')
        print('Its readers, each a record with typed fields and a set of followers: see examples/readers.py.\n')
        print(meet(server))


if __name__ == '__main__':
    sys.exit(main())
