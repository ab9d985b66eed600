"""The driver of steps under asyncio; ``redpipe._steps`` tells what steps are.

A step is None, an awaitable, which the driver awaits, or a generator of further steps.
"""
from types import GeneratorType

__all__ = ['drive']


async def drive(*generators):
    """Drive the *generators* of steps to their ends, one after the other."""
    for steps in generators:
        value = error = None
        try:
            while True:
                if error is None:
                    step = steps.send(value)
                else:
                    thrown, error = error, None
                    step = steps.throw(thrown)
                value = None
                if step is not None:
                    try:
                        value = await (drive(step) if type(step) is GeneratorType else step)
                    except BaseException as caught:
                        # A cancellation goes where an interrupt goes: to the step that was awaited.
                        error = caught
        except StopIteration:
            pass
        finally:
            error = thrown = None  # a traceback holds this frame, and the frame would hold the traceback
