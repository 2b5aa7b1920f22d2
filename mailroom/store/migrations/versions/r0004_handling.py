"""A batch knows who fills its envelopes: a machine or a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("batches", sa.Column("handling", sa.Text, nullable=False, server_default="machine"))
