"""RedPipe's own errors. Errors of redis-py pass through as they are."""
from redis.exceptions import ConnectionError

from ._texts import described

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
    """The base class of all errors that RedPipe itself raises."""


#: The errors that a value may raise while it is encoded or decoded. Any other exception, such as a time limit that the
#: handler of a signal raises, is not about the value.
VALUE_ERRORS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, StopIteration, Error)


class ResultNotReady(Error):
    """A Future was read before its pipeline executed, or after its batch failed.

    ``__cause__`` is the error that made the batch fail, or None.
    """


class InvalidOperation(Error):
    """The call makes no sense here; the text names the way out."""


class InvalidValue(Error, ValueError):
    """A value does not fit its field, on the way to Redis or on the way back."""


class AlreadyConnected(Error):
    """The name belongs to another client; ``disconnect`` the name first."""


class InvalidPipeline(Error):
    """An object is no pipeline or client that RedPipe can use, or the name of a connection is not connected."""


class OutcomeUnknown(Error):
    """Replies were lost: each command without a reply has run once, or not at all, or may run later.

    The error is also an instance of redis-py's ``TimeoutError`` or ``ConnectionError``; ``__cause__`` is redis-py's
    own error. The attributes are:

    - ``connection``: the name of the connection.
    - ``commands``: all commands of the batch, a list of tuples of words.
    - ``replies``: the number of replies that arrived. Except on a cluster, they belong to the first commands.
    - ``outcomes``: one entry per command of the ``execute``, in program order: the reply, or the exception in its
      place.
    """

    connection = None
    commands = ()
    replies = 0
    outcomes = ()

    def __reduce__(self):
        made_of = self.__cause__, self.connection, self.commands, self.replies
        return outcome_unknown, made_of, dict(vars(self), args=self.args)


def outcome_unknown(error, connection, commands, replies):
    """Return the OutcomeUnknown for *error*, as an instance of the client library's class of errors too.

    *commands* are the tuples of words of the batch, *replies* the number of replies that arrived.
    """
    base = next((base for base in type(error).__mro__ if base.__module__.endswith('.exceptions')
                 and base.__name__ in ('TimeoutError', 'ConnectionError')), ConnectionError)
    both = type('OutcomeUnknown', (OutcomeUnknown, base), {'__module__': __name__})
    lost = len(commands) - replies
    unknown = both(
        'connection %r: the replies to %d of %d commands were lost, which may have run or not, '
        'and are not sent again because they write; find out what is there before you repeat '
        'them: %s' % (connection, lost, len(commands), described(error)))
    unknown.connection = connection
    unknown.commands = commands
    unknown.replies = replies
    unknown.__cause__ = error
    return unknown
