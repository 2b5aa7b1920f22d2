"""The ledger's contracts on the databases that the store knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mailroom.production.ports import Ledger
from mailroom.store.store import Store, open_store
from tests.store.decisions_contract import DecisionsContract
from tests.store.journal_contract import JournalContract
from tests.store.memory_ledger import MemoryStore
from tests.store.records_contract import RecordsContract, StoreContract

POSTGRESQL = os.environ.get("MAILROOM_TEST_POSTGRESQL", "")
"""Address of an empty database that the tests may fill and wipe."""


class TestSqliteLedger(RecordsContract, DecisionsContract, JournalContract, StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
            store.upgrade()
            yield store


class TestMemoryLedger(RecordsContract, DecisionsContract, JournalContract):
    """The one that simulated worlds use."""

    @pytest.fixture
    def begin(self) -> Callable[[], Ledger]:
        return MemoryStore().ledger


if POSTGRESQL:

    class TestPostgresqlLedger(RecordsContract, DecisionsContract, JournalContract, StoreContract):
        @pytest.fixture
        def store(self) -> Iterator[Store]:
            with open_store(POSTGRESQL) as store:
                with store.engine.begin() as connection:
                    connection.execute(text("DROP SCHEMA public CASCADE"))
                    connection.execute(text("CREATE SCHEMA public"))
                store.upgrade()
                yield store
