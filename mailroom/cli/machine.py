"""Runs the simulated machine as its own process, as a real one would stand there by itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.errors import MailroomError

_STOP_SECONDS = 10.0
"""A machine that has not written its last log lines by then is switched off."""


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Where its paper lies, where it keeps its logs, and how it behaves. `speed` divides every time of the machine."""

    stacks: Path
    folder: Path
    seed: int
    faults: str
    speed: float = 1000.0
    listen: str = "pty"
    serial: str = "SIM-1"
    protocol: str = "native"

    def arguments(self) -> list[str]:
        """The same as `python -m simulator` wants it."""
        return [
            *("--listen", self.listen, "--stacks", str(self.stacks), "--seed", str(self.seed)),
            *("--faults", self.faults, "--speed", str(self.speed), "--serial", self.serial, "--operator", "auto"),
            *("--protocol", self.protocol),
            *("--log", str(self.folder / "log.jsonl"), "--truth", str(self.folder / "truth.jsonl")),
        ]


@contextmanager
def running_simulator(settings: SimulatorSettings) -> Iterator[str]:
    """Start the machine, give its URL, and switch it off at the end. E2070 when it does not start."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    settings.stacks.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "simulator", *settings.arguments()]
    errors = settings.folder / "stderr.txt"
    with errors.open("wb") as stderr:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise MailroomError(
                "E2070",
                "the simulated machine did not start",
                place=str(errors),
                remedy=errors.read_text(encoding="utf-8", errors="replace")[-500:]
                or "Run python -m simulator by hand.",
            )
        yield str(json.loads(line)["url"])
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
