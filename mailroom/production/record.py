"""The only writer of the journal: transition, journal entry and state column in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import MailroomError
from mailroom.domain.insert_stock import MovementKind, StockLevel, StockMovement
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import REPLACEABLE, CopyEvent, CopyState, demand_person, step
from mailroom.domain.piece import Copy, PieceState
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.planning.household import Decision, OptOut
from mailroom.production.ports import Clock, Ledger

SYSTEM = "system"
CONTROL_INTENDED = "control.handing-over"
"""The machine's own control file is to go out: recorded before it does."""
CONTROL_OUT = "control.handed-over"
MACHINE_STANDS = "inserter.stands"
MACHINE_RELEASED = "inserter.released"
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

    def take_again(self, document: Document, who: str) -> None:
        """A set-aside document waits again. E7002 without a named person."""
        demand_person("document.again", who)
        self.ledger.set_document(document.id, DocumentState.WAITING)
        self._append(Entry(self.clock(), "document.again", who, detail=_of_document(document)))

    def supersede(self, document: Document, by: Document, who: str) -> None:
        """Another document of its number goes out in place of a set-aside one. E7002 without a named person."""
        demand_person("document.superseded", who)
        self.ledger.set_document(document.id, DocumentState.WITHDRAWN, f"superseded by {by.source}")
        detail = {**_of_document(document), "by": by.id}
        self._append(Entry(self.clock(), "document.superseded", who, detail=detail))

    def drop(self, document: Document, who: str, reason: str, run: str) -> None:
        """A set-aside document is taken off for good; `run` is the open one, "" when none is. E7002 without a named
        person."""
        demand_person("document.dropped", who)
        problem = f"{reason} ({who.removeprefix('person:')}). It was set aside for: {document.problem}"
        self.ledger.set_document(document.id, DocumentState.DROPPED, problem)
        detail = {**_of_document(document), "reason": reason}
        self._append(Entry(self.clock(), "document.dropped", who, run=run, detail=detail))

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
        if state is CopyState.STACKED or (state in REPLACEABLE and self._may_hold_inserts(copy)):
            self.use_inserts(run, copy, who)
        return replace(copy, state=state)

    def _may_hold_inserts(self, copy: Copy) -> bool:
        """Whether nobody can say that a copy went without its inserts: it was fed, and no machine told afterwards what
        became of it. Where one did, it told also whether the copy came to its inserts."""
        if copy.state not in (CopyState.UNKNOWN, CopyState.DIVERTED):
            return False
        entries = [chained.entry for chained in self.ledger.entries(piece=copy.piece)]
        events = [entry.event for entry in entries if entry.copy == copy.copy]
        fed = f"copy.{CopyEvent.FEED.value}"
        return fed in events and "machine.piece_outcome" not in events[_last(events, fed) :]

    def use_inserts(self, run: str, copy: Copy, who: str) -> None:
        """The copy has its inserts: they are no longer in stock. Repeating it changes nothing."""
        piece = self.ledger.piece(copy.piece)
        names = {each.name for each in piece.details.inserts} if piece is not None else set()
        if not names:
            return
        used = self.ledger.inserts_of(copy.piece, copy.copy)
        for name in sorted(names - used):
            self.ledger.add_movement(
                StockMovement(name, MovementKind.USED, -1, who, self.clock(), run, copy.piece, copy.copy)
            )

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

    def decide(self, decision: Decision, who: str, **detail: Any) -> None:
        """A person's word on who shares envelopes. E7002 without a named person."""
        event = f"household.{decision.verdict.value}"
        demand_person(event, who)
        self.ledger.set_decision(decision)
        told = {"group": decision.group, "members": [list(member) for member in decision.members], "by": decision.by}
        self._append(Entry(self.clock(), event, who, detail={**told, **detail}))

    def opt_out(self, opt_out: OptOut, who: str, **detail: Any) -> None:
        """A customer wants every document in an envelope of its own, or no longer. E7002 without a named person."""
        event = "household.opted-out" if opt_out.out else "household.opted-in"
        demand_person(event, who)
        self.ledger.set_opt_out(opt_out)
        self._append(Entry(self.clock(), event, who, detail={"customer": opt_out.customer, **detail}))

    def open_stock(self, insert: str, number: int) -> None:
        """Counting begins with what the file of inserts says."""
        self._move_stock(insert, MovementKind.OPENED, number - self._there(insert), SYSTEM)

    def count_stock(self, insert: str, number: int, who: str) -> None:
        """Somebody counted so many. E7002 without a named person."""
        demand_person(f"insert.{MovementKind.COUNTED.value}", who)
        self._move_stock(insert, MovementKind.COUNTED, number - self._there(insert), who)

    def deliver_stock(self, insert: str, number: int, who: str) -> None:
        """So many came in. E7002 without a named person."""
        demand_person(f"insert.{MovementKind.DELIVERED.value}", who)
        self._move_stock(insert, MovementKind.DELIVERED, number, who)

    def _there(self, insert: str) -> int:
        return self.ledger.stock().get(insert, StockLevel(0, counted=False)).there

    def _move_stock(self, insert: str, kind: MovementKind, change: int, who: str) -> None:
        at = self.clock()
        there = self._there(insert) + change
        self.ledger.add_movement(StockMovement(insert, kind, change, who, at))
        detail = {"insert": insert, "change": change, "stock": there}
        self._append(Entry(at, f"insert.{kind.value}", who, detail=detail))

    def hold_plan(self, digest: str, detail: Mapping[str, Any]) -> None:
        """A plan is shown and waits for release."""
        if not self.ledger.is_held(digest):
            self.ledger.hold_plan(digest, self.clock())
            self._append(Entry(self.clock(), "plan.held", SYSTEM, detail={"digest": digest, **detail}))

    def release_plan(self, run: str, digest: str, who: str, detail: Mapping[str, Any]) -> None:
        """A person lets a plan that was held become a run. E7002 without a named person."""
        demand_person("plan.released", who)
        self._append(Entry(self.clock(), "plan.released", who, run=run, detail={"digest": digest, **detail}))

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

    def said(
        self, event: str, who: str, /, *, run: str, batch: str = "", copy: Copy | None = None, **detail: Any
    ) -> None:
        """What a person said beside the steps of a copy: at a recovery, of a difference, of reprints. E7002 without a
        named person."""
        demand_person(event, who)
        piece, number = (copy.piece, copy.copy) if copy else ("", None)
        of = copy.batch if copy else batch
        self._append(Entry(self.clock(), event, who, run=run, batch=of, piece=piece, copy=number, detail=detail))

    def control(self, event: str, batch: Batch, **detail: Any) -> None:
        """CONTROL_INTENDED or CONTROL_OUT: the way of the machine's own control file."""
        self._append(Entry(self.clock(), event, SYSTEM, run=batch.run, batch=batch.id, detail=detail))

    def results(self, batch: Batch, who: str, **detail: Any) -> None:
        """A result file, by its kept name and hash, and how it is read: the steps that it proves point at this."""
        self._append(Entry(self.clock(), RESULTS_TAKEN, who, run=batch.run, batch=batch.id, detail=detail))

    def machine_stands(self, batch: Batch | None, code: str, fact: str) -> int:
        """Whoever drives the machine leaves it standing for a person; returns the entry's number."""
        entry = Entry(
            self.clock(),
            MACHINE_STANDS,
            SYSTEM,
            run=batch.run if batch else "",
            batch=batch.id if batch else "",
            detail={"code": code, "fact": fact},
        )
        return self.ledger.append(entry).seq

    def machine_released(self, who: str, *, path_empty: bool) -> None:
        """A person lets the machine run again, and says whether its path was emptied. E7002 without a named person."""
        demand_person(MACHINE_RELEASED, who)
        self._append(Entry(self.clock(), MACHINE_RELEASED, who, detail={"path_empty": path_empty}))

    def journal_was_away(self, batch: Batch | None, since: datetime, code: str, fact: str) -> None:
        """The ledger could not be written from `since` on; it can be, or this entry would not be there."""
        entry = Entry(
            self.clock(),
            "journal.was-away",
            SYSTEM,
            run=batch.run if batch else "",
            batch=batch.id if batch else "",
            detail={"since": since.isoformat(), "code": code, "fact": fact},
        )
        self._append(entry)

    def machine(self, entry: Entry) -> None:
        """A machine's event, verbatim."""
        self._append(entry)

    def _append(self, entry: Entry) -> None:
        self.ledger.append(entry)


def _last(events: Sequence[str], event: str) -> int:
    return max(index for index, each in enumerate(events) if each == event)


def _of_document(document: Document) -> dict[str, Any]:
    return {
        "document": document.id,
        "key": document.key,
        "ordinal": document.ordinal,
        "number": document.content.number,
        "problem": document.problem,
    }
