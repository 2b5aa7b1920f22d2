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
from mailroom.production.run_window import begin_run
from mailroom.store.ledger import SqlLedger
from mailroom.store.store import open_store
from tests.world.virtual.moment import Clock

SETTINGS = """\
client = "Test"
sides = "{sides}"
batch_sheets = {batch_sheets}

[inserter]
name = "SIM-1"
log = "machine/log.jsonl"
"""


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
        with closing(sqlite3.connect(folder / "mailroom.db")) as ledger:
            ledger.execute("VACUUM INTO ?", (str(folder / "planned.db"),))

    def close(self) -> None:
        self._stack.close()

    def copy(self, folder: Path) -> None:
        """The ledger as it is before anything is printed; the pages stay where they are, for nobody changes them."""
        folder.mkdir(parents=True)
        shutil.copy(self.folder / "planned.db", folder / "mailroom.db")

    def plant_in(
        self,
        folder: Path,
        clock: Clock,
        sleep: Callable[[float], None],
        watched: Callable[[SqlLedger], SqlLedger],
    ) -> tuple[Plant, Callable[[], None]]:
        """The plant of a copy, as a process that has just begun would have it, and how to end that process."""
        store = open_store(f"sqlite:///{folder / 'mailroom.db'}")
        plant = replace(
            self.plant,
            folder=folder,
            open_ledger=lambda: watched(store.ledger()),
            read_ledger=store.reader,
            clock=clock.wall,
            sleep=sleep,
        )
        return plant, store.close
