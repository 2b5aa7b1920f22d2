"""Inserts and the campaigns that send them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from mailroom.planning.condition import Condition
from mailroom.planning.document import FieldValue


@dataclass(frozen=True, slots=True)
class InsertItem:
    """A material that lies in a feeder, folded as it goes in.

    kind    what it is about: one piece gets no two optional inserts of a kind; its name when nothing is said
    stock   how many there are; None when nobody counts
    feeder  the station that it must lie in, 0 for any
    """

    name: str
    title: str
    kind: str
    weight_mg: int
    thickness_um: int
    width_mm: float
    height_mm: float
    stock: int | None
    feeder: int

    def lies_in(self, width_mm: float, height_mm: float) -> bool:
        """Whether it lies in a space of this size, turned or not."""
        own, space = sorted((self.width_mm, self.height_mm)), sorted((width_mm, height_mm))
        return own[0] <= space[0] and own[1] <= space[1]


class Mode(Enum):
    """When an insert goes to a piece.

    ALWAYS           to every piece
    SELECT           to the pieces that meet its conditions, whatever the postage
    PRIORITY_SELECT  to those, by priority, if envelope and postage step stay as they are
    PRIORITY_FILL    last, by priority, as long as the postage step has room
    """

    ALWAYS = "always"
    SELECT = "select"
    PRIORITY_SELECT = "priority-select"
    PRIORITY_FILL = "priority-fill"


class WhenOut(Enum):
    """What happens to a piece when the stock of an insert is used up."""

    LEAVE_OUT = "leave-out"
    SET_APART = "set-apart"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A rule that sends an insert.

    first_day, last_day  it runs from the one to the other, both included
    priority             1 goes first
    legal                the insert must go: a piece that it can't go with is set apart
    conditions           what a document's fields must meet: all of them, or any when `any_of`
    """

    name: str
    insert: str
    mode: Mode
    priority: int
    first_day: date
    last_day: date
    legal: bool
    when_out: WhenOut
    conditions: tuple[Condition, ...]
    any_of: bool

    def runs_on(self, day: date) -> bool:
        """Whether the campaign runs on this day."""
        return self.first_day <= day <= self.last_day

    def wants(self, fields: Mapping[str, FieldValue]) -> bool:
        """Whether a document with these fields meets the conditions; without conditions each does."""
        if not self.conditions:
            return True
        met = [condition.holds(fields) for condition in self.conditions]
        return any(met) if self.any_of else all(met)

    def asks(self) -> str:
        """The conditions in words."""
        return (" or " if self.any_of else " and ").join(map(str, self.conditions))


_TIERS = (Mode.ALWAYS, Mode.SELECT, Mode.PRIORITY_SELECT, Mode.PRIORITY_FILL)


def in_order(campaigns: Iterable[Campaign]) -> tuple[Campaign, ...]:
    """Campaigns in the order in which they get room and stock: legal ones, then by mode, priority and name."""
    return tuple(
        sorted(campaigns, key=lambda each: (not each.legal, _TIERS.index(each.mode), each.priority, each.name))
    )
