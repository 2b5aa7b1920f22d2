"""The store on an SQLite file: its guards, its migrations, crashes, other processes, and what goes wrong with files."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import UniqueConstraint, event, inspect

from mailroom.domain.content_json import to_dict
from mailroom.domain.details import Postage
from mailroom.domain.journal import Entry
from mailroom.store.columns import to_json
from mailroom.store.errors import StoreError
from mailroom.store.store import Store, migrations, open_store
from mailroom.store.tables import metadata
from tests.store.ledgers import NOW, invoice, run, unbroken

AT = "2026-03-02T06:30:00.000000+00:00"
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_at(path) as store:
        store.upgrade()
        yield store


def open_at(path: Path, busy_seconds: float = 30.0) -> Store:
    return open_store(f"sqlite:///{path}", busy_seconds=busy_seconds)


def append(store: Store, count: int = 1) -> None:
    with store.ledger() as ledger:
        for _ in range(count):
            ledger.append(Entry(NOW, "x", "system", piece="P00000001", machine=None))
        ledger.commit()


# guards of the journal


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE journal SET who = 'person:nobody'",
        "UPDATE journal SET hash = hash WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 2",
        "REPLACE INTO journal SELECT seq + 1, at, event, who, run, batch, piece, copy, copy_seq, state_from, state_to,"
        " 7, 1, detail, hash, 'x' FROM journal WHERE seq = 3",
        "INSERT INTO journal SELECT seq + 2, at, event, who, run, batch, piece, copy, copy_seq, state_from, state_to,"
        " machine_boot, 9, detail, hash, 'x' FROM journal WHERE seq = 3",
        "INSERT INTO journal SELECT seq + 1, at, event, who, run, batch, piece, copy, copy_seq, state_from, state_to,"
        " machine_boot, 9, detail, previous, 'x' FROM journal WHERE seq = 3",
    ],
    ids=["update", "touch", "delete one", "delete all", "replace", "replace by event", "skip a number", "fork"],
)
def test_the_journal_refuses_tampering_by_whatever_program(path: Path, store: Store, tampering: str) -> None:
    with store.ledger() as ledger:
        for number in (1, 2, 3):
            ledger.append(Entry(NOW, "machine.supply", "machine:X", machine=(7, number)))
        before = list(ledger.entries())
        ledger.commit()
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="the journal"):
        other.execute(tampering)
    other.rollback()
    other.close()
    with store.ledger() as ledger:
        assert list(ledger.entries()) == before


# several processes


def take_numbers(path: Path, count: int, taken: Path) -> None:
    with open_at(path) as store, taken.open("w") as file:
        for _ in range(count):
            with store.ledger() as ledger:
                (number,) = ledger.next_piece_numbers(1)
                ledger.append(Entry(NOW, f"took.{number}", f"process:{os.getpid()}"))
                ledger.commit()
            file.write(f"{number}\n")


def test_two_processes_never_take_the_same_number_and_share_one_chain(tmp_path: Path, path: Path, store: Store) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    workers = [FORK.Process(target=take_numbers, args=(path, 40, file)) for file in files]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    numbers = [int(line) for file in files for line in file.read_text().split()]
    assert sorted(numbers) == list(range(1, 81))
    with store.ledger() as ledger:
        entries = list(ledger.entries())
    assert len(entries) == 80
    assert unbroken(entries)


def test_threads_share_a_store(store: Store) -> None:
    threads = [threading.Thread(target=append, args=(store, 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.ledger() as ledger:
        entries = list(ledger.entries())
    assert len(entries) == 40
    assert unbroken(entries)


def die_in_the_middle(path: Path) -> None:
    with open_at(path) as store:
        append(store, 5)
        with store.ledger() as ledger:
            ledger.next_piece_numbers(1)
            for _ in range(3000):
                ledger.append(Entry(NOW, "lost", "system"))
            ledger.last_machine_event()  # writes what waits
            os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_killed_in_mid_transaction_leaves_the_last_commit(path: Path, store: Store) -> None:
    victim = FORK.Process(target=die_in_the_middle, args=(path,))
    victim.start()
    victim.join(60)
    assert victim.exitcode == -signal.SIGKILL
    append(store)
    with store.ledger() as ledger:
        entries = list(ledger.entries())
        assert ledger.next_piece_numbers(1) == range(1, 2)
    assert len(entries) == 6
    assert unbroken(entries)


# migrations


def test_an_empty_store_says_that_it_must_be_upgraded(path: Path) -> None:
    with open_at(path) as store:
        assert store.revision() is None
        with pytest.raises(StoreError, match="E6508"):
            store.check()
        store.upgrade()
        store.check()
        append(store)
        store.upgrade()
        with store.ledger() as ledger:
            assert len(list(ledger.entries())) == 1


def test_the_migrations_make_every_column_and_constraint(store: Store) -> None:
    with store.engine.connect() as connection:
        found = inspect(connection)
        for table in metadata.tables.values():
            assert {column["name"] for column in found.get_columns(table.name)} == set(table.columns.keys())
            uniques = {tuple(each["column_names"]) for each in found.get_unique_constraints(table.name)}
            wanted = (each for each in table.constraints if isinstance(each, UniqueConstraint))
            assert uniques == {tuple(each.columns.keys()) for each in wanted}


def test_alembic_finds_nothing_left_to_migrate(store: Store) -> None:
    with store.engine.begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.check(config)


def test_documents_of_the_first_version_are_there_after_the_upgrade(path: Path) -> None:
    with open_at(path) as store:
        with store.engine.begin() as connection:
            config = migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            connection.exec_driver_sql(
                "INSERT INTO documents (key, ordinal, customer, invoice, source, received_at, state, problem) "
                "VALUES ('key', 0, '10042', ?, 'in/a.xml', '2026-03-02T06:30:00+00:00', 'waiting', '')",
                (json.dumps(to_dict(invoice())),),
            )
        store.upgrade()
        with store.reader() as ledger:
            assert [document.content for document in ledger.documents_of("key")] == [invoice()]


def test_postage_of_an_earlier_version_gets_the_day_of_its_run_and_the_rest_stays(path: Path) -> None:
    old = {"product": "a/b", "price": "12.00", "currency": "NOK", "tray": 3, "destination": "Oslo"}
    details = {
        "P00000001": {"postage": old, "weight_mg": 9, "reasons": [["postage", 'It is "planned_for" nobody.']]},
        "P00000002": {"postage": {**old, "format": "c5", "town": "Oslo", "planned_for": "2026-03-01"}},
        "P00000003": {"reasons": [["postage", "none"]]},
    }
    with open_at(path) as store:
        with store.engine.begin() as connection:
            config = migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, "0005")
            connection.exec_driver_sql("INSERT INTO runs (id, state, opened_at) VALUES ('R000001', 'open', ?)", (AT,))
            for piece, told in details.items():
                connection.exec_driver_sql(
                    "INSERT INTO pieces (id, run, customer, lines, postcode, country, envelope, sheets, sort_key,"
                    " state, details) VALUES (?, 'R000001', 'c', '[]', '', 'NO', 'c5', 1, '', 'open', ?)",
                    (piece, to_json(told)),
                )
        store.upgrade()
        with store.reader() as ledger:
            first, second, third = [piece.details for piece in ledger.pieces("R000001")]
    paid = Postage("a/b", "", Decimal("12.00"), "NOK", date(2026, 3, 2), "", 3, "Oslo")
    assert (first.postage, first.weight_mg) == (paid, 9)
    assert second.postage == replace(paid, format="c5", planned_for=date(2026, 3, 1), town="Oslo")
    assert third.postage is None


def test_pieces_that_were_not_counted_are_counted(path: Path) -> None:
    """An earlier version gave a run the numbers of all its pieces and counted one."""
    with open_at(path) as store:
        with store.engine.begin() as connection:
            config = migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, "0006")
            connection.exec_driver_sql("INSERT INTO runs (id, state, opened_at) VALUES ('R000001', 'open', ?)", (AT,))
            connection.exec_driver_sql("UPDATE numbers SET last = 1")
            connection.exec_driver_sql(
                "INSERT INTO pieces (id, run, customer, lines, postcode, country, envelope, sheets, sort_key, state,"
                " details) VALUES ('P00000217', 'R000001', 'c', '[]', '', 'NO', 'c5', 1, '', 'open', '{}')"
            )
        store.upgrade()
        with store.ledger() as ledger:
            assert (ledger.next_run_number(), ledger.next_piece_numbers(1)) == (2, range(218, 219))


def test_a_migration_that_fails_leaves_the_store_as_it_was(path: Path) -> None:
    with open_at(path) as store:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE journal (in_the_way INTEGER)")
        with pytest.raises(StoreError):
            store.upgrade()
        with store.engine.connect() as connection:
            assert inspect(connection).get_table_names() == ["journal"]


def test_a_store_of_a_newer_version_is_refused(path: Path, store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="E6507") as refused:
        store.check()
    with pytest.raises(StoreError, match="E6507"):
        open_at(path)
    assert refused.value.place == str(path)
    assert refused.value.remedy


# files


def test_a_commit_is_on_the_disk_before_it_returns(store: Store) -> None:
    with store.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_locked_store_is_said_to_be_locked(path: Path, store: Store) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_at(path, busy_seconds=0.05) as hasty:
        with pytest.raises(StoreError, match="E6501") as locked:
            append(hasty)
        assert locked.value.place == str(path)
        assert locked.value.remedy
        other.execute("ROLLBACK")
        other.close()
        append(hasty)


def test_a_full_disk_is_said_and_nothing_is_half_written(store: Store) -> None:
    append(store, 10)
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    @event.listens_for(store.engine, "begin")
    def no_room(connection) -> None:  # type: ignore[no-untyped-def]
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")

    with pytest.raises(StoreError, match="E6502"):
        append(store, 5000)
    with store.ledger() as ledger:
        entries = list(ledger.entries())
    assert len(entries) == 10
    assert unbroken(entries)


def test_a_store_that_may_only_be_read_is_said_to_be_read_only(path: Path, store: Store) -> None:
    append(store)
    with open_store(f"sqlite:///file:{path}?mode=ro&uri=true") as view:
        with view.reader() as ledger:
            assert len(list(ledger.entries())) == 1
        with pytest.raises(StoreError, match="E6503"):
            append(view)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 and certainly no ledger" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="E6504"):
        open_at(path)
    assert path.read_bytes() == before


def test_a_database_with_a_damaged_page_is_said_to_be_damaged(path: Path) -> None:
    with open_at(path) as store:
        store.upgrade()
        append(store, 400)
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))

    def read_all() -> None:
        with open_at(path) as store, store.ledger() as ledger:
            list(ledger.entries())

    with pytest.raises(StoreError, match="E6504"):
        read_all()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="E6505") as refused:
        open_at(tmp_path / "nowhere" / "ledger.db")
    assert "nowhere" in refused.value.place


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="E6505"):
        open_at(path)
    assert stat.S_ISDIR(path.stat().st_mode)


@pytest.mark.parametrize("url", ["", "ledger.db", "mysql://host/x", "sqlite://", "sqlite:///:memory:", "nonsense://x"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="E6512") as refused:
        open_store(url)
    assert refused.value.remedy


def test_a_password_stands_in_no_error() -> None:
    with pytest.raises(StoreError) as refused:
        open_store("postgresql://mailroom:secret@127.0.0.1:1/ledger", busy_seconds=1)
    assert refused.value.code in ("E6505", "E6512")
    assert "secret" not in f"{refused.value} {refused.value.place}"


def test_a_word_of_a_newer_version_is_not_guessed_at(path: Path, store: Store) -> None:
    with store.ledger() as ledger:
        ledger.add_run(run())
        ledger.commit()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET state = 'paused'")
    with store.ledger() as ledger, pytest.raises(StoreError, match="E6511"):
        ledger.runs()
