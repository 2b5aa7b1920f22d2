"""The folder and inserter: what it accumulates, folds, feeds and closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailroom.planning.piece import Fold

LAYERS: Mapping[Fold, int] = {"none": 1, "half": 2, "c": 3, "z": 3}
"""How many layers of paper lie upon each other after a fold."""


@dataclass(frozen=True, slots=True)
class FoldLimit:
    """One fold of the machine: the most sheets that it folds at once, and by how much a folded set is thicker than
    its layers, in per cent."""

    most_sheets: int
    bulk_percent: int


@dataclass(frozen=True, slots=True)
class Feeder:
    """A station that adds inserts: its number, and the largest and thickest insert that it feeds."""

    number: int
    most_width_mm: float
    most_height_mm: float
    most_thickness_um: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Limits of an inserter.

    accumulator_sheets  most sheets that it collects before it folds: larger sets are folded in subsets
    most_subsets        most subsets of a set, 1 when it can't join any
    least_… most_…      envelopes that it opens, outside
    most_thickness_um   thickest filled envelope that it closes and stacks
    most_weight_mg      heaviest filled envelope
    manual              True when what it can't do may be filled by hand
    """

    name: str
    title: str
    accumulator_sheets: int
    most_subsets: int
    least_width_mm: float
    least_height_mm: float
    most_width_mm: float
    most_height_mm: float
    most_thickness_um: int
    most_weight_mg: int
    manual: bool
    folds: Mapping[Fold, FoldLimit]
    feeders: tuple[Feeder, ...]

    def subset_sheets(self, fold: Fold) -> int:
        """Most sheets that are accumulated and folded at once."""
        limit = self.folds.get(fold)
        return min(self.accumulator_sheets, limit.most_sheets) if limit else 0

    def bulk_percent(self, fold: Fold) -> int:
        """How much thicker a folded set is; by hand, where the machine does not know the fold, as its worst one."""
        limit = self.folds.get(fold)
        return limit.bulk_percent if limit else max((each.bulk_percent for each in self.folds.values()), default=0)

    def folded_um(self, sheets: int, sheet_um: int, fold: Fold) -> int:
        """Thickness of sheets, folded: layers and bulk, rounded up."""
        return -(-sheets * sheet_um * LAYERS[fold] * (100 + self.bulk_percent(fold)) // 100)


def subsets(sheets: int, most: int) -> tuple[int, ...]:
    """A set in parts of at most `most` sheets, as even as can be, the larger ones first: a last part of one sheet would
    slip out of a fold."""
    parts = -(-sheets // most)
    least, more = divmod(sheets, parts)
    return (least + 1,) * more + (least,) * (parts - more)
