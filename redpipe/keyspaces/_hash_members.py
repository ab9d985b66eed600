"""The members of hashes: how they and their values are coded."""
from functools import partial

import six

from .._texts import brief, shown, text_of
from ..exceptions import InvalidOperation, InvalidValue
from ..fields import OWN, FloatField, TextField, codec, digits, kind_of
from ..futures import plain
from ._arguments import PLAIN_WORDS, as_list, encoder, mapping_pairs
from ._base import TEXT, BoundedCache, KeyspaceBase
from ._replies import reply_pairs

#: The types that stand for their text among members that are text.
_NUMBERS = frozenset(six.integer_types + (float,))


class HashMembers(KeyspaceBase):
    """Keys that hold members with values, each coded by the field that has its name."""

    #: The fields of some members' values, by member.
    fields = {}
    #: The field of the members themselves.
    memberparse = TextField
    #: The older name of :attr:`memberparse`, which wins if it is set.
    _memberparse = None

    #: The codecs of this class's members and their values, as its attributes were when it was last used.
    _member_codecs = None

    def _check(self):
        super(HashMembers, self)._check()
        self._codecs()

    def _codecs(self):
        """Return the codecs of this class, new ones if an attribute was replaced.

        A change inside ``fields`` goes unseen here: comparing all of them would cost more than to code one member.
        """
        codecs = self._member_codecs
        if (codecs is None or codecs.given is not self.fields or codecs.valueparse is not self.valueparse
                or codecs.memberparse is not self.memberparse or codecs.older is not self._memberparse):
            codecs = self._new_codecs()
        return codecs

    def _new_codecs(self):
        codecs = type(self)._member_codecs = _MemberCodecs(self, self._value_field())
        return codecs

    def _fresh_codecs(self):
        """Return the codecs after a look at all that is in ``fields``."""
        codecs = self._codecs()
        return codecs if codecs.snapshot == codecs.live else self._new_codecs()

    def _member(self, member):
        """Return a member as it is sent, and the field of its value."""
        codecs = self._codecs()
        try:
            word, field, _, key, before = codecs.entry(member)
            if codecs.live.get(key) is not before:
                word, field, _, _, _ = self._new_codecs().entry(member)
        except TypeError as error:
            _refuse(member, error)
        return word, field

    def _encode_members(self, members):
        """Return several members as they are sent."""
        members = as_list(members)
        try:
            return tuple(map(self._codecs().encode, members))
        except TypeError:  # one has no hash
            return tuple([self._member(member)[0] for member in members])  # which blames the one

    def _members_to_read(self, members):
        """Return several members as they are sent, and the decoder of their values."""
        members = as_list(members)
        codecs = self._codecs()
        entry, now, words, decoders = codecs.entry, codecs.live.get, [], []
        for member in members:
            try:
                word, field, _, key, before = entry(member)
                if now(key) is not before:
                    word, field = self._member(member)
            except TypeError as error:
                _refuse(member, error)
            words.append(word)
            decoders.append(field.decode)
        return tuple(words), partial(_decode_values, members, decoders)

    def _assignment(self, member, value):
        """Return a member and its value as they are sent."""
        return self._encode_pairs([(member, value)])

    def _assignments(self, member=None, value=None, mapping=None, items=None):
        """Return the members and values that these arguments of HSET give, as they are sent."""
        alone = mapping is None and items is None
        return self._encode_pairs([(member, value)] if alone else pairs_given(member, value, mapping, items))

    def _encode_pairs(self, given):
        """Return members and values in turn, as they are sent, for a list of pairs."""
        codecs = self._codecs()
        entry, now, words = codecs.entry, codecs.live.get, []
        for member, value in given:
            try:
                word, _, encode, key, before = entry(member)
                if now(key) is not before:
                    word, _, encode, _, _ = self._new_codecs().entry(member)
            except TypeError as error:
                _refuse(member, error)
            words.append(word)
            try:
                words.append(encode(value if type(value) in PLAIN_WORDS else plain(value)))
            except InvalidValue as error:
                _blame(member, error)
        return tuple(words)

    # Decoders.

    def _decode_member(self, reply):
        return self._codecs().decode(reply)

    def _decode_members(self, reply):
        decode = self._codecs().decode
        return None if reply is None else [decode(member) for member in reply]

    def _decode_dict(self, reply):
        codecs = self._fresh_codecs()
        decode, field, default, found, member = codecs.decode, codecs.fields.get, codecs.default, {}, None
        try:
            for member, value in reply_pairs(reply):
                member = decode(member)
                found[member] = field(member, default).decode(value)
        except Exception as error:
            _blame(member, error)
        return found

    def _decode_pairs(self, reply):
        """Decode members, which may repeat, and values to a list of pairs."""
        return [pair for member, value in reply_pairs(reply)
                for pair in self._decode_dict({member: value}).items()]

    def _decode_dict_page(self, reply):
        return int(reply[0]), self._decode_dict(reply[1])

    def _decode_member_page(self, reply):
        return int(reply[0]), self._decode_members(reply[1])


class _MemberCodecs(object):
    """The codecs of the members and the values of a *keyspace*; *default* is the field of the other values.

    The same few members mostly come again and again: redpipe's own fields encode and decode each of them once. Another
    codec may have a reason to answer differently the next time.
    """

    def __init__(self, keyspace, default):
        self.given, self.valueparse = keyspace.fields, keyspace.valueparse
        self.memberparse, self.older = keyspace.memberparse, keyspace._memberparse
        self.default = default

        owner = type(keyspace).__name__
        memberparse = self.memberparse if self.older is None else self.older
        self._codec = TextField if memberparse is None else codec(memberparse, owner, 'memberparse')
        kind = kind_of(self._codec)
        self._spells = issubclass(kind, TextField)

        #: The class's own dict, which may change, and what was in it.
        self.live = {} if self.given is None else self.given
        self.snapshot = dict(self.live)
        #: The keys of that dict by what they read as, and the fields by the same.
        self._keys = dict([(self.named(key), key) for key in self.snapshot])
        self.fields = dict([(member, codec(self.snapshot[key], owner, 'fields[%r]' % (key,)))
                            for member, key in self._keys.items()])

        self._drop_caches()
        if kind in OWN:
            self.entry = BoundedCache(self.entry, TEXT, self._drop_caches).__getitem__
            self.encode = BoundedCache(self.encode, TEXT, self._drop_caches).__getitem__
            self.decode = BoundedCache(self.decode, [bytes], self._drop_caches).__getitem__

    def _drop_caches(self):
        self.entry, self.encode, self.decode = self._entry, self._encode, self._codec.decode

    def named(self, member):
        """Return *member* as it will be read; among members that are text, a number is its text."""
        member = plain(member)
        if self._spells and type(member) in _NUMBERS:
            member = six.ensure_text(FloatField.encode(member) if type(member) is float else digits(member))
        return member

    def _encode(self, member):
        member = self.named(member)
        hash(member)  # TypeError for a list, for example, which is no member
        try:
            return encoder(self._codec)(member)
        except InvalidValue as error:
            _blame(member, error)

    def _entry(self, member):
        """Return *member* as it is sent, the field of its value and what encodes by it, and the key in ``fields`` with
        what was there.
        """
        member = self.named(member)
        key = self._keys.get(member, member)
        field = self.fields.get(member, self.default)
        return self._encode(member), field, encoder(field), key, self.snapshot.get(key)


def _decode_values(members, decoders, reply):
    """Decode the values of *members*, in their order, each by its own of *decoders*."""
    values = []
    try:
        for decode, value in zip(decoders, reply):
            values.append(decode(value))
    except Exception as error:
        _blame(members[len(values)], error)
    return values


def pairs_given(member, value, mapping, items):
    """Return the pairs of members and values that these arguments of HSET give; at least one."""
    if mapping is None and items is None:
        return [(member, value)]
    given = [] if mapping is None else mapping_pairs(mapping)
    if items:
        given = list(zip(items[::2], items[1::2])) + given
    if member is not None or value is not None:
        given.insert(0, (member, value))
    if not given or len(items or ()) % 2:
        raise InvalidOperation('each member needs a value, and there must be one at least; give a member and '
                               'its value, or a mapping that is not empty')
    return given


def _refuse(member, error):
    """Raise the InvalidValue for *member*, which cannot be a member, because of *error*."""
    six.raise_from(InvalidValue('a member is text or a number, or what its codec takes, not %s: %s' % (
        shown(plain(member)), text_of(error))), error)


def _blame(member, error):
    """Raise the InvalidValue that names the member, because of *error*."""
    six.raise_from(InvalidValue('member %s: %s' % (brief(member), text_of(error))), error)
