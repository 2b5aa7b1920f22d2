"""fpdf2: cells, and `multi_cell`, which wraps the descriptions. Codes are images, three times as quick as rectangles.
The logo is a raster image at 600 dpi, stored once: fpdf2 keeps no drawing for another page, and drawing the SVG anew
would take 1.6 ms a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import fpdf

from benchmarks.compose_data import Item, Page
from benchmarks.peers import form
from benchmarks.peers.form import PT_PER_MM, Box, Type
from benchmarks.peers.peer import Work

FAMILY, STRONG = "Source", "B"

DrawTable = Callable[[fpdf.FPDF, Iterable[Item]], None]


def version() -> str:
    return str(fpdf.__version__)


def prepare(pages: Sequence[Page], folder: Path) -> Work:
    return partial(compose, pages, save_logo(folder), _draw_table)


def save_logo(folder: Path) -> str:
    """The logo as a file."""
    path = str(folder / "logo.png")
    form.logo_image(dpi=600).save(path)
    return path


def compose(pages: Sequence[Page], logo: str, draw_table: DrawTable, out: Path) -> None:
    """All pages, each with the table that `draw_table` draws, in the table's type."""
    pdf = fpdf.FPDF(unit="mm", format="A4")
    pdf.set_auto_page_break(False)
    pdf.c_margin = 0
    pdf.add_font(FAMILY, "", form.REGULAR)
    pdf.add_font(FAMILY, STRONG, form.STRONG)
    pdf.set_line_width(form.RULE_WIDTH_PT / PT_PER_MM)
    for page in pages:
        pdf.add_page()
        pdf.image(logo, form.LOGO.x, form.LOGO.y, form.LOGO.width, form.LOGO.height)
        _draw_page(pdf, page)
        draw_text(pdf, form.TABLE_HEADS[0], form.TABLE, form.TABLE_TYPE, STRONG)
        _draw_figures(pdf, form.TABLE_HEADS[1:], form.TABLE.y)
        pdf.set_font(FAMILY, "", form.TABLE_TYPE.size)
        draw_table(pdf, page.items)
    pdf.output(str(out))


def _draw_page(pdf: fpdf.FPDF, page: Page) -> None:
    """All but logo and table."""
    _draw_lines(pdf, page.address, form.ADDRESS, form.ADDRESS_TYPE)
    labels, values = zip(*page.fields, strict=True)
    _draw_lines(pdf, labels, form.FIELDS, form.FIELD_TYPE)
    _draw_lines(pdf, values, Box(form.FIELD_VALUE_X, form.FIELDS.y, 0, 0), form.FIELD_TYPE)
    draw_text(pdf, f"Faktura {page.invoice}", form.TITLE, form.TITLE_TYPE, STRONG)
    _draw_totals(pdf, page.totals)
    pdf.line(form.RULE.x, form.RULE.y, form.RULE.x + form.RULE.width, form.RULE.y)
    draw_text(pdf, page.payment, form.PAYMENT, form.PAYMENT_TYPE, STRONG)
    for mark in page.marks:
        pdf.rect(*mark, style="F")
    for symbol, box in ((page.qr, form.QR), (page.bars, form.BARS), (page.sheet_code, form.SHEET_CODE)):
        pdf.image(form.bitmap(symbol), box.x, box.y, box.width, box.height)


def _draw_table(pdf: fpdf.FPDF, items: Iterable[Item]) -> None:
    leading = form.TABLE_TYPE.leading
    top = form.TABLE.y + form.HEAD_HEIGHT
    for item in items:
        pdf.set_xy(form.TABLE.x, top)
        pdf.multi_cell(form.DESCRIPTION_WIDTH, leading, item.description, align="L", new_x="RIGHT", new_y="NEXT")
        bottom = pdf.get_y()
        _draw_figures(pdf, (item.quantity_text, item.price_text, item.amount_text), top)
        top = bottom + form.ROW_GAP


def _draw_figures(pdf: fpdf.FPDF, texts: Sequence[str], top: float) -> None:
    starts = (form.TABLE.x + form.DESCRIPTION_WIDTH, *form.COLUMN_ENDS)
    for text, start, end in zip(texts, starts, form.COLUMN_ENDS, strict=False):
        pdf.set_xy(start, top)
        pdf.cell(end - start, form.TABLE_TYPE.leading, text, align="R")


def _draw_totals(pdf: fpdf.FPDF, totals: Iterable[tuple[str, str]]) -> None:
    pdf.set_font(FAMILY, STRONG, form.TOTAL_TYPE.size)
    for place, (label, value) in enumerate(totals):
        for text, align in ((label, "L"), (value, "R")):
            pdf.set_xy(form.TOTALS.x, form.TOTALS.y + place * form.TOTAL_TYPE.leading)
            pdf.cell(form.TOTALS.width, form.TOTAL_TYPE.leading, text, align=align)


def _draw_lines(pdf: fpdf.FPDF, lines: Iterable[str], box: Box, kind: Type) -> None:
    pdf.set_font(FAMILY, "", kind.size)
    for place, line in enumerate(lines):
        pdf.text(box.x, box.y + (place + form.BASELINE) * kind.leading, line)


def draw_text(pdf: fpdf.FPDF, text: str, box: Box, kind: Type, style: str) -> None:
    pdf.set_font(FAMILY, style, kind.size)
    pdf.text(box.x, box.y + form.BASELINE * kind.leading, text)
