"""Hot folders: whatever goes wrong beside the files, each is taken once and none is lost."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.files import write_jsonl
from examples.generator import generate
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import InputRefused, NeedsPerson
from mailroom.intake.arrival import Arrival, Outcome, by_reception
from mailroom.intake.hotfolder import Fate, HotFolder
from mailroom.intake.receive import Reception
from mailroom.intake.taken_contents import TakenContents
from mailroom.store.store import Store, open_store
from spool.job import SpoolError
from tests.intake.hot_floor import BROKEN, NOON, Floor
from tests.shared_data import ROOT


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


def test_only_one_process_looks_into_a_folder(floor: Floor) -> None:
    floor.look()
    with (floor.inbox / "taking" / ".lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputRefused, match="E1431") as caught:
            floor.look()
    assert caught.value.remedy
    assert floor.look() == []


def test_what_the_taker_raises_leaves_the_file_for_the_next_look(floor: Floor) -> None:
    def full(_: Arrival) -> Outcome:
        raise SpoolError("E6001", "No room left on the disk", place="", remedy="")

    floor.outcome = full
    floor.put("a.pdf")
    for _ in range(6):
        with pytest.raises(SpoolError, match="E6001"):
            floor.settle()
    floor.outcome = lambda _: Outcome()
    assert floor.look()[0].fate is Fate.TAKEN
    assert floor.taken() == {"a.pdf"}


def test_a_file_that_ends_the_program_again_and_again_is_refused_at_last(floor: Floor) -> None:
    floor.put("a.pdf")
    floor.put("b.pdf", b"%PDF other")
    claim = floor.inbox / "taking" / "20260302T120000-00000000"
    claim.mkdir(parents=True)
    os.rename(floor.inbox / "a.pdf", claim / "a.pdf")
    (claim / ".attempts").write_bytes(b"...")
    (looked, _) = floor.look()
    assert (looked.fate, [error.code for error in looked.errors]) == (Fate.REFUSED, ["E1432"])
    assert floor.look()[0].fate is Fate.TAKEN
    assert floor.names() == ["b.pdf"]


def test_a_folder_that_is_not_there_is_named(floor: Floor, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    hot = HotFolder(file / "in", floor.quarantine, floor.hot.contents, floor.take, lambda: NOON)
    with pytest.raises(SpoolError, match="E600"):
        list(hot.look())


@pytest.mark.parametrize("name", ["å" * 120 + ".pdf", "a\nb\t.pdf", os.fsdecode(b"\xff\xfe.pdf"), "-rf.pdf", "a b.pdf"])
def test_unusual_names_are_taken_and_refused_like_others(floor: Floor, name: str) -> None:
    floor.outcome = lambda _: Outcome(False, (BROKEN,))
    floor.put(name)
    (looked,) = floor.settle()
    assert looked.kept is not None
    assert looked.kept.read_bytes() == b"%PDF-1.7 letter"
    floor.outcome = lambda _: Outcome()
    floor.put(name)
    assert floor.settle()[0].fate is Fate.TAKEN
    assert floor.taken() == {name}
    floor.hot = floor.folder(token=lambda: "another")
    floor.put(name)
    assert floor.settle()[0].errors[0].code == "E1430"


def test_a_line_cut_short_in_the_list_of_contents_costs_nothing_else(tmp_path: Path) -> None:
    contents = TakenContents(tmp_path / "contents.tsv")
    contents.add("a" * 64, "first", NOON, "a\t.pdf")
    with (tmp_path / "contents.tsv").open("ab") as file:
        file.write(b"b" * 64 + b"\tsec")
    again = TakenContents(tmp_path / "contents.tsv")
    again.refresh()
    assert again.is_taken("first")
    assert not again.is_taken("sec")
    again.add("c" * 64, "third", NOON, "c.pdf")
    last = TakenContents(tmp_path / "contents.tsv")
    last.refresh()
    first = last.first("a" * 64)
    assert first is not None
    assert first.name == "a\t.pdf"
    assert last.is_taken("third")
    assert last.first("b" * 64) is None
    contents.refresh()
    assert contents.is_taken("third")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'mailroom.db'}") as opened:
        opened.upgrade()
        yield opened


def test_invoices_as_data_go_through_the_reception(floor: Floor, store: Store, tmp_path: Path) -> None:
    reception = Reception(store.ledger, lambda: NOON, floor.quarantine)
    hot = HotFolder(
        floor.inbox, floor.quarantine, floor.hot.contents, by_reception(reception), lambda: floor.now, settle_s=0
    )
    count = write_jsonl(floor.inbox / "good.jsonl", generate(3, 3))
    floor.put("bad.xml", (ROOT / "examples" / "bad" / "broken.xml").read_bytes())
    floor.put("some.jsonl", (ROOT / "examples" / "bad" / "one-bad-line.jsonl").read_bytes())
    fates = {looked.name: (looked.fate, len(looked.errors)) for looked in hot.look()}
    assert fates == {"good.jsonl": (Fate.TAKEN, 0), "bad.xml": (Fate.REFUSED, 1), "some.jsonl": (Fate.TAKEN, 1)}
    with store.reader() as ledger:
        assert len(ledger.documents(DocumentState.WAITING)) == count + 2
    assert len(list(floor.quarantine.glob("*.errors.json"))) == 2
    assert len(list(floor.quarantine.iterdir())) == 4
    assert floor.left() == {"bad.xml.error", "some.jsonl.error"}


def test_a_person_who_is_needed_keeps_the_file_waiting(floor: Floor) -> None:
    def ask(_: Arrival) -> Outcome:
        raise NeedsPerson("E7002", "somebody must decide", place="", remedy="")

    floor.outcome = ask
    floor.put("a.pdf")
    with pytest.raises(NeedsPerson):
        floor.settle()
    assert len(floor.in_work()) == 1
