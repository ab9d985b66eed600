"""What SCAN and its relatives find, page by page, for ``for`` and for ``async for``."""
import copy
from contextlib import contextmanager

import six

from ..exceptions import InvalidValue

__all__ = ['Pages', 'not_ended']


class Pages(object):
    """An iterator over the items that *scan*, a method of *keyspace*, finds with these arguments.

    ``redpipe.asyncio`` gives it ``__aiter__`` and ``__anext__``.
    """

    def __init__(self, keyspace, scan, args, options):
        self._keyspace = keyspace
        self._scan = scan
        self._args = args
        self._options = options
        self._items = self._awaited = None

    def ask(self, cursor, pipe=None):
        """Return a Future of the page at *cursor*, of the first one for None, queued on *pipe* or read at once."""
        keyspace = copy.copy(self._keyspace)
        keyspace._pipe = pipe
        return getattr(keyspace, self._scan)(*self._args, cursor=cursor or 0, **self._options)

    def found(self, asked):
        """Return the next cursor, which is false at the end, and the items of what ``ask`` has returned."""
        with not_ended():
            cursor, found = asked.result
        return cursor, found.items() if isinstance(found, dict) else found

    def __iter__(self):
        return self

    def __next__(self):
        if self._items is None:
            self._items = self._blocking()
        return next(self._items)

    next = __next__

    def _blocking(self):
        cursor = None
        while cursor is None or cursor:
            cursor, items = self.found(self.ask(cursor))
            for item in items:
                yield item


@contextmanager
def not_ended():
    """Raise InvalidValue in place of a codec's StopIteration, which would end the generator around it silently."""
    try:
        yield
    except StopIteration as error:
        six.raise_from(InvalidValue('a codec raised StopIteration: %s' % error), error)
