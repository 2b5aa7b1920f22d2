"""Tend the machine: one process that stays with it and inserts whatever batch of the open run is printed.

The ledger alone stands between it and the process that prints: a batch is the printer's until it is PRINTED, the
tender's until it is DONE (ADR 0015)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from drivers.inserter.errors import InserterError, LinkDown, OutcomeUnknown, PortHeld, SinkFailed
from drivers.inserter.vocabulary import MachineState
from mailroom.domain.errors import Explained, MailroomError
from mailroom.domain.handling import Handling
from mailroom.domain.run import Batch, BatchState
from mailroom.production.fill import lies_at_the_table
from mailroom.production.hand_to_machine import hand_to_machine
from mailroom.production.insert import Shift
from mailroom.production.journal_events import JournalSink
from mailroom.production.line import Line
from mailroom.production.plant import Plant
from mailroom.production.ports import Inserter, Operator
from mailroom.production.record import Recorder
from mailroom.production.release_machine import Released, released_since
from mailroom.production.run_window import open_run
from mailroom.production.standstill import UNDER_WAY, Standstill
from spool.job import SpoolError

_AWAY = frozenset({"E6501", "E6502", "E6503", "E6505", "E6506"})
"""The ledger is locked, full, read-only, away or on a disk that fails: a person mends that outside, and the work goes
on. Anything else that it says is no matter of waiting."""

_TAKEN = frozenset({"E2062", "E2015"})
"""Another process has the machine."""

_LONGEST_WAIT_S = 5.0


class Doing(Enum):
    """What the tender is at."""

    WAITING = "waits for printed batches"
    INSERTING = "inserts"
    JOURNAL = "waits for the journal"
    LINE = "waits for the line"
    STANDING = "waits for a person"
    LEAVING = "leaves"


@dataclass(frozen=True, slots=True)
class Duty:
    """doing: what the tender is at; batch: at which batch, "" at none; trouble: what it waits for, if for anything."""

    doing: Doing
    batch: str = ""
    trouble: Explained | None = None


Watch = Callable[[Duty], None]
"""Told whenever the tender looks at what it does."""


class Tender:
    """Stays with the machine until `going_on` says no. It has the machine to itself while it can work; it lets go of it
    while the machine stands for a person, so that this person's commands can have it."""

    def __init__(self, plant: Plant, line: Line, *, going_on: Callable[[], bool], watch: Watch) -> None:
        self._plant = plant
        self._line = line
        self._going_on = going_on
        self._watch = watch
        self._batch: Batch | None = None
        self._released: Released | None = None
        self._was_there = False
        self._wait_s = 0.0

    def tend(self) -> None:
        """Raises what `line.open_inserter` raises when somebody else has the machine, or none is named (E2060). Who has
        taken it while it stood is waited for."""
        while self._going_on():
            try:
                standing = self._at_machine()
            except (MailroomError, PortHeld) as error:
                if not self._was_there or error.code not in _TAKEN:
                    raise
                self._tell(Doing.STANDING, error)
                self._pause()
            else:
                if standing is not None:
                    self._wait_for_release(standing)

    # At the machine

    def _at_machine(self) -> Explained | None:
        """Work until the machine must stand for a person: returns why. None when it is time to leave."""
        sink = JournalSink(self._plant, self._line.machine, "")
        resume = self._resume(sink)
        if not self._going_on():
            return None
        with self._line.open_inserter(sink, resume) as inserter:
            self._was_there = True
            while self._going_on():
                try:
                    self._work(inserter, sink)
                except (SinkFailed, MailroomError) as error:
                    trouble = _store_trouble(error)
                    if trouble is None:
                        return self._stands(error)
                    self._ride_out(inserter, trouble)
                except (LinkDown, OutcomeUnknown) as error:
                    self._wait_for_line(inserter, error)
                except (InserterError, SpoolError) as error:
                    return self._stands(error)
            self._leave(inserter)
        return None

    def _resume(self, sink: JournalSink) -> tuple[int, int] | None:
        """The last event that the journal has. What the machine kept belongs to the batch that was at it then."""
        while self._going_on():
            try:
                with self._plant.read_ledger() as ledger:
                    resume = ledger.last_machine_event()
                self._batch = self._next_batch()
            except MailroomError as error:
                if error.code not in _AWAY:
                    raise
                self._tell(Doing.JOURNAL, error)
                self._pause()
            else:
                sink.batch = self._batch.id if self._batch else ""
                return resume
        return None

    def _work(self, inserter: Inserter, sink: JournalSink) -> None:
        """The next batch to its end; waits a moment when there is none."""
        inserter.check()
        self._batch = batch = self._next_batch()
        if batch is None:
            self._tell(Doing.WAITING)
            self._plant.sleep(self._line.patience.poll)
            return
        self._tell(Doing.INSERTING)
        first = batch.state is BatchState.PRINTED
        batch = hand_to_machine(self._plant, batch, by_files=False)
        sink.batch = batch.id
        shift = Shift(self._plant, self._line, inserter, sink, batch)
        shift.standstill = _Unattended(self._plant, inserter, self._line.operator, batch, self._released)
        self._released = None
        shift.take_over(first=first)
        self._wait_s = 0.0
        shift.work(self._going_on)

    def _next_batch(self) -> Batch | None:
        """The one that was begun, else the first that is printed."""
        run = open_run(self._plant)
        if run is None:
            return None
        with self._plant.read_ledger() as ledger:
            ours = [
                batch
                for batch in ledger.batches(run.id)
                if batch.handling is Handling.MACHINE and not lies_at_the_table(batch)
            ]
        begun = next((batch for batch in ours if batch.state is BatchState.INSERTING), None)
        return begun or next((batch for batch in ours if batch.state is BatchState.PRINTED), None)

    def _leave(self, inserter: Inserter) -> None:
        """Stop feeding at a piece boundary and let the path run empty. A machine that nobody hears stops by itself."""
        self._tell(Doing.LEAVING)
        if _under_way(inserter):
            with suppress(InserterError):
                inserter.stop()
            while _under_way(inserter):
                self._plant.sleep(self._line.patience.poll)

    # What is waited for

    def _ride_out(self, inserter: Inserter, trouble: MailroomError) -> None:
        """The ledger can't be written: the machine finishes what it holds, and goes on when an entry that tells of it
        has been committed. Until then no event is acknowledged."""
        since = self._plant.clock()
        self._tell(Doing.JOURNAL, trouble)
        with suppress(InserterError):
            inserter.stop()
        while self._going_on():
            self._pause()
            try:
                inserter.check()
                with self._plant.open_ledger() as ledger:
                    record = Recorder(ledger, self._plant.clock)
                    record.journal_was_away(self._batch, since, trouble.code, trouble.message)
                    ledger.commit()
            except (SinkFailed, MailroomError) as error:
                if _store_trouble(error) is None:
                    return  # the next look meets it, and stands
            else:
                return

    def _wait_for_line(self, inserter: Inserter, trouble: InserterError) -> None:
        self._tell(Doing.LINE, trouble)
        self._pause()
        while self._going_on() and inserter.machine_state is MachineState.OFFLINE:
            self._plant.sleep(self._line.patience.poll)

    def _stands(self, trouble: Explained) -> Explained:
        self._tell(Doing.STANDING, trouble)
        return trouble

    def _wait_for_release(self, trouble: Explained) -> None:
        """Until a person has let the machine run again, or has brought the batch to its end with another command."""
        stood = self._record(trouble)
        while self._going_on():
            self._plant.sleep(self._line.patience.poll)
            try:
                with self._plant.read_ledger() as ledger:
                    self._released = released_since(ledger, stood)
                    held = ledger.batch(self._batch.id) if self._batch else None
            except MailroomError as error:
                if error.code not in _AWAY:
                    raise
                self._pause()
                continue
            if self._released is not None or (held is not None and held.state is BatchState.DONE):
                return

    def _record(self, trouble: Explained) -> int:
        while True:
            try:
                with self._plant.open_ledger() as ledger:
                    record = Recorder(ledger, self._plant.clock)
                    stood = record.machine_stands(self._batch, trouble.code, trouble.message)
                    ledger.commit()
            except MailroomError as error:
                if error.code not in _AWAY or not self._going_on():
                    raise
                self._pause()
            else:
                return stood

    def _pause(self) -> None:
        """Longer each time that nothing has been done in between."""
        poll = self._line.patience.poll
        self._wait_s = min(max(2 * self._wait_s, poll), max(_LONGEST_WAIT_S, poll))
        left = self._wait_s
        while left > 0 and self._going_on():
            self._plant.sleep(min(left, poll))
            left -= poll

    def _tell(self, doing: Doing, trouble: Explained | None = None) -> None:
        self._watch(Duty(doing, self._batch.id if self._batch else "", trouble))


class _Unattended(Standstill):
    """Nobody stands beside the machine who would see it start: a fault is reset only on the word of a person, and that
    word holds until the machine is started, not for what comes up then."""

    def __init__(
        self, plant: Plant, inserter: Inserter, nobody: Operator, batch: Batch, released: Released | None
    ) -> None:
        super().__init__(plant, inserter, released or nobody, batch)
        self._nobody = nobody
        self._released = released

    def begin(self) -> None:
        super().begin()
        self._fresh = self._released is not None

    def _start(self) -> None:
        self.operator = self._nobody
        self._released = None
        super()._start()


def _store_trouble(error: SinkFailed | MailroomError) -> MailroomError | None:
    """What ails the ledger, if that is something to be waited for."""
    cause = error.__cause__ if isinstance(error, SinkFailed) else error
    return cause if isinstance(cause, MailroomError) and cause.code in _AWAY else None


def _under_way(inserter: Inserter) -> bool:
    """Whether paper moves. A machine that nobody hears stops by itself: nobody waits for it."""
    try:
        return inserter.status().state in UNDER_WAY
    except SinkFailed:
        return True
    except InserterError:
        return False
