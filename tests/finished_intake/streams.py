"""PDF streams for the tests: many documents in one file, every way of telling them apart drawn into it at once."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

PT_PER_MM = 72 / 25.4
WIDTH_MM, HEIGHT_MM = 210.0, 297.0

HEAD = """
format = 1
name = "stream"
sender = "Utility AS"
country = "NO"
language = "nb"
currency = "NOK"
decimal = ","
"""

ZONES = r"""
[zones.number]
box = { x_mm = 125, y_mm = 18, width_mm = 75, height_mm = 7 }
pattern = 'Fakturanummer: (\d+)'
required = true

[zones.date]
box = { x_mm = 125, y_mm = 25, width_mm = 75, height_mm = 7 }
pattern = 'Fakturadato: (\S+)'
required = true

[zones.amount]
box = { x_mm = 125, y_mm = 32, width_mm = 75, height_mm = 7 }
pattern = 'Å betale: (.+)'
required = true

[zones.address]
box = { x_mm = 20, y_mm = 45, width_mm = 80, height_mm = 30 }
required = true
"""

COUNTING = r"""
[counting]
box = { x_mm = 150, y_mm = 284, width_mm = 50, height_mm = 8 }
pattern = 'Side (?P<page>\d+) av (?P<of>\d+)'
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """A document as it was drawn."""

    number: str
    pages: int
    name: str
    street: str
    postcode: str
    town: str

    @property
    def amount(self) -> str:
        """As a Norwegian writes it."""
        return f"1 {int(self.number) % 1000:03d},50"


def truths(count: int, seed: int = 1) -> list[Truth]:
    """Documents of one to four pages."""
    chance = random.Random(seed)
    return [
        Truth(
            str(100_000 + index),
            chance.randint(1, 4),
            f"Kunde {index} Æsøy",
            f"Storgata {chance.randint(1, 99)}",
            f"{chance.randint(1, 9999):04d}",
            chance.choice(["Oslo", "Bergen", "Å i Lofoten", "Nordre Øyane"]),
        )
        for index in range(count)
    ]


def draw_stream(
    path: Path, documents: Sequence[Truth], *, blanks: bool = False, codes: bool = False, separators: bool = False
) -> None:
    """All documents in one PDF: number, date, amount and "Side n av m" on every page, an address on first pages, a
    bookmark for each document, page labels that begin at 1 in each. `blanks` puts an empty page between documents,
    `codes` a Code 128 on first pages, `separators` a sheet that bears one between documents."""
    canvas = Canvas(str(path), pagesize=(WIDTH_MM * PT_PER_MM, HEIGHT_MM * PT_PER_MM), pageCompression=1)
    labels: list[int] = []
    for ordinal, document in enumerate(documents):
        if blanks and ordinal:
            _next(canvas, labels, 99)
        if separators:
            _code(canvas, "SEPARATOR")
            _next(canvas, labels, 99)
        for page in range(1, document.pages + 1):
            if page == 1:
                canvas.bookmarkPage(document.number)
                canvas.addOutlineEntry(f"Faktura {document.number}", document.number, level=0)
                canvas.bookmarkPage(f"{document.number}-lines")
                canvas.addOutlineEntry("Innhold", f"{document.number}-lines", level=1)
                if codes:
                    _code(canvas, f"DOC{document.number}")
            _page(canvas, document, page)
            _next(canvas, labels, page)
    canvas.save()
    _label(path, labels)


def _next(canvas: Canvas, labels: list[int], label: int) -> None:
    canvas.showPage()
    labels.append(label)


def _text(canvas: Canvas, x_mm: float, y_mm: float, text: str, size_pt: float = 10) -> None:
    canvas.setFont("Helvetica", size_pt)
    canvas.drawString(x_mm * PT_PER_MM, (HEIGHT_MM - y_mm) * PT_PER_MM, text)


def _page(canvas: Canvas, document: Truth, page: int) -> None:
    if page == 1:
        _text(canvas, 21, 44, "Utility AS | Postboks 1 | 0001 Oslo", 6)
        for line, text in enumerate((document.name, document.street, f"{document.postcode} {document.town}")):
            _text(canvas, 21, 51 + 5 * line, text)
    _text(canvas, 126, 23, f"Fakturanummer: {document.number}")
    _text(canvas, 126, 30, "Fakturadato: 02.03.2026")
    _text(canvas, 126, 37, f"Å betale: {document.amount}")
    _text(canvas, 160, 289, f"Side {page} av {document.pages}")
    for line in range(6):
        _text(canvas, 21, 110 + 6 * line, f"Linje {line + 1} på side {page}: strøm og nettleie")


def _code(canvas: Canvas, text: str) -> None:
    Code128(text, barHeight=12 * PT_PER_MM, barWidth=0.33 * PT_PER_MM).drawOn(
        canvas, 20 * PT_PER_MM, (HEIGHT_MM - 100) * PT_PER_MM
    )


def _label(path: Path, labels: Sequence[int]) -> None:
    """Page labels, a range for each page."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        entries = pikepdf.Array()
        for index, label in enumerate(labels):
            entries.append(index)
            entries.append(pikepdf.Dictionary(S=pikepdf.Name.D, St=label))
        pdf.Root.PageLabels = pikepdf.Dictionary(Nums=entries)
        pdf.save(path)


def write_csv(path: Path, documents: Sequence[Truth]) -> None:
    """An index: number, pages and the address in columns."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Nummer", "Sider", "Navn", "Gate", "Postnr", "Sted"])
    for one in documents:
        writer.writerow([one.number, one.pages, one.name, one.street, one.postcode, one.town])
    path.write_text(text.getvalue(), encoding="utf-8")


def write_xml(path: Path, documents: Sequence[Truth]) -> None:
    """The same as XML with first and last pages."""
    first, rows = 1, []
    for one in documents:
        rows.append(
            f'<doc no="{one.number}"><range><from>{first}</from><to>{first + one.pages - 1}</to></range>'
            f"<to><name>{one.name}</name></to></doc>"
        )
        first += one.pages
    path.write_text(f"<index><docs>{''.join(rows)}</docs></index>", encoding="utf-8")


def write_json(path: Path, documents: Sequence[Truth]) -> None:
    """The same as JSON with counts of pages."""
    records = [{"id": one.number, "layout": {"pages": one.pages}} for one in documents]
    path.write_text(json.dumps({"batch": {"documents": records}}), encoding="utf-8")
