"""Members of hashes that expire, each at its own time."""
from ._arguments import (
    at_milliseconds,
    at_seconds,
    either,
    exclusive,
    expiry,
    flags,
    in_milliseconds,
    in_seconds,
    keyword_only,
    with_count,
)
from ._hash_members import HashMembers
from .generic import Keyspace


class Expiry(HashMembers, Keyspace):
    """Members that expire (Redis 7.4).

    Most results are lists with a number for each member, -2 for a member that is missing.
    """

    def hexpire(self, name, seconds, *members, **conditions):
        """Let members expire after *seconds*, or a timedelta. Sends HEXPIRE.

        The result is a list with a number for each member: 1 if the expiry was set, 0 if a
        condition does not hold, 2 if the member expired at once, -2 if it is missing. The
        conditions are those of ``expire``: *nx*, *xx*, *gt*, *lt*.
        """
        return self._hexpire('HEXPIRE', name, in_seconds(seconds), members, conditions)

    def hpexpire(self, name, milliseconds, *members, **conditions):
        """Like :meth:`hexpire`, but in milliseconds or a timedelta. Sends HPEXPIRE."""
        time = in_milliseconds(milliseconds)
        return self._hexpire('HPEXPIRE', name, time, members, conditions)

    def hexpireat(self, name, unix_time_seconds, *members, **conditions):
        """Like :meth:`hexpire`, but at a time in seconds since 1970 or a datetime. Sends HEXPIREAT.
        """
        time = at_seconds(unix_time_seconds)
        return self._hexpire('HEXPIREAT', name, time, members, conditions)

    def hpexpireat(self, name, unix_time_milliseconds, *members, **conditions):
        """Like :meth:`hexpireat`, but in milliseconds since 1970 or a datetime. Sends HPEXPIREAT."""
        time = at_milliseconds(unix_time_milliseconds)
        return self._hexpire('HPEXPIREAT', name, time, members, conditions)

    def hpersist(self, name, *members):
        """Remove the expiry of members: 1 for each that had an expiry, -1 for the others, -2 if missing.

        Sends HPERSIST.
        """
        return self._of_members('HPERSIST', name, members)

    def httl(self, name, *members):
        """Return how many seconds members will live: -1 without an expiry, -2 if missing. Sends HTTL."""
        return self._of_members('HTTL', name, members)

    def hpttl(self, name, *members):
        """Like :meth:`httl`, but in milliseconds. Sends HPTTL."""
        return self._of_members('HPTTL', name, members)

    def hexpiretime(self, name, *members):
        """Return when members expire, in seconds since 1970: -1 without an expiry, -2 if missing.

        Sends HEXPIRETIME.
        """
        return self._of_members('HEXPIRETIME', name, members)

    def hpexpiretime(self, name, *members):
        """Like :meth:`hexpiretime`, but in milliseconds. Sends HPEXPIRETIME.
        """
        return self._of_members('HPEXPIRETIME', name, members)

    # Redis 8: values and their expiry in one command.

    def hgetdel(self, name, *members):
        """Remove members and return their values as a list, in the order of the members.

        Sends HGETDEL (Redis 8).
        """
        words, decode = self._members_to_read(members)
        return self._queue(('HGETDEL', self.redis_key(name), 'FIELDS') + with_count(words), decode)

    def hgetex(self, name, *members, **when):
        """Like :meth:`Hash.hmget`, but change the expiry of the members too. Sends HGETEX (Redis 8).

        *when* is one of *ex*, *px*, *exat* and *pxat*, as for :meth:`String.set`, or
        *persist*, which removes the expiry.
        """
        words, decode = self._members_to_read(members)
        given = keyword_only(when, ex=None, px=None, exat=None, pxat=None, persist=False)
        when = expiry(PERSIST=given.pop('persist'), **given)
        words = when + ('FIELDS',) + with_count(words)
        return self._queue(('HGETEX', self.redis_key(name)) + words, decode)

    def hsetex(self, name, member=None, value=None, mapping=None, items=None, ex=None, px=None,
               exat=None, pxat=None, data_persist_option=None, keepttl=False, key=None):
        """Like :meth:`Hash.hset`, but set the expiry too: 1 if the members were set, otherwise 0.

        - *ex*, *px*, *exat*, *pxat*: as for :meth:`String.set`.
        - *keepttl*: keep the current expiry of the members.
        - *data_persist_option*: ``'FNX'``: only if all members are missing; ``'FXX'``: only if all exist.

        Sends HSETEX (Redis 8).
        """
        if key is not None:
            member = either('member', member, 'key', key, None)
        words = expiry(ex, px, exat, pxat, KEEPTTL=keepttl)
        if data_persist_option is not None:
            words = (getattr(data_persist_option, 'value', data_persist_option),) + words
        given = self._assignments(member, value, mapping, items)
        words += ('FIELDS', len(given) // 2) + given
        return self._queue(('HSETEX', self.redis_key(name)) + words)

    def _hexpire(self, command, name, time, members, conditions):
        given = keyword_only(conditions, nx=False, xx=False, gt=False, lt=False)
        exclusive(**given)
        words = flags(NX=given['nx'], XX=given['xx'], GT=given['gt'], LT=given['lt'])
        return self._of_members(command, name, members, (time,) + words)

    def _of_members(self, command, name, members, words=()):
        words += ('FIELDS',) + with_count(self._encode_members(members))
        return self._queue((command, self.redis_key(name)) + words)
