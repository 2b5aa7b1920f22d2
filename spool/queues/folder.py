"""The folder queue: a virtual press that takes time for each sheet and drops its printed stack into a folder.

What lies in the folder, and the clock, say everything; the process may die at any moment and another may go on:

    press.json           which press this is, and its last job id
    jobs/KEY.pdf .json   taken, not yet ended; the ticket is written last: a job without a ticket was never taken
    done/KEY.json        the ticket of every job that has ended: the queue's memory, never cleaned by us
    stack/KEY.pdf .json  the printed sheets and their ticket, for the inserter; whoever feeds them may take them away
    KEY.paper            beside the PDF when its pages want several papers or ways to print sides: which want which

An operator (or a test) plays with files: `STOPPED` in the root stops the press (its first line may hold IPP
`printer-state-reasons`), `jobs/KEY.held` holds a job that has not begun, `jobs/KEY.canceled` cancels a job and
`jobs/KEY.aborted` is a fault of the device (its first line may hold a reason). A file counts for the whole time since
the queue last looked.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pypdf

from spool.atomic import AtomicFile, disk_error, write_whole
from spool.job import JobReport, JobState, PrintJob, QueueRefused, QueueUncertain, SpoolError, Stretch
from spool.paper import pages_of, read_paper, write_paper
from spool.queues.print_file import check_job, check_key, refuse_bad_key, sides_per_sheet
from spool.queues.ticket import Ticket, new_ticket, read_ticket, run_press, write_ticket

_CHUNK_BYTES = 1 << 20
_FLAGS = ("held", "canceled", "aborted")


@dataclass(frozen=True, slots=True)
class _Press:
    """`press.json`: `identity` tells this folder from one that was put in its place."""

    identity: str
    last_job_id: int


class FolderQueue:
    """A print queue in a folder, with one press that prints one job after another in the order in which they came.

    Errors: E3110 the folder is gone, E3106 and E3111 a damaged file, E3101…E3105 a job that can't be printed as
    planned, E6001…E6004 for the disk. From `submit` they come as `QueueRefused`.
    """

    def __init__(
        self, root: Path, clock: Callable[[], datetime], seconds_per_sheet: float, *, name: str = "folder"
    ) -> None:
        if seconds_per_sheet < 0:
            raise ValueError("seconds_per_sheet must not be negative")
        self.name = name
        self._root = root
        self._clock = clock
        self._seconds_per_sheet = seconds_per_sheet
        self._jobs, self._done, self._stack = root / "jobs", root / "done", root / "stack"
        try:
            for folder in (self._jobs, self._done, self._stack):
                folder.mkdir(parents=True, exist_ok=True)
            (root / "lock").touch()
        except OSError as error:
            raise disk_error(error, root) from error
        with self._locked():
            if not (root / "press.json").exists():
                self._write_press(_Press(f"press of {clock().isoformat()}", 0))

    def bookmark(self) -> str:
        """The press and its last job, to be recorded before `submit`."""
        with self._locked():
            press = self._read_press()
        return f"{press.identity} #{press.last_job_id}"

    def submit(self, job: PrintJob) -> JobReport:
        """Take a print job. A key that was taken before is not taken again: its report is returned."""
        refuse_bad_key(job.key)
        try:
            with self._locked():
                if not self._knows(job.key):
                    check_job(job)
                    self._take(job)
                return self._look(job.key) or _nowhere(job.key, JobState.VANISHED)
        except SpoolError as error:
            kind = QueueUncertain if self._knows(job.key) else QueueRefused
            raise kind(error.code, error.message, place=error.place, remedy=error.remedy) from error

    def find(self, key: str, bookmark: str) -> JobReport:
        """The job of this key; ABSENT is certain here unless another folder stands where the bookmark was made."""
        check_key(key)
        with self._locked():
            report = self._look(key)
            identity = self._read_press().identity
        if report is not None:
            return report
        known = not bookmark or bookmark.rpartition(" #")[0] == identity
        return _nowhere(key, JobState.ABSENT if known else JobState.VANISHED)

    def report(self, key: str, bookmark: str) -> JobReport:
        """The same as `find`."""
        return self.find(key, bookmark)

    # What follows is called with the lock held.

    def _take(self, job: PrintJob) -> None:
        press = self._read_press()
        press = replace(press, last_job_id=press.last_job_id + 1)
        self._write_press(press)
        _copy(job.file, self._jobs / f"{job.key}.pdf")
        if job.stretches:
            write_paper(self._jobs / f"{job.key}.paper", job.stretches)
        write_ticket(self._ticket_path(job.key), new_ticket(job, press.last_job_id, self._clock()))

    def _knows(self, key: str) -> bool:
        return self._ticket_path(key).exists() or (self._done / f"{key}.json").exists()

    def _look(self, key: str) -> JobReport | None:
        """Let the press work up to now, then tell what it did with this job."""
        self._advance(self._clock())
        ticket = self._ticket(key)
        if ticket is None:
            return None
        stopped = self._stopped()
        stack = self._stack / f"{key}.pdf"
        return JobReport(
            key=key,
            state=ticket.job_state,
            job_id=str(ticket.job_id),
            reasons=ticket.reasons,
            impressions_completed=ticket.impressions_completed,
            sheets_completed=ticket.sheets_completed,
            printer_state="stopped" if stopped is not None else "processing" if self._active() else "idle",
            printer_reasons=stopped if stopped is not None else ("none",),
            stack=stack if stack.exists() else None,
        )

    def _advance(self, now: datetime) -> None:
        stopped = self._stopped() is not None
        free_at: datetime | None = None
        busy = False
        for before in self._active():
            ticket = self._judge(before, now, stopped)
            if ticket is None and not busy:
                start = max(before.counted, free_at) if free_at is not None else before.counted
                per_sheet = sides_per_sheet(before.sides)
                ticket = run_press(before, start, now, self._seconds_per_sheet, per_sheet)
            elif ticket is None:
                ticket = replace(before, state=JobState.PENDING.value, reasons=("none",))
            if ticket.job_state.ended:
                self._end(ticket)
                free_at = ticket.ended
            else:
                busy = busy or ticket.started_at is not None
                if ticket != before:
                    write_ticket(self._ticket_path(ticket.key), ticket)

    def _judge(self, ticket: Ticket, now: datetime, stopped: bool) -> Ticket | None:
        """What the operator's files make of a job; None if it may be printed."""
        begun = ticket.started_at is not None
        if (reasons := self._flag(ticket.key, "aborted")) is not None:
            return _ended(ticket, JobState.ABORTED, ("aborted-by-system", *reasons), now)
        if self._flag(ticket.key, "canceled") is not None:
            return _ended(ticket, JobState.CANCELED, ("job-canceled-by-user",), now)
        if not begun and self._flag(ticket.key, "held") is not None:
            return _waiting(ticket, JobState.PENDING_HELD, "job-hold-until-specified", now)
        if stopped:
            state = JobState.PROCESSING_STOPPED if begun else JobState.PENDING
            return _waiting(ticket, state, "printer-stopped", now)
        return None

    def _end(self, ticket: Ticket) -> None:
        """Drop the printed sheets and move the ticket into memory. Repeats harmlessly after a crash at any point."""
        source, stack = self._jobs / f"{ticket.key}.pdf", self._stack / f"{ticket.key}.pdf"
        try:
            if ticket.sheets_completed and source.exists():
                write_ticket(self._stack / f"{ticket.key}.json", ticket)
                paper = self._jobs / f"{ticket.key}.paper"
                stretches = read_paper(paper) if paper.exists() else ()
                if ticket.sheets_completed < ticket.sheets:
                    _keep_pages(source, _pages(ticket, stretches))
                if stretches:
                    write_paper(self._stack / paper.name, stretches)
                os.replace(source, stack)
            write_ticket(self._done / f"{ticket.key}.json", ticket)
            for leftover in ("pdf", "paper", *_FLAGS, "json"):
                (self._jobs / f"{ticket.key}.{leftover}").unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(error, stack) from error

    def _active(self) -> list[Ticket]:
        """Tickets of jobs that have not ended, in the order in which they came."""
        tickets = [read_ticket(path) for path in self._jobs.glob("*.json")]
        return sorted(tickets, key=lambda ticket: ticket.job_id)

    def _ticket(self, key: str) -> Ticket | None:
        for path in (self._ticket_path(key), self._done / f"{key}.json"):
            if path.exists():
                return read_ticket(path)
        return None

    def _ticket_path(self, key: str) -> Path:
        return self._jobs / f"{key}.json"

    def _stopped(self) -> tuple[str, ...] | None:
        return _first_line(self._root / "STOPPED", default=("paused",))

    def _flag(self, key: str, flag: str) -> tuple[str, ...] | None:
        return _first_line(self._jobs / f"{key}.{flag}", default=())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time. The lock file is not made anew: without it the folder is not the one we knew."""
        try:
            handle = os.open(self._root / "lock", os.O_RDWR)
        except OSError as error:
            raise SpoolError(
                "E3110",
                f"The press's folder can't be used: {error.strerror}",
                place=str(self._root),
                remedy="Mount the folder again or give this user access; jobs that were taken go on from there.",
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _read_press(self) -> _Press:
        path = self._root / "press.json"
        try:
            values = json.loads(path.read_bytes())
            return _Press(str(values["identity"]), int(values["last_job_id"]))
        except OSError as error:
            raise disk_error(error, path) from error
        except (ValueError, KeyError, TypeError) as error:
            raise SpoolError(
                "E3111",
                f"The press's memory is damaged: {error}",
                place=str(path),
                remedy="Set this folder aside and start an empty one; jobs sent to the old one are decided by hand.",
            ) from error

    def _write_press(self, press: _Press) -> None:
        values = {"identity": press.identity, "last_job_id": press.last_job_id}
        write_whole(self._root / "press.json", json.dumps(values).encode() + b"\n")


def _nowhere(key: str, state: JobState) -> JobReport:
    return JobReport(key=key, state=state)


def _waiting(ticket: Ticket, state: JobState, reason: str, now: datetime) -> Ticket:
    """Time passes without a sheet."""
    return replace(ticket, state=state.value, reasons=(reason,), counted_at=now.isoformat())


def _ended(ticket: Ticket, state: JobState, reasons: tuple[str, ...], now: datetime) -> Ticket:
    moment = now.isoformat()
    return replace(ticket, state=state.value, reasons=reasons, counted_at=moment, ended_at=moment)


def _first_line(path: Path, default: tuple[str, ...]) -> tuple[str, ...] | None:
    """Keywords on the first line of an operator's file, `default` if it is empty, None if there is no file."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise disk_error(error, path) from error
    words = tuple(word.strip() for word in lines[0].split(",") if word.strip()) if lines else ()
    return words or default


def _copy(source: Path, target: Path) -> None:
    try:
        with source.open("rb") as reader, AtomicFile(target) as writer:
            while chunk := reader.read(_CHUNK_BYTES):
                writer.write(chunk)
            writer.commit()
    except OSError as error:
        raise disk_error(error, source) from error


def _pages(ticket: Ticket, stretches: Sequence[Stretch]) -> int:
    """How many pages have left the press."""
    printed = ticket.sheets_completed
    return pages_of(stretches, printed) if stretches else printed * sides_per_sheet(ticket.sides)


def _keep_pages(file: Path, pages: int) -> None:
    """Cut a print file down to the pages that left the press before it was stopped for good."""
    cut = file.with_suffix(".cut")
    writer = pypdf.PdfWriter()
    # A page's document part leads to every other page; the virtual press has no use for it.
    writer.append(file, pages=(0, pages), excluded_fields=["/DPart"])
    try:
        writer.write(cut)
        os.replace(cut, file)
    finally:
        writer.close()
        with suppress(FileNotFoundError):
            cut.unlink()
