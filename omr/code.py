"""The text inside a sheet's code: a template of fixed-width fields that says which sheet this is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from omr.errors import OmrError
from omr.sheet import SheetId

_TEXT_FIELDS = ("run", "piece")
_NUMBER_FIELDS = ("copy", "sheet", "of")
_FIELDS = (*_TEXT_FIELDS, *_NUMBER_FIELDS)

_PART = re.compile(r"\{(?P<field>[a-z]+):(?P<zero>0?)(?P<width>[1-9][0-9]?)\}|(?P<literal>[!-z|~]+)")
_TEXT = re.compile(r"[!-~]+")  # printable ASCII without the blank: what every matrix code and scanner passes unchanged


@dataclass(frozen=True, slots=True)
class CodeTemplate:
    """Content of a code, for example `{run:7}{piece:9}{copy:02}{sheet:03}{of:03}`.

    `{run:N}` and `{piece:N}` hold text of exactly N printable ASCII characters; `{copy:0N}`, `{sheet:0N}` and
    `{of:0N}` hold a number from 1 on, with leading zeros. Text outside braces stands as it is. Each of the five
    fields occurs once: fixed widths make `match` the exact inverse of `format`.
    """

    text: str
    widths: tuple[tuple[str, int], ...]
    length: int
    _format: str
    _pattern: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> CodeTemplate:
        """Compile a template. Raises OmrError E5201 that names the part at fault."""
        widths: dict[str, int] = {}
        formats: list[str] = []
        patterns: list[str] = []
        end = 0
        while end < len(text):
            part = _PART.match(text, end)
            if part is None:
                _refuse(text, f"cannot be read from {text[end:]!r} on")
            end = part.end()
            if part["literal"] is not None:
                formats.append(part["literal"])
                patterns.append(re.escape(part["literal"]))
                continue
            field, width = part["field"], int(part["width"])
            _check_field(text, field, zero=bool(part["zero"]), seen=field in widths)
            widths[field] = width
            number = field in _NUMBER_FIELDS
            formats.append(f"{{{field}:0{width}d}}" if number else f"{{{field}}}")
            patterns.append(f"(?P<{field}>{'[0-9]' if number else '[!-~]'}{{{width}}})")
        if missing := [field for field in _FIELDS if field not in widths]:
            _refuse(text, f"lacks {', '.join(missing)}")
        sample = dict.fromkeys(_NUMBER_FIELDS, 1) | {field: "x" * widths[field] for field in _TEXT_FIELDS}
        made = "".join(formats)
        return cls(text, tuple(widths.items()), len(made.format(**sample)), made, re.compile("".join(patterns)))

    def format(self, sheet: SheetId) -> str:
        """The code's text for one sheet. Raises OmrError E5202 when a value does not fit its field."""
        for field, width in self.widths:
            value: str | int = getattr(sheet, field)
            if isinstance(value, int):
                fits = 1 <= value < 10**width
            else:
                fits = len(value) == width and _TEXT.fullmatch(value) is not None
            if not fits:
                kind = f"a number from 1 to {10**width - 1}" if isinstance(value, int) else f"{width} characters"
                raise OmrError(
                    "E5202",
                    f"the {field} {value!r} does not fit the code: it must be {kind}",
                    place=f"code template {self.text}",
                    remedy="Widen the field in the mark set's code template, or correct the value.",
                )
        return self._format.format(run=sheet.run, piece=sheet.piece, copy=sheet.copy, sheet=sheet.sheet, of=sheet.of)

    def match(self, text: str) -> SheetId | None:
        """The sheet that `text` names, or None when `format` could not have made this text."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        sheet = SheetId(found["run"], found["piece"], int(found["copy"]), int(found["sheet"]), int(found["of"]))
        return sheet if sheet.copy and sheet.sheet and sheet.of else None


def _check_field(text: str, field: str, *, zero: bool, seen: bool) -> None:
    if field not in _FIELDS:
        _refuse(text, f"has the unknown field {field!r}; known are {', '.join(_FIELDS)}")
    if seen:
        _refuse(text, f"has the field {field!r} twice")
    if zero != (field in _NUMBER_FIELDS):
        want = "a number with leading zeros, as {%s:02}" if field in _NUMBER_FIELDS else "text, as {%s:7}"
        _refuse(text, f"must write {field!r} as {want % field}")


def _refuse(text: str, fact: str) -> NoReturn:
    raise OmrError(
        "E5201",
        f"the code template {text!r} {fact}",
        remedy="Write run, piece, copy, sheet and of once each: {run:7}{piece:9}{copy:02}{sheet:03}{of:03}.",
    )
