"""A ledger in memory for worlds that live a thousand times: it keeps the contracts of the real one, and forgets all
with its process."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from copy import copy as shallow
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

from mailroom.domain.content import Content
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.insert_stock import MovementKind, StockLevel, StockMovement
from mailroom.domain.journal import GENESIS, ChainedEntry, Entry, chain_hash, entry_fields
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceState
from mailroom.domain.run import Batch, MailRun, RunState
from mailroom.planning.household import Decision, Member, OptOut
from mailroom.production.ports import Ledger
from mailroom.store.columns import in_utc, to_json
from mailroom.store.errors import StoreError

Name = tuple[str, int]
T = TypeVar("T")


@dataclass(slots=True)
class _Records:
    """All but the journal; values are frozen, so a shallow copy keeps what was."""

    documents: dict[int, Document] = field(default_factory=dict)
    runs: dict[str, MailRun] = field(default_factory=dict)
    pieces: dict[str, MailPiece] = field(default_factory=dict)
    copies: dict[Name, Copy] = field(default_factory=dict)
    seqs: dict[Name, int] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    decisions: dict[frozenset[Member], Decision] = field(default_factory=dict)
    opt_outs: dict[str, OptOut] = field(default_factory=dict)
    held: dict[str, datetime] = field(default_factory=dict)
    movements: dict[int, StockMovement] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=lambda: {"run": 0, "piece": 0})

    def kept(self) -> _Records:
        """The same records, whatever becomes of these."""
        return _Records(**{each.name: dict(getattr(self, each.name)) for each in fields(self)})


class _Journal:
    """Every entry, and where to find those of a piece."""

    def __init__(self) -> None:
        self.entries: list[ChainedEntry] = []
        self.of_piece: dict[str, list[ChainedEntry]] = defaultdict(list)
        self.events: set[tuple[int, int]] = set()
        self.steps: set[tuple[str, int | None, int]] = set()
        self.last_event: tuple[int, int] | None = None

    def add(self, chained: ChainedEntry) -> None:
        entry = chained.entry
        self.entries.append(chained)
        if entry.piece:
            self.of_piece[entry.piece].append(chained)
        if entry.machine is not None:
            self.events.add(entry.machine)
            self.last_event = entry.machine
        if entry.copy_seq is not None:
            self.steps.add((entry.piece, entry.copy, entry.copy_seq))


class MemoryStore:
    """What a `Store` is on disk. One unit of work at a time, on one thread."""

    def __init__(self) -> None:
        self.records = _Records()
        self.journal = _Journal()

    @classmethod
    def of(cls, ledger: Ledger, run: str) -> MemoryStore:
        """What another ledger holds of one run and of all documents in it."""
        store = cls()
        records = store.records
        for state in DocumentState:
            records.documents.update((each.id, each) for each in ledger.documents(state))
        records.runs.update((each.id, each) for each in ledger.runs())
        records.pieces.update((each.id, each) for each in ledger.pieces(run))
        records.batches.update((each.id, each) for each in ledger.batches(run))
        for each in ledger.copies_of_run(run):
            records.copies[each.piece, each.copy] = each
            records.seqs[each.piece, each.copy] = ledger.copy_seq(each.piece, each.copy)
        records.numbers = {"run": len(records.runs), "piece": len(records.pieces)}
        for chained in ledger.entries():
            store.journal.add(chained)
        return store

    def copied(self) -> MemoryStore:
        """Another one that begins with the same."""
        store = MemoryStore()
        store.records = self.records.kept()
        for chained in self.journal.entries:
            store.journal.add(chained)
        return store

    def ledger(self) -> MemoryLedger:
        """A unit of work that may write; it also serves those who only read."""
        return MemoryLedger(self)


class MemoryLedger:
    """`mailroom.production.ports.Ledger` over a MemoryStore."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._before: _Records | None = None
        self._length = 0
        self._begun = False
        self._committed = False

    def __enter__(self) -> Self:
        if self._begun:
            raise StoreError("E9601", "a unit of work was begun inside itself")
        self._begun, self._committed = True, False
        self._before = None
        self._length = len(self._store.journal.entries)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._begun = False
        if self._before is not None:
            self._store.records = self._before
            if len(self._store.journal.entries) > self._length:
                kept, self._store.journal = self._store.journal.entries[: self._length], _Journal()
                for chained in kept:
                    self._store.journal.add(chained)

    def commit(self) -> None:
        self._write()
        self._before, self._committed = None, True

    def _read(self) -> _Records:
        if not self._begun:
            raise StoreError("E9601", "the ledger was used outside a unit of work")
        return self._store.records

    def _write(self) -> _Records:
        records = self._read()
        if self._committed:
            raise StoreError("E9601", "the unit of work was committed already")
        if self._before is None:
            self._before = records.kept()
        return records

    # documents

    def documents_of(self, key: str) -> list[Document]:
        return [each for each in self._read().documents.values() if each.key == key]

    def add_document(self, key: str, customer: str, content: Content, source: str, at: datetime) -> Document:
        documents = self._write().documents
        ordinal = sum(each.key == key for each in documents.values())
        new = Document(len(documents) + 1, key, ordinal, customer, content, source, in_utc(at))
        documents[new.id] = new
        return new

    def documents(self, state: DocumentState) -> list[Document]:
        return [each for each in self._read().documents.values() if each.state is state]

    def set_document(self, document: int, state: DocumentState, problem: str = "") -> None:
        documents = self._write().documents
        documents[document] = replace(_there(documents.get(document)), state=state, problem=problem)

    # runs

    def next_run_number(self) -> int:
        return self._next("run", 1).start

    def add_run(self, run: MailRun) -> None:
        self._write().runs[run.id] = replace(run, opened_at=in_utc(run.opened_at))

    def run(self, run: str) -> MailRun | None:
        return self._read().runs.get(run)

    def runs(self) -> list[MailRun]:
        return sorted(self._read().runs.values(), key=lambda run: run.id)

    def set_run(self, run: str, state: RunState, closed_at: datetime | None = None) -> None:
        runs = self._write().runs
        closed = None if closed_at is None else in_utc(closed_at)
        runs[run] = replace(_there(runs.get(run)), state=state, closed_at=closed)

    # pieces and copies

    def next_piece_numbers(self, count: int) -> range:
        return self._next("piece", count)

    def add_piece(self, piece: MailPiece) -> None:
        records = self._write()
        _demand(piece.run in records.runs and piece.id not in records.pieces, f"piece {piece.id}")
        records.pieces[piece.id] = piece

    def piece(self, piece: str) -> MailPiece | None:
        return self._read().pieces.get(piece)

    def pieces(self, run: str) -> list[MailPiece]:
        return _sorted([each for each in self._read().pieces.values() if each.run == run])

    def pieces_of_batch(self, batch: str) -> list[MailPiece]:
        records = self._read()
        inside = {copy.piece for copy in records.copies.values() if copy.batch == batch}
        return _sorted([records.pieces[piece] for piece in inside])

    def set_piece(self, piece: str, state: PieceState) -> None:
        pieces = self._write().pieces
        pieces[piece] = replace(_there(pieces.get(piece)), state=state)

    def add_copy(self, copy: Copy) -> None:
        records, name = self._write(), (copy.piece, copy.copy)
        _demand(copy.piece in records.pieces and name not in records.copies, f"copy {copy.copy} of {copy.piece}")
        records.copies[name] = copy
        records.seqs[name] = 0

    def copy(self, piece: str, copy: int) -> Copy | None:
        return self._read().copies.get((piece, copy))

    def copies(self, piece: str) -> list[Copy]:
        found = [each for each in self._read().copies.values() if each.piece == piece]
        return sorted(found, key=lambda each: each.copy)

    def copies_of_run(self, run: str) -> list[Copy]:
        records = self._read()
        found = [each for each in records.copies.values() if records.pieces[each.piece].run == run]
        return sorted(found, key=lambda each: (records.pieces[each.piece].sort_key, each.piece, each.copy))

    def copies_of_batch(self, batch: str) -> list[Copy]:
        found = [each for each in self._read().copies.values() if each.batch == batch]
        return sorted(found, key=lambda each: each.order)

    def set_copy(self, piece: str, copy: int, state: CopyState, seq: int) -> None:
        records, name = self._write(), (piece, copy)
        records.copies[name] = replace(_there(records.copies.get(name)), state=state)
        records.seqs[name] = seq

    def copy_seq(self, piece: str, copy: int) -> int:
        return self._read().seqs.get((piece, copy), 0)

    # batches

    def add_batch(self, batch: Batch) -> None:
        records = self._write()
        _demand(batch.id not in records.batches, f"batch {batch.id}")
        records.batches[batch.id] = batch

    def batch(self, batch: str) -> Batch | None:
        return self._read().batches.get(batch)

    def batches(self, run: str) -> list[Batch]:
        found = [each for each in self._read().batches.values() if each.run == run]
        return sorted(found, key=lambda each: (len(each.id), each.id))

    def set_batch(self, batch: Batch) -> None:
        batches = self._write().batches
        _there(batches.get(batch.id))
        batches[batch.id] = batch

    # decisions

    def customers(self) -> list[str]:
        return sorted({each.customer for each in self._read().documents.values()})

    def decisions(self) -> list[Decision]:
        return sorted(self._read().decisions.values(), key=lambda each: each.at)

    def set_decision(self, decision: Decision) -> None:
        self._write().decisions[frozenset(decision.members)] = decision

    def opt_outs(self) -> list[OptOut]:
        return sorted(self._read().opt_outs.values(), key=lambda each: each.customer)

    def set_opt_out(self, opt_out: OptOut) -> None:
        self._write().opt_outs[opt_out.customer] = opt_out

    def hold_plan(self, digest: str, at: datetime) -> None:
        self._write().held.setdefault(digest, at)

    def is_held(self, digest: str) -> bool:
        return digest in self._read().held

    # stock

    def add_movement(self, movement: StockMovement) -> None:
        records = self._write()
        use = (movement.insert, movement.piece, movement.copy)
        if movement.piece is not None:
            known = {(each.insert, each.piece, each.copy) for each in records.movements.values()}
            _demand((movement.piece, movement.copy) in records.copies and use not in known, f"use {use}")
        records.movements[len(records.movements) + 1] = movement

    def movements(self, insert: str) -> list[StockMovement]:
        return [each for each in self._read().movements.values() if each.insert == insert]

    def stock(self) -> dict[str, StockLevel]:
        return {insert: self._level(insert) for insert in {each.insert for each in self._read().movements.values()}}

    def _level(self, insert: str) -> StockLevel:
        movements = self.movements(insert)
        counted = any(each.kind is not MovementKind.USED for each in movements)
        return StockLevel(sum(each.change for each in movements), counted)

    def inserts_of(self, piece: str, copy: int) -> set[str]:
        return {each.insert for each in self._uses() if (each.piece, each.copy) == (piece, copy)}

    def inserts_used(self, run: str) -> set[tuple[str, str, int]]:
        return {(each.insert, each.piece or "", each.copy or 0) for each in self._uses() if each.run == run}

    def _uses(self) -> list[StockMovement]:
        return [each for each in self._read().movements.values() if each.piece is not None]

    # journal

    def append(self, entry: Entry) -> ChainedEntry:
        self._write()
        journal = self._store.journal
        entry = replace(entry, at=in_utc(entry.at), detail=json.loads(to_json(dict(entry.detail))))
        if entry.machine is not None:
            _demand(entry.machine not in journal.events, f"event {entry.machine}")
        if entry.copy_seq is not None:
            _demand((entry.piece, entry.copy, entry.copy_seq) not in journal.steps, f"step {entry.copy_seq}")
        seq = len(journal.entries) + 1
        previous = journal.entries[-1].hash if journal.entries else GENESIS
        chained = ChainedEntry(seq, entry, previous, chain_hash(previous, entry_fields(seq, entry)))
        journal.add(chained)
        return chained

    def has_machine_event(self, boot: int, number: int) -> bool:
        self._read()
        return (boot, number) in self._store.journal.events

    def last_machine_event(self) -> tuple[int, int] | None:
        self._read()
        return self._store.journal.last_event

    def entries(
        self,
        *,
        run: str | None = None,
        batch: str | None = None,
        piece: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> Iterator[ChainedEntry]:
        records, journal = self._read(), self._store.journal
        found = journal.entries if piece is None else journal.of_piece.get(piece, [])
        first, last = span or (1, len(journal.entries))
        whole_run = batch is None and piece is None
        for chained in shallow(found):
            entry = chained.entry
            of_run = run is None or (_is_of(entry, run, records) if whole_run else entry.run == run)
            if first <= chained.seq <= last and of_run and (batch is None or entry.batch == batch):
                yield chained

    def _next(self, name: str, count: int) -> range:
        numbers = self._write().numbers
        numbers[name] += count
        return range(numbers[name] - count + 1, numbers[name] + 1)


def _is_of(entry: Entry, run: str, records: _Records) -> bool:
    """Whether it names the run; or, naming none, one of its batches or pieces."""
    if entry.run:
        return entry.run == run
    batch, named = records.batches.get(entry.batch), records.pieces.get(entry.piece)
    return (batch is not None and batch.run == run) or (named is not None and named.run == run)


def _sorted(pieces: list[MailPiece]) -> list[MailPiece]:
    return sorted(pieces, key=lambda piece: (piece.sort_key, piece.id))


def _there(value: T | None) -> T:
    if value is None:
        raise StoreError("E6510", "it is not in the store")
    return value


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise StoreError("E6509", f"the store refuses {what}")
