"""Batches that go directly, see ``_direct``: written to a connection, and their replies read from it."""
import sys
from operator import itemgetter

import redis
import six

from ._packing import Packed
from ._reads import only_reads
from .exceptions import outcome_unknown

try:
    from hiredis import PushNotification
except ImportError:
    PushNotification = ()

__all__ = ['EMPTY', 'POOL_CHECKS', 'Batch', 'Transaction']

#: Options of a command that are for redis-py itself and not for the reply callback.
_OWN_OPTIONS = ('EMPTY_RESPONSE', 'NEVER_DECODE')
EMPTY = 'EMPTY_RESPONSE'

#: The types of nearly all replies; anything else is looked at.
_REPLIES = frozenset([bytes, type(None), dict, set, float, bool] + list(six.integer_types))

#: Pools of redis-py before 3.2 hand out connections that the server may have closed.
POOL_CHECKS = hasattr(redis.Connection, 'check_health')


class Batch(object):
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
        self._complete = self._closing = False
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
                    error, self._records.names[0], self._records.words(), len(self.arrived))
            errors = self._errors
            if not isinstance(error, (errors.ConnectionError, errors.TimeoutError)):
                raise
            self._repeat(error)
        replies, self._complete = self._replies, self._ended()
        try:
            self.close()
        except Exception:
            self._connection = None  # all is done; who wants the next one is told what is wrong
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
              else not POOL_CHECKS):
            errors.pop()
            attempt()
        else:
            raise error

    def close(self):
        """Give the connection back, fully read or disconnected; without one, do nothing."""
        if self._connection is None:
            return
        # Where the first attempt was interrupted; nobody may be given a connection twice.
        if not self._closing or self._direct.lacks(self._connection):
            self._closing = True
            self._direct.give_back(self._connection, broken=not self._complete)
        self._connection = None

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
        replies = self._called_back(replies)
        if self.errors:
            for place, reply in enumerate(replies):
                if isinstance(reply, self.error_reply):
                    replies[place] = (self._records.options[place] or {}).get(EMPTY, reply)
        return replies

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


class Transaction(Batch):
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
            super(Transaction, self).annotate(error, place)


def _reader(connection):
    """Return what gives the replies that are in hiredis' buffer, and what it says when empty."""
    if not type(connection).read_response.__module__.endswith('.connection'):
        return None, None  # Sentinel's connections look at every reply
    parser = connection._parser
    gets = getattr(getattr(parser, '_reader', None), 'gets', None)
    return gets, getattr(sys.modules[type(parser).__module__], 'NOT_ENOUGH_DATA', False)
