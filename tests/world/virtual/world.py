"""A whole print window on one clock and one seed: application, journal, press, line, machine and person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from drivers.inserter.errors import InserterError
from drivers.inserter.profile import load_profile
from mailroom.domain.errors import MailroomError
from mailroom.domain.journal import ChainedEntry, Entry
from mailroom.production.explain import explain_all
from mailroom.production.export_run import export_run
from mailroom.production.hand_over import close_run
from mailroom.production.line import Line, Patience
from mailroom.production.ports import EventSink, OpenLedger
from mailroom.production.run_window import carry_on
from mailroom.store.errors import StoreError
from mailroom.store.ledger import SqlLedger
from mailroom.store.store import Store
from mailroom.verify.verify import verify_run
from simulator.faults import FaultScript
from simulator.words import Fault
from spool.job import JobReport, PrintJob, SpoolError
from tests.store.memory_ledger import MemoryLedger, MemoryStore
from tests.world.oracle import composed_copies, disagreements, strange_sheets
from tests.world.virtual.hall import Crash, Hall
from tests.world.virtual.hands import Hands
from tests.world.virtual.house import PlannedHouse
from tests.world.virtual.inserter import VirtualInserter
from tests.world.virtual.laws import LawBroken, Laws
from tests.world.virtual.met import OFF, Meeting
from tests.world.virtual.moment import Chronicle, Clock
from tests.world.virtual.press import VirtualPress
from tests.world.virtual.scenario import Scenario, Trouble
from tests.world.virtual.stacks import RememberingStacks

_PROFILES = {"native": "sim1", "modbus": "sim1-modbus"}

_ON_DISK_EVERY = 25
"""One world in so many has its ledger in SQLite, all others in memory."""

_EXPECTED = (InserterError, MailroomError, SpoolError, StoreError)
"""What the application may end with for want of a person, a machine or a disk."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a world ended. `broken` is empty when every law held."""

    seed: int
    broken: str
    digest: str
    lines: tuple[str, ...]
    starts: int
    seconds: float
    met: tuple[Meeting, ...]


class World:
    """One seed. `memory` keeps what cameras saw, for all worlds of a process."""

    def __init__(self, planned: PlannedHouse, scenario: Scenario, folder: Path, memory: dict) -> None:  # type: ignore[type-arg]
        self.planned = planned
        self.scenario = scenario
        self.folder = folder
        seed = scenario.seed
        self._open_store = planned.store_in(folder, on_disk=seed % _ON_DISK_EVERY == 0)
        self.clock = Clock()
        self.chronicle = Chronicle(self.clock)
        stack = folder / "queue" / "stack"
        stack.mkdir(parents=True)
        script = FaultScript("world", scenario.rules(), scenario.line)
        stacks = RememberingStacks(stack, seed, memory)
        self.hall = Hall(folder / "machine", self.clock, self.chronicle, stacks, script, seed, scenario.protocol)
        self.laws = Laws(folder / "runs" / planned.run.id)
        self._learn_what_is_planned()
        self.hall.on_event = self._hear
        self.hall.on_deposit = self.laws.put_down
        self.hall.on_receive = self._check_acknowledged
        self.hall.on_point = self._maybe_die
        self.hall.on_deed = lambda deed, boot, done: self.laws.obeyed(deed, boot, done=done)
        self.press = VirtualPress(self.hall, stack, scenario.press_faults(), self._about_to_print, self._reported)
        self.hands = Hands(self.hall, Random(f"{seed}/hands"), scenario.absent, self._lies_sealed)
        self._rng = Random(f"{seed}/host")
        self._profile = load_profile(_PROFILES[scenario.protocol])
        self._deaths = {int(each.when): each for each in scenario.of("crash")}
        self._sick: list[tuple[float, float, Trouble]] = []
        self._met: list[Meeting] = []
        self._down_s = 0.0
        self._starts = 0
        self._strew()

    # What will happen

    def _strew(self) -> None:
        hall = self.hall
        for each in self.scenario.of("power"):
            hall.at(each.when, str(each), partial(self._cut_power, each.size))
        for each in self.scenario.of("line"):
            hall.at(each.when, str(each), partial(self._hurt_line, each))
        for each in self.scenario.of("journal"):
            self._sick.append((each.when, each.when + each.size, each))

    def _meet(self, trouble: str) -> None:
        """Remember in which state of the machine this came."""
        rig = self.hall.rig
        self._met.append((trouble, OFF if rig is None else rig.machine.state.name.lower()))

    def _hear(self, line: dict[str, Any]) -> None:
        if line.get("type") == "fault":
            self._meet(f"machine: {Fault(line['fault']).name.lower().replace('_', ' ')}")
        self.laws.machine_said(line)

    def _cut_power(self, seconds: float) -> None:
        self._meet("power: off and on")
        if self.hall.rig is None:
            return
        self.hall.switch_off()
        self.hall.at(self.clock.now_s + seconds, "power on", self.hall.switch_on)

    def _hurt_line(self, trouble: Trouble) -> None:
        line, now_s = self.hall.line, self.clock.now_s
        self._meet(f"line: {trouble.kind}")
        match trouble.kind:
            case "mute":
                line.mute_until_s = now_s + trouble.size
            case "vanish":
                line.vanish(now_s + trouble.size)
            case "burst":
                line.burst(int(trouble.size), now_s)
            case "hold back":
                line.hold_back(trouble.size)
            case "reorder":
                line.reorder()
            case _:
                line.drop()

    def _maybe_die(self, number: int, name: str) -> None:
        self.laws.goes_on(self._starts, self.clock.now_s, number)
        trouble = self._deaths.pop(number, None)
        if trouble is not None:
            self.chronicle.note(f"process dies {name}")
            self._meet("process: dies")
            self._down_s = trouble.size
            raise Crash(name)

    # The life of the application

    def live(self) -> Outcome:
        """Until the run is closed and its exports agree with the paper."""
        broken = ""
        try:
            self.hall.switch_on()
            while True:
                self._starts += 1
                if self._one_process():
                    break
            self._compare()
        except LawBroken as law:
            broken = str(law)
        except Exception as error:  # an application that ends so leaves nobody a remedy: that is a law, too
            broken = f"the application fails: {type(error).__name__}: {error}"
        finally:
            if self.hall.rig is not None:
                self.hall.switch_off()
        if broken:
            self.chronicle.note(f"BROKEN {broken}")
        seed, lines = self.scenario.seed, tuple(self.chronicle.lines)
        met = tuple(self._met)
        return Outcome(seed, broken, self.chronicle.digest(), lines, self._starts, self.clock.now_s, met)

    def _one_process(self) -> bool:
        """A process begins, works and ends; True when the run is closed."""
        store = self._open_store()
        ledgers = (self._watched(store), store.reader if isinstance(store, Store) else store.ledger)
        plant = self.planned.plant_in(self.folder, self.clock, self.hall.advance, ledgers)
        end = store.close if isinstance(store, Store) else _nothing
        try:
            line = Line(self.press, self._connect, "SIM-1", self.hands, Patience(0.25, 60.0))
            carry_on(plant, line, self.planned.run)
            explain_all(plant, self.planned.run.id, "looked into", self.hands.name)
            close_run(plant, self.planned.run.id, self.hands.name)
        except Crash:
            self.hall.host = None
            end()
            self.hall.advance(self._down_s)
            return False
        except _EXPECTED as trouble:
            self.chronicle.note(f"stops: {trouble}")
            end()
            self._see_to_it(trouble)
            return False
        export_run(plant, self.planned.run.id, "SIM-1", self.folder / "machine" / "log.jsonl")
        end()
        return True

    def _see_to_it(self, trouble: Exception) -> None:
        """A person reads what the screen says, does it, and starts the run again."""
        self.hall.advance(self._rng.uniform(1, 60))
        if getattr(trouble, "code", "") in ("E2008", "E2009", "E2050"):
            self._cut_power(5.0)
            self.hall.advance(10.0)

    def _connect(self, sink: EventSink, resume: tuple[int, int] | None) -> VirtualInserter:
        return VirtualInserter(
            self.hall,
            self.laws,
            self._profile,
            sink,
            host_session=self._rng.getrandbits(32),
            resume=resume,
            commit_s=lambda: self._rng.uniform(0.002, 0.05),
        )

    # What is watched

    def _watched(self, store: Store | MemoryStore) -> OpenLedger:
        if isinstance(store, Store):
            return lambda: _WatchedSqlLedger(self, store.engine)
        return lambda: _WatchedMemoryLedger(self, store)

    def refuse_when_sick(self) -> None:
        """The disk is full, or somebody else holds the ledger."""
        for since_s, until_s, trouble in self._sick:
            if since_s <= self.clock.now_s < until_s:
                self._meet(f"journal: {trouble.kind}")
                code = "E6501" if trouble.kind == "locked" else "E6503"
                raise StoreError(code, f"the ledger is {trouble.kind}", place="virtual", remedy="Mend it.")

    def _learn_what_is_planned(self) -> None:
        with self.planned.plant.read_ledger() as ledger:
            self.laws.committed([chained.entry for chained in ledger.entries()])

    def _check_acknowledged(self) -> None:
        if self.hall.rig is not None:
            store = self.hall.rig.events
            self.laws.acknowledged(self.hall.rig.record.boot, store.oldest - 1)

    def _about_to_print(self, job: PrintJob) -> None:
        if (fault := self.scenario.press_faults().get(self.press.submissions)) is not None:
            self._meet(f"press: {fault.value}")
        composed = composed_copies(self.laws.run_folder)
        self.laws.to_be_printed(
            job.key, [name for name, sheets in composed.items() if sheets[0][0] == f"{job.key}.pdf"]
        )

    def _reported(self, report: JobReport) -> None:
        self.laws.reported[report.key] = (report.state.value, report.sheets_completed)

    def _lies_sealed(self, name: tuple[str, int]) -> bool:
        return name in self.laws.sealed

    def _compare(self) -> None:
        """The exports alone against the paper alone."""
        if self.hall.rig is not None:
            self.hall.switch_off()
        verdict = verify_run(self.laws.run_folder)
        found = [str(finding) for finding in verdict.findings]
        found += disagreements(self.laws.run_folder, self.folder / "machine" / "truth.jsonl")
        found += strange_sheets(self.laws.run_folder)
        if found:
            raise LawBroken("; ".join(found[:5]))


class _Watched:
    """A ledger whose commits are moments at which the process may die, and after which the laws are looked at."""

    def __init__(self, world: World, where: Any) -> None:
        super().__init__(where)  # type: ignore[call-arg]
        self._world = world
        self._entries: list[Entry] = []

    def append(self, entry: Entry) -> ChainedEntry:
        self._entries.append(entry)
        return super().append(entry)  # type: ignore[misc, no-any-return]

    def commit(self) -> None:
        world = self._world
        world.hall.point("before commit")
        world.refuse_when_sick()
        super().commit()  # type: ignore[misc]
        for each in self._entries:
            world.chronicle.note(f"journal {each.event} {each.piece} {each.copy or ''} {each.who} {each.state_to}")
        world.laws.committed(self._entries)
        self._entries = []
        world.hall.point("after commit")


class _WatchedSqlLedger(_Watched, SqlLedger):
    pass


class _WatchedMemoryLedger(_Watched, MemoryLedger):
    pass


def _nothing() -> None:
    """A ledger in memory is not closed."""
