"""The rules of a control file: what each field may hold, and how the fields must fit one another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spool.control import ControlFile
from spool.press_profile import FED_FIRST

MAX_SHEETS = 999
MAX_COPY = 99
FEEDERS = range(1, 7)
SIDES = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")


class FieldFault(Exception):
    """A field of one line breaks a rule. `line` counts from 1: the header is line 1, the first piece line 2."""

    def __init__(self, code: str, line: int, field: str, fact: str) -> None:
        super().__init__(fact)
        self.code = code
        self.line = line
        self.field = field
        self.fact = fact


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be, in words, and the test of it."""

    words: str
    holds: Callable[[Any], bool]

    def check(self, value: object, line: int, field: str) -> None:
        """Raises `FieldFault` E6301 if the rule does not hold for `value`."""
        if not self.holds(value):
            raise FieldFault("E6301", line, field, f"The value must be {self.words}, not {_short(value)}")


Rules = Mapping[str, Rule]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _whole(low: int, high: int | None = None) -> Rule:
    def holds(value: object) -> bool:
        # JSON's true is an int to Python, but not a count.
        return type(value) is int and value >= low and (high is None or value <= high)

    return Rule(f"a whole number from {low}" + ("" if high is None else f" to {high}"), holds)


def _matching(words: str, pattern: str) -> Rule:
    compiled = re.compile(pattern)
    return Rule(words, lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None)


def _is_moment(value: object) -> bool:
    if not isinstance(value, str) or "T" not in value:
        return False
    try:
        return datetime.fromisoformat(value).utcoffset() is not None
    except ValueError:
        return False


def _is_feeders(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    numbers = [each for each in value if type(each) is int and each in FEEDERS]
    return len(numbers) == len(value) and numbers == sorted(set(numbers))


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


_TEXT = Rule("text", _is_text)
_SOME_TEXT = Rule("text that is not empty", lambda value: isinstance(value, str) and value != "")
_TEXTS = Rule("a list of texts", _is_texts)
_KEY = _matching("a key of letters, digits, '.', '_' and '-'", r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SHA256 = _matching("64 hexadecimal digits in lower case", r"[0-9a-f]{64}")
_COUNT = _whole(0)
_PLACE = _whole(1)
_COPY = _whole(1, MAX_COPY)

HEADER: Rules = {
    "job": _KEY,
    "run": _KEY,
    "created": Rule("a date and time in ISO 8601 with offset", _is_moment),
    "client": _TEXT,
    "envelope": _TEXT,
    "fold": _TEXT,
    "stock": _TEXT,
    "sides": Rule("one of " + ", ".join(SIDES), lambda value: value in SIDES),
    "mark_set": _TEXT,
    "fed_first": Rule("one of " + ", ".join(FED_FIRST), lambda value: value in FED_FIRST),
    "code_template": _TEXT,
    "print_file": _SOME_TEXT,
    "print_file_sha256": _SHA256,
    "pieces": _COUNT,
    "sheets": _COUNT,
}

PIECE: Rules = {
    "order": _PLACE,
    "piece": _KEY,
    "copy": _COPY,
    "sheets": _whole(1, MAX_SHEETS),
    "first_sheet": _PLACE,
    "selects": Rule(f"a rising list of feeders {FEEDERS[0]} to {FEEDERS[-1]}", _is_feeders),
    "divert": Rule("true or false", lambda value: isinstance(value, bool)),
    "customer": _TEXT,
    "lines": _TEXTS,
    "postcode": _TEXT,
    "country": _TEXT,
    "documents": _TEXTS,
    "previous_copy": Rule(f"null or {_COPY.words}", lambda value: value is None or _COPY.holds(value)),
}

CLOSING: Rules = {"end": _KEY, "pieces": _COUNT, "sheets": _COUNT, "sha256": _SHA256}


def check_values(control: ControlFile) -> None:
    """Every field of header and pieces by its rule. Raises `FieldFault` E6301."""
    for field, rule in HEADER.items():
        rule.check(getattr(control.header, field), 1, field)
    for line, piece in enumerate(control.pieces, start=2):
        for field, rule in PIECE.items():
            rule.check(getattr(piece, field), line, field)


def check_sums(control: ControlFile) -> None:
    """The pieces follow one another without gap, each once, and add up to the header. Raises `FieldFault` E6302."""
    sheets = 0
    seen: dict[str, int] = {}
    for line, piece in enumerate(control.pieces, start=2):
        _expect(piece.order, line - 1, line, "order")
        _expect(piece.first_sheet, sheets + 1, line, "first_sheet")
        if piece.piece in seen:
            fact = f"Piece {piece.piece} stands in line {seen[piece.piece]} already"
            raise FieldFault("E6302", line, "piece", fact)
        if piece.previous_copy is not None and piece.previous_copy >= piece.copy:
            fact = f"Copy {piece.copy} can't replace copy {piece.previous_copy}"
            raise FieldFault("E6302", line, "previous_copy", fact)
        seen[piece.piece] = line
        sheets += piece.sheets
    _expect(control.header.pieces, len(control.pieces), 1, "pieces")
    _expect(control.header.sheets, sheets, 1, "sheets")


def _expect(value: int, due: int, line: int, field: str) -> None:
    if value != due:
        raise FieldFault("E6302", line, field, f"{value} stands where {due} is due")
