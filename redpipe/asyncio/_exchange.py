"""The exchange with the servers under asyncio: ``redpipe._execution`` has the blocking one."""
import asyncio
import sys

from .._client_libraries import comes_from_outside, is_out, let_go
from ._driver import drive

__all__ = ['exchange']


async def exchange(parts):
    """Send the batches of all *parts* and read all replies; all have ended when it returns.

    Batches of different pools travel at once, those of one pool follow one another, for it may have one connection
    only.
    """
    if len(parts) == 1:
        await _exchange_one(parts[0])
        return
    pools = {}
    for part in parts:
        pools.setdefault(id(part.batch.pool), []).append(part)
    if len(pools) == 1:
        await _exchange_in_turn(parts)
        return
    # A gather that raises would leave the others running, and one that is cancelled waits until all have ended.
    ended = await asyncio.gather(*[_exchange_in_turn(same) for same in pools.values()], return_exceptions=True)
    for failure in ended:
        if failure is not None:
            raise failure


async def _exchange_in_turn(parts):
    for part in parts:
        await _exchange_one(part)


async def _exchange_one(part):
    batch, loop = part.batch, asyncio.get_running_loop()
    try:
        await drive(batch.borrowing(), batch.sending(), batch.receiving())
    except Exception:
        failure = sys.exc_info()
        if comes_from_outside(failure, *batch.trusted):
            raise
        part.failure = failure
    except GeneratorExit:
        _abandon(batch)
        raise
    finally:
        if batch.connection is not None:
            if loop.is_closed():
                _abandon(batch)
            else:
                await _closed(batch)


async def _closed(batch):
    """Give back the connection of *batch*, however often this task is cancelled meanwhile."""
    closing = asyncio.ensure_future(drive(batch.closing()))
    cancelled = None
    while not closing.done():
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError as error:
            if closing.cancelled():
                raise
            cancelled = error
        except Exception:
            pass  # of the closing, which has ended
    if cancelled is not None:
        closing.exception()
        raise cancelled
    closing.result()


def _abandon(batch):
    """Close the connection of *batch*, and give it back, where nothing can be awaited: its event loop is gone."""
    connection, batch.connection = batch.connection, None
    if is_out(connection, batch.pool):
        let_go(connection, batch.pool)
