"""What every ledger must do with the decisions of persons and with the stock of inserts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailroom.domain.insert_stock import MovementKind, StockLevel, StockMovement
from mailroom.planning.household import Decision, Member, OptOut, Verdict
from mailroom.production.ports import Ledger
from mailroom.store.errors import StoreError
from tests.store.ledgers import NOW, OnAStore, copy, invoice, lay_out

ONE, TWO = Member("s", "s|id=1", "storgata 1\n0155\noslo\nno"), Member("s", "s|id=2", "storgata 1\n0155\noslo\nno")
LATER = NOW + timedelta(hours=1)


def moved(change: int, kind: MovementKind = MovementKind.COUNTED, insert: str = "flyer") -> StockMovement:
    return StockMovement(insert, kind, change, "person:Kari", NOW)


def used(piece: str, number: int = 1, insert: str = "flyer") -> StockMovement:
    return StockMovement(insert, MovementKind.USED, -1, "machine:X", NOW, "R000001", piece, number)


class DecisionsContract(OnAStore):
    """Tests of `mailroom.production.ports.Ledger`: decisions and stock."""

    def test_the_last_word_on_a_group_stands_whatever_the_order_of_its_members(
        self, begin: Callable[[], Ledger]
    ) -> None:
        with begin() as ledger:
            ledger.set_decision(Decision((ONE, TWO), Verdict.APPROVED, "Kari", NOW))
            ledger.commit()
        last = Decision((TWO, ONE), Verdict.REJECTED, "Ola", LATER)
        with begin() as ledger:
            ledger.set_decision(last)
            ledger.commit()
        with begin() as ledger:
            assert ledger.decisions() == [last]

    def test_decisions_come_by_time(self, begin: Callable[[], Ledger]) -> None:
        third = Member("s", "s|id=3", "x")
        late = Decision((ONE, TWO), Verdict.APPROVED, "Kari", LATER)
        early = Decision((ONE, third), Verdict.REJECTED, "Kari", NOW)
        with begin() as ledger:
            ledger.set_decision(late)
            ledger.set_decision(early)
            assert ledger.decisions() == [early, late]

    def test_a_customer_opts_out_and_in_again(self, begin: Callable[[], Ledger]) -> None:
        out = OptOut("s|id=1", out=True, by="Kari", at=NOW)
        back = OptOut("s|id=1", out=False, by="Ola", at=LATER)
        other = OptOut("s|id=0", out=True, by="Kari", at=NOW)
        with begin() as ledger:
            ledger.set_opt_out(out)
            ledger.set_opt_out(other)
            assert ledger.opt_outs() == [other, out]
            ledger.set_opt_out(back)
            assert ledger.opt_outs() == [other, back]

    def test_customers_are_those_of_all_documents_each_once(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            for number, customer in enumerate(("b", "a", "b")):
                ledger.add_document(f"key{number}", customer, invoice(), "in/a.xml", NOW)
            assert ledger.customers() == ["a", "b"]

    def test_a_plan_is_held_from_the_first_time_on(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            assert not ledger.is_held("d1")
            ledger.hold_plan("d1", NOW)
            ledger.hold_plan("d1", LATER)
            assert ledger.is_held("d1")
            assert not ledger.is_held("d2")

    def test_the_stock_is_the_sum_of_its_movements(self, begin: Callable[[], Ledger]) -> None:
        movements = [moved(100), moved(-3), moved(50, MovementKind.DELIVERED)]
        with begin() as ledger:
            for movement in (*movements, moved(7, insert="card")):
                ledger.add_movement(movement)
            ledger.commit()
        with begin() as ledger:
            assert ledger.movements("flyer") == movements
            assert ledger.stock() == {"flyer": StockLevel(147, counted=True), "card": StockLevel(7, counted=True)}

    def test_what_was_only_used_is_not_counted(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            lay_out(ledger)
            ledger.add_copy(copy("P00000001"))
            ledger.add_movement(used("P00000001"))
            assert ledger.stock() == {"flyer": StockLevel(-1, counted=False)}
            ledger.add_movement(moved(11))
            assert ledger.stock() == {"flyer": StockLevel(10, counted=True)}

    def test_what_a_copy_uses_is_written_once(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger:
            lay_out(ledger)
            ledger.add_copy(copy("P00000001"))
            ledger.add_copy(copy("P00000001", 2, within="R000001-B02"))
            ledger.add_movement(used("P00000001"))
            ledger.add_movement(used("P00000001", insert="card"))
            ledger.add_movement(used("P00000001", 2))
            ledger.commit()
        with begin() as ledger, pytest.raises(StoreError, match="E6509"):
            ledger.add_movement(used("P00000001"))
        with begin() as ledger:
            assert ledger.inserts_of("P00000001", 1) == {"flyer", "card"}
            assert ledger.inserts_of("P00000002", 1) == set()
            uses = {("flyer", "P00000001", 1), ("card", "P00000001", 1), ("flyer", "P00000001", 2)}
            assert ledger.inserts_used("R000001") == uses
            assert ledger.inserts_used("R000002") == set()

    def test_a_copy_that_there_is_not_uses_nothing(self, begin: Callable[[], Ledger]) -> None:
        with begin() as ledger, pytest.raises(StoreError, match="E6509"):
            ledger.add_movement(used("P00000001"))
