"""What a bad line costs: the same run over each protocol, on a clean line and on one that loses a byte in a hundred."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.faults import LineRates
from tests.world.virtual.house import Kind, PlannedHouse
from tests.world.virtual.scenario import Scenario
from tests.world.virtual.world import Outcome, World

LOSS = LineRates(dropped=0.01)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the world from the first sheet that was fed to the last piece that was stacked; `broken` is the law
    that did not hold in one of the two worlds, empty when all did."""

    protocol: str
    clean_s: float
    lossy_s: float
    broken: str

    @property
    def speed(self) -> float:
        """Of the lossy line, as a part of the clean one's."""
        return self.clean_s / self.lossy_s

    def __str__(self) -> str:
        told = self.broken or "every law held"
        return f"{self.protocol:<8} {self.clean_s:8.1f} s {self.lossy_s:8.1f} s {100 * self.speed:6.1f} %  {told}"


def costs(root: Path, pieces: int, protocols: Sequence[str], seed: int = 1) -> Iterator[Cost]:
    """A run of so many pieces, lived twice for each protocol in a folder that may be written to."""
    house = PlannedHouse(root / "house", Kind(pieces, "one-sided", 10 * pieces))
    try:
        for protocol in protocols:
            clean, lossy = (_live(house, root / "world", rates, protocol, seed) for rates in (LineRates(), LOSS))
            yield Cost(protocol, _inserting_s(clean), _inserting_s(lossy), clean.broken or lossy.broken)
    finally:
        house.close()


def _live(house: PlannedHouse, folder: Path, rates: LineRates, protocol: str, seed: int) -> Outcome:
    try:
        return World(house, Scenario(seed, (), rates, 0.0, protocol), folder, {}).live()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _inserting_s(outcome: Outcome) -> float:
    def times(type: str) -> list[float]:
        return [float(line.split()[0]) for line in outcome.lines if f'"type": "{type}"' in line]

    return max(times("piece_outcome"), default=0.0) - min(times("sheet_scanned"), default=0.0)
