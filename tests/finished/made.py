"""Finished PDFs that the tests make, and what they compare."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import font_source_sans_pro
import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Object, Pdf
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from layouts.fonts import default_fonts
from layouts.pageset import PageSet
from omr.markset import load_mark_set
from omr.sheet import SheetId, SheetOrders
from spool.assemble import BatchSheet, PageRef, PrintFile, assemble
from spool.finished.convert import FinishedPdf
from spool.finished.fit import Fit
from spool.output import OutputCondition
from spool.page_source import PagesInMemory

CREATED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
A4_PT = (595, 842)
MARKS = load_mark_set("quadient")

Grey = npt.NDArray[np.int16]

_FONT = Path(font_source_sans_pro.font_directory, "SourceSansPro-Regular.ttf")


def text_pdf(lines: Sequence[Sequence[str]], *, x_pt: float = 80, size: tuple[float, float] = A4_PT) -> Pdf:
    """A page for each row of lines, in an embedded font; reportlab names Helvetica at the head of each by habit."""
    if "Tested" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Tested", str(_FONT)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True)
    for page in lines:
        for number, line in enumerate(page):
            canvas.setFont("Tested", 12)
            canvas.drawString(x_pt, size[1] - 90 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return pikepdf.open(out)


def drawn_pdf(content: bytes, resources: Dictionary | None = None, **page: Any) -> Pdf:
    """One page that draws `content`; `page` are further entries of its dictionary."""
    pdf = pikepdf.new()
    usual = {
        "Type": Name.Page,
        "MediaBox": Array([0, 0, *A4_PT]),
        "Resources": Dictionary() if resources is None else resources,
        "Contents": pdf.make_stream(content),
    }
    entries = Dictionary({f"/{key}": value for key, value in (usual | page).items()})
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(entries)))
    return pdf


L_SHAPE = b"0.2 g 150 200 60 300 re f 150 200 200 40 re f 0 0 0 RG 4 w 160 700 m 400 650 l S\n"
"""Looks different from every side."""


def saved(pdf: Pdf, folder: Path, name: str = "in.pdf", **how: Any) -> Path:
    path = folder / name
    pdf.save(path, **how)
    return path


def whole(path: Path, fit: Fit | None = None, condition: OutputCondition | None = None) -> PageSet:
    """All pages of a file as one document."""
    with FinishedPdf(path, fit or Fit(), condition=condition) as pdf:
        return pdf.page_set(range(len(pdf)))


def sheets(page_sets: Iterable[PageSet]) -> list[tuple[PageSet, list[BatchSheet]]]:
    made, ordinal = [], 1
    for number, page_set in enumerate(page_sets, start=1):
        of = len(page_set.pages)
        made.append(
            (
                page_set,
                [
                    BatchSheet(
                        SheetId("R000001", f"P{number:08}", 1, place + 1, of),
                        SheetOrders(place + 1, of, ordinal + place),
                        PageRef(page_set.key, place),
                    )
                    for place in range(of)
                ],
            )
        )
        ordinal += of
    return made


def printed(page_sets: Iterable[PageSet], out: Path, condition: OutputCondition | None = None) -> PrintFile:
    """The print file of documents, in order."""
    pages = PagesInMemory()
    return assemble(
        pages.sheets(sheets(page_sets)),
        store=pages,
        fonts=default_fonts(),
        mark_set=MARKS,
        out=out,
        title="R000001-B01",
        created=CREATED,
        condition=condition,
    )


def look(path: Path, page: int = 0, dpi: float = 100, **how: Any) -> Grey:
    """A page's greys."""
    with closing(pypdfium2.PdfDocument(path, **how)) as pdf:
        bitmap = pdf[page].render(scale=dpi / 72, grayscale=True)
        return np.array(bitmap.to_numpy(), np.int16).reshape(bitmap.height, bitmap.width)


def differs(one: Grey, other: Grey, *, without_marks: bool = True) -> float:
    """Which part of the pixels differs by more than a shade, outside the strip of the marks."""
    assert all(abs(a - b) <= 2 for a, b in zip(one.shape, other.shape, strict=True)), (one.shape, other.shape)
    height, width = (min(sides) for sides in zip(one.shape, other.shape, strict=True))
    apart = np.abs(one[:height, :width] - other[:height, :width]) > 48
    if without_marks:
        strip = MARKS.strip
        px = 100 / 25.4
        apart[int(strip.y * px) : int(strip.bottom * px) + 1, int(strip.x * px) : int(strip.right * px) + 1] = False
    return float(apart.mean())


def reachable(path: Path, want: Callable[[Object], bool]) -> bool:
    """Whether any object of a file is wanted."""
    with pikepdf.open(path) as pdf:
        return any(want(each) for each in pdf.objects if isinstance(each, (Dictionary, pikepdf.Stream)))
