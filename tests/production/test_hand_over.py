"""Closing a run: only when every copy and piece is settled, by a named person, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from drivers.inserter.vocabulary import Outcome
from mailroom.bootstrap import House
from mailroom.domain.document import DocumentState
from mailroom.domain.errors import MailroomError, NeedsPerson
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import Copy, PieceState
from mailroom.domain.run import BatchState, MailRun, RunState
from mailroom.production.hand_over import close_run
from mailroom.production.record import Recorder
from mailroom.production.withdraw import withdraw_piece
from tests.production.stages import (
    Machine,
    batches,
    copies,
    copy_now,
    inserting,
    journal,
    move,
    outcome,
    pieces,
    planned,
    printed,
)


def inserted(house: House, special: Outcome | None = None) -> tuple[MailRun, Copy]:
    """A run whose copies are all stacked, but for the first one if something special happened to it."""
    run = planned(house)
    first: Copy | None = None
    for number, batch in enumerate(printed(house, run)):
        batch = inserting(house, batch)  # noqa: PLW2901 - the same batch, a step on
        with house.store.reader() as ledger:
            its = ledger.copies_of_batch(batch.id)
        machine = Machine(house, batch, boot=number + 1)
        first = first or its[0]
        if special is not None and first in its:
            machine.say(outcome(first, special, sheets=0))
        machine.stack(copy for copy in its if special is None or copy != first)
        with house.store.ledger() as ledger:
            Recorder(ledger, house.plant.clock).batch(batch, BatchState.DONE)
            ledger.commit()
    assert first is not None
    return run, copy_now(house, first)


def refusal(house: House, run: MailRun) -> str:
    before = journal(house)
    with pytest.raises(NeedsPerson, match="E7040") as caught:
        close_run(house.plant, run.id, "Kari")
    assert caught.value.remedy
    assert journal(house) == before
    return caught.value.message


def test_stacked_pieces_are_mailed_by_the_person_who_hands_over(small_house: Callable[..., House]) -> None:
    house = small_house()
    run, _ = inserted(house)
    closed = close_run(house.plant, run.id, "Kari")
    assert closed.state is RunState.CLOSED
    assert closed.closed_at is not None
    assert {copy.state for copy in copies(house, run)} == {CopyState.MAILED}
    assert {piece.state for piece in pieces(house, run)} == {PieceState.MAILED}
    with house.store.reader() as ledger:
        delivered = {document.id for document in ledger.documents(DocumentState.DELIVERED)}
    assert delivered == {held.document for piece in pieces(house, run) for held in piece.documents}
    last = journal(house)[-1]
    assert (last.event, last.who, last.detail["mailed"]) == ("run.closed", "person:Kari", len(pieces(house, run)))


def test_closing_twice_changes_nothing(small_house: Callable[..., House]) -> None:
    house = small_house()
    run, _ = inserted(house)
    closed = close_run(house.plant, run.id, "Kari")
    before = journal(house)
    assert close_run(house.plant, run.id, "Ola") == closed
    assert journal(house) == before


@pytest.mark.parametrize(
    ("special", "state"), [(Outcome.DIVERTED, "diverted"), (Outcome.LOST, "unknown"), (Outcome.NOT_FED, "printed")]
)
def test_an_unsettled_copy_is_named_and_keeps_the_run_open(
    small_house: Callable[..., House], special: Outcome, state: str
) -> None:
    house = small_house()
    run, copy = inserted(house, special)
    assert f"{copy.piece} copy 1 is {state}" in refusal(house, run)


def test_a_destroyed_copy_without_its_next_one_keeps_the_run_open(small_house: Callable[..., House]) -> None:
    house = small_house()
    run, copy = inserted(house, Outcome.DIVERTED)
    move(house, copy, CopyEvent.DESTROY)
    assert f"{copy.piece} has 0 copies in the stacker" in refusal(house, run)


def test_a_withdrawn_piece_lets_the_run_close(small_house: Callable[..., House]) -> None:
    house = small_house()
    run, copy = inserted(house, Outcome.DIVERTED)
    move(house, copy, CopyEvent.DESTROY)
    withdraw_piece(house.plant, copy.piece, "Kari")
    assert close_run(house.plant, run.id, "Kari").state is RunState.CLOSED
    states = {piece.id: piece.state for piece in pieces(house, run)}
    assert states.pop(copy.piece) is PieceState.WITHDRAWN
    assert set(states.values()) == {PieceState.MAILED}


def test_a_batch_that_is_still_at_work_keeps_the_run_open(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    message = refusal(house, run)
    assert all(f"batch {batch.id} is printed" in message for batch in batches(house, run))


def test_nobody_can_not_hand_over(small_house: Callable[..., House]) -> None:
    house = small_house()
    run, _ = inserted(house)
    with pytest.raises(MailroomError, match="E7002"):
        close_run(house.plant, run.id, " ")
    assert {copy.state for copy in copies(house, run)} == {CopyState.STACKED}


def test_nobody_can_not_close_a_run_of_which_everything_was_withdrawn(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    for copy in copies(house, run):
        withdraw_piece(house.plant, copy.piece, "Kari")
    with pytest.raises(MailroomError, match="E7002"):
        close_run(house.plant, run.id, "")
    assert close_run(house.plant, run.id, "Kari").state is RunState.CLOSED


def test_a_run_that_does_not_exist_is_not_closed(small_house: Callable[..., House]) -> None:
    with pytest.raises(MailroomError, match="E7041"):
        close_run(small_house().plant, "R000042", "Kari")


def test_a_stacked_copy_may_be_taken_out_until_the_hand_over(small_house: Callable[..., House]) -> None:
    house = small_house()
    run, copy = inserted(house)
    move(house, copy, CopyEvent.DESTROY)
    assert copy.piece in refusal(house, run)
    with house.store.ledger() as ledger:
        record = Recorder(ledger, house.plant.clock)
        with pytest.raises(MailroomError, match="E7001"):
            record.copy(run.id, replace(copy, state=CopyState.STACKED), CopyEvent.HAND_OVER, "person:Kari")
