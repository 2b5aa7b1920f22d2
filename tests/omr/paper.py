"""Paper for the tests: print files around fragments, and strips painted from the figures of the specification."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import zxingcpp
from numpy.typing import NDArray

from omr.draw import draw_marks
from omr.markset import MarkSet
from omr.read import render_strip
from omr.sheet import SheetId, SheetOrders

A4_MM = (210.0, 297.0)

# The Quadient strip in figures, apart from the program: marks of 6.5 × 0.4 at x 7, from y 100 on, every 4.
STRIP_X, STRIP_Y, STRIP_W, STRIP_H = 3.0, 95.0, 15.0, 95.0


def sheet_id(orders: SheetOrders, piece: int = 1) -> SheetId:
    """An identity that goes with the orders."""
    return SheetId("R000001", f"P{piece:08d}", 1, orders.sheet, orders.of)


def pdf_of(fragments: Iterable[bytes], size_mm: tuple[float, float] = A4_MM) -> bytes:
    """A minimal PDF with one page for each fragment."""
    pdf = pikepdf.new()
    # Thousandths of a point, rounded down: rounded up, the page would be a pixel larger in fine resolutions.
    points = (math.floor(size_mm[0] / 25.4 * 72e3) / 1e3, math.floor(size_mm[1] / 25.4 * 72e3) / 1e3)
    for fragment in fragments:
        page = pdf.add_blank_page(page_size=points)
        page.contents_add(fragment)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def print_file(path: Path, mark_set: MarkSet, sheets: Sequence[SheetOrders]) -> Path:
    """A PDF with one marked page for each sheet."""
    path.write_bytes(pdf_of(draw_marks(mark_set, orders, sheet_id(orders), *A4_MM) for orders in sheets))
    return path


def strip_of(fragment: bytes, mark_set: MarkSet, dpi: float = 200) -> NDArray[np.uint8]:
    """The strip's pixels of a page with this fragment."""
    pdf = pypdfium2.PdfDocument(pdf_of([fragment]))
    try:
        page = pdf[0]
        pixels = render_strip(page, mark_set, dpi)
        page.close()
    finally:
        pdf.close()
    return pixels


def printed_strip(mark_set: MarkSet, orders: SheetOrders, dpi: float = 200) -> NDArray[np.uint8]:
    """The strip of one sheet as the press prints it."""
    return strip_of(draw_marks(mark_set, orders, sheet_id(orders), *A4_MM), mark_set, dpi)


def fill(gray: NDArray[np.uint8], box_mm: tuple[float, float, float, float], value: int, dpi: float = 200) -> None:
    """Paint a box (x, y, width, height in mm on the sheet) into a strip."""
    px = dpi / 25.4
    x, y, w, h = box_mm
    rows = slice(max(0, round((y - STRIP_Y) * px)), round((y + h - STRIP_Y) * px))
    columns = slice(max(0, round((x - STRIP_X) * px)), round((x + w - STRIP_X) * px))
    gray[rows, columns] = value


def painted_strip(positions: Iterable[int], code: str | None, dpi: float = 200, ink: int = 0) -> NDArray[np.uint8]:
    """A strip painted from figures: these marks and, at x 5, y 172, a code of 18 × 18 modules of 0.5 mm."""
    gray = np.full((round(STRIP_H * dpi / 25.4), round(STRIP_W * dpi / 25.4)), 255, dtype=np.uint8)
    for position in positions:
        fill(gray, (7.0, 100.0 + 4 * position, 6.5, 0.4), ink, dpi)
    if code is not None:
        symbol = np.asarray(
            zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.DataMatrix, force_square=True).to_image(
                add_quiet_zones=False
            )
        )
        assert symbol.shape == (18, 18)
        for row, column in np.argwhere(symbol == 0):
            fill(gray, (5.0 + 0.5 * column, 172.0 + 0.5 * row, 0.5, 0.5), ink, dpi)
    return gray
