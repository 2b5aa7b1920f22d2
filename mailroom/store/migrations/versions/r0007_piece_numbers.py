"""The number of the piece that was numbered last is counted. An earlier version counted one piece of each run."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    connection = op.get_bind()
    last = connection.execute(sa.text("SELECT max(id) FROM pieces")).scalar()
    if last is not None:
        counted = sa.text("UPDATE numbers SET last = :last WHERE name = 'piece' AND last < :last")
        connection.execute(counted, {"last": int(last.removeprefix("P"))})
