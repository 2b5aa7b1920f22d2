"""Hand a printed batch to its machine: the intent is recorded first, then the machine's own control file gets its name
in the machine's folder. After a crash the file itself tells whether that was done (`spool.handing_over`)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.run import Batch, BatchState
from mailroom.production.machine_control import machine_control
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import CONTROL_INTENDED, CONTROL_OUT, Recorder
from spool.handing_over import hand_over, lay_ready


@dataclass(frozen=True, slots=True)
class Handing:
    """The intent to hand over a machine's control file. `by_files`: the machine answers by a result file alone;
    `done`: the file went out, as the journal knows."""

    to: Path
    by_files: bool
    done: bool


def hand_to_machine(plant: Plant, batch: Batch, *, by_files: bool) -> Batch:
    """Bring a batch from PRINTED to INSERTING, or go on with that. Raises MailroomError E2061 for a batch that was
    begun the other way, SpoolError E6309 for a job that the machine's folders have already, E60xx for the disk."""
    if batch.state is BatchState.PRINTED:
        batch = _intend(plant, batch, by_files=by_files)
    with plant.read_ledger() as ledger:
        handing = handing_of(ledger, batch.id)
    if by_files != (handing is not None and handing.by_files):
        raise _begun_otherwise(batch, by_files=by_files)
    if handing is not None and not handing.done:
        drop = plant.machine_files.control
        hand_over(handing.to, drop.taken_to if drop else ())
        with plant.open_ledger() as ledger:
            Recorder(ledger, plant.clock).control(CONTROL_OUT, batch, to=str(handing.to))
            ledger.commit()
    return batch


def handing_of(ledger: Ledger, batch: str) -> Handing | None:
    """None when no control file of the machine's own was to go out for this batch."""
    handing: Handing | None = None
    for chained in ledger.entries(batch=batch):
        entry = chained.entry
        if entry.event == CONTROL_INTENDED:
            handing = Handing(Path(entry.detail["to"]), entry.detail["by_files"], done=False)
        elif entry.event == CONTROL_OUT and handing is not None:
            return Handing(handing.to, handing.by_files, done=True)
    return handing


def _intend(plant: Plant, batch: Batch, *, by_files: bool) -> Batch:
    laid = _lay_ready(plant, batch)
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        batch = record.batch(batch, BatchState.INSERTING)
        if laid is not None:
            record.control(CONTROL_INTENDED, batch, **laid, by_files=by_files)
            if by_files:
                record.copies(batch, CopyState.PRINTED, CopyEvent.FEED, **laid)
        ledger.commit()
    return batch


def _lay_ready(plant: Plant, batch: Batch) -> dict[str, str] | None:
    """What is to go out: its name in the run's folder, its hash, and where to. None when nothing is."""
    drop = plant.machine_files.control
    if drop is None:
        return None
    kept = machine_control(plant, batch, drop.template)
    data = kept.read_bytes()
    to = drop.folder.absolute() / f"{batch.id}{drop.template.suffix}"
    lay_ready(data, to, drop.taken_to)
    return {"file": kept.name, "sha256": hashlib.sha256(data).hexdigest(), "to": str(to)}


def _begun_otherwise(batch: Batch, *, by_files: bool) -> MailroomError:
    ways = ("over its line", "by files")
    return MailroomError(
        "E2061",
        f"batch {batch.id} was begun {ways[not by_files]}, and the machine is now driven {ways[by_files]}",
        place="mailroom.toml, [inserter]",
        remedy="Finish it as it was begun: put the settings back (or name the port with --inserter), then start the "
        "run again.",
    )
