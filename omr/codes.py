"""Reading the codes of a sheet from pixels, and the sheet that they name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter

from omr.deskew import Anchor, Frame
from omr.markset import MarkSet
from omr.place import Box, CodePlace
from omr.sheet import SheetId
from omr.strip import Gray
from omr.symbol import SYMBOLOGIES

_MM_PER_INCH = 25.4
# A code is cut out of an image at the resolution that marks are read at, and finer when that did not do.
_CUT_DPI, _FINE_DPI = 200, 400
# Bars need paper around them to be seen; a page that stands off brings its code along.
_AROUND_MM = 2.0


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One code that was found."""

    symbology: str
    text: str


@lru_cache(maxsize=64)
def _formats(codes: tuple[CodePlace, ...]) -> zxingcpp.BarcodeFormats:
    return zxingcpp.BarcodeFormats([SYMBOLOGIES[name].format for name in sorted({code.symbology for code in codes})])


def find_codes(gray: Gray, dpi: float, mark_set: MarkSet) -> tuple[CodeRead, ...]:
    """Look in a strip where the code that names the sheet should be; only when nothing is there, look everywhere."""
    if not mark_set.has_code:
        return ()
    code, play_mm, strip, px_per_mm = mark_set.code, mark_set.tolerance_mm, mark_set.strip, dpi / _MM_PER_INCH
    zone = code.clear_zone.grown(play_mm, play_mm, play_mm)
    rows = slice(max(0, math.floor((zone.y - strip.y) * px_per_mm)), math.ceil((zone.bottom - strip.y) * px_per_mm))
    columns = slice(max(0, math.floor((zone.x - strip.x) * px_per_mm)), math.ceil((zone.right - strip.x) * px_per_mm))
    formats = _formats((code,))
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(gray[rows, columns]),
        formats=formats,
        try_rotate=code.upright,
        try_downscale=False,
        try_invert=False,
    ) or zxingcpp.read_barcodes(gray, formats=formats)
    return tuple(CodeRead(code.symbology, barcode.text) for barcode in found)


def sheet_named(codes: Sequence[CodeRead], mark_set: MarkSet, problems: list[str]) -> SheetId | None:
    """The sheet that the codes name; says in `problems` why there is none. Sets without such a code name none."""
    if not mark_set.has_code:
        return None
    template = mark_set.code.template
    named = {code.text: template.match(code.text) for code in codes}
    sheets = sorted({sheet for sheet in named.values() if sheet is not None})
    problems += [f"foreign code {text!r}" for text, sheet in named.items() if sheet is None]
    if not codes:
        problems.append("no code that can be read")
    if len(sheets) > 1:
        problems.append("codes of two sheets")
    if len(sheets) != 1:
        return None
    sheet = sheets[0]
    if sheet.sheet > sheet.of:
        problems.append(f"the code says sheet {sheet.sheet} of {sheet.of}")
    return sheet


def read_code(gray: Gray, frame: Frame, code: CodePlace) -> tuple[CodeRead, ...]:
    """Read one code of a page at its place, with care: speckles taken away, finer pixels."""
    zone = code.clear_zone.grown(_AROUND_MM, _AROUND_MM, _AROUND_MM)
    for pixels in _cleaned(gray, frame, zone):
        if found := zxingcpp.read_barcodes(pixels, formats=_formats((code,)), try_rotate=code.upright):
            return tuple(CodeRead(code.symbology, barcode.text) for barcode in found)
    return ()


def _cleaned(gray: Gray, frame: Frame, zone: Box) -> Iterator[Gray]:
    """The pixels of a zone: as they are; without speckles; without speckles, finer and softer."""
    yield frame.cut(gray, zone, _CUT_DPI)
    # The median is of the image as it came, where a speckle is one pixel; the cut spreads it.
    part, of_part = frame.part(gray, zone)
    still = np.asarray(Image.fromarray(part).filter(ImageFilter.MedianFilter(3)), dtype=np.uint8)
    yield of_part.cut(still, zone, _CUT_DPI)
    fine = Image.fromarray(of_part.cut(still, zone, _FINE_DPI))
    yield np.asarray(fine.filter(ImageFilter.GaussianBlur(1.5)), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class CodeAnywhere:
    """A code of the mark set somewhere in an image.

    place       which code of the set it is.
    quarters    how often the image is to be turned by 90° against the clock for the code to stand upright.
    anchor      where its corners are, in the image turned so; None for bars, whose corners are not known well.
    """

    read: CodeRead
    place: CodePlace
    quarters: int
    anchor: Anchor | None


def codes_anywhere(gray: Gray, mark_set: MarkSet) -> tuple[CodeAnywhere, ...]:
    """The codes in a whole page's image that the set's templates could have made; others are not the set's business."""
    if not mark_set.codes:
        return ()
    found = []
    for barcode in zxingcpp.read_barcodes(gray, formats=_formats(mark_set.codes)):
        for code in mark_set.codes:
            symbology = SYMBOLOGIES[code.symbology]
            if barcode.format == symbology.format and code.template.read(barcode.text) is not None:
                found.append(_anywhere(barcode, code, (gray.shape[1], gray.shape[0]), matrix=symbology.is_matrix))
                break
    return tuple(found)


def _anywhere(barcode: zxingcpp.Barcode, code: CodePlace, size_px: tuple[int, int], *, matrix: bool) -> CodeAnywhere:
    place = barcode.position
    corners = [
        (float(corner.x), float(corner.y))
        for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    ]
    (left, top), (right, beside) = corners[0], corners[1]
    # Upright bars run up the sheet when the page stands upright.
    quarters = (round(math.degrees(math.atan2(beside - top, right - left)) / 90) + code.upright) % 4
    box = code.box
    sheet = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    anchor = Anchor(sheet, tuple(_turned(corner, size_px, quarters) for corner in corners)) if matrix else None
    return CodeAnywhere(CodeRead(code.symbology, barcode.text), code, quarters, anchor)


def _turned(point_px: tuple[float, float], size_px: tuple[int, int], quarters: int) -> tuple[float, float]:
    """Where a point is after the image (width, height) was turned by 90° against the clock, so often."""
    (x, y), (width, height) = point_px, size_px
    for _ in range(quarters):
        x, y, width, height = y, width - x, height, width
    return x, y
