"""A whole print window on one clock and one seed: application, journal, press, line, machine and person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from drivers.inserter.errors import InserterError
from drivers.inserter.profile import load_profile
from mailroom.domain.errors import MailroomError
from mailroom.domain.journal import ChainedEntry, Entry
from mailroom.locks import working_alone
from mailroom.production import hand_over
from mailroom.production.explain import explain_all
from mailroom.production.export_run import export_run
from mailroom.production.line import Line, Patience
from mailroom.production.plant import Plant
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
from tests.world.oracle import composed_copies, disagreements
from tests.world.virtual.fate import Fate
from tests.world.virtual.hall import Crash, Hall
from tests.world.virtual.hands import Hands
from tests.world.virtual.house import PlannedHouse
from tests.world.virtual.inserter import VirtualInserter
from tests.world.virtual.laws import LawBroken, Laws
from tests.world.virtual.met import Meeting
from tests.world.virtual.moment import Chronicle, Clock
from tests.world.virtual.press import VirtualPress
from tests.world.virtual.scenario import Scenario
from tests.world.virtual.stacks import RememberingStacks

_PROFILES = {"native": "sim1", "modbus": "sim1-modbus"}

_ON_DISK_EVERY = 25
"""One world in so many has its ledger in SQLite, all others in memory."""

_SICKNESSES = {"full": "E6502", "locked": "E6501", "away": "E6505"}

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
        self.hall.on_point = self._come_to
        self.hall.on_deed = lambda deed, boot, done: self.laws.obeyed(deed, boot, done=done)
        self.press = VirtualPress(self.hall, stack, scenario.press_faults(), self._about_to_print, self._reported)
        self.hands = Hands(self.hall, Random(f"{seed}/hands"), scenario.absent, self._lies_sealed)
        self._rng = Random(f"{seed}/host")
        self._profile = load_profile(_PROFILES[scenario.protocol])
        self._starts = 0
        self._supervisor = ""
        self.fate = Fate(self.hall, self.hands, scenario, folder)
        self.hall.on_turn = self.fate.die_if_due

    # What happens

    def _hear(self, line: dict[str, Any]) -> None:
        if line.get("type") == "fault":
            self.fate.meet(f"machine: {Fault(line['fault']).name.lower().replace('_', ' ')}")
        self.laws.machine_said(line)
        if line.get("type") == "state_changed":
            self.fate.enters(line["state"])
        elif "type" not in line:  # the nameplate: it is on
            self.fate.enters("idle")

    def _come_to(self, number: int, name: str) -> None:
        self.laws.goes_on(self._starts, self.clock.now_s, number)
        self.fate.comes_to(number, name)

    # The life of the application

    def live(self) -> Outcome:
        """Until the run is closed and its exports agree with the paper."""
        broken = ""
        try:
            self.hall.switch_on()
            while True:
                self._starts += 1
                self.laws.goes_on(self._starts, self.clock.now_s, self.hall.points)
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
        met = tuple(self.fate.met)
        return Outcome(seed, broken, self.chronicle.digest(), lines, self._starts, self.clock.now_s, met)

    def _one_process(self) -> bool:
        """A process begins, works and ends; True when the run is closed."""
        store = self._open_store()
        ledgers = (self._watched(store), store.reader if isinstance(store, Store) else store.ledger)
        plant = self.planned.plant_in(self.folder, self.clock, self.hall.advance, ledgers)
        end = store.close if isinstance(store, Store) else _nothing
        self.fate.alive = True
        try:
            with working_alone(self.folder):
                self._work(plant)
        except Crash:
            self.fate.alive = False
            self.hall.host = None
            end()
            self.hall.advance(self.fate.down_s)
            return False
        except _EXPECTED as trouble:
            self.fate.alive = False
            self.chronicle.note(f"stops: {trouble}")
            end()
            self._see_to_it(trouble)
            return False
        self.fate.alive = False
        export_run(plant, self.planned.run.id, "SIM-1", self.folder / "machine" / "log.jsonl")
        end()
        return True

    def _work(self, plant: Plant) -> None:
        line = Line(self.press, self._connect, "SIM-1", self.hands, Patience(0.25, 60.0))
        carry_on(plant, line, self.planned.run, self._supervisor)
        explain_all(plant, self.planned.run.id, "looked into", self.hands.name)
        hand_over.close_run(plant, self.planned.run.id, self.hands.name)

    def _see_to_it(self, trouble: Exception) -> None:
        """A person reads what the screen says, does it, and starts the run again."""
        self.hall.advance(self._rng.uniform(1, 60))
        code = getattr(trouble, "code", "")
        self._supervisor = self.hands.name if code == "E7033" else ""
        if code in ("E2008", "E2009", "E2050"):
            self.fate.cut_power(5.0)
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
        kind = self.fate.sickness()
        if kind:
            raise StoreError(_SICKNESSES[kind], f"the ledger is {kind}", place="virtual", remedy="Mend it.")

    def _learn_what_is_planned(self) -> None:
        with self.planned.plant.read_ledger() as ledger:
            self.laws.committed([chained.entry for chained in ledger.entries()])

    def _check_acknowledged(self) -> None:
        if self.hall.rig is not None:
            store = self.hall.rig.events
            self.laws.acknowledged(self.hall.rig.record.boot, store.oldest - 1)

    def _about_to_print(self, job: PrintJob) -> None:
        if (fault := self.scenario.press_faults().get(self.press.submissions)) is not None:
            self.fate.meet(f"press: {fault.value}")
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
        if found:
            raise LawBroken("; ".join(found[:5]))


class _Watched:
    """A ledger whose commits are moments at which the process may die, and after which the laws are looked at."""

    def __init__(self, world: World, where: Any) -> None:
        super().__init__(where)  # type: ignore[call-arg]
        self._world = world
        self._entries: list[Entry] = []

    def __enter__(self) -> Any:
        if self._world.fate.sickness() == "away":
            self._world.refuse_when_sick()
        return super().__enter__()  # type: ignore[misc]

    def append(self, entry: Entry) -> ChainedEntry:
        self._world.hall.point("in write")
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
