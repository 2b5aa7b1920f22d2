"""Hot folders: an index file comes with its main file, or neither is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailroom.intake.arrival import Outcome
from mailroom.intake.hotfolder import Fate
from tests.intake.hot_floor import BROKEN, Floor


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path)


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
