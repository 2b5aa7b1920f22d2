"""Who shares an envelope, and who never does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.errors import InputRefused
from mailroom.planning.document import PlanDocument
from mailroom.planning.household import (
    Approval,
    Decisions,
    Group,
    GroupBy,
    HouseholdRules,
    Member,
    household,
    member_of,
    outliers,
)
from mailroom.planning.likeness import Proposal, proposals
from tests.planning.floor import RULES, address, document

WIDE = replace(RULES, across_customers=True, across_addresses=True)
AT = datetime(2026, 3, 15, 9, tzinfo=UTC)


def groups(
    documents: Iterable[PlanDocument], rules: HouseholdRules = RULES, decisions: Decisions | None = None
) -> list[Group]:
    return household(documents, rules, decisions or Decisions())[0]


def ids(found: Sequence[Group]) -> list[list[int]]:
    return [[each.id for each in group.documents] for group in found]


def asked(
    documents: Iterable[PlanDocument], rules: HouseholdRules = WIDE, decisions: Decisions | None = None
) -> tuple[Proposal, ...]:
    decisions = decisions or Decisions()
    return proposals(household(documents, rules, decisions)[1], rules, decisions)


def test_documents_of_one_customer_at_one_address_go_together_credit_notes_last() -> None:
    found = groups([document(3), replace(document(1), rank=1), document(2, "K2")])
    assert ids(found) == [[3, 1], [2]]


def test_the_order_in_which_documents_come_makes_no_other_groups() -> None:
    documents = [document(1, "K2"), document(2), document(3), document(4, "K3")]
    assert ids(groups(documents)) == ids(groups(documents[::-1])) == [[1], [2, 3], [4]]


def test_case_width_and_white_space_make_no_other_address() -> None:
    shouted = replace(document(2, where=address("STORGATA  1")), lines=("k1", "Storgata １", "0155  Oslo"))
    assert ids(groups([document(1), shouted])) == [[1, 2]]


def test_the_same_name_is_not_the_same_customer() -> None:
    namesake = replace(document(2, "K2"), lines=document(1).lines)
    assert ids(groups([document(1), namesake])) == [[1], [2]]
    assert ids(groups([document(1), namesake], WIDE)) == [[1], [2]]


def test_a_customer_at_two_addresses_gets_two_pieces() -> None:
    assert ids(groups([document(1), document(2, where=address("Storgata 2"))])) == [[1], [2]]


def test_a_contact_that_is_printed_keeps_documents_apart() -> None:
    contact = replace(document(2), lines=("K1", "Att. Kari", "Storgata 1", "0155 Oslo"))
    assert ids(groups([document(1), contact])) == [[1], [2]]


def test_nobody_is_joined_who_has_no_identity_or_no_address() -> None:
    nowhere = replace(document(3), address=replace(address(), lines=(), postcode=""), lines=("K1",))
    nobody = document(1, " ")
    found = groups([nobody, replace(nobody, id=2), nowhere, replace(nowhere, id=4)])
    assert ids(found) == [[1], [2], [3], [4]]
    assert {group.reason.code for group in found} == {"no-identity"}


def test_a_customer_who_opted_out_gets_every_document_alone() -> None:
    decisions = Decisions(opted_out=frozenset({"K1"}))
    found = groups([document(1), document(2), document(3, "K2"), document(4, "K2")], decisions=decisions)
    assert ids(found) == [[1], [2], [3, 4]]
    assert found[0].reason.code == "opted-out"


def test_documents_on_different_paper_do_not_share_a_print_file_and_so_no_envelope() -> None:
    assert ids(groups([document(1), replace(document(2), paper="a4-100")])) == [[1], [2]]


def test_the_rule_contract_keeps_contracts_apart_and_the_rule_none_everything() -> None:
    documents = [replace(document(number), contract=contract) for number, contract in enumerate("abab", start=1)]
    assert ids(groups(documents, replace(RULES, by=GroupBy.CONTRACT))) == [[1, 3], [2, 4]]
    assert ids(groups(documents, replace(RULES, by=GroupBy.NONE))) == [[1], [2], [3], [4]]


def test_two_customers_share_an_envelope_only_when_rule_and_operator_say_so() -> None:
    documents = [document(1, "K1"), document(2, "K2"), document(3, "K3")]
    approval = Approval((member_of(documents[1]), member_of(documents[0])), "Kari", AT)
    decisions = Decisions(approvals=(approval,))
    assert ids(groups(documents, WIDE)) == [[1], [2], [3]]
    assert ids(groups(documents, RULES, decisions)) == [[1], [2], [3]]
    found = groups(documents, WIDE, decisions)
    assert ids(found) == [[1, 2], [3]]
    assert found[0].addressee.customer == "K2", "the first member of the approval is addressed"
    assert "Kari approved the group on 2026-03-15" in found[0].reason.text


def test_an_approval_holds_for_the_address_that_was_approved_and_no_other() -> None:
    documents = [document(1, "K1"), document(2, "K2")]
    decisions = Decisions(approvals=(Approval(tuple(map(member_of, documents)), "Kari", AT),))
    moved = [document(1, "K1"), document(2, "K2", where=address("Storgata 9"))]
    assert ids(groups(documents, WIDE, decisions)) == [[1, 2]]
    assert ids(groups(moved, WIDE, decisions)) == [[1], [2]]


def test_an_opt_out_is_stronger_than_an_approval() -> None:
    documents = [document(1, "K1"), document(2, "K2")]
    approval = Approval(tuple(map(member_of, documents)), "Kari", AT)
    decisions = Decisions(opted_out=frozenset({"K2"}), approvals=(approval,))
    assert ids(groups(documents, WIDE, decisions)) == [[1], [2]]


def test_addresses_spelt_alike_are_joined_only_with_approval() -> None:
    documents = [document(1, where=address("Storgata 1")), document(2, where=address("Storgaten 1"))]
    decisions = Decisions(approvals=(Approval(tuple(map(member_of, documents)), "Kari", AT),))
    assert ids(groups(documents, WIDE)) == [[1], [2]]
    assert ids(groups(documents, WIDE, decisions)) == [[1, 2]]
    assert ids(groups(documents, replace(WIDE, across_addresses=False), decisions)) == [[1], [2]]


def test_senders_never_share_an_envelope() -> None:
    other = replace(document(2), sender="T")
    assert ids(groups([document(1), other])) == [[1], [2]]
    approval = Approval((member_of(document(1)), member_of(other)), "Kari", AT)
    with pytest.raises(InputRefused, match=r"E7104 .* joins different senders"):
        groups([document(1), other], WIDE, Decisions(approvals=(approval,)))


def test_approvals_that_name_one_customer_twice_are_refused() -> None:
    one, two, three = (Member("S", name, "a") for name in ("K1", "K2", "K3"))
    approvals = (Approval((one, two), "Kari", AT), Approval((two, three), "Ola", AT))
    with pytest.raises(InputRefused, match=r"E7104 the approval by Ola .* names K2"):
        groups([], WIDE, Decisions(approvals=approvals))


def test_different_customers_at_one_address_are_proposed_once_the_rule_allows_it() -> None:
    documents = [document(1, "K2"), document(2, "K1"), document(3, "K3", where=address("Storgata 2"))]
    assert not asked(documents, replace(WIDE, across_customers=False))
    (proposal,) = asked(documents)
    assert proposal.members == (member_of(documents[1]), member_of(documents[0]))
    assert proposal.printed == (documents[1].lines, documents[0].lines)
    assert proposal.reason.text == "2 customers at exactly one address."
    approval = proposal.approved("Kari", AT)
    assert ids(groups(documents, WIDE, Decisions(approvals=(approval,)))) == [[1, 2], [3]]


def test_what_was_decided_is_not_asked_again_until_the_group_grows() -> None:
    documents = [document(1, "K1"), document(2, "K2")]
    (proposal,) = asked(documents)
    approved = Decisions(approvals=(proposal.approved("Kari", AT),))
    rejected = Decisions(rejected=frozenset({frozenset(proposal.members)}))
    assert not asked(documents, decisions=approved)
    assert not asked(documents, decisions=rejected)
    assert len(asked([*documents, document(3, "K3")], decisions=rejected)) == 1


def test_a_house_of_many_customers_is_no_household() -> None:
    documents = [document(number, f"K{number}") for number in range(1, WIDE.most_documents + 2)]
    assert not asked(documents)


def test_one_customers_addresses_spelt_alike_are_proposed_and_neighbours_are_not() -> None:
    alike = [document(1, where=address("Storgata 1")), document(2, where=address("Storgaten 1"))]
    neighbours = [document(3, "K2", where=address("Kirkegata 1")), document(4, "K2", where=address("Kirkegata 2"))]
    (proposal,) = asked([*alike, *neighbours])
    assert {member.customer for member in proposal.members} == {"K1"}
    assert proposal.reason.code == "spelt-alike"
    assert not asked([*alike], replace(WIDE, across_addresses=False))


def test_a_group_above_the_limit_or_far_above_the_usual_size_is_shown() -> None:
    many = [document(number, "K0") for number in range(1, 10)]
    some = [document(number, "K1") for number in range(10, 16)]
    singles = [document(number, f"S{number}") for number in range(16, 30)]
    shown = outliers(groups([*many, *some, *singles]), RULES)
    assert [(each.customer, len(each.documents)) for each in shown] == [("K0", 9), ("K1", 6)]
    assert shown[0].reason.text == "9 documents for one address; more than 8 are shown."
    assert shown[1].reason.text == "6 documents for one address; usual in this run is 1."
    assert not outliers(groups(singles), RULES)
    assert not outliers([], RULES)


@st.composite
def joinings(draw: st.DrawFn) -> tuple[list[PlanDocument], HouseholdRules, Decisions]:
    """Documents of a few customers at a few addresses, rules, and approvals of groups that do not overlap."""
    places = [address(street) for street in ("Storgata 1", "Storgaten 1", "Storgata 2")]
    documents = [
        document(number, draw(st.sampled_from(("K1", "K2", "K3"))), where=draw(st.sampled_from(places)))
        for number in range(1, draw(st.integers(1, 12)) + 1)
    ]
    members = draw(
        st.permutations([member_of(document(0, name, where=place)) for name in ("K1", "K2") for place in places])
    )
    cut = draw(st.integers(2, 4))
    approvals = (Approval(tuple(members[:cut]), "Kari", AT), Approval(tuple(members[cut:]), "Ola", AT))
    rules = replace(RULES, across_customers=draw(st.booleans()), across_addresses=draw(st.booleans()))
    return documents, rules, Decisions(frozenset(draw(st.sets(st.just("K1")))), approvals)


@given(joinings())
def test_what_is_joined_is_one_member_or_was_approved_and_the_rules_allow_it(
    joining: tuple[list[PlanDocument], HouseholdRules, Decisions],
) -> None:
    documents, rules, decisions = joining
    found = groups(documents, rules, decisions)
    assert sorted(number for group in ids(found) for number in group) == [each.id for each in documents]
    for group in found:
        members = {member_of(each) for each in group.documents}
        if len(group.documents) > 1:
            assert not decisions.opted_out & {member.customer for member in members}
        if len(members) > 1:
            assert any(members <= set(approval.members) for approval in decisions.approvals)
            assert rules.across_customers or len({member.customer for member in members}) == 1
            assert rules.across_addresses or len({member.address for member in members}) == 1
