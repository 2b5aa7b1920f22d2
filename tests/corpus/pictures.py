"""Pictures that cases name, each with one thing wrong, made when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from layouts.geometry import pt

_MM = 1 / 25.4
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="30mm" height="12mm" viewBox="0 0 30 12">\n{}\n</svg>\n'


def write_pictures(folder: Path, layout: str) -> None:
    """Write the pictures that a layout's text names."""
    for name, make in _PICTURES.items():
        if f'"{name}"' in layout:
            (folder / name).write_bytes(make())


def _coarse() -> bytes:
    """A chessboard of 60 × 24 pixels: 30 mm of it have 50.8 dots an inch."""
    return _png(np.indices((24, 60)).sum(axis=0) % 2 * 255)


def _coloured() -> bytes:
    """Red at 600 dots an inch."""
    return _png(np.broadcast_to([214, 30, 40], (round(12 * _MM * 600), round(30 * _MM * 600), 3)))


def _png(pixels: np.typing.NDArray[np.int64]) -> bytes:
    out = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def _letterhead(draw: Callable[[Canvas], None]) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=(pt(210), pt(297)), invariant=1)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def _red_band(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.8, 0.1, 0.1)
    canvas.rect(pt(122), pt(297 - 11), pt(73), pt(2), stroke=0, fill=1)


def _black_band(canvas: Canvas) -> None:
    canvas.setFillGray(0)
    canvas.rect(pt(122), pt(297 - 11), pt(73), pt(2), stroke=0, fill=1)


def _words(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.drawString(pt(122), pt(297 - 11), "Fjord Supplies")


def _locked() -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(_letterhead(_black_band))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    return out.getvalue()


_PICTURES: Mapping[str, Callable[[], bytes]] = {
    "coarse.png": _coarse,
    "coloured.png": _coloured,
    "coloured.svg": lambda: _SVG.format('<rect width="30" height="12" fill="#c02020"/>').encode(),
    "lettered.svg": lambda: _SVG.format('<text x="1" y="9">Fjord</text>').encode(),
    "broken.png": lambda: _coarse()[:60],
    "letterhead.pdf": lambda: _letterhead(_black_band),
    "coloured.pdf": lambda: _letterhead(_red_band),
    "helvetica.pdf": lambda: _letterhead(_words),
    "locked.pdf": _locked,
}
