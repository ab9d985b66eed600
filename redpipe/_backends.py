"""What is behind the name of a connection: how its batches reach a server.

A batch of a plain redis-py client goes directly, see ``_direct``; any other runs
on the pipeline object that the client or callable makes. Nothing is sent while
a batch is prepared, and nothing here touches a Future: sending may happen on any
thread.
"""
import inspect

import redis
import six

from . import _direct
from ._clusters import routing
from ._commands import Commands, LIBRARIES, REDIS, settled
from ._once import Lost, Spoiled, watch
from ._reads import only_reads
from .exceptions import InvalidPipeline, outcome_unknown

try:
    from redis.observability.recorder import record_error_count
except ImportError:
    record_error_count = None

__all__ = ['Backend', 'of_client', 'of_callable']

#: The packages whose pipelines are kept from sending twice.
WATCHED = ('redis', 'rediscluster', 'valkey')
CLUSTERS = ('RedisCluster', 'StrictRedisCluster', 'ValkeyCluster')

_is_coroutine = getattr(inspect, 'iscoroutinefunction', lambda function: False)


class Backend(object):
    """One connection: *make* returns a new object with redis-py's pipeline interface.

    *commands* are the methods that a pipe of this connection has, or None where only
    the objects that *make* returns know them. *client* is kept alive: redis-py closes
    the connections of a client that is gone. *is_cluster* tells that its keys lie on
    several servers, and *at_most_once* keeps redis-py's pipeline objects from sending again.
    """

    def __init__(self, make, client=None, commands=None, direct=None, is_cluster=False,
                 at_most_once=True):
        self.make = make
        self.client = client
        self.commands = commands
        self.direct = direct
        self.is_cluster = is_cluster
        self.at_most_once = at_most_once
        self._lenient, self._encoders = {}, {}

    def same(self, other):
        """Tell whether both reach the same servers over the same connections."""
        return self._identity() == other._identity()

    def _identity(self):
        client = self.client
        if client is None:
            return self.make
        for pool in ('connection_pool', 'nodes_manager'):
            if hasattr(client, pool):
                return id(getattr(client, pool))
        return id(client)

    def prepare(self, records):
        """Return a batch: ``send()`` writes the commands of *records*, ``receive()`` reads."""
        if self.direct is not None and self.direct.takes(records):
            return self.direct.prepare(records)
        pipe = self.make()
        if self.client is None:
            if not callable(getattr(pipe, 'execute', None)):
                raise InvalidPipeline('connection %r: %r made %r, which is no pipeline of redis-py\'s'
                                      % (records.names[0], self.make, pipe))
            refuse_decoded(pipe)
            _refuse_several(pipe)
        try:
            for args, options, method in zip(records.commands, records.options, records.methods):
                getattr(pipe, method or 'execute_command')(*settled(args), **options or {})
            pool = getattr(pipe, 'connection_pool', None)
            watched = words = None
            if _is_watched(pipe):
                words = _words_in(pipe, records)
                watched = self._watch(pipe, records, words)
        except BaseException:
            pipe.reset()
            raise
        return _Piped(self, pipe, pool, records, words, watched)

    def is_lenient(self, pipe):
        """Return True if ``execute`` of *pipe*, of one of the packages WATCHED, takes raise_on_error."""
        cls = type(pipe)
        if cls not in self._lenient:
            self._lenient[cls] = _is_watched(pipe) and _has_parameter(cls.execute, 'raise_on_error')
        return self._lenient[cls]

    def _watch(self, pipe, records, words):
        """Find out now what cannot be sent, and keep *pipe* from sending *records* twice."""
        encode = self._encoder_of(pipe).encode
        for args in words:
            for arg in args:
                encode(arg)
        if self.at_most_once:
            return watch(pipe, once=not only_reads(records.words()))
        return None

    def _encoder_of(self, pipe):
        pool = getattr(pipe, 'connection_pool', None)
        cls = getattr(pool, 'connection_class', None)
        if cls is None or cls.__module__.split('.')[0] in WATCHED:
            return (pipe if hasattr(pipe, 'get_encoder') else pool).get_encoder()
        if cls not in self._encoders:
            # A class of the user's may have an encoder of its own; this connection is never opened.
            self._encoders[cls] = cls(**pool.connection_kwargs).encoder
        return self._encoders[cls]


class _Piped(object):
    """A batch on a client's own pipeline object, which writes and reads in one go."""

    errors = False
    arrived = []
    _aborted = False

    def __init__(self, backend, pipe, pool, records, words, watched):
        self._backend = backend  # and its client, which closes its connections when it goes
        self.pool = pool
        self._pipe = pipe
        self._records = records
        self._words = words
        self._watched = watched
        self.error_reply = _direct.errors_of(pipe).ResponseError
        # Only a pipeline of redis-py's is known to return error replies on demand.
        self._options = {'raise_on_error': False} if backend.is_lenient(pipe) else {}

    def send(self):
        """Leave it to ``receive``."""

    def receive(self):
        """Return what the pipeline object returns, if that is as many replies as commands."""
        try:
            replies = self._pipe.execute(**self._options)
        except Lost as lost:
            raise self._unknown(lost, self._watched.replies)
        except self.error_reply as error:
            if self._watched and len(self._watched.replies) == len(self._records):
                # A pipeline of the user's own raised one of the replies, all of which were read.
                replies = self._watched.replies
            elif not self._options:
                raise
            else:
                # Of a whole transaction, which did not run.
                replies = [error] * len(self._records)
            self._aborted = True
        except Exception as error:
            # A reply callback cannot take its reply, and those behind it are not read.
            if self._watched:
                self._watched.end()
                if self._watched.once and self._watched.unread:
                    raise self._unknown(Lost(error), self._watched.replies)
            raise
        finally:
            if self._watched:
                self._watched.end()
        count = len(replies) if isinstance(replies, (list, tuple)) else 'no list of'
        if count != len(self._records):
            raise InvalidPipeline('connection %r answered %d commands with %s replies'
                                  % (self._records.names[0], len(self._records), count))
        for reply in replies:
            if isinstance(reply, Lost):
                raise self._unknown(reply, replies)
        for place, reply in enumerate(replies):
            if type(reply) is Spoiled:
                replies[place] = reply.error
                self.errors = True
            elif isinstance(reply, Exception) and (self._options or self._aborted):
                if not isinstance(reply, self.error_reply):
                    # No reply, but what became of a command whose node of a cluster failed.
                    self.arrived = replies
                    self.annotate(reply, place)
                    raise reply
                self.errors = True
        return replies

    def _unknown(self, lost, replies):
        """Return the error for *lost*; *replies* arrived, or are Lost, or are missing at the end."""
        count = len([reply for reply in replies if not isinstance(reply, Lost)])
        error = outcome_unknown(
            lost.cause, self._records.names[0], self._records.words(), count)
        self.arrived = [error if isinstance(reply, Lost) else
                        reply.error if type(reply) is Spoiled else reply for reply in replies]
        return error

    def annotate(self, error, place):
        """Let the text of *error*, which is raised next, tell which command it is about."""
        if self._options and not self._aborted:
            words = self._words[place] or self._records.words()[place]
            self._pipe.annotate_exception(error, place + 1, words)
            self._count(error)

    def _count(self, error):
        """Count *error* for OpenTelemetry, as redis-py counts an error reply that its pipeline raises."""
        if record_error_count is not None and self.error_reply is redis.ResponseError and self.pool is not None:
            where = [getattr(self.pool, 'connection_kwargs', {}).get(name) for name in ('host', 'port')]
            record_error_count(*where * 2, error_type=error, retry_attempts=0, is_internal=False)

    def close(self):
        """Leave it to ``receive``."""


def of_client(client, direct=True, at_most_once=True, **options):
    """Return the backend of *client*, whose ``pipeline`` is called with *options*.

    Where *direct* is true and the client is a plain one of redis-py's, batches go directly,
    unless *at_most_once* is false, which leaves all to the pipeline objects.
    """
    if isinstance(client, type) or not callable(getattr(client, 'pipeline', None)):
        raise InvalidPipeline(
            'a client such as redis.Redis() was expected, not %r' % (client,))
    if _is_coroutine(getattr(client, 'execute_command', None)):
        raise InvalidPipeline(
            '%r is an asyncio client; connect a client of the synchronous kind' % (client,))
    refuse_decoded(client)
    _refuse_several(client)
    commands = _commands_of(client)
    if any(base.__name__ in CLUSTERS for base in type(client).__mro__):
        make = routing(lambda: client.pipeline(**dict({'transaction': False}, **options)),
                       options.get('transaction'))
        if options.get('transaction') or 'shard_hint' in options:
            try:
                make()
            except Exception as error:  # clients of clusters have no class of errors in common
                raise InvalidPipeline('%r has no pipelines of this kind: %s' % (client, error))
        return Backend(make, client, commands, is_cluster=True, at_most_once=at_most_once)
    if commands is None or 'shard_hint' in options or not _direct.fits(client):
        direct = False
    direct = direct and at_most_once
    return Backend(lambda: client.pipeline(**options), client, commands,
                   _direct.Direct(client, options.get('transaction', True)) if direct else None,
                   at_most_once=at_most_once)


def of_callable(make):
    """Return the backend of *make*, which is called without arguments for each batch."""
    if not callable(make):
        raise InvalidPipeline(
            'a callable that makes a redis-py pipeline was expected, not %r '
            '(connect_redis takes a client)' % (make,))
    client = getattr(make, '__self__', None)
    if client is not None and getattr(client, 'pipeline', None) == make:
        return of_client(client)
    return Backend(make)


def refuse_decoded(client):
    """Raise InvalidPipeline for a client, or a pipeline, that decodes its replies."""
    for pool in ('connection_pool', 'nodes_manager'):
        settings = getattr(getattr(client, pool, None), 'connection_kwargs', None)
        if isinstance(settings, dict) and settings.get('decode_responses'):
            raise InvalidPipeline(
                'redpipe decodes replies itself, by field; connect a client '
                'that was made without decode_responses=True')


def _refuse_several(client):
    """Raise InvalidPipeline for redis-py's client of several databases, and for its pipelines."""
    if any(base.__module__ == 'redis.multidb.client' for base in type(client).__mro__):
        raise InvalidPipeline(
            'a MultiDBClient sends a batch whose replies were lost again, to another database, and so may '
            'apply a write twice; connect a client of each database, under a name of its own')


def _has_parameter(function, name):
    """Return True if *function* can be called with the keyword *name*, or will not tell."""
    try:
        if six.PY2:
            spec = inspect.getargspec(function)
            return name in spec.args or spec.keywords is not None
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return True
    return name in parameters or any(one.kind is one.VAR_KEYWORD for one in parameters.values())


def _words_in(pipe, records):
    """Return the words that *pipe* has queued for each of *records*, or () where that is not known."""
    queued = getattr(pipe, 'command_stack', ())
    if len(queued) == len(records):
        return [one.args if hasattr(one, 'args') else one[0] for one in queued]
    return [() if method else args for args, method in zip(records.commands, records.methods)]


def _is_watched(pipe):
    """Tell whether *pipe* is a pipeline of one of the packages WATCHED, or extends one."""
    # Others may borrow the commands of redis-py alone.
    has_pool = hasattr(pipe, 'connection_pool') or hasattr(pipe, 'nodes_manager')
    return has_pool and any(base.__module__.split('.')[0] in WATCHED for base in type(pipe).__mro__)


def _commands_of(client):
    """Return the commands of *client*'s pipelines, or None if only these know them."""
    if 'pipeline' in getattr(client, '__dict__', ()):
        return None
    for base in type(client).__mro__:
        if 'pipeline' in vars(base):
            break
    if base.__name__ in CLUSTERS or base is redis.StrictRedis:
        return REDIS
    return Commands(base) if base.__module__.split('.')[0] in LIBRARIES else None
