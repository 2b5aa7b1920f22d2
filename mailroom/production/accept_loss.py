"""Accept a loss: the machine no longer has part of its record (E2008). A person answers for it: whatever the machine
held is unknown, and what it tells from there on is taken again."""

from __future__ import annotations

from drivers.inserter.errors import EventsLost
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import CopyEvent, CopyState, demand_person
from mailroom.domain.run import Batch
from mailroom.production.journal_events import JournalSink
from mailroom.production.line import Line
from mailroom.production.plant import Plant
from mailroom.production.record import Recorder

LOSS_ACCEPTED = "recovery.loss-accepted"


def accept_loss(plant: Plant, line: Line, batch: Batch, name: str) -> EventsLost | None:
    """Ask the machine whether events are lost, and write that person `name` answers for them. None when nothing is
    lost: then nothing is written. The entry stands in the journal in the place of the last event lost, so that every
    later process goes on behind it. Raises the driver's errors when the machine does not answer, E7002 without a
    name."""
    demand_person(LOSS_ACCEPTED, f"person:{name}")
    with plant.read_ledger() as ledger:
        resume = ledger.last_machine_event()
    with line.open_inserter(JournalSink(plant, line.machine, batch.id), resume) as inserter:
        inserter.status()
        try:
            inserter.check()
        except EventsLost as lost:
            _write(plant, batch, lost, f"person:{name}")
            return inserter.accept_lost_events()
    return None


def _write(plant: Plant, batch: Batch, lost: EventsLost, who: str) -> None:
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        for state in (CopyState.FEEDING, CopyState.SCANNED):
            record.copies(batch, state, CopyEvent.LOSE, reason="the machine's record is lost", boot=lost.boot_id)
        record.incident(
            "events_lost", run=batch.run, batch=batch.id, boot=lost.boot_id, first=lost.first, last=lost.last
        )
        record.machine(
            Entry(
                plant.clock(),
                LOSS_ACCEPTED,
                who,
                run=batch.run,
                batch=batch.id,
                machine=(lost.boot_id, lost.last),
                detail={"first": lost.first, "reason": lost.message},
            )
        )
        ledger.commit()
