"""The command line as a test calls it: arguments in, exit code and both streams out."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from examples.files import write_jsonl
from examples.generator import generate
from mailroom.cli.app import run_app
from mailroom.cli.machine import SimulatorSettings

PROGRAM = Path(sys.executable).parent / "mailroom"
"""The installed command, for tests that need a process."""

SPEED = 10_000.0

SETTINGS = """\
client = "Test"

[queue]
seconds_per_sheet = 0.0

[inserter]
name = "SIM-1"
log = "machine/log.jsonl"

[patience]
poll = 0.01
stalled = 20.0
"""


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one JSON document on stdout; anything before or behind it fails."""
        return json.loads(self.out)

    def explains(self, code: str) -> bool:
        """Whether stderr says code, place and remedy, each on its line."""
        lines = self.err.splitlines()
        at = [number for number, line in enumerate(lines) if line.startswith(f"{code} ")]
        return bool(at) and lines[at[0] + 1].startswith("      at ") and lines[at[0] + 2].startswith("      → ")


def call(*arguments: str | Path) -> Answer:
    """Run a command in this process."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run_app([str(argument) for argument in arguments])
    return Answer(code, out.getvalue(), err.getvalue())


def make_house(folder: Path, settings: str = SETTINGS) -> Path:
    """A Mailroom with the settings of a test."""
    assert call("init", folder).code == 0
    (folder / "mailroom.toml").write_text(settings, encoding="utf-8")
    return folder


def take_in(folder: Path, pieces: int, seed: int = 5) -> Path:
    """Generated invoices, taken in; returns their file."""
    file = folder / "inbox" / f"generated-{seed}.jsonl"
    write_jsonl(file, generate(pieces, seed))
    answer = call("intake", file, "--dir", folder, "--json")
    assert answer.code == 0, answer.err
    return file


def machine(folder: Path, faults: str = "none", seed: int = 1) -> SimulatorSettings:
    """The simulated machine beside that folder's press."""
    return SimulatorSettings(folder / "queue" / "stack", folder / "machine", seed=seed, faults=faults, speed=SPEED)
