"""The ledger's contracts on the databases that the store knows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mailroom.store.store import Store, open_store
from tests.store.decisions_contract import DecisionsContract
from tests.store.journal_contract import JournalContract
from tests.store.records_contract import RecordsContract

POSTGRESQL = os.environ.get("MAILROOM_TEST_POSTGRESQL", "")
"""Address of an empty database that the tests may fill and wipe."""


class TestSqliteLedger(RecordsContract, DecisionsContract, JournalContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with open_store(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
            store.upgrade()
            yield store


if POSTGRESQL:

    class TestPostgresqlLedger(RecordsContract, DecisionsContract, JournalContract):
        @pytest.fixture
        def store(self) -> Iterator[Store]:
            with open_store(POSTGRESQL) as store:
                with store.engine.begin() as connection:
                    connection.execute(text("DROP SCHEMA public CASCADE"))
                    connection.execute(text("CREATE SCHEMA public"))
                store.upgrade()
                yield store
