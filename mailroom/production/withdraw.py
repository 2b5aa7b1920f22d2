"""Withdraw: a piece that shall not be mailed. Its copies must be out of the way first."""

from __future__ import annotations

from mailroom.domain.document import DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import REPLACEABLE, TRANSITIONS, CopyEvent, CopyState
from mailroom.domain.piece import Copy, PieceState
from mailroom.domain.run import BatchState
from mailroom.production.lookup import the_piece
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder


def withdraw_piece(plant: Plant, piece_id: str, name: str) -> None:
    """Person `name` withdraws a piece. A copy in a batch that is not yet assembled is canceled; a printed one must have
    been destroyed or quarantined (E7050)."""
    with plant.open_ledger() as ledger:
        piece = the_piece(ledger, piece_id)
        if piece.state is not PieceState.OPEN:
            raise MailroomError(
                "E7051",
                f"piece {piece_id} is {piece.state.value} already",
                place=piece_id,
                remedy="Only the post can stop it now."
                if piece.state is PieceState.MAILED
                else "There is nothing to do.",
            )
        record = Recorder(ledger, plant.clock)
        who = f"person:{name}"
        for copy in ledger.copies(piece_id):
            batch = ledger.batch(copy.batch)
            if copy.state is CopyState.RELEASED and batch is not None and batch.state is BatchState.PLANNED:
                record.copy(piece.run, copy, CopyEvent.CANCEL, who)
                left = batch.pieces - 1
                state = BatchState.PLANNED if left else BatchState.DONE
                record.batch(batch, state, who, pieces=left, sheets=batch.sheets - copy.sheets)
            elif copy.state not in REPLACEABLE:
                raise _may_still_be_mailed(copy)
        record.piece(piece.run, piece_id, PieceState.WITHDRAWN, who)
        for document in piece.documents:
            ledger.set_document(document.document, DocumentState.WITHDRAWN)
        ledger.commit()


def _may_still_be_mailed(copy: Copy) -> MailroomError:
    """E7050. Paper can be destroyed only where a person can take hold of it."""
    declare = f"mailroom piece resolve {copy.piece} --as destroyed --who NAME"
    at_hand = (copy.state, CopyEvent.DESTROY) in TRANSITIONS
    return MailroomError(
        "E7050",
        f"copy {copy.copy} of {copy.piece} is {copy.state.value}: it may still be mailed",
        place=copy.piece,
        remedy=f"Take it out and declare it first: {declare}."
        if at_hand
        else f"Let the run go on until the copy lies somewhere (mailroom run start), take it out, then: {declare}.",
    )
