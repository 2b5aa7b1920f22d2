"""Events between machine and journal: what is acknowledged, and what counts as missing."""

from __future__ import annotations

from drivers.inserter.errors import EventsLost
from drivers.inserter.inbox import EventInbox, Verdict
from drivers.inserter.link_frames import Welcome
from drivers.inserter.vocabulary import EmergencyStop, MachineEvent


def welcome(oldest: int = 1, following: int = 1, boot_id: int = 5) -> Welcome:
    return Welcome(1, boot_id, 0, oldest, following, 1000, 64, "SIM-1", "0.1")


def event(number: int, boot_id: int = 5) -> MachineEvent:
    return MachineEvent(boot_id, number, 0, EmergencyStop(False))


def begun(resume: tuple[int, int] | None = None, oldest: int = 1, following: int = 1) -> EventInbox:
    inbox = EventInbox(resume)
    inbox.begin(welcome(oldest, following))
    return inbox


def test_nothing_is_to_be_acknowledged_before_a_commit() -> None:
    inbox = begun()
    assert inbox.accept(event(1)) is Verdict.TAKEN
    assert not inbox.ack_due
    inbox.commit(1)
    assert inbox.ack_due
    assert inbox.committed == 1


def test_a_machine_that_keeps_what_the_journal_has_is_told_at_once() -> None:
    assert begun(resume=(5, 3), oldest=1, following=4).ack_due
    assert not begun(resume=(5, 3), oldest=4, following=4).ack_due


def test_an_event_that_the_journal_has_is_acknowledged_again_when_it_comes_again() -> None:
    inbox = begun()
    inbox.accept(event(1))
    inbox.commit(1)
    inbox.ack_due = False
    assert inbox.accept(event(1)) is Verdict.DUPLICATE
    assert inbox.ack_due


def test_an_event_that_waits_for_the_journal_is_not_acknowledged_when_it_comes_again() -> None:
    inbox = begun()
    inbox.accept(event(1))
    assert inbox.accept(event(1)) is Verdict.DUPLICATE
    assert not inbox.ack_due


def test_a_batch_holds_events_of_one_boot_in_order() -> None:
    inbox = begun()
    for number in (1, 2):
        inbox.accept(event(number))
    inbox.begin(welcome(boot_id=6))
    inbox.accept(event(1, boot_id=6))
    assert [(e.boot_id, e.number) for e in inbox.batch()] == [(5, 1), (5, 2)]
    inbox.commit(2)
    assert not inbox.ack_due
    assert [(e.boot_id, e.number) for e in inbox.batch()] == [(6, 1)]


def test_a_batch_is_at_most_256_events() -> None:
    inbox = begun()
    for number in range(1, 301):
        inbox.accept(event(number))
    assert len(inbox.batch()) == 256
    inbox.commit(256)
    assert len(inbox.batch()) == 44


def test_three_replays_in_vain_are_a_loss_and_any_progress_begins_anew() -> None:
    inbox = begun()
    for _ in range(2):
        assert inbox.accept(event(2)) is Verdict.GAP
        inbox.replay_asked()
    assert inbox.accept(event(1)) is Verdict.TAKEN
    for _ in range(3):
        assert inbox.accept(event(3)) is Verdict.GAP
        inbox.replay_asked()
    assert inbox.accept(event(3)) is Verdict.HELD_BACK
    assert isinstance(inbox.trouble, EventsLost)
    assert (inbox.trouble.first, inbox.trouble.last) == (2, 2)
    assert inbox.accept(event(2)) is Verdict.HELD_BACK


def test_a_restart_of_a_known_machine_that_has_dropped_events_already_is_a_loss() -> None:
    inbox = begun()
    inbox.begin(welcome(oldest=4, following=9, boot_id=6))
    assert isinstance(inbox.trouble, EventsLost)
    assert (inbox.trouble.first, inbox.trouble.last) == (1, 3)
