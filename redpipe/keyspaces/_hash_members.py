"""The members of hashes: how they and their values are coded."""
from functools import partial

import six

from .._texts import brief, shown, text_of
from ..exceptions import InvalidOperation, InvalidValue
from ..fields import OWN, FloatField, TextField, codec, kind_of
from ..futures import plain
from ._arguments import PLAIN_WORDS, as_list, mapping_pairs
from ._base import TEXT, BoundedCache, KeyspaceBase
from ._replies import reply_pairs


#: What stands for its text among members that are text.
_NUMBERS = frozenset(six.integer_types + (float,))


class HashMembers(KeyspaceBase):
    """Keys that hold members with values, each coded by the field that has its name."""

    #: The fields of some members' values, by member.
    fields = {}
    #: The field of the members themselves.
    memberparse = TextField
    #: The older name of :attr:`memberparse`; it counts where it is set.
    _memberparse = None

    #: What codes the members of this class, see ``_codecs``.
    _member_codec = None

    def _check(self):
        super(HashMembers, self)._check()
        self._member_codecs()

    def _member_codecs(self):
        """Return what codes the members, the fields of values by member, and that of the others."""
        memberparse = self.memberparse if self._memberparse is None else self._memberparse
        fields = self.fields or {}
        coded = self._member_codec
        if coded is None or coded.memberparse is not memberparse or coded.given != fields:
            coded = type(self)._member_codec = _MemberCodec(type(self).__name__, memberparse, fields)
        given, default = self._cached_value_field
        return coded, coded.fields, default if given is self.valueparse else self._value_field()

    def _member(self, member):
        """Return a member as it is sent, and the field of its value."""
        coded, fields, default = self._member_codecs()
        try:
            if type(member) not in TEXT:
                member = coded.named(member)
            return coded.encode(member), fields.get(member, default)
        except TypeError as error:
            _refuse(member, error)

    def _encode_members(self, members):
        """Return several members as they are sent, and the decoder of their values."""
        coded = self._member_codecs()[0]
        members = as_list(members)
        if not TEXT.issuperset(map(type, members)):
            members = [coded.named(member) for member in members]
        encode = coded.encode
        try:
            words = tuple([encode(member) for member in members])
        except TypeError:
            words = tuple([self._member(member)[0] for member in members])  # which blames the one
        return words, partial(self._decode_values, members)

    def _assignment(self, member, value):
        """Return a member and its value as they are sent."""
        return self._encode_pairs([(member, value)])

    def _assignments(self, member=None, value=None, mapping=None, items=None):
        """Return the members and values that these arguments of HSET give, as they are sent."""
        if mapping is None and items is None:
            return self._encode_pairs([(member, value)])
        given = [] if member is None and value is None else [(member, value)]
        if items:
            given += zip(items[::2], items[1::2])
        if mapping is not None:
            given += mapping_pairs(mapping)
        if not given or len(items or ()) % 2:
            raise InvalidOperation('each member needs a value, and there must be one at least')
        return self._encode_pairs(given)

    def _encode_pairs(self, given):
        """Return members and values in turn, as they are sent, for a list of pairs."""
        coded, fields, default = self._member_codecs()
        encode, field, words = coded.encode, fields.get, []
        for member, value in given:
            try:
                if type(member) not in TEXT:
                    member = coded.named(member)
                words.append(encode(member))
            except TypeError as error:
                _refuse(member, error)
            try:
                words.append(field(member, default).encode(
                    value if type(value) in PLAIN_WORDS else plain(value)))
            except InvalidValue as error:
                _blame(member, error)
        return tuple(words)

    # Decoders.

    def _decode_member(self, reply):
        return self._member_codecs()[0].decode(reply)

    def _decode_members(self, reply):
        decode = self._member_codecs()[0].decode
        return None if reply is None else [decode(member) for member in reply]

    def _decode_dict(self, reply):
        coded, fields, default = self._member_codecs()
        decode, field, found, member = coded.decode, fields.get, {}, None
        try:
            for member, value in reply_pairs(reply):
                member = decode(member)
                found[member] = field(member, default).decode(value)
        except Exception as error:
            _blame(member, error)
        return found

    def _decode_values(self, members, reply):
        """Decode the values of *members*, in their order."""
        _, fields, default = self._member_codecs()
        values = []
        try:
            for member, value in zip(members, reply):
                values.append(fields.get(member, default).decode(value))
        except Exception as error:
            _blame(members[len(values)], error)
        return values

    def _decode_pairs(self, reply):
        """Decode members, which may come more than once, and values to a list of pairs."""
        return [pair for member, value in reply_pairs(reply)
                for pair in self._decode_dict({member: value}).items()]

    def _decode_dict_page(self, reply):
        return int(reply[0]), self._decode_dict(reply[1])

    def _decode_member_page(self, reply):
        return int(reply[0]), self._decode_members(reply[1])


class _MemberCodec(object):
    """What codes members, by *memberparse*, and the *fields* of their values, of the class *owner*.

    Members are mostly a few, which come again and again: redpipe's own fields are asked once for each. Another codec
    may have its reasons to answer otherwise the next time.
    """

    def __init__(self, owner, memberparse, fields):
        self.memberparse, self.given = memberparse, dict(fields)
        self._codec = TextField if memberparse is None else codec(memberparse, owner, 'memberparse')
        kind = kind_of(self._codec)
        self._spells = issubclass(kind, TextField)
        found = dict([(self.named(member), codec(field, owner, 'fields[%r]' % (member,)))
                      for member, field in fields.items()])
        self.fields = fields if found == fields else found
        self._drop_caches()
        if kind in OWN:
            self.encode = BoundedCache(self.encode, TEXT, self._drop_caches).__getitem__
            self.decode = BoundedCache(self.decode, [bytes], self._drop_caches).__getitem__

    def named(self, member):
        """Return *member* as what it reads as: a number is the text of it, where members are text."""
        member = plain(member)
        if self._spells and type(member) in _NUMBERS:
            member = six.ensure_text(FloatField.encode(member) if type(member) is float else str(member))
        return member

    def _drop_caches(self):
        self.encode, self.decode = self._encode, self._codec.decode

    def _encode(self, member):
        hash(member)  # what has none, a list for example, is no member
        return self._codec.encode(member)


def _refuse(member, error):
    """Raise the InvalidValue for *member*, which is none, because of *error*."""
    six.raise_from(InvalidValue('a member is text or a number, or what its codec takes, not %s: %s' % (
        shown(plain(member)), text_of(error))), error)


def _blame(member, error):
    """Raise the InvalidValue that names the member, because of *error*."""
    six.raise_from(InvalidValue('member %s: %s' % (brief(member), text_of(error))), error)
