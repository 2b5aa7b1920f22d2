"""fpdf2 with the table placed by the program: `multi_cell` takes most of a page's time, so this peer adds up the widths
of words itself, measures each word and figure once a file, and draws plain texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import fpdf

from benchmarks.compose_data import Item, Page
from benchmarks.peers import form
from benchmarks.peers.fpdf2 import compose, save_logo, version
from benchmarks.peers.peer import Work

__all__ = ["prepare", "version"]


def prepare(pages: Sequence[Page], folder: Path) -> Work:
    return partial(_compose, pages, save_logo(folder))


def _compose(pages: Sequence[Page], logo: str, out: Path) -> None:
    compose(pages, logo, _Table().draw, out)


class _Table:
    """Draws tables, and remembers how wide each word of theirs is, in mm."""

    def __init__(self) -> None:
        self._widths: dict[str, float] = {}

    def draw(self, pdf: fpdf.FPDF, items: Iterable[Item]) -> None:
        leading = form.TABLE_TYPE.leading
        baseline = form.TABLE.y + form.HEAD_HEIGHT + form.BASELINE * leading
        for item in items:
            figures = (item.quantity_text, item.price_text, item.amount_text)
            for text, end in zip(figures, form.COLUMN_ENDS, strict=True):
                pdf.text(end - self._width(pdf, text), baseline, text)
            for line in self._lines(pdf, item.description):
                pdf.text(form.TABLE.x, baseline, line)
                baseline += leading
            baseline += form.ROW_GAP

    def _lines(self, pdf: fpdf.FPDF, text: str) -> Iterator[str]:
        space = self._width(pdf, " ")
        line: list[str] = []
        filled = 0.0
        for word in text.split():
            width = self._width(pdf, word)
            if line and filled + width > form.DESCRIPTION_WIDTH:
                yield " ".join(line)
                line, filled = [], 0.0
            line.append(word)
            filled += width + space
        yield " ".join(line)

    def _width(self, pdf: fpdf.FPDF, text: str) -> float:
        width = self._widths.get(text)
        if width is None:
            width = self._widths[text] = pdf.get_string_width(text)
        return width
