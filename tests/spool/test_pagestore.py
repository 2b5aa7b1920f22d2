"""The page store keeps page sets whole or says that it does not."""

from __future__ import annotations

import errno
import os
import pickle
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.pageset import PageSet, PdfObject
from spool.job import SpoolError
from spool.lots import ENTRIES_AT, Lots
from spool.pagestore import PageStore
from tests.spool.page_sets import form, image, page_set

RICH = page_set(
    "rich",
    pages=(b"q 1 0 0 1 0 0 cm Q", b"", b"q /X Do Q" * 300),
    glyphs={"F0123456789ab": (1, 2, 65535), "Fba9876543210": ()},
    forms=(form(), form("1 w")),
    images=(image(), image(7)),
)


@pytest.fixture
def store(tmp_path: Path) -> PageStore:
    return PageStore(tmp_path / "store")


def pages_file(store: PageStore, page_set: PageSet) -> Path:
    """The lot that holds a page set."""
    key = bytes.fromhex(page_set.key)
    return next(path for path in sorted(store.root.rglob("*.lot")) if key in path.read_bytes())


def resource_file(store: PageStore, name: str) -> Path:
    return next(store.root.rglob(name))


def test_what_was_put_comes_back_equal(store: PageStore) -> None:
    assert store.put(RICH) == RICH.key
    assert store.get(RICH.key) == RICH
    assert PageStore(store.root).get(RICH.key) == RICH


def test_a_form_from_another_pdf_a_soft_mask_and_the_stocks_come_back_equal(store: PageStore) -> None:
    objects = (PdfObject((b"<</Type/Font/Name(\xff\x00)/Next ", 1, b">>")), PdfObject((b"<<>>",), b"\x00raw"))
    bare = replace(form("7 w"), name="X" + "7" * 12)
    foreign = replace(form("8 w"), name="X" + "8" * 12, resources=(b"<</Font<</F1 ", 0, b">>>>"), objects=objects)
    mask = image(9)
    pictured = replace(image(8), name="I" + "8" * 12, decode=(1.0, 0.0), soft_mask=mask.name)
    rich = replace(page_set("foreign", forms=(bare, foreign), images=(mask, pictured)), stocks=("giro",))
    store.put(rich)
    assert PageStore(store.root).get(rich.key) == rich


def test_only_what_was_put_is_contained(store: PageStore) -> None:
    assert RICH.key not in store
    store.put(RICH)
    assert RICH.key in store
    assert page_set("other").key not in store
    assert "../../etc/passwd" not in store
    assert 7 not in store


@given(
    pages=st.lists(st.binary(max_size=200), max_size=5),
    glyphs=st.dictionaries(
        st.from_regex(r"F[0-9a-f]{12}", fullmatch=True),
        st.lists(st.integers(0, 65535), max_size=20).map(tuple),
        max_size=3,
    ),
    layout=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    width_pt=st.floats(1, 10_000),
)
def test_any_page_set_survives_the_store(
    tmp_path_factory: pytest.TempPathFactory,
    pages: list[bytes],
    glyphs: dict[str, tuple[int, ...]],
    layout: str,
    width_pt: float,
) -> None:
    store = PageStore(tmp_path_factory.mktemp("store"))
    kept = replace(page_set(), pages=tuple(pages), glyphs=glyphs, layout=layout, width_pt=width_pt)
    store.put(kept)
    assert PageStore(store.root).get(kept.key) == kept


def test_putting_again_changes_no_file(store: PageStore) -> None:
    store.put(RICH)
    before = {path: path.stat().st_mtime_ns for path in store.root.rglob("*") if path.is_file()}
    store.put(RICH)
    PageStore(store.root).put(RICH)
    assert {path: path.stat().st_mtime_ns for path in store.root.rglob("*") if path.is_file()} == before


def test_two_page_sets_share_one_file_of_a_form(store: PageStore) -> None:
    shared = form("0 0 m 1 1 l S" * 500)
    for seed in ("one", "two", "three"):
        store.put(page_set(seed, forms=(shared,)))
    assert len(list(store.root.rglob(shared.name))) == 1
    assert shared.content not in pages_file(store, page_set("two")).read_bytes()


def test_many_are_kept_as_each_one_would_be(store: PageStore) -> None:
    shared = form("0 0 m 1 1 l S" * 500)
    many = [page_set(f"{n}", pages=(b"q Q" * n,), forms=(shared,)) for n in range(200)]
    assert store.put_all(iter(many)) == [each.key for each in many]
    fresh = PageStore(store.root)
    assert [fresh.get(each.key) for each in many] == many
    assert len(list(store.root.rglob("*.lot"))) == 4
    assert len([path for path in store.root.rglob("*") if path.is_file()]) == 5


def test_large_page_sets_share_no_lot(store: PageStore) -> None:
    many = [replace(page_set(f"{n}"), pages=(bytes(5 << 20),)) for n in range(4)]
    store.put_all(many)
    assert len(list(store.root.rglob("*.lot"))) == 2
    assert [PageStore(store.root).get(each.key) for each in many] == many


def test_one_key_twice_among_many_is_kept_once(store: PageStore) -> None:
    other = page_set("other")
    assert store.put_all([RICH, other, RICH]) == [RICH.key, other.key, RICH.key]
    assert pages_file(store, RICH).read_bytes().count(bytes.fromhex(RICH.key)) == 1
    assert PageStore(store.root).get(RICH.key) == RICH


def test_one_key_with_two_contents_among_many_is_refused(store: PageStore) -> None:
    with pytest.raises(SpoolError, match="E6104"):
        store.put_all([RICH, replace(RICH, layout="other")])
    assert RICH.key not in store


def test_page_sets_are_taken_as_they_come(store: PageStore) -> None:
    """A lot is on the disk before the next one is made."""
    seen = []

    def made() -> Iterator[PageSet]:
        for number in range(130):
            seen.append(len(list(store.root.rglob("*.lot"))))
            yield page_set(f"{number}")

    store.put_all(made())
    assert [seen[0], seen[63], seen[64], seen[127], seen[128]] == [0, 0, 1, 1, 2]


def test_nothing_put_makes_no_file(store: PageStore) -> None:
    assert store.put_all([]) == []
    assert not store.root.exists()


def test_one_that_cannot_be_kept_among_many_is_told(store: PageStore) -> None:
    store.put(RICH)
    many = [page_set(f"{n}") for n in range(60)]
    with pytest.raises(SpoolError, match="E6104"):
        store.put_all([*many[:20], replace(RICH, layout="other"), *many[20:]])
    assert store.put_all(many) == [each.key for each in many]


def test_no_temporary_file_stays(store: PageStore) -> None:
    store.put(RICH)
    assert not list(store.root.rglob("*.part"))


def test_a_missing_page_set_is_named(store: PageStore) -> None:
    with pytest.raises(SpoolError) as caught:
        store.get(RICH.key)
    assert caught.value.code == "E6102"
    assert RICH.key in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("key", ["", "short", "../" * 20 + "a" * 4, "G" * 64, "a" * 64 + "\n"])
def test_a_malformed_key_touches_no_file(store: PageStore, key: str) -> None:
    with pytest.raises(SpoolError) as caught:
        store.get(key)
    assert caught.value.code == "E6101"
    with pytest.raises(SpoolError):
        store.put(replace(RICH, key=key))
    assert not store.root.exists()


def test_a_malformed_resource_name_is_refused(store: PageStore) -> None:
    with pytest.raises(SpoolError) as caught:
        store.put(page_set(forms=(replace(form(), name="X/../../0000"),)))
    assert caught.value.code == "E6101"


def test_every_truncation_is_noticed(store: PageStore) -> None:
    small = page_set("small")
    store.put(small)
    path = pages_file(store, small)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        for reader in (store, PageStore(store.root)):
            with pytest.raises(SpoolError) as caught:
                reader.get(small.key)
            assert caught.value.code == "E6103"
            assert caught.value.place == str(path)


def test_every_flipped_byte_is_noticed(store: PageStore) -> None:
    small = page_set("small")
    store.put(small)
    path = pages_file(store, small)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        with pytest.raises(SpoolError, match="E6103"):
            PageStore(store.root).get(small.key)


@pytest.mark.parametrize("at", [ENTRIES_AT, ENTRIES_AT + 31, ENTRIES_AT + 33, ENTRIES_AT + 39, ENTRIES_AT + 47, -1])
def test_damage_that_came_after_the_lot_was_looked_at_is_noticed(store: PageStore, at: int) -> None:
    store.put(RICH)
    path = pages_file(store, RICH)
    whole = bytearray(path.read_bytes())
    whole[at] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(SpoolError, match="E6103") as caught:
        store.get(RICH.key)
    assert caught.value.place == str(path)


def test_damage_of_one_page_set_does_not_hurt_its_neighbours(store: PageStore) -> None:
    many = [page_set(f"{n}") for n in range(10)]
    store.put_all(many)
    path = pages_file(store, many[0])
    path.write_bytes(path.read_bytes()[:-1])
    fresh = PageStore(store.root)
    assert [fresh.get(each.key) for each in many[:-1]] == many[:-1]
    with pytest.raises(SpoolError, match="E6103"):
        fresh.get(many[-1].key)


def test_bytes_after_the_end_of_a_lot_change_nothing(store: PageStore) -> None:
    store.put(RICH)
    with pages_file(store, RICH).open("ab") as file:
        file.write(b"\n")
    assert PageStore(store.root).get(RICH.key) == RICH


def test_a_sound_record_under_another_key_is_noticed(store: PageStore) -> None:
    one, two = page_set("one"), page_set("two")
    store.put(one)
    lots = Lots(f"{store.root}/lots")
    lots.refresh()
    (record,) = lots.find(bytes.fromhex(one.key))
    with lots.new({bytes.fromhex(two.key): record.data}) as lot:
        assert lot.publish(lots.refresh())
    with pytest.raises(SpoolError, match=f"holds {one.key}"):
        store.get(two.key)


def test_a_damaged_form_makes_the_page_set_unreadable(store: PageStore) -> None:
    store.put(RICH)
    path = resource_file(store, form().name)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SpoolError) as caught:
        PageStore(store.root).get(RICH.key)
    assert caught.value.code == "E6103"
    assert caught.value.place == str(path)


def test_putting_again_heals_damaged_and_lost_files(store: PageStore) -> None:
    store.put(RICH)
    pages_file(store, RICH).write_bytes(b"MRLOT001 and no more")
    resource_file(store, form().name).write_bytes(b"")
    resource_file(store, image().name).unlink()
    store.put(RICH)
    assert PageStore(store.root).get(RICH.key) == RICH


def test_a_lost_lot_is_missed_and_put_again(store: PageStore) -> None:
    store.put_all([RICH])
    store.put(page_set("later"))
    pages_file(store, RICH).unlink()
    for reader in (store, PageStore(store.root)):
        with pytest.raises(SpoolError, match="E6102"):
            reader.get(RICH.key)
        assert reader.get(page_set("later").key) == page_set("later")
    store.put(RICH)
    assert PageStore(store.root).get(RICH.key) == RICH


def test_the_same_key_with_other_pages_is_refused_and_the_first_stays(store: PageStore) -> None:
    store.put(RICH)
    with pytest.raises(SpoolError) as caught:
        store.put(replace(RICH, pages=(*RICH.pages, b"one more")))
    assert caught.value.code == "E6104"
    assert store.get(RICH.key) == RICH


def test_pages_that_are_only_deflated_otherwise_are_the_same_and_the_first_stay(store: PageStore) -> None:
    store.put(RICH)
    deflated_otherwise = tuple(zlib.compress(zlib.decompress(page), 0) for page in RICH.pages)
    assert deflated_otherwise != RICH.pages
    assert store.put(replace(RICH, pages=deflated_otherwise)) == RICH.key
    assert PageStore(store.root).get(RICH.key) == RICH


def test_the_same_form_name_with_other_content_is_refused(store: PageStore) -> None:
    store.put(page_set("one", forms=(form(),)))
    with pytest.raises(SpoolError, match="E6104"):
        store.put(page_set("two", forms=(replace(form(), content=b"other"),)))


def test_a_full_disk_is_told_and_leaves_no_half_file(store: PageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    room = 40
    really_write = os.write

    def write(handle: int, data: memoryview) -> int:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = really_write(handle, data[:room])
        room -= taken
        return taken

    with monkeypatch.context() as patch:
        patch.setattr("spool.atomic.os.write", write)
        with pytest.raises(SpoolError) as caught:
            store.put(page_set())
    assert caught.value.code == "E6001"
    assert caught.value.remedy
    assert not [path for path in store.root.rglob("*") if path.is_file()]
    store.put(page_set())
    assert store.get(page_set().key) == page_set()


def test_a_file_in_the_place_of_the_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("no folder")
    with pytest.raises(SpoolError) as caught:
        PageStore(tmp_path / "store").put(page_set())
    assert caught.value.code in {"E6003", "E6004"}
    assert caught.value.place


def test_workers_get_a_store_at_the_same_place(store: PageStore) -> None:
    store.put(RICH)
    assert pickle.loads(pickle.dumps(store)).get(RICH.key) == RICH
