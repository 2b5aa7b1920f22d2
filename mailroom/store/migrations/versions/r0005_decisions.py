"""What persons decide is in the ledger: households, opt-outs, the stock of inserts, plans that wait for release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def upgrade() -> None:
    op.create_table(
        "households",
        text("id"),
        text("members"),
        text("verdict"),
        text("by"),
        text("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "opt_outs",
        text("customer"),
        sa.Column("out", sa.Boolean, nullable=False),
        text("by"),
        text("at"),
        sa.PrimaryKeyConstraint("customer"),
    )
    op.create_table(
        "insert_movements",
        sa.Column("id", sa.Integer, nullable=False),
        text("insert"),
        text("kind"),
        sa.Column("change", sa.Integer, nullable=False),
        text("who"),
        text("at"),
        text("run"),
        sa.Column("piece", sa.Text),
        sa.Column("copy", sa.Integer),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["piece", "copy"], ["copies.piece", "copies.copy"]),
        sa.UniqueConstraint("piece", "copy", "insert"),
    )
    op.create_index(op.f("ix_insert_movements_run"), "insert_movements", ["run"])
    op.create_table("held_plans", text("digest"), text("at"), sa.PrimaryKeyConstraint("digest"))
