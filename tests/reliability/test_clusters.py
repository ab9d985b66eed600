"""On a Redis Cluster a batch does what it does on one server, or says clearly that it cannot."""
import weakref

import pytest
import redis

import redpipe
from redpipe import _redis_commands
from redpipe.connections import ConnectionManager
from servers import Cluster, RedisCluster

REDIS_2 = redis.__version__.startswith('2.')


@pytest.fixture
def on_cluster(clustered):
    """A client of an empty cluster, the default connection."""
    redpipe.reset()
    redpipe.connect_rediscluster(clustered)
    yield clustered
    redpipe.reset()


@pytest.fixture(scope='module')
def second_cluster(start):
    with Cluster(primaries=1, replicas=0) as one:
        yield one


@pytest.fixture
def mixed(clustered, client, second_cluster):
    """Clients of a cluster, the default, of a plain server and of a second cluster."""
    second_cluster.flush()
    clients = {'default': clustered, 'plain': client, 'second': second_cluster.client()}
    redpipe.reset()
    for name in clients:
        redpipe.connect_redis(clients[name], name=name)
    yield clients
    redpipe.reset()


def calls(cluster, command):
    """How often the nodes ran *command*, such as ``command|getkeys``."""
    stats = [node.asks.info('commandstats') for node in cluster.nodes]
    return sum(one.get('cmdstat_' + command, {}).get('calls', 0) for one in stats)


# -- connections

@pytest.mark.parametrize('connect', [redpipe.connect_redis, redpipe.connect_rediscluster,
                                     redpipe.connect_redis_cluster, ConnectionManager.connect_rediscluster,
                                     lambda client: redpipe.connect(client.pipeline)])
def test_a_cluster_client_is_connected_by_every_function(clustered, connect):
    redpipe.reset()
    connect(clustered)
    connect(clustered)
    with redpipe.autoexec() as pipe:
        value = pipe.incr('k')
    redpipe.reset()
    assert value == 1


def test_a_plain_client_may_stand_in_for_a_cluster(client):
    redpipe.reset()
    redpipe.connect_rediscluster(client)
    with redpipe.autoexec() as pipe:
        value = pipe.incr('k')
    redpipe.reset()
    assert value == 1


def test_a_cluster_client_that_decodes_is_refused(cluster):
    client = cluster.client(decode_responses=True)
    redpipe.reset()
    for connect in redpipe.connect_redis, redpipe.connect_rediscluster:
        with pytest.raises(redpipe.InvalidPipeline, match='decode_responses'):
            connect(client)


@pytest.mark.parametrize('wrong', [None, 'localhost', [{'host': 'localhost'}], RedisCluster])
def test_the_error_for_an_unusable_object_says_what_was_expected(wrong):
    with pytest.raises(redpipe.InvalidPipeline, match='client'):
        redpipe.connect_rediscluster(wrong)


def test_what_pipelines_of_the_client_cannot_do_is_refused_at_once(clustered):
    redpipe.reset()
    with pytest.raises(redpipe.InvalidPipeline, match='shard_hint'):
        redpipe.connect_redis(clustered, shard_hint='x')


def test_a_transaction_holds_keys_of_one_slot(clustered):
    redpipe.reset()
    try:
        redpipe.connect_redis(clustered, transaction=True)
    except redpipe.InvalidPipeline as error:
        assert 'transaction' in str(error)
        pytest.skip('this client has no transactions on clusters: redis-py has them from 6 on')
    with redpipe.autoexec() as pipe:
        refs = [pipe.incr('{t}a'), pipe.incr('{t}a'), pipe.mget('{t}a', '{t}b')]
    assert refs == [1, 2, [b'2', None]]
    pipe = redpipe.pipeline()
    ref = pipe.incr('{t}a')
    pipe.incr('{t}x', 'no number')
    with pytest.raises(redis.ResponseError):
        pipe.execute()
    with pytest.raises(redpipe.ResultNotReady):
        ref.result
    redpipe.reset()


def test_two_clients_of_a_cluster_do_not_share_a_name(on_cluster, cluster):
    with pytest.raises(redpipe.AlreadyConnected):
        redpipe.connect_rediscluster(cluster.client())


# -- replies

def scores(name, score):
    return ('zadd', name, score, 'm') if REDIS_2 else ('zadd', name, {'m': score})


COMMANDS = [
    ('set', '{t}a', 'v'), ('get', '{t}a'), ('set', '{t}n', 5), ('incr', '{t}n'), ('append', '{t}a', 'w'),
    ('sadd', '{t}s', 1, 2), ('sadd', '{t}u', 2, 3), ('pfadd', '{t}p', 1), ('pfadd', '{t}q', 2),
    ('hset', '{t}h', 'f', 'v'), ('hgetall', '{t}h'), ('rpush', '{t}l', 3, 1, 2), ('expire', '{t}h', 60),
    scores('{t}z', 1.5), ('zrange', '{t}z', 0, -1, False, True), ('type', '{t}z'), ('dump', '{t}nothing'),
    # What the methods of one or the other cluster pipeline refuse, though the keys are in one slot.
    ('mget', '{t}a', '{t}n'), ('mset', {'{t}x': 1, '{t}y': 2}), ('msetnx', {'{t}x': 1, '{t}y': 2}),
    ('delete', '{t}x', '{t}y'), ('delete', '{t}x'), ('exists', '{t}a'), ('object', 'encoding', '{t}s'),
    ('eval', 'return {KEYS[1], KEYS[2], ARGV[1]}', 2, '{t}a', '{t}n', 'x'), ('eval', 'return 1', 0),
    ('eval', 'return redis.call("get", KEYS[1])', 1, '{t}a'), ('echo', 'x'), ('ping',),
    ('pfcount', '{t}p', '{t}q'), ('pfmerge', '{t}r', '{t}p', '{t}q'), ('sdiff', '{t}s', '{t}u'),
    ('sdiffstore', '{t}v', '{t}s', '{t}u'), ('sinter', '{t}s', '{t}u'), ('sinterstore', '{t}v', '{t}s', '{t}u'),
    ('sunion', '{t}s', '{t}u'), ('sunionstore', '{t}v', '{t}s', '{t}u'), ('smove', '{t}s', '{t}u', 1),
    ('rename', '{t}s', '{t}s2'), ('renamenx', '{t}s2', '{t}s'), ('rpoplpush', '{t}l', '{t}l2'),
    ('brpoplpush', '{t}l', '{t}l2', 1), ('blpop', ['{t}nothing', '{t}l'], 1), ('brpop', ['{t}l2'], 1),
    ('sort', '{t}u'), ('sort', '{t}u', None, None, None, None, False, False, '{t}w'), ('lrange', '{t}w', 0, -1),
    ('set', '{t}b1', 'a'), ('set', '{t}b2', 'b'), ('bitop', 'AND', '{t}b', '{t}b1', '{t}b2'), ('get', '{t}b'),
    ('zunionstore', '{t}z2', ['{t}z', '{t}nothing']), ('zinterstore', '{t}z2', {'{t}z': 2}), ('sscan', '{t}u'),
    ('execute_command', 'GEOADD', '{t}g', 1, 2, 'm'), ('geopos', '{t}g', 'm'),
    ('execute_command', 'XADD', '{t}x', '1-1', 'f', 'v'),
    ('execute_command', 'XREAD', 'COUNT', 2, 'STREAMS', '{t}x', '{t}n', '0', '0'),
    ('execute_command', 'XREAD', 'STREAMS', '{t}x', '0'), ('execute_command', b'get', '{t}b'),
]


def outcomes(client, **options):
    """What each of COMMANDS gives in a pipeline of its own, in order."""
    redpipe.reset()
    redpipe.connect_redis(client, **options)
    replies = []
    for words in COMMANDS:
        pipe = redpipe.pipeline()
        try:
            ref = getattr(pipe, words[0])(*words[1:])
            pipe.execute()
            replies.append((words, ref.result))
        except redis.RedisError as error:
            replies.append((words, type(error)))
    redpipe.reset()
    return replies


def test_replies_are_those_of_a_plain_server(clustered, client):
    plain = outcomes(client)
    assert outcomes(clustered) == plain
    failed = [words for words, reply in plain if isinstance(reply, type)]
    assert [words[1] for words in failed] == ['XREAD']  # of a key that is no stream


def test_replies_within_a_transaction_are_those_of_a_plain_server(clustered, client):
    try:
        redpipe.connect_redis(clustered, 'transactions', transaction=True)
    except redpipe.InvalidPipeline:
        pytest.skip('this client has no transactions on clusters')
    assert outcomes(clustered, transaction=True) == outcomes(client, transaction=True)


@pytest.mark.parametrize('key', [u'h\xe9', b'\xff'])
def test_an_error_may_be_about_a_key_beyond_ascii(on_cluster, key):
    on_cluster.set(key, 'text')
    with pytest.raises(redis.ResponseError) as caught:
        with redpipe.autoexec() as pipe:
            pipe.incr('n')
            pipe.incr(key)
    assert caught.value.outcomes == [1, caught.value] and 'INCRBY' in caught.value.args[0]


def test_replies_of_many_slots_come_in_program_order(on_cluster):
    with redpipe.autoexec() as pipe:
        refs = [pipe.rpush('list %d' % (number % 50), number) for number in range(500)]
        with redpipe.autoexec(pipe) as inner:
            ranges = [inner.lrange('list %d' % number, 0, -1) for number in range(50)]
        dropped = [pipe.delete('list %d' % number) for number in range(50)]
    assert refs == [1 + number // 50 for number in range(500)]
    for number, values in enumerate(ranges):
        assert [int(value) for value in values] == list(range(number, 500, 50))
    assert dropped == [1] * 50


def test_keys_of_every_type_and_beyond_ascii_reach_their_slot(on_cluster):
    names = [1, b'bytes \xff', u'h\xe9', u'{h\xe9}', 'plain', 1.5]
    with redpipe.autoexec() as pipe:
        for name in names:
            pipe.set(name, 'v')
            pipe.mget([name])
        values = [pipe.eval('return redis.call("get", KEYS[1])', 1, name) for name in names]
    assert values == [b'v'] * len(names)


def test_no_server_is_asked_where_the_keys_are(on_cluster, cluster):
    def run():
        with redpipe.autoexec() as pipe:
            pipe.eval('return 1', 1, 'k')
            pipe.zunionstore('{z}1', ['{z}2', '{z}3'])
            pipe.sort('l')
            pipe.execute_command('XREAD', 'STREAMS', 'x', '0')

    run()
    before = calls(cluster, 'command|getkeys')
    run()
    assert calls(cluster, 'command|getkeys') == before


def test_a_batch_leaves_no_pipeline_object_behind(on_cluster, no_collections):
    pipe = ConnectionManager.get()
    pipe.execute_command('GET', 'k')
    assert pipe.execute() == [None]
    if not hasattr(pipe, '_execution_strategy'):  # of newer redis-py, and a cycle of its own
        alive = weakref.ref(pipe)
        del pipe
        assert alive() is None


# -- what one slot cannot hold

ACROSS = [
    ('mget', 'a', 'b'), ('mset', {'a': 1, 'b': 2}), ('delete', 'a', 'b'), ('pfcount', 'a', 'b'), ('rename', 'a', 'b'),
    ('sunionstore', '{a}', 'a', 'b'), ('zunionstore', 'a', ['a', 'b']), ('eval', 'return 1', 2, 'a', 'b'),
    ('blpop', ['a', 'b'], 1), ('bitop', 'AND', 'a', 'b'), ('smove', 'a', 'b', 1),
    ('sort', 'a', None, None, None, None, False, False, 'b'), ('execute_command', 'mget', 'a', 'b'),
    ('execute_command', 'XREAD', 'STREAMS', 'a', 'b', '0', '0'),
    ('execute_command', 'GEORADIUS', 'a', 1, 2, 9, 'km', 'STORE', 'b'),
]


@pytest.mark.parametrize('words', ACROSS, ids=[
    '-'.join(words[:1] if words[0] == 'mset' else map(str, words[:2])) for words in ACROSS])
def test_keys_in_several_slots_are_one_clear_error_before_anything_is_sent(mixed, words, threads):
    pipe = redpipe.pipeline(name='plain')
    refs = [pipe.incr('before')]
    with redpipe.autoexec(pipe) as inner:
        refs.append(inner.incr('{a}before'))
        refs.append(getattr(inner, words[0])(*words[1:]))
    with pytest.raises(redpipe.InvalidOperation, match=r"different slots of the cluster \('.*': \d+, '.*': \d+\)"):
        pipe.execute()
    assert mixed['plain'].get('before') is None and mixed['default'].get('{a}before') is None
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='different slots'):
            ref.result


@pytest.mark.parametrize('name', ['dbsize', 'keys', 'scan', 'flushdb', 'flushall', 'randomkey'])
def test_a_command_about_all_nodes_is_refused_before_anything_is_sent(on_cluster, name):
    pipe = redpipe.pipeline()
    pipe.incr('before')
    getattr(pipe, name)()
    with pytest.raises(redpipe.InvalidOperation, match='%s is about every node' % name.upper()):
        pipe.execute()
    assert on_cluster.get('before') is None


@pytest.mark.parametrize('words, keys', [
    ('GET a', None), ('JSON.GET a', None), ('PING', []), ('MGET', []), ('del a b', ['a', 'b']),
    ('MSET a 1 b 2', ['a', 'b']), ('LMOVE a b LEFT RIGHT', ['a', 'b']), ('BLPOP a b 0', ['a', 'b']),
    ('BITOP NOT a b', ['a', 'b']), ('OBJECT ENCODING a', ['a']), ('EVAL script 0 a', []),
    ('EVAL script 2 a b c', ['a', 'b']), ('EVAL script many a', None), ('EVAL script', None),
    ('LMPOP 2 a b LEFT', ['a', 'b']), ('BLMPOP 0 2 a b LEFT', ['a', 'b']),
    ('ZUNIONSTORE a 2 b c WEIGHTS 1 2', ['a', 'b', 'c']), ('SORT a BY nosort', ['a']),
    ('SORT a LIMIT 0 1 store b', ['a', 'b']), ('GEORADIUSBYMEMBER a STORE 1 km STOREDIST b', ['a', 'b']),
    ('MIGRATE h 1 a 0 5', ['a']), ('MSETEX 2 a 1 b 2 EX 5', ['a', 'b']), ('SORT_RO a', ['a']),
    ('XREADGROUP GROUP g c COUNT 1 STREAMS a b > >', ['a', 'b']), ('XREAD nonsense', None),
    ('XREADGROUP GROUP streams streams STREAMS a >', ['a']), ('XREAD STREAMS a b 1 2', ['a', 'b']),
    ('SORT a BY store GET store GET # STORE b', ['a', 'b']), ('GEORADIUS a 1 2 3 km COUNT 1 ANY STORE b', ['a', 'b']),
    ('GEORADIUS a 1 2 3 km STORE store', ['a', 'store']), ('GEOSEARCHSTORE a b FROMMEMBER c', ['a', 'b'])])
def test_the_words_of_a_command_tell_its_keys(words, keys):
    words = tuple(words.split())
    assert _redis_commands.keys_of(words) == keys
    assert _redis_commands.keys_of(tuple(word.encode() for word in words)) in (
        keys, keys and [key.encode() for key in keys])


def test_all_commands_of_the_server_with_several_keys_are_known(cluster):
    # first, last: where the keys begin and end, 0 where there are none, or none at a fixed place
    for name, _, flags, first, last in [row[:5] for row in cluster.nodes[0].raw('COMMAND')]:
        if b'movablekeys' in flags or (first, last) not in ((0, 0), (1, 1)):
            name = name.decode().upper()
            assert name in _redis_commands.KEYS_OF or name in ('WATCH', 'SSUBSCRIBE', 'SUNSUBSCRIBE', 'STRALGO')


def test_migrate_of_several_keys_tells_them():
    assert _redis_commands.keys_of(('MIGRATE', 'h', 1, '', 0, 5, 'KEYS', 'a', 'b')) == ['a', 'b']


def test_a_command_whose_name_is_two_words_tells_its_keys():
    assert _redis_commands.keys_of(('MEMORY USAGE', 'a')) == ['a']


# -- several connections in one execute

def test_clusters_and_plain_servers_mix(mixed, threads):
    seen = []
    with redpipe.autoexec(name='plain') as pipe:
        refs = []
        for number in range(1, 21):
            refs.append(pipe.incr('k'))
            for name in (None, 'second'):
                with redpipe.autoexec(pipe, name=name) as inner:
                    refs.append(inner.incr('k'))
                    inner.on_execute(lambda number=number: seen.append(number))
    assert refs == [number for number in range(1, 21) for _ in range(3)]
    assert seen == [number for number in range(1, 21) for _ in range(2)]
    assert [client.get('k') for client in mixed.values()] == [b'20'] * 3


def test_an_error_reply_of_a_cluster_fills_no_future(mixed, threads):
    mixed['default'].set('text', 'abc')
    called = []
    pipe = redpipe.pipeline(name='plain')
    refs = [pipe.incr('k')]
    with redpipe.autoexec(pipe) as inner:
        refs += [inner.incr('k'), inner.incr('text'), inner.incr('other')]
    pipe.on_execute(lambda: called.append(1))
    with pytest.raises(redis.ResponseError, match='not an integer'):
        pipe.execute()
    assert called == []
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='not an integer'):
            ref.result
    # As on a plain server, the other commands have run.
    assert mixed['default'].get('k') == mixed['default'].get('other') == mixed['plain'].get('k') == b'1'


# -- nodes that go, and slots that move

def test_a_dead_node_fails_the_batch_and_fills_no_future(start, clustered):
    with Cluster(primaries=3, replicas=0) as cluster:
        redpipe.reset()
        redpipe.connect_redis(cluster.client())
        dead = cluster.owner(cluster.slot('a'))
        assert cluster.owner(cluster.slot('b')) is not dead
        with redpipe.autoexec() as pipe:
            pipe.incr('a')
            pipe.incr('b')
        cluster.kill(dead)
        pipe = redpipe.pipeline()
        refs = [pipe.incr('b'), pipe.incr('a')]
        with pytest.raises(redis.RedisError):
            pipe.execute()
        for ref in refs:
            with pytest.raises(redpipe.ResultNotReady):
                ref.result
        with redpipe.autoexec() as pipe:
            alive = pipe.get('b')
        assert alive in (b'1', b'2', b'3')
        redpipe.reset()


def test_a_slot_that_has_moved_is_found(start, clustered):
    with Cluster(primaries=2, replicas=0) as cluster:
        client = cluster.client()
        redpipe.reset()
        redpipe.connect_redis(client)
        client.set('{m}k', 'v')
        slot = cluster.slot('{m}k')
        source = cluster.owner(slot)
        cluster.move(slot, [node for node in cluster.nodes if node is not source][0])
        with redpipe.autoexec() as pipe:
            refs = [pipe.get('{m}k'), pipe.mget('{m}k', '{m}x'), pipe.object('encoding', '{m}k'),
                    pipe.eval('return redis.call("get", KEYS[1])', 1, '{m}k'), pipe.incr('{m}n'), pipe.incr('{m}n')]
        redpipe.reset()
        assert refs == [b'v', [b'v', None], refs[2].result, b'v', 1, 2]
        assert 'embstr' in str(refs[2])
