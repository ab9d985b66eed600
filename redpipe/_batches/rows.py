"""What is known of one round trip of a batch: a row, which a batch reports while somebody watches."""
from collections import namedtuple
from timeit import default_timer
from time import time

__all__ = ['Row', 'clock', 'row']

#: *connection* is its name, *commands* a list of tuples of words, *started* seconds since 1970, *seconds* how long it
#: took, *server* the path, or host and port, and the database as a text; *attempt* counts from 1; *error* is what was
#: raised in place of the replies, or None.
Row = namedtuple('Row', 'connection commands started seconds server attempt transaction error')


def clock():
    """Return the time now, as seconds since 1970 and as seconds of a clock that is only good for differences."""
    return time(), default_timer()


def row(commands, connection, started, attempt, transaction, error):
    """Return the Row of a round trip that *started*, as ``clock`` told, and ends now."""
    return Row(commands.connections[0], commands.as_sent(), started[0], default_timer() - started[1],
               _server(connection), attempt, transaction, error)


def _server(connection):
    where = getattr(connection, 'path', None) or '%s:%s' % (
        getattr(connection, 'host', None), getattr(connection, 'port', None))
    return '%s/%s' % (where, getattr(connection, 'db', None) or 0)
