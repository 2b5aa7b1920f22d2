"""Rows of a table on paper: what their cells come to, and the grid that sets them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter

from layouts.blocks.carry import CarrySetter
from layouts.edition import Frame
from layouts.errors import LayoutError
from layouts.ink import Ink, Pen
from layouts.strip import Strip, Trouble, height_of, set_stack
from layouts.style import Rule

_NOTHING = Decimal(0)


@dataclass(slots=True)
class Row(Strip):
    """One element, or a part of one that is too high for a page.

    lines   (depth of the baseline under the row's top, fragment), as in a cell
    hexes   glyphs in the font of the table's cells; `others` those in other fonts, by resource
    value   what the row adds to the carried sum; zero for the further parts of an element
    last    whether the element ends with this row, so that a rule closes it
    grid    of the row's table
    """

    lines: Sequence[tuple[float, str]] = ()
    hexes: Sequence[str] = ()
    others: Sequence[tuple[str, str]] = ()
    value: Decimal = _NOTHING
    last: bool = True
    grid: Grid | None = None
    first_of_table: bool = False
    last_of_table: bool = False


@dataclass(slots=True)
class StripRow(Row):
    """A group's head or subtotal among the rows."""

    strip: Strip = field(default_factory=lambda: Strip("", 0, 0, 0))


@dataclass(slots=True)
class _WholeStrip(Strip):
    """All rows of a table at once."""

    grid: Grid | None = None
    rows: Sequence[Row] = ()

    def set(self, ink: Ink, top_pt: float) -> None:
        assert self.grid is not None
        self.grid.set_rows(ink, self.rows, top_pt)


class Grid:
    """What the rows of one table have in common on paper.

    head    the strips that stand above the rows on every page; `head_pt` is how high they are
    carry   the sums above and under the rows of a table that goes on over a page; None when nothing is carried
    """

    def __init__(
        self, frame: Frame, pen: Pen, row_rule: Rule | None, head: Sequence[Strip], carry: CarrySetter | None
    ) -> None:
        """`pen` is that of plain cells; `row_rule` closes every element."""
        self.head = head
        self.head_pt = height_of(head)
        self.carry = carry
        self._frame = frame
        self._pen = pen
        self._row_rule = row_rule

    def whole(self, strips: Sequence[Strip]) -> Strip:
        """Rows as one strip, for a table that stands in a box."""
        rows = [strip for strip in strips if isinstance(strip, Row)]
        height_pt = sum(row.height_pt for row in rows)
        frame = self._frame
        return _WholeStrip(frame.name, frame.x_pt, frame.width_pt, height_pt, grid=self, rows=rows)

    def set_rows(self, ink: Ink, rows: Sequence[Row], y_pt: float) -> float:
        """Set rows from y downwards; returns where they end."""
        cells = ink.take(self._pen)
        texts, page_pt, gathered = ink.texts, ink.height_pt, ink.glyphs
        left_pt, right_pt = self._frame.x_pt, self._frame.x_pt + self._frame.width_pt
        rule = self._row_rule
        ends: list[str] = []
        for row in rows:
            for trouble in row.troubles:
                ink.troubles.append((trouble, (row.name, row.kind, row.x_pt, y_pt, row.width_pt, row.height_pt)))
            if isinstance(row, StripRow):
                set_stack(ink, (row.strip,), y_pt + row.strip.gap_pt)
                ink.take(self._pen)
            for depth_pt, fragment in row.lines:
                texts.append(fragment.replace("\0", f"{page_pt - y_pt - depth_pt:.2f}"))
            cells += row.hexes
            for resource, glyphs in row.others:
                gathered.setdefault(resource, []).append(glyphs)
            y_pt += row.height_pt
            if row.last and rule is not None:
                end = f"{page_pt - y_pt:.2f}"
                ends.append(f"{left_pt:.2f} {end} m {right_pt:.2f} {end} l\n")
        if ends and rule is not None:
            ink.below.append(f"{rule.width_pt:g} w {rule.grey:g} G\n{''.join(ends)}S\n")
        return y_pt


def troubles_of_row(troubles: Iterable[Trouble], place: str) -> tuple[Trouble, ...]:
    """Troubles with the row as their place."""
    found = []
    for trouble in troubles:
        error = trouble.error
        placed = LayoutError(error.code, error.message, place=place, remedy=error.remedy)
        found.append(trouble._replace(error=placed))
    return tuple(found)


def parted(row: Row, room_pt: float, descent_pt: float) -> list[Row]:
    """What is too high for any page as several rows that are not, none with a baseline deeper than `room_pt`. A part
    ends `descent_pt` under its last baseline, and repeats no figure."""
    parts: list[Row] = []
    taken: list[tuple[float, str]] = []
    top_pt = 0.0
    for depth_pt, fragment in sorted(row.lines, key=itemgetter(0)):
        if depth_pt - top_pt > room_pt:
            end_pt = taken[-1][0] + descent_pt
            parts.append(_part_of(row, taken, top_pt, end_pt, first=not parts, last=False))
            top_pt, taken = end_pt, []
        taken.append((depth_pt, fragment))
    return [*parts, _part_of(row, taken, top_pt, row.height_pt, first=not parts, last=True)]


def _part_of(row: Row, lines: list[tuple[float, str]], top_pt: float, end_pt: float, *, first: bool, last: bool) -> Row:
    return Row(
        name=row.name,
        x_pt=row.x_pt,
        width_pt=row.width_pt,
        height_pt=end_pt - top_pt,
        troubles=_troubles_of_part(row.troubles, top_pt, row.height_pt if last else end_pt) if row.troubles else (),
        lines=tuple((depth_pt - top_pt, fragment) for depth_pt, fragment in lines),
        # A page set's glyphs are gathered over all pages, so the first part may account for all of them.
        hexes=row.hexes if first else (),
        others=row.others if first else (),
        value=row.value if first else _NOTHING,
        last=last,
        grid=row.grid,
    )


def _troubles_of_part(troubles: Iterable[Trouble], top_pt: float, end_pt: float) -> tuple[Trouble, ...]:
    """The troubles of a row that are about the part of it between two depths."""
    return tuple(
        trouble._replace(part=trouble.part._replace(down_pt=trouble.part.down_pt - top_pt))
        for trouble in troubles
        if trouble.part is not None and top_pt <= trouble.part.down_pt < end_pt
    )
