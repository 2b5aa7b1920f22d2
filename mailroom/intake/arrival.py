"""What a hot folder hands on, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.errors import Explained
from mailroom.intake.receive import Reception


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


def by_reception(reception: Reception) -> Take:
    """Arrivals are files of invoices as data."""

    def take(arrival: Arrival) -> Outcome:
        results = list(reception.receive([arrival.file]))
        refusals = tuple(result.error for result in results if result.error is not None)
        return Outcome(any(result.status == "accepted" for result in results), refusals)

    return take
