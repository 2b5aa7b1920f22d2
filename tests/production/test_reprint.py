"""Copy n+1 comes only after copy n is destroyed or quarantined, in a batch of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailroom.bootstrap import House
from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.lifecycle import REPLACEABLE, CopyEvent, CopyState
from mailroom.domain.piece import Copy
from mailroom.domain.run import BatchState, MailRun
from mailroom.production.assemble_batch import assemble_batch
from mailroom.production.record import Recorder
from mailroom.production.reprint import RELEASED, plan_reprints
from mailroom.production.withdraw import withdraw_piece
from spool.control_file import read_control_file
from tests.production.stages import batches, copies, copy_now, journal, move, planned, printed

WAYS: dict[CopyState, list[CopyEvent]] = {
    CopyState.PRINTED: [],
    CopyState.FEEDING: [CopyEvent.FEED],
    CopyState.SCANNED: [CopyEvent.FEED, CopyEvent.SCAN],
    CopyState.STACKED: [CopyEvent.FEED, CopyEvent.SCAN, CopyEvent.STACK],
    CopyState.DIVERTED: [CopyEvent.FEED, CopyEvent.DIVERT],
    CopyState.UNKNOWN: [CopyEvent.LOSE],
    CopyState.DESTROYED: [CopyEvent.DESTROY],
    CopyState.QUARANTINED: [CopyEvent.QUARANTINE],
}


@pytest.mark.parametrize("state", WAYS)
def test_only_a_destroyed_or_quarantined_copy_is_printed_again(
    small_house: Callable[..., House], state: CopyState
) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    copy = move(house, copies(house, run)[0], *WAYS[state])
    assert copy.state is state
    again = plan_reprints(house.plant, run.id)
    assert [batch.reprint for batch in again] == ([True] if state in REPLACEABLE else [])
    assert plan_reprints(house.plant, run.id) == [], "nothing is released twice"


@pytest.mark.parametrize("state", WAYS)
def test_a_copy_released_too_early_is_refused(small_house: Callable[..., House], state: CopyState) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    copy = move(house, copies(house, run)[0], *WAYS[state])
    new = replace(copy, copy=2, order=900, state=CopyState.RELEASED)
    with house.store.ledger() as ledger:
        record = Recorder(ledger, house.plant.clock)
        if state in REPLACEABLE:
            record.release(run.id, new, "test")
        else:
            with pytest.raises(MailroomError, match=f"E7003.*copy 1 is {state.value}") as caught:
                record.release(run.id, new, "test")
            assert caught.value.remedy


def test_copies_are_numbered_without_a_gap(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    copy = move(house, copies(house, run)[0], CopyEvent.DESTROY)
    for number in (1, 3):
        with house.store.ledger() as ledger, pytest.raises(MailroomError, match="E7003"):
            Recorder(ledger, house.plant.clock).release(run.id, replace(copy, copy=number, order=900), "test")


def test_reprints_are_sorted_and_cut_like_any_batch_and_say_what_they_replace(
    small_house: Callable[..., House],
) -> None:
    house = small_house(pieces=6)
    run = planned(house)
    count = len(printed(house, run))
    spoiled = copies(house, run)[::2]
    for copy in spoiled:
        move(house, copy, CopyEvent.DESTROY)
    again = plan_reprints(house.plant, run.id)
    assert [batch.id for batch in again] == [f"{run.id}-B{count + number:02d}" for number in range(1, len(again) + 1)]
    assert sum(batch.pieces for batch in again) == len(spoiled)
    assert sum(batch.sheets for batch in again) == sum(copy.sheets for copy in spoiled)
    for batch in again:
        done = assemble_batch(house.plant, batch)
        control = read_control_file(house.plant.run_folder(run.id) / done.control_file)
        assert [(piece.copy, piece.previous_copy) for piece in control.pieces] == [(2, 1)] * batch.pieces


def test_a_third_copy_follows_the_second(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    first = move(house, copies(house, run)[0], CopyEvent.DESTROY)
    (batch,) = plan_reprints(house.plant, run.id)
    printed_again = [
        copy for copy in copies(house, run) if (copy.piece, copy.copy) == (first.piece, 2) and copy.batch == batch.id
    ]
    move(house, printed_again[0], CopyEvent.SEND, CopyEvent.ACCEPT, CopyEvent.PRINT, CopyEvent.QUARANTINE)
    plan_reprints(house.plant, run.id)
    mine = [copy for copy in copies(house, run) if copy.piece == first.piece]
    assert [(copy.copy, copy.state) for copy in mine] == [
        (1, CopyState.DESTROYED),
        (2, CopyState.QUARANTINED),
        (3, CopyState.RELEASED),
    ]


def test_a_withdrawn_piece_is_not_printed_again(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    copy = move(house, copies(house, run)[0], CopyEvent.DESTROY)
    withdraw_piece(house.plant, copy.piece, "Kari")
    assert plan_reprints(house.plant, run.id) == []


def test_a_released_copy_that_is_not_yet_printed_may_still_be_canceled(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    copy: Copy = move(house, copies(house, run)[0], CopyEvent.DESTROY)
    (batch,) = plan_reprints(house.plant, run.id)
    withdraw_piece(house.plant, copy.piece, "Kari")
    assert copy_now(house, replace(copy, copy=2)).state is CopyState.CANCELED
    left = next(each for each in batches(house, run) if each.id == batch.id)
    assert (left.pieces, left.sheets, left.state) == (0, 0, BatchState.DONE)
    assert journal(house)[-1].event == "piece.withdrawn"


def spoil_all(house: House, run: MailRun, number: int) -> None:
    """Every copy of that number, printed and destroyed."""
    printed(house, run)
    for copy in copies(house, run):
        if copy.copy == number:
            move(house, copy, CopyEvent.DESTROY)


def limited(house: House, **limits: float) -> House:
    plant = replace(house.plant, reprint=replace(house.plant.reprint, **limits))  # type: ignore[arg-type]
    return replace(house, plant=plant)


def test_reprints_beyond_the_limit_wait_until_a_supervisor_releases_them(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=4), unasked=3, most_percent=50)
    run = planned(house)
    spoil_all(house, run, 1)
    number = len(copies(house, run))
    before = journal(house)
    with pytest.raises(NeedsPerson, match=rf"E7033.*{number} reprints of {number} pieces, 3 go unasked") as caught:
        plan_reprints(house.plant, run.id)
    assert "run start --reprint --who NAME" in caught.value.remedy
    assert journal(house) == before
    assert plan_reprints(house.plant, run.id, "Ola")
    (released,) = [entry for entry in journal(house) if entry.event == RELEASED]
    assert (released.who, released.detail["reprints"], released.detail["copies"]) == ("person:Ola", number, 2)


def test_a_release_holds_for_what_was_asked_and_the_next_ones_are_counted_from_there(
    small_house: Callable[..., House],
) -> None:
    house = limited(small_house(pieces=4), unasked=3, most_percent=0)
    run = planned(house)
    spoil_all(house, run, 1)
    plan_reprints(house.plant, run.id, "Ola")
    spoil_all(house, run, 2)
    with pytest.raises(NeedsPerson, match=r"E7033.*since the last release"):
        plan_reprints(house.plant, run.id)


def test_a_percentage_of_a_large_run_goes_unasked(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=4), unasked=0, most_percent=100)
    run = planned(house)
    spoil_all(house, run, 1)
    assert plan_reprints(house.plant, run.id)


def test_a_mark_that_can_not_be_read_is_not_printed_for_ever(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=3), most_copies=2)
    run = planned(house)
    move(house, next(copy for copy in copies(house, run) if printed(house, run)), CopyEvent.DESTROY)
    plan_reprints(house.plant, run.id)
    spoil_all(house, run, 2)
    with pytest.raises(NeedsPerson, match=r"E7033.*printed 3 times, 2 go unasked"):
        plan_reprints(house.plant, run.id)


def test_a_release_without_a_name_is_none(small_house: Callable[..., House]) -> None:
    house = limited(small_house(pieces=3), unasked=0, most_percent=0)
    run = planned(house)
    spoil_all(house, run, 1)
    with pytest.raises(MailroomError, match="E7002"):
        plan_reprints(house.plant, run.id, " ")
