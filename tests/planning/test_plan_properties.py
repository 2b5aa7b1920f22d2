"""What holds of every plan, whatever the documents, limits, inserts and stocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mailroom.domain.handling import Handling
from mailroom.planning.condition import Condition
from mailroom.planning.document import PlanDocument
from mailroom.planning.household import Decisions
from mailroom.planning.insert import Campaign, InsertItem, Mode, WhenOut
from mailroom.planning.machine import LAYERS
from mailroom.planning.piece import PlannedPiece
from mailroom.planning.plan import Plan, Setup, plan_pieces
from mailroom.planning.totals import totals
from tests.planning.floor import A4, C4, C5, C65, DAY, MACHINE, RULES, SETUP, address, campaign, document, item, step_of

ENVELOPES = {each.name: each for each in (C65, C5, C4)}
FEW = settings(max_examples=50)
FREE = (Mode.PRIORITY_SELECT, Mode.PRIORITY_FILL)
STREETS = ("Storgata 1", "Storgata 2")
CUSTOMERS = ("K1", "K2", "K3", "K4")


@dataclass(frozen=True)
class Case:
    """A floor, documents in some order, the same in another, and who opted out."""

    setup: Setup
    documents: list[PlanDocument]
    shuffled: list[PlanDocument]
    decisions: Decisions

    def plan(self, shuffled: bool = False) -> Plan:
        documents = self.shuffled if shuffled else self.documents
        return plan_pieces(documents, self.setup, on=DAY, step_of=step_of, decisions=self.decisions)


@st.composite
def inserts(draw: st.DrawFn) -> tuple[dict[str, InsertItem], tuple[Campaign, ...]]:
    items = [
        item(
            name,
            draw(st.integers(500, 15_000)),
            stock=draw(st.none() | st.integers(0, 6)),
            kind=draw(st.sampled_from(("", "offer"))),
            thickness_um=draw(st.integers(50, 2500)),
        )
        for name in "abcd"
    ]
    campaigns = []
    for number, each in enumerate(draw(st.lists(st.sampled_from("abcd"), max_size=5)), start=1):
        mode = draw(st.sampled_from(Mode))
        legal = mode not in FREE and draw(st.booleans())
        drawn = replace(campaign(each, mode, draw(st.integers(1, 3)), legal=legal), name=f"c{number}")
        if mode is not Mode.ALWAYS and draw(st.booleans()):
            drawn = replace(drawn, conditions=(Condition("segment", "is", "private"),))
        if not legal:
            drawn = replace(drawn, when_out=draw(st.sampled_from(WhenOut)))
        campaigns.append(drawn)
    return {each.name: each for each in items}, tuple(campaigns)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    count = draw(st.integers(0, 14))
    documents = [
        replace(
            document(
                number,
                draw(st.sampled_from(CUSTOMERS)),
                draw(st.integers(1, 8) | st.integers(1, 45)),
                address(draw(st.sampled_from(STREETS))),
            ),
            rank=draw(st.integers(0, 1)),
            fields={"segment": draw(st.sampled_from(("private", "business")))},
        )
        for number in range(1, count + 1)
    ]
    items, campaigns = draw(inserts())
    setup = replace(
        SETUP,
        rules=replace(RULES, most_documents=draw(st.integers(1, 6)), most_sheets=draw(st.integers(1, 40))),
        machine=replace(
            MACHINE,
            manual=draw(st.booleans()),
            accumulator_sheets=draw(st.integers(2, 30)),
            most_subsets=draw(st.integers(1, 4)),
            most_thickness_um=draw(st.integers(1000, 6000)),
        ),
        items=items,
        campaigns=campaigns,
    )
    opted_out = frozenset(draw(st.sets(st.sampled_from(CUSTOMERS), max_size=2)))
    return Case(setup, documents, draw(st.permutations(documents)), Decisions(opted_out=opted_out))


@FEW
@given(cases())
def test_every_document_is_in_one_piece_or_set_apart_with_a_reason(case: Case) -> None:
    plan = case.plan()
    planned = [each.id for piece in plan.pieces for each in piece.documents]
    apart = [each.id for one in plan.set_apart for each in one.documents]
    assert sorted(planned + apart) == [each.id for each in case.documents]
    assert all(one.reason.code.startswith("E71") and one.reason.text and one.remedy for one in plan.set_apart)
    assert len({piece.key for piece in plan.pieces}) == len(plan.pieces)


@FEW
@given(cases())
def test_the_order_of_the_documents_does_not_matter(case: Case) -> None:
    assert case.plan() == case.plan(shuffled=True)


@FEW
@given(cases())
def test_a_piece_holds_one_customers_documents_for_one_address_within_the_limits(case: Case) -> None:
    rules = case.setup.rules
    by_id = {each.id: each for each in case.documents}
    for piece in case.plan().pieces:
        documents = [by_id[each.id] for each in piece.documents]
        assert {(each.customer, each.address) for each in documents} == {(piece.customer, piece.address)}
        assert documents == sorted(documents, key=lambda each: (each.rank, each.id))
        assert piece.sheets == sum(each.sheets for each in documents)
        if len(documents) > 1:
            assert piece.customer not in case.decisions.opted_out
            assert len(documents) <= rules.most_documents
            assert piece.sheets <= rules.most_sheets
            assert piece.handling is Handling.MACHINE


@FEW
@given(cases())
def test_weight_and_thickness_are_those_of_the_parts_and_within_every_limit(case: Case) -> None:
    machine = case.setup.machine
    for piece in case.plan().pieces:
        envelope = ENVELOPES[piece.envelope.name]
        content_mg = piece.sheets * A4.sheet_weight_mg + sum(each.weight_mg for each in piece.inserts)
        folded_um = piece.sheets * A4.thickness_um * LAYERS[envelope.fold]
        content_um = folded_um + sum(each.thickness_um for each in piece.inserts)
        assert piece.weight_mg == envelope.material.weight_mg + content_mg
        assert piece.thickness_um == envelope.material.thickness_um + content_um
        assert content_um <= envelope.material.most_content_um
        assert content_mg <= envelope.material.most_weight_mg
        assert piece.sheets <= envelope.most_sheets
        assert sum(piece.subsets) == piece.sheets
        if piece.handling is Handling.MACHINE:
            assert max(piece.subsets) <= machine.subset_sheets(envelope.fold)
            assert len(piece.subsets) <= machine.most_subsets
            assert piece.thickness_um <= machine.most_thickness_um
        else:
            assert machine.manual


@FEW
@given(cases())
def test_stock_is_conserved_and_never_below_zero(case: Case) -> None:
    plan = case.plan()
    sent = Counter(insert.name for piece in plan.pieces for insert in piece.inserts)
    for use in plan.inserts:
        stock = case.setup.items[use.name].stock
        assert use.used == sent[use.name]
        if stock is None:
            assert (use.left, use.short) == (None, 0)
        else:
            assert use.left == stock - use.used >= 0


@FEW
@given(cases())
def test_inserts_go_once_from_their_feeder_and_the_legal_ones_always(case: Case) -> None:
    plan = case.plan()
    by_id = {each.id: each for each in case.documents}
    feeders = {use.name: use.feeder for use in plan.inserts}
    campaigns = {each.name: each for each in case.setup.campaigns}
    assert len({number for number in feeders.values() if number}) == sum(map(bool, feeders.values()))
    for piece in plan.pieces:
        names = [insert.name for insert in piece.inserts]
        assert len(set(names)) == len(names)
        optional = [case.setup.items[each.name].kind for each in piece.inserts if not campaigns[each.campaign].legal]
        assert len(set(optional)) == len(optional)
        for insert in piece.inserts:
            by_machine = piece.handling is Handling.MACHINE
            assert insert.feeder == (feeders[insert.name] if by_machine else 0)
            assert insert.feeder or not by_machine
        for each in campaigns.values():
            if each.legal and any(each.wants(by_id[one.id].fields) for one in piece.documents):
                assert each.insert in names


@FEW
@given(cases())
def test_what_goes_by_priority_costs_no_postage(case: Case) -> None:
    campaigns = {each.name: each for each in case.setup.campaigns}
    for piece in case.plan().pieces:
        free = [each for each in piece.inserts if campaigns[each.campaign].mode in FREE]
        weight_mg = piece.weight_mg - sum(each.weight_mg for each in free)
        thickness_um = piece.thickness_um - sum(each.thickness_um for each in free)
        step = step_of(weight_mg, thickness_um, piece.envelope, piece.address.country)
        assert not free or (step is not None and piece.weight_mg <= step.most_weight_mg)


@FEW
@given(cases())
def test_every_piece_says_why_for_group_envelope_weight_and_each_campaign(case: Case) -> None:
    def told(piece: PlannedPiece, *codes: str) -> int:
        return sum(reason.code in codes for reason in piece.reasons)

    for piece in case.plan().pieces:
        assert told(piece, "together", "alone", "opted-out") == 1
        assert told(piece, "envelope", "manual") == 1
        assert told(piece, "weight") == 1
        assert told(piece, "subsets") == (len(piece.subsets) > 1)
        assert told(piece, "insert") == len(piece.inserts)
        assert told(piece, "insert", "insert-left", "insert-unwanted") == len(case.setup.campaigns)


@FEW
@given(cases())
def test_totals_are_the_sums_of_the_pieces(case: Case) -> None:
    plan = case.plan()
    figures = totals(plan)
    assert figures.documents == len(case.documents)
    assert figures.pieces == len(plan.pieces) == sum(each.pieces for each in figures.envelopes)
    assert figures.sheets == sum(piece.sheets for piece in plan.pieces)
    assert figures.weight_mg == sum(piece.weight_mg for piece in plan.pieces)
    assert figures.inserts == sum(use.used for use in plan.inserts)
    assert figures.together == figures.documents - figures.set_apart - figures.pieces
