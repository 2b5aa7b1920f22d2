"""Where things stand on a sheet, in mm from its top-left corner, y downwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from omr.code import CodeTemplate
from omr.mark import Scope


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
        return self.margined(side_mm, above_mm, side_mm, below_mm)

    def margined(self, left_mm: float, above_mm: float, right_mm: float, below_mm: float) -> Box:
        """This box with a margin of its own on each side."""
        return Box(self.x - left_mm, self.y - above_mm, self.w + left_mm + right_mm, self.h + above_mm + below_mm)

    def moved(self, right_mm: float, down_mm: float) -> Box:
        """This box elsewhere."""
        return Box(self.x + right_mm, self.y + down_mm, self.w, self.h)

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


class Corner(Enum):
    """The corner of the sheet that places are measured from: its print stays at that corner on paper of any size."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"

    @property
    def at_right(self) -> bool:
        """x is measured from the right edge of the sheet to that of the box."""
        return self in (Corner.TOP_RIGHT, Corner.BOTTOM_RIGHT)

    @property
    def at_bottom(self) -> bool:
        """y is measured from the lower edge of the sheet to that of the box."""
        return self in (Corner.BOTTOM_LEFT, Corner.BOTTOM_RIGHT)


class Paper(NamedTuple):
    """The size of a sheet, mm."""

    width_mm: float
    height_mm: float

    @property
    def box(self) -> Box:
        """The sheet itself."""
        return Box(0, 0, self.width_mm, self.height_mm)

    def box_at(self, corner: Corner, x_mm: float, y_mm: float, w_mm: float, h_mm: float) -> Box:
        """The box of this size whose edges are `x_mm` and `y_mm` from those of the `corner`."""
        x = self.width_mm - x_mm - w_mm if corner.at_right else x_mm
        y = self.height_mm - y_mm - h_mm if corner.at_bottom else y_mm
        return Box(x, y, w_mm, h_mm)

    def move_to(self, corner: Corner, other: Paper) -> tuple[float, float]:
        """How far (right, down; mm) what is measured from `corner` moves when the sheet is of the size of `other`."""
        right_mm = other.width_mm - self.width_mm if corner.at_right else 0.0
        down_mm = other.height_mm - self.height_mm if corner.at_bottom else 0.0
        return right_mm, down_mm


A4 = Paper(210.0, 297.0)


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

    def moved(self, right_mm: float, down_mm: float) -> Column:
        """The same column elsewhere."""
        return replace(self, x_mm=self.x_mm + right_mm, first_mm=self.first_mm + down_mm)


@dataclass(frozen=True, slots=True)
class Clearance:
    """Blank paper around the marks, mm: on each side, and above the topmost and below the lowest position."""

    left_mm: float
    right_mm: float
    above_mm: float
    below_mm: float


@dataclass(frozen=True, slots=True)
class CodePlace:
    """One code of the sheets: where it stands, how large, what it says, and on which sheets.

    name            as in the mark set's file; "code" is the one that names the sheet.
    modules         of a matrix code its modules a side; of bars the modules that its longest text takes.
    height_mm       length of the bars; 0 for a matrix code.
    upright         the bars are read up the sheet, turned a quarter; matrix codes never are.
    correction      of a QR code its level "L", "M", "Q" or "H"; else "".
    sheets          the sheets of a collation that bear it, as they are fed.
    origin          the corner of the sheet that it keeps to on other paper.
    """

    symbology: str
    x_mm: float
    y_mm: float
    module_mm: float
    modules: int
    quiet_mm: float
    template: CodeTemplate
    name: str = "code"
    height_mm: float = 0.0
    upright: bool = False
    correction: str = ""
    sheets: Scope = Scope.EVERY
    origin: Corner = Corner.TOP_LEFT

    @property
    def box(self) -> Box:
        """The symbol without its quiet zone."""
        along_mm = self.modules * self.module_mm
        across_mm = self.height_mm or along_mm
        size = (across_mm, along_mm) if self.upright else (along_mm, across_mm)
        return Box(self.x_mm, self.y_mm, *size)

    @property
    def clear_zone(self) -> Box:
        """The symbol with its quiet zone."""
        return self.box.grown(self.quiet_mm, self.quiet_mm, self.quiet_mm)

    def moved(self, right_mm: float, down_mm: float) -> CodePlace:
        """The same code elsewhere."""
        return replace(self, x_mm=self.x_mm + right_mm, y_mm=self.y_mm + down_mm)

    def long(self, modules: int) -> CodePlace:
        """The same code, of so many modules."""
        return replace(self, modules=modules)
