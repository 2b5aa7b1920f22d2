"""An inserter that works at once and can be told to stand still. Its events come late, as a real one's do: when the
host asks (`check`), not when they happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from drivers.inserter.errors import CommandRefused, EventsLost
from drivers.inserter.vocabulary import (
    Counters,
    EventBody,
    Fault,
    JobEnded,
    JobSpec,
    MachineEvent,
    MachineState,
    Outcome,
    PieceOutcome,
    PieceSpec,
    Position,
    SheetScanned,
    StateChanged,
    Station,
    Status,
)
from mailroom.production.ports import EventSink

INTERLOCKS = (Fault.COVER_OPEN, Fault.EMERGENCY_STOP)
STAND_STILLS = (Fault.JAM, Fault.SHEET_DAMAGED)
NOTHING = Counters(0, 0, 0, 0, 0, 0, 0)


@dataclass
class FakeInserter:
    """One machine; it outlives its hosts.

    trouble   piece → faults that come up when it is fed, the gravest first; with a stand-still it stays in the path.
    mended    what is done about a fault when somebody says that it is mended; by default its cause goes away.
    places    of the queue.
    """

    trouble: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    mended: Callable[[Fault], bool] = lambda _fault: True
    places: int = 64
    boot_id: int | None = 7
    job: str = ""
    queue: list[PieceSpec] = field(default_factory=list)
    known: set[tuple[str, int]] = field(default_factory=set)
    path: list[PieceSpec] = field(default_factory=list)
    standing: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    told_state: MachineState = MachineState.IDLE
    counted: Counters = NOTHING
    lost: EventsLost | None = None
    _state: MachineState = MachineState.IDLE
    _events: list[MachineEvent] = field(default_factory=list)
    _number: int = 0
    _sink: EventSink = lambda _events: None

    # Hosts come and go.

    @contextmanager
    def connect(self, sink: EventSink, resume: tuple[int, int] | None) -> Iterator[FakeInserter]:
        self._sink = sink
        yield self

    def reboot(self) -> None:
        """Switched off and on: job, queue, what was not acknowledged and what lay in the path are forgotten."""
        assert self.boot_id is not None
        self.boot_id += 1
        self.job, self.queue, self.path, self.standing = "", [], [], []
        self.known.clear()
        self._events, self._number = [], 0
        self._state = self.told_state = MachineState.IDLE

    def lose_events(self, number: int) -> EventsLost:
        """The next events, so many of them, are forgotten before anybody had them."""
        assert self.boot_id is not None
        first = self._number - len(self._events) + 1
        del self._events[:number]
        self.lost = EventsLost(self.boot_id, first, first + number - 1, "the store was cleared")
        return self.lost

    def accept_lost_events(self) -> EventsLost | None:
        lost, self.lost = self.lost, None
        return lost

    def check(self) -> None:
        """Deliver what happened up to the last time it was asked."""
        if self.lost is not None:
            raise self.lost
        events, self._events = self._events, []
        if events:
            self._sink(events)
        for event in events:
            if isinstance(event.body, StateChanged):
                self.told_state = event.body.state

    @property
    def machine_state(self) -> MachineState:
        return self.told_state

    def status(self) -> Status:
        fault = self.standing[0] if self.standing else Fault.NONE
        return Status(self._state, fault, self.job, len(self.queue), len(self.path), 0, 0, 0)

    def position_map(self) -> tuple[Position, ...]:
        return tuple(Position(Station.FOLDER, spec.piece, spec.copy, spec.sheets) for spec in self.path)

    # Commands.

    def load_job(self, job: JobSpec) -> None:
        self._called("load")
        assert not self.job, "a second job on top of the first"
        self.job = job.job
        self.jobs.append(job.job)
        self.counted = NOTHING

    def queue_piece(self, piece: PieceSpec) -> int:
        if (piece.piece, piece.copy) in self.known:
            raise CommandRefused(Fault.ALREADY_QUEUED, "queued before")
        if len(self.queue) >= self.places:
            raise CommandRefused(Fault.QUEUE_FULL, "queue full")
        if not self.job:
            raise CommandRefused(Fault.NO_JOB, "no job")
        self.known.add((piece.piece, piece.copy))
        self.queue.append(piece)
        if self._state is MachineState.RUNNING:
            self._work()
        return self.places - len(self.queue)

    def start(self) -> None:
        self._called("start")
        if not self.job:
            raise CommandRefused(Fault.NO_JOB, "no job")
        if self.standing:
            raise CommandRefused(self.standing[0], "a fault stands")
        self._go(MachineState.RUNNING)
        self._work()

    def stop(self) -> None:
        self._go(MachineState.STOPPED)

    def clear_path(self) -> int:
        self._called("clear")
        count = len(self.path)
        for spec in self.path:
            self._settle(spec, Outcome.REMOVED, self.standing[0])
        self.path = []
        return count

    def reset_fault(self) -> None:
        self._called("reset")
        left = [fault for fault in self.standing if not self._is_mended(fault)]
        if left:
            raise CommandRefused(left[0], "still stands")
        self.standing = []
        self._go(MachineState.STOPPED if self.job else MachineState.IDLE)

    def end_job(self) -> Counters:
        self._called("end")
        if self.path:
            raise CommandRefused(Fault.PATH_NOT_EMPTY, "pieces in the path")
        for spec in self.queue:
            self._settle(spec, Outcome.NOT_FED)
        self.queue, self.job = [], ""
        self._emit(JobEnded(self.counted))
        return self.counted

    # Inside.

    def _is_mended(self, fault: Fault) -> bool:
        return not self.path if fault in STAND_STILLS else self.mended(fault)

    def _called(self, name: str) -> None:
        self.calls.append(name)

    def _emit(self, body: EventBody) -> None:
        self._number += 1
        assert self.boot_id is not None
        self._events.append(MachineEvent(self.boot_id, self._number, self._number, body))

    def _go(self, state: MachineState) -> None:
        self._state = state
        self._emit(StateChanged(state, self.standing[0] if self.standing else Fault.NONE))

    def _work(self) -> None:
        while self.queue and self._state is MachineState.RUNNING:
            spec = self.queue[0]
            faults = self.trouble.pop(spec.piece, ())
            if faults and Fault.JAM not in faults and Fault.SHEET_DAMAGED not in faults:
                self._stand(faults)
                return
            self.queue.pop(0)
            for sheet in range(1, spec.sheets + 1):
                code = f"{self.job[:7]}{spec.piece}{spec.copy:02}{sheet:03}{spec.sheets:03}"
                self._emit(SheetScanned(spec.piece, spec.copy, sheet, spec.sheets, code, 0))
            if faults:
                self.path.append(spec)
                self._stand(faults)
                return
            self._settle(spec, Outcome.STACKED)

    def _stand(self, faults: tuple[Fault, ...]) -> None:
        self.standing = list(faults)
        held = MachineState.INTERLOCKED if faults[0] in INTERLOCKS else MachineState.FAULTED
        self._go(held if faults[0] in (*INTERLOCKS, *STAND_STILLS) else MachineState.STOPPED)

    def _settle(self, spec: PieceSpec, outcome: Outcome, reason: Fault = Fault.NONE) -> None:
        sheets = 0 if outcome is Outcome.NOT_FED else spec.sheets
        counted = self.counted
        self.counted = replace(
            counted,
            sheets_fed=counted.sheets_fed + sheets,
            sheets_stacked=counted.sheets_stacked + sheets * (outcome is Outcome.STACKED),
            sheets_removed=counted.sheets_removed + sheets * (outcome is Outcome.REMOVED),
        )
        self._emit(PieceOutcome(spec.piece, spec.copy, outcome, sheets, reason, spec.order))
