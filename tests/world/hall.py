"""A hall with a press and a machine that can be switched off, as tests of whole runs need them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.command import Answer, call
from tests.world.oracle import composed_copies, disagreements

PROFILE = Path(__file__).parents[2] / "drivers" / "inserter" / "profiles" / "sim1.toml"

SETTINGS = """\
client = "Test"

[queue]
seconds_per_sheet = 0.0

[inserter]
profile = "impatient.toml"
name = "SIM-1"
log = "machine/log.jsonl"

[patience]
poll = 0.01
stalled = 20.0
"""


def impatient(folder: Path) -> None:
    """A profile beside the settings that gives a silent machine up after two seconds instead of fifteen."""
    text = PROFILE.read_text(encoding="utf-8")
    for usual, short in (("command_s = 15.0", "command_s = 2.0"), ("reply_s = 2.0", "reply_s = 1.0")):
        assert usual in text
        text = text.replace(usual, short)
    (folder / "impatient.toml").write_text(text, encoding="utf-8")


@dataclass
class Machine:
    """The simulated inserter as a process that remembers its paper over a power cut, but nothing else."""

    folder: Path
    faults: str = "none"
    speed: float = 10_000.0
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    boots: int = field(default=0)
    options: tuple[str | Path, ...] = ()

    def switch_on(self) -> str:
        self.boots += 1
        log, stack = self.folder / "machine", self.folder / "queue" / "stack"
        log.mkdir(exist_ok=True)
        command: list[str | Path] = [
            *(sys.executable, "-m", "simulator", "--listen", "tcp://127.0.0.1:0", "--stacks", stack, "--json"),
            *("--faults", self.faults, "--seed", "1", "--speed", str(self.speed), "--serial", "SIM-1"),
            *("--log", log / "log.jsonl", "--truth", log / "truth.jsonl", "--operator", "auto", "--until-eof"),
            *self.options,
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.url = str(json.loads(self.process.stdout.readline())["url"])
        return self.url

    def switch_off(self) -> None:
        """At once, in the middle of whatever it does."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.communicate()

    def truth(self) -> list[dict[str, Any]]:
        """Where the paper is."""
        path = self.folder / "machine" / "truth.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def stacked_sheets(self) -> Counter[tuple[str, int]]:
        """(print file, page) of every sheet that lies in an envelope in the stacker."""
        return Counter(
            (sheet["file"], sheet["page"])
            for put in self.truth()
            if put["place"] == "stacker"
            for sheet in put["sheets"]
        )


@contextmanager
def machine_in(
    folder: Path, faults: str = "none", speed: float = 10_000.0, options: tuple[str | Path, ...] = ()
) -> Iterator[Machine]:
    """A machine that is switched on, and off at the end; `options` of its program besides the usual."""
    machine = Machine(folder, faults, speed, options=options)
    try:
        machine.switch_on()
        yield machine
    finally:
        machine.switch_off()


@contextmanager
def switched_off_after(machine: Machine, envelopes: int) -> Iterator[None]:
    """Pull the machine's plug as soon as so many envelopes lie in the stacker."""
    given_up = threading.Event()

    def watch() -> None:
        while not given_up.is_set():
            if sum(put["place"] == "stacker" for put in _whole_lines(machine)) >= envelopes:
                machine.switch_off()
                return
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        given_up.set()
        thread.join()


def _whole_lines(machine: Machine) -> list[dict[str, Any]]:
    try:
        return machine.truth()
    except json.JSONDecodeError:  # the last line is being written
        return []


def start(folder: Path, url: str) -> Answer:
    return call("run", "start", "--dir", folder, "--inserter", url, "--json")


def close(folder: Path) -> dict[str, Any]:
    """Explain what differs, hand over and verify; the closed run's report."""
    for each in call("run", "show", "--dir", folder, "--json").json()["differences"]:
        reason = ("--reason", "looked into", "--who", "Kari")
        assert call("run", "explain", str(each["number"]), *reason, "--dir", folder).code == 0
    answer = call("run", "close", "--dir", folder, "--who", "Kari", "--json")
    assert answer.code == 0, answer.err
    report: dict[str, Any] = answer.json()
    verdict = call("verify", "--dir", folder, "--json")
    assert verdict.code == 0, verdict.json()["findings"]
    return report


def judge_by_the_paper(machine: Machine, folder: Path) -> list[tuple[str, str]]:
    """What a careful person does with every copy that waits: looks for it, and says what became of it."""
    given: list[tuple[str, str]] = []
    there = machine.stacked_sheets()
    composed = composed_copies(next((folder / "runs").glob("R*")))
    for copy in call("run", "show", "--dir", folder, "--json").json()["waits"]:
        verdict = "stacked" if set(composed[copy["piece"], copy["copy"]]) <= there.keys() else "destroyed"
        command = ("piece", "resolve", copy["piece"], "--copy", str(copy["copy"]), "--as", verdict, "--who", "Kari")
        assert call(*command, "--dir", folder).code == 0
        given.append((copy["state"], verdict))
    return given


def check_every_piece_mailed_once(machine: Machine, folder: Path, report: dict[str, Any]) -> None:
    """By the paper in the stacker: one copy of each piece, whole, and nothing of any other copy."""
    machine.switch_off()
    assert report["planned"] == report["mailed"] > 0
    assert report["unknown"] == 0
    assert not disagreements(folder / "runs" / report["run"], folder / "machine" / "truth.jsonl")
