"""Queue commands, nest pipelines in one another, and execute them in one go.

Queueing a command costs a Future and a row of values, see ``_records``.

A nested pipeline hands its records to its parent, unchanged and in order; the
root alone sorts them by connection, sends each connection's batch and reads all
replies. Only when every batch has succeeded are the Futures settled, and then
the callbacks run: those of nested pipelines first, in the order in which they
executed, then the pipeline's own.
"""
import sys

import six

from ._commands import (
    ALLOWED,
    CLIENT_ATTRIBUTES,
    PLAIN_TYPES,
    allow,
    refusing,
    settled,
)
from .connections import DEFAULT, ConnectionManager
from .exceptions import (
    InvalidOperation,
    InvalidPipeline,
    InvalidValue,
    ResultNotReady,
    described,
    text_of,
)
from ._records import Records, WIDTH
from ._unsent import warn_of_block, warn_of_loss
from .futures import Future, Untold, fail, plain
from .tasks import SynchronousTask, TaskManager

__all__ = ['pipeline', 'autoexec', 'Pipeline', 'NestedPipeline']


def pipeline(pipe=None, name=None, autoexec=False, raise_on_error=True):
    """Return a pipeline, nested in *pipe* if there is one, for connection *name*.

    *pipe* is None or what an earlier call returned; anything else is InvalidPipeline.
    *name* is that of the connection its commands go to, and None always means the
    default one. With *autoexec*, a ``with`` block executes it when it is left without
    an exception; otherwise ``execute()`` must be called. Commands that it is not called for
    are dropped with a RuntimeWarning; ``reset()`` and exceptions drop them silently.
    *raise_on_error* is as for ``execute``, where that is not told otherwise.
    """
    if pipe is None:
        cls = Pipeline
    elif isinstance(pipe, _Queue):
        cls = NestedPipeline
    else:
        raise InvalidPipeline(
            'pipe must be None or a pipeline of redpipe, not %r; make one with '
            'redpipe.pipeline()' % (pipe,))
    name = DEFAULT if name is None else name
    commands = ConnectionManager.commands(name)
    if commands is not None:
        cls = commands.given_to(cls)
    return cls(name, autoexec, pipe, raise_on_error)


def autoexec(pipe=None, name=None, raise_on_error=True):
    """Return a pipeline whose ``with`` block executes it; else as :func:`pipeline`."""
    return pipeline(pipe, name, True, raise_on_error)


@refusing
class _Queue(object):
    """The records and callbacks that wait in a pipeline, and the block it is used in.

    Any command of redis-py is a method and returns a Future at once. A Future may be
    an argument where it has its result already.
    """

    __slots__ = ('_name', '_autoexec', '_parent', '_raise_on_error', '_stack', '_callbacks',
                 '_handed_up', '_lenient', '_left', '__weakref__')

    def __init__(self, name=DEFAULT, autoexec=False, parent=None, raise_on_error=True):
        self._name = name
        self._autoexec = autoexec
        self._parent = parent
        self._raise_on_error = raise_on_error
        self._stack = _NOTHING
        self._callbacks = []
        self._handed_up = []
        self._lenient = []
        self._left = False

    def execute_command(self, *args, **options):
        """Queue the command of these words; *options* are for redis-py's reply callbacks."""
        # Written out, for this is what most commands cost: see benchmarks/.
        for arg in args:
            if type(arg) not in PLAIN_TYPES:
                args = settled(args)
                break
        if args[0] not in ALLOWED:
            allow(args)
        # These are for redis-py's client-side caching, which no pipeline has.
        if options:
            options.pop('keys', None)
        future = Future()
        self._stack += (self._name, future, None, args, options or None, None)
        return future

    def on_execute(self, callback):
        """Call *callback*, without arguments, once the results of the pipeline are there."""
        if not callable(callback):
            raise InvalidOperation('a callback must be callable, %r is not' % (callback,))
        self._callbacks.append(callback)

    def reset(self):
        """Forget all that is queued; nothing of it is sent. The pipeline can be used again."""
        self._left = False
        self._drop('it was reset before it executed')

    def __enter__(self):
        self._left = False
        # What is queued in a block need not be guarded, for __exit__ looks at it.
        if self._stack is _NOTHING:
            self._stack = []
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        dropped = None
        try:
            if exc_type is None and self._autoexec:
                self.execute()
        finally:
            self._left = True
            if self._stack or self._callbacks or self._handed_up:
                if exc_type is None:
                    dropped = self._drop('its block was left without execute()')
                else:
                    self._drop('its block was left by %s' % described(exc_value), exc_value)
        if dropped:
            warn_of_block(len(dropped) // WIDTH, _first(dropped))

    def __getattr__(self, name):
        # Reached for names that are no command of redis-py: see Commands.given_to.
        if name.startswith('_'):
            raise AttributeError('%r object has no attribute %r' % (type(self).__name__, name))
        return self._other(name)

    def __repr__(self):
        return '<%s on connection %r, %d commands queued>' % (
            type(self).__name__, self._name, self._queued)

    # Without commands of its own, a pipe asks the pipelines of its connection.
    _client_class = None

    @property
    def _client(self):
        return ConnectionManager.backend(self._name).client

    def _other(self, name):
        """Return a client's attribute that redis-py's methods need, or what queues a call."""
        if self._client_class is not None:
            if name in CLIENT_ATTRIBUTES:
                return getattr(self._client, name)
            raise AttributeError(
                '%s has no command %r; execute_command(%r, ...) queues any command'
                % (self._client_class.__name__, name, name.upper()))

        def call(*args, **kwargs):
            return self._call(name, args, kwargs)
        call.__name__ = name
        return call

    def _call(self, method, args, kwargs):
        """Queue a call of a method that the pipeline objects of the connection have."""
        future = Future()
        self._stack += (
            self._name, future, None, _settled_deep(args), _settled_deep(kwargs), method)
        return future

    def _queue(self, name, args, decode=None, kind=Future):
        """Queue the words *args* for connection *name* and return the Future, which is a *kind*."""
        future = kind()
        self._stack += (name, future, decode, args, None, None)
        return future

    @property
    def _queued(self):
        """How many commands are queued."""
        return len(self._stack) // WIDTH

    def _take(self, raise_on_error=None):
        """Empty the pipeline and return what is queued, its callbacks in order, and the Futures
        that are to hold an error reply of their own.
        """
        if raise_on_error is None:
            raise_on_error = self._raise_on_error
        queued, callbacks, lenient = self._stack, self._callbacks, self._lenient
        self._stack = _NOTHING
        if type(queued) is _Guarded:
            queued = queued.taken()
        if callbacks or self._handed_up:
            callbacks = self._handed_up + callbacks
            self._callbacks, self._handed_up = [], []
        if lenient:
            self._lenient = []
        if not raise_on_error:
            lenient = [future for future in Records(queued).futures if type(future) is not Untold]
        return queued, callbacks, lenient

    def _drop(self, why, cause=None):
        """Empty the pipeline, let its Futures say why, and return what was queued."""
        queued, _, _ = self._take()
        _tell(queued, why, cause)
        return queued


class _Guarded(list):
    """What is queued outside of a block, which warns if it is lost with its pipeline.

    Most pipelines are used in blocks. A ``__del__`` of all of them would cost each as much as
    queueing half a command.
    """

    __slots__ = ()

    def taken(self):
        """Return a plain list of what is queued, which is not here any more."""
        queued = list(self)
        del self[:]
        return queued

    # On Python 2 nothing frees cycles that an object with a __del__ is part of.
    if six.PY3:
        def __del__(self):
            if self:
                queued = self.taken()
                _tell(queued, 'it was lost before it executed')
                warn_of_loss(len(queued) // WIDTH, _first(queued), self)


class _Nothing(list):
    """The empty list of all pipelines outside of a block; adding to it makes a list of their own."""

    __slots__ = ()

    def __iadd__(self, queued):
        return _Guarded(queued)

    append = extend = insert = None


_NOTHING = _Nothing()


class Pipeline(_Queue):
    """A root: what is queued in it, and in those nested in it, is sent by ``execute``."""

    __slots__ = ()

    def execute(self, raise_on_error=None):
        """Send all that is queued, settle the Futures, run the callbacks; return None.

        The pipeline is empty afterwards, whatever happened. Errors of redis-py are
        raised as they are, the first in program order where several connections failed;
        no Future has a result then, and no callback runs. The error has the attribute
        ``outcomes``, a list with the reply or an exception for each command.
        With *raise_on_error* false an error reply is raised only where its own Future is
        read. :class:`~redpipe.exceptions.OutcomeUnknown` says that replies to writes were
        lost.
        """
        queued, callbacks, lenient = self._take(raise_on_error)
        if queued:
            _run(Records(queued), lenient)
        _call(callbacks)


class NestedPipeline(Pipeline):
    """Part of another pipeline: ``execute`` hands over to it what is queued here."""

    __slots__ = ()

    def execute(self, raise_on_error=None):
        """Hand all that is queued to the parent, which sends it when it executes.

        A false *raise_on_error* holds for what is handed over now, whatever the parent says.
        """
        parent = self._parent
        if parent._left:
            why = 'its parent was done before it'
            self._drop(why)
            raise InvalidOperation(
                'the block of the parent pipeline was left already, so nothing would send '
                'these commands; execute the nested pipeline inside it')
        queued, callbacks, lenient = self._take(raise_on_error)
        parent._stack += queued
        if callbacks:
            parent._handed_up += callbacks
        if lenient:
            parent._lenient += lenient


def _tell(queued, why, cause=None):
    """Let the Futures of what is *queued*, and is dropped, say *why*."""
    if queued:
        _fail(Records(queued), 'nothing was sent by the pipeline of this Future: ' + why, cause)


def _first(queued):
    """Return the beginning of the first command that is *queued*, as text."""
    return ' '.join(_shown(word) for word in Records(queued[:WIDTH]).words()[0][:3])


def _run(records, lenient):
    """Send the batches of all connections, read all replies, then settle all Futures."""
    names = records.names
    if names.count(names[0]) == len(names):
        parts = [(names[0], None, records)]
    else:
        parts = [(name, places, records.at(places)) for name, places in records.by_connection()]
    try:
        # All are prepared before the first is sent: what cannot be sent sends nothing.
        ready = [ConnectionManager.backend(name).prepare(part) for name, _, part in parts]
        outcomes = _exchange(ready)
        _raise_first(parts, ready, outcomes, lenient)
        replies = _in_order(parts, [replies for replies, _ in outcomes])
        _settle(records, replies, any(batch.errors for batch in ready))
    except BaseException as error:
        _fail(records, 'the batch of this Future failed: ' + described(error), error)
        raise


def _in_order(parts, replies):
    """Return the *replies*, a list for each of *parts*, as one list in program order."""
    if len(parts) == 1:
        return replies[0]
    ordered = [None] * sum(map(len, replies))
    for (_, places, _), some in zip(parts, replies):
        for place, reply in zip(places, some):
            ordered[place] = reply
    return ordered


def _raise_first(parts, ready, outcomes, lenient):
    """Raise the first failure in the order of *parts*, its text telling of the others too."""
    lenient = set(map(id, lenient))
    failed, told = [], []
    for (name, _, part), batch, (replies, failure) in zip(parts, ready, outcomes):
        if failure:
            lost = len(part) - len(batch.arrived)
            replies = batch.arrived + [failure[1]] * lost
        elif batch.errors:
            errors = [(place, reply) for place, (future, reply)
                      in enumerate(zip(part.futures, replies))
                      if isinstance(reply, batch.error_reply) and id(future) not in lenient]
            if errors:
                # Rather what made a transaction fail than what failed with it.
                place, error = min(errors, key=lambda error: type(error[1]).__name__ == 'ExecAbortError')
                batch.annotate(error, place)
                failure = type(error), error, None
        told.append(replies)
        if failure:
            failed.append((name, failure))
    if not failed:
        return
    # The replies, not what decoders make of them: a decoder may act, as a Struct's does,
    # which takes in what was loaded, and may do so only once all has succeeded.
    failed[0][1][1].outcomes = list(_in_order(parts, told))
    _annotate(failed)
    six.reraise(*failed[0][1])


def _exchange(ready):
    """Send all batches; return a pair for each, its replies or the exc_info of its failure.

    All have ended when it returns. Without threads every batch is written before the first
    reply is read, so that the servers work at once.
    """
    if len(ready) > 1 and TaskManager.task is not SynchronousTask:
        return TaskManager.wait(*[TaskManager.promise(_whole, batch) for batch in ready])
    outcomes, sent = {}, []
    try:
        for batch in ready:
            # A pool need not have more than one connection for us.
            if any(batch.pool is other.pool for other in sent if other.pool is not None):
                _receive(sent, outcomes)
            outcomes[batch] = _attempt(batch, batch.send)
            if not outcomes[batch][1]:
                sent.append(batch)
        _receive(sent, outcomes)
    finally:
        for batch in ready:
            batch.close()
    return [outcomes[batch] for batch in ready]


def _receive(sent, outcomes):
    """Read the replies to all batches in *sent*, and empty it."""
    while sent:
        batch = sent.pop(0)
        outcomes[batch] = _attempt(batch, batch.receive)


def _whole(batch):
    try:
        outcome = _attempt(batch, batch.send)
        return outcome if outcome[1] else _attempt(batch, batch.receive)
    finally:
        batch.close()


def _attempt(batch, step):
    """Return what ``step()`` returns and None, or None and the exc_info of its failure."""
    try:
        return step(), None
    except Exception:
        failure = sys.exc_info()
        batch.close()
        return None, failure


def _annotate(failed):
    """Let the text of the first error tell of the others too, where there are several."""
    if len(failed) == 1:
        return
    error = failed[0][1][1]
    others = '; '.join('connection %r failed too: %s' % (name, described(exc_info[1]))
                       for name, exc_info in failed[1:])
    text = 'connection %r: %s; %s' % (failed[0][0], text_of(error), others)
    if len(error.args) <= 1:
        error.args = (text,)


def _settle(records, replies, errors):
    """Give each Future its reply, decoded, or what went wrong with it alone."""
    rows = zip(records.futures, records.decoders, replies)
    told = set()
    for place, (future, decode, reply) in enumerate(rows):
        if errors and isinstance(reply, Exception):
            fail(future, reply)
            told.add(id(reply))
        elif decode is None:
            future._result = reply
        else:
            try:
                future._result = decode(reply)
            except Exception as error:
                # It may be the error of another Future, whose result the decoder needs.
                if id(error) not in told:
                    error = _undecodable(records, place, error)
                fail(future, error)
                told.add(id(error))


def _undecodable(records, place, cause):
    error = InvalidValue('the reply to %s on connection %r cannot be decoded: %s' % (
        ' '.join(_shown(arg) for arg in records.commands[place][:3]), records.names[place],
        text_of(cause)))
    error.__cause__ = cause
    return error


def _fail(records, text, cause=None):
    """Let every Future of *records* say, when it is read, what became of its command."""
    error = ResultNotReady(text)
    error.__cause__ = cause
    for future in records.futures:
        fail(future, error)


def _call(callbacks):
    """Call them all, then raise the first exception that one of them raised."""
    failure = None
    for callback in callbacks:
        try:
            callback()
        except BaseException:
            failure = failure or sys.exc_info()
    if failure:
        six.reraise(*failure)


def _settled_deep(value):
    """Return *value* with the results of all Futures in its lists, tuples and dicts."""
    if isinstance(value, dict):
        return dict((plain(key), _settled_deep(item)) for key, item in value.items())
    if type(value) in (list, tuple):
        return type(value)([_settled_deep(item) for item in value])
    return plain(value)


def _shown(word):
    if isinstance(word, bytes):
        word = word.decode('utf-8', 'replace')
    word = six.ensure_str(six.text_type(word)).strip()
    return word if len(word) <= 100 else word[:100] + '...'
