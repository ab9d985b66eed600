"""``async for`` over what keyspaces iterate."""
from ..exceptions import InvalidOperation
from ..keyspaces._pages import Pages
from ._pipelines import autoexec

__all__ = []


def _itself(pages):
    return pages


async def _next(pages):
    while True:
        for item in pages.items:
            return item
        if pages.ended:
            raise StopAsyncIteration
        if pages.is_asked:
            raise InvalidOperation('another task waits for the next page of this iterator; make one for each task')
        pages.is_asked = True
        try:
            async with autoexec() as pipe:
                asked = pages.ask(pipe)
            pages.take(asked)
        finally:
            pages.is_asked = False


Pages.__aiter__, Pages.__anext__ = _itself, _next
