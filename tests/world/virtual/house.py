"""An installation whose run is planned and waits to be printed: made once, copied for each world."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from examples.generator import generate
from mailroom.bootstrap import House, init_house, open_house
from mailroom.domain.run import MailRun
from mailroom.production.plant import Plant, no_progress
from mailroom.production.ports import OpenLedger
from mailroom.production.run_window import begin_run
from mailroom.store.store import Store, open_store
from tests.store.memory_ledger import MemoryStore
from tests.world.virtual.moment import Clock

SETTINGS = """\
client = "Test"
sides = "{sides}"
batch_sheets = {batch_sheets}

[inserter]
name = "SIM-1"
log = "machine/log.jsonl"
"""


OpenStore = Callable[[], Store | MemoryStore]
Ledgers = tuple[OpenLedger, OpenLedger]
"""Those who write, and those who read."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What makes one installation."""

    pieces: int
    sides: str
    batch_sheets: int


KINDS = (
    Kind(30, "one-sided", 200),
    Kind(34, "two-sided-long-edge", 25),
    Kind(32, "one-sided", 30),
)


class PlannedHouse:
    """One kind of installation, opened; `plant` is what all worlds of the kind share."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self._stack = ExitStack()
        self.folder = folder
        settings = SETTINGS.format(sides=kind.sides, batch_sheets=kind.batch_sheets)
        init_house(folder, "Test", settings=settings)
        self.house: House = self._stack.enter_context(open_house(folder, no_progress))
        for invoice in generate(kind.pieces, seed=24):
            assert self.house.reception().take(invoice, "generated") is None
        self.plant = replace(self.house.plant, clock=Clock().wall)
        self.run: MailRun = begin_run(self.plant)
        with self.plant.read_ledger() as ledger:
            self.memory = MemoryStore.of(ledger, self.run.id)
        with closing(sqlite3.connect(folder / "mailroom.db")) as database:
            database.execute("VACUUM INTO ?", (str(folder / "planned.db"),))

    def close(self) -> None:
        self._stack.close()

    def store_in(self, folder: Path, *, on_disk: bool) -> OpenStore:
        """The ledger as it is before anything is printed: a file of the folder, or in memory. The pages stay where they
        are, for nobody changes them. Calling what is returned opens the store, as each new process does."""
        folder.mkdir(parents=True)
        if on_disk:
            shutil.copy(self.folder / "planned.db", folder / "mailroom.db")
            return lambda: open_store(f"sqlite:///{folder / 'mailroom.db'}")
        memory = self.memory.copied()
        return lambda: memory

    def plant_in(self, folder: Path, clock: Clock, sleep: Callable[[float], None], ledgers: Ledgers) -> Plant:
        """The plant as a process that has just begun would have it."""
        write, read = ledgers
        return replace(self.plant, folder=folder, open_ledger=write, read_ledger=read, clock=clock.wall, sleep=sleep)
