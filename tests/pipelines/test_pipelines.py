"""Pipelines queue, nest, execute and call back; nothing is half-done when they fail."""
import copy
import gc
import os
import pickle
import subprocess
import sys
import threading
import warnings

import pytest
import redis
import six

import redpipe
from redpipe.pipelines import NestedPipeline, Pipeline

ON_CLUSTERS = True


def increment_and_expire(key, num=1, expire=60, pipe=None):
    with redpipe.autoexec(pipe) as pipe:
        ref = pipe.incrby(key, num)
        pipe.expire(key, expire)
        return ref


def nested(pipe, depth):
    """Open *depth* pipelines, each nested in the one before, and return them all."""
    pipes = [pipe]
    for _ in range(depth):
        pipes.append(redpipe.pipeline(pipes[-1]))
    return pipes


# -- commands and Futures

def test_a_command_returns_a_future_at_once(connected):
    pipe = redpipe.pipeline()
    assert type(pipe.incr('foo')) is redpipe.Future
    pipe.reset()


def test_a_future_raises_until_the_pipeline_executes_and_is_the_result_then(connected):
    with redpipe.pipeline() as pipe:
        one = pipe.incr('k')
        two = pipe.incr('k')
        with pytest.raises(redpipe.ResultNotReady):
            one + two
        pipe.execute()
    assert [one, two] == [1, 2]
    assert one + two == 3


def test_raw_bytes_are_read(connected):
    with redpipe.autoexec() as pipe:
        pipe.set('k', u'h\xe9')
        value = pipe.get('k')
    assert value == b'h\xc3\xa9'


def test_results_of_different_commands_go_to_their_own_futures(connected):
    with redpipe.autoexec() as pipe:
        key1 = pipe.incr('key1')
        expire_key1 = pipe.expire('key1', 60)
        key2 = pipe.incrby('key2', 3)
        members = pipe.sadd('s', 'a', 'b')
        missing = pipe.get('nothing')
    assert (key1, expire_key1, key2, members) == (1, True, 3, 2)
    assert missing.IS(None)


def test_any_command_can_be_queued_by_its_words(connected):
    with redpipe.autoexec() as pipe:
        pipe.execute_command('SET', 'k', 'v')
        value = pipe.execute_command('GET', 'k')
    assert value == b'v'


def test_a_settled_future_may_be_an_argument_of_a_command(connected):
    with redpipe.autoexec() as pipe:
        number = pipe.incrby('n', 7)
        key = pipe.append('{k}', 'x')
    key.set(b'{k}')
    with redpipe.autoexec() as pipe:
        pipe.set(key, number, ex=number)
        pipe.mset({'{k}a': number, key + b'2': 1})
        pipe.execute_command('SET', '{k}raw', number)
        values = pipe.mget(key, '{k}a', '{k}raw')
        listed = pipe.mget([key, '{k}a'])
        alone = pipe.mget(key)
        ttl = pipe.ttl('{k}')
    assert values == [b'7', b'7', b'7']
    assert listed == [b'7', b'7']
    assert alone == [b'7']
    assert 0 < ttl <= 7


def test_a_future_without_a_result_is_refused_as_an_argument_at_the_callers_line(connected):
    pipe = redpipe.pipeline()
    number = pipe.incr('n')
    for call in (lambda: pipe.set('k', number), lambda: pipe.set('k', 1, ex=number),
                 lambda: pipe.set(number, 1), lambda: pipe.mset({'k': number}),
                 lambda: pipe.execute_command('SET', 'k', number)):
        with pytest.raises(redpipe.ResultNotReady):
            call()
    assert pipe._queued == 1
    pipe.reset()


def test_execute_returns_no_array_of_results(connected):
    pipe = redpipe.pipeline()
    pipe.incr('foo')
    assert pipe.execute() is None


# -- reusable building blocks

def test_a_function_with_an_optional_pipe_works_alone(connected):
    assert increment_and_expire('key3') == 1
    assert connected.ttl('key3') == 60


def test_the_same_function_composes_into_one_round_trip_of_200_commands(linked):
    link, client = linked
    before = link.round_trips
    with redpipe.autoexec() as pipe:
        refs = [increment_and_expire('k%d' % i, pipe=pipe) for i in range(100)]
        assert pipe._queued == 200
    assert link.round_trips - before == 1
    assert refs == [1] * 100


def test_a_function_without_a_with_block_composes_too(connected):
    def increment(key, pipe=None):
        pipe = redpipe.pipeline(pipe)
        ref = pipe.incr(key)
        pipe.execute()
        return ref

    assert increment('a') == 1
    with redpipe.pipeline() as pipe:
        one, two = increment('a', pipe), increment('a', pipe)
        pipe.execute()
    assert (one, two) == (2, 3)


# -- automatic execution

def test_by_default_execute_must_be_called(connected):
    with pytest.warns(RuntimeWarning):
        with redpipe.pipeline() as pipe:
            foo = pipe.incr('foo')
    assert connected.get('foo') is None
    with pytest.raises(redpipe.ResultNotReady, match='without execute'):
        foo.result


def test_autoexec_executes_when_the_block_is_left(connected):
    with redpipe.pipeline(autoexec=True) as pipe:
        foo = pipe.incr('foo')
    assert foo == 1
    with redpipe.autoexec() as pipe:
        foo = pipe.incr('foo')
    assert foo == 2


def test_autoexec_sends_nothing_when_the_block_is_left_by_an_exception(connected):
    with pytest.raises(KeyError):
        with redpipe.autoexec() as pipe:
            foo = pipe.incr('foo')
            raise KeyError('x')
    assert connected.get('foo') is None
    with pytest.raises(redpipe.ResultNotReady, match='KeyError') as caught:
        foo.result
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_exception_without_a_text_is_told_by_its_class(connected):
    with pytest.raises(KeyboardInterrupt):
        with redpipe.autoexec() as pipe:
            foo = pipe.incr('foo')
            raise KeyboardInterrupt
    with pytest.raises(redpipe.ResultNotReady, match='left by KeyboardInterrupt$'):
        foo.result


def test_execute_inside_autoexec_sends_nothing_twice(connected):
    with redpipe.autoexec() as pipe:
        foo = pipe.incr('foo')
        pipe.execute()
        assert foo == 1
        bar = pipe.incr('foo')
    assert bar == 2
    assert connected.get('foo') == b'2'


def test_executing_twice_sends_nothing_twice(connected):
    pipe = redpipe.pipeline()
    pipe.incr('foo')
    pipe.execute()
    pipe.execute()
    assert connected.get('foo') == b'1'


@pytest.mark.parametrize('depth', [0, 1, 2])
def test_a_pipeline_can_be_used_again_after_execute_or_reset(connected, depth):
    pipes = nested(redpipe.pipeline(), depth)
    pipe = pipes[-1]
    for expected in (1, 2):
        ref = pipe.incr('foo')
        for one in reversed(pipes):
            one.execute()
            assert one._stack == [] and one._callbacks == []
        assert ref == expected
        dropped = pipe.incr('foo')
        pipe.on_execute(pytest.fail)
        pipe.reset()
        assert pipe._stack == [] and pipe._callbacks == []
        with pytest.raises(redpipe.ResultNotReady):
            dropped.result


def test_a_block_can_be_entered_again(connected):
    pipe = redpipe.autoexec()
    for expected in (1, 2):
        with pipe:
            ref = pipe.incr('foo')
            inner = increment_and_expire('bar', pipe=pipe)
        assert ref == inner == expected
    flat = pipe.incr('foo')
    pipe.execute()
    assert flat == 3


# -- commands that nobody sends

def warned_by(function):
    """Call *function* and return the RuntimeWarnings that came of it."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter('always', RuntimeWarning)
        function()
        gc.collect()
    return [one for one in warned if one.category is RuntimeWarning]


def this_line():
    return sys._getframe(1).f_lineno


def test_a_block_that_is_left_without_execute_warns_at_its_with(connected):
    def forget():
        places.append(this_line() + 1)
        with redpipe.pipeline() as pipe:
            pipe.set('k', 'v')
            for number in range(300):
                pipe.incrby('n', number)

    def forget_and_return():
        if connected:
            places.append(this_line() + 1)
            with redpipe.pipeline() as pipe:
                return pipe.incrby('n', 7)

    places = []
    here = os.path.splitext(os.path.basename(__file__))[0] + '.py'
    for function, text in (
            (forget, '301 commands (SET k v, ...) will never be sent: the block of the pipeline was left without '
                     'execute(); use redpipe.autoexec(), or reset() to drop them silently'),
            (forget_and_return, '1 command (INCRBY n 7) will never be sent: the block of the pipeline was left without '
                                'execute(); use redpipe.autoexec(), or reset() to drop them silently')):
        one, = warned_by(function)
        assert str(one.message) == text
        assert (os.path.basename(one.filename), one.lineno) == (here, places[-1])
    assert not connected.exists('k') and not connected.exists('n')


def test_what_a_nested_pipeline_hands_over_is_its_parents_to_send(connected):
    def forget():
        with redpipe.pipeline() as pipe:
            increment_and_expire('k', pipe=pipe)
            with redpipe.pipeline(pipe) as inner:
                inner.get('k')

    inner, outer = warned_by(forget)
    assert '1 command (GET k)' in str(inner.message) and '2 commands (INCRBY k 1, ...)' in str(outer.message)


def test_what_is_dropped_on_purpose_or_by_an_exception_is_dropped_silently(connected):
    def drop():
        with redpipe.pipeline() as pipe:
            pipe.incr('k')
            pipe.reset()
        with redpipe.pipeline() as pipe:
            pipe.on_execute(lambda: None)
        with redpipe.autoexec() as pipe:
            pipe.incr('sent')
        with redpipe.pipeline() as pipe:
            pipe.incr('sent')
            pipe.execute()
        with pytest.raises(KeyError):
            with redpipe.pipeline() as pipe:
                with redpipe.autoexec(pipe) as inner:
                    inner.incr('k')
                redpipe.pipeline(pipe).execute()
                raise KeyError
        pipe = redpipe.pipeline()
        pipe.incr('k')
        pipe.reset()
        pipe = redpipe.pipeline()
        inner = redpipe.pipeline(pipe)
        inner.incr('sent')
        inner.execute()
        pipe.execute()

    assert warned_by(drop) == []
    assert not connected.exists('k') and connected.get('sent') == b'3'


def test_the_pipeline_is_empty_when_the_warning_is_an_error(connected):
    pipe = redpipe.pipeline()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        with pytest.raises(RuntimeWarning):
            with pipe:
                count = pipe.incr('k')
                pipe.on_execute(pytest.fail)
    assert pipe._stack == [] and pipe._callbacks == []
    with pytest.raises(redpipe.ResultNotReady, match='without execute'):
        count.result
    with pipe:
        count = pipe.incr('k')
        pipe.execute()
    assert count == 1


@pytest.mark.skipif(six.PY2, reason='Python 2 cannot free all objects that have a __del__')
def test_a_pipeline_that_is_lost_with_commands_warns(connected):
    def of_a_root():
        pipe = redpipe.pipeline()
        futures.append(pipe.incr('k'))
        pipe.get('k')

    def of_a_root_without_its_block():
        futures.append(redpipe.autoexec().incr('k'))

    def of_a_nested_pipe():
        with redpipe.autoexec() as pipe:
            futures.append(redpipe.autoexec(pipe).incr('k'))
            redpipe.pipeline(pipe)

    def of_a_pipe_after_its_block():
        with redpipe.autoexec() as pipe:
            pipe.incr('sent')
        futures.append(pipe.incr('k'))

    def of_a_pipe_after_execute():
        pipe = redpipe.pipeline()
        pipe.incr('sent')
        pipe.execute()
        futures.append(pipe.incr('k'))

    def of_a_cycle():
        pipe = redpipe.pipeline()
        pipe.on_execute(lambda: pipe)
        futures.append(pipe.incr('k'))

    futures = []
    for lose in (of_a_root, of_a_root_without_its_block, of_a_nested_pipe, of_a_pipe_after_its_block,
                 of_a_pipe_after_execute, of_a_cycle):
        one, = warned_by(lose)
        commands = '2 commands (INCRBY k 1, ...)' if lose is of_a_root else '1 command (INCRBY k 1)'
        assert str(one.message) == (
            commands + ' will never be sent: the pipeline was lost before it executed; use redpipe.autoexec(), '
                       'or reset() to drop them silently')
        with pytest.raises(redpipe.ResultNotReady, match='it was lost before it executed'):
            futures[-1].result
    assert not connected.exists('k')


def test_a_pipeline_that_an_exception_loses_is_silent(connected):
    def fail():
        pipe = redpipe.pipeline()
        pipe.incr('k')
        raise KeyError

    def in_the_clause():
        try:
            raise ValueError
        except ValueError:
            redpipe.pipeline().incr('k')

    def with_the_clause():
        try:
            fail()
        except KeyError:
            pass

    def with_the_variable_of_the_clause():
        try:
            fail()
        except KeyError as error:
            return str(error)

    assert warned_by(in_the_clause) == []
    if sys.version_info >= (3, 9):
        assert warned_by(with_the_clause) == []
        assert warned_by(with_the_variable_of_the_clause) == []


@pytest.mark.skipif(six.PY2, reason='Python 2 cannot free all objects that have a __del__')
@pytest.mark.parametrize('end, warns', [('', True), ('1 / 0', False)])
def test_python_shows_the_warning_when_the_program_ends_well(end, warns):
    code = 'import redpipe; pipe = redpipe.pipeline(); pipe.execute_command("PING"); ' + end
    process = subprocess.Popen([sys.executable, '-c', code], cwd=os.path.dirname(redpipe.__path__[0]),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.communicate()[0].decode()
    assert ('RuntimeWarning: 1 command (PING) will never be sent' in said) is warns
    assert ('ZeroDivisionError' in said) is not warns


# -- nesting

def test_a_root_and_a_nested_pipeline_are_told_apart_by_class_alone(connected):
    pipe = redpipe.pipeline()
    inner = redpipe.pipeline(pipe)
    assert isinstance(pipe, Pipeline) and isinstance(inner, NestedPipeline)
    assert isinstance(redpipe.pipeline(inner), NestedPipeline)
    public = [name for name in dir(pipe) if not name.startswith('_')]
    assert public == [name for name in dir(inner) if not name.startswith('_')]


def test_every_pipeline_is_a_pipe_that_tells_its_connection_its_parent_and_whether_it_executes_by_itself(connected):
    root = redpipe.pipeline()
    inner = redpipe.autoexec(root, name='far')
    told = [(pipe.connection_name, pipe.autoexec, pipe.parent) for pipe in (root, inner)]
    assert told == [('default', False, None), ('far', True, root)]
    assert redpipe.pipeline(inner, autoexec=True).autoexec is True
    assert redpipe.pipeline(inner).parent is inner
    assert isinstance(root, redpipe.Pipe) and isinstance(inner, redpipe.Pipe)
    assert not isinstance(redpipe.Future(), redpipe.Pipe)


@pytest.mark.parametrize('name', ['connection_name', 'autoexec', 'parent'])
def test_what_a_pipe_tells_of_itself_cannot_be_changed(connected, name):
    pipe = redpipe.pipeline()
    for one in (pipe, redpipe.pipeline(pipe)):
        with pytest.raises(AttributeError):
            setattr(one, name, None)


def test_any_kind_of_pipe_takes_nested_pipes_and_the_commands_of_keyspaces_and_structs(connected):
    class Kind(redpipe.Pipe):
        __slots__ = ()

    class User(redpipe.Struct):
        fields = {'visits': redpipe.IntegerField}

    pipe = Kind()
    with redpipe.autoexec(pipe) as inner:
        inner.incr('k')
    redpipe.String(pipe).set('k', 'v')
    User('1', pipe=pipe, no_op=True).incr('visits', pipe=pipe)
    assert inner.parent is pipe
    assert pipe._queued == 3
    pipe.reset()


@pytest.mark.parametrize('depth', [1, 3, 6, 60])
def test_commands_run_in_program_order_in_one_batch_at_any_depth(linked, depth):
    link, client = linked
    refs = []

    def go(pipe, level):
        refs.append((level * 2, pipe.rpush('log', 'down %d' % level)))
        if level < depth:
            with redpipe.autoexec(pipe) as inner:
                go(inner, level + 1)
        refs.append((level * 2 + 1, pipe.rpush('log', 'up %d' % level)))

    before = link.round_trips
    with redpipe.autoexec() as root:
        go(root, 0)
        with pytest.raises(redpipe.ResultNotReady):
            refs[0][1].result
    assert link.round_trips - before == 1
    wanted = ['down %d' % n for n in range(depth + 1)]
    wanted += ['up %d' % n for n in reversed(range(depth + 1))]
    assert [word.decode() for word in client.lrange('log', 0, -1)] == wanted
    assert [ref.result for _, ref in refs] == list(range(1, 2 * depth + 3))


def test_a_set_of_the_parent_is_seen_by_the_get_of_a_later_child(connected):
    with redpipe.autoexec() as pipe:
        pipe.set('k', 'v')
        with redpipe.autoexec(pipe) as inner:
            value = inner.get('k')
        pipe.delete('k')
    assert value == b'v'


def test_the_server_sees_program_order(connected, commands_seen):
    def run():
        with redpipe.autoexec() as pipe:
            pipe.incr('a')
            with redpipe.autoexec(pipe) as inner:
                inner.incr('b')
                with redpipe.autoexec(inner) as innermost:
                    innermost.incr('c')
                inner.incr('d')
            pipe.incr('e')

    assert commands_seen(run) == ['INCRBY ' + key for key in 'abcde']


def test_a_nested_pipeline_does_not_execute_before_its_root(connected):
    with redpipe.autoexec() as pipe:
        with redpipe.autoexec(pipe) as inner:
            foo = inner.incr('foo')
        with pytest.raises(redpipe.ResultNotReady):
            foo.result
    assert foo == 1


def test_an_exception_in_a_parent_drops_what_finished_children_queued(connected, commands_seen):
    called = []

    def run():
        with pytest.raises(ZeroDivisionError):
            with redpipe.autoexec() as pipe:
                refs.append(increment_and_expire('foo', pipe=pipe))
                with redpipe.autoexec(pipe) as inner:
                    inner.on_execute(lambda: called.append(1))
                    refs.append(increment_and_expire('foo', pipe=inner))
                1 / 0

    refs = []
    assert commands_seen(run) == []
    assert called == []
    for ref in refs:
        with pytest.raises(redpipe.ResultNotReady, match='ZeroDivisionError'):
            ref.result


def test_an_exception_in_a_child_that_is_caught_drops_the_childs_commands_alone(connected):
    with redpipe.autoexec() as pipe:
        before = pipe.incr('parent')
        try:
            with redpipe.autoexec(pipe) as inner:
                inner.incr('child')
                raise KeyError
        except KeyError:
            pass
        after = pipe.incr('parent')
    assert (before, after) == (1, 2)
    assert connected.get('child') is None


def test_a_nested_pipeline_that_executes_after_its_parents_block_is_refused(connected):
    with redpipe.autoexec() as pipe:
        inner = redpipe.pipeline(pipe)
        foo = inner.incr('foo')
    with pytest.raises(redpipe.InvalidOperation):
        inner.execute()
    assert inner._stack == []
    with pytest.raises(redpipe.InvalidOperation):
        increment_and_expire('foo', pipe=pipe)
    with pytest.raises(redpipe.ResultNotReady):
        foo.result
    assert connected.get('foo') is None


def test_what_is_no_pipeline_is_refused_at_the_callers_line(connected):
    for wrong in ('pipe', 1, object(), connected, connected.pipeline(), redpipe.Future(), False):
        for make in (redpipe.pipeline, redpipe.autoexec, redpipe.Set):
            with pytest.raises(redpipe.InvalidPipeline, match='not a %s;' % type(wrong).__name__) as caught:
                make(wrong)
            assert len(str(caught.value)) < 120


# -- callbacks

def total_length(keys, pipe=None):
    total = redpipe.Future()
    with redpipe.autoexec(pipe) as pipe:
        lengths = [pipe.append(key, 'x') for key in keys]
        pipe.on_execute(lambda: total.set(sum(lengths)))
    return total


def test_a_callback_combines_results(connected):
    assert total_length('abcdefgh') == 8
    with redpipe.autoexec() as pipe:
        again, other = total_length('abcdefgh', pipe), total_length('xyz', pipe)
        with pytest.raises(redpipe.ResultNotReady):
            again.result
    assert (again, other) == (16, 3)


def test_callbacks_of_nested_pipelines_run_first_in_the_order_of_their_execution(connected):
    order = []

    def note(name):
        return lambda: order.append(name)

    with redpipe.autoexec() as pipe:
        pipe.on_execute(note('root 1'))
        with redpipe.autoexec(pipe) as inner:
            inner.on_execute(note('a 1'))
            with redpipe.autoexec(inner) as innermost:
                innermost.on_execute(note('a.a'))
            inner.on_execute(note('a 2'))
        with redpipe.autoexec(pipe) as inner:
            inner.on_execute(note('b'))
        pipe.on_execute(note('root 2'))
        assert order == []
    assert order == ['a.a', 'a 1', 'a 2', 'b', 'root 1', 'root 2']


def test_a_callback_registered_first_reads_what_later_children_compute(connected):
    total = redpipe.Future()
    parts = []
    with redpipe.autoexec() as pipe:
        pipe.on_execute(lambda: total.set(sum(parts)))
        parts.append(total_length('ab', pipe))
        parts.append(total_length('ab', pipe))
    assert total == 2 + 4


def test_all_results_are_there_before_the_first_callback_runs(connected):
    seen = []
    with redpipe.autoexec() as pipe:
        with redpipe.autoexec(pipe) as inner:
            inner.on_execute(lambda: seen.append(last.result))
        last = pipe.incr('last')
    assert seen == [1]


def test_every_callback_runs_and_the_first_error_is_raised_as_it_is(connected):
    ran = []
    first, second = KeyError('first'), ValueError('second')

    def fail(error):
        ran.append(error)
        raise error

    pipe = redpipe.pipeline()
    foo = pipe.incr('foo')
    pipe.on_execute(lambda: fail(first))
    pipe.on_execute(lambda: fail(second))
    pipe.on_execute(lambda: ran.append('third'))
    with pytest.raises(KeyError) as caught:
        pipe.execute()
    assert caught.value is first
    assert ran == [first, second, 'third']
    assert foo == 1
    assert pipe._callbacks == []
    pipe.execute()
    assert len(ran) == 3


@pytest.mark.parametrize('wrong', [None, 1, 'callback'])
def test_what_is_not_callable_is_refused_as_a_callback_at_once(connected, wrong):
    with pytest.raises(redpipe.InvalidOperation):
        redpipe.pipeline().on_execute(wrong)


def test_a_callback_may_use_a_pipeline_of_its_own(connected):
    answer = redpipe.Future()

    def follow(link):
        with redpipe.autoexec() as pipe:
            answer.set(pipe.get(link.result))

    connected.set('link', 'target')
    connected.set('target', 'found')
    with redpipe.autoexec() as pipe:
        link = pipe.get('link')
        pipe.on_execute(lambda: follow(link))
    assert answer == b'found'


def test_callbacks_run_on_a_pipeline_without_commands(connected):
    ran = []
    with redpipe.autoexec() as pipe:
        pipe.on_execute(lambda: ran.append(1))
    assert ran == [1]


# -- transactions

def test_there_is_no_transaction_by_default(connected, commands_seen):
    assert commands_seen(lambda: increment_and_expire('k')) == ['INCRBY k', 'EXPIRE k']


def test_a_transaction_wraps_the_whole_batch_if_the_connection_says_so(client, commands_seen):
    redpipe.reset()
    redpipe.connect_redis(client, transaction=True)

    def run():
        with redpipe.autoexec() as pipe:
            increment_and_expire('k', pipe=pipe)
            increment_and_expire('k', pipe=pipe)

    try:
        seen = commands_seen(run)
        assert seen == ['MULTI'] + ['INCRBY k', 'EXPIRE k'] * 2 + ['EXEC']
    finally:
        redpipe.reset()


# -- errors

def test_an_error_of_redis_reaches_the_caller_as_it_is(connected):
    connected.set('text', 'abc')
    called = []
    pipe = redpipe.pipeline()
    before = pipe.incr('before')
    wrong = pipe.incr('text')
    after = pipe.incr('after')
    pipe.on_execute(lambda: called.append(1))
    with pytest.raises(redis.ResponseError, match='not an integer') as caught:
        pipe.execute()
    assert called == []
    assert pipe._stack == [] and pipe._callbacks == []
    # Some of the commands have run, but no Future says so.
    assert connected.get('before') == b'1' and connected.get('after') == b'1'
    for ref in (before, wrong, after):
        with pytest.raises(redpipe.ResultNotReady, match='not an integer') as unread:
            ref.result
        assert unread.value.__cause__ is caught.value
        assert repr(ref) == 'None'


def test_a_pipeline_works_again_after_an_error(connected):
    connected.set('text', 'abc')
    pipe = redpipe.pipeline()
    pipe.incr('text')
    with pytest.raises(redis.ResponseError):
        pipe.execute()
    foo = pipe.incr('foo')
    pipe.execute()
    assert foo == 1


def test_reading_a_failed_future_twice_raises_the_same_without_piling_up_tracebacks(connected):
    pipe = redpipe.pipeline()
    foo = pipe.execute_command('GET', 'one key', 'too many')
    with pytest.raises(redis.ResponseError):
        pipe.execute()
    depths = set()
    for _ in range(5):
        with pytest.raises(redpipe.ResultNotReady) as caught:
            foo.result
        depths.add(len(caught.traceback))
    assert len(depths) == 1


def test_a_reply_that_cannot_be_decoded_is_the_error_of_its_own_future(connected):
    pipe = redpipe.pipeline()
    connected.set('k', 'abc')
    good = pipe.get('k')
    bad = pipe._queue_command('default', ('GET', 'k'), int)
    fine = pipe._queue_command('default', ('GET', 'k'), bytes.upper)
    pipe.execute()
    assert (good, fine) == (b'abc', b'ABC')
    for _ in range(2):
        with pytest.raises(redpipe.InvalidValue, match='GET k') as caught:
            bad.result
        assert isinstance(caught.value.__cause__, ValueError)


class Silent(ValueError):
    """An error that has no text to give."""

    def __str__(self):
        raise KeyError('no text')

    __repr__ = __str__


def test_an_error_without_text_spoils_its_own_future_alone(connected):
    class Picky(object):
        @staticmethod
        def encode(value):
            return value

        @staticmethod
        def decode(data):
            raise Silent()

    class Words(redpipe.Hash):
        fields = {'bad': Picky}

    class Word(redpipe.Struct):
        keyspace = None
        fields = {'bad': Picky}

    connected.hset('h', 'bad', 'x')
    connected.execute_command('HSET', 'Word{1}', 'bad', 'x')
    with redpipe.autoexec() as pipe:
        bad, good = pipe._queue_command('default', ('INCR', 'k'), Picky.decode), pipe.incr('k')
        spoilt, word = Words(pipe).hgetall('h'), Word('1', pipe=pipe)
    assert good == 2
    for read in (lambda: bad.result, lambda: spoilt.result, lambda: word['bad']):
        with pytest.raises(redpipe.InvalidValue, match='a Silent without text'):
            read()


def test_an_error_without_text_is_raised_as_it_is(connected):
    with pytest.raises(Silent):
        with redpipe.autoexec() as pipe:
            future = pipe.incr('k')
            raise Silent()
    with pytest.raises(redpipe.ResultNotReady, match='Silent'):
        future.result


def test_an_unknown_command_is_an_attribute_error_at_the_callers_line(connected):
    pipe = redpipe.pipeline()
    with pytest.raises(AttributeError, match='nonsense'):
        pipe.nonsense('k')
    assert not hasattr(pipe, 'nonsense')


def test_a_missing_argument_is_a_type_error_at_the_callers_line(connected):
    pipe = redpipe.pipeline()
    with pytest.raises(TypeError):
        pipe.get()
    with pytest.raises(TypeError):
        pipe.expire('k')
    assert pipe._stack == []


def test_an_error_of_redis_pys_own_checks_comes_at_the_callers_line(connected):
    pipe = redpipe.pipeline()
    with pytest.raises(redis.RedisError):
        pipe.sort('k', start=1)
    assert pipe._stack == []


@pytest.mark.parametrize('name', [
    'watch', 'multi', 'unwatch', 'immediate_execute_command', 'scan_iter', 'hscan_iter',
    'sscan_iter', 'zscan_iter', 'lock', 'pubsub', 'monitor', 'transaction', 'pipeline',
    'register_script', 'shutdown'])
def test_what_queues_no_command_is_refused_and_names_the_alternative(connected, name):
    pipe = redpipe.pipeline()
    with pytest.raises(redpipe.InvalidOperation, match=name + r'\(\) cannot be queued on a pipe; '):
        getattr(pipe, name)('k')
    assert pipe._stack == []


@pytest.mark.parametrize('words', [
    ('WATCH', 'k'), ('multi',), (b'EXEC',), (u'SUBSCRIBE', 'a', 'b'), ('monitor',), ('Multi',), (' multi ',),
    (b'eXec',), ('Watch k',)])
def test_words_that_would_misalign_results_are_refused(connected, words):
    with pytest.raises(redpipe.InvalidOperation):
        redpipe.pipeline().execute_command(*words)


@pytest.mark.parametrize('words', [
    ('SELECT', 1), (b'select', 1), (u'Select', 1), ('SELECT 1',), (' select\t1',), ('AUTH', 'secret'),
    (b'AUTH default x',), ('HELLO',), ('hello', 3), ('RESET',), (b'reset ',), ('READONLY',), ('ReadWrite',),
    ('ASKING',), ('REPLCONF', 'ACK', 0), ('CLIENT REPLY', 'OFF'), ('CLIENT', 'REPLY', 'ON'),
    (b'client', b'reply', b'skip'), ('client reply skip',), (u'Client', u'Reply', u'ON'), ('CLIENT  TRACKING', 'ON'),
    ('CLIENT', bytearray(b'tracking'), 'ON'), ('CLIENT', 'CACHING', 'YES'), ('CLIENT NO-EVICT', 'ON'),
    ('CLIENT', 'NO-TOUCH', 'ON'), ('SCRIPT', 'DEBUG', 'YES'), ('HIMPORT', 'PREPARE', 'x', 'a')])
def test_commands_that_change_the_shared_connection_are_refused_in_every_spelling(connected, words):
    pipe = redpipe.pipeline()
    for _ in range(2):
        with pytest.raises(redpipe.InvalidOperation, match='it changes the connection, which is shared; use a client'):
            pipe.execute_command(*words)
    assert pipe._stack == []


@pytest.mark.parametrize('name, args', [
    ('select', [1]), ('auth', ['secret']), ('hello', []), ('readonly', []), ('readwrite', []),
    ('client_reply', ['OFF']), ('client_no_evict', ['ON']), ('client_no_touch', ['ON']), ('client_tracking', []),
    ('client_tracking_on', []), ('client_tracking_off', []), ('script_debug', ['YES']), ('quit', [])])
def test_methods_that_change_the_shared_connection_are_refused(connected, name, args):
    redpipe.connect(connected.pipeline, name='any')
    for pipe in nested(redpipe.pipeline(), 1) + [redpipe.pipeline(name='any')]:
        with pytest.raises(redpipe.InvalidOperation, match=name + r'\(\) cannot be queued on a pipe; it changes the '):
            getattr(pipe, name)(*args)
        assert pipe._stack == []


def test_commands_about_connections_that_change_none_are_sent(client):
    redpipe.reset()
    redpipe.connect_redis(client)
    with redpipe.autoexec() as pipe:
        own = pipe.execute_command('CLIENT', 'ID')
        again = pipe.execute_command('client id')
        labelled = pipe.execute_command('CLIENT', 'SETNAME', 'shop')
        label = pipe.execute_command(b'Client', 'getname')
    assert own == again and labelled and label == b'shop'
    redpipe.reset()


def test_private_names_are_never_commands(connected):
    for pipe in nested(redpipe.pipeline(), 1):
        for name in ('_x', '__x__', '__deepcopy__', '__getnewargs__', '_ipython_display_'):
            with pytest.raises(AttributeError):
                getattr(pipe, name)
            assert not hasattr(pipe, name)
        assert pipe._stack == []


def test_a_pipeline_can_be_copied_but_not_by_accident_pickled_into_commands(connected):
    pipe = redpipe.pipeline()
    pipe.incr('k')
    twin = copy.copy(pipe)
    assert twin._stack == pipe._stack
    try:
        pickle.dumps(pipe, 2)
    except (pickle.PicklingError, TypeError, AttributeError):
        pass
    assert pipe._queued == 1
    pipe.reset()


def test_repr_says_what_is_queued(connected):
    pipe = redpipe.pipeline()
    pipe.incr('k')
    assert repr(pipe) == "<Pipeline on connection 'default', 1 commands queued>"
    pipe.reset()


def test_help_shows_redis_pys_own_method(connected):
    import pydoc
    pipe = redpipe.pipeline()
    assert pipe.hset.__name__ == 'hset'
    assert pipe.hset.__doc__ == redis.StrictRedis.hset.__doc__
    assert 'incr' in dir(pipe) and 'execute_command' in dir(pipe)
    if six.PY3:
        assert 'mapping' in pydoc.render_doc(pipe.mset)


# -- threads

def test_each_thread_has_its_own_pipelines_and_the_counters_are_exact(connected):
    threads, per_thread = 16, 125

    def work():
        for i in range(per_thread):
            with redpipe.autoexec() as pipe:
                refs = [increment_and_expire('counter%d' % n, pipe=pipe) for n in range(5)]
            assert all(ref >= 1 for ref in refs)
            done.append(len(refs))

    done = []
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == threads * per_thread * 5 == 10000
    assert [int(connected.get('counter%d' % n)) for n in range(5)] == [2000] * 5


# -- size

@pytest.mark.one_server
@pytest.mark.parametrize('depth', [0, 6])
def test_a_hundred_thousand_commands_fit_in_one_pipeline(connected, depth):
    pipes = nested(redpipe.pipeline(), depth)
    refs = [pipes[-1].incr('k') for _ in range(100000)]
    for pipe in reversed(pipes):
        pipe.execute()
    assert refs[0] == 1 and refs[-1] == 100000
    assert [ref.result for ref in refs] == list(range(1, 100001))


def test_many_commands_fit_in_one_pipeline_of_a_cluster_too(connected):
    pipes = nested(redpipe.pipeline(), 6)
    refs = [pipes[-1].incr('k%d' % (number % 100)) for number in range(20000)]
    for pipe in reversed(pipes):
        pipe.execute()
    assert [ref.result for ref in refs] == [number // 100 + 1 for number in range(20000)]


def test_a_word_without_text_is_no_hindrance_to_the_warning(connected):
    class Mute(object):
        def __str__(self):
            raise ValueError('no text')
        __unicode__ = __repr__ = __str__

    with pytest.warns(RuntimeWarning, match='Mute'):
        with redpipe.pipeline() as pipe:
            pipe.execute_command('SET', 'k', Mute())


def test_the_error_for_a_command_about_the_connection_names_no_way_that_is_refused(connected):
    with pytest.raises(AttributeError) as caught:
        redpipe.pipeline().subscribe
    assert 'execute_command' not in str(caught.value) and 'connection' in str(caught.value)


def test_a_block_goes_on_with_what_was_queued_before(connected):
    pipe = redpipe.pipeline(autoexec=True)
    before = pipe.incr('k')
    with pipe:
        inside = pipe.incr('k')
    assert (before, inside) == (1, 2)
