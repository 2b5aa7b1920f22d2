"""Reading the codes of a sheet from pixels, and the sheet that they name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zxingcpp

from omr.deskew import Anchor
from omr.markset import MarkSet
from omr.sheet import SheetId
from omr.strip import Gray

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix)
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One code that was found."""

    symbology: str
    text: str


def find_codes(gray: Gray, dpi: float, mark_set: MarkSet) -> tuple[CodeRead, ...]:
    """Look in a strip where the code should be; only when nothing is there, look hard and everywhere."""
    play_mm = mark_set.tolerance_mm
    zone = mark_set.code.clear_zone.grown(play_mm, play_mm, play_mm)
    strip, px_per_mm = mark_set.strip, dpi / _MM_PER_INCH
    rows = slice(max(0, math.floor((zone.y - strip.y) * px_per_mm)), math.ceil((zone.bottom - strip.y) * px_per_mm))
    columns = slice(max(0, math.floor((zone.x - strip.x) * px_per_mm)), math.ceil((zone.right - strip.x) * px_per_mm))
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(gray[rows, columns]),
        formats=_FORMATS,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    ) or zxingcpp.read_barcodes(gray, formats=_FORMATS)
    return tuple(CodeRead(mark_set.code.symbology, barcode.text) for barcode in found)


def sheet_named(codes: Sequence[CodeRead], mark_set: MarkSet, problems: list[str]) -> SheetId | None:
    """The sheet that the codes name; says in `problems` why there is none."""
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


@dataclass(frozen=True, slots=True)
class CodeAnywhere:
    """A code of the mark set somewhere in an image.

    quarters    how often the image is to be turned by 90° against the clock for the code to stand upright.
    anchor      where its corners are, in the image turned so.
    """

    read: CodeRead
    quarters: int
    anchor: Anchor


def codes_anywhere(gray: Gray, mark_set: MarkSet) -> tuple[CodeAnywhere, ...]:
    """The codes in a whole page's image that the set's template could have made; others are not the set's business."""
    found = []
    for barcode in zxingcpp.read_barcodes(gray, formats=_FORMATS):
        if mark_set.code.template.match(barcode.text) is None:
            continue
        place = barcode.position
        corners = [
            (float(corner.x), float(corner.y))
            for corner in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        ]
        (left, top), (right, beside) = corners[0], corners[1]
        quarters = round(math.degrees(math.atan2(beside - top, right - left)) / 90) % 4
        size_px = (gray.shape[1], gray.shape[0])
        box = mark_set.code.box
        sheet = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
        anchor = Anchor(sheet, tuple(_turned(corner, size_px, quarters) for corner in corners))
        found.append(CodeAnywhere(CodeRead(mark_set.code.symbology, barcode.text), quarters, anchor))
    return tuple(found)


def _turned(point_px: tuple[float, float], size_px: tuple[int, int], quarters: int) -> tuple[float, float]:
    """Where a point is after the image (width, height) was turned by 90° against the clock, so often."""
    (x, y), (width, height) = point_px, size_px
    for _ in range(quarters):
        x, y, width, height = y, width - x, height, width
    return x, y
