"""Print jobs and what a print queue reports of them, in IPP's own words (RFC 8011, PWG 5100.x)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path


class JobState(Enum):
    """IPP `job-state` keywords, and two answers of ours for a job that the queue does not list.

    ABSENT    the queue vouches that no job of this key was ever accepted: it may be submitted.
    VANISHED  the queue does not list the job and can't vouch (history trimmed, spool lost): only a person may decide.
    """

    PENDING = "pending"
    PENDING_HELD = "pending-held"
    PROCESSING = "processing"
    PROCESSING_STOPPED = "processing-stopped"
    CANCELED = "canceled"
    ABORTED = "aborted"
    COMPLETED = "completed"
    ABSENT = "absent"
    VANISHED = "vanished"

    @property
    def ended(self) -> bool:
        """No further report will differ: canceled, aborted, completed, absent or vanished."""
        return self in _ENDED


_ENDED = frozenset({JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED, JobState.ABSENT, JobState.VANISHED})


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages of one paper and one way to print sides, in a row.

    Pages count from 1, both ends included. `stock` is the layout's name, `media_type` the printer's, "" for the job's
    own; `sides` is an IPP keyword.
    """

    first_page: int
    last_page: int
    sheets: int
    stock: str
    media_type: str
    sides: str

    @property
    def pages_per_sheet(self) -> int:
        """1 or 2."""
        return (self.last_page - self.first_page + 1) // self.sheets


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One print file for one queue. `key` (for example "R000001-B01") is unique for ever and is in the job's name.

    `stretches` say which pages want another paper or other sides than the job's; () when none does. `output` is how the
    file expects the sheets to fall, "face-down" or "face-up": it can't be ordered, but whoever feeds them must know.
    """

    key: str
    file: Path
    sheets: int
    impressions: int
    sides: str = "one-sided"
    media: str = "iso_a4_210x297mm"
    media_type: str = "stationery"
    stretches: tuple[Stretch, ...] = ()
    output: str = "face-down"


@dataclass(frozen=True, slots=True)
class JobReport:
    """What the queue says now. Counts are None where the device reports none.

    `reasons` are `job-state-reasons`, `printer_reasons` are `printer-state-reasons`, verbatim.
    `stack` is where the printed sheets lie as a file, for queues that can tell (the folder queue).
    """

    key: str
    state: JobState
    job_id: str | None = None
    reasons: tuple[str, ...] = ()
    impressions_completed: int | None = None
    sheets_completed: int | None = None
    printer_state: str = "idle"
    printer_reasons: tuple[str, ...] = ()
    stack: Path | None = None


class SpoolError(Exception):
    """A fault of print files, page store or queues, with code, fact, place and remedy."""

    def __init__(self, code: str, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy

    def __reduce__(self) -> tuple[partial[SpoolError], tuple[str, str]]:
        """An exception is otherwise made anew from its text alone, and could not leave a worker process."""
        return partial(type(self), place=self.place, remedy=self.remedy), (self.code, self.message)


class QueueRefused(SpoolError):
    """The queue surely has not taken the job: nothing of it will be printed."""


class QueueUncertain(SpoolError):
    """The answer was lost: the queue may or may not have taken the job. Ask `find`, never submit again."""
