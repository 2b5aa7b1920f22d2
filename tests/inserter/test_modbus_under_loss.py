"""A whole run over a line of 115,200 baud on a virtual clock: what a line that loses bytes costs."""

from __future__ import annotations

from random import Random
from typing import Any

from drivers.inserter import commands as ask
from drivers.inserter import vocabulary as say
from drivers.inserter.profile import load_profile
from drivers.inserter.session import InserterSession
from simulator.faults import FaultScript, LineRates
from simulator.link import Nameplate
from simulator.rig import Rig, Setup
from simulator.supplies import Capacities, Supplies
from tests.simulator.bench import JOB, TEMPLATE, FakeCamera, FakeStacks, name, sheets_of
from tests.world.virtual.line import VirtualLine

PIECES, SHEETS, AHEAD = 150, 2, 16


def run_s(rates: LineRates) -> tuple[float, list[int]]:
    """Seconds until every piece has its outcome, and the numbers of the events in the order of their arrival."""
    stack = sheets_of([SHEETS] * PIECES)
    stacks = FakeStacks({JOB: FakeCamera(stack, list(range(1, len(stack) + 1)))})
    setup = Setup(Nameplate(0xC0FFEE), stacks, seed=3, faults=FaultScript("loss", (), rates), protocol="modbus")
    rig = Rig(setup, supplies=Supplies(Capacities()))
    session = InserterSession(load_profile("sim1-modbus"), host_session=7)
    line = VirtualLine(Random(1))
    pieces = [ask.QueuePiece(say.PieceSpec(n, name(n), 1, SHEETS)) for n in range(1, PIECES + 1)]
    job = say.JobSpec(JOB, PIECES, len(stack), "C5", say.Fold.HALF, "quadient", TEMPLATE)
    todo: list[ask.Command[Any]] = [ask.LoadJob(job), *pieces[:AHEAD], ask.Start()]
    following = iter(pieces[AHEAD:])
    call, numbers, outcomes, now = None, list[int](), 0, 0.0
    session.port_opened(now)
    while outcomes < PIECES:
        rig.receive(line.to_machine.arrived(now), now * 1000)
        while rig.machine.step(now * 1000):
            pass
        line.send(line.to_host, rig.tick(now * 1000), now)
        session.receive(line.to_host.arrived(now), now)
        session.tick(now)
        batch = session.next_batch(now)
        session.committed(batch, now) if batch else None
        numbers += [event.number for event in batch]
        for event in batch:
            if isinstance(event.body, say.PieceOutcome):
                outcomes += 1
                todo += [piece for piece in [next(following, None)] if piece]
        if (call is None or call.settled) and todo:
            assert call is None or call.error is None
            call = session.submit(todo.pop(0), now)
        line.send(line.to_machine, session.take_output(), now)
        due = [session.deadline(now), line.next_arrival_s()]
        due += [ms / 1000 for ms in (rig.link.next_due_ms(), rig.machine.next_due_ms()) if ms is not None]
        now = max(min(time for time in due if time is not None), now + 1e-6)
    return now, numbers


def test_one_byte_in_a_hundred_lost_costs_little_time_and_no_event() -> None:
    clean_s, clean = run_s(LineRates())
    lossy_s, lossy = run_s(LineRates(dropped=0.01))
    assert clean == lossy == list(range(1, len(clean) + 1))
    assert clean_s / lossy_s > 0.9
