"""Finding the pieces of text on a page: for proposals, and for telling that a zone cuts through a line."""

from __future__ import annotations

from contextlib import closing

import pypdfium2

from mailroom.intake.finished.examine import PT_PER_MM, ZoneReader, shown_rect
from mailroom.intake.finished.segment import SEGMENTS_MAX, Segment, around
from mailroom.intake.finished.zone_text import Rect

_GAP_MM = 2.5
"""Pieces of one row that are closer belong together: a few blanks of office type."""


def segments(page: pypdfium2.PdfPage) -> tuple[Segment, ...]:
    """The page's text in rows from the top, each from the left."""
    bounds, rotation = page.get_bbox(), page.get_rotation()
    with closing(page.get_textpage()) as text_page:
        count = min(text_page.count_rects(), SEGMENTS_MAX)
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
