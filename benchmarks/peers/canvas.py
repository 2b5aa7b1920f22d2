"""reportlab's canvas: every string, rule and code placed by the program. Descriptions are wrapped by reportlab's own
`simpleSplit`, codes are inline images (five times as quick as rectangles), the logo is a form, stored once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.colors import HexColor, black
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.compose_data import Item, Page
from benchmarks.peers import form
from benchmarks.peers.form import PT_PER_MM, Box, Type
from benchmarks.peers.peer import Work

PAGE_SIZE = (form.PAGE_WIDTH_MM * PT_PER_MM, form.PAGE_HEIGHT_MM * PT_PER_MM)
REGULAR, STRONG = "Regular", "Strong"


def version() -> str:
    return str(reportlab.__version__)


def prepare(pages: Sequence[Page], folder: Path) -> Work:  # noqa: ARG001  # Every peer is given it.
    register_fonts()
    return partial(_compose, pages)


def register_fonts() -> None:
    pdfmetrics.registerFont(TTFont(REGULAR, form.REGULAR))
    pdfmetrics.registerFont(TTFont(STRONG, form.STRONG))


def store_logo(canvas: Any) -> None:
    """Put the logo into the file once; `canvas.doForm("logo")` draws it."""
    canvas.beginForm("logo", 0, 0, *PAGE_SIZE)
    canvas.translate(form.LOGO.x * PT_PER_MM, PAGE_SIZE[1] - form.LOGO.y * PT_PER_MM)
    canvas.scale(PT_PER_MM, -PT_PER_MM)
    for colour, outline in form.LOGO_PATHS:
        path = canvas.beginPath()
        draw = {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}
        for letter, points in form.steps(outline):
            draw[letter](*points)
        canvas.setFillColor(HexColor(colour))
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.endForm()


def draw_around_table(canvas: Any, page: Page) -> None:
    """All of a page but its table and totals."""
    canvas.doForm("logo")
    canvas.setFillColor(black)
    _draw_lines(canvas, page.address, form.ADDRESS, form.ADDRESS_TYPE)
    labels, values = zip(*page.fields, strict=True)
    _draw_lines(canvas, labels, form.FIELDS, form.FIELD_TYPE)
    _draw_lines(canvas, values, Box(form.FIELD_VALUE_X, form.FIELDS.y, 0, 0), form.FIELD_TYPE)
    canvas.setFont(STRONG, form.TITLE_TYPE.size)
    _draw_text(canvas, f"Faktura {page.invoice}", form.TITLE.x, form.TITLE.y, form.TITLE_TYPE)
    canvas.setFont(STRONG, form.PAYMENT_TYPE.size)
    _draw_text(canvas, page.payment, form.PAYMENT.x, form.PAYMENT.y, form.PAYMENT_TYPE)
    canvas.setLineWidth(form.RULE_WIDTH_PT)
    canvas.line(_x(form.RULE.x), _y(form.RULE.y), _x(form.RULE.x + form.RULE.width), _y(form.RULE.y))
    marks = canvas.beginPath()
    for x, y, width, height in page.marks:
        marks.rect(_x(x), _y(y + height), width * PT_PER_MM, height * PT_PER_MM)
    canvas.drawPath(marks, stroke=0, fill=1)
    for symbol, box in ((page.qr, form.QR), (page.bars, form.BARS), (page.sheet_code, form.SHEET_CODE)):
        image = form.bitmap(symbol)
        corner = _x(box.x), _y(box.y + box.height)
        canvas.drawInlineImage(image, *corner, box.width * PT_PER_MM, box.height * PT_PER_MM)


def _compose(pages: Sequence[Page], out: Path) -> None:
    canvas = Canvas(str(out), pagesize=PAGE_SIZE, pageCompression=1)
    store_logo(canvas)
    for page in pages:
        draw_around_table(canvas, page)
        _draw_table(canvas, page.items)
        _draw_totals(canvas, page.totals)
        canvas.showPage()
    canvas.save()


def _draw_table(canvas: Any, items: Sequence[Item]) -> None:
    canvas.setFont(STRONG, form.TABLE_TYPE.size)
    first, *others = form.TABLE_HEADS
    _draw_text(canvas, first, form.TABLE.x, form.TABLE.y, form.TABLE_TYPE)
    _draw_figures(canvas, others, form.TABLE.y)
    canvas.setFont(REGULAR, form.TABLE_TYPE.size)
    top = form.TABLE.y + form.HEAD_HEIGHT
    for item in items:
        lines = simpleSplit(item.description, REGULAR, form.TABLE_TYPE.size, form.DESCRIPTION_WIDTH * PT_PER_MM)
        for place, line in enumerate(lines):
            _draw_text(canvas, line, form.TABLE.x, top + place * form.TABLE_TYPE.leading, form.TABLE_TYPE)
        _draw_figures(canvas, (item.quantity_text, item.price_text, item.amount_text), top)
        top += len(lines) * form.TABLE_TYPE.leading + form.ROW_GAP


def _draw_figures(canvas: Any, texts: Sequence[str], top: float) -> None:
    for text, end in zip(texts, form.COLUMN_ENDS, strict=True):
        canvas.drawRightString(_x(end), _baseline(top, form.TABLE_TYPE), text)


def _draw_totals(canvas: Any, totals: Sequence[tuple[str, str]]) -> None:
    canvas.setFont(STRONG, form.TOTAL_TYPE.size)
    for place, (label, value) in enumerate(totals):
        top = form.TOTALS.y + place * form.TOTAL_TYPE.leading
        _draw_text(canvas, label, form.TOTALS.x, top, form.TOTAL_TYPE)
        canvas.drawRightString(_x(form.TOTALS.x + form.TOTALS.width), _baseline(top, form.TOTAL_TYPE), value)


def _draw_lines(canvas: Any, lines: Sequence[str], box: Box, kind: Type) -> None:
    canvas.setFont(REGULAR, kind.size)
    for place, line in enumerate(lines):
        _draw_text(canvas, line, box.x, box.y + place * kind.leading, kind)


def _draw_text(canvas: Any, text: str, x: float, top: float, kind: Type) -> None:
    canvas.drawString(_x(x), _baseline(top, kind), text)


def _baseline(top: float, kind: Type) -> float:
    return _y(top + form.BASELINE * kind.leading)


def _x(mm: float) -> float:
    return mm * PT_PER_MM


def _y(mm: float) -> float:
    return PAGE_SIZE[1] - mm * PT_PER_MM
