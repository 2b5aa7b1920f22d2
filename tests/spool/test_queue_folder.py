"""The folder queue: a press that keeps its promises through crashes, full disks and folders that go away."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from spool.job import JobState, QueueRefused, QueueUncertain, SpoolError
from spool.queues.folder import FolderQueue
from tests.spool.folder_world import START, World
from tests.spool.print_queue_files import page_texts


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_progress_is_time_divided_by_the_time_of_a_sheet(world: World) -> None:
    world.queue().submit(world.job("K", sheets=10))
    seen = []
    for _ in range(6):
        report = world.report("K")
        seen.append((report.state, report.sheets_completed, report.impressions_completed))
        world.later(5)
    assert seen == [
        (JobState.PROCESSING, 0, 0),
        (JobState.PROCESSING, 2, 4),
        (JobState.PROCESSING, 5, 10),
        (JobState.PROCESSING, 7, 14),
        (JobState.COMPLETED, 10, 20),
        (JobState.COMPLETED, 10, 20),
    ]


def test_a_stack_is_finished_while_nobody_looks(world: World) -> None:
    job = world.job("K", sheets=10)
    world.queue().submit(job)
    world.later(3600)
    report = world.report("K")
    assert report.state is JobState.COMPLETED
    assert report.stack == world.root / "stack" / "K.pdf"
    assert report.stack.read_bytes() == job.file.read_bytes()
    ticket = json.loads((world.root / "stack" / "K.json").read_text())
    assert ticket["key"] == "K"
    assert ticket["sides"] == "two-sided-long-edge"
    assert ticket["sheets"] == ticket["sheets_completed"] == 10
    assert ticket["submitted_at"] == ticket["started_at"] == START.isoformat()
    assert ticket["ended_at"] == (START + timedelta(seconds=20)).isoformat()


def test_the_stack_may_be_taken_away_and_the_job_is_not_forgotten(world: World) -> None:
    job = world.job("K", sheets=1)
    world.queue().submit(job)
    world.later(60)
    assert world.report("K").stack is not None
    shutil.rmtree(world.root / "stack")
    report = world.queue().submit(job)
    assert report.state is JobState.COMPLETED
    assert report.stack is None
    assert not (world.root / "stack" / "K.pdf").exists()


def test_one_press_prints_one_job_after_another(world: World) -> None:
    for key in ("A", "B", "C"):
        world.queue().submit(world.job(key, sheets=5))
    assert [world.report(key).job_id for key in ("A", "B", "C")] == ["1", "2", "3"]
    world.later(14)
    assert [world.report(key).state for key in ("A", "B", "C")] == [
        JobState.COMPLETED,
        JobState.PROCESSING,
        JobState.PENDING,
    ]
    assert world.report("B").sheets_completed == 2
    world.later(16)
    assert world.report("C").state is JobState.COMPLETED


def test_a_held_job_lets_the_next_one_pass(world: World) -> None:
    world.queue().bookmark()
    stop = world.flag("STOPPED")
    for key in ("A", "B"):
        world.queue().submit(world.job(key, sheets=5))
    world.flag("jobs/A.held")
    stop.unlink()
    world.later(10)
    assert world.report("A").state is JobState.PENDING_HELD
    assert world.report("B").state is JobState.COMPLETED


def test_holding_a_job_that_has_begun_does_nothing(world: World) -> None:
    world.queue().submit(world.job("K", sheets=5))
    world.later(2)
    world.report("K")
    world.flag("jobs/K.held")
    world.later(20)
    assert world.report("K").state is JobState.COMPLETED


def test_a_press_that_stops_in_the_midst_goes_on_where_it_was(world: World) -> None:
    world.queue().submit(world.job("K", sheets=10))
    world.later(8)
    assert world.report("K").sheets_completed == 4
    stop = world.flag("STOPPED", "media-jam, cover-open\n")
    world.later(1000)
    report = world.report("K")
    assert report.state is JobState.PROCESSING_STOPPED
    assert report.sheets_completed == 4
    assert report.reasons == ("printer-stopped",)
    assert (report.printer_state, report.printer_reasons) == ("stopped", ("media-jam", "cover-open"))
    stop.unlink()
    world.later(2)
    assert world.report("K").sheets_completed == 5
    world.later(10)
    assert world.report("K").state is JobState.COMPLETED


@pytest.mark.parametrize(
    ("flag", "text", "state", "reasons"),
    [
        ("canceled", "", JobState.CANCELED, ("job-canceled-by-user",)),
        ("aborted", "", JobState.ABORTED, ("aborted-by-system",)),
        ("aborted", "marker-supply-empty", JobState.ABORTED, ("aborted-by-system", "marker-supply-empty")),
    ],
)
def test_a_job_that_ends_early_leaves_the_sheets_that_were_printed(
    world: World, flag: str, text: str, state: JobState, reasons: tuple[str, ...]
) -> None:
    world.queue().submit(world.job("K", sheets=10))
    world.later(7)
    world.report("K")
    world.flag(f"jobs/K.{flag}", text)
    world.later(100)
    report = world.report("K")
    assert (report.state, report.reasons, report.sheets_completed) == (state, reasons, 3)
    assert report.stack is not None
    assert page_texts(report.stack) == [f"page {number}" for number in range(1, 7)]
    assert list((world.root / "jobs").iterdir()) == []


def test_the_next_job_begins_when_the_press_was_given_up(world: World) -> None:
    for key in ("A", "B"):
        world.queue().submit(world.job(key, sheets=5))
    world.later(4)
    world.report("A")
    world.flag("jobs/A.canceled")
    assert world.report("A").state is JobState.CANCELED
    world.later(4)
    assert world.report("B").sheets_completed == 2


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Makes the n-th change of a name on disk fail as if the power had gone. Set the number with `append`."""
    countdown: list[int] = []
    replace = os.replace

    def fail_or_replace(source: str | Path, target: str | Path) -> None:
        if countdown:
            countdown[0] -= 1
            if countdown[0] < 0:
                raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr("os.replace", fail_or_replace)
    yield countdown
    countdown.clear()


@pytest.mark.parametrize("step", range(4))
def test_a_crash_while_submitting_leaves_the_job_taken_or_absent_and_never_twice(
    world: World, crashing: list[int], step: int
) -> None:
    queue, job = world.queue(), world.job("K", sheets=5)
    mark = queue.bookmark()
    crashing.append(step)
    try:
        queue.submit(job)
        crashed = False
    except KeyboardInterrupt:
        crashed = True
    crashing.clear()
    found = world.queue().find("K", mark)
    assert found.state is (JobState.ABSENT if crashed and step < 3 else JobState.PROCESSING)
    world.queue().submit(job)
    world.later(100)
    assert world.report("K").state is JobState.COMPLETED
    assert [path.name for path in (world.root / "stack").glob("*.pdf")] == ["K.pdf"]


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("early", [False, True])
def test_a_crash_while_the_stack_is_dropped_is_mended_by_the_next_look(
    world: World, crashing: list[int], step: int, early: bool
) -> None:
    job = world.job("K", sheets=5)
    world.queue().submit(job)
    world.later(4)
    world.report("K")
    if early:
        world.flag("jobs/K.canceled")
    world.later(100)
    crashing.append(step)
    try:
        world.report("K")
    except KeyboardInterrupt:
        crashing.clear()
    report = world.report("K")
    assert report.state is (JobState.CANCELED if early else JobState.COMPLETED)
    assert report.stack is not None
    assert len(page_texts(report.stack)) == (4 if early else 10)
    assert list((world.root / "jobs").iterdir()) == []


def test_a_full_disk_refuses_the_job_and_leaves_nothing_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    queue, job = world.queue(), world.job("K", sheets=5)
    mark = queue.bookmark()

    def full(handle: int, data: memoryview) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("spool.atomic.os.write", full)
        with pytest.raises(QueueRefused) as caught:
            queue.submit(job)
    assert caught.value.code == "E6001"
    assert caught.value.remedy
    assert list((world.root / "jobs").iterdir()) == []
    assert queue.find("K", mark).state is JobState.ABSENT
    assert queue.submit(job).state is JobState.PROCESSING


def test_a_fault_after_the_ticket_is_uncertain_and_the_job_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, job = world.queue(), world.job("K", sheets=5)
    mark = queue.bookmark()

    def broken(self: FolderQueue, key: str) -> None:
        raise SpoolError("E6004", "The disk reports a fault")

    with monkeypatch.context() as patch:
        patch.setattr(FolderQueue, "_look", broken)
        with pytest.raises(QueueUncertain):
            queue.submit(job)
    assert world.queue().find("K", mark).state is JobState.PROCESSING


def test_a_folder_that_went_away_is_named_and_nothing_is_made_up(world: World) -> None:
    queue, job = world.queue(), world.job("K", sheets=5)
    mark = queue.bookmark()
    queue.submit(job)
    elsewhere = world.root.rename(world.folder / "unmounted")
    for act in (queue.bookmark, lambda: queue.find("K", mark), lambda: queue.report("K", mark)):
        with pytest.raises(SpoolError) as caught:
            act()
        assert caught.value.code == "E3110"
        assert caught.value.place == str(world.root)
    with pytest.raises(QueueRefused, match="E3110"):
        queue.submit(job)
    assert not world.root.exists()
    elsewhere.rename(world.root)
    assert queue.find("K", mark).state is JobState.PROCESSING


def test_another_folder_in_its_place_can_not_vouch(world: World) -> None:
    queue = world.queue()
    mark = queue.bookmark()
    queue.submit(world.job("K", sheets=5))
    shutil.rmtree(world.root)
    world.later(60)
    assert world.queue().find("K", mark).state is JobState.VANISHED
    assert world.queue().find("K", world.queue().bookmark()).state is JobState.ABSENT


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SpoolError) as caught:
        FolderQueue(tmp_path / "file" / "press", lambda: START, 1.0)
    assert caught.value.code == "E6003"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": "K"}'])
def test_a_damaged_ticket_is_named_and_nothing_is_guessed(world: World, text: str) -> None:
    queue = world.queue()
    queue.submit(world.job("K", sheets=5))
    ticket = world.flag("jobs/K.json", text)
    with pytest.raises(SpoolError) as caught:
        queue.report("K", "")
    assert caught.value.code == "E3106"
    assert caught.value.place == str(ticket)


def test_a_damaged_memory_of_the_press_is_named(world: World) -> None:
    queue = world.queue()
    memory = world.flag("press.json", '{"identity": 1')
    with pytest.raises(SpoolError) as caught:
        queue.bookmark()
    assert (caught.value.code, caught.value.place) == ("E3111", str(memory))


def test_a_press_without_time_is_done_at_once(world: World) -> None:
    queue = FolderQueue(world.root, lambda: world.now, 0.0)
    assert queue.submit(world.job("K", sheets=5)).state is JobState.COMPLETED


def test_a_clock_that_is_set_back_takes_no_sheet_away(world: World) -> None:
    world.queue().submit(world.job("K", sheets=10))
    world.later(8)
    assert world.report("K").sheets_completed == 4
    world.later(-600)
    assert world.report("K").sheets_completed == 4
    world.later(2)
    assert world.report("K").sheets_completed == 5
