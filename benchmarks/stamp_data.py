"""The file that the stamping contest is about: invoices as a bookkeeping program prints them, in two embedded fonts,
with a logo, one to three pages each; made with reportlab, which embeds a subset of each font once a file."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.peers.form import REGULAR, STRONG

_FONTS = {"Regular": REGULAR, "Bold": STRONG}
_A4_PT = (595.276, 841.89)
_MM = 72 / 25.4
_LINES = 26
_STREETS = ("Storgata", "Kirkeveien", "Havnegata", "Skolevegen", "Torggata", "Bryggen", "Elveveien")
_GOODS = (
    "Hinge, steel, 60 mm",
    "Screws 4 × 40, box",
    "Paint, white, 3 l",
    "Work on site, hours",
    "Freight",
    "Timber 48 × 98",
)


def make_stream(path: Path, pages: int, *, seed: int = 1) -> list[range]:
    """Write a file of so many pages; returns the pages of each document, counted from 0."""
    chance = random.Random(seed)
    register_fonts()
    logo = _logo(seed)
    canvas = _canvas(path)
    documents = list(_documents(pages, chance))
    for number, document in enumerate(documents, start=1):
        for place in range(len(document)):
            _page(canvas, chance, logo, number, place, len(document))
    canvas.save()
    return documents


def make_documents(folder: Path, count: int, pages: int = 2) -> list[Path]:
    """Files of one document each: the same fonts and logo in every file."""
    register_fonts()
    logo = _logo(1)
    files = []
    for number in range(1, count + 1):
        chance = random.Random(number)
        path = folder / f"{number:05}.pdf"
        canvas = _canvas(path)
        for place in range(pages):
            _page(canvas, chance, logo, number, place, pages)
        canvas.save()
        files.append(path)
    return files


def register_fonts() -> None:
    """Tell reportlab of the two faces."""
    for name, file in _FONTS.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(file)))


def _documents(pages: int, chance: random.Random) -> Iterator[range]:
    first = 0
    while first < pages:
        end = min(pages, first + chance.choice((1, 1, 2, 2, 3)))
        yield range(first, end)
        first = end


def _canvas(path: Path) -> Canvas:
    # Without the detour over ASCII that reportlab makes by default and other programs don't.
    rl_config.useA85 = 0
    return Canvas(str(path), pagesize=_A4_PT, pageCompression=1)


def _logo(seed: int) -> ImageReader:
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 24), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize((480, 160), Image.Resampling.BICUBIC).save(file, "PNG")
    file.seek(0)
    return ImageReader(file)


def _page(canvas: Canvas, chance: random.Random, logo: ImageReader, number: int, place: int, of: int) -> None:
    canvas.drawImage(logo, 150 * _MM, 272 * _MM, 40 * _MM, 13 * _MM)
    text = canvas.beginText(25 * _MM, 245 * _MM)
    text.setFont("Regular", 10, 13)
    text.textLine(f"Customer {number:06} AS")
    text.textLine(f"{chance.choice(_STREETS)} {chance.randrange(1, 99)}")
    text.textLine(f"{chance.randrange(1, 9999):04} Oslo")
    canvas.drawText(text)
    canvas.setFont("Bold", 16)
    canvas.drawString(25 * _MM, 205 * _MM, f"Invoice {100000 + number}")
    canvas.setFont("Regular", 9)
    canvas.drawRightString(190 * _MM, 205 * _MM, f"Page {place + 1} of {of}")
    for line in range(_LINES):
        _line(canvas, chance, (195 - 6 * line) * _MM)
    canvas.setFont("Bold", 11)
    canvas.drawRightString(190 * _MM, 30 * _MM, f"{chance.randrange(10**7) / 100:,.2f}")
    canvas.showPage()


def _line(canvas: Canvas, chance: random.Random, y: float) -> None:
    canvas.setFont("Regular", 9)
    canvas.drawString(25 * _MM, y, f"{chance.randrange(10**5):05}")
    canvas.drawString(45 * _MM, y, chance.choice(_GOODS))
    canvas.drawRightString(140 * _MM, y, str(chance.randrange(1, 40)))
    canvas.drawRightString(190 * _MM, y, f"{chance.randrange(10**6) / 100:,.2f}")
    canvas.line(25 * _MM, y - 1.5 * _MM, 190 * _MM, y - 1.5 * _MM)
