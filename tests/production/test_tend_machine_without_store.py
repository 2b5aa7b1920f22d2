"""A real SQLite file that is full, locked or read-only: the machine finishes what it holds and stands, and the work
goes on by itself when the file can be written again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import event

from mailroom.bootstrap import House
from mailroom.cli.machine import SimulatorSettings, running_simulator
from mailroom.cli.operators import NoOperator
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.run import BatchState
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.line import Patience
from mailroom.production.ports import Ledger
from mailroom.production.print_batch import print_batch
from mailroom.production.tend_machine import Doing, Duty, Tender
from mailroom.store.store import Store, open_store
from tests.production.stages import batches, copies, planned

PIECES = 40
_QUIET_NAPS = 50
_MANY = 20_000
_NO_LIMIT = 0xFFFFFFFE

_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


class Disk:
    """The store's file, and what is done to it. The store itself stays the same one."""

    def __init__(self, file: Path, stack: ExitStack) -> None:
        self._file = file
        self._well: Store = stack.enter_context(open_store(f"sqlite:///{file}", busy_seconds=1.0))
        self._read_only: Store = stack.enter_context(
            open_store(f"sqlite:///file:{file}?mode=ro&uri=true", busy_seconds=1.0)
        )
        self._is_full = False
        self._is_read_only = False
        self._locker: subprocess.Popen[bytes] | None = None

        @event.listens_for(self._well.engine, "checkout")
        def set_limit(connection: object, *_: object) -> None:
            """The limit holds for a connection; a file can't be limited below what it is."""
            connection.execute(f"PRAGMA max_page_count = {1 if self._is_full else _NO_LIMIT}")  # type: ignore[attr-defined]

    def ledger(self) -> Ledger:
        return (self._read_only if self._is_read_only else self._well).ledger()

    def fill(self) -> None:
        self._is_full = True

    def forbid(self) -> None:
        self._is_read_only = True

    def lock(self) -> None:
        command = [sys.executable, "-c", _LOCK, str(self._file)]
        self._locker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._locker.stdout is not None
        assert self._locker.stdout.readline() == b"locked\n"

    def mend(self) -> None:
        self._is_full = self._is_read_only = False
        if self._locker is not None:
            self._locker.communicate()


@dataclass
class Night:
    """Nobody is there. The disk fails when some envelopes are stacked, and is mended when the machine has stood still
    for a while."""

    house: House
    truth: Path
    fails: Callable[[], None]
    mends: Callable[[], None]
    duties: list[Duty] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    leaving: bool = False
    stacked: int = 0
    quiet: int = 0
    naps: int = 0

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
        self.naps += 1
        assert self.naps < _MANY, f"it does not come to its end: {self.duties[-1]}"
        before, self.stacked = self.stacked, self.truth.read_text().count('"stacker"') if self.truth.exists() else 0
        self.quiet = self.quiet + 1 if self.stacked == before else 0
        doing = self.duties[-1].doing
        if not self.stages and self.stacked >= 3:
            self.stages.append("failed")
            self.fails()
        elif self.stages == ["failed"] and doing is Doing.JOURNAL and self.quiet >= _QUIET_NAPS:
            self.stages.append("mended")
            self.mends()
        elif doing is Doing.WAITING:
            self.leaving = True


@pytest.mark.parametrize(("failure", "code"), [("fill", "E6502"), ("lock", "E6501"), ("forbid", "E6503")])
def test_a_store_that_can_not_be_written_is_waited_for(
    small_house: Callable[..., House], failure: str, code: str
) -> None:
    house = small_house(pieces=PIECES)
    run = planned(house)
    line = house.line(NoOperator())
    for batch in batches(house, run):
        print_batch(house.plant, line, assemble_batch(house.plant, batch))
    machine = SimulatorSettings(house.folder / "queue" / "stack", house.folder / "machine", 1, "none", speed=60.0)
    with ExitStack() as stack:
        disk = Disk(house.folder / "mailroom.db", stack)
        night = Night(house, house.folder / "machine" / "truth.jsonl", getattr(disk, failure), disk.mend)
        stack.callback(disk.mend)
        url = stack.enter_context(running_simulator(machine))
        line = replace(house.with_inserter(url).line(NoOperator()), patience=Patience(0.02, 20.0))
        plant = replace(house.plant, open_ledger=disk.ledger, sleep=night.sleep)
        Tender(plant, line, going_on=lambda: not night.leaving, watch=night.duties.append).tend()
    assert night.stages == ["failed", "mended"]
    waited = [duty.trouble.code for duty in night.duties if duty.doing is Doing.JOURNAL and duty.trouble]
    assert code in waited
    assert Doing.STANDING not in {duty.doing for duty in night.duties}
    assert {batch.state for batch in batches(house, run)} == {BatchState.DONE}
    assert {copy.state for copy in copies(house, run)} == {CopyState.STACKED}
    with house.store.reader() as ledger:
        entries = [chained.entry for chained in ledger.entries()]
    numbers = [entry.machine[1] for entry in entries if entry.machine is not None]
    assert numbers == list(range(1, len(numbers) + 1)), "every event once, in order"
    assert code in [entry.detail["code"] for entry in entries if entry.event == "journal.was-away"]
