"""Batch assembly: kept pages and fresh marks become one print file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from isal import isal_zlib

from layouts.fonts import FontSet
from layouts.pageset import PageSet
from omr.draw import draw_marks
from omr.markset import MarkSet
from spool.atomic import AtomicFile
from spool.batch import BatchSheet, Collation, PageRef, PrintFile
from spool.job import SpoolError
from spool.pagestore import PageStore
from spool.pdf import DEFLATED, PageTree, PdfFile, date_string, rectangle, text_string
from spool.resources import Resources

__all__ = ["BatchSheet", "PageRef", "PrintFile", "assemble"]

_MM_PER_PT = 25.4 / 72
_PAGE_SETS_IN_MEMORY = 4  # The sheets of a piece come together, so hardly more than its own documents are wanted.
_PRODUCER = b"(Mailroom)"
_DUPLEX = {
    "one-sided": b"/Simplex",
    "two-sided-long-edge": b"/DuplexFlipLongEdge",
    "two-sided-short-edge": b"/DuplexFlipShortEdge",
}


def assemble(
    sheets: Iterable[BatchSheet],
    *,
    store: PageStore,
    fonts: FontSet,
    mark_set: MarkSet,
    out: Path,
    title: str,
    created: datetime,
    sides: str = "one-sided",
) -> PrintFile:
    """Write the print file of a batch to `out`, whole or not at all, replacing an earlier one.

    One-sided, each sheet is one page; two-sided (IPP `sides`), two: front and back, a blank one where a sheet has no
    back. Every front gets the marks of its sheet above its page. The pages' content streams are those of the store,
    byte for byte. The file depends on the arguments alone; `sheets` is read once, so memory stays flat.

    Raises `SpoolError`: E6201 no sheets, E6202 a sheet in the wrong place, E6203 no such page in a page set, E6204 a
    back on a one-sided sheet, E6205 unknown `sides`, E6206 two contents under one resource name, E6207 the file grows
    too large, E61xx a page set that can't be read, E6001…E6004 the disk; `LayoutError` for a font that is not in
    `fonts`; `OmrError` for orders that the mark set can't express. `created` must be aware (`ValueError`).
    """
    if sides not in _DUPLEX:
        remedy = "Choose one of " + ", ".join(_DUPLEX) + "."
        raise SpoolError("E6205", f"There is no such way to print as {sides!r}", place=title, remedy=remedy)
    info = b"<</Title%b/Producer%b/CreationDate%b>>" % (text_string(title), _PRODUCER, date_string(created))
    viewing = b"/ViewerPreferences<</PrintScaling/None/Duplex%b>>" % _DUPLEX[sides]
    collation = Collation()
    with AtomicFile(out) as file:
        pdf = PdfFile(file)
        press = _Press(pdf, store, mark_set, two_sided=sides != "one-sided")
        for sheet in sheets:
            collation.add(sheet)
            press.add(sheet)
        collation.finish()
        pages = press.finish(fonts)
        root = pdf.add(b"<</Type/Catalog/Pages %d 0 R%b>>" % (pages, viewing))
        sha256 = pdf.finish(root=root, info=pdf.add(info))
        file.commit()
    return PrintFile(path=out, sha256=sha256, sheets=collation.sheets, pages=press.pages, bytes=pdf.size)


@dataclass(frozen=True, slots=True)
class _Source:
    """A page set in use, with its size as the page and as the marks want it."""

    page_set: PageSet
    media_box: bytes
    width_mm: float
    height_mm: float


class _Press:
    """Puts sheets into a file one after another."""

    def __init__(self, pdf: PdfFile, store: PageStore, mark_set: MarkSet, *, two_sided: bool) -> None:
        self._pdf = pdf
        self._store = store
        self._mark_set = mark_set
        self._two_sided = two_sided
        self._tree = PageTree(pdf)
        self._resources = Resources()
        self._media_box = b""
        self._source: Callable[[str], _Source] = lru_cache(_PAGE_SETS_IN_MEMORY)(self._load)

    @property
    def pages(self) -> int:
        """Pages written so far, blank ones included."""
        return len(self._tree)

    def add(self, sheet: BatchSheet) -> None:
        source = self._source(sheet.front.key)
        front = self._content(source, sheet.front)
        marks = draw_marks(self._mark_set, sheet.orders, sheet.id, source.width_mm, source.height_mm)
        over = self._pdf.add_stream(DEFLATED, isal_zlib.compress(marks, 1))
        self._page(source, b"/Contents[%d 0 R %d 0 R]" % (front, over))
        if sheet.back is None:
            if self._two_sided:
                self._page(source, b"")
        elif self._two_sided:
            behind = self._source(sheet.back.key)
            self._page(behind, b"/Contents %d 0 R" % self._content(behind, sheet.back))
        else:
            who = f"sheet {sheet.id.sheet} of piece {sheet.id.piece}"
            remedy = "Print the batch two-sided, or plan one page a sheet."
            raise SpoolError("E6204", f"A page stands on the back of one-sided {who}", place=who, remedy=remedy)

    def finish(self, fonts: FontSet) -> int:
        """Write what the pages draw on and the tree above them; returns the number of the tree's root."""
        resources = self._resources.write(self._pdf, fonts)
        return self._tree.finish(b"/Resources %d 0 R%b" % (resources, self._media_box))

    def _load(self, key: str) -> _Source:
        page_set = self._store.get(key)
        self._resources.use(page_set)
        width, height = page_set.width_pt, page_set.height_pt
        media_box = b"/MediaBox" + rectangle(0, 0, width, height)
        return _Source(page_set, media_box, width * _MM_PER_PT, height * _MM_PER_PT)

    def _content(self, source: _Source, page: PageRef) -> int:
        pages = source.page_set.pages
        if not 0 <= page.index < len(pages):
            message = f"Page {page.index + 1} is wanted of a document of {len(pages)}"
            remedy = "Plan the batch again: the document was typeset anew since."
            raise SpoolError("E6203", message, place=page.key, remedy=remedy)
        return self._pdf.add_stream(DEFLATED, pages[page.index])

    def _page(self, source: _Source, contents: bytes) -> None:
        if not self._media_box:
            self._media_box = source.media_box
        # The tree's root bears the first page's size for all; another size stands on its page.
        size = b"" if source.media_box == self._media_box else source.media_box
        body = b"<</Type/Page/Parent %d 0 R%b%b>>" % (self._tree.parent(), size, contents)
        self._tree.append(self._pdf.add(body))
