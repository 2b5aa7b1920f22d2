"""Reconcile: the one place where deviations enter. Copies that nobody can vouch for are put before a person."""

from __future__ import annotations

from collections.abc import Mapping

from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import BatchState
from mailroom.production.lookup import the_piece
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger, Operator
from mailroom.production.record import Recorder
from mailroom.production.recover import settle

VERDICTS: Mapping[str, CopyEvent] = {
    "destroyed": CopyEvent.DESTROY,
    "quarantined": CopyEvent.QUARANTINE,
    "stacked": CopyEvent.DECLARE_STACKED,
}
"""What a person may declare of a copy."""


def unresolved(ledger: Ledger, run: str) -> list[Copy]:
    """Copies that wait for a person: diverted, unknown, or printed but left over when their batch ended."""
    over = {batch.id for batch in ledger.batches(run) if batch.state in (BatchState.DONE, BatchState.FAILED)}
    return [
        copy
        for copy in ledger.copies_of_run(run)
        if copy.state in (CopyState.DIVERTED, CopyState.UNKNOWN)
        or (copy.state is CopyState.PRINTED and copy.batch in over)
    ]


def reconcile(plant: Plant, run: str, operator: Operator) -> list[Copy]:
    """Let count what was said at the machine, ask the operator about every copy still unresolved and record the
    answers. Returns what is unresolved then."""
    settle_said(plant, run)
    with plant.read_ledger() as ledger:
        open_copies = unresolved(ledger, run)
        reasons = {(copy.piece, copy.copy): why(ledger, copy) for copy in open_copies}
    if not open_copies:
        return []
    verdicts = operator.judge(open_copies, reasons)
    for copy in open_copies:
        verdict = verdicts.get((copy.piece, copy.copy))
        if verdict is not None:
            resolve(plant, copy.piece, copy.copy, verdict, operator.name, reasons[copy.piece, copy.copy])
    with plant.read_ledger() as ledger:
        return unresolved(ledger, run)


def settle_said(plant: Plant, run: str) -> None:
    """What a person said at the machine of copies that are unresolved now counts."""
    with plant.read_ledger() as ledger:
        doubtful = unresolved(ledger, run)
    settle(plant, run, doubtful)


def resolve(plant: Plant, piece: str, copy_number: int | None, verdict: str, name: str, reason: str) -> Copy:
    """Record a named person's verdict on one copy (the last one when no number is given)."""
    if verdict not in VERDICTS:
        raise MailroomError("E7020", f"unknown verdict {verdict!r}", remedy=f"One of: {', '.join(VERDICTS)}.")
    with plant.open_ledger() as ledger:
        held = the_piece(ledger, piece)
        copies = ledger.copies(piece)
        number = copy_number if copy_number is not None else max(each.copy for each in copies)
        copy = ledger.copy(piece, number)
        if copy is None:
            raise MailroomError("E7022", f"piece {piece} has no copy {number}", remedy=f"It has 1 to {len(copies)}.")
        moved = Recorder(ledger, plant.clock).copy(
            held.run, copy, VERDICTS[verdict], f"person:{name}", reason=reason, verdict=verdict
        )
        ledger.commit()
    return moved


def why(ledger: Ledger, copy: Copy) -> str:
    """The reason in the copy's last entry, in words."""
    reason = ""
    for chained in ledger.entries(piece=copy.piece):
        entry = chained.entry
        if entry.copy == copy.copy and entry.event.startswith("copy."):
            evidence = entry.detail.get("evidence", {})
            reason = ", ".join(str(evidence[key]) for key in ("outcome", "reason") if evidence.get(key))
    return reason or copy.state.value
