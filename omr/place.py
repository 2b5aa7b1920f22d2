"""Where things stand on a sheet, in mm from its top-left corner, y downwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from omr.code import CodeTemplate


class Box(NamedTuple):
    """A rectangle in mm: left edge, top edge, width, height."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """x of the right edge, mm."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """y of the lower edge, mm."""
        return self.y + self.h

    def grown(self, side_mm: float, above_mm: float, below_mm: float) -> Box:
        """This box with a margin."""
        return Box(self.x - side_mm, self.y - above_mm, self.w + 2 * side_mm, self.h + above_mm + below_mm)

    def holds(self, other: Box) -> bool:
        """True when `other` lies within, up to a hundredth of a millimetre of rounding."""
        slack_mm = 0.01
        return (
            self.x - slack_mm <= other.x
            and self.y - slack_mm <= other.y
            and self.right + slack_mm >= other.right
            and self.bottom + slack_mm >= other.bottom
        )

    def meets(self, other: Box) -> bool:
        """True when the two share more than an edge."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True, slots=True)
class Column:
    """The column of marks. Position 0 stands at `first_mm` (its upper edge); the others follow at `pitch_mm`.

    `step` is +1 when positions follow one another down the sheet, −1 when up.
    """

    x_mm: float
    first_mm: float
    pitch_mm: float
    length_mm: float
    thickness_mm: float
    step: int

    def mark(self, position: int) -> Box:
        """The printed mark at a position, 0-based."""
        return Box(self.x_mm, self.first_mm + self.step * position * self.pitch_mm, self.length_mm, self.thickness_mm)

    def extent(self, positions: int) -> Box:
        """The box around all marks."""
        ends = (self.mark(0), self.mark(positions - 1))
        top = min(end.y for end in ends)
        return Box(self.x_mm, top, self.length_mm, max(end.bottom for end in ends) - top)


@dataclass(frozen=True, slots=True)
class Clearance:
    """Blank paper around the marks, mm: on each side, and above the topmost and below the lowest position."""

    side_mm: float
    above_mm: float
    below_mm: float


@dataclass(frozen=True, slots=True)
class CodePlace:
    """A square DataMatrix (ECC 200) of `modules` × `modules`: where it stands, how large, and what it says."""

    symbology: str
    x_mm: float
    y_mm: float
    module_mm: float
    modules: int
    quiet_mm: float
    template: CodeTemplate

    @property
    def box(self) -> Box:
        """The symbol without its quiet zone."""
        return Box(self.x_mm, self.y_mm, self.modules * self.module_mm, self.modules * self.module_mm)

    @property
    def clear_zone(self) -> Box:
        """The symbol with its quiet zone."""
        return self.box.grown(self.quiet_mm, self.quiet_mm, self.quiet_mm)
