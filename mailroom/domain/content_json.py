"""What a document says as JSON and back, without loss: the form in which documents are stored, and invoices are
exchanged as JSON lines.

Amounts, quantities, prices and rates are strings of plain digits ("10.50"), dates ISO 8601, kinds their words. Fields
that hold their default are left out. The converters are made once from the dataclasses themselves, so a field added to
one of them is carried without a change here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from mailroom.domain.content import Content
from mailroom.domain.details import PieceDetails
from mailroom.domain.errors import InputRefused
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.invoice import IssuedInvoice

Encoder = Callable[[Any], Any]
Decoder = Callable[[Any], Any]

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "an object",
}
_EXPONENT_MAX = 15
_TYPE, _FINISHED = "type", "finished-pdf"
_TELL_ALL = 3
"""How many unknown fields one error names."""


def to_dict(content: Content) -> dict[str, Any]:
    """The content as values that `json.dumps` takes. A finished document says so; all else is an invoice."""
    said = cast("dict[str, Any]", _encoder(cast("Any", type(content)))(content))
    return {_TYPE: _FINISHED, **said} if isinstance(content, FinishedPdf) else said


def details_to_dict(details: PieceDetails) -> dict[str, Any]:
    """What a plan says of a piece, likewise."""
    return cast("dict[str, Any]", _encoder(cast("Any", PieceDetails))(details))


def details_of(data: Mapping[str, Any]) -> PieceDetails:
    """The details that `details_to_dict` made these values from. Raises InputRefused like `from_dict`."""
    return cast("PieceDetails", _decoded(PieceDetails, data))


def content_of(data: Mapping[str, Any]) -> Content:
    """The content that `to_dict` made these values from. Raises InputRefused like `from_dict`."""
    if data.get(_TYPE) != _FINISHED:
        return from_dict(data)
    return cast("FinishedPdf", _decoded(FinishedPdf, {name: value for name, value in data.items() if name != _TYPE}))


def from_dict(data: Mapping[str, Any]) -> IssuedInvoice:
    """The invoice that `to_dict` made these values from.

    Raises InputRefused, its `place` the path of the field ("lines[3].quantity"): E1010 for a field that is absent,
    E1011 for a value that can't be read, E1012 for a value of the wrong type or a field that does not exist.
    """
    return cast("IssuedInvoice", _decoded(IssuedInvoice, data))


def _decoded(record: Any, data: Mapping[str, Any]) -> Any:
    try:
        return _decoder(record)(data)
    except _Fault as fault:
        raise InputRefused(fault.code, fault.fact, place=fault.path, remedy=fault.remedy) from None


class _Fault(Exception):
    """What is wrong with a value; the path grows on the way up."""

    def __init__(self, code: str, fact: str, remedy: str) -> None:
        super().__init__(fact)
        self.code = code
        self.fact = fact
        self.remedy = remedy
        self.path = ""

    def under(self, key: str) -> _Fault:
        joint = "" if not self.path or self.path.startswith("[") else "."
        self.path = f"{key}{joint}{self.path}"
        return self


def _wrong_type(expected: type, value: object) -> _Fault:
    shown = "null" if value is None else _WORDS.get(type(value), "a number")
    return _Fault("E1012", f"{_WORDS[expected]} is expected here, not {shown}", "Correct the value and send it again.")


@cache
def _encoder(hint: Any) -> Encoder:
    if is_dataclass(hint):
        return _record_encoder(cast("type[Any]", hint))
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        inner = _encoder(arguments[0])
        return lambda values: [inner(value) for value in values]
    if origin in (Union, UnionType):
        some = _encoder(next(kind for kind in arguments if kind is not NoneType))
        return lambda value: None if value is None else some(value)
    return _PLAIN_ENCODERS.get(hint, _enum_value)


def _record_encoder(record: type[Any]) -> Encoder:
    hints = get_type_hints(record)
    parts = [(field.name, _encoder(hints[field.name]), field.default) for field in fields(record)]

    def encode(value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, encoder, default in parts:
            content = getattr(value, name)
            if default is MISSING or content != default:
                found[name] = encoder(content)
        return found

    return encode


def _same(value: Any) -> Any:
    return value


def _enum_value(value: Enum) -> Any:
    return value.value


_PLAIN_ENCODERS: dict[Any, Encoder] = {
    str: _same,
    bool: _same,
    int: _same,
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
}


@cache
def _decoder(hint: Any) -> Decoder:
    if is_dataclass(hint):
        return _record_decoder(cast("type[Any]", hint))
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _list_decoder(arguments)
    if origin in (Union, UnionType):
        some = _decoder(next(kind for kind in arguments if kind is not NoneType))
        return lambda value: None if value is None else some(value)
    return _PLAIN_DECODERS.get(hint) or _enum_decoder(hint)


def _record_decoder(record: type[Any]) -> Decoder:
    hints = get_type_hints(record)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(record)}
    required = [field.name for field in fields(record) if _is_required(field)]

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong_type(dict, value)
        if not value.keys() <= decoders.keys():
            raise _unknown_fields(value, decoders)
        content = {}
        for name, part in value.items():
            try:
                content[name] = decoders[name](part)
            except _Fault as fault:
                raise fault.under(name) from None
        for name in required:
            if name not in content:
                raise _Fault("E1010", f"the field {name!r} is missing", "Add the field and send it again.").under(name)
        return record(**content)

    return decode


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _unknown_fields(value: Mapping[str, Any], known: Mapping[str, Decoder]) -> _Fault:
    unknown = [str(name) for name in value if name not in known]
    near = get_close_matches(unknown[0], known, n=1)
    remedy = f"Did you mean {near[0]!r}?" if near else f"Known fields: {', '.join(known)}."
    names = ", ".join(repr(name) for name in unknown[:_TELL_ALL])
    return _Fault("E1012", f"unknown field {names}", remedy).under(unknown[0])


def _list_decoder(arguments: tuple[Any, ...]) -> Decoder:
    inner = _decoder(arguments[0])
    length = None if arguments[-1] is Ellipsis else len(arguments)

    def decode(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise _wrong_type(list, value)
        if length is not None and len(value) != length:
            raise _Fault("E1012", f"a list of {length} is expected here, not of {len(value)}", "Correct the list.")
        found = []
        for index, part in enumerate(value):
            try:
                found.append(inner(part))
            except _Fault as fault:
                raise fault.under(f"[{index}]") from None
        return tuple(found)

    return decode


def _enum_decoder(hint: type[Enum]) -> Decoder:
    members = {member.value: member for member in hint}

    def decode(value: Any) -> Enum:
        if not isinstance(value, str):
            raise _wrong_type(str, value)
        if value not in members:
            raise _Fault("E1011", f"{value!r} is none of {', '.join(members)}", "Use one of these words.")
        return members[value]

    return decode


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong_type(str, value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(bool, value)
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong_type(int, value)
    return value


def _decimal(value: Any) -> Decimal:
    text = format(value, "f") if isinstance(value, Decimal) and _is_plain(value) else value
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        raise _wrong_type(str, value)
    if not _NUMBER.fullmatch(text):
        fact = f"{text[:40]!r} is not a number written in plain digits"
        raise _Fault("E1011", fact, 'Write it like "1234.50": at most fifteen digits, a point, twelve decimals.')
    return Decimal(text)


def _is_plain(value: Decimal) -> bool:
    """Whether it can be written out: 1e999999 would fill the memory with zeros."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and abs(exponent) <= _EXPONENT_MAX


def _date(value: Any) -> date:
    text = _text(value)
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Fault("E1011", f"{text[:40]!r} is not a date", 'Write it like "2026-03-31".')


_PLAIN_DECODERS: dict[Any, Decoder] = {str: _text, bool: _flag, int: _whole, Decimal: _decimal, date: _date}
