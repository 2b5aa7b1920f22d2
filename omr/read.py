"""Reading marks and code of printed sheets back from pixels. The reader knows the mark set and nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2

from omr.codes import find_codes, sheet_named
from omr.encode import check, disagreements
from omr.errors import OmrError
from omr.markset import MarkSet
from omr.model import Side
from omr.place import Box
from omr.reading import SheetReading
from omr.strip import Gray, find_marks

# Four pixels a module of 0.5 mm and three a mark of 0.4 mm thickness: what both need, and little more.
READ_DPI = 200

_MM_PER_INCH = 25.4
_PT_PER_INCH = 72
_SHEET_EVERY = {"one-sided": 1, "two-sided-long-edge": 2, "two-sided-short-edge": 2}


def read_pdf(path: Path, mark_set: MarkSet, *, sides: str = "one-sided") -> Iterator[SheetReading]:
    """Read the front of every sheet of a print file, in order.

    `sides` is the IPP keyword; two-sided files have a sheet every other page. Raises OmrError E5301 for a file
    that is no PDF or cannot be opened, ValueError for another `sides`.
    """
    fronts = front_pages(0, sides, mark_set)
    with closing(open_pdf(path)) as pdf:
        for index in range(fronts.start, len(pdf), fronts.step):
            with closing(pdf_page(pdf, index, path)) as page:
                yield read_page(page, mark_set, number=index + 1)


def front_pages(pages: int, sides: str, mark_set: MarkSet) -> range:
    """The 0-based pages of a file that bear marks. Raises ValueError for another `sides` than IPP's."""
    if sides not in _SHEET_EVERY:
        raise ValueError(f"sides must be one of {', '.join(_SHEET_EVERY)}, not {sides!r}")
    every = _SHEET_EVERY[sides]
    return range(every - 1 if mark_set.side is Side.BACK else 0, pages, every)


def open_pdf(path: Path) -> pypdfium2.PdfDocument:
    """Open a PDF; the caller closes it. Raises OmrError E5301."""
    try:
        return pypdfium2.PdfDocument(path)
    except FileNotFoundError as error:
        raise _unreadable("there is no such file", path) from error
    except pypdfium2.PdfiumError as error:
        raise _unreadable(f"it is no PDF that can be read: {error}", path) from error


def pdf_page(pdf: pypdfium2.PdfDocument, index: int, path: Path) -> pypdfium2.PdfPage:
    """One page by its 0-based index; the caller closes it. Raises OmrError E5301."""
    try:
        return pdf[index]
    except pypdfium2.PdfiumError as error:
        raise _unreadable(f"page {index + 1} cannot be read: {error}", path) from error


def _unreadable(fact: str, path: Path) -> OmrError:
    return OmrError("E5301", fact, place=str(path), remedy="Check the file; have it made anew if it is damaged.")


def read_page(page: pypdfium2.PdfPage, mark_set: MarkSet, *, number: int = 1) -> SheetReading:
    """Read the strip of one page; `number` becomes `SheetReading.page`. A page too small is a problem, no error.

    PDFium is not safe for threads: read the pages of one process one after another.
    """
    placed = mark_set.on(*page_size_mm(page))
    try:
        pixels = render_strip(page, placed)
    except OmrError as error:
        return SheetReading(number, None, None, None, (), (error.message,))
    return read_strip(pixels, READ_DPI, placed, number=number)


def page_size_mm(page: pypdfium2.PdfPage) -> tuple[float, float]:
    """Width and height of a page as it is shown."""
    width_pt, height_pt = page.get_size()
    return width_pt / _PT_PER_INCH * _MM_PER_INCH, height_pt / _PT_PER_INCH * _MM_PER_INCH


def render_strip(page: pypdfium2.PdfPage, mark_set: MarkSet, dpi: float = READ_DPI) -> Gray:
    """The pixels of a page's strip, as `read_strip` wants them. Raises OmrError E5204 for a page too small."""
    (width_pt, height_pt), size_mm = page.get_size(), page_size_mm(page)
    strip = mark_set.on(*size_mm).strip
    if not (sheet := Box(0, 0, *size_mm)).holds(strip):
        raise OmrError(
            "E5204",
            f"a page of {sheet.w:.0f} × {sheet.h:.0f} mm does not hold the strip of {mark_set.name}",
            place=f"mark set {mark_set.name}: strip",
            remedy="Choose the mark set that the file was made with.",
        )
    scale, px_per_mm = dpi / _PT_PER_INCH, dpi / _MM_PER_INCH
    left, top, right, bottom = (round(edge * px_per_mm) for edge in (strip.x, strip.y, strip.right, strip.bottom))
    cut_px = (left, math.ceil(height_pt * scale) - bottom, math.ceil(width_pt * scale) - right, top)
    # `render` rounds up: half a pixel less makes it cut at the pixels meant.
    crop = tuple((px - 0.5) / scale for px in cut_px)
    bitmap = page.render(scale=scale, crop=crop, grayscale=True, may_draw_forms=False)
    with closing(bitmap):
        return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)


def read_strip(gray: Gray, dpi: float, mark_set: MarkSet, *, number: int = 1) -> SheetReading:
    """Read the pixels of a strip: rows × columns, 0 black … 255 white, of exactly `mark_set.strip` at `dpi`.

    Raises OmrError E5302 when their size is not the strip's.
    """
    wanted = (mark_set.strip.h * dpi / _MM_PER_INCH, mark_set.strip.w * dpi / _MM_PER_INCH)
    rounding_px = 2
    if gray.ndim != 2 or any(abs(have - want) > rounding_px for have, want in zip(gray.shape, wanted, strict=True)):
        raise OmrError(
            "E5302",
            f"pixels of shape {gray.shape} are not the strip: {wanted[0]:.0f} rows of {wanted[1]:.0f} at {dpi:g} dpi",
            place=f"mark set {mark_set.name}: strip",
            remedy="Cut the image at the strip's edges and name the right resolution.",
        )
    marks = find_marks(gray, dpi, mark_set)
    problems = list(marks.problems)
    roles: dict[str, bool] | None = None
    if marks.positions is not None:
        checked = check(mark_set, marks.positions)
        roles = checked.roles
        problems += checked.problems
    codes = find_codes(gray, dpi, mark_set)
    sheet = sheet_named(codes, mark_set, problems)
    if sheet is not None and roles is not None:
        problems += disagreements(sheet, roles, mark_set)
    return SheetReading(number, sheet, roles, marks.positions, codes, tuple(problems))
