"""A Future of a type does what that type does, and gives what it gives."""
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Optional, assert_type

import redpipe
from redpipe import Future


def settled() -> None:
    number: Future[int] = Future()
    number.set(7)
    real: Future[float] = Future()
    real.set(1.5)
    text: Future[str] = Future()
    text.set('text')
    data: Future[bytes] = Future()
    data.set(b'data')
    several: Future[list[int]] = Future()
    several.set([3, 1, 2])
    named: Future[dict[str, bytes]] = Future()
    named.set({'text': b'1'})
    pair: Future[tuple[int, list[str]]] = Future()
    pair.set((0, ['a']))
    maybe: Future[Optional[int]] = Future()
    maybe.set(3)

    # Arithmetic, whichever side the Future is on.
    assert_type(number + 1, int)
    assert_type(1 + number, int)
    assert_type(number + number, int)
    assert_type(number - 1, int)
    assert_type(2 * number, int)
    assert_type(number // 2, int)
    assert_type(number % 2, int)
    assert_type(divmod(number, 2), tuple[int, int])
    assert_type(number / 2, float)
    assert_type(number + 1.5, float)
    assert_type(1.5 + number, float)
    assert_type(real + 1, float)
    assert_type(1 - real, float)
    assert_type(real * number, float)
    assert_type(number + Decimal(1), Decimal)
    assert_type(number << 1, int)
    assert_type(number & 1 | 2, int)
    assert_type(pow(number, 2, 5), int)
    assert_type(-number, int)
    assert_type(abs(-real), float)
    assert_type(round(real), int)
    assert_type(round(real, 1), float)
    assert_type(text + '!', str)
    assert_type('a ' + text, str)
    assert_type(text * 2, str)
    assert_type('%s' % text, str)
    assert_type(data + b'!', bytes)
    assert_type(several + [4], list[int])
    assert_type([4] + several, list[int])
    assert_type(several * 2, list[int])
    assert_type(named | {'more': b'2'}, dict[str, bytes])

    # Comparison.
    assert_type(number == 7, bool)
    assert_type(7 != number, bool)
    assert_type(number < 8, bool)
    assert_type(6.5 < number, bool)
    assert_type(real >= number, bool)
    assert_type('a' < text, bool)
    assert_type(maybe == None, bool)  # noqa: E711

    # Conversion.
    assert_type(int(number), int)
    assert_type(int(maybe or 0), int)
    assert_type(float(number), float)
    assert_type(str(number), str)
    assert_type(bytes(data), bytes)
    assert_type(bool(several), bool)
    assert_type(f'{number:>3}', str)

    # Containers.
    assert_type(several[0], int)
    assert_type(several[number - 7], int)
    assert_type(several[1:], list[int])
    assert_type(text[0], str)
    assert_type(named['text'], bytes)
    assert_type(named[text], bytes)
    assert_type(len(several), int)
    assert_type(list(several), list[int])
    assert_type(set(several), set[int])
    assert_type(sorted(several), list[int])
    assert_type([value + 1 for value in several], list[int])
    assert_type(list(reversed(several)), list[int])
    assert_type(2 in several, bool)
    assert_type(list(named), list[str])
    assert_type(dict(named), dict[str, bytes])
    assert_type({**named}, dict[str, bytes])
    assert_type(iter(several), Iterator[int])

    # A Future in the place of a number.
    assert_type(['a', 'b', 'c', 'd'][maybe.result or 0], str)
    assert_type([0.5] * number, list[float])
    assert_type(list(range(number)), list[int])
    total: Future[int] = Future()
    total.set(sum([number, number]))
    total.set(number)

    # A field decodes the result.
    assert_type(redpipe.TextField.decode(data), Optional[str])
    assert_type(redpipe.IntegerField.decode(number), Optional[int])

    # The result itself, of which everything is known; a name of the result's own is Any on the Future.
    assert_type(data.result.decode(), str)
    assert_type(data.decode(), Any)
    _, names = pair.result
    assert_type(names, list[str])
    if maybe.result is not None:
        assert_type(maybe.result + 1, int)
    if redpipe.ISINSTANCE(maybe, int):
        assert_type(maybe, Future[int])
        assert_type(maybe + 1, int)
    assert_type(redpipe.IS(maybe, None), bool)
    assert_type(maybe.IS(None), bool)
    assert_type(maybe.isinstance(int), bool)

    # What is more may be in the place of what is less.
    any_number: Future[Optional[float]] = number
    assert_type(repr(any_number), str)
