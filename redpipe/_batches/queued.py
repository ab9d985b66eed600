"""The commands that are queued, a row of plain values for each.

A pipeline keeps them in one flat list, WIDTH values for each command:

    connection name, Future, decoder or None, args, options or None, method or None

where *args* are the words of the command and *options* are for redis-py's reply
callbacks; with a *method*, they are the arguments of that method, which only the
pipeline objects of the connection's client have.

A tuple for each command would read nicer, but that is one more object for the
garbage collector to look at, again and again, as a batch grows.
"""

__all__ = ['Records', 'WIDTH']

#: How many values there are for each command.
WIDTH = 6


class Records(object):
    """What a pipeline has queued, in columns: one list for each kind of value."""

    __slots__ = ('names', 'futures', 'decoders', 'commands', 'options', 'methods')

    def __init__(self, queued):
        """Take the values of a flat list."""
        (self.names, self.futures, self.decoders, self.commands, self.options,
         self.methods) = [queued[place::WIDTH] for place in range(WIDTH)]

    def __len__(self):
        return len(self.commands)

    def at(self, places):
        """Return the records at these *places* alone, in that order."""
        some = Records([])
        for column in self.__slots__:
            values = getattr(self, column)
            setattr(some, column, [values[place] for place in places])
        return some

    def words(self):
        """Return the words of each command, or the name of its method and the arguments of that."""
        named = [(args[0], args[1:]) if method is None else (method, args)
                 for args, method in zip(self.commands, self.methods)]
        # Keyspaces hide some names from redis-py's reply callbacks by a blank.
        return [(name.rstrip() if hasattr(name, 'rstrip') else name,) + tuple(args)
                for name, args in named]

    def by_connection(self):
        """Return the names of the connections, in the order of their first commands, each
        with the places of its commands.
        """
        places = {}
        names = []
        for place, name in enumerate(self.names):
            if name not in places:
                places[name] = []
                names.append(name)
            places[name].append(place)
        return [(name, places[name]) for name in names]
