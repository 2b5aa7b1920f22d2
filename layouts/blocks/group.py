"""Groups of rows: those that follow one another with the same value, under a head and over their subtotals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from layouts.blockparts import Group, TableBlock
from layouts.blocks.text import TextSetter
from layouts.edition import Edition, Frame, Scope
from layouts.geometry import pt
from layouts.language.expression import Expression
from layouts.language.schema import Leaf, Names
from layouts.language.scope import item_scope
from layouts.strip import LineStrip, Run, Strip, Trouble

_NOTHING = Decimal(0)


class GroupSetter:
    """Rows in groups of one value, in the order of the data."""

    def __init__(self, block: TableBlock, group: Group, edition: Edition, frame: Frame, names: Names) -> None:
        self._alias = block.alias
        self._by = edition.expression(group.by, names)
        self._head = TextSetter(group.head, edition, frame, names)
        columns = {column.name: column for column in block.columns}
        self._sums: list[tuple[Expression, float]] = []
        for told in group.sums:
            column = columns[told.column]
            right_pt = frame.x_pt + pt(column.x_mm + column.width_mm)
            self._sums.append((edition.figure(told.value, names), right_pt))
        inner_names = {**names, "subtotal": Leaf("amount")}
        self._foot = TextSetter(group.foot, edition, frame, inner_names) if group.foot else None
        self._edition = edition

    def groups(
        self, elements: Iterable[Mapping[str, Any]], scope: Scope
    ) -> Iterable[tuple[list[Strip], list[Mapping[str, Any]], list[Strip]]]:
        """(head, members, subtotals) of each group."""
        members: list[Mapping[str, Any]] = []
        scopes: list[Scope] = []
        last: Any = None
        for element in elements:
            inner = item_scope(scope, element, self._alias)
            value = self._by(inner)
            if members and value != last:
                yield self._made(members, scopes)
                members, scopes = [], []
            last = value
            members.append(element)
            scopes.append(inner)
        if members:
            yield self._made(members, scopes)

    def _made(
        self, members: list[Mapping[str, Any]], scopes: list[Scope]
    ) -> tuple[list[Strip], list[Mapping[str, Any]], list[Strip]]:
        head = self._head.strips(scopes[0])
        foot: list[Strip] = []
        if self._foot is not None:
            totals = [(sum((value(inner) for inner in scopes), _NOTHING), right_pt) for value, right_pt in self._sums]
            foot = self._foot.strips({**scopes[0], "subtotal": totals[0][0]})
            last = foot[-1] if foot else None
            if isinstance(last, LineStrip):
                pen, figures = self._foot.pen, self._edition.wording.figures
                troubles: list[Trouble] = []
                for total, right_pt in totals:
                    shape = self._edition.shaped(pen, figures.amount(total, self._edition.digits), troubles)
                    last.runs = (*last.runs, Run(pen, right_pt - shape.width_pt, shape))
                last.troubles = (*last.troubles, *troubles)
        return head, members, foot
