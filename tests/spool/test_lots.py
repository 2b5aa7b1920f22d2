"""Lots are seen whole or not at all, whoever writes beside and whenever a writer is killed."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spool.lots
from spool.job import SpoolError
from spool.lots import Lots
from spool.pagestore import PageStore
from tests.spool.page_sets import form, page_set

FORK = multiprocessing.get_context("fork")


def key(number: int, prefix: int | None = None) -> bytes:
    """A key whose first eight bytes are `prefix`, if that is given."""
    return (number if prefix is None else prefix).to_bytes(8, "big") + number.to_bytes(24, "big")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "lots")


def add(lots: Lots, records: dict[bytes, bytes]) -> None:
    with lots.new(records) as lot:
        while not lot.publish(lots.refresh()):
            pass


def data(lots: Lots, name: bytes) -> list[bytes]:
    return [found.data for found in lots.find(name)]


def looked_at(folder: str) -> Lots:
    lots = Lots(folder)
    lots.refresh()
    return lots


def test_lots_are_numbered_in_the_order_in_which_they_came(folder: str) -> None:
    lots = Lots(folder)
    assert lots.next == 0
    assert lots.refresh() == 1
    for number in range(3):
        add(lots, {key(number): b"record %d" % number})
    assert lots.next == 4
    assert sorted(path.name for path in Path(folder).rglob("*.lot")) == [f"{number:09}.lot" for number in (1, 2, 3)]


def test_each_thousand_lots_lie_in_a_folder_of_their_own(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool.lots, "_A_FOLDER", 2)
    lots = Lots(folder)
    for number in range(5):
        add(lots, {key(number): b"%d" % number})
    assert sorted(path.name for path in Path(folder).iterdir()) == ["000000", "000001", "000002"]
    assert [data(looked_at(folder), key(number)) for number in range(5)] == [[b"%d" % n] for n in range(5)]


@given(
    st.lists(st.dictionaries(st.integers(0, 30).map(key), st.binary(max_size=40), max_size=8), max_size=6),
    st.integers(1, 12),
)
def test_every_record_is_found_where_it_was_put(
    tmp_path_factory: pytest.TempPathFactory, batches: list[dict[bytes, bytes]], merge_at: int
) -> None:
    """By the writer, by one who looked in between, and by one who comes later; the oldest first."""
    folder = str(tmp_path_factory.mktemp("lots"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool.lots, "_MERGE_AT", merge_at)
        writer, watcher = Lots(folder), looked_at(folder)
        for batch in batches:
            add(writer, batch)
            watcher.refresh()
        for lots in (writer, watcher, looked_at(folder)):
            for number in range(31):
                assert data(lots, key(number)) == [batch[key(number)] for batch in batches if key(number) in batch]


def test_keys_that_begin_alike_are_told_apart(folder: str) -> None:
    lots = Lots(folder)
    add(lots, {key(1, prefix=7): b"one", key(2, prefix=7): b"two"})
    add(lots, {key(3, prefix=7): b"three"})
    for each in (lots, looked_at(folder)):
        assert [data(each, key(number, prefix=7)) for number in (1, 2, 3, 4)] == [[b"one"], [b"two"], [b"three"], []]
        assert not each.damaged


def test_a_lot_of_very_many_records_is_read_whole(folder: str) -> None:
    add(Lots(folder), {key(number): b"%d" % number for number in range(5000)})
    assert data(looked_at(folder), key(4999)) == [b"4999"]


def test_who_was_slower_gets_the_next_number_and_loses_nothing(folder: str) -> None:
    one, other = Lots(folder), Lots(folder)
    seen = one.refresh()
    with one.new({key(1): b"one"}) as lot:
        add(other, {key(2): b"two"})
        assert not lot.publish(seen)
        assert data(one, key(2)) == []
        assert lot.publish(one.refresh())
    assert data(one, key(2)) == [b"two"]
    assert sorted(Path(folder).rglob("*.lot")) == sorted(Path(folder).rglob("*[0-9].*"))
    assert [data(looked_at(folder), key(number)) for number in (1, 2)] == [[b"one"], [b"two"]]


def test_a_lot_that_gets_no_number_leaves_nothing(folder: str) -> None:
    lots = Lots(folder)
    with lots.new({key(1): b"one"}):
        assert len(list(Path(folder).glob("*.part"))) == 1
    assert not [path for path in Path(folder).rglob("*") if path.is_file()]


def test_a_file_system_without_hard_links_is_named(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: str, target: str) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("spool.atomic.os.link", link)
    with pytest.raises(SpoolError, match="hard links") as caught:
        add(Lots(folder), {key(1): b"one"})
    assert caught.value.code == "E6004"
    assert not [path for path in Path(folder).rglob("*") if path.is_file()]


def test_two_processes_that_find_the_same_key_taken_agree(tmp_path: Path) -> None:
    """Other content is refused even if it came between our look and our writing."""
    slow, quick = PageStore(tmp_path), PageStore(tmp_path)
    mine, theirs = page_set("one", pages=(b"mine",)), page_set("one", pages=(b"theirs",))

    def made() -> Iterator[object]:
        yield mine
        quick.put(theirs)

    with pytest.raises(SpoolError, match="E6104"):
        slow.put_all(made())  # type: ignore[arg-type]
    assert PageStore(tmp_path).get(mine.key) == theirs
    assert len(list(tmp_path.rglob("*.lot"))) == 1


def put_many(root: Path, first: int, last: int) -> None:
    PageStore(root).put_all(page_set(f"{number}", forms=(form(),)) for number in range(first, last))


def test_processes_that_write_at_once_share_the_store(tmp_path: Path) -> None:
    """Their documents overlap; a fourth one, who looked before, finds them all."""
    watcher = PageStore(tmp_path)
    assert page_set("0").key not in watcher
    workers = [FORK.Process(target=put_many, args=(tmp_path, first, first + 400)) for first in (0, 200, 400)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    for number in range(800):
        wanted = page_set(f"{number}", forms=(form(),))
        assert watcher.get(wanted.key) == wanted
    numbers = sorted(int(path.stem) for path in tmp_path.rglob("*.lot"))
    assert numbers == list(range(1, len(numbers) + 1))


def killed_in(call: str, root: Path) -> None:
    """Put pages in a process that is killed when it makes a system call."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(os, call, die)
    put_many(root, 0, 10)


@pytest.mark.parametrize("call", ["write", "fsync", "link", "unlink"])
def test_a_writer_that_is_killed_leaves_no_half_lot(tmp_path: Path, call: str) -> None:
    before = page_set("before", forms=(form(),))
    PageStore(tmp_path).put(before)
    writer = FORK.Process(target=killed_in, args=(call, tmp_path))
    writer.start()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    (left,) = tmp_path.rglob("*.part")
    store = PageStore(tmp_path)
    assert store.get(before.key) == before
    # It is killed while it clears up: then the lot has its name already, and all of it is there.
    there = call == "unlink"
    assert [page_set(f"{number}").key in store for number in range(10)] == [there] * 10

    PageStore(tmp_path).put(page_set("soon after"))
    assert left.exists(), "its writer might live"
    long_ago = left.stat().st_mtime - 2 * spool.lots._STALE_S
    os.utime(left, (long_ago, long_ago))
    put_many(tmp_path, 0, 10)
    PageStore(tmp_path).put(page_set("later"))
    assert not left.exists()
    assert [page_set(f"{number}").key in store for number in range(10)] == [True] * 10


def test_a_lot_is_read_whoever_put_something_else_beside_it(folder: str) -> None:
    add(Lots(folder), {key(1): b"one"})
    (Path(folder) / "readme.txt").write_text("of somebody")
    (Path(folder) / "000000" / "copy of 000000001.lot").write_text("of somebody")
    (Path(folder) / "000000" / "notes").mkdir()
    lots = looked_at(folder)
    assert data(lots, key(1)) == [b"one"]
    assert lots.next == 2
    assert not lots.damaged
