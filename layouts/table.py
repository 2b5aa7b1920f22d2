"""The line table: rows made ready for any page, and set on one.

A row's fragments hold a blank (NUL) where the baseline's height goes, so that a row is shaped and wrapped once, before
its page is known, and fragments that come back (units, rates, prices, descriptions) are taken from a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from layouts.document import Line
from layouts.errors import LayoutError
from layouts.geometry import number, pt
from layouts.ink import Form, Ink, Pen, Shape
from layouts.parts import Column, Layout
from layouts.wording import Wording

_CACHED_CELLS = 20_000
_NONE = Decimal(0)
_ONE = Decimal(1)
_FIGURES = frozenset({"quantity", "unit-price", "amount"})
_FIELDS = {
    "id": "id",
    "article": "article",
    "quantity": "quantity",
    "unit": "unit",
    "unit-price": "unit_price",
    "vat-rate": "vat_rate",
    "amount": "net_amount",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the document, or a part of one that is too high for a page.

    lines   (depth of the baseline under the row's top in points, fragments) per printed line
    glyphs  hex strings set with the cell pen and with the detail pen
    net     what the row adds to the carried sum; zero for the further parts of a line
    last    whether the line ends with this row, so that a rule closes it
    """

    height_pt: float
    lines: tuple[tuple[float, str], ...]
    cell_glyphs: str
    detail_glyphs: str
    net: Decimal
    last: bool = True


@dataclass(frozen=True, slots=True)
class _Description:
    """The description's column of a row. `first` stands in the row's first line, `more` under it."""

    first: str
    more: tuple[tuple[float, str], ...]
    cell_glyphs: str
    detail_glyphs: str
    height_pt: float


class _Cells:
    """One column: value → (fragment, glyphs), remembered. `shape` makes a value ready, `write` says it in words."""

    def __init__(
        self,
        column: Column,
        table_x_pt: float,
        shape: Callable[[Any], Shape],
        write: Callable[[Any], str],
    ) -> None:
        self.field = Line._fields.index(_FIELDS[column.source])
        self._column = column
        self._shape = shape
        self._write = write
        self._left_pt = table_x_pt + pt(column.x_mm)
        self._width_pt = pt(column.width_mm)
        self.known: dict[Any, tuple[str, str]] = {}

    def cell(self, value: Any) -> tuple[str, str]:
        shape = self._shape(value)
        if not shape.hex:
            return "", ""
        if shape.width_pt > self._width_pt + 0.01:
            raise LayoutError(
                "E4034",
                f"{self._write(value)!r} is {shape.width_pt / pt(1):.1f} mm wide, the column {self._column.source} "
                f"{self._column.width_mm:g} mm",
                remedy="shorten the text, or widen the column in the layout",
            )
        x_pt = self._left_pt + (self._width_pt - shape.width_pt if self._column.right else 0)
        if len(self.known) >= _CACHED_CELLS:
            self.known.clear()
        self.known[value] = cell = (f"1 0 0 1 {x_pt:.2f} \0 Tm <{shape.hex}> Tj\n", shape.hex)
        return cell


class LineTable:
    """The table of one layout in one language and currency."""

    def __init__(self, layout: Layout, pens: dict[str, Pen], wording: Wording, currency: str, digits: int) -> None:
        self._part = part = layout.table
        self._layout = layout
        self._pens = pens
        self._wording = wording
        self._currency = currency
        self._digits = digits
        self._cell_pen = pens[part.cell_style]
        self._detail_pen = pens[part.detail_style]
        self._carry_pen = pens[part.carry_style]
        self._x_pt = pt(part.first.x_mm)
        self._width_pt = pt(part.first.width_mm)
        self._above_pt = pt(part.row_above_mm)
        self._below_pt = pt(part.row_below_mm)
        self._tallest_pt = pt(
            min(part.first.height_mm, part.continuation.height_mm) - part.head_height_mm - 2 * part.carry_height_mm
        )
        self._description_column = next(column for column in part.columns if column.source == "description")
        self._amount_column = next(column for column in part.columns if column.source == "amount")
        self._cells = [
            _Cells(column, self._x_pt, self._shaper(column.source), self._writer(column.source))
            for column in part.columns
            if column.source != "description"
        ]
        self._descriptions: dict[tuple[str, str, str], _Description] = {}

    # ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, lines: Iterable[Line]) -> list[Row]:
        """The document's lines as rows, in order. Raises LayoutError E4030, E4031 and E4034 with the line's place."""
        rows: list[Row] = []
        done = 0
        try:
            for line in lines:
                row = self._row(line)
                rows.extend([row] if row.height_pt <= self._tallest_pt else self._parts(row))
                done += 1
        except LayoutError as fault:
            place = f"lines[{done}]"
            raise LayoutError(fault.code, fault.message, place=place, remedy=fault.remedy) from fault
        return rows

    def _row(self, line: Line) -> Row:
        description = self._description(line)
        fragments = [description.first]
        glyphs = [description.cell_glyphs]
        for cells in self._cells:
            value = line[cells.field]
            fragment, shape = cells.known.get(value) or cells.cell(value)
            fragments.append(fragment)
            glyphs.append(shape)
        lines = ((self._above_pt + self._cell_pen.baseline_pt, "".join(fragments)), *description.more)
        return Row(description.height_pt, lines, "".join(glyphs), description.detail_glyphs, line.net_amount)

    def _description(self, line: Line) -> _Description:
        if line.allowances or line.base_quantity != _ONE:
            return self._describe(line)
        key = (line.name, line.description, line.article)
        known = self._descriptions.get(key)
        if known is None:
            known = self._describe(line)
            if len(self._descriptions) >= _CACHED_CELLS:
                self._descriptions.clear()
            self._descriptions[key] = known
        return known

    def _describe(self, line: Line) -> _Description:
        column = self._description_column
        x = f"{self._x_pt + pt(column.x_mm):.2f}"
        width_pt = pt(column.width_mm)
        cell, detail = self._cell_pen, self._detail_pen
        names = cell.break_lines(line.name, width_pt) or ("",)
        details = [text for source in self._details(line) for text in detail.break_lines(source, width_pt)]
        shapes = [cell.shape(text).hex for text in names]
        small = [detail.shape(text).hex for text in details]
        depth_pt = self._above_pt
        placed: list[tuple[float, str]] = []
        for shape in shapes:
            placed.append((depth_pt + cell.baseline_pt, f"1 0 0 1 {x} \0 Tm <{shape}> Tj\n"))
            depth_pt += cell.leading_pt
        for count, shape in enumerate(small):
            before = detail.on if count == 0 else ""
            after = cell.on if count == len(small) - 1 else ""
            fragment = f"{before}1 0 0 1 {x} \0 Tm <{shape}> Tj\n{after}"
            placed.append((depth_pt + detail.baseline_pt, fragment))
            depth_pt += detail.leading_pt
        return _Description(placed[0][1], tuple(placed[1:]), "".join(shapes), "".join(small), depth_pt + self._below_pt)

    def _details(self, line: Line) -> Iterable[str]:
        """The small lines under the name: description, article, price basis, allowances."""
        wording = self._wording
        if line.description:
            yield line.description
        if line.article and not any(column.source == "article" for column in self._part.columns):
            yield wording.get("table.article").format(article=line.article)
        if line.base_quantity != _ONE:
            quantity = f"{wording.figures.quantity(line.base_quantity)} {wording.unit(line.unit)}".strip()
            price = self._write_price(line.unit_price)
            yield f"{price} {wording.get('table.per').format(quantity=quantity)}"
        for allowance in line.allowances:
            charge = allowance["charge"]
            amount = wording.figures.amount(allowance["amount"] if charge else -allowance["amount"], self._digits)
            word = wording.get("table.charge" if charge else "table.allowance")
            yield f"{allowance['reason'] or word} {amount}"

    def _parts(self, row: Row) -> list[Row]:
        """A row too high for any page as several that are not. Each part repeats no figure."""
        cell_on, detail_on = self._cell_pen.on, self._detail_pen.on
        parts: list[Row] = []
        taken: list[tuple[float, str]] = []
        top_pt = 0.0
        in_details = False
        room_pt = self._tallest_pt - self._below_pt - self._cell_pen.descent_pt
        for depth_pt, fragment in row.lines:
            begun = ""
            if depth_pt - top_pt > room_pt:
                end_pt, last = taken[-1]
                if in_details:
                    taken[-1] = (end_pt, last + cell_on)
                    begun = detail_on
                end_pt += self._cell_pen.descent_pt
                parts.append(self._part_of(row, taken, top_pt, end_pt, first=not parts))
                top_pt = end_pt
                taken = []
            taken.append((depth_pt, begun + fragment))
            in_details = (in_details or fragment.startswith(detail_on)) and not fragment.endswith(cell_on)
        return [*parts, self._part_of(row, taken, top_pt, row.height_pt, first=not parts, last=True)]

    def _part_of(
        self,
        row: Row,
        lines: list[tuple[float, str]],
        top_pt: float,
        end_pt: float,
        *,
        first: bool,
        last: bool = False,
    ) -> Row:
        placed = tuple((depth_pt - top_pt, fragment) for depth_pt, fragment in lines)
        # A page set's glyphs are gathered over all pages, so the first part may account for all of them.
        glyphs = (row.cell_glyphs, row.detail_glyphs) if first else ("", "")
        return Row(end_pt - top_pt, placed, *glyphs, row.net if first else _NONE, last)

    def _shaper(self, source: str) -> Callable[[Any], Shape]:
        figures = self._wording.figures
        if source in _FIGURES:
            digits = 0 if source == "quantity" else self._digits
            shape = self._cell_pen.figure_shaper(figures.symbols)
            return lambda value: shape(figures.plain(value, digits))
        write = self._writer(source)
        return lambda value: self._cell_pen.shape(write(value))

    def _writer(self, source: str) -> Callable[[Any], str]:
        figures, wording = self._wording.figures, self._wording
        writers: dict[str, Callable[[Any], str]] = {
            "id": str,
            "article": str,
            "quantity": figures.quantity,
            "unit": wording.unit,
            "unit-price": self._write_price,
            "vat-rate": figures.percent,
            "amount": lambda value: figures.amount(value, self._digits),
        }
        return writers[source]

    def _write_price(self, value: Decimal) -> str:
        return self._wording.figures.amount(value, self._digits)

    # ── heads, carried sums, setting ──────────────────────────────────────────────────────────────────────────────

    def head(self) -> Form:
        """The captions and their rule, as a form whose top is the page's top."""
        part = self._part
        ink = Ink(pt(self._layout.height_mm), {})
        pen = self._pens[part.head_style]
        height_pt = pt(part.head_height_mm)
        baseline_pt = height_pt - pt(1.6)
        for column in part.columns:
            if not column.label:
                continue
            text = self._wording.get(column.label).format(currency=self._currency)
            left_pt = self._x_pt + pt(column.x_mm)
            if column.right:
                ink.right(pen, left_pt + pt(column.width_mm), baseline_pt, text)
            else:
                ink.left(pen, left_pt, baseline_pt, text)
        ink.rule(self._layout.rules[part.head_rule], self._x_pt, height_pt, self._width_pt)
        return ink.as_form(pt(self._layout.width_mm))

    def set_rows(self, ink: Ink, rows: Iterable[Row], y_pt: float) -> float:
        """Set rows from y downwards; returns where they end."""
        ink.take(self._cell_pen)
        texts = ink.texts
        cells = ink.glyphs.setdefault(self._cell_pen.face.resource_name, [])
        details = ink.glyphs.setdefault(self._detail_pen.face.resource_name, [])
        page_pt = ink.height_pt
        left, right = number(self._x_pt), number(self._x_pt + self._width_pt)
        rule = self._layout.rules[self._part.row_rule]
        ends: list[str] = [f"{number(rule.width_pt)} w {number(rule.grey)} G\n"]
        for row in rows:
            for depth_pt, fragment in row.lines:
                texts.append(fragment.replace("\0", f"{page_pt - y_pt - depth_pt:.2f}"))
            cells.append(row.cell_glyphs)
            details.append(row.detail_glyphs)
            y_pt += row.height_pt
            if row.last:
                end = f"{page_pt - y_pt:.2f}"
                ends.append(f"{left} {end} m {right} {end} l\n")
        ends.append("S\n")
        ink.below.append("".join(ends))
        return y_pt

    def set_carry(self, ink: Ink, key: str, amount: Decimal, y_pt: float) -> None:
        """Set a carried sum whose strip begins at y."""
        pen = self._carry_pen
        column = self._amount_column
        baseline_pt = y_pt + (pt(self._part.carry_height_mm) - pen.leading_pt) / 2 + pen.baseline_pt
        amount_left_pt = self._x_pt + pt(column.x_mm)
        ink.right(pen, amount_left_pt, baseline_pt, self._wording.get(key))
        text = self._wording.figures.amount(amount, self._digits)
        ink.right(pen, amount_left_pt + pt(column.width_mm), baseline_pt, text)


def carried(rows: Iterable[Row], brought: Decimal) -> Decimal:
    """The sum up to the end of these rows."""
    return sum((row.net for row in rows), brought)
