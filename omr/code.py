"""The text inside a code: a template of fixed-width fields that says which sheet this is and what is to be done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn, cast

from omr.code_field import IDENTITY, MOST_FLAGS, NUMBER_FIELDS, TEXT_FIELDS, Field, Kind, is_flag, printable
from omr.errors import OmrError
from omr.sheet import SheetId, SheetOrders

_PART: Final = re.compile(
    r"\{(?P<name>[a-z][a-z0-9+-]*):(?P<form>[^{}]{0,3}?)(?P<width>[1-9][0-9]?)\}|(?P<literal>[!-z|~]+)"
)
_FILLED: Final = re.compile(r"(?P<fill>[!-z|~])(?P<side>[<>])")
_FLAGS: Final = "flags"

_KNOWN: Final = (*IDENTITY, "ordinal", "set", "selects", "blank")

Value = str | int | frozenset[int] | dict[str, bool]


@dataclass(frozen=True, slots=True)
class CodeTemplate:
    """Content of a code, for example `{run:7}{piece:9}{copy:02}{sheet:03}{of:03}`.

    `{run:N}` and `{piece:N}` hold text of exactly N printable ASCII characters, `{piece:_<N}` and `{piece:0>N}` text
    that is filled up to N behind or before it, `{piece:dN}` the number at its end with leading zeros. `{copy:0N}`,
    `{sheet:0N}`, `{of:0N}` and `{ordinal:0N}` hold a number from 1 on, with leading zeros; `{set:0N}` the last digits
    of the piece's place in the file. `{selects:xN}` holds the insert feeders as N hexadecimal digits, and
    `{last+divert+select-1:1}` up to five flags as one character. `{blank:N}` are blanks; text outside braces stands as
    it is. Fixed widths make `read` the exact inverse of `format`.

    names_sheet     run, piece, copy, sheet and of are in it as they are: `match` finds the sheet.
    length          characters of every text that it makes.
    """

    text: str
    fields: tuple[Field, ...]
    names_sheet: bool
    length: int
    _format: str
    _pattern: re.Pattern[str]
    _plain: tuple[tuple[str, int, str], ...]

    @classmethod
    def parse(cls, text: str, *, whole: bool = True) -> CodeTemplate:
        """Compile a template; with `whole`, one that lacks a part of the sheet's identity is refused.

        Raises OmrError E5201 that names the part at fault.
        """
        fields: list[Field] = []
        formats: list[str] = []
        patterns: list[str] = []
        end = length = 0
        while end < len(text):
            part = _PART.match(text, end)
            if part is None:
                _refuse(text, f"cannot be read from {text[end:]!r} on")
            end = part.end()
            if part["literal"] is not None:
                formats.append(part["literal"].replace("%", "%%"))
                length += len(part["literal"])
                patterns.append(re.escape(part["literal"]))
                continue
            field = _field(text, part["name"], part["form"], int(part["width"]))
            if any(field.name == other.name for other in fields) and field.kind not in (Kind.BLANKS, Kind.FLAGS):
                _refuse(text, f"has the field {field.name!r} twice")
            formats.append("%s")
            length += field.width
            patterns.append(f"({field.pattern})")
            fields.append(field)
        exact = {field.name for field in fields if field.exact}
        missing = [name for name in IDENTITY if name not in exact]
        if whole and missing:
            _refuse(text, f"lacks {', '.join(missing)}")
        if not text:
            _refuse(text, "is empty")
        made, pattern = "".join(formats), re.compile("".join(patterns))
        return cls(text, tuple(fields), not missing, length, made, pattern, _plain(fields))

    def format(self, sheet: SheetId, orders: SheetOrders | None = None) -> str:
        """The code's text for one sheet; `orders` may be left out when the template tells nothing of them.

        Raises OmrError E5202 when a value does not fit its field.
        """
        return self._quickly(sheet) or self._carefully(sheet, orders)

    def _quickly(self, sheet: SheetId) -> str:
        """The text of a template of exact fields alone, which stands on every sheet of a run; "" when one does not
        fit, and for any other template."""
        written = []
        for name, width, digits in self._plain:
            value = getattr(sheet, name)
            if digits:
                value = digits % value if value > 0 else ""
            elif not printable(value):
                return ""
            if len(value) != width:
                return ""
            written.append(value)
        return self._format % tuple(written) if written else ""

    def _carefully(self, sheet: SheetId, orders: SheetOrders | None) -> str:
        written = []
        for field in self.fields:
            value = field.source(sheet, orders)
            text = field.write(value)
            if text is None:
                self._refuse_value(field, value)
            written.append(text)
        return self._format % tuple(written)

    def _refuse_value(self, field: Field, value: object) -> NoReturn:
        shown = sorted(value) if isinstance(value, frozenset) else value
        raise OmrError(
            "E5202",
            f"the {field.name} {shown!r} does not fit the code: it must be {field.wanted}",
            place=f"code template {self.text}",
            remedy="Widen the field in the mark set's code template, or correct the value.",
        )

    def read(self, text: str) -> dict[str, Value] | None:
        """The value of each field, or None when `format` could not have made this text.

        Flags come as a mapping from flag to truth under the name "flags"; several flag fields are put together.
        """
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        values: dict[str, Value] = {}
        for field, part in zip(self.fields, found.groups(), strict=True):
            value = field.value(part)
            if field.kind is Kind.NUMBER and value == 0:
                return None
            if field.kind is Kind.FILLED and field.write(value) != part:
                return None
            if isinstance(value, dict):
                value = {**cast("dict[str, bool]", values.get(_FLAGS, {})), **value}
            if field.kind is not Kind.BLANKS:
                values[field.name] = value
        return values

    def match(self, text: str) -> SheetId | None:
        """The sheet that `text` names, or None when there is none, because the template could not have made it."""
        values = self.read(text) if self.names_sheet else None
        if values is None:
            return None
        run, piece = (cast("str", values[name]) for name in TEXT_FIELDS)
        copy, sheet, of = (cast("int", values[name]) for name in NUMBER_FIELDS)
        return SheetId(run, piece, copy, sheet, of)

    def sample(self, letter: str) -> str:
        """A text that the template may make, all its text fields of this letter."""
        return self._format % tuple(field.sample(letter) for field in self.fields)


def _field(text: str, name: str, form: str, width: int) -> Field:
    if all(map(is_flag, name.split("+"))):
        flags = tuple(name.split("+"))
        if form or width != 1 or len(flags) > MOST_FLAGS:
            _refuse(text, f"must write flags as at most {MOST_FLAGS} in one character, as {{last+divert:1}}")
        return Field(_FLAGS, Kind.FLAGS, 1, flags=flags)
    if name not in _KNOWN:
        _refuse(text, f"has the unknown field {name!r}; known are {', '.join(_KNOWN)} and flags")
    field = _text(name, form, width) if name in TEXT_FIELDS else _number(name, form, width)
    if field is None:
        _refuse(text, f"must write {name!r} as {_wanted(name)}")
    return field


def _plain(fields: list[Field]) -> tuple[tuple[str, int, str], ...]:
    """Name, width and, of a number, its format, for fields that stand as they are in the identity; else nothing."""
    digits = {Kind.TEXT: "", Kind.NUMBER: "%0{}d"}
    if any(field.of_orders or field.kind not in digits for field in fields):
        return ()
    return tuple((field.name, field.width, digits[field.kind].format(field.width)) for field in fields)


def _text(name: str, form: str, width: int) -> Field | None:
    if filled := _FILLED.fullmatch(form):
        return Field(name, Kind.FILLED, width, fill=filled["fill"], before=filled["side"] == ">")
    kind = {"": Kind.TEXT, "d": Kind.LAST_DIGITS}.get(form)
    return None if kind is None else Field(name, kind, width)


def _number(name: str, form: str, width: int) -> Field | None:
    kinds = {("blank", ""): Kind.BLANKS, ("selects", "x"): Kind.FEEDERS, ("set", "0"): Kind.ROLLING}
    kinds |= {(number, "0"): Kind.NUMBER for number in (*NUMBER_FIELDS, "ordinal")}
    kind = kinds.get((name, form))
    return None if kind is None else Field(name, kind, width)


def _wanted(name: str) -> str:
    if name in TEXT_FIELDS:
        return f"text, as {{{name}:7}}, {{{name}:_<10}}, {{{name}:0>10}} or {{{name}:d6}}"
    if name in (*NUMBER_FIELDS, "ordinal", "set"):
        return f"a number with leading zeros, as {{{name}:02}}"
    return "{selects:x2}" if name == "selects" else "{blank:11}"


def _refuse(text: str, fact: str) -> NoReturn:
    raise OmrError(
        "E5201",
        f"the code template {text!r} {fact}",
        remedy="Write run, piece, copy, sheet and of once each: {run:7}{piece:9}{copy:02}{sheet:03}{of:03}.",
    )
