"""From the inserter's events to the journal: every event verbatim, and what it means for a copy, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from drivers.inserter.vocabulary import (
    Counters,
    EventBody,
    JobEnded,
    MachineEvent,
    Outcome,
    PieceAt,
    PieceOutcome,
    SheetScanned,
    Station,
)
from mailroom.domain.errors import MailroomError
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder
from mailroom.production.recover import is_said_to_be_gone
from omr.sheet import SheetId

_OUTCOMES = {
    Outcome.STACKED: CopyEvent.STACK,
    Outcome.DIVERTED: CopyEvent.DIVERT,
    Outcome.UNREAD: CopyEvent.DIVERT,
    Outcome.LOST: CopyEvent.LOSE,
    Outcome.REMOVED: CopyEvent.LOSE,
    Outcome.NOT_FED: CopyEvent.NOT_FED,
}


_OPEN = frozenset({CopyState.FEEDING, CopyState.SCANNED, CopyState.UNKNOWN})
"""The machine's word decides where a copy in one of these is."""


@dataclass(slots=True)
class JournalSink:
    """An EventSink: returns when the events are committed, so that the driver may acknowledge them.

    `batch` is the one the machine works on; `changed` counts events, so that a waiting thread sees that something
    happened."""

    plant: Plant
    machine: str
    batch: str
    changed: int = field(default=0, init=False)

    def __call__(self, events: Sequence[MachineEvent]) -> None:
        with self.plant.open_ledger() as ledger:
            batch = ledger.batch(self.batch)
            record = Recorder(ledger, self.plant.clock)
            newest = 0  # of what is written here: events come in the order of their numbers, so one look finds the seam
            for event in events:
                known = event.number <= newest if newest else ledger.has_machine_event(event.boot_id, event.number)
                if not known:
                    self._write(ledger, record, batch, event)
                    newest = event.number
            ledger.commit()
        self.changed += len(events)

    def _write(self, ledger: Ledger, record: Recorder, batch: Batch | None, event: MachineEvent) -> None:
        body = event.body
        piece, number = piece_of(body)
        run, batch_id = (batch.run, batch.id) if batch else ("", "")
        who = f"machine:{self.machine}"
        record.machine(
            Entry(
                self.plant.clock(),
                f"machine.{event_name(body)}",
                who,
                run=run,
                batch=batch_id,
                piece=piece,
                copy=number,
                machine=(event.boot_id, event.number),
                detail={"at_ms": event.at_ms, **event_fields(body)},
            )
        )
        evidence = {"boot": event.boot_id, "number": event.number}
        match body:
            case SheetScanned(sheet=sheet, of=of) if self.plant.mark_set.fed(sheet, of) == of:
                copy = ledger.copy(body.piece, body.copy)
                if copy is None or self._proven(ledger, run, copy):
                    self._move(ledger, record, run, (piece, number), CopyEvent.SCAN, who, evidence)
            case PieceAt(station=Station.INSERTION) if (copy := ledger.copy(body.piece, body.copy)) is not None:
                record.use_inserts(run, copy, who)
            case PieceOutcome():
                self._outcome(ledger, record, run, body, who, evidence)
            case JobEnded(counters=counters) if batch is not None:
                _end_batch(ledger, record, batch.id, counters, who, evidence)
            case _:
                pass

    def _flaw(self, ledger: Ledger, run: str, copy: Copy, body: PieceOutcome) -> str:
        """Why a claim to have stacked a copy is not believed; empty when it is."""
        if body.sheets != copy.sheets:
            return "sheet_count"
        if is_said_to_be_gone(ledger, copy):
            return "declared_otherwise"
        return "" if self._proven(ledger, run, copy) else "unproven"

    def _proven(self, ledger: Ledger, run: str, copy: Copy) -> bool:
        """Whether the camera saw every sheet of the copy as composed, as they are fed, and in each its own code."""
        marks = self.plant.mark_set
        fed = marks.fed_first.sheets(copy.sheets)
        composed = [SheetId(run, copy.piece, copy.copy, sheet, copy.sheets) for sheet in fed]
        template = marks.code.template
        seen = [
            template.match(chained.entry.detail["code"])
            for chained in ledger.entries(piece=copy.piece)
            if chained.entry.event == "machine.sheet_scanned" and chained.entry.copy == copy.copy
        ]
        return seen[-copy.sheets :] == composed

    def _outcome(
        self, ledger: Ledger, record: Recorder, run: str, body: PieceOutcome, who: str, evidence: dict[str, Any]
    ) -> None:
        event = _OUTCOMES[body.outcome]
        copy = ledger.copy(body.piece, body.copy)
        words = {"outcome": body.outcome.name.lower(), "reason": body.reason.name.lower()}
        evidence = {**evidence, **words, "sheets": body.sheets}
        if event is CopyEvent.STACK and copy is not None and copy.state in _OPEN:
            flaw = self._flaw(ledger, run, copy, body)
            if flaw:
                record.incident(flaw, run=run, batch=copy.batch, piece=copy.piece, copy=copy.copy, **evidence)
                event = CopyEvent.LOSE
        self._move(ledger, record, run, (body.piece, body.copy), event, who, evidence)

    def _move(
        self,
        ledger: Ledger,
        record: Recorder,
        run: str,
        name: tuple[str, int | None],
        event: CopyEvent,
        who: str,
        evidence: dict[str, Any],
    ) -> None:
        piece, number = name
        copy = ledger.copy(piece, number) if number is not None else None
        if copy is None:
            record.incident("foreign_piece", run=run, piece=piece, copy=number, event=event.value, **evidence)
            return
        if event in (CopyEvent.SCAN, CopyEvent.LOSE) and copy.state is CopyState.UNKNOWN:
            return  # neither settles anything
        try:
            record.copy(run, copy, event, who, **evidence)
        except MailroomError as error:
            record.incident(
                "unexpected_event", run=run, batch=copy.batch, piece=piece, copy=number, error=str(error), **evidence
            )
            self._doubt(record, run, copy, who, evidence)

    def _doubt(self, record: Recorder, run: str, copy: Copy, who: str, evidence: dict[str, Any]) -> None:
        """What the machine claims does not follow from what we know: the copy is unknown, if it is still moving."""
        if copy.state in (CopyState.FEEDING, CopyState.SCANNED, CopyState.PRINTED):
            record.copy(run, copy, CopyEvent.LOSE, who, **evidence)


def _end_batch(
    ledger: Ledger, record: Recorder, batch_id: str, counters: Counters, who: str, evidence: dict[str, Any]
) -> None:
    """The machine's job is over. A piece that never got its outcome gets none any more: it is unknown."""
    batch = ledger.batch(batch_id)
    if batch is None or batch.state is not BatchState.INSERTING:
        return
    for state in (CopyState.FEEDING, CopyState.SCANNED):
        record.copies(batch, state, CopyEvent.LOSE, who, reason="the job ended without its outcome", **evidence)
    record.batch(batch, BatchState.DONE, who, counters=asdict(counters))
    _compare_counts(record, batch, counters)


def _compare_counts(record: Recorder, batch: Batch, counters: Counters) -> None:
    """Ledger, press and machine must agree on the sheets, in all and in the stacker; a difference gets a name."""
    seen = counters.sheets_stacked + counters.sheets_diverted + counters.sheets_removed
    copies = record.ledger.copies_of_batch(batch.id)
    vouched = sum(copy.sheets for copy in copies if copy.state is CopyState.STACKED)
    press = batch.sheets if batch.sheets_completed is None else batch.sheets_completed
    if {press, counters.sheets_fed, seen} != {batch.sheets} or counters.sheets_stacked != vouched:
        record.incident(
            "sheet_counts",
            run=batch.run,
            batch=batch.id,
            ledger=batch.sheets,
            ledger_stacked=vouched,
            press=batch.sheets_completed,
            fed=counters.sheets_fed,
            stacked=counters.sheets_stacked,
            diverted=counters.sheets_diverted,
            removed=counters.sheets_removed,
        )


def piece_of(body: EventBody) -> tuple[str, int | None]:
    """The piece and copy that an event speaks of, ("", None) when of none."""
    piece = getattr(body, "piece", "") or getattr(body, "expected_piece", "")
    copy = getattr(body, "copy", None) or getattr(body, "expected_copy", None)
    return (piece, copy) if piece else ("", None)


def event_name(body: EventBody) -> str:
    """The event's name on the protocol page: SheetScanned → "sheet_scanned", FaultRaised → "fault"."""
    name = type(body).__name__
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return {"fault_raised": "fault"}.get(words, words)


def event_fields(body: EventBody) -> dict[str, Any]:
    """The event's fields as in the machine's own log: states and outcomes as words, other codes as numbers."""
    fields: dict[str, Any] = {}
    for name, value in asdict(body).items():
        if isinstance(value, Enum):
            fields[name] = value.name.lower() if name in ("state", "outcome") else int(value.value)
        elif isinstance(value, dict):
            fields.update(value)
        else:
            fields[name] = int(value) if isinstance(value, bool) else value
    return fields
