"""Campaigns: who gets which insert, from which feeder, and what happens when there are none left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from mailroom.domain.handling import Handling
from mailroom.planning.condition import Condition
from mailroom.planning.document import FieldValue, PlanDocument
from mailroom.planning.feeders import assign
from mailroom.planning.household import Decisions
from mailroom.planning.insert import InsertItem, Mode, WhenOut
from mailroom.planning.machine import Feeder
from mailroom.planning.piece import PlannedEnvelope, PlannedPiece, PostageStep, StepOf
from mailroom.planning.plan import Plan, Setup, plan_pieces
from tests.planning.floor import C5, C65, DAY, MACHINE, SETUP, campaign, document, item, step_of, with_inserts


def plan(documents: Sequence[PlanDocument], setup: Setup, on: date = DAY, steps: StepOf = step_of) -> Plan:
    return plan_pieces(documents, setup, on=on, step_of=steps, decisions=Decisions())


def only(planned: Plan) -> PlannedPiece:
    assert not planned.set_apart
    (piece,) = planned.pieces
    return piece


def names(piece: PlannedPiece) -> list[str]:
    return [insert.name for insert in piece.inserts]


def said(piece: PlannedPiece, code: str) -> list[str]:
    return [reason.text for reason in piece.reasons if reason.code == code]


def one_for(insert: InsertItem, mode: Mode, **changes: object) -> Setup:
    return with_inserts(SETUP, [insert], [replace(campaign(insert.name, mode), **changes)])  # type: ignore[arg-type]


def test_an_insert_that_always_goes_is_in_every_piece_with_weight_feeder_and_reason() -> None:
    piece = only(plan([document(1)], one_for(item("flyer", 2000), Mode.ALWAYS)))
    assert [(each.name, each.campaign, each.feeder, each.weight_mg) for each in piece.inserts] == [
        ("flyer", "flyer", 1, 2000)
    ]
    assert piece.weight_mg == 4990 + 4580 + 2000
    assert said(piece, "insert") == ["flyer goes (flyer, always): every piece gets it."]


@pytest.mark.parametrize(
    ("day", "goes"),
    [(date(2026, 2, 28), False), (date(2026, 3, 1), True), (date(2026, 3, 31), True), (date(2026, 4, 1), False)],
)
def test_a_campaign_runs_on_its_first_and_last_day_and_not_around_them(day: date, goes: bool) -> None:
    planned = plan([document(1)], one_for(item("flyer"), Mode.ALWAYS), on=day)
    assert bool(names(only(planned))) is goes
    assert [each.code for each in planned.notices] == ([] if goes else ["campaign-not-running"])


def test_select_goes_to_pieces_with_one_document_that_meets_the_conditions() -> None:
    private = Condition("segment", "is", "private")
    setup = one_for(item("flyer"), Mode.SELECT, conditions=(private,))
    fields: Mapping[str, FieldValue] = {"segment": "private"}
    mixed = [document(1), replace(document(2), fields=fields), document(3, "K2")]
    first, second = plan(mixed, setup).pieces
    assert names(first) == ["flyer"]
    assert said(first, "insert") == ["flyer goes (flyer, select): segment is private."]
    assert names(second) == []
    assert said(second, "insert-unwanted") == ["flyer (flyer) stays out: not segment is private."]


def test_select_may_take_a_larger_envelope_and_another_postage_step() -> None:
    thick = item("brochure", 30_000, thickness_um=2000)
    piece = only(
        plan([document(1, sheets=4)], one_for(thick, Mode.SELECT, conditions=(Condition("a", "missing", None),)))
    )
    assert (piece.envelope.name, names(piece)) == ("c5", ["brochure"])


def test_priority_select_keeps_the_postage_step_to_the_milligram() -> None:
    room_mg = 20_000 - (2 * 4990 + 4580)
    assert names(only(plan([document(1, sheets=2)], one_for(item("flyer", room_mg), Mode.PRIORITY_FILL)))) == ["flyer"]
    piece = only(plan([document(1, sheets=2)], one_for(item("flyer", room_mg + 1), Mode.PRIORITY_FILL)))
    assert names(piece) == []
    assert said(piece, "insert-left") == [
        "flyer (flyer) stays out: 20.001 g with it, and the postage step ends at 20 g."
    ]


def test_priority_select_keeps_the_thickness_of_the_step_and_the_envelope() -> None:
    def thin(weight_mg: int, thickness_um: int, envelope: PlannedEnvelope, country: str) -> PostageStep:
        return PostageStep(50_000, 600)

    def none(weight_mg: int, thickness_um: int, envelope: PlannedEnvelope, country: str) -> None:
        return None

    flyer = one_for(item("flyer", thickness_um=101), Mode.PRIORITY_FILL)
    (too_thick,) = said(only(plan([document(1)], flyer, steps=thin)), "insert-left")
    assert too_thick.endswith("0.601 mm with it, and the postage step ends at 0.6 mm.")
    (unknown,) = said(only(plan([document(1)], flyer, steps=none)), "insert-left")
    assert unknown.endswith("no postal product takes the piece, so its postage step is not known.")
    brochure = one_for(item("brochure", thickness_um=2000), Mode.PRIORITY_FILL)
    (larger,) = said(only(plan([document(1, sheets=4)], brochure)), "insert-left")
    assert larger.endswith("it would take the envelope c5 instead of c65.")


def test_fill_goes_by_priority_and_a_lighter_one_may_use_what_room_is_left() -> None:
    items = [item("light", 3000), item("heavy", 9000), item("first", 6000)]
    campaigns = [
        campaign("light", Mode.PRIORITY_FILL, 3),
        campaign("heavy", Mode.PRIORITY_FILL, 2),
        campaign("first", Mode.PRIORITY_FILL, 1),
    ]
    piece = only(plan([document(1)], with_inserts(SETUP, items, campaigns)))
    assert names(piece) == ["first", "light"]
    assert piece.weight_mg == 4990 + 4580 + 6000 + 3000


def test_one_piece_gets_one_insert_of_a_kind() -> None:
    items = [item("spring", kind="offer"), item("summer", kind="offer")]
    campaigns = [campaign("spring", Mode.PRIORITY_FILL, 2), campaign("summer", Mode.PRIORITY_FILL, 1)]
    piece = only(plan([document(1), document(2)], with_inserts(SETUP, items, campaigns)))
    assert names(piece) == ["summer"]
    assert said(piece, "insert-left") == ["spring (spring) stays out: an insert about offer is in the piece already."]


def test_two_legal_campaigns_of_one_insert_send_it_once() -> None:
    one = campaign("terms", Mode.ALWAYS, legal=True)
    setup = with_inserts(SETUP, [item("terms", stock=10)], [one, replace(one, name="again")])
    planned = plan([document(1)], setup)
    assert names(only(planned)) == ["terms"]
    assert planned.inserts[0].left == 9


def test_stock_goes_down_to_zero_in_the_order_of_the_plan_and_the_rest_goes_without() -> None:
    documents = [document(number, f"K{number}") for number in (3, 1, 2)]
    planned = plan(documents, one_for(item("flyer", stock=2), Mode.ALWAYS))
    assert [names(piece) for piece in planned.pieces] == [["flyer"], ["flyer"], []]
    assert said(planned.pieces[2], "insert-left") == ["flyer (flyer) stays out: it is out of stock."]
    (use,) = planned.inserts
    assert (use.used, use.left, use.short) == (2, 0, 1)


def test_when_out_of_stock_a_campaign_may_set_pieces_apart_and_gives_back_their_other_inserts() -> None:
    items = [item("card", stock=1), item("terms", stock=5)]
    campaigns = [
        campaign("terms", Mode.ALWAYS, 1),
        replace(campaign("card", Mode.ALWAYS, 2), when_out=WhenOut.SET_APART),
    ]
    planned = plan([document(1, "K1"), document(2, "K2")], with_inserts(SETUP, items, campaigns))
    assert [names(piece) for piece in planned.pieces] == [["terms", "card"]]
    (apart,) = planned.set_apart
    assert (apart.reason.code, [each.id for each in apart.documents]) == ("E7113", [2])
    assert [(use.name, use.used, use.left) for use in planned.inserts] == [("card", 1, 0), ("terms", 1, 4)]


def test_a_legal_insert_goes_first_whatever_the_postage_and_takes_stock_before_others() -> None:
    every = replace(campaign("notice", Mode.ALWAYS), name="every")
    legal = replace(
        campaign("notice", Mode.SELECT, legal=True), name="law", conditions=(Condition("must", "is", True),)
    )
    setup = with_inserts(SETUP, [item("notice", 2000, stock=1)], [every, legal])
    told = replace(document(2, "K2"), fields={"must": True})
    planned = plan([document(1, "K1"), told], setup)
    assert [names(piece) for piece in planned.pieces] == [[], ["notice"]]


def test_a_piece_whose_legal_insert_is_out_of_stock_is_set_apart() -> None:
    setup = with_inserts(SETUP, [item("notice", stock=0)], [campaign("notice", Mode.ALWAYS, legal=True)])
    planned = plan([document(1)], setup)
    assert not planned.pieces
    (apart,) = planned.set_apart
    assert apart.reason.code == "E7112"
    assert apart.reason.text == (
        "The legal insert notice is out of stock, and the campaign notice lets no piece go without it: F1."
    )


def test_a_document_whose_legal_insert_fits_nowhere_is_set_apart() -> None:
    big = replace(item("map"), width_mm=300, height_mm=400)
    planned = plan([document(1)], with_inserts(SETUP, [big], [campaign("map", Mode.ALWAYS, legal=True)]))
    (apart,) = planned.set_apart
    assert apart.reason.code == "E7111"
    assert "The legal insert map does not go with F1. c65: the insert map does not lie in it" in apart.reason.text


def test_a_legal_insert_that_no_feeder_holds_is_put_in_by_hand() -> None:
    legal = with_inserts(SETUP, [item("notice")], [campaign("notice", Mode.ALWAYS, legal=True)])
    setup = replace(legal, machine=replace(MACHINE, feeders=()))
    piece = only(plan([document(1)], setup))
    assert (piece.handling, [each.feeder for each in piece.inserts]) == (Handling.MANUAL, [0])
    assert "c65: no feeder of M1 holds the insert notice" in said(piece, "manual")[0]


def test_a_legal_insert_takes_room_so_that_a_household_is_cut_sooner() -> None:
    thick = item("notice", thickness_um=1000)
    setup = replace(SETUP, envelopes=(C65,), machine=replace(MACHINE, manual=False))
    two = [document(1, sheets=3), document(2, sheets=3)]
    assert len(plan(two, setup).pieces) == 1
    legal = with_inserts(setup, [thick], [campaign("notice", Mode.ALWAYS, legal=True)])
    planned = plan([document(1, sheets=3), document(2, sheets=4)], legal)
    assert [piece.sheets for piece in planned.pieces] == [3, 4]
    assert {reason.code for piece in planned.pieces for reason in piece.reasons} >= {"split"}


def test_an_optional_insert_never_sends_a_piece_to_the_manual_tray() -> None:
    thick = item("book", thickness_um=5500)
    setup = replace(one_for(thick, Mode.ALWAYS), envelopes=(C5,))
    piece = only(plan([document(1)], setup))
    assert (piece.handling, names(piece)) == (Handling.MACHINE, [])


def test_inserts_without_a_feeder_stay_out_of_pieces_that_the_machine_fills_and_go_by_hand() -> None:
    items = [item(name) for name in "abcd"]
    campaigns = [campaign(name, Mode.ALWAYS, priority) for priority, name in enumerate("abcd", start=1)]
    planned = plan([document(1, "K1"), document(2, "K2", sheets=35)], with_inserts(SETUP, items, campaigns))
    by_machine, by_hand = planned.pieces
    assert [each.text for each in planned.notices] == ["No feeder of M1 is left that feeds the insert d."]
    assert [(each.name, each.feeder) for each in by_machine.inserts] == [("a", 1), ("b", 2), ("c", 3)]
    assert said(by_machine, "insert-left") == ["d (d) stays out: no feeder of the machine holds it."]
    assert by_hand.handling is Handling.MANUAL
    assert [(each.name, each.feeder) for each in by_hand.inserts] == [("a", 0), ("b", 0), ("c", 0), ("d", 0)]


def test_feeders_are_given_by_wish_then_in_order_to_what_they_can_feed() -> None:
    small = Feeder(1, 100, 60, 200)
    feeders = (Feeder(3, 230, 160, 2000), small, Feeder(2, 230, 160, 500))
    card = replace(item("card"), width_mm=85, height_mm=54)
    wanted = [item("flyer"), item("thick", thickness_um=900), card, item("wish", feeder=2)]
    assert assign(wanted, feeders) == {"wish": 2, "flyer": 3, "card": 1}


def test_an_insert_that_no_document_wants_takes_no_feeder() -> None:
    never = replace(campaign("a", Mode.SELECT), conditions=(Condition("x", "given", None),))
    setup = with_inserts(SETUP, [item("a"), item("b")], [never, campaign("b", Mode.ALWAYS)])
    planned = plan([document(1)], setup)
    assert {use.name: use.feeder for use in planned.inserts} == {"a": 0, "b": 1}
    assert [each.text for each in planned.notices] == [
        "The campaign a asks for the field 'x', which no document of the run has."
    ]
