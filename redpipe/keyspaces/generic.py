"""The commands that keys of every type have."""
from functools import partial

import six

from ..connections import ConnectionManager
from ..fields import TextField
from ..futures import plain
from ..luascripts import RESTORENX
from ._arguments import (
    COLLECTIONS,
    MISSING,
    ZERO,
    Missing,
    as_list,
    at_milliseconds,
    at_seconds,
    conditions,
    either,
    exclusive,
    flags,
    in_milliseconds,
    in_seconds,
    keyword_only,
    limit,
    needs,
    options,
    without_callback,
)
from ._base import KeyspaceBase
from ._pages import not_ended
from ._replies import as_text

__all__ = ['Keyspace']

#: The subcommands of OBJECT.
SUBCOMMANDS = ('encoding', 'freq', 'idletime', 'refcount')


class Keyspace(KeyspaceBase):
    """Keys of any type; String, Set, List, SortedSet, Hash, HyperLogLog and Geo build on it.

    Every command takes the key's name first and returns a Future. A command is sent when its pipe
    executes, or at once by a keyspace without a pipe. Several keys or values may be arguments, or
    one list, set, iterator or the like.
    """

    def delete(self, *names):
        """Remove the keys and return how many there were. Sends DEL."""
        return self._queue(('DEL',) + self._keys(*names))

    def unlink(self, *names):
        """Like :meth:`delete`, but the server frees the memory later. Sends UNLINK."""
        return self._queue(('UNLINK',) + self._keys(*names))

    def exists(self, name, *names):
        """Return True if the key exists; of several keys or a collection, count those that do. Sends EXISTS."""
        one = not names and not isinstance(plain(name), COLLECTIONS)
        return self._queue((without_callback('EXISTS'),) + self._keys(name, *names), bool if one else None)

    def touch(self, *names):
        """Mark the keys as used now, and return how many exist. Sends TOUCH."""
        return self._queue(('TOUCH',) + self._keys(*names))

    def type(self, name):
        """Return the type of the key in bytes, such as ``b'hash'``; ``b'none'`` if the key is missing. Sends TYPE."""
        return self._queue(('TYPE', self.redis_key(name)))

    def copy(self, source, destination, destination_db=None, replace=False):
        """Copy a key and return True; False if *source* is missing or *destination* exists. Sends COPY (Redis 6.2).

        *destination_db* is the number of another database. *replace* overwrites *destination*.
        """
        words = options(DB=destination_db) + flags(REPLACE=replace)
        return self._queue(('COPY',) + self._keys(source, destination) + words, bool)

    def move(self, name, db):
        """Move the key to database number *db*; False if it is missing here or exists there. Sends MOVE."""
        return self._queue(('MOVE', self.redis_key(name), db), bool)

    def rename(self, src, dst):
        """Rename a key, replacing *dst*, and return True. Sends RENAME.

        A missing *src* is an error of the server.
        """
        return self._queue(('RENAME', self.redis_key(src), self.redis_key(dst)))

    def renamenx(self, src, dst):
        """Rename a key and return True, or False if *dst* exists. Sends RENAMENX."""
        return self._queue(('RENAMENX', self.redis_key(src), self.redis_key(dst)), bool)

    def migrate(self, host, port, keys, destination_db, timeout,
                copy=False, replace=False, auth=None):
        """Move keys to another server and return ``b'OK'``, or ``b'NOKEY'``. Sends MIGRATE.

        - *timeout*: in milliseconds.
        - *copy*: leave the keys here.
        - *replace*: overwrite the keys there.
        - *auth*: the password of the other server.
        """
        words = flags(COPY=copy, REPLACE=replace) + options(AUTH=auth) + ('KEYS',)
        return self._queue(('MIGRATE', host, port, '', destination_db, timeout) + words + self._keys(keys))

    # When a key expires.

    def expire(self, name, time, nx=False, xx=False, gt=False, lt=False):
        """Let the key expire after *time*, in seconds or a timedelta. Sends EXPIRE.

        The result is False if the key is missing or a condition does not hold. Conditions (Redis 7):

        - *nx*: only if the key has no expiry.
        - *xx*: only if the key has an expiry.
        - *gt*: only if the new expiry is later than the current one.
        - *lt*: only if the new expiry is earlier than the current one; no expiry counts as the latest.
        """
        return self._expire('EXPIRE', name, in_seconds(time), nx, xx, gt, lt)

    def pexpire(self, name, time, nx=False, xx=False, gt=False, lt=False):
        """Like :meth:`expire`, but with *time* in milliseconds or a timedelta. Sends PEXPIRE."""
        return self._expire('PEXPIRE', name, in_milliseconds(time), nx, xx, gt, lt)

    def expireat(self, name, when, nx=False, xx=False, gt=False, lt=False):
        """Like :meth:`expire`, but at the time *when*, in seconds since 1970 or a datetime.

        Sends EXPIREAT.
        """
        return self._expire('EXPIREAT', name, at_seconds(when), nx, xx, gt, lt)

    def pexpireat(self, name, when, nx=False, xx=False, gt=False, lt=False):
        """Like :meth:`expireat`, but with *when* in milliseconds since 1970 or a datetime.

        Sends PEXPIREAT.
        """
        return self._expire('PEXPIREAT', name, at_milliseconds(when), nx, xx, gt, lt)

    def _expire(self, command, name, time, nx, xx, gt, lt):
        words = command, self.redis_key(name), time
        if nx or xx or gt or lt:
            words += conditions(nx, xx, gt, lt)
        return self._queue(words, bool)

    def persist(self, name):
        """Remove the expiry; False if the key has no expiry or is missing. Sends PERSIST."""
        return self._queue(('PERSIST', self.redis_key(name)), bool)

    def ttl(self, name):
        """Return how many seconds the key will live: -1 if it has no expiry, -2 if it is missing.

        Sends TTL.
        """
        return self._queue((without_callback('TTL'), self.redis_key(name)))

    def pttl(self, name):
        """Like :meth:`ttl`, but in milliseconds. Sends PTTL."""
        return self._queue((without_callback('PTTL'), self.redis_key(name)))

    def expiretime(self, name=Missing('name'), key=None):
        """Return when the key expires, in seconds since 1970: -1 if it has no expiry, -2 if it is missing.

        Sends EXPIRETIME (Redis 7).
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('EXPIRETIME', self.redis_key(name)))

    def pexpiretime(self, name=Missing('name'), key=None):
        """Like :meth:`expiretime`, but in milliseconds. Sends PEXPIRETIME (Redis 7).
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('PEXPIRETIME', self.redis_key(name)))

    # A key as a whole.

    def dump(self, name):
        """Return the bytes that :meth:`restore` takes, None for a missing key. Sends DUMP."""
        return self._queue(('DUMP', self.redis_key(name)))

    def restore(self, name, value, pttl=ZERO, replace=False, absttl=False, idletime=None,
                frequency=None, ttl=MISSING):
        """Mind the order: *value*, then *pttl*, where redis-py has the time first.

        Make a key of *value*, the bytes of a :meth:`dump`, and return the text ``'OK'``. Sends RESTORE.

        - *pttl*: how long the key will live, in milliseconds or a timedelta; 0 is no expiry.
        - *absttl*: *pttl* is the time when the key expires, in milliseconds since 1970.
        - *replace*: overwrite a key that exists, which is an error of the server otherwise.
        - *idletime*, *frequency*: how long ago, in seconds, or how often the key was used; one of them.
        """
        if ttl is not MISSING:
            pttl = either('pttl', pttl, 'ttl', ttl, ZERO)
        exclusive(idletime=idletime is not None, frequency=frequency is not None)
        words = flags(REPLACE=replace, ABSTTL=absttl) + options(IDLETIME=idletime, FREQ=frequency)
        return self._queue(('RESTORE', self.redis_key(name), in_milliseconds(pttl), value) + words, as_text)

    def restorenx(self, name, value, pttl=0):
        """Like :meth:`restore`, but only if the key is missing: 1 if it was, otherwise 0.

        Sends a script with EVAL.
        """
        return self.eval(name, RESTORENX, in_milliseconds(pttl), value)

    def object(self, name=Missing('name'), subcommand=Missing('subcommand'), infotype=None,
               key=None):
        """Return the encoding, freq, idletime or refcount of a key, as *subcommand* says. Sends OBJECT.

        The encoding comes as bytes, the others as ints, all as None for a missing key.
        redis-py's order, ``object(subcommand, name)``, is understood too.
        """
        if infotype is not None:
            subcommand = either('subcommand', subcommand, 'infotype', infotype)
        if key is not None:
            if _is_subcommand(name) and type(subcommand) is Missing:
                name, subcommand = subcommand, name
            name = either('name', name, 'key', key)
        elif _is_subcommand(name) and not _is_subcommand(subcommand):
            name, subcommand = subcommand, name
        return self._queue(('OBJECT ' + subcommand.upper(), self.redis_key(name)))

    def memory_usage(self, name=Missing('name'), samples=None, key=None):
        """Return how many bytes of memory the key takes up, None if the key is missing.

        *samples* is the number of values that the server measures. Sends MEMORY USAGE.
        """
        if key is not None:
            name = either('name', name, 'key', key)
        return self._queue(('MEMORY USAGE', self.redis_key(name)) + options(SAMPLES=samples))

    def eval(self, name=Missing('name'), script=Missing('script'), *args, **names):
        """Run a Lua script on one key, which it sees as ``KEYS[1]``, and *args* as ``ARGV``.

        redis-py's form, ``eval(script, numkeys, *keys_and_args)``, is understood too, by
        the number in second place. *args* and the reply are neither encoded nor decoded.
        Sends EVAL, with the whole script.
        """
        if names:
            if type(name) is Missing:
                name, script = script, MISSING
            script = either('script', script, 'numkeys', keyword_only(names, numkeys=None)['numkeys'])
        script = plain(script)
        if isinstance(script, six.integer_types):
            keys = tuple([self.redis_key(key) for key in args[:script]])
            return self._queue(('EVAL', name, script) + keys + args[script:])
        return self._queue(('EVAL', script, 1, self.redis_key(name)) + args)

    # Which keys there are.

    def scan(self, cursor=0, match=None, count=None, _type=None):
        """Return the next cursor, 0 at the end, and a list of names in this keyspace.

        - *match*: a pattern of names, with ``*``, ``?`` and ``[...]``.
        - *count*: how many keys the server looks at; keys outside the keyspace count too.
        - *_type*: the type of the keys, such as ``'hash'`` (Redis 6).

        Sends SCAN.
        """
        words = options(MATCH=self._pattern(match), COUNT=count, TYPE=_type)
        return self._queue(('SCAN', cursor) + words, self._scanned)

    def scan_iter(self, match=None, count=None, _type=None):
        """Iterate over the names of this keyspace's keys; see :meth:`scan`.

        On a cluster this iterator visits every primary, which :meth:`scan` cannot. A key that exists
        all the time comes at least once, and more than once only where Redis moves its tables or
        slots meanwhile. A keyspace that has a pipe raises InvalidOperation.
        """
        name = self._connection()
        if name not in ConnectionManager.asyncio_connections:
            ConnectionManager.backend(name)  # raises the error for a name that is unknown
        backend = ConnectionManager.connections.get(name)
        if backend is None or not backend.is_cluster:
            return self._iterate(self.scan, match=match, count=count, _type=_type)
        self._refuse_pipe('use its client')
        given = dict(match=self._pattern(match), count=count, _type=_type)
        given = dict(item for item in given.items() if item[1] is not None)
        return self._names(backend.client.scan_iter(**given))

    def _names(self, keys):
        for key in keys:
            with not_ended():
                name = self._name(key)
            yield name

    def _scanned(self, reply):
        return int(reply[0]), [self._name(name) for name in reply[1]]

    # What lists, sets and sorted sets have in common.

    def sort(self, name, start=None, num=None, by=None, get=None, desc=False, alpha=False,
             store=None, groups=False):
        """Return the values of a list, a set or a sorted set in order. Sends SORT.

        - *start*, *num*: skip *start* values and return up to *num*; together.
        - *by*: a pattern of other keys, whose values decide the order.
        - *get*: one or several patterns of other keys, whose values are returned; ``'#'`` is the value itself.
        - *desc*: the highest value first.
        - *alpha*: compare the values as text and not as numbers.
        - *store*: store the list in this key, and return its length.
        - *groups*: return a tuple of the results of all *get* patterns for each value.

        A pattern is a redis key with ``*``, or ``key->member`` for a member of a hash.
        """
        exclusive(groups=groups, store=store is not None)
        get = get if get is None else as_list((get,))
        words = _sorting(start, num, by, get, desc, alpha, groups)
        words = (without_callback('SORT'), self.redis_key(name)) + words
        if store is not None:
            return self._queue(words + ('STORE', self.redis_key(store)))
        return self._queue(words, self._sorted(get, groups))

    def sort_ro(self, name=Missing('name'), start=None, num=None, by=None, get=None, desc=False,
                alpha=False, groups=False, key=None):
        """Like :meth:`sort`, but a replica answers too; without *store*. Sends SORT_RO (Redis 7)."""
        if key is not None:
            name = either('name', name, 'key', key)
        get = get if get is None else as_list((get,))
        words = _sorting(start, num, by, get, desc, alpha, groups)
        return self._queue(('SORT_RO', self.redis_key(name)) + words, self._sorted(get, groups))

    def _sorted(self, get, groups):
        """Return the decoder of the reply to :meth:`sort` with these arguments."""
        if get is None:
            return self._decode_all
        # A pattern leads to keys outside the keyspace, which hold text as far as we know.
        decoders = [self._decode if word in ('#', b'#') else TextField.decode for word in get]
        return partial(_columns, decoders, groups)


def _is_subcommand(word):
    return isinstance(word, six.string_types) and word.lower() in SUBCOMMANDS


def _sorting(start, num, by, get, desc, alpha, groups):
    needs('groups', groups, 'get', get is not None)
    words = list(options(BY=by) + limit(start, num))
    if get is not None:
        for pattern in get:
            words += 'GET', pattern
    return tuple(words) + flags(DESC=desc, ALPHA=alpha)


def _columns(decoders, groups, reply):
    """Decode a list with one decoder after the other, over and over."""
    width = len(decoders)
    values = [decoders[i % width](value) for i, value in enumerate(reply)]
    if not groups:
        return values
    return list(zip(*[iter(values)] * width))
