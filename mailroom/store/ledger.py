"""The ledger over SQL: `mailroom.production.ports.Ledger`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Select, Table, Update, bindparam, case, func, select

from mailroom.domain.content import Content
from mailroom.domain.content_json import details_to_dict, to_dict
from mailroom.domain.document import Document, DocumentState
from mailroom.domain.insert_stock import MovementKind, StockLevel, StockMovement
from mailroom.domain.journal import ChainedEntry, Entry
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceState
from mailroom.domain.run import Batch, MailRun, RunState
from mailroom.planning.household import Decision, OptOut
from mailroom.store.chain import JournalWriter
from mailroom.store.columns import in_utc
from mailroom.store.dialects import READ_ONLY
from mailroom.store.errors import StoreError
from mailroom.store.rows import (
    batch_of,
    batch_row,
    copy_of,
    decision_of,
    decision_row,
    document_of,
    movement_of,
    piece_of,
    run_of,
)
from mailroom.store.tables import (
    batches,
    copies,
    documents,
    held_plans,
    households,
    insert_movements,
    numbers,
    opt_outs,
    piece_documents,
    pieces,
    runs,
)

_COPIES = select(copies)
_USES = select(insert_movements).where(insert_movements.c.kind == MovementKind.USED)
# Built once: what every event of a machine asks, and building a statement costs more than asking it.
_NAMED = (copies.c.piece == bindparam("of_piece"), copies.c.copy == bindparam("of_copy"))
_COPY = _COPIES.where(*_NAMED)
_COPY_SEQ = select(copies.c.seq).where(*_NAMED)
_SET_COPY = copies.update().where(*_NAMED).values(state=bindparam("to_state"), seq=bindparam("to_seq"))
_OF_COPY = _COPIES.order_by(copies.c.copy)
_OF_BATCH = _COPIES.order_by(copies.c.position)
_OF_RUN = _COPIES.join(pieces, copies.c.piece == pieces.c.id).order_by(pieces.c.sort_key, pieces.c.id, copies.c.copy)


@dataclass(slots=True)
class _Unit:
    """A unit of work that is under way."""

    connection: Connection
    journal: JournalWriter
    committed: bool = False


class SqlLedger:
    """One unit of work over one connection; see `mailroom.production.ports.Ledger` for what each method means.

    From `with` on until `commit` nobody else can begin to write, so what was read stays true. After `commit` the unit
    can still be read, as the store is then, but not written: a change that nobody commits would be lost without a word.
    The object can be entered again. Everything raises `StoreError` for a store that can't do its work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._unit: _Unit | None = None

    def __enter__(self) -> Self:
        if self._unit is not None:
            raise StoreError("E9601", "a unit of work was begun inside itself", remedy="Report this as a fault.")
        connection = self._engine.connect()
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        self._unit = _Unit(connection, JournalWriter(connection))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._unit is not None:
            unit, self._unit = self._unit, None
            unit.connection.close()

    def commit(self) -> None:
        unit = self._writable()
        unit.journal.flush()
        unit.connection.commit()
        unit.committed = True
        unit.connection.execution_options(**{READ_ONLY: True})
        unit.journal = JournalWriter(unit.connection)

    def _readable(self) -> _Unit:
        if self._unit is None:
            raise StoreError("E9601", "the ledger was used outside a unit of work", remedy="Report this as a fault.")
        return self._unit

    def _writable(self) -> _Unit:
        unit = self._readable()
        if unit.committed:
            raise StoreError("E9601", "the unit of work was committed already", remedy="Report this as a fault.")
        return unit

    # documents

    def documents_of(self, key: str) -> list[Document]:
        rows = self._rows(select(documents).where(documents.c.key == key).order_by(documents.c.ordinal))
        return [document_of(row) for row in rows]

    def add_document(self, key: str, customer: str, content: Content, source: str, at: datetime) -> Document:
        count = select(func.count()).select_from(documents).where(documents.c.key == key)
        ordinal = self._readable().connection.execute(count).scalar_one()
        row = {
            "key": key,
            "ordinal": ordinal,
            "customer": customer,
            "content": to_dict(content),
            "source": source,
            "received_at": at,
            "state": DocumentState.WAITING,
            "problem": "",
        }
        new = self._writable().connection.execute(documents.insert().returning(documents.c.id), row).scalar_one()
        return Document(new, key, ordinal, customer, content, source, in_utc(at))

    def documents(self, state: DocumentState) -> list[Document]:
        rows = select(documents).where(documents.c.state == state).order_by(documents.c.id)
        return [document_of(row) for row in self._rows(rows)]

    def set_document(self, document: int, state: DocumentState, problem: str = "") -> None:
        row = documents.update().where(documents.c.id == document)
        self._set(row.values(state=state, problem=problem), f"document {document}")

    # runs

    def next_run_number(self) -> int:
        return self._next_numbers("run", 1).start

    def add_run(self, run: MailRun) -> None:
        row = {"id": run.id, "state": run.state, "opened_at": run.opened_at, "closed_at": run.closed_at}
        self._writable().connection.execute(runs.insert(), row)

    def run(self, run: str) -> MailRun | None:
        rows = self._rows(select(runs).where(runs.c.id == run))
        return run_of(rows[0]) if rows else None

    def runs(self) -> list[MailRun]:
        return [run_of(row) for row in self._rows(select(runs).order_by(runs.c.id))]

    def set_run(self, run: str, state: RunState, closed_at: datetime | None = None) -> None:
        self._set(runs.update().where(runs.c.id == run).values(state=state, closed_at=closed_at), f"run {run}")

    # pieces and copies

    def next_piece_numbers(self, count: int) -> range:
        return self._next_numbers("piece", count)

    def add_piece(self, piece: MailPiece) -> None:
        names = [column.name for column in pieces.columns]
        row = {name: getattr(piece, name) for name in names}
        told = {"lines": list(piece.lines), "details": details_to_dict(piece.details)}
        self._writable().connection.execute(pieces.insert(), {**row, **told})
        inside = [
            {
                "piece": piece.id,
                "position": position,
                "document": each.document,
                "number": each.number,
                "pageset": each.pageset,
                "pages": each.pages,
            }
            for position, each in enumerate(piece.documents)
        ]
        if inside:
            self._writable().connection.execute(piece_documents.insert(), inside)

    def piece(self, piece: str) -> MailPiece | None:
        found = self._pieces(select(pieces).where(pieces.c.id == piece), pieces.c.id == piece)
        return found[0] if found else None

    def pieces(self, run: str) -> list[MailPiece]:
        of_run = select(pieces).where(pieces.c.run == run).order_by(pieces.c.sort_key, pieces.c.id)
        return self._pieces(of_run, pieces.c.run == run)

    def pieces_of_batch(self, batch: str) -> list[MailPiece]:
        in_batch = pieces.c.id.in_(select(copies.c.piece).where(copies.c.batch == batch))
        return self._pieces(select(pieces).where(in_batch).order_by(pieces.c.sort_key, pieces.c.id), in_batch)

    def set_piece(self, piece: str, state: PieceState) -> None:
        self._set(pieces.update().where(pieces.c.id == piece).values(state=state), f"piece {piece}")

    def add_copy(self, copy: Copy) -> None:
        row = {
            "piece": copy.piece,
            "copy": copy.copy,
            "batch": copy.batch,
            "position": copy.order,
            "first_sheet": copy.first_sheet,
            "sheets": copy.sheets,
            "state": copy.state,
            "seq": 0,
        }
        self._writable().connection.execute(copies.insert(), row)

    def copy(self, piece: str, copy: int) -> Copy | None:
        rows = self._rows(_COPY, {"of_piece": piece, "of_copy": copy})
        return copy_of(rows[0]) if rows else None

    def copies(self, piece: str) -> list[Copy]:
        return [copy_of(row) for row in self._rows(_OF_COPY.where(copies.c.piece == piece))]

    def copies_of_run(self, run: str) -> list[Copy]:
        """By the pieces' sort order, a piece's copies in order."""
        return [copy_of(row) for row in self._rows(_OF_RUN.where(pieces.c.run == run))]

    def copies_of_batch(self, batch: str) -> list[Copy]:
        return [copy_of(row) for row in self._rows(_OF_BATCH.where(copies.c.batch == batch))]

    def set_copy(self, piece: str, copy: int, state: CopyState, seq: int) -> None:
        told = {"of_piece": piece, "of_copy": copy, "to_state": state, "to_seq": seq}
        self._set(_SET_COPY, f"copy {copy} of piece {piece}", told)

    def copy_seq(self, piece: str, copy: int) -> int:
        named = {"of_piece": piece, "of_copy": copy}
        return self._readable().connection.execute(_COPY_SEQ, named).scalar_one_or_none() or 0

    # batches

    def add_batch(self, batch: Batch) -> None:
        self._writable().connection.execute(batches.insert(), batch_row(batch))

    def batch(self, batch: str) -> Batch | None:
        rows = self._rows(select(batches).where(batches.c.id == batch))
        return batch_of(rows[0]) if rows else None

    def batches(self, run: str) -> list[Batch]:
        # by length first: the hundredth batch of a run has a digit more
        of_run = select(batches).where(batches.c.run == run).order_by(func.length(batches.c.id), batches.c.id)
        return [batch_of(row) for row in self._rows(of_run)]

    def set_batch(self, batch: Batch) -> None:
        self._set(batches.update().where(batches.c.id == batch.id).values(batch_row(batch)), f"batch {batch.id}")

    # decisions

    def customers(self) -> list[str]:
        rows = select(documents.c.customer).distinct().order_by(documents.c.customer)
        return list(self._readable().connection.execute(rows).scalars())

    def decisions(self) -> list[Decision]:
        return [decision_of(row) for row in self._rows(select(households).order_by(households.c.at, households.c.id))]

    def set_decision(self, decision: Decision) -> None:
        self._put(households, decision_row(decision))

    def opt_outs(self) -> list[OptOut]:
        return [OptOut(**row) for row in self._rows(select(opt_outs).order_by(opt_outs.c.customer))]

    def set_opt_out(self, opt_out: OptOut) -> None:
        self._put(opt_outs, {name: getattr(opt_out, name) for name in OptOut.__dataclass_fields__})

    def hold_plan(self, digest: str, at: datetime) -> None:
        self._put(held_plans, {"digest": digest, "at": at})

    def is_held(self, digest: str) -> bool:
        return bool(self._rows(select(held_plans).where(held_plans.c.digest == digest)))

    # stock

    def add_movement(self, movement: StockMovement) -> None:
        row = {name: getattr(movement, name) for name in StockMovement.__dataclass_fields__}
        self._writable().connection.execute(insert_movements.insert(), row)

    def movements(self, insert: str) -> list[StockMovement]:
        of_insert = select(insert_movements).where(insert_movements.c.insert == insert)
        return [movement_of(row) for row in self._rows(of_insert.order_by(insert_movements.c.id))]

    def stock(self) -> dict[str, StockLevel]:
        counts = case((insert_movements.c.kind == MovementKind.USED, 0), else_=1)
        rows = select(
            insert_movements.c.insert,
            func.sum(insert_movements.c.change).label("there"),
            func.max(counts).label("counted"),
        ).group_by(insert_movements.c.insert)
        return {row["insert"]: StockLevel(int(row["there"]), bool(row["counted"])) for row in self._rows(rows)}

    def inserts_of(self, piece: str, copy: int) -> set[str]:
        of_copy = select(insert_movements.c.insert).where(
            insert_movements.c.piece == piece, insert_movements.c.copy == copy
        )
        return set(self._readable().connection.execute(of_copy).scalars())

    def inserts_used(self, run: str) -> set[tuple[str, str, int]]:
        of_run = insert_movements.c.run == run
        return {(each["insert"], each["piece"], each["copy"]) for each in self._rows(_USES.where(of_run))}

    # journal

    def append(self, entry: Entry) -> ChainedEntry:
        return self._writable().journal.append(entry)

    def has_machine_event(self, boot: int, number: int) -> bool:
        return self._readable().journal.has_machine_event(boot, number)

    def last_machine_event(self) -> tuple[int, int] | None:
        return self._readable().journal.last_machine_event()

    def entries(
        self,
        *,
        run: str | None = None,
        batch: str | None = None,
        piece: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> Iterator[ChainedEntry]:
        return self._readable().journal.entries(run, batch, piece, span)

    # inside

    def _rows(self, rows: Select[Any], named: Mapping[str, Any] | None = None) -> list[Any]:
        return list(self._readable().connection.execute(rows, named).mappings())

    def _set(self, update: Update, what: str, told: Mapping[str, Any] | None = None) -> None:
        if self._writable().connection.execute(update, told).rowcount != 1:
            raise StoreError("E6510", f"{what} is not in the store", place=str(self._engine.url.database))

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        """Write a row in the place of the one with its key, if there is one."""
        (key,) = table.primary_key.columns
        connection = self._writable().connection
        there = table.update().where(key == row[key.name]).values(row)
        if connection.execute(there).rowcount == 0:
            connection.execute(table.insert(), row)

    def _next_numbers(self, name: str, count: int) -> range:
        counted = numbers.update().where(numbers.c.name == name).values(last=numbers.c.last + count)
        last: int = self._writable().connection.execute(counted.returning(numbers.c.last)).scalar_one()
        return range(last - count + 1, last + 1)

    def _pieces(self, rows: Select[Any], which: Any) -> list[MailPiece]:
        """Pieces with their documents in two queries, however many they are."""
        inside: dict[str, list[Any]] = defaultdict(list)
        parts = select(piece_documents).join(pieces).where(which)
        for part in self._rows(parts.order_by(piece_documents.c.piece, piece_documents.c.position)):
            inside[part["piece"]].append(part)
        return [piece_of(row, inside[row["id"]]) for row in self._rows(rows)]
