"""Marks and codes on the backs of the sheets, a mark set of the house's own, and a machine that reads from below."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from omr.markset import SHIPPED, load_mark_set
from omr.read import read_pdf
from tests.cli.command import call, make_house, take_in
from tests.world.hall import SETTINGS, check_every_piece_mailed_once, close, impatient, machine_in, start

PIECES = 6


def house(folder: Path, sides: str = "two-sided-long-edge", turned: bool = False) -> Path:
    """A house whose own mark set, "rear", is a shipped one on the backs."""
    shipped, press = ("pb-di380", "last-sheet") if turned else ("quadient", "first-sheet")
    make_house(folder, f'mark_set = "rear.toml"\npress = "own.toml"\nsides = "{sides}"\n{SETTINGS}')
    text = (SHIPPED / f"{shipped}.toml").read_text(encoding="utf-8")
    text = text.replace(f'name = "{shipped}"', 'name = "rear"').replace('side = "front"', 'side = "back"')
    (folder / "rear.toml").write_text(text if 'side = "back"' in text else f'side = "back"\n{text}', encoding="utf-8")
    (folder / "own.toml").write_text(f'fed_first = "{press}"\n')
    impatient(folder)
    return folder


@pytest.mark.parametrize("turned", [False, True])
def test_a_run_with_marks_on_the_backs_mails_everything_once(tmp_path: Path, turned: bool) -> None:
    folder = house(tmp_path / "house", turned=turned)
    take_in(folder, PIECES)
    with machine_in(folder, options=("--camera", "back", "--mark-sets", folder)) as machine:
        answer = start(folder, machine.url)
        assert answer.code == 0, answer.err
        report = close(folder)
        check_every_piece_mailed_once(machine, folder, report)
    assert report["reprinted"] == 0
    marks = load_mark_set(folder / "rear.toml")
    for file in (folder / "runs" / report["run"]).glob("R*-B*.pdf"):
        readings = list(read_pdf(file, marks, sides="two-sided-long-edge"))
        with pypdfium2.PdfDocument(file) as pdf:
            assert [reading.page for reading in readings] == list(range(2, len(pdf) + 1, 2))
        assert not any(reading.problems for reading in readings)


def test_a_machine_that_looks_at_the_fronts_does_not_take_the_job(tmp_path: Path) -> None:
    folder = house(tmp_path / "house")
    take_in(folder, 1)
    with machine_in(folder, options=("--mark-sets", folder)) as machine:
        answer = start(folder, machine.url)
    assert answer.code != 0
    assert "the marks stand on the back, the camera looks at the front" in " ".join(answer.err.split())


def test_marks_on_backs_want_backs_that_are_printed(tmp_path: Path) -> None:
    answer = call("run", "show", "--dir", house(tmp_path / "house", sides="one-sided"))
    assert answer.explains("E1910"), answer.err
    assert "two-sided-long-edge" in answer.err
