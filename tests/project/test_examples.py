"""The programs and the functions in examples/ do what they show, alone and in a pipe."""
import datetime
import re
import subprocess
import sys

import pytest

import redpipe
from examples import bookshop, demo, keyspaces, readers
from examples.readers import Reader


@pytest.fixture
def shop(connected):
    bookshop.fill(connected)
    return connected


def test_a_function_of_the_bookshop_works_by_itself(shop):
    assert bookshop.visits('ann') == 1
    assert bookshop.basket('ann') == 2
    assert bookshop.greeting('ann') == 'Welcome back, Ann of Utrecht'


def test_who_is_unknown_is_greeted(connected):
    assert bookshop.greeting('zoe') == 'Welcome'


def test_both_ways_make_the_same_page(shop):
    alone, together = demo.one_at_a_time(), demo.together()
    assert together.pop('visits') == alone.pop('visits') + 1
    assert together == alone
    assert len(alone['shelf']) == len(bookshop.SHELF)


def test_a_page_in_one_pipe_is_one_round_trip(linked):
    link, client = linked
    bookshop.fill(client)
    start = link.round_trips
    demo.one_at_a_time()
    between = link.round_trips
    demo.together()
    assert (between - start, link.round_trips - between) == (9, 1)


@pytest.mark.usefixtures('start')
def test_the_demo_prints_all_ways_side_by_side():
    done = subprocess.Popen([sys.executable, '-m', 'examples.demo'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, complaints = (stream.decode('utf-8') for stream in done.communicate())
    assert done.returncode == 0, complaints
    rows = dict(re.findall(r'^ +(commands|round trips|milliseconds)((?: +[\d.]+)+)$', said, re.M))
    others = 2 if demo.ASYNCIO else 1
    assert ('under asyncio' in said) == demo.ASYNCIO
    assert rows['commands'].split() == ['22'] + ['22'] * others
    assert rows['round trips'].split() == ['9'] + ['1'] * others
    slow, fast = map(float, rows['milliseconds'].split()[:2])
    assert slow > 9 > fast > 1
    assert '1 ms of delay' in said
    assert re.search(r'^ +Ann +Utrecht +21 page views +utopias +followed by Bob, Cid$', said, re.M)
    assert 'round trips: 1 to write all of it, 2 to read it' in said


# -- examples/keyspaces.py

def test_a_string(connected):
    assert keyspaces.remember('t', [1]).IS(None)
    assert keyspaces.remember('t', [1, 2]) == [1]
    assert connected.get('session{t}') == b'[1, 2]'
    assert 3500 < connected.ttl('session{t}') <= 3600


def test_sets(connected):
    with redpipe.autoexec() as pipe:
        counts = [keyspaces.tag('a', ['red', 'blue'], pipe=pipe), keyspaces.tag('b', 'red', pipe=pipe)]
        shared = keyspaces.related('a', 'b', pipe=pipe)
    assert counts == [2, 1]
    assert shared == {'red'}


def test_a_list(connected):
    assert keyspaces.enqueue('q', [7, 8]) == 2
    with redpipe.autoexec() as pipe:
        jobs = [keyspaces.next_job('q', pipe=pipe) for _ in range(3)]
    assert jobs == [7, 8, None]


def test_a_sorted_set(connected):
    with redpipe.autoexec() as pipe:
        for when, name in enumerate(['bob', 'cid', 'dan', 'eve']):
            count = keyspaces.follow('ann', name, when, pipe=pipe)
        newest = keyspaces.newest_followers('ann', 2, pipe=pipe)
    assert count == 4
    assert newest == [('eve', 3.0), ('dan', 2.0)]


def test_a_hash(connected):
    born = datetime.date(1980, 2, 29)
    data = {'name': u'Ann', 'age': 41, 'height': 1.75, 'admin': True, 'born': born}
    assert keyspaces.register('ann', data) == data
    assert keyspaces.birthday('ann') == 42
    assert connected.hget('U{ann}', 'born') == b'1980-02-29'


def test_a_hyperloglog(connected):
    with redpipe.autoexec() as pipe:
        counts = [keyspaces.visit('home', who, pipe=pipe) for who in ('ann', 'bob', 'ann')]
    assert counts == [1, 2, 2]


def test_places(connected):
    with redpipe.autoexec() as pipe:
        keyspaces.open_shop('x', u'Utrecht', 5.12, 52.09, pipe=pipe)
        keyspaces.open_shop('x', u'Amsterdam', 4.90, 52.37, pipe=pipe)
        near = keyspaces.shops_near('x', 5.1, 52.1, 50, pipe=pipe)
    assert [name for name, _ in near] == [u'Utrecht', u'Amsterdam']
    assert near[0][1] < 2 < 30 < near[1][1] < 40


def test_all_of_it_in_one_round_trip(linked):
    link, client = linked
    keyspaces.register('ann', {'age': 41})
    keyspaces.follow('ann', 'bob', 5)
    before = link.round_trips
    page = keyspaces.overview('ann', 'home')
    assert link.round_trips == before + 1
    assert page == {'user': {'age': 41}, 'followers': [('bob', 5.0)], 'visitors': 1}


# -- examples/readers.py

def test_a_reader_joins_and_is_there(connected):
    ann = readers.join('ann', u'Ann', u'Utrecht', [u'verse'])
    expected = {'reader': 'ann', 'name': u'Ann', 'town': u'Utrecht', 'newsletter': True, 'genres': [u'verse']}
    assert ann == Reader('ann') == expected
    assert connected.hget('reader{ann}', 'genres') == b'["verse"]'


def test_page_views_are_counted_without_loading(connected):
    assert readers.view('ann') == 1
    with redpipe.autoexec() as pipe:
        counts = [readers.view('ann', pipe=pipe), readers.view('ann', 5, pipe=pipe)]
    assert counts == [2, 7]
    assert Reader('ann')['page_views'] == 7


def test_followers_are_a_set(connected):
    with redpipe.autoexec() as pipe:
        counts = [readers.follow(one, 'ann', pipe=pipe) for one in ('bob', 'cid', 'bob')]
    assert counts == [1, 2, 2]
    record, followers = readers.profile('ann')
    assert not record.persisted
    assert followers == {'bob', 'cid'}


def test_fields_change_and_go(connected):
    readers.join('ann', u'Ann', u'Utrecht')
    readers.change('ann', town=u'Ghent', newsletter=None)
    assert Reader('ann') == {'reader': 'ann', 'name': u'Ann', 'town': u'Ghent', 'genres': []}


def test_a_reader_leaves(connected):
    readers.join('ann', u'Ann', u'Utrecht')
    readers.follow('bob', 'ann')
    readers.leave('ann')
    assert connected.keys('*') == []


def test_an_evening_is_one_round_trip_and_looking_at_it_two(linked):
    link, client = linked
    start = link.round_trips
    readers.evening()
    assert link.round_trips - start == 1
    found = readers.profiles(['ann', 'bob', 'cid', 'eve'])
    assert link.round_trips - start == 3
    assert [record['page_views'] for record, _ in found] == [21, 15, 15, 15]
    assert [' '.join(line.split()) for line in readers.lines(found)] == [
        'Ann Utrecht 21 page views utopias followed by Bob, Cid',
        'Bob Ghent 15 page views travel, crime followed by Ann',
        'Cid Lille 15 page views - followed by somebody who left, Eve',
        'Eve Bern 15 page views - followed by nobody',
    ]
