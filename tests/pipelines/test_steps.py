"""The driver of steps hands values back, goes into steps of steps, and throws where they wait."""
import pytest

from redpipe import _steps


def test_a_step_is_handed_back():
    seen = []

    def steps():
        seen.append((yield 1))
        seen.append((yield None))
    _steps.run(steps())
    assert seen == [1, None]


def test_steps_of_steps_are_driven_to_their_end_first():
    seen = []

    def inner(depth):
        if depth:
            yield inner(depth - 1)
        seen.append((yield depth))

    def outer():
        seen.append((yield inner(2)))
    _steps.run(outer())
    assert seen == [0, 1, 2, None]


@pytest.mark.parametrize('kind', [ValueError, KeyboardInterrupt, StopIteration])
def test_what_an_inner_step_raises_is_raised_where_the_outer_one_waits(kind):
    seen = []

    def broken():
        yield
        raise kind('here')

    def outer():
        try:
            yield broken()
        except BaseException as error:
            seen.append(error)
        seen.append((yield 'goes on'))
    _steps.run(outer())
    # PEP 479: a generator cannot raise StopIteration, on Python 3.7 and later; before, it ends there.
    if kind is not StopIteration:
        assert type(seen[0]) is kind and seen[1:] == ['goes on']
    assert seen[-1] == 'goes on'


def test_an_error_that_nobody_catches_comes_out():
    def broken():
        yield
        raise ValueError('here')

    def outer():
        yield broken()
    with pytest.raises(ValueError, match='here'):
        _steps.run(outer())
