"""What every ledger must do with its journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.domain.journal import ChainedEntry, Entry
from mailroom.production.ports import Ledger
from mailroom.store.errors import StoreError
from tests.store.ledgers import NOW, OnAStore, lay_out, piece, run, unbroken


def append_alone(begin: Callable[[], Ledger], entry: Entry) -> None:
    """One entry in a unit of work of its own."""
    with begin() as ledger:
        ledger.append(entry)
        ledger.commit()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
_FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""Every example begins and rolls back a unit of work of its own, so that one store serves them all."""


class JournalContract(OnAStore):
    """Tests of `mailroom.production.ports.Ledger`: its journal."""

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
        self, begin: Callable[[], Ledger], detail: dict[str, object], offset: int
    ) -> None:
        at = NOW.astimezone(timezone(timedelta(minutes=offset)))
        with begin() as ledger:
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
            lay_out(ledger)
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
            assert [each.seq for each in ledger.entries(batch="R000001-B01")] == [2]
            assert not list(ledger.entries(batch="R000001-B01", piece="P00000001"))
            assert [each.seq for each in ledger.entries(span=(2, 4))] == [2, 3, 4]
            assert [each.seq for each in ledger.entries(run="R000001", span=(2, 4))] == [2, 3]
            assert not list(ledger.entries(span=(1, 0)))
            assert [each.seq for each in ledger.entries()] == [1, 2, 3, 4, 5, 6]
