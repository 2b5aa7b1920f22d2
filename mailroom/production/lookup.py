"""What a person named must be there, or the error says how to name it."""

from __future__ import annotations

from mailroom.domain.errors import MailroomError
from mailroom.domain.piece import MailPiece
from mailroom.domain.run import MailRun
from mailroom.production.ports import Ledger


def the_run(ledger: Ledger, run: str) -> MailRun:
    """The run of that name; E7041 when there is none."""
    found = ledger.run(run)
    if found is None:
        raise MailroomError("E7041", f"no run {run}", remedy="mailroom run show lists the runs.")
    return found


def the_piece(ledger: Ledger, piece: str) -> MailPiece:
    """The piece of that number; E7021 when there is none."""
    found = ledger.piece(piece)
    if found is None:
        raise MailroomError("E7021", f"no piece {piece}", remedy="Scan or type the piece's number, as P00000001.")
    return found
