"""How a keyspace class tells the checker its types: by the fields that are its attributes.

``_keys``, ``_name``, ``_encode`` and ``_decode`` are overloaded: they take or give what ``keyparse`` and ``valueparse`` do
where a class has its own, and text where it does not. The commands ask for a self with some of these methods, so that
the types of ``List`` and of a subclass that says ``valueparse = IntegerField`` differ, with no need to say them twice.
"""
from collections.abc import Iterable
from typing import Any, ClassVar, Protocol, TypeVar, overload

from ..fields import _Codec
from ..futures import Future
from ..pipelines import Pipe, Pipeline

_K = TypeVar('_K')
_V = TypeVar('_V')
_N_co = TypeVar('_N_co', covariant=True)
_V_co = TypeVar('_V_co', covariant=True)
_K_contra = TypeVar('_K_contra', contravariant=True)
_E_contra = TypeVar('_E_contra', contravariant=True)

class _HasKeyparse(Protocol[_E_contra, _V_co]):
    @property
    def keyparse(self) -> _Codec[_E_contra, _V_co]: ...

class _HasValueparse(Protocol[_E_contra, _V_co]):
    @property
    def valueparse(self) -> _Codec[_E_contra, _V_co]: ...

# A plain type stands for the field of its values.
class _HasKeytype(Protocol[_V_co]):
    @property
    def keyparse(self) -> type[_V_co]: ...

class _HasValuetype(Protocol[_V_co]):
    @property
    def valueparse(self) -> type[_V_co]: ...

# What commands ask of their self: K is a key as an argument, N the name of one in a reply, E a value as an argument,
# V a value in a reply.
class _Keyed(Protocol[_K_contra]):
    def _keys(self, *keys: _K_contra) -> tuple[bytes, ...]: ...

class _Named(Protocol[_N_co]):
    def _name(self, reply: Any) -> _N_co: ...

class _Writes(_Keyed[_K_contra], Protocol[_K_contra, _E_contra]):
    def _encode(self, value: _E_contra) -> bytes | str: ...

class _Reads(_Keyed[_K_contra], Protocol[_K_contra, _V_co]):
    def _decode(self, reply: Any) -> _V_co: ...

class _Swaps(_Writes[_K_contra, _E_contra], _Reads[_K_contra, _V_co], Protocol[_K_contra, _E_contra, _V_co]): ...
class _Pops(_Named[_N_co], _Reads[_K_contra, _V_co], Protocol[_K_contra, _N_co, _V_co]): ...

class _Pairs(Protocol[_N_co, _V_co]):
    """A mapping, which unlike Mapping may be of less than what is asked for."""
    def items(self) -> Iterable[tuple[_N_co, _V_co]]: ...

class KeyspaceBase:
    keyspace: ClassVar[str | bytes | None]
    connection: ClassVar[str | None]
    connections: ClassVar[str | None]
    keyparse: ClassVar[_Codec[Any, object] | type[object] | None]
    valueparse: ClassVar[_Codec[Any, object] | type[object] | None]
    def __init__(self, pipe: Pipe | None = None) -> None: ...
    @property
    def pipe(self) -> Pipeline: ...
    @classmethod
    def redis_key(cls, key: Any) -> bytes: ...
    @overload
    def _keys(self: _HasKeyparse[_K, Any], *keys: _K | bytes | int | Future[_K | bytes | int]) -> tuple[bytes, ...]: ...
    @overload
    def _keys(self: _HasKeytype[_K], *keys: _K | bytes | int | Future[_K | bytes | int]) -> tuple[bytes, ...]: ...
    @overload
    def _keys(self, *keys: str | bytes | int | Future[str | bytes | int]) -> tuple[bytes, ...]: ...
    @overload
    def _name(self: _HasKeyparse[Any, _V], reply: bytes) -> _V: ...
    @overload
    def _name(self: _HasKeytype[_V], reply: bytes) -> _V: ...
    @overload
    def _name(self, reply: bytes) -> str: ...
    @overload
    def _encode(self: _HasValueparse[_V, Any], value: _V | Future[_V]) -> bytes | str: ...
    @overload
    def _encode(self: _HasValuetype[_V], value: _V | Future[_V]) -> bytes | str: ...
    @overload
    def _encode(self, value: str | Future[str]) -> bytes | str: ...
    @overload
    def _decode(self: _HasValueparse[Any, _V], reply: bytes | None) -> _V: ...
    @overload
    def _decode(self: _HasValuetype[_V], reply: bytes | None) -> _V: ...
    @overload
    def _decode(self, reply: bytes | None) -> str: ...
