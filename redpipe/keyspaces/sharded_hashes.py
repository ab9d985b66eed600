"""One large hash in many keys: the members are spread over shards by their names.

A cluster keeps a hash on one node, however large the hash is. The shards of a sharded hash are
on many nodes, and a command for several shards still takes one round trip.
"""
import zlib
from functools import partial

import six

from ._arguments import MISSING, ONE, ONE_FLOAT, Missing, as_list, either, in_seconds, mapping_pairs, options
from ._hash_members import HashMembers, pairs_given
from ._pages import Pages, not_ended

__all__ = ['ShardedHash']


class ShardedHash(HashMembers):
    """Keys that hold large hashes, each spread over ``shards`` keys ``keyspace{key:0}``,
    ``keyspace{key:1}`` and so on.

    The CRC-32 of a member's bytes decides its shard: after a change of ``shards``, members that are
    stored already are looked for in the wrong keys. Members and values are coded as in a
    :class:`Hash`. A command for several shards is not atomic.
    """

    #: How many keys a hash is spread over.
    shards = 16

    # Commands for one member.

    def hget(self, name, field=Missing('field'), key=None):
        """Return the value of a member, None if it is missing. Sends HGET."""
        if key is not None:
            field = either('field', field, 'key', key)
        member, parse = self._member(field)
        return self._queue(('HGET', self._shard_of(name, member), member), parse.decode)

    def hset(self, name, member=None, value=None, mapping=None, items=None, key=None):
        """Set the values of a member, and of the members in *mapping* and *items*; return how many are new.

        *items* is a flat list of members and values. Sends HSET to each shard of these members.
        """
        if key is not None:
            member = either('member', member, 'key', key, None)
        return self._combine(sum, self._setting('HSET', name, pairs_given(member, value, mapping, items)))

    def hsetnx(self, name, member=Missing('member'), value=Missing('value'), key=None):
        """Set the value of a member if it is missing: 1 if it was, otherwise 0. Sends HSETNX."""
        if key is not None:
            member = either('member', member, 'key', key)
        member, data = self._assignment(member, value)
        return self._queue(('HSETNX', self._shard_of(name, member), member, data))

    def hexists(self, name, field=Missing('field'), key=None):
        """Return True if the member exists. Sends HEXISTS."""
        if key is not None:
            field = either('field', field, 'key', key)
        member = self._member(field)[0]
        return self._queue(('HEXISTS', self._shard_of(name, member), member), bool)

    def hstrlen(self, name, field=Missing('field'), key=None):
        """Count the bytes of a member's value, 0 if it is missing. Sends HSTRLEN."""
        if key is not None:
            field = either('field', field, 'key', key)
        member = self._member(field)[0]
        return self._queue(('HSTRLEN', self._shard_of(name, member), member))

    def hincrby(self, name, field=Missing('field'), increment=ONE, key=None, amount=MISSING):
        """Add *increment*, an int, to a member's value, and return the sum. Sends HINCRBY.

        A missing member counts as 0.
        """
        if key is not None:
            field = either('field', field, 'key', key)
        if amount is not MISSING:
            increment = either('increment', increment, 'amount', amount, ONE)
        elif increment is ONE:
            increment = 1
        member = self._member(field)[0]
        return self._queue(('HINCRBY', self._shard_of(name, member), member, increment))

    def hincrbyfloat(self, name, field=Missing('field'), increment=ONE_FLOAT, key=None,
                     amount=MISSING):
        """Like :meth:`hincrby`, but with floats. Sends HINCRBYFLOAT."""
        if key is not None:
            field = either('field', field, 'key', key)
        if amount is not MISSING:
            increment = either('increment', increment, 'amount', amount, ONE_FLOAT)
        elif increment is ONE_FLOAT:
            increment = 1.0
        member = self._member(field)[0]
        return self._queue(('HINCRBYFLOAT', self._shard_of(name, member), member, increment), float)

    # Several members: a command for each shard of these members.

    def hmset(self, name, mapping):
        """Set the values of several members; True. Sends HMSET."""
        return self._combine(all, self._setting('HMSET', name, mapping_pairs(mapping)))

    def hmget(self, name, keys, *args):
        """Return the values of several members in their order, None where one is missing.

        Sends HMGET.
        """
        members = as_list((keys,) + args)
        groups = self._grouped(name, [(self._member(member)[0], member) for member in members])
        commands = []
        for key, group in groups:
            words, decode = self._members_to_read(group)
            commands.append((('HMGET', key) + words, decode))
        grouped = [group for _, group in groups]
        return self._combine(partial(_in_order, members, grouped), commands)

    def hdel(self, name, *keys):
        """Remove members and return how many existed. Sends HDEL."""
        words = [self._member(member)[0] for member in as_list(keys)]
        return self._combine(sum, [
            (('HDEL', key) + tuple(group), None)
            for key, group in self._grouped(name, zip(words, words))])

    # All members: a command for each shard.

    def hgetall(self, name):
        """Return all members and their values as a dict. Sends HGETALL."""
        return self._everywhere(_merged, 'HGETALL', name, self._decode_dict)

    def hkeys(self, name):
        """Return all members as a list. Sends HKEYS."""
        return self._everywhere(_concatenated, 'HKEYS', name, self._decode_members)

    def hvals(self, name):
        """Return all values as a list; ``valueparse`` decodes all of them. Sends HVALS."""
        return self._everywhere(_concatenated, 'HVALS', name, self._decode_all)

    def hlen(self, name):
        """Count the members. Sends HLEN."""
        return self._everywhere(sum, 'HLEN', name, None)

    def delete(self, *names):
        """Remove whole hashes and return how many existed. Sends DEL."""
        names = as_list(names)
        return self._combine(partial(_counted, self.shards), [
            (('DEL', key), None) for name in names for key in self.shard_keys(name)])

    def exists(self, name):
        """Return True if any shard exists. Sends EXISTS."""
        return self._everywhere(any, 'EXISTS', name, int)

    def expire(self, name, time):
        """Let all shards that exist expire after *time*, in seconds or a timedelta. Sends EXPIRE.

        The result is False if all shards are missing. A shard that gets its first member later does not expire.
        """
        return self._combine(any, [(('EXPIRE', key, in_seconds(time)), bool)
                                   for key in self.shard_keys(name)])

    def hscan_iter(self, name, match=None, count=None):
        """Iterate over (member, value). Each round trip scans all shards at once. Sends HSCAN.

        A keyspace that has a pipe raises InvalidOperation.
        """
        self._refuse_pipe('queue hgetall()')
        return _PagesOfShards(self, '_scan', (self.shard_keys(name), options(MATCH=match, COUNT=count)), {})

    def _scan(self, keys, words, cursor):
        """Return the next page of each of *keys*, as a list of keys and Futures; *cursor* has their cursors."""
        cursors = cursor or dict.fromkeys(keys, 0)
        with self.pipe as pipe:
            shards = type(self)(pipe)
            return [(key, shards._queue(('HSCAN', key, cursor) + words, shards._decode_dict_page))
                    for key, cursor in cursors.items()]

    # Shards.

    @classmethod
    def shard_keys(cls, name):
        """Return the redis keys of all shards of the hash called *name*, as a list of bytes."""
        return [cls._shard(name, number) for number in range(cls.shards)]

    @classmethod
    def _shard(cls, name, number):
        key = cls.redis_key(name)
        number = b':%d' % number
        return key + number if cls.keyspace is None else key[:-1] + number + b'}'

    def _shard_of(self, name, member):
        # On Python 2 the checksum may be negative.
        return self._shard(name, (zlib.crc32(six.ensure_binary(member)) & 0xffffffff) % self.shards)

    def _grouped(self, name, members):
        """Return a list of (key of a shard, items): the items of that shard's members.

        *members* are pairs of the bytes of a member and an item.
        """
        groups = {}
        for member, item in members:
            groups.setdefault(self._shard_of(name, member), []).append(item)
        return list(groups.items())

    def _setting(self, command, name, given):
        words = [self._assignment(*pair) for pair in given]
        return [((command, key) + tuple([word for pair in group for word in pair]), None)
                for key, group in self._grouped(name, [(word[0], word) for word in words])]

    def _everywhere(self, combine, command, name, decode):
        return self._combine(combine, [((command, key), decode) for key in self.shard_keys(name)])

    def _combine(self, combine, commands):
        """Queue *commands* and return one Future of what *combine* makes of their results.

        The Future is that of the last command: by then the others have their results.
        """
        with self.pipe as pipe:
            shards = type(self)(pipe)
            futures = [shards._queue(words, decode) for words, decode in commands[:-1]]
            words, decode = commands[-1]
            return shards._queue(words, partial(_last, combine, futures, decode))


class _PagesOfShards(Pages):
    """Pages of all shards at once, whose cursor is a dict of their cursors."""

    def _found(self, asked):
        cursors, items = {}, []
        for key, page in asked:
            with not_ended():
                cursor, found = page.result
            items.extend(found.items())
            if cursor:
                cursors[key] = cursor
        return cursors, items


def _last(combine, futures, decode, reply):
    reply = reply if decode is None else decode(reply)
    return combine([future.result for future in futures] + [reply])


def _in_order(members, groups, replies):
    """Return the values in *replies*, a list for each of *groups*, in the order of *members*."""
    found = {}
    for group, values in zip(groups, replies):
        found.update(zip(group, values))
    return [found[member] for member in members]


def _merged(dicts):
    merged = {}
    for one in dicts:
        merged.update(one)
    return merged


def _concatenated(lists):
    return [item for one in lists for item in one]


def _counted(shards, removed):
    """Count the hashes, each of *shards* keys, of which any key was removed."""
    return sum(any(removed[i:i + shards]) for i in range(0, len(removed), shards))
