"""Which parts of a finished page have ink, from its pixels.

Pixels and not the bounds of objects: a white box, a clipped picture or a text without ink has bounds, and a page full
of small objects has thousands. At 72 dpi a hair line still leaves a shade, and a pixel is 0.35 mm.
"""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import pikepdf
import pypdfium2

from omr.place import Box
from spool.finished import faults
from spool.finished.faults import Where
from spool.finished.fit import Ink

DPI: Final = 72.0
_WHITE: Final = 250
"""What is lighter is paper: a tint of 2 % is none that a camera sees."""

_PT_PER_MM: Final = 72 / 25.4


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

    def ink(
        self,
        where: Where,
        size_mm: tuple[float, float],
        paper_mm: tuple[float, float],
        turned: bool,
        patches: tuple[Box, ...],
    ) -> Ink:
        """The ink of page `where.page` (from 0) of `size_mm`, upright, in the top-left corner of its paper; `turned`
        by a quarter against the clock if so; white under `patches`."""
        assert where.page is not None
        paper = np.zeros(tuple(round(side * _PT_PER_MM * DPI / 72) for side in reversed(paper_mm)), np.bool_)
        try:
            page = self._document[where.page]
        except pypdfium2.PdfiumError as fault:
            raise faults.damaged(where, f"The page can't be drawn: {fault}") from fault
        with closing(page):
            # PDFium knows nothing of UserUnit: the page's own size says how large its pixels are.
            scale = size_mm[0] * _PT_PER_MM / max(page.get_width(), 1e-6) * DPI / 72
            bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
            with closing(bitmap):
                grey = np.asarray(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width)
                dark = np.rot90(grey < _WHITE) if turned else grey < _WHITE
                height, width = (min(*sides) for sides in zip(dark.shape, paper.shape, strict=True))
                paper[:height, :width] = dark[:height, :width]
        for patch in patches:
            x0, x1 = (max(0, round(edge * _PT_PER_MM * DPI / 72)) for edge in (patch.x, patch.right))
            y0, y1 = (max(0, round(edge * _PT_PER_MM * DPI / 72)) for edge in (patch.y, patch.bottom))
            paper[y0:y1, x0:x1] = False
        return Ink(paper, DPI)

    def close(self) -> None:
        """Let go of the file."""
        self._document.close()
