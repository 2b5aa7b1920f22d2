"""What a mark stands for: roles, polarity, scope, counters and parity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Meaning(Enum):
    """What makes a mark's function true on a sheet."""

    ALWAYS = "always"
    NEVER = "never"
    DIVERT = "divert"
    STOP = "stop"
    FIRST = "first sheet of its collation"
    LAST = "last sheet of its collation"
    SELECT = "insert feeder selected"
    COUNTER = "bit of a counter"
    PARITY = "parity of the other marks"


class Scope(Enum):
    """On which sheets a function may be true; on all others it is false."""

    EVERY = "every"
    FIRST = "first"
    LAST = "last"

    def holds(self, *, first: bool, last: bool) -> bool:
        """True when a sheet is within this scope that is the first, the last, both or neither of its collation."""
        return self is Scope.EVERY or (self is Scope.FIRST and first) or (self is Scope.LAST and last)


class Counts(Enum):
    """What a counter counts, from 1."""

    ORDINAL = "ordinal"  # the sheet's place in the print file
    SHEET = "sheet"  # the sheet's place in its collation


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
    """A number that grows by `step` with each sheet and wraps around.

    With `zero_used` the values are 0 … modulo−1, else 1 … modulo−1 (for machines that take "no bit set" for missing
    print). `start` is the value of the first sheet.
    """

    name: str
    counts: Counts
    start: int
    step: int
    modulo: int
    zero_used: bool

    @property
    def cycle(self) -> int:
        """Number of different values."""
        return self.modulo if self.zero_used else self.modulo - 1

    def value(self, place: int) -> int:
        """The value on the sheet at 1-based `place`."""
        lowest = 0 if self.zero_used else 1
        return lowest + (self.start - lowest + self.step * (place - 1)) % self.cycle


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
