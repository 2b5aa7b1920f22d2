"""Counts of a run, for screens, statements and exports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import PieceState
from mailroom.production.ports import Ledger

_NEVER_PRINTED = frozenset({CopyState.RELEASED, CopyState.SUBMITTING, CopyState.SUBMITTED, CopyState.CANCELED})


@dataclass(frozen=True, slots=True)
class Tally:
    """Pieces planned, mailed, withdrawn, moved; copies unknown, reprinted (n ≥ 2), destroyed, quarantined; `sheets`
    counts the sheets of all copies reported printed."""

    planned: int
    mailed: int
    withdrawn: int
    moved: int
    unknown: int
    copies: int
    reprinted: int
    destroyed: int
    quarantined: int
    sheets: int


def tally(ledger: Ledger, run: str) -> Tally:
    """Count one run."""
    pieces = Counter(piece.state for piece in ledger.pieces(run))
    copies = ledger.copies_of_run(run)
    states = Counter(copy.state for copy in copies)
    return Tally(
        planned=pieces.total(),
        mailed=pieces[PieceState.MAILED],
        withdrawn=pieces[PieceState.WITHDRAWN],
        moved=pieces[PieceState.MOVED],
        unknown=states[CopyState.UNKNOWN],
        copies=len(copies),
        reprinted=sum(copy.copy > 1 for copy in copies),
        destroyed=states[CopyState.DESTROYED],
        quarantined=states[CopyState.QUARANTINED],
        sheets=sum(copy.sheets for copy in copies if copy.state not in _NEVER_PRINTED),
    )
