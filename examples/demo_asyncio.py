"""The page of the demo under asyncio; only Python from 3.8 on imports this file."""
import asyncio
import contextlib

import redis.asyncio

import redpipe.asyncio
from examples.bookshop import READER, SHELF, page


async def together():
    """The same page, the same functions; the root alone is awaited."""
    async with redpipe.asyncio.autoexec() as pipe:
        return page(READER, sorted(SHELF), pipe)


@contextlib.contextmanager
def rendering(port):
    """A function that renders the page in an event loop of its own, from the server at *port* of this machine."""
    loop, client = asyncio.new_event_loop(), redis.asyncio.Redis(port=port)
    redpipe.asyncio.connect_redis(client)
    try:
        yield lambda: loop.run_until_complete(together())
    finally:
        redpipe.asyncio.disconnect()
        loop.run_until_complete(client.aclose())
        loop.close()
