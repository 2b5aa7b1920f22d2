"""Release: what is out of the ordinary is shown first, and begins only in the name of somebody who saw that plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from examples.generator import generate
from mailroom.bootstrap import House
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.journal import Entry
from mailroom.production.outlook import look_ahead
from mailroom.production.release import ReleaseLimits
from mailroom.production.run_window import begin_run
from tests.production.stages import PERSON, copies, journal


def limited(house: House, **limits: int) -> House:
    return replace(house, plant=replace(house.plant, release=ReleaseLimits(**limits)))


def events(house: House, name: str) -> list[Entry]:
    return [entry for entry in journal(house) if entry.event == name]


def waiting(house: House) -> int:
    with house.store.reader() as ledger:
        return len(ledger.documents(DocumentState.WAITING))


def more_documents(house: House, seed: int) -> None:
    for invoice in generate(1, seed):
        house.reception().take(invoice, "generated")


@pytest.mark.parametrize("limit", ["most_documents", "most_pieces", "most_sheets"])
def test_a_plan_beyond_a_limit_is_shown_and_nothing_is_begun(small_house: Callable[..., House], limit: str) -> None:
    house = limited(small_house(pieces=3), **{limit: 2})
    before = waiting(house)
    with pytest.raises(NeedsPerson, match=r"E7090.*more than 2") as shown:
        begin_run(house.plant)
    assert "mailroom run start --release --who NAME" in shown.value.remedy
    assert waiting(house) == before
    with house.store.reader() as ledger:
        assert ledger.runs() == []
    (held,) = events(house, "plan.held")
    assert len(held.detail["reasons"]) == 1


def test_at_its_limits_a_plan_needs_nobody(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=3)
    report = look_ahead(house.plant).totals
    limits = {"most_documents": report.documents, "most_pieces": report.pieces, "most_sheets": report.sheets}
    house = limited(house, **limits)
    assert look_ahead(house.plant).release == ()
    begin_run(house.plant)
    assert not events(house, "plan.held")
    assert not events(house, "plan.released")


def test_who_releases_what_was_shown_begins_exactly_that_run(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=3), most_pieces=1)
    with pytest.raises(NeedsPerson, match="E7090"):
        begin_run(house.plant)
    run = begin_run(house.plant, "Kari")
    (released,) = events(house, "plan.released")
    (held,) = events(house, "plan.held")
    assert (released.who, released.run) == (PERSON, run.id)
    assert released.detail == held.detail
    assert released.detail["pieces"] == len(copies(house, run))
    assert begin_run(house.plant, "Kari") == run
    assert len(events(house, "plan.released")) == 1


def test_nobody_releases_what_was_not_shown(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=3), most_pieces=1)
    with pytest.raises(NeedsPerson, match="E7090"):
        begin_run(house.plant, "Kari")
    more_documents(house, 99)
    with pytest.raises(NeedsPerson, match="E7090"):
        begin_run(house.plant, "Kari")
    assert len(events(house, "plan.held")) == 2
    begin_run(house.plant, "Kari")
    assert len(events(house, "plan.released")) == 1


def test_another_reason_is_another_question(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=3)
    with pytest.raises(NeedsPerson, match="E7090"):
        begin_run(limited(house, most_pieces=1).plant)
    with pytest.raises(NeedsPerson, match=r"more than 1.*more than 2"):
        begin_run(limited(house, most_pieces=1, most_sheets=2).plant, "Kari")


def test_being_shown_twice_is_written_once(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=3), most_pieces=1)
    for _ in range(2):
        with pytest.raises(NeedsPerson, match="E7090"):
            begin_run(house.plant)
    assert len(events(house, "plan.held")) == 1


def test_a_group_far_larger_than_the_others_waits_for_release(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=2)
    first = next(iter(generate(1, 5)))
    for number in range(35):
        house.reception().take(replace(first, number=f"MANY-{number}"), "generated")
    with pytest.raises(NeedsPerson, match=r"E7090.*documents for one address; more than 30 are shown"):
        begin_run(house.plant)
    assert any("documents for one address" in reason for reason in look_ahead(house.plant).release)
    begin_run(house.plant, "Kari")


def test_a_release_needs_a_name(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=2), most_documents=1)
    with pytest.raises(NeedsPerson, match="E7090"):
        begin_run(house.plant)
    with pytest.raises(MailroomError, match="E7002"):
        begin_run(house.plant, " ")
    with house.store.reader() as ledger:
        assert ledger.runs() == []
