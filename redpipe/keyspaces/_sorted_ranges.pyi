# pyright: reportInvalidTypeVarUse=false
from collections.abc import Callable
from typing import Any, Literal, overload

from typing_extensions import TypeVar

from .._pipe_methods import _Bound, _Int
from ..futures import Future
from ._base import _Keyed, _Reads
from .generic import Keyspace

_K = TypeVar('_K')
_V = TypeVar('_V')
_Score = TypeVar('_Score', default=float)

class Ranges(Keyspace):
    @overload
    def zrange(
        self: _Reads[_K, _V],
        name: _K,
        start: _Bound,
        end: _Bound,
        desc: bool = False,
        withscores: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
        byscore: bool = False,
        bylex: bool = False,
        offset: _Int | None = None,
        num: _Int | None = None,
    ) -> Future[list[_V]]: ...
    @overload
    def zrange(
        self: _Reads[_K, _V],
        name: _K,
        start: _Bound,
        end: _Bound,
        desc: bool = False,
        *,
        withscores: Literal[True],
        score_cast_func: Callable[[float], _Score] = ...,
        byscore: bool = False,
        bylex: bool = False,
        offset: _Int | None = None,
        num: _Int | None = None,
    ) -> Future[list[tuple[_V, _Score]]]: ...
    @overload
    def zrange(
        self: _Reads[_K, _V],
        name: _K,
        start: _Bound,
        end: _Bound,
        desc: bool = False,
        withscores: bool = False,
        score_cast_func: Callable[[float], _Score] = ...,
        byscore: bool = False,
        bylex: bool = False,
        offset: _Int | None = None,
        num: _Int | None = None,
    ) -> Future[list[_V]] | Future[list[tuple[_V, _Score]]]: ...
    @overload
    def zrevrange(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int,
        end: _Int,
        withscores: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[list[_V]]: ...
    @overload
    def zrevrange(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int,
        end: _Int,
        withscores: Literal[True],
        score_cast_func: Callable[[float], _Score] = ...,
    ) -> Future[list[tuple[_V, _Score]]]: ...
    @overload
    def zrevrange(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int,
        end: _Int,
        withscores: bool = False,
        score_cast_func: Callable[[float], _Score] = ...,
    ) -> Future[list[_V]] | Future[list[tuple[_V, _Score]]]: ...
    @overload
    def zrangebyscore(
        self: _Reads[_K, _V],
        name: _K,
        min: _Bound,
        max: _Bound,
        start: _Int | None = None,
        num: _Int | None = None,
        withscores: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[list[_V]]: ...
    @overload
    def zrangebyscore(
        self: _Reads[_K, _V],
        name: _K,
        min: _Bound,
        max: _Bound,
        start: _Int | None = None,
        num: _Int | None = None,
        *,
        withscores: Literal[True],
        score_cast_func: Callable[[float], _Score] = ...,
    ) -> Future[list[tuple[_V, _Score]]]: ...
    @overload
    def zrangebyscore(
        self: _Reads[_K, _V],
        name: _K,
        min: _Bound,
        max: _Bound,
        start: _Int | None = None,
        num: _Int | None = None,
        withscores: bool = False,
        score_cast_func: Callable[[float], _Score] = ...,
    ) -> Future[list[_V]] | Future[list[tuple[_V, _Score]]]: ...
    @overload
    def zrevrangebyscore(
        self: _Reads[_K, _V],
        name: _K,
        max: _Bound,
        min: _Bound,
        start: _Int | None = None,
        num: _Int | None = None,
        withscores: Literal[False] = False,
        score_cast_func: Callable[[float], Any] = ...,
    ) -> Future[list[_V]]: ...
    @overload
    def zrevrangebyscore(
        self: _Reads[_K, _V],
        name: _K,
        max: _Bound,
        min: _Bound,
        start: _Int | None = None,
        num: _Int | None = None,
        *,
        withscores: Literal[True],
        score_cast_func: Callable[[float], _Score] = ...,
    ) -> Future[list[tuple[_V, _Score]]]: ...
    @overload
    def zrevrangebyscore(
        self: _Reads[_K, _V],
        name: _K,
        max: _Bound,
        min: _Bound,
        start: _Int | None = None,
        num: _Int | None = None,
        withscores: bool = False,
        score_cast_func: Callable[[float], _Score] = ...,
    ) -> Future[list[_V]] | Future[list[tuple[_V, _Score]]]: ...
    def zrangebylex(
        self: _Reads[_K, _V],
        name: _K,
        min: str | bytes,
        max: str | bytes,
        start: _Int | None = None,
        num: _Int | None = None,
    ) -> Future[list[_V]]: ...
    def zrevrangebylex(
        self: _Reads[_K, _V],
        name: _K,
        max: str | bytes,
        min: str | bytes,
        start: _Int | None = None,
        num: _Int | None = None,
    ) -> Future[list[_V]]: ...
    def zrangestore(
        self: _Keyed[_K],
        dest: _K,
        name: _K,
        start: _Bound,
        end: _Bound,
        byscore: bool = False,
        bylex: bool = False,
        desc: bool = False,
        offset: _Int | None = None,
        num: _Int | None = None,
    ) -> Future[int]: ...
    @overload
    def zremrangebyrank(self: _Keyed[_K], name: _K, start: _Int, stop: _Int) -> Future[int]: ...
    @overload
    def zremrangebyrank(self: _Keyed[_K], name: _K, start: _Int, *, max: _Int) -> Future[int]: ...
    @overload
    def zremrangebyrank(self: _Keyed[_K], name: _K, *, min: _Int, stop: _Int) -> Future[int]: ...
    @overload
    def zremrangebyrank(self: _Keyed[_K], name: _K, *, min: _Int, max: _Int) -> Future[int]: ...
    @overload
    def zremrangebyscore(self: _Keyed[_K], name: _K, min_value: _Bound, max_value: _Bound) -> Future[int]: ...
    @overload
    def zremrangebyscore(self: _Keyed[_K], name: _K, min_value: _Bound, *, max: _Bound) -> Future[int]: ...
    @overload
    def zremrangebyscore(self: _Keyed[_K], name: _K, *, min: _Bound, max_value: _Bound) -> Future[int]: ...
    @overload
    def zremrangebyscore(self: _Keyed[_K], name: _K, *, min: _Bound, max: _Bound) -> Future[int]: ...
    def zremrangebylex(self: _Keyed[_K], name: _K, min: str | bytes, max: str | bytes) -> Future[int]: ...
    def zcount(self: _Keyed[_K], name: _K, min: _Bound, max: _Bound) -> Future[int]: ...
    def zlexcount(self: _Keyed[_K], name: _K, min: str | bytes, max: str | bytes) -> Future[int]: ...
