"""A folder queue in a world of its own, whose time is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from spool.job import JobReport, PrintJob
from spool.queues.folder import FolderQueue
from tests.spool.print_queue_files import make_job

SECONDS_PER_SHEET = 2.0
START = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


@dataclass
class World:
    """A folder, a clock that is moved by hand, and as many queue objects as one likes."""

    folder: Path
    now: datetime = START
    jobs: dict[str, PrintJob] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.folder / "press"

    def queue(self) -> FolderQueue:
        return FolderQueue(self.root, lambda: self.now, SECONDS_PER_SHEET)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def job(self, key: str, sheets: int = 10, sides: str = "two-sided-long-edge") -> PrintJob:
        return make_job(self.folder, key, sheets, sides)

    def flag(self, name: str, text: str = "") -> Path:
        path = self.root / name
        path.write_text(text)
        return path

    def report(self, key: str) -> JobReport:
        return self.queue().report(key, "")
