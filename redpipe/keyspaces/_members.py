"""The members of hashes: how they and their values are coded."""
from functools import partial

import six

from ..exceptions import InvalidOperation, InvalidValue
from ..fields import TextField
from ..futures import plain
from ._base import Base, paired
from ._words import pairs, several


class Members(Base):
    """Keys that hold members with values, each coded by the field that has its name."""

    #: The fields of some members' values, by member.
    fields = {}
    #: The field of the members themselves.
    memberparse = TextField
    #: The older name of :attr:`memberparse`; it counts where it is set.
    _memberparse = None

    @classmethod
    def _member_field(cls):
        return cls._memberparse or cls.memberparse or TextField

    def _codecs(self):
        """Return the field of members, the fields of values by member, and that of the others."""
        return self._member_field(), self.fields or {}, self.valueparse or TextField

    def _member(self, member):
        """Return a member as it is sent, and the field of its value."""
        codec, fields, default = self._codecs()
        member = plain(member)
        word = codec.encode(member)
        return word, fields.get(member, default)

    def _members(self, members):
        """Return several members as they are sent, and the decoder of their values."""
        codec, fields, default = self._codecs()
        members = list(map(plain, several(members)))
        words = tuple(map(codec.encode, members))
        decoders = [fields.get(member, default).decode for member in members]
        return words, partial(_decode_values, members, decoders)

    def _assignment(self, member, value):
        """Return a member and its value as they are sent."""
        return self._words([(member, value)])

    def _assignments(self, member=None, value=None, mapping=None, items=None):
        """Return the members and values that these arguments of HSET give, as they are sent."""
        if mapping is None and items is None:
            return self._words([(member, value)])
        given = [] if member is None and value is None else [(member, value)]
        if items:
            given.extend(zip(items[::2], items[1::2]))
        if mapping is not None:
            given.extend(pairs(mapping))
        if not given or len(items or ()) % 2:
            raise InvalidOperation('each member needs a value, and there must be one at least')
        return self._words(given)

    def _words(self, given):
        """Return members and values in turn, as they are sent, for a list of pairs."""
        codec, fields, default = self._codecs()
        words = []
        for member, value in given:
            member = plain(member)
            words.append(codec.encode(member))
            try:
                words.append(fields.get(member, default).encode(plain(value)))
            except InvalidValue as error:
                _blame(member, error)
        return tuple(words)

    # Decoders.

    def _decode_member(self, reply):
        return self._member_field().decode(reply)

    def _decode_members(self, reply):
        return None if reply is None else list(map(self._member_field().decode, reply))

    def _decode_dict(self, reply):
        codec, fields, default = self._codecs()
        decode, found, member = codec.decode, {}, None
        try:
            for member, value in paired(reply):
                member = decode(member)
                found[member] = fields.get(member, default).decode(value)
        except Exception as error:
            _blame(member, error)
        return found

    def _decode_pairs(self, reply):
        """Decode members, which may come more than once, and values to a list of pairs."""
        return [pair for member, value in paired(reply)
                for pair in self._decode_dict({member: value}).items()]

    def _decode_dict_page(self, reply):
        return int(reply[0]), self._decode_dict(reply[1])

    def _decode_member_page(self, reply):
        return int(reply[0]), self._decode_members(reply[1])


def _decode_values(members, decoders, reply):
    """Decode the values of *members*, in their order."""
    values = []
    try:
        for decode, value in zip(decoders, reply):
            values.append(decode(value))
    except Exception as error:
        _blame(members[len(values)], error)
    return values


def _blame(member, error):
    """Raise the InvalidValue that names the member, because of *error*."""
    six.raise_from(InvalidValue('member %r: %s' % (member, error)), error)
