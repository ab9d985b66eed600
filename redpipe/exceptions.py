"""The errors of redpipe's own; those of redis-py pass through as they are."""
import six
from redis.exceptions import ConnectionError
from six.moves import reprlib

__all__ = [
    'Error',
    'ResultNotReady',
    'InvalidOperation',
    'InvalidValue',
    'AlreadyConnected',
    'InvalidPipeline',
    'OutcomeUnknown',
]


def described(error):
    """Return the class and the text of *error*, as a native string."""
    return '%s: %s' % (type(error).__name__, text_of(error))


def text_of(error):
    """Return ``str(error)``, which Python 2 refuses for what is not ascii, and some errors altogether."""
    try:
        try:
            return str(error)
        except UnicodeError:
            return six.text_type(error).encode('utf-8')
    except Exception:
        return 'a %s without text' % type(error).__name__


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def brief(value):
    """Return as much of the repr of *value*, mostly a name, as a message can take."""
    try:
        return _SHORT.repr(value)
    except Exception:
        return 'that has no repr'


def shown(value):
    """Return the type of *value* and as much of its repr as a message can take."""
    return '%s %s' % (type(value).__name__, brief(value))


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

    It is also an instance of redis-py's ``TimeoutError`` or else ``ConnectionError``, and what
    happened is its ``__cause__``. Attributes: ``connection``, the name; ``commands``, a list of
    tuples, the words of each command of the batch; ``replies``, how many replies had arrived,
    for the first of them; ``outcomes``, of all commands of the ``execute``, a reply or an
    exception each.
    """

    connection = None
    commands = ()
    replies = 0
    outcomes = ()

    def __reduce__(self):
        made_of = self.__cause__, self.connection, self.commands, self.replies
        return outcome_unknown, made_of, dict(vars(self), args=self.args)


def outcome_unknown(error, connection, commands, replies):
    """Return the OutcomeUnknown for *error*, which is also of one of redis-py's classes.

    Those of valkey-py have the same names.
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
