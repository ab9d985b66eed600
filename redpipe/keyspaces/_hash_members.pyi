"""The same for hashes, which have ``memberparse`` too.

A class with ``fields`` has a type for each member, which no checker can look up by the member's name: their values are
Any. Those of a class without are told by ``valueparse``.
"""
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar, overload

from ..fields import _Codec
from ..futures import Future
from ._base import KeyspaceBase, _HasValueparse, _HasValuetype, _Keyed

_M = TypeVar('_M')
_V = TypeVar('_V')
_O_co = TypeVar('_O_co', covariant=True)
_V_co = TypeVar('_V_co', covariant=True)
_W_co = TypeVar('_W_co', covariant=True)
_K_contra = TypeVar('_K_contra', contravariant=True)
_M_contra = TypeVar('_M_contra', contravariant=True)
_E_contra = TypeVar('_E_contra', contravariant=True)

class _HasMemberparse(Protocol[_M_contra, _O_co]):
    @property
    def memberparse(self) -> _Codec[_M_contra, _O_co]: ...

class _HasMembertype(Protocol[_O_co]):
    @property
    def memberparse(self) -> type[_O_co]: ...

class _HasFields(Protocol):
    @property
    def fields(self) -> Mapping[Any, Any]: ...

# What commands ask of their self: K and E as in _base, M is a member as an argument, O one in a reply, V a value in a
# reply, and W a value that may be missing.
class _HasMembers(_Keyed[_K_contra], Protocol[_K_contra, _M_contra]):
    def _member(self, member: _M_contra) -> tuple[bytes, Any]: ...

class _MemberReads(_HasMembers[_K_contra, _M_contra], Protocol[_K_contra, _M_contra, _W_co]):
    def _encode_members(self, members: Any) -> tuple[tuple[bytes, ...], Callable[[Any], Sequence[_W_co]]]: ...

class _MemberWrites(_HasMembers[_K_contra, _M_contra], Protocol[_K_contra, _M_contra, _E_contra]):
    def _assignment(self, member: Any, value: _E_contra) -> tuple[bytes, ...]: ...

class _Members(_Keyed[_K_contra], Protocol[_K_contra, _O_co]):
    def _decode_member(self, reply: Any) -> _O_co: ...

class _Contents(_Members[_K_contra, _O_co], Protocol[_K_contra, _O_co, _V_co]):
    def _decode_dict(self, reply: Any) -> Mapping[Any, _V_co]: ...

class HashMembers(KeyspaceBase):
    fields: ClassVar[Mapping[Any, _Codec[Any, Any] | type[object]] | None]
    memberparse: ClassVar[_Codec[Any, object] | type[object] | None]
    _memberparse: ClassVar[_Codec[Any, object] | type[object] | None]
    @overload
    def _member(self: _HasMemberparse[_M, Any], member: _M | Future[_M]) -> tuple[bytes, Any]: ...
    @overload
    def _member(self: _HasMembertype[_M], member: _M | Future[_M]) -> tuple[bytes, Any]: ...
    @overload
    def _member(self, member: str | float | Future[str | float]) -> tuple[bytes, Any]: ...
    @overload
    def _decode_member(self: _HasMemberparse[Any, _M], reply: bytes | None) -> _M: ...
    @overload
    def _decode_member(self: _HasMembertype[_M], reply: bytes | None) -> _M: ...
    @overload
    def _decode_member(self, reply: bytes | None) -> str: ...
    @overload
    def _encode_members(self: _HasFields, members: Any) -> tuple[tuple[bytes, ...], Callable[[Any], Sequence[Any]]]: ...
    @overload
    def _encode_members(
        self: _HasValueparse[Any, _V], members: Any
    ) -> tuple[tuple[bytes, ...], Callable[[Any], Sequence[_V | None]]]: ...
    @overload
    def _encode_members(
        self: _HasValuetype[_V], members: Any
    ) -> tuple[tuple[bytes, ...], Callable[[Any], Sequence[_V | None]]]: ...
    @overload
    def _encode_members(self, members: Any) -> tuple[tuple[bytes, ...], Callable[[Any], Sequence[str | None]]]: ...
    @overload
    def _decode_dict(self: _HasFields, reply: Any) -> dict[Any, Any]: ...
    @overload
    def _decode_dict(self: _HasValueparse[Any, _V], reply: Any) -> dict[Any, _V]: ...
    @overload
    def _decode_dict(self: _HasValuetype[_V], reply: Any) -> dict[Any, _V]: ...
    @overload
    def _decode_dict(self, reply: Any) -> dict[Any, str]: ...
    @overload
    def _assignment(self: _HasFields, member: Any, value: Any) -> tuple[bytes, ...]: ...
    @overload
    def _assignment(self: _HasValueparse[_V, Any], member: Any, value: _V | Future[_V]) -> tuple[bytes, ...]: ...
    @overload
    def _assignment(self: _HasValuetype[_V], member: Any, value: _V | Future[_V]) -> tuple[bytes, ...]: ...
    @overload
    def _assignment(self, member: Any, value: str | Future[str]) -> tuple[bytes, ...]: ...
