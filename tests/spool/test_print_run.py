"""From an invoice's data to the print file: what was typeset is what is printed, with the marks of every sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest

from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.typeset import PageProgram, compile_layout
from omr.markset import MarkSet
from omr.read import read_pdf
from spool.pagestore import PageStore
from tests.layouts.paper import pdf_of
from tests.layouts.samples import invoice
from tests.spool.conftest import Assemble
from tests.spool.page_sets import sheets_of

DPI = 100
STRIP_PX = round(19 / 25.4 * DPI)
"""The left strip belongs to the marks; the layout begins right of it."""

INVOICES = {"short": (invoice(4, 1), "nb"), "long": (invoice(45, 2), "en"), "middle": (invoice(17, 3), "nb")}


@pytest.fixture(scope="module")
def sets() -> tuple[PageSet, ...]:
    program: PageProgram = compile_layout(load_layout("invoice"), default_fonts())
    return tuple(program.typeset(data, language) for data, language in INVOICES.values())


def pixels(pdf: Path | bytes) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Every page in grey, without the strip of the marks."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=DPI / 72, grayscale=True).to_numpy()[:, STRIP_PX:].copy() for page in document]


def test_the_store_gives_back_what_was_typeset(store: PageStore, sets: tuple[PageSet, ...]) -> None:
    for each in sets:
        store.put(each)
    assert tuple(PageStore(store.root).get(each.key) for each in sets) == sets


def test_the_print_file_looks_like_the_pages_that_were_typeset(
    store: PageStore, make: Assemble, sets: tuple[PageSet, ...]
) -> None:
    for each in sets:
        store.put(each)
    printed = pixels(make(sheets_of(*sets)).path)
    typeset = pixels(pdf_of(sets, default_fonts()))
    assert len(printed) == len(typeset) == sum(len(each.pages) for each in sets)
    for page, proof in zip(printed, typeset, strict=True):
        assert proof.min() < 128
        assert np.array_equal(page, proof)


@pytest.mark.parametrize("sides", ["one-sided", "two-sided-long-edge"])
def test_every_sheet_is_named_and_counted_by_its_marks(
    store: PageStore, make: Assemble, mark_set: MarkSet, sets: tuple[PageSet, ...], sides: str
) -> None:
    for each in sets:
        store.put(each)
    planned = list(sheets_of(*sets, two_sided=sides != "one-sided"))
    readings = list(read_pdf(make(planned, sides=sides).path, mark_set, sides=sides))
    assert [reading.problems for reading in readings] == [()] * len(planned)
    assert [reading.sheet for reading in readings] == [sheet.id for sheet in planned]


def test_every_page_is_in_the_file_byte_for_byte(store: PageStore, make: Assemble, sets: tuple[PageSet, ...]) -> None:
    for each in sets:
        store.put(each)
    with pikepdf.open(make(sheets_of(*sets)).path) as pdf:
        printed = [page.obj.Contents[0].read_raw_bytes() for page in pdf.pages]
    assert printed == [page for each in sets for page in each.pages]
