"""Programs by others read a print file as it was meant."""

from __future__ import annotations

import random
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pypdfium2
import pytest

from layouts.fonts import FontFace, default_fonts
from omr.markset import MarkSet
from omr.read import read_pdf
from omr.sheet import SheetId, SheetOrders
from spool.assemble import BatchSheet, PageRef, PrintFile
from spool.pagestore import PageStore
from tests.spool.conftest import Assemble
from tests.spool.page_sets import form, image, page_set, sheets_of, text_set

TEXTS = ("Faktura 1001 til Åse Øverås", "Vergissmeinnicht – Größe ž ł ğ", "Λογαριασμός 42", "Счёт № 7", "page five")


@pytest.fixture
def print_file(store: PageStore, make: Assemble, face: FontFace) -> PrintFile:
    bold = default_fonts().by_style("bold")
    sets = (
        text_set("a", TEXTS[:2], face, forms=(form(),), images=(image(),)),
        text_set("b", TEXTS[2:4], bold, forms=(form(),)),
        text_set("c", TEXTS[4:], face),
    )
    for each in sets:
        store.put(each)
    return make(sheets_of(*sets))


def run(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.mark.tools
def test_qpdf_finds_nothing_to_complain_of(print_file: PrintFile) -> None:
    told = run("qpdf", "--check", print_file.path)
    assert "No syntax or stream encoding errors found" in told
    assert "PDF Version: 1.6" in told


@pytest.mark.tools
def test_ghostscript_interprets_every_page_and_mends_nothing(print_file: PrintFile) -> None:
    told = run(
        "gs",
        "-q",
        "-dNOPAUSE",
        "-dBATCH",
        "-dPDFSTOPONERROR",
        "-dPDFSTOPONWARNING",
        "-sDEVICE=nullpage",
        print_file.path,
    )
    assert told == ""


@pytest.mark.tools
def test_poppler_finds_the_metadata_and_the_boxes(print_file: PrintFile) -> None:
    assert "GTS_PDFXVersion>PDF/X-4<" in run("pdfinfo", "-meta", print_file.path)
    told = dict(line.split(":", 1) for line in run("pdfinfo", "-box", print_file.path).splitlines())
    assert told["PDF version"].strip() == "1.6"
    assert told["TrimBox"].split() == told["MediaBox"].split()


@pytest.mark.tools
def test_pdffonts_lists_each_font_once_embedded_subset_and_with_unicode(print_file: PrintFile) -> None:
    head, _, *rows = run("pdffonts", print_file.path).splitlines()
    assert head.split() == ["name", "type", "encoding", "emb", "sub", "uni", "object", "ID"]
    assert len(rows) == 2
    fonts = {}
    for row in rows:
        name, kind, encoding, embedded, subset, unicode, *_ = row.replace("CID TrueType", "CID-TrueType").split()
        assert (kind, encoding, embedded, subset, unicode) == ("CID-TrueType", "Identity-H", "yes", "yes", "yes")
        tag, _, face = name.partition("+")
        assert len(tag) == 6
        fonts[face] = tag
    assert set(fonts) == {"SourceSansPro-Regular", "SourceSansPro-Bold"}


@pytest.mark.tools
def test_pdftotext_reads_what_was_typeset(print_file: PrintFile) -> None:
    pages = run("pdftotext", "-layout", print_file.path, "-").split("\f")
    assert [page.strip() for page in pages] == [*TEXTS, ""]


def test_pdfium_reads_what_was_typeset(print_file: PrintFile) -> None:
    with pypdfium2.PdfDocument(print_file.path) as document:
        read = []
        for page in document:
            words = page.get_textpage()
            read.append(words.get_text_bounded())
            words.close()
            page.close()
    assert read == list(TEXTS)


def test_pypdf_reads_what_was_typeset(print_file: PrintFile) -> None:
    reader = pypdf.PdfReader(print_file.path, strict=True)
    assert [page.extract_text().strip() for page in reader.pages] == list(TEXTS)


def test_the_marks_on_the_paper_name_every_sheet(print_file: PrintFile, mark_set: MarkSet) -> None:
    readings = list(read_pdf(print_file.path, mark_set))
    assert [reading.problems for reading in readings] == [()] * 5
    assert [reading.sheet for reading in readings] == [
        SheetId("R000001", "P00000001", 1, 1, 2),
        SheetId("R000001", "P00000001", 1, 2, 2),
        SheetId("R000001", "P00000002", 1, 1, 2),
        SheetId("R000001", "P00000002", 1, 2, 2),
        SheetId("R000001", "P00000003", 1, 1, 1),
    ]


def test_two_sided_fronts_bear_marks_and_backs_none(
    store: PageStore, make: Assemble, face: FontFace, mark_set: MarkSet
) -> None:
    kept = text_set("a", TEXTS[:3], face)
    store.put(kept)
    made = make(sheets_of(kept, two_sided=True), sides="two-sided-long-edge")
    readings = list(read_pdf(made.path, mark_set, sides="two-sided-long-edge"))
    assert [reading.problems for reading in readings] == [(), ()]
    assert [reading.sheet for reading in readings] == [
        SheetId("R000001", "P00000001", 1, 1, 2),
        SheetId("R000001", "P00000001", 1, 2, 2),
    ]
    # Read as if it were one-sided, the backs must show nothing.
    backs = list(read_pdf(made.path, mark_set))[1::2]
    assert [(back.sheet, back.codes) for back in backs] == [(None, ())] * 2


@pytest.mark.tools
def test_five_thousand_pages_take_hardly_more_memory_than_one_thousand(
    store: PageStore, make: Assemble, face: FontFace, tmp_path: Path
) -> None:
    # Pages of a realistic size that hardly compress, so that holding them would show.
    keys = [
        store.put(
            page_set(
                f"{seed}",
                pages=(b"/Span <</Noise <%b>>> BDC EMC" % random.Random(seed).randbytes(2000).hex().encode(),),
                forms=(form(),),
                glyphs={face.resource_name: tuple(range(80))},
            )
        )
        for seed in range(50)
    ]

    def sheets(count: int) -> Iterator[BatchSheet]:
        for n in range(1, count + 1):
            identity = SheetId("R000001", f"P{n:08}", 1, 1, 1)
            yield BatchSheet(identity, SheetOrders(1, 1, n), PageRef(keys[n % 50], 0))

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            assert make(sheets(count), out=tmp_path / f"{count}.pdf").pages == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    make(sheets(1), out=tmp_path / "warm.pdf")
    small, large = peak(1000), peak(5000)
    assert large - small < 4000 * 400
    assert large < 6_000_000
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", tmp_path / "5000.pdf")
