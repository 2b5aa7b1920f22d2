"""A machine driven by files, and a house that dies before or after any of its commits: nothing is handed over twice,
nothing is believed without its line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from examples.generator import generate
from mailroom.bootstrap import House, init_house, open_house
from mailroom.cli.closing import close_house_run
from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.lifecycle import CopyState
from mailroom.production.hand_to_machine import hand_to_machine
from mailroom.production.plant import no_progress
from mailroom.production.run_window import carry_on, open_run
from mailroom.store.ledger import SqlLedger
from mailroom.verify.verify import verify_run
from tests.file_machine import FileMachine
from tests.production.stages import batches, copies, line, planned, printed

SETTINGS = """\
[inserter]
name = "hall-2"
control_template = "fixed"
control_folder = "in"
result_template = "results-fixed"
result_folder = "out"
"""
PIECES = 3
COMMITS = 3
"""Of one pass of a batch: the intent, the job that is out, its results."""


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module")
def at_the_machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house whose batch is printed; each trial has a copy of it."""
    folder = tmp_path_factory.mktemp("crashes") / "house"
    init_house(folder, "Test", settings=SETTINGS)
    for name in ("in", "out"):
        (folder / name).mkdir()
    with open_house(folder, no_progress) as house:
        for invoice in generate(PIECES, 5):
            house.reception().take(invoice, "generated")
        printed(house, planned(house))
    return folder


def shift(folder: Path) -> bool:
    """Go on with the run; whether it is through."""
    with open_house(folder, no_progress) as house:
        run = open_run(house.plant)
        assert run is not None
        try:
            carry_on(house.plant, replace(line(house), by_files=True), run)
        except NeedsPerson:
            return False
        return True


def die_at(patch: pytest.MonkeyPatch, number: int, when: str) -> None:
    """End the process before or after the commit of that number."""
    commit, done = SqlLedger.commit, iter(range(1, 1000))

    def dying(ledger: SqlLedger) -> None:
        here = next(done) == number
        if here and when == "before":
            raise Killed
        commit(ledger)
        if here:
            raise Killed

    patch.setattr(SqlLedger, "commit", dying)


def states(house: House) -> list[CopyState]:
    run = open_run(house.plant)
    assert run is not None
    return [copy.state for copy in copies(house, run)]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, COMMITS + 1))
def test_a_crash_at_any_commit_hands_over_once_and_believes_once(
    at_the_machine: Path, tmp_path: Path, number: int, when: str
) -> None:
    folder = tmp_path / "house"
    shutil.copytree(at_the_machine, folder)
    machine = FileMachine(folder / "in", folder / "out", "fixed")
    died = False
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, number, when)
        try:
            for _ in range(2):
                shift(folder)
                machine.work()
        except Killed:
            died = True
    assert died
    machine.work()
    while not shift(folder):
        assert machine.work()
    assert machine.jobs == ["R000001-B01"]
    assert not list((folder / "out").iterdir())
    with open_house(folder, no_progress) as house:
        assert states(house) == [CopyState.STACKED] * PIECES
        run = open_run(house.plant)
        assert run is not None
        close_house_run(house, run, "Kari")
        with house.store.reader() as ledger:
            events = [chained.entry.event for chained in ledger.entries(batch="R000001-B01")]
    once = ("control.handing-over", "control.handed-over", "results.taken", "batch.done")
    assert {event: events.count(event) for event in once} == dict.fromkeys(once, 1)
    assert events.count("copy.report-stacked") == PIECES
    assert verify_run(folder / "runs" / "R000001").findings == []


def test_a_pass_has_that_many_commits(at_the_machine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "house"
    shutil.copytree(at_the_machine, folder)
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, COMMITS + 1, "before")
        assert not shift(folder)
        FileMachine(folder / "in", folder / "out", "fixed").work()
        assert shift(folder)


def test_a_control_file_that_was_laid_ready_before_a_crash_is_not_a_job_yet(
    at_the_machine: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "house"
    shutil.copytree(at_the_machine, folder)
    with pytest.MonkeyPatch.context() as patch:
        die_at(patch, 1, "before")
        with pytest.raises(Killed):
            shift(folder)
    assert [each.name for each in (folder / "in").iterdir()] == [".R000001-B01.dat.part"]
    with open_house(folder, no_progress) as house:
        assert states(house) == [CopyState.PRINTED] * PIECES


def test_a_machine_on_a_line_gets_its_own_control_file_before_anything_is_fed(
    at_the_machine: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "house"
    shutil.copytree(at_the_machine, folder)
    with open_house(folder, no_progress) as house:
        run = open_run(house.plant)
        assert run is not None
        (batch,) = batches(house, run)
        hand_to_machine(house.plant, batch, by_files=False)
        given = folder / "in" / "R000001-B01.dat"
        assert given.read_bytes() == (folder / "runs" / "R000001" / "R000001-B01.machine.dat").read_bytes()
        assert states(house) == [CopyState.PRINTED] * PIECES
        (again,) = batches(house, run)
        given.unlink()
        hand_to_machine(house.plant, again, by_files=False)
        assert not given.exists()
        with pytest.raises(MailroomError, match="E2061"):
            hand_to_machine(house.plant, again, by_files=True)
