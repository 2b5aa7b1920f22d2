"""The store: where the ledger lies, and its migrations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from mailroom.store.dialects import DIALECTS, READ_ONLY, Dialect
from mailroom.store.errors import StoreError
from mailroom.store.ledger import SqlLedger

_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Store:
    """An opened store. `ledger` and `reader` are safe to call from several threads; each unit of work belongs to one.

    engine   SQLAlchemy's, already prepared for its kind of database.
    place    the file or address, without a password, as it stands in errors.
    """

    engine: Engine
    place: str

    def ledger(self) -> SqlLedger:
        """A unit of work that may write. It waits at `with` while another process writes."""
        return SqlLedger(self.engine)

    def reader(self) -> SqlLedger:
        """A unit of work that sees the store as it was at `with`, holds nobody up, and can't write."""
        return SqlLedger(self.engine.execution_options(**{READ_ONLY: True}))

    def revision(self) -> str | None:
        """The migration that the store is at; None for an empty one."""
        with self.engine.execution_options(**{READ_ONLY: True}).connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def upgrade(self) -> None:
        """Bring the tables to this version; does nothing when they are. All or nothing: two processes take turns, and
        a failure leaves the store as it was."""
        config = migrations()
        if self.revision() == ScriptDirectory.from_config(config).get_current_head():
            return  # without waiting for whoever writes
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def check(self) -> None:
        """E6507 for a store of a newer version, E6508 for one that `upgrade` must bring to this version first."""
        at = self.revision()
        script = ScriptDirectory.from_config(migrations())
        if at == script.get_current_head():
            return
        if at is None or at in {known.revision for known in script.walk_revisions()}:
            raise StoreError(
                "E6508",
                "the store is empty" if at is None else f"the store is of an older version ({at})",
                place=self.place,
                remedy="Make a backup, then run any mailroom command: it brings the store to its version.",
            )
        raise _newer(at, self.place)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_store(url: str, *, busy_seconds: float = 30.0) -> Store:
    """Open the store at an SQLAlchemy address: "sqlite:////var/lib/mailroom/ledger.db" or "postgresql://…".

    busy_seconds: how long a unit of work waits for another process before E6501. An SQLite file is created when absent,
    its folder is not. The store may be empty or old: see `Store.check` and `Store.upgrade`. Raises StoreError: E6512
    for an address of another kind, E6503 to E6506 when it can't be opened, E6507 when a newer version wrote it."""
    address, dialect = _address(url)
    place = dialect.place(address)
    try:
        engine = create_engine(address, connect_args=dialect.connect_args(busy_seconds))
    except ModuleNotFoundError as missing:
        raise StoreError(
            "E6512",
            f"the driver {missing.name!r} for {address.get_backend_name()} is not installed",
            place=place,
            remedy="pip install 'mailroom[postgres]'",
        ) from missing
    dialect.prepare(engine)
    _explain_errors(engine, dialect, place)
    store = Store(engine, place)
    try:
        at = store.revision()
        known = {each.revision for each in ScriptDirectory.from_config(migrations()).walk_revisions()}
        if at is not None and at not in known:
            raise _newer(at, place)
    except BaseException:
        store.close()
        raise
    return store


def migrations() -> Config:
    """Alembic's settings for the store's migrations."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _address(url: str) -> tuple[URL, Dialect]:
    try:
        address = make_url(url)
        dialect = DIALECTS[address.get_backend_name()]
    except (ArgumentError, NoSuchModuleError, KeyError):
        raise StoreError(
            "E6512",
            "this is no address of a store",
            place=url.partition("://")[0] + "://…",
            remedy="Give sqlite:///FILE or postgresql://USER@HOST/NAME.",
        ) from None
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise StoreError("E6512", "a store in memory would forget everything", place=url, remedy="Give sqlite:///FILE.")
    return address, dialect


def _newer(at: str, place: str) -> StoreError:
    return StoreError(
        "E6507",
        f"the store was written by a newer version of Mailroom (its migration is {at})",
        place=place,
        remedy="Use that version; this one would not understand its ledger.",
    )


def _explain_errors(engine: Engine, dialect: Dialect, place: str) -> None:
    """Translate the driver's errors, wherever they arise: at a connection, a statement or a commit."""

    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> StoreError:
        trouble = dialect.explain(context.original_exception)
        return StoreError(
            trouble.code,
            f"{trouble.message} ({context.original_exception})",
            place=place,
            remedy=trouble.remedy,
        )
