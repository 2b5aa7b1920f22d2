"""Pages can go from typesetting into a print file without lying on a disk, and few of them at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from layouts.pageset import PageSet
from spool.batch import BatchSheet
from spool.job import SpoolError
from spool.page_source import PagesInMemory
from spool.pagestore import PageStore
from tests.spool.conftest import Assemble
from tests.spool.page_sets import form, page_set, sheets_of

SETS = tuple(page_set(f"{n}", pages=(b"q Q" * n, b"q Q"), forms=(form(),)) for n in range(1, 40))


def documents(sets: Iterable[PageSet]) -> Iterator[tuple[PageSet, list[BatchSheet]]]:
    sheets = sheets_of(*sets)
    for each in sets:
        yield each, [next(sheets) for _ in each.pages]


def test_a_print_file_is_the_same_by_way_of_the_store_or_not(store: PageStore, make: Assemble) -> None:
    store.put_all(SETS)
    kept = make(sheets_of(*SETS)).sha256
    pages = PagesInMemory()
    assert make(pages.sheets(documents(SETS)), store=pages).sha256 == kept


def test_only_the_document_whose_sheets_come_is_held() -> None:
    pages = PagesInMemory()
    for sheet in pages.sheets(documents(SETS)):
        assert pages.get(sheet.front.key).key == sheet.front.key
        for each in SETS:
            if each.key != sheet.front.key:
                with pytest.raises(SpoolError, match="E6102"):
                    pages.get(each.key)
    with pytest.raises(SpoolError, match="E6102"):
        pages.get(SETS[-1].key)


def test_an_assembly_that_breaks_off_holds_nothing() -> None:
    pages = PagesInMemory()
    sheets = pages.sheets(documents(SETS))
    first = next(sheets)
    sheets.close()
    with pytest.raises(SpoolError, match="E6102"):
        pages.get(first.front.key)


def test_a_sheet_with_another_documents_page_is_refused(make: Assemble) -> None:
    one, two = page_set("one"), page_set("two")
    pages = PagesInMemory()
    with pytest.raises(SpoolError, match="E6102") as caught:
        make(pages.sheets([(one, sheets_of(two))]), store=pages)
    assert caught.value.place == two.key
