"""Between message values and bytes: the layout is read from the dataclasses' annotations."""

from __future__ import annotations

import dataclasses
import struct
from enum import IntEnum
from typing import Annotated, TypeVar, get_args, get_origin, get_type_hints

from simulator.errors import Malformed

M = TypeVar("M")
_TEXT_MAX_BYTES = 255


@dataclasses.dataclass(frozen=True, slots=True)
class _Number:
    layout: struct.Struct
    cls: type[int]

    def pack(self, value: object, out: bytearray) -> None:
        if not isinstance(value, int):
            raise TypeError(f"{value!r} is no number")
        out += self.layout.pack(value)

    def unpack(self, data: bytes, at: int) -> tuple[object, int]:
        end = at + self.layout.size
        if end > len(data):
            raise Malformed("short argument")
        (number,) = self.layout.unpack_from(data, at)
        try:
            return self.cls(number), end
        except ValueError as error:
            raise Malformed(f"{number} is no {self.cls.__name__.lower()}") from error


@dataclasses.dataclass(frozen=True, slots=True)
class _Text:
    def pack(self, value: object, out: bytearray) -> None:
        data = str(value).encode()
        if len(data) > _TEXT_MAX_BYTES:
            raise ValueError(f"{value!r} is longer than {_TEXT_MAX_BYTES} bytes")
        out.append(len(data))
        out += data

    def unpack(self, data: bytes, at: int) -> tuple[object, int]:
        if at >= len(data) or at + 1 + data[at] > len(data):
            raise Malformed("short argument")
        end = at + 1 + data[at]
        try:
            return data[at + 1 : end].decode(), end
        except UnicodeDecodeError as error:
            raise Malformed("text is not UTF-8") from error


@dataclasses.dataclass(frozen=True, slots=True)
class _Record:
    cls: type[object]
    fields: tuple[tuple[str, _Field], ...]

    def pack(self, value: object, out: bytearray) -> None:
        for name, field in self.fields:
            field.pack(getattr(value, name), out)

    def unpack(self, data: bytes, at: int) -> tuple[object, int]:
        values = []
        for _, field in self.fields:
            value, at = field.unpack(data, at)
            values.append(value)
        return self.cls(*values), at


@dataclasses.dataclass(frozen=True, slots=True)
class _Many:
    item: _Field

    def pack(self, value: object, out: bytearray) -> None:
        if not isinstance(value, tuple):
            raise TypeError(f"{value!r} is no tuple")
        out.append(len(value))
        for item in value:
            self.item.pack(item, out)

    def unpack(self, data: bytes, at: int) -> tuple[object, int]:
        if at >= len(data):
            raise Malformed("short argument")
        count, end = data[at], at + 1
        items = []
        for _ in range(count):
            item, end = self.item.unpack(data, end)
            items.append(item)
        return tuple(items), end


_Field = _Number | _Text | _Record | _Many


def _field(hint: object) -> _Field:
    if get_origin(hint) is Annotated:
        base, layout = get_args(hint)
        return _Text() if layout == "str8" else _Number(struct.Struct(f">{layout}"), base)
    if get_origin(hint) is tuple:
        return _Many(_field(get_args(hint)[0]))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _record(hint)
    raise TypeError(f"{hint!r} has no layout on the wire")


_RECORDS: dict[type, _Record] = {}


def _record(cls: type) -> _Record:
    if cls not in _RECORDS:
        hints = get_type_hints(cls, include_extras=True)
        _RECORDS[cls] = _Record(cls, tuple((name, _field(hint)) for name, hint in hints.items()))
    return _RECORDS[cls]


def pack(value: object) -> bytes:
    """The message's bytes. Raises ValueError, TypeError or struct.error for values that do not fit: our own mistake."""
    out = bytearray()
    _record(type(value)).pack(value, out)
    return bytes(out)


def unpack(cls: type[M], data: bytes) -> M:
    """The message of class `cls` that fills all of `data`. Raises Malformed."""
    value, end = unpack_head(cls, data)
    if end != len(data):
        raise Malformed("bytes after the last argument")
    return value


def unpack_head(cls: type[M], data: bytes) -> tuple[M, int]:
    """The message at the beginning of `data`, and where it ends. Raises Malformed."""
    value, end = _record(cls).unpack(data, 0)
    if not isinstance(value, cls):
        raise TypeError(f"{value!r} is no {cls.__name__}")
    return value, end


def as_fields(value: object) -> dict[str, object]:
    """The message for the machine's record: states and outcomes in lower-case words, other codes as numbers."""
    return {name: _plain(getattr(value, name)) for name, _ in _record(type(value)).fields}


def _plain(value: object) -> object:
    if isinstance(value, IntEnum):
        return value.name.lower() if type(value).__name__ in _IN_WORDS else int(value)
    return value


_IN_WORDS = frozenset({"State", "Outcome"})
