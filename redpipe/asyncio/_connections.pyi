from collections.abc import Callable
from typing import Any, Protocol

class _AsyncClient(Protocol):
    """A client of redis.asyncio or valkey.asyncio, or what behaves as one; blocking ones have no __aenter__."""
    def pipeline(self, *args: Any, **kwargs: Any) -> Any: ...
    async def __aenter__(self) -> Any: ...

def connect_redis(
    client: _AsyncClient | Callable[[], _AsyncClient],
    name: str | None = None,
    transaction: bool = False,
    direct: bool = True,
    at_most_once: bool = True,
) -> None: ...
def disconnect(name: str | None = None) -> None: ...
def reset() -> None: ...
