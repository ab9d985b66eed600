"""The bookshop as a FastAPI application: ``REDIS_URL=redis://localhost uvicorn examples.fastapi_app:app``.

The functions and records are those of examples/bookshop.py and examples/readers.py, which know of no asyncio. Each
request is one round trip.
"""
import contextlib
import os
from typing import Annotated, Any, AsyncIterator

import redis.asyncio
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

import redpipe.asyncio
import redpipe.fastapi  # noqa: F401 (responses without an annotation may hold Futures and Structs)
from examples import bookshop, readers
from redpipe import Future


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect when the application starts, in the event loop that serves it."""
    async with redis.asyncio.Redis.from_url(os.environ.get('REDIS_URL', 'redis://localhost:6379')) as client:
        redpipe.asyncio.connect_redis(client)
        try:
            yield
        finally:
            redpipe.asyncio.disconnect()


app = FastAPI(lifespan=lifespan)


@app.exception_handler(redis.ConnectionError)
@app.exception_handler(redis.TimeoutError)
async def unavailable(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({'detail': 'try again later'}, status_code=503)


class Page(BaseModel):
    """What ``bookshop.page`` returns."""

    greeting: Future[str]
    visits: Future[int]
    basket: Future[int]
    shelf: list[Future[str]]


@app.get('/pages/{reader}')
async def page(reader: str) -> Page:
    async with redpipe.asyncio.autoexec() as pipe:
        return Page(**bookshop.page(reader, sorted(bookshop.SHELF), pipe=pipe))


@app.get('/baskets/{reader}')
async def basket(reader: str) -> int:
    return await redpipe.asyncio.call(bookshop.basket, reader)


@app.get('/sums/{reader}')
async def sums(reader: str):  # the type of the response is not annotated
    async with redpipe.asyncio.autoexec() as pipe:
        return {'visits': bookshop.visits(reader, pipe=pipe), 'views': readers.view(reader, pipe=pipe)}


async def request_pipe() -> AsyncIterator[redpipe.asyncio.Pipeline]:
    """Give a request its pipe, which the endpoint executes.

    FastAPI builds the response before the code after a ``yield`` runs, whatever the ``scope`` of the dependency: that
    code would be too late to settle the Futures of the response. So it executes nothing, and an error of the response
    or a RuntimeWarning tells of an endpoint that forgets to.
    """
    async with redpipe.asyncio.pipeline() as pipe:
        yield pipe


RequestPipe = Annotated[redpipe.asyncio.Pipeline, Depends(request_pipe)]


async def visits(reader: str, pipe: RequestPipe) -> Future[int]:
    return bookshop.visits(reader, pipe=pipe)


class Profile(BaseModel):
    """A record and who follows it."""

    reader: readers.Reader
    followers: Future[set[str]]
    visits: Future[int]


@app.get('/readers/{reader}')
async def profile(reader: str, pipe: RequestPipe, visits: Annotated[Future[int], Depends(visits)]) -> Profile:
    record, followers = readers.profile(reader, pipe=pipe)
    await pipe.execute()
    if not record.persisted:
        raise HTTPException(404, 'there is no reader %s' % reader)
    return Profile(reader=record, followers=followers, visits=visits)


@app.post('/views/{reader}', status_code=202)
async def view(reader: str, tasks: BackgroundTasks) -> dict[str, Any]:
    tasks.add_task(redpipe.asyncio.call, readers.view, reader)
    return {'reader': reader}
