"""The daemon and the run as processes: each is killed, refused and stopped, and everything is mailed once."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailroom.locks import machine_holder
from tests.cli.command import PROGRAM, call, make_house, take_in
from tests.world.hall import SETTINGS, check_every_piece_mailed_once, close, impatient, machine_in, start

PIECES = 60
_PATIENCE_S = 60.0


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = make_house(tmp_path / "house", SETTINGS)
    impatient(folder)
    take_in(folder, PIECES)
    return folder


@contextmanager
def daemon(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The process, once it has the machine; killed at the end if it is still there."""
    command: list[str | Path] = [PROGRAM, "inserter", "run", "--dir", folder, "--inserter", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            wait_until(lambda: machine_holder(folder) is not None)
            yield process
        finally:
            process.kill()
            process.communicate()


def wait_until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _PATIENCE_S
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def stacked(folder: Path) -> int:
    """How many envelopes lie in the stacker, by the machine's truth."""
    path = folder / "machine" / "truth.jsonl"
    return path.read_text(encoding="utf-8").count('"stacker"') if path.exists() else 0


def print_everything_and_die(folder: Path) -> None:
    """`run start`, killed when all is printed and some of it inserted."""
    with subprocess.Popen([PROGRAM, "run", "start", "--dir", folder], stderr=subprocess.DEVNULL) as following:
        wait_until(lambda: stacked(folder) > 3 and _all_printed(folder))
        assert following.poll() is None
        following.kill()


def _all_printed(folder: Path) -> bool:
    states = {batch["state"] for batch in call("run", "show", "--dir", folder, "--json").json()["batches"]}
    return states <= {"printed", "inserting", "done"}


def test_a_run_leaves_inserting_to_the_daemon_and_neither_is_disturbed_by_the_others_death(house: Path) -> None:
    with machine_in(house, speed=40.0) as machine:
        with daemon(house, machine.url) as first:
            print_everything_and_die(house)
            before = stacked(house)
            wait_until(lambda: stacked(house) > before + 3)
            assert call("inserter", "run", "--dir", house, "--inserter", machine.url).explains("E2062")
            first.kill()
        with daemon(house, machine.url) as second:
            answer = start(house, machine.url)
            assert answer.code == 0, answer.err
            second.send_signal(signal.SIGTERM)
            assert second.wait(_PATIENCE_S) == 0
        check_every_piece_mailed_once(machine, house, close(house))


def test_sigterm_stops_at_a_piece_and_the_machine_is_left_standing_empty(house: Path) -> None:
    with machine_in(house, speed=40.0) as machine:
        with daemon(house, machine.url) as process:
            print_everything_and_die(house)
            process.send_signal(signal.SIGTERM)
            assert process.wait(_PATIENCE_S) == 0
        assert stacked(house) < PIECES
        show = call("run", "show", "--dir", house, "--json").json()
        assert show["copy_states"].get("scanned", 0) == 0, "the path has run empty, and the journal knows it"
        assert start(house, machine.url).code == 0
        check_every_piece_mailed_once(machine, house, close(house))
