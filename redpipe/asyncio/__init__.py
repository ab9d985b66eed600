"""Pipelines under asyncio: only the root is awaited.

What is queued, nested, decoded and called back does no I/O, so functions, keyspaces, Structs and callbacks that were
written for blocking pipelines work under an asyncio root as they are::

    import redis.asyncio
    import redpipe.asyncio

    redpipe.asyncio.connect_redis(redis.asyncio.Redis())

    async with redpipe.asyncio.autoexec() as pipe:
        counts = [visit(page, pipe=pipe) for page in ('home', 'news')]
    print(counts)

    count = await redpipe.asyncio.call(visit, 'home')

The package needs Python 3.8 and redis-py 5.0; ``import redpipe`` alone does not import it.
"""
import sys

if sys.version_info < (3, 8):
    raise ImportError('redpipe.asyncio needs Python 3.8: before it, a cancelled task looks like a failed connection')

from . import _iteration  # noqa: E402, F401 (it teaches iterators of keyspaces "async for")
from ._connections import connect_redis, disconnect, reset  # noqa: E402
from ._pipelines import NestedPipeline, Pipeline, autoexec, call, pipeline  # noqa: E402

__all__ = ['connect_redis', 'disconnect', 'reset', 'pipeline', 'autoexec', 'call', 'Pipeline', 'NestedPipeline']
