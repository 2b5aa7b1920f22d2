"""What a hot folder hands on, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mailroom.domain.errors import Explained
from mailroom.intake.receive import Received


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole file, ours alone. `file` is where it lies now, under the name it came with; `digest` is the SHA-256 (hex)
    of its content, with that of the companion (an index file, or None)."""

    file: Path
    digest: str
    companion: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an arrival. `taken` is False when nothing of it was; `refusals` is what could not be taken."""

    taken: bool = True
    refusals: tuple[Explained, ...] = ()


Take = Callable[[Arrival], Outcome]
"""Takes in an arrival. When it returns, the result is durable. After a crash it is called again for the same arrival,
so taking in twice must be harmless, as it is with `Reception`. It raises only for faults that are not the file's: the
file then stays where it is and comes again."""


class Receives(Protocol):
    """What takes in files and tells of each document what became of it: a reception."""

    def receive(self, files: Iterable[Path]) -> Iterator[Received]: ...


def by_reception(reception: Receives) -> Take:
    """Arrivals go through a reception; an index file is found by it, for it lies beside."""

    def take(arrival: Arrival) -> Outcome:
        results = list(reception.receive([arrival.file]))
        refusals = tuple(result.error for result in results if result.error is not None)
        return Outcome(any(result.status == "accepted" for result in results), refusals)

    return take
