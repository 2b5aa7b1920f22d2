"""Barcodes on a page, read from its pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pypdfium2
import zxingcpp

from mailroom.intake.finished.definition import ZoneBox
from mailroom.intake.finished.examination import CodeSeen

_DPI = 200
"""Four pixels a module of 0.5 mm, two of 0.25 mm: what codes on office paper have."""

_PIXELS_MAX = 60_000_000
"""A0 at 200 dpi; larger pages are read more coarsely, so that a page of five metres takes no gigabytes."""

_PT_PER_MM = 72 / 25.4


def read_codes(page: pypdfium2.PdfPage, symbologies: Sequence[str], box: ZoneBox | None) -> tuple[CodeSeen, ...]:
    """The codes of these symbologies in the box (the whole page without one), from top to bottom."""
    width_pt, height_pt = page.get_size()
    crop = (0.0, 0.0, 0.0, 0.0)
    if box is not None:
        left, top = box.x_mm * _PT_PER_MM, box.y_mm * _PT_PER_MM
        right = width_pt - left - box.width_mm * _PT_PER_MM
        below = height_pt - top - box.height_mm * _PT_PER_MM
        crop = (left, max(below, 0.0), max(right, 0.0), top)
        if left >= width_pt or top >= height_pt:
            return ()
    scale = min(_DPI / 72, math.sqrt(_PIXELS_MAX / (width_pt * height_pt)))
    image = page.render(scale=scale, crop=crop, grayscale=True).to_numpy()
    formats = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in symbologies])
    found = zxingcpp.read_barcodes(image, formats=formats)
    ordered = sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    names = {str(getattr(zxingcpp.BarcodeFormat, name)): name for name in symbologies}
    return tuple(CodeSeen(names.get(str(code.format), str(code.format)), code.text) for code in ordered if code.text)
