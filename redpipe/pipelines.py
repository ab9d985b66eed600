"""Queue commands, nest pipelines in one another, and execute them in one go.

A queued command costs a Future and a row of values, see ``_batches.queued``.

A nested pipeline hands its commands to its parent, unchanged and in order. The
root alone sorts the commands by connection, sends each connection's batch and
reads all replies. When every batch has succeeded, the root settles the Futures
and runs the callbacks: first those of nested pipelines, in the order in which
these executed, then its own.
"""
import sys

import six

from ._batches.queued import WIDTH, QueuedCommands
from ._client_libraries import is_coroutine_function
from ._execution import Execution, exchange, fail_all
from ._pipe_methods import (
    ALLOWED,
    CLIENT_ATTRIBUTES,
    PLAIN_TYPES,
    REDIS,
    check_allowed,
    sendable,
    with_refusals,
    with_results,
)
from ._redis_commands import changes_connection
from ._texts import described, shown_word
from ._unsent import warn_of_block, warn_of_loss
from .connections import DEFAULT, ConnectionManager
from .exceptions import InvalidOperation, InvalidPipeline
from .futures import Future, Unreturned, plain

__all__ = ['pipeline', 'autoexec', 'Pipe', 'Pipeline', 'NestedPipeline']


def pipeline(pipe=None, name=None, autoexec=False, raise_on_error=True):
    """Return a pipeline for the connection *name*, nested in *pipe* unless *pipe* is None.

    - *pipe*: None, or a :class:`~redpipe.Pipe`. Any other object is InvalidPipeline.
    - *name*: the name of the connection that the commands go to. None is the default connection, in a nested
      pipeline too.
    - *autoexec*: let a ``with`` block execute the pipeline when the block ends without an exception. Without
      *autoexec*, call ``execute()``.
    - *raise_on_error*: the default for ``execute()``, which may override it.

    Commands that are never executed are dropped with a RuntimeWarning. ``reset()`` and exceptions drop commands
    silently.
    """
    if pipe is None:
        cls, connections = Pipeline, ConnectionManager.connections
    elif isinstance(pipe, Pipe):
        cls, connections = NestedPipeline, pipe._registry.connections
    else:
        refuse_pipe(pipe)
    name = DEFAULT if name is None else name
    backend = connections.get(name)
    methods = REDIS if backend is None else backend.methods
    if methods is not None:
        cls = methods[cls]
    return cls(name, autoexec, pipe, raise_on_error)


def refuse_pipe(pipe):
    """Raise InvalidPipeline for *pipe*, which is no pipeline."""
    raise InvalidPipeline('pipe must be None or a pipeline of redpipe, not a %s; make one with redpipe.pipeline()'
                          % type(pipe).__name__)


def autoexec(pipe=None, name=None, raise_on_error=True):
    """Like :func:`pipeline`, but the ``with`` block executes the pipeline when the block ends."""
    return pipeline(pipe, name, True, raise_on_error)


@with_refusals
class Pipe(object):
    """The base of all pipelines, root and nested: the type that functions annotate.

    Every command of redis-py is a method and returns a Future at once. A Future that has its result already may be
    an argument.
    """

    __slots__ = ('_connection_name', '_registry', '_autoexec', '_parent', '_raise_on_error', '_stack', '_callbacks',
                 '_child_callbacks', '_effects', '_unraised', '_block_ended', '__weakref__')

    def __init__(self, name=DEFAULT, autoexec=False, parent=None, raise_on_error=True, registry=ConnectionManager):
        self._connection_name = name
        self._registry = registry if parent is None else parent._registry
        self._autoexec = autoexec
        self._parent = parent
        self._raise_on_error = raise_on_error
        self._stack = _NOTHING
        self._callbacks = []
        self._child_callbacks = []
        self._effects = []
        self._unraised = []
        self._block_ended = False

    @property
    def connection_name(self):
        """The name of the connection that the commands go to."""
        return self._connection_name

    @property
    def autoexec(self):
        """True if a ``with`` block executes the pipeline when it is left without an exception."""
        return self._autoexec

    @property
    def parent(self):
        """The pipeline that this one is nested in, None for a root."""
        return self._parent

    def execute_command(self, *args, **options):
        """Queue the command of the words *args*; *options* are for redis-py's reply callbacks."""
        # Written out, because most commands come this way: see benchmarks/.
        for arg in args:
            if type(arg) not in PLAIN_TYPES:
                args = with_results(args)
                break
        if args[0] not in ALLOWED:
            check_allowed(args)
        # The keys are for redis-py's client-side caching, which no pipeline has.
        if options:
            options.pop('keys', None)
        future = Future()
        self._stack += (self._connection_name, future, None, args, options or None, None)
        return future

    def on_execute(self, callback):
        """Call *callback*, without arguments, when the Futures of the pipeline have their results."""
        if not callable(callback):
            raise InvalidOperation('a callback must be callable, a %s is not' % type(callback).__name__)
        if is_coroutine_function(callback) or is_coroutine_function(getattr(type(callback), '__call__', None)):
            raise InvalidOperation('a callback is called, not awaited; %r is a coroutine function: await it after the '
                                   'block, or let the callback start a task' % getattr(callback, '__name__', callback))
        self._callbacks.append(callback)

    def reset(self):
        """Drop all queued commands and callbacks unsent. The pipeline can be used again."""
        self._block_ended = False
        self._drop('it was reset before it executed')

    def __enter__(self):
        self._block_ended = False
        # Commands that are queued in a block need no guard: __exit__ looks for them.
        if self._stack is _NOTHING:
            self._stack = []
        return self

    def __aenter__(self):
        raise InvalidOperation('the pipe is used by "with", not by "async with"; redpipe.asyncio.autoexec() makes '
                               'those that are awaited')

    __aexit__ = None

    def __exit__(self, exc_type, exc_value, traceback):
        try:
            if exc_type is None and self._autoexec:
                self.execute()
        finally:
            dropped = self._end_block(exc_type, exc_value)
        warn_if_dropped(dropped)

    def _end_block(self, exc_type, exc_value):
        """Drop what the pipeline still holds as its block ends; return what nobody has dropped on purpose."""
        self._block_ended = True
        if self._stack or self._callbacks or self._child_callbacks:
            if exc_type is None:
                return self._drop('its block was left without execute()')
            self._drop('its block was left by %s' % described(exc_value), exc_value)
        return None

    def __getattr__(self, name):
        # Python gets here for names that are no command of redis-py: see CommandMethods.subclass_of.
        if name.startswith('_'):
            raise AttributeError('%r object has no attribute %r' % (type(self).__name__, name))
        return self._resolve(name)

    def __repr__(self):
        return '<%s on connection %r, %d commands queued>' % (
            type(self).__name__, self._connection_name, self._queued)

    # Without commands of its own, a pipe asks the pipelines of its connection.
    _client_class = None

    @property
    def _client(self):
        return self._registry.backend(self._connection_name).client

    def _resolve(self, name):
        """Return an attribute of the client that redis-py's methods need, or a function that queues a call."""
        if self._client_class is not None:
            if name in CLIENT_ATTRIBUTES:
                return getattr(self._client, name)
            if changes_connection(name.upper().split('_')):
                raise AttributeError(
                    '%s() cannot be queued on a pipe: it changes the connection, which is shared' % name)
            raise AttributeError(
                '%s has no command %r; execute_command(%r, ...) queues any command'
                % (self._client_class.__name__, name, name.upper()))

        def call(*args, **kwargs):
            return self._queue_method(name, args, kwargs)
        call.__name__ = name
        return call

    def _queue_method(self, method, args, kwargs):
        """Queue a call of a method that the pipeline objects of the connection have."""
        future = Future()
        self._stack += (
            self._connection_name, future, None, _with_results_deep(args), _with_results_deep(kwargs), method)
        return future

    def _queue_command(self, name, args, decode=None):
        """Queue the words *args* for connection *name* and return the Future."""
        future = Future()
        self._stack += (name, future, decode, args, None, None)
        return future

    @property
    def _queued(self):
        """The number of queued commands."""
        return len(self._stack) // WIDTH

    def _take(self, raise_on_error=None):
        """Empty the pipeline; return the queued commands, the effects and callbacks in order, and the Futures that
        are to hold an error reply of their own.
        """
        if raise_on_error is None:
            raise_on_error = self._raise_on_error
        queued, effects, callbacks, unraised = self._stack, self._effects, self._callbacks, self._unraised
        self._stack = _NOTHING
        if type(queued) is _Guarded:
            queued = queued.taken()
        if callbacks or self._child_callbacks:
            callbacks = self._child_callbacks + callbacks
            self._callbacks, self._child_callbacks = [], []
        if effects:
            self._effects = []
        if unraised:
            self._unraised = []
        if not raise_on_error:
            unraised = [future for future in QueuedCommands(queued).futures if type(future) is not Unreturned]
        return queued, effects, callbacks, unraised

    def _drop(self, why, cause=None):
        """Empty the pipeline, let its Futures say *why*, and return the commands that were queued."""
        queued = self._take()[0]
        _tell(queued, why, cause)
        return queued


class _Guarded(list):
    """The commands queued outside of a block. The list warns if it is lost together with its pipeline.

    Most pipelines are used in blocks. A ``__del__`` on every pipeline would cost each as much as queueing half a
    command.
    """

    __slots__ = ()

    def taken(self):
        """Empty the list, and return a plain list of the commands."""
        queued = list(self)
        del self[:]
        return queued

    # Python 2 never frees a cycle that an object with a __del__ is part of.
    if six.PY3:
        def __del__(self):
            if self:
                queued = self.taken()
                _tell(queued, 'it was lost before it executed')
                warn_of_loss(len(queued) // WIDTH, _first(queued), self)


class _Nothing(list):
    """The empty list that all pipelines outside of a block share. Adding commands gives the pipeline its own list."""

    __slots__ = ()

    def __iadd__(self, queued):
        return _Guarded(queued)

    append = extend = insert = None


_NOTHING = _Nothing()


class Pipeline(Pipe):
    """A root pipeline: ``execute`` sends its commands, and those that nested pipelines handed up."""

    __slots__ = ()

    def execute(self, raise_on_error=None):
        """Send all queued commands, settle the Futures, run the callbacks; return None.

        The pipeline is empty afterwards, whatever happened. Errors of redis-py are raised as they are. After an error
        no Future has a result, and no callback runs. Where several connections failed, the first error in program
        order is raised. The attribute ``outcomes`` of the error lists the reply, or the exception in its place, of
        each command. :class:`~redpipe.exceptions.OutcomeUnknown` says that replies to writes were lost.

        - *raise_on_error*: False keeps the error reply of a command for the Future of that command, which raises the
          error when it is read. None takes the value that the pipeline was made with.
        """
        queued, effects, callbacks, unraised = self._take(raise_on_error)
        settled = False
        try:
            if queued:
                execution = Execution(queued, unraised, self._registry.backend)
                execution.prepare()
                exchange(execution.parts)
                execution.conclude()
                settled = True
                execution.apply(effects)
        except BaseException as error:
            if settled:
                execution.apply(effects)  # an interrupt: all effects come before it is raised, some of them twice
            else:
                why = 'the batch of this Future failed: ' + described(error)
                fail_all(QueuedCommands(queued).futures, why, error)
            raise
        run_callbacks(callbacks)


class NestedPipeline(Pipeline):
    """A pipeline in another one: ``execute`` hands its commands to the parent."""

    __slots__ = ()

    def execute(self, raise_on_error=None):
        """Hand all queued commands to the parent. The root sends them when it executes.

        - *raise_on_error*: False holds for the commands that are handed up now, whatever the parent was told.
        """
        parent = self._parent
        if parent._block_ended:
            why = 'its parent was done before it'
            self._drop(why)
            raise InvalidOperation(
                'the block of the parent pipeline was left already, so nothing would send '
                'these commands; execute the nested pipeline inside it')
        queued, effects, callbacks, unraised = self._take(raise_on_error)
        parent._stack += queued
        if effects:
            parent._effects += effects
        if callbacks:
            parent._child_callbacks += callbacks
        if unraised:
            parent._unraised += unraised


def warn_if_dropped(dropped):
    """Warn of the commands *dropped* at the end of a block, if there are any."""
    if dropped:
        warn_of_block(len(dropped) // WIDTH, _first(dropped))


def _tell(queued, why, cause=None):
    """Let the Futures of the commands *queued*, which are dropped, say *why*."""
    if queued:
        fail_all(QueuedCommands(queued).futures, 'nothing was sent by the pipeline of this Future: ' + why, cause)


def _first(queued):
    """Return the beginning of the first of the commands *queued*, as text."""
    return ' '.join(shown_word(word) for word in QueuedCommands(queued[:WIDTH]).as_sent()[0][:3])


def queue(pipe, connection, commands, kind=Future):
    """Queue *commands* for *connection* on *pipe*, or execute them at once without one; return their Futures.

    Each command is a tuple: its words, its decoder or None, its effect or None, and the subject of that. The effect is
    called with the subject and the result, or with the Future where that could not be decoded, once all Futures of the
    execute are settled, unless the server answered with an error. Futures are of the class *kind*: Unreturned, where
    the caller does not hand them out.
    """
    root = None
    if pipe is None or not isinstance(pipe, Pipe):
        root = pipe = pipeline(pipe, name=connection)  # raises the error for what is no pipe
    futures, stack, effects = [], pipe._stack, pipe._effects
    for words, decode, effect, subject in commands:
        future = kind()
        stack += (connection, future, decode, words, None, None)
        futures.append(future)
        if effect is not None:
            effects += (effect, subject, future)
    pipe._stack = stack  # the first command of a pipe outside of a block has made another list
    if root is not None:
        root.execute()
    return futures


def run_callbacks(callbacks):
    """Call all *callbacks*, then raise the first exception that one of them raised."""
    failure = None
    for callback in callbacks:
        try:
            callback()
        except BaseException:
            failure = failure or sys.exc_info()
    if failure:
        six.reraise(*failure)


def _with_results_deep(value):
    """Return *value* with the results of all Futures in its lists, tuples and dicts."""
    if isinstance(value, dict):
        return dict((plain(key), _with_results_deep(item)) for key, item in value.items())
    if type(value) in (list, tuple):
        return type(value)([_with_results_deep(item) for item in value])
    return sendable(value)
