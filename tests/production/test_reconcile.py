"""Deviations enter at one place: every copy that nobody can vouch for is put before a person, whose word is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from drivers.inserter.vocabulary import Fault, Outcome
from mailroom.bootstrap import House
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import BatchState, MailRun
from mailroom.production.reconcile import reconcile, resolve, unresolved, why
from mailroom.production.record import Recorder
from tests.production.fakes import ScriptedOperator
from tests.production.stages import (
    Machine,
    batches,
    copies,
    copy_now,
    inserting,
    journal,
    move,
    outcome,
    planned,
    printed,
)


@dataclass
class ChoosyOperator(ScriptedOperator):
    """Gives the verdicts that it was told, and remembers what it was asked."""

    verdicts: Mapping[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int, str]] = field(default_factory=list)

    def judge(self, copies: Sequence[Copy], reasons: Mapping[tuple[str, int], str]) -> Mapping[tuple[str, int], str]:
        self.asked += [(copy.piece, copy.copy, reasons[copy.piece, copy.copy]) for copy in copies]
        return {(copy.piece, copy.copy): self.verdicts[copy.piece] for copy in copies if copy.piece in self.verdicts}


def shop(house: House) -> tuple[MailRun, list[Copy]]:
    """A run in which one copy was diverted, one lost, and all others stacked; its job has ended."""
    run = planned(house)
    for batch in printed(house, run):
        inserting(house, batch)
        with house.store.reader() as ledger:
            its = ledger.copies_of_batch(batch.id)
        machine = Machine(house, batch, boot=int(batch.id[-2:]))
        if batch.id.endswith("B01"):
            machine.say(outcome(its[0], Outcome.DIVERTED, reason=Fault.DOUBLE_FEED))
            machine.say(outcome(its[1], Outcome.LOST, reason=Fault.JAM))
            its = its[2:]
        machine.stack(its)
    with house.store.ledger() as ledger:
        for batch in ledger.batches(run.id):
            Recorder(ledger, house.plant.clock).batch(batch, BatchState.DONE)
        ledger.commit()
    with house.store.reader() as ledger:
        return run, unresolved(ledger, run.id)


def test_a_person_is_asked_about_each_doubtful_copy_with_the_reason(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run, doubtful = shop(house)
    assert [copy.state for copy in doubtful] == [CopyState.DIVERTED, CopyState.UNKNOWN]
    operator = ChoosyOperator()
    assert reconcile(house.plant, run.id, operator) == doubtful
    assert [reason for _, _, reason in operator.asked] == ["diverted, double_feed", "lost, jam"]


def test_verdicts_are_written_in_the_persons_name_and_the_rest_stays(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run, (diverted, lost) = shop(house)
    left = reconcile(house.plant, run.id, ChoosyOperator(verdicts={diverted.piece: "quarantined"}))
    assert left == [lost]
    assert copy_now(house, diverted).state is CopyState.QUARANTINED
    assert copy_now(house, lost).state is CopyState.UNKNOWN
    entry = journal(house)[-1]
    assert (entry.event, entry.who, entry.piece, entry.copy) == ("copy.quarantine", "person:Kari", diverted.piece, 1)
    assert entry.detail["evidence"] == {"reason": "diverted, double_feed", "verdict": "quarantined"}


def test_what_was_found_in_the_stacker_needs_no_reprint(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run, (diverted, lost) = shop(house)
    operator = ChoosyOperator(verdicts={diverted.piece: "destroyed", lost.piece: "stacked"})
    assert reconcile(house.plant, run.id, operator) == []
    assert copy_now(house, lost).state is CopyState.STACKED
    assert reconcile(house.plant, run.id, operator) == []
    assert len(operator.asked) == 2


def test_what_lies_in_the_divert_bin_was_not_stacked(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run, (diverted, _) = shop(house)
    with pytest.raises(MailroomError, match="E7001"):
        reconcile(house.plant, run.id, ChoosyOperator(verdicts={diverted.piece: "stacked"}))
    assert copy_now(house, diverted).state is CopyState.DIVERTED


def test_what_is_left_over_when_its_batch_ended_waits_for_a_person(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=3)
    run = planned(house)
    first = printed(house, run)[0]
    with house.store.reader() as ledger:
        assert unresolved(ledger, run.id) == [], "it may still be fed"
    with house.store.ledger() as ledger:
        record = Recorder(ledger, house.plant.clock)
        record.batch(first, BatchState.DONE)
        ledger.commit()
    with house.store.reader() as ledger:
        left = unresolved(ledger, run.id)
        assert {copy.batch for copy in left} == {first.id}
        assert {why(ledger, copy) for copy in left} == {"printed"}
    assert {copy.state for copy in left} == {CopyState.PRINTED}


def test_the_last_copy_is_meant_when_none_is_named(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=4)
    run, (diverted, _) = shop(house)
    moved = resolve(house.plant, diverted.piece, None, "destroyed", "Kari", "torn")
    assert (moved.copy, moved.state) == (1, CopyState.DESTROYED)
    assert all(copy.state is not CopyState.DESTROYED for copy in copies(house, run) if copy.piece != diverted.piece)


@pytest.mark.parametrize(
    ("piece", "copy", "verdict", "name", "code"),
    [
        (None, None, "mailed", "Kari", "E7020"),
        ("P99999999", None, "destroyed", "Kari", "E7021"),
        (None, 2, "destroyed", "Kari", "E7022"),
        (None, 1, "destroyed", "", "E7002"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused_and_changes_nothing(
    small_house: Callable[..., House], piece: str | None, copy: int | None, verdict: str, name: str, code: str
) -> None:
    house = small_house(pieces=4)
    _, (diverted, _) = shop(house)
    before = journal(house)
    with pytest.raises(MailroomError, match=code) as caught:
        resolve(house.plant, piece or diverted.piece, copy, verdict, name, "reason")
    assert caught.value.remedy
    assert journal(house) == before


@pytest.mark.parametrize("verdict", ["destroyed", "quarantined", "stacked"])
def test_the_dead_stay_dead(small_house: Callable[..., House], verdict: str) -> None:
    house = small_house(pieces=4)
    _, (diverted, _) = shop(house)
    move(house, diverted, CopyEvent.DESTROY)
    with pytest.raises(MailroomError, match=r"E7001.*destroyed"):
        resolve(house.plant, diverted.piece, 1, verdict, "Ola", "found it after all")


def test_a_copy_on_its_way_through_the_machine_is_not_a_persons_to_judge(small_house: Callable[..., House]) -> None:
    house = small_house(pieces=2)
    run = planned(house)
    batch = inserting(house, printed(house, run)[0])
    copy = next(copy for copy in copies(house, run) if copy.batch == batch.id)
    with pytest.raises(MailroomError, match=r"E7001.*feeding"):
        resolve(house.plant, copy.piece, 1, "destroyed", "Kari", "in my way")
    assert batches(house, run)[0].state is BatchState.INSERTING
