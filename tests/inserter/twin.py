"""The driver's session and the simulated machine on a line of 115,200 baud, in virtual time: how fast a run is, and
whether each piece was queued once and each event came once."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.inserter import commands as ask
from drivers.inserter.calls import Call
from drivers.inserter.errors import CommandRefused
from drivers.inserter.profile import load_profile
from drivers.inserter.session import InserterSession
from drivers.inserter.vocabulary import Fault, Fold, JobSpec, MachineEvent, PieceSpec, StateChanged
from simulator.faults import FaultScript, LineRates
from simulator.link import PROTOCOLS, Nameplate
from simulator.path import Timing
from simulator.rig import Rig, Setup
from simulator.supplies import Capacities, Supplies
from simulator.words import State
from tests.simulator.bench import JOB, TEMPLATE, FakeCamera, FakeStacks, name, sheets_of
from tests.world.virtual.line import VirtualLine

FASTEST = Timing(feed_ms=60.0, fold_ms=60.0, insert_ms=133.0, seal_ms=60.0)
"""27,000 envelopes an hour of up to two sheets each."""

_COMMIT_S = 0.005
_LONGEST_S = 3600.0
_SHORTEST_STEP_S = 0.0005
_FARTHEST_STEP_S = 0.05


@dataclass
class Twin:
    """One run of `sizes` (sheets of each piece), fed as the application feeds: one command after another."""

    sizes: list[int]
    rates: LineRates = field(default_factory=LineRates)
    seed: int = 1
    protocols: tuple[int, ...] = PROTOCOLS
    timing: Timing = FASTEST

    def __post_init__(self) -> None:
        self.now_s = 0.0
        stack = sheets_of(self.sizes)
        setup = Setup(
            Nameplate(boot_id=1, protocols=self.protocols),
            FakeStacks({JOB: FakeCamera(stack, range(1, len(stack) + 1))}),
            self.seed,
            FaultScript("line", line=self.rates),
            timing=self.timing,
        )
        plenty = Supplies(Capacities(envelopes=10 * len(self.sizes)))
        self.log = io.StringIO()
        self.rig = Rig(setup, log=self.log, supplies=plenty)
        self.session = InserterSession(load_profile("sim1"), host_session=0xA1B2C3D4)
        self.line = VirtualLine(None)  # type: ignore[arg-type]  # a line that makes no noise of its own
        self.journal: list[MachineEvent] = []
        self.writing: tuple[float, tuple[MachineEvent, ...]] | None = None
        self.stops = 0

    def run(self) -> float:
        """Seconds from the opened port to the ended job, all events in the journal and acknowledged."""
        self.session.port_opened(0.0)
        self.do(ask.LoadJob(JobSpec(JOB, len(self.sizes), sum(self.sizes), "C5", Fold.HALF, "quadient", TEMPLATE)))
        waiting = deque(PieceSpec(order, name(order), 1, size) for order, size in enumerate(self.sizes, 1))
        started = False
        while waiting:
            queued = self.do(ask.QueuePiece(waiting[0]))
            if queued.error is None:
                waiting.popleft()
            else:
                assert isinstance(queued.error, CommandRefused)
                assert queued.error.fault is Fault.QUEUE_FULL
            if not started or self.rig.machine.state is State.STOPPED:
                self.stops += started
                started = self.do(ask.Start()).error is None
            elif queued.result == 0 or queued.error is not None:
                self.pass_time(lambda: False, 0.25)
        self.pass_time(lambda: self.rig.machine.path.tally.stacked == len(self.sizes))
        assert self.do(ask.EndJob()).error is None
        events = self.rig.events
        self.pass_time(lambda: events.oldest == events.following)
        return self.now_s

    def do(self, command: ask.Command[Any]) -> Call[Any]:
        call = self.session.submit(command, self.now_s)
        self.pass_time(lambda: call.settled)
        return call

    def pass_time(self, reached: Callable[[], bool], most_s: float = _LONGEST_S) -> None:
        until_s = self.now_s + most_s
        while not reached() and self.now_s < until_s:
            self._turn()
            due = [
                self.session.deadline(self.now_s),
                self.line.next_arrival_s(),
                self.now_s + _FARTHEST_STEP_S,
                until_s,
            ]
            for due_ms in (self.rig.link.next_due_ms(), self.rig.machine.next_due_ms()):
                due.append(None if due_ms is None else due_ms / 1000)
            if self.writing is not None:
                due.append(self.writing[0])
            self.now_s = max(self.now_s + _SHORTEST_STEP_S, min(time_s for time_s in due if time_s is not None))
        assert self.now_s < _LONGEST_S, "the run does not come to its end"

    def _turn(self) -> None:
        now_s, now_ms, session = self.now_s, self.now_s * 1000, self.session
        data = self.line.to_host.arrived(now_s)
        if data:
            session.receive(data, now_s)
        session.tick(now_s)
        self._write(now_s)
        self.line.send(self.line.to_machine, session.take_output(), now_s)
        while self.rig.machine.step(now_ms):
            pass
        self.rig.receive(self.line.to_machine.arrived(now_s), now_ms)
        self.line.send(self.line.to_host, self.rig.tick(now_ms), now_s)

    def _write(self, now_s: float) -> None:
        """A journal whose commits take their time."""
        if self.writing is None and (batch := self.session.next_batch(now_s)):
            self.writing = (now_s + _COMMIT_S, batch)
        if self.writing is not None and now_s >= self.writing[0]:
            batch, self.writing = self.writing[1], None
            self.journal += batch
            self.session.committed(batch, now_s)

    @property
    def states(self) -> list[StateChanged]:
        return [event.body for event in self.journal if isinstance(event.body, StateChanged)]
