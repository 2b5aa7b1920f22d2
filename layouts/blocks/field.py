"""Empty fields as blocks: frames, their corners alone, rows of cells, and grounds that other boxes stand on."""

from __future__ import annotations

from dataclasses import dataclass

from layouts.blockparts import FieldBlock
from layouts.edition import Edition, Frame, Scope
from layouts.geometry import number, pt
from layouts.ink import Ink, InkKind
from layouts.strip import Strip
from layouts.style import Rule


@dataclass(slots=True)
class FieldStrip(Strip):
    """Cells of one width, `gap_pt` between, as high as the strip."""

    cells: int = 1
    gap_between_pt: float = 0.0
    rule: Rule | None = None
    corners_pt: float = 0.0
    fill: float | None = None
    kind: InkKind = "rule"

    def set(self, ink: Ink, top_pt: float) -> None:
        cell_pt = (self.width_pt - (self.cells - 1) * self.gap_between_pt) / self.cells
        for at in range(self.cells):
            self._set_cell(ink, self.x_pt + at * (cell_pt + self.gap_between_pt), top_pt, cell_pt)

    def _set_cell(self, ink: Ink, left_pt: float, top_pt: float, width_pt: float) -> None:
        if self.fill is not None:
            foot, width, height = (
                number(each) for each in (ink.height_pt - top_pt - self.height_pt, width_pt, self.height_pt)
            )
            ink.below.append(f"{number(self.fill)} g {number(left_pt)} {foot} {width} {height} re f\n")
        if self.rule is None:
            return
        right_pt, bottom_pt = left_pt + width_pt, top_pt + self.height_pt
        if self.corners_pt:
            for x_pt, inward_pt in ((left_pt, self.corners_pt), (right_pt, -self.corners_pt)):
                for y_pt, down_pt in ((top_pt, self.corners_pt), (bottom_pt, -self.corners_pt)):
                    ink.path(self.rule, (x_pt, y_pt + down_pt), (x_pt, y_pt), (x_pt + inward_pt, y_pt))
        else:
            corners = (left_pt, top_pt), (right_pt, top_pt), (right_pt, bottom_pt), (left_pt, bottom_pt)
            ink.path(self.rule, *corners, closed=True)


class FieldSetter:
    """A field made ready. In the flow it would have no height: it stands in boxes."""

    def __init__(self, block: FieldBlock, edition: Edition, frame: Frame, room_pt: float) -> None:
        self.reads: frozenset[tuple[str, ...]] = frozenset()
        self._strip = FieldStrip(
            frame.name,
            frame.x_pt,
            frame.width_pt,
            room_pt,
            cells=block.cells,
            gap_between_pt=pt(block.gap_mm),
            rule=edition.rules[block.rule] if block.rule else None,
            corners_pt=pt(block.corners_mm),
            fill=block.fill,
        )

    def strips(self, _scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        return [self._strip]
