"""The pieces of text on a page with their places: for proposals and for telling that a zone cuts through a line."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

import pypdfium2

from mailroom.intake.finished.definition import ZoneBox
from mailroom.intake.finished.examine import PT_PER_MM, ZoneReader, shown_rect
from mailroom.intake.finished.zone_text import Rect

_RECTS_MAX = 5_000
_GAP_MM = 2.5
"""Pieces of one row that are closer belong together: a few blanks of office type."""


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


def segments(page: pypdfium2.PdfPage) -> tuple[Segment, ...]:
    """The page's text in rows from the top, each from the left."""
    bounds, rotation = page.get_bbox(), page.get_rotation()
    with closing(page.get_textpage()) as text_page:
        count = min(text_page.count_rects(), _RECTS_MAX)
        rects = [_placed(shown_rect(text_page.get_rect(index), bounds, rotation)) for index in range(count)]
    joined = _joined([rect for rect in rects if rect.right_mm > rect.x_mm and rect.bottom_mm > rect.y_mm])
    boxes = tuple(around((one,), 0.4) for one in joined)
    texts, _ = ZoneReader(boxes).read(page)
    found = (
        Segment(one.x_mm, one.y_mm, one.right_mm, one.bottom_mm, text.replace("\n", " "))
        for one, text in zip(joined, texts, strict=True)
        if text
    )
    return tuple(sorted(found, key=lambda one: (round(one.middle_mm), one.x_mm)))


def _placed(rect: Rect) -> Segment:
    left, top, right, bottom = (value / PT_PER_MM for value in rect)
    return Segment(left, top, right, bottom, "")


def _joined(rects: list[Segment]) -> list[Segment]:
    """Neighbours of one row as one."""
    joined: list[Segment] = []
    for rect in sorted(rects, key=lambda one: (one.x_mm, one.y_mm)):
        for at, known in enumerate(joined):
            if known.same_row(rect) and -_GAP_MM * 4 <= rect.x_mm - known.right_mm <= _GAP_MM:
                joined[at] = Segment(
                    known.x_mm,
                    min(known.y_mm, rect.y_mm),
                    max(known.right_mm, rect.right_mm),
                    max(known.bottom_mm, rect.bottom_mm),
                    "",
                )
                break
        else:
            joined.append(rect)
    return joined


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
