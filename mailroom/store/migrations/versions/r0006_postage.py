"""The postage of a piece tells its format, the day of its prices and the town. Pieces that were planned before it did
get the day on which their run was opened; their format stays open."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_OLD = sa.text("""
    SELECT pieces.id, pieces.details, runs.opened_at FROM pieces JOIN runs ON pieces.run = runs.id
    WHERE pieces.details LIKE '%"postage":%' AND pieces.details NOT LIKE '%"planned_for":%'
""")
_NEW = sa.text("UPDATE pieces SET details = :details WHERE id = :id")


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(_OLD).all():
        details = json.loads(row.details)
        details["postage"] = {"format": "", "town": "", "planned_for": row.opened_at[:10], **details["postage"]}
        said = json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        connection.execute(_NEW, {"id": row.id, "details": said})
