"""What the application relies on, whichever queue it talks to: the same tests for the folder queue and for CUPS."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from spool.job import JobReport, JobState, PrintJob, QueueRefused, SpoolError
from spool.queues.folder import FolderQueue
from tests.spool.cups_server import needs_cups, queue_of
from tests.spool.print_queue_files import make_job

SECONDS_PER_SHEET = 0.1


class Queue(Protocol):
    @property
    def name(self) -> str: ...
    def bookmark(self) -> str: ...
    def submit(self, job: PrintJob) -> JobReport: ...
    def find(self, key: str, bookmark: str) -> JobReport: ...
    def report(self, key: str, bookmark: str) -> JobReport: ...


class Pressroom(Protocol):
    """A queue, its press and its operator."""

    def queue(self) -> Queue: ...
    def wait(self) -> None: ...
    def stop(self) -> None: ...
    def resume(self) -> None: ...
    def hold(self, report: JobReport) -> None: ...
    def release(self, report: JobReport) -> None: ...
    def cancel(self, report: JobReport) -> None: ...
    def stacks(self) -> list[Path]: ...


class FolderRoom:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._now = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)

    def queue(self) -> Queue:
        return FolderQueue(self._root, lambda: self._now, SECONDS_PER_SHEET)

    def wait(self) -> None:
        self._now += timedelta(seconds=SECONDS_PER_SHEET / 2)

    def stop(self) -> None:
        (self._root / "STOPPED").touch()

    def resume(self) -> None:
        (self._root / "STOPPED").unlink()

    def hold(self, report: JobReport) -> None:
        (self._root / "jobs" / f"{report.key}.held").touch()

    def release(self, report: JobReport) -> None:
        (self._root / "jobs" / f"{report.key}.held").unlink()

    def cancel(self, report: JobReport) -> None:
        (self._root / "jobs" / f"{report.key}.canceled").touch()

    def stacks(self) -> list[Path]:
        return sorted((self._root / "stack").glob("*.pdf"))


class CupsRoom:
    def __init__(self, folder: Path) -> None:
        from spool.queues.private_cups import PrivateCups

        self.server = PrivateCups(folder, seconds_per_sheet=SECONDS_PER_SHEET)

    def queue(self) -> Queue:
        return queue_of(self.server)

    def wait(self) -> None:
        time.sleep(SECONDS_PER_SHEET / 2)

    def stop(self) -> None:
        self.server.run("cupsdisable", self.server.printer)

    def resume(self) -> None:
        self.server.run("cupsenable", self.server.printer)

    def hold(self, report: JobReport) -> None:
        self.server.run("lp", "-i", str(report.job_id), "-H", "hold")

    def release(self, report: JobReport) -> None:
        self.server.run("lp", "-i", str(report.job_id), "-H", "resume")

    def cancel(self, report: JobReport) -> None:
        self.server.run("cancel", str(report.job_id))

    def stacks(self) -> list[Path]:
        return sorted(self.server.stack_dir.glob("*.pdf"))


@pytest.fixture(params=["folder", pytest.param("cups", marks=needs_cups)])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pressroom]:
    if request.param == "folder":
        yield FolderRoom(tmp_path / "press")
        return
    cups = CupsRoom(tmp_path / "press")
    yield cups
    cups.server.stop()


def follow(room: Pressroom, queue: Queue, key: str, bookmark: str) -> list[JobReport]:
    """All different reports until the job has ended."""
    reports = [queue.report(key, bookmark)]
    for _ in range(600):
        if reports[-1].state.ended:
            return reports
        room.wait()
        report = queue.report(key, bookmark)
        if report != reports[-1]:
            reports.append(report)
    pytest.fail(f"still {reports[-1]}")


def test_a_job_is_printed_to_its_last_sheet(room: Pressroom, tmp_path: Path) -> None:
    queue, job = room.queue(), make_job(tmp_path, "R000001-B01", sheets=20)
    mark = queue.bookmark()
    assert queue.submit(job).state in (JobState.PENDING, JobState.PROCESSING)
    last = follow(room, queue, job.key, mark)[-1]
    assert last.state is JobState.COMPLETED
    assert (last.sheets_completed, last.impressions_completed) == (20, 40)
    assert [stack.read_bytes() for stack in room.stacks()] == [job.file.read_bytes()]


def test_progress_only_grows_and_is_seen_before_the_end(room: Pressroom, tmp_path: Path) -> None:
    queue, job = room.queue(), make_job(tmp_path, "R1-B01", sheets=20)
    mark = queue.bookmark()
    queue.submit(job)
    reports = follow(room, queue, job.key, mark)
    counts = [report.sheets_completed or 0 for report in reports]
    assert counts == sorted(counts)
    assert any(0 < count < 20 for count in counts)
    assert {report.state for report in reports[:-1]} <= {JobState.PENDING, JobState.PROCESSING}


def test_a_key_that_is_submitted_twice_is_one_job(room: Pressroom, tmp_path: Path) -> None:
    queue, job = room.queue(), make_job(tmp_path, "R1-B01", sheets=2)
    mark = queue.bookmark()
    first = queue.submit(job)
    second = room.queue().submit(job)
    follow(room, queue, job.key, mark)
    job.file.unlink()
    third = queue.submit(job)
    assert first.job_id == second.job_id == third.job_id
    assert third.state is JobState.COMPLETED
    assert len(room.stacks()) == 1


def test_a_new_object_finds_the_job(room: Pressroom, tmp_path: Path) -> None:
    job = make_job(tmp_path, "R1-B01", sheets=2)
    mark = room.queue().bookmark()
    submitted = room.queue().submit(job)
    assert room.queue().find(job.key, mark).job_id == submitted.job_id
    follow(room, room.queue(), job.key, mark)
    assert room.queue().find(job.key, mark).state is JobState.COMPLETED


def test_a_job_that_was_never_sent_is_absent(room: Pressroom, tmp_path: Path) -> None:
    queue, other = room.queue(), make_job(tmp_path, "R1-B01", sheets=2)
    mark = queue.bookmark()
    queue.submit(other)
    assert room.queue().find("R1-B02", mark).state is JobState.ABSENT
    assert room.queue().report("R1-B02", mark).state is JobState.ABSENT
    assert JobState.ABSENT.ended


def test_a_stopped_press_keeps_the_job_waiting_and_says_so(room: Pressroom, tmp_path: Path) -> None:
    queue, job = room.queue(), make_job(tmp_path, "R1-B01", sheets=2)
    room.stop()
    mark = queue.bookmark()
    queue.submit(job)
    for _ in range(10):
        room.wait()
    report = queue.report(job.key, mark)
    assert report.state is JobState.PENDING
    assert report.printer_state == "stopped"
    assert report.printer_reasons == ("paused",)
    assert room.stacks() == []
    room.resume()
    assert follow(room, queue, job.key, mark)[-1].state is JobState.COMPLETED


def test_a_held_job_waits_until_it_is_released(room: Pressroom, tmp_path: Path) -> None:
    queue, job = room.queue(), make_job(tmp_path, "R1-B01", sheets=2)
    room.stop()
    mark = queue.bookmark()
    room.hold(queue.submit(job))
    room.resume()
    for _ in range(10):
        room.wait()
    report = queue.report(job.key, mark)
    assert report.state is JobState.PENDING_HELD
    assert any(reason.startswith("job-hold-until") for reason in report.reasons)
    assert room.stacks() == []
    room.release(report)
    assert follow(room, queue, job.key, mark)[-1].state is JobState.COMPLETED
    assert len(room.stacks()) == 1


def test_a_job_canceled_before_it_began_prints_nothing(room: Pressroom, tmp_path: Path) -> None:
    queue, job = room.queue(), make_job(tmp_path, "R1-B01", sheets=2)
    room.stop()
    mark = queue.bookmark()
    room.cancel(queue.submit(job))
    report = queue.report(job.key, mark)
    room.resume()
    assert report.state is JobState.CANCELED
    assert queue.submit(job).state is JobState.CANCELED
    for _ in range(10):
        room.wait()
    assert room.stacks() == []


@pytest.mark.parametrize("key", ["", "../R1", "a b", ".hidden", "x" * 101, "R1/B01"])
def test_a_key_that_can_not_be_a_name_is_refused(room: Pressroom, tmp_path: Path, key: str) -> None:
    queue, good = room.queue(), make_job(tmp_path, "good", sheets=1)
    job = PrintJob(key, good.file, good.sheets, good.impressions, good.sides)
    with pytest.raises(QueueRefused, match="E3105"):
        queue.submit(job)
    with pytest.raises(SpoolError, match="E3105"):
        queue.find(key, "")
    with pytest.raises(SpoolError, match="E3105"):
        queue.report(key, "")
