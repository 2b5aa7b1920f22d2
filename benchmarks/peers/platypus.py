"""reportlab's platypus: the table and the totals flow as Table and Paragraph, the rest is drawn by the page's template
with the canvas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.enums import TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table

from benchmarks.compose_data import Page
from benchmarks.peers import form
from benchmarks.peers.canvas import PAGE_SIZE, REGULAR, STRONG, draw_around_table, register_fonts, store_logo, version
from benchmarks.peers.form import PT_PER_MM
from benchmarks.peers.peer import Work

__all__ = ["prepare", "version"]

_DESCRIPTION = ParagraphStyle(
    "description",
    fontName=REGULAR,
    fontSize=form.TABLE_TYPE.size,
    leading=form.TABLE_TYPE.leading * PT_PER_MM,
    alignment=TA_LEFT,
)
_ENDS = (form.TABLE.x + form.DESCRIPTION_WIDTH, *form.COLUMN_ENDS)
_WIDTHS = [(end - start) * PT_PER_MM for start, end in zip((form.TABLE.x, *_ENDS), _ENDS, strict=False)]
_UNPADDED = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
]
_TABLE_STYLE = [
    *_UNPADDED,
    ("FONT", (0, 0), (-1, -1), REGULAR, form.TABLE_TYPE.size, form.TABLE_TYPE.leading * PT_PER_MM),
    ("FONT", (0, 0), (-1, 0), STRONG, form.TABLE_TYPE.size, form.TABLE_TYPE.leading * PT_PER_MM),
    ("BOTTOMPADDING", (0, 0), (-1, 0), (form.HEAD_HEIGHT - form.TABLE_TYPE.leading) * PT_PER_MM),
    ("BOTTOMPADDING", (0, 1), (-1, -1), form.ROW_GAP * PT_PER_MM),
]
_TOTALS_STYLE = [
    *_UNPADDED,
    ("FONT", (0, 0), (-1, -1), STRONG, form.TOTAL_TYPE.size, form.TOTAL_TYPE.leading * PT_PER_MM),
]


def prepare(pages: Sequence[Page], folder: Path) -> Work:  # noqa: ARG001  # Every peer is given it.
    register_fonts()
    return partial(_compose, pages)


def _compose(pages: Sequence[Page], out: Path) -> None:
    height = (form.TOTALS.y + form.TOTALS.height - form.TABLE.y + 1) * PT_PER_MM
    bottom = PAGE_SIZE[1] - form.TABLE.y * PT_PER_MM - height
    frame = Frame(form.TABLE.x * PT_PER_MM, bottom, form.TABLE.width * PT_PER_MM, height, 0, 0, 0, 0)
    template = PageTemplate("invoice", [frame], onPage=_Around(pages), pagesize=PAGE_SIZE)
    document = BaseDocTemplate(str(out), pagesize=PAGE_SIZE, pageTemplates=[template], pageCompression=1)
    document.build([part for page in pages for part in _flowables(page)])


class _Around:
    """What the template draws on each page."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages

    def __call__(self, canvas: Any, document: Any) -> None:
        if document.page == 1:
            store_logo(canvas)
        draw_around_table(canvas, self._pages[document.page - 1])


def _flowables(page: Page) -> Iterator[Flowable]:
    rows: list[list[Any]] = [list(form.TABLE_HEADS)]
    for item in page.items:
        rows.append([Paragraph(item.description, _DESCRIPTION), item.quantity_text, item.price_text, item.amount_text])
    yield Table(rows, _WIDTHS, style=_TABLE_STYLE)
    yield Spacer(1, (form.TOTALS.y - form.TABLE.y - form.TABLE.height) * PT_PER_MM)
    half = form.TOTALS.width / 2 * PT_PER_MM
    yield Table([list(row) for row in page.totals], [half, half], style=_TOTALS_STYLE, hAlign="RIGHT")
    yield PageBreak()
