"""Hashes: members with values, each member's value of its own type."""
from ._arguments import MISSING, ONE, ONE_FLOAT, Missing, either, needs, options, without_callback
from ._hash_expiry import Expiry

__all__ = ['Hash']


class Hash(Expiry):
    """Keys that hold members with values.

    ``fields`` names the codec of some members' values; ``valueparse`` codes the other values, and
    ``memberparse`` codes the members themselves.
    """

    def hget(self, name, field=Missing('field'), key=None):
        """Return the value of a member, None if it is missing. Sends HGET."""
        if key is not None:
            field = either('field', field, 'key', key)
        member, parse = self._member(field)
        return self._queue(('HGET', self.redis_key(name), member), parse.decode)

    def hmget(self, name, keys, *args):
        """Return the values of several members in their order, None where one is missing.

        Sends HMGET.
        """
        words, decode = self._members_to_read((keys,) + args)
        return self._queue(('HMGET', self.redis_key(name)) + words, decode)

    def hgetall(self, name):
        """Return all members and their values as a dict, empty for a missing key.

        Sends HGETALL.
        """
        return self._queue(('HGETALL', self.redis_key(name)), self._decode_dict)

    def hkeys(self, name):
        """Return all members as a list. Sends HKEYS."""
        return self._queue(('HKEYS', self.redis_key(name)), self._decode_members)

    def hvals(self, name):
        """Return all values as a list. Sends HVALS.

        ``valueparse`` decodes all of them: the reply does not name the members.
        """
        return self._queue(('HVALS', self.redis_key(name)), self._decode_all)

    def hlen(self, name):
        """Count the members. Sends HLEN."""
        return self._queue(('HLEN', self.redis_key(name)))

    def hexists(self, name, field=Missing('field'), key=None):
        """Return True if the member exists. Sends HEXISTS."""
        if key is not None:
            field = either('field', field, 'key', key)
        return self._queue(('HEXISTS', self.redis_key(name), self._member(field)[0]), bool)

    def hstrlen(self, name, field=Missing('field'), key=None):
        """Count the bytes of a member's value, 0 if it is missing. Sends HSTRLEN."""
        if key is not None:
            field = either('field', field, 'key', key)
        return self._queue(('HSTRLEN', self.redis_key(name), self._member(field)[0]))

    def hrandfield(self, name=Missing('name'), count=None, withvalues=False, key=None):
        """Return a member at random, None for a missing key. Sends HRANDFIELD (Redis 6.2).

        With a positive *count*, a list of up to *count* different members; with a negative one, a
        list of exactly -*count* members, which may repeat. Then *withvalues* makes it a list of
        (member, value).
        """
        if key is not None:
            name = either('name', name, 'key', key)
        needs('withvalues', withvalues, 'count', count is not None)
        words = () if count is None else (count,) + (('WITHVALUES',) if withvalues else ())
        decode = (self._decode_member if count is None else
                  self._decode_pairs if withvalues else self._decode_members)
        return self._queue(('HRANDFIELD', self.redis_key(name)) + words, decode)

    def hset(self, name, member=None, value=None, mapping=None, items=None, key=None):
        """Set the value of a member, and return how many members are new. Sends HSET.

        *mapping* has more members and values, and *items* is a flat list of members and values.
        More than one member needs Redis 4.
        """
        if key is not None:
            member = either('member', member, 'key', key, None)
        words = self._assignments(member, value, mapping, items)
        return self._queue(('HSET', self.redis_key(name)) + words)

    def hsetnx(self, name, member=Missing('member'), value=Missing('value'), key=None):
        """Set the value of a member if it is missing: 1 if it was, otherwise 0. Sends HSETNX."""
        if key is not None:
            member = either('member', member, 'key', key)
        return self._queue(('HSETNX', self.redis_key(name)) + self._assignment(member, value))

    def hmset(self, name, mapping):
        """Set the values of several members; True. Sends HMSET."""
        return self._queue(('HMSET', self.redis_key(name)) + self._assignments(mapping=mapping))

    def hdel(self, name, *keys):
        """Remove members and return how many existed. Sends HDEL."""
        return self._queue(('HDEL', self.redis_key(name)) + self._encode_members(keys))

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
        words = self.redis_key(name), self._member(field)[0], increment
        return self._queue(('HINCRBY',) + words)

    def hincrbyfloat(self, name, field=Missing('field'), increment=ONE_FLOAT, key=None,
                     amount=MISSING):
        """Like :meth:`hincrby`, but with floats. Sends HINCRBYFLOAT."""
        if key is not None:
            field = either('field', field, 'key', key)
        if amount is not MISSING:
            increment = either('increment', increment, 'amount', amount, ONE_FLOAT)
        elif increment is ONE_FLOAT:
            increment = 1.0
        words = self.redis_key(name), self._member(field)[0], increment
        return self._queue(('HINCRBYFLOAT',) + words, float)

    # Scanning.

    def hscan(self, name, cursor=0, match=None, count=None, no_values=None):
        """Return the next cursor, 0 at the end, and a dict of members to values. Sends HSCAN.

        - *match*: a pattern of stored members.
        - *count*: a hint how many members to look at.
        - *no_values*: return a list of members and not a dict (Redis 7.4).
        """
        words = (self.redis_key(name), cursor) + options(MATCH=match, COUNT=count)
        if no_values:
            return self._queue((without_callback('HSCAN'),) + words + ('NOVALUES',), self._decode_member_page)
        return self._queue(('HSCAN',) + words, self._decode_dict_page)

    def hscan_iter(self, name, match=None, count=None, no_values=None):
        """Iterate over (member, value), or over members with *no_values*; see :meth:`hscan`.

        A keyspace that has a pipe raises InvalidOperation.
        """
        return self._iterate(self.hscan, name, match=match, count=count, no_values=no_values)
