"""kill -9 just before every commit of a printed run that waits for hands, to its end; then the same run is started
again.

Whatever the moment: nothing is mailed twice, what lay half filled is torn up by a person and printed again, and the
evidence verifies."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from examples.generator import generate
from mailroom.bootstrap import House, init_house, open_house
from mailroom.cli.closing import close_house_run
from mailroom.cli.operators import DemoOperator
from mailroom.domain.errors import NeedsPerson
from mailroom.domain.run import MailRun, RunState
from mailroom.planning.files import SHIPPED
from mailroom.production.fill import FillingTable
from mailroom.production.plant import no_progress
from mailroom.production.run_window import begin_run, carry_on
from mailroom.verify.verify import verify_run
from tests.production.conftest import SETTINGS
from tests.production.stages import code_of
from tests.world.crash import count_commits, in_child, killed_at

PIECES = 2


def prepare(folder: Path) -> None:
    """A house whose machine opens no envelope: a run in it is printed and waits for hands."""
    folder.mkdir()
    machine = (SHIPPED / "machines" / "sim1.toml").read_text(encoding="utf-8")
    (folder / "table.toml").write_text(machine.replace("least_width_mm = 210", "least_width_mm = 244"))
    init_house(folder, "Test", settings=SETTINGS + '\n[planning]\nmachine = "table.toml"\n')
    with open_house(folder, no_progress) as house:
        for invoice in generate(PIECES, seed=24):
            assert house.reception().take(invoice, "generated") is None
        assert not ready(house, begin_run(house.plant))


def run_to_the_end(folder: Path) -> None:
    """Go on with the run, fill what waits, close it."""
    with open_house(folder, no_progress) as house:
        with house.store.reader() as ledger:
            closed = [run for run in ledger.runs() if run.state is RunState.CLOSED]
        run = closed[0] if closed else begin_run(house.plant)
        while not closed and not ready(house, run):
            fill(house, run)
        close_house_run(house, run, "test operator")


def ready(house: House, run: MailRun) -> bool:
    try:
        carry_on(house.plant, house.line(DemoOperator()), run)
    except NeedsPerson as waits:
        if waits.code != "E7031":
            raise
        return False
    return True


def fill(house: House, run: MailRun) -> None:
    table = FillingTable(house.plant, run.id, "Kari")
    for copy in list(table.waiting.values()):
        for sheet in range(1, copy.sheets + 1):
            assert table.scan(code_of(copy, sheet)).taken
        assert table.confirm().taken


def check(folder: Path, moment: str) -> None:
    (run,) = (folder / "runs").glob("R*")
    verdict = verify_run(run)
    assert verdict.ok, (moment, verdict.findings)
    told = json.loads((run / "run.json").read_text())
    assert told["planned"] == told["mailed"] > 1, moment
    ends = Counter(copy["state"] for piece in told["pieces"] for copy in piece["copies"])
    assert (ends["mailed"], told["unknown"]) == (told["planned"], 0), moment
    assert ends["destroyed"] == ends.total() - told["planned"] <= 1, moment
    stacks = list((folder / "queue" / "stack").glob("*.pdf"))
    assert len(stacks) == len(told["batches"]), f"{moment}: a batch was printed twice, or never"


@pytest.mark.timeout(600)
def test_a_filling_killed_before_any_commit_goes_on_and_mails_everything_once(tmp_path: Path) -> None:
    prepared, record = tmp_path / "prepared", tmp_path / "commits"
    prepare(prepared)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(prepared, undisturbed)
    assert in_child(count_commits(lambda: run_to_the_end(undisturbed), record)) == 0
    check(undisturbed, "undisturbed")
    commits = int(record.read_text())
    assert commits > 10
    for commit in range(1, commits + 1):
        folder = tmp_path / str(commit)
        shutil.copytree(prepared, folder)
        assert in_child(killed_at(lambda at=folder: run_to_the_end(at), commit, "before")) == -9, commit  # type: ignore[misc]
        assert in_child(lambda at=folder: run_to_the_end(at)) == 0, commit  # type: ignore[misc]
        check(folder, f"before commit {commit}")
        shutil.rmtree(folder)
