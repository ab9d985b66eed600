from collections.abc import Callable
from types import TracebackType
from typing import Any, overload

from typing_extensions import Self

from ._pipe_methods import RedisCommands
from .connections import DEFAULT as DEFAULT, ConnectionManager
from .futures import Future

__all__ = ['pipeline', 'autoexec', 'Pipe', 'Pipeline', 'NestedPipeline']

# A function is given a Pipe, whose root may be an asyncio one: it nests in the Pipe, and executes what it made itself.
class Pipe(RedisCommands):
    def __init__(
        self,
        name: str = ...,
        autoexec: bool = False,
        parent: Pipe | None = None,
        raise_on_error: bool = True,
        registry: type[ConnectionManager] = ...,
    ) -> None: ...
    @property
    def connection_name(self) -> str: ...
    @property
    def autoexec(self) -> bool: ...
    @property
    def parent(self) -> Pipe | None: ...
    def execute_command(self, *args: Any, **options: Any) -> Future[Any]: ...
    def on_execute(self, callback: Callable[[], object]) -> None: ...
    def reset(self) -> None: ...

class Pipeline(Pipe):
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    def execute(self, raise_on_error: bool | None = None) -> None: ...

class NestedPipeline(Pipeline): ...

@overload
def pipeline(
    pipe: Pipe, name: str | None = None, autoexec: bool = False, raise_on_error: bool = True
) -> NestedPipeline: ...
@overload
def pipeline(
    pipe: Pipe | None = None, name: str | None = None, autoexec: bool = False, raise_on_error: bool = True
) -> Pipeline: ...
@overload
def autoexec(pipe: Pipe, name: str | None = None, raise_on_error: bool = True) -> NestedPipeline: ...
@overload
def autoexec(pipe: Pipe | None = None, name: str | None = None, raise_on_error: bool = True) -> Pipeline: ...
