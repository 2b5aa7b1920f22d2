"""What every ledger must do. A subclass gives a store on one kind of database; it is empty and upgraded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.domain.address import PostalAddress
from mailroom.domain.document import DocumentState
from mailroom.domain.invoice import InvoiceKind, InvoiceLine, IssuedInvoice, Party, Totals, VatSubtotal
from mailroom.domain.journal import GENESIS, ChainedEntry, Entry, chain_hash, entry_fields
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import Copy, MailPiece, PieceDocument, PieceState
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.production.ports import Ledger
from mailroom.store.errors import StoreError
from mailroom.store.store import Store, open_store
from mailroom.store.tables import metadata

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


def invoice(number: str = "F-1") -> IssuedInvoice:
    address = PostalAddress(("Storgata 1",), "0155", "Oslo", "NO")
    ten = Decimal("10.00")
    return IssuedInvoice(
        kind=InvoiceKind.INVOICE,
        number=number,
        issue_date=NOW.date(),
        currency="NOK",
        seller=Party("Nordlys Kraft AS", address, vat_id="NO999999999MVA"),
        buyer=Party("Åse Øverås", address, id="10042"),
        lines=(InvoiceLine("1", "Strøm", Decimal("1"), "KWH", ten, ten, "S", Decimal("25")),),
        vat=(VatSubtotal("S", Decimal("25"), ten, Decimal("2.50")),),
        totals=Totals(
            ten,
            Decimal(0),
            Decimal(0),
            ten,
            Decimal("2.50"),
            Decimal("12.50"),
            Decimal(0),
            Decimal(0),
            Decimal("12.50"),
        ),
    )


def run(number: int = 1) -> MailRun:
    return MailRun(f"R{number:06d}", RunState.OPEN, NOW)


def batch(ordinal: int = 1, of: str = "R000001") -> Batch:
    return Batch(f"{of}-B{ordinal:02d}", of, "c5", "stationery", "one-sided", 1, 2, BatchState.PLANNED)


def piece(number: int, documents: tuple[PieceDocument, ...] = (), of: str = "R000001", sort_key: str = "") -> MailPiece:
    lines = ("Åse Øverås", "Storgata 1", "0155 OSLO")
    return MailPiece(f"P{number:08d}", of, "10042", lines, "0155", "NO", "c5", 2, documents, sort_key)


def copy(of: str, number: int = 1, order: int = 1, within: str = "R000001-B01") -> Copy:
    return Copy(of, number, within, order, 1, 2, CopyState.RELEASED)


def append_alone(begin: Callable[[], Ledger], entry: Entry) -> None:
    """One entry in a unit of work of its own."""
    with begin() as ledger:
        ledger.append(entry)
        ledger.commit()


def unbroken(entries: list[ChainedEntry]) -> bool:
    """Every entry follows the one before it, and its hash is that of what was read back."""
    previous = GENESIS
    for seq, each in enumerate(entries, 1):
        if (each.seq, each.previous) != (seq, previous):
            return False
        if each.hash != chain_hash(previous, entry_fields(each.seq, each.entry)):
            return False
        previous = each.hash
    return True


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


_FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""Every example begins and rolls back a unit of work of its own, so that one store serves them all."""


class LedgerContract:
    """Tests of `mailroom.production.ports.Ledger`."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    @pytest.fixture
    def begin(self, store: Store) -> Callable[[], Ledger]:
        return store.ledger

    def test_what_is_committed_stays_and_what_is_not_is_gone(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            ledger.add_run(run(1))
            ledger.commit()
        with begin() as ledger:
            ledger.add_run(run(2))
        with begin() as ledger:
            assert [each.id for each in ledger.runs()] == ["R000001"]

    def test_an_exception_rolls_everything_back(self, begin: Callable[[], Ledger]) -> None:
        def fail_in_the_middle() -> None:
            with begin() as ledger:
                ledger.next_piece_number()
                ledger.add_run(run())
                ledger.append(Entry(NOW, "run.opened", "system"))
                raise RuntimeError("in the middle")

        with pytest.raises(RuntimeError, match="in the middle"):
            fail_in_the_middle()
        with begin() as ledger:
            assert ledger.runs() == []
            assert list(ledger.entries()) == []
            assert ledger.next_piece_number() == 1

    def test_after_its_commit_a_unit_of_work_can_be_read_but_not_written(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            ledger.add_run(run())
            ledger.append(Entry(NOW, "run.opened", "system"))
            ledger.commit()
            assert len(ledger.runs()) == 1
            assert len(list(ledger.entries())) == 1
            for change in (
                ledger.commit,
                ledger.next_run_number,
                lambda: ledger.add_run(run(2)),
                lambda: ledger.set_run("R000001", RunState.CLOSED),
                lambda: ledger.append(Entry(NOW, "late", "system")),
            ):
                with pytest.raises(StoreError, match="E9601"):
                    change()
        with pytest.raises(StoreError, match="E9601"):
            ledger.runs()

    def test_who_only_reads_after_a_commit_holds_nobody_up(self, begin: Callable[[], Ledger]) -> None:
        with begin() as one:
            one.commit()
            assert one.runs() == []
            with begin() as two:
                two.add_run(run())
                two.commit()

    def test_a_unit_of_work_is_not_begun_inside_itself(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger, pytest.raises(StoreError, match="E9601"):
            ledger.__enter__()

    def test_numbers_count_from_one_each_kind_for_itself(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            assert [ledger.next_run_number(), ledger.next_piece_number(), ledger.next_piece_number()] == [1, 1, 2]
            ledger.commit()
        with begin() as ledger:
            assert [ledger.next_run_number(), ledger.next_piece_number()] == [2, 3]

    def test_a_document_is_found_by_its_key_and_a_duplicate_has_its_own_ordinal(
        self, begin: Callable[[], Ledger]
    ) -> None:
        with begin() as ledger:
            first = ledger.add_document("key", "10042", invoice(), "in/a.xml", NOW)
            second = ledger.add_document("key", "10042", invoice(), "in/b.xml", NOW)
            ledger.commit()
        with begin() as ledger:
            assert (first.ordinal, second.ordinal) == (0, 1)
            assert ledger.documents_of("key")[0] == first
            assert ledger.documents_of("other") == []
            assert ledger.documents(DocumentState.WAITING) == [first, second]

    def test_a_document_set_aside_keeps_its_reason(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            document = ledger.add_document("key", "10042", invoice(), "in/a.xml", NOW)
            ledger.set_document(document.id, DocumentState.SET_ASIDE, "seven address lines")
            assert ledger.documents(DocumentState.WAITING) == []
            (aside,) = ledger.documents(DocumentState.SET_ASIDE)
            assert aside.problem == "seven address lines"
            assert aside.invoice == invoice()

    def test_a_run_is_closed_at_a_moment_whatever_its_offset(self, begin: Callable[[], Ledger]) -> None:
        oslo = NOW.astimezone(timezone(timedelta(hours=1)))
        with begin() as ledger:
            ledger.add_run(MailRun("R000001", RunState.OPEN, oslo))
            ledger.set_run("R000001", RunState.CLOSED, oslo + timedelta(microseconds=1))
            found = ledger.run("R000001")
        assert found == MailRun("R000001", RunState.CLOSED, NOW, NOW + timedelta(microseconds=1))
        assert found is not None
        assert found.opened_at.utcoffset() == timedelta(0)

    def test_a_time_without_offset_is_refused(self, begin: Callable[[], Ledger]) -> None:
        naive = NOW.replace(tzinfo=None)
        with begin() as ledger, pytest.raises(StoreError, match="E9602"):
            ledger.append(Entry(naive, "x", "system"))

    def test_pieces_come_in_sort_order_with_their_documents_in_order(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            ledger.add_run(run(1))
            ledger.add_run(run(2))
            ids = [ledger.add_document(f"key{n}", "c", invoice(f"F-{n}"), "s", NOW).id for n in range(3)]
            inside = tuple(PieceDocument(document, f"F-{document}", "abc", 2) for document in reversed(ids))
            last, first = piece(1, inside, sort_key="9"), piece(2, inside[:1], sort_key="0")
            ledger.add_piece(last)
            ledger.add_piece(first)
            ledger.add_piece(piece(3, of="R000002"))
            assert ledger.pieces("R000001") == [first, last]
            assert ledger.piece("P00000001") == last
            assert ledger.piece("P00000009") is None
            ledger.set_piece("P00000001", PieceState.MAILED)
            changed = ledger.piece("P00000001")
            assert changed is not None
            assert changed.state is PieceState.MAILED

    def test_copies_by_piece_by_run_and_in_print_order(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            self.lay_out(ledger)
            one, two = copy("P00000001", order=2), copy("P00000002", order=1)
            again = copy("P00000001", 2, 1, "R000001-B02")
            for each in (one, two, again):
                ledger.add_copy(each)
            assert ledger.copies("P00000001") == [one, again]
            assert ledger.copies_of_batch("R000001-B01") == [two, one]
            assert ledger.copies_of_run("R000001") == [one, again, two]
            assert ledger.copy("P00000001", 2) == again
            assert ledger.copy("P00000001", 3) is None

    def test_a_copy_keeps_its_state_and_the_number_of_its_last_entry(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            self.lay_out(ledger)
            ledger.add_copy(copy("P00000001"))
            assert ledger.copy_seq("P00000001", 1) == 0
            assert ledger.copy_seq("P00000001", 2) == 0
            ledger.set_copy("P00000001", 1, CopyState.SUBMITTING, 2)
            assert ledger.copy_seq("P00000001", 1) == 2
            changed = ledger.copy("P00000001", 1)
            assert changed is not None
            assert changed.state is CopyState.SUBMITTING

    def test_a_batch_is_written_whole(self, begin: Callable[[], Ledger]) -> None:
        done = Batch(
            *("R000001-B01", "R000001", "c4", "stationery", "two-sided-long-edge", 3, 9, BatchState.DONE, True),
            *("a.pdf", "5f70", "a.control.jsonl", "bookmark", "42", 9),
            counters={"stacked": 3, "diverted": 0},
        )
        with begin() as ledger:
            ledger.add_run(run())
            ledger.add_batch(batch())
            assert ledger.batch("R000001-B01") == batch()
            ledger.set_batch(done)
            ledger.commit()
        with begin() as ledger:
            assert ledger.batch("R000001-B01") == done
            assert ledger.batch("R000001-B02") is None

    def test_the_hundredth_batch_comes_last(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            ledger.add_run(run())
            for ordinal in (100, 2, 11):
                ledger.add_batch(batch(ordinal))
            assert [each.id[-3:] for each in ledger.batches("R000001")] == ["B02", "B11", "100"]

    def test_what_is_not_there_can_not_be_set(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            changes: tuple[Callable[[], None], ...] = (
                lambda: ledger.set_document(1, DocumentState.PLANNED),
                lambda: ledger.set_run("R000009", RunState.CLOSED),
                lambda: ledger.set_piece("P00000009", PieceState.MAILED),
                lambda: ledger.set_copy("P00000009", 1, CopyState.MAILED, 1),
                lambda: ledger.set_batch(batch()),
            )
            for change in changes:
                with pytest.raises(StoreError, match="E6510"):
                    change()

    def test_a_piece_of_no_run_is_refused(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger, pytest.raises(StoreError, match="E6509"):
            ledger.add_piece(piece(1))

    def test_two_copies_of_one_number_are_refused(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            self.lay_out(ledger)
            ledger.add_copy(copy("P00000001", order=1))
            with pytest.raises(StoreError, match="E6509"):
                ledger.add_copy(copy("P00000001", order=2))

    def test_the_journal_is_one_unbroken_chain_over_units_of_work(self, begin: Callable[[], Ledger]) -> None:
        appended: list[ChainedEntry] = []
        for unit in range(3):
            with begin() as ledger:
                appended += [ledger.append(Entry(NOW, f"event.{unit}.{n}", "system")) for n in range(700)]
                ledger.commit()
        with begin() as ledger:
            read = list(ledger.entries())
        assert read == appended
        assert unbroken(read)

    @settings(max_examples=25, deadline=None, suppress_health_check=_FIXTURES)
    @given(detail=st.dictionaries(TEXT, JSON, max_size=4), offset=st.integers(-14 * 60, 14 * 60))
    def test_whatever_is_appended_reads_back_with_its_hash(
        self, store: Store, detail: dict[str, object], offset: int
    ) -> None:
        at = NOW.astimezone(timezone(timedelta(minutes=offset)))
        with store.ledger() as ledger:
            said = ledger.append(Entry(at, "x", "system", detail=detail))
            assert list(ledger.entries()) == [said]
            assert unbroken([said])

    def test_what_json_turns_into_something_else_is_hashed_as_it_will_be_read(
        self, begin: Callable[[], Ledger]
    ) -> None:
        with begin() as ledger:
            ledger.append(Entry(NOW, "x", "system", detail={"a": (1, 2), "keys": {10: "a", 9: "b"}}))
            (read,) = ledger.entries()
        assert read.entry.detail == {"a": [1, 2], "keys": {"10": "a", "9": "b"}}
        assert unbroken([read])

    @pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes", "\ud800", NOW])
    def test_what_json_can_not_say_is_refused(self, begin: Callable[[], Ledger], value: object) -> None:
        with begin() as ledger, pytest.raises(StoreError, match="E9602"):
            ledger.append(Entry(NOW, "x", "system", detail={"value": value}))

    def test_a_copys_step_is_written_once(self, begin: Callable[[], Ledger]) -> None:
        step = Entry(NOW, "copy.send", "system", piece="P00000001", copy=1, copy_seq=2)
        with begin() as ledger:
            ledger.append(step)
            ledger.commit()
        with pytest.raises(StoreError, match="E6509"):
            append_alone(begin, step)
        with begin() as ledger:
            assert len(list(ledger.entries())) == 1

    def test_a_machines_event_is_written_once_and_is_known_at_once(self, begin: Callable[[], Ledger]) -> None:
        boot = 2**32 - 1
        with begin() as ledger:
            assert ledger.last_machine_event() is None
            ledger.append(Entry(NOW, "machine.supply", "machine:X", machine=(boot, 1)))
            assert ledger.has_machine_event(boot, 1)
            assert not ledger.has_machine_event(boot, 2)
            ledger.append(Entry(NOW, "machine.supply", "machine:X", machine=(boot, 2)))
            ledger.append(Entry(NOW, "run.closed", "system"))
            assert ledger.last_machine_event() == (boot, 2)
            ledger.commit()
        with begin() as ledger:
            assert ledger.has_machine_event(boot, 2)
            assert not ledger.has_machine_event(7, 2)
            assert ledger.last_machine_event() == (boot, 2)
        with pytest.raises(StoreError, match="E6509"):
            append_alone(begin, Entry(NOW, "machine.supply", "machine:X", machine=(boot, 2)))

    def test_entries_of_a_run_include_those_that_name_only_its_batch_or_piece(
        self, begin: Callable[[], Ledger]
    ) -> None:
        with begin() as ledger:
            self.lay_out(ledger)
            ledger.add_run(run(2))
            ledger.add_piece(piece(9, of="R000002"))
            labels: tuple[dict[str, Any], ...] = (
                {"run": "R000001"},
                {"batch": "R000001-B01"},
                {"piece": "P00000001"},
                {"piece": "P00000009"},
                {"run": "R000002", "piece": "P00000001"},
                {},
            )
            for fields in labels:
                ledger.append(Entry(NOW, "x", "system", **fields))
            assert [each.seq for each in ledger.entries(run="R000001")] == [1, 2, 3]
            assert [each.seq for each in ledger.entries(run="R000002")] == [4, 5]
            assert [each.seq for each in ledger.entries(piece="P00000001")] == [3, 5]
            assert [each.seq for each in ledger.entries(run="R000002", piece="P00000001")] == [5]
            assert [each.seq for each in ledger.entries(span=(2, 4))] == [2, 3, 4]
            assert [each.seq for each in ledger.entries(run="R000001", span=(2, 4))] == [2, 3]
            assert not list(ledger.entries(span=(1, 0)))
            assert [each.seq for each in ledger.entries()] == [1, 2, 3, 4, 5, 6]

    def test_a_reader_sees_what_was_there_at_its_beginning_and_holds_nobody_up(self, store: Store) -> None:
        with store.reader() as reader:
            assert reader.runs() == []
            with store.ledger() as ledger:
                ledger.add_run(run())
                ledger.commit()
            assert reader.runs() == []
        with store.reader() as reader:
            assert len(reader.runs()) == 1

    def test_a_reader_can_not_write(self, store: Store) -> None:
        with store.reader() as reader, pytest.raises(StoreError, match="E6503"):
            reader.add_run(run())
        with store.ledger() as ledger:
            ledger.add_run(run())
            ledger.commit()

    @pytest.mark.parametrize(
        "tampering",
        [
            "UPDATE journal SET who = 'person:nobody' WHERE seq = 1",
            "DELETE FROM journal WHERE seq = 2",
            "INSERT INTO journal SELECT seq + 2, at, event, who, run, batch, piece, copy, copy_seq, state_from,"
            " state_to, machine_boot, machine_event, detail, hash, hash FROM journal WHERE seq = 2",
            "INSERT INTO journal SELECT seq + 1, at, event, who, run, batch, piece, copy, copy_seq, state_from,"
            " state_to, machine_boot, machine_event, detail, previous, hash FROM journal WHERE seq = 2",
        ],
    )
    def test_the_database_itself_refuses_to_change_the_journal(self, store: Store, tampering: str) -> None:
        with store.ledger() as ledger:
            before = [ledger.append(Entry(NOW, "x", "system")), ledger.append(Entry(NOW, "y", "system"))]
            ledger.commit()
        with pytest.raises(StoreError, match=r"E6509.*the journal"), store.engine.begin() as connection:
            connection.exec_driver_sql(tampering)
        with store.ledger() as ledger:
            assert list(ledger.entries()) == before

    def test_a_second_writer_waits_its_time_and_is_told(self, store: Store) -> None:
        url = store.engine.url.render_as_string(hide_password=False)
        with open_store(url, busy_seconds=0.05) as hasty:
            with store.ledger(), pytest.raises(StoreError, match="E6501"):
                hasty.ledger().__enter__()
            with hasty.ledger() as ledger:
                assert ledger.runs() == []

    def test_the_migrations_make_the_tables_of_this_version(self, store: Store) -> None:
        with store.engine.connect() as connection:
            opts = {"compare_type": True, "compare_server_default": True}
            assert compare_metadata(MigrationContext.configure(connection, opts=opts), metadata) == []

    @staticmethod
    def lay_out(ledger: Ledger) -> None:
        """A run with two batches and two pieces."""
        ledger.add_run(run())
        ledger.add_batch(batch(1))
        ledger.add_batch(batch(2))
        ledger.add_piece(piece(1, sort_key="a"))
        ledger.add_piece(piece(2, sort_key="b"))
