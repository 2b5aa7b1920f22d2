"""A hot folder with a clock and a taker, for the tests of hot folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mailroom.domain.errors import InputRefused
from mailroom.intake.arrival import Arrival, Outcome
from mailroom.intake.hotfolder import HotFolder, Looked
from mailroom.intake.taken_contents import TakenContents

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BROKEN = InputRefused("E1411", "the PDF is broken", place="file structure", remedy="Send it again.")


@dataclass
class Floor:
    """A hot folder, a clock that the test sets, and a taker that remembers what it was given."""

    root: Path
    now: datetime = NOON
    outcome: Callable[[Arrival], Outcome] = field(default=lambda _: Outcome())
    given: list[tuple[str, bytes, bytes | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        self.hot = self.folder()

    @property
    def inbox(self) -> Path:
        return self.root / "in"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    def folder(self, **settings: Any) -> HotFolder:
        tokens = iter(range(1_000_000))
        return HotFolder(
            self.inbox,
            self.quarantine,
            TakenContents(self.root / "contents.tsv"),
            self.take,
            lambda: self.now,
            **{"token": lambda: f"{next(tokens):08x}", **settings},
        )

    def take(self, arrival: Arrival) -> Outcome:
        companion = arrival.companion.read_bytes() if arrival.companion else None
        self.given.append((arrival.file.name, arrival.file.read_bytes(), companion))
        return self.outcome(arrival)

    def put(self, name: str, data: bytes = b"%PDF-1.7 letter") -> Path:
        (self.inbox / name).write_bytes(data)
        return self.inbox / name

    def look(self, after_s: float = 10) -> list[Looked]:
        self.now += timedelta(seconds=after_s)
        return list(self.hot.look())

    def settle(self) -> list[Looked]:
        """Two looks, far enough apart."""
        self.look()
        return self.look()

    def names(self) -> list[str]:
        return [name for name, _, _ in self.given]

    def left(self) -> set[str]:
        return {path.name for path in self.inbox.iterdir()} - {"taking", "taken"}

    def taken(self) -> set[str]:
        return {path.name for path in (self.inbox / "taken").rglob("*") if path.is_file()}

    def in_work(self) -> list[str]:
        return [name for name in os.listdir(self.inbox / "taking") if name != ".lock"]
