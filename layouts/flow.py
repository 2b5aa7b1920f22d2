"""The flow: which strips stand on which page.

Pages are filled from the top. Strips that are kept together go to the next page together, unless they are higher than a
page. A table that goes on over a page shows its head again, and the sum so far at the foot of the one page and at the
head of the next. On the last page the flow ends above what stands at its foot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from layouts.blocks.row import Grid, Row
from layouts.edition import too_high_for_a_page
from layouts.ink import Ink
from layouts.strip import Strip, set_stack

_HAIR_PT = 0.02
_NOTHING = Decimal(0)


class Room(NamedTuple):
    """Where the flow may stand, in points from the page's top: on the first page, on the others, and how far down on
    the last one (None: as on the others)."""

    first_top_pt: float
    first_bottom_pt: float
    further_top_pt: float
    further_bottom_pt: float
    last_bottom_pt: float | None


@dataclass(slots=True)
class RowsRun:
    """The rows of one table on one page, from the top of its head downwards."""

    grid: Grid
    rows: list[Row] = field(default_factory=list)
    brought: Decimal | None = None
    carried: Decimal | None = None

    def set(self, ink: Ink, top_pt: float) -> None:
        """Set head, rows and the sums around them."""
        grid = self.grid
        y_pt = set_stack(ink, grid.head, top_pt)
        if self.brought is not None and grid.carry is not None:
            grid.carry.draw(ink, self.brought, y_pt, brought=True)
            y_pt += grid.carry.height_pt
        start_pt = y_pt
        y_pt = grid.set_rows(ink, self.rows, y_pt)
        first = self.rows[0]
        ink.inked(first.name, "text", first.x_pt, start_pt, first.width_pt, y_pt - start_pt)
        if self.carried is not None and grid.carry is not None:
            grid.carry.draw(ink, self.carried, y_pt, brought=False)


@dataclass(slots=True)
class FlowPage:
    """What of the flow stands on one page: (top, strip or rows)."""

    items: list[tuple[float, Strip | RowsRun]] = field(default_factory=list)

    def set(self, ink: Ink) -> None:
        for top_pt, item in self.items:
            if isinstance(item, RowsRun):
                item.set(ink, top_pt)
            else:
                item.draw(ink, top_pt)


def lay(strips: Sequence[Strip], room: Room) -> list[FlowPage]:
    """The flow's pages, at least one. The last has its foot free, down from `room.last_bottom_pt`. A strip that no page
    holds is a trouble."""
    pages = _filled(strips, room)
    for number, page in enumerate(pages):
        bottom_pt = room.further_bottom_pt if number else room.first_bottom_pt
        for at, (top_pt, item) in enumerate(page.items):
            if isinstance(item, Strip) and top_pt + item.height_pt > bottom_pt + _HAIR_PT:
                trouble = too_high_for_a_page(item.name, item.height_pt, bottom_pt - top_pt)
                page.items[at] = (top_pt, replace(item, troubles=(*item.troubles, trouble)))
    return pages


def _filled(strips: Sequence[Strip], room: Room) -> list[FlowPage]:
    if page := _only_page(strips, room):
        return [page]
    chunks = _chunks(strips)
    layer = _laid(chunks, room)
    limit_pt = room.last_bottom_pt
    if limit_pt is None:
        return layer.pages
    fits = layer.y_pt <= limit_pt + _HAIR_PT
    # Who pays wants to see the totals on the page of the foot: they go there with what follows them, where that takes
    # no further page or a further one is needed anyhow.
    totals = max((at for at, chunk in enumerate(chunks) if _ends_table(chunk)), default=-1)
    if totals > 0 and not (fits and totals >= layer.last_page_starts_with):
        moved = _laid(chunks, room, forced=totals)
        if len(moved.pages) <= len(layer.pages) + (not fits) and moved.y_pt <= limit_pt + _HAIR_PT:
            return moved.pages
    if fits:
        return layer.pages
    for at in range(len(chunks) - 1, layer.last_page_starts_with, -1):
        moved = _laid(chunks, room, forced=at)
        if len(moved.pages) == len(layer.pages) + 1 and moved.y_pt <= limit_pt + _HAIR_PT:
            return moved.pages
    layer.pages.append(FlowPage())
    return layer.pages


def _only_page(strips: Sequence[Strip], room: Room) -> FlowPage | None:
    """All strips on the first page, with the foot of the last; None when they have no room there."""
    bottom_pt = min(room.first_bottom_pt, room.last_bottom_pt or room.first_bottom_pt) + _HAIR_PT
    if room.first_top_pt + sum([strip.height_pt for strip in strips]) > bottom_pt:
        return None
    layer = _Layer(room)
    for strip in strips:
        layer.put(strip)
    return layer.pages[0] if layer.y_pt <= bottom_pt else None


def _ends_table(chunk: Sequence[Strip]) -> bool:
    """Whether a chunk is the end of a table with what is kept with it."""
    return isinstance(chunk[0], Row) and not isinstance(chunk[-1], Row)


def _chunks(strips: Sequence[Strip]) -> list[list[Strip]]:
    """Strips in rows that are kept together."""
    chunks: list[list[Strip]] = []
    kept = False
    for strip in strips:
        if kept:
            chunks[-1].append(strip)
        else:
            chunks.append([strip])
        kept = strip.keep
    return chunks


def _laid(chunks: Sequence[Sequence[Strip]], room: Room, forced: int = -1) -> _Layer:
    layer = _Layer(room)
    for at, chunk in enumerate(chunks):
        if at == forced:
            layer.turn(at)
        layer.place(chunk, at)
    return layer


class _Layer:
    """Lays chunks down, page after page."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.pages = [FlowPage()]
        self.y_pt = room.first_top_pt
        self._bottom_pt = room.first_bottom_pt
        self._run: RowsRun | None = None
        self._sums: dict[int, Decimal] = {}
        self.last_page_starts_with = 0

    def place(self, chunk: Sequence[Strip], at: int) -> None:
        """Put a chunk on this page, or whole on the next one, or in parts when no page holds it."""
        fits = self._holds(chunk)
        if not fits and self.pages[-1].items:
            self.turn(at)
            fits = self._holds(chunk)
        for strip in chunk:
            if not fits and self.pages[-1].items and not self._holds((strip,)):
                self.turn(at)
            self.put(strip)

    def turn(self, at: int) -> None:
        """Begin a new page; the table that goes on shows what it carries."""
        if self._run is not None:
            self._close(self._run)
        self._run = None
        self.pages.append(FlowPage())
        self.y_pt, self._bottom_pt = self._room.further_top_pt, self._room.further_bottom_pt
        self.last_page_starts_with = at

    def _close(self, run: RowsRun) -> None:
        if run.grid.carry is not None and not run.rows[-1].last_of_table:
            run.carried = self._sums[id(run.grid)]

    def _holds(self, chunk: Sequence[Strip]) -> bool:
        """Whether the chunk fits on what is left of this page."""
        return self._end_of(chunk) <= self._bottom_pt + _HAIR_PT

    def _end_of(self, chunk: Sequence[Strip]) -> float:
        """Where the chunk would end on this page, with the sum that would have to be carried."""
        y_pt, grid = self.y_pt, self._run.grid if self._run else None
        empty = not self.pages[-1].items
        for strip in chunk:
            if isinstance(strip, Row) and strip.grid is not None:
                if strip.grid is not grid:
                    grid = strip.grid
                    y_pt += (0 if empty else strip.gap_pt) + self._above_rows(strip)
            else:
                grid = None
                y_pt += 0 if empty else strip.gap_pt
            y_pt += strip.height_pt
            empty = False
        last = chunk[-1]
        if isinstance(last, Row) and last.grid is not None and last.grid.carry is not None and not last.last_of_table:
            y_pt += last.grid.carry.height_pt
        return y_pt

    def _above_rows(self, row: Row) -> float:
        assert row.grid is not None
        carry = row.grid.carry
        return row.grid.head_pt + (carry.height_pt if carry is not None and not row.first_of_table else 0.0)

    def put(self, strip: Strip) -> None:
        """Put a strip on this page, whether it fits or not."""
        items = self.pages[-1].items
        if not isinstance(strip, Row) or strip.grid is None:
            self._run = None
            self.y_pt += strip.gap_pt if items else 0
            items.append((self.y_pt, strip))
            self.y_pt += strip.height_pt
            return
        grid = strip.grid
        if self._run is None or self._run.grid is not grid:
            self.y_pt += strip.gap_pt if items else 0
            self._run = RowsRun(grid)
            if grid.carry is not None and not strip.first_of_table:
                self._run.brought = self._sums[id(grid)]
            items.append((self.y_pt, self._run))
            self.y_pt += self._above_rows(strip)
        self._run.rows.append(strip)
        if grid.carry is not None:
            self._sums[id(grid)] = self._sums.get(id(grid), _NOTHING) + strip.value
        self.y_pt += strip.height_pt
