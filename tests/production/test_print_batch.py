"""Printing: every way that a job can go ends in a named state, and no key is ever submitted twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailroom.bootstrap import House
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.run import Batch, BatchState
from mailroom.production.assemble_batch import assemble_batch, paper_file
from mailroom.production.compose import compose_waiting
from mailroom.production.line import Line, Patience
from mailroom.production.plan import plan_run
from mailroom.production.print_batch import PrinterTrouble, print_batch
from mailroom.production.record import Recorder
from spool.job import JobState, PrintJob, QueueRefused, Stretch
from spool.paper import write_paper
from tests.production.fakes import ScriptedOperator, ScriptedQueue


def assembled(house: House) -> Batch:
    composed, _ = compose_waiting(house.plant)
    run = plan_run(house.plant, composed)
    with house.store.reader() as ledger:
        batch = ledger.batches(run.id)[0]
    return assemble_batch(house.plant, batch)


def line(house: House, queue: ScriptedQueue) -> Line:
    return Line(queue, house.line(ScriptedOperator()).open_inserter, "SIM-1", ScriptedOperator(), Patience(0.01, 0.03))


def states(house: House, batch: Batch) -> set[CopyState]:
    with house.store.reader() as ledger:
        return {copy.state for copy in ledger.copies_of_batch(batch.id)}


def reload(house: House, batch: Batch) -> Batch:
    with house.store.reader() as ledger:
        held = ledger.batch(batch.id)
    assert held is not None
    return held


def test_a_completed_job_is_printed(small_house: Callable[..., House]) -> None:
    house = small_house()
    batch = print_batch(house.plant, line(house, ScriptedQueue()), assembled(house))
    assert batch.state is BatchState.PRINTED
    assert states(house, batch) == {CopyState.PRINTED}


def test_the_list_of_papers_goes_with_the_job(small_house: Callable[..., House]) -> None:
    house = small_house()
    batch = assembled(house)
    folder, queue = house.plant.run_folder(batch.run), ScriptedQueue()
    assert not (folder / paper_file(batch)).exists()
    stretches = (Stretch(1, batch.sheets, batch.sheets, "giro", "stationery-preprinted", "one-sided"),)
    write_paper(folder / paper_file(batch), stretches)
    print_batch(house.plant, line(house, queue), batch)
    assert queue.jobs[batch.id].stretches == stretches
    assert queue.jobs[batch.id].impressions == batch.sheets


def test_a_list_of_papers_from_an_earlier_assembly_does_not_stay(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = plan_run(house.plant, compose_waiting(house.plant)[0])
    with house.store.reader() as ledger:
        batch = ledger.batches(run.id)[0]
    old = house.plant.run_folder(run.id) / paper_file(batch)
    old.parent.mkdir(parents=True)
    write_paper(old, [Stretch(1, 1, 1, "giro", "stationery-preprinted", "one-sided")])
    assemble_batch(house.plant, batch)
    assert not old.exists()


def test_a_refused_job_leaves_everything_released(small_house: Callable[..., House]) -> None:
    house = small_house()
    batch = assembled(house)
    with pytest.raises(QueueRefused):
        print_batch(house.plant, line(house, ScriptedQueue(refuse=True)), batch)
    assert reload(house, batch).state is BatchState.ASSEMBLED
    assert states(house, batch) == {CopyState.RELEASED}


def test_a_lost_answer_is_looked_up_and_not_sent_again(small_house: Callable[..., House]) -> None:
    house = small_house()
    queue = ScriptedQueue(lose_answer=True, course=[JobState.PROCESSING] * 3 + [JobState.COMPLETED])
    batch = print_batch(house.plant, line(house, queue), assembled(house))
    assert batch.state is BatchState.PRINTED
    assert queue.submissions == [batch.id]


def test_a_lost_answer_of_a_job_never_taken_waits_for_the_next_start(small_house: Callable[..., House]) -> None:
    house = small_house()
    queue = ScriptedQueue(lose_answer=True, take_before_losing=False)
    batch = assembled(house)
    with pytest.raises(PrinterTrouble, match="E3010"):
        print_batch(house.plant, line(house, queue), batch)
    assert states(house, batch) == {CopyState.RELEASED}
    queue.lose_answer = False
    assert print_batch(house.plant, line(house, queue), reload(house, batch)).state is BatchState.PRINTED


def test_a_vanished_job_is_unknown_and_stays_so(small_house: Callable[..., House]) -> None:
    house = small_house()
    queue = ScriptedQueue(lose_answer=True, vouch=False)
    batch = print_batch(house.plant, line(house, queue), assembled(house))
    assert batch.state is BatchState.FAILED
    assert states(house, batch) == {CopyState.UNKNOWN}
    assert print_batch(house.plant, line(house, queue), batch) == batch
    assert queue.submissions == [batch.id]


@pytest.mark.parametrize("end", [JobState.ABORTED, JobState.CANCELED, JobState.VANISHED])
def test_a_job_that_ends_badly_is_unknown(small_house: Callable[..., House], end: JobState) -> None:
    house = small_house()
    batch = print_batch(house.plant, line(house, ScriptedQueue(course=[JobState.PROCESSING, end])), assembled(house))
    assert batch.state is BatchState.FAILED
    assert states(house, batch) == {CopyState.UNKNOWN}


def test_a_device_that_counts_fewer_sheets_than_the_file_holds_is_not_believed(
    small_house: Callable[..., House],
) -> None:
    house = small_house()
    batch = print_batch(house.plant, line(house, ScriptedQueue(sheets_completed=1)), assembled(house))
    assert batch.state is BatchState.FAILED
    with house.store.reader() as ledger:
        incidents = [
            chained.entry for chained in ledger.entries(run=batch.run) if chained.entry.event == "incident.print"
        ]
    assert "1 of" in incidents[0].detail["reason"]


@pytest.mark.parametrize("state", [JobState.PENDING_HELD, JobState.PROCESSING_STOPPED, JobState.PENDING])
def test_a_job_that_waits_calls_somebody_and_is_followed_later(
    small_house: Callable[..., House], state: JobState
) -> None:
    house = small_house()
    queue = ScriptedQueue(course=[state])
    batch = assembled(house)
    with pytest.raises(PrinterTrouble, match=f"E3011.*{state.value}"):
        print_batch(house.plant, line(house, queue), batch)
    assert states(house, batch) == {CopyState.SUBMITTED}
    queue.course = [JobState.COMPLETED]
    assert print_batch(house.plant, line(house, queue), reload(house, batch)).state is BatchState.PRINTED
    assert queue.submissions == [batch.id]


@pytest.mark.parametrize("taken", [True, False])
def test_a_crash_between_intent_and_answer_is_settled_by_asking(small_house: Callable[..., House], taken: bool) -> None:
    house = small_house()
    batch = assembled(house)
    queue = ScriptedQueue()
    with house.store.ledger() as ledger:
        record = Recorder(ledger, house.plant.clock)
        sent = record.batch(batch, BatchState.SUBMITTING, bookmark=queue.bookmark())
        record.copies(sent, CopyState.RELEASED, CopyEvent.SEND, queue=queue.name)
        ledger.commit()
    if taken:
        queue.submit(
            PrintJob(batch.id, house.plant.run_folder(batch.run) / batch.print_file, batch.sheets, batch.sheets)
        )
    assert print_batch(house.plant, line(house, queue), sent).state is BatchState.PRINTED
    assert queue.submissions == [batch.id]
