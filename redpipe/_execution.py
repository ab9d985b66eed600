"""One execute: what is queued on a root goes to its servers, and what comes back goes to its Futures.

The steps, in this order: split the commands by connection, prepare a batch for each, exchange them with the servers,
raise the first failure, settle the Futures. Only the exchange does I/O; threads and event loops do that part only.
After any error no Future holds a value.
"""
import itertools
import sys

import six

from . import _steps
from ._batches.queued import QueuedCommands
from ._client_libraries import comes_from_outside
from ._texts import described, shown_word, text_of
from .exceptions import VALUE_ERRORS, InvalidValue, ResultNotReady
from .futures import Unreturned, set_error
from .tasks import SynchronousTask, TaskManager

__all__ = ['Execution', 'exchange', 'fail_all']


class Part(object):
    """What one connection has of an execute: its *commands*, with their *positions* in it, and their *batch*.

    *failure* is the exc_info of what went wrong with the whole batch.
    """

    __slots__ = ('connection', 'positions', 'commands', 'batch', 'failure')

    def __init__(self, connection, positions, commands):
        self.connection = connection
        self.positions = positions
        self.commands = commands
        self.batch = None
        self.failure = None


class Execution(object):
    """The execute of the *queued* commands, a flat list.

    The Futures in the list *unraised* are to hold an error reply of their own. *backend_of* returns what sends the
    batches of a connection's name.
    """

    __slots__ = ('commands', 'parts', '_unraised', '_backend_of', '_refused')

    def __init__(self, queued, unraised, backend_of):
        self.commands = QueuedCommands(queued)
        self.parts = []
        self._unraised = unraised
        self._backend_of = backend_of
        self._refused = set()

    def prepare(self):
        """Make all batches before the first is sent: what cannot be sent sends no command at all."""
        commands = self.commands
        names = commands.connections
        if names.count(names[0]) == len(names):
            self.parts = [Part(names[0], None, commands)]
        else:
            self.parts = [Part(name, positions, commands.select(positions))
                          for name, positions in commands.by_connection()]
        for part in self.parts:
            part.batch = self._backend_of(part.connection).prepare(part.commands)

    def conclude(self):
        """Raise the first failure, or settle all Futures, once all batches have ended."""
        self._raise_first_failure()
        self._settle()

    def _raise_first_failure(self):
        """Raise the first failure in program order, its text telling of the others too."""
        failed, reported = [], []
        for part in self.parts:
            batch = part.batch
            if part.failure:
                lost = len(part.commands) - len(batch.arrived)
                replies = batch.arrived + [part.failure[1]] * lost
            else:
                replies = batch.replies
                if batch.has_error_replies:
                    self._find_error_reply(part)
            reported.append(replies)
            if part.failure:
                failed.append(part)
        if not failed:
            return
        kind, error, traceback = failed[0].failure
        error.outcomes = list(self._in_program_order(reported))
        if len(failed) > 1 and len(error.args) <= 1:
            error.args = ('connection %r: %s; %s' % (
                failed[0].connection, text_of(error), '; '.join(
                    'connection %r failed too: %s' % (part.connection, described(part.failure[1]))
                    for part in failed[1:])),)
        six.reraise(kind, error, traceback)

    def _find_error_reply(self, part):
        """Let an error reply that is to be raised be the failure of *part*."""
        batch, unraised = part.batch, set(map(id, self._unraised))
        errors = [(position, reply) for position, (future, reply)
                  in enumerate(zip(part.commands.futures, batch.replies))
                  if isinstance(reply, batch.error_reply) and id(future) not in unraised
                  or type(future) is Unreturned and isinstance(reply, Exception)]
        if errors:
            # Report the command that broke the transaction, not the EXECABORT of the others.
            position, error = min(errors, key=lambda error: type(error[1]).__name__ == 'ExecAbortError')
            batch.annotate(error, position)
            part.failure = type(error), error, None

    def _in_program_order(self, replies):
        """Return *replies*, a list for each part, as one list."""
        if len(self.parts) == 1:
            return replies[0]
        ordered = [None] * len(self.commands)
        for part, some in zip(self.parts, replies):
            for position, reply in zip(part.positions, some):
                ordered[position] = reply
        return ordered

    def _settle(self):
        """Give each Future its reply, decoded, or what went wrong with it alone."""
        replies = self._in_program_order([part.batch.replies for part in self.parts])
        has_error_replies = any(part.batch.has_error_replies for part in self.parts)
        futures, decoders = self.commands.futures, self.commands.decoders
        if not has_error_replies and not any(decoders):
            for future, reply in zip(futures, replies):
                future._result = reply
            return
        rows = zip(futures, decoders, replies)
        known_errors = set()
        for position, (future, decode, reply) in enumerate(rows):
            if has_error_replies and isinstance(reply, Exception):
                set_error(future, reply)
                self._refused.add(id(future))
                known_errors.add(id(reply))
            elif decode is None:
                future._result = reply
            else:
                try:
                    future._result = decode(reply)
                except Exception as error:
                    # It may be the error of another Future, whose result the decoder needs.
                    if id(error) not in known_errors:
                        if not isinstance(error, VALUE_ERRORS):
                            raise
                        error = self._undecodable(position, error)
                    set_error(future, error)
                    known_errors.add(id(error))

    def _undecodable(self, position, cause):
        error = InvalidValue('the reply to %s on connection %r cannot be decoded: %s' % (
            ' '.join(shown_word(word) for word in self.commands.words[position][:3]),
            self.commands.connections[position], text_of(cause)))
        error.__cause__ = cause
        return error

    def apply(self, effects):
        """Apply *effects*, a flat list of functions, subjects and Futures, but those of commands that failed.

        Each function is called with the subject and the result, or the Future where that could not be decoded.
        """
        refused = self._refused
        for effect, subject, future in zip(effects[::3], effects[1::3], effects[2::3]):
            if not refused or id(future) not in refused:
                try:
                    result = future._result
                except Exception:
                    result = future
                effect(subject, result)


def fail_all(futures, text, cause=None):
    """Let each of *futures* say, when it is read, what became of its command."""
    error = ResultNotReady(text)
    error.__cause__ = cause
    for future in futures:
        set_error(future, error)


# -- The blocking exchange

def exchange(parts):
    """Send the batches of all *parts* and read all replies; all have ended when it returns.

    No execute waits for a connection while it holds one that another waits for: connections are borrowed in one order
    of the pools, batches of one pool follow one another, and pipeline objects, which borrow inside, run while none
    is held. All batches of different pools are written before the first reply is read, so that the servers work at
    once.
    """
    if len(parts) == 1:
        _exchange_together(parts)
        return
    pools = {}
    for part in parts:
        pools.setdefault(id(part.batch.pool), []).append(part)
    if TaskManager.task is not SynchronousTask:
        _exchange_on_threads(list(pools.values()))
        return
    for turn in range(max(map(len, pools.values()))):
        now = [pools[pool][turn] for pool in sorted(pools) if turn < len(pools[pool])]
        _exchange_together([part for part in now if not part.batch.borrows_inside])
        for part in now:
            if part.batch.borrows_inside:
                _exchange_together([part])


def _exchange_together(parts):
    """Exchange batches of different pools, which are in the order of these."""
    try:
        if len(parts) == 1:
            part, = parts
            batch = part.batch
            _attempt(part, batch.borrowing(), batch.sending(), batch.receiving())
            return
        for part in parts:
            _attempt(part, part.batch.borrowing())
        for part in parts:
            _attempt(part, part.batch.sending())
        for part in parts:
            _attempt(part, part.batch.receiving())
    finally:
        _close_all(parts)


def _attempt(part, *steps):
    """Drive *steps* of the batch of *part*, if it has not failed yet, and keep what goes wrong."""
    if part.failure is None:
        try:
            _steps.run(*steps)
        except Exception:
            failure = sys.exc_info()
            if comes_from_outside(failure, *part.batch.trusted):
                raise
            part.failure = failure


def _close_all(parts):
    """Give back all connections, whatever comes between."""
    failure = None
    for part in parts:
        if part.batch.connection is None:
            continue
        try:
            _steps.run(part.batch.closing())
        except BaseException:
            failure = failure or sys.exc_info()
    if failure:
        six.reraise(*failure)


def _exchange_on_threads(pools):
    """Exchange the lists of parts in *pools* at once, those of one pool one after the other."""
    tasks = []
    try:
        for same_pool in pools:
            tasks.append(TaskManager.task(target=_exchange_in_turn, args=(same_pool,), kwargs={}))
            tasks[-1].start()
        for task in tasks:
            task.result
    except BaseException:
        # An interrupt. The tasks end when their connections do.
        failure = sys.exc_info()
        for part in itertools.chain(*pools):
            part.batch.abandon()
        for task in tasks:
            _ended(task)
        six.reraise(*failure)


def _ended(task):
    try:
        task.result
    except Exception:
        pass  # the interrupt is raised


def _exchange_in_turn(parts):
    for part in parts:
        _exchange_together([part])
