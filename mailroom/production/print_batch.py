"""Print: an assembled batch → a printed stack, as the device reports it. The intent is recorded before the queue is
asked; an answer that got lost is looked for, never asked again."""

from __future__ import annotations

from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.run import Batch, BatchState
from mailroom.production.assemble_batch import paper_file
from mailroom.production.line import Line, Patience
from mailroom.production.plant import Plant
from mailroom.production.ports import PrintQueue
from mailroom.production.record import Recorder
from spool.job import JobReport, JobState, PrintJob, QueueRefused, QueueUncertain
from spool.paper import read_paper

_WAITING = {
    JobState.PENDING_HELD: ("is held", "Release it in the print queue."),
    JobState.PROCESSING_STOPPED: ("stands still", "See to the printer; the job goes on by itself."),
    JobState.PENDING: ("waits", "See whether the printer is stopped or busy."),
    JobState.PROCESSING: ("does not get on", "See to the printer."),
}


class PrinterTrouble(MailroomError):
    """The printer needs somebody; the job is safe where it is and is not sent again."""


def print_batch(plant: Plant, line: Line, batch: Batch) -> Batch:
    """Bring a batch from ASSEMBLED (or wherever a crash left it) to PRINTED or FAILED.

    Raises PrinterTrouble while the job waits for somebody, QueueRefused when the queue took nothing."""
    queue = line.queue
    if batch.state is BatchState.ASSEMBLED:
        batch = _submit(plant, queue, batch)
    elif batch.state is BatchState.SUBMITTING:
        batch = _recover(plant, queue, batch)
        if batch.state is BatchState.ASSEMBLED:
            batch = _submit(plant, queue, batch)
    if batch.state is BatchState.SUBMITTED:
        batch = _follow(plant, queue, batch, line.patience)
    return batch


def _submit(plant: Plant, queue: PrintQueue, batch: Batch) -> Batch:
    bookmark = queue.bookmark()
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        batch = record.batch(batch, BatchState.SUBMITTING, bookmark=bookmark)
        record.copies(batch, CopyState.RELEASED, CopyEvent.SEND, queue=queue.name)
        ledger.commit()
    folder = plant.run_folder(batch.run)
    paper = folder / paper_file(batch)
    stretches = read_paper(paper) if paper.exists() else ()
    pages = batch.sheets if batch.sides == "one-sided" else 2 * batch.sheets
    job = PrintJob(
        key=batch.id,
        file=folder / batch.print_file,
        sheets=batch.sheets,
        impressions=stretches[-1].last_page if stretches else pages,
        sides=batch.sides,
        media_type=plant.media_type(batch.stock),
        stretches=stretches,
        output=plant.press.order.output,
    )
    try:
        report = queue.submit(job)
    except QueueRefused as refused:
        _not_taken(plant, queue, batch, str(refused))
        raise
    except QueueUncertain:
        batch = _recover(plant, queue, batch)
        if batch.state is BatchState.ASSEMBLED:
            raise PrinterTrouble(
                "E3010",
                f"the queue lost the answer and has no job {batch.id}",
                place=queue.name,
                remedy="Nothing was printed. See to the queue, then start the run again.",
            ) from None
        return batch
    return _taken(plant, queue, batch, report)


def _recover(plant: Plant, queue: PrintQueue, batch: Batch) -> Batch:
    """An intent without an outcome: ask the queue what it knows of our key."""
    report = queue.find(batch.id, batch.bookmark)
    if report.state is JobState.ABSENT:
        return _not_taken(plant, queue, batch, "the queue vouches that it never took the job")
    if report.state is JobState.VANISHED:
        return _lost(plant, queue, batch, report, "the queue can't say whether it took the job")
    return _taken(plant, queue, batch, report)


def _taken(plant: Plant, queue: PrintQueue, batch: Batch, report: JobReport) -> Batch:
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        batch = record.batch(batch, BatchState.SUBMITTED, _who(queue), job_id=report.job_id or "")
        record.copies(batch, CopyState.SUBMITTING, CopyEvent.ACCEPT, _who(queue), job_id=report.job_id)
        ledger.commit()
    return batch


def _not_taken(plant: Plant, queue: PrintQueue, batch: Batch, reason: str) -> Batch:
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        record.copies(batch, CopyState.SUBMITTING, CopyEvent.REFUSE, _who(queue), reason=reason)
        batch = record.batch(batch, BatchState.ASSEMBLED, _who(queue))
        ledger.commit()
    return batch


def _follow(plant: Plant, queue: PrintQueue, batch: Batch, patience: Patience) -> Batch:
    waited = 0.0
    last: tuple[JobState, int | None] | None = None
    while True:
        report = queue.report(batch.id, batch.bookmark)
        done = report.sheets_completed if report.state is not JobState.COMPLETED else batch.sheets
        plant.progress(f"print {batch.id}", done or 0, batch.sheets)
        if report.state.ended:
            return _ended(plant, queue, batch, report)
        now = (report.state, report.sheets_completed)
        waited = 0.0 if now != last else waited + patience.poll
        last = now
        if waited >= patience.stalled:
            fact, remedy = _WAITING[report.state]
            reasons = ", ".join((*report.reasons, *report.printer_reasons)) or "no reason given"
            raise PrinterTrouble(
                "E3011",
                f"print job {batch.id} {fact} ({report.state.value}; printer {report.printer_state}; {reasons})",
                place=f"{queue.name} job {report.job_id}",
                remedy=f"{remedy} Then start the run again: the job is not sent twice.",
            )
        plant.sleep(patience.poll)


def _ended(plant: Plant, queue: PrintQueue, batch: Batch, report: JobReport) -> Batch:
    if report.state is not JobState.COMPLETED:
        return _lost(plant, queue, batch, report, f"the job is {report.state.value}")
    if report.sheets_completed is not None and report.sheets_completed != batch.sheets:
        return _lost(
            plant, queue, batch, report, f"the device reports {report.sheets_completed} of {batch.sheets} sheets"
        )
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        batch = record.batch(batch, BatchState.PRINTED, _who(queue), sheets_completed=report.sheets_completed)
        record.copies(
            batch, CopyState.SUBMITTED, CopyEvent.PRINT, _who(queue), job_id=report.job_id, state=report.state.value
        )
        ledger.commit()
    return batch


def _lost(plant: Plant, queue: PrintQueue, batch: Batch, report: JobReport, reason: str) -> Batch:
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        record.incident("print", run=batch.run, batch=batch.id, reason=reason, reasons=list(report.reasons))
        for state in (CopyState.SUBMITTING, CopyState.SUBMITTED):
            record.copies(batch, state, CopyEvent.LOSE, _who(queue), reason=reason)
        batch = record.batch(batch, BatchState.FAILED, _who(queue), sheets_completed=report.sheets_completed)
        ledger.commit()
    return batch


def _who(queue: PrintQueue) -> str:
    return f"queue:{queue.name}"
