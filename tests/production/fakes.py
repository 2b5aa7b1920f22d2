"""Stand-ins for queue and operator that a test can script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.inserter.vocabulary import Position
from mailroom.domain.piece import Copy
from mailroom.production.recovery import Recovery
from spool.job import JobReport, JobState, PrintJob, QueueRefused, QueueUncertain


@dataclass
class ScriptedQueue:
    """A print queue with a memory of its own that answers as it is told.

    `course` is what `report` says of a job, one state a question, the last one for ever."""

    course: list[JobState] = field(default_factory=lambda: [JobState.PROCESSING, JobState.COMPLETED])
    refuse: bool = False
    lose_answer: bool = False
    take_before_losing: bool = True
    vouch: bool = True
    sheets_completed: int | None = None
    name: str = "scripted"
    jobs: dict[str, PrintJob] = field(default_factory=dict)
    submissions: list[str] = field(default_factory=list)
    asked: int = 0

    def bookmark(self) -> str:
        return "42"

    def submit(self, job: PrintJob) -> JobReport:
        self.submissions.append(job.key)
        if self.refuse:
            raise QueueRefused("E3001", "no such printer")
        if not self.lose_answer or self.take_before_losing:
            assert job.key not in self.jobs, "printed twice"
            self.jobs[job.key] = job
        if self.lose_answer:
            raise QueueUncertain("E3002", "the answer was lost")
        return JobReport(job.key, JobState.PENDING, job_id="1")

    def find(self, key: str, bookmark: str) -> JobReport:
        assert bookmark == "42"
        if key in self.jobs and self.vouch:
            return self.report(key, bookmark)
        return JobReport(key, JobState.ABSENT if self.vouch else JobState.VANISHED)

    def report(self, key: str, bookmark: str) -> JobReport:
        state = self.course[min(self.asked, len(self.course) - 1)]
        self.asked += 1
        sheets = self.jobs[key].sheets if self.sheets_completed is None else self.sheets_completed
        return JobReport(key, state, job_id="1", sheets_completed=sheets if state is JobState.COMPLETED else 0)


@dataclass
class ScriptedOperator:
    """Clears as told and gives one verdict on everything."""

    verdict: str | None = "destroyed"
    clears: bool = True
    name: str = "Kari"
    faults: list[str] = field(default_factory=list)

    def recover(self, text: str, begun: Recovery) -> Recovery:
        return begun

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        self.faults.append(fault)
        return self.clears

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        return {(copy.piece, copy.copy): self.verdict for copy in copies} if self.verdict else {}
