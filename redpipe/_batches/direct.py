"""Batches that go directly: on redis-py's own connections, without redis-py's work per command.

A batch is packed in one go and sent in pieces of bounded size, and replies that have arrived together are taken from
the parser in a loop. The reply callbacks are the client's.
"""
import sys
from itertools import compress
from operator import itemgetter

import six

from .._client_libraries import (
    POOL_HEALTH_CHECKS,
    PushNotification,
    annotate,
    buffered_replies,
    comes_from_outside,
    is_out,
    shut_down,
)
from ..exceptions import outcome_unknown
from .at_most_once import ReplyLost, is_only_a_refusal, may_repeat_after_loss, refusal_to_repeat
from .packing import Packed
from .rows import clock, row

__all__ = ['DirectBatch', 'DirectTransaction']

#: Options of a command that are for redis-py itself and not for the reply callback.
_OWN_OPTIONS = ('EMPTY_RESPONSE', 'NEVER_DECODE')
EMPTY_RESPONSE = 'EMPTY_RESPONSE'

#: The types of nearly all replies; anything else is looked at.
_REPLY_TYPES = frozenset([bytes, type(None), dict, set, float, bool] + list(six.integer_types))


class DirectBatch(object):
    """Commands that travel together on a connection of *source*; see the package for what a batch is.

    Nobody ever reads a reply to somebody else's command: the connection goes back to the pool fully read, or closed.
    """

    rows = None
    borrows_inside = False
    trusted = ()
    _before = _after = b''
    _extra_replies = 0
    _has_awaitables = False

    def __init__(self, source, commands):
        self.pool = source.pool
        self.error_reply = source.errors.ResponseError
        self.has_error_replies = False
        self.replies = None
        self.arrived = []
        self._source = source
        self._commands = commands
        self._packed = Packed(source.pool, commands.words, self._before, self._after)
        self.connection = None
        self._is_clean = self._was_given_back = False
        self._write_failure = None
        self._raw_replies = []
        self._attempts = 0
        self._abandoned = False

    @classmethod
    def accepts(cls, commands):
        """Return True if *commands* can go directly; otherwise the client's pipeline object has to send them."""
        return not any(commands.methods)

    # Steps.

    def borrowing(self):
        """Borrow a connection and make it ready. Until then the server has seen no command."""
        yield self._source.borrow(self)
        yield self._source.make_ready(self.connection)

    def sending(self):
        """Write the whole batch. What goes wrong now is kept for ``receiving``: a part may have been sent."""
        self._refuse_if_abandoned()
        self._started = self.rows is not None and clock()
        try:
            yield self._source.write(self.connection, self._packed)
        except Exception:
            self._write_failure = self._of_the_connection(sys.exc_info())

    def receiving(self):
        """Read the replies that redis-py's pipeline would return, error replies in place.

        Raises what redis-py raises where replies were lost, OutcomeUnknown if commands without a reply may have
        changed something. The head of ``at_most_once`` tells what is sent again.
        """
        try:
            again = None
            try:
                if self._write_failure is not None:
                    six.reraise(*self._write_failure)
                yield self._reading()
            except Exception:
                again = self._judge_loss(sys.exc_info())
            else:
                if self.has_error_replies:
                    again = self._refusal_to_repeat()
            if again is not None:
                yield self._repeating(again)
        except ReplyLost as lost:
            self.arrived = self._arrived_replies()
            raise outcome_unknown(lost.cause, self._commands.connections[0], self._commands.as_sent(),
                                  len(self.arrived))
        self._is_clean = self._connection_is_clean()
        self._was_given_back = True
        try:
            yield self._source.give_back(self.connection, not self._is_clean)
        except Exception:
            self._of_the_connection(sys.exc_info())  # all is done; who wants the next connection is told what is wrong
        self.connection = None
        self.replies = self._finish(self._raw_replies)
        if self._has_awaitables:
            yield self._awaiting()

    def _awaiting(self):
        """Await what reply callbacks of an asyncio client have returned."""
        for position, reply in enumerate(self.replies):
            if hasattr(reply, '__await__'):
                try:
                    self.replies[position] = yield reply
                except self._source.value_errors as error:
                    self.replies[position] = error
                    self.has_error_replies = True

    def closing(self):
        """Give the connection back, fully read or closed; without one, do nothing."""
        connection = self.connection
        if connection is None:
            return
        # Where giving back was interrupted; nobody may be given a connection twice.
        if not self._was_given_back or is_out(connection, self.pool):
            self._was_given_back = True
            yield self._source.give_back(connection, not self._is_clean)
        self.connection = None

    def abandon(self):
        """End, from another thread, what this batch waits for; the batch is not sent again."""
        self._abandoned = True
        shut_down(self.connection)

    def _refuse_if_abandoned(self):
        if self._abandoned:
            raise self._source.errors.ConnectionError('the execute of this batch was interrupted')

    def _reading(self):
        """Read the replies as the parser has them, error replies among them."""
        connection = self.connection
        buffered, nothing = buffered_replies(connection)
        self._raw_replies = replies = []
        self.has_error_replies = False
        count = len(self._commands.words) + self._extra_replies
        while len(replies) < count:
            try:
                reply = yield connection.read_response()
                # Not all releases of redis-py know a push message when they see one.
                if not isinstance(reply, PushNotification):
                    replies.append(reply)
            except self.error_reply as error:
                replies.append(error)
                self.has_error_replies = True
            # What came in with it is there already.
            for _ in range(count - len(replies) if buffered else 0):
                reply = buffered()
                if reply is nothing:
                    break
                if type(reply) in _REPLY_TYPES:
                    replies.append(reply)
                elif type(reply) is list:
                    # So says EXEC, or a script, what redis-py takes for the end of a connection.
                    if reply and isinstance(reply[0], self._source.errors.ConnectionError):
                        raise reply[0]
                    replies.append(reply)
                elif isinstance(reply, self.error_reply):
                    replies.append(reply)
                    self.has_error_replies = True
                elif isinstance(reply, Exception):
                    raise reply
                elif hasattr(connection._parser, 'handle_push_response'):
                    yield connection._parser.handle_push_response(reply)
        if self.rows is not None:
            self._report()

    def _repeating(self, error):
        """Send and read all of it again, as the client's retry settings say after *error*."""
        source, connection = self._source, self.connection
        errors, final = [error], []

        def attempting():
            if final:  # whatever errors the settings name
                raise final[0]
            if errors:  # of the first attempt, which counts
                raise errors.pop()
            self._refuse_if_abandoned()
            yield source.make_ready(connection)
            self._started = self.rows is not None and clock()
            try:
                yield source.write(connection, self._packed)
                yield self._reading()
            except Exception:
                try:
                    again = self._judge_loss(sys.exc_info())
                except Exception as error:
                    final.append(error)
                    raise
            else:
                again = self._refusal_to_repeat()
            if again is not None:
                raise again

        try:
            if hasattr(connection, 'retry'):
                yield connection.retry.call_with_retry(lambda: source.run(attempting()), source.fail_for(connection))
            # Before redis-py 4.1 there is a fixed rule for lost replies, and no setting that names a refusal.
            elif may_repeat_after_loss(self._commands.words) and not isinstance(error, self.error_reply) and (
                    connection.retry_on_timeout if isinstance(error, source.errors.TimeoutError)
                    else not POOL_HEALTH_CHECKS):
                errors.pop()
                connection.disconnect()
                yield attempting()
            else:
                raise error
        except self.error_reply as refusal:
            # The last refusal, which is one of the replies; or what a new connection was told.
            if not any(reply is refusal for reply in self._replies_to_commands()):
                raise

    # Judgement.

    def _of_the_connection(self, failure):
        """Return *failure*, an exc_info, if it is the connection's, and raise it if it came from outside."""
        if comes_from_outside(failure):
            six.reraise(*failure)
        return failure

    def _judge_loss(self, failure):
        """Return the error after which the batch may run again; raise ReplyLost, or the error, where it may not.

        What is no reply counts as lost too.
        """
        _, error, _ = self._of_the_connection(failure)
        if self.rows is not None:
            self._report(error)
        errors, commands = self._source.errors, self._commands.words
        if may_repeat_after_loss(commands):
            if self._abandoned or not isinstance(error, (errors.ConnectionError, errors.TimeoutError)):
                six.reraise(*failure)
        elif not self._is_refusal(error):
            raise ReplyLost(error)
        elif refusal_to_repeat(commands, [error], errors.ConnectionError) is None:
            six.reraise(*failure)
        return error

    def _is_refusal(self, error):
        """Return True if *error* is the reply to the only command, which has not run then."""
        return is_only_a_refusal(error, len(self._commands), self._source.errors)

    def _refusal_to_repeat(self):
        """Return the error reply after which the batch may run again, or None."""
        if not self.has_error_replies or self._abandoned:
            return None
        return refusal_to_repeat(self._commands.words, self._replies_to_commands(), self.error_reply)

    def _replies_to_commands(self):
        """Return the replies that tell whether commands have run."""
        return self._raw_replies

    def _arrived_replies(self):
        """Return the replies to the first commands, where those to the others are lost."""
        return self._finish(self._raw_replies)

    def _connection_is_clean(self):
        """Return True if the connection is for anyone now, all replies being read."""
        return True

    def _finish(self, replies):
        replies = self._apply_reply_callbacks(replies)
        if self.has_error_replies:
            for position, reply in enumerate(replies):
                if isinstance(reply, self.error_reply):
                    replies[position] = (self._commands.options[position] or {}).get(EMPTY_RESPONSE, reply)
        return replies

    def _apply_reply_callbacks(self, replies):
        """Return *replies* as the client's reply callbacks make them."""
        known = self._source.client.response_callbacks
        callbacks = dict((name, known[name]) for name in self._packed.names if name in known)
        if not callbacks:
            return replies
        is_awaited = self._source.is_awaited
        self._has_awaitables = is_awaited is not None and any(map(is_awaited, callbacks.values()))
        wanted = list(map(callbacks.get, map(itemgetter(0), self._commands.words)))
        for position in compress(range(len(replies)), wanted):
            callback, reply = wanted[position], replies[position]
            if self.has_error_replies and isinstance(reply, self.error_reply):
                continue
            options = self._commands.options[position]
            try:
                if options:
                    options = dict(o for o in options.items() if o[0] not in _OWN_OPTIONS)
                    replies[position] = callback(reply, **options)
                else:
                    replies[position] = callback(reply)
            except self._source.value_errors as error:
                replies[position] = error
                self.has_error_replies = True
        return replies

    def annotate(self, error, position):
        """Let the text of *error* tell which command it is about, as redis-py does."""
        annotate(self._source.client.pipeline().annotate_exception, error, position + 1,
                 self._commands.words[position])

    def _report(self, error=None):
        self._attempts += 1
        self.rows.append(row(self._commands, self.connection, self._started, self._attempts,
                             bool(self._extra_replies), error))


class DirectTransaction(DirectBatch):
    """A batch in MULTI and EXEC, which answers with the replies to all the others."""

    _before = b'*1\r\n$5\r\nMULTI\r\n'
    _after = b'*1\r\n$4\r\nEXEC\r\n'
    _extra_replies = 2
    _aborted = False

    @classmethod
    def accepts(cls, commands):
        # redis-py looks for a reply in place of an error in MULTI too, at other places.
        return super(DirectTransaction, cls).accepts(commands) and not any(
            EMPTY_RESPONSE in options for options in commands.options if options)

    def _connection_is_clean(self):
        # Without permission for EXEC the connection is still inside MULTI: nobody may use it again.
        return not isinstance(self._raw_replies[-1], self.error_reply)

    def _is_refusal(self, error):
        return False  # EXEC was sent, and its reply is lost

    def _arrived_replies(self):
        return []  # until that to EXEC arrives

    def _replies_to_commands(self):
        begun, queued, executed = self._raw_replies[0], self._raw_replies[1:-1], self._raw_replies[-1]
        if isinstance(begun, self.error_reply):
            return queued
        if isinstance(executed, self.error_reply):
            # Not one of the commands has run, whatever made the transaction fail.
            return [reply for reply in queued if isinstance(reply, self.error_reply)] or [executed]
        return executed or []

    def _finish(self, replies):
        error_reply = self.error_reply
        begun, queued, executed = replies[0], replies[1:-1], replies[-1]
        refused = [(position, reply) for position, reply in enumerate(queued)
                   if isinstance(reply, error_reply)]
        if isinstance(begun, error_reply):
            # Without permission for MULTI the commands have run by themselves.
            self.arrived = self._apply_reply_callbacks(queued)
            raise begun
        if isinstance(executed, error_reply):
            for position, error in refused:
                self.annotate(error, position)
            self._aborted = True
            return [reply if isinstance(reply, error_reply) else executed for reply in queued]
        if executed is None:
            raise self._source.errors.WatchError('Watched variable changed.')
        for position, error in refused:
            executed.insert(position, error)
        if len(executed) != len(self._commands):
            raise error_reply('Wrong number of response items from pipeline execution')
        self.has_error_replies = any(isinstance(reply, error_reply) for reply in executed)
        return self._apply_reply_callbacks(executed)

    def annotate(self, error, position):
        if not self._aborted:
            super(DirectTransaction, self).annotate(error, position)
