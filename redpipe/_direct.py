"""Send a batch without redis-py's work per command, on redis-py's own connections.

A connection is taken from the client's pool, and redis-py does on it what it
always does: connect, authenticate, check its health, read, time out. What is
different is that a batch is packed in one go, sent in pieces of bounded size,
and that replies which have arrived together are taken from the parser in a
loop. The reply callbacks are the client's.

It relies on these names of redis-py's that are not documented; where one is
missing, or belongs to someone else than redis-py, the client's own pipeline
object sends the batch, or reads each reply with ``read_response``:

- ``pool.connection_class``, and its ``send_packed_command``, ``read_response``,
  ``pack_command``, ``encoder``, ``connect``, ``disconnect``, ``can_read``;
- ``client.response_callbacks``, ``parse_response`` and the pipeline's
  ``annotate_exception``;
- ``connection.retry``, and ``client._disconnect_raise`` of redis-py 4 and 5;
- ``connection._parser._reader.gets``, hiredis' reader.
"""
import inspect
import sys
from operator import itemgetter
from types import FunctionType

import redis
import six

from ._commands import LIBRARIES
from ._packing import Packed
from ._reads import only_reads
from .exceptions import outcome_unknown

try:
    from hiredis import PushNotification
except ImportError:
    PushNotification = ()

__all__ = ['Direct', 'errors_of', 'fits', 'ready']

#: Options of a command that are for redis-py itself and not for the reply callback.
_OWN_OPTIONS = ('EMPTY_RESPONSE', 'NEVER_DECODE')
_EMPTY = 'EMPTY_RESPONSE'

#: The types of nearly all replies; anything else is looked at.
_REPLIES = frozenset([bytes, type(None), dict, set, float, bool] + list(six.integer_types))

#: Pools of redis-py before 3.2 hand out connections that the server may have closed.
_POOL_CHECKS = hasattr(redis.Connection, 'check_health')


def fits(client):
    """Tell whether batches of *client*, of one of the packages LIBRARIES, can go directly."""
    pool = getattr(client, 'connection_pool', None)
    connection = getattr(pool, 'connection_class', None)
    needed = [getattr(connection, name, None) for name in
              ('send_packed_command', 'read_response', 'pack_command', 'connect', 'disconnect')]
    needed += [getattr(type(client), 'parse_response', None),
               getattr(pool, 'get_connection', None), getattr(pool, 'release', None),
               getattr(type(client.pipeline()), 'execute', None),
               getattr(type(client.pipeline()), 'parse_response', None)]
    return (all(_belongs(function) for function in needed)
            and 'parse_response' not in vars(client)
            and isinstance(getattr(client, 'response_callbacks', None), dict)
            # Client-side caching answers from memory, which only redis-py's own path does.
            and getattr(pool, 'cache', None) is None)


def errors_of(client):
    """Return the module with the errors of the package that *client*, or a pipeline, is of."""
    for base in type(client).__mro__:
        package = base.__module__.split('.')[0]
        if package in LIBRARIES:
            return sys.modules[package + '.exceptions']
    return redis.exceptions


def _belongs(function):
    """Tell whether *function* is redis-py's own, not overridden and not patched over."""
    function = getattr(function, '__func__', function)
    # Where it was defined: what wraps a function has all that it says of itself.
    return type(function) is FunctionType \
        and function.__globals__['__name__'].split('.')[0] in LIBRARIES


class Direct(object):
    """Send batches of *client*, each wrapped in MULTI and EXEC if *transaction* says so."""

    def __init__(self, client, transaction=False):
        self.client = client
        self.pool = client.connection_pool
        self.batch = _Transaction if transaction else _Batch
        #: The errors of the package that the client is of.
        self.errors = errors_of(client)
        self._names = ('_',) if _wants_name(self.pool.get_connection) else ()

    def takes(self, records):
        """Tell whether *records* can go directly; otherwise redis-py's pipeline has to send them."""
        if any(records.methods):
            return False
        return self.batch is _Batch or not any(_EMPTY in options
                                               for options in records.options if options)

    def prepare(self, records):
        """Return a batch of *records*, packed; DataError for what cannot be sent."""
        return self.batch(self, records)

    def take(self):
        """Return a connection of the client's pool that is fit for a batch."""
        connection = self.pool.get_connection(*self._names)
        try:
            ready(connection)
        except BaseException:
            self.give_back(connection, broken=True)
            raise
        return connection

    def give_back(self, connection, broken=False):
        """Release *connection* to the pool, without whatever is still on its way if it is *broken*."""
        try:
            if broken:
                connection.disconnect()
        finally:
            self.pool.release(connection)


def ready(connection):
    """Let *connection*, fresh from its pool, be one that a batch can be written to."""
    if not _POOL_CHECKS and connection._sock is not None and connection.can_read():
        connection.disconnect()
    connection.connect()
    if _POOL_CHECKS:
        connection.check_health()


def _wants_name(get_connection):
    """Tell whether a pool wants the name of a command, as those before redis-py 5.3 do."""
    if six.PY2:
        return True
    first = next(iter(inspect.signature(get_connection).parameters.values()), None)
    return first is not None and first.default is first.empty \
        and first.kind is first.POSITIONAL_OR_KEYWORD


class _Batch(object):
    """Commands that travel together: ``send`` writes them, ``receive`` returns their replies.

    Whatever happens, ``close`` comes last: the connection goes back to the pool fully read
    or disconnected, so that nobody ever reads a reply to somebody else's command. It is sent
    again only where nothing can be applied twice.
    """

    _before = _after = b''
    _extra = 0

    def __init__(self, direct, records):
        self.pool = direct.pool
        self._direct = direct
        self._errors = direct.errors
        self.error_reply = direct.errors.ResponseError
        self._records = records
        self._connection = None
        self._complete = False
        self._error = None
        self._replies = []
        self.errors = False  # whether there are any among the replies
        self.arrived = []  # the replies to the first commands, where the batch fails
        self._packed = Packed(direct.pool, records.commands, self._before, self._after)

    def send(self):
        """Write the whole batch to a connection of the pool.

        An error up to the first byte is raised, for nothing was sent; a later one is kept
        for ``receive``.
        """
        self._connection = self._direct.take()
        try:
            self._write()
        except Exception as error:
            self._error = error

    def receive(self):
        """Return the replies that redis-py's pipeline would return, error replies in place.

        Raises what redis-py raises where replies were lost, OutcomeUnknown if commands
        without a reply may have changed something. What only reads is sent again, as often
        and as patiently as the client's own retry policy says.
        """
        try:
            if self._error is not None:
                raise self._error
            self._read()
        except Exception as error:  # what is no reply counts as lost too
            self._connection.disconnect()
            commands = self._records.commands
            if not only_reads(commands):
                if self._refused(error):
                    raise
                self.arrived = self._arrived()
                raise outcome_unknown(
                    error, self._records.names[0], commands, len(self.arrived))
            errors = self._errors
            if not isinstance(error, (errors.ConnectionError, errors.TimeoutError)):
                raise
            self._repeat(error)
        replies, self._complete = self._replies, self._ended()
        self.close()
        return self._answers(replies)

    def _ended(self):
        """Tell whether the connection is for anyone now, all replies being read."""
        return True

    def _refused(self, error):
        """Tell whether *error* is a reply, so that nothing has run.

        redis-py closes the connection after such a reply, and those behind it are lost.
        """
        refusals = self._errors.BusyLoadingError, self._errors.AuthenticationError
        return isinstance(error, refusals) and len(self._records) == 1

    def _arrived(self):
        """Return the replies to the first commands, where those to the others are lost."""
        return self._answers(self._replies)

    def _repeat(self, error):
        """Send and read all of it again, as redis-py would after *error*."""
        errors = [error]

        def attempt():
            if errors:  # of the first attempt, which counts
                raise errors.pop()
            self._write()
            self._read()

        connection = self._connection
        if hasattr(connection, 'retry'):
            # In redis-py 4 and 5 the client knows which errors its policy is for, later the
            # policy does.
            fail = getattr(self._direct.client, '_disconnect_raise',
                           lambda connection, error: connection.disconnect())
            connection.retry.call_with_retry(attempt, lambda error: fail(connection, error))
        elif (connection.retry_on_timeout if isinstance(error, self._errors.TimeoutError)
              else not _POOL_CHECKS):
            errors.pop()
            attempt()
        else:
            raise error

    def close(self):
        """Give the connection back, fully read or disconnected; without one, do nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._direct.give_back(connection, broken=not self._complete)

    def _write(self):
        self._connection.send_packed_command(iter(self._packed))

    def _read(self):
        """Read the replies as the parser has them, error replies among them."""
        connection = self._connection
        gets, nothing = _reader(connection)
        self._replies = replies = []
        count = len(self._records) + self._extra
        while len(replies) < count:
            try:
                reply = connection.read_response()
                # Not all releases of redis-py know a push message when they see one.
                if not isinstance(reply, PushNotification):
                    replies.append(reply)
            except self.error_reply as error:
                replies.append(error)
                self.errors = True
            # What came in with it is there already.
            for _ in range(count - len(replies) if gets else 0):
                reply = gets()
                if reply is nothing:
                    break
                if type(reply) in _REPLIES:
                    replies.append(reply)
                elif type(reply) is list:
                    # So says EXEC, or a script, what redis-py takes for the end of a connection.
                    if reply and isinstance(reply[0], self._errors.ConnectionError):
                        raise reply[0]
                    replies.append(reply)
                elif isinstance(reply, self.error_reply):
                    replies.append(reply)
                    self.errors = True
                elif isinstance(reply, Exception):
                    raise reply
                elif hasattr(connection._parser, 'handle_push_response'):
                    connection._parser.handle_push_response(reply)

    def _answers(self, replies):
        if self.errors:
            for place, reply in enumerate(replies):
                if isinstance(reply, self.error_reply):
                    replies[place] = (self._records.options[place] or {}).get(_EMPTY, reply)
        return self._called_back(replies)

    def _called_back(self, replies):
        """Return *replies* as the client's reply callbacks make them."""
        known = self._direct.client.response_callbacks
        callbacks = dict((name, known[name]) for name in self._packed.names if name in known)
        if not callbacks:
            return replies
        wanted = map(callbacks.get, map(itemgetter(0), self._records.commands))
        for place, (callback, reply) in enumerate(zip(wanted, replies)):
            if callback is None or self.errors and isinstance(reply, self.error_reply):
                continue
            options = self._records.options[place]
            try:
                if options:
                    options = dict(o for o in options.items() if o[0] not in _OWN_OPTIONS)
                    replies[place] = callback(reply, **options)
                else:
                    replies[place] = callback(reply)
            except Exception as error:
                replies[place] = error
                self.errors = True
        return replies

    def annotate(self, error, place):
        """Let the text of *error* tell which command it is about, as redis-py does."""
        self._direct.client.pipeline().annotate_exception(
            error, place + 1, self._records.commands[place])


class _Transaction(_Batch):
    """A batch in MULTI and EXEC, which answers with the replies to all the others."""

    _before = b'*1\r\n$5\r\nMULTI\r\n'
    _after = b'*1\r\n$4\r\nEXEC\r\n'
    _extra = 2
    _aborted = False

    def _ended(self):
        # Who may not EXEC may still be in MULTI.
        return not isinstance(self._replies[-1], self.error_reply)

    def _refused(self, error):
        return False  # EXEC was sent, and its reply is lost

    def _arrived(self):
        return []

    def _answers(self, replies):
        error_reply = self.error_reply
        begun, queued, executed = replies[0], replies[1:-1], replies[-1]
        refused = [(place, reply) for place, reply in enumerate(queued)
                   if isinstance(reply, error_reply)]
        if isinstance(begun, error_reply):
            # A user who may not MULTI: the commands have run by themselves.
            self.arrived = self._called_back(queued)
            raise begun
        if isinstance(executed, error_reply):
            for place, error in refused:
                self.annotate(error, place)
            self._aborted = True
            return [reply if isinstance(reply, error_reply) else executed for reply in queued]
        if executed is None:
            raise self._errors.WatchError('Watched variable changed.')
        for place, error in refused:
            executed.insert(place, error)
        if len(executed) != len(self._records):
            raise error_reply('Wrong number of response items from pipeline execution')
        self.errors = any(isinstance(reply, error_reply) for reply in executed)
        return self._called_back(executed)

    def annotate(self, error, place):
        if not self._aborted:
            super(_Transaction, self).annotate(error, place)


def _reader(connection):
    """Return what gives the replies that are in hiredis' buffer, and what it says when empty."""
    if not type(connection).read_response.__module__.endswith('.connection'):
        return None, None  # Sentinel's connections look at every reply
    parser = connection._parser
    gets = getattr(getattr(parser, '_reader', None), 'gets', None)
    return gets, getattr(sys.modules[type(parser).__module__], 'NOT_ENOUGH_DATA', False)
