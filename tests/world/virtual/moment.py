"""Time and memory of the world: one clock that only the world moves, and a chronicle of all that happened."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """Seconds since the world began."""

    now_s: float = 0.0

    def wall(self) -> datetime:
        """The same moment as the application sees it."""
        return BEGINNING + timedelta(microseconds=round(self.now_s * 1e6))


@dataclass(slots=True)
class Chronicle:
    """Every line is told with its time. Two worlds of one seed have the same lines, byte for byte."""

    clock: Clock
    lines: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.lines.append(f"{self.clock.now_s:11.6f} {what}")

    def digest(self) -> str:
        """SHA-256 of all lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
