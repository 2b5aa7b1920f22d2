"""Plans as a whole: order, what is refused, what is set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mailroom.domain.errors import InputRefused
from mailroom.domain.handling import Handling
from mailroom.planning.document import PlanDocument
from mailroom.planning.household import Approval, Decisions, member_of
from mailroom.planning.plan import Plan, Setup, plan_pieces
from mailroom.planning.totals import EnvelopeTotal, totals
from tests.planning.floor import DAY, MACHINE, SETUP, address, document, step_of


def plan(documents: Sequence[PlanDocument], setup: Setup = SETUP, decisions: Decisions | None = None) -> Plan:
    return plan_pieces(documents, setup, on=DAY, step_of=step_of, decisions=decisions or Decisions())


def test_a_letter_of_one_sheet_is_planned_with_its_reasons() -> None:
    (piece,) = plan([document(7)]).pieces
    assert (piece.key, piece.sheets, piece.subsets, piece.handling) == (7, 1, (1,), Handling.MACHINE)
    assert piece.lines == ("K1", "Storgata 1", "0155 Oslo")
    assert (piece.weight_g, piece.thickness_mm) == (Decimal("9.57"), 0.5)
    assert [reason.text for reason in piece.reasons] == [
        "No other document goes to this customer at this address.",
        "c65 (229 × 114 mm) is the smallest envelope that takes 1 sheet.",
        "9.57 g, 0.5 mm thick: 1 sheet of a4-80 at 4.99 g, envelope 4.58 g.",
    ]


def test_pieces_come_by_country_postcode_customer_and_document() -> None:
    documents = [
        document(1, "K1", where=address(postcode="11 122", country="SE")),
        document(2, "K2", where=address(postcode="9000")),
        document(3, "K1", where=address(postcode="0155")),
        document(4, "K0", where=address(postcode="0155")),
    ]
    assert [piece.key for piece in plan(documents).pieces] == [4, 3, 2, 1]


def test_a_household_too_large_for_one_piece_is_cut_between_documents() -> None:
    planned = plan([document(1, sheets=20), document(2, sheets=8), document(3, sheets=12)])
    assert [[each.id for each in piece.documents] for piece in planned.pieces] == [[1, 2], [3]]
    assert planned.pieces[1].reasons[1].text == "Part 2 of 2: 3 documents with 40 sheets exceed one piece."


def test_no_more_documents_share_a_piece_than_the_rule_allows() -> None:
    rules = replace(SETUP.rules, most_documents=2)
    planned = plan([document(number) for number in range(1, 6)], replace(SETUP, rules=rules))
    assert [len(piece.documents) for piece in planned.pieces] == [2, 2, 1]


def test_a_document_that_no_envelope_takes_is_set_apart_and_the_rest_goes() -> None:
    machine = replace(MACHINE, manual=False)
    planned = plan([document(1), document(2, sheets=31)], replace(SETUP, machine=machine))
    assert [piece.key for piece in planned.pieces] == [1]
    (apart,) = planned.set_apart
    assert apart.reason.code == "E7110"
    assert apart.reason.text.startswith("No envelope takes F2, 31 sheets. c65: 31 sheets, takes 6;")
    assert apart.reason.text.endswith("c4: 31 sheets, 30 at once, and M1 joins 1 subset.")


def test_a_document_on_paper_that_nobody_knows_is_set_apart() -> None:
    (apart,) = plan([replace(document(1), paper="foil")]).set_apart
    assert apart.reason.code == "E7114"
    assert "'foil'" in apart.reason.text


@pytest.mark.parametrize(
    ("documents", "fact"),
    [([document(1), document(1, "K2")], "is there twice"), ([document(1, sheets=0)], "has 0 sheets")],
)
def test_documents_that_cannot_be_planned_are_refused(documents: list[PlanDocument], fact: str) -> None:
    with pytest.raises(InputRefused, match=f"E7105 document 1 .*{fact}"):
        plan(documents)


def test_nothing_to_plan_is_an_empty_plan() -> None:
    planned = plan([])
    assert (planned.pieces, planned.set_apart, planned.outliers, planned.notices) == ((), (), (), ())
    assert totals(planned).pieces == 0


def test_an_approved_group_is_addressed_as_the_operator_said_even_when_it_is_cut() -> None:
    documents = [document(1, "K1", 20), document(2, "K2", 20)]
    rules = replace(SETUP.rules, across_customers=True)
    approval = Approval((member_of(documents[1]), member_of(documents[0])), "Kari", datetime(2026, 3, 1, tzinfo=UTC))
    planned = plan(documents, replace(SETUP, rules=rules), Decisions(approvals=(approval,)))
    assert [(piece.customer, piece.lines[0]) for piece in planned.pieces] == [("K2", "K2"), ("K2", "K2")]


def test_outliers_and_proposals_are_in_the_plan() -> None:
    rules = replace(SETUP.rules, across_customers=True)
    documents = [document(number, "K1") for number in range(1, 11)]
    planned = plan([*documents, document(11, "K2")], replace(SETUP, rules=rules))
    assert [outlier.sheets for outlier in planned.outliers] == [10]
    assert [len(proposal.members) for proposal in planned.proposals] == [2]


def test_totals_tell_envelopes_hands_and_what_sharing_saves() -> None:
    documents = [document(1), document(2), document(3, "K2", 35), document(4, "K3", 99)]
    figures = totals(plan(documents))
    assert (figures.documents, figures.set_apart, figures.pieces, figures.together) == (4, 1, 2, 1)
    assert figures.envelopes == (
        EnvelopeTotal("c4", Handling.MANUAL, 1, 1, 35, 35 * 4990 + 4580),
        EnvelopeTotal("c65", Handling.MACHINE, 1, 2, 2, 2 * 4990 + 4580),
    )
