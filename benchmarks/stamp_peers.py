"""What stamps finished pages: ours and the libraries that a user would otherwise pick, given the same work.

The work: take every document of a file, the last first, put marks and code on each page, write one file. Each peer gets
its marks as content made beforehand where it can use that, and is spared what ours does besides: identity checks, the
conditions of PDF/X and PDF/VT, grey instead of colours, fonts that are checked, page by page.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from layouts.fonts import default_fonts
from layouts.pageset import PageSet
from mailroom.intake.finished.definition import JobDefinition, Zone, ZoneBox
from mailroom.intake.finished.examine import PT_PER_MM, examine
from omr.draw import draw_marks
from omr.markset import load_mark_set
from omr.sheet import SheetId, SheetOrders
from spool.assemble import BatchSheet, PageRef, assemble
from spool.finished.convert import FinishedPdf
from spool.finished.fit import Fit
from spool.page_source import PagesInMemory

OURS = "Mailroom"
PATIENCE_S = 60
"""Processor time after which a contestant is given up."""

_A4_MM = (210.0, 297.0)
_A4_PT = (595.276, 841.89)
_MARKS = load_mark_set("quadient")
_ZONE_PT = (60.0, 680.0, 300.0, 720.0)
"""The address: left, bottom, right, top."""

_DEFINITION = JobDefinition.model_validate(
    {
        "format": 1,
        "name": "stream",
        "sender": "Bench AS",
        "country": "NO",
        "language": "nb",
        "currency": "NOK",
        "decimal": ",",
        "split": {"by": "file"},
        "zones": {"number": {"box": {"x_mm": 20, "y_mm": 40, "width_mm": 80, "height_mm": 20}}},
    }
)

Documents = Sequence[range]


def _sheets(documents: Documents) -> Iterator[tuple[range, list[tuple[SheetId, SheetOrders]]]]:
    ordinal = 1
    for number, pages in enumerate(reversed(documents), start=1):
        of = len(pages)
        made = []
        for place in range(of):
            made.append((SheetId("R000001", f"P{number:08}", 1, place + 1, of), SheetOrders(place + 1, of, ordinal)))
            ordinal += 1
        yield pages, made


def _marked_pages(documents: Documents) -> Iterator[tuple[int, bytes]]:
    for pages, sheets in _sheets(documents):
        for page, (identity, orders) in zip(pages, sheets, strict=True):
            yield page, draw_marks(_MARKS, orders, identity, *_A4_MM)


def _ours(source: Path, documents: Documents, out: Path, fit: Fit) -> None:
    held = PagesInMemory()
    with FinishedPdf(source, fit) as pdf:

        def converted() -> Iterator[tuple[PageSet, list[BatchSheet]]]:
            for pages, sheets in _sheets(documents):
                page_set = pdf.page_set(pages)
                yield (
                    page_set,
                    [
                        BatchSheet(identity, orders, PageRef(page_set.key, place))
                        for place, (identity, orders) in enumerate(sheets)
                    ],
                )

        assemble(
            held.sheets(converted()),
            store=held,
            fonts=default_fonts(),
            mark_set=_MARKS,
            out=out,
            title="R000001-B01",
            created=datetime(2026, 1, 2, 6, 30, tzinfo=UTC),
        )


def ours(source: Path, documents: Documents, out: Path) -> None:
    """Pages that are not looked at."""
    _ours(source, documents, out, Fit())


def ours_looked_at(source: Path, documents: Documents, out: Path) -> None:
    """Every page drawn, to see whether its clear zones are clear."""
    _ours(source, documents, out, Fit(clear=_MARKS.clear_zones))


def pikepdf_peer(source: Path, documents: Documents, out: Path) -> None:
    """pikepdf, pages held as objects: to take or change one by its number would cost a walk along all."""
    import pikepdf

    with pikepdf.open(source) as pdf, pikepdf.new() as made:
        pages = list(pdf.pages)
        for number, marks in _marked_pages(documents):
            page = pikepdf.Page(made.copy_foreign(pages[number].obj))
            page.contents_add(marks)
            made.pages.append(page)
        made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def pypdf_peer(source: Path, documents: Documents, out: Path) -> None:
    """pypdf, the marks as a further content stream."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, NameObject, StreamObject

    pages = list(PdfReader(source).pages)
    writer = PdfWriter()
    for number, marks in _marked_pages(documents):
        page = writer.add_page(pages[number])
        over = StreamObject()
        over.set_data(marks)
        page[NameObject("/Contents")] = ArrayObject(
            [page.raw_get("/Contents"), writer._add_object(over.flate_encode())]
        )
    writer.write(out)


def pymupdf_peer(source: Path, documents: Documents, out: Path) -> None:
    """PyMuPDF, the marks appended to the content."""
    import pymupdf

    with pymupdf.open(source) as pdf:
        order = [page for pages in reversed(documents) for page in pages]
        pdf.select(order)
        for place, (_, marks) in enumerate(_marked_pages(documents)):
            page = pdf[place]
            contents = page.get_contents()
            pdf.update_stream(contents[-1], pdf.xref_stream(contents[-1]) + b"\n" + marks)
        pdf.save(out, deflate=True, garbage=0)


def text_ours(source: Path, documents: Documents, out: Path) -> None:
    """The address zone as intake's worker reads it: one zone of a definition, the file's digest and pages besides."""
    left, bottom, right, top = (value / PT_PER_MM for value in _ZONE_PT)
    zone = Zone(box=ZoneBox(x_mm=left, y_mm=_A4_MM[1] - top, width_mm=right - left, height_mm=top - bottom))
    found = examine(source, _DEFINITION.model_copy(update={"zones": {"number": zone}}))
    _keep([page.texts[0] for page in found.pages], documents, out)


def text_pypdfium2(source: Path, documents: Documents, out: Path) -> None:
    """pypdfium2's text within a rectangle: the library that ours asks, as its guide has it."""
    import pypdfium2

    with pypdfium2.PdfDocument(source) as pdf:
        found = []
        for page in pdf:
            text = page.get_textpage()
            found.append(text.get_text_bounded(*_ZONE_PT))
            text.close()
            page.close()
    _keep(found, documents, out)


def text_pymupdf(source: Path, documents: Documents, out: Path) -> None:
    """PyMuPDF's text within a rectangle."""
    import pymupdf

    left, bottom, right, top = _ZONE_PT
    clip = pymupdf.Rect(left, _A4_PT[1] - top, right, _A4_PT[1] - bottom)
    with pymupdf.open(source) as pdf:
        found = [page.get_text("text", clip=clip) for page in pdf]
    _keep(found, documents, out)


def _keep(found: Sequence[str], documents: Documents, out: Path) -> None:
    assert len(found) == documents[-1].stop
    out.write_text("\f".join(found), encoding="utf-8")


STAMPING: dict[str, Callable[[Path, Documents, Path], None]] = {
    OURS: ours,
    "Mailroom, pages looked at": ours_looked_at,
    "pikepdf": pikepdf_peer,
    "pypdf": pypdf_peer,
    "PyMuPDF": pymupdf_peer,
}
# pypdf is left out here: it takes some 12 ms a page. pikepdf reads no text, and pypdfium2 adds no content to a page.
TEXT: dict[str, Callable[[Path, Documents, Path], None]] = {
    OURS: text_ours,
    "pypdfium2": text_pypdfium2,
    "PyMuPDF": text_pymupdf,
}

CONTESTS = {"stamping": STAMPING, "text": TEXT}


def main() -> None:
    """One run in a process of its own: `work name source documents out`; prints processor seconds and memory. The
    kernel ends it when its patience is over."""
    work, name, source, documents, out = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_S, PATIENCE_S))
    ranges = [range(first, end) for first, end in json.loads(Path(documents).read_text(encoding="utf-8"))]
    entry = CONTESTS[work][name]
    started = time.process_time()
    entry(Path(source), ranges, Path(out))
    seconds = time.process_time() - started
    print(json.dumps({"seconds": seconds, "memory_mb": _peak_mb()}))


def _peak_mb() -> float:
    """The peak of this program alone, as Linux tells it: `getrusage` would count the parent's from before the start."""
    (line,) = (line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
