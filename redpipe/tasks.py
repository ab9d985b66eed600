"""Run the batches of several connections one after the other, or at once on threads.

A task is made of a target and its arguments, begins with ``start()`` and gives
what the target returned as ``result``; whatever the target raised, interrupts
included, is raised there, with its traceback. Threads are off by default.
"""
import sys
import threading

import six

__all__ = [
    'TaskManager',
    'SynchronousTask',
    'AsynchronousTask',
    'enable_threads',
    'disable_threads',
]


class SynchronousTask(object):
    """Call the target in the thread that calls :meth:`start`."""

    def __init__(self, target, args=(), kwargs=None):
        self._target = target
        self._args = args
        self._kwargs = kwargs or {}
        self._value = None
        self._exc_info = None

    def _run(self):
        try:
            self._value = self._target(*self._args, **self._kwargs)
        except BaseException:
            self._exc_info = sys.exc_info()

    def start(self):
        """Begin the call; its outcome is kept for :attr:`result`."""
        self._run()

    @property
    def result(self):
        """What the target returned; raises what the target raised."""
        if self._exc_info is not None:
            six.reraise(*self._exc_info)
        return self._value


class AsynchronousTask(SynchronousTask):
    """Call the target in a thread of its own; :attr:`result` waits for its end."""

    _thread = None

    def _run_on_thread(self):
        try:
            self._run()
        finally:
            self._ended.set()

    def start(self):
        """Begin the call on a thread, or here and now if there is none to be had."""
        self._ended = threading.Event()
        self._thread = thread = threading.Thread(target=self._run_on_thread, name='redpipe-task')
        thread.daemon = True
        try:
            thread.start()
        except BaseException as error:
            if not thread.is_alive():
                self._thread = None
            # Anything else comes from a signal's handler, while the thread may be running already.
            if not _no_thread(error):
                raise
            self._run()

    @property
    def result(self):
        """What the target returned, once it has; raises what the target raised."""
        if self._thread is not None:
            self._ended.wait()  # join() of Python 3.11 takes an interrupted thread for one that has ended
            self._thread.join()
        return super(AsynchronousTask, self).result


def _no_thread(error):
    """Return True if *error* says that the system has no more threads."""
    return "can't start new thread" in str(error) and type(error).__name__ in ('RuntimeError', 'error')


class TaskManager(object):
    """Hold the kind of task in use, for the whole process."""

    task = SynchronousTask

    @classmethod
    def set_task_type(cls, task):
        """Use the class *task* from now on; it is made with ``target, args, kwargs``."""
        cls.task = task

    @classmethod
    def promise(cls, fn, *args, **kwargs):
        """Return a started task that calls ``fn(*args, **kwargs)``."""
        task = cls.task(target=fn, args=args, kwargs=kwargs)
        task.start()
        return task

    @classmethod
    def wait(cls, *tasks):
        """Return the results of *tasks* as a list, in their order.

        All of them have ended when the first error, in that order, is raised.
        """
        results, failure = [], None
        for task in tasks:
            try:
                results.append(task.result)
            except BaseException:
                failure = failure or sys.exc_info()
        if failure:
            six.reraise(*failure)
        return results


def enable_threads():
    """Let the batches of one ``execute`` overlap, where it speaks to several connections."""
    TaskManager.set_task_type(AsynchronousTask)


def disable_threads():
    """Start no threads, as is the default; batches of plain clients overlap all the same."""
    TaskManager.set_task_type(SynchronousTask)
