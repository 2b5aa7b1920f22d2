"""Documents may come composed: what the column holds is their content, not always an invoice."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.alter_column("documents", "invoice", new_column_name="content")
