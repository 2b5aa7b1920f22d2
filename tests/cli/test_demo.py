"""`demo` as a process: what a first visitor runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import PROGRAM, call
from tests.world.oracle import disagreements

KEYS = [
    *("run", "planned", "mailed", "withdrawn", "moved", "unknown", "sheets", "copies", "reprinted", "destroyed"),
    *("quarantined", "print_files", "control_files", "report", "seconds"),
]


def demo(folder: Path, *arguments: str) -> dict[str, Any]:
    command: list[str | Path] = [PROGRAM, "demo", "--out", folder, "--json", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    result: dict[str, Any] = json.loads(ended.stdout)
    return result


def test_the_demo_mails_everything_and_answers_as_documented(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    result = demo(folder, "--pieces", "6", "--faults", "none")
    assert list(result)[: len(KEYS)] == KEYS
    assert set(result) - set(KEYS) == {"accepted", "refused", "set_aside", "verified", "folder"}
    assert result["planned"] == result["mailed"] + result["withdrawn"] + result["moved"]
    assert result["planned"] >= 6
    assert result["unknown"] == result["reprinted"] == result["destroyed"] == result["refused"] == 0
    assert result["verified"] is True
    assert result["copies"] == result["planned"]
    for file in (*result["print_files"], *result["control_files"], result["report"]):
        assert Path(file).is_file()
    assert set(result["seconds"]) >= {"intake", "compose", "print", "insert", "verify"}
    assert call("verify", result["folder"] + "/runs/" + result["run"]).code == 0
    paper = [json.loads(line) for line in (folder / "machine" / "truth.jsonl").read_text().splitlines()]
    assert sum(len(put["sheets"]) for put in paper if put["place"] == "stacker") == result["sheets"]


@pytest.mark.parametrize("seed", [4])
def test_a_machine_that_should_not_be_running_still_mails_everything_once(tmp_path: Path, seed: int) -> None:
    result = demo(tmp_path / "demo", "--pieces", "30", "--faults", "heavy", "--seed", str(seed))
    assert result["mailed"] == result["planned"] >= 30
    assert result["reprinted"] == result["destroyed"] > 0
    assert result["unknown"] == 0
    assert result["verified"] is True
    folder = Path(result["folder"])
    assert not disagreements(folder / "runs" / result["run"], folder / "machine" / "truth.jsonl")


def test_the_demo_deletes_nothing(tmp_path: Path) -> None:
    (tmp_path / "letter").touch()
    answer = call("demo", "--out", tmp_path, "--json")
    assert answer.code == 3
    assert answer.explains("E1906")
