"""The person beside the machine: clears, walks away, comes back, looks for paper and says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from drivers.inserter.vocabulary import Position
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy
from mailroom.production.recovery import Recovery
from tests.world.virtual.hall import Hall

Name = tuple[str, int]


@dataclass
class Hands:
    """An Operator. `absent` is the chance to walk away when called; `lies_sealed` looks into the stacker for a copy;
    `away_s` is how much longer than usual the next call takes."""

    hall: Hall
    rng: Random
    absent: float
    lies_sealed: Callable[[Name], bool]
    name: str = "Kari"
    cleared: int = field(default=0)
    away_s: float = 0.0

    def recover(self, text: str, begun: Recovery) -> Recovery:
        return begun

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        self.hall.advance(self.rng.uniform(1, 20) + self.away_s)
        self.away_s = 0.0
        if self.rng.random() < self.absent:
            self.hall.chronicle.note(f"operator walks away from {text}")
            return False
        self.hall.chronicle.note(f"operator clears {text}")
        self.cleared += 1
        return True

    def judge(self, copies: Sequence[Copy], reasons: Mapping[Name, str]) -> Mapping[Name, str]:
        self.hall.advance(self.rng.uniform(1, 20))
        verdicts: dict[Name, str] = {}
        for copy in copies:
            name = (copy.piece, copy.copy)
            if self.rng.random() < self.absent:
                continue  # later
            sealed = copy.state is CopyState.UNKNOWN and self.lies_sealed(name)
            verdicts[name] = "stacked" if sealed else "destroyed"
            self.hall.chronicle.note(f"operator says {name} is {verdicts[name]}")
        return verdicts
