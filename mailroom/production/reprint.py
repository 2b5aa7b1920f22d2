"""Reprint: copy n+1 of every open piece whose last copy is destroyed or quarantined, in batches of their own.

Reprints beyond a limit wait until a supervisor releases them: a mark that can't be read would be printed for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailroom.domain.errors import NeedsPerson
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, PieceState, needs_reprint
from mailroom.domain.run import Batch
from mailroom.domain.words import count
from mailroom.production.plan import add_batches
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder

RELEASED = "reprint.released"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be printed again: `reprints` copies of the run with these, of `pieces` planned, the last of them the
    `copies`-th of its piece."""

    reprints: int
    copies: int
    pieces: int


def plan_reprints(plant: Plant, run: str, released_by: str = "") -> list[Batch]:
    """Release the copies and return their batches; empty when nothing needs a reprint. NeedsPerson (E7033) when that is
    more than the plant's limit allows and nobody, as `released_by`, lets it go on."""
    with plant.open_ledger() as ledger:
        held = ledger.copies_of_run(run)
        copies: dict[str, list[Copy]] = {}
        for copy in held:
            copies.setdefault(copy.piece, []).append(copy)
        pieces = ledger.pieces(run)
        again = [
            (piece, max(copy.copy for copy in copies[piece.id]) + 1)
            for piece in pieces
            if piece.state is PieceState.OPEN and needs_reprint(copies.get(piece.id, ()))
        ]
        if not again:
            return []
        before = sum(copy.copy > 1 and copy.state is not CopyState.CANCELED for copy in held)
        asked = _Asked(before + len(again), max(number for _, number in again), len(pieces))
        record = Recorder(ledger, plant.clock)
        reasons = _beyond(plant, ledger, run, asked)
        if reasons and not released_by:
            raise _waits(run, reasons)
        if reasons:
            who = f"person:{released_by}"
            record.said(RELEASED, who, run=run, reprints=asked.reprints, copies=asked.copies, reasons=reasons)
        batches = add_batches(plant, record, run, again, "reprint")
        ledger.commit()
    return batches


def _beyond(plant: Plant, ledger: Ledger, run: str, asked: _Asked) -> Sequence[str]:
    """Why a supervisor must decide, counted from the last decision on."""
    limits = plant.reprint
    most = max(limits.unasked, int(asked.pieces * limits.most_percent / 100))
    if asked.reprints <= most and asked.copies <= limits.most_copies:
        return ()
    decided = [chained.entry.detail for chained in ledger.entries(run=run) if chained.entry.event == RELEASED]
    reprints, copies = (decided[-1]["reprints"], decided[-1]["copies"]) if decided else (0, 0)
    reasons: list[str] = []
    if asked.reprints - reprints > most:
        since = " since the last release" if decided else ""
        reasons.append(
            f"{count(asked.reprints - reprints, 'reprint')} of {asked.pieces} pieces{since}, {most} go unasked"
        )
    if asked.copies - copies > limits.most_copies:
        reasons.append(f"a piece would be printed {asked.copies} times, {limits.most_copies} go unasked")
    return reasons


def _waits(run: str, reasons: Sequence[str]) -> NeedsPerson:
    return NeedsPerson(
        "E7033",
        f"the reprints wait for a supervisor: {'; '.join(reasons)}",
        place=run,
        remedy="Find out why so much is spoiled (mailroom run show, mailroom piece show). "
        "Then let it go on: mailroom run start --reprint --who NAME.",
    )
