# -*- coding: utf-8 -*-
"""scan_iter visits the keys of its keyspace and no others, wherever they lie."""
import importlib
import sys

import pytest
import redis

import redpipe

ON_CLUSTERS = True


class Names(redpipe.String):
    keyspace = 'N'


class Odd(redpipe.String):
    keyspace = 'N*[1]?'


class Bare(redpipe.String):
    keyspace = None


KEYS = [u'%d' % number for number in range(300)] + [u'h\xe9', u'a*', u'[b]']


def fill(keyspace, keys=KEYS):
    with redpipe.autoexec() as pipe:
        names = keyspace(pipe)
        for key in keys:
            names.set(key, u'x')


def test_it_visits_every_key_of_the_keyspace_once(connected):
    fill(Names)
    fill(Odd, [u'1'])
    connected.set('N', 'x')
    assert sorted(Names().scan_iter()) == sorted(KEYS)
    assert sorted(Names().scan_iter(count=7)) == sorted(KEYS)
    assert list(Odd().scan_iter()) == [u'1']


def test_a_pattern_is_about_the_name_within_the_keyspace(connected):
    fill(Names)
    fill(Bare, [u'77', u'N', u'N{x'])
    assert sorted(Names().scan_iter(match=u'7?')) == [u'%d' % n for n in range(70, 80)]
    assert list(Names().scan_iter(match=u'nobody*')) == []
    assert sorted(Bare().scan_iter(match=u'7*')) == [u'77']


def test_without_a_keyspace_it_visits_all_keys(connected):
    fill(Bare)
    assert sorted(Bare().scan_iter()) == sorted(KEYS)


def test_a_pipe_is_refused(connected):
    with pytest.raises(redpipe.InvalidOperation):
        Names(redpipe.pipeline()).scan_iter()


def test_a_connection_that_is_unknown_is_refused(connected):
    class Elsewhere(redpipe.String):
        connection = 'nobody'

    with pytest.raises(redpipe.InvalidPipeline):
        Elsewhere().scan_iter()


def test_the_keys_of_a_struct_are_visited_likewise(connected):
    class Reader(redpipe.Struct):
        keyspace = 'R'

    fill(Names)
    with redpipe.autoexec() as pipe:
        for number in range(50):
            Reader({'_key': u'%d' % number, 'name': u'x'}, pipe=pipe, fields=[])
    assert sorted(Reader.scan_iter()) == sorted(u'%d' % number for number in range(50))
    assert sorted(Reader.scan_iter(match=u'4?', count=5)) == [u'%d' % n for n in range(40, 50)]


@pytest.mark.skipif(sys.version_info < (3, 8) or int(redis.__version__.split('.')[0]) < 5,
                    reason='redpipe.asyncio needs Python 3.8 and redis-py 5.0')
def test_an_async_for_goes_on_where_the_one_before_was_left(client, server):
    redpipe.reset()
    redpipe.connect_redis(client)
    fill(Names)
    awaited = importlib.import_module('redpipe.asyncio')
    loop = importlib.import_module('asyncio').new_event_loop()
    made = []

    def make():
        made.append(importlib.import_module('redis.asyncio').Redis(host=server.host, port=server.port))
        return made[0]

    awaited.connect_redis(make)
    try:
        names, found = Names().scan_iter(count=7), []
        assert names.__aiter__() is names.__aiter__() is names
        for _ in KEYS:
            found.append(loop.run_until_complete(names.__anext__()))
        assert sorted(found) == sorted(KEYS)
        with pytest.raises(StopAsyncIteration):
            loop.run_until_complete(names.__anext__())
        loop.run_until_complete(made[0].connection_pool.disconnect())
    finally:
        loop.close()
        redpipe.reset()
