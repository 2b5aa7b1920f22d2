"""The simulator as a process, behind a real pty and a real socket."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.inserter.exit_profile import load_exit_profile
from drivers.inserter.observer import ExitObserver
from drivers.inserter.protocols.gbr import Sighting, Verdict
from tests.shared_data import ROOT
from tests.simulator.bench import JOB, TEMPLATE, name, sheets_of
from tests.simulator.host import DONE, REFUSED, Host, load_job, queue_piece
from tests.simulator.stack import print_stack

LOAD, QUEUE, START, RESET, CLEAR, END, STATUS, IDENTIFY = 0x04, 0x05, 0x08, 0x0D, 0x0B, 0x0F, 0x02, 0x01
SIZES = [1, 2, 1, 3]
Spawn = Callable[..., "Simulator"]


class Simulator:
    """A running simulator and its files."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.log, self.truth = folder / "log.jsonl", folder / "truth.jsonl"
        command = [sys.executable, "-m", "simulator", "--stacks", str(folder), "--speed", "200", "--json"]
        files = ["--log", str(self.log), "--truth", str(self.truth)]
        self.process = subprocess.Popen(
            [*command, *files, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        self.url = json.loads(self.first_line)["url"]

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=20)

    @staticmethod
    def lines(file: Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    running: list[Simulator] = []

    def start(*arguments: str) -> Simulator:
        running.append(Simulator(tmp_path, *arguments))
        return running[-1]

    yield start
    for simulator in running:
        simulator.process.kill()
        simulator.process.wait()
        for pipe in (simulator.process.stdin, simulator.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    return print_stack(tmp_path / f"{JOB}.pdf", sheets_of(SIZES))


def start_job(host: Host, sizes: list[int] = SIZES) -> None:
    assert host.command(LOAD, load_job(JOB, len(sizes), sum(sizes), TEMPLATE))[0] == DONE
    for order, size in enumerate(sizes, 1):
        assert host.command(QUEUE, queue_piece(order, name(order), size))[0] == DONE
    assert host.command(START)[0] == DONE


@pytest.mark.parametrize("listen", ["pty", "tcp://127.0.0.1:0"])
def test_a_job_runs_from_pixels_to_envelopes(spawn: Spawn, stack: Path, listen: str) -> None:
    simulator = spawn("--listen", listen, "--serial", "TEST-7")
    assert json.loads(simulator.first_line)["serial"] == "TEST-7"
    host = Host(simulator.url).connect()
    start_job(host)
    host.wait_for(lambda: len(host.outcomes()) == len(SIZES))
    assert set(host.outcomes().values()) == {(1, 0)}
    status, counters = host.command(END)
    assert (status, int.from_bytes(counters[:4], "big")) == (DONE, sum(SIZES))
    host.close()
    assert simulator.stop() == 0
    log = simulator.lines(simulator.log)
    assert log[0] == {"boot": host.boot, "serial": "TEST-7", "model": "SIM-1"}
    numbers = [line["number"] for line in log if "number" in line]
    assert numbers == list(range(1, len(numbers) + 1))
    truth = simulator.lines(simulator.truth)
    assert [line["place"] for line in truth] == ["stacker"] * 4
    assert [[sheet["page"] for sheet in line["sheets"]] for line in truth] == [[1], [2, 3], [4], [5, 6, 7]]
    assert {sheet["file"] for line in truth for sheet in line["sheets"]} == {stack.name}


@pytest.mark.parametrize("listen", ["pty", "tcp://127.0.0.1:0"])
def test_the_machine_outlives_its_host_and_keeps_every_event(spawn: Spawn, stack: Path, listen: str) -> None:
    simulator = spawn("--listen", listen)
    first = Host(simulator.url).connect()
    start_job(first)
    first.close()
    second = Host(simulator.url, session=0x11223344).connect()
    assert second.boot == first.boot
    second.wait_for(lambda: any(number == 1 for number, _, _ in second.events))
    status, refused = second.command(LOAD, load_job(JOB, 4, 7, TEMPLATE))
    assert (status, int.from_bytes(refused[:2], "big")) == (REFUSED, 17)
    second.command(RESET)
    second.command(START)
    second.wait_for(lambda: len(second.outcomes()) == len(SIZES))
    second.close()


def test_a_machine_switched_off_and_on_is_another_boot_and_never_feeds_a_used_sheet(spawn: Spawn, stack: Path) -> None:
    simulator = spawn()
    host = Host(simulator.url).connect()
    start_job(host, SIZES[:2])
    host.wait_for(lambda: len(host.outcomes()) == 2)
    host.close()
    simulator.stop()
    again = spawn()
    other = Host(again.url).connect()
    assert other.boot != host.boot
    assert other.next_event == 1
    other.command(LOAD, load_job(JOB, 4, 7, TEMPLATE))
    for order in (3, 4):
        other.command(QUEUE, queue_piece(order, name(order), SIZES[order - 1]))
    other.command(START)
    other.wait_for(lambda: len(other.outcomes()) == 2)
    assert set(other.outcomes().values()) == {(1, 0)}
    other.close()
    again.stop()
    pages = [
        sheet["page"] for line in again.lines(again.truth) if line["place"] == "stacker" for sheet in line["sheets"]
    ]
    assert pages == [1, 2, 3, 4, 5, 6, 7]


def test_a_bad_line_costs_time_and_nothing_else(spawn: Spawn, tmp_path: Path) -> None:
    sizes = [1] * 6
    print_stack(tmp_path / f"{JOB}.pdf", sheets_of(sizes))
    (tmp_path / "bad.toml").write_text("[line]\ndropped = 0.001\nflipped = 0.001\nduplicated = 0.001\n")
    simulator = spawn("--faults", str(tmp_path / "bad.toml"), "--seed", "3")
    host = Host(simulator.url).connect()
    start_job(host, sizes)
    host.wait_for(lambda: len(host.outcomes()) == len(sizes))
    assert set(host.outcomes().values()) == {(1, 0)}
    numbers = [number for number, _, _ in host.events]
    assert numbers == sorted(numbers)
    host.close()
    simulator.stop()
    logged = [line for line in simulator.lines(simulator.log) if line.get("type") == "piece_outcome"]
    assert len(logged) == len(sizes)


def test_without_an_operator_the_machine_waits_for_the_console(spawn: Spawn, stack: Path) -> None:
    simulator = spawn("--operator", "none")
    host = Host(simulator.url).connect()
    simulator.type("jam folder")
    start_job(host)
    host.wait_for(lambda: any(event_type == 6 for _, event_type, _ in host.events))
    assert int.from_bytes(host.command(CLEAR)[1][:2], "big") == 20
    simulator.type("clear")
    while host.command(CLEAR)[0] != DONE:
        host.listen(0.05)
    assert host.command(RESET)[0] == DONE
    assert host.command(START)[0] == DONE
    host.wait_for(lambda: len(host.outcomes()) == len(SIZES))
    assert host.outcomes()[name(1)] == (3, 3)
    host.close()


def test_it_ends_when_its_stdin_is_closed_if_asked_to(spawn: Spawn, stack: Path) -> None:
    simulator = spawn("--until-eof")
    assert simulator.process.stdin is not None
    simulator.process.stdin.close()
    assert simulator.process.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--faults", "wild"], "E2910"),
        (["--listen", "usb"], "E2940"),
        (["--listen", "tcp://127.0.0.1:99999"], "E2940"),
        (["--stacks", "/nowhere/at/all"], "E2941"),
        (["--log", "/dev/null/log"], "E2942"),
    ],
)
def test_wrong_arguments_are_explained(tmp_path: Path, arguments: list[str], code: str) -> None:
    command = [sys.executable, "-m", "simulator", "--stacks", str(tmp_path), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2
    assert done.stderr.startswith(code)
    assert done.stdout == ""
    assert os.listdir(tmp_path) == []


def test_the_exit_interface_tells_what_leaves_the_machine(spawn: Spawn, stack: Path) -> None:
    simulator = spawn("--exit-interface", "pty", "--exit-variant", "general")
    with ExitObserver(json.loads(simulator.first_line)["exit_url"], load_exit_profile("gbr-general")) as observer:
        observer.listen(0.01)
        host = Host(simulator.url).connect()
        start_job(host)
        host.wait_for(lambda: len(host.outcomes()) == len(SIZES))
        host.close()
        seen: list[Sighting] = []
        while len(seen) < len(SIZES):
            seen += observer.listen(1.0)
        assert [sighting.pack.pages for sighting in seen] == SIZES
        assert [sighting.pack.group for sighting in seen] == [1, 2, 3, 4]
        assert observer.tally[Verdict.DELIVERED] == len(SIZES)
        assert (observer.counts.missing, observer.counts.garbage) == (0, 0)
