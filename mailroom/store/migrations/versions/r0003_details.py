"""A plan says more of a piece than its envelope: weight, inserts, postage, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("pieces", sa.Column("details", sa.Text, nullable=False, server_default="{}"))
