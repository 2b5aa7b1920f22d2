"""The recorder: the only writer of the journal, and no step without its entry."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mailroom.bootstrap import House
from mailroom.domain.errors import MailroomError
from mailroom.domain.lifecycle import CopyEvent, CopyState
from mailroom.domain.piece import PieceState
from mailroom.domain.run import BatchState
from mailroom.production.record import Recorder
from tests.production.stages import batches, copies, copy_now, journal, move, planned, printed
from tests.shared_data import ROOT

WRITES = re.compile(
    r"\.(append|set_copy|set_batch|set_piece|set_run|add_run|add_batch|add_copy"
    r"|set_decision|set_opt_out|hold_plan|add_movement)\("
)


def test_nobody_else_in_production_writes_states_or_the_journal() -> None:
    rooms = [ROOT / "mailroom" / room for room in ("production", "intake", "cli")]
    ledgers = re.compile(r"ledger" + WRITES.pattern)
    writers = {
        path.name for room in rooms for path in room.rglob("*.py") if ledgers.search(path.read_text(encoding="utf-8"))
    }
    assert writers == {"record.py"}


def test_a_step_is_a_state_and_an_entry_in_one(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    copy = copies(house, run)[0]
    with house.store.ledger() as ledger:
        moved = Recorder(ledger, house.plant.clock).copy(run.id, copy, CopyEvent.SEND, queue="press")
        ledger.commit()
    assert moved == replace(copy, state=CopyState.SUBMITTING) == copy_now(house, copy)
    entry = journal(house)[-1]
    assert (entry.event, entry.who, entry.copy_seq) == ("copy.send", "system", 2)
    assert (entry.state_from, entry.state_to) == ("released", "submitting")
    assert entry.detail == {"evidence": {"queue": "press"}}


def test_a_refused_step_writes_nothing(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    before = journal(house)
    with house.store.ledger() as ledger:
        with pytest.raises(MailroomError, match="E7001"):
            Recorder(ledger, house.plant.clock).copy(run.id, copies(house, run)[0], CopyEvent.STACK, "machine:SIM-1")
        ledger.commit()
    assert journal(house) == before


def test_what_the_ledger_holds_counts_not_what_somebody_remembers(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    remembered = copies(house, run)[0]
    assert remembered.state is CopyState.PRINTED
    move(house, remembered, CopyEvent.DESTROY)
    with pytest.raises(MailroomError, match=r"E7001.*destroyed"):
        move(house, remembered, CopyEvent.FEED, who="system")
    assert copy_now(house, remembered).state is CopyState.DESTROYED


def test_a_batch_that_somebody_else_moved_is_not_moved_again(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    remembered = printed(house, run)[0]
    with house.store.ledger() as ledger:
        Recorder(ledger, house.plant.clock).batch(remembered, BatchState.INSERTING)
        ledger.commit()
    before = journal(house)
    with house.store.ledger() as ledger, pytest.raises(MailroomError, match="E7004") as caught:
        Recorder(ledger, house.plant.clock).batch(remembered, BatchState.INSERTING)
    assert "run again" in caught.value.remedy
    assert journal(house) == before


def test_a_copy_that_was_never_released_has_no_life(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    ghost = replace(copies(house, run)[0], copy=9)
    with house.store.ledger() as ledger, pytest.raises(MailroomError, match="E7022"):
        Recorder(ledger, house.plant.clock).copy(run.id, ghost, CopyEvent.SEND)


@pytest.mark.parametrize("state", [PieceState.MAILED, PieceState.WITHDRAWN, PieceState.MOVED])
@pytest.mark.parametrize("who", ["system", "machine:SIM-1", "person:", "person: "])
def test_only_a_named_person_ends_a_piece(small_house: Callable[..., House], state: PieceState, who: str) -> None:
    house = small_house(pieces=1)
    run = planned(house)
    with house.store.ledger() as ledger, pytest.raises(MailroomError, match="E7002"):
        Recorder(ledger, house.plant.clock).piece(run.id, copies(house, run)[0].piece, state, who)


def test_every_copys_steps_are_numbered_without_a_gap(small_house: Callable[..., House]) -> None:
    house = small_house()
    run = planned(house)
    printed(house, run)
    for copy in copies(house, run):
        steps = [entry.copy_seq for entry in journal(house) if entry.piece == copy.piece and entry.copy == copy.copy]
        assert steps == [1, 2, 3, 4]
    assert {batch.state for batch in batches(house, run)} == {BatchState.PRINTED}
