"""Rows are cut between pieces, as late as the limits allow, and files stay below what they were cut for."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.fonts import FontFace
from layouts.pageset import PageSet
from spool.batch import BatchSheet, arrange
from spool.cut import FileLoad, SheetLoad, cut
from spool.job import SpoolError
from spool.output import OutputCondition
from spool.pagestore import PageStore
from spool.press_profile import PrintOrder
from tests.spool.conftest import Assemble
from tests.spool.page_sets import form, image, page_set, sheets_of


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(1, 100))
def test_parts_hold_all_in_order_within_the_limit_and_none_could_have_been_longer(sizes: list[int], most: int) -> None:
    parts = list(cut(sizes, partial(SheetLoad, most, lambda size: size)))
    assert [size for part in parts for size in part] == sizes
    assert all(part for part in parts)
    for part in parts:
        assert sum(part) <= most or len(part) == 1
    for part, later in pairwise(parts):
        assert sum(part) + later[0] > most


def pieces(store: PageStore, count: int, face: FontFace) -> list[list[BatchSheet]]:
    """Pieces of three pages that hardly compress, with one letterhead for all and a picture of their own each."""

    def kept(number: int) -> PageSet:
        noise = random.Random(number)
        pages = tuple(b"/Span <</Noise <%b>>> BDC EMC" % noise.randbytes(3000).hex().encode() for _ in range(3))
        picture = replace(image(number % 250), name=f"I{number:012x}", data=noise.randbytes(2000))
        glyphs = {face.resource_name: tuple(range(300))}
        return page_set(f"{number}", pages=pages, forms=(form(),), images=(picture,), glyphs=glyphs)

    sets = [kept(number) for number in range(count)]
    store.put_all(sets)
    sheets = list(sheets_of(*sets))
    return [sheets[at : at + 3] for at in range(0, len(sheets), 3)]


def test_files_cut_by_size_stay_below_it_and_waste_little(
    store: PageStore, make: Assemble, face: FontFace, tmp_path: Path
) -> None:
    made = pieces(store, 40, face)
    limit = 300_000
    parts = list(cut(made, partial(FileLoad, store, most_bytes=limit)))
    assert [piece for part in parts for piece in part] == made
    sizes = [
        make(arrange(part, PrintOrder()), out=tmp_path / f"{number}.pdf").bytes for number, part in enumerate(parts)
    ]
    assert len(parts) > 2
    assert all(size <= limit for size in sizes)
    assert all(size > limit - 180_000 for size in sizes[:-1])


def test_the_profile_of_the_press_counts_in_every_file(store: PageStore, face: FontFace) -> None:
    made = pieces(store, 10, face)
    profile = OutputCondition("press", "DeviceCMYK", bytes(200_000))
    alone = list(cut(made, partial(FileLoad, store, most_bytes=400_000)))
    assert list(cut(made, partial(FileLoad, store, most_bytes=600_000, condition=profile))) == alone
    assert len(alone) < len(list(cut(made, partial(FileLoad, store, most_bytes=400_000, condition=profile))))


def test_both_limits_hold(store: PageStore, face: FontFace) -> None:
    made = pieces(store, 10, face)
    load = partial(FileLoad, store, most_sheets=7, most_bytes=10_000_000)
    assert [len(part) for part in cut(made, load)] == [2] * 5
    assert [len(part) for part in cut(made, partial(FileLoad, store))] == [10]


def test_a_piece_larger_than_the_limit_is_a_file_of_its_own(store: PageStore, face: FontFace) -> None:
    made = pieces(store, 3, face)
    assert [len(part) for part in cut(made, partial(FileLoad, store, most_bytes=1000))] == [1, 1, 1]


def test_pages_that_the_store_lacks_are_told(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="E6102"):
        list(cut([list(sheets_of(page_set()))], partial(FileLoad, PageStore(tmp_path), most_bytes=1)))
