"""The ledger: documents, runs, batches, pieces, copies, and the journal with its guards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mailroom.store.dialects import journal_guard

revision = "0001"
down_revision = None


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    numbers = op.create_table("numbers", text("name"), integer("last"), sa.PrimaryKeyConstraint("name"))
    op.bulk_insert(numbers, [{"name": "run", "last": 0}, {"name": "piece", "last": 0}])
    _documents()
    _runs()
    _pieces()
    _journal()
    for statement in journal_guard(op.get_bind().dialect.name):
        op.execute(statement)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer, nullable=False),
        text("key"),
        integer("ordinal"),
        text("customer"),
        text("invoice"),
        text("source"),
        text("received_at"),
        text("state"),
        text("problem"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", "ordinal"),
    )
    op.create_index(op.f("ix_documents_state"), "documents", ["state"])


def _runs() -> None:
    op.create_table(
        "runs",
        text("id"),
        text("state"),
        text("opened_at"),
        sa.Column("closed_at", sa.Text),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "batches",
        text("id"),
        text("run"),
        text("envelope"),
        text("stock"),
        text("sides"),
        integer("pieces"),
        integer("sheets"),
        text("state"),
        sa.Column("reprint", sa.Boolean, nullable=False),
        text("print_file"),
        text("print_file_sha256"),
        text("control_file"),
        text("bookmark"),
        text("job_id"),
        sa.Column("sheets_completed", sa.Integer),
        text("counters"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"]),
    )
    op.create_index(op.f("ix_batches_run"), "batches", ["run"])


def _pieces() -> None:
    op.create_table(
        "pieces",
        text("id"),
        text("run"),
        text("customer"),
        text("lines"),
        text("postcode"),
        text("country"),
        text("envelope"),
        integer("sheets"),
        text("sort_key"),
        text("state"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"]),
    )
    op.create_index(op.f("ix_pieces_run_sort_key"), "pieces", ["run", "sort_key"])
    op.create_table(
        "piece_documents",
        text("piece"),
        integer("position"),
        integer("document"),
        text("number"),
        text("pageset"),
        integer("pages"),
        sa.PrimaryKeyConstraint("piece", "position"),
        sa.ForeignKeyConstraint(["piece"], ["pieces.id"]),
        sa.ForeignKeyConstraint(["document"], ["documents.id"]),
    )
    op.create_index(op.f("ix_piece_documents_document"), "piece_documents", ["document"])
    op.create_table(
        "copies",
        text("piece"),
        integer("copy"),
        text("batch"),
        integer("position"),
        integer("first_sheet"),
        integer("sheets"),
        text("state"),
        integer("seq"),
        sa.PrimaryKeyConstraint("piece", "copy"),
        sa.ForeignKeyConstraint(["piece"], ["pieces.id"]),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"]),
        sa.UniqueConstraint("batch", "position"),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        text("at"),
        text("event"),
        text("who"),
        text("run"),
        text("batch"),
        text("piece"),
        sa.Column("copy", sa.Integer),
        sa.Column("copy_seq", sa.Integer),
        text("state_from"),
        text("state_to"),
        sa.Column("machine_boot", sa.BigInteger),
        sa.Column("machine_event", sa.BigInteger),
        text("detail"),
        text("previous"),
        text("hash"),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("piece", "copy", "copy_seq"),
        sa.UniqueConstraint("machine_boot", "machine_event"),
    )
    op.create_index(op.f("ix_journal_run"), "journal", ["run"])
    op.create_index(op.f("ix_journal_batch"), "journal", ["batch"])
