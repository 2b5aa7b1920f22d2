"""Filling by hand by commands alone: scans from a scanner or as options, wrong ones told, the papers that name it."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from mailroom.planning.files import SHIPPED
from tests.cli.command import SETTINGS, Answer, call, make_house, take_in

PIECES = 3
PLANNING = '\n[planning]\nmachine = "table.toml"\ninserts = "inserts.toml"\n'
INSERTS = """\
format = 1

[[inserts]]
name = "terms"
title = "New terms 2026"
kind = "legal"
weight_g = 4.99
thickness_mm = 0.1
width_mm = 210
height_mm = 99
feeder = 1

[[campaigns]]
name = "new-terms"
insert = "terms"
mode = "always"
legal = true
priority = 1
from = 2020-01-01
to = 2999-12-31
when_out = "set-apart"
"""


@dataclass
class Table:
    """A house in which everything is filled by hand."""

    folder: Path

    def call(self, *arguments: str | Path) -> Answer:
        return call(*arguments, "--dir", self.folder)

    def codes(self, batch: str = "R000001-B01") -> dict[str, list[str]]:
        """The codes of each piece's sheets, by the control file."""
        text = (self.folder / "runs" / "R000001" / f"{batch}.control.jsonl").read_text(encoding="utf-8")
        return {
            line["piece"]: [
                f"R000001{line['piece']}{line['copy']:02}{sheet:03}{line['sheets']:03}"
                for sheet in range(1, line["sheets"] + 1)
            ]
            for line in map(json.loads, text.splitlines()[1:-1])
        }

    def scan(self, monkeypatch: pytest.MonkeyPatch, *lines: str) -> Answer:
        """What a scanner types, line by line."""
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\r\n" for line in lines)))
        return self.call("run", "fill", "--who", "Kari")


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Printed, and waiting for hands."""
    folder = make_house(tmp_path / "house", SETTINGS + PLANNING)
    machine = (SHIPPED / "machines" / "sim1.toml").read_text(encoding="utf-8")
    nothing_opens = machine.replace("least_width_mm = 210", "least_width_mm = 244")
    assert tomllib.loads(nothing_opens)["envelopes"]["least_width_mm"] == 244
    (folder / "table.toml").write_text(nothing_opens, encoding="utf-8")
    (folder / "inserts.toml").write_text(INSERTS, encoding="utf-8")
    take_in(folder, PIECES)
    found = Table(folder)
    answer = found.call("run", "start", "--json")
    assert (answer.code, answer.explains("E7031")) == (5, True), answer.err
    return found


def test_the_run_says_how_many_pieces_wait_and_what_to_do(table: Table) -> None:
    shown = table.call("run", "show")
    assert shown.code == 0
    assert f"{PIECES} pieces wait to be filled by hand" in shown.out
    assert "Next: mailroom run fill R000001 --who NAME" in shown.out
    report = table.call("run", "show", "--json").json()
    assert [each["piece"] for each in report["to_fill"]] == sorted(table.codes())
    (batch,) = report["batches"]
    assert (batch["handling"], Path(batch["hand_list"]).name) == ("manual", "R000001-B01.hand-list.pdf")
    assert table.call("run", "close", "--who", "Kari").explains("E7040")
    why = table.call("run", "show", "--why", "P00000001").out
    assert "filled by hand" in why
    assert "terms (new-terms, by hand)" in why


def test_a_scanner_fills_pieces_line_by_line_and_wrong_sheets_are_told(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = table.codes()
    lines = [line for own in codes.values() for line in (*own, "done")]
    answer = table.scan(monkeypatch, "rubbish", lines[-2], lines[-2], "DONE", "stop")
    assert answer.code == 5
    assert "✗ Not in: this is no code of a sheet" in answer.out
    *others, last = codes
    if len(codes[last]) == 1:
        assert f"✗ Not in: this sheet was scanned already: {last} copy 1 sheet 1 of 1" in answer.out
        assert "→ put in New terms 2026, close the envelope, then scan DONE" in answer.out
        assert f"✓ Done: {last}, 1 sheet" in answer.out
    answer = table.scan(monkeypatch, *(line for piece in others for line in (*codes[piece], "Done")))
    assert answer.code == 0, answer.out
    assert "0 left" in answer.out
    assert table.call("run", "start").code == 0
    assert table.call("run", "close", "--who", "Ola").code == 0
    assert table.call("verify").code == 0
    statement = PdfReader(table.folder / "runs" / "R000001" / "R000001-statement.pdf")
    text = " ".join(" ".join(page.extract_text() for page in statement.pages).split())
    sheets = sum(map(len, codes.values()))
    assert (
        f"Filled by hand, each sheet scanned Batch Filled by Pieces Sheets R000001-B01 Kari {PIECES} {sheets}" in text
    )


def test_scans_given_as_options_and_left_in_the_middle_leave_an_unknown_piece_for_a_person(table: Table) -> None:
    (first, own), *_ = table.codes().items()
    answer = table.call("run", "fill", "--who", "Kari", "--json", "--scan", own[0])
    assert answer.code == 5
    assert answer.json() == {
        "run": "R000001",
        "filled": [],
        "unknown": [first],
        "left": PIECES - 1,
        "scans": [
            {"scan": own[0], "outcome": "taken", "text": f"{first} sheet 1 of {len(own)}"},
            {"scan": "", "outcome": "unknown", "text": f"{first}, the filling ended in the middle of it"},
        ],
    }
    assert table.call("run", "start").explains("E7030")
    assert table.call("piece", "resolve", first, "--as", "destroyed", "--who", "Kari").code == 0
    assert table.call("run", "start").explains("E7031")
    again = table.codes("R000001-B02")
    assert list(again) == [first]
    scans = [part for line in (*again[first], "DONE") for part in ("--scan", line)]
    assert table.call("run", "fill", "--who", "Kari", "--json", *scans).json()["filled"] == [first]


def test_nothing_to_fill_is_told(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house")
    take_in(folder, 1)
    call("run", "start", "--dir", folder)
    answer = call("run", "fill", "--who", "Kari", "--dir", folder)
    assert answer.code == 2
    assert answer.explains("E7032")


def test_a_machine_that_joins_subsets_is_refused_because_its_driver_can_not_tell_it_to(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house", SETTINGS + '\n[planning]\nmachine = "subsets-example"\n')
    answer = call("run", "plan", "--dry-run", "--dir", folder)
    assert answer.code == 3
    assert answer.explains("E1914")
