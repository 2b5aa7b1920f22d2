"""A machine on the bench: virtual time, a stack of sheets as values, and a camera that reads those values."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from omr.model import FedFirst
from omr.sheet import SheetId
from simulator.camera import Camera, Sighting
from simulator.codec import as_fields
from simulator.faults import FaultScript, Rule
from simulator.link import Nameplate
from simulator.messages import (
    Answer,
    Cleared,
    ClearPath,
    Counters,
    EndJob,
    LoadJob,
    QueuePiece,
    ResetFault,
    Start,
)
from simulator.paper import Leaf
from simulator.rig import Rig, Setup
from simulator.supplies import Capacities, Supplies
from simulator.words import Fault, Fold, State

JOB = "R000001-B01"
TEMPLATE = "{run:7}{piece:9}{copy:02}{sheet:03}{of:03}"
MODULO = 8


def name(number: int) -> str:
    return f"P{number:08d}"


P1, P2, P3 = name(1), name(2), name(3)


def sheets_of(sizes: Sequence[int], copy: int = 1, fed_first: FedFirst = FedFirst.FIRST_SHEET) -> list[SheetId]:
    """The stack of a job whose pieces have these numbers of sheets, as it is fed."""
    return [
        SheetId("R000001", name(number), copy, sheet, size)
        for number, size in enumerate(sizes, 1)
        for sheet in fed_first.sheets(size)
    ]


@dataclass
class FakeCamera:
    """Sees what the stack's list says; `ordinals` are the places in the print file that the marks count."""

    stack: Sequence[SheetId]
    ordinals: Sequence[int]
    fed_first: FedFirst = FedFirst.FIRST_SHEET
    closed: bool = False

    def look(self, leaf: Leaf, *, smeared: bool) -> Sighting:
        if smeared:
            return Sighting(None, problems=("smeared",))
        sheet = self.stack[leaf.page - 1]
        code = f"{sheet.run}{sheet.piece}{sheet.copy:02}{sheet.sheet:03}{sheet.of:03}"
        sequence = self.ordinals[leaf.page - 1] % MODULO
        ends = self.fed_first.place(sheet.sheet, sheet.of) == sheet.of
        return Sighting(sheet, code, 1, ends, sequence)

    def following(self, sequence: int) -> int:
        return (sequence + 1) % MODULO

    def read_ahead(self, leaves: Iterable[Leaf]) -> bool:
        del leaves  # there are no pixels to read
        return False

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeStacks:
    """One printed stack per job."""

    stacks: dict[str, FakeCamera]

    def find(self, job: str, mark_set: str, code_template: str) -> tuple[str, range, Camera] | None:
        del mark_set, code_template  # the fake camera knows
        camera = self.stacks.get(job)
        return None if camera is None else (f"{job}.pdf", range(1, len(camera.stack) + 1), camera)


@dataclass
class Bench:
    """A rig with one job's stack, and everything that it wrote."""

    stack: list[SheetId]
    ordinals: list[int] | None = None
    fed_first: FedFirst = FedFirst.FIRST_SHEET
    rules: tuple[Rule, ...] = ()
    seed: int = 1
    operator_auto: bool = True
    supplies: Supplies = field(default_factory=lambda: Supplies(Capacities()))
    event_capacity: int = 100_000

    def __post_init__(self) -> None:
        self.log, self.truth = io.StringIO(), io.StringIO()
        ordinals = self.ordinals or list(range(1, len(self.stack) + 1))
        setup = Setup(
            nameplate=Nameplate(boot_id=0x00C0FFEE),
            stacks=FakeStacks({JOB: FakeCamera(self.stack, ordinals, self.fed_first)}),
            seed=self.seed,
            faults=FaultScript("test", self.rules),
            operator_auto=self.operator_auto,
            event_capacity=self.event_capacity,
        )
        self.rig = Rig(setup, log=self.log, truth=self.truth, supplies=self.supplies)
        self.machine = self.rig.machine

    # What a host does.

    def load(self, job: str = JOB) -> Answer:
        pieces = len({(sheet.piece, sheet.copy) for sheet in self.stack})
        return self.machine.obey(LoadJob(job, pieces, len(self.stack), "C5", Fold.HALF, "quadient", TEMPLATE))

    def queue(self, order: int, sheets: int, *, copy: int = 1, selects: int = 0, flags: int = 0) -> Answer:
        return self.machine.obey(QueuePiece(order, name(order), copy, sheets, selects, flags))

    def ready(self, sizes: Sequence[int], **options: int) -> Bench:
        """Job loaded, pieces of these sizes queued, machine started."""
        self.load()
        for order, size in enumerate(sizes, 1):
            self.queue(order, size, **options)
        self.machine.obey(Start())
        return self

    def run(self, milliseconds: float = 600_000.0) -> Bench:
        """Let time pass."""
        until_ms = self.machine.now_ms + milliseconds
        while self.machine.step(until_ms):
            pass
        return self

    def run_until(self, event: str, count: int = 1) -> Bench:
        """Let time pass until the log has so many events of this name."""
        for _ in range(100_000):
            if len(self.events(event)) >= count:
                return self
            self.machine.step(self.machine.now_ms + 50)
        raise AssertionError(f"{count} × {event} did not come")

    def recover(self) -> Bench:
        """What a host does at a standstill: clear the path, reset, start."""
        if self.machine.state in (State.FAULTED, State.INTERLOCKED):
            for _ in range(3):  # a scrap or a station forgotten comes to light
                if isinstance(self.machine.obey(ClearPath()), Cleared):
                    break
        self.machine.obey(ResetFault())
        self.machine.obey(Start())
        return self

    def run_on(self) -> Bench:
        """Run until the machine waits for its host; help it up if it does."""
        self.run(60_000)
        if not self.machine.moving:
            self.recover()
        return self

    def run_through(self, standstills: int = 400) -> Bench:
        """Run to the end of the stack as a patient host would; then end the job."""
        for _ in range(standstills):
            self.run()
            collator = self.machine.path.collator
            due = collator.queue or collator.current
            if self.machine.state is State.RUNNING or not due:
                break
            if self.machine.condition.fault is Fault.SHEETS_EMPTY and self.rig.paper.empty():
                break
            self.recover()
        while not isinstance(self.machine.obey(ClearPath()), Cleared):
            pass
        return self

    def end(self) -> Counters:
        answer = self.machine.obey(EndJob())
        assert isinstance(answer, Counters), answer
        return answer

    # What is to be seen.

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def events(self, *names: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line.get("type") in names]

    def outcomes(self) -> dict[str, tuple[str, int]]:
        """piece -> (outcome, reason); a second outcome of a piece fails."""
        found: dict[str, tuple[str, int]] = {}
        for line in self.events("piece_outcome"):
            assert line["piece"] not in found, f"second outcome: {line}"
            found[line["piece"]] = (line["outcome"], line["reason"])
        return found

    def faults(self) -> list[int]:
        return [line["fault"] for line in self.events("fault")]

    def deposits(self, *places: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.truth.getvalue().splitlines()]
        return [line for line in lines if not places or line["place"] in places]

    def contents(self, deposit: dict[str, Any]) -> list[SheetId]:
        """What is printed on the sheets of a deposit."""
        return [self.stack[sheet["page"] - 1] for sheet in deposit["sheets"]]


def refusal(answer: Answer) -> object:
    return as_fields(answer).get("fault")
