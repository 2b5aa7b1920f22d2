"""A press that stacks face up: the print file begins with the last sheet of all, and the right ones share envelopes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailroom.verify.verify import verify_run
from tests.cli.command import call, make_house, take_in
from tests.world.hall import close, machine_in, start
from tests.world.oracle import disagreements, headers_of, turned_over

PIECES = 8
SETTINGS = """\
client = "Test"
press = "{press}"
sides = "{sides}"

[queue]
seconds_per_sheet = 0.0

[inserter]
name = "SIM-1"
log = "machine/log.jsonl"

[patience]
poll = 0.01
stalled = 20.0
"""


@pytest.mark.parametrize("sides", ["one-sided", "two-sided-long-edge"])
def test_a_run_on_a_press_that_stacks_face_up_ends_as_any_other(tmp_path: Path, sides: str) -> None:
    folder = make_house(tmp_path / "house", SETTINGS.format(press="up.toml", sides=sides))
    (folder / "up.toml").write_text('output = "face-up"\n')
    take_in(folder, PIECES)
    with machine_in(folder) as machine:
        assert start(folder, machine.url).code == 0
        report = close(folder)
    assert report["planned"] == report["mailed"] == PIECES
    assert report["destroyed"] == report["quarantined"] == 0
    run = folder / "runs" / "R000001"
    assert verify_run(run).ok
    assert any(header["sheets"] > header["pieces"] for header in headers_of(run))
    assert not disagreements(run, turned_over(run, folder / "machine" / "truth.jsonl"))


def test_a_stack_laid_in_the_wrong_way_reaches_nobody(tmp_path: Path) -> None:
    """The press stacks face up, the settings say face down: every piece is caught before it is sealed."""
    folder = make_house(tmp_path / "house", SETTINGS.format(press="production", sides="one-sided"))
    take_in(folder, PIECES)
    with machine_in(folder) as machine:
        call("run", "start", "--dir", folder, "--json")  # Printed; no machine is named, so the stack waits.
        for ticket in (folder / "queue" / "stack").glob("*.json"):
            ticket.write_text(json.dumps(json.loads(ticket.read_text()) | {"output": "face-up"}))
        start(folder, machine.url)
        assert any(deposit["place"] == "divert" for deposit in machine.truth())
        assert not machine.stacked_sheets()
