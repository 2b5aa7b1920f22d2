"""Which parts of a finished page have ink, from its pixels.

Pixels and not the bounds of objects: a white box, a clipped picture or a text without ink has bounds, and a page full
of small objects has thousands. At 72 dpi a hair line still leaves a shade, and a pixel is 0.35 mm.
"""

from __future__ import annotations

import io
import math
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2

from omr.place import Box
from spool.finished import faults
from spool.finished.faults import Where
from spool.finished.fit import Ink

DPI: Final = 72.0
_WHITE: Final = 250
"""What is lighter is paper: a tint of 2 % is none that a camera sees."""

_PX_PER_MM: Final = DPI / 25.4


class InkReader:
    """Draws the pages of one document. PDFium is not safe for threads: one thread a process reads pages."""

    def __init__(self, path: Path, pdf: pikepdf.Pdf) -> None:
        try:
            self._document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError:
            repaired = io.BytesIO()
            pdf.save(repaired)
            self._document = self._opened(path, repaired)

    @staticmethod
    def _opened(path: Path, data: io.BytesIO) -> pypdfium2.PdfDocument:
        try:
            return pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as fault:
            raise faults.unreadable(Where(path.name), f"The pages can't be drawn: {fault}") from fault

    def is_clear(
        self, where: Where, size_mm: tuple[float, float], zones: tuple[Box, ...], patches: tuple[Box, ...]
    ) -> bool:
        """Whether no ink stands in any zone of page `where.page` of `size_mm`, upright, in the top-left corner of its
        paper. Draws the part of the page around the zones alone, which takes a fraction of the time."""
        edges = [_pixels(zone) for zone in zones]
        left, top = (max(0, min(edge[side] for edge in edges)) for side in (0, 1))
        right, bottom = (max(edge[side] for edge in edges) for side in (2, 3))
        dark = self._drawn(where, size_mm, (left, top, right, bottom))
        for patch in patches:
            x0, y0, x1, y1 = _pixels(patch)
            dark[max(0, y0 - top) : max(0, y1 - top), max(0, x0 - left) : max(0, x1 - left)] = False
        return not any(
            dark[max(0, y0 - top) : max(0, y1 - top), max(0, x0 - left) : max(0, x1 - left)].any()
            for x0, y0, x1, y1 in edges
        )

    def ink(
        self,
        where: Where,
        size_mm: tuple[float, float],
        paper_mm: tuple[float, float],
        patches: tuple[Box, ...],
        *,
        turned: bool,
    ) -> Ink:
        """The ink of page `where.page` (from 0) of `size_mm`, upright, in the top-left corner of its paper; `turned`
        by a quarter against the clock if so; white under `patches`."""
        paper = np.zeros(tuple(round(side * _PX_PER_MM) for side in reversed(paper_mm)), np.bool_)
        dark = self._drawn(where, (size_mm[1], size_mm[0]) if turned else size_mm, None)
        if turned:
            dark = np.rot90(dark)
        height, width = (min(*sides) for sides in zip(dark.shape, paper.shape, strict=True))
        paper[:height, :width] = dark[:height, :width]
        for patch in patches:
            x0, y0, x1, y1 = (max(0, edge) for edge in _pixels(patch))
            paper[y0:y1, x0:x1] = False
        return Ink(paper, DPI)

    def _drawn(
        self, where: Where, size_mm: tuple[float, float], part_px: tuple[int, int, int, int] | None
    ) -> npt.NDArray[np.bool_]:
        """Which pixels of a page, or of the part between left, top, right and bottom, have ink."""
        try:
            page = self._document[where.page or 0]
        except pypdfium2.PdfiumError as fault:
            raise faults.damaged(where, f"The page can't be drawn: {fault}") from fault
        with closing(page):
            # PDFium knows nothing of UserUnit: the page's own size says how large its pixels are.
            width_pt, height_pt = (max(side, 1e-3) for side in page.get_size())
            scale = size_mm[0] * _PX_PER_MM / width_pt
            crop = (0.0, 0.0, 0.0, 0.0)
            if part_px is not None:
                width, height = math.ceil(width_pt * scale), math.ceil(height_pt * scale)
                left, top, right, bottom = part_px
                right, bottom = min(right, width), min(bottom, height)
                if left >= right or top >= bottom:
                    return np.zeros((0, 0), np.bool_)
                # `render` rounds up: half a pixel less makes it cut at the pixels meant.
                cut = (left, height - bottom, width - right, top)
                crop = tuple((px - 0.5) / scale if px else 0.0 for px in cut)  # type: ignore[assignment]
            bitmap = page.render(scale=scale, crop=crop, grayscale=True, may_draw_forms=False)
            with closing(bitmap):
                grey = np.asarray(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width)
                return grey < _WHITE

    def close(self) -> None:
        """Let go of the file."""
        self._document.close()


def _pixels(box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a box: the pixels whose middle it holds."""
    x0, y0, x1, y1 = (round(edge * _PX_PER_MM) for edge in (box.x, box.y, box.right, box.bottom))
    return x0, y0, x1, y1
