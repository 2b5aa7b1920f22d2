"""The print command of the private printer: counts, time, trouble, and paper that is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spool.queues.press import Settings, main, print_stack, stack_files
from tests.spool.print_queue_files import make_pdf

ENVIRONMENT = {"IPP_JOB_NAME": "mailroom R1-B01", "IPP_SIDES": "two-sided-long-edge", "IPP_JOB_ID": "7"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("stack", "faults"):
        (tmp_path / name).mkdir()
    return Settings(tmp_path / "stack", tmp_path / "faults", seconds_per_sheet=0.0)


def test_a_stack_has_the_bytes_that_were_sent_and_a_ticket(
    settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = make_pdf(tmp_path / "received.pdf", 5)
    assert print_stack(file, ENVIRONMENT, settings) == 0
    assert (settings.stack / "R1-B01.pdf").read_bytes() == file.read_bytes()
    ticket = json.loads((settings.stack / "R1-B01.json").read_text())
    assert (ticket["job_id"], ticket["sheets_completed"], ticket["impressions_completed"]) == (7, 3, 5)
    assert capfd.readouterr().err.splitlines() == ["ATTR: job-impressions=5", "ATTR: job-impressions-completed=5"]


def test_impressions_are_told_as_they_come(
    settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = make_pdf(tmp_path / "received.pdf", 6)
    print_stack(file, ENVIRONMENT, Settings(settings.stack, settings.faults, seconds_per_sheet=0.1))
    counts = [
        int(line.partition("completed=")[2]) for line in capfd.readouterr().err.splitlines() if "completed" in line
    ]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 6
    assert len(counts) > 2


def test_a_second_printing_is_a_second_stack(settings: Settings, tmp_path: Path) -> None:
    file = make_pdf(tmp_path / "received.pdf", 2)
    for _ in range(11):
        print_stack(file, ENVIRONMENT, settings)
    names = [path.name for path in stack_files(settings.stack, "R1-B01")]
    assert names == ["R1-B01.pdf", *(f"R1-B01~{n}.pdf" for n in range(2, 12))]
    assert stack_files(settings.stack, "R1-B0") == ()


def test_a_press_that_gives_up_prints_no_stack(settings: Settings, tmp_path: Path) -> None:
    (settings.faults / "abort").touch()
    assert print_stack(make_pdf(tmp_path / "received.pdf", 2), ENVIRONMENT, settings) == 1
    assert list(settings.stack.iterdir()) == []


def test_a_mute_press_counts_nothing(settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (settings.faults / "mute").touch()
    assert print_stack(make_pdf(tmp_path / "received.pdf", 2), ENVIRONMENT, settings) == 0
    assert "completed" not in capfd.readouterr().err


def test_the_command_line_is_understood(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    file = make_pdf(tmp_path / "received.pdf", 2)
    assert main(["--stack", str(settings.stack), "--faults", str(settings.faults), str(file)]) == 0
    assert (settings.stack / "R1-B01.pdf").exists()
