from collections.abc import Callable
from typing import Any, ClassVar, Protocol

__all__ = [
    'ConnectionManager',
    'connect',
    'connect_redis',
    'connect_rediscluster',
    'connect_redis_cluster',
    'disconnect',
    'reset',
]

DEFAULT: str

class _Client(Protocol):
    """A client of redis-py, of redis-py-cluster, or what behaves as one."""
    def pipeline(self, *args: Any, **kwargs: Any) -> Any: ...

class ConnectionManager:
    connections: ClassVar[dict[str, Any]]
    asyncio_connections: ClassVar[dict[str, Any]]
    @classmethod
    def get(cls, name: str | None = None) -> Any: ...
    @classmethod
    def backend(cls, name: str | None = None) -> Any: ...
    @classmethod
    def connect(cls, pipeline_method: Callable[[], Any], name: str | None = None) -> None: ...
    @classmethod
    def connect_redis(
        cls,
        redis_client: _Client,
        name: str | None = None,
        transaction: bool = False,
        shard_hint: str | None = None,
        direct: bool = True,
        at_most_once: bool = True,
    ) -> None: ...
    @classmethod
    def connect_rediscluster(
        cls, redis_cluster_client: _Client, name: str | None = None, at_most_once: bool = True
    ) -> None: ...
    @classmethod
    def disconnect(cls, name: str | None = None) -> None: ...
    @classmethod
    def reset(cls) -> None: ...

def connect_redis(
    redis_client: _Client,
    name: str | None = None,
    transaction: bool = False,
    shard_hint: str | None = None,
    direct: bool = True,
    at_most_once: bool = True,
) -> None: ...
def connect_rediscluster(
    redis_cluster_client: _Client, name: str | None = None, at_most_once: bool = True
) -> None: ...

connect_redis_cluster = connect_rediscluster

def connect(pipeline_method: Callable[[], Any], name: str | None = None) -> None: ...
def disconnect(name: str | None = None) -> None: ...
def reset() -> None: ...
