"""What a mark stands for: roles, polarity, scope, counters and parity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import gcd
from typing import Final, assert_never


class Meaning(Enum):
    """What makes a mark's function true on a sheet. First and last are meant as the sheets are fed."""

    ALWAYS = "always"
    NEVER = "never"
    DIVERT = "divert"
    STOP = "stop"
    UNSEAL = "leave the envelope open"
    BATCH = "a batch ends"
    FIRST = "first sheet of its collation"
    NOT_FIRST = "not the first sheet of its collation"
    LAST = "last sheet of its collation"
    NOT_LAST = "not the last sheet of its collation"
    SELECT = "insert feeder selected"
    COUNTER = "bit of a counter"
    PARITY = "parity of the other marks"


ROLES: Final[Mapping[str, Meaning]] = {
    "start": Meaning.ALWAYS,
    "safety": Meaning.ALWAYS,
    "timing": Meaning.ALWAYS,
    "blank": Meaning.NEVER,
    "divert": Meaning.DIVERT,
    "stop": Meaning.STOP,
    "unseal": Meaning.UNSEAL,
    "auto-batch": Meaning.BATCH,
    "first": Meaning.FIRST,
    "boc": Meaning.FIRST,
    "not-boc": Meaning.NOT_FIRST,
    "insert": Meaning.LAST,
    "eoc": Meaning.LAST,
    "accumulate": Meaning.NOT_LAST,
    "not-eoc": Meaning.NOT_LAST,
    "select": Meaning.SELECT,
    "parity": Meaning.PARITY,
}
"""Every role that a set may name, but for the bits of its counters (STANDARDS: the roles seen in makers' manuals).

Several names of one meaning, because manuals differ; a set uses one of them.
"""

_NUMBERED: Final = re.compile(r"(?P<stem>[a-z-]+)-(?P<number>[1-9][0-9]*)")
_MAY_BE_NUMBERED: Final = frozenset({"timing", "blank", "safety"})


def role_meaning(role: str) -> tuple[Meaning, int] | None:
    """What a role means, and the feeder that a select names (else 0); None for what is no role.

    `timing`, `safety` and `blank` may be numbered, because a set may need several.
    """
    if role in ROLES and ROLES[role] is not Meaning.SELECT:
        return ROLES[role], 0
    numbered = _NUMBERED.fullmatch(role)
    if numbered is None:
        return None
    if numbered["stem"] == "select":
        return Meaning.SELECT, int(numbered["number"])
    return (ROLES[numbered["stem"]], 0) if numbered["stem"] in _MAY_BE_NUMBERED else None


class Scope(Enum):
    """On which sheets of a collation a function may be true (as they are fed); on all others it is false."""

    EVERY = "every"
    FIRST = "first"
    LAST = "last"
    NOT_FIRST = "not-first"
    NOT_LAST = "not-last"

    def holds(self, *, first: bool, last: bool) -> bool:
        """True when a sheet is within this scope that is the first, the last, both or neither of its collation."""
        match self:
            case Scope.EVERY:
                return True
            case Scope.FIRST:
                return first
            case Scope.LAST:
                return last
            case Scope.NOT_FIRST:
                return not first
            case Scope.NOT_LAST:
                return not last
            case _:
                assert_never(self)


def apart(one: Scope, other: Scope) -> bool:
    """True when no sheet is in both scopes."""
    return {one, other} in ({Scope.FIRST, Scope.NOT_FIRST}, {Scope.LAST, Scope.NOT_LAST})


class Counts(Enum):
    """What a counter counts, from 1; with it, where it starts over."""

    ORDINAL = "ordinal"  # the sheet's place in the print file: starts over with the file
    SHEET = "sheet"  # the sheet's place in its collation, as fed: starts over with each piece
    LEFT = "left"  # the sheets of the collation from this one to the last: 1 on the last
    OF = "of"  # the sheets of the collation: the same on all sheets of a piece
    PIECE = "piece"  # the piece's place in the print file: the same on all sheets of a piece, the match code


class End(Enum):
    """What a counter does after its greatest value."""

    WRAPS = "wraps"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Mark:
    """One position of the column.

    printed_when    polarity: the mark is printed when its function has this value.
    number          the feeder of a select mark, the weight of a counter's bit, else 0.
    counter         name of the counter whose bit this is, else "".
    """

    role: str
    meaning: Meaning
    scope: Scope
    printed_when: bool
    number: int = 0
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that grows by `step` with each thing counted, and wraps around or holds at its end.

    With `zero_used` the values are 0 … modulo−1, else 1 … modulo−1 (for machines that take "no bit set" for missing
    print). `start` is the value of the first. One that holds stays at its last value (the smallest for a `step` below
    0) instead of starting over.
    """

    name: str
    counts: Counts
    start: int
    step: int
    modulo: int
    zero_used: bool
    end: End = End.WRAPS

    @property
    def lowest(self) -> int:
        """The smallest value in its range."""
        return 0 if self.zero_used else 1

    @property
    def cycle(self) -> int:
        """Number of values in its range."""
        return self.modulo - self.lowest

    def value(self, place: int) -> int:
        """The value at the 1-based `place`."""
        run = self.start + self.step * (place - 1)
        lowest = self.lowest
        if self.end is End.HOLDS:
            return min(max(run, lowest), self.modulo - 1)
        return lowest + (run - lowest) % (self.modulo - lowest)

    def exists(self, value: int) -> bool:
        """True for a value that some place has."""
        if not self.lowest <= value < self.modulo:
            return False
        ahead = value - self.start
        match self.end:
            case End.WRAPS:
                return ahead % gcd(self.step, self.cycle) == 0
            case End.HOLDS:
                held = self.lowest if self.step < 0 else self.modulo - 1
                return value == held or (ahead % self.step == 0 and ahead // self.step >= 0)
            case _:
                assert_never(self.end)


@dataclass(frozen=True, slots=True)
class Parity:
    """The parity mark makes the number of printed marks among `covers` and itself even (or odd)."""

    role: str
    even: bool
    covers: frozenset[str]

    @property
    def sense(self) -> str:
        """ "even" or "odd", as the mark set says it."""
        return "even" if self.even else "odd"
