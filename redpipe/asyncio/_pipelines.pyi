from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar, overload

from typing_extensions import Self

from ..futures import Future
from ..pipelines import Pipe

__all__ = ['Pipeline', 'NestedPipeline', 'pipeline', 'autoexec', 'call']

_T = TypeVar('_T')

class Pipeline(Pipe):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    async def execute(self, raise_on_error: bool | None = None) -> None: ...

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
# The arguments are those of the function but for its pipe, which no type can leave out.
@overload
async def call(function: Callable[..., Future[_T]], *args: Any, **kwargs: Any) -> _T: ...
@overload
async def call(function: Callable[..., Coroutine[Any, Any, Future[_T]]], *args: Any, **kwargs: Any) -> _T: ...
@overload
async def call(function: Callable[..., Coroutine[Any, Any, _T]], *args: Any, **kwargs: Any) -> _T: ...
@overload
async def call(function: Callable[..., _T], *args: Any, **kwargs: Any) -> _T: ...
