"""What payment slips take of the sheet: a margin of their own, and the paper below the layout's marks; and whether a
slip and the rest of the last page go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from layouts.blockparts import FieldBlock, RuleBlock
from layouts.finding import Finding
from layouts.freearea import intersection, outside_strip
from layouts.geometry import Box
from layouts.parts import BoxPart, PageKind, Slip, Zone

_HAIR_MM = 1e-6


class SlipLayout(Protocol):
    """What is asked of a layout."""

    @property
    def width_mm(self) -> float: ...
    @property
    def height_mm(self) -> float: ...
    @property
    def margin_mm(self) -> float: ...
    @property
    def clear_zones(self) -> tuple[Zone, ...]: ...
    @property
    def slips(self) -> Mapping[str, Slip]: ...

    def boxes(self, page: PageKind, /) -> dict[str, Box]:
        """The boxes that may bear ink on a page of this kind, by name."""


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """Where the ink of one slip may stand: in `printable`, and below `clear_to_mm` in the layout's clear zones too."""

    printable: Box
    margin_mm: float
    clear_to_mm: float

    def barred(self, box: Box) -> Box:
        """The part of a box that the clear zones still hold for; without height when there is none."""
        return Box(box.x_mm, box.y_mm, box.width_mm, max(min(box.bottom_mm, self.clear_to_mm) - box.y_mm, 0.0))


def slip_papers(layout: SlipLayout) -> dict[str, SlipPaper]:
    """The paper of every slip of a layout, by the slip's name."""
    return {name: _paper(slip, layout) for name, slip in layout.slips.items()}


def _paper(slip: Slip, layout: SlipLayout) -> SlipPaper:
    margin_mm = layout.margin_mm if slip.margin_mm is None else slip.margin_mm
    sheet = Box(0, 0, layout.width_mm, layout.height_mm)
    # A slip that says nothing of it leaves the clear zones as they are.
    return SlipPaper(sheet.grown(-margin_mm), margin_mm, slip.clear_to_mm or layout.height_mm)


def slip_of(ink: str) -> str:
    """The slip that the ink of this name is part of, "" for ink of the layout: "ch-qr/amount" is ch-qr's."""
    slip, sign, _ = ink.partition("/")
    return slip if sign else ""


def slip_findings(layout: SlipLayout) -> Iterator[Finding]:
    """Boxes of slips that leave their paper, overlap one another, or overlap a box of the layout that neither gives way
    nor is raised. Grounds and lines may lie under others, and of boxes with conditions one may stand for the other."""
    for slip in layout.slips.values():
        paper = _paper(slip, layout)
        for part in slip.parts:
            yield from _place_findings(part, paper, layout)
        standing = [part for part in slip.parts if not isinstance(part.block, FieldBlock | RuleBlock)]
        for one, other in combinations(standing, 2):
            if not (one.when and other.when):
                yield from _overlap(one.name, one.box, other.name, other.box)
        for name, box in _beside(slip, layout).items():
            for part in slip.parts:
                yield from _overlap(part.name, part.box, name, box)


def _beside(slip: Slip, layout: SlipLayout) -> dict[str, Box]:
    """The layout's boxes that stay where they are on the slip's page, which may be the first and the last at once."""
    boxes = layout.boxes("continuation") | layout.boxes("first") | layout.boxes("last")
    return {name: box for name, box in boxes.items() if name not in slip.hides | slip.raises and name != "flow"}


def _place_findings(part: BoxPart, paper: SlipPaper, layout: SlipLayout) -> Iterator[Finding]:
    spill_mm = part.box.spill(paper.printable)
    if spill_mm > _HAIR_MM:
        fact = f"box '{part.name}' reaches {spill_mm:.1f} mm into the slip's margin of {paper.margin_mm:g} mm"
        yield Finding("margin", part.name, spill_mm, fact, page=2, place=outside_strip(part.box, paper.printable))
    for zone in layout.clear_zones:
        if common := intersection(paper.barred(part.box), zone.box):
            amount_mm = min(common.width_mm, common.height_mm)
            fact = f"box '{part.name}' reaches {amount_mm:.1f} mm into the clear zone '{zone.name}'"
            yield Finding("clear-zone", part.name, amount_mm, fact, page=2, place=common)


def _overlap(one: str, one_box: Box, other: str, other_box: Box) -> Iterator[Finding]:
    if common := intersection(one_box, other_box):
        amount_mm = min(common.width_mm, common.height_mm)
        fact = f"boxes '{one}' and '{other}' overlap by {amount_mm:.1f} mm on the last page"
        yield Finding("overlap", one, amount_mm, fact, page=2, place=common)
