"""The guard of asyncio pipeline objects: as ``_batches.guard``, which decides, with what is awaited."""
import sys
from functools import partial

from .._batches.at_most_once import ReplyLost
from .._batches.guard import GuardedConnection, GuardedPool, SafeCallbacks, guard_for
from .._client_libraries import annotate
from ._sources import make_ready

__all__ = ['async_guard']


def async_guard(pipe, commands, at_most_once=True):
    """Guard the connections of *pipe*, which is executed next and has queued *commands*, tuples of words."""
    batch = guard_for(pipe, commands, at_most_once)
    pipe.connection_pool = _AsyncPool(pipe.connection_pool, batch)
    pipe.parse_response = _recording(pipe.parse_response, batch.replies)
    pipe.annotate_exception = partial(annotate, pipe.annotate_exception)
    pipe.response_callbacks = SafeCallbacks(pipe.response_callbacks, batch.errors)
    return batch


def _recording(parse_response, replies):
    """Return *parse_response* of a pipeline, which records in *replies* what it returns or raises."""
    async def recording(*args, **options):
        try:
            reply = await parse_response(*args, **options)
        except ReplyLost:
            raise
        except Exception as error:
            replies.append(error)
            raise
        replies.append(reply)
        return reply
    return recording


class _AsyncConnection(GuardedConnection):

    async def send_packed_command(self, *args, **kwargs):
        await self._send(self._inner.send_packed_command, self._count, args, kwargs)

    async def send_command(self, *args, **kwargs):
        await self._send(self._inner.send_command, 1, args, kwargs)

    async def _send(self, send, count, args, kwargs):
        readying = make_ready(self._inner)
        if readying is not None:
            await readying
        self.unread += count
        try:
            await send(*args, **kwargs)
        except Exception:
            failure = sys.exc_info()
            await self._inner.disconnect(nowait=True)
            self.after_failed_writing(failure)

    async def read_response(self, *args, **kwargs):
        self.before_reading()
        try:
            reply = await self._inner.read_response(*args, **kwargs)
        except Exception:
            failure = sys.exc_info()
            if not self.is_reply(failure[1]):
                await self._inner.disconnect(nowait=True)
            self.after_failed_reading(failure)
        return self.after_reading(reply)


class _AsyncPool(GuardedPool):

    guarded_class = _AsyncConnection

    async def get_connection(self, *args, **kwargs):
        return self.guarded(await self._inner.get_connection(*args, **kwargs))

    async def release(self, connection):
        if self.must_close(connection):
            await connection.disconnect(nowait=True)
        connection.was_released = True
        try:
            await self._inner.release(connection.inner)
        except Exception:
            self.after_failed_release(sys.exc_info())
        self.forget(connection)
