from collections.abc import Iterable, Sequence
from typing import Literal, TypeVar, overload

from .._pipe_methods import _Float, _Int
from ..futures import Future
from ._base import _Keyed, _Pairs, _Reads
from ._hash_expiry import Expiry
from ._hash_members import _Contents, _HasMembers, _MemberReads, _Members, _MemberWrites
from ._pages import Pages

__all__ = ['Hash']

_K = TypeVar('_K')
_M = TypeVar('_M')
_E = TypeVar('_E')
_V = TypeVar('_V')
_W = TypeVar('_W')

class Hash(Expiry):
    @overload
    def hget(self: _MemberReads[_K, _M, _W], name: _K, field: _M) -> Future[_W]: ...
    @overload
    def hget(self: _MemberReads[_K, _M, _W], name: _K, *, key: _M) -> Future[_W]: ...
    def hmget(
        self: _MemberReads[_K, _M, _W], name: _K, keys: _M | Iterable[_M], *args: _M
    ) -> Future[list[_W]]: ...
    def hgetall(self: _Contents[_K, _M, _V], name: _K) -> Future[dict[_M, _V]]: ...
    def hkeys(self: _Members[_K, _M], name: _K) -> Future[list[_M]]: ...
    def hvals(self: _Reads[_K, _V], name: _K) -> Future[list[_V]]: ...
    def hlen(self: _Keyed[_K], name: _K) -> Future[int]: ...
    @overload
    def hexists(self: _HasMembers[_K, _M], name: _K, field: _M) -> Future[bool]: ...
    @overload
    def hexists(self: _HasMembers[_K, _M], name: _K, *, key: _M) -> Future[bool]: ...
    @overload
    def hstrlen(self: _HasMembers[_K, _M], name: _K, field: _M) -> Future[int]: ...
    @overload
    def hstrlen(self: _HasMembers[_K, _M], name: _K, *, key: _M) -> Future[int]: ...
    @overload
    def hrandfield(
        self: _Members[_K, _M], name: _K, count: None = None, withvalues: Literal[False] = False
    ) -> Future[_M | None]: ...
    @overload
    def hrandfield(
        self: _Members[_K, _M], name: _K, count: _Int, withvalues: Literal[False] = False
    ) -> Future[list[_M]]: ...
    @overload
    def hrandfield(
        self: _Contents[_K, _M, _V], name: _K, count: _Int, withvalues: Literal[True]
    ) -> Future[list[tuple[_M, _V]]]: ...
    @overload
    def hrandfield(
        self: _Members[_K, _M], *, key: _K, count: None = None, withvalues: Literal[False] = False
    ) -> Future[_M | None]: ...
    @overload
    def hrandfield(
        self: _Members[_K, _M], *, key: _K, count: _Int, withvalues: Literal[False] = False
    ) -> Future[list[_M]]: ...
    @overload
    def hrandfield(
        self: _Contents[_K, _M, _V], *, key: _K, count: _Int, withvalues: Literal[True]
    ) -> Future[list[tuple[_M, _V]]]: ...
    @overload
    def hset(
        self: _MemberWrites[_K, _M, _E],
        name: _K,
        member: _M | None = None,
        value: _E | None = None,
        mapping: _Pairs[_M, _E] | Iterable[tuple[_M, _E]] | None = None,
        items: Sequence[_M | _E] | None = None,
    ) -> Future[int]: ...
    @overload
    def hset(
        self: _MemberWrites[_K, _M, _E],
        name: _K,
        *,
        key: _M,
        value: _E | None = None,
        mapping: _Pairs[_M, _E] | Iterable[tuple[_M, _E]] | None = None,
        items: Sequence[_M | _E] | None = None,
    ) -> Future[int]: ...
    @overload
    def hsetnx(self: _MemberWrites[_K, _M, _E], name: _K, member: _M, value: _E) -> Future[int]: ...
    @overload
    def hsetnx(self: _MemberWrites[_K, _M, _E], name: _K, *, key: _M, value: _E) -> Future[int]: ...
    def hmset(
        self: _MemberWrites[_K, _M, _E], name: _K, mapping: _Pairs[_M, _E] | Iterable[tuple[_M, _E]]
    ) -> Future[bool]: ...
    def hdel(self: _HasMembers[_K, _M], name: _K, *keys: _M | Iterable[_M]) -> Future[int]: ...
    @overload
    def hincrby(self: _HasMembers[_K, _M], name: _K, field: _M, increment: _Int = 1) -> Future[int]: ...
    @overload
    def hincrby(self: _HasMembers[_K, _M], name: _K, field: _M, *, amount: _Int) -> Future[int]: ...
    @overload
    def hincrby(self: _HasMembers[_K, _M], name: _K, *, key: _M, increment: _Int = 1) -> Future[int]: ...
    @overload
    def hincrby(self: _HasMembers[_K, _M], name: _K, *, key: _M, amount: _Int) -> Future[int]: ...
    @overload
    def hincrbyfloat(self: _HasMembers[_K, _M], name: _K, field: _M, increment: _Float = 1.0) -> Future[float]: ...
    @overload
    def hincrbyfloat(self: _HasMembers[_K, _M], name: _K, field: _M, *, amount: _Float) -> Future[float]: ...
    @overload
    def hincrbyfloat(self: _HasMembers[_K, _M], name: _K, *, key: _M, increment: _Float = 1.0) -> Future[float]: ...
    @overload
    def hincrbyfloat(self: _HasMembers[_K, _M], name: _K, *, key: _M, amount: _Float) -> Future[float]: ...
    @overload
    def hscan(
        self: _Contents[_K, _M, _V],
        name: _K,
        cursor: _Int = 0,
        match: str | bytes | None = None,
        count: _Int | None = None,
        no_values: Literal[False] | None = None,
    ) -> Future[tuple[int, dict[_M, _V]]]: ...
    @overload
    def hscan(
        self: _Members[_K, _M],
        name: _K,
        cursor: _Int = 0,
        match: str | bytes | None = None,
        count: _Int | None = None,
        *,
        no_values: Literal[True],
    ) -> Future[tuple[int, list[_M]]]: ...
    @overload
    def hscan_iter(
        self: _Contents[_K, _M, _V],
        name: _K,
        match: str | bytes | None = None,
        count: int | None = None,
        no_values: Literal[False] | None = None,
    ) -> Pages[tuple[_M, _V]]: ...
    @overload
    def hscan_iter(
        self: _Members[_K, _M],
        name: _K,
        match: str | bytes | None = None,
        count: int | None = None,
        *,
        no_values: Literal[True],
    ) -> Pages[_M]: ...
