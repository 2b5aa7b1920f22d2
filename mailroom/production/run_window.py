"""The way of a run, start to finish: whatever has not happened yet is done next, so a run that was cut off anywhere
goes on by being started again."""

from __future__ import annotations

from collections.abc import Sequence

from mailroom.domain.errors import NeedsPerson
from mailroom.domain.handling import Handling
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.domain.words import count
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.await_machine import await_machine
from mailroom.production.await_results import await_results
from mailroom.production.compose import compose_waiting
from mailroom.production.fill import clear_table, hands_wait, lies_at_the_table, to_fill
from mailroom.production.hand_to_machine import hand_to_machine
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


def begin_run(plant: Plant, released_by: str = "") -> MailRun:
    """Go on with the open run, or compose what waits and plan a new one (E7011 when nothing waits). Raises NeedsPerson
    E7090 for a plan that waits for release; `released_by` is the person who releases it."""
    run = open_run(plant)
    if run is not None:
        return run
    composed, _ = compose_waiting(plant)
    return plan_run(plant, composed, released_by)


def carry_on(plant: Plant, line: Line, run: MailRun, reprint_by: str = "") -> None:
    """Assemble, print, insert, reconcile, and reprint until every piece has a copy in the stacker.

    `reprint_by` is the supervisor who lets reprints beyond the limit go on, once.

    Raises NeedsPerson when copies wait for a verdict that the operator did not give (E7030), reprints for a supervisor
    (E7033), when jobs wait for a
    machine's result files (E7070), or else when copies wait to be filled by hand (E7031): whatever machines can do is
    done before."""
    clear_table(plant, run.id)
    while True:
        waiting: list[Batch] = []
        while (batch := _next_batch(plant, run, waiting)) is not None:
            if not _advance(plant, line, batch):
                waiting.append(batch)
        if line.by_files:
            await_results(plant, line, waiting)
        elif waiting:
            await_machine(plant, line, waiting)
        if waiting:
            continue
        still_open = reconcile(plant, run.id, line.operator)
        if still_open:
            raise _needs_person(run, still_open)
        if not plan_reprints(plant, run.id, reprint_by):
            break
        reprint_by = ""
    with plant.read_ledger() as ledger:
        at_table = to_fill(ledger, run.id)
    if at_table:
        raise hands_wait(run.id, at_table)


def _next_batch(plant: Plant, run: MailRun, waiting: Sequence[Batch]) -> Batch | None:
    over = (BatchState.DONE, BatchState.FAILED)
    passed = {batch.id for batch in waiting}
    with plant.read_ledger() as ledger:
        ours = [batch for batch in ledger.batches(run.id) if not lies_at_the_table(batch)]
    return next((batch for batch in ours if batch.state not in over and batch.id not in passed), None)


def _advance(plant: Plant, line: Line, batch: Batch) -> bool:
    """Take a batch as far as it goes now. False when it is with a machine that tells by files what became of it, or
    left to the daemon that drives the machine."""
    if batch.state is BatchState.PLANNED:
        batch = assemble_batch(plant, batch)
    batch = print_batch(plant, line, batch)
    if batch.handling is Handling.MACHINE and batch.state in (BatchState.PRINTED, BatchState.INSERTING):
        if line.by_files:
            hand_to_machine(plant, batch, by_files=True)
            return False
        if line.is_tended():
            return False
        insert_batch(plant, line, batch)
    return True


def _needs_person(run: MailRun, copies: list[Copy]) -> NeedsPerson:
    listed = ", ".join(f"{copy.piece} copy {copy.copy} ({copy.state.value})" for copy in copies[:20])
    more = f" and {len(copies) - 20} more" if len(copies) > 20 else ""
    return NeedsPerson(
        "E7030",
        f"waiting for a person, {count(len(copies), 'copy')}: {listed}{more}",
        place=run.id,
        remedy="Look at each, then: mailroom piece resolve PIECE --as destroyed|quarantined|stacked --who NAME.",
    )
