"""The commands that are queued, a row of plain values for each.

A pipeline keeps them in one flat list, WIDTH values for each command:

    connection name, Future, decoder or None, args, options or None, method or None

where *args* are the words of the command and *options* are for redis-py's reply
callbacks; with a *method*, they are the arguments of that method, which only the
pipeline objects of the connection's client have.

A tuple for each command would read nicer, but that is one more object for the
garbage collector to look at, again and again, as a batch grows.
"""

__all__ = ['QueuedCommands', 'WIDTH']

#: How many values there are for each command.
WIDTH = 6


class QueuedCommands(object):
    """What a pipeline has queued, in columns: one list for each kind of value."""

    __slots__ = ('connections', 'futures', 'decoders', 'words', 'options', 'methods')

    def __init__(self, queued):
        """Take the values of a flat list."""
        (self.connections, self.futures, self.decoders, self.words, self.options,
         self.methods) = [queued[column::WIDTH] for column in range(WIDTH)]

    def __len__(self):
        return len(self.words)

    def select(self, positions):
        """Return the commands at these *positions* alone, in that order."""
        some = QueuedCommands([])
        for column in self.__slots__:
            values = getattr(self, column)
            setattr(some, column, [values[position] for position in positions])
        return some

    def as_sent(self):
        """Return the words of each command, or the name of its method and the arguments of that."""
        named = [(args[0], args[1:]) if method is None else (method, args)
                 for args, method in zip(self.words, self.methods)]
        # Keyspaces hide some names from redis-py's reply callbacks by a blank.
        return [(name.rstrip() if hasattr(name, 'rstrip') else name,) + tuple(args)
                for name, args in named]

    def by_connection(self):
        """Return the names of the connections, in the order of their first commands, each
        with the positions of its commands.
        """
        positions = {}
        names = []
        for position, name in enumerate(self.connections):
            if name not in positions:
                positions[name] = []
                names.append(name)
            positions[name].append(position)
        return [(name, positions[name]) for name in names]
