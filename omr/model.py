"""A mark set as the program knows it: which marks a machine expects, where they stand, and what each says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import Final

from omr.code import CodeTemplate
from omr.errors import OmrError
from omr.mark import Counter, Mark, Meaning, Parity
from omr.place import A4, Box, Clearance, CodePlace, Column, Corner, Paper

SHEET_CODE: Final = "code"
"""Name of the code that says which sheet this is."""


class Side(Enum):
    """The side of the sheet that bears marks and codes."""

    FRONT = "front"
    BACK = "back"


class FedFirst(Enum):
    """The sheet of a piece that the machine takes first; a press profile says the same of its stack."""

    FIRST_SHEET = "first-sheet"
    LAST_SHEET = "last-sheet"

    def place(self, sheet: int, of: int) -> int:
        """The 1-based place in which sheet `sheet` of a piece of `of` sheets is fed; and the sheet in that place."""
        return sheet if self is FedFirst.FIRST_SHEET else of - sheet + 1

    def sheets(self, of: int) -> range:
        """The sheets of a piece of `of`, in the order in which they are fed."""
        rising = range(1, of + 1)
        return rising if self is FedFirst.FIRST_SHEET else rising[::-1]


@dataclass(frozen=True)
class MarkSet:
    """Everything about the marks of one machine. All boxes are in mm from the top-left corner of the set's `paper`.

    marks           by position: marks[0] is the start mark.
    strip           what a reader has to look at; it holds all marks and the sheet's code with the tolerance around.
    tolerance_mm    how far all print of the strip may stand off, in x and in y.
    codes           all codes, the one that names the sheet (`code`) first.
    paper, origin   the sheet that the places are for, and the corner that they keep to on another: `on`.
    fed_first       which sheet of a piece is fed first: first and last are meant so, in marks and counters.
    """

    name: str
    title: str
    marks: tuple[Mark, ...]
    column: Column
    clearance: Clearance
    strip: Box
    tolerance_mm: float
    counters: tuple[Counter, ...]
    parity: Parity | None
    codes: tuple[CodePlace, ...]
    paper: Paper = A4
    origin: Corner = Corner.TOP_LEFT
    side: Side = Side.FRONT
    fed_first: FedFirst = FedFirst.FIRST_SHEET

    def __hash__(self) -> int:
        # Of all that is compared the name alone: a mark set is a key for every sheet, and text remembers its hash.
        return hash(self.name)

    @property
    def code(self) -> CodePlace:
        """The code that names the sheet. Raises OmrError E5205 for a set without one."""
        if self.has_code:
            return self.codes[0]
        raise OmrError(
            "E5205",
            f"the mark set {self.name} has no code that says which sheet this is",
            place=f"mark set {self.name}",
            remedy="Add a table [code]; without it no sheet can be told from another.",
        )

    @property
    def has_code(self) -> bool:
        """True when there is a code that names the sheet."""
        return bool(self.codes) and self.codes[0].name == SHEET_CODE

    @property
    def clear_zones(self) -> tuple[Box, ...]:
        """Where nothing else may be printed, on either side of the sheet: around the marks, around each code."""
        return (self.marks_zone, *(code.clear_zone for code in self.codes))

    @property
    def marks_zone(self) -> Box:
        """The box around all positions with its clearance."""
        clear = self.clearance
        extent = self.column.extent(len(self.marks))
        return extent.margined(clear.left_mm, clear.above_mm, clear.right_mm, clear.below_mm)

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """The roles by position."""
        return tuple(mark.role for mark in self.marks)

    def role_of(self, meaning: Meaning) -> str | None:
        """The role with this meaning, if the set has one; no meaning that several marks may have."""
        return next((mark.role for mark in self.marks if mark.meaning is meaning), None)

    def counter(self, name: str) -> Counter | None:
        """The counter of this name, if its marks are in use."""
        return next((counter for counter in self.counters if counter.name == name), None)

    def fed(self, sheet: int, of: int) -> int:
        """The 1-based place in which sheet `sheet` of a piece of `of` sheets is fed."""
        return self.fed_first.place(sheet, of)

    def codes_on(self, sheet: int, of: int) -> tuple[CodePlace, ...]:
        """The codes that this sheet of a piece bears."""
        place = self.fed(sheet, of)
        return tuple(code for code in self.codes if code.sheets.holds(first=place == 1, last=place == of))

    def on(self, width_mm: float, height_mm: float) -> MarkSet:
        """This set on a sheet of another size: everything keeps its distance from its corner.

        A size within a hundredth of a millimetre of the set's own gives the set itself.
        """
        return _moved(self, width_mm, height_mm)

    def with_template(self, template: CodeTemplate) -> MarkSet:
        """This set with another content of the code that names the sheet (a job brings its own)."""
        return replace(self, codes=(replace(self.code, template=template), *self.codes[1:]))


@lru_cache(maxsize=256)
def _moved(mark_set: MarkSet, width_mm: float, height_mm: float) -> MarkSet:
    paper = Paper(width_mm, height_mm)
    moves = {corner: mark_set.paper.move_to(corner, paper) for corner in Corner}
    slack_mm = 0.01
    if all(abs(mm) <= slack_mm for corner in (mark_set.origin, *_corners(mark_set)) for mm in moves[corner]):
        return mark_set
    return replace(
        mark_set,
        paper=paper,
        column=mark_set.column.moved(*moves[mark_set.origin]),
        strip=mark_set.strip.moved(*moves[mark_set.origin]),
        codes=tuple(code.moved(*moves[code.origin]) for code in mark_set.codes),
    )


def _corners(mark_set: MarkSet) -> tuple[Corner, ...]:
    return tuple(code.origin for code in mark_set.codes)
