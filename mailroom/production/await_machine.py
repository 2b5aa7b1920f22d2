"""Await the machine: batches whose inserting is left to the daemon that drives it. The ledger tells how they stand."""

from __future__ import annotations

from collections.abc import Sequence

from mailroom.domain.lifecycle import CopyState
from mailroom.domain.run import Batch, BatchState
from mailroom.production.line import Line
from mailroom.production.plant import Plant

_GRACE_S = 10.0
"""A daemon that is started anew is back by then."""

_STILL = frozenset({CopyState.PRINTED, CopyState.FEEDING, CopyState.SCANNED})


def await_machine(plant: Plant, line: Line, waiting: Sequence[Batch]) -> None:
    """Until one of `waiting` is over, or no daemon has driven the machine for ten seconds: because it has ended, or
    because the machine stands and it has let go of it. Then the caller may drive it."""
    untended_s = 0.0
    while untended_s < _GRACE_S:
        if any(_is_over(plant, batch) for batch in waiting):
            return
        plant.sleep(line.patience.poll)
        untended_s = 0.0 if line.is_tended() else untended_s + line.patience.poll


def _is_over(plant: Plant, batch: Batch) -> bool:
    with plant.read_ledger() as ledger:
        held = ledger.batch(batch.id) or batch
        copies = ledger.copies_of_batch(batch.id)
    if held.state is BatchState.INSERTING:
        done = sum(copy.state not in _STILL for copy in copies)
        plant.progress(f"insert {batch.id}", done, len(copies))
    return held.state is BatchState.DONE
