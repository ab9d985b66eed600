"""The rule that keeps a command from being applied twice.

RedPipe sends a batch again in two cases only, in both as often and as patiently as the client's own retry settings
say, and only after errors that these name:

1. A reply was lost, and every command of the batch only reads.
2. Every reply is a *refusal*: the server says that it is not, or not now, the one to run the command (LOADING,
   READONLY, MASTERDOWN, CLUSTERDOWN, TRYAGAIN, BUSY). None of the commands is a script, a function or unknown to
   RedPipe, for these may have written before they were refused. Where all commands read, one refusal is enough.

In any other case a lost reply is an :class:`~redpipe.exceptions.OutcomeUnknown`, which tells what had arrived. An
error before the first byte is written is raised as it is: the server has seen no command.
"""
from .._redis_commands import known_outcome, only_reads

__all__ = ['ReplyLost', 'is_only_a_refusal', 'may_repeat_after_loss', 'refusal_to_repeat']

#: How refusals begin.
_REFUSALS = ('LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY')

#: The classes of those that redis-py knows, by name: it takes the first word from their texts.
_CLASSES = ('BusyLoadingError', 'ReadOnlyError', 'MasterDownError', 'ClusterDownError', 'TryAgainError')

#: What a connection of redis-py's Sentinel makes of READONLY.
_DEMOTED = 'The previous master is now a slave'


def may_repeat_after_loss(commands):
    """Return True if *commands*, tuples of words, may run again after some of their replies were lost."""
    return only_reads(commands)


def refusal_to_repeat(commands, replies, error_reply):
    """Return the refusal after which *commands* may run again, or None.

    *replies* are all that came; error replies among them are of the class *error_reply*.
    """
    refusals = [reply for reply in replies if isinstance(reply, error_reply) and _is_refusal(reply)]
    if refusals and (only_reads(commands) or len(refusals) == len(replies) and known_outcome(commands)):
        return refusals[0]
    return None


def _is_refusal(error):
    if type(error).__name__ in _CLASSES:
        return True
    text = error.args[0] if error.args else ''
    return isinstance(text, str) and text.split(' ', 1)[0] in _REFUSALS


def is_only_a_refusal(error, count, errors):
    """Return True if *error* is the reply to the one command of a batch of *count*, and so it has not run.

    redis-py closes the connection after such a reply, and those behind it are lost. *errors* is the module of the
    client's errors.
    """
    if count != 1:
        return False
    return isinstance(error, (errors.BusyLoadingError, errors.AuthenticationError)) or _is_demotion(error)


def _is_demotion(error):
    """Return True if a connection of Sentinel's found its server to be no primary any more."""
    return bool(error.args) and error.args[0] == _DEMOTED


class ReplyLost(Exception):
    """Replies were lost by *cause*, and the batch may not run again; no error after which a client would send again."""

    def __init__(self, cause):
        super(ReplyLost, self).__init__(cause)
        self.cause = cause
