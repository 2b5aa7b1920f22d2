"""Pieces of text with their places on a page as it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailroom.intake.finished.definition import ZoneBox

SEGMENTS_MAX = 5_000
"""Pieces of a page's text that are looked at."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text on one row, its box on the page as shown (mm from the upper left corner)."""

    x_mm: float
    y_mm: float
    right_mm: float
    bottom_mm: float
    text: str

    @property
    def middle_mm(self) -> float:
        """Height of the row's middle."""
        return (self.y_mm + self.bottom_mm) / 2

    @property
    def height_mm(self) -> float:
        """Height of its letters."""
        return self.bottom_mm - self.y_mm

    def same_row(self, other: Segment) -> bool:
        """Whether the rows' middles lie within one another."""
        return other.y_mm <= self.middle_mm <= other.bottom_mm or self.y_mm <= other.middle_mm <= self.bottom_mm

    def inside(self, box: ZoneBox) -> bool:
        """Whether all of it lies in the box."""
        across = box.x_mm <= self.x_mm and self.right_mm <= box.x_mm + box.width_mm
        return across and box.y_mm <= self.y_mm and self.bottom_mm <= box.y_mm + box.height_mm

    def touches(self, box: ZoneBox) -> bool:
        """Whether any of it lies in the box."""
        across = self.x_mm < box.x_mm + box.width_mm and box.x_mm < self.right_mm
        return across and self.y_mm < box.y_mm + box.height_mm and box.y_mm < self.bottom_mm


def around(pieces: Iterable[Segment], margin_mm: float) -> ZoneBox:
    """The box around segments, with a margin."""
    found = tuple(pieces)
    left = max(min(one.x_mm for one in found) - margin_mm, 0.0)
    top = max(min(one.y_mm for one in found) - margin_mm, 0.0)
    right, bottom = max(one.right_mm for one in found), max(one.bottom_mm for one in found)
    return ZoneBox(
        x_mm=round(left, 1),
        y_mm=round(top, 1),
        width_mm=round(right + margin_mm - left, 1),
        height_mm=round(bottom + margin_mm - top, 1),
    )
