"""Batch assembly: kept pages and fresh marks become one print file, PDF/X-4 and PDF/VT-1 (docs/adr/0010)."""

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
from omr.model import Side
from spool.atomic import AtomicFile
from spool.batch import BatchSheet, Collation, PageRef, PieceInfo, PrintFile
from spool.job import SpoolError
from spool.metadata import PDF_SCHEMA, Metadata, described, xmp_date
from spool.output import OutputCondition, black_only
from spool.page_source import PageSource
from spool.paper import Stretches
from spool.parts import DocumentParts
from spool.pdf import DEFLATED, PageTree, PdfFile, rectangle
from spool.press_profile import PLAIN, PressProfile, default_press
from spool.resources import Resources

__all__ = ["BatchSheet", "PageRef", "PieceInfo", "PrintFile", "assemble"]

_MM_PER_PT = 25.4 / 72
_PAGE_SETS_IN_MEMORY = 4  # The sheets of a piece come together, so hardly more than its own documents are wanted.
_DRAWINGS = 1024
_ONE_SIDED = "one-sided"
_SIDES_OF_BACK_MARKS = "two-sided-long-edge"
"""Turned over its short edge, a back would have its marks at the other end of the paper's way."""
_DUPLEX = {
    _ONE_SIDED: b"/Simplex",
    "two-sided-long-edge": b"/DuplexFlipLongEdge",
    "two-sided-short-edge": b"/DuplexFlipShortEdge",
}
_PDFX, _PDFVT = "http://www.npes.org/pdfx/ns/id/", "http://www.npes.org/pdfvt/ns/id/"


def assemble(
    sheets: Iterable[BatchSheet],
    *,
    store: PageSource,
    fonts: FontSet,
    mark_set: MarkSet,
    out: Path,
    title: str,
    created: datetime,
    sides: str = _ONE_SIDED,
    press: PressProfile | None = None,
    condition: OutputCondition | None = None,
) -> PrintFile:
    """Write the print file of a batch to `out`, whole or not at all, replacing an earlier one.

    One-sided, each sheet is one page; two-sided (IPP `sides`), two: front and back, a blank one where a sheet has no
    back. A sheet with `sides` of its own is set into the job's: a one-sided one gets a blank back in a two-sided job,
    unless the `press` (the shipped one by default) takes sides page by page. Every front, or every back with a mark set
    for the back, gets the marks of its sheet above its page. The pages' content streams are those of the `store` (the
    page store, or pages in memory), byte for byte. `condition` is what the press prints, black alone by default. The
    sheets come in the print order of the press. The file depends on the arguments alone; `sheets` is read once, so
    memory stays flat.

    Raises `SpoolError`: E6201 no sheets, E6202 a sheet in the wrong place, E6203 no such page in a page set, E6204 a
    back on a one-sided sheet, a two-sided sheet in a one-sided job, or marks for backs that the job does not print,
    E6205 unknown `sides`, E6206 two contents under one resource name, E6208 a colour that the output condition lacks,
    E6211 a paper that the press lacks, E6212 a
    damaged form or image, E61xx a page set that can't be read, E6001…E6004 the disk; `LayoutError` for a font that is
    not in `fonts`; `OmrError` for orders that the mark set can't express. `created` must be aware (`ValueError`).
    """
    _check_sides(sides, title)
    if mark_set.side is Side.BACK and sides != _SIDES_OF_BACK_MARKS:
        message = f"The marks of {mark_set.name} stand on the back, and the job is {sides}"
        remedy = f"Print the batch {_SIDES_OF_BACK_MARKS}, or choose a mark set for the front."
        raise SpoolError("E6204", message, place=title, remedy=remedy)
    described_by = Metadata(title, created)
    press = press or default_press()
    condition = condition or black_only()
    collation = Collation(press.order)
    with AtomicFile(out) as file:
        pdf = PdfFile(file)
        work = _Work(pdf, store, mark_set, press, condition, sides)
        for sheet in sheets:
            work.add(sheet, ends=collation.add(sheet))
        collation.finish()
        catalog = work.finish(fonts)
        intent = condition.write(pdf, "GTS_PDFX")
        info, metadata, identity = described_by.write(pdf, _conformance(created), b"/Trapped/False")
        viewing = b"/ViewerPreferences<</PrintScaling/None/Duplex%b>>" % _DUPLEX[sides]
        entries = b"%b/OutputIntents[%d 0 R]/Metadata %d 0 R%b" % (catalog, intent, metadata, viewing)
        root = pdf.add(b"<</Type/Catalog%b>>" % entries)
        sha256 = pdf.finish(root=root, info=info, identity=identity)
        file.commit()
    return PrintFile(out, sha256, collation.sheets, work.pages, pdf.size, work.stretches.finish())


def _check_sides(sides: str, place: str) -> None:
    if sides not in _DUPLEX:
        remedy = "Choose one of " + ", ".join(_DUPLEX) + "."
        raise SpoolError("E6205", f"There is no such way to print as {sides!r}", place=place, remedy=remedy)


def _conformance(created: datetime) -> tuple[str, ...]:
    """What a reader may rely on: PDF/X-4 (ISO 15930-7) and, above it, PDF/VT-1 (ISO 16612-2)."""
    vt = {"GTS_PDFVTVersion": "PDF/VT-1", "GTS_PDFVTModDate": xmp_date(created)}
    return (
        described("pdf", PDF_SCHEMA, Trapped="False"),
        described("pdfxid", _PDFX, GTS_PDFXVersion="PDF/X-4"),
        described("pdfvtid", _PDFVT, **vt),
    )


def _contents(*streams: int) -> bytes:
    """A page's entry for its content streams, by their object numbers; none for a blank page."""
    match streams:
        case ():
            return b""
        case (one,):
            return b"/Contents %d 0 R" % one
        case _:
            return b"/Contents[%b]" % b" ".join([b"%d 0 R" % stream for stream in streams])


@dataclass(frozen=True, slots=True)
class _Source:
    """A page set in use, with its size as the page and as the marks want it."""

    page_set: PageSet
    box: bytes
    width_mm: float
    height_mm: float


class _Work:
    """Puts sheets into a file one after another."""

    def __init__(
        self,
        pdf: PdfFile,
        store: PageSource,
        mark_set: MarkSet,
        press: PressProfile,
        condition: OutputCondition,
        sides: str,
    ) -> None:
        self._pdf = pdf
        self._store = store
        self._mark_set = mark_set
        self._marks_behind = mark_set.side is Side.BACK
        self._press = press
        self._sides = sides
        self._tree = PageTree(pdf)
        self._resources = Resources(pdf, condition)
        self._parts = DocumentParts(pdf)
        self._part = self._first_page = self._last_page = 0
        self._about = PieceInfo()
        self._media_box = b""
        self._drawings: dict[bytes, int] = {}
        self._source: Callable[[str], _Source] = lru_cache(_PAGE_SETS_IN_MEMORY)(self._load)
        self.stretches = Stretches()

    @property
    def pages(self) -> int:
        """Pages written so far, blank ones included."""
        return len(self._tree)

    def add(self, sheet: BatchSheet, *, ends: bool) -> None:
        """Write the pages of a sheet; its piece `ends` with it."""
        if not self._part:
            self._part, self._first_page, self._about = self._parts.open(), 0, sheet.about
        before = len(self._tree)
        source = self._source(sheet.front.key)
        sides = self._sides_of(sheet)
        front = self._content(source, sheet.front)
        own = self._resources.own(source.page_set, sheet.front.index)
        size_mm = source.width_mm, source.height_mm
        marks = draw_marks(self._mark_set, sheet.orders, sheet.id, *size_mm, side=self._mark_set.side)
        over = (self._pdf.add_stream(DEFLATED, isal_zlib.compress(marks, 1)),)
        over_front, over_back = ((), over) if self._marks_behind else (over, ())
        self._page(source, own + _contents(front, *over_front))
        if sheet.back is not None:
            behind = self._source(sheet.back.key)
            content = self._content(behind, sheet.back)
            own = self._resources.own(behind.page_set, sheet.back.index)
            self._page(behind, own + _contents(content, *over_back))
        elif sides != _ONE_SIDED:
            self._page(source, _contents(*over_back))
        stock = sheet.stock or (source.page_set.stocks[sheet.front.index] if source.page_set.stocks else PLAIN)
        self.stretches.add(len(self._tree) - before, stock, self._press.media_type(stock), sides)
        if ends:
            self._parts.close(self._first_page, self._last_page, sheet.id, self._about)
            self._part = 0

    def finish(self, fonts: FontSet) -> bytes:
        """Write what the pages draw on and the trees above them; returns their entries for the catalog."""
        resources = self._resources.write(fonts)
        pages = self._tree.finish(b"/Resources %d 0 R/MediaBox%b" % (resources, self._media_box))
        return b"/Pages %d 0 R/DPartRoot %d 0 R" % (pages, self._parts.finish())

    def _sides_of(self, sheet: BatchSheet) -> str:
        """How this sheet is printed: as the job is, where the press knows only one way for a job."""
        wanted = sheet.sides or self._sides
        if wanted == self._sides and (sheet.back is None or wanted != _ONE_SIDED):
            return wanted
        who = f"sheet {sheet.id.sheet} of piece {sheet.id.piece}"
        _check_sides(wanted, who)
        if wanted == _ONE_SIDED and sheet.back is not None:
            remedy = "Print the batch two-sided, or plan one page a sheet."
            raise SpoolError("E6204", f"A page stands on the back of one-sided {who}", place=who, remedy=remedy)
        if self._press.mixed_sides and not self._marks_behind:
            return wanted
        if self._sides == _ONE_SIDED or sheet.back is not None:
            message = f"The {who} is {wanted}, the job {self._sides}, and the press {self._press.name} can't change it"
            remedy = "Print the batch in the way its two-sided sheets want, or on a press with mixed_sides."
            raise SpoolError("E6204", message, place=who, remedy=remedy)
        return self._sides

    def _load(self, key: str) -> _Source:
        page_set = self._store.get(key)
        self._resources.use(page_set)
        width, height = page_set.width_pt, page_set.height_pt
        return _Source(page_set, rectangle(0, 0, width, height), width * _MM_PER_PT, height * _MM_PER_PT)

    def _content(self, source: _Source, page: PageRef) -> int:
        pages = source.page_set.pages
        if not 0 <= page.index < len(pages):
            message = f"Page {page.index + 1} is wanted of a document of {len(pages)}"
            remedy = "Plan the batch again: the document was typeset anew since."
            raise SpoolError("E6203", message, place=page.key, remedy=remedy)
        content = pages[page.index]
        if not source.page_set.draws:
            return self._pdf.add_stream(DEFLATED, content)
        # Finished pages are drawn by few contents: mostly by one and the same.
        known = self._drawings.get(content)
        if known is None:
            if len(self._drawings) >= _DRAWINGS:
                self._drawings.clear()
            known = self._drawings[content] = self._pdf.add_stream(DEFLATED, content)
        return known

    def _page(self, source: _Source, contents: bytes) -> None:
        if not self._media_box:
            self._media_box = source.box
        # The tree's root bears the first page's size for all; another size stands on its page. A trim box is not
        # inherited, so it stands on every page.
        size = b"" if source.box == self._media_box else b"/MediaBox" + source.box
        entries = size + b"/TrimBox" + source.box + contents
        body = b"<</Type/Page/Parent %d 0 R/DPart %d 0 R%b>>" % (self._tree.parent(), self._part, entries)
        page = self._pdf.add(body)
        self._tree.append(page)
        self._first_page = self._first_page or page
        self._last_page = page
