"""``async for`` over what keyspaces iterate."""
from ..keyspaces._pages import Pages
from ._pipelines import autoexec

__all__ = []


def _itself(pages):
    return pages


async def _next(pages):
    if pages._awaited is None:
        pages._awaited = _items(pages)
    return await pages._awaited.__anext__()


async def _items(pages):
    cursor = None
    while cursor is None or cursor:
        async with autoexec() as pipe:
            asked = pages.ask(cursor, pipe)
        cursor, items = pages.found(asked)
        for item in items:
            yield item


Pages.__aiter__, Pages.__anext__ = _itself, _next
