"""The functions of examples/readers.py do what they say, alone and in a pipe."""
import redpipe
from examples import readers as example
from examples.readers import Reader


def test_a_reader_joins_and_is_there(connected):
    ann = example.join('ann', u'Ann', u'Utrecht', [u'verse'])
    expected = {'reader': 'ann', 'name': u'Ann', 'town': u'Utrecht', 'newsletter': True, 'genres': [u'verse']}
    assert ann == Reader('ann') == expected
    assert connected.hget('reader{ann}', 'genres') == b'["verse"]'


def test_page_views_are_counted_without_loading(connected):
    assert example.view('ann') == 1
    with redpipe.autoexec() as pipe:
        counts = [example.view('ann', pipe=pipe), example.view('ann', 5, pipe=pipe)]
    assert counts == [2, 7]
    assert Reader('ann')['page_views'] == 7


def test_followers_are_a_set(connected):
    with redpipe.autoexec() as pipe:
        counts = [example.follow(one, 'ann', pipe=pipe) for one in ('bob', 'cid', 'bob')]
    assert counts == [1, 2, 2]
    record, followers = example.profile('ann')
    assert not record.persisted
    assert followers == {'bob', 'cid'}


def test_fields_change_and_go(connected):
    example.join('ann', u'Ann', u'Utrecht')
    example.change('ann', town=u'Ghent', newsletter=None)
    assert Reader('ann') == {'reader': 'ann', 'name': u'Ann', 'town': u'Ghent', 'genres': []}


def test_a_reader_leaves(connected):
    example.join('ann', u'Ann', u'Utrecht')
    example.follow('bob', 'ann')
    example.leave('ann')
    assert connected.keys('*') == []


def test_an_evening_is_one_round_trip_and_looking_at_it_two(linked):
    link, client = linked
    start = link.round_trips
    example.evening()
    assert link.round_trips - start == 1
    found = example.profiles(['ann', 'bob', 'cid', 'eve'])
    assert link.round_trips - start == 3
    assert [record['page_views'] for record, _ in found] == [21, 15, 15, 15]
    assert [' '.join(line.split()) for line in example.lines(found)] == [
        'Ann Utrecht 21 page views utopias followed by Bob, Cid',
        'Bob Ghent 15 page views travel, crime followed by Ann',
        'Cid Lille 15 page views - followed by somebody who left, Eve',
        'Eve Bern 15 page views - followed by nobody',
    ]
