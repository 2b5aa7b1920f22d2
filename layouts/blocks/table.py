"""Tables: from a document's elements to rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from layouts.blockparts import TableBlock
from layouts.blocks.carry import CarrySetter
from layouts.blocks.cell import Cell
from layouts.blocks.column import ColumnSetter
from layouts.blocks.group import GroupSetter
from layouts.blocks.head import head_of
from layouts.blocks.row import Grid, Row, StripRow, parted, troubles_of_row
from layouts.edition import Edition, Frame, Scope, reads_of
from layouts.geometry import pt
from layouts.language.expression import Expression
from layouts.language.schema import own_names
from layouts.language.scope import item_scope
from layouts.strip import Strip


class TableSetter:
    """A table in one edition. `grid` is what its rows have in common."""

    def __init__(self, block: TableBlock, edition: Edition, frame: Frame, tallest_pt: float = 1e9) -> None:
        """`tallest_pt` is the height of the lowest area of the flow: a row that is higher is set in parts."""
        self._block = block
        self._frame = frame
        self._each, names = edition.each(block.each, block.alias)
        pen = edition.pens[block.cell_style]
        self._columns = [ColumnSetter(column, edition, frame, block, names) for column in block.columns]
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
        rows = self._rows(elements, scope, 0) if self._group is None else self._grouped(self._group, elements, scope)
        if rows:
            rows[0].first_of_table = rows[-1].last_of_table = True
            if self._start is not None:
                rows[0].value += self._start(scope)
        return [*rows]

    def _grouped(self, group: GroupSetter, elements: Sequence[Mapping[str, Any]], scope: Scope) -> list[Row]:
        rows: list[Row] = []
        number = 0
        for head, members, foot in group.groups(elements, scope):
            rows.extend(self._belonging(strip, keep=True) for strip in head)
            rows.extend(self._rows(members, scope, number))
            number += len(members)
            if foot:
                rows[-1].keep = True
                rows.extend(self._belonging(strip, keep=False) for strip in foot)
        return rows

    def _rows(self, elements: Sequence[Mapping[str, Any]], scope: Scope, first: int) -> list[Row]:
        """The rows of elements that follow one another, from number `first`, column by column; one that no page holds
        comes in parts."""
        scopes: dict[int, Scope] = {}

        def scope_of(at: int) -> Scope:
            known = scopes.get(at)
            if known is None:
                known = scopes[at] = item_scope(scope, elements[at], self._block.alias)
            return known

        rows: list[Row] = []
        columns = [column.cells(elements, scope_of) for column in self._columns]
        for at, cells in enumerate(zip(*columns, strict=True)):
            row = self._row(cells)
            if self._value is not None:
                row.value = self._value_of(self._value, elements[at], scope_of, at)
            if row.troubles:
                row.troubles = troubles_of_row(row.troubles, f"{self._block.each.text}[{first + at}]")
            if row.height_pt <= self._tallest_pt:
                rows.append(row)
            else:
                rows += parted(row, self._tallest_pt - self._below_pt - self._descent_pt, self._descent_pt)
        return rows

    def _row(self, cells: Sequence[Cell]) -> Row:
        """The row of one element."""
        firsts, mores, hexes, others, heights, troubles = zip(*cells, strict=True)
        frame = self._frame
        return Row(
            frame.name,
            frame.x_pt,
            frame.width_pt,
            self._above_pt + max(self._least_pt, *heights) + self._below_pt,
            lines=[(self._first_pt, "".join(firsts)), *chain.from_iterable(mores)],
            hexes=hexes,
            others=[*chain.from_iterable(others)] if any(others) else (),
            troubles=[*chain.from_iterable(troubles)] if any(troubles) else (),
            grid=self.grid,
        )

    def _value_of(
        self, value: Expression, element: Mapping[str, Any], scope_of: Callable[[int], Scope], at: int
    ) -> Decimal:
        """What a row adds to the sum that is carried."""
        path = value.path
        if path is not None and len(path) == 1 and path[0] in element:
            return Decimal(element[path[0]])
        return Decimal(value(scope_of(at)))

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
