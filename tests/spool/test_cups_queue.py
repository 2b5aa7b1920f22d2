"""The CUPS queue against a real cupsd and a real IPP printer: faults of device, operator, line and server."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from spool.job import JobState, QueueRefused, QueueUncertain, SpoolError
from spool.queues.cups import CupsQueue
from spool.queues.private_cups import PrivateCups
from tests.spool.cups_server import Line, needs_cups, queue_of, stacks, wait_for, wait_until
from tests.spool.print_queue_files import make_job

KEY = "R000001-B01"
SECONDS_PER_SHEET = 0.1
# CUPS asks the device less and less often, after 1, 1, 2, 3, 5 and 8 s; a job must outlast a late answer.
LONG = 200


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateCups]:
    with PrivateCups(tmp_path / "cups", seconds_per_sheet=SECONDS_PER_SHEET) as server:
        yield server


@pytest.fixture
def line(server: PrivateCups) -> Iterator[Line]:
    line = Line(server.server)
    yield line
    line.close()


def begin(queue: CupsQueue, folder: Path, sheets: int) -> str:
    """Submit a job and wait until its first sheets are reported; returns the bookmark."""
    mark = queue.bookmark()
    queue.submit(make_job(folder, KEY, sheets))
    wait_for(queue, KEY, mark, lambda report: (report.impressions_completed or 0) > 1)
    return mark


pytestmark = needs_cups


def test_the_printer_gets_the_very_bytes_that_were_sent(server: PrivateCups, tmp_path: Path) -> None:
    queue, job = queue_of(server), make_job(tmp_path, KEY, sheets=3)
    mark = queue.bookmark()
    queue.submit(job)
    report = wait_for(queue, KEY, mark, lambda report: report.state.ended)
    assert report.state is JobState.COMPLETED
    stack = server.stack_file(KEY)
    assert stack is not None
    assert stack.read_bytes() == job.file.read_bytes()


def test_a_last_sheet_with_an_empty_back_counts(server: PrivateCups, tmp_path: Path) -> None:
    queue = queue_of(server)
    three_pages = make_job(tmp_path, "single", sheets=3, sides="one-sided")
    job = replace(three_pages, key=KEY, sheets=2, sides="two-sided-long-edge")
    mark = queue.bookmark()
    queue.submit(job)
    report = wait_for(queue, KEY, mark, lambda report: report.state.ended)
    assert (report.sheets_completed, report.impressions_completed) == (2, 3)


def test_a_device_without_counts_gives_none(server: PrivateCups, tmp_path: Path) -> None:
    (server.fault_dir / "mute").touch()
    queue = queue_of(server)
    mark = queue.bookmark()
    queue.submit(make_job(tmp_path, KEY, sheets=3))
    report = wait_for(queue, KEY, mark, lambda report: report.state.ended)
    assert report.state is JobState.COMPLETED
    assert (report.sheets_completed, report.impressions_completed) == (None, None)


def test_a_jam_is_told_by_the_printer_and_the_job_goes_on_after_it(server: PrivateCups, tmp_path: Path) -> None:
    jam = server.fault_dir / "jam"
    jam.touch()
    queue = queue_of(server)
    mark = queue.bookmark()
    queue.submit(make_job(tmp_path, KEY, sheets=3))
    report = wait_for(queue, KEY, mark, lambda report: any("media-jam" in r for r in report.printer_reasons))
    assert report.state is JobState.PROCESSING
    jam.unlink()
    assert wait_for(queue, KEY, mark, lambda report: report.state.ended).state is JobState.COMPLETED
    assert len(stacks(server)) == 1


def test_a_job_that_the_device_gives_up_does_not_complete_and_is_not_tried_again(
    server: PrivateCups, tmp_path: Path
) -> None:
    queue = queue_of(server)
    mark = begin(queue, tmp_path, sheets=LONG)
    (server.fault_dir / "abort").touch()
    report = wait_for(queue, KEY, mark, lambda report: report.state.ended)
    # CUPS calls it canceled, whoever gave it up; where the device was gone before CUPS asked how the job ended, it says
    # completed, and only the count shows that it was not.
    assert report.state in (JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED)
    assert report.sheets_completed is not None
    assert report.sheets_completed < LONG
    (server.fault_dir / "abort").unlink()
    assert queue.submit(make_job(tmp_path, KEY, sheets=LONG)).state is report.state
    assert stacks(server) == []


def test_a_job_that_a_person_cancels_in_the_midst_says_so(server: PrivateCups, tmp_path: Path) -> None:
    queue = queue_of(server)
    mark = begin(queue, tmp_path, sheets=LONG)
    server.run("cancel", str(queue.report(KEY, mark).job_id))
    report = wait_for(queue, KEY, mark, lambda report: report.state.ended)
    assert report.state is JobState.CANCELED
    assert "job-canceled-by-user" in report.reasons


@pytest.mark.parametrize("command", [("cupsdisable", "press"), ("lp", "-i", "2", "-H", "hold")])
def test_a_job_that_is_put_back_in_the_midst_is_not_printed_from_the_first_sheet_again(
    server: PrivateCups, tmp_path: Path, command: tuple[str, ...]
) -> None:
    queue = queue_of(server)
    mark = begin(queue, tmp_path, sheets=LONG)
    server.run(*command)
    report = wait_for(queue, KEY, mark, lambda report: report.state.ended)
    assert report.state is JobState.ABORTED
    assert "mailroom-begun-again" in report.reasons
    server.run("cupsenable", server.printer)
    assert server.run("lpstat", "-o") == ""
    assert queue_of(server).find(KEY, mark).state is JobState.ABORTED
    assert not any("~" in path.name for path in stacks(server))


def test_a_queue_that_rejects_further_jobs_lets_the_one_in_print_end(server: PrivateCups, tmp_path: Path) -> None:
    queue = queue_of(server)
    mark = begin(queue, tmp_path, sheets=20)
    server.run("cupsreject", server.printer)
    assert wait_for(queue, KEY, mark, lambda report: report.state.ended).state is JobState.COMPLETED
    with pytest.raises(SpoolError, match="E3123"):
        queue.bookmark()


@pytest.mark.parametrize("kill", [True, False])
def test_a_server_that_restarts_in_the_midst_does_not_print_the_job_twice(
    server: PrivateCups, tmp_path: Path, kill: bool
) -> None:
    mark = begin(queue_of(server), tmp_path, sheets=LONG)
    # CUPS remembers when a job began to the second.
    time.sleep(1)
    if kill:
        server.kill_cupsd()
    server.restart_cupsd()
    report = queue_of(server).find(KEY, mark)
    assert report.state is JobState.ABORTED
    assert "mailroom-begun-again" in report.reasons
    assert queue_of(server).report(KEY, mark).state is JobState.ABORTED
    assert not any("~" in path.name for path in stacks(server))


@pytest.mark.parametrize("history", ["MaxJobs 3", "PreserveJobHistory No"])
def test_a_job_trimmed_from_the_history_is_vanished_not_absent(
    server: PrivateCups, tmp_path: Path, history: str
) -> None:
    with (server.home / "conf" / "cupsd.conf").open("a") as conf:
        conf.write(f"{history}\n")
    server.restart_cupsd()
    queue = queue_of(server)
    mark = queue.bookmark()
    queue.submit(make_job(tmp_path, KEY, sheets=1))
    wait_until(lambda: len(stacks(server)) == 1)
    for number in (2, 3):
        other = make_job(tmp_path, f"R000001-B0{number}", sheets=1)
        queue.submit(other)
        wait_until(lambda number=number: len(stacks(server)) == number)  # type: ignore[misc]
    wait_for(queue, KEY, mark, lambda report: report.state is JobState.VANISHED)
    assert queue_of(server).find(KEY, mark).state is JobState.VANISHED
    assert queue_of(server).find("never-sent", mark).state is JobState.VANISHED


def test_without_a_bookmark_nothing_is_absent(server: PrivateCups) -> None:
    assert queue_of(server).find(KEY, "").state is JobState.VANISHED
    with pytest.raises(SpoolError, match="E3128"):
        queue_of(server).find(KEY, "the day before yesterday")


def test_a_server_killed_before_it_answers_is_uncertain_and_the_job_is_found_and_not_sent_again(
    server: PrivateCups, line: Line, tmp_path: Path
) -> None:
    # The printer is stopped, so that the job is taken and has not begun.
    server.run("cupsdisable", server.printer)

    def kill_after_it_was_written() -> None:
        time.sleep(0.5)
        server.kill_cupsd()

    line.lose_answer(b"%%EOF", then=kill_after_it_was_written)
    queue, job = queue_of(server, address=line.address), make_job(tmp_path, KEY, sheets=2)
    mark = queue.bookmark()
    with pytest.raises(QueueUncertain) as caught:
        queue.submit(job)
    assert caught.value.code == "E3127"
    assert line.troubled.is_set()
    with pytest.raises(SpoolError, match="E3121"):
        queue_of(server).find(KEY, mark)
    server.restart_cupsd()
    found = queue_of(server).find(KEY, mark)
    assert found.state is JobState.PENDING
    assert queue_of(server).submit(job).job_id == found.job_id
    server.run("cupsenable", server.printer)
    assert wait_for(queue, KEY, mark, lambda report: report.state.ended).state is JobState.COMPLETED
    assert [path.name for path in stacks(server)] == [f"{KEY}.pdf"]


def test_a_server_killed_in_the_act_may_have_forgotten_the_job_and_does_not_call_it_absent(
    server: PrivateCups, line: Line, tmp_path: Path
) -> None:
    line.lose_answer(b"%%EOF", then=server.kill_cupsd)
    queue, job = queue_of(server, address=line.address), make_job(tmp_path, KEY, sheets=2)
    mark = queue.bookmark()
    with pytest.raises(QueueUncertain):
        queue.submit(job)
    server.restart_cupsd()
    assert queue_of(server).find(KEY, mark).state is not JobState.ABSENT
    with suppress(QueueUncertain):
        assert queue_of(server).submit(job).job_id == "2"
    assert len(stacks(server)) <= 1


def test_a_bookmark_stays_open_until_the_job_is_taken(server: PrivateCups, tmp_path: Path) -> None:
    queue = queue_of(server)
    mark = queue.bookmark()
    assert "press-1 " in server.run("lpstat", "-o")
    server.restart_cupsd()
    # Nothing was lost this time, but nobody can know.
    assert queue_of(server).find(KEY, mark).state is JobState.VANISHED
    mark = queue.bookmark()
    queue.submit(make_job(tmp_path, KEY, sheets=1))
    wait_for(queue, KEY, mark, lambda report: report.state.ended)
    assert queue_of(server).find("R000001-B02", mark).state is JobState.ABSENT


def test_an_answer_lost_on_the_way_is_asked_for_at_once(server: PrivateCups, line: Line, tmp_path: Path) -> None:
    line.lose_answer(b"%%EOF")
    queue = queue_of(server, address=line.address)
    mark = queue.bookmark()
    assert queue.submit(make_job(tmp_path, KEY, sheets=2)).job_id == "2"
    assert line.troubled.is_set()
    assert wait_for(queue, KEY, mark, lambda report: report.state.ended).state is JobState.COMPLETED
    assert len(stacks(server)) == 1


def test_a_lost_answer_to_the_creation_is_a_refusal_and_the_job_can_be_sent(
    server: PrivateCups, line: Line, tmp_path: Path
) -> None:
    queue, job = queue_of(server, address=line.address), make_job(tmp_path, KEY, sheets=2)
    mark = queue.bookmark()
    line.lose_answer(f"mailroom {KEY}".encode())
    with pytest.raises(QueueRefused, match="E3121"):
        queue.submit(job)
    assert line.troubled.is_set()
    assert queue.find(KEY, mark).state is JobState.ABSENT
    queue.submit(job)
    assert wait_for(queue, KEY, mark, lambda report: report.state.ended).state is JobState.COMPLETED
    assert len(stacks(server)) == 1


def test_a_line_silent_at_the_creation_is_given_up_and_what_passes_later_prints_nothing(
    server: PrivateCups, line: Line, tmp_path: Path
) -> None:
    queue, job = queue_of(server, address=line.address, silence_seconds=1.0), make_job(tmp_path, KEY, sheets=2)
    mark = queue.bookmark()
    line.stall(f"mailroom {KEY}".encode())
    with pytest.raises(QueueRefused, match="E3121"):
        queue.submit(job)
    assert line.troubled.is_set()
    assert queue_of(server).find(KEY, mark).state is JobState.ABSENT
    taken = queue_of(server).submit(job)
    line.release()
    report = wait_for(queue_of(server), KEY, mark, lambda report: report.state.ended)
    assert (report.state, report.job_id) == (JobState.COMPLETED, taken.job_id)
    assert len(stacks(server)) == 1


def test_a_line_silent_in_the_document_does_not_make_the_job_print_twice(
    server: PrivateCups, line: Line, tmp_path: Path
) -> None:
    queue, job = queue_of(server, address=line.address, silence_seconds=1.0), make_job(tmp_path, KEY, sheets=2)
    mark = queue.bookmark()
    # While it waits for the rest of a document, cupsd may answer nobody.
    line.stall(b"%%EOF")
    with pytest.raises((QueueUncertain, QueueRefused)) as caught:
        queue.submit(job)
    line.release()
    found = queue_of(server).find(KEY, mark)
    if isinstance(caught.value, QueueRefused) or found.state is JobState.ABSENT:
        assert found.state is JobState.ABSENT
        found = queue_of(server).submit(job)
    report = wait_for(queue_of(server), KEY, mark, lambda report: report.state.ended)
    assert (report.state, report.job_id) == (JobState.COMPLETED, found.job_id)
    assert len(stacks(server)) == 1


def test_a_frozen_server_refuses_and_takes_the_job_when_it_is_back(server: PrivateCups, tmp_path: Path) -> None:
    job, mark = make_job(tmp_path, KEY, sheets=2), queue_of(server).bookmark()
    process = server.processes["cupsd"]
    os.kill(process, signal.SIGSTOP)
    try:
        with pytest.raises(QueueRefused, match="E3121"):
            queue_of(server, silence_seconds=0.3).submit(job)
        with pytest.raises(SpoolError, match="silent for"):
            queue_of(server, silence_seconds=0.3).find(KEY, mark)
    finally:
        os.kill(process, signal.SIGCONT)
    assert queue_of(server).find(KEY, mark).state is JobState.ABSENT
    queue_of(server).submit(job)
    assert wait_for(queue_of(server), KEY, mark, lambda report: report.state.ended).state is JobState.COMPLETED
    assert len(stacks(server)) == 1


def test_a_server_that_is_away_is_named_with_a_remedy(server: PrivateCups, tmp_path: Path) -> None:
    queue, job = queue_of(server), make_job(tmp_path, KEY, sheets=1)
    mark = queue.bookmark()
    server.kill_cupsd()
    for act in (queue.bookmark, lambda: queue.find(KEY, mark), lambda: queue.report(KEY, mark)):
        with pytest.raises(SpoolError) as caught:
            act()
        assert caught.value.code == "E3121"
        assert server.server in caught.value.place
        assert caught.value.remedy
    with pytest.raises(QueueRefused, match="E3121"):
        queue.submit(job)


@pytest.mark.parametrize("policy", ["retry-job", "retry-current-job", "stop-printer"])
def test_a_queue_that_would_print_again_by_itself_is_refused(server: PrivateCups, tmp_path: Path, policy: str) -> None:
    queue = queue_of(server)
    mark = queue.bookmark()
    server.run("lpadmin", "-p", server.printer, "-o", f"printer-error-policy={policy}")
    with pytest.raises(QueueRefused) as caught:
        queue.submit(make_job(tmp_path, KEY, sheets=1))
    assert caught.value.code == "E3124"
    assert "lpadmin" in caught.value.remedy
    with pytest.raises(SpoolError, match="E3124"):
        queue.bookmark()
    assert queue.find(KEY, mark).state is JobState.ABSENT


def test_a_printer_that_rejects_jobs_or_is_unknown_is_refused(server: PrivateCups, tmp_path: Path) -> None:
    job, mark = make_job(tmp_path, KEY, sheets=1), queue_of(server).bookmark()
    nobody = CupsQueue("nobody", server=server.server)
    with pytest.raises(QueueRefused, match="E3122"):
        nobody.submit(job)
    with pytest.raises(SpoolError, match="E3122"):
        nobody.bookmark()
    server.run("cupsreject", server.printer)
    with pytest.raises(QueueRefused, match="E3123"):
        queue_of(server).submit(job)
    with pytest.raises(SpoolError, match="E3123"):
        queue_of(server).find(KEY, mark)
    server.run("cupsaccept", server.printer)
    assert queue_of(server).find(KEY, mark).state is JobState.ABSENT


def test_two_jobs_of_one_key_are_an_incident_with_a_name(server: PrivateCups, tmp_path: Path) -> None:
    queue, job = queue_of(server), make_job(tmp_path, KEY, sheets=1)
    mark = queue.bookmark()
    queue.submit(job)
    server.run("lp", "-d", server.printer, "-t", f"mailroom {KEY}", str(job.file))
    with pytest.raises(SpoolError, match="E3126"):
        queue.find(KEY, mark)
    with pytest.raises(QueueUncertain, match="E3126"):
        queue.submit(job)


def test_defaults_of_the_queue_add_no_sheet_and_change_no_page(server: PrivateCups, tmp_path: Path) -> None:
    defaults = ("job-sheets-default=standard,standard", "number-up-default=2", "copies-default=3")
    server.run("lpadmin", "-p", server.printer, *(word for each in defaults for word in ("-o", each)))
    queue, job = queue_of(server), make_job(tmp_path, KEY, sheets=2)
    mark = queue.bookmark()
    queue.submit(job)
    report = wait_for(queue, KEY, mark, lambda report: report.state.ended)
    assert (report.state, report.sheets_completed) == (JobState.COMPLETED, 2)
    assert [path.read_bytes() for path in stacks(server)] == [job.file.read_bytes()]


def test_two_servers_at_once_do_not_mix(server: PrivateCups, tmp_path: Path) -> None:
    with PrivateCups(tmp_path / "other") as other:
        for each, key in ((server, "R1-B01"), (other, "R1-B02"), (server, "R1-B03")):
            queue = queue_of(each)
            queue.submit(make_job(tmp_path, key, sheets=1))
        wait_until(lambda: [path.stem for path in stacks(server)] == ["R1-B01", "R1-B03"])
        wait_until(lambda: [path.stem for path in stacks(other)] == ["R1-B02"])


def test_without_pycups_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cups", None)
    with pytest.raises(SpoolError) as caught:
        CupsQueue("press")
    assert caught.value.code == "E3120"
    assert "mailroom[cups]" in caught.value.remedy
