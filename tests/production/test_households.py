"""Households: a person's word is in the ledger, and the next plan heeds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from examples.generator import generate
from mailroom.bootstrap import House
from mailroom.domain.errors import InputRefused, MailroomError
from mailroom.domain.invoice import IssuedInvoice
from mailroom.planning.household import Approval, Decisions, Member, Verdict, group_id
from mailroom.planning.likeness import Proposal
from mailroom.production.households import (
    decide_households,
    import_decisions,
    look_at_households,
    opt_customer,
)
from tests.production.stages import PERSON, journal, planned

THEN = datetime(2026, 3, 15, 8, tzinfo=UTC)


def wide(house: House) -> House:
    """A rule under which operators may join customers."""
    setup = house.plant.floor.setup
    rules = replace(setup.rules, across_customers=True)
    floor = replace(house.plant.floor, setup=replace(setup, rules=rules))
    return replace(house, plant=replace(house.plant, floor=floor))


def neighbours(house: House, *customers: str) -> House:
    """A document for each customer, all at one address."""
    first = next(iter(generate(1, 5)))
    for customer in customers:
        take(house, replace(first, number=f"F-{customer}", buyer=replace(first.buyer, id=customer)))
    return wide(house)


def take(house: House, invoice: IssuedInvoice) -> None:
    house.reception().take(invoice, "generated")


def pieces(house: House) -> list[int]:
    """Documents in each piece of a run."""
    run = planned(house)
    with house.store.reader() as ledger:
        return sorted(len(piece.documents) for piece in ledger.pieces(run.id))


def proposal(house: House) -> Proposal:
    (found,) = look_at_households(house.plant).proposals
    return found


def test_what_is_approved_shares_an_envelope_and_is_not_proposed_again(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    number = group_id(proposal(house).members)[:10]
    (decided,) = decide_households(house.plant, [number], Verdict.APPROVED, "Kari")
    seen = look_at_households(house.plant)
    assert seen.proposals == ()
    assert seen.decided == (decided,)
    (entry,) = [each for each in journal(house) if each.event == "household.approved"]
    assert entry.who == PERSON
    assert entry.detail["members"] == [list(member) for member in decided.members]
    assert pieces(house) == [2]


def test_what_is_rejected_goes_apart_and_is_not_proposed_again(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    decide_households(house.plant, [group_id(proposal(house).members)], Verdict.REJECTED, "Kari")
    assert look_at_households(house.plant).proposals == ()
    assert pieces(house) == [1, 1]


def test_the_number_of_a_proposal_does_not_depend_on_what_else_waits(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "B1", "B2")
    number = group_id(proposal(house).members)
    other = list(generate(2, 77))[-1]
    for customer in ("A1", "A2"):
        take(house, replace(other, number=f"G-{customer}", buyer=replace(other.buyer, id=customer)))
    assert number in [group_id(each.members) for each in look_at_households(house.plant).proposals]


def test_an_approval_can_be_taken_back_and_a_rejection_too(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    number = group_id(proposal(house).members)
    for verdict in (Verdict.APPROVED, Verdict.REJECTED, Verdict.APPROVED, Verdict.REJECTED):
        decide_households(house.plant, [number], verdict, "Kari")
    assert decide_households(house.plant, [number], Verdict.REJECTED, "Kari") == []
    assert [each.verdict for each in look_at_households(house.plant).decided] == [Verdict.REJECTED]
    assert sum(each.event.startswith("household.") for each in journal(house)) == 4
    assert pieces(house) == [1, 1]


def test_a_wider_approval_takes_the_place_of_those_within_it(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    inner = group_id(proposal(house).members)
    decide_households(house.plant, [inner], Verdict.APPROVED, "Kari")
    neighbours(house, "A3")
    outer = group_id(proposal(house).members)
    decide_households(house.plant, [outer], Verdict.APPROVED, "Ola")
    verdicts = {each.group: each.verdict for each in look_at_households(house.plant).decided}
    assert verdicts == {inner: Verdict.WITHDRAWN, outer: Verdict.APPROVED}
    assert pieces(house) == [3]


@pytest.mark.parametrize(("number", "error"), [("0000000000", "E7091"), ("", "E7091"), ("abc", "E7091")])
def test_a_number_that_names_nothing_decides_nothing(
    small_house: Callable[..., House], number: str, error: str
) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    with pytest.raises(MailroomError, match=error):
        decide_households(house.plant, [group_id(proposal(house).members), number], Verdict.APPROVED, "Kari")
    assert look_at_households(house.plant).decided == ()


def test_a_decision_needs_a_name(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    with pytest.raises(MailroomError, match="E7002"):
        decide_households(house.plant, [group_id(proposal(house).members)], Verdict.APPROVED, "")
    with pytest.raises(MailroomError, match="E7002"):
        opt_customer(house.plant, "a1", "", out=True)


@pytest.mark.parametrize("named", ["a1", "A1", "id=a1"])
def test_who_opts_out_goes_alone_until_opted_in(small_house: Callable[..., House], named: str) -> None:
    house = neighbours(small_house(pieces=0), "A1")
    first = next(iter(generate(1, 5)))
    take(house, replace(first, number="AGAIN", buyer=replace(first.buyer, id="A1")))
    out = opt_customer(house.plant, named, "Kari", out=True)
    assert out is not None
    assert out.customer.endswith("|id=a1")
    assert opt_customer(house.plant, out.customer, "Kari", out=True) is None
    assert opt_customer(house.plant, named, "Ola", out=False) is not None
    assert opt_customer(house.plant, named, "Ola", out=True) is not None
    told = [each.event for each in journal(house) if each.event.startswith("household.")]
    assert told == ["household.opted-out", "household.opted-in", "household.opted-out"]
    assert pieces(house) == [1, 1]


def test_a_customer_is_named_so_that_there_is_only_one(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1")
    first = next(iter(generate(1, 5)))
    seller = replace(first.seller, vat_id="NO111111111MVA")
    take(house, replace(first, number="OTHER", seller=seller, buyer=replace(first.buyer, id="A1")))
    with pytest.raises(MailroomError, match=r"E7094.*2 senders"):
        opt_customer(house.plant, "A1", "Kari", out=True)
    with pytest.raises(MailroomError, match="E7093"):
        opt_customer(house.plant, "A9", "Kari", out=True)
    assert opt_customer(house.plant, "vat=no111111111mva|id=a1", "Kari", out=True) is not None


def test_a_file_is_taken_over_whole_and_once(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    members = proposal(house).members
    gone = frozenset({Member("s", "s|id=8", "x"), Member("s", "s|id=9", "x")})
    decisions = Decisions(frozenset({"s|id=7"}), (Approval(members, "Per", THEN),), frozenset({gone}))
    assert import_decisions(house.plant, decisions, "decisions.toml", "Kari") == (2, 1)
    assert import_decisions(house.plant, decisions, "decisions.toml", "Kari") == (0, 0)
    seen = look_at_households(house.plant)
    assert {(each.verdict, each.by) for each in seen.decided} == {(Verdict.APPROVED, "Per"), (Verdict.REJECTED, "Kari")}
    assert {each.who for each in journal(house) if each.event.startswith("household.")} == {PERSON}
    assert pieces(house) == [2]


def test_a_file_that_contradicts_what_stands_changes_nothing(small_house: Callable[..., House]) -> None:
    house = neighbours(small_house(pieces=0), "A1", "A2")
    members = proposal(house).members
    decide_households(house.plant, [group_id(members)], Verdict.APPROVED, "Kari")
    before = journal(house)
    other = Approval((members[0], Member(members[0].sender, f"{members[0].sender}|id=z", "x")), "Per", THEN)
    with pytest.raises(InputRefused, match="E7104"):
        import_decisions(house.plant, Decisions(approvals=(other,)), "decisions.toml", "Kari")
    assert journal(house) == before
