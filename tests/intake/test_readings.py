"""Marks of files from anywhere are read by a worker that can be killed, as one would read them oneself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pydantic import JsonValue

from mailroom.domain.errors import InputRefused
from mailroom.intake import readings as asked
from mailroom.intake.guard import Done, Guard, Limits
from mailroom.intake.readings import readings
from omr.markset import load_mark_set
from omr.pages import read_file
from omr.sheet import SheetOrders
from tests.hostile.case import Case
from tests.hostile.corpus import corpus
from tests.omr.degrade import Wear, letter, worn

MARKS = load_mark_set("quadient")
WEAR = Wear(skew_deg=1.5, right_mm=1.5, paper=230, ink=40, grain=4, pepper=0.003, turned=2)


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    with Guard() as made:
        yield made


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five sheets, skewed and noisy; the third is blank."""
    pages = [Image.fromarray(worn(letter(MARKS, SheetOrders(1, 1, n, frozenset())), 200, WEAR, n)) for n in range(1, 6)]
    pages[2] = Image.new("L", pages[0].size, 255)
    file = tmp_path_factory.mktemp("scans") / "scans.tif"
    pages[0].save(file, save_all=True, append_images=pages[1:], dpi=(200, 200))
    return file


@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize("lot", [2, 5, 100])
def test_the_worker_reads_what_one_reads_oneself(
    guard: Guard, scans: Path, monkeypatch: pytest.MonkeyPatch, lot: int, measured: bool
) -> None:
    """Whatever the lots; all fields come back to the last digit."""
    monkeypatch.setattr(asked, "_LOT", lot)
    there = list(readings(guard, scans, "quadient", sides="one-sided", dpi=None, measured=measured))
    assert there == list(read_file(scans, MARKS, measured=measured))
    assert len(there) == 5


def test_an_error_of_the_reader_comes_through(guard: Guard, tmp_path: Path) -> None:
    file = tmp_path / "no.png"
    file.write_bytes(b"no picture")
    with pytest.raises(InputRefused, match=r"E5303.*neither a PDF nor an image"):
        list(readings(guard, file, "quadient", sides="one-sided", dpi=None, measured=False))


def test_a_file_that_takes_too_long_is_given_up(scans: Path) -> None:
    with Guard(Limits(wall_s=0.001)) as hasty, pytest.raises(InputRefused, match="E1401"):
        list(readings(hasty, scans, "quadient", sides="one-sided", dpi=None, measured=True))


def test_an_answer_that_is_none_is_refused(guard: Guard, scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page twice, a page before the first one asked for, a field that is not there."""
    (first, *_) = read_file(scans, MARKS)
    for said in ([first, first], [replace(first, page=0)]):
        monkeypatch.setattr(guard, "stream", _saying([asked._readings().dump_python(one, mode="json") for one in said]))
        with pytest.raises(InputRefused, match="E1404"):
            list(readings(guard, scans, "quadient", sides="one-sided", dpi=None, measured=False))
    monkeypatch.setattr(guard, "stream", _saying([{"page": 1}]))
    with pytest.raises(InputRefused, match="E1404"):
        list(readings(guard, scans, "quadient", sides="one-sided", dpi=None, measured=False))


def _saying(values: list[JsonValue]) -> Callable[[str, object, Callable[[Done], None]], Done]:
    def stream(_function: str, _arguments: object, take: Callable[[Done], None]) -> Done:
        for value in values:
            take(Done(value))
        return Done(len(values))

    return stream


@pytest.mark.parametrize("case", corpus()[::9], ids=lambda case: case.name)
def test_hostile_files_are_read_or_refused_and_harm_nobody(guard: Guard, tmp_path: Path, case: Case) -> None:
    file = tmp_path / "sheet.pdf"
    file.write_bytes(case.data)
    code, sheets = "", []
    try:
        sheets = list(readings(guard, file, "quadient", sides="one-sided", dpi=None, measured=False))
    except InputRefused as refused:
        code = refused.code
    assert code in {"", "E1401", "E1402", "E1403", "E1404", "E5301", "E5303"}
    assert all(sheet.problems for sheet in sheets)  # none of them bears marks
