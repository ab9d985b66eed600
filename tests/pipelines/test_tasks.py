"""Tasks run one after the other or on threads, and keep what went wrong for the asker."""
import threading
import time
import traceback

import pytest
import redis

import redpipe
from examples.local import Link
from redpipe.tasks import AsynchronousTask, SynchronousTask, TaskManager


@pytest.fixture(params=[SynchronousTask, AsynchronousTask])
def kind(request):
    TaskManager.set_task_type(request.param)
    yield request.param
    redpipe.disable_threads()


def give(*args, **kwargs):
    return args, kwargs


def fail(error):
    raise error


def test_threads_are_off_by_default():
    assert TaskManager.task is SynchronousTask


def test_each_switch_does_what_its_name_says():
    redpipe.enable_threads()
    assert isinstance(TaskManager.promise(give), AsynchronousTask)
    redpipe.disable_threads()
    assert not isinstance(TaskManager.promise(give), AsynchronousTask)


def test_a_task_gives_what_its_target_returned(kind):
    task = kind(target=give, args=(1,), kwargs={'a': 2})
    task.start()
    assert task.result == task.result == ((1,), {'a': 2})


def test_a_promise_is_a_started_task(kind):
    task = TaskManager.promise(give, 1, a=2)
    assert type(task) is kind
    assert task.result == ((1,), {'a': 2})


def test_results_come_in_the_order_of_the_tasks(kind):
    tasks = [TaskManager.promise(give, n) for n in range(5)]
    assert TaskManager.wait(*tasks) == [((n,), {}) for n in range(5)]
    assert TaskManager.wait() == []


@pytest.mark.parametrize('error', [ValueError('x'), KeyboardInterrupt(), SystemExit(3)])
def test_any_exception_is_raised_where_the_result_is_asked_for(kind, error):
    task = TaskManager.promise(fail, error)
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            task.result
        assert caught.value is error
        assert 'fail' in [frame[2] for frame in traceback.extract_tb(caught.tb)]


def test_all_tasks_have_ended_when_the_first_error_is_raised(kind):
    ended = []

    def slow():
        time.sleep(0.05)
        ended.append(1)

    first, second = ValueError('first'), KeyError('second')
    tasks = [TaskManager.promise(fail, first), TaskManager.promise(slow),
             TaskManager.promise(fail, second), TaskManager.promise(slow)]
    with pytest.raises(ValueError) as caught:
        TaskManager.wait(*tasks)
    assert caught.value is first
    assert ended == [1, 1]


def test_a_task_runs_where_it_stands_if_no_thread_is_to_be_had(monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, 'start', start)
    task = AsynchronousTask(target=give)
    task.start()
    assert task.result == ((), {})


@pytest.fixture
def four_slow_servers(server, client):
    """Four links with a delay of 50 ms, connected as 'a' to 'd' and used once already."""
    links = [Link(server.port, delay=0.05) for _ in range(4)]
    redpipe.reset()
    for name, link in zip('abcd', links):
        slow = redis.StrictRedis(port=link.port)
        redpipe.connect_redis(slow, name=name)
        slow.ping()
    yield links
    redpipe.disable_threads()
    redpipe.reset()
    for link in links:
        link.stop()


def speak_to_all():
    with redpipe.autoexec() as pipe:
        refs = []
        for name in 'abcd':
            with redpipe.autoexec(pipe, name=name) as inner:
                inner.incr('k')
                refs.append(inner.incr('k'))
    return refs


def test_with_threads_the_batches_of_several_connections_overlap(four_slow_servers):
    redpipe.enable_threads()
    before = [link.round_trips for link in four_slow_servers]
    seen = set()
    start = AsynchronousTask.start

    def noting(self):
        start(self)
        seen.add(self._thread)
        assert all(thread.is_alive() for thread in seen)

    AsynchronousTask.start = noting
    try:
        refs = speak_to_all()
    finally:
        AsynchronousTask.start = start
    assert sorted(ref.result for ref in refs)[-1] == 8
    assert len(seen) == 4 and not any(thread.is_alive() for thread in seen)
    assert [link.round_trips - n for link, n in zip(four_slow_servers, before)] == [1] * 4


def test_without_threads_all_is_done_in_the_calling_thread(four_slow_servers):
    before = [link.round_trips for link in four_slow_servers]
    threads = threading.active_count()
    assert sorted(speak_to_all()) == [2, 4, 6, 8]
    assert threading.active_count() == threads
    assert [link.round_trips - n for link, n in zip(four_slow_servers, before)] == [1] * 4


def test_threads_never_touch_a_callback_or_a_future(four_slow_servers):
    redpipe.enable_threads()
    where = []
    with redpipe.autoexec() as pipe:
        for name in 'abcd':
            with redpipe.autoexec(pipe, name=name) as inner:
                inner._queue_command(name, ('PING',), lambda reply: where.append(threading.current_thread()))
        pipe.on_execute(lambda: where.append(threading.current_thread()))
    assert where == [threading.current_thread()] * 5


def test_an_error_of_a_handler_is_not_taken_for_a_lack_of_threads(monkeypatch):
    class TimeLimit(RuntimeError):
        pass

    ran, start = [], threading.Thread.start

    def interrupted(self):
        start(self)
        raise TimeLimit('time is up')

    monkeypatch.setattr(threading.Thread, 'start', interrupted)
    task = redpipe.tasks.AsynchronousTask(target=ran.append, args=(1,))
    with pytest.raises(TimeLimit):
        task.start()
    task.result
    assert ran == [1]


def test_without_threads_to_be_had_the_task_runs_here(monkeypatch):
    def no_more(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, 'start', no_more)
    where = []
    task = redpipe.tasks.AsynchronousTask(target=lambda: where.append(threading.current_thread()))
    task.start()
    task.result
    assert where == [threading.current_thread()]
