"""The programs in examples/ do what they show."""
import re
import subprocess
import sys

import pytest

from examples import demo


@pytest.fixture
def shop(connected):
    demo.fill(connected)
    return connected


def test_a_function_of_the_demo_works_by_itself(shop):
    assert demo.visits('ann') == 1
    assert demo.basket('ann') == 2
    assert demo.greeting('ann') == 'Welcome back, Ann of Utrecht'


def test_both_ways_make_the_same_page(shop):
    alone, together = demo.one_at_a_time(), demo.together()
    assert together.pop('visits') == alone.pop('visits') + 1
    assert together == alone
    assert len(alone['shelf']) == len(demo.SHELF)


def test_a_page_in_one_pipe_is_one_round_trip(linked):
    link, client = linked
    demo.fill(client)
    start = link.round_trips
    demo.one_at_a_time()
    between = link.round_trips
    demo.together()
    assert (between - start, link.round_trips - between) == (9, 1)


@pytest.mark.usefixtures('start')
def test_the_demo_prints_both_ways_side_by_side():
    done = subprocess.Popen([sys.executable, '-m', 'examples.demo'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, complaints = (stream.decode('utf-8') for stream in done.communicate())
    assert done.returncode == 0, complaints
    rows = dict(re.findall(r'^ +(commands|round trips|milliseconds) +([\d.]+ +[\d.]+)$', said, re.M))
    assert rows['commands'].split() == ['22', '22']
    assert rows['round trips'].split() == ['9', '1']
    slow, fast = map(float, rows['milliseconds'].split())
    assert slow > 9 > fast > 1
    assert '1 ms of delay' in said
    assert re.search(r'^ +Ann +Utrecht +21 page views +utopias +followed by Bob, Cid$', said, re.M)
    assert 'round trips: 1 to write all of it, 2 to read it' in said
