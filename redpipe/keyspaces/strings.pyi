from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeVar, overload

from .._pipe_methods import _Float, _Int, _Time, _When
from ..futures import Future
from ._base import _Keyed, _Pairs, _Reads, _Swaps, _Writes
from .generic import Keyspace

__all__ = ['String']

_K = TypeVar('_K')
_E = TypeVar('_E')
_V = TypeVar('_V')

class String(Keyspace):
    def get(self: _Reads[_K, _V], name: _K) -> Future[_V | None]: ...
    def mget(self: _Reads[_K, _V], keys: _K | Iterable[_K], *args: _K) -> Future[list[_V | None]]: ...
    @overload
    def set(
        self: _Writes[_K, _E],
        name: _K,
        value: _E,
        ex: _Time | None = None,
        px: _Time | None = None,
        nx: bool = False,
        xx: bool = False,
        keepttl: bool = False,
        get: Literal[False] = False,
        exat: _When | None = None,
        pxat: _When | None = None,
        ifeq: _E | None = None,
        ifne: _E | None = None,
        ifdeq: str | bytes | None = None,
        ifdne: str | bytes | None = None,
    ) -> Future[bool | None]: ...
    @overload
    def set(
        self: _Swaps[_K, _E, _V],
        name: _K,
        value: _E,
        ex: _Time | None = None,
        px: _Time | None = None,
        nx: bool = False,
        xx: bool = False,
        keepttl: bool = False,
        *,
        get: Literal[True],
        exat: _When | None = None,
        pxat: _When | None = None,
        ifeq: _E | None = None,
        ifne: _E | None = None,
        ifdeq: str | bytes | None = None,
        ifdne: str | bytes | None = None,
    ) -> Future[_V | None]: ...
    @overload
    def set(
        self: _Swaps[_K, _E, _V],
        name: _K,
        value: _E,
        ex: _Time | None = None,
        px: _Time | None = None,
        nx: bool = False,
        xx: bool = False,
        keepttl: bool = False,
        get: bool = False,
        exat: _When | None = None,
        pxat: _When | None = None,
        ifeq: _E | None = None,
        ifne: _E | None = None,
        ifdeq: str | bytes | None = None,
        ifdne: str | bytes | None = None,
    ) -> Future[bool | None] | Future[_V | None]: ...
    def setnx(self: _Writes[_K, _E], name: _K, value: _E) -> Future[bool]: ...
    def setex(self: _Writes[_K, _E], name: _K, value: _E, time: _Time) -> Future[bool]: ...
    def psetex(self: _Writes[_K, _E], name: _K, value: _E, time_ms: _Time) -> Future[bool]: ...
    def mset(self: _Writes[_K, _E], mapping: _Pairs[_K, _E] | Iterable[tuple[_K, _E]]) -> Future[bool]: ...
    def msetnx(self: _Writes[_K, _E], mapping: _Pairs[_K, _E] | Iterable[tuple[_K, _E]]) -> Future[bool]: ...
    def getset(self: _Swaps[_K, _E, _V], name: _K, value: _E) -> Future[_V | None]: ...
    def getdel(self: _Reads[_K, _V], name: _K) -> Future[_V | None]: ...
    def getex(
        self: _Reads[_K, _V],
        name: _K,
        ex: _Time | None = None,
        px: _Time | None = None,
        exat: _When | None = None,
        pxat: _When | None = None,
        persist: bool = False,
    ) -> Future[_V | None]: ...
    def incr(self: _Keyed[_K], name: _K, amount: _Int = 1) -> Future[int]: ...
    incrby = incr
    def decr(self: _Keyed[_K], name: _K, amount: _Int = 1) -> Future[int]: ...
    decrby = decr
    def incrbyfloat(self: _Keyed[_K], name: _K, amount: _Float = 1.0) -> Future[float]: ...
    @overload
    def append(self: _Writes[_K, _E], name: _K, value: _E) -> Future[int]: ...
    @overload
    def append(self: _Writes[_K, _E], *, key: _K, value: _E) -> Future[int]: ...
    def strlen(self: _Keyed[_K], name: _K) -> Future[int]: ...
    @overload
    def getrange(self: _Reads[_K, _V], name: _K, start: _Int, end: _Int) -> Future[_V]: ...
    @overload
    def getrange(self: _Reads[_K, _V], *, key: _K, start: _Int, end: _Int) -> Future[_V]: ...
    def substr(self: _Reads[_K, _V], name: _K, start: _Int, end: _Int = -1) -> Future[_V]: ...
    def setrange(self: _Writes[_K, _E], name: _K, offset: _Int, value: _E) -> Future[int]: ...
    @overload
    def lcs(
        self: _Reads[_K, _V],
        key1: _K,
        key2: _K,
        len: Literal[False] = False,
        idx: Literal[False] = False,
        minmatchlen: _Int = 0,
        withmatchlen: bool = False,
    ) -> Future[_V]: ...
    @overload
    def lcs(
        self: _Keyed[_K],
        key1: _K,
        key2: _K,
        len: Literal[True],
        idx: Literal[False] = False,
        minmatchlen: _Int = 0,
        withmatchlen: bool = False,
    ) -> Future[int]: ...
    @overload
    def lcs(
        self: _Keyed[_K],
        key1: _K,
        key2: _K,
        len: Literal[False] = False,
        *,
        idx: Literal[True],
        minmatchlen: _Int = 0,
        withmatchlen: bool = False,
    ) -> Future[dict[str, Any]]: ...
    def getbit(self: _Keyed[_K], name: _K, offset: _Int) -> Future[int]: ...
    def setbit(self: _Keyed[_K], name: _K, offset: _Int, value: object) -> Future[int]: ...
    @overload
    def bitcount(
        self: _Keyed[_K], name: _K, start: _Int | None = None, end: _Int | None = None, mode: str | None = None
    ) -> Future[int]: ...
    @overload
    def bitcount(
        self: _Keyed[_K], *, key: _K, start: _Int | None = None, end: _Int | None = None, mode: str | None = None
    ) -> Future[int]: ...
    @overload
    def bitpos(
        self: _Keyed[_K],
        name: _K,
        bit: _Int,
        start: _Int | None = None,
        end: _Int | None = None,
        mode: str | None = None,
    ) -> Future[int]: ...
    @overload
    def bitpos(
        self: _Keyed[_K],
        *,
        key: _K,
        bit: _Int,
        start: _Int | None = None,
        end: _Int | None = None,
        mode: str | None = None,
    ) -> Future[int]: ...
    def bitop(self: _Keyed[_K], operation: str, dest: _K, *keys: _K | Iterable[_K]) -> Future[int]: ...
    @overload
    def bitfield(self: _Keyed[_K], name: _K, default_overflow: str | None = None) -> BitField: ...
    @overload
    def bitfield(self: _Keyed[_K], *, key: _K, default_overflow: str | None = None) -> BitField: ...
    @overload
    def bitfield_ro(
        self: _Keyed[_K],
        name: _K,
        encoding: str,
        offset: int | str,
        items: Sequence[tuple[str, int | str]] | None = None,
    ) -> Future[list[int]]: ...
    @overload
    def bitfield_ro(
        self: _Keyed[_K],
        *,
        key: _K,
        encoding: str,
        offset: int | str,
        items: Sequence[tuple[str, int | str]] | None = None,
    ) -> Future[list[int]]: ...
    def __getitem__(self: _Reads[_K, _V], key: _K) -> Future[_V | None]: ...
    def __setitem__(self: _Writes[_K, _E], key: _K, value: _E) -> None: ...
    __iter__: None

class BitField:
    def __init__(self, strings: String, key: bytes, default_overflow: str | None = None) -> None: ...
    def reset(self) -> None: ...
    def get(self, fmt: str, offset: int | str) -> BitField: ...
    def set(self, fmt: str, offset: int | str, value: int) -> BitField: ...
    def incrby(self, fmt: str, offset: int | str, increment: int, overflow: str | None = None) -> BitField: ...
    def overflow(self, overflow: str) -> BitField: ...
    @property
    def command(self) -> list[Any]: ...
    def execute(self) -> Future[list[int | None]]: ...
