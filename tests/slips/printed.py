"""A document as the press prints it: assembled with its marks, and looked at in pixels and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import zxingcpp

from layouts.fonts import default_fonts
from layouts.geometry import Box
from layouts.pageset import PageSet
from omr.markset import load_mark_set
from omr.sheet import SheetId, SheetOrders
from spool.assemble import assemble
from spool.batch import BatchSheet, PageRef
from spool.pagestore import PageStore

DPI = 300
_DARK = 160


@dataclass(frozen=True, slots=True)
class Char:
    """A character: its left and right edge and its ink's foot, in mm from the page's top-left corner."""

    text: str
    left_mm: float
    right_mm: float
    foot_mm: float


class LastPage:
    """The last page of a print file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.grey = _rendered(file)

    def text(self) -> str:
        with _opened(self._file) as page:
            return " ".join(page.get_textpage().get_text_range().split())

    def chars(self, box: Box) -> list[Char]:
        """The characters whose middle lies in a box, from left to right; their ink, not their advance."""
        found = []
        with _opened(self._file) as page:
            text_page = page.get_textpage()
            height_pt = page.get_height()
            for index in range(text_page.count_chars()):
                edges = text_page.get_charbox(index)
                left_mm, bottom_mm, right_mm, top_mm = (edge * 25.4 / 72 for edge in edges)
                foot_mm = height_pt * 25.4 / 72 - bottom_mm
                middle_mm = foot_mm - (top_mm - bottom_mm) / 2
                across = box.x_mm <= (left_mm + right_mm) / 2 <= box.right_mm
                text = text_page.get_text_range(index, 1)
                if across and box.y_mm <= middle_mm <= box.bottom_mm and not text.isspace():
                    found.append(Char(text, left_mm, right_mm, foot_mm))
        return sorted(found, key=lambda char: char.left_mm)

    def ink(self, box: Box) -> npt.NDArray[np.bool_]:
        """Which pixels in a box are dark."""
        left, top, right, bottom = (
            round(edge / 25.4 * DPI) for edge in (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm)
        )
        return self.grey[top:bottom, left:right] < _DARK

    def ink_box(self, box: Box) -> Box | None:
        """The hull of the ink in a box; None where it is blank."""
        dark = self.ink(box)
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        if not rows.size:
            return None
        mm = 25.4 / DPI
        left_mm, top_mm = round(box.x_mm / mm) * mm, round(box.y_mm / mm) * mm
        return Box(
            left_mm + columns[0] * mm,
            top_mm + rows[0] * mm,
            (columns[-1] + 1 - columns[0]) * mm,
            (rows[-1] + 1 - rows[0]) * mm,
        )

    def codes(self, below_mm: float = 190) -> list[zxingcpp.Barcode]:
        """The codes that stand below; the sheet's own code stands above."""
        top = round(below_mm / 25.4 * DPI)
        return list(zxingcpp.read_barcodes(np.ascontiguousarray(self.grey[top:])))


def printed(page_set: PageSet, folder: Path) -> LastPage:
    """Assemble one document alone."""
    store = PageStore(folder / "store")
    store.put(page_set)
    count = len(page_set.pages)
    sheets = [
        BatchSheet(
            SheetId("R000001", "P00000001", 1, number, count),
            SheetOrders(number, count, number),
            PageRef(page_set.key, number - 1),
            None,
        )
        for number in range(1, count + 1)
    ]
    out = folder / "print.pdf"
    created = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
    assemble(
        sheets,
        store=store,
        fonts=default_fonts(),
        mark_set=load_mark_set("quadient"),
        out=out,
        title="Slips",
        created=created,
    )
    return LastPage(out)


def code_box(code: zxingcpp.Barcode, below_mm: float = 190) -> Box:
    """Where a code was read, in mm on the sheet."""
    corners: Sequence[Any] = (code.position.top_left, code.position.bottom_right)
    (left, top), (right, bottom) = ((corner.x * 25.4 / DPI, corner.y * 25.4 / DPI) for corner in corners)
    return Box(left, top + below_mm, right - left, bottom - top)


def _rendered(file: Path) -> npt.NDArray[np.uint8]:
    with _opened(file) as page:
        return np.asarray(page.render(scale=DPI / 72, grayscale=True).to_numpy()).squeeze().copy()


@contextmanager
def _opened(file: Path) -> Iterator[pypdfium2.PdfPage]:
    document = pypdfium2.PdfDocument(file)
    try:
        yield document[len(document) - 1]
    finally:
        document.close()
