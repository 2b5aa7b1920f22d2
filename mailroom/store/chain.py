"""The journal of one unit of work: entries get their place in the chain as they come and are written in bulk."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, bindparam, desc, select, union

from mailroom.domain.journal import GENESIS, ChainedEntry, Entry, chain_hash, entry_fields
from mailroom.store.columns import in_utc, to_json
from mailroom.store.rows import entry_of, entry_row
from mailroom.store.tables import batches, journal, pieces

_PAGE = 500
"""Entries read at a time."""

_INSERT = journal.insert()
_HEAD = select(journal.c.seq, journal.c.hash).order_by(desc(journal.c.seq)).limit(1)
_MACHINE_EVENT = select(journal.c.seq).where(
    journal.c.machine_boot == bindparam("of_boot"), journal.c.machine_event == bindparam("of_number")
)
_OF_PIECE = select(journal).where(journal.c.piece == bindparam("of_piece")).order_by(journal.c.seq)
_LAST_MACHINE_EVENT = (
    select(journal.c.machine_boot, journal.c.machine_event)
    .where(journal.c.machine_boot.is_not(None))
    .order_by(desc(journal.c.seq))
    .limit(1)
)


class JournalWriter:
    """Appends to and reads from the journal over one connection. Entries wait in memory until `flush`, which every
    reading method and the ledger's commit call, so that what was appended is always seen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[ChainedEntry] = []
        self._events: set[tuple[int, int]] = set()
        self._head: tuple[int, str] | None = None

    def append(self, entry: Entry) -> ChainedEntry:
        """Give the entry its place. Its time becomes UTC and its detail plain JSON before they are hashed, because the
        hash must follow from what is read back."""
        last, previous = self._head or self._read_head()
        entry = replace(entry, at=in_utc(entry.at), detail=json.loads(to_json(dict(entry.detail))))
        seq = last + 1
        chained = ChainedEntry(seq, entry, previous, chain_hash(previous, entry_fields(seq, entry)))
        self._head = (seq, chained.hash)
        self._waiting.append(chained)
        if entry.machine:
            self._events.add(entry.machine)
        return chained

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            self._connection.execute(_INSERT, [entry_row(chained) for chained in self._waiting])
            self._waiting.clear()
            self._events.clear()

    def has_machine_event(self, boot: int, number: int) -> bool:
        if (boot, number) in self._events:
            return True
        return self._connection.execute(_MACHINE_EVENT, {"of_boot": boot, "of_number": number}).first() is not None

    def last_machine_event(self) -> tuple[int, int] | None:
        self.flush()
        row = self._connection.execute(_LAST_MACHINE_EVENT).first()
        return None if row is None else (row.machine_boot, row.machine_event)

    def entries(
        self, run: str | None, batch: str | None, piece: str | None, span: tuple[int, int] | None
    ) -> Iterator[ChainedEntry]:
        """In order, read a page at a time, so that a journal of any length takes little memory. A piece has tens of
        entries and is asked for at every outcome: they are read at once."""
        self.flush()
        if piece is not None and run is None and batch is None and span is None:
            of_piece = self._connection.execute(_OF_PIECE, {"of_piece": piece}).mappings().all()
            yield from (entry_of(row) for row in of_piece)
            return
        wanted = _seqs(run, batch, piece)
        if wanted is None:
            yield from self._stretch(*(span or (1, sys.maxsize)))
            return
        first, end = span or (1, sys.maxsize)
        seqs = [seq for seq in self._connection.execute(wanted.order_by("seq")).scalars() if first <= seq <= end]
        for start in range(0, len(seqs), _PAGE):
            yield from self._page(select(journal).where(journal.c.seq.in_(seqs[start : start + _PAGE])))

    def _stretch(self, first: int, end: int) -> Iterator[ChainedEntry]:
        while page := self._page(select(journal).where(journal.c.seq.between(first, end)).limit(_PAGE)):
            yield from page
            first = page[-1].seq + 1

    def _page(self, rows: Select[*tuple[Any, ...]]) -> list[ChainedEntry]:
        return [entry_of(row) for row in self._connection.execute(rows.order_by(journal.c.seq)).mappings()]

    def _read_head(self) -> tuple[int, str]:
        row = self._connection.execute(_HEAD).first()
        return (0, GENESIS) if row is None else (row.seq, row.hash)


def _seqs(run: str | None, batch: str | None, piece: str | None) -> Select[int] | None:
    """The numbers of the entries of a run, of a batch or of a piece; None for all.

    To a run also belong entries that name no run but one of its batches or pieces. Three selections united instead of
    one with OR, so that each can use its index."""
    seqs = select(journal.c.seq)
    if batch is not None or piece is not None:
        named = {journal.c.run: run, journal.c.batch: batch, journal.c.piece: piece}
        return seqs.where(*(column == name for column, name in named.items() if name is not None))
    if run is None:
        return None
    nameless = seqs.where(journal.c.run == "")
    united = union(
        seqs.where(journal.c.run == run),
        nameless.where(journal.c.batch.in_(select(batches.c.id).where(batches.c.run == run))),
        nameless.where(journal.c.piece.in_(select(pieces.c.id).where(pieces.c.run == run))),
    ).subquery()
    return select(united.c.seq)
