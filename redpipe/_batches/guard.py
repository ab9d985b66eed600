"""The guard of pipeline objects: it keeps those of clients, and of clusters, from sending a batch twice.

redis-py's pipelines send a batch again after certain errors, which applies a write twice. The guard wraps their
connections for one batch: once a command was sent, every error becomes ReplyLost, after which they do not send again.
Errors while connecting pass unchanged. Where the rule of ``at_most_once`` lets the batch run again, the client's own
retries do it.

A connection that is given back with replies unread is disconnected first.
"""
import sys
import types
import weakref

import six

from .._client_libraries import base_error, client_errors, comes_from_outside, is_out, shut_down
from ..exceptions import VALUE_ERRORS
from .at_most_once import ReplyLost, is_only_a_refusal, may_repeat_after_loss, refusal_to_repeat
from .connection_source import borrow, make_ready

__all__ = ['CallbackFailed', 'FirstError', 'GuardedConnection', 'GuardedPool', 'SafeCallbacks', 'guard', 'guard_for']


def reply_lost(cause, errors):
    """Return the ReplyLost for *cause* that is an error of a client's module *errors* too.

    It has the name and attributes of *cause*, by which redis-py counts errors.
    """
    lost = type(type(cause).__name__, (ReplyLost, base_error(errors)), {})(cause)
    vars(lost).update(vars(cause), cause=cause)
    return lost


class Guard(object):
    """What is known of a batch of *commands*, tuples of words: whether it may be sent *once* only, and has been.

    *errors* is the module of the client's errors, *replies* are those of the one server to the first commands, and
    *unread* is how many were left when its connections were given back.
    """

    def __init__(self, commands, once, errors):
        self.commands = commands
        self.once = once
        self.errors = errors
        self.sent = False
        self.replies = []
        self.unread = 0
        self.borrowed = []

    def ending(self):
        """Give back the connections that a pipeline forgot, as many do when a node is dead."""
        while self.borrowed:
            pool, connection = self.borrowed[-1]
            if connection.is_out(pool):
                yield pool.release(connection)
            else:
                self.borrowed.pop()

    def abandon(self):
        """End what the connections wait for, and send no more."""
        self.once = True
        for _, connection in list(self.borrowed):
            shut_down(connection)


def guard_for(pipe, commands, at_most_once):
    """Return the Guard of *commands*, which *pipe* has queued."""
    return Guard(commands, at_most_once and not may_repeat_after_loss(commands), client_errors(pipe))


def guard(pipe, commands, at_most_once=True):
    """Guard the connections of *pipe*, which is executed next and has queued *commands*, tuples of words.

    With *at_most_once* it raises ReplyLost if the commands may not run again; a pipeline of a cluster returns
    ReplyLost for commands whose replies were lost. What this returns has steps, ``ending()``, for after the execution.
    """
    batch = guard_for(pipe, commands, at_most_once)
    # A cluster's, of redis-py or of valkey-py.
    for name in 'get_redis_connection', 'get_valkey_connection':
        of_node = _weakly(getattr(pipe, name, None))
        if of_node is not None:
            setattr(pipe, name, lambda node: _GuardedNode(of_node(node), batch))
            strategy = getattr(pipe, '_execution_strategy', None)
            if hasattr(strategy, '_nodes_manager'):
                strategy._nodes_manager = _GuardedNodes(strategy._nodes_manager, batch)
            break
    else:
        pipe.connection_pool = GuardedPool(pipe.connection_pool, batch)
        if not hasattr(pipe.connection_pool, 'get_node_by_slot'):  # of redis-py-cluster
            pipe.parse_response = _recording(_weakly(pipe.parse_response), batch.replies)
            pipe.response_callbacks = SafeCallbacks(pipe.response_callbacks, batch.errors)
    return batch


def _weakly(method):
    """Return *method* for its own object to hold, which it does not keep alive.

    That would be a cycle, which waits for the garbage collector, and which Python 2.7 never frees where the object
    has ``__del__``, as pipelines have.
    """
    if not isinstance(method, types.MethodType):
        return method
    function, owner = method.__func__, weakref.ref(method.__self__)
    return lambda *args, **options: function(owner(), *args, **options)


class FirstError(object):
    """Stands in for the ``raise_first_error`` of a pipeline, and keeps all *replies*.

    It raises the refusal after which the batch of *commands* may run again, so that the client's own retry settings
    see it; without *commands* any error reply, as redis-py does.
    """

    replies = None

    def __init__(self, errors, commands=None, batch=None):
        self._error_reply = errors.ResponseError
        self._commands = commands
        self._batch = batch

    def __call__(self, _, replies):
        self.replies = replies
        if self._commands is None:
            error = next((reply for reply in replies if isinstance(reply, self._error_reply)), None)
        else:
            error = refusal_to_repeat(self._commands, replies, self._error_reply)
        if error is not None:
            if self._batch is not None:
                self._batch.sent = False
                del self._batch.replies[:]
            raise error


def _recording(parse_response, replies):
    """Return *parse_response* of a pipeline, which records in *replies* what it returns or raises."""
    def recording(*args, **options):
        try:
            reply = parse_response(*args, **options)
        except ReplyLost:
            raise
        except Exception as error:
            replies.append(error)
            raise
        replies.append(reply)
        return reply
    return recording


class CallbackFailed(object):
    """Stands for a reply that its reply callback cannot take, and says so with *error*."""

    def __init__(self, error):
        self.error = error


class SafeCallbacks(object):
    """Reply callbacks that return CallbackFailed where they raise.

    A reply callback that raises stops redis-py from reading the remaining replies.
    """

    def __init__(self, callbacks, errors):
        self._callbacks = callbacks
        self._value_errors = VALUE_ERRORS + (base_error(errors),)

    def __contains__(self, name):
        return name in self._callbacks

    def __getitem__(self, name):
        callback, value_errors = self._callbacks[name], self._value_errors

        def call(*args, **options):
            try:
                return callback(*args, **options)
            except value_errors as error:
                return CallbackFailed(error)
        return call


class _Proxy(object):
    """*inner*, but for what a subclass does differently."""

    def __init__(self, inner, batch):
        self._inner = inner
        self._batch = batch

    def __getattr__(self, name):
        return getattr(self._inner, name)


class _GuardedNode(_Proxy):

    @property
    def connection_pool(self):
        return GuardedPool(self._inner.connection_pool, self._batch)


class _GuardedNodes(_Proxy):
    """Lets a cluster transaction find the node that owns the connection it returns."""

    def find_connection_owner(self, connection):
        owner = self._inner.find_connection_owner(connection)
        return owner and _GuardedOwner(owner, self._batch)


class _GuardedOwner(_Proxy):

    @property
    def redis_connection(self):
        return self._inner.redis_connection and _GuardedNode(self._inner.redis_connection, self._batch)


class GuardedConnection(_Proxy):

    @property
    def inner(self):
        return self._inner

    unread = 0
    in_multi = False
    was_released = False
    _failure = None
    _count = 0

    def pack_commands(self, commands):
        if self._batch.once and self._batch.sent:
            errors = self._batch.errors
            raise reply_lost(errors.ConnectionError('the client was about to send the batch again'), errors)
        commands = list(commands)
        self._count = len(commands)
        self._failure = None
        del self._batch.replies[:]
        self.in_multi = commands[0][0] == 'MULTI'
        return self._inner.pack_commands(commands)

    def is_out(self, pool):
        """Return True if *pool*, a guarded one, has not got the connection back."""
        return not self.was_released or is_out(self._inner, pool._inner)

    def send_packed_command(self, *args, **kwargs):
        self._send(self._inner.send_packed_command, self._count, args, kwargs)

    def send_command(self, *args, **kwargs):
        self._send(self._inner.send_command, 1, args, kwargs)

    def _send(self, send, count, args, kwargs):
        make_ready(self._inner)
        self.unread += count
        try:
            send(*args, **kwargs)
        except Exception:
            failure = sys.exc_info()
            self._inner.disconnect()
            self.after_failed_writing(failure)

    def read_response(self, *args, **kwargs):
        self.before_reading()
        try:
            reply = self._inner.read_response(*args, **kwargs)
        except Exception:
            failure = sys.exc_info()
            if not self.is_reply(failure[1]):
                self._inner.disconnect()
            self.after_failed_reading(failure)
        return self.after_reading(reply)

    # Judgement.

    def after_failed_writing(self, failure):
        """Raise *failure*, an exc_info, now, or keep it for who reads."""
        self._failure = self._lost(failure)
        if not self._batch.once:
            six.reraise(*failure)
        # The other nodes of a cluster may answer; who reads this one is told.

    def before_reading(self):
        self._batch.sent = True
        if self._failure:
            raise self._failure

    def is_reply(self, error):
        """Return True if *error* is a reply, behind which the connection stays as it is."""
        # If the user has no permission for MULTI, the commands run one by one, and redis-py hides this.
        return isinstance(error, self._batch.errors.ResponseError) \
            and not (self.in_multi and self.unread == self._count)

    def after_failed_reading(self, failure):
        """Raise what becomes of *failure*, an exc_info."""
        error = failure[1]
        if self.is_reply(error):
            self.unread -= 1
            if self.in_multi and not self.unread:
                self._batch.sent = False  # EXEC was refused: no command of it has run
        elif self._was_refused(error):
            self.unread = 0
            self._batch.sent = False  # the client may send again, if its retry settings say so
        else:
            self._failure = self._lost(failure)
            if self._failure:
                raise self._failure
        six.reraise(*failure)

    def after_reading(self, reply):
        self.unread -= 1
        if not self.unread:
            self.in_multi = False  # EXEC was taken
        return reply

    def _was_refused(self, error):
        """Return True if *error* is a refusal of the only command, which may run again."""
        commands, errors = self._batch.commands, self._batch.errors
        # Without retry settings, as before redis-py 4.1, nobody has named it.
        return hasattr(self._inner, 'retry') and not self.in_multi and is_only_a_refusal(error, len(commands), errors) \
            and refusal_to_repeat(commands, [error], errors.ConnectionError) is not None

    def _lost(self, failure):
        """Return the ReplyLost for *failure*, an exc_info, after the connection was closed; None if the client may
        repeat.
        """
        self.unread = 0
        if comes_from_outside(failure, self._inner):
            six.reraise(*failure)
        if self.in_multi:
            del self._batch.replies[:]  # they are those of EXEC, which is lost
        return reply_lost(failure[1], self._batch.errors) if self._batch.once else None


class GuardedPool(_Proxy):

    guarded_class = GuardedConnection

    def guarded(self, inner):
        connection = self.guarded_class(inner, self._batch)
        self._batch.borrowed.append((self, connection))
        return connection

    def get_connection(self, *args, **kwargs):
        return self.guarded(borrow(self._inner, *args, **kwargs))

    # redis-py-cluster
    def get_connection_by_node(self, *args, **kwargs):
        return self.guarded(self._inner.get_connection_by_node(*args, **kwargs))

    def get_random_connection(self, *args, **kwargs):
        return self.guarded(self._inner.get_random_connection(*args, **kwargs))

    def release(self, connection):
        if self.must_close(connection):
            connection.disconnect()
        connection.was_released = True
        try:
            self._inner.release(connection.inner)
        except Exception:
            self.after_failed_release(sys.exc_info())
        self.forget(connection)

    def must_close(self, connection):
        """Return True if *connection*, which is given back, has to be closed before."""
        self._batch.unread += connection.unread
        unread, connection.unread = connection.unread, 0
        return unread or connection.in_multi

    def after_failed_release(self, failure):
        """Raise *failure*, an exc_info, if it came from outside."""
        # The replies are there or are lost already; who wants a connection next is told.
        if comes_from_outside(failure, self._inner):
            six.reraise(*failure)

    def forget(self, connection):
        self._batch.borrowed = [one for one in self._batch.borrowed if one[1] is not connection]
