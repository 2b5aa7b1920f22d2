"""The hall: a machine that can be switched off, the line to it, the time, and what is going to happen in it."""

from __future__ import annotations

import heapq
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Protocol

from simulator.camera import Stacks
from simulator.faults import FaultScript
from simulator.link import Nameplate
from simulator.messages import Answer, Command, Refused
from simulator.record import used_leaves
from simulator.rig import Rig, Setup
from simulator.supplies import Supplies
from tests.world.virtual.deeds import Deed, Overheard, deed_heard
from tests.world.virtual.laws import LawBroken
from tests.world.virtual.line import VirtualLine
from tests.world.virtual.moment import Chronicle, Clock

_MOST_ROUNDS = 100_000
"""Exchanges without the time moving: more is a storm that no real line could carry."""


class Crash(BaseException):
    """The process dies here: no handler of the application may catch it."""


class PowerCut(Exception):
    """The machine's power fails in the middle of what it does."""


class HostEnd(Protocol):
    """Whoever is connected to the machine."""

    def deadline_s(self) -> float | None:
        """When it has something to do."""
        ...

    def take_part(self, data: bytes, *, port_is_there: bool) -> bytes:
        """Bytes in, bytes out."""
        ...


class Tape(io.TextIOBase):
    """A file of JSON lines; each line is told as it is written, as text and as what it says."""

    def __init__(self, path: Path, told: Callable[[str, dict[str, Any]], None]) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._told = told

    def write(self, text: str) -> int:
        length = self._file.write(text)
        self._told(text[:-1], json.loads(text))
        return length

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class Hall:
    """`on_event` hears what the machine says of itself, `on_deposit` where paper was put down, `on_point` each moment
    at which the process may die, `on_receive` when the machine has taken bytes, `on_deed` what it did for the host, at
    which power-up, and whether it took it, `on_turn` when everybody had a turn."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        chronicle: Chronicle,
        stacks: Stacks,
        script: FaultScript,
        seed: int,
        protocol: str,
    ):
        self.clock = clock
        self.chronicle = chronicle
        self.host: HostEnd | None = None
        self.rig: Rig | None = None
        self.line = VirtualLine(Random(f"{seed}/line"))
        self.points = 0
        self.on_event: Callable[[dict[str, Any]], None] = lambda _line: None
        self.on_deposit: Callable[[dict[str, Any]], None] = lambda _line: None
        self.on_point: Callable[[int, str], None] = lambda _number, _name: None
        self.on_receive: Callable[[], None] = lambda: None
        self.on_turn: Callable[[], None] = _nothing
        self.on_deed: Callable[[Deed, int, bool], None] = lambda _deed, _boot, _done: None
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self._stacks = stacks
        self._script = script
        self._seed = seed
        self._protocol = protocol
        self._chance = Random(f"{seed}/machine")
        self._agenda: list[tuple[float, int, str, Callable[[], None]]] = []
        self._order = count()
        self._booted_s = 0.0
        self._supplies: Supplies | None = None
        self._tapes: list[Tape] = []
        self.stepping = False

    # The machine's power

    def switch_on(self) -> None:
        boot = self._chance.getrandbits(32)
        truth = self._folder / "truth.jsonl"
        used = list(used_leaves(truth))
        log_tape, truth_tape = Tape(self._folder / "log.jsonl", self._event), Tape(truth, self._deposit)
        self._tapes = [log_tape, truth_tape]
        setup = Setup(Nameplate(boot, serial="SIM-1"), self._stacks, self._seed, self._script, protocol=self._protocol)
        self.rig = Rig(
            setup,
            log=log_tape,  # type: ignore[arg-type]
            truth=truth_tape,  # type: ignore[arg-type]
            used=used,
            supplies=self._supplies,
            between=lambda machine: Overheard(machine, partial(self._obeyed, boot)),
        )
        self.rig.link.open()
        self._booted_s = self.clock.now_s

    def switch_off(self) -> None:
        """The plug is pulled: what the controller knew is gone, the paper on the path is laid back on the stack."""
        if self.rig is not None:
            self._supplies = self.rig.machine.supplies
            if (camera := self.rig.machine.path.camera) is not None:
                camera.close()
        self.rig = None
        self.line.drop()
        for tape in self._tapes:
            tape.close()

    def doze(self, seconds: float) -> None:
        """The plug is pulled and put back, and the controller has kept its memory."""
        rig, self.rig = self.rig, None
        self.line.drop()

        def wake() -> None:
            if rig is not None:
                self.rig = rig
                with self.in_one_step():  # the power may fail again as it returns
                    rig.blink()

        self.at(self.clock.now_s + seconds, "power returns, memory kept", wake)

    def _obeyed(self, boot: int, command: Command, answer: Answer) -> None:
        deed = deed_heard(command)
        if deed is not None:
            self.on_deed(deed, boot, not isinstance(answer, Refused))

    def _event(self, text: str, line: dict[str, Any]) -> None:
        self.chronicle.note(f"machine {text}")
        self.on_event(line)

    def _deposit(self, text: str, line: dict[str, Any]) -> None:
        self.chronicle.note(f"paper {text}")
        self.on_deposit(line)

    @contextmanager
    def in_one_step(self) -> Iterator[None]:
        """What the machine does or feels in here is one step, and the power may fail in the middle of it."""
        before, self.stepping = self.stepping, True
        try:
            yield
        except PowerCut:
            self.chronicle.note("the power fails in the middle of it")
        finally:
            self.stepping = before

    # What is going to happen

    def at(self, time_s: float, name: str, act: Callable[[], None]) -> None:
        """At that time of the world, or now if it is over, `act` happens."""
        heapq.heappush(self._agenda, (time_s, next(self._order), name, act))

    def point(self, name: str) -> None:
        """A moment at which the process may die."""
        self.points += 1
        self.on_point(self.points, name)

    # Time

    def advance(self, seconds: float, done: Callable[[], bool] = lambda: False) -> None:
        """Let the world go on for so long, or until `done`."""
        until_s = self.clock.now_s + seconds
        rounds = 0
        while not done():
            self._take_turns()
            if done():
                return
            due_s = min(self._dues(until_s))
            if due_s <= self.clock.now_s:
                if self.clock.now_s >= until_s:
                    return
                rounds += 1
                if rounds > _MOST_ROUNDS:
                    raise LawBroken("the world does not get on: bytes go to and fro without an end")
                due_s = self.clock.now_s + 1e-6
            else:
                rounds = 0
            self.clock.now_s = min(due_s, until_s)

    def _dues(self, until_s: float) -> Iterator[float]:
        yield until_s
        times = [self.line.next_arrival_s()]
        if self.host is not None:
            times.append(self.host.deadline_s())
        if self.rig is not None:
            link_ms, machine_ms = self.rig.link.next_due_ms(), self.rig.machine.next_due_ms()
            times.append(None if link_ms is None else link_ms / 1000)
            times.append(None if machine_ms is None else self._booted_s + machine_ms / 1000)
        if self._agenda:
            times.append(self._agenda[0][0])
        yield from (time for time in times if time is not None)

    def _take_turns(self) -> None:
        now_s = self.clock.now_s
        while self._agenda and self._agenda[0][0] <= now_s:
            _, _, name, act = heapq.heappop(self._agenda)
            self.chronicle.note(f"happens {name}")
            act()
        for_host = self.line.to_host.arrived(now_s)  # lost when nobody listens
        if self.host is not None:
            answer = self.host.take_part(for_host, port_is_there=self.line.is_there(now_s))
            self.line.send(self.line.to_machine, answer, now_s)
        for_machine = self.line.to_machine.arrived(now_s)
        if self.rig is not None:
            with self.in_one_step():
                self._run_machine(self.rig, for_machine, now_s)
        self.on_turn()

    def _run_machine(self, rig: Rig, data: bytes, now_s: float) -> None:
        machine_ms = (now_s - self._booted_s) * 1000
        while rig.machine.step(machine_ms):
            pass
        if data:
            rig.receive(data, now_s * 1000)
            self.on_receive()
            while rig.machine.step(machine_ms):
                pass
        self.line.send(self.line.to_host, rig.tick(now_s * 1000), now_s)


def _nothing() -> None:
    """Nobody listens."""
