"""The tables. Portable: what a database does its own way stands in `dialects.py`. The migrations make the same tables;
a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from mailroom.domain.document import DocumentState
from mailroom.domain.handling import Handling
from mailroom.domain.insert_stock import MovementKind
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import PieceState
from mailroom.domain.run import BatchState, RunState
from mailroom.planning.household import Verdict
from mailroom.store.columns import JsonText, UtcTime, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

numbers = Table(
    "numbers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)
"""The number given out last, for runs and for pieces."""

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("customer", Text, nullable=False),
    Column("content", JsonText, nullable=False),
    Column("source", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("state", Words(DocumentState), nullable=False),
    Column("problem", Text, nullable=False),
    UniqueConstraint("key", "ordinal"),
    Index(None, "state"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Words(RunState), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("envelope", Text, nullable=False),
    Column("stock", Text, nullable=False),
    Column("sides", Text, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("state", Words(BatchState), nullable=False),
    Column("reprint", Boolean, nullable=False),
    Column("print_file", Text, nullable=False),
    Column("print_file_sha256", Text, nullable=False),
    Column("control_file", Text, nullable=False),
    Column("bookmark", Text, nullable=False),
    Column("job_id", Text, nullable=False),
    Column("sheets_completed", Integer),
    Column("counters", JsonText, nullable=False),
    Column("handling", Words(Handling), nullable=False, server_default="machine"),
    Index(None, "run"),
)

pieces = Table(
    "pieces",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("customer", Text, nullable=False),
    Column("lines", JsonText, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("sort_key", Text, nullable=False),
    Column("state", Words(PieceState), nullable=False),
    Column("details", JsonText, nullable=False, server_default="{}"),
    Index(None, "run", "sort_key"),
)

piece_documents = Table(
    "piece_documents",
    metadata,
    Column("piece", ForeignKey("pieces.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("document", ForeignKey("documents.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("pageset", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Index(None, "document"),
)

copies = Table(
    "copies",
    metadata,
    Column("piece", ForeignKey("pieces.id"), primary_key=True),
    Column("copy", Integer, primary_key=True),
    Column("batch", ForeignKey("batches.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("first_sheet", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("state", Words(CopyState), nullable=False),
    Column("seq", Integer, nullable=False),
    UniqueConstraint("batch", "position"),
)
"""`position` is the copy's order in its batch, `seq` the number of its last journal entry."""

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("event", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("piece", Text, nullable=False),
    Column("copy", Integer),
    Column("copy_seq", Integer),
    Column("state_from", Text, nullable=False),
    Column("state_to", Text, nullable=False),
    Column("machine_boot", BigInteger),
    Column("machine_event", BigInteger),
    Column("detail", JsonText, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("piece", "copy", "copy_seq"),
    UniqueConstraint("machine_boot", "machine_event"),
    Index(None, "run"),
    Index(None, "batch"),
)
"""Append-only: triggers refuse UPDATE, DELETE and a row that does not follow the last one. It has no foreign keys: it
also tells of pieces that are not ours. Its pieces are looked up through the first unique constraint."""

households = Table(
    "households",
    metadata,
    Column("id", Text, primary_key=True),
    Column("members", JsonText, nullable=False),
    Column("verdict", Words(Verdict), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)
"""What was decided last of each group. Its id is the digest of its members; earlier decisions are in the journal."""

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("out", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)
"""What each customer asked for last; a false `out` is an opt-out that was withdrawn."""

insert_movements = Table(
    "insert_movements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("insert", Text, nullable=False),
    Column("kind", Words(MovementKind), nullable=False),
    Column("change", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("run", Text, nullable=False),
    Column("piece", Text),
    Column("copy", Integer),
    ForeignKeyConstraint(["piece", "copy"], ["copies.piece", "copies.copy"]),
    UniqueConstraint("piece", "copy", "insert"),
    Index(None, "run"),
)
"""Append-only. A row without a piece stands for a count or a delivery; the use of a copy can stand there once."""

held_plans = Table(
    "held_plans",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)
"""Plans that were shown to somebody and wait for release."""
