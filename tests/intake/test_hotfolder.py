"""Hot folders: only whole files are taken, each content once, and senders are told what was refused."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from examples.files import write_jsonl
from examples.generator import generate
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import InputRefused, NeedsPerson
from mailroom.intake.arrival import Arrival, Outcome, by_reception
from mailroom.intake.hotfolder import Fate, HotFolder, Looked
from mailroom.intake.receive import Reception
from mailroom.intake.taken_contents import TakenContents
from mailroom.store.store import Store, open_store
from spool.job import SpoolError
from tests.shared_data import ROOT

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BROKEN = InputRefused("E1411", "the PDF is broken", place="file structure", remedy="Send it again.")


@dataclass
class Floor:
    """A hot folder, a clock that the test sets, and a taker that remembers what it was given."""

    root: Path
    now: datetime = NOON
    outcome: Callable[[Arrival], Outcome] = field(default=lambda _: Outcome())
    given: list[tuple[str, bytes, bytes | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        self.hot = self.folder()

    @property
    def inbox(self) -> Path:
        return self.root / "in"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    def folder(self, **settings: Any) -> HotFolder:
        tokens = iter(range(1_000_000))
        return HotFolder(
            self.inbox,
            self.quarantine,
            TakenContents(self.root / "contents.tsv"),
            self.take,
            lambda: self.now,
            **{"token": lambda: f"{next(tokens):08x}", **settings},
        )

    def take(self, arrival: Arrival) -> Outcome:
        companion = arrival.companion.read_bytes() if arrival.companion else None
        self.given.append((arrival.file.name, arrival.file.read_bytes(), companion))
        return self.outcome(arrival)

    def put(self, name: str, data: bytes = b"%PDF-1.7 letter") -> Path:
        (self.inbox / name).write_bytes(data)
        return self.inbox / name

    def look(self, after_s: float = 10) -> list[Looked]:
        self.now += timedelta(seconds=after_s)
        return list(self.hot.look())

    def settle(self) -> list[Looked]:
        """Two looks, far enough apart."""
        self.look()
        return self.look()

    def names(self) -> list[str]:
        return [name for name, _, _ in self.given]

    def left(self) -> set[str]:
        return {path.name for path in self.inbox.iterdir()} - {"taking", "taken"}

    def taken(self) -> set[str]:
        return {path.name for path in (self.inbox / "taken").rglob("*") if path.is_file()}

    def in_work(self) -> list[str]:
        return [name for name in os.listdir(self.inbox / "taking") if name != ".lock"]


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


def test_a_file_is_taken_once_it_has_stayed_unchanged_over_two_looks(floor: Floor) -> None:
    floor.put("a.pdf")
    (first,) = floor.look()
    assert (first.fate, first.why) == (Fate.WAITING, "it may still be written")
    assert floor.given == []
    (second,) = floor.look()
    assert second.fate is Fate.TAKEN
    assert second.kept is not None
    assert second.kept.read_bytes() == b"%PDF-1.7 letter"
    assert floor.names() == ["a.pdf"]
    assert floor.left() == set()
    assert floor.taken() == {"a.pdf"}
    assert floor.in_work() == []
    assert floor.settle() == []


def test_two_looks_too_close_together_do_not_settle_a_file(floor: Floor) -> None:
    floor.put("a.pdf")
    for _ in range(9):
        assert floor.look(1)[0].fate is Fate.WAITING
    assert floor.look(2)[0].fate is Fate.TAKEN


def test_a_file_that_still_grows_is_left_alone_until_it_stands_still(floor: Floor) -> None:
    path = floor.put("a.pdf", b"%PDF")
    for _ in range(3):
        with path.open("ab") as file:
            file.write(b" more")
        assert [looked.fate for looked in floor.look()] == [Fate.WAITING]
    assert floor.look()[0].fate is Fate.TAKEN
    assert floor.given[0][1] == b"%PDF more more more"


def test_a_file_rewritten_at_the_same_size_starts_to_settle_anew(floor: Floor) -> None:
    path = floor.put("a.pdf", b"one")
    floor.look()
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert floor.look()[0].fate is Fate.WAITING
    assert floor.look()[0].fate is Fate.TAKEN


def test_a_clock_that_is_set_back_neither_lets_a_file_through_nor_holds_it_for_ever(floor: Floor) -> None:
    floor.put("a.pdf")
    floor.look()
    assert floor.look(-3600)[0].fate is Fate.WAITING
    assert floor.look()[0].fate is Fate.TAKEN


def test_where_senders_rename_into_place_files_are_taken_at_first_sight(floor: Floor) -> None:
    floor.hot = floor.folder(settle_s=0)
    floor.put("a.pdf.tmp")
    assert floor.look() == []
    os.rename(floor.inbox / "a.pdf.tmp", floor.inbox / "a.pdf")
    assert floor.look()[0].fate is Fate.TAKEN


@pytest.mark.parametrize(
    "name",
    [".a.pdf", "a.pdf.tmp", "a.PDF.PART", "a.pdf~", "~$a.docx", "a.filepart", "a.pdf.error", "a.crdownload", "~a.pdf"],
)
def test_hidden_and_unfinished_files_are_never_taken(floor: Floor, name: str) -> None:
    floor.put(name)
    assert floor.settle() == []
    assert floor.left() == {name}


def test_links_folders_and_pipes_are_never_taken(floor: Floor, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"secret")
    (floor.inbox / "link.pdf").symlink_to(secret)
    (floor.inbox / "dangling.pdf").symlink_to("nowhere")
    (floor.inbox / "folder.pdf").mkdir()
    os.mkfifo(floor.inbox / "pipe.pdf")
    assert floor.settle() == []
    assert floor.given == []
    assert floor.left() == {"link.pdf", "dangling.pdf", "folder.pdf", "pipe.pdf"}


def test_a_link_put_in_place_of_a_settled_file_is_not_followed(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"secret")
    path = floor.put("a.pdf")
    floor.look()
    rename = os.rename

    def swapped(source: Path, target: Path) -> None:
        if Path(source) == path and not path.is_symlink():
            path.unlink()
            path.symlink_to(secret)
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", swapped)
        assert floor.look() == []
    assert floor.given == []
    assert path.is_symlink()
    assert secret.read_bytes() == b"secret"
    assert floor.in_work() == []


def test_a_file_that_is_written_to_while_it_is_taken_up_waits(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    path = floor.put("a.pdf", b"half")
    floor.look()
    rename = os.rename

    def written(source: Path, target: Path) -> None:
        if Path(source) == path:
            path.write_bytes(b"half and half")
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", written)
        assert floor.look()[0].fate is Fate.WAITING
    assert floor.given == []
    assert floor.look()[0].fate is Fate.TAKEN
    assert floor.given[0][1] == b"half and half"


def test_a_file_that_is_written_to_while_it_is_taken_in_is_taken_in_again(floor: Floor) -> None:
    def grows_once(arrival: Arrival) -> Outcome:
        if len(floor.given) == 1:
            with arrival.file.open("ab") as file:
                file.write(b" and the rest")
        return Outcome()

    floor.outcome = grows_once
    floor.put("a.pdf", b"half")
    assert floor.settle()[0].fate is Fate.WAITING
    assert floor.look()[0].fate is Fate.TAKEN
    assert [data for _, data, _ in floor.given] == [b"half", b"half and the rest"]
    assert floor.taken() == {"a.pdf"}


def test_a_file_that_its_sender_takes_back_is_forgotten(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    path = floor.put("a.pdf")
    floor.look()
    path.unlink()
    assert floor.look() == []
    path = floor.put("b.pdf")
    floor.look()
    rename = os.rename

    def gone(source: Path, target: Path) -> None:
        path.unlink(missing_ok=True)
        rename(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", gone)
        assert floor.look() == []
    assert floor.in_work() == []


@pytest.mark.parametrize(("order", "expected"), [("time", ["c", "a", "b"]), ("name", ["a", "b", "c"])])
def test_files_are_taken_in_order(floor: Floor, order: Any, expected: list[str]) -> None:
    floor.hot = floor.folder(order=order)
    for name, second in (("b", 30), ("a", 30), ("c", 10)):
        os.utime(floor.put(name, name.encode()), (second, second))
    floor.settle()
    assert floor.names() == expected


def test_a_refused_file_lies_in_quarantine_and_its_sender_is_told(floor: Floor) -> None:
    floor.outcome = lambda _: Outcome(False, (BROKEN,))
    floor.put("letter.pdf", b"%PDF broken")
    (looked,) = floor.settle()
    assert (looked.fate, looked.errors) == (Fate.REFUSED, (BROKEN,))
    assert looked.kept is not None
    assert looked.kept.parent == floor.quarantine
    assert looked.kept.read_bytes() == b"%PDF broken"
    listing = json.loads((floor.quarantine / f"{looked.kept.name}.errors.json").read_text(encoding="utf-8"))
    assert listing["file"] == str(floor.inbox / "letter.pdf")
    assert listing["errors"] == [
        {"code": "E1411", "message": "the PDF is broken", "place": "file structure", "remedy": "Send it again."}
    ]
    assert floor.left() == {"letter.pdf.error"}
    words = (floor.inbox / "letter.pdf.error").read_text(encoding="utf-8")
    assert words.startswith("letter.pdf was not taken in.\n")
    assert "E1411 the PDF is broken" in words
    assert "what to do: Send it again." in words
    assert looked.kept.name in words
    assert floor.taken() == set()
    assert floor.in_work() == []


def test_a_refused_file_may_be_sent_again_and_its_error_list_goes_when_it_is_taken(floor: Floor) -> None:
    floor.outcome = lambda _: Outcome(False, (BROKEN,))
    floor.put("letter.pdf")
    floor.settle()
    floor.put("letter.pdf")
    assert floor.settle()[0].fate is Fate.REFUSED
    floor.outcome = lambda _: Outcome()
    floor.put("letter.pdf")
    assert floor.settle()[0].fate is Fate.TAKEN
    assert floor.left() == set()


def test_a_file_of_which_a_part_was_refused_is_taken_and_told_about(floor: Floor) -> None:
    floor.outcome = lambda _: Outcome(True, (BROKEN,))
    floor.put("many.pdf")
    (looked,) = floor.settle()
    assert (looked.fate, looked.errors) == (Fate.TAKEN, (BROKEN,))
    assert floor.taken() == {"many.pdf"}
    assert len(list(floor.quarantine.iterdir())) == 2
    assert "taken in, except" in (floor.inbox / "many.pdf.error").read_text(encoding="utf-8")


def test_the_same_content_is_refused_whatever_its_name(floor: Floor) -> None:
    floor.put("first.pdf")
    floor.settle()
    floor.hot = floor.folder(token=lambda: "another")
    for name in ("first.pdf", "second.pdf"):
        floor.put(name)
        (looked,) = floor.settle()
        assert looked.fate is Fate.REFUSED
        assert [error.code for error in looked.errors] == ["E1430"]
        assert "first.pdf, 2026-03-02 12:00" in looked.errors[0].place
    assert floor.names() == ["first.pdf"]


def test_duplicates_are_taken_where_that_was_chosen(floor: Floor) -> None:
    floor.hot = floor.folder(duplicates="take")
    for _ in range(2):
        floor.put("a.pdf")
        assert floor.settle()[0].fate is Fate.TAKEN
    assert floor.names() == ["a.pdf"] * 2


def test_several_folders_may_share_what_was_taken(floor: Floor, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    second = HotFolder(other, floor.quarantine, floor.hot.contents, floor.take, lambda: floor.now, settle_s=0)
    floor.put("a.pdf")
    floor.settle()
    (other / "b.pdf").write_bytes(b"%PDF-1.7 letter")
    (looked,) = second.look()
    assert [error.code for error in looked.errors] == ["E1430"]
    assert (other / "b.pdf.error").exists()


def test_an_index_file_comes_with_its_main_file(floor: Floor) -> None:
    floor.hot = floor.folder(companion=".csv")
    floor.put("a.csv", b"number\n1")
    assert floor.settle() == []
    floor.put("a.pdf")
    floor.put("b.pdf", b"%PDF other")
    results = floor.settle()
    assert {(each.name, each.fate, each.why) for each in results} == {
        ("a.pdf", Fate.TAKEN, ""),
        ("b.pdf", Fate.WAITING, "b.csv is not there"),
    }
    assert floor.given == [("a.pdf", b"%PDF-1.7 letter", b"number\n1")]
    assert floor.left() == {"b.pdf"}
    assert floor.taken() == {"a.pdf", "a.csv"}


def test_the_same_pages_with_another_index_are_another_content(floor: Floor) -> None:
    floor.hot = floor.folder(companion=".csv")
    for index in (b"1", b"2"):
        floor.put("a.csv", index)
        floor.put("a.pdf")
        assert floor.settle()[0].fate is Fate.TAKEN


def test_a_refused_pair_is_kept_together(floor: Floor) -> None:
    floor.hot = floor.folder(companion=".csv")
    floor.outcome = lambda _: Outcome(False, (BROKEN,))
    floor.put("a.csv", b"index")
    floor.put("a.pdf", b"pages")
    floor.settle()
    assert {path.read_bytes() for path in floor.quarantine.iterdir() if path.suffix != ".json"} == {b"index", b"pages"}
    assert floor.left() == {"a.pdf.error"}


def test_an_index_taken_up_alone_before_a_crash_goes_back(floor: Floor) -> None:
    floor.hot = floor.folder(companion=".csv")
    claim = floor.inbox / "taking" / "20260302T120000-00000000"
    claim.mkdir(parents=True)
    (claim / "a.csv").write_bytes(b"index")
    floor.put("a.pdf")
    floor.look()
    floor.settle()
    assert floor.given == [("a.pdf", b"%PDF-1.7 letter", b"index")]


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
