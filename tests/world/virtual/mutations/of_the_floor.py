"""Bugs at the machine: what is fed, what is believed of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drivers.inserter.vocabulary import Outcome
from mailroom.domain import lifecycle
from mailroom.domain.lifecycle import TRANSITIONS, CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import BatchState
from mailroom.production import journal_events
from mailroom.production.insert import _WINDOW, Shift
from mailroom.production.journal_events import _OUTCOMES, JournalSink
from mailroom.production.ports import Ledger
from tests.world.virtual.mutations.mutation import mutation

_outcome = JournalSink._outcome


def _queue_then_record(self: Shift) -> bool:
    if not self.loaded:
        self._load()
    fed = bool(self.waiting) and not self.pending
    if fed:
        copies = self.waiting[:_WINDOW]
        self.pending.extend(copies)
        self._queue_pending()
        self._record_feed(copies)
    self._queue_pending()
    self.standstill.keep_running()
    return fed


def _nothing_is_forgotten(self: Shift) -> bool:
    return True


def _no_flaw(self: JournalSink, ledger: Ledger, run: str, copy: Copy, body: Any) -> str:
    return ""


def _read_as(*outcomes: Outcome, event: CopyEvent) -> dict[Outcome, CopyEvent]:
    return {**_OUTCOMES, **dict.fromkeys(outcomes, event)}


def _of_the_next(self: JournalSink, ledger: Ledger, record: Any, run: str, body: Any, *rest: Any) -> None:
    number = int(body.piece.removeprefix("P")) + 1
    other = f"P{number:08d}"
    if ledger.copy(other, body.copy) is not None:
        body = replace(body, piece=other)
    _outcome(self, ledger, record, run, body, *rest)


def _left_under_way(ledger: Ledger, record: Any, batch_id: str, counters: Any, who: str, _evidence: Any) -> None:
    batch = ledger.batch(batch_id)
    if batch is not None and batch.state is BatchState.INSERTING:
        record.batch(batch, BatchState.DONE, who)


_BACK_ON_THE_STACK = {
    **TRANSITIONS,
    (CopyState.FEEDING, CopyEvent.LOSE): CopyState.PRINTED,
    (CopyState.SCANNED, CopyEvent.LOSE): CopyState.PRINTED,
}
_STACKED_UNSCANNED = {**TRANSITIONS, (CopyState.FEEDING, CopyEvent.STACK): CopyState.STACKED}

MUTATIONS = (
    mutation(
        "queued before it is recorded",
        "Pieces are given to the machine before the journal has their feed.",
        (Shift, "_feed", _queue_then_record),
    ),
    mutation(
        "restart of the machine ignored",
        "Copies that a machine held before its restart are believed to be with it still.",
        (Shift, "_lose_what_was_forgotten", _nothing_is_forgotten),
    ),
    mutation(
        "lost copies fed again",
        "A lost copy goes back to the stack in the books, as if its paper did.",
        (lifecycle, "TRANSITIONS", _BACK_ON_THE_STACK),
    ),
    mutation(
        "removed read as stacked",
        "What a person took out of the path counts as lying in the stacker.",
        (journal_events, "_OUTCOMES", _read_as(Outcome.REMOVED, event=CopyEvent.STACK)),
    ),
    mutation(
        "lost read as stacked",
        "What the machine has lost counts as lying in the stacker, and no proof is asked for.",
        (journal_events, "_OUTCOMES", _read_as(Outcome.LOST, event=CopyEvent.STACK)),
        (JournalSink, "_flaw", _no_flaw),
        (lifecycle, "TRANSITIONS", _STACKED_UNSCANNED),
    ),
    mutation(
        "diverted read as stacked",
        "A copy in the divert bin counts as lying in the stacker.",
        (journal_events, "_OUTCOMES", _read_as(Outcome.DIVERTED, Outcome.UNREAD, event=CopyEvent.STACK)),
        (JournalSink, "_flaw", _no_flaw),
        (lifecycle, "TRANSITIONS", _STACKED_UNSCANNED),
    ),
    mutation(
        "stacked read as diverted",
        "A sealed envelope counts as lying in the divert bin.",
        (journal_events, "_OUTCOMES", _read_as(Outcome.STACKED, event=CopyEvent.DIVERT)),
    ),
    mutation(
        "outcome booked for the next piece",
        "What became of a piece is written down for the one behind it.",
        (JournalSink, "_outcome", _of_the_next),
    ),
    mutation(
        "end of job leaves copies under way",
        "When the job ends, copies without an outcome stay in feeding.",
        (journal_events, "_end_batch", _left_under_way),
    ),
)
