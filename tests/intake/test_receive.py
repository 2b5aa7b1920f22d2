"""Receiving: what is accepted, what is refused, and what is kept of it. Nothing that came in is ever lost."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from examples.files import write_jsonl
from examples.generator import generate
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.domain.invoice import IssuedInvoice
from mailroom.intake.receive import Received, Reception
from mailroom.store.store import Store, open_store
from spool.job import SpoolError
from tests.shared_data import ROOT

BAD = ROOT / "examples" / "bad"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'mailroom.db'}") as opened:
        opened.upgrade()
        yield opened


@pytest.fixture
def quarantine(tmp_path: Path) -> Path:
    return tmp_path / "quarantine"


def receive(store: Store, quarantine: Path, *files: Path, by: str | None = None) -> list[Received]:
    return list(Reception(store.ledger, lambda: NOON, quarantine, by).receive(files))


def kept(quarantine: Path) -> dict[str, Path]:
    """Files in quarantine by their endings."""
    return {"".join(path.suffixes[1:]): path for path in sorted(quarantine.iterdir())} if quarantine.exists() else {}


def listing(quarantine: Path) -> dict[str, Any]:
    (path,) = quarantine.glob("*.errors.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def notes_of(document: Document) -> tuple[str, ...]:
    assert isinstance(document.content, IssuedInvoice)
    return document.content.notes


def waiting(store: Store) -> list[str]:
    with store.reader() as ledger:
        return [document.content.number for document in ledger.documents(DocumentState.WAITING)]


def codes(results: list[Received]) -> list[str | None]:
    return [each.error.code if each.error else None for each in results]


def notes(results: list[Received]) -> list[str | None]:
    return [result.note.code if result.note else None for result in results]


def test_a_refused_file_is_kept_unchanged_beside_its_reasons(store: Store, quarantine: Path) -> None:
    source = BAD / "totals-mismatch.xml"
    (result,) = receive(store, quarantine, source)
    assert (result.status, result.kind) == ("refused", "ubl")
    found = listing(quarantine)
    copy = quarantine / found["kept"]
    assert copy.read_bytes() == source.read_bytes()
    assert found["file"] == str(source)
    assert found["at"] == NOON.isoformat()
    assert [error["code"] for error in found["errors"]] == ["E1016"]
    assert all(error["message"] and error["place"] and error["remedy"] for error in found["errors"])
    assert len(list(quarantine.iterdir())) == 2


def test_a_file_that_can_not_be_read_is_quarantined(store: Store, quarantine: Path) -> None:
    (result,) = receive(store, quarantine, BAD / "letter.pdf")
    assert (result.status, result.kind, result.content) == ("quarantined", "unknown", None)
    assert (quarantine / listing(quarantine)["kept"]).suffix == ".pdf"


def test_one_bad_line_costs_one_document(store: Store, quarantine: Path) -> None:
    results = receive(store, quarantine, BAD / "one-bad-line.jsonl")
    assert [each.status for each in results] == ["accepted", "refused", "accepted"]
    assert waiting(store) == [each.content.number for each in results if each.content and not each.error]
    found = listing(quarantine)
    assert [error["code"] for error in found["errors"]] == ["E1009"]
    assert "line 2" in found["errors"][0]["place"]


def test_a_good_file_leaves_nothing_in_quarantine(store: Store, quarantine: Path, tmp_path: Path) -> None:
    file = tmp_path / "good.jsonl"
    count = write_jsonl(file, generate(5, 3))
    assert codes(receive(store, quarantine, file)) == [None] * count
    assert not quarantine.exists()


def test_the_same_document_again_is_not_taken_twice(store: Store, quarantine: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    write_jsonl(file, generate(1, 3))
    before = receive(store, quarantine, file)
    again = receive(store, quarantine, file)
    assert set(notes(again)) == {"E1801"}
    assert all(each.status == "accepted" and each.error is None for each in again)
    assert len(waiting(store)) == len(before)
    note = again[0].note
    assert note is not None
    assert "one.jsonl line 1 (first: one.jsonl line 1, 2026-03-02 12:00)" in note.place
    assert not quarantine.exists()


def test_the_same_document_in_another_file_is_the_same_document(store: Store, quarantine: Path, tmp_path: Path) -> None:
    for name in ("one.jsonl", "other.jsonl"):
        write_jsonl(tmp_path / name, generate(1, 3))
    receive(store, quarantine, tmp_path / "one.jsonl")
    assert set(notes(receive(store, quarantine, tmp_path / "other.jsonl"))) == {"E1801"}


@pytest.fixture
def versions(tmp_path: Path) -> tuple[Path, Path]:
    """Two files with one document each, of one number and with different content."""
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    write_jsonl(first, list(generate(1, 3))[:1])
    document = json.loads(first.read_text(encoding="utf-8"))
    document["notes"] = ["Another note."]
    second.write_text(json.dumps(document) + "\n", encoding="utf-8")
    return first, second


def test_a_number_that_stands_for_two_contents_is_set_aside_once(
    store: Store, quarantine: Path, versions: tuple[Path, Path]
) -> None:
    receive(store, quarantine, versions[0])
    for _ in range(2):
        (result,) = receive(store, quarantine, versions[1])
        assert (result.status, notes([result])) == ("accepted", ["E1802"])
    assert len(waiting(store)) == 1
    with store.reader() as ledger:
        (aside,) = ledger.documents(DocumentState.SET_ASIDE)
    assert aside.problem.startswith("E1802")
    assert notes_of(aside) == ("Another note.",)


def test_a_person_lets_the_one_set_aside_go_out_too(
    store: Store, quarantine: Path, versions: tuple[Path, Path]
) -> None:
    receive(store, quarantine, *versions)
    assert notes(receive(store, quarantine, versions[1], by="Kari")) == [None]
    with store.reader() as ledger:
        assert not ledger.documents(DocumentState.SET_ASIDE)
        assert [document.ordinal for document in ledger.documents(DocumentState.WAITING)] == [0, 1]


def test_a_corrected_document_takes_the_place_of_one_set_aside(
    store: Store, quarantine: Path, versions: tuple[Path, Path]
) -> None:
    receive(store, quarantine, versions[0])
    with store.ledger() as ledger:
        (document,) = ledger.documents(DocumentState.WAITING)
        ledger.set_document(document.id, DocumentState.SET_ASIDE, "E4030 no glyph")
        ledger.commit()
    assert notes(receive(store, quarantine, versions[1])) == [None]
    with store.reader() as ledger:
        assert [notes_of(document) for document in ledger.documents(DocumentState.WAITING)] == [("Another note.",)]
        (withdrawn,) = ledger.documents(DocumentState.WITHDRAWN)
    assert "superseded" in withdrawn.problem


def test_one_set_aside_waits_again_when_it_comes_unchanged(
    store: Store, quarantine: Path, versions: tuple[Path, Path]
) -> None:
    receive(store, quarantine, versions[0])
    with store.ledger() as ledger:
        (document,) = ledger.documents(DocumentState.WAITING)
        ledger.set_document(document.id, DocumentState.SET_ASIDE, "E4030 no glyph")
        ledger.commit()
    assert notes(receive(store, quarantine, versions[0])) == [None]
    with store.reader() as ledger:
        assert [again.id for again in ledger.documents(DocumentState.WAITING)] == [document.id]


def test_a_duplicate_within_one_file_is_found(store: Store, quarantine: Path, tmp_path: Path) -> None:
    file = tmp_path / "twice.jsonl"
    count = write_jsonl(file, generate(1, 3))
    file.write_text(file.read_text(encoding="utf-8") * 2, encoding="utf-8")
    assert notes(receive(store, quarantine, file)) == [None] * count + ["E1801"] * count
    assert len(waiting(store)) == count


def test_a_person_may_decide_that_it_goes_out_once_more(store: Store, quarantine: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    count = write_jsonl(file, generate(1, 3))
    receive(store, quarantine, file)
    assert codes(receive(store, quarantine, file, by="Kari")) == [None] * count
    assert len(waiting(store)) == 2 * count
    with store.reader() as ledger:
        assert {document.ordinal for document in ledger.documents(DocumentState.WAITING)} == {0, 1}
        entries = [chained.entry for chained in ledger.entries()]
    assert [(entry.event, entry.who) for entry in entries] == [("document.duplicate-accepted", "person:Kari")] * count
    assert entries[0].detail["ordinal"] == 1


def test_nobody_can_not_decide_that_it_goes_out_once_more(store: Store, quarantine: Path) -> None:
    with pytest.raises(MailroomError, match="E7002"):
        receive(store, quarantine, BAD / "broken.xml", by="  ")


def test_the_same_refused_file_is_kept_once(store: Store, quarantine: Path) -> None:
    for _ in range(3):
        receive(store, quarantine, BAD / "broken.xml")
    assert len(list(quarantine.iterdir())) == 2


def test_two_refused_files_of_one_name_are_both_kept(store: Store, quarantine: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "invoice.xml").write_text(f"<{folder}>")
        receive(store, quarantine, tmp_path / folder / "invoice.xml")
    assert len(list(quarantine.glob("*.errors.json"))) == 2
    assert {path.read_text() for path in quarantine.glob("invoice.*.xml")} == {"<a>", "<b>"}


def test_a_name_as_long_as_names_may_be_is_kept_under_a_shorter_one(
    store: Store, quarantine: Path, tmp_path: Path
) -> None:
    long = tmp_path / f"{'å' * 125}.xml"
    long.write_text("<invoice>")
    receive(store, quarantine, long)
    assert (quarantine / listing(quarantine)["kept"]).read_text() == "<invoice>"


def test_what_is_not_there_is_reported_and_nothing_is_kept(store: Store, quarantine: Path, tmp_path: Path) -> None:
    results = receive(store, quarantine, tmp_path / "absent.xml", tmp_path)
    assert codes(results) == ["E1001", "E1001"]
    assert not quarantine.exists()


def test_a_full_disk_is_said_to_be_full_and_leaves_no_half_file(
    store: Store, quarantine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("spool.atomic.os.write", full)
        with pytest.raises(SpoolError, match="E6001") as caught:
            receive(store, quarantine, BAD / "broken.xml")
    assert str(quarantine) in caught.value.place
    assert caught.value.remedy
    assert list(quarantine.iterdir()) == []
    receive(store, quarantine, BAD / "broken.xml")
    assert len(list(quarantine.iterdir())) == 2


def test_a_quarantine_that_can_not_be_made_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolError, match="E600") as caught:
        receive(store, tmp_path / "file" / "quarantine", BAD / "broken.xml")
    assert "quarantine" in caught.value.place


def test_documents_accepted_before_a_fault_stay_accepted(
    store: Store, quarantine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = tmp_path / "good.jsonl"
    count = write_jsonl(good, generate(2, 3))
    reception = Reception(store.ledger, lambda: NOON, tmp_path / "good.jsonl" / "quarantine")
    with pytest.raises(SpoolError):
        list(reception.receive([good, BAD / "broken.xml"]))
    assert len(waiting(store)) == count


def test_documents_that_are_taken_in_lots_are_as_those_taken_one_by_one(
    store: Store, quarantine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailroom.intake.receive._LOT", 2)
    first, second, third = generate(3, seed=5)
    arrivals = [first, second, first, replace(first, notes=("other",)), third]
    reception = Reception(store.ledger, lambda: NOON, quarantine)
    told = list(reception.take_all((content, f"stream page {page}") for page, content in enumerate(arrivals, 1)))
    assert [note.code if note else None for note in told] == [None, None, "E1801", "E1802", None]
    assert waiting(store) == [first.number, second.number, third.number]
    with store.reader() as ledger:
        assert [one.source for one in ledger.documents(DocumentState.SET_ASIDE)] == ["stream page 4"]


def test_a_stream_that_breaks_off_leaves_whole_lots_and_is_taken_in_again(
    store: Store, quarantine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailroom.intake.receive._LOT", 2)
    invoices = list(generate(5, seed=5))

    def broken() -> Iterator[tuple[IssuedInvoice, str]]:
        yield from ((invoice, "stream") for invoice in invoices[:3])
        raise OSError(errno.EIO, "the source went away")

    reception = Reception(store.ledger, lambda: NOON, quarantine)
    with pytest.raises(OSError, match="went away"):
        list(reception.take_all(broken()))
    assert waiting(store) == [invoice.number for invoice in invoices[:2]]
    told = list(reception.take_all((invoice, "stream") for invoice in invoices))
    assert [note.code if note else None for note in told] == ["E1801", "E1801", None, None, None]
    assert waiting(store) == [invoice.number for invoice in invoices]
