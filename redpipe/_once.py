"""Keep the pipeline objects of clients, and of clusters, from sending a batch twice.

Where a reply is lost they send again, which applies a write twice. They do it after
certain errors, so the connections that they use for one batch are watched: what went
wrong once something was sent reaches them as another error, :class:`Lost`. Where a
connection cannot be made nothing was sent, and they see what they always see.

A connection that is given back with replies unread is disconnected first.
"""
import types
import weakref

from ._direct import errors_of, ready, taken

__all__ = ['Lost', 'Spoiled', 'watch']


class Lost(Exception):
    """Replies were lost by *cause*; no error after which a client would send again."""

    def __init__(self, cause):
        super(Lost, self).__init__(cause)
        self.cause = cause


def _lost(cause, errors):
    """Return the Lost for *cause* that is an error of a client's module *errors* too.

    It has the name and attributes of *cause*, by which redis-py counts errors.
    """
    base, = errors.ResponseError.__bases__
    lost = type(type(cause).__name__, (Lost, base), {})(cause)
    vars(lost).update(vars(cause), cause=cause)
    return lost


class _Batch(object):
    """What is known of the batch: whether it may be sent *once* only, and has been.

    *errors* is the module of the client's errors, *replies* are those of the one server to
    the first commands, and *unread* is how many were left when its connections were given back.
    """

    def __init__(self, once, errors):
        self.once = once
        self.errors = errors
        self.sent = False
        self.replies = []
        self.unread = 0
        self.taken = []

    def end(self):
        """Give back the connections that a pipeline forgot, as many do when a node is dead."""
        while self.taken:
            pool, connection = self.taken[-1]
            pool.release(connection)


def watch(pipe, once):
    """Watch the connections of *pipe*, which is executed next; with *once* it raises Lost.

    A pipeline of a cluster returns it for commands whose replies were lost. What this returns
    is to ``end()`` after the execution.
    """
    batch = _Batch(once, errors_of(pipe))
    # A cluster's, of redis-py or of valkey-py.
    for name in 'get_redis_connection', 'get_valkey_connection':
        of_node = _loose(getattr(pipe, name, None))
        if of_node is not None:
            setattr(pipe, name, lambda node: _Node(of_node(node), batch))
            strategy = getattr(pipe, '_execution_strategy', None)
            if hasattr(strategy, '_nodes_manager'):
                strategy._nodes_manager = _Nodes(strategy._nodes_manager, batch)
            break
    else:
        pipe.connection_pool = _Pool(pipe.connection_pool, batch)
        if not hasattr(pipe.connection_pool, 'get_node_by_slot'):  # of redis-py-cluster
            pipe.parse_response = _noting(_loose(pipe.parse_response), batch.replies)
            pipe.response_callbacks = _Callbacks(pipe.response_callbacks)
    return batch


def _loose(method):
    """Return *method* for its own object to hold, which it does not keep alive.

    That would be a cycle, which waits for the garbage collector, and which Python 2.7 never
    frees where the object has ``__del__``, as pipelines have.
    """
    if not isinstance(method, types.MethodType):
        return method
    function, owner = method.__func__, weakref.ref(method.__self__)
    return lambda *args, **options: function(owner(), *args, **options)


def _noting(parse_response, replies):
    """Return *parse_response* of a pipeline, which notes in *replies* what it returns or raises."""
    def noted(*args, **options):
        try:
            reply = parse_response(*args, **options)
        except Lost:
            raise
        except Exception as error:
            replies.append(error)
            raise
        replies.append(reply)
        return reply
    return noted


class Spoiled(object):
    """Stands for a reply that its reply callback cannot take, and says so with *error*."""

    def __init__(self, error):
        self.error = error


class _Callbacks(object):
    """Reply callbacks that return Spoiled where they raise, which keeps others from being read."""

    def __init__(self, callbacks):
        self._callbacks = callbacks

    def __contains__(self, name):
        return name in self._callbacks

    def __getitem__(self, name):
        callback = self._callbacks[name]

        def call(*args, **options):
            try:
                return callback(*args, **options)
            except Exception as error:
                return Spoiled(error)
        return call


class _Watched(object):
    """*inner*, but for what a subclass does differently."""

    def __init__(self, inner, batch):
        self._inner = inner
        self._batch = batch

    def __getattr__(self, name):
        return getattr(self._inner, name)


class _Node(_Watched):

    @property
    def connection_pool(self):
        return _Pool(self._inner.connection_pool, self._batch)


class _Nodes(_Watched):
    """What tells a transaction on a cluster whose a connection is that it gives back."""

    def find_connection_owner(self, connection):
        owner = self._inner.find_connection_owner(connection)
        return owner and _Owner(owner, self._batch)


class _Owner(_Watched):

    @property
    def redis_connection(self):
        return self._inner.redis_connection and _Node(self._inner.redis_connection, self._batch)


class _Pool(_Watched):

    def _taken(self, inner):
        connection = _Connection(inner, self._batch)
        self._batch.taken.append((self, connection))
        return connection

    def get_connection(self, *args, **kwargs):
        return self._taken(taken(self._inner, *args, **kwargs))

    # redis-py-cluster
    def get_connection_by_node(self, *args, **kwargs):
        return self._taken(self._inner.get_connection_by_node(*args, **kwargs))

    def get_random_connection(self, *args, **kwargs):
        return self._taken(self._inner.get_random_connection(*args, **kwargs))

    def release(self, connection):
        self._batch.taken = [one for one in self._batch.taken if one[1] is not connection]
        self._batch.unread += connection.unread
        if connection.unread or connection.in_multi:
            connection.disconnect()
        try:
            self._inner.release(connection._inner)
        except Exception:
            pass  # the replies are there or are lost already; who wants a connection next is told


class _Connection(_Watched):

    unread = 0
    in_multi = False
    _lost = None
    _count = 0

    def pack_commands(self, commands):
        if self._batch.once and self._batch.sent:
            errors = self._batch.errors
            raise _lost(errors.ConnectionError('the client was about to send the batch again'), errors)
        commands = list(commands)
        self._count = len(commands)
        self.in_multi = commands[0][0] == 'MULTI'
        return self._inner.pack_commands(commands)

    def send_packed_command(self, *args, **kwargs):
        self._send(self._inner.send_packed_command, self._count, args, kwargs)

    def send_command(self, *args, **kwargs):
        self._send(self._inner.send_command, 1, args, kwargs)

    def _send(self, send, count, args, kwargs):
        ready(self._inner)
        self.unread += count
        try:
            send(*args, **kwargs)
        except Exception as error:
            # The other nodes of a cluster may answer; who reads this one is told.
            self._lost = self._loss(error)
            if not self._batch.once:
                raise

    def read_response(self, *args, **kwargs):
        self._batch.sent = True
        if self._lost:
            raise self._lost
        try:
            reply = self._inner.read_response(*args, **kwargs)
        except Exception as error:
            # Who may not MULTI runs the commands by themselves, of which redis-py tells nothing.
            is_reply = isinstance(error, self._batch.errors.ResponseError) \
                and not (self.in_multi and self.unread == self._count)
            if is_reply:
                self.unread -= 1
                if self.in_multi and not self.unread:
                    self._batch.sent = False  # EXEC was refused: nothing of it has run
                raise
            self._lost = self._loss(error)
            raise self._lost or error
        self.unread -= 1
        if not self.unread:
            self.in_multi = False  # EXEC was taken
        return reply

    def _loss(self, error):
        self._inner.disconnect()
        self.unread = 0
        if self.in_multi:
            del self._batch.replies[:]  # they are those of EXEC, which is lost
        return _lost(error, self._batch.errors) if self._batch.once else None
