"""Where a direct batch has its connection from under asyncio: as ``connection_source``, with awaitables for steps."""
import select
from asyncio import StreamWriter
from functools import lru_cache
from inspect import iscoroutinefunction

from .._batches.connection_source import ConnectionSource
from .._client_libraries import fail_for
from ._driver import drive

__all__ = ['AsyncConnectionSource', 'make_ready']

#: What a socket is polled for, besides errors: that the other end has closed it. Not all systems tell.
_CLOSED = getattr(select, 'POLLRDHUP', 0)


_is_coroutine_function = lru_cache(1000)(iscoroutinefunction)


class AsyncConnectionSource(ConnectionSource):
    """The connections of *client*, a plain one of ``redis.asyncio``, as batches use them."""

    run = staticmethod(drive)

    @staticmethod
    def is_awaited(callback):
        """Return True if a reply callback returns an awaitable."""
        return _is_coroutine_function(callback)

    async def borrow(self, batch):
        """Take a connection from the pool, which connects it and looks for bytes that are left over."""
        # Between the pool's return and this assignment there is no point where a task can be cancelled.
        batch.connection = await self.pool.get_connection(*self._names)

    def make_ready(self, connection):
        """Let *connection* be one that a batch can be written to."""
        return make_ready(connection)

    def write(self, connection, packed):
        """Write the pieces of *packed*, and let the event loop turn between them."""
        for number, piece in enumerate(packed):
            # Somebody may close the client meanwhile, and what is sent on a closed connection opens another one, which
            # must not see the second half of a batch.
            if number and not connection.is_connected:
                raise self.errors.ConnectionError('the connection was closed while a batch was written')
            yield connection.send_packed_command(piece, check_health=False)

    async def give_back(self, connection, broken=False):
        """Release *connection* to the pool, without whatever is still on its way if it is *broken*."""
        try:
            if broken:
                await connection.disconnect(nowait=True)
        finally:
            await self.pool.release(connection)

    def fail_for(self, connection):
        """Return what a retry policy calls with an error, and awaits, before it tries again on *connection*."""
        return fail_for(self.client, connection)


def make_ready(connection):
    """Return what to await so that a batch can be written to *connection*, or None."""
    if not connection.is_connected:  # it is sent again
        return connection.connect()
    if _was_closed(connection):
        return _renewed(connection)
    if connection.health_check_interval:
        return connection.check_health()
    return None


def _was_closed(connection):
    """Return True if the other end has closed *connection*.

    An event loop learns it as it turns, and it may not have turned since; the pools look at what it has read.
    """
    writer = getattr(connection, '_writer', None)
    if not isinstance(writer, StreamWriter) or not hasattr(select, 'poll'):
        return False
    if writer.is_closing():
        return True
    poll = select.poll()
    poll.register(writer.get_extra_info('socket'), _CLOSED)
    return bool(poll.poll(0))


async def _renewed(connection):
    await connection.disconnect(nowait=True)
    await connection.connect()
