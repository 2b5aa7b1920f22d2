"""The outlook: figures of what would go, and nothing of what would stay behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailroom.bootstrap import House
from mailroom.domain.handling import Handling
from mailroom.planning.campaign_file import load_inserts
from mailroom.planning.files import SHIPPED
from mailroom.planning.insert import Mode, WhenOut
from mailroom.production.outlook import outlook
from tests.production.test_plan import DAY, FLOOR, composed, planned


def test_what_hands_fill_is_in_the_figures_and_its_insert_leaves_the_stock(
    small_house: Callable[..., House],
) -> None:
    items, campaigns = load_inserts(SHIPPED / "inserts-example.toml")
    name, item = next(iter(items.items()))
    always = replace(
        campaigns[0],
        name="all",
        insert=name,
        mode=Mode.ALWAYS,
        first_day=DAY,
        last_day=DAY,
        conditions=(),
        legal=True,
        when_out=WhenOut.LEAVE_OUT,
    )
    setup = replace(FLOOR.setup, items={name: replace(item, stock=10)}, campaigns=(always,))
    floor = replace(FLOOR, setup=setup)
    by_hand = floor.setup.machine.accumulator_sheets + 1
    plan = planned([composed(1, "A", pages=by_hand), composed(2, "B"), composed(3, "B")], floor)
    (use,) = plan.plan.inserts
    assert use.used == 2, "the plan counts what hands would put in"
    plant = replace(small_house(0).plant, floor=floor)
    found = outlook(plan, [], plant)
    in_all = (found.totals.documents, found.totals.pieces, found.totals.together, found.totals.sheets)
    assert in_all == (3, 2, 1, by_hand + 2)
    assert [(each.used, each.left) for each in found.inserts] == [(2, 8)]
    assert found.set_aside == ()
    assert {each.handling: each.pieces for each in found.totals.envelopes} == {Handling.MACHINE: 1, Handling.MANUAL: 1}
    assert found.totals.weight_mg == sum(piece.details.weight_mg for piece in plan.pieces)
    assert found.postage is None
