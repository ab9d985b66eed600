"""Commands as the bytes that a server reads, packed all at once and in pieces of bounded size."""
from itertools import chain, islice
from operator import itemgetter

from .._redis_commands import split_name

try:
    from hiredis import pack_command
except ImportError:
    pack_command = None

__all__ = ['Packed']

#: Bytes in one piece of a batch, and how many are packed before the first piece is sent.
PIECE = 1 << 16
AHEAD = 1 << 24


class Packed(object):
    """The bytes of *commands*, tuples of words, as the connections of *pool* would send them.

    They come between *before* and *after*, which are bytes already. Iterating yields pieces
    of about PIECE bytes, as often as wanted. All of it is packed once before that, so that a
    word that cannot be sent stops everything with redis-py's DataError; what would take much
    memory is packed once more as it goes out.
    """

    def __init__(self, pool, commands, before=b'', after=b''):
        self._pool = pool
        self._commands = commands
        self._before, self._after = before, after
        #: The names of the commands, each with its words, or None if it is one word.
        self.names = dict((name, _split(name)) for name in set(map(itemgetter(0), commands)))
        self._pack = self._packer()
        self._pieces, size, self._cut = [], 0, False
        for piece in self._all():
            if size < AHEAD:
                self._pieces.append(piece)
            else:
                self._cut = True
            size += len(piece)

    def __iter__(self):
        rest = islice(self._all(), len(self._pieces), None) if self._cut else ()
        return chain(self._pieces, rest)

    def _all(self):
        commands = iter(self._commands)
        # One piece alone is joined without a copy.
        pieces, size, count = [self._before] if self._before else [], 0, 16
        while True:
            some = list(islice(commands, count))
            if not some:
                break
            piece = b''.join(self._packed(some))
            pieces.append(piece)
            size += len(piece)
            if size > PIECE:
                yield b''.join(pieces)
                pieces, size = [], 0
            # As many as should fit, going by the last ones.
            count = max(1, min(count * 4, count * PIECE // len(piece)))
        if self._after:
            pieces.append(self._after)
        if pieces:  # a transport of asyncio would never be done with an empty piece
            yield b''.join(pieces)

    def _packed(self, commands):
        """Return the packed form of each of *commands*."""
        names = self.names
        if any(names.values()):
            commands = [args if names[args[0]] is None else names[args[0]] + args[1:]
                        for args in commands]
        try:
            return list(map(self._pack, commands))
        except TypeError:
            # What hiredis does not take, redis-py may take all the same.
            return list(map(self._by_redis_py(), commands))

    def _packer(self):
        """Return what packs one command: hiredis, the Python here, or redis-py."""
        settings = self._pool.connection_kwargs
        if settings.get('encoding', 'utf-8').lower() not in ('utf-8', 'utf8') \
                or settings.get('encoding_errors', 'strict') != 'strict' \
                or settings.get('command_packer') is not None:
            return self._by_redis_py()
        return pack_command or self._in_python()

    def _by_redis_py(self):
        # A connection outside the pool, which is never opened.
        pack = self._pool.connection_class(**self._pool.connection_kwargs).pack_command
        return lambda args: b''.join(pack(*args))

    def _in_python(self):
        encode = self._pool.get_encoder().encode

        def pack(args):
            parts = [b'*%d\r\n' % len(args)]
            for arg in args:
                if type(arg) is not bytes:
                    arg = bytes(encode(arg))
                parts.append(b'$%d\r\n%s\r\n' % (len(arg), arg))
            return b''.join(parts)
        return pack


def _split(name):
    """Return the words of a command name that is more than one word, as redis-py has them; or None."""
    if (b' ' if isinstance(name, bytes) else u' ') not in name:
        return None
    return tuple(split_name(name))
