"""Insert: a printed stack → sealed envelopes, sheet by sheet as the machine's camera saw them. Each feed is recorded
before the piece is queued; what becomes of it arrives as events (`journal_events`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from drivers.inserter.errors import CommandRefused
from drivers.inserter.vocabulary import Fault, Fold, JobSpec, MachineState, PieceSpec, Status
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState
from mailroom.production.assemble_batch import envelope_of
from mailroom.production.journal_events import JournalSink
from mailroom.production.line import Line
from mailroom.production.plant import Plant
from mailroom.production.ports import Inserter, Ledger
from mailroom.production.record import Recorder

_STANDING = frozenset({MachineState.FAULTED, MachineState.STOPPED, MachineState.INTERLOCKED})
_EMPTY_THE_PATH = frozenset({Fault.JAM, Fault.SHEET_DAMAGED, Fault.SHEETS_EMPTY})
_MOVING = frozenset({CopyState.FEEDING, CopyState.SCANNED})
_WINDOW = 16
"""Feeds recorded in one transaction ahead of the machine."""


class MachineTrouble(MailroomError):
    """The machine stands and nobody has cleared it."""


def insert_batch(plant: Plant, line: Line, batch: Batch) -> Batch:
    """Bring a batch from PRINTED (or INSERTING, after a crash) to DONE. Raises MachineTrouble when the operator leaves
    the machine standing, and the driver's own errors when the line is lost for good."""
    with plant.open_ledger() as ledger:
        if batch.state is BatchState.PRINTED:
            batch = Recorder(ledger, plant.clock).batch(batch, BatchState.INSERTING)
            ledger.commit()
        resume = ledger.last_machine_event()
    sink = JournalSink(plant, line.machine, batch.id)
    with line.open_inserter(sink, resume) as inserter:
        if inserter.status().job not in ("", batch.id):
            raise MachineTrouble(
                "E2050",
                f"the machine works on job {inserter.status().job}, not on {batch.id}",
                place=line.machine,
                remedy="End that job at the machine, then start the run again.",
            )
        _lose_what_a_reboot_forgot(plant, inserter, batch)
        return _Shift(plant, line, inserter, sink, batch).work()


class _Shift:
    """One batch at the machine."""

    def __init__(self, plant: Plant, line: Line, inserter: Inserter, sink: JournalSink, batch: Batch) -> None:
        self.plant = plant
        self.operator = line.operator
        self.patience = line.patience
        self.inserter = inserter
        self.sink = sink
        self.batch = batch
        self.pending: deque[Copy] = deque()

    def work(self) -> Batch:
        copies = self._copies()
        self.pending.extend(copy for copy in copies if copy.state is CopyState.FEEDING)
        loaded = self.inserter.status().job == self.batch.id
        seen = -1
        idle = 0.0
        while True:
            self.inserter.check()
            if seen != self.sink.changed:
                seen, idle = self.sink.changed, 0.0
                copies = self._copies()
            waiting = [copy for copy in copies if copy.state is CopyState.PRINTED]
            moving = [copy for copy in copies if copy.state in _MOVING]
            self.plant.progress(f"insert {self.batch.id}", len(copies) - len(waiting) - len(moving), len(copies))
            if not waiting and not moving:
                return self._end(loaded)
            if not loaded:
                self._load()
                loaded = True
            if waiting and not self.pending:
                self.pending.extend(self._record_feed(waiting[:_WINDOW]))
                copies = self._copies()
            self._queue_pending()
            if self._keep_running():
                return self._end(loaded)
            self.plant.sleep(self.patience.poll)
            idle += self.patience.poll
            if idle > self.patience.stalled:
                raise self._trouble(self.inserter.status(), "nothing moves")

    def _copies(self) -> list[Copy]:
        with self.plant.read_ledger() as ledger:
            return ledger.copies_of_batch(self.batch.id)

    def _load(self) -> None:
        self.inserter.load_job(
            JobSpec(
                job=self.batch.id,
                pieces=self.batch.pieces,
                sheets=self.batch.sheets,
                envelope=self.batch.envelope,
                fold=Fold[envelope_of(self.plant, self.batch).fold.upper()],
                mark_set=self.plant.mark_set.name,
                code_template=self.plant.mark_set.code.template.text,
            )
        )

    def _record_feed(self, copies: Sequence[Copy]) -> list[Copy]:
        with self.plant.open_ledger() as ledger:
            record = Recorder(ledger, self.plant.clock)
            fed = [record.copy(self.batch.run, copy, CopyEvent.FEED, boot=self.inserter.boot_id) for copy in copies]
            ledger.commit()
        return fed

    def _queue_pending(self) -> None:
        while self.pending:
            copy = self.pending[0]
            try:
                free = self.inserter.queue_piece(PieceSpec(copy.order, copy.piece, copy.copy, copy.sheets))
            except CommandRefused as refused:
                if refused.fault is Fault.QUEUE_FULL:
                    return
                if refused.fault is not Fault.ALREADY_QUEUED:
                    raise
                free = 1
            self.pending.popleft()
            if free == 0:
                return

    def _keep_running(self) -> bool:
        """Start what is ready; call the operator when it stands. True when the paper is out and the job must end."""
        state = self.inserter.machine_state
        if state is MachineState.OFFLINE:
            state = self.inserter.status().state
        if state in (MachineState.IDLE, MachineState.READY):
            self.inserter.start()
            return False
        if state not in _STANDING:
            return False
        status = self.inserter.status()
        if status.state not in _STANDING:
            return False
        if status.fault is Fault.NONE:
            self.inserter.start()
            return False
        positions = self.inserter.position_map()
        text = status.fault.name.lower().replace("_", " ")
        if not self.operator.clear(status.fault.name, text, positions):
            raise self._trouble(status, text)
        if status.fault in _EMPTY_THE_PATH:
            self.inserter.clear_path()
        if status.fault is Fault.SHEETS_EMPTY:
            return True
        self.inserter.reset_fault()
        self.inserter.start()
        return False

    def _end(self, loaded: bool) -> Batch:
        """End the job and wait until its counters are in the journal."""
        if loaded and self.inserter.status().job == self.batch.id:
            self.inserter.end_job()
        waited = 0.0
        while waited <= self.patience.stalled:
            self.inserter.check()
            with self.plant.read_ledger() as ledger:
                batch = ledger.batch(self.batch.id)
            if batch is not None and batch.state is BatchState.DONE:
                return batch
            self.plant.sleep(self.patience.poll)
            waited += self.patience.poll
        raise self._trouble(self.inserter.status(), "the machine sent no counters for the ended job")

    def _trouble(self, status: Status, text: str) -> MachineTrouble:
        positions = self.inserter.position_map()
        where = "; ".join(
            f"{place.station.name.lower().replace('_', ' ')}: {place.piece} copy {place.copy}, {place.sheets} sheets"
            for place in positions
        )
        return MachineTrouble(
            "E2051",
            f"the machine is {status.state.name.lower()}: {text}. In the path: {where or 'nothing'}",
            place=self.batch.id,
            remedy="Clear the machine, then start the run again; it goes on where it stood.",
        )


def _lose_what_a_reboot_forgot(plant: Plant, inserter: Inserter, batch: Batch) -> None:
    """A machine that has been switched off since knows nothing of the pieces it was given: they are unknown."""
    with plant.open_ledger() as ledger:
        record = Recorder(ledger, plant.clock)
        for copy in ledger.copies_of_batch(batch.id):
            if copy.state in _MOVING and _fed_to(ledger, copy) != inserter.boot_id:
                record.copy(batch.run, copy, CopyEvent.LOSE, reason="the machine was restarted", boot=inserter.boot_id)
        ledger.commit()


def _fed_to(ledger: Ledger, copy: Copy) -> int | None:
    """The boot id of the machine that the copy was last fed to."""
    boot: int | None = None
    for chained in ledger.entries(piece=copy.piece):
        if chained.entry.event == "copy.feed" and chained.entry.copy == copy.copy:
            boot = chained.entry.detail["evidence"]["boot"]
    return boot
