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
        self._cursor = None
        self.items = iter(())
        self.ended = self.is_asked = False

    def ask(self, pipe=None):
        """Return a Future of the next page, queued on *pipe* or read at once."""
        keyspace = copy.copy(self._keyspace)
        keyspace._pipe = pipe
        return getattr(keyspace, self._scan)(*self._args, cursor=self._cursor or 0, **self._options)

    def take(self, asked):
        """Take the items of the page that ``ask`` has returned. After an error the same page is asked for again."""
        cursor, items = self._found(asked)
        self._cursor, self.items, self.ended = cursor, iter(items), not cursor

    def _found(self, asked):
        """Return the next cursor, which is false at the end, and the items."""
        with not_ended():
            cursor, found = asked.result
        return cursor, found.items() if isinstance(found, dict) else found

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            for item in self.items:
                return item
            if self.ended:
                raise StopIteration
            self.take(self.ask())

    next = __next__


@contextmanager
def not_ended():
    """Raise InvalidValue in place of a codec's StopIteration, which would end the generator around it silently."""
    try:
        yield
    except StopIteration as error:
        six.raise_from(InvalidValue('a codec raised StopIteration: %s' % error), error)
