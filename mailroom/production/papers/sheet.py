"""A4 pages that fill from the top: headings, tables that go on over the page, a footer with page numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from mailroom.production.papers.typeface import REGULAR, SEMIBOLD, printable, register, shorten, width_pt, wrap

INK, GREY, RULE, ACCENT, ALARM = (
    (0.10, 0.12, 0.15),
    (0.42, 0.45, 0.50),
    (0.80, 0.82, 0.85),
    (0.05, 0.27, 0.42),
    (0.72, 0.10, 0.12),
)
"""Colours in RGB."""

LEFT, RIGHT, TOP, BOTTOM = 20 * mm, A4[0] - 18 * mm, A4[1] - 18 * mm, 24 * mm
"""Edges of the type area in points from the lower left corner of the page."""

_SIZE, _LEADING, _PAD = 8.5, 11.0, 2.6


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width_mm` is its whole width with 2 mm of room on its right. Text that is too
    long is wrapped."""

    title: str
    width_mm: float
    right: bool = False


class Sheet:
    """A cursor `y` (points) on a run of pages. `total` is the number of pages for the footer; `footer` may be changed
    when a page has begun."""

    def __init__(self, canvas: Any, footer: str, total: int) -> None:
        self.canvas = canvas
        self.y = TOP
        self.page = 1
        self.footer = footer
        self._total = total

    def text(self, x: float, text: str, size: float, font: str = REGULAR, colour: tuple[float, ...] = INK) -> None:
        self.canvas.setFillColorRGB(*colour)
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, printable(text))

    def text_right(
        self, x: float, text: str, size: float, font: str = REGULAR, colour: tuple[float, ...] = INK
    ) -> None:
        self.text(x - width_pt(printable(text), font, size), text, size, font, colour)

    def rule(self, colour: tuple[float, ...] = RULE, thickness: float = 0.5) -> None:
        self.canvas.setStrokeColorRGB(*colour)
        self.canvas.setLineWidth(thickness)
        self.canvas.line(LEFT, self.y, RIGHT, self.y)

    def room(self, height: float) -> bool:
        """Begin a page when less than `height` is left; True when one was begun."""
        if self.y - height >= BOTTOM:
            return False
        self.end_page()
        self.page += 1
        self.y = TOP
        return True

    def end_page(self) -> None:
        self.y, back = 13 * mm, self.y
        self.text(LEFT, self.footer, 7.5, REGULAR, GREY)
        self.text_right(RIGHT, f"Page {self.page} of {self._total}", 7.5, REGULAR, GREY)
        self.canvas.showPage()
        self.y = back

    def heading(self, text: str, keep: float = 0.0) -> None:
        """A heading that stays with at least `keep` points of what follows."""
        self.room(30 + keep)
        self.y -= 25
        self.text(LEFT, text, 11, SEMIBOLD, ACCENT)
        self.y -= 5

    def note(self, text: str, colour: tuple[float, ...] = INK) -> None:
        for line in wrap(text, REGULAR, 9, RIGHT - LEFT):
            self.room(12)
            self.y -= 12
            self.text(LEFT, line, 9, REGULAR, colour)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Rows are kept whole; the head is repeated on each page."""
        self._head(columns)
        for row in rows:
            cells = [wrap(text, REGULAR, _SIZE, _inner(column)) for text, column in zip(row, columns, strict=True)]
            height = _LEADING * max(len(cell) for cell in cells) + _PAD
            if self.room(height):
                self._head(columns)
            top = self.y
            for at, line in enumerate(range(max(len(cell) for cell in cells))):
                self.y = top - _LEADING * (at + 1) + 1
                self._line([cell[line] if line < len(cell) else "" for cell in cells], columns, REGULAR, INK)
            self.y = top - height
            self.rule()

    def _head(self, columns: Sequence[Column]) -> None:
        self.y -= 11
        titles = [shorten(column.title, SEMIBOLD, 7.5, _inner(column)) for column in columns]
        self._line(titles, columns, SEMIBOLD, GREY, 7.5)
        self.y -= 4
        self.rule(INK, 0.7)

    def _line(
        self,
        texts: Sequence[str],
        columns: Sequence[Column],
        font: str,
        colour: tuple[float, ...],
        size: float = _SIZE,
    ) -> None:
        x = LEFT
        for text, column in zip(texts, columns, strict=True):
            if column.right:
                self.text_right(x + _inner(column), text, size, font, colour)
            else:
                self.text(x, text, size, font, colour)
            x += column.width_mm * mm


def draw(footer: str, title: str, author: str, content: Callable[[Sheet], None]) -> bytes:
    """The PDF that `content` draws. It draws twice: the first time tells how many pages there are. The same content
    gives the same bytes."""
    register()
    total = _draw(Canvas(BytesIO(), pagesize=A4, invariant=1), footer, 0, content)
    data = BytesIO()
    canvas = Canvas(data, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("Mailroom")
    _draw(canvas, footer, total, content)
    canvas.save()
    return data.getvalue()


def _draw(canvas: Any, footer: str, total: int, content: Callable[[Sheet], None]) -> int:
    sheet = Sheet(canvas, footer, total)
    content(sheet)
    sheet.end_page()
    return sheet.page


def _inner(column: Column) -> float:
    """What text may use of a column: two millimetres stay free."""
    return float((column.width_mm - 2) * mm)
