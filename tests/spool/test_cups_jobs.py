"""What follows from a CUPS server's list of jobs: above all, when absence may be claimed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.job import JobState, SpoolError
from spool.queues.cups_jobs import (
    BEGUN_AGAIN,
    BOOKMARK_NAME,
    Bookmark,
    Evidence,
    ListedJob,
    PrinterStatus,
    absence,
    begun_again,
    begun_mark,
    begun_marks,
    closed_mark,
    job_name,
    read_job,
    read_printer,
    report_of,
    with_document,
)

IDLE = PrinterStatus("idle", ("none",), "abort-job")
KEY = "R1-B01"
NAME = job_name(KEY)


def listed(job_id: int, name: str | None = "somebody's letter", *, has_document: bool = True) -> ListedJob:
    return ListedJob(
        job_id=job_id,
        uuid=f"urn:uuid:{job_id}",
        name=name,
        state=JobState.COMPLETED,
        reasons=("none",),
        printer="press",
        has_document=has_document,
        impressions=2,
        sheets=1,
    )


def history(*numbers: int) -> dict[int, ListedJob]:
    return {number: listed(number) for number in numbers}


MARK = Bookmark(5, "urn:uuid:5")


def test_absence_is_proven_by_a_list_without_a_gap() -> None:
    assert absence(history(5, 6, 7), MARK, 8, KEY, "press") is Evidence.PROVEN
    assert absence(history(5), MARK, 6, KEY, "press") is Evidence.PROVEN


@pytest.mark.parametrize(
    ("jobs", "newest"),
    [
        (history(6, 7), 8),
        (history(5, 6, 7) | {5: replace(listed(5), uuid="urn:uuid:of-another-life")}, 8),
        (history(1, 2, 5), 3),
        (history(5), 5),
        ({}, 1),
    ],
)
def test_a_server_that_forgot_the_bookmark_can_not_vouch(jobs: dict[int, ListedJob], newest: int) -> None:
    assert absence(jobs, MARK, newest, KEY, "press") is Evidence.BOOKMARK_LOST


@pytest.mark.parametrize("jobs", [history(5, 7), history(5, 6), history(5)])
def test_a_gap_since_the_bookmark_can_not_vouch(jobs: dict[int, ListedJob]) -> None:
    assert absence(jobs, MARK, 8, KEY, "press") is Evidence.GAP


def test_a_hidden_name_on_our_printer_could_be_ours() -> None:
    jobs = history(5, 6, 7) | {6: listed(6, None)}
    assert absence(jobs, MARK, 8, KEY, "press") is Evidence.HIDDEN
    assert absence(jobs, MARK, 8, KEY, "another") is Evidence.PROVEN


def empty(job_id: int, name: str, *reasons: str, state: JobState = JobState.PENDING_HELD) -> ListedJob:
    return replace(listed(job_id, name, has_document=False), state=state, reasons=reasons)


def test_an_empty_job_of_the_key_is_no_job() -> None:
    for job in (empty(6, NAME, "job-incoming"), empty(6, NAME, "none", state=JobState.CANCELED)):
        jobs = history(5) | {6: job}
        assert with_document(jobs.values(), KEY) is None
        assert absence(jobs, MARK, 7, KEY, "press") is Evidence.PROVEN


def test_an_empty_job_from_before_a_restart_may_have_lost_its_document() -> None:
    assert absence(history(5) | {6: empty(6, NAME, "none")}, MARK, 7, KEY, "press") is Evidence.RESTARTED
    assert absence(history(5) | {6: empty(6, "another", "none")}, MARK, 7, KEY, "press") is Evidence.PROVEN


@pytest.mark.parametrize(
    ("bookmark", "evidence"),
    [
        (empty(5, BOOKMARK_NAME, "job-incoming"), Evidence.PROVEN),
        (empty(5, BOOKMARK_NAME, "job-incoming", state=JobState.PENDING), Evidence.PROVEN),
        (empty(5, BOOKMARK_NAME, "processing-to-stop-point", state=JobState.ABORTED), Evidence.PROVEN),
        (empty(5, BOOKMARK_NAME, "none"), Evidence.RESTARTED),
    ],
)
def test_an_open_bookmark_tells_of_a_restart(bookmark: ListedJob, evidence: Evidence) -> None:
    assert absence({5: bookmark}, MARK, 6, KEY, "press") is evidence


@given(
    seed=st.integers(0, 2**32),
    before=st.integers(0, 6),
    after=st.integers(0, 12),
    kept=st.integers(0, 20),
    accepted=st.booleans(),
    purged=st.integers(0, 3),
)
def test_a_job_that_was_accepted_is_never_called_absent(
    seed: int, before: int, after: int, kept: int, accepted: bool, purged: int
) -> None:
    """A server with any history, a limit on what it keeps, and an operator who purges jobs at random."""
    chance = random.Random(seed)
    jobs = {number: listed(number) for number in range(1, before + 1)}
    mark = Bookmark(before + 1, f"urn:uuid:{before + 1}")
    jobs[mark.job_id] = listed(mark.job_id, BOOKMARK_NAME, has_document=False)
    ours = chance.randrange(after + 1) if accepted else None
    for number in range(after + 1):
        if number < after or ours == number:
            job_id = mark.job_id + 1 + number
            jobs[job_id] = listed(job_id, NAME if number == ours else "somebody's letter")
    newest = max(jobs) + 1
    jobs[newest] = listed(newest, BOOKMARK_NAME, has_document=False)
    for job_id in chance.sample(sorted(jobs), min(purged, len(jobs))):
        del jobs[job_id]
    for job_id in sorted(jobs)[: max(0, len(jobs) - kept)]:
        del jobs[job_id]

    if with_document(jobs.values(), KEY) is None and accepted:
        assert absence(jobs, mark, newest, KEY, "press") is not Evidence.PROVEN
    if not accepted and kept > after + before + 2 and not purged:
        assert absence(jobs, mark, newest, KEY, "press") is Evidence.PROVEN


def test_two_jobs_of_one_key_are_an_incident() -> None:
    with pytest.raises(SpoolError) as caught:
        with_document([listed(3, NAME), listed(4), listed(9, NAME)], KEY)
    assert caught.value.code == "E3126"
    assert "3, 9" in caught.value.message


@given(number=st.integers(0, 10**9), uuid=st.uuids())
def test_a_bookmark_is_read_back(number: int, uuid: object) -> None:
    mark = Bookmark(number, f"urn:uuid:{uuid}")
    assert Bookmark.parse(str(mark)) == mark


@pytest.mark.parametrize(
    "text", ["12", "x urn:uuid:1", "-1 urn:uuid:1", "² urn:uuid:1", " urn:uuid:1", "press of 2026 #3"]
)
def test_what_is_no_bookmark_is_refused(text: str) -> None:
    with pytest.raises(SpoolError, match="E3128"):
        Bookmark.parse(text)


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (3, JobState.PENDING),
        (4, JobState.PENDING_HELD),
        (5, JobState.PROCESSING),
        (6, JobState.PROCESSING_STOPPED),
        (7, JobState.CANCELED),
        (8, JobState.ABORTED),
        (9, JobState.COMPLETED),
    ],
)
def test_job_states_are_those_of_rfc_8011(number: int, state: JobState) -> None:
    assert read_job(1, {"job-state": number}).state is state


@pytest.mark.parametrize("value", [None, 0, 10, "completed"])
def test_a_state_that_ipp_does_not_know_is_named(value: object) -> None:
    with pytest.raises(SpoolError, match="E3129"):
        read_job(1, {"job-state": value})


def test_a_listing_is_read_whole() -> None:
    job = read_job(
        7,
        {
            "job-uuid": "urn:uuid:7",
            "job-name": NAME,
            "job-state": 5,
            "job-state-reasons": ["job-printing", "job-incoming"],
            "job-printer-uri": "ipp://localhost:631/printers/press",
            "job-k-octets": 12,
            "job-impressions-completed": 3,
            "job-media-sheets-completed": 1,
            "time-at-processing": 1795283420,
            "sides": "two-sided-long-edge",
        },
    )
    assert job == ListedJob(
        7, "urn:uuid:7", NAME, JobState.PROCESSING, ("job-printing", "job-incoming"), "press", True, 3, 1, 1795283420
    )


@pytest.mark.parametrize(
    ("sides", "impressions", "sheets", "read"),
    [
        ("two-sided-long-edge", 4, 2, (4, 2)),
        ("two-sided-long-edge", 3, 1, (3, 2)),
        ("two-sided-short-edge", 3, 2, (3, 2)),
        ("one-sided", 3, 3, (3, 3)),
        ("one-sided", 1, 1, (None, None)),
        ("one-sided", 0, 0, (None, None)),
        (None, 3, 3, (3, 3)),
    ],
)
def test_counts_of_a_completed_job_are_the_devices_or_none(
    sides: str | None, impressions: int, sheets: int, read: tuple[int | None, int | None]
) -> None:
    attributes: dict[str, object] = {
        "job-state": 9,
        "job-impressions-completed": impressions,
        "job-media-sheets-completed": sheets,
    }
    job = read_job(1, attributes | ({"sides": sides} if sides else {}))
    assert (job.impressions, job.sheets) == read


def test_a_printer_is_read() -> None:
    printer = read_printer({"printer-state": 5, "printer-state-reasons": "paused", "printer-error-policy": "retry-job"})
    assert printer == PrinterStatus("stopped", ("paused",), "retry-job")
    assert read_printer({"printer-state": 3}) == PrinterStatus("idle", (), None)
    able = {"printer-state": 3, "job-creation-attributes-supported": ["copies", "overrides"]}
    assert read_printer(able) == PrinterStatus("idle", (), None, overrides=True)
    assert not read_printer(able | {"job-creation-attributes-supported": ["copies"]}).overrides


def test_a_job_that_was_put_back_is_begun_again() -> None:
    job = replace(listed(3, NAME), begun_at=100)
    for state in (JobState.PENDING, JobState.PENDING_HELD):
        assert begun_again(replace(job, state=state), frozenset())
        assert not begun_again(replace(job, state=state, begun_at=None), frozenset())
    assert not begun_again(replace(job, state=JobState.PROCESSING), frozenset())
    assert not begun_again(replace(job, state=JobState.PROCESSING), frozenset({100}))
    assert begun_again(replace(job, state=JobState.PROCESSING), frozenset({90}))
    assert begun_again(replace(job, state=JobState.COMPLETED), frozenset({100, 0}))


def test_marks_belong_to_one_key() -> None:
    names = [begun_mark("R1-B01", 100), begun_mark("R1-B01", 0), begun_mark("R1-B011", 7), None, NAME]
    names += ["mailroom began R1-B01 by hand"]
    assert begun_marks([listed(n, name) for n, name in enumerate(names)], "R1-B01") == {100, 0}


def test_a_document_that_came_after_its_job_was_closed_is_no_job() -> None:
    late = replace(listed(6, NAME), state=JobState.CANCELED)
    jobs = history(5) | {6: late, 7: listed(7, closed_mark(KEY, 6), has_document=False)}
    assert with_document(jobs.values(), KEY) is None
    assert absence(jobs, MARK, 8, KEY, "press") is Evidence.PROVEN
    real = listed(8, NAME)
    assert with_document([*jobs.values(), real], KEY) == real


@pytest.mark.parametrize(
    "job",
    [
        replace(listed(6, NAME), state=JobState.CANCELED, begun_at=100),
        replace(listed(6, NAME), state=JobState.PROCESSING, begun_at=100),
        replace(listed(6, NAME), state=JobState.PENDING),
    ],
)
def test_a_job_that_was_not_closed_in_time_counts(job: ListedJob) -> None:
    assert with_document([job, listed(7, closed_mark(KEY, 6), has_document=False)], KEY) == job


def test_a_job_that_a_person_canceled_counts() -> None:
    job = replace(listed(6, NAME), state=JobState.CANCELED)
    assert with_document([job, listed(7, closed_mark("R1-B02", 6)), listed(8, closed_mark(KEY, 9))], KEY) == job


def test_a_job_begun_again_is_reported_as_aborted() -> None:
    job = listed(3, NAME)
    report = report_of("R1-B01", job, IDLE, again=True)
    assert (report.state, report.reasons) == (JobState.ABORTED, ("none", BEGUN_AGAIN))
    assert report_of("R1-B01", job, IDLE).state is JobState.COMPLETED
