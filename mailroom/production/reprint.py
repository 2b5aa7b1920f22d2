"""Reprint: copy n+1 of every open piece whose last copy is destroyed or quarantined, in batches of their own."""

from __future__ import annotations

from mailroom.domain.piece import Copy, PieceState, needs_reprint
from mailroom.domain.run import Batch
from mailroom.production.plan import add_batches
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder


def plan_reprints(plant: Plant, run: str) -> list[Batch]:
    """Release the copies and return their batches; empty when nothing needs a reprint."""
    with plant.open_ledger() as ledger:
        copies: dict[str, list[Copy]] = {}
        for copy in ledger.copies_of_run(run):
            copies.setdefault(copy.piece, []).append(copy)
        again = [
            (piece, max(copy.copy for copy in copies[piece.id]) + 1)
            for piece in ledger.pieces(run)
            if piece.state is PieceState.OPEN and needs_reprint(copies.get(piece.id, ()))
        ]
        if not again:
            return []
        batches = add_batches(plant, Recorder(ledger, plant.clock), run, again, "reprint")
        ledger.commit()
    return batches
