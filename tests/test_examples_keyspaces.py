"""The functions of examples/keyspaces.py do what they say, alone and in a pipe."""
import datetime

import redpipe
from examples import keyspaces as example


def test_a_string(connected):
    assert example.remember('t', [1]).IS(None)
    assert example.remember('t', [1, 2]) == [1]
    assert connected.get('session{t}') == b'[1, 2]'
    assert 3500 < connected.ttl('session{t}') <= 3600


def test_sets(connected):
    with redpipe.autoexec() as pipe:
        counts = [example.tag('a', ['red', 'blue'], pipe=pipe), example.tag('b', 'red', pipe=pipe)]
        shared = example.related('a', 'b', pipe=pipe)
    assert counts == [2, 1]
    assert shared == {'red'}


def test_a_list(connected):
    assert example.enqueue('q', [7, 8]) == 2
    with redpipe.autoexec() as pipe:
        jobs = [example.next_job('q', pipe=pipe) for _ in range(3)]
    assert jobs == [7, 8, None]


def test_a_sorted_set(connected):
    with redpipe.autoexec() as pipe:
        for when, name in enumerate(['bob', 'cid', 'dan', 'eve']):
            count = example.follow('ann', name, when, pipe=pipe)
        newest = example.newest_followers('ann', 2, pipe=pipe)
    assert count == 4
    assert newest == [('eve', 3.0), ('dan', 2.0)]


def test_a_hash(connected):
    born = datetime.date(1980, 2, 29)
    data = {'name': u'Ann', 'age': 41, 'height': 1.75, 'admin': True, 'born': born}
    assert example.register('ann', data) == data
    assert example.birthday('ann') == 42
    assert connected.hget('U{ann}', 'born') == b'1980-02-29'


def test_a_hyperloglog(connected):
    with redpipe.autoexec() as pipe:
        counts = [example.visit('home', who, pipe=pipe) for who in ('ann', 'bob', 'ann')]
    assert counts == [1, 2, 2]


def test_places(connected):
    with redpipe.autoexec() as pipe:
        example.open_shop('x', u'Utrecht', 5.12, 52.09, pipe=pipe)
        example.open_shop('x', u'Amsterdam', 4.90, 52.37, pipe=pipe)
        near = example.shops_near('x', 5.1, 52.1, 50, pipe=pipe)
    assert [name for name, _ in near] == [u'Utrecht', u'Amsterdam']
    assert near[0][1] < 2 < 30 < near[1][1] < 40


def test_all_of_it_in_one_round_trip(linked):
    link, client = linked
    example.register('ann', {'age': 41})
    example.follow('ann', 'bob', 5)
    before = link.round_trips
    page = example.overview('ann', 'home')
    assert link.round_trips == before + 1
    assert page == {'user': {'age': 41}, 'followers': [('bob', 5.0)], 'visitors': 1}
