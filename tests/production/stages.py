"""Brings a small house to a stage of production without a machine, and looks at what is there then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from drivers.inserter.vocabulary import EventBody, MachineEvent, Outcome, PieceOutcome, SheetScanned
from drivers.inserter.vocabulary import Fault as MachineFault
from mailroom.bootstrap import House
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import CopyEvent
from mailroom.domain.piece import Copy, MailPiece
from mailroom.domain.run import Batch, BatchState, MailRun
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.compose import compose_waiting
from mailroom.production.journal_events import JournalSink
from mailroom.production.line import Line, Patience
from mailroom.production.plan import plan_run
from mailroom.production.print_batch import print_batch
from mailroom.production.record import Recorder
from tests.production.fakes import ScriptedOperator, ScriptedQueue

BOOT = 0xC0FFEE
PERSON = "person:Kari"


def planned(house: House) -> MailRun:
    """A run of what waits."""
    composed, _ = compose_waiting(house.plant)
    return plan_run(house.plant, composed)


def line(house: House, operator: ScriptedOperator | None = None) -> Line:
    """A line whose queue prints at once."""
    operator = operator or ScriptedOperator()
    return Line(ScriptedQueue(), house.line(operator).open_inserter, "SIM-1", operator, Patience(0.01, 0.5))


def printed(house: House, run: MailRun) -> list[Batch]:
    """All batches of the run, printed."""
    return [print_batch(house.plant, line(house), assemble_batch(house.plant, batch)) for batch in batches(house, run)]


def inserting(house: House, batch: Batch) -> Batch:
    """The batch at the machine, every copy recorded as fed."""
    with house.store.ledger() as ledger:
        record = Recorder(ledger, house.plant.clock)
        batch = record.batch(batch, BatchState.INSERTING)
        for copy in ledger.copies_of_batch(batch.id):
            record.copy(batch.run, copy, CopyEvent.FEED, boot=BOOT)
        ledger.commit()
    return batch


class Machine:
    """Sends events of one power-up into the journal, numbered as a machine numbers them."""

    def __init__(self, house: House, batch: Batch, boot: int = BOOT) -> None:
        self.sink = JournalSink(house.plant, "SIM-1", batch.id)
        self.boot = boot
        self.number = 0

    def event(self, body: EventBody) -> MachineEvent:
        self.number += 1
        return MachineEvent(self.boot, self.number, self.number * 250, body)

    def say(self, *bodies: EventBody) -> list[MachineEvent]:
        events = [self.event(body) for body in bodies]
        self.sink(events)
        return events

    def stack(self, copies: Iterable[Copy]) -> None:
        """Each copy scanned whole and stacked."""
        for copy in copies:
            self.say(*scans(copy), outcome(copy, Outcome.STACKED))


def scans(copy: Copy) -> list[SheetScanned]:
    return [
        SheetScanned(copy.piece, copy.copy, sheet, copy.sheets, code_of(copy, sheet), 0)
        for sheet in range(1, copy.sheets + 1)
    ]


def code_of(copy: Copy, sheet: int) -> str:
    """The text in the sheet's code."""
    return f"{copy.batch[:7]}{copy.piece}{copy.copy:02}{sheet:03}{copy.sheets:03}"


def outcome(
    copy: Copy, what: Outcome, *, sheets: int | None = None, reason: MachineFault = MachineFault.NONE
) -> PieceOutcome:
    return PieceOutcome(copy.piece, copy.copy, what, copy.sheets if sheets is None else sheets, reason, copy.order)


# What is there.


def batches(house: House, run: MailRun) -> list[Batch]:
    with house.store.reader() as ledger:
        return ledger.batches(run.id)


def copies(house: House, run: MailRun) -> list[Copy]:
    with house.store.reader() as ledger:
        return ledger.copies_of_run(run.id)


def copy_now(house: House, copy: Copy) -> Copy:
    with house.store.reader() as ledger:
        held = ledger.copy(copy.piece, copy.copy)
    assert held is not None
    return held


def pieces(house: House, run: MailRun) -> list[MailPiece]:
    with house.store.reader() as ledger:
        return ledger.pieces(run.id)


def journal(house: House) -> list[Entry]:
    with house.store.reader() as ledger:
        return [chained.entry for chained in ledger.entries()]


def incidents(house: House) -> list[Entry]:
    return [entry for entry in journal(house) if entry.event.startswith("incident.")]


def move(house: House, copy: Copy, *events: CopyEvent, who: str = PERSON) -> Copy:
    """Put a copy through some events by hand."""
    with house.store.ledger() as ledger:
        held = ledger.piece(copy.piece)
        assert held is not None
        for event in events:
            copy = Recorder(ledger, house.plant.clock).copy(held.run, copy, event, who)
        ledger.commit()
    return copy


def older(copy: Copy, house: House) -> Copy:
    """The copy as somebody remembers it who looked before it moved."""
    return replace(copy_now(house, copy), state=copy.state)
