"""Insert: a printed stack → sealed envelopes, sheet by sheet as the machine's camera saw them. Each feed is recorded
before the piece is queued; what becomes of it arrives as events (`journal_events`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from drivers.inserter.errors import CommandRefused
from drivers.inserter.vocabulary import Fault, Fold, JobSpec, PieceSpec, Status
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import Batch, BatchState
from mailroom.production.assemble_batch import envelope_of
from mailroom.production.hand_to_machine import hand_to_machine
from mailroom.production.journal_events import JournalSink
from mailroom.production.line import Line
from mailroom.production.plant import Plant
from mailroom.production.ports import Inserter, Ledger
from mailroom.production.record import Recorder
from mailroom.production.standstill import MachineTrouble, Standstill, machine_trouble, telling_of_losses

_MOVING = frozenset({CopyState.FEEDING, CopyState.SCANNED})
_WINDOW = 16
"""Feeds recorded in one transaction ahead of the machine."""

_QUIET_S = 1.0
"""A machine that stands and has told nothing for so long has told all."""


def insert_batch(plant: Plant, line: Line, batch: Batch) -> Batch:
    """Bring a batch from PRINTED (or INSERTING, after a crash) to DONE. Raises MachineTrouble when the operator leaves
    the machine standing, those of `hand_to_machine`, and the driver's own errors when the line is lost for good."""
    first = batch.state is BatchState.PRINTED
    batch = hand_to_machine(plant, batch, by_files=False)
    with plant.read_ledger() as ledger:
        resume = ledger.last_machine_event()
    sink = JournalSink(plant, line.machine, batch.id)
    with telling_of_losses(), line.open_inserter(sink, resume) as inserter:
        shift = Shift(plant, line, inserter, sink, batch)
        shift.take_over(first=first)
        return shift.work()


def recover_batch(plant: Plant, line: Line, batch: Batch) -> Status:
    """Have a machine that stands with a batch under way mended, and what it holds or has forgotten put before the
    operator; nothing is fed. Returns how the machine stands then. Raises what `insert_batch` raises."""
    with plant.read_ledger() as ledger:
        resume = ledger.last_machine_event()
    sink = JournalSink(plant, line.machine, batch.id)
    with telling_of_losses(), line.open_inserter(sink, resume) as inserter:
        shift = Shift(plant, line, inserter, sink, batch)
        shift.take_over()
        shift.standstill.mend()
        shift.hear_out()
        return inserter.status()


def always() -> bool:
    """Nobody asks for an early end of the work."""
    return True


class Shift:
    """One batch at the machine.

    boot      the machine's power-up; when it changes, the machine has forgotten everything.
    loaded    the machine has our job.
    fed_here  a piece of the batch was fed to this power-up: its job was loaded here, even if it has ended since.
    pending   recorded as fed, not queued yet.
    """

    def __init__(self, plant: Plant, line: Line, inserter: Inserter, sink: JournalSink, batch: Batch) -> None:
        self.plant = plant
        self.machine = line.machine
        self.patience = line.patience
        self.inserter = inserter
        self.sink = sink
        self.batch = batch
        self.standstill = Standstill(plant, inserter, line.operator, batch)
        self.boot: int | None = None
        self.loaded = False
        self.fed_here = False
        self.copies: list[Copy] = []
        self.waiting: list[Copy] = []
        self.moving: list[Copy] = []
        self.pending: deque[Copy] = deque()
        with plant.read_ledger() as ledger:
            self.selects = {piece.id: piece.details.selects for piece in ledger.pieces_of_batch(batch.id)}

    def work(self, going_on: Callable[[], bool] = always) -> Batch:
        """Until the batch is DONE, or `going_on` says no."""
        seen = -1
        idle = 0.0
        while going_on():
            self.inserter.check()
            if self.inserter.boot_id != self.boot:
                self.take_over()
                seen = -1
            if seen != self.sink.changed:
                seen, idle = self.sink.changed, 0.0
                self._look()
            if self.batch.state is BatchState.DONE:
                return self.batch
            step = self._end if self._is_over() else self._feed
            if step():
                seen = -1
            self.plant.sleep(self.patience.poll)
            idle += self.patience.poll
            if idle > self.patience.stalled:
                text = "the ended job's counters do not come" if self._is_over() else "nothing moves"
                raise machine_trouble(self.inserter, self.batch.id, text)
        return self.batch

    def take_over(self, *, first: bool = False) -> None:
        """See what the machine has of ours; `first`: nothing of the batch was ever fed. A machine that was switched off
        since knows nothing of the pieces it was given: they are unknown."""
        status = self.inserter.status()
        if status.job not in ("", self.batch.id):
            raise MachineTrouble(
                "E2050",
                f"the machine works on job {status.job}, not on {self.batch.id}",
                place=self.machine,
                remedy="End that job at the machine, then start the run again.",
            )
        self.boot = self.inserter.boot_id
        self.loaded = status.job == self.batch.id
        self.standstill.begin()
        self.fed_here = not first and self._lose_what_was_forgotten()
        if not (first or self.fed_here):
            self.standstill.ask_for_forgotten()
        self._look()
        self.pending = deque(copy for copy in self.moving if copy.state is CopyState.FEEDING)

    def hear_out(self) -> None:
        """Until the machine has nothing new to tell: what was taken out has its outcome in the journal."""
        seen = -1
        quiet_s = 0.0
        while quiet_s < _QUIET_S:
            self.inserter.check()
            quiet_s = quiet_s + self.patience.poll if seen == self.sink.changed else 0.0
            seen = self.sink.changed
            self.plant.sleep(self.patience.poll)

    def _lose_what_was_forgotten(self) -> bool:
        """Whether anything of the batch was fed to the machine since its last power-up."""
        with self.plant.open_ledger() as ledger:
            record = Recorder(ledger, self.plant.clock)
            boots = {copy: _fed_to(ledger, copy) for copy in ledger.copies_of_batch(self.batch.id)}
            for copy, boot in boots.items():
                if copy.state in _MOVING and boot != self.boot:
                    reason = "the machine was restarted"
                    record.copy(self.batch.run, copy, CopyEvent.LOSE, reason=reason, boot=self.boot)
            ledger.commit()
        return self.boot in boots.values()

    # What is known

    def _look(self) -> None:
        with self.plant.read_ledger() as ledger:
            self.copies = ledger.copies_of_batch(self.batch.id)
            self.batch = ledger.batch(self.batch.id) or self.batch
        self.waiting = [copy for copy in self.copies if copy.state is CopyState.PRINTED]
        self.moving = [copy for copy in self.copies if copy.state in _MOVING]
        done = len(self.copies) - len(self.waiting) - len(self.moving)
        self.plant.progress(f"insert {self.batch.id}", done, len(self.copies))

    def _is_over(self) -> bool:
        """All paper has gone through; or the job has ended already, and what it came to is on its way."""
        through = not self.waiting and not self.moving
        return through or self.standstill.paper_out or (self.fed_here and not self.loaded)

    # What is done. Each returns True when it has changed the ledger itself.

    def _feed(self) -> bool:
        if not self.loaded:
            self._load()
        fed = bool(self.waiting) and not self.pending
        if fed:
            self.pending.extend(self._record_feed(self.waiting[:_WINDOW]))
        self._queue_pending()
        self.standstill.keep_running()
        return fed

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
        self.loaded = True

    def _record_feed(self, copies: Sequence[Copy]) -> list[Copy]:
        with self.plant.open_ledger() as ledger:
            record = Recorder(ledger, self.plant.clock)
            fed = [record.copy(self.batch.run, copy, CopyEvent.FEED, boot=self.boot) for copy in copies]
            ledger.commit()
        self.fed_here = True
        return fed

    def _ordered(self, copy: Copy) -> PieceSpec:
        return PieceSpec(copy.order, copy.piece, copy.copy, copy.sheets, selects=self.selects[copy.piece])

    def _queue_pending(self) -> None:
        while self.pending:
            copy = self.pending[0]
            try:
                free = self.inserter.queue_piece(self._ordered(copy))
            except CommandRefused as refused:
                if refused.fault in (Fault.QUEUE_FULL, Fault.NO_JOB):
                    return  # it has no job when it was switched off just now: the next look sees to it
                if refused.fault is not Fault.ALREADY_QUEUED:
                    raise
                free = 1
            self.pending.popleft()
            if free == 0:
                return

    def _end(self) -> bool:
        """End the job; its counters come as an event and make the batch DONE."""
        if self.loaded:
            self.loaded = not self._end_job()
            self.fed_here = True
        elif not self.fed_here:
            self._close_uncounted()
            return True
        return False

    def _end_job(self) -> bool:
        if self.inserter.status().job != self.batch.id:
            return True
        try:
            self.inserter.end_job()
        except CommandRefused as refused:
            if refused.fault is Fault.NO_JOB:
                return True
            if refused.fault is not Fault.PATH_NOT_EMPTY:
                raise
            # A sheet of nobody's may be stuck although every piece has its outcome.
            self.standstill.empty_path()
            return False
        return True

    def _close_uncounted(self) -> None:
        """The machine was switched off before the job's end: nobody has counters of it."""
        with self.plant.open_ledger() as ledger:
            record = Recorder(ledger, self.plant.clock)
            reason = "the machine was restarted before the job's end"
            record.incident("no_counters", run=self.batch.run, batch=self.batch.id, reason=reason)
            record.batch(self.batch, BatchState.DONE)
            ledger.commit()


def _fed_to(ledger: Ledger, copy: Copy) -> int | None:
    """The boot id of the machine that the copy was last fed to."""
    boot: int | None = None
    for chained in ledger.entries(piece=copy.piece):
        if chained.entry.event == "copy.feed" and chained.entry.copy == copy.copy:
            boot = chained.entry.detail["evidence"]["boot"]
    return boot
