"""Hot folders: each content is taken once, and senders are told what was refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailroom.intake.arrival import Outcome
from mailroom.intake.hotfolder import Fate, HotFolder
from tests.intake.hot_floor import BROKEN, Floor


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


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
