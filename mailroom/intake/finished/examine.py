"""Reading a PDF: the text in each zone, blank pages, labels, bookmarks, barcodes and embedded XML, nothing else."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from mailroom.domain.errors import InputRefused
from mailroom.intake.finished import barcodes
from mailroom.intake.finished.definition import (
    PAGES_MAX,
    ByBarcode,
    ByBookmark,
    ByPageLabel,
    JobDefinition,
    ZoneBox,
)
from mailroom.intake.finished.embedded import read_embedded
from mailroom.intake.finished.examination import Bookmark, EmbeddedInvoice, Examination, PageSeen
from mailroom.intake.finished.index_file import read_index
from mailroom.intake.finished.turned import turned_texts
from mailroom.intake.finished.zone_text import Rect, tidied
from mailroom.intake.xml_tree import XML_BYTES_MAX

PT_PER_MM = 72 / 25.4
ZONE_CHARS_MAX = 8_192
"""Signs of a zone's text that are read: a full page of small print has some 6,000."""

_LOT_PAGES = 4_000
_BLANK_DPI = 36
_WHITE = 250
"""A page without text is blank when nothing on it is darker than this, of 255."""

_ATTACHMENTS_MAX = 1_000
_BOOKMARKS_MAX = 200_000


def examine(file: Path, definition: JobDefinition) -> Examination:
    """All that the definition asks of a file.

    Raises InputRefused: E1504 the file is no PDF that can be opened, has no page or too many; E1506 and E1507 of its
    index file. A page that can't be read is in the examination with its fault.
    """
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    index = read_index(file, definition.index) if definition.index else None
    boxes = definition.examined()
    with open_pdf(file) as pdf:
        count = len(pdf)
        bookmarks = tuple(read_bookmarks(pdf)) if isinstance(definition.split, ByBookmark) else ()
        embedded = () if definition.embedded == "ignore" else tuple(read_attachments(pdf))
    return Examination(
        file=file.name,
        sha256=digest,
        zones=tuple(boxes),
        pages=tuple(_pages(file, count, definition, tuple(boxes.values()))),
        bookmarks=bookmarks,
        embedded=embedded,
        index=index,
    )


def examine_plain(file: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """`examine` for a process of its own: plain values in, plain values out."""
    return examine(Path(file), JobDefinition.model_validate(definition)).plain()


@contextmanager
def open_pdf(file: Path) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF opened for reading. Raises InputRefused E1504."""
    try:
        pdf = pypdfium2.PdfDocument(file)
    except (pypdfium2.PdfiumError, FileNotFoundError) as error:
        raise _unopened(file, str(error)) from error
    with closing(pdf):
        if not 0 < len(pdf) <= PAGES_MAX:
            raise _unopened(file, f"it has {len(pdf):,} pages, not 1 to {PAGES_MAX:,}")
        yield pdf


def _unopened(file: Path, why: str) -> InputRefused:
    return InputRefused(
        "E1504",
        f"{file.name} can't be opened as a PDF: {why}",
        place=str(file),
        remedy="Have the sender export it again, without a password.",
    )


def _pages(file: Path, count: int, definition: JobDefinition, boxes: tuple[ZoneBox, ...]) -> Iterator[PageSeen]:
    """Every page. PDFium keeps what it has parsed of a document, so a long one is opened anew from time to time."""
    reader = ZoneReader(boxes)
    for start in range(0, count, _LOT_PAGES):
        with open_pdf(file) as pdf:
            for index in range(start, min(start + _LOT_PAGES, count)):
                try:
                    page = pdf[index]
                except pypdfium2.PdfiumError as error:
                    yield PageSeen(index + 1, 0.0, 0.0, texts=("",) * len(boxes), fault=str(error))
                    continue
                with closing(page):
                    label = pdf.get_page_label(index) if isinstance(definition.split, ByPageLabel) else ""
                    yield _page(page, index + 1, label or "", definition, reader)


def _page(page: pypdfium2.PdfPage, number: int, label: str, definition: JobDefinition, reader: ZoneReader) -> PageSeen:
    width_pt, height_pt = page.get_size()
    texts, blank = reader.read(page)
    split = definition.split
    return PageSeen(
        number=number,
        width_mm=round(width_pt / PT_PER_MM, 2),
        height_mm=round(height_pt / PT_PER_MM, 2),
        rotation=page.get_rotation(),
        texts=texts,
        blank=blank,
        label=label,
        codes=barcodes.read_codes(page, split.symbologies, split.box) if isinstance(split, ByBarcode) else (),
    )


class ZoneReader:
    """The text in each of some zones, page after page. A page's text is loaded once for all of them."""

    def __init__(self, boxes: tuple[ZoneBox, ...]) -> None:
        self._boxes = boxes
        self._buffer = (ctypes.c_ushort * ZONE_CHARS_MAX)()
        self._rects: dict[tuple[Rect, int], tuple[Rect, ...]] = {}

    def read(self, page: pypdfium2.PdfPage) -> tuple[tuple[str, ...], bool]:
        """The zones' texts, tidied, and whether the page is blank."""
        key = (page.get_bbox(), page.get_rotation() % 360)
        rects = self._rects.get(key)
        if rects is None:
            rects = self._rects[key] = tuple(user_rect(box, *key) for box in self._boxes)
        with _text_page(page) as text_page:
            if key[1] in (90, 270):
                texts = turned_texts(text_page, rects, key[1])
            else:
                texts = tuple(self._text(text_page, rect) for rect in rects)
            blank = not any(texts) and _has_no_text(text_page) and _is_white(page)
        return texts, blank

    def _text(self, text_page: Any, rect: Rect) -> str:
        left, bottom, right, top = rect
        length = pdfium.FPDFText_GetBoundedText(text_page, left, top, right, bottom, self._buffer, ZONE_CHARS_MAX)
        if length <= 0:
            return ""
        return tidied(ctypes.string_at(self._buffer, 2 * length).decode("utf-16-le", errors="replace"))


@contextmanager
def _text_page(page: pypdfium2.PdfPage) -> Iterator[Any]:
    """PDFium's own handle: a wrapper that closes itself costs as much as a zone's text."""
    text_page = pdfium.FPDFText_LoadPage(page.raw)
    if not text_page:
        raise pypdfium2.PdfiumError("the page's text can't be loaded")
    try:
        yield text_page
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def user_rect(box: ZoneBox, bounds: Rect, rotation: int) -> Rect:
    """A zone of the page as shown, in the page's own coordinates. `bounds` is its visible box, `rotation` in degrees
    clockwise."""
    left, bottom, right, top = bounds
    u_0, v_0 = box.x_mm * PT_PER_MM, box.y_mm * PT_PER_MM
    u_1, v_1 = u_0 + box.width_mm * PT_PER_MM, v_0 + box.height_mm * PT_PER_MM
    match rotation % 360:
        case 90:
            return left + v_0, bottom + u_0, left + v_1, bottom + u_1
        case 180:
            return right - u_1, bottom + v_0, right - u_0, bottom + v_1
        case 270:
            return right - v_1, top - u_1, right - v_0, top - u_0
        case _:
            return left + u_0, top - v_1, left + u_1, top - v_0


def shown_rect(rect: Rect, bounds: Rect, rotation: int) -> Rect:
    """The opposite: a rectangle of the page's own coordinates as left, top, right, bottom of the page as shown, in
    points from its upper left corner."""
    left, bottom, right, top = bounds
    x_0, y_0, x_1, y_1 = rect
    match rotation % 360:
        case 90:
            return y_0 - bottom, x_0 - left, y_1 - bottom, x_1 - left
        case 180:
            return right - x_1, y_0 - bottom, right - x_0, y_1 - bottom
        case 270:
            return top - y_1, right - x_1, top - y_0, right - x_0
        case _:
            return x_0 - left, top - y_1, x_1 - left, top - y_0


def _has_no_text(text_page: Any) -> bool:
    signs = range(pdfium.FPDFText_CountChars(text_page))
    return all(chr(pdfium.FPDFText_GetUnicode(text_page, sign)).isspace() for sign in signs)


def _is_white(page: pypdfium2.PdfPage) -> bool:
    """Whether nothing can be seen; pages without any object need not be drawn for that."""
    if pdfium.FPDFPage_CountObjects(page.raw) == 0 and pdfium.FPDFPage_GetAnnotCount(page.raw) == 0:
        return True
    bitmap = page.render(scale=_BLANK_DPI / 72, grayscale=True)
    return bool(np.asarray(bitmap.to_numpy()).min() >= _WHITE)


def read_bookmarks(pdf: pypdfium2.PdfDocument) -> Iterator[Bookmark]:
    """The outline's entries that lead to a page, in its order."""
    for count, entry in enumerate(pdf.get_toc()):
        if count >= _BOOKMARKS_MAX:
            return
        target = entry.get_dest()
        page = None if target is None else target.get_index()
        if page is not None:
            yield Bookmark(entry.level + 1, entry.get_title().strip(), page + 1)


def read_attachments(pdf: pypdfium2.PdfDocument) -> Iterator[EmbeddedInvoice]:
    """The e-invoices among the attached files."""
    for index in range(min(pdf.count_attachments(), _ATTACHMENTS_MAX)):
        attached = pdf.get_attachment(index)
        name = attached.get_name()
        if not name.lower().endswith(".xml"):
            continue
        try:
            content = bytes(attached.get_data())
        except pypdfium2.PdfiumError as error:
            yield EmbeddedInvoice(name, problem=f"it can't be taken out of the PDF: {error}")
            continue
        if len(content) <= XML_BYTES_MAX and (found := read_embedded(name, content)) is not None:
            yield found
