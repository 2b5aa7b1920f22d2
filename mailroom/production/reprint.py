"""Reprint: copy n+1 of every open piece whose last copy is destroyed or quarantined, in batches of their own."""

from __future__ import annotations

from mailroom.domain.piece import MailPiece, PieceState, needs_reprint
from mailroom.domain.run import Batch
from mailroom.production.plan import add_batches
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder


def plan_reprints(plant: Plant, run: str) -> list[Batch]:
    """Release the copies and return their batches; empty when nothing needs a reprint."""
    with plant.open_ledger() as ledger:
        again: list[tuple[MailPiece, int]] = []
        for piece in ledger.pieces(run):
            copies = ledger.copies(piece.id)
            if piece.state is PieceState.OPEN and needs_reprint(copies):
                again.append((piece, max(copy.copy for copy in copies) + 1))
        if not again:
            return []
        batches = add_batches(plant, Recorder(ledger, plant.clock), run, again, "reprint")
        ledger.commit()
    return batches
