from collections.abc import Iterable
from typing import Any, Literal, TypeVar, overload

from .._pipe_methods import _Int, _Time, _When
from ..futures import Future
from ._base import KeyspaceBase, _Keyed, _Named, _Reads
from ._pages import Pages

__all__ = ['Keyspace']

_K = TypeVar('_K')
_N = TypeVar('_N')
_V = TypeVar('_V')

class Keyspace(KeyspaceBase):
    def delete(self: _Keyed[_K], *names: _K | Iterable[_K]) -> Future[int]: ...
    def unlink(self: _Keyed[_K], *names: _K | Iterable[_K]) -> Future[int]: ...
    # A collection is one argument too, but its keys are counted; text is no collection.
    @overload
    def exists(self: _Keyed[_K], name: _K) -> Future[bool]: ...
    @overload
    def exists(self: _Keyed[_K], name: _K | Iterable[_K], *names: _K) -> Future[int]: ...
    def touch(self: _Keyed[_K], *names: _K | Iterable[_K]) -> Future[int]: ...
    def type(self: _Keyed[_K], name: _K) -> Future[bytes]: ...
    def copy(
        self: _Keyed[_K], source: _K, destination: _K, destination_db: _Int | None = None, replace: bool = False
    ) -> Future[bool]: ...
    def move(self: _Keyed[_K], name: _K, db: _Int) -> Future[bool]: ...
    def rename(self: _Keyed[_K], src: _K, dst: _K) -> Future[bool]: ...
    def renamenx(self: _Keyed[_K], src: _K, dst: _K) -> Future[bool]: ...
    def migrate(
        self: _Keyed[_K],
        host: str,
        port: _Int,
        keys: _K | Iterable[_K],
        destination_db: _Int,
        timeout: _Int,
        copy: bool = False,
        replace: bool = False,
        auth: str | None = None,
    ) -> Future[bytes]: ...
    def expire(
        self: _Keyed[_K], name: _K, time: _Time, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Future[bool]: ...
    def pexpire(
        self: _Keyed[_K], name: _K, time: _Time, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Future[bool]: ...
    def expireat(
        self: _Keyed[_K], name: _K, when: _When, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Future[bool]: ...
    def pexpireat(
        self: _Keyed[_K], name: _K, when: _When, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Future[bool]: ...
    def persist(self: _Keyed[_K], name: _K) -> Future[bool]: ...
    def ttl(self: _Keyed[_K], name: _K) -> Future[int]: ...
    def pttl(self: _Keyed[_K], name: _K) -> Future[int]: ...
    @overload
    def expiretime(self: _Keyed[_K], name: _K) -> Future[int]: ...
    @overload
    def expiretime(self: _Keyed[_K], *, key: _K) -> Future[int]: ...
    @overload
    def pexpiretime(self: _Keyed[_K], name: _K) -> Future[int]: ...
    @overload
    def pexpiretime(self: _Keyed[_K], *, key: _K) -> Future[int]: ...
    def dump(self: _Keyed[_K], name: _K) -> Future[bytes | None]: ...
    @overload
    def restore(
        self: _Keyed[_K],
        name: _K,
        value: bytes | Future[bytes],
        pttl: _Time = 0,
        replace: bool = False,
        absttl: bool = False,
        idletime: _Int | None = None,
        frequency: _Int | None = None,
    ) -> Future[str]: ...
    @overload
    def restore(
        self: _Keyed[_K],
        name: _K,
        value: bytes | Future[bytes],
        *,
        ttl: _Time,
        replace: bool = False,
        absttl: bool = False,
        idletime: _Int | None = None,
        frequency: _Int | None = None,
    ) -> Future[str]: ...
    def restorenx(self: _Keyed[_K], name: _K, value: bytes | Future[bytes], pttl: _Time = 0) -> Future[int]: ...
    # The encoding, or a number; either order of the arguments.
    @overload
    def object(self: _Keyed[_K], name: _K, subcommand: Literal['encoding']) -> Future[bytes | None]: ...
    @overload
    def object(
        self: _Keyed[_K], name: _K, subcommand: Literal['freq', 'idletime', 'refcount']
    ) -> Future[int | None]: ...
    @overload
    def object(self: _Keyed[_K], *, infotype: Literal['encoding'], key: _K) -> Future[bytes | None]: ...
    @overload
    def object(
        self: _Keyed[_K], *, infotype: Literal['freq', 'idletime', 'refcount'], key: _K
    ) -> Future[int | None]: ...
    @overload
    def object(self: _Keyed[_K], name: _K | str, subcommand: _K | str) -> Future[Any]: ...
    @overload
    def object(self: _Keyed[_K], name: str, *, key: _K) -> Future[Any]: ...
    @overload
    def memory_usage(self: _Keyed[_K], name: _K, samples: _Int | None = None) -> Future[int | None]: ...
    @overload
    def memory_usage(self: _Keyed[_K], *, key: _K, samples: _Int | None = None) -> Future[int | None]: ...
    @overload
    def eval(self: _Keyed[_K], name: _K, script: str | bytes, *args: Any) -> Future[Any]: ...
    @overload
    def eval(self, name: str | bytes, script: int, *args: Any) -> Future[Any]: ...
    @overload
    def eval(self, name: str | bytes, *, numkeys: int) -> Future[Any]: ...
    @overload
    def eval(self, *, script: str | bytes, numkeys: int) -> Future[Any]: ...
    def scan(
        self: _Named[_N],
        cursor: _Int = 0,
        match: str | bytes | None = None,
        count: _Int | None = None,
        _type: str | None = None,
    ) -> Future[tuple[int, list[_N]]]: ...
    def scan_iter(
        self: _Named[_N], match: str | bytes | None = None, count: int | None = None, _type: str | None = None
    ) -> Pages[_N]: ...
    @overload
    def sort(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        get: None = None,
        desc: bool = False,
        alpha: bool = False,
        store: None = None,
        groups: Literal[False] = False,
    ) -> Future[list[_V]]: ...
    @overload
    def sort(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        *,
        get: str | bytes | Iterable[str | bytes],
        desc: bool = False,
        alpha: bool = False,
        store: None = None,
        groups: Literal[False] = False,
    ) -> Future[list[_V | str | None]]: ...
    @overload
    def sort(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        *,
        get: str | bytes | Iterable[str | bytes],
        desc: bool = False,
        alpha: bool = False,
        store: None = None,
        groups: Literal[True],
    ) -> Future[list[tuple[_V | str | None, ...]]]: ...
    @overload
    def sort(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        get: str | bytes | Iterable[str | bytes] | None = None,
        desc: bool = False,
        alpha: bool = False,
        *,
        store: _K,
        groups: bool = False,
    ) -> Future[int]: ...
    @overload
    def sort_ro(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        get: None = None,
        desc: bool = False,
        alpha: bool = False,
        groups: Literal[False] = False,
    ) -> Future[list[_V]]: ...
    @overload
    def sort_ro(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        *,
        get: str | bytes | Iterable[str | bytes],
        desc: bool = False,
        alpha: bool = False,
        groups: Literal[False] = False,
    ) -> Future[list[_V | str | None]]: ...
    @overload
    def sort_ro(
        self: _Reads[_K, _V],
        name: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        *,
        get: str | bytes | Iterable[str | bytes],
        desc: bool = False,
        alpha: bool = False,
        groups: Literal[True],
    ) -> Future[list[tuple[_V | str | None, ...]]]: ...
    @overload
    def sort_ro(
        self: _Reads[_K, _V],
        *,
        key: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        get: None = None,
        desc: bool = False,
        alpha: bool = False,
        groups: Literal[False] = False,
    ) -> Future[list[_V]]: ...
    @overload
    def sort_ro(
        self: _Reads[_K, _V],
        *,
        key: _K,
        start: _Int | None = None,
        num: _Int | None = None,
        by: str | bytes | None = None,
        get: str | bytes | Iterable[str | bytes],
        desc: bool = False,
        alpha: bool = False,
        groups: bool = False,
    ) -> Future[list[Any]]: ...
