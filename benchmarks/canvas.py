"""The same pages drawn with a reportlab canvas: every text, rule and mark at the place where the print file has it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import font_source_sans_pro
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from omr.draw import mark_rects
from omr.markset import MarkSet
from omr.sheet import SheetId, SheetOrders
from omr.symbol import matrix_code

_SAMPLES = 20
_PT_PER_MM = 72 / 25.4
_CONTENT_LEFT_MM = 20

_Rule = tuple[float, float, float, float]
"""x, y of both ends in points."""


@dataclass(frozen=True, slots=True)
class _Text:
    font: str
    size_pt: float
    x_pt: float
    y_pt: float
    text: str


@dataclass(frozen=True, slots=True)
class _Page:
    """What stands on a page: its own texts, those of its static parts, and its rules."""

    texts: tuple[_Text, ...]
    static: tuple[_Text, ...]
    rules: tuple[_Rule, ...]


class CanvasPages:
    """Draws as many pages as asked for, taking the texts of the first pages of `sample` in turn."""

    def __init__(self, sample: Path, mark_set: MarkSet) -> None:
        self._mark_set = mark_set
        with pypdfium2.PdfDocument(sample) as document:
            self._size = document[0].get_size()
            self._pages = [_read(document[at]) for at in range(min(_SAMPLES, len(document)))]
        for page in self._pages:
            for font in {text.font for text in (*page.texts, *page.static)}:
                folder = Path(font_source_sans_pro.font_directory)
                pdfmetrics.registerFont(TTFont(font, folder / f"{font}.ttf"))

    def draw(self, out: Path, pages: int) -> None:
        """Write a file of `pages` pages with marks and code."""
        canvas = Canvas(str(out), pagesize=self._size, pageCompression=1)
        forms = {static: f"static{at}" for at, static in enumerate({page.static for page in self._pages})}
        for static, name in forms.items():
            canvas.beginForm(name)
            _draw(canvas, static)
            canvas.endForm()
        for place in range(pages):
            page = self._pages[place % len(self._pages)]
            canvas.doForm(forms[page.static])
            _draw(canvas, page.texts)
            canvas.setLineWidth(0.4)
            canvas.lines(page.rules)
            self._draw_marks(canvas, place + 1)
            canvas.showPage()
        canvas.save()

    def _draw_marks(self, canvas: Any, number: int) -> None:
        height = self._size[1]
        for box in mark_rects(self._mark_set, SheetOrders(1, 1, number)):
            x, y, w, h = (edge * _PT_PER_MM for edge in (box.x, box.y, box.w, box.h))
            canvas.rect(x, height - y - h, w, h, stroke=0, fill=1)
        code = self._mark_set.code
        text = code.template.format(SheetId("R000001", f"P{number:08}", 1, 1, 1))
        module = code.box.w / code.modules * _PT_PER_MM
        left, top = code.box.x * _PT_PER_MM, height - code.box.y * _PT_PER_MM
        for row, modules in enumerate(matrix_code(text, code.modules)):
            edges = np.flatnonzero(np.diff(np.concatenate(([255], modules, [255])).astype(int)))
            for start, end in edges.reshape(-1, 2):
                x, width = left + start * module, (end - start) * module
                canvas.rect(x, top - (row + 1) * module, width, module, stroke=0, fill=1)


def _draw(canvas: Any, texts: tuple[_Text, ...]) -> None:
    for text in texts:
        canvas.setFont(text.font, text.size_pt)
        canvas.drawString(text.x_pt, text.y_pt, text.text)


def _read(page: pypdfium2.PdfPage) -> _Page:
    words = page.get_textpage()
    texts: list[_Text] = []
    static: list[_Text] = []
    for found in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT], textpage=words):
        text = found.extract()
        if text.strip():
            # A text in a form has its place in the form; the form has its own on the page.
            matrix = found.get_matrix()
            if found.container is not None:
                matrix = matrix.multiply(found.container.get_matrix())
            name = found.get_font().get_base_name().partition("+")[2]
            size = found.get_font_size() * matrix.d
            (static if found.level else texts).append(_Text(name, size, matrix.e, matrix.f, text))
    rules = [rule for found in page.get_objects([pdfium.FPDF_PAGEOBJ_PATH], max_depth=1) for rule in _rules(found)]
    words.close()
    return _Page(tuple(texts), tuple(static), tuple(rules))


def _rules(path: pypdfium2.PdfObject) -> Iterator[_Rule]:
    """The lines of a path; marks, which stand left of the layout's content, are drawn on their own."""
    last: tuple[float, float] | None = None
    for at in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, at)
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        here = (x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO and last is not None:
            line = (*last, *here)
            if min(line[0], line[2]) >= _CONTENT_LEFT_MM * _PT_PER_MM - 1:
                yield line
        last = here
