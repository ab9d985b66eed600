"""Batches on pipeline objects of the client's own: of clusters, of classes of the user's own, and of other makers."""
import sys

import six

from .._client_libraries import (
    annotate,
    client_errors,
    comes_from_outside,
    count_error_reply,
    encoder_for,
    is_guarded,
    refuse_decoded,
    refuse_several,
    returns_error_replies,
)
from ..exceptions import InvalidPipeline, outcome_unknown
from .at_most_once import ReplyLost, is_only_a_refusal
from .guard import CallbackFailed, FirstError, guard
from .rows import clock, row

__all__ = ['ClientPipelineBatch']


class ClientPipelineBatch(object):
    """A batch on the pipeline object that ``backend.make()`` returns, which writes and reads in one go.

    It borrows its connections itself, so it runs while no other batch of the execute holds one.
    """

    rows = None
    borrows_inside = True
    #: What guards a pipeline object; it keeps those of clients from sending twice.
    guard = staticmethod(guard)

    def __init__(self, backend, commands):
        self._backend = backend  # and its client, which closes its connections when it goes
        self._commands = commands
        self._pipe = pipe = backend.make()
        self.trusted = (pipe,)
        self.connection = self._guard = None
        self._first_error = None
        self._aborted = False
        self.has_error_replies = False
        self.replies = None
        self.arrived = []
        if backend.client is None:
            if not callable(getattr(pipe, 'execute', None)):
                raise InvalidPipeline('connection %r: the callable that was connected made a %s, which is no '
                                      'pipeline of redis-py\'s' % (commands.connections[0], type(pipe).__name__))
            refuse_decoded(pipe)
            refuse_several(pipe)
        try:
            for args, options, method in zip(commands.words, commands.options, commands.methods):
                getattr(pipe, method or 'execute_command')(*args, **options or {})
            self.pool = getattr(pipe, 'connection_pool', None) or getattr(pipe, 'nodes_manager', None)
            self._words = self._queued_words()
            self._options = {}
            self._errors = client_errors(pipe)
            self.error_reply = self._errors.ResponseError
            if is_guarded(pipe):
                self._prepare_guarded()
        except BaseException:
            self._drop_queued()
            raise

    def _drop_queued(self):
        self._pipe.reset()

    def _queued_words(self):
        """Return the words that the pipeline object has queued for each command, () where they are not known."""
        commands, queued = self._commands, getattr(self._pipe, 'command_stack', ())
        if len(queued) == len(commands):
            return [one.args if hasattr(one, 'args') else one[0] for one in queued]
        return [() if method else args for args, method in zip(commands.words, commands.methods)]

    def _prepare_guarded(self):
        """Find out now what cannot be sent, and let the pipeline object send at most once and return error replies."""
        backend, pipe = self._backend, self._pipe
        if type(pipe) not in backend.pipelines:
            backend.pipelines[type(pipe)] = encoder_for(pipe).encode, returns_error_replies(pipe)
        encode, returns = backend.pipelines[type(pipe)]
        for args in self._words:
            for arg in args:
                encode(arg)
        words = self._commands.as_sent()
        self._guard = self.guard(pipe, words, backend.at_most_once)
        if returns:
            self._options = {'raise_on_error': False}
            if hasattr(pipe, 'raise_first_error') and not backend.is_cluster:
                self._first_error = pipe.raise_first_error = FirstError(
                    self._errors, words if backend.at_most_once else None, self._guard)
                self._options = {'raise_on_error': True}

    # Steps.

    def borrowing(self):
        """Leave it to the pipeline object."""
        yield

    sending = borrowing

    def closing(self):
        """Give back the connections that the pipeline object has forgotten."""
        yield self._guard.ending()
        self.connection = None

    def receiving(self):
        """Take what the pipeline object returns, if that is as many replies as commands."""
        self.connection = self._guard
        started = self.rows is not None and clock()
        try:
            self.replies = yield self._pipe.execute(**self._options)
            if started:
                self._report(started)
        except ReplyLost as lost:
            if started:
                self._report(started, lost.cause)
            if not self._is_transaction() and is_only_a_refusal(lost.cause, len(self._commands), self._errors):
                raise lost.cause
            raise self._unknown(lost, self._guard.replies)
        except self.error_reply as error:
            if started:
                self._report(started)
            if self._first_error and self._first_error.replies:
                self.replies = self._first_error.replies
            elif self._guard and len(self._guard.replies) == len(self._commands):
                # A pipeline of the user's own raised one of the replies, all of which were read.
                self._aborted = True
                self.replies = self._guard.replies
            elif self._options:
                # Of a whole transaction, which did not run.
                self._aborted = True
                self.replies = [error] * len(self._commands)
            else:
                raise
        except Exception as error:
            failure = sys.exc_info()
            if started:
                self._report(started, error)
            # A reply callback cannot take its reply, and those behind it are not read.
            if self._guard and not comes_from_outside(failure, self._pipe):
                yield self._guard.ending()
                if self._guard.once and self._guard.unread:
                    raise self._unknown(ReplyLost(error), self._guard.replies)
            six.reraise(*failure)
        if self._guard and not self._guard.borrowed:
            self.connection = None
        self._judge()

    def _report(self, started, error=None):
        # How often the pipeline object sent, only itself knows.
        place = getattr(self.pool, 'connection_kwargs', {})
        self.rows.append(row(self._commands, place, started, 1, self._is_transaction(), error))

    def _is_transaction(self):
        return bool(getattr(self._pipe, 'transaction', False))

    def abandon(self):
        """End, from another thread, what the pipeline object waits for; it does not send again."""
        if self._guard:
            self._guard.abandon()

    def _judge(self):
        replies = self.replies
        count = len(replies) if isinstance(replies, (list, tuple)) else 'no list of'
        if count != len(self._commands):
            raise InvalidPipeline('connection %r answered %d commands with %s replies'
                                  % (self._commands.connections[0], len(self._commands), count))
        for reply in replies:
            if isinstance(reply, ReplyLost):
                raise self._unknown(reply, replies)
        for position, reply in enumerate(replies):
            if type(reply) is CallbackFailed:
                replies[position] = reply.error
                self.has_error_replies = True
            elif isinstance(reply, Exception) and (self._options or self._aborted):
                if not isinstance(reply, self.error_reply):
                    # No reply, but what became of a command whose node of a cluster failed.
                    self.arrived = replies
                    self.annotate(reply, position)
                    raise reply
                self.has_error_replies = True

    def _unknown(self, lost, replies):
        """Return the error for *lost*; *replies* arrived, or are ReplyLost, or are missing at the end."""
        count = len([reply for reply in replies if not isinstance(reply, ReplyLost)])
        error = outcome_unknown(
            lost.cause, self._commands.connections[0], self._commands.as_sent(), count)
        self.arrived = [error if isinstance(reply, ReplyLost) else
                        reply.error if type(reply) is CallbackFailed else reply for reply in replies]
        return error

    def annotate(self, error, position):
        """Let the text of *error*, which is raised next, tell which command it is about."""
        if self._options and not self._aborted:
            words = self._words[position] or self._commands.as_sent()[position]
            annotate(self._pipe.annotate_exception, error, position + 1, words)
            count_error_reply(error, self.pool)
