"""One field of a code's template: how a value becomes characters of a fixed number, and characters a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from omr.sheet import SheetId, SheetOrders

TEXT_FIELDS: Final = ("run", "piece")
NUMBER_FIELDS: Final = ("copy", "sheet", "of")
IDENTITY: Final = (*TEXT_FIELDS, *NUMBER_FIELDS)
FLAG_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
"""What five flags look like as one character; each of it is in every symbology's alphabet but that of bare digits."""

MOST_FLAGS: Final = 5

_TEXT: Final = re.compile(r"[!-~]+")  # printable ASCII without the blank: what every matrix code passes unchanged
printable: Final = _TEXT.fullmatch
"""Tells text that may stand in a code: printable ASCII without the blank, at least one character."""

_LAST_DIGITS: Final = re.compile(r"[0-9]+\Z")
_FLAGS: Final = ("first", "last", "divert", "stop", "unseal", "batch")
_SELECT_FLAG: Final = re.compile(r"select-([1-9][0-9]?)")


class Kind(Enum):
    """How a field stands in a code."""

    TEXT = "text of exactly the width"
    FILLED = "text, filled up to the width"
    NUMBER = "a number from 1 on, with leading zeros"
    LAST_DIGITS = "the number at the end of a text, with leading zeros"
    ROLLING = "a number of which only the last digits stand"
    FEEDERS = "insert feeders as hexadecimal digits, feeder 1 the lowest bit"
    FLAGS = "up to five yes or no as one character, the first named the highest bit"
    BLANKS = "blanks"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of `width` characters.

    fill, before    of FILLED: the character that fills it up, and whether it stands before the text.
    flags           of FLAGS: what it tells, the highest bit first.
    """

    name: str
    kind: Kind
    width: int
    fill: str = ""
    before: bool = False
    flags: tuple[str, ...] = ()

    @property
    def of_orders(self) -> bool:
        """True for what the sheet's identity does not tell."""
        return self.kind in (Kind.FEEDERS, Kind.FLAGS) or self.name in ("ordinal", "set")

    @property
    def exact(self) -> bool:
        """True when `value` gives back what went in."""
        return self.kind in (Kind.TEXT, Kind.FILLED, Kind.NUMBER)

    @property
    def wanted(self) -> str:
        """What fits this field, in words."""
        match self.kind:
            case Kind.TEXT:
                return f"{self.width} characters"
            case Kind.FILLED:
                end = "begin" if self.before else "end"
                return f"at most {self.width} characters, and not {end} with {self.fill!r}"
            case Kind.NUMBER:
                return f"a number from 1 to {10**self.width - 1}"
            case Kind.LAST_DIGITS:
                return f"a text with a number of at most {self.width} digits at its end"
            case Kind.ROLLING:
                return "a number from 1 on"
            case Kind.FEEDERS:
                return f"of feeders 1 to {4 * self.width}"
            case Kind.FLAGS | Kind.BLANKS:
                return "anything"
            case _:
                assert_never(self.kind)

    @property
    def pattern(self) -> str:
        """A regular expression of what stands there, without a group."""
        match self.kind:
            case Kind.TEXT | Kind.FILLED:
                return f"[!-~]{{{self.width}}}"
            case Kind.NUMBER | Kind.LAST_DIGITS | Kind.ROLLING:
                return f"[0-9]{{{self.width}}}"
            case Kind.FEEDERS:
                return f"[0-9A-F]{{{self.width}}}"
            case Kind.FLAGS:
                return f"[{FLAG_CHARACTERS[: 1 << len(self.flags)]}]"
            case Kind.BLANKS:
                return f" {{0,{self.width}}}"  # Scanners are fond of cutting blanks off.
            case _:
                assert_never(self.kind)

    def source(self, sheet: SheetId, orders: SheetOrders | None) -> object:
        """What stands in this field, before it is written."""
        if self.kind is Kind.BLANKS:
            return ""
        if not self.of_orders:
            return getattr(sheet, self.name)
        if orders is None:
            raise ValueError(f"the code tells {self.name}, so it needs the sheet's orders")
        match self.kind:
            case Kind.FEEDERS:
                return orders.selects
            case Kind.FLAGS:
                return tuple(_flag(name, orders) for name in self.flags)
            case _:
                return orders.piece if self.name == "set" else orders.ordinal

    def write(self, value: object) -> str | None:
        """The value's characters, `width` of them, or None when it does not fit."""
        match self.kind, value:
            case Kind.TEXT, str():
                return value if len(value) == self.width and _TEXT.fullmatch(value) else None
            case Kind.FILLED, str():
                return self._filled(value)
            case Kind.NUMBER, int():
                return f"{value:0{self.width}d}" if 1 <= value < 10**self.width else None
            case Kind.ROLLING, int():
                return f"{value % 10**self.width:0{self.width}d}" if value >= 1 else None
            case Kind.LAST_DIGITS, str():
                digits = _LAST_DIGITS.search(value)
                number = digits[0].lstrip("0") if digits else ""
                return number.rjust(self.width, "0") if digits and len(number) <= self.width else None
            case Kind.FEEDERS, frozenset():
                bits = sum(1 << (feeder - 1) for feeder in value)
                return f"{bits:0{self.width}X}" if bits < 16**self.width else None
            case Kind.FLAGS, tuple():
                return FLAG_CHARACTERS[sum(bool(said) << at for at, said in enumerate(reversed(value)))]
            case _:
                return " " * self.width

    def _filled(self, value: str) -> str | None:
        if not value or len(value) > self.width or not _TEXT.fullmatch(value):
            return None
        if value[0 if self.before else -1] == self.fill:
            return None
        return value.rjust(self.width, self.fill) if self.before else value.ljust(self.width, self.fill)

    def value(self, text: str) -> str | int | frozenset[int] | dict[str, bool]:
        """What these characters of the field say."""
        match self.kind:
            case Kind.TEXT | Kind.BLANKS:
                return text
            case Kind.FILLED:
                return text.lstrip(self.fill) if self.before else text.rstrip(self.fill)
            case Kind.NUMBER | Kind.LAST_DIGITS | Kind.ROLLING:
                return int(text)
            case Kind.FEEDERS:
                bits = int(text, 16)
                return frozenset(at + 1 for at in range(4 * self.width) if bits >> at & 1)
            case Kind.FLAGS:
                bits = FLAG_CHARACTERS.index(text)
                return {name: bool(bits >> at & 1) for at, name in enumerate(reversed(self.flags))}
            case _:
                assert_never(self.kind)

    def sample(self, letter: str) -> str:
        """What may stand there; text is of this letter."""
        match self.kind:
            case Kind.TEXT | Kind.FILLED:
                return letter * self.width
            case Kind.BLANKS:
                return " " * self.width
            case _:
                return "1" * self.width


def is_flag(name: str) -> bool:
    """True for what a flag can tell."""
    return name in _FLAGS or _SELECT_FLAG.fullmatch(name) is not None


def _flag(name: str, orders: SheetOrders) -> bool:
    if select := _SELECT_FLAG.fullmatch(name):
        return int(select[1]) in orders.selects
    match name:
        case "first":
            return orders.sheet == 1
        case "last":
            return orders.sheet == orders.of
        case _:
            return bool(getattr(orders, name))
