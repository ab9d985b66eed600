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
        field = cls.memberparse if cls._memberparse is None else cls._memberparse
        return TextField if field is None else field

    def _member(self, member):
        """Return a member as it is sent, and the field of its value."""
        member = plain(member)
        word = self._member_field().encode(member)
        return word, (self.fields or {}).get(member, self._field())

    def _members(self, members):
        """Return several members as they are sent, and the decoder of their values."""
        members = [plain(member) for member in several(members)]
        words, fields = zip(*[self._member(member) for member in members])
        return words, partial(_decode_values, members, fields)

    def _assignment(self, member, value):
        """Return a member and its value as they are sent."""
        word, field = self._member(member)
        try:
            return word, field.encode(plain(value))
        except InvalidValue as error:
            _blame(member, error)

    def _assignments(self, member=None, value=None, mapping=None, items=None):
        """Return the members and values that these arguments of HSET give, as they are sent."""
        given = [] if member is None and value is None else [(member, value)]
        if items:
            given.extend(zip(items[::2], items[1::2]))
        if mapping is not None:
            given.extend(pairs(mapping))
        if not given or len(items or ()) % 2:
            raise InvalidOperation('each member needs a value, and there must be one at least')
        words = []
        for pair in given:
            words.extend(self._assignment(*pair))
        return tuple(words)

    # Decoders.

    def _decode_member(self, reply):
        return self._member_field().decode(reply)

    def _decode_members(self, reply):
        decode = self._member_field().decode
        return None if reply is None else [decode(member) for member in reply]

    def _decode_pairs(self, reply):
        """Decode members and values to a list of pairs."""
        decode = self._member_field().decode
        fields, default = self.fields or {}, self._field()
        found = []
        for member, value in paired(reply):
            try:
                member = decode(member)
                found.append((member, fields.get(member, default).decode(value)))
            except Exception as error:
                _blame(member, error)
        return found

    def _decode_dict(self, reply):
        return dict(self._decode_pairs(reply))

    def _decode_dict_page(self, reply):
        return int(reply[0]), self._decode_dict(reply[1])

    def _decode_member_page(self, reply):
        return int(reply[0]), self._decode_members(reply[1])


def _decode_values(members, fields, reply):
    """Decode the values of *members*, in their order."""
    values = []
    for i, value in enumerate(reply):
        try:
            values.append(fields[i].decode(value))
        except Exception as error:
            _blame(members[i], error)
    return values


def _blame(member, error):
    """Raise the InvalidValue that names the member, because of *error*."""
    six.raise_from(InvalidValue('member %r: %s' % (member, error)), error)
