"""Tables: from a document's elements to rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from layouts.blockparts import TableBlock
from layouts.blocks.carry import CarrySetter
from layouts.blocks.column import ColumnSetter
from layouts.blocks.group import GroupSetter
from layouts.blocks.head import head_of
from layouts.blocks.row import Grid, Row, StripRow, parted, troubles_of_row
from layouts.edition import Edition, Frame, Scope, reads_of
from layouts.geometry import pt
from layouts.language.schema import own_names
from layouts.language.scope import item_scope
from layouts.strip import Strip, Trouble

_NOTHING = Decimal(0)


class TableSetter:
    """A table in one edition. `grid` is what its rows have in common."""

    def __init__(self, block: TableBlock, edition: Edition, frame: Frame, tallest_pt: float = 1e9) -> None:
        """`tallest_pt` is the height of the lowest area of the flow: a row that is higher is set in parts."""
        self._block = block
        self._frame = frame
        self._each, names = edition.each(block.each, block.alias)
        pen = edition.pens[block.cell_style]
        self._columns = [ColumnSetter(column, edition, frame, block, names) for column in block.columns]
        self._no_figures = [None] * len(self._columns)
        self._above_pt, self._below_pt = pt(block.row_above_mm), pt(block.row_below_mm)
        self._least_pt, self._descent_pt = pen.leading_pt, pen.descent_pt
        self._first_pt = self._above_pt + pen.baseline_pt
        row_rule = edition.rules[block.row_rule] if block.row_rule else None
        carry = CarrySetter(block.carry, edition, frame, block) if block.carry else None
        self._value = edition.figure(block.carry.value, names) if block.carry else None
        self._start = edition.figure(block.carry.start) if block.carry and block.carry.start else None
        self._group = GroupSetter(block, block.group, edition, frame, names) if block.group else None
        self.grid = Grid(frame, pen, row_rule, head_of(block, self._columns, edition, frame), carry)
        self._tallest_pt = tallest_pt - self.grid.head_pt - 2 * (carry.height_pt if carry else 0.0)
        own = own_names(names, edition.names)
        self.reads = reads_of(self._columns, own) | reads_of([self._each, self._start])

    def strips(self, scope: Scope, _room_pt: float = 0.0, /) -> list[Strip]:
        """The rows of a document, group heads and subtotals among them."""
        elements: Sequence[Mapping[str, Any]] = self._each(scope) or ()
        rows = self._ungrouped(elements, scope) if self._group is None else self._grouped(self._group, elements, scope)
        if rows:
            rows[0].first_of_table = rows[-1].last_of_table = True
            if self._start is not None:
                rows[0].value += self._start(scope)
        return [*rows]

    def _ungrouped(self, elements: Sequence[Mapping[str, Any]], scope: Scope) -> list[Row]:
        rows: list[Row] = []
        nothing = [None] * len(elements)
        figures = [column.figures.cells(elements) if column.figures else nothing for column in self._columns]
        for number, element in enumerate(elements):
            rows.extend(self._fitting(self._row(element, scope, [made[number] for made in figures]), number))
        return rows

    def _grouped(self, group: GroupSetter, elements: Sequence[Mapping[str, Any]], scope: Scope) -> list[Row]:
        rows: list[Row] = []
        number = 0
        for head, members, foot in group.groups(elements, scope):
            rows.extend(self._belonging(strip, keep=True) for strip in head)
            for member in members:
                rows.extend(self._fitting(self._row(member, scope, self._no_figures), number))
                number += 1
            if foot:
                rows[-1].keep = True
                rows.extend(self._belonging(strip, keep=False) for strip in foot)
        return rows

    def _fitting(self, row: Row, number: int) -> Sequence[Row]:
        """The row of element `number`, in parts when no page holds it."""
        if row.troubles:
            row.troubles = troubles_of_row(row.troubles, f"{self._block.each.text}[{number}]")
        if row.height_pt <= self._tallest_pt:
            return (row,)
        return parted(row, self._tallest_pt - self._below_pt - self._descent_pt, self._descent_pt)

    def _row(self, element: Mapping[str, Any], scope: Scope, figures: Sequence[tuple[str, str] | None]) -> Row:
        """The row of one element. `figures` are the cells that are made already, one a column, None for the others."""
        first: list[str] = []
        more: list[tuple[float, str]] = []
        hexes: list[str] = []
        others: list[tuple[str, str]] = []
        troubles: tuple[Trouble, ...] = ()
        height_pt = self._least_pt
        inner: Scope | None = None
        for column, made in zip(self._columns, figures, strict=True):
            if made is not None:
                first.append(made[0])
                hexes.append(made[1])
                continue
            key = column.key(element) if column.key is not None else None
            cell = column.known.get(key) if key is not None else None
            if cell is None:
                cell = column.plain_cell(element) if column.plain else None
                if cell is None:
                    inner = inner or item_scope(scope, element, self._block.alias)
                    cell = column.cell(inner)
                if key is not None:
                    column.keep(key, cell)
            first.append(cell.first)
            hexes.append(cell.hex)
            if cell.more:
                more += cell.more
            if cell.others:
                others += cell.others
            if cell.troubles:
                troubles += cell.troubles
            height_pt = max(height_pt, cell.height_pt)
        frame = self._frame
        return Row(
            name=frame.name,
            x_pt=frame.x_pt,
            width_pt=frame.width_pt,
            height_pt=self._above_pt + height_pt + self._below_pt,
            troubles=troubles,
            lines=[(self._first_pt, "".join(first)), *more],
            hexes=hexes,
            others=others,
            value=_NOTHING if self._value is None else self._value_of(element, scope),
            grid=self.grid,
        )

    def _value_of(self, element: Mapping[str, Any], scope: Scope) -> Decimal:
        """What a row adds to the sum that is carried."""
        assert self._value is not None
        path = self._value.path
        if path is not None and len(path) == 1 and path[0] in element:
            return Decimal(element[path[0]])
        return Decimal(self._value(item_scope(scope, element, self._block.alias)))

    def _belonging(self, strip: Strip, *, keep: bool) -> Row:
        """A strip of a group as a row of the table."""
        return StripRow(
            name=strip.name,
            x_pt=strip.x_pt,
            width_pt=strip.width_pt,
            height_pt=strip.height_pt + strip.gap_pt,
            keep=keep,
            troubles=strip.troubles,
            grid=self.grid,
            last=False,
            strip=strip,
        )
