"""What each database does its own way: settings of a connection, how a unit of work begins, the triggers that guard the
journal, and what its errors mean. Everything else in the store is the same for all."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, event

from mailroom.domain.journal import GENESIS
from mailroom.store.errors import StoreError

READ_ONLY = "mailroom_read_only"
"""Execution option of a connection whose unit of work only reads."""

_POSTGRESQL_LOCK = 0x4D41494C
"""The advisory lock that stands for "the ledger is being written"; any number that no other program uses would do."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error of the database means to an operator."""

    code: str
    message: str
    remedy: str


LOCKED = Trouble(
    "E6501",
    "the store stayed locked by another process",
    "See which other Mailroom process hangs, end it, and try again; nothing was written.",
)
FULL = Trouble(
    "E6502",
    "the disk is full",
    "Make room on the disk that holds the store, then try again; nothing was written.",
)
READONLY = Trouble(
    "E6503",
    "the store can't be written",
    "Give this account the right to write the store's file and its folder.",
)
DAMAGED = Trouble(
    "E6504",
    "the store is damaged or is no database",
    "Stop all work, keep the file as it is, and restore the last backup beside it.",
)
NO_OPEN = Trouble("E6505", "the store can't be opened", "Check the address, that its folder exists, and the rights.")
IO_ERROR = Trouble(
    "E6506", "the disk failed while the store was used", "Stop all work and check the disk; then start again."
)
REFUSED = Trouble("E6509", "a rule of the store refuses the change", "Nothing was written. Report this as a fault.")
OTHER = Trouble("E9601", "the database refuses what the program asked", "Nothing was written. Report this as a fault.")

_SQLITE_TROUBLES: Mapping[str, Trouble] = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READONLY,
    "SQLITE_PERM": READONLY,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_CANTOPEN": NO_OPEN,
    "SQLITE_IOERR": IO_ERROR,
    "SQLITE_CONSTRAINT": REFUSED,
}
"""By primary result code (https://www.sqlite.org/rescode.html); extended codes begin with it."""

_POSTGRESQL_TROUBLES: Mapping[str, Trouble] = {
    "55P03": LOCKED,
    "40": LOCKED,
    "53": FULL,
    "25006": READONLY,
    "42501": READONLY,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "58": IO_ERROR,
    "08": NO_OPEN,
    "28": NO_OPEN,
    "3D000": NO_OPEN,
    "57P": NO_OPEN,
    "23": REFUSED,
}
"""By SQLSTATE or its first letters (PostgreSQL manual, appendix A)."""


class Dialect(Protocol):
    """One kind of database."""

    def connect_args(self, busy_seconds: float) -> dict[str, Any]:
        """What its driver is told at each connection."""
        ...

    def prepare(self, engine: Engine) -> None:
        """Make every connection and every unit of work of this engine as the store needs it."""
        ...

    def explain(self, error: BaseException) -> Trouble: ...

    def place(self, url: URL) -> str:
        """Where the store is, as an operator knows it; no password."""
        ...


class Sqlite:
    """An SQLite file in WAL mode. A unit of work takes the write lock at its beginning (BEGIN IMMEDIATE), so that two
    processes can't both read a number and both give it out; a reader has its own snapshot and holds nobody up."""

    def connect_args(self, busy_seconds: float) -> dict[str, Any]:
        return {"timeout": busy_seconds}

    def prepare(self, engine: Engine) -> None:
        @event.listens_for(engine, "connect")
        def set_up(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = None  # the driver must not begin by itself: `begin` below does
            connection.execute("PRAGMA foreign_keys = ON")
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                raise StoreError(
                    "E6505",
                    f"SQLite can't keep a write-ahead log here (it offers {mode!r})",
                    place=engine.url.database or "",
                    remedy="Put the store on a local disk, not on a network share.",
                )
            # FULL: a commit has reached the disk when it returns. The promise rests on it: the machine forgets an
            # event as soon as we say that we have it.
            connection.execute("PRAGMA synchronous = FULL")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            reads = connection.get_execution_options().get(READ_ONLY, False)
            connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
            connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    def explain(self, error: BaseException) -> Trouble:
        name = getattr(error, "sqlite_errorname", None) or ""
        return next((trouble for start, trouble in _SQLITE_TROUBLES.items() if name.startswith(start)), OTHER)

    def place(self, url: URL) -> str:
        return url.database or ""


class Postgresql:
    """A PostgreSQL database, through psycopg. A unit of work holds one advisory lock, which makes writers take turns as
    they do on SQLite; readers have a snapshot of their own."""

    def connect_args(self, busy_seconds: float) -> dict[str, Any]:
        return {"connect_timeout": 10, "options": f"-c lock_timeout={round(busy_seconds * 1000)}"}

    def prepare(self, engine: Engine) -> None:
        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get(READ_ONLY, False):
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                return
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")

    def explain(self, error: BaseException) -> Trouble:
        state = getattr(error, "sqlstate", None)
        if state is None:
            return NO_OPEN if type(error).__name__ in ("OperationalError", "ConnectionTimeout") else OTHER
        return next((trouble for start, trouble in _POSTGRESQL_TROUBLES.items() if state.startswith(start)), OTHER)

    def place(self, url: URL) -> str:
        return url.render_as_string(hide_password=True)


DIALECTS: Mapping[str, Dialect] = {"sqlite": Sqlite(), "postgresql": Postgresql()}


def journal_guard(dialect: str) -> tuple[str, ...]:
    """Statements that create the journal's triggers. Part of migration 0001: a change here needs a migration of its
    own."""
    return _JOURNAL_GUARDS[dialect]


_FOLLOWS = "the journal takes only the entry that follows its last one"
_STAYS = "the journal is never changed"

_JOURNAL_GUARDS: Mapping[str, tuple[str, ...]] = {
    # The last two conditions look superfluous beside the unique constraints, but INSERT OR REPLACE would satisfy those
    # by deleting the older row without firing the trigger on DELETE.
    "sqlite": (
        f"""CREATE TRIGGER journal_follows BEFORE INSERT ON journal BEGIN
            SELECT RAISE(ABORT, '{_FOLLOWS}')
            WHERE NEW.seq IS NOT 1 + COALESCE((SELECT MAX(seq) FROM journal), 0)
               OR NEW.previous IS NOT COALESCE((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), '{GENESIS}')
               OR EXISTS (SELECT 1 FROM journal
                          WHERE machine_boot = NEW.machine_boot AND machine_event = NEW.machine_event)
               OR EXISTS (SELECT 1 FROM journal
                          WHERE piece = NEW.piece AND copy = NEW.copy AND copy_seq = NEW.copy_seq);
            END""",
        f"CREATE TRIGGER journal_stays BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END",
        f"CREATE TRIGGER journal_keeps BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END",
    ),
    "postgresql": (
        f"""CREATE FUNCTION journal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    RAISE EXCEPTION '{_STAYS}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                IF NEW.seq IS DISTINCT FROM 1 + COALESCE((SELECT MAX(seq) FROM journal), 0)
                   OR NEW.previous IS DISTINCT FROM
                      COALESCE((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), '{GENESIS}') THEN
                    RAISE EXCEPTION '{_FOLLOWS}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$""",
        "CREATE TRIGGER journal_follows BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION journal_guard()",
        "CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_guard()",
        "CREATE TRIGGER journal_keeps BEFORE TRUNCATE ON journal EXECUTE FUNCTION journal_guard()",
    ),
}
