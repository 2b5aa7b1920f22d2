"""Print files for the tests of print queues: small PDFs whose pages can be told apart."""

from __future__ import annotations

from pathlib import Path

import pypdf
from reportlab.pdfgen import canvas

from spool.job import PrintJob

_A4_PT = (595.276, 841.89)


def make_pdf(path: Path, pages: int) -> Path:
    """An A4 PDF with "page 1", "page 2", … on its pages."""
    drawing = canvas.Canvas(str(path), pagesize=_A4_PT, invariant=True)
    for number in range(1, pages + 1):
        drawing.drawString(60, 700, f"page {number}")
        drawing.showPage()
    drawing.save()
    return path


def make_job(folder: Path, key: str, sheets: int, sides: str = "two-sided-long-edge") -> PrintJob:
    """A print job of so many sheets, with a file of its own."""
    pages = sheets if sides == "one-sided" else 2 * sheets
    return PrintJob(key, make_pdf(folder / f"{key}-file.pdf", pages), sheets, pages, sides)


def page_texts(path: Path) -> list[str]:
    """What is written on each page of a stack."""
    return [page.extract_text().strip() for page in pypdf.PdfReader(path).pages]
