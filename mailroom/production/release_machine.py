"""Release the machine: a named person lets it run again after a standstill. The word goes through the journal, where
the process that tends the machine finds it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drivers.inserter.vocabulary import Position
from mailroom.domain.piece import Copy
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import MACHINE_RELEASED, Recorder
from mailroom.production.recovery import Recovery


@dataclass(frozen=True, slots=True)
class Released:
    """An Operator who has spoken already: the cause is mended, and the path is empty if `path_empty`."""

    name: str
    path_empty: bool

    def recover(self, text: str, begun: Recovery) -> Recovery:
        return begun

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        return self.path_empty or not positions

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        return {}


def release_machine(plant: Plant, name: str, *, path_empty: bool) -> None:
    """Person `name` has mended what made the machine stand; `path_empty`: and has taken all paper out of its path.
    E7002 without a name."""
    with plant.open_ledger() as ledger:
        Recorder(ledger, plant.clock).machine_released(f"person:{name}", path_empty=path_empty)
        ledger.commit()


def released_since(ledger: Ledger, seq: int) -> Released | None:
    """The last word of a person behind entry `seq`."""
    found: Released | None = None
    for chained in ledger.entries(span=(seq + 1, sys.maxsize)):
        entry = chained.entry
        if entry.event == MACHINE_RELEASED:
            found = Released(entry.who.removeprefix("person:"), entry.detail["path_empty"])
    return found
