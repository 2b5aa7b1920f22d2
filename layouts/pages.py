"""Which rows and strips stand on which page.

Pages are filled from the top. A page that ends before the last line shows the sum carried forward, the next one the
same sum brought forward. The totals never stand alone when a line can be taken along, and the payment part stands at
the foot of the last page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from layouts.strip import Strip
from layouts.table import Row, carried


@dataclass(frozen=True, slots=True)
class Room:
    """Where the flow may stand, in points from the page's top. `payment_pt` is the payment part's top, None without."""

    first_pt: float
    continuation_pt: float
    bottom_pt: float
    payment_pt: float | None
    head_pt: float
    carry_pt: float


@dataclass(slots=True)
class Page:
    """One page: rows `start` to `stop`, the sums around them, and the strips with their tops."""

    start: int
    stop: int
    brought: Decimal | None = None
    carried: Decimal | None = None
    strips: list[tuple[float, Strip]] = field(default_factory=list)
    payment: bool = False


def plan(rows: list[Row], strips: list[Strip], room: Room) -> list[Page]:
    """The pages of one document. A strip is assumed to fit on a page of its own."""
    pages, y_pt = _fill_with_rows(rows, room)
    closing_pt = sum(strip.gap_pt + strip.height_pt for strip in strips)
    end_pt = room.bottom_pt if room.payment_pt is None else room.payment_pt
    first_strip_fits = not strips or y_pt + strips[0].gap_pt + strips[0].height_pt <= room.bottom_pt
    if y_pt + closing_pt > end_pt:
        moved_pt = _with_last_row_moved(pages, rows, room)
        all_fit = moved_pt is not None and moved_pt + closing_pt <= end_pt
        if moved_pt is not None and (all_fit or not first_strip_fits):
            y_pt = _move_last_row(pages, rows, moved_pt)
    y_pt = _fill_with_strips(pages, strips, y_pt, room)
    if room.payment_pt is not None:
        if y_pt > room.payment_pt:
            pages.append(Page(len(rows), len(rows)))
        pages[-1].payment = True
    return pages


def _fill_with_rows(rows: list[Row], room: Room) -> tuple[list[Page], float]:
    page = Page(0, 0)
    pages = [page]
    top_pt = room.first_pt + (room.head_pt if rows else 0)
    y_pt = top_pt
    limit_pt = room.bottom_pt - room.carry_pt
    total = Decimal(0)
    for index, row in enumerate(rows):
        if y_pt + row.height_pt > limit_pt and page.stop > page.start:
            page.carried = total
            page = Page(index, index, brought=total)
            pages.append(page)
            y_pt = room.continuation_pt + room.head_pt + room.carry_pt
        page.stop = index + 1
        y_pt += row.height_pt
        total += row.net
    return pages, y_pt


def _with_last_row_moved(pages: list[Page], rows: list[Row], room: Room) -> float | None:
    """Where the flow would stand with the last row on a page of its own; None when that gains nothing."""
    page = pages[-1]
    if page.stop - page.start < 2:
        return None
    return room.continuation_pt + room.head_pt + room.carry_pt + rows[-1].height_pt


def _move_last_row(pages: list[Page], rows: list[Row], y_pt: float) -> float:
    page = pages[-1]
    page.stop -= 1
    total = carried(rows[page.start : page.stop], page.brought or Decimal(0))
    page.carried = total
    pages.append(Page(page.stop, page.stop + 1, brought=total))
    return y_pt


def _fill_with_strips(pages: list[Page], strips: list[Strip], y_pt: float, room: Room) -> float:
    for strip in strips:
        top_pt = y_pt + strip.gap_pt
        if top_pt + strip.height_pt > room.bottom_pt:
            pages.append(Page(pages[-1].stop, pages[-1].stop))
            top_pt = room.continuation_pt
        pages[-1].strips.append((top_pt, strip))
        y_pt = top_pt + strip.height_pt
    return y_pt
