"""The person at the terminal: asked plainly, and believed only when the answer is one of those asked for."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from drivers.inserter.vocabulary import Position, Station
from mailroom.cli.machine import running_simulator
from mailroom.cli.operators import NoOperator, TerminalOperator
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy
from tests.cli.command import PROGRAM, call, machine, make_house, take_in

KARI = TerminalOperator("Kari")
JAMMED = (Position(Station.FOLDER, "P00000002", 1, 3),)


def copy(number: int, state: CopyState) -> Copy:
    return Copy(f"P{number:08d}", 1, "R000001-B01", number, number, 1, state)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(text))


def test_a_jam_is_cleared_when_the_person_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "y\n")
    assert KARI.clear("JAM", "jam", JAMMED)
    asked = capsys.readouterr()
    assert "Is the path empty, are all covers closed" in asked.err
    assert asked.out.strip() == ""


def test_nothing_is_to_be_taken_out_when_a_feeder_is_empty(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "n\n")
    assert not KARI.clear("ENVELOPES_EMPTY", "envelopes empty", ())
    asked = capsys.readouterr().err
    assert "envelopes empty" in asked
    assert "path" not in asked


def test_only_the_words_asked_for_are_believed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    diverted, lost, later = (
        copy(1, CopyState.DIVERTED),
        copy(2, CopyState.UNKNOWN),
        copy(3, CopyState.UNKNOWN),
    )
    typed(monkeypatch, "stacked\nrubbish\ndestroyed\nstacked\n\n")
    reasons = {(each.piece, 1): "[/odd] reason" for each in (diverted, lost, later)}
    assert KARI.judge([diverted, lost, later], reasons) == {
        (diverted.piece, 1): "destroyed",
        (lost.piece, 1): "stacked",
    }
    asked = capsys.readouterr().err
    assert "P00000001 copy 1, 1 sheet, diverted: [/odd] reason" in asked
    assert asked.count("destroyed / quarantined / stacked") == 2
    assert asked.count("destroyed / quarantined") == 5


def test_where_nobody_is_everything_waits() -> None:
    assert not NoOperator().clear("JAM", "jam", JAMMED)
    assert NoOperator().judge([copy(1, CopyState.UNKNOWN)], {}) == {}


def on_a_terminal(command: list[str | Path], answers: dict[str, str | Callable[[], str]]) -> tuple[int, str]:
    """Run a command on a terminal of its own, answering its questions, each with one line or with the next of several;
    (exit code, all that was shown)."""
    ours, its = pty.openpty()
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, close_fds=True)
    os.close(its)
    shown, answered = "", 0
    try:
        while select.select([ours], [], [], 60)[0]:
            try:
                shown += os.read(ours, 4096).decode(errors="replace")
            except OSError:  # the other side has closed the terminal
                break
            for question, answer in answers.items():
                if question in shown[answered:]:
                    answered = len(shown)
                    os.write(ours, f"{answer if isinstance(answer, str) else answer()}\n".encode())
        return process.wait(timeout=60), shown
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_a_person_at_the_terminal_sees_a_run_through_a_jam(tmp_path: Path) -> None:
    folder = make_house(tmp_path / "house")
    take_in(folder, 3)
    faults = folder / "faults.toml"
    faults.write_text('[[fault]]\nkind = "jam"\nstation = "folder"\npiece = "P00000002"\n')
    with running_simulator(machine(folder, str(faults))) as url:
        command: list[str | Path] = [PROGRAM, "run", "start", "--dir", folder, "--inserter", url, "--who", "Kari"]
        code, shown = on_a_terminal(command, {"[y/N]": "y", "destroyed / quarantined": "destroyed"})
    assert code == 0, shown
    assert "The machine stands: jam" in shown
    assert re.search(r"folder +P00000002 copy 1, \d of \d sheet", shown)
    assert "are all covers closed" in shown
    report = call("run", "show", "--dir", folder, "--json").json()
    assert report["waits"] == []
    assert report["reprinted"] == report["destroyed"] > 0
    events = call("piece", "show", "P00000002", "--dir", folder, "--json").json()["copies"][0]["events"]
    assert [event["who"] for event in events if event["event"] == "copy.destroy"] == ["person:Kari"]
