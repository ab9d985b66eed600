from collections.abc import Iterable
from typing import Any, Literal, TypeVar, overload

from .._pipe_methods import _Float, _Int
from ..futures import Future
from ._base import _Reads, _Swaps, _Writes
from .sorted_sets import SortedSet

__all__ = ['Geo']

_K = TypeVar('_K')
_E = TypeVar('_E')
_V = TypeVar('_V')

# A search with the distances or more gives lists of the place and what else was asked for, in the server's order.
class Geo(SortedSet):
    def geoadd(
        self: _Writes[_K, _E],
        name: _K,
        values: _Float | Iterable[_Float | _E],
        *more: _Float | _E,
        nx: bool = False,
        xx: bool = False,
        ch: bool = False,
    ) -> Future[int]: ...
    def geodist(
        self: _Writes[_K, _E], name: _K, place1: _E, place2: _E, unit: str | None = None
    ) -> Future[float | None]: ...
    def geohash(self: _Writes[_K, _E], name: _K, *values: _E | Iterable[_E]) -> Future[list[str | None]]: ...
    def geopos(
        self: _Writes[_K, _E], name: _K, *values: _E | Iterable[_E]
    ) -> Future[list[tuple[float, float] | None]]: ...
    @overload
    def geosearch(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E | None = None,
        longitude: _Float | None = None,
        latitude: _Float | None = None,
        unit: str = 'm',
        radius: _Float | None = None,
        width: _Float | None = None,
        height: _Float | None = None,
        sort: str | None = None,
        count: _Int | None = None,
        any: bool = False,
        withcoord: Literal[False] = False,
        withdist: Literal[False] = False,
        withhash: Literal[False] = False,
    ) -> Future[list[_V]]: ...
    @overload
    def geosearch(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E | None = None,
        longitude: _Float | None = None,
        latitude: _Float | None = None,
        unit: str = 'm',
        radius: _Float | None = None,
        width: _Float | None = None,
        height: _Float | None = None,
        sort: str | None = None,
        count: _Int | None = None,
        any: bool = False,
        withcoord: bool = False,
        withdist: bool = False,
        withhash: bool = False,
    ) -> Future[list[Any]]: ...
    def geosearchstore(
        self: _Writes[_K, _E],
        dest: _K,
        name: _K,
        member: _E | None = None,
        longitude: _Float | None = None,
        latitude: _Float | None = None,
        unit: str = 'm',
        radius: _Float | None = None,
        width: _Float | None = None,
        height: _Float | None = None,
        sort: str | None = None,
        count: _Int | None = None,
        any: bool = False,
        storedist: bool = False,
    ) -> Future[int]: ...
    @overload
    def georadius(
        self: _Reads[_K, _V],
        name: _K,
        longitude: _Float,
        latitude: _Float,
        radius: _Float,
        unit: str | None = None,
        withdist: Literal[False] = False,
        withcoord: Literal[False] = False,
        withhash: Literal[False] = False,
        count: _Int | None = None,
        sort: str | None = None,
        store: None = None,
        store_dist: None = None,
        any: bool = False,
    ) -> Future[list[_V]]: ...
    @overload
    def georadius(
        self: _Reads[_K, _V],
        name: _K,
        longitude: _Float,
        latitude: _Float,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        store: None = None,
        store_dist: None = None,
        any: bool = False,
    ) -> Future[list[Any]]: ...
    @overload
    def georadius(
        self: _Reads[_K, _V],
        name: _K,
        longitude: _Float,
        latitude: _Float,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        *,
        store: _K,
        store_dist: _K | None = None,
        any: bool = False,
    ) -> Future[int]: ...
    @overload
    def georadius(
        self: _Reads[_K, _V],
        name: _K,
        longitude: _Float,
        latitude: _Float,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        store: None = None,
        *,
        store_dist: _K,
        any: bool = False,
    ) -> Future[int]: ...
    @overload
    def georadiusbymember(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E,
        radius: _Float,
        unit: str | None = None,
        withdist: Literal[False] = False,
        withcoord: Literal[False] = False,
        withhash: Literal[False] = False,
        count: _Int | None = None,
        sort: str | None = None,
        store: None = None,
        store_dist: None = None,
        any: bool = False,
    ) -> Future[list[_V]]: ...
    @overload
    def georadiusbymember(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        store: None = None,
        store_dist: None = None,
        any: bool = False,
    ) -> Future[list[Any]]: ...
    @overload
    def georadiusbymember(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        *,
        store: _K,
        store_dist: _K | None = None,
        any: bool = False,
    ) -> Future[int]: ...
    @overload
    def georadiusbymember(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        store: None = None,
        *,
        store_dist: _K,
        any: bool = False,
    ) -> Future[int]: ...
    @overload
    def georadius_ro(
        self: _Reads[_K, _V],
        name: _K,
        longitude: _Float,
        latitude: _Float,
        radius: _Float,
        unit: str | None = None,
        withdist: Literal[False] = False,
        withcoord: Literal[False] = False,
        withhash: Literal[False] = False,
        count: _Int | None = None,
        sort: str | None = None,
        any: bool = False,
    ) -> Future[list[_V]]: ...
    @overload
    def georadius_ro(
        self: _Reads[_K, _V],
        name: _K,
        longitude: _Float,
        latitude: _Float,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        any: bool = False,
    ) -> Future[list[Any]]: ...
    @overload
    def georadiusbymember_ro(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E,
        radius: _Float,
        unit: str | None = None,
        withdist: Literal[False] = False,
        withcoord: Literal[False] = False,
        withhash: Literal[False] = False,
        count: _Int | None = None,
        sort: str | None = None,
        any: bool = False,
    ) -> Future[list[_V]]: ...
    @overload
    def georadiusbymember_ro(
        self: _Swaps[_K, _E, _V],
        name: _K,
        member: _E,
        radius: _Float,
        unit: str | None = None,
        withdist: bool = False,
        withcoord: bool = False,
        withhash: bool = False,
        count: _Int | None = None,
        sort: str | None = None,
        any: bool = False,
    ) -> Future[list[Any]]: ...
