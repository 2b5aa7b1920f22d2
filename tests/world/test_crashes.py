"""kill -9 at every commit of a small run, before it and after it; then the same run is started again.

Whatever the moment: the run ends, nothing is printed or mailed twice, and the evidence verifies. What lay in the
machine's hands is judged by machine evidence or a person, never assumed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from examples.generator import generate
from mailroom.bootstrap import init_house, open_house
from mailroom.cli.machine import SimulatorSettings, running_simulator
from mailroom.production.plant import no_progress
from mailroom.verify.verify import verify_run
from tests.production.conftest import SETTINGS
from tests.world.crash import count_commits, in_child, killed_at, run_to_the_end
from tests.world.oracle import disagreements

PIECES = 3
SHARE = 4
FAULTS = """
[[fault]]
kind = "misread"
piece = "P00000001"

[[fault]]
kind = "jam"
station = "folder"
piece = "P00000002"
"""
"""A piece to divert and a jam to clear, so that the run has a reprint batch."""
"""The moments are dealt out to this many tests, so that they can run side by side."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with invoices waiting; every trial works on a copy of it."""
    folder = tmp_path_factory.mktemp("prepared") / "house"
    init_house(folder, "Test", settings=SETTINGS)
    (folder / "faults.toml").write_text(FAULTS)
    with open_house(folder, no_progress) as house:
        for invoice in generate(PIECES, seed=24):
            assert house.reception().take(invoice, "generated") is None
    return folder


def the_machine(folder: Path) -> SimulatorSettings:
    return SimulatorSettings(
        folder / "queue" / "stack", folder / "machine", 1, str(folder / "faults.toml"), speed=10_000
    )


def trial(prepared: Path, folder: Path, commit: int, when: str) -> None:
    shutil.copytree(prepared, folder)
    machine = the_machine(folder)
    with running_simulator(machine) as url:

        def work() -> None:
            run_to_the_end(folder, url)

        assert in_child(killed_at(work, commit, when)) == -9, f"not killed {when} commit {commit}"
        assert in_child(work) == 0, f"did not go on after a kill {when} commit {commit}"
    check(folder, f"{when} commit {commit}")
    shutil.rmtree(folder)


def check(folder: Path, moment: str) -> None:
    runs = list((folder / "runs").glob("R*"))
    assert len(runs) == 1, moment
    verdict = verify_run(runs[0])
    assert verdict.ok, (moment, verdict.findings)
    run = json.loads((runs[0] / "run.json").read_text())
    assert (run["planned"], run["mailed"], run["unknown"]) == (PIECES, PIECES, 0), moment
    stacks = list((folder / "queue" / "stack").glob("*.pdf"))
    assert len(stacks) == len(run["batches"]), f"{moment}: a batch was printed twice, or never"
    assert not disagreements(runs[0], folder / "machine" / "truth.jsonl"), moment


@pytest.fixture(scope="module")
def commits(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many commits an undisturbed run makes."""
    folder = tmp_path_factory.mktemp("counted") / "house"
    shutil.copytree(prepared, folder)
    record = folder / "commits"
    machine = the_machine(folder)
    with running_simulator(machine) as url:
        assert in_child(count_commits(lambda: run_to_the_end(folder, url), record)) == 0
    check(folder, "undisturbed")
    return int(record.read_text())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", range(SHARE))
def test_a_run_killed_at_any_commit_goes_on_and_mails_everything_once(
    prepared: Path, commits: int, share: int, tmp_path: Path
) -> None:
    moments = [(commit, when) for commit in range(1, commits + 1) for when in ("before", "after")]
    assert len(moments) > 100
    for commit, when in moments[share::SHARE]:
        trial(prepared, tmp_path / f"{commit}-{when}", commit, when)
