# -*- coding: utf-8 -*-
"""The Structs that the tests are about, and what they are made of."""
import collections
import contextlib
import datetime

import pytest
import six

import redpipe
from contract import DEPTHS
from redpipe.exceptions import InvalidValue
from values import settled


class Day(object):
    """A date, stored as its number; what it encodes to is a number, too."""

    @classmethod
    def encode(cls, value):
        if not isinstance(value, datetime.date):
            raise InvalidValue('a date is wanted, not %r' % (value,))
        return value.toordinal()

    @classmethod
    def decode(cls, value):
        return None if value is None else datetime.date.fromordinal(int(value))


class Choice(object):
    """One of some words, stored as it is; a field that is an instance, and has no hash."""

    __hash__ = None

    def __init__(self, *words):
        self.words = words

    def encode(self, value):
        if value not in self.words:
            raise LookupError(value)
        return str(value)

    def decode(self, value):
        return None if value is None else self.words[[word.encode('ascii') for word in self.words].index(value)]


class Plant(redpipe.Struct):
    keyspace = 'P'
    key_name = 'plant'
    fields = {
        'name': redpipe.TextField,
        'label': redpipe.AsciiField,
        'leaves': redpipe.IntegerField,
        'height': redpipe.FloatField,
        'indoors': redpipe.BooleanField,
        'photo': redpipe.BinaryField,
        'notes': redpipe.ListField,
        'care': redpipe.DictField,
        'colours': redpipe.StringListField,
        'sown': Day,
        'light': Choice('sun', 'shade'),
    }


FERN = {
    'name': u'Farn \xe9 \U0001f33f',
    'label': u'F-1',
    'leaves': 12,
    'height': 0.1,
    'indoors': True,
    'photo': b'\xff\x00',
    'notes': [u'dry \xe9', 1, 2.5, None, [u'deep', {u'a': [True]}]],
    'care': {u'water': [u'mon', u'thu'], u'light': 3},
    'colours': [u'green', u'br\xe4un'],
    'sown': datetime.date(2017, 5, 6),
    'light': 'shade',
}

STORED = {
    b'name': FERN['name'].encode('utf-8'),
    b'label': b'F-1',
    b'leaves': b'12',
    b'height': b'0.1',
    b'indoors': b'1',
    b'photo': b'\xff\x00',
    b'colours': u'green,br\xe4un'.encode('utf-8'),
    b'sown': b'736455',
    b'light': b'shade',
}


class Note(redpipe.Struct):
    """One that says nothing about itself."""


class Slim(Plant):
    __slots__ = ('basket', '_extra')
    keyspace = 'P'


class Rich(Plant):
    keyspace = 'P'
    price = 5

    @property
    def title(self):
        return u'%s (%s)' % (self['name'], self.key)


@pytest.fixture(params=sorted(DEPTHS))
def within(request, connected):
    """``with within() as pipe``: it is None, a root or nested in one, and has executed when the block is left."""
    depth = DEPTHS[request.param]

    @contextlib.contextmanager
    def block():
        if depth is None:
            yield None
            return
        with redpipe.autoexec() as root:
            pipes = [root]
            for _ in range(depth):
                pipes.append(redpipe.pipeline(pipes[-1]))
            yield pipes[-1]
            for pipe in reversed(pipes[1:]):
                pipe.execute()

    return block


@pytest.fixture
def fern(connected):
    """The record ``1`` with a few fields, of which nothing is loaded."""
    put(connected, {'name': 'Fern', 'leaves': 12, 'height': 0.5, 'pot': 'clay'})
    return Plant('1', no_op=True)


def put(client, members):
    client.execute_command('HMSET', 'P{1}', *[word for pair in members.items() for word in pair])


def types(mapping):
    return dict((name, type(value)) for name, value in mapping.items())


class Pairs(object):
    """What dict() takes though it is no mapping."""

    def __init__(self, data):
        self._data = data

    def keys(self):
        return list(self._data)

    def __getitem__(self, name):
        return self._data[name]


DICTS = [
    dict,
    collections.OrderedDict,
    six.moves.UserDict,
    lambda data: list(data.items()),
    lambda data: tuple(data.items()),
    lambda data: iter(list(data.items())),
    lambda data: (pair for pair in data.items()),
    lambda data: zip(data.keys(), data.values()),
    lambda data: collections.ChainMap(data) if six.PY3 else data,
    lambda data: collections.defaultdict(list, data),
    Pairs,
    settled,
]
