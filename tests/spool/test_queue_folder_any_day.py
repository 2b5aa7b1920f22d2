"""The folder queue on any day: whatever happens in whatever order, its counts and stacks agree."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from spool.job import JobReport, JobState
from tests.spool.folder_world import World
from tests.spool.print_queue_files import page_texts


class AnyDay(RuleBasedStateMachine):
    """Submissions, waits, stops, holds and cancels in any order: no sheet is lost, made up or printed twice."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name))
        self.mark = self.world.queue().bookmark()
        self.seen: dict[str, JobReport] = {}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule(
        key=st.sampled_from("ABC"),
        sheets=st.integers(1, 4),
        sides=st.sampled_from(["one-sided", "two-sided-long-edge"]),
    )
    def submit(self, key: str, sheets: int, sides: str) -> None:
        job = self.world.jobs.setdefault(key, self.world.job(key, sheets, sides))
        self.world.queue().submit(job)

    @rule(seconds=st.floats(0, 9))
    def wait(self, seconds: float) -> None:
        self.world.later(seconds)

    @rule(name=st.sampled_from(["STOPPED", "jobs/A.held", "jobs/B.held"]))
    def toggle(self, name: str) -> None:
        path = self.world.root / name
        if path.exists():
            path.unlink()
        else:
            path.touch()

    @rule(key=st.sampled_from("ABC"), how=st.sampled_from(["canceled", "aborted"]))
    def end(self, key: str, how: str) -> None:
        if (self.world.root / "jobs" / f"{key}.json").exists():
            (self.world.root / "jobs" / f"{key}.{how}").touch()

    @invariant()
    def counts_and_stacks_agree(self) -> None:
        if not hasattr(self, "folder"):
            return
        for key in "ABC":
            report = self.world.queue().find(key, self.mark)
            job = self.world.jobs.get(key)
            assert (report.state is JobState.ABSENT) == (job is None)
            if job is None:
                continue
            before = self.seen.get(key)
            assert report.sheets_completed is not None
            assert 0 <= report.sheets_completed <= job.sheets
            if before is not None:
                assert report.sheets_completed >= (before.sheets_completed or 0)
                assert not before.state.ended or report == before or report.printer_state != before.printer_state
            assert (report.state is JobState.COMPLETED) == (
                report.state.ended and report.sheets_completed == job.sheets and report.stack is not None
            )
            if report.stack is not None:
                per_sheet = 1 if job.sides == "one-sided" else 2
                assert report.state.ended
                assert len(page_texts(report.stack)) == report.sheets_completed * per_sheet
            self.seen[key] = report


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
