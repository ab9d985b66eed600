"""The blocking driver of steps.

What is decided about a batch is written as generators. Each yields *steps*: what a method of a connection, of a
pool or of a pipeline object returned. Where these are blocking ones, the step is a value, and the driver hands it
back. (Those of asyncio return awaitables, which another driver awaits first.) A step may be a generator too, which
is then driven to its end. Results are attributes of a batch: a generator of Python 2.7 cannot return a value.
"""
import sys
from types import GeneratorType

from six import PY2

__all__ = ['run']


def run(*generators):
    """Drive the *generators* of steps to their ends, one after the other."""
    for steps in generators:
        value, send = None, steps.send
        try:
            while True:
                value = send(value)
                while type(value) is GeneratorType:
                    try:
                        value = run(value)
                    except BaseException as error:
                        # To where the outer generator waits, interrupts included.
                        value = steps.throw(*(sys.exc_info() if PY2 else [error]))
        except StopIteration:
            pass
