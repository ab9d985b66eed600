"""The errors of redpipe's own; those of redis-py pass through as they are."""

__all__ = [
    'Error',
    'ResultNotReady',
    'InvalidOperation',
    'InvalidValue',
    'AlreadyConnected',
    'InvalidPipeline',
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
