"""What repeats across pages, documents and files is stored once, in print files and in the page store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.stamp_data import make_documents
from layouts.pageset import PageSet
from spool.batch import BatchSheet
from spool.cut import FileLoad
from spool.finished.nodes import Closures, Node, node
from spool.job import SpoolError
from spool.page_source import PagesInMemory
from spool.pagestore import PageStore
from tests.finished.made import differs, drawn_pdf, look, printed, saved, sheets, text_pdf, whole


def streams(path: Path, key: str) -> int:
    with pikepdf.open(path) as pdf:
        return sum(1 for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and key in each)


def test_files_with_the_same_fonts_and_images_merge_to_a_fifth_of_their_sum(tmp_path: Path) -> None:
    files = make_documents(tmp_path, 40)
    out = printed([whole(path) for path in files], tmp_path / "out.pdf")
    plain = sum(path.stat().st_size for path in files)
    assert out.pages == 80
    assert out.bytes < 0.2 * plain
    for number in (0, 41, 79):
        assert differs(look(files[number // 2], number % 2), look(out.path, number)) < 0.0005


def test_a_font_that_two_files_have_alike_is_in_the_print_file_once(tmp_path: Path) -> None:
    sources = [saved(text_pdf([["Alike"]]), tmp_path, f"{name}.pdf") for name in "ab"]
    other = saved(text_pdf([["Åse Øverås"]]), tmp_path, "c.pdf")
    printed([whole(path) for path in sources], tmp_path / "two.pdf")
    assert streams(tmp_path / "two.pdf", "/FontFile2") == 1
    printed([whole(path) for path in (*sources, other)], tmp_path / "three.pdf")
    assert streams(tmp_path / "three.pdf", "/FontFile2") == 2


def test_pages_of_one_document_bring_the_very_same_objects(tmp_path: Path) -> None:
    page_set = whole(saved(text_pdf([["abc"], ["cab"], ["bca"]]), tmp_path))
    assert len({id(form.objects) for form in page_set.forms.values()}) == 1


def test_two_pages_alike_are_one_form(tmp_path: Path) -> None:
    page_set = whole(saved(text_pdf([["Again"], ["Again"]]), tmp_path))
    assert len(page_set.forms) == 1
    assert printed([page_set], tmp_path / "out.pdf").pages == 2


@pytest.fixture
def page_sets(tmp_path: Path) -> list[PageSet]:
    return [whole(path) for path in make_documents(tmp_path, 5)]


def test_the_page_store_gives_back_what_was_put(page_sets: list[PageSet], tmp_path: Path) -> None:
    keys = PageStore(tmp_path / "store").put_all(page_sets)
    again = PageStore(tmp_path / "store")
    assert [again.get(key) for key in keys] == page_sets
    assert again.put_all(page_sets) == keys


def test_the_page_store_keeps_what_documents_share_once(page_sets: list[PageSet], tmp_path: Path) -> None:
    store = PageStore(tmp_path / "store")
    store.put_all(page_sets[:1])
    one = sum(path.stat().st_size for path in (tmp_path / "store").rglob("*.lot"))
    store.put_all(page_sets)
    five = sum(path.stat().st_size for path in (tmp_path / "store").rglob("*.lot"))
    streams_of_one = sum(len(held.stream or b"") for held in next(iter(page_sets[0].forms.values())).objects)
    assert five - one < streams_of_one


def test_stored_pages_make_the_same_print_file_as_those_in_memory(page_sets: list[PageSet], tmp_path: Path) -> None:
    store = PageStore(tmp_path / "store")
    keys = store.put_all(page_sets)
    fresh = PageStore(tmp_path / "store")
    one = printed(page_sets, tmp_path / "one.pdf")
    other = printed([fresh.get(key) for key in keys], tmp_path / "other.pdf")
    assert one.sha256 == other.sha256


def test_damage_to_what_pages_share_is_found(page_sets: list[PageSet], tmp_path: Path) -> None:
    store = PageStore(tmp_path / "store")
    (key,) = store.put_all(page_sets[:1])
    (lot,) = (tmp_path / "store").rglob("*.lot")
    data = bytearray(lot.read_bytes())
    longest = max((each for form in page_sets[0].forms.values() for each in form.objects), key=_size)
    at = data.index(longest.stream or b"")
    data[at + 100] ^= 1
    lot.write_bytes(data)
    with pytest.raises(SpoolError, match="E6103"):
        PageStore(tmp_path / "store").get(key)


def _size(held: object) -> int:
    return len(getattr(held, "stream", None) or b"")


def test_the_size_of_a_file_is_told_with_shared_objects_once_and_never_too_small(
    page_sets: list[PageSet], tmp_path: Path
) -> None:
    made = sheets(page_sets)
    pages = PagesInMemory()
    load = FileLoad(pages, most_bytes=10**9)

    def weighed() -> Iterator[list[BatchSheet]]:
        for page_set, rows in made:
            for _ in pages.sheets([(page_set, rows[:1])]):
                yield rows

    for rows in weighed():
        load.add(rows)
    size = printed(page_sets, tmp_path / "out.pdf").bytes
    assert size <= load.bytes <= 1.5 * size + 20_000


def test_a_page_names_its_own_form_alone(tmp_path: Path) -> None:
    page_set = whole(saved(text_pdf([["a"], ["b"]]), tmp_path))
    printed([page_set], tmp_path / "out.pdf")
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        names = [list(page.obj.Resources.XObject.keys()) for page in pdf.pages]
    assert names == [["/Page"], ["/Page"]]
    assert all(re.fullmatch(r"P[0-9a-f]{40}", name) for name in page_set.forms)


def test_a_blank_page_is_a_page(tmp_path: Path) -> None:
    assert printed([whole(saved(drawn_pdf(b""), tmp_path))], tmp_path / "out.pdf").pages == 1


leaves = st.binary(max_size=3).map(lambda text: ("leaf", text))
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3).map(lambda kids: ("node", tuple(kids))))


def made(tree: Any) -> Node:
    kind, value = tree
    if kind == "leaf":
        return node((b"(%b)" % value.hex().encode(),), value)
    return node((b"[", *map(made, value), b"]"))


@given(trees, trees)
def test_objects_have_one_digest_exactly_when_they_are_alike(one: object, other: object) -> None:
    assert (made(one).digest == made(other).digest) == (one == other)


@given(trees)
def test_a_closure_holds_each_object_once_and_refers_backwards(tree: object) -> None:
    objects = Closures().of(made(tree))
    assert len({held.digest for held in objects}) == len(objects)
    for place, held in enumerate(objects):
        assert all(part < place for part in held.source if isinstance(part, int))
