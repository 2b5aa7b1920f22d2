"""The way of a run, start to finish: whatever has not happened yet is done next, so a run that was cut off anywhere
goes on by being started again."""

from __future__ import annotations

from mailroom.domain.errors import NeedsPerson
from mailroom.domain.handling import Handling
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.domain.words import count
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.compose import compose_waiting
from mailroom.production.fill import clear_table, hands_wait, lies_at_the_table, to_fill
from mailroom.production.insert import insert_batch
from mailroom.production.line import Line
from mailroom.production.plan import plan_run
from mailroom.production.plant import Plant
from mailroom.production.print_batch import print_batch
from mailroom.production.reconcile import reconcile
from mailroom.production.reprint import plan_reprints


def open_run(plant: Plant) -> MailRun | None:
    """The run that is not closed yet, if any: there is at most one."""
    with plant.read_ledger() as ledger:
        return next((run for run in ledger.runs() if run.state is RunState.OPEN), None)


def begin_run(plant: Plant) -> MailRun:
    """Go on with the open run, or compose what waits and plan a new one (E7011 when nothing waits)."""
    run = open_run(plant)
    if run is not None:
        return run
    composed, _ = compose_waiting(plant)
    return plan_run(plant, composed)


def carry_on(plant: Plant, line: Line, run: MailRun) -> None:
    """Assemble, print, insert, reconcile, and reprint until every piece has a copy in the stacker.

    Raises NeedsPerson when copies wait for a verdict that the operator did not give (E7030), or else to be filled by
    hand (E7031): whatever machines can do is done before."""
    clear_table(plant, run.id)
    while True:
        while (batch := _next_batch(plant, run)) is not None:
            _advance(plant, line, batch)
        still_open = reconcile(plant, run.id, line.operator)
        if still_open:
            raise _needs_person(run, still_open)
        if not plan_reprints(plant, run.id):
            break
    with plant.read_ledger() as ledger:
        waiting = to_fill(ledger, run.id)
    if waiting:
        raise hands_wait(run.id, waiting)


def _next_batch(plant: Plant, run: MailRun) -> Batch | None:
    over = (BatchState.DONE, BatchState.FAILED)
    with plant.read_ledger() as ledger:
        ours = (batch for batch in ledger.batches(run.id) if not lies_at_the_table(batch))
        return next((batch for batch in ours if batch.state not in over), None)


def _advance(plant: Plant, line: Line, batch: Batch) -> None:
    if batch.state is BatchState.PLANNED:
        batch = assemble_batch(plant, batch)
    batch = print_batch(plant, line, batch)
    if batch.handling is Handling.MACHINE and batch.state in (BatchState.PRINTED, BatchState.INSERTING):
        insert_batch(plant, line, batch)


def _needs_person(run: MailRun, copies: list[Copy]) -> NeedsPerson:
    listed = ", ".join(f"{copy.piece} copy {copy.copy} ({copy.state.value})" for copy in copies[:20])
    more = f" and {len(copies) - 20} more" if len(copies) > 20 else ""
    return NeedsPerson(
        "E7030",
        f"waiting for a person, {count(len(copies), 'copy')}: {listed}{more}",
        place=run.id,
        remedy="Look at each, then: mailroom piece resolve PIECE --as destroyed|quarantined|stacked --who NAME.",
    )
