# pyright: reportInvalidTypeVarUse=false
from collections.abc import Callable, Iterable
from typing import Any, Literal, SupportsFloat, overload

from typing_extensions import TypeAlias, TypeVar

from .._pipe_methods import _Float, _Int
from ..futures import Future
from ._base import _Keyed, _Pairs, _Pops, _Reads, _Writes
from ._pages import Pages
from ._sorted_ranges import Ranges

__all__ = ['SortedSet']

_K = TypeVar('_K')
_N = TypeVar('_N')
_E = TypeVar('_E')
_V = TypeVar('_V')
_Cast = TypeVar('_Cast', default=float)

# Text may be '+inf' and the like.
_Score: TypeAlias = SupportsFloat | str | bytes | Future[float]
_Weighted: TypeAlias = Iterable[_K] | _Pairs[_K, _Score]

class SortedSet(Ranges):
    @overload
    def zadd(
        self: _Writes[_K, _E],
        name: _K,
        members: _E | Iterable[_E] | _Pairs[_E, _Score],
        score: _Score = 1,
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
        incr: Literal[False] = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[int]: ...
    @overload
    def zadd(
        self: _Writes[_K, _E],
        name: _K,
        members: _E | Iterable[_E] | _Pairs[_E, _Score],
        score: _Score = 1,
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
        *,
        incr: Literal[True],
        gt: bool = False,
        lt: bool = False,
    ) -> Future[float | None]: ...
    @overload
    def zadd(
        self: _Writes[_K, _E],
        name: _K,
        members: _E | Iterable[_E] | _Pairs[_E, _Score],
        score: _Score = 1,
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
        incr: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[int] | Future[float | None]: ...
    @overload
    def zadd(
        self: _Writes[_K, _E],
        name: _K,
        *,
        mapping: _Pairs[_E, _Score],
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
        incr: Literal[False] = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[int]: ...
    @overload
    def zadd(
        self: _Writes[_K, _E],
        name: _K,
        *,
        mapping: _Pairs[_E, _Score],
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
        incr: Literal[True],
        gt: bool = False,
        lt: bool = False,
    ) -> Future[float | None]: ...
    @overload
    def zadd(
        self: _Writes[_K, _E],
        name: _K,
        *,
        mapping: _Pairs[_E, _Score],
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
        incr: bool = False,
        gt: bool = False,
        lt: bool = False,
    ) -> Future[int] | Future[float | None]: ...
    add = zadd
    @overload
    def zincrby(self: _Writes[_K, _E], name: _K, member: _E, increment: _Score = 1) -> Future[float]: ...
    @overload
    def zincrby(self: _Writes[_K, _E], name: _K, member: _E, *, amount: _Score) -> Future[float]: ...
    @overload
    def zincrby(self: _Writes[_K, _E], name: _K, *, value: _E, increment: _Score = 1) -> Future[float]: ...
    @overload
    def zincrby(self: _Writes[_K, _E], name: _K, *, value: _E, amount: _Score) -> Future[float]: ...
    incr_by = zincrby
    def zrem(self: _Writes[_K, _E], name: _K, *values: _E | Iterable[_E]) -> Future[int]: ...
    remove = zrem
    def zcard(self: _Keyed[_K], name: _K) -> Future[int]: ...
    @overload
    def zscore(self: _Writes[_K, _E], name: _K, elem: _E) -> Future[float | None]: ...
    @overload
    def zscore(self: _Writes[_K, _E], name: _K, *, value: _E) -> Future[float | None]: ...
    score = zscore
    @overload
    def zmscore(
        self: _Writes[_K, _E], name: _K, members: _E | Iterable[_E], *args: _E
    ) -> Future[list[float | None]]: ...
    @overload
    def zmscore(self: _Writes[_K, _E], *, key: _K, members: _E | Iterable[_E]) -> Future[list[float | None]]: ...
    # A rank with a score comes as a list of the two.
    @overload
    def zrank(
        self: _Writes[_K, _E],
        name: _K,
        elem: _E,
        withscore: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[int | None]: ...
    @overload
    def zrank(
        self: _Writes[_K, _E], name: _K, elem: _E, withscore: bool, score_cast_func: Callable[[float], Any] = ...
    ) -> Future[Any]: ...
    @overload
    def zrank(
        self: _Writes[_K, _E],
        name: _K,
        *,
        value: _E,
        withscore: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[int | None]: ...
    @overload
    def zrank(
        self: _Writes[_K, _E], name: _K, *, value: _E, withscore: bool, score_cast_func: Callable[[float], Any] = ...
    ) -> Future[Any]: ...
    rank = zrank
    @overload
    def zrevrank(
        self: _Writes[_K, _E],
        name: _K,
        member: _E,
        withscore: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[int | None]: ...
    @overload
    def zrevrank(
        self: _Writes[_K, _E], name: _K, member: _E, withscore: bool, score_cast_func: Callable[[float], Any] = ...
    ) -> Future[Any]: ...
    @overload
    def zrevrank(
        self: _Writes[_K, _E],
        name: _K,
        *,
        value: _E,
        withscore: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[int | None]: ...
    @overload
    def zrevrank(
        self: _Writes[_K, _E], name: _K, *, value: _E, withscore: bool, score_cast_func: Callable[[float], Any] = ...
    ) -> Future[Any]: ...
    revrank = zrevrank
    @overload
    def zrandmember(self: _Reads[_K, _V], name: _K, count: None = None) -> Future[_V | None]: ...
    @overload
    def zrandmember(
        self: _Reads[_K, _V], name: _K, count: _Int, withscores: Literal[False] = False
    ) -> Future[list[_V]]: ...
    @overload
    def zrandmember(
        self: _Reads[_K, _V], name: _K, count: _Int, withscores: Literal[True]
    ) -> Future[list[tuple[_V, float]]]: ...
    @overload
    def zrandmember(self: _Reads[_K, _V], *, key: _K, count: None = None) -> Future[_V | None]: ...
    @overload
    def zrandmember(
        self: _Reads[_K, _V], *, key: _K, count: _Int, withscores: Literal[False] = False
    ) -> Future[list[_V]]: ...
    @overload
    def zrandmember(
        self: _Reads[_K, _V], *, key: _K, count: _Int, withscores: Literal[True]
    ) -> Future[list[tuple[_V, float]]]: ...
    def zpopmin(self: _Reads[_K, _V], name: _K, count: _Int | None = None) -> Future[list[tuple[_V, float]]]: ...
    def zpopmax(self: _Reads[_K, _V], name: _K, count: _Int | None = None) -> Future[list[tuple[_V, float]]]: ...
    def bzpopmin(
        self: _Pops[_K, _N, _V], keys: _K | Iterable[_K], timeout: _Float = 0
    ) -> Future[tuple[_N, _V, float] | None]: ...
    def bzpopmax(
        self: _Pops[_K, _N, _V], keys: _K | Iterable[_K], timeout: _Float = 0
    ) -> Future[tuple[_N, _V, float] | None]: ...
    def zmpop(
        self: _Pops[_K, _N, _V],
        num_keys: _Int,
        keys: _K | Iterable[_K],
        min: bool = False,
        max: bool = False,
        count: _Int = 1,
    ) -> Future[tuple[_N, list[tuple[_V, float]]] | None]: ...
    def bzmpop(
        self: _Pops[_K, _N, _V],
        timeout: _Float,
        numkeys: _Int,
        keys: _K | Iterable[_K],
        min: bool = False,
        max: bool = False,
        count: _Int = 1,
    ) -> Future[tuple[_N, list[tuple[_V, float]]] | None]: ...
    def zunionstore(
        self: _Keyed[_K], dest: _K, keys: _Weighted[_K], aggregate: str | None = None
    ) -> Future[int]: ...
    def zinterstore(
        self: _Keyed[_K], dest: _K, keys: _Weighted[_K], aggregate: str | None = None
    ) -> Future[int]: ...
    def zdiffstore(self: _Keyed[_K], dest: _K, keys: _K | Iterable[_K], *args: _K) -> Future[int]: ...
    @overload
    def zunion(
        self: _Reads[_K, _V],
        keys: _Weighted[_K],
        aggregate: str | None = None,
        withscores: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[list[_V]]: ...
    @overload
    def zunion(
        self: _Reads[_K, _V],
        keys: _Weighted[_K],
        aggregate: str | None = None,
        *,
        withscores: Literal[True],
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Future[list[tuple[_V, _Cast]]]: ...
    @overload
    def zunion(
        self: _Reads[_K, _V],
        keys: _Weighted[_K],
        aggregate: str | None = None,
        withscores: bool = False,
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Future[list[_V]] | Future[list[tuple[_V, _Cast]]]: ...
    @overload
    def zinter(
        self: _Reads[_K, _V],
        keys: _Weighted[_K],
        aggregate: str | None = None,
        withscores: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[list[_V]]: ...
    @overload
    def zinter(
        self: _Reads[_K, _V],
        keys: _Weighted[_K],
        aggregate: str | None = None,
        *,
        withscores: Literal[True],
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Future[list[tuple[_V, _Cast]]]: ...
    @overload
    def zinter(
        self: _Reads[_K, _V],
        keys: _Weighted[_K],
        aggregate: str | None = None,
        withscores: bool = False,
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Future[list[_V]] | Future[list[tuple[_V, _Cast]]]: ...
    @overload
    def zdiff(
        self: _Reads[_K, _V],
        keys: _K | Iterable[_K],
        withscores: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[list[_V]]: ...
    @overload
    def zdiff(
        self: _Reads[_K, _V],
        keys: _K | Iterable[_K],
        withscores: Literal[True],
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Future[list[tuple[_V, _Cast]]]: ...
    @overload
    def zdiff(
        self: _Reads[_K, _V],
        keys: _K | Iterable[_K],
        withscores: bool = False,
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Future[list[_V]] | Future[list[tuple[_V, _Cast]]]: ...
    def zintercard(self: _Keyed[_K], numkeys: _Int, keys: _K | Iterable[_K], limit: _Int = 0) -> Future[int]: ...
    def zscan(
        self: _Reads[_K, _V],
        name: _K,
        cursor: _Int = 0,
        match: str | bytes | None = None,
        count: _Int | None = None,
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Future[tuple[int, list[tuple[_V, _Cast]]]]: ...
    def zscan_iter(
        self: _Reads[_K, _V],
        name: _K,
        match: str | bytes | None = None,
        count: int | None = None,
        score_cast_func: Callable[[float], _Cast] = ...,
    ) -> Pages[tuple[_V, _Cast]]: ...
