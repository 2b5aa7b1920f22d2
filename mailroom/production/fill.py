"""Fill by hand: the printed pieces that no machine fills. A person scans every sheet on its way into the envelope.

The life of a copy is the machine's: the first sheet's scan records the feed, the last one's the scan of the whole, the
person's word that inserts are in and the envelope is closed records it as stacked, in that person's name. A piece that
was begun and not ended is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.handling import Handling
from mailroom.domain.lifecycle import CopyEvent, CopyState, demand_person
from mailroom.domain.piece import Copy, MailPiece
from mailroom.domain.run import Batch, BatchState
from mailroom.domain.words import count
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder
from mailroom.production.scan_order import Misscan, UnderWay, next_scan
from omr.sheet import SheetId

_AT_THE_TABLE = frozenset({BatchState.PRINTED, BatchState.INSERTING})
_BEGUN = (CopyState.FEEDING, CopyState.SCANNED)
_LONGEST_CODE = 200
"""Characters of a refused scan that the journal keeps."""


def lies_at_the_table(batch: Batch) -> bool:
    """Whether the batch is printed and persons fill it: no machine has anything to do with it."""
    return batch.handling is Handling.MANUAL and batch.state in _AT_THE_TABLE


def to_fill(ledger: Ledger, run: str) -> list[Copy]:
    """The copies that wait to be filled by hand, in the order of the stacks."""
    return [
        copy
        for batch in ledger.batches(run)
        if lies_at_the_table(batch)
        for copy in ledger.copies_of_batch(batch.id)
        if copy.state is CopyState.PRINTED
    ]


def hands_wait(run: str, copies: Sequence[Copy]) -> NeedsPerson:
    """E7031: what a run that went as far as machines go still waits for."""
    verb = "waits" if len(copies) == 1 else "wait"
    return NeedsPerson(
        "E7031",
        f"{count(len(copies), 'piece')} {verb} to be filled by hand",
        place=run,
        remedy=f"Fill from the hand list in the run's folder: mailroom run fill {run} --who NAME.",
    )


def clear_table(plant: Plant, run: str) -> None:
    """Nobody fills now: what was begun and not ended is unknown, and a batch of which nothing waits is done."""
    with plant.read_ledger() as ledger:
        if not any(map(lies_at_the_table, ledger.batches(run))):
            return
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        for batch in filter(lies_at_the_table, ledger.batches(run)):
            for state in _BEGUN:
                record.copies(batch, state, CopyEvent.LOSE, reason="the filling by hand was cut off")
            _end_batch(record, batch)
        ledger.commit()


def _end_batch(record: Recorder, batch: Batch, who: str = "system") -> None:
    open_states = (CopyState.PRINTED, *_BEGUN)
    if not any(copy.state in open_states for copy in record.ledger.copies_of_batch(batch.id)):
        record.batch(batch, BatchState.DONE, who)


class Outcome(Enum):
    """What a scan or a word came to: a sheet is in, a piece is filled, a piece is unknown, or nothing changed."""

    TAKEN = "taken"
    FILLED = "filled"
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a scan or a word."""

    outcome: Outcome
    text: str

    @property
    def taken(self) -> bool:
        return self.outcome is not Outcome.REFUSED


class FillingTable:
    """One person filling the pieces of a run, alone at it. Each answer is committed before it is given.

    waiting    copies that nobody has begun, by (piece, copy), in the order of the stacks
    under_way  the copy that is being filled
    filled, spoiled   the copies stacked, and those that were begun and are unknown now
    """

    def __init__(self, plant: Plant, run: str, name: str) -> None:
        """E7032 when nothing waits, E7002 without a name."""
        self._plant = plant
        self.run = run
        self._who = f"person:{name}"
        demand_person("fill", self._who)
        clear_table(plant, run)
        with plant.read_ledger() as ledger:
            self.waiting = {(copy.piece, copy.copy): copy for copy in to_fill(ledger, run)}
            self._pieces = {piece.id: piece for piece in ledger.pieces(run)}
        if not self.waiting:
            raise MailroomError(
                "E7032",
                "no printed piece waits to be filled by hand",
                place=run,
                remedy="What is to be printed first: mailroom run start.",
            )
        self.under_way: UnderWay | None = None
        self.filled: list[Copy] = []
        self.spoiled: list[Copy] = []

    @property
    def ended(self) -> bool:
        """Nothing waits and nothing is under way."""
        return self.under_way is None and not self.waiting

    def piece_of(self, copy: Copy) -> MailPiece:
        return self._pieces[copy.piece]

    def due(self) -> UnderWay | None:
        """What comes next: the copy under way, or the next one of the stack; None when all is done."""
        if self.under_way is not None:
            return self.under_way
        first = next(iter(self.waiting.values()), None)
        return None if first is None else UnderWay(self.run, first, fed_first=self._plant.mark_set.fed_first)

    def scan(self, text: str) -> Reply:
        """A line of the scanner. It is taken when it is the code of the one sheet that is due."""
        marks = self._plant.mark_set
        sheet = marks.code.template.match(text)
        found = next_scan(sheet, self.run, self.waiting, self.under_way, marks.fed_first)
        if isinstance(found, Misscan):
            return self._refuse(text, sheet, found)
        copy, evidence = found.copy, {"by": "hand", "sheets": found.copy.sheets}
        with self._plant.open_ledger() as ledger:
            record = Recorder(ledger, self._plant.clock)
            if found.scanned == 1:
                self._begin_batch(record, copy)
                record.copy(self.run, copy, CopyEvent.FEED, self._who, **evidence)
            record.by_hand("sheet_scanned", self.run, copy, self._who, sheet=found.seen, of=copy.sheets, code=text)
            if found.complete:
                record.copy(self.run, copy, CopyEvent.SCAN, self._who, **evidence)
            ledger.commit()
        self.waiting.pop((copy.piece, copy.copy), None)
        self.under_way = found
        return Reply(Outcome.TAKEN, f"{copy.piece} sheet {found.seen} of {copy.sheets}")

    def _refuse(self, text: str, sheet: SheetId | None, why: Misscan) -> Reply:
        code = text[:_LONGEST_CODE].encode(errors="replace").decode()
        copy = self.under_way.copy if self.under_way else None
        with self._plant.open_ledger() as ledger:
            record = Recorder(ledger, self._plant.clock)
            record.by_hand("sheet_refused", self.run, copy, self._who, code=code, reason=why.value)
            ledger.commit()
        seen = f": {sheet.piece} copy {sheet.copy} sheet {sheet.sheet} of {sheet.of}" if sheet else ""
        return Reply(Outcome.REFUSED, f"{why.value}{seen}")

    def _begin_batch(self, record: Recorder, copy: Copy) -> None:
        batch = self._batch(record, copy)
        if batch.state is BatchState.PRINTED:
            record.batch(batch, BatchState.INSERTING, self._who)

    def confirm(self) -> Reply:
        """The person's word: the inserts are in, the envelope is closed and lies with the mail."""
        at = self.under_way
        if at is None or not at.complete:
            return Reply(Outcome.REFUSED, "every sheet is scanned before a piece is confirmed")
        inserts = [insert.name for insert in self.piece_of(at.copy).details.inserts]
        self._end(at.copy, CopyEvent.STACK, by="hand", sheets=at.copy.sheets, inserts=inserts)
        self.filled.append(at.copy)
        return Reply(Outcome.FILLED, f"{at.copy.piece}, {count(at.copy.sheets, 'sheet')}")

    def spoil(self, reason: str) -> Reply:
        """The piece under way can't be ended: it is unknown until somebody says what became of its sheets."""
        at = self.under_way
        if at is None:
            return Reply(Outcome.REFUSED, "no piece is under way")
        self._end(at.copy, CopyEvent.LOSE, by="hand", reason=reason)
        self.spoiled.append(at.copy)
        return Reply(Outcome.UNKNOWN, f"{at.copy.piece}, {reason}")

    def _end(self, copy: Copy, event: CopyEvent, **evidence: object) -> None:
        with self._plant.open_ledger() as ledger:
            record = Recorder(ledger, self._plant.clock)
            record.copy(self.run, copy, event, self._who, **evidence)
            _end_batch(record, self._batch(record, copy), self._who)
            ledger.commit()
        self.under_way = None

    def _batch(self, record: Recorder, copy: Copy) -> Batch:
        batch = record.ledger.batch(copy.batch)
        if batch is None:
            raise MailroomError("E7022", f"piece {copy.piece} has no batch {copy.batch}", place=self.run)
        return batch
