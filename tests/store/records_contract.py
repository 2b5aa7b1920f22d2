"""What every ledger must do with units of work and records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mailroom.domain.document import DocumentState
from mailroom.domain.journal import Entry
from mailroom.domain.lifecycle import CopyState
from mailroom.domain.piece import PieceDocument, PieceState
from mailroom.domain.run import Batch, BatchState, MailRun, RunState
from mailroom.production.ports import Ledger
from mailroom.store.errors import StoreError
from mailroom.store.store import Store, open_store
from mailroom.store.tables import metadata
from tests.store.ledgers import NOW, OnAStore, batch, copy, invoice, lay_out, piece, run


class RecordsContract(OnAStore):
    """Tests of `mailroom.production.ports.Ledger`: all but its journal."""

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
                ledger.next_piece_numbers(1)
                ledger.add_run(run())
                ledger.append(Entry(NOW, "run.opened", "system"))
                raise RuntimeError("in the middle")

        with pytest.raises(RuntimeError, match="in the middle"):
            fail_in_the_middle()
        with begin() as ledger:
            assert ledger.runs() == []
            assert list(ledger.entries()) == []
            assert ledger.next_piece_numbers(1) == range(1, 2)

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
            assert ledger.next_run_number() == 1
            assert (*ledger.next_piece_numbers(3), *ledger.next_piece_numbers(1)) == (1, 2, 3, 4)
            ledger.commit()
        with begin() as ledger:
            assert (ledger.next_run_number(), ledger.next_piece_numbers(2)) == (2, range(5, 7))

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
            assert aside.content == invoice()

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
            lay_out(ledger)
            one, two = copy("P00000001", order=2), copy("P00000002", order=1)
            again = copy("P00000001", 2, 1, "R000001-B02")
            for each in (one, two, again):
                ledger.add_copy(each)
            assert ledger.copies("P00000001") == [one, again]
            assert ledger.copies_of_batch("R000001-B01") == [two, one]
            assert ledger.copies_of_run("R000001") == [one, again, two]
            assert [each.id for each in ledger.pieces_of_batch("R000001-B02")] == ["P00000001"]
            assert ledger.pieces_of_batch("R000001-B01") == ledger.pieces("R000001")
            assert ledger.pieces_of_batch("R000001-B09") == []
            assert ledger.copy("P00000001", 2) == again
            assert ledger.copy("P00000001", 3) is None

    def test_a_copy_keeps_its_state_and_the_number_of_its_last_entry(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            lay_out(ledger)
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
            lay_out(ledger)
            ledger.add_copy(copy("P00000001", order=1))
            with pytest.raises(StoreError, match="E6509"):
                ledger.add_copy(copy("P00000001", order=2))


class StoreContract(OnAStore):
    """Tests of what only a database can do: several at once, readers, migrations, and a journal that nobody changes."""

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
