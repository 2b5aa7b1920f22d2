"""Many worlds: houses made once a process, seeds spread over processes, a failure shortened to what it needs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from tests.world.virtual.house import KINDS, PlannedHouse
from tests.world.virtual.scenario import Scenario, draw_scenario
from tests.world.virtual.world import Outcome, World


class Worlds:
    """Worlds of one process. `root` is a folder that may be written to; a memory disk is fastest."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._houses: dict[int, PlannedHouse] = {}
        self._memory: dict[Any, Any] = {}

    def close(self) -> None:
        for house in self._houses.values():
            house.close()

    def prepare(self, seed: int) -> PlannedHouse:
        """The house that worlds of this seed begin with, planned once."""
        kind = seed % len(KINDS)
        if kind not in self._houses:
            self._houses[kind] = PlannedHouse(self._root / f"house-{kind}", KINDS[kind])
        return self._houses[kind]

    def live(self, scenario: Scenario) -> Outcome:
        """One world from beginning to end; nothing is left of it but its outcome."""
        house = self.prepare(scenario.seed)
        folder = self._root / f"world-{scenario.seed}"
        try:
            return World(house, scenario, folder, self._memory).live()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def shorten(self, scenario: Scenario) -> tuple[Scenario, Outcome]:
        """A scenario that breaks a law, with as little in it as still does."""
        outcome = self.live(scenario)
        while outcome.broken:
            tried = ((less, self.live(less)) for less in scenario.simpler())
            found = next(((less, seen) for less, seen in tried if seen.broken), None)
            if found is None:
                break
            scenario, outcome = found
        return scenario, outcome


@contextmanager
def worlds() -> Iterator[Worlds]:
    """Worlds in a folder that goes with them."""
    memory_disk = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory_disk if memory_disk.is_dir() else None) as root:
        made = Worlds(Path(root))
        try:
            yield made
        finally:
            made.close()


def live_all(seeds: Sequence[int], processes: int, protocol: str = "native") -> Iterator[Outcome]:
    """The outcomes of all seeds, as they come. The lines of those that went well are left behind."""
    context = get_context("fork")
    told: Queue[Outcome | None] = context.Queue()
    workers = [
        context.Process(target=_live_some, args=(seeds[at::processes], protocol, told)) for at in range(processes)
    ]
    for worker in workers:
        worker.start()
    try:
        at_work = len(workers)
        while at_work:
            outcome = told.get()
            if outcome is None:
                at_work -= 1
            else:
                yield outcome
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _live_some(seeds: Sequence[int], protocol: str, told: Queue[Outcome | None]) -> None:
    try:
        with worlds() as mine:
            for seed in seeds:
                outcome = mine.live(draw_scenario(seed, protocol))
                told.put(outcome if outcome.broken else replace(outcome, lines=()))
    finally:
        told.put(None)
