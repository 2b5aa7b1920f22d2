"""A small run that is killed (kill -9) at a commit, before it or after it, and then started again.

Whatever the moment: the run ends, nothing is printed or mailed twice, and the evidence verifies. What lay in the
machine's hands is judged by machine evidence or a person, never assumed. The tests of all moments stand in two files,
so that two processes share them."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from examples.generator import generate
from mailroom.bootstrap import init_house, open_house
from mailroom.cli.machine import SimulatorSettings
from mailroom.production.plant import no_progress
from mailroom.production.ports import Typesetter
from mailroom.verify.verify import verify_run
from tests.production.conftest import SETTINGS
from tests.world.crash import count_commits, forked_machine, in_child, killed_at, run_to_the_end
from tests.world.oracle import disagreements

PIECES = 3
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A house with invoices waiting, of which every trial gets a copy, and its layout made ready."""

    folder: Path
    typesetter: Typesetter


def prepare(folder: Path) -> Prepared:
    """A house with invoices waiting and faults to come."""
    init_house(folder, "Test", settings=SETTINGS)
    (folder / "faults.toml").write_text(FAULTS)
    with open_house(folder, no_progress) as house:
        for invoice in generate(PIECES, seed=24):
            assert house.reception().take(invoice, "generated") is None
    return made_ready(folder)


def made_ready(folder: Path) -> Prepared:
    """Any house with invoices waiting and faults to come."""
    with open_house(folder, no_progress) as house:
        return Prepared(folder, house.plant.typesetter())


def the_machine(folder: Path) -> SimulatorSettings:
    return SimulatorSettings(
        folder / "queue" / "stack", folder / "machine", 1, str(folder / "faults.toml"), speed=10_000
    )


def trial(prepared: Prepared, folder: Path, commit: int, when: str) -> None:
    shutil.copytree(prepared.folder, folder)
    with forked_machine(the_machine(folder)) as url:

        def work() -> None:
            run_to_the_end(folder, url, prepared.typesetter)

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


def commits_of(prepared: Prepared, folder: Path) -> int:
    """How many commits an undisturbed run makes."""
    shutil.copytree(prepared.folder, folder)
    record = folder / "commits"
    with forked_machine(the_machine(folder)) as url:
        assert in_child(count_commits(lambda: run_to_the_end(folder, url, prepared.typesetter), record)) == 0
    check(folder, "undisturbed")
    return int(record.read_text())
