"""What is known of one round trip of a batch: a row, which a batch reports while somebody watches."""
from collections import namedtuple
from functools import partial
from time import time
from timeit import default_timer

__all__ = ['Row', 'clock', 'row']

#: *connection* is its name, *commands* a list of tuples of words, *started* seconds since 1970, *seconds* how long it
#: took, *server* the path, or host and port, and the database as a text; *attempt* counts from 1; *error* is what was
#: raised in place of the replies, or None.
Row = namedtuple('Row', 'connection commands started seconds server attempt transaction error')


def clock():
    """Return the time now, as seconds since 1970 and as seconds of a clock that is only good for differences."""
    return time(), default_timer()


def row(commands, place, started, attempt, transaction, error):
    """Return the Row of a round trip that *started*, as ``clock`` told, and ends now.

    *place* tells where it went: a connection, or the settings of a pool.
    """
    get = place.get if isinstance(place, dict) else partial(getattr, place)
    server = get('path', None) or '%s:%s' % (get('host', 'localhost'), get('port', 6379))
    return Row(commands.connections[0], commands.as_sent(), started[0], default_timer() - started[1],
               '%s/%s' % (server, get('db', None) or 0), attempt, transaction, error)
