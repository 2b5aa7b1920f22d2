"""The press behind a print queue: it takes time, prints whatever it is sent, and may fail in every way that IPP has a
word for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from random import Random

from spool.job import JobReport, JobState, PrintJob, QueueRefused, QueueUncertain
from tests.world.virtual.hall import Hall

_SECONDS_A_SHEET = 0.02


class PressFault(Enum):
    """What may happen to a print job."""

    ABORTED = "aborted"
    """It ends half-way; what was printed is waste."""
    STOPPED = "stopped"
    """The press stands for a while in the middle."""
    SHEETS_LOST = "sheets lost"
    """The device reports fewer sheets than it was given."""
    ANSWER_LOST = "answer lost"
    """The queue took the job, and the answer did not come."""
    JOB_LOST = "job lost"
    """The queue did not take the job, and the answer did not come."""
    FORGOTTEN = "forgotten"
    """The queue took the job and can't say any more what became of it."""
    REFUSED = "refused"
    """Not now: the queue takes nothing."""
    DISK_FULL = "disk full"
    """The queue has no room for the file."""
    PRINTED_TWICE = "sheets printed twice"
    """Some sheets lie in the stack once more; nobody reports it."""
    MISSING = "sheets missing"
    """Some sheets do not lie in the stack; nobody reports it."""
    DISORDERED = "stack in disorder"
    """Some sheets lie elsewhere in the stack."""


@dataclass(slots=True)
class _Job:
    job: PrintJob
    begun_s: float
    fault: PressFault | None
    dropped: bool = False


@dataclass
class VirtualPress:
    """A PrintQueue. `faults`: which submission (counted from 1) meets which fault. `on_submit` hears of every
    job, `on_report` of every answer about one."""

    hall: Hall
    stack: Path
    faults: dict[int, PressFault]
    on_submit: Callable[[PrintJob], None]
    on_report: Callable[[JobReport], None]
    name: str = "press"
    submissions: int = 0
    _jobs: dict[str, _Job] = field(default_factory=dict)

    def bookmark(self) -> str:
        return f"virtual #{len(self._jobs)}"

    def submit(self, job: PrintJob) -> JobReport:
        self.hall.point("before submit")
        self.submissions += 1
        fault = self.faults.get(self.submissions)
        self.hall.chronicle.note(f"press takes {job.key}{f', {fault.value}' if fault else ''}")
        if fault is PressFault.REFUSED:
            raise QueueRefused("E3001", "the queue takes nothing now")
        if fault is PressFault.DISK_FULL:
            raise QueueRefused("E6001", "the disk is full")
        if fault is not PressFault.JOB_LOST:
            self.on_submit(job)
            self._jobs[job.key] = _Job(job, self.hall.clock.now_s, fault)
        self.hall.point("in submit")
        if fault in (PressFault.ANSWER_LOST, PressFault.JOB_LOST):
            raise QueueUncertain("E3002", "the answer was lost")
        return self._look(job.key)

    def find(self, key: str, bookmark: str) -> JobReport:
        report = self._look(key) if key in self._jobs else JobReport(key, JobState.ABSENT)
        self.on_report(report)
        return report

    def report(self, key: str, bookmark: str) -> JobReport:
        return self.find(key, bookmark)

    def _look(self, key: str) -> JobReport:
        held = self._jobs[key]
        past_s = self.hall.clock.now_s - held.begun_s
        needed_s = held.job.sheets * _SECONDS_A_SHEET
        if held.fault is PressFault.FORGOTTEN and past_s > 0:
            return JobReport(key, JobState.VANISHED)
        if held.fault is PressFault.ABORTED and past_s >= needed_s / 2:
            return JobReport(key, JobState.ABORTED, job_id="1", sheets_completed=held.job.sheets // 2)
        if held.fault is PressFault.STOPPED and needed_s / 2 <= past_s < needed_s + 300:
            return JobReport(key, JobState.PROCESSING_STOPPED, job_id="1", printer_state="stopped")
        if past_s < needed_s:
            return JobReport(key, JobState.PROCESSING, job_id="1", sheets_completed=int(past_s / _SECONDS_A_SHEET))
        self._drop(held)
        lost = held.fault is PressFault.SHEETS_LOST
        return JobReport(key, JobState.COMPLETED, job_id="1", sheets_completed=held.job.sheets - lost)

    def _drop(self, held: _Job) -> None:
        """The printed stack comes out."""
        if held.dropped:
            return
        held.dropped = True
        self.stack.mkdir(parents=True, exist_ok=True)
        ticket = {"sides": held.job.sides, "output": held.job.output}
        lies = _lies(held.job.sheets, held.fault, Random(held.job.key))
        if lies:
            ticket["lies"] = " ".join(map(str, lies))
        (self.stack / f"{held.job.key}.json").write_text(json.dumps(ticket), encoding="utf-8")
        shutil.copy(held.job.file, self.stack / f"{held.job.key}.pdf")


def _lies(sheets: int, fault: PressFault | None, rng: Random) -> list[int]:
    """The sheets of the print file as they lie in the stack; none when they lie as they should."""
    lies = list(range(1, sheets + 1))
    some = rng.randint(1, 3)
    first = rng.randrange(max(1, sheets - some))
    taken = lies[first : first + some]
    match fault:
        case PressFault.PRINTED_TWICE:
            at = rng.choice((first + some, rng.randrange(sheets)))
        case PressFault.MISSING | PressFault.DISORDERED:
            del lies[first : first + some]
            at = rng.randint(0, len(lies))
            taken = taken if fault is PressFault.DISORDERED else []
        case _:
            return []
    lies[at:at] = taken
    return lies
