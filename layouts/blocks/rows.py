"""Rows of label and value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from layouts.blockparts import RowItem, RowsBlock
from layouts.edition import Edition, Frame, Scope, reads_of, too_wide
from layouts.geometry import pt
from layouts.ink import Pen, Shape
from layouts.language.expression import Expression
from layouts.language.schema import own_names
from layouts.language.scope import item_scope
from layouts.strip import Extent, LineStrip, Run, Strip, Trouble, tell_by_line
from layouts.style import WHITE_AT_LEFT

_GAP_PT = pt(2)
"""White between a label and its value."""


class _Said(NamedTuple):
    label: str
    value: str
    row: _Row


class _Row:
    """One row item made ready."""

    def __init__(self, item: RowItem, edition: Edition) -> None:
        self.item = item
        self.label_pen: Pen = edition.pens[item.label_style]
        self.value_pen: Pen = edition.pens[item.style]
        self.taller_pen = max((self.value_pen, self.label_pen), key=lambda pen: pen.leading_pt)
        self.rule = edition.rules[item.rule_above] if item.rule_above else None
        self._formatter = edition.formatter
        self._each: Expression | None = None
        inner = edition.names
        if item.each:
            self._each, inner = edition.each(item.each, item.alias)
        self._label = edition.template(item.label, inner)
        self._text = edition.template(item.text, inner)
        self._when = edition.expression(item.when, inner) if item.when else None
        own = own_names(inner, edition.names)
        self.reads = reads_of([self._label, self._text, self._when], own) | reads_of([self._each])

    def said(self, scope: Scope) -> Iterator[_Said]:
        """What the row says, for every element where it has several."""
        if self._each is None:
            return self._said((scope,))
        return self._said(item_scope(scope, element, self.item.alias) for element in self._each(scope) or ())

    def _said(self, scopes: Iterable[Scope]) -> Iterator[_Said]:
        for inner in scopes:
            if self._when is None or self._when(inner):
                value = self._text(inner, self._formatter)
                if value and not value.isspace():
                    yield _Said(self._label(inner, self._formatter), value, self)


class RowsSetter:
    """A block of rows. `surplus` names the rows that found no room, "" when a block that is too high is an error."""

    def __init__(self, block: RowsBlock, edition: Edition, frame: Frame) -> None:
        self.surplus = block.surplus
        self._edition = edition
        self._frame = frame
        self._rows = [_Row(item, edition) for item in block.rows]
        self._align = block.value_align
        self._spare = WHITE_AT_LEFT[block.value_align]
        self._value_pt = pt(block.value_x_mm)
        self._room_pt = frame.width_pt - self._value_pt
        self._label_pt = self._value_pt - _GAP_PT if self._value_pt else 0.0
        self.reads = reads_of(self._rows)

    def strips(self, scope: Scope, room_pt: float = 0.0, /) -> list[Strip]:
        """The rows; with a limited room and a name for the surplus, those that fit: the others are put into the scope
        under that name, as mappings of label and text."""
        strips: list[Strip] = []
        surplus: list[dict[str, str]] = []
        limited = self.surplus != "" and room_pt > 0
        used_pt = 0.0
        for row in self._rows:
            for said in row.said(scope):
                found = self._set(said)
                if limited:
                    used_pt += sum(strip.height_pt for strip in found)
                    if used_pt > room_pt + _HAIR_PT:
                        surplus.append({"label": said.label, "text": said.value})
                        continue
                strips += found
        if self.surplus:
            # The flow, which is set after the boxes of the first page, finds it there.
            scope[self.surplus] = surplus  # type: ignore[index]  # A document's scope is a dict; setters only read it.
        return strips

    def _set(self, said: _Said) -> list[Strip]:
        troubles: list[Trouble] = []
        edition, frame, row = self._edition, self._frame, said.row
        label_pt = self._label_pt or self._rest_pt(said)
        labels = edition.broken(row.label_pen, said.label, label_pt, troubles)
        values = self._values(said, troubles)
        strips: list[Strip] = [self._line(row, label, value) for label, value in zip_longest(labels, values)]
        if troubles:
            tell_by_line(strips, troubles)
        if row.item.height_mm:
            self._stretch(strips, pt(row.item.height_mm))
        if row.rule is not None and isinstance(strips[0], LineStrip):
            strips[0].rule_above = (row.rule, frame.x_pt, frame.width_pt)
        for strip in strips[:-1]:
            strip.keep = True
        return strips

    def _rest_pt(self, said: _Said) -> float:
        """The label's width where values have no column: they need what they need, the label has the rest."""
        value_pt = self._edition.shaped(said.row.value_pen, said.value, []).width_pt
        return max(self._frame.width_pt - value_pt - _GAP_PT, self._frame.width_pt / 4)

    def _values(self, said: _Said, troubles: list[Trouble]) -> Sequence[Shape]:
        pen, room_pt = said.row.value_pen, self._room_pt
        if self._align == "left":
            return self._edition.broken(pen, said.value, room_pt, troubles)
        shape = self._edition.shaped(pen, said.value, troubles)
        if shape.width_pt > room_pt + _HAIR_PT:
            wide = too_wide(said.value, shape.width_pt, room_pt, said.row.item.text.place, "its place")
            right_pt = self._frame.x_pt + self._frame.width_pt
            drawn = Extent(right_pt - shape.width_pt, 0.0, shape.width_pt, pen.leading_pt)
            troubles.append(wide._replace(part=drawn))
        return (shape,)

    def _line(self, row: _Row, label: Shape | None, value: Shape | None) -> LineStrip:
        frame = self._frame
        runs: list[Run] = []
        if label:
            runs.append(Run(row.label_pen, frame.x_pt, label))
        if value:
            x_pt = frame.x_pt + self._value_pt + (self._room_pt - value.width_pt) * self._spare
            runs.append(Run(row.value_pen, x_pt, value))
        pen = row.taller_pen
        return LineStrip(
            name=frame.name,
            x_pt=frame.x_pt,
            width_pt=frame.width_pt,
            height_pt=pen.leading_pt,
            runs=runs,
            baseline_pt=pen.baseline_pt,
        )

    @staticmethod
    def _stretch(strips: Sequence[Strip], height_pt: float) -> None:
        """Give a row the height it asks for; its text stands in the middle, or at the foot under a rule."""
        spare_pt = height_pt - sum(strip.height_pt for strip in strips)
        first = strips[0]
        if spare_pt > 0 and isinstance(first, LineStrip):
            first.height_pt += spare_pt
            first.baseline_pt += spare_pt if spare_pt > pt(2) else spare_pt / 2


_HAIR_PT = 0.05
