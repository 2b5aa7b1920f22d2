"""Bugs in what comes after the machine: verdicts, reprints, the end of the run, the journal's chain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailroom.domain import lifecycle, piece
from mailroom.domain.journal import Entry, entry_fields
from mailroom.domain.lifecycle import REPLACEABLE, RESTING, TRANSITIONS, CopyEvent, CopyState
from mailroom.domain.piece import Copy, PieceState
from mailroom.production import hand_over, reconcile, record, reprint, run_window
from mailroom.production.plan import add_batches
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger, Operator
from mailroom.production.reconcile import VERDICTS, unresolved
from mailroom.production.record import Recorder
from mailroom.store import chain
from tests.store import memory_ledger
from tests.world.virtual.mutations.mutation import mutation

_close_run = hand_over.close_run
_add_batches = add_batches


def _settled_by_itself(plant: Plant, run: str, _operator: Operator) -> list[Copy]:
    with plant.open_ledger() as ledger:
        for copy in unresolved(ledger, run):
            Recorder(ledger, plant.clock).copy(run, copy, CopyEvent.DESTROY)
        ledger.commit()
    return []


def _nobody_asked(_plant: Plant, _run: str, _operator: Operator) -> list[Copy]:
    return []


def _nothing_to_do(*_: object) -> Any:
    return []


def _with_the_same_number(plant: Plant, recorder: Recorder, run: str, copies: Any, reason: str) -> Any:
    again = [(each, number - (reason == "reprint")) for each, number in copies]
    return _add_batches(plant, recorder, run, again, reason)


def _unguarded(self: Recorder, run: str, copy: Copy, reason: str) -> None:
    if self.ledger.copy(copy.piece, copy.copy) is None:
        self.ledger.add_copy(copy)
    seq = self.ledger.copy_seq(copy.piece, copy.copy) + 1
    evidence = {"evidence": {"reason": reason, "sheets": copy.sheets}}
    entry = Entry(self.clock(), "copy.release", record.SYSTEM, run, copy.batch, copy.piece, copy.copy, seq)
    self.ledger.append(replace(entry, state_to=copy.state.value, detail=evidence))
    self.ledger.set_copy(copy.piece, copy.copy, copy.state, seq)


def _diverted_too(plant: Plant, run: str, name: str) -> Any:
    with plant.open_ledger() as ledger:
        recorder = Recorder(ledger, plant.clock)
        for copy in ledger.copies_of_run(run):
            if copy.state is CopyState.DIVERTED:
                recorder.copy(run, copy, CopyEvent.HAND_OVER, f"person:{name}")
                recorder.piece(run, copy.piece, PieceState.MAILED, f"person:{name}")
        ledger.commit()
    return _close_run(plant, run, name)


def _only_unknown(ledger: Ledger, run: str) -> list[Copy]:
    return [copy for copy in unresolved(ledger, run) if copy.state is not CopyState.DIVERTED]


def _nameless(seq: int, entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in entry_fields(seq, entry).items() if name != "who"}


_UNSETTLED = REPLACEABLE | {CopyState.UNKNOWN, CopyState.DIVERTED}

MUTATIONS = (
    mutation(
        "unknown copies settled by nobody",
        "Copies that nobody can vouch for are destroyed in the books by the system, and no person's name is asked for.",
        (run_window, "reconcile", _settled_by_itself),
        (lifecycle, "PERSONAL", frozenset()),
    ),
    mutation(
        "closed with unknown copies",
        "Nobody is asked about unknown copies, and the run is closed with them.",
        (run_window, "reconcile", _nobody_asked),
        (hand_over, "_refuse_unsettled", _nothing_to_do),
    ),
    mutation(
        "reprint before destroyed",
        "A copy that is unknown or diverted is printed anew before anybody has said what became of it.",
        (run_window, "reconcile", _nobody_asked),
        (piece, "REPLACEABLE", _UNSETTLED),
        (record, "REPLACEABLE", _UNSETTLED),
    ),
    mutation(
        "reprint with the same number",
        "The new copy has the number of the destroyed one, and the release does not compare them.",
        (reprint, "add_batches", _with_the_same_number),
        (Recorder, "release", _unguarded),
    ),
    mutation(
        "reprints forgotten", "What was destroyed is not printed anew.", (run_window, "plan_reprints", _nothing_to_do)
    ),
    mutation(
        "closed with pieces missing",
        "What was destroyed is not printed anew, and the run is closed all the same.",
        (run_window, "plan_reprints", _nothing_to_do),
        (hand_over, "_refuse_unsettled", _nothing_to_do),
    ),
    mutation(
        "found envelope declared destroyed",
        "A person finds the sealed envelope of an unknown copy; the books say that it was destroyed.",
        (reconcile, "VERDICTS", {**VERDICTS, "stacked": CopyEvent.DESTROY}),
    ),
    mutation(
        "waste declared stacked",
        "A person destroys an unknown copy; the books say that it lies in the stacker.",
        (reconcile, "VERDICTS", {**VERDICTS, "destroyed": CopyEvent.DECLARE_STACKED}),
    ),
    mutation(
        "diverted copies mailed",
        "Copies in the divert bin need no verdict and are handed over with the others.",
        (reconcile, "unresolved", _only_unknown),
        (hand_over, "unresolved", _only_unknown),
        (hand_over, "close_run", _diverted_too),
        (hand_over, "RESTING", RESTING | {CopyState.DIVERTED}),
        (lifecycle, "TRANSITIONS", {**TRANSITIONS, (CopyState.DIVERTED, CopyEvent.HAND_OVER): CopyState.MAILED}),
    ),
    mutation(
        "journal's chain skips a field",
        "The hash of an entry does not cover who caused it.",
        (chain, "entry_fields", _nameless),
        (memory_ledger, "entry_fields", _nameless),
    ),
)
