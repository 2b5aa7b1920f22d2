"""Ledger, press and machine must agree; where they do not, a person says why before the run is closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.inserter.vocabulary import Counters, JobEnded
from mailroom.bootstrap import House
from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.run import Batch, MailRun
from mailroom.production.explain import EXPLAINED, differences, explain, explain_all, unexplained
from mailroom.production.hand_over import close_run
from mailroom.production.run_papers import run_statement
from tests.production.stages import Machine, inserting, journal, planned, printed


def counted(batch: Batch, *, fed: int = 0, stacked: int = 0) -> JobEnded:
    """The machine's counters: everything stacked, but for so many sheets more."""
    sheets = batch.sheets
    return JobEnded(Counters(sheets + fed, batch.pieces, batch.pieces, 0, sheets + stacked, 0, fed - stacked))


def run_through(house: House, *, fed: int = 0, stacked: int = 0) -> MailRun:
    """Every batch stacked; the counters of the first one differ by so many sheets."""
    run = planned(house)
    for number, stack in enumerate(printed(house, run)):
        batch = inserting(house, stack)
        machine = Machine(house, batch, boot=number + 1)
        with house.store.reader() as ledger:
            machine.stack(ledger.copies_of_batch(batch.id))
        machine.say(counted(batch, fed=0 if number else fed, stacked=0 if number else stacked))
    return run


def found(house: House, run: MailRun) -> list[str]:
    with house.store.reader() as ledger:
        return [each.name for each in differences(ledger, run.id)]


def test_counts_that_agree_need_no_word(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = run_through(house)
    assert found(house, run) == []
    assert close_run(house.plant, run.id, "Kari")


@pytest.mark.parametrize(("fed", "stacked"), [(1, 0), (1, 1), (0, -1), (0, 1)])
def test_a_sheet_more_or_less_anywhere_is_a_difference(
    small_house: Callable[..., House], fed: int, stacked: int
) -> None:
    house = small_house()
    assert found(house, run_through(house, fed=fed, stacked=stacked)) == ["sheet_counts"]


def test_a_run_is_not_closed_while_a_difference_has_no_reason(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = run_through(house, fed=1)
    before = journal(house)
    with pytest.raises(NeedsPerson, match=r"E7043 1 difference .* sheet_counts at R000001-B01") as caught:
        close_run(house.plant, run.id, "Kari")
    assert "run explain" in caught.value.remedy
    assert journal(house) == before
    with house.store.reader() as ledger:
        (left,) = unexplained(ledger, run.id)
    told = explain(house.plant, run.id, left.number, "a double feed, seen by Ola", "Kari")
    assert (told.by, told.reason) == ("Kari", "a double feed, seen by Ola")
    assert close_run(house.plant, run.id, "Kari")


def test_the_statement_shows_the_reason_beside_the_difference(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = run_through(house, fed=1)
    explain_all(house.plant, run.id, "a double feed", "Kari")
    with house.store.reader() as ledger:
        statement = run_statement(house.plant, ledger, run, "Kari", [])
    (line,) = statement.incidents
    assert line.text.endswith("Explained by Kari: a double feed")


def test_a_later_reason_stands_in_the_place_of_an_earlier_one(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = run_through(house, fed=1)
    explain_all(house.plant, run.id, "no idea", "Kari")
    with house.store.reader() as ledger:
        (each,) = differences(ledger, run.id)
    assert explain(house.plant, run.id, each.number, "a double feed", "Ola").by == "Ola"
    assert [entry.who for entry in journal(house) if entry.event == EXPLAINED] == ["person:Kari", "person:Ola"]


@pytest.mark.parametrize(
    ("number", "reason", "name", "code"),
    [(0, "why", "Kari", "E7036"), (None, "  ", "Kari", "E7037"), (None, "why", "", "E7002")],
)
def test_an_explanation_of_nothing_for_nothing_or_by_nobody_is_refused(
    small_house: Callable[..., House], number: int | None, reason: str, name: str, code: str
) -> None:
    house = small_house()
    run = run_through(house, fed=1)
    with house.store.reader() as ledger:
        (each,) = differences(ledger, run.id)
    before = journal(house)
    with pytest.raises(MailroomError, match=code) as caught:
        explain(house.plant, run.id, each.number if number is None else number, reason, name)
    assert caught.value.remedy
    assert journal(house) == before
