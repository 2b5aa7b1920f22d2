"""Events that arrive exactly once, on a virtual clock."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drivers.inserter.errors import EventsLost

from . import fake_machine as fake
from .fake_machine import FakeMachine, supply
from .virtual import VirtualHost, connected


def test_events_are_acknowledged_only_when_the_journal_has_them() -> None:
    host = connected()
    host.journal_fails = 3
    host.machine.emit(supply(20, 1))
    host.run(0.3)
    assert host.journal == []
    assert host.machine.event_acks == []
    host.run(3.0)
    assert host.numbers == [1]
    assert host.machine.event_acks == [1]


def test_a_failing_journal_is_tried_after_growing_waits() -> None:
    host = connected()
    host.journal_fails = 5
    host.machine.emit(supply(20, 1))
    host.run(10.0)
    tries = host.journal_tries
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert waits == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2], abs=0.03)


def test_events_sent_again_are_delivered_once_and_acknowledged_again() -> None:
    host = connected()
    for _ in range(3):
        host.machine.emit(supply(20, 1))
    host.run(0.3)
    host.machine._say_event = lambda number: None  # type: ignore[method-assign]  # noqa: ARG005
    host.machine.say(b"\x12" + (2).to_bytes(4, "big") + bytes(4) + supply(20, 1))
    host.run(0.3)
    assert host.numbers == [1, 2, 3]
    assert host.machine.event_acks[-1] == 3
    assert host.session.statistics().duplicate_events == 1


def test_events_up_to_the_resumed_one_are_acknowledged_and_not_delivered() -> None:
    machine = FakeMachine(boot_id=5)
    for _ in range(4):
        machine.emit(supply(20, 1))
    host = VirtualHost(machine, resume=(5, 3))
    host.run(0.5)
    assert host.numbers == [4]
    assert machine.event_acks[0] == 3
    assert machine.kept == []


def test_a_resume_point_of_another_boot_delivers_all_events() -> None:
    machine = FakeMachine(boot_id=5)
    machine.emit(supply(20, 1))
    host = VirtualHost(machine, resume=(4, 300))
    host.run(0.5)
    assert host.numbers == [1]


def test_a_gap_is_closed_by_a_replay() -> None:
    host = connected()
    host.machine.skip = {2}
    for _ in range(5):
        host.machine.emit(supply(20, 1))
    host.run(1.0)
    assert host.numbers == [1, 2, 3, 4, 5]
    assert fake.REPLAY in [opcode for _, opcode, _ in host.machine.acted]


def test_events_that_were_on_their_way_before_a_replay_are_no_sign_that_it_failed() -> None:
    host = connected()
    host.machine.replies_first = True
    host.machine.skip = {2}
    for _ in range(60):
        host.machine.emit(supply(20, 1))
    host.run(10.0)
    assert host.session.inbox.trouble is None
    assert host.numbers == list(range(1, 61))
    assert [opcode for _, opcode, _ in host.machine.acted].count(fake.REPLAY) == 1


def test_events_promised_by_the_welcome_that_never_come_are_asked_for() -> None:
    machine = FakeMachine()
    machine.skip = {1, 2}
    for _ in range(2):
        machine.emit(supply(20, 1))
    host = connected(machine)
    assert host.journal == []
    host.run(3.0)
    assert host.numbers == [1, 2]


def test_a_gap_that_no_replay_closes_is_a_loss_and_stops_delivery() -> None:
    host = connected()
    host.machine.gone = {2}
    for _ in range(4):
        host.machine.emit(supply(20, 1))
    host.run(15.0)
    lost = host.session.inbox.trouble
    assert host.numbers == [1]
    assert isinstance(lost, EventsLost)
    assert (lost.first, lost.last, lost.code) == (2, 2, "E2008")
    assert host.machine.event_acks == [1]


def test_an_accepted_loss_lets_delivery_go_on_behind_it() -> None:
    host = connected()
    host.machine.gone = {2}
    for _ in range(4):
        host.machine.emit(supply(20, 1))
    host.run(15.0)
    lost = host.session.accept_lost_events(host.now)
    assert lost is not None
    host.run(1.0)
    assert host.numbers == [1, 3, 4]
    assert host.machine.event_acks[-1] == 4
    assert host.session.accept_lost_events(host.now) is None


def test_a_last_event_that_cannot_be_read_is_a_loss_too() -> None:
    host = connected()
    host.machine.spoil = {1: b"\x12" + (1).to_bytes(4, "big") + bytes(4) + b"\x77"}
    host.machine.emit(supply(20, 1))
    host.run(20.0)
    lost = host.session.inbox.trouble
    assert isinstance(lost, EventsLost)
    assert "can't be read" in lost.message
    assert host.session.statistics().malformed_messages >= 4


def test_events_the_machine_has_dropped_unacknowledged_are_a_loss() -> None:
    machine = FakeMachine(boot_id=5)
    for _ in range(10):
        machine.emit(supply(20, 1))
    for number in range(1, 8):
        del machine._events[number]
    host = VirtualHost(machine, resume=(5, 3))
    host.run(0.5)
    lost = host.session.inbox.trouble
    assert isinstance(lost, EventsLost)
    assert (lost.first, lost.last) == (4, 7)
    assert host.journal == []


def test_a_host_without_any_memory_begins_with_the_oldest_event_kept() -> None:
    machine = FakeMachine()
    for _ in range(5):
        machine.emit(supply(20, 1))
    for number in (1, 2, 3):
        del machine._events[number]
    host = VirtualHost(machine)
    host.run(0.5)
    assert host.numbers == [4, 5]
    assert host.session.inbox.trouble is None


def test_a_machine_that_counts_its_events_anew_without_a_restart_is_not_believed() -> None:
    machine = FakeMachine(boot_id=5)
    host = VirtualHost(machine, resume=(5, 100))
    machine.emit(supply(20, 1))
    host.run(3.0)
    assert host.journal == []
    trouble = host.session.inbox.trouble
    assert trouble is not None
    assert trouble.code == "E2009"
    assert host.session.accept_lost_events(host.now) is None


def test_events_of_the_boot_before_are_still_delivered_after_a_restart() -> None:
    host = connected()
    host.journal_fails = 4
    host.machine.emit(supply(20, 1))
    host.run(0.1)
    host.machine.reboot(0xB002)
    host.machine.emit(supply(20, 2))
    host.run(8.0)
    assert [(event.boot_id, event.number) for event in host.journal] == [(0xB0071D, 1), (0xB002, 1)]
    assert host.machine.event_acks == [1]


def test_more_events_than_fit_are_fetched_again_once_the_journal_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.inserter.inbox.CAPACITY", 10)
    host = connected()
    host.journal_fails = 3
    for _ in range(35):
        host.machine.emit(supply(20, 1))
    host.run(20.0)
    assert host.numbers == list(range(1, 36))
    assert host.machine.kept == []
