from re import Pattern
from typing import Any, ClassVar, Protocol, SupportsFloat, SupportsIndex, TypeAlias, TypeVar

from .futures import Future

__all__ = [
    'IntegerField',
    'FloatField',
    'TextField',
    'StringField',
    'AsciiField',
    'BinaryField',
    'BooleanField',
    'ListField',
    'DictField',
    'StringListField',
]

_T = TypeVar('_T')
_Given: TypeAlias = _T | Future[_T]
_Value_contra = TypeVar('_Value_contra', contravariant=True)
_Value_co = TypeVar('_Value_co', covariant=True)

class _Codec(Protocol[_Value_contra, _Value_co]):
    """A field: one of the classes here, an instance of one, or anything else with the two methods.

    What it takes and what it gives are types of their own, since a field may take more than it gives.
    """
    def encode(self, value: _Value_contra, /) -> bytes | str: ...
    def decode(self, value: bytes | None, /) -> _Value_co | None: ...

class IntegerField:
    @classmethod
    def encode(cls, value: SupportsIndex) -> str: ...
    @classmethod
    def decode(cls, value: _Given[bytes | str | int | None]) -> int | None: ...

class FloatField:
    @classmethod
    def encode(cls, value: SupportsFloat | SupportsIndex) -> str: ...
    @classmethod
    def decode(cls, value: _Given[bytes | str | float | None]) -> float | None: ...

class TextField:
    @classmethod
    def encode(cls, value: str) -> bytes: ...
    @classmethod
    def decode(cls, value: _Given[bytes | str | None]) -> str | None: ...

StringField = TextField

class AsciiField(TextField):
    PATTERN: ClassVar[Pattern[str]]

class BinaryField:
    @classmethod
    def encode(cls, value: bytes | bytearray | memoryview) -> bytes: ...
    @classmethod
    def decode(cls, value: _Given[bytes | bytearray | memoryview | None]) -> bytes | None: ...

class BooleanField:
    @classmethod
    def encode(cls, value: bool) -> bytes: ...
    @classmethod
    def decode(cls, value: _Given[bytes | bool | None]) -> bool | None: ...

class ListField:
    @classmethod
    def encode(cls, value: list[Any]) -> bytes: ...
    @classmethod
    def decode(cls, value: _Given[bytes | list[Any] | None]) -> list[Any] | None: ...

class DictField:
    @classmethod
    def encode(cls, value: dict[str, Any]) -> bytes: ...
    @classmethod
    def decode(cls, value: _Given[bytes | dict[str, Any] | None]) -> dict[str, Any] | None: ...

class StringListField:
    @classmethod
    def encode(cls, value: list[str]) -> bytes: ...
    @classmethod
    def decode(cls, value: _Given[bytes | list[str] | None]) -> list[str] | None: ...
