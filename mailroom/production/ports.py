"""What production needs from the floors above it, as Protocols: the ledger (store), print queues, the inserter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from drivers.inserter.errors import EventsLost
from drivers.inserter.vocabulary import (
    Counters,
    JobSpec,
    MachineEvent,
    MachineState,
    PieceSpec,
    Position,
    Status,
)
from layouts.pageset import PageSet
from mailroom.domain.content import Content
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.errors import Explained
from mailroom.domain.finished import FinishedPdf
from mailroom.domain.insert_stock import StockLevel, StockMovement
from mailroom.domain.journal import ChainedEntry, Entry
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceState
from mailroom.domain.run import Batch, MailRun, RunState
from mailroom.planning.household import Decision, OptOut
from mailroom.production.recovery import Recovery
from spool.job import JobReport, PrintJob

Clock = Callable[[], datetime]
"""Returns an aware datetime."""


class Typesetter(Protocol):
    """Sets documents in the layout of the plant."""

    def typeset(self, data: Mapping[str, Any], language: str, country: str) -> PageSet:
        """The pages of one document for a recipient in that country. Raises LayoutError for what can't be set, or
        would stand where an envelope's window, a clear zone or the marks forbid it."""
        ...


class FinishedPages(Protocol):
    """Where the pages of finished documents come from."""

    def page_sets(self, documents: Sequence[FinishedPdf]) -> Iterable[PageSet | Explained]:
        """For each document, in order, its pages, or what is wrong with them."""
        ...


class Ledger(Protocol):
    """One unit of work: a transaction that ends with `commit()`; leaving the `with` block without it rolls back.

    Only `production/record.py` calls `append` and `set_copy`, `set_batch`, `set_piece`, `set_run`, and what writes
    decisions and stock."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...

    def commit(self) -> None: ...

    # documents
    def documents_of(self, key: str) -> list[Document]:
        """Every document taken in under this key, in order of arrival."""
        ...

    def add_document(self, key: str, customer: str, content: Content, source: str, at: datetime) -> Document: ...

    def documents(self, state: DocumentState) -> list[Document]: ...

    def set_document(self, document: int, state: DocumentState, problem: str = "") -> None: ...

    # runs
    def next_run_number(self) -> int: ...

    def add_run(self, run: MailRun) -> None: ...

    def run(self, run: str) -> MailRun | None: ...

    def runs(self) -> list[MailRun]: ...

    def set_run(self, run: str, state: RunState, closed_at: datetime | None = None) -> None: ...

    # pieces and copies
    def next_piece_numbers(self, count: int) -> range:
        """So many numbers in a row that no piece has had."""
        ...

    def add_piece(self, piece: MailPiece) -> None: ...

    def piece(self, piece: str) -> MailPiece | None: ...

    def pieces(self, run: str) -> list[MailPiece]:
        """The run's pieces in their sort order."""
        ...

    def pieces_of_batch(self, batch: str) -> list[MailPiece]:
        """The pieces that the batch has copies of."""
        ...

    def set_piece(self, piece: str, state: PieceState) -> None: ...

    def add_copy(self, copy: Copy) -> None: ...

    def copy(self, piece: str, copy: int) -> Copy | None: ...

    def copies(self, piece: str) -> list[Copy]: ...

    def copies_of_run(self, run: str) -> list[Copy]: ...

    def copies_of_batch(self, batch: str) -> list[Copy]:
        """In the order in which their sheets lie in the print file."""
        ...

    def set_copy(self, piece: str, copy: int, state: CopyState, seq: int) -> None: ...

    def copy_seq(self, piece: str, copy: int) -> int:
        """The number of the copy's last journal entry, 0 before the first."""
        ...

    # batches
    def add_batch(self, batch: Batch) -> None: ...

    def batch(self, batch: str) -> Batch | None: ...

    def batches(self, run: str) -> list[Batch]: ...

    def set_batch(self, batch: Batch) -> None:
        """Write every field of a batch that exists."""
        ...

    # decisions
    def customers(self) -> list[str]:
        """The keys of all customers that documents were taken in for."""
        ...

    def decisions(self) -> list[Decision]:
        """The last word on every group that somebody has decided on, by time."""
        ...

    def set_decision(self, decision: Decision) -> None:
        """Write the word on a group, in the place of an earlier one."""
        ...

    def opt_outs(self) -> list[OptOut]:
        """What every customer asked for last who ever asked, by customer."""
        ...

    def set_opt_out(self, opt_out: OptOut) -> None: ...

    def hold_plan(self, digest: str, at: datetime) -> None:
        """Remember that a plan was shown and waits for release; once is enough."""
        ...

    def is_held(self, digest: str) -> bool: ...

    # stock
    def add_movement(self, movement: StockMovement) -> None:
        """The use of an insert by one copy can be added once."""
        ...

    def movements(self, insert: str) -> list[StockMovement]:
        """All of an insert, in order."""
        ...

    def stock(self) -> dict[str, StockLevel]:
        """By insert, of those that have a movement."""
        ...

    def inserts_of(self, piece: str, copy: int) -> set[str]:
        """The inserts whose use by a copy is written down."""
        ...

    def inserts_used(self, run: str) -> set[tuple[str, str, int]]:
        """(insert, piece, copy) of every use in a run."""
        ...

    # journal
    def append(self, entry: Entry) -> ChainedEntry: ...

    def has_machine_event(self, boot: int, number: int) -> bool: ...

    def last_machine_event(self) -> tuple[int, int] | None:
        """(boot id, number) of the machine event journaled last."""
        ...

    def entries(
        self,
        *,
        run: str | None = None,
        batch: str | None = None,
        piece: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> Iterator[ChainedEntry]:
        """In order; of one run (with the entries of its batches and pieces), of one batch (with those of its copies),
        of one piece, from one seq to another (both included), or all."""
        ...


OpenLedger = Callable[[], Ledger]
"""Begins a unit of work."""


class PrintQueue(Protocol):
    """A print queue (spool/queues). A key is never printed twice: see `spool.job` for states and errors."""

    @property
    def name(self) -> str: ...

    def bookmark(self) -> str: ...

    def submit(self, job: PrintJob) -> JobReport: ...

    def find(self, key: str, bookmark: str) -> JobReport: ...

    def report(self, key: str, bookmark: str) -> JobReport: ...


EventSink = Callable[[Sequence[MachineEvent]], None]
"""Takes machine events in number order and returns when the journal has committed them."""


class Inserter(Protocol):
    """The inserter as production sees it; `drivers.inserter.driver.InserterDriver` is one."""

    @property
    def machine_state(self) -> MachineState: ...

    @property
    def boot_id(self) -> int | None: ...

    def check(self) -> None:
        """Raise what the event sink raised since the last call."""
        ...

    def accept_lost_events(self) -> EventsLost | None:
        """A person answers for the lost events: delivery goes on behind them. None when nothing is lost."""
        ...

    def status(self) -> Status: ...

    def position_map(self) -> tuple[Position, ...]: ...

    def load_job(self, job: JobSpec) -> None: ...

    def queue_piece(self, piece: PieceSpec) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def clear_path(self) -> int: ...

    def reset_fault(self) -> None: ...

    def end_job(self) -> Counters: ...


OpenInserter = Callable[[EventSink, tuple[int, int] | None], AbstractContextManager[Inserter]]
"""Connects to the machine: the sink, and (boot id, number) of the last event that the journal holds."""


class Progress(Protocol):
    """Told how far a stage is; a terminal draws it, tests ignore it."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


class Operator(Protocol):
    """The person at the machine. `name` goes into the journal as "person:NAME"."""

    @property
    def name(self) -> str: ...

    def recover(self, text: str, begun: Recovery) -> Recovery:
        """Led through the pieces at risk because of `text`: takes each out, scans its sheets or says what became of it.
        Returns the guide with the answers; what has none is left as it is."""
        ...

    def clear(self, fault: str, text: str, positions: Sequence[Position]) -> bool:
        """Told of a standstill, and of what must be taken out of the path, station by station (nothing when what lies
        there may go on; asked after `recover`). True when that is done and the cause mended, False to leave the machine
        standing: then nothing that was said counts."""
        ...

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        """What became of copies that nobody can vouch for: (piece, copy) → "destroyed", "quarantined" or "stacked"
        (found sealed in the stacker). Copies left out stay as they are."""
        ...
