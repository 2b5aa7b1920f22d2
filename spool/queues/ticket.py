"""Job tickets: what a press writes beside a printed stack, and what the folder queue remembers of a job."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from spool.atomic import disk_error, write_whole
from spool.job import JobState, PrintJob, SpoolError


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job on a press. Times are ISO 8601 with offset.

    `counted_at` is the moment up to which press time has been counted, `printed_seconds` the press time that the job
    has had; `sheets_completed` follows from it, sheet after sheet. `reasons` are IPP `job-state-reasons`. A stack with
    `output` "face-up" is fed from its last sheet on.
    """

    key: str
    job_id: int
    state: str
    sides: str
    media: str
    media_type: str
    sheets: int
    impressions: int
    submitted_at: str
    counted_at: str
    sheets_completed: int = 0
    impressions_completed: int = 0
    printed_seconds: float = 0.0
    started_at: str | None = None
    ended_at: str | None = None
    reasons: tuple[str, ...] = ()
    output: str = "face-down"

    @property
    def job_state(self) -> JobState:
        """The state as IPP names it."""
        return JobState(self.state)

    @property
    def counted(self) -> datetime:
        """`counted_at` as a moment."""
        return datetime.fromisoformat(self.counted_at)

    @property
    def ended(self) -> datetime | None:
        """When the press let go of the job."""
        return datetime.fromisoformat(self.ended_at) if self.ended_at is not None else None


def new_ticket(job: PrintJob, job_id: int, now: datetime) -> Ticket:
    """The ticket of a job that has just been taken."""
    return Ticket(
        key=job.key,
        job_id=job_id,
        state=JobState.PENDING.value,
        sides=job.sides,
        media=job.media,
        media_type=job.media_type,
        sheets=job.sheets,
        impressions=job.impressions,
        submitted_at=now.isoformat(),
        counted_at=now.isoformat(),
        output=job.output,
    )


def run_press(ticket: Ticket, start: datetime, now: datetime, seconds_per_sheet: float, per_sheet: int) -> Ticket:
    """The ticket after the press has worked on it from `start` to `now`; completed if that was long enough."""
    needed = ticket.sheets * seconds_per_sheet
    had = ticket.printed_seconds + max(0.0, (now - start).total_seconds())
    started_at = ticket.started_at or start.isoformat()
    # The tolerance is a tenth of a microsecond, far below the resolution of a datetime.
    if had + 1e-7 >= needed:
        done_at = start + timedelta(seconds=needed - ticket.printed_seconds)
        return replace(
            ticket,
            state=JobState.COMPLETED.value,
            reasons=("job-completed-successfully",),
            printed_seconds=needed,
            sheets_completed=ticket.sheets,
            impressions_completed=ticket.impressions,
            started_at=started_at,
            counted_at=done_at.isoformat(),
            ended_at=done_at.isoformat(),
        )
    sheets = int((had + 1e-7) / seconds_per_sheet)
    return replace(
        ticket,
        state=JobState.PROCESSING.value,
        reasons=("job-printing",),
        printed_seconds=had,
        sheets_completed=sheets,
        impressions_completed=min(ticket.impressions, sheets * per_sheet),
        started_at=started_at,
        counted_at=now.isoformat(),
    )


def write_ticket(path: Path, ticket: Ticket) -> None:
    """Write a ticket atomically. Faults of the disk: `SpoolError` E6001…E6004."""
    write_whole(path, json.dumps(asdict(ticket), indent=1).encode() + b"\n")


def read_ticket(path: Path) -> Ticket:
    """Read a ticket. E3106 if it is damaged, E6002…E6004 for the disk."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise disk_error(error, path) from error
    try:
        values: dict[str, Any] = json.loads(data)
        known = {field.name for field in fields(Ticket)}
        chosen: dict[str, Any] = {name: value for name, value in values.items() if name in known}
        ticket = Ticket(**(chosen | {"reasons": tuple(chosen.get("reasons", ()))}))
        _check(ticket)
    except (ValueError, TypeError, AttributeError) as error:
        raise SpoolError(
            "E3106",
            f"The job ticket is damaged: {error}",
            place=str(path),
            remedy="Look at the printed stack, then decide by hand what became of this job.",
        ) from error
    return ticket


def _check(ticket: Ticket) -> None:
    """Raise ValueError or TypeError where a value is not what the press computes with."""
    _ = (ticket.job_state, ticket.counted, ticket.ended)
    numbers = (ticket.job_id, ticket.sheets, ticket.impressions, ticket.sheets_completed, ticket.impressions_completed)
    if not all(isinstance(number, int) for number in numbers) or not isinstance(ticket.key, str):
        raise TypeError("a count or the key has the wrong type")
