"""Values that the tests of several subjects are given."""
from redpipe import Future


def settled(value, depth=1):
    """A Future of *value*, or a Future of a Future of it, and so on, *depth* of them."""
    for _ in range(depth):
        future = Future()
        future.set(value)
        value = future
    return future
