"""The only writer of the journal: transition, journal entry and state column in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mailroom.domain.document import Document
from mailroom.domain.errors import MailroomError
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import REPLACEABLE, CopyEvent, CopyState, demand_person, step
from mailroom.domain.piece import Copy, PieceState
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.production.ports import Clock, Ledger

SYSTEM = "system"
CONTROL_INTENDED = "control.handing-over"
"""The machine's own control file is to go out: recorded before it does."""
CONTROL_OUT = "control.handed-over"
RESULTS_TAKEN = "results.taken"
"""A machine's result file was read, and what it says is recorded."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes into one open unit of work; the caller commits."""

    ledger: Ledger
    clock: Clock

    def accept_duplicate(self, document: Document, who: str) -> None:
        """A person lets a document that was taken in before go out once more."""
        detail = {"document": document.id, "key": document.key, "ordinal": document.ordinal, "source": document.source}
        self._append(Entry(document.received_at, "document.duplicate-accepted", who, detail=detail))

    def open_run(self, run: MailRun) -> None:
        self.ledger.add_run(run)
        self._append(Entry(run.opened_at, "run.opened", SYSTEM, run=run.id, state_to=run.state.value))

    def close_run(self, run: MailRun, who: str, detail: Mapping[str, Any]) -> MailRun:
        """The run is handed over. E7002 without a named person."""
        demand_person("run.closed", who)
        closed = replace(run, state=RunState.CLOSED, closed_at=self.clock())
        self.ledger.set_run(run.id, closed.state, closed.closed_at)
        self._append(
            Entry(self.clock(), "run.closed", who, run=run.id, state_to=closed.state.value, detail=dict(detail))
        )
        return closed

    def plan_batch(self, batch: Batch) -> None:
        self.ledger.add_batch(batch)
        self._append(
            Entry(
                self.clock(),
                "batch.planned",
                SYSTEM,
                run=batch.run,
                batch=batch.id,
                state_to=batch.state.value,
                detail={
                    "pieces": batch.pieces,
                    "sheets": batch.sheets,
                    "reprint": batch.reprint,
                    "handling": batch.handling.value,
                },
            )
        )

    def batch(self, batch: Batch, state: BatchState, who: str = SYSTEM, /, **changes: Any) -> Batch:
        """Move a batch on; `changes` are fields of Batch and go into the entry's detail. E7004 when `batch` is
        no longer what the ledger holds: somebody else has worked on it."""
        if self.ledger.batch(batch.id) != batch:
            raise MailroomError(
                "E7004",
                f"batch {batch.id} was changed by somebody else meanwhile",
                place=batch.run,
                remedy="Start the run again: it goes on from where the batch stands now.",
            )
        moved = replace(batch, state=state, **changes)
        self.ledger.set_batch(moved)
        self._append(
            Entry(
                self.clock(),
                f"batch.{state.value}",
                who,
                run=batch.run,
                batch=batch.id,
                state_from=batch.state.value,
                state_to=state.value,
                detail={name: dict(value) if isinstance(value, Mapping) else value for name, value in changes.items()},
            )
        )
        return moved

    def release(self, run: str, copy: Copy, reason: str) -> None:
        """A new copy may be printed. Refused (E7003) unless the copy before it is destroyed or quarantined."""
        earlier = self.ledger.copies(copy.piece)
        if earlier:
            last = max(earlier, key=lambda each: each.copy)
            if last.state not in REPLACEABLE or copy.copy != last.copy + 1:
                raise MailroomError(
                    "E7003",
                    f"copy {copy.copy} can't be released while copy {last.copy} is {last.state.value}",
                    place=copy.piece,
                    remedy="Resolve the earlier copy first (mailroom piece resolve).",
                )
        self.ledger.add_copy(copy)
        self._append(
            Entry(
                self.clock(),
                "copy.release",
                SYSTEM,
                run=run,
                batch=copy.batch,
                piece=copy.piece,
                copy=copy.copy,
                copy_seq=1,
                state_to=copy.state.value,
                detail={"evidence": {"reason": reason, "sheets": copy.sheets}},
            )
        )
        self.ledger.set_copy(copy.piece, copy.copy, copy.state, 1)

    def copy(self, run: str, copy: Copy, event: CopyEvent, who: str = SYSTEM, /, **evidence: Any) -> Copy:
        """Apply an event to a copy (E7001, E7002 from `lifecycle.step` when it does not fit). The state that counts is
        the ledger's: the caller's may be old."""
        held = self.ledger.copy(copy.piece, copy.copy)
        if held is None:
            raise MailroomError("E7022", f"piece {copy.piece} has no copy {copy.copy}", place=run)
        copy = held
        state = step(copy.state, event, who)
        seq = self.ledger.copy_seq(copy.piece, copy.copy) + 1
        self._append(
            Entry(
                self.clock(),
                f"copy.{event.value}",
                who,
                run=run,
                batch=copy.batch,
                piece=copy.piece,
                copy=copy.copy,
                copy_seq=seq,
                state_from=copy.state.value,
                state_to=state.value,
                detail={"evidence": evidence},
            )
        )
        self.ledger.set_copy(copy.piece, copy.copy, state, seq)
        return replace(copy, state=state)

    def copies(self, batch: Batch, state: CopyState, event: CopyEvent, who: str = SYSTEM, /, **evidence: Any) -> int:
        """Apply an event to every copy of a batch that is in `state`; returns how many."""
        there = [copy for copy in self.ledger.copies_of_batch(batch.id) if copy.state is state]
        for copy in there:
            self.copy(batch.run, copy, event, who, **evidence)
        return len(there)

    def piece(self, run: str, piece: str, state: PieceState, who: str) -> None:
        """End a piece. E7002 without a named person."""
        demand_person(f"piece.{state.value}", who)
        self.ledger.set_piece(piece, state)
        self._append(Entry(self.clock(), f"piece.{state.value}", who, run=run, piece=piece, state_to=state.value))

    def incident(
        self, name: str, *, run: str, batch: str = "", piece: str = "", copy: int | None = None, **detail: Any
    ) -> None:
        """Something that a person must be able to find by name: a difference in counts, an event that fits nothing."""
        self._append(
            Entry(self.clock(), f"incident.{name}", SYSTEM, run=run, batch=batch, piece=piece, copy=copy, detail=detail)
        )

    def by_hand(self, name: str, run: str, copy: Copy | None, who: str, /, **detail: Any) -> None:
        """What a person scanned at the table where envelopes are filled by hand. E7002 without a named person."""
        demand_person(f"hand.{name}", who)
        piece, number, batch = (copy.piece, copy.copy, copy.batch) if copy else ("", None, "")
        self._append(
            Entry(self.clock(), f"hand.{name}", who, run=run, batch=batch, piece=piece, copy=number, detail=detail)
        )

    def control(self, event: str, batch: Batch, **detail: Any) -> None:
        """CONTROL_INTENDED or CONTROL_OUT: the way of the machine's own control file."""
        self._append(Entry(self.clock(), event, SYSTEM, run=batch.run, batch=batch.id, detail=detail))

    def results(self, batch: Batch, who: str, **detail: Any) -> None:
        """A result file, by its kept name and hash, and how it is read: the steps that it proves point at this."""
        self._append(Entry(self.clock(), RESULTS_TAKEN, who, run=batch.run, batch=batch.id, detail=detail))

    def machine(self, entry: Entry) -> None:
        """A machine's event, verbatim."""
        self._append(entry)

    def _append(self, entry: Entry) -> None:
        self.ledger.append(entry)
