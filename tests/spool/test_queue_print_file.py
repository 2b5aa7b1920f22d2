"""What no queue takes: files that are not whole PDFs, sheets that don't agree, words that IPP does not know."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.job import JobState, QueueRefused
from spool.queues.folder import FolderQueue
from spool.queues.print_file import check_job, count_pages
from tests.spool.print_queue_files import make_job, make_pdf

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


@given(pages=st.integers(1, 12))
def test_pages_are_counted(tmp_path_factory: pytest.TempPathFactory, pages: int) -> None:
    assert count_pages(make_pdf(tmp_path_factory.mktemp("pdf") / "a.pdf", pages)) == pages


@given(share=st.floats(0, 0.99))
def test_a_file_that_was_cut_short_is_refused(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    file = make_pdf(tmp_path_factory.mktemp("pdf") / "a.pdf", 5)
    # reportlab ends a file with "%%EOF\n": without that line's end it is still whole.
    os.truncate(file, int((file.stat().st_size - 2) * share))
    with pytest.raises(QueueRefused) as caught:
        count_pages(file)
    assert caught.value.code == "E3102"
    assert caught.value.place == str(file)


def test_something_else_with_the_ends_of_a_pdf_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.7\nnothing at all\nstartxref\n0\n%%EOF\n")
    with pytest.raises(QueueRefused, match="E3102"):
        count_pages(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueueRefused) as caught:
        count_pages(tmp_path / "nowhere.pdf")
    assert caught.value.code == "E3101"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("sides", "pages", "sheets", "impressions"),
    [("one-sided", 3, 3, 3), ("two-sided-long-edge", 3, 2, 3), ("two-sided-short-edge", 4, 2, 4)],
)
def test_sheets_that_agree_are_taken(tmp_path: Path, sides: str, pages: int, sheets: int, impressions: int) -> None:
    job = replace(make_job(tmp_path, "K", 1), file=make_pdf(tmp_path / "a.pdf", pages), sides=sides)
    check_job(replace(job, sheets=sheets, impressions=impressions))
    check_job(replace(job, sheets=sheets, impressions=1))


@pytest.mark.parametrize(("sheets", "impressions"), [(2, 4), (4, 6), (3, 7), (3, 0)])
def test_sheets_that_do_not_agree_are_refused(tmp_path: Path, sheets: int, impressions: int) -> None:
    job = replace(make_job(tmp_path, "K", sheets=3), sheets=sheets, impressions=impressions)
    with pytest.raises(QueueRefused) as caught:
        check_job(job)
    assert caught.value.code == "E3103"
    assert "6 pages" in caught.value.message


def test_an_unknown_way_to_print_sides_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueueRefused) as caught:
        check_job(replace(make_job(tmp_path, "K", sheets=3), sides="duplex"))
    assert caught.value.code == "E3104"


def test_a_refused_file_leaves_no_trace_in_the_queue(tmp_path: Path) -> None:
    queue = FolderQueue(tmp_path / "press", lambda: NOW, 0.1)
    job = make_job(tmp_path, "K", sheets=3)
    mark = queue.bookmark()
    with pytest.raises(QueueRefused):
        queue.submit(replace(job, sheets=4))
    assert queue.find("K", mark).state is JobState.ABSENT
    assert list((tmp_path / "press" / "jobs").iterdir()) == []
    assert queue.submit(job).state is JobState.PROCESSING
