"""Pieces are counted on from run to run."""

from __future__ import annotations

from examples.generator import generate
from tests.production.conftest import OpenSmallHouse
from tests.production.stages import planned


def test_a_second_run_counts_its_pieces_on_from_the_first(small_house: OpenSmallHouse) -> None:
    house = small_house(pieces=3)
    first = planned(house)
    for invoice in generate(3, 77):
        house.reception().take(invoice, "generated")
    second = planned(house)
    with house.store.reader() as ledger:
        ids = [piece.id for run in (first, second) for piece in ledger.pieces(run.id)]
    assert sorted(ids) == [f"P{number:08}" for number in range(1, len(ids) + 1)]
    assert len(ids) > 3
