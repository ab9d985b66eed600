"""Pipelines whose root is awaited."""
import inspect

from .._batches.queued import QueuedCommands
from .._execution import Execution, fail_all
from .._pipe_methods import REDIS
from .._texts import described
from ..connections import DEFAULT
from ..exceptions import InvalidOperation
from ..futures import Future, plain
from ..pipelines import NestedPipeline as BlockingNestedPipeline, Pipe, refuse_pipe, run_callbacks, warn_if_dropped
from ._connections import AsyncConnectionManager
from ._exchange import exchange

__all__ = ['Pipeline', 'NestedPipeline', 'pipeline', 'autoexec', 'call']


class Pipeline(Pipe):
    """A root pipeline: ``await pipe.execute()`` sends its commands, and those that nested pipelines handed up."""

    __slots__ = ()

    def __enter__(self):
        raise InvalidOperation('a pipeline of redpipe.asyncio is used by "async with"; in a plain function, "with '
                               'redpipe.autoexec(pipe)" makes one that is nested in it')

    async def __aenter__(self):
        return Pipe.__enter__(self)

    async def __aexit__(self, exc_type, exc_value, traceback):
        self._block_ended = True  # who hands over while this awaits is told that it is too late
        try:
            if exc_type is None and self._autoexec:
                await self.execute()
        finally:
            dropped = self._end_block(exc_type, exc_value)
        warn_if_dropped(dropped)

    async def execute(self, raise_on_error=None):
        """Send all queued commands, settle the Futures, run the callbacks, as blocking pipelines do.

        A cancellation is what an interrupt is there: what was written may have run, the Futures say so, and each
        connection is given back, fully read or closed, before CancelledError goes on.
        """
        queued, effects, callbacks, unraised = self._take(raise_on_error)
        settled = False
        try:
            if queued:
                execution = Execution(queued, unraised, self._registry.backend)
                execution.prepare()
                await exchange(execution.parts)
                execution.conclude()
                settled = True
                execution.apply(effects)
        except BaseException as error:
            if settled:
                execution.apply(effects)
            else:
                fail_all(QueuedCommands(queued).futures, 'the batch of this Future failed: ' + described(error), error)
            raise
        run_callbacks(callbacks)


class NestedPipeline(Pipeline):
    """A pipeline in another one, for ``async def`` functions: ``execute`` hands its commands to the parent."""

    __slots__ = ()

    async def execute(self, raise_on_error=None):
        """Hand all queued commands to the parent, which awaits nothing."""
        BlockingNestedPipeline.execute(self, raise_on_error)


def pipeline(pipe=None, name=None, autoexec=False, raise_on_error=True):
    """Return a pipeline for the asyncio connection *name*, nested in *pipe* unless *pipe* is None.

    It is used by ``async with``, or executed by ``await pipe.execute()``; the arguments are those of
    :func:`redpipe.pipeline`. A *pipe* whose root is a blocking one is InvalidOperation.
    """
    if pipe is None:
        cls = Pipeline
    elif not isinstance(pipe, Pipe):
        refuse_pipe(pipe)
    elif pipe._registry is not AsyncConnectionManager:
        raise InvalidOperation('the root of this pipe is a blocking one, which nobody awaits; nest in it by '
                               'redpipe.autoexec(pipe)')
    else:
        cls = NestedPipeline
    name = DEFAULT if name is None else name
    backend = AsyncConnectionManager.connections.get(name)
    methods = REDIS if backend is None else backend.methods
    return methods[cls](name, autoexec, pipe, raise_on_error, AsyncConnectionManager)


def autoexec(pipe=None, name=None, raise_on_error=True):
    """Like :func:`pipeline`, but the ``async with`` block executes the pipeline when the block ends."""
    return pipeline(pipe, name, True, raise_on_error)


async def call(function, *args, **kwargs):
    """Call *function* with these arguments and ``pipe=`` a root of its own, execute that, and return what it returned.

    A Future is returned as its result. What can be awaited, such as a coroutine, is awaited before the root executes.
    """
    if 'pipe' in kwargs:
        raise InvalidOperation('call() gives the function a root of its own; where there is a pipe, call the function '
                               'itself, with pipe=pipe')
    async with autoexec() as pipe:
        returned = function(*args, pipe=pipe, **kwargs)
        if inspect.isasyncgen(returned):
            raise InvalidOperation('call() cannot execute the root of an asynchronous generator; let the function '
                                   'return a list')
        if inspect.isawaitable(returned) and not isinstance(returned, Future):
            returned = await returned
    return plain(returned)
