"""Members of hashes that expire, each by itself."""
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
    """What hashes have since Redis 7.4: members that expire.

    Most results are lists with a number for each member, -2 for one that is missing.
    """

    def hexpire(self, name, seconds, *members, **conditions):
        """Let members live for *seconds*, or a timedelta: 1 for each that does now.

        Conditions are those of ``expire``: *nx*, *xx*, *gt*, *lt*; 0 is for a member
        that does not meet them, and 2 for one that expired at once. Sends HEXPIRE.
        """
        return self._hexpire('HEXPIRE', name, in_seconds(seconds), members, conditions)

    def hpexpire(self, name, milliseconds, *members, **conditions):
        """Do as :meth:`hexpire`, in milliseconds or a timedelta. Sends HPEXPIRE."""
        time = in_milliseconds(milliseconds)
        return self._hexpire('HPEXPIRE', name, time, members, conditions)

    def hexpireat(self, name, unix_time_seconds, *members, **conditions):
        """Let members live until then, in seconds since 1970 or a datetime.

        Otherwise as :meth:`hexpire`. Sends HEXPIREAT.
        """
        time = at_seconds(unix_time_seconds)
        return self._hexpire('HEXPIREAT', name, time, members, conditions)

    def hpexpireat(self, name, unix_time_milliseconds, *members, **conditions):
        """Do as :meth:`hexpireat`, in milliseconds or a datetime. Sends HPEXPIREAT."""
        time = at_milliseconds(unix_time_milliseconds)
        return self._hexpire('HPEXPIREAT', name, time, members, conditions)

    def hpersist(self, name, *members):
        """Let members live for ever: 1 for each that would have expired, otherwise -1.

        Sends HPERSIST.
        """
        return self._of_members('HPERSIST', name, members)

    def httl(self, name, *members):
        """Tell how many seconds members will live, -1 being for ever. Sends HTTL."""
        return self._of_members('HTTL', name, members)

    def hpttl(self, name, *members):
        """Tell how many milliseconds members will live, as :meth:`httl`. Sends HPTTL."""
        return self._of_members('HPTTL', name, members)

    def hexpiretime(self, name, *members):
        """Tell when members expire, in seconds since 1970; else as :meth:`httl`.

        Sends HEXPIRETIME.
        """
        return self._of_members('HEXPIRETIME', name, members)

    def hpexpiretime(self, name, *members):
        """Tell when members expire, in milliseconds since 1970; else as :meth:`httl`.

        Sends HPEXPIRETIME.
        """
        return self._of_members('HPEXPIRETIME', name, members)

    # Redis 8: values and how long they live, in one command.

    def hgetdel(self, name, *members):
        """Remove members and return the values they had, in their order, as a list.

        Sends HGETDEL (Redis 8).
        """
        words, decode = self._encode_members(members)
        return self._queue(('HGETDEL', self.redis_key(name), 'FIELDS') + with_count(words), decode)

    def hgetex(self, name, *members, **when):
        """Return the values of members, as :meth:`hmget`, and change when these expire.

        *when* is one of *ex*, *px*, *exat* and *pxat*, as for :meth:`String.set`, or
        *persist*, to let them live for ever. Sends HGETEX (Redis 8).
        """
        words, decode = self._encode_members(members)
        given = keyword_only(when, ex=None, px=None, exat=None, pxat=None, persist=False)
        when = expiry(PERSIST=given.pop('persist'), **given)
        words = when + ('FIELDS',) + with_count(words)
        return self._queue(('HGETEX', self.redis_key(name)) + words, decode)

    def hsetex(self, name, member=None, value=None, mapping=None, items=None, ex=None, px=None,
               exat=None, pxat=None, data_persist_option=None, keepttl=False, key=None):
        """Set values as :meth:`hset` and when they expire, as :meth:`hgetex`: 1 if it was done.

        *keepttl* leaves that as it was. *data_persist_option* is ``'FNX'`` to do it only
        if none of the members exists, ``'FXX'`` only if all do. Sends HSETEX (Redis 8).
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
        words += ('FIELDS',) + with_count(self._encode_members(members)[0])
        return self._queue((command, self.redis_key(name)) + words)
