"""Hand over: a reconciled run → mailed. A named person hands the trays to the post; then the run is closed."""

from __future__ import annotations

from dataclasses import asdict

from mailroom.domain.document import DocumentState
from mailroom.domain.errors import NeedsPerson
from mailroom.domain.lifecycle import RESTING, CopyEvent, CopyState
from mailroom.domain.piece import PieceState
from mailroom.domain.run import BatchState, MailRun, RunState
from mailroom.production.explain import refuse_unexplained, unexplained
from mailroom.production.fill import hands_wait, to_fill
from mailroom.production.lookup import the_run
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.reconcile import unresolved
from mailroom.production.record import Recorder
from mailroom.production.tally import tally


def close_run(plant: Plant, run_id: str, name: str) -> MailRun:
    """Record that person `name` handed over every stacked piece, and close the run. Closing a closed run changes
    nothing. Raises NeedsPerson (E7040) while a copy or piece is not settled, naming it, and (E7043) while a difference
    is not explained."""
    with plant.open_ledger() as ledger:
        run = the_run(ledger, run_id)
        if run.state is RunState.CLOSED:
            return run
        _refuse_unsettled(ledger, run)
        refuse_unexplained(unexplained(ledger, run_id), run_id)
        who = f"person:{name}"
        record = Recorder(ledger, plant.clock)
        for copy in ledger.copies_of_run(run_id):
            if copy.state is CopyState.STACKED:
                record.copy(run_id, copy, CopyEvent.HAND_OVER, who)
                record.piece(run_id, copy.piece, PieceState.MAILED, who)
        for piece in ledger.pieces(run_id):
            if piece.state is PieceState.MAILED:
                for document in piece.documents:
                    ledger.set_document(document.document, DocumentState.DELIVERED)
        closed = record.close_run(run, who, asdict(tally(ledger, run_id)))
        ledger.commit()
    return closed


def _refuse_unsettled(ledger: Ledger, run: MailRun) -> None:
    by_hand = to_fill(ledger, run.id)
    reasons = [hands_wait(run.id, by_hand).message] if by_hand else []
    reasons += [f"{copy.piece} copy {copy.copy} is {copy.state.value}" for copy in unresolved(ledger, run.id)]
    stacked: dict[str, int] = {}
    for copy in ledger.copies_of_run(run.id):
        if copy.state not in RESTING:
            reasons.append(f"{copy.piece} copy {copy.copy} is {copy.state.value}")
        if copy.state is CopyState.STACKED:
            stacked[copy.piece] = stacked.get(copy.piece, 0) + 1
    for piece in ledger.pieces(run.id):
        if piece.state is PieceState.OPEN and stacked.get(piece.id, 0) != 1:
            reasons.append(f"{piece.id} has {stacked.get(piece.id, 0)} copies in the stacker")
    for batch in ledger.batches(run.id):
        if batch.state not in (BatchState.DONE, BatchState.FAILED):
            reasons.append(f"batch {batch.id} is {batch.state.value}")
    if reasons:
        listed = "; ".join(dict.fromkeys(reasons[:20]))
        raise NeedsPerson(
            "E7040",
            f"run {run.id} can't be closed: {listed}",
            place=run.id,
            remedy="Finish it (mailroom run start), fill what waits for hands (mailroom run fill), "
            "resolve what waits for your word (mailroom piece resolve).",
        )
