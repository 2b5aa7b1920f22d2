"""Bugs between an assembled batch and a printed stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy, MailPiece
from mailroom.domain.run import Batch, BatchState
from mailroom.production import assemble_batch, print_batch
from mailroom.production.line import Patience
from mailroom.production.plant import Plant
from mailroom.production.ports import PrintQueue
from mailroom.production.record import Recorder
from spool import control_file
from spool.batch import BatchSheet, arrange
from spool.control import ControlPiece
from spool.job import JobReport, JobState, PrintJob, QueueUncertain
from tests.world.virtual.mutations.mutation import mutation

_recover = print_batch._recover
_ended = print_batch._ended
_piece_sheets = assemble_batch.piece_sheets
_control_pieces = assemble_batch.control_pieces


class _Insistent:
    """A print queue that is asked again when its answer was lost."""

    def __init__(self, queue: PrintQueue) -> None:
        self._queue = queue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    def submit(self, job: PrintJob) -> JobReport:
        try:
            return self._queue.submit(job)
        except QueueUncertain:
            return self._queue.submit(job)


_submit = print_batch._submit


def _ask_again(plant: Plant, queue: PrintQueue, batch: Batch) -> Batch:
    return _submit(plant, _Insistent(queue), batch)


def _surely_not_taken(plant: Plant, queue: PrintQueue, batch: Batch) -> Batch:
    return print_batch._not_taken(plant, queue, batch, "nobody was asked")


def _vanished_is_absent(plant: Plant, queue: PrintQueue, batch: Batch) -> Batch:
    if queue.find(batch.id, batch.bookmark).state is JobState.VANISHED:
        return print_batch._not_taken(plant, queue, batch, "the queue does not list it")
    return _recover(plant, queue, batch)


def _printed_whatever_happened(plant: Plant, queue: PrintQueue, batch: Batch, report: JobReport) -> Batch:
    return _ended(plant, queue, batch, replace(report, state=JobState.COMPLETED, sheets_completed=batch.sheets))


def _printed_whatever_came_out(plant: Plant, queue: PrintQueue, batch: Batch, report: JobReport) -> Batch:
    return _ended(plant, queue, batch, replace(report, sheets_completed=None))


def _taken_is_printed(plant: Plant, queue: PrintQueue, batch: Batch, _patience: Patience) -> Batch:
    return _printed_whatever_happened(plant, queue, batch, queue.report(batch.id, batch.bookmark))


def _act_before_intent(plant: Plant, queue: PrintQueue, batch: Batch) -> Batch:
    folder = plant.run_folder(batch.run)
    pages = batch.sheets if batch.sides == "one-sided" else 2 * batch.sheets
    job = PrintJob(batch.id, folder / batch.print_file, batch.sheets, pages, batch.sides)
    bookmark = queue.bookmark()
    report = queue.submit(job)
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        batch = record.batch(batch, BatchState.SUBMITTING, bookmark=bookmark)
        record.copies(batch, CopyState.RELEASED, CopyEvent.SEND, queue=queue.name)
        ledger.commit()
    return print_batch._taken(plant, queue, batch, report)


def _pages_of_the_neighbour(pieces: Sequence[Sequence[BatchSheet]], order: Any) -> Iterator[BatchSheet]:
    """The first two pieces show each other's first page; the marks stay."""
    swapped = [list(sheets) for sheets in pieces]
    if len(swapped) > 1:
        one, other = swapped[0][0], swapped[1][0]
        swapped[0][0] = replace(one, front=other.front)
        swapped[1][0] = replace(other, front=one.front)
    return arrange(swapped, order)


def _sheets_of_the_neighbour(pieces: Sequence[Sequence[BatchSheet]], order: Any) -> Iterator[BatchSheet]:
    """The first two pieces change their first sheets, marks and all."""
    swapped = [list(sheets) for sheets in pieces]
    if len(swapped) > 1:
        swapped[0][0], swapped[1][0] = swapped[1][0], swapped[0][0]
    return arrange(swapped, order)


def _one_sheet_on(copies: list[Copy], pieces: dict[str, MailPiece]) -> Iterator[ControlPiece]:
    return (replace(piece, first_sheet=piece.first_sheet + 1) for piece in _control_pieces(copies, pieces))


def _not_checked(_value: object) -> None:
    return None


MUTATIONS = (
    mutation(
        "lost print answer submitted again",
        "When the queue's answer is lost, the job is submitted once more.",
        (print_batch, "_submit", _ask_again),
    ),
    mutation(
        "crash while submitting submits again",
        "A batch that a crash left in submitting is sent without asking the queue for it.",
        (print_batch, "_recover", _surely_not_taken),
    ),
    mutation(
        "vanished job taken for never taken",
        "A queue that can't tell of a job is believed not to have it.",
        (print_batch, "_recover", _vanished_is_absent),
    ),
    mutation(
        "aborted job taken for printed",
        "A job that has ended counts as printed, however it ended.",
        (print_batch, "_ended", _printed_whatever_happened),
    ),
    mutation(
        "fewer sheets taken for printed",
        "Nobody compares the sheets that the device reports with those that were sent.",
        (print_batch, "_ended", _printed_whatever_came_out),
    ),
    mutation(
        "taken job counts as printed",
        "The stack is believed to be there as soon as the queue has the job.",
        (print_batch, "_follow", _taken_is_printed),
    ),
    mutation(
        "printed before it is recorded",
        "The job goes to the queue before the intent is in the journal.",
        (print_batch, "_submit", _act_before_intent),
    ),
    mutation(
        "pages of two pieces swapped",
        "Two pieces show each other's first page under their own marks.",
        (assemble_batch, "arrange", _pages_of_the_neighbour),
    ),
    mutation(
        "sheets of two pieces swapped",
        "Two pieces change their first sheets in the print file, marks and all.",
        (assemble_batch, "arrange", _sheets_of_the_neighbour),
    ),
    mutation(
        "control file off by one",
        "Each piece begins a sheet later than its paper does, and nobody checks the file's sums.",
        (assemble_batch, "control_pieces", _one_sheet_on),
        (control_file, "check_sums", _not_checked),
    ),
)
