"""Folding: which parts of a folded sheet face the window, and where they come to lie.

A folded sheet is looked at from the window's side, its address panel in front and upright. Heights are measured from
the sheet's top edge as it lies, downwards; what stands out above the address panel has negative ones.

The further panels lie behind the first. Where one is higher than what is before it, a strip of it stands out above or
below and faces the window:

half   the second panel is turned away, so it is its back that stands out.
c      both folds go the same way: the third panel lies between the first and the second and shows its front.
z      the folds go opposite ways: the second panel lies between the first and the third. What stands out is the back of
       the second, else the front of the third.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from layouts.geometry import Box

Fold = Literal["none", "half", "c", "z"]
FOLD_LINES: dict[Fold, int] = {"none": 0, "half": 1, "c": 2, "z": 2}
"""How many fold lines each fold has."""

Side = Literal["front", "back"]
_HAIR_MM = 1e-6


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of the folded sheet, over its whole width, that faces the window.

    `top_mm` and `bottom_mm` are its heights in the folded sheet. A front stands upright there: its place down the page
    is `offset_mm` more than its height. A back is turned by half a turn: its place down the page (as the back is read)
    is `offset_mm` less its height, and its left is at the right.
    """

    side: Side
    top_mm: float
    bottom_mm: float
    offset_mm: float

    def lay(self, box: Box, sheet_width_mm: float) -> Box | None:
        """Where a box of the page comes to lie in the folded sheet, as far as it is on this strip."""
        return self._cut(self._turn(box, sheet_width_mm, self.offset_mm if self.side == "back" else -self.offset_mm))

    def page_box(self, box: Box, sheet_width_mm: float) -> Box | None:
        """The part of the page that lies, on this strip, where `box` is in the folded sheet."""
        part = self._cut(box)
        return part and self._turn(part, sheet_width_mm, self.offset_mm)

    def _turn(self, box: Box, sheet_width_mm: float, offset_mm: float) -> Box:
        if self.side == "front":
            return box.moved(0, offset_mm)
        return Box(sheet_width_mm - box.right_mm, offset_mm - box.bottom_mm, box.width_mm, box.height_mm)

    def _cut(self, box: Box) -> Box | None:
        top_mm, bottom_mm = max(box.y_mm, self.top_mm), min(box.bottom_mm, self.bottom_mm)
        return Box(box.x_mm, top_mm, box.width_mm, bottom_mm - top_mm) if bottom_mm - top_mm > _HAIR_MM else None


def layers(fold: Fold, folds_mm: tuple[float, ...], sheet_height_mm: float) -> tuple[Strip, ...]:
    """Every panel of the folded sheet, the one nearest to the window first."""
    match fold:
        case "none":
            return (Strip("front", 0.0, sheet_height_mm, 0.0),)
        case "half":
            (first_mm,) = folds_mm
            return (
                Strip("front", 0.0, first_mm, 0.0),
                Strip("back", 2 * first_mm - sheet_height_mm, first_mm, 2 * first_mm),
            )
        case "c" | "z":
            first_mm, second_mm = folds_mm
            turn_mm = 2 * first_mm - second_mm
            front = Strip("front", 0.0, first_mm, 0.0)
            back = Strip("back", turn_mm, first_mm, 2 * first_mm)
            third = Strip("front", turn_mm, turn_mm + sheet_height_mm - second_mm, second_mm - turn_mm)
            return (front, third, back) if fold == "c" else (front, back, third)
        case _ as unreachable:
            assert_never(unreachable)


def facing(fold: Fold, folds_mm: tuple[float, ...], sheet_height_mm: float) -> tuple[Strip, ...]:
    """What of the folded sheet faces the window: at each height the nearest panel. The address panel comes first."""
    seen: list[Strip] = []
    for layer in layers(fold, folds_mm, sheet_height_mm):
        spans = [(layer.top_mm, layer.bottom_mm)]
        for cover in seen:
            spans = [rest for span in spans for rest in _without(span, cover)]
        seen.extend(replace(layer, top_mm=top_mm, bottom_mm=bottom_mm) for top_mm, bottom_mm in spans)
    return tuple(seen)


def _without(span: tuple[float, float], cover: Strip) -> Iterator[tuple[float, float]]:
    top_mm, bottom_mm = span
    above, below = (top_mm, min(bottom_mm, cover.top_mm)), (max(top_mm, cover.bottom_mm), bottom_mm)
    for rest in (above, below):
        if rest[1] - rest[0] > _HAIR_MM:
            yield rest
