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
from itertools import chain, islice
from operator import itemgetter
from types import FunctionType

import redis
import six

from ._reads import only_reads
from .exceptions import outcome_unknown

try:
    from hiredis import pack_command
except ImportError:
    pack_command = None

try:
    from hiredis import PushNotification
except ImportError:
    PushNotification = ()

__all__ = ['Direct', 'LIBRARIES', 'errors_of', 'fits', 'ready']

#: The packages whose clients make pipelines that have all of redis-py's commands.
LIBRARIES = ('redis', 'valkey')

#: Bytes in one piece of a batch, and how many are packed before the first piece is sent.
PIECE = 1 << 16
AHEAD = 1 << 24

#: Options of a command that are for redis-py itself and not for the reply callback.
_OWN_OPTIONS = ('EMPTY_RESPONSE', 'NEVER_DECODE')
_EMPTY = 'EMPTY_RESPONSE'

#: The parts of a record, see ``pipelines``.
_ARGS, _OPTIONS, _METHOD = itemgetter(3), itemgetter(4), itemgetter(5)

#: The types of nearly all replies; anything else is looked at.
_REPLIES = frozenset([bytes, list, type(None), dict, set, float, bool] + list(six.integer_types))

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
        self.encode = self.pool.get_encoder().encode
        #: The errors of the package that the client is of.
        self.errors = errors_of(client)
        self._names = ('_',) if _wants_name(self.pool.get_connection) else ()

    @property
    def plain(self):
        """Whether redis-py packs for this client as is done here, by whatever it packs."""
        settings = self.pool.connection_kwargs
        return (settings.get('encoding', 'utf-8').lower() in ('utf-8', 'utf8')
                and settings.get('encoding_errors', 'strict') == 'strict'
                and settings.get('command_packer') is None)

    def unopened(self):
        """Return a connection outside the pool, which packs what is not plain."""
        return self.pool.connection_class(**self.pool.connection_kwargs)

    def takes(self, records):
        """Tell whether *records* can go directly; otherwise redis-py's pipeline has to send them."""
        if any(map(_METHOD, records)):
            return False
        return self.batch is _Batch or not any(_EMPTY in options
                                               for options in map(_OPTIONS, records) if options)

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
        self._names = {}  # of commands, and the words of those that are more than one word
        self._connection = None
        self._complete = False
        self._error = None
        self._replies = []
        self.errors = False  # whether there are any among the replies
        self.arrived = []  # the replies to the first commands, where the batch fails
        # Everything is packed before anything is sent, so that a value that cannot be sent
        # stops all of it. What would take much memory is packed once more as it goes out.
        self._pieces, size = [], 0
        for piece in self._packed():
            if size < AHEAD:
                self._pieces.append(piece)
            size += len(piece)
        self._cut = size >= AHEAD

    def _packed(self):
        """Yield the commands in pieces of about PIECE bytes."""
        commands = six.moves.map(_ARGS, self._records)
        pieces, size, count = [self._before], 0, 16
        while True:
            some = list(islice(commands, count))
            if not some:
                break
            piece = b''.join(self._pack_all(some))
            pieces.append(piece)
            size += len(piece)
            if size > PIECE:
                yield b''.join(pieces)
                pieces, size = [], 0
            # As many as should fit, going by the last ones.
            count = max(1, min(count * 4, count * PIECE // len(piece)))
        pieces.append(self._after)
        yield b''.join(pieces)

    def _pack_all(self, commands):
        """Return the packed form of each of *commands*."""
        for name in set(map(itemgetter(0), commands)):
            if name not in self._names:
                self._names[name] = _split(name)
        if any(self._names.values()):
            commands = [args if self._names[args[0]] is None else self._names[args[0]] + args[1:]
                        for args in commands]
        if self._direct.plain:
            try:
                return list(map(pack_command or self._pack, commands))
            except TypeError:
                pass  # hiredis does not take it; perhaps redis-py does
        pack = self._direct.unopened().pack_command
        return [b''.join(pack(*args)) for args in commands]

    def _pack(self, args):
        """Pack one command in Python, with the client's encoder."""
        encode = self._direct.encode
        parts = [b'*%d\r\n' % len(args)]
        for arg in args:
            if type(arg) is not bytes:
                arg = bytes(encode(arg))
            parts.append(b'$%d\r\n%s\r\n' % (len(arg), arg))
        return b''.join(parts)

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
            commands = list(map(_ARGS, self._records))
            if not only_reads(commands):
                if self._refused(error):
                    raise
                self.arrived = self._arrived()
                raise outcome_unknown(
                    error, self._records[0][0], commands, len(self.arrived))
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
        rest = islice(self._packed(), len(self._pieces), None) if self._cut else ()
        self._connection.send_packed_command(chain(self._pieces, rest))

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
                    replies[place] = (self._records[place][4] or {}).get(_EMPTY, reply)
        return self._called_back(replies)

    def _called_back(self, replies):
        """Return *replies* as the client's reply callbacks make them."""
        known = self._direct.client.response_callbacks
        callbacks = dict((name, known[name]) for name in self._names if name in known)
        if not callbacks:
            return replies
        for place, (record, reply) in enumerate(zip(self._records, replies)):
            callback = callbacks.get(record[3][0])
            if callback is None or isinstance(reply, self.error_reply):
                continue
            options = record[4]
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
            error, place + 1, self._records[place][3])


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


def _split(name):
    """Return the words of a command name that is more than a word, as redis-py has them; or None.

    Blanks at either end go, as with redis-py.
    """
    data = name.encode() if isinstance(name, six.text_type) else name
    words = tuple(data.split())
    return None if words == (data,) else words


def _reader(connection):
    """Return what gives the replies that are in hiredis' buffer, and what it says when empty."""
    if not type(connection).read_response.__module__.endswith('.connection'):
        return None, None  # Sentinel's connections look at every reply
    parser = connection._parser
    gets = getattr(getattr(parser, '_reader', None), 'gets', None)
    return gets, getattr(sys.modules[type(parser).__module__], 'NOT_ENOUGH_DATA', False)
