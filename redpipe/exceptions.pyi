from collections.abc import Sequence
from typing import Any

__all__ = [
    'Error',
    'ResultNotReady',
    'InvalidOperation',
    'InvalidValue',
    'AlreadyConnected',
    'InvalidPipeline',
    'OutcomeUnknown',
]

class Error(Exception): ...
class ResultNotReady(Error): ...
class InvalidOperation(Error): ...
class InvalidValue(Error, ValueError): ...
class AlreadyConnected(Error): ...
class InvalidPipeline(Error): ...

class OutcomeUnknown(Error):
    connection: str | None
    commands: Sequence[tuple[Any, ...]]
    replies: int
    outcomes: Sequence[Any]

def outcome_unknown(
    error: BaseException, connection: str, commands: Sequence[tuple[Any, ...]], replies: int
) -> OutcomeUnknown: ...
