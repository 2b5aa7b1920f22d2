"""The machine's controller: commands, states and faults (docs/protocols/native.md, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import assert_never

from simulator.attendant import Operator
from simulator.camera import Stacks
from simulator.collator import FLAGS_KNOWN, Key
from simulator.condition import Condition
from simulator.errors import SimulatorError
from simulator.events import EventStore
from simulator.faults import FaultPlan, Rule
from simulator.faults import Kind as FaultKind
from simulator.link import Nameplate
from simulator.messages import (
    Answer,
    CancelPiece,
    Cleared,
    ClearPath,
    Command,
    Cover,
    CycleUp,
    DivertPiece,
    EmergencyStop,
    EndJob,
    Event,
    FaultRaised,
    Free,
    GetPositionMap,
    GetStatus,
    Halt,
    Identify,
    Identity,
    JobEnded,
    LoadJob,
    MachineStatus,
    MalformedText,
    Nothing,
    PositionMap,
    QueuePiece,
    Refused,
    ReplayEvents,
    ResetFault,
    Start,
    Stop,
    Supply,
)
from simulator.paper import Paper
from simulator.path import Path, Permit, Timing
from simulator.supplies import Supplies
from simulator.words import INSERT_FEEDERS, Fault, Level, State, Station

QUEUE_PLACES = 64
_SELECTS_KNOWN = 0x3F
_NO_PIECE: Key = ("", 0)


class Machine:
    """One inserter with its paper. `now_ms` is its own time since power-up; it moves only in `step`.

    `operator_auto`: an operator stands by who tops up what runs low, mends what stopped the machine whenever the host
    sends reset_fault, takes the paper out whenever it sends clear_path, and empties the bin after a job; otherwise
    somebody has to tell `operator` what to do.
    """

    def __init__(
        self,
        nameplate: Nameplate,
        events: EventStore,
        paper: Paper,
        stacks: Stacks,
        plan: FaultPlan,
        *,
        supplies: Supplies | None = None,
        timing: Timing | None = None,
        operator_auto: bool = True,
        job_closed: Callable[[str], None] = lambda _job: None,
    ) -> None:
        self.now_ms = 0.0
        self.condition = Condition(lambda event: events.add(event, self.now_ms))
        self.job = ""
        self.paper = paper
        self.supplies = supplies or Supplies()
        self.operator = Operator(self)
        self.path = Path(self, paper, self.supplies, plan, timing or Timing())
        self._plate = nameplate
        self._events = events
        self._stacks = stacks
        self._operator_auto = operator_auto
        self._job_closed = job_closed
        self._host_up = True

    # Time.

    @property
    def state(self) -> State:
        return self.condition.state

    @property
    def moving(self) -> bool:
        """Motors run: the path goes on."""
        return self.condition.moving

    def next_due_ms(self) -> float | None:
        """When `step` next has something to do, or None while the machine waits for the host or the operator. What a
        command or a hand has made possible is done by the `step` that follows it."""
        if not self.moving:
            return None
        ready = self.path.next_ready_ms()
        if ready is None:
            return self.now_ms if self.state is State.STOPPING else None
        return self.now_ms + ready - self.path.run_ms

    def step(self, until_ms: float) -> bool:
        """Make the next motion that ends no later than `until_ms`; False when there is none, and it is `until_ms`."""
        if self.moving:
            if self.path.settle(self._permit()):
                return True
            ready = self.path.next_ready_ms()
            if ready is None and self.state is State.STOPPING:
                self.condition.go(State.STOPPED)
                return True
            if ready is not None and self.now_ms + ready - self.path.run_ms <= until_ms:
                self.now_ms += ready - self.path.run_ms
                self.path.run_ms = ready
                return True
        if until_ms > self.now_ms:
            if self.moving:
                self.path.run_ms += until_ms - self.now_ms
            self.now_ms = until_ms
        return False

    def _permit(self) -> Permit:
        if self.state is State.RUNNING:
            return Permit.FEED
        unfed = self.condition.stands(Fault.SHEETS_EMPTY) or self.condition.stands(Fault.BIN_FULL)
        return Permit.NOTHING if unfed else Permit.FINISH

    # Reports of the path.

    def emit(self, event: Event) -> None:
        self._events.add(event, self.now_ms)
        if self._events.crowded and self.state is State.RUNNING:
            self.trouble(Fault.EVENTS_FULL, Station.SHEET_FEEDER, _NO_PIECE, "event store is full")

    def trouble(self, fault: Fault, station: Station, key: Key, text: str) -> bool:
        return self.condition.trouble(FaultRaised(fault, station, *key, text))

    def low(self, feeder: Station) -> None:
        if self._operator_auto:
            self.operator.refill(feeder)

    def happen(self, rule: Rule) -> None:
        station = rule.station or Station.SHEET_FEEDER
        match rule.kind:
            case FaultKind.EMPTY if station is Station.SHEET_FEEDER:
                self.supplies.withheld = True
            case FaultKind.EMPTY:
                self.supplies.stock[station] = 0
                self.emit(Supply(station, Level.EMPTY))
            case FaultKind.SEALER_DRY:
                self.supplies.stock[Station.SEALER] = 0
                self.emit(Supply(Station.SEALER, Level.EMPTY))
            case FaultKind.STACKER_FULL:
                self.supplies.stacker_blocked = True
            case FaultKind.BIN_FULL:
                self.supplies.bin_deposits = self.supplies.capacities.bin_deposits
            case FaultKind.OVERLOOKED:
                self.supplies.overlooked = True
            case FaultKind.COVER_OPEN:
                self.operator.open_cover(station)
            case FaultKind.EMERGENCY_STOP:
                self.operator.press_stop()
            case _:
                raise ValueError(f"{rule.kind.value} happens to paper, not around the machine")

    def look_around(self) -> None:
        """At power-up the sensors are read: what was opened or pressed while it was dark stands as a fault."""
        for station in sorted(self.supplies.open_covers):
            self.emit(Cover(station, 1))
            self.trouble(Fault.COVER_OPEN, station, _NO_PIECE, f"cover open at station {station.value}")
        if self.supplies.stop_pressed:
            self.emit(EmergencyStop(1))
            self.trouble(Fault.EMERGENCY_STOP, Station.SHEET_FEEDER, _NO_PIECE, "emergency stop pressed")

    def power_fails(self) -> None:
        """The motors stop where they are; what the controller knows lies in memory that keeps it."""
        if self.moving:
            self.condition.go(State.STOPPED)

    def stop_after(self) -> None:
        if self.state is State.RUNNING:
            self.condition.go(State.STOPPING)

    # The link.

    def host_lost(self) -> None:
        self._host_up = False
        if self.moving:
            self.trouble(Fault.HOST_LOST, Station.SHEET_FEEDER, _NO_PIECE, "host lost")

    def host_found(self) -> None:
        self._host_up = True

    # Commands.

    def obey(self, command: Command) -> Answer:  # noqa: PLR0912 - one branch a command
        match command:
            case Identify():
                return Identity(self._plate.model, self._plate.serial, tuple(Station))
            case GetStatus():
                return self._status()
            case GetPositionMap():
                return PositionMap(self.path.position_map())
            case LoadJob():
                return self._load_job(command)
            case QueuePiece():
                return self._queue_piece(command)
            case CancelPiece():
                return self._cancel_piece((command.piece, command.copy))
            case CycleUp():
                return self._cycle_up()
            case Start():
                return self._start()
            case Stop():
                self.stop_after()
                return Nothing()
            case Halt():
                if self.moving:
                    self.condition.go(State.STOPPED)
                return Nothing()
            case ClearPath():
                return self._clear_path()
            case DivertPiece():
                return self._divert_piece((command.piece, command.copy))
            case ResetFault():
                return self._reset_fault()
            case ReplayEvents():
                self._events.rewind(command.first)
                return Nothing()
            case EndJob():
                return self._end_job()
            case _:
                assert_never(command)

    def _status(self) -> MachineStatus:
        tally, collator = self.path.tally, self.path.collator
        return MachineStatus(
            self.state,
            self.condition.fault,
            self.job,
            len(collator.queue),
            len(self.path.pieces()),
            tally.sheets_fed,
            tally.stacked,
            tally.diverted,
        )

    def _load_job(self, command: LoadJob) -> Answer:
        if self.job:
            return Refused(Fault.JOB_LOADED, f"job {self.job} is loaded")
        if not command.job:
            return MalformedText("job without a name")
        try:
            found = self._stacks.find(command.job, command.mark_set, command.code_template)
        except SimulatorError as error:
            return MalformedText(error.message[:200])
        if found is None:
            return Refused(Fault.NO_PAPER, f"no paper of {command.job}"[:200])
        file, pages, camera = found
        if not self.paper.lay(command.job, file, pages):
            camera.close()
            return Refused(Fault.NO_PAPER, f"all paper of {command.job} was fed before"[:200])
        self.supplies.withheld = False  # whoever loads a stack lays it in
        self.job = command.job
        self.path.new_job(camera, command.fold)
        return Nothing()

    def _queue_piece(self, command: QueuePiece) -> Answer:
        collator = self.path.collator
        if not self.job:
            return Refused(Fault.NO_JOB, "no job loaded")
        if not command.sheets or not command.piece:
            return MalformedText("a piece needs a name and sheets")
        if command.selects & ~_SELECTS_KNOWN or command.flags & ~FLAGS_KNOWN:
            return MalformedText("unknown select or flag")
        if (command.piece, command.copy) in collator.known:
            return Refused(Fault.QUEUED_BEFORE, "queued before")
        if len(collator.queue) >= QUEUE_PLACES:
            return Refused(Fault.QUEUE_FULL, "queue full")
        collator.add(command)
        return Free(QUEUE_PLACES - len(collator.queue))

    def _cancel_piece(self, key: Key) -> Answer:
        if self.path.collator.take(key) is None:
            return self._refuse_piece(key)
        self.path.not_fed(key)
        return Nothing()

    def _divert_piece(self, key: Key) -> Answer:
        for packet in self.path.pieces():
            if packet.key == key:
                packet.divert = True
                return Nothing()
        return Nothing() if self.path.collator.divert(key) else self._refuse_piece(key)

    def _refuse_piece(self, key: Key) -> Answer:
        known = key in self.path.collator.known
        return Refused(Fault.TOO_LATE, "too late") if known else Refused(Fault.NOT_QUEUED, "not queued")

    def _cycle_up(self) -> Answer:
        if self.state in (State.FAULTED, State.INTERLOCKED):
            return Refused(self.condition.fault, "a fault stands")
        if self.state is State.IDLE:
            self.condition.go(State.READY)
        return Nothing()

    def _start(self) -> Answer:
        if not self.job:
            return Refused(Fault.NO_JOB, "no job loaded")
        if self.state in (State.FAULTED, State.INTERLOCKED):
            return Refused(self.condition.fault, "a fault stands")
        refused = self._lift_faults()
        if refused is not None:
            return refused
        self.condition.go(State.RUNNING)
        for station in self.paper.uncover():
            place = station.name.lower().replace("_", " ")
            self.trouble(Fault.JAM, station, _NO_PIECE, f"paper was left in the {place}")
        return Nothing()

    def _clear_path(self) -> Answer:
        if self._operator_auto:
            left = self.operator.clear_out()
            if left:
                if self.moving:
                    self.condition.go(State.STOPPED)
                return Refused(Fault.IN_PATH, left)
        elif self.paper.stations():
            return Refused(Fault.IN_PATH, "the operator has not taken the paper out")
        before = State.STOPPED if self.moving else self.state
        self.condition.go(State.CLEARING)
        count = self.path.clear(self.condition.fault)
        self.condition.go(before)
        return Cleared(count)

    def _reset_fault(self) -> Answer:
        if self._operator_auto:
            self.operator.attend()
        refused = self._lift_faults()
        if refused is None and not self.moving and self.state is not State.READY:
            self.condition.go(State.STOPPED if self.job else State.IDLE)
        return refused or Nothing()

    def _end_job(self) -> Answer:
        if not self.job:
            return Refused(Fault.NO_JOB, "no job loaded")
        if self.path.pieces() or self.paper.stations():
            return Refused(Fault.IN_PATH, "pieces in the path")
        self.path.end()
        # The log's line of counters follows the event: nothing may come between.
        counters = self.path.tally.counters()
        self._events.add(JobEnded(*astuple(counters)), self.now_ms)
        job, self.job = self.job, ""
        self._job_closed(job)
        if self._operator_auto:
            self.operator.refill(Station.DIVERT_BIN)
        if self._lift_faults() is None:
            self.condition.go(State.IDLE)
        return counters

    # Faults and states.

    def _lift_faults(self) -> Refused | None:
        """Clear every fault if all causes are gone; else the refusal."""
        cause = self.condition.lift(self._caused)
        return None if cause is Fault.NONE else Refused(cause, f"fault {cause.value} still stands")

    def _caused(self, fault: Fault) -> bool:
        supplies, paper, collator = self.supplies, self.paper, self.path.collator
        jammed = bool(paper.stations() or self.path.pieces())
        due = bool(self.job and (collator.current or collator.queue))
        inserts = [supplies.stock[feeder] for feeder in INSERT_FEEDERS]
        causes: dict[Fault, bool] = {
            Fault.JAM: jammed,
            Fault.DAMAGED: jammed,
            Fault.SHEETS_EMPTY: due and (paper.empty() or supplies.withheld),
            Fault.INSERTS_EMPTY: not all(inserts),
            Fault.ENVELOPES_EMPTY: not supplies.stock[Station.ENVELOPE_FEEDER],
            Fault.SEALER_DRY: not supplies.stock[Station.SEALER],
            Fault.BIN_FULL: supplies.bin_full or supplies.stacker_full,
            Fault.COVER_OPEN: bool(supplies.open_covers),
            Fault.EMERGENCY_STOP: supplies.stop_pressed,
            Fault.EVENTS_FULL: self._events.crowded,
            Fault.HOST_LOST: not self._host_up,
        }
        return causes[fault]
