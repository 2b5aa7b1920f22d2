"""What follows the lines: VAT, totals and notes, as strips that flow down the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from layouts.document import Adjustment, Document, Totals, VatRow
from layouts.errors import LayoutError
from layouts.geometry import pt
from layouts.ink import Ink, Pen
from layouts.parts import Column, Layout
from layouts.strip import Strip
from layouts.wording import Wording

_Draw = Callable[[Ink, float], None]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of a column of entries: its height, and how it is set from its top."""

    height_pt: float
    draw: _Draw


class Closing:
    """The closing parts of one layout in one language and currency."""

    def __init__(self, layout: Layout, pens: dict[str, Pen], wording: Wording, currency: str, digits: int) -> None:
        self._layout = layout
        self._pens = pens
        self._wording = wording
        self._currency = currency
        self._digits = digits
        part = layout.summary
        self._cell = pens[part.cell_style]
        self._head = pens[part.head_style]
        self._detail = pens[part.detail_style]
        self._row_pt = pt(part.row_height_mm)

    def strips(self, document: Document, surplus: list[str], tallest_pt: float) -> list[Strip]:
        """Adjustments, summary and notes in order. `surplus` are header rows that found no place: they lead the notes.

        Raises LayoutError E4036 when the VAT summary is higher than a page.
        """
        gap_pt = pt(self._layout.summary.gap_above_mm)
        strips = self._adjustments(document.allowances, gap_pt)
        summary = self._summary(document, gap_pt)
        if summary.height_pt > tallest_pt:
            raise LayoutError(
                "E4036",
                f"the VAT summary has {len(document.vat)} rows, which is more than a page holds",
                place="vat",
                remedy="split the document",
            )
        return [*strips, summary, *self._notes([*surplus, document.payment.terms, *document.head.notes])]

    # ── allowances and charges on the document ────────────────────────────────────────────────────────────────────

    def _adjustments(self, adjustments: tuple[Adjustment, ...], gap_pt: float) -> list[Strip]:
        column = self._layout.table.columns
        amount = next(one for one in column if one.source == "amount")
        rate = next((one for one in column if one.source == "vat-rate"), None)
        width_pt = pt((rate or amount).x_mm)
        strips: list[Strip] = []
        for adjustment in adjustments:
            word = self._wording.get("table.charge" if adjustment.charge else "table.allowance")
            for count, text in enumerate(self._cell.break_lines(adjustment.reason or word, width_pt)):
                figures = [(amount, self._signed(adjustment))] if count == 0 else []
                if count == 0 and rate:
                    figures.append((rate, self._wording.figures.percent(adjustment.vat_rate)))
                draw = self._adjustment(text, figures)
                strips.append(Strip(self._cell.leading_pt, gap_pt * 0.6 if not strips else 0, draw))
        return strips

    def _adjustment(self, text: str, figures: list[tuple[Column, str]]) -> _Draw:
        left_pt = pt(self._layout.table.first.x_mm)

        def draw(ink: Ink, top_pt: float) -> None:
            baseline_pt = top_pt + self._cell.baseline_pt
            ink.left(self._cell, left_pt, baseline_pt, text)
            for column, figure in reversed(figures):
                ink.right(self._cell, left_pt + pt(column.x_mm + column.width_mm), baseline_pt, figure)

        return draw

    def _signed(self, adjustment: Adjustment) -> str:
        amount = adjustment.amount if adjustment.charge else -adjustment.amount
        return self._wording.figures.amount(amount, self._digits)

    # ── VAT and totals, side by side ──────────────────────────────────────────────────────────────────────────────

    def _summary(self, document: Document, gap_pt: float) -> Strip:
        sides = (self._vat(document.vat), self._totals(document.totals, document.head.kind))
        height_pt = max(sum(entry.height_pt for entry in side) for side in sides)

        def draw(ink: Ink, top_pt: float) -> None:
            for side in sides:
                y_pt = top_pt
                for entry in side:
                    entry.draw(ink, y_pt)
                    y_pt += entry.height_pt

        return Strip(height_pt, gap_pt, draw)

    def _vat(self, rows: tuple[VatRow, ...]) -> list[_Entry]:
        if not rows:
            return []
        part = self._layout.summary.vat
        rule = self._layout.rules[self._layout.summary.rule]

        def head(ink: Ink, top_pt: float) -> None:
            labels = {column.source: self._label(column) for column in part.columns}
            self._set_columns(ink, self._head, part.columns, part.x_mm, top_pt, labels)
            ink.rule(rule, pt(part.x_mm), top_pt + self._row_pt, pt(part.width_mm))

        entries = [_Entry(self._row_pt, head)]
        for row in rows:
            entries.append(self._vat_row(row))
            entries.extend(
                self._small(text, part.x_mm) for text in self._detail.break_lines(row.reason, pt(part.width_mm))
            )
        return entries

    def _vat_row(self, row: VatRow) -> _Entry:
        part = self._layout.summary.vat
        figures = self._wording.figures
        rate, word = figures.percent(row.rate), self._wording.category(row.category)
        texts = {
            "rate": f"{rate} {word}" if word else rate,
            "taxable": figures.amount(row.taxable, self._digits),
            "tax": figures.amount(row.tax, self._digits),
        }

        def draw(ink: Ink, top_pt: float) -> None:
            self._set_columns(ink, self._cell, part.columns, part.x_mm, top_pt, texts)

        return _Entry(self._row_pt, draw)

    def _small(self, text: str, x_mm: float) -> _Entry:
        def draw(ink: Ink, top_pt: float) -> None:
            ink.left(self._detail, pt(x_mm), top_pt + self._detail.baseline_pt, text)

        return _Entry(self._detail.leading_pt, draw)

    def _label(self, column: Column) -> str:
        return self._wording.get(column.label).format(currency=self._currency) if column.label else ""

    def _set_columns(
        self,
        ink: Ink,
        pen: Pen,
        columns: tuple[Column, ...],
        x_mm: float,
        top_pt: float,
        texts: dict[str, str],
    ) -> None:
        baseline_pt = top_pt + (self._row_pt - pen.leading_pt) / 2 + pen.baseline_pt
        for column in columns:
            left_pt = pt(x_mm + column.x_mm)
            if column.right:
                ink.right(pen, left_pt + pt(column.width_mm), baseline_pt, texts[column.source])
            else:
                ink.left(pen, left_pt, baseline_pt, texts[column.source])

    def _totals(self, totals: Totals, kind: str) -> list[_Entry]:
        part = self._layout.summary.totals
        entries: list[_Entry] = []
        for row in part.rows:
            amount: Decimal = getattr(totals, row.source)
            if row.optional and not amount:
                continue
            if row.unless_equal and amount == getattr(totals, row.unless_equal):
                continue
            entries.append(self._total(self._wording.get(row.label, kind), -amount if row.negated else amount))
        return [*entries, self._payable(totals.payable, kind)]

    def _total(self, label: str, amount: Decimal) -> _Entry:
        part = self._layout.summary.totals
        left_pt, right_pt = pt(part.x_mm), pt(part.x_mm + part.width_mm)
        text = self._wording.figures.amount(amount, self._digits)

        def draw(ink: Ink, top_pt: float) -> None:
            baseline_pt = top_pt + (self._row_pt - self._cell.leading_pt) / 2 + self._cell.baseline_pt
            ink.left(self._pens[part.label_style], left_pt, baseline_pt, label)
            ink.right(self._cell, right_pt, baseline_pt, text)

        return _Entry(self._row_pt, draw)

    def _payable(self, amount: Decimal, kind: str) -> _Entry:
        part = self._layout.summary.totals
        pen = self._pens[part.payable_style]
        left_pt, width_pt, height_pt = pt(part.x_mm), pt(part.width_mm), pt(part.payable_height_mm)
        label = self._wording.get("totals.payable", kind)
        text = f"{self._currency} {self._wording.figures.amount(amount, self._digits)}"

        def draw(ink: Ink, top_pt: float) -> None:
            ink.rule(self._layout.rules[part.payable_rule], left_pt, top_pt + pt(1), width_pt)
            baseline_pt = top_pt + height_pt - pen.leading_pt + pen.baseline_pt
            ink.left(pen, left_pt, baseline_pt, label)
            ink.right(pen, left_pt + width_pt, baseline_pt, text)

        return _Entry(height_pt, draw)

    # ── notes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _notes(self, texts: list[str]) -> list[Strip]:
        part = self._layout.notes
        pen = self._pens[part.style]
        strips: list[Strip] = []
        for text in texts:
            for count, line in enumerate(pen.break_lines(text, pt(part.width_mm))):
                gap_mm = part.paragraph_gap_mm if count == 0 and strips else 0
                strips.append(Strip(pen.leading_pt, pt(gap_mm), self._note(pen, line)))
        if strips:
            strips[0] = self._headed(strips[0])
        return strips

    def _note(self, pen: Pen, line: str) -> _Draw:
        left_pt = pt(self._layout.notes.x_mm)

        def draw(ink: Ink, top_pt: float) -> None:
            ink.left(pen, left_pt, top_pt + pen.baseline_pt, line)

        return draw

    def _headed(self, first: Strip) -> Strip:
        """The first line of the notes with their caption above it, kept together."""
        part = self._layout.notes
        pen = self._pens[part.head_style]
        head_pt = pen.leading_pt + pt(0.6)

        def draw(ink: Ink, top_pt: float) -> None:
            ink.left(pen, pt(part.x_mm), top_pt + pen.baseline_pt, self._wording.get("notes.head"))
            first.draw(ink, top_pt + head_pt)

        return Strip(head_pt + first.height_pt, pt(part.gap_above_mm), draw)
