"""The errors of redpipe's own; those of redis-py pass through as they are."""

__all__ = [
    'Error',
    'ResultNotReady',
    'InvalidOperation',
    'InvalidValue',
    'AlreadyConnected',
    'InvalidPipeline',
    'OutcomeUnknown',
]


class Error(Exception):
    """Catch everything that redpipe itself raises."""


class ResultNotReady(Error):
    """A Future was read before its pipeline executed, or after its batch failed.

    ``__cause__`` is the error of the batch, where there was one.
    """


class InvalidOperation(Error):
    """The call makes no sense here; the text names what to do instead."""


class InvalidValue(Error, ValueError):
    """A value does not fit its field, on the way to Redis or on the way back."""


class AlreadyConnected(Error):
    """The name is taken by another client; ``disconnect`` it first."""


class InvalidPipeline(Error):
    """What was given is no pipeline, or its connection cannot be used."""


class OutcomeUnknown(Error):
    """Replies were lost: of the commands without a reply, any may have run, or none.

    It is also an instance of redis-py's ``ConnectionError`` or ``TimeoutError``, whichever
    happened, which is its ``__cause__``. Attributes: ``connection``, the name; ``commands``,
    a list of tuples, the words of each command of the batch; ``replies``, how many replies
    had arrived, for the first of them.
    """

    connection = None
    commands = ()
    replies = 0

    @classmethod
    def of(cls, error, connection, commands, replies):
        """Return the instance that is also one of the class of *error*."""
        both = type(cls.__name__, (cls, type(error)), {'__module__': cls.__module__})
        lost = len(commands) - replies
        unknown = both(
            'connection %r: the replies to %d of %d commands were lost, which may have run or '
            'not, and are not sent again because they write; find out what is there before you '
            'repeat them: %s' % (connection, lost, len(commands), error))
        unknown.connection = connection
        unknown.commands = commands
        unknown.replies = replies
        unknown.__cause__ = error
        return unknown
