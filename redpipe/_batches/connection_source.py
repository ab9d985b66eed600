"""Where a direct batch has its connection from: borrowed from the client's pool, made ready, given back.

redpipe takes a connection of redis-py's, which does on it what it always does: connect, authenticate, check its
health, read, time out. Every method here that does I/O returns a step, see ``_steps``.
"""
from .. import _steps
from .._client_libraries import (
    POOL_HEALTH_CHECKS,
    base_error,
    client_errors,
    close_idle,
    fail_for,
    is_library_error,
    wants_command_name,
)
from ..exceptions import VALUE_ERRORS

__all__ = ['ConnectionSource', 'borrow', 'make_ready']


class ConnectionSource(object):
    """The connections of *client*, a plain one, as batches use them; its pool is that of now."""

    #: What drives the steps of a batch that borrowed here.
    run = staticmethod(_steps.run)
    #: What tells whether a reply callback returns an awaitable; None where no client does.
    is_awaited = None

    def __init__(self, client):
        self.client = client
        self.pool = client.connection_pool
        #: The module with the errors of the package that the client is of.
        self.errors = client_errors(client)
        #: What the client's reply callbacks raise for a reply that they cannot take.
        self.value_errors = VALUE_ERRORS + (base_error(self.errors),)
        self._names = ('_',) if wants_command_name(self.pool.get_connection) else ()

    def borrow(self, batch):
        """Take a connection from the pool, for *batch* to hold: where an interrupt comes, it can be given back."""
        try:
            batch.connection = self.pool.get_connection(*self._names)
        except BaseException as error:
            close_what_is_half_open(self.pool, error)
            raise

    def make_ready(self, connection):
        """Let *connection* be one that a batch can be written to."""
        return make_ready(connection)

    def write(self, connection, packed):
        """Write the pieces of *packed*."""
        return connection.send_packed_command(iter(packed))

    def give_back(self, connection, broken=False):
        """Release *connection* to the pool, without whatever is still on its way if it is *broken*."""
        try:
            if broken:
                connection.disconnect()
        finally:
            self.pool.release(connection)

    def fail_for(self, connection):
        """Return what a retry policy calls with an error before it tries again on *connection*."""
        return fail_for(self.client, connection)


def borrow(pool, *args, **kwargs):
    """Return a connection of *pool*, as its ``get_connection`` does."""
    try:
        return pool.get_connection(*args, **kwargs)
    except BaseException as error:
        close_what_is_half_open(pool, error)
        raise


def close_what_is_half_open(pool, error):
    """Close the connections that wait in *pool* if *error* came in the middle of a handshake.

    An interrupt during connect leaves a connection in the pool with an unread handshake reply; the next user would
    take it for its own. The library's own errors leave none.
    """
    if not is_library_error(error):
        close_idle(pool)


def make_ready(connection):
    """Let *connection*, fresh from its pool, be one that a batch can be written to."""
    try:
        if not POOL_HEALTH_CHECKS and connection._sock is not None and connection.can_read():
            connection.disconnect()
        connection.connect()
        if POOL_HEALTH_CHECKS:
            connection.check_health()
    except BaseException:
        connection.disconnect()
        raise
