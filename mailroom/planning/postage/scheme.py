"""Sort schemes: what a postcode is sorted to, level by level."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from mailroom.planning.postage.item import PostalItem
from mailroom.planning.postage.offices import OfficeTable


class Destination(NamedTuple):
    """Where a tray goes: the key it is sorted by, and what its tag says."""

    key: str
    title: str


class Sorting(Protocol):
    """One way to sort items."""

    def find(self, item: PostalItem) -> Destination | None:
        """The item's destination; None when the item has none."""


@dataclass(frozen=True, slots=True)
class PrefixSorting:
    """By the first `length` characters of the postcode."""

    length: int
    title: str

    def find(self, item: PostalItem) -> Destination | None:
        key = item.postcode[: self.length]
        return Destination(key, self.title.replace("{key}", key)) if len(key) == self.length else None


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Postcodes whose beginnings lie from `first` to `last`, both of the same length and both within."""

    first: str
    last: str
    destination: Destination

    def holds(self, postcode: str) -> bool:
        start = postcode[: len(self.first)]
        return len(start) == len(self.first) and self.first <= start <= self.last


@dataclass(frozen=True, slots=True)
class RangeSorting:
    """By ranges that do not overlap."""

    ranges: tuple[CodeRange, ...]

    def find(self, item: PostalItem) -> Destination | None:
        return next((each.destination for each in self.ranges if each.holds(item.postcode)), None)


@dataclass(frozen=True, slots=True)
class OfficeSorting:
    """By an imported table of postcodes and towns; by its office, or by the `region` that its offices belong to."""

    offices: OfficeTable
    region: bool

    def find(self, item: PostalItem) -> Destination | None:
        office = self.offices.find(item.postcode, item.town)
        if office is None or (self.region and not office.region):
            return None
        return Destination(office.region, office.region) if self.region else Destination(office.key, office.title)


@dataclass(frozen=True, slots=True)
class CountrySorting:
    """By country: for letters abroad."""

    def find(self, item: PostalItem) -> Destination | None:
        return Destination(item.country, item.country)


Short = Literal["even", "next"]
"""What becomes of a last tray with too little: it shares with the tray before, or its pieces go to the next level."""


@dataclass(frozen=True, slots=True)
class LastTray:
    """How much the last of several trays of one destination must hold. Trays that can't share go to the next level."""

    least_items: int = 1
    short: Short = "even"


ANY_LAST_TRAY = LastTray()


@dataclass(frozen=True, slots=True)
class Level:
    """A level of sorting. A destination gets trays of its own from `least_items` on; what is left goes to the next."""

    name: str
    title: str
    least_items: int
    sorting: Sorting
    last_tray: LastTray = ANY_LAST_TRAY


@dataclass(frozen=True, slots=True)
class PalletRules:
    """How trays go on pallets or into cages. An area with at least `least_trays` has pallets of its own; the trays of
    the others share theirs. `area` is None when pallets are not sorted."""

    kind: str
    area: Sorting | None
    least_trays: int
    most_trays: int
    most_weight_mg: int
    own_weight_mg: int
    mixed_title: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """Levels from the finest to the coarsest, and what becomes of the rest: a residue tray.

    `countries` are those whose postcodes it knows, empty for all; `postcode` a pattern that a whole postcode must
    match, "" for none.
    """

    name: str
    title: str
    countries: tuple[str, ...]
    postcode: str
    levels: tuple[Level, ...]
    residue_title: str
    pallets: PalletRules

    def problem(self, item: PostalItem) -> str:
        """Why no level can sort the item, or ""."""
        if self.countries and item.country not in self.countries:
            return f"country {item.country} is not of the scheme {self.name}"
        if self.postcode and not re.fullmatch(self.postcode, item.postcode):
            return f"{_said(item)} is not a postcode of the scheme {self.name}"
        if all(level.sorting.find(item) is None for level in self.levels):
            return f"{_said(item)} is not in the scheme {self.name}"
        return ""


def _said(item: PostalItem) -> str:
    return f"{item.postcode} {item.town}".strip() or "no postcode"
