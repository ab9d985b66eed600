from collections.abc import Iterable
from typing import Any, TypeVar

from ..futures import Future
from ._base import _Keyed, _Writes
from .generic import Keyspace

__all__ = ['HyperLogLog']

_K = TypeVar('_K')
_E = TypeVar('_E')

class HyperLogLog(Keyspace):
    def pfadd(self: _Writes[_K, _E], name: _K, *values: _E | Iterable[_E]) -> Future[int]: ...
    def pfcount(self: _Keyed[_K], name: _K | Iterable[_K], *names: _K) -> Future[int]: ...
    def pfmerge(self: _Keyed[_K], dest: _K, *sources: _K | Iterable[_K]) -> Future[bool]: ...
    def pfdebug(self: _Keyed[_K], name: _K, subcommand: str = 'ENCODING') -> Future[Any]: ...
