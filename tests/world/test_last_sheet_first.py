"""Machines that take each piece from its last sheet on: the sheet with the address comes last and faces the window."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from examples.files import write_jsonl
from examples.generator import generate
from mailroom.verify.verify import verify_run
from tests.cli.command import call, make_house
from tests.world.crash_trial import FAULTS as CRASH_FAULTS
from tests.world.crash_trial import PIECES as CRASH_PIECES
from tests.world.crash_trial import commits_of, made_ready, trial
from tests.world.hall import (
    SETTINGS,
    Machine,
    check_every_piece_mailed_once,
    close,
    impatient,
    judge_by_the_paper,
    machine_in,
    start,
    switched_off_after,
)
from tests.world.oracle import disagreements, headers_of, turned_over

PIECES = 12
LONG = 130
"""Invoices of at least so many lines fill more than four pages."""
FAULTS = """
[[fault]]
kind = "misread"
piece = "P00000001"

[[fault]]
kind = "double-feed"
piece = "P00000004"

[[fault]]
kind = "double-feed"
piece = "P00000002"
sheet = 2
"""


def house(folder: Path, output: str = "face-down", *, pieces: int = PIECES) -> Path:
    """A house with short and long invoices, printed on both sides for a machine that begins with the last sheet."""
    top = 'mark_set = "pb-di380"\npress = "last.toml"\nsides = "two-sided-long-edge"\n'
    make_house(folder, top + SETTINGS)
    (folder / "last.toml").write_text(f'output = "{output}"\nfed_first = "last-sheet"\n')
    impatient(folder)
    long = (invoice for invoice in generate(400, 5) if len(invoice.lines) >= LONG)
    file = folder / "inbox" / "mixed.jsonl"
    write_jsonl(file, [*islice(long, 2), *generate(pieces - 2, 6)])
    assert call("intake", file, "--dir", folder).code == 0
    return folder


def finish(machine: Machine, folder: Path) -> dict[str, Any]:
    """Judge what is in doubt, and go on to the end; the closed run's report."""
    while (answer := start(folder, machine.url)).code == 5:
        judge_by_the_paper(machine, folder)
    assert answer.code == 0, answer.err
    report = close(folder)
    check_every_piece_mailed_once(machine, folder, report)
    return report


def scanned(run: Path) -> dict[tuple[str, int], list[int]]:
    """The numbers of the sheets of each copy in the order in which the camera saw them."""
    seen: dict[tuple[str, int], list[int]] = {}
    for event in map(json.loads, (run / "machine.jsonl").read_text().splitlines()):
        if event.get("type") == "sheet_scanned":
            seen.setdefault((event["piece"], event["copy"]), []).append(event["sheet"])
    return seen


@pytest.mark.parametrize("output", ["face-down", "face-up"])
def test_a_run_fed_from_the_last_sheets_on_puts_the_first_ones_at_the_windows(tmp_path: Path, output: str) -> None:
    folder = house(tmp_path / "house", output)
    with machine_in(folder) as machine:
        assert start(folder, machine.url).code == 0
        report = close(folder)
    assert report["planned"] == report["mailed"] == PIECES
    assert report["reprinted"] == 0
    run, truth = folder / "runs" / report["run"], folder / "machine" / "truth.jsonl"
    assert not disagreements(run, truth if output == "face-down" else turned_over(run, truth))
    orders = scanned(run)
    assert max(map(len, orders.values())) >= 3
    assert all(sheets == list(range(len(sheets), 0, -1)) for sheets in orders.values())
    assert {(header["mark_set"], header["fed_first"]) for header in headers_of(run)} == {("pb-di380", "last-sheet")}


def test_faults_cost_reprints_and_nothing_else(tmp_path: Path) -> None:
    folder = house(tmp_path / "house")
    (folder / "faults.toml").write_text(FAULTS)
    with machine_in(folder, faults=str(folder / "faults.toml")) as machine:
        report = finish(machine, folder)
    assert report["reprinted"] >= 3


def test_a_run_killed_at_a_commit_goes_on_and_mails_everything_once(tmp_path: Path) -> None:
    """Every commit is met by the crashes of a run with the shipped settings; here a few on the machine's way."""
    folder = house(tmp_path / "prepared", pieces=CRASH_PIECES)
    (folder / "faults.toml").write_text(CRASH_FAULTS)
    prepared = made_ready(folder)
    commits = commits_of(prepared, tmp_path / "counted")
    for part in (0.5, 0.75):
        trial(prepared, tmp_path / f"{part}", int(part * commits), "after")


def test_a_machine_switched_off_in_the_midst_leaves_no_piece_in_doubt_at_the_end(tmp_path: Path) -> None:
    folder = house(tmp_path / "house")
    with machine_in(folder, speed=40.0) as machine:
        with switched_off_after(machine, envelopes=2):
            assert start(folder, machine.url).code == 4
        machine.speed = 10_000.0
        machine.switch_on()
        finish(machine, folder)
    assert machine.boots == 2


def test_evidence_that_tells_another_order_is_not_believed(tmp_path: Path) -> None:
    folder = house(tmp_path / "house")
    with machine_in(folder) as machine:
        assert start(folder, machine.url).code == 0
        report = close(folder)
    run = folder / "runs" / report["run"]
    control = next(run.glob("*.control.jsonl"))
    told = control.read_text()
    for altered in ("first-sheet", "sideways"):
        control.write_text(told.replace('"fed_first":"last-sheet"', f'"fed_first":"{altered}"'))
        assert {finding.invariant for finding in verify_run(run).findings} == {"3", "4"}


def test_a_press_and_marks_of_different_orders_are_refused(tmp_path: Path) -> None:
    folder = house(tmp_path / "house")
    (folder / "last.toml").write_text('fed_first = "first-sheet"\n')
    answer = call("run", "show", "--dir", folder)
    assert answer.explains("E1910"), answer.err
    assert "last-sheet" in answer.err
