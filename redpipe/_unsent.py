"""The warning about commands that a pipeline drops although nobody asked for it.

An exception that leaves a block, or loses a pipeline, drops its commands silently:
it tells enough by itself.
"""
import atexit
import dis
import sys
import warnings

import six

__all__ = ['warn_of_block', 'warn_of_loss']

_POP_EXCEPT = dis.opmap.get('POP_EXCEPT')


def warn_of_block(count, first):
    """Warn of *count* commands that an ``__exit__``, two calls up, has dropped, at the line of its ``with``."""
    frame = sys._getframe(3)
    line = frame.f_lineno if sys.version_info >= (3, 10) else _line_of_with(frame)
    warnings.warn_explicit(
        _text(count, first, 'the block of the pipeline was left without execute()'), RuntimeWarning,
        frame.f_code.co_filename, line, frame.f_globals.get('__name__'),
        frame.f_globals.setdefault('__warningregistry__', {}))


def warn_of_loss(count, first, lost):
    """Warn of *count* commands that the caller, the ``__del__`` of *lost*, has dropped."""
    if not _by_an_exception():
        warnings.warn(_text(count, first, 'the pipeline was lost before it executed'),
                      RuntimeWarning, stacklevel=3, source=lost)


def _text(count, first, why):
    """Return the text for *count* commands, of which *first* is the first."""
    return '%s will never be sent: %s; use redpipe.autoexec(), or reset() to drop them silently' % (
        '1 command (%s)' % first if count == 1 else '%d commands (%s, ...)' % (count, first), why)


def _by_an_exception():
    """Return True if an exception may have lost the object whose ``__del__`` is running."""
    if sys.exc_info()[0] is not None:
        return True
    # The frames of a caught exception go when its ``except`` clause ends, or three instructions
    # later, when the variable goes that the clause gave it.
    frame = sys._getframe(2).f_back
    return frame is not None and _POP_EXCEPT in frame.f_code.co_code[max(0, frame.f_lasti - 6):frame.f_lasti + 1:2]


@atexit.register
def _at_exit():
    """Let a program that an exception has ended lose its pipelines silently."""
    if hasattr(sys, 'last_type'):
        warnings.filterwarnings('ignore', '.* will never be sent', RuntimeWarning)


def _line_of_with(frame):
    """Return the line of the ``with`` that *frame* is leaving, before Python 3.10.

    Python calls ``__exit__`` at the last line of the block there.
    """
    begins = [begin for begin, end in _blocks(bytearray(frame.f_code.co_code)) if begin < frame.f_lasti <= end]
    lines = [line for place, line in dis.findlinestarts(frame.f_code) if begins and place <= begins[-1]]
    return lines[-1] if lines else frame.f_lineno


def _blocks(code):
    """Yield where each ``with`` block of *code* begins and ends; an instruction has two bytes from Python 3.6 on."""
    place = more = 0
    while place < len(code):
        name, has_argument = dis.opname[code[place]], code[place] >= dis.HAVE_ARGUMENT
        if six.PY2:
            size, argument = (3, code[place + 1] + (code[place + 2] << 8)) if has_argument else (1, 0)
        else:
            size, argument = 2, code[place + 1] + more
        more = argument << 8 if name == 'EXTENDED_ARG' else 0
        if name in ('SETUP_WITH', 'SETUP_ASYNC_WITH'):
            yield place, place + size + argument
        place += size
