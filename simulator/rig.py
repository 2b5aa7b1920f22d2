"""The whole machine behind a line: bytes and times in, bytes out. No port, no process, no clock of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TextIO

from simulator.cable import Cable, LineSpeed
from simulator.camera import Stacks
from simulator.events import CAPACITY_MIN, EventStore
from simulator.exit_interface import VARIANTS, ExitInterface
from simulator.faults import FaultPlan, FaultScript
from simulator.link import Controller, Link, Nameplate
from simulator.machine import Machine
from simulator.modbus import ModbusLink
from simulator.noise import Noise
from simulator.paper import Leaf, Paper
from simulator.path import Timing
from simulator.record import Record
from simulator.supplies import Supplies

_LOOK_AHEAD_SHEETS = 64


@dataclass(frozen=True, slots=True)
class Setup:
    """What makes one machine: with the same values and the same bytes at the same times it does the same."""

    nameplate: Nameplate
    stacks: Stacks
    seed: int = 0
    faults: FaultScript = field(default_factory=lambda: FaultScript("none"))
    operator_auto: bool = True
    timing: Timing = field(default_factory=Timing)
    event_capacity: int = 4 * CAPACITY_MIN
    protocol: str = "native"
    exit_variant: str = "pinnacle1"
    speed: LineSpeed = field(default_factory=LineSpeed)


PROTOCOLS: dict[str, type[Link] | type[ModbusLink]] = {"native": Link, "modbus": ModbusLink}
"""What a machine can speak: its end of the line."""


class Rig:
    """Machine, link and noisy line. Line times are those of the host's world; machine time may run faster. `between`
    gives what the link serves in the machine's place: whoever wants to hear the commands."""

    def __init__(
        self,
        setup: Setup,
        *,
        log: TextIO | None = None,
        truth: TextIO | None = None,
        used: Iterable[Leaf] = (),
        supplies: Supplies | None = None,
        between: Callable[[Controller], Controller] = lambda machine: machine,
    ) -> None:
        self.record = Record(log, truth, setup.nameplate)
        self.events = EventStore(self.record.event, setup.event_capacity)
        self.paper = Paper(self.record.deposit, used)
        self.plan = FaultPlan(setup.faults, setup.seed)
        self.machine = Machine(
            setup.nameplate,
            self.events,
            self.paper,
            setup.stacks,
            self.plan,
            supplies=supplies,
            timing=setup.timing,
            operator_auto=setup.operator_auto,
            job_closed=self._job_closed,
        )
        self.machine.look_around()
        self.exit_interface = ExitInterface(VARIANTS[setup.exit_variant])
        self.machine.path.on_exit = self.exit_interface.tell
        self.link = PROTOCOLS[setup.protocol](between(self.machine), self.events, setup.nameplate)
        noises = [Noise(setup.faults.line, random.Random(f"{setup.seed}/line/{way}")) for way in ("inward", "outward")]
        self._inward, self._outward = (Cable(noise, setup.speed) for noise in noises)
        self.noises = tuple(noises)

    def receive(self, data: bytes, line_ms: float) -> None:
        """Bytes from the host."""
        self._inward.send(data, line_ms)
        self.link.receive(self._inward.arrived(line_ms), line_ms)

    def tick(self, line_ms: float) -> bytes:
        """Bytes for the host, after what is due on the line was done."""
        late = self._inward.arrived(line_ms)
        if late:
            self.link.receive(late, line_ms)
        self.link.tick(line_ms)
        self._outward.send(self.link.take_output(), line_ms)
        return self._outward.arrived(line_ms)

    def line_due_ms(self) -> float | None:
        """When `tick` has something to do."""
        times = (self.link.next_due_ms(), self._inward.next_due_ms(), self._outward.next_due_ms())
        return min((time for time in times if time is not None), default=None)

    @property
    def silent(self) -> bool:
        """Nothing gets through, either way."""
        return self._inward.silent

    @silent.setter
    def silent(self, silent: bool) -> None:
        self._inward.silent = self._outward.silent = silent

    def blink(self) -> None:
        """Power fails and comes back, and the memory has kept everything: job, queue, events, replies and boot id. The
        motors have stopped, and the host must identify itself anew."""
        self.machine.power_fails()
        self.link.lost()
        self.link.open()

    def read_ahead(self) -> bool:
        """Let the camera look at one of the next sheets before it is needed; False when nothing is to be read."""
        camera = self.machine.path.camera
        return camera is not None and camera.read_ahead(self.paper.upcoming(_LOOK_AHEAD_SHEETS))

    def write_leftovers(self) -> None:
        """Write down where all paper lies that has not left the machine: at the end of a job, and when switched off."""
        for deposit in self.paper.leftovers():
            self.record.deposit(deposit)
        self.paper.put_aside()

    def _job_closed(self, job: str) -> None:
        self.record.counters(job, self.machine.now_ms, self.machine.path.tally.counters())
        self.write_leftovers()
