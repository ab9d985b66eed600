from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, overload

from .._pipe_methods import _Time, _When
from ..futures import Future
from ._base import _Pairs
from ._hash_members import HashMembers, _HasMembers, _MemberReads, _MemberWrites
from .generic import Keyspace

_K = TypeVar('_K')
_M = TypeVar('_M')
_E = TypeVar('_E')
_W = TypeVar('_W')

class Expiry(HashMembers, Keyspace):
    def hexpire(
        self: _HasMembers[_K, _M],
        name: _K,
        seconds: _Time,
        *members: _M | Iterable[_M],
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[list[int]]: ...
    def hpexpire(
        self: _HasMembers[_K, _M],
        name: _K,
        milliseconds: _Time,
        *members: _M | Iterable[_M],
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[list[int]]: ...
    def hexpireat(
        self: _HasMembers[_K, _M],
        name: _K,
        unix_time_seconds: _When,
        *members: _M | Iterable[_M],
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[list[int]]: ...
    def hpexpireat(
        self: _HasMembers[_K, _M],
        name: _K,
        unix_time_milliseconds: _When,
        *members: _M | Iterable[_M],
        nx: bool = False,
        xx: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[list[int]]: ...
    def hpersist(self: _HasMembers[_K, _M], name: _K, *members: _M | Iterable[_M]) -> Future[list[int]]: ...
    def httl(self: _HasMembers[_K, _M], name: _K, *members: _M | Iterable[_M]) -> Future[list[int]]: ...
    def hpttl(self: _HasMembers[_K, _M], name: _K, *members: _M | Iterable[_M]) -> Future[list[int]]: ...
    def hexpiretime(self: _HasMembers[_K, _M], name: _K, *members: _M | Iterable[_M]) -> Future[list[int]]: ...
    def hpexpiretime(self: _HasMembers[_K, _M], name: _K, *members: _M | Iterable[_M]) -> Future[list[int]]: ...
    def hgetdel(
        self: _MemberReads[_K, _M, _W], name: _K, *members: _M | Iterable[_M]
    ) -> Future[list[_W]]: ...
    def hgetex(
        self: _MemberReads[_K, _M, _W],
        name: _K,
        *members: _M | Iterable[_M],
        ex: _Time | None = None,
        px: _Time | None = None,
        exat: _When | None = None,
        pxat: _When | None = None,
        persist: bool = False,
    ) -> Future[list[_W]]: ...
    @overload
    def hsetex(
        self: _MemberWrites[_K, _M, _E],
        name: _K,
        member: _M | None = None,
        value: _E | None = None,
        mapping: _Pairs[_M, _E] | Iterable[tuple[_M, _E]] | None = None,
        items: Sequence[_M | _E] | None = None,
        ex: _Time | None = None,
        px: _Time | None = None,
        exat: _When | None = None,
        pxat: _When | None = None,
        data_persist_option: Any = None,
        keepttl: bool = False,
    ) -> Future[int]: ...
    @overload
    def hsetex(
        self: _MemberWrites[_K, _M, _E],
        name: _K,
        *,
        key: _M,
        value: _E | None = None,
        mapping: _Pairs[_M, _E] | Iterable[tuple[_M, _E]] | None = None,
        items: Sequence[_M | _E] | None = None,
        ex: _Time | None = None,
        px: _Time | None = None,
        exat: _When | None = None,
        pxat: _When | None = None,
        data_persist_option: Any = None,
        keepttl: bool = False,
    ) -> Future[int]: ...
