"""What the session says of the machine: never older than what it has heard."""

from __future__ import annotations

from drivers.inserter.vocabulary import MachineState

from . import fake_machine as fake
from .fake_machine import FakeMachine, state_changed
from .virtual import VirtualHost, connected


def test_the_state_is_asked_for_when_the_link_comes_up() -> None:
    machine = FakeMachine()
    machine.state = 3
    host = connected(machine)
    assert host.session.machine.state is MachineState.RUNNING
    host.unplug()
    assert host.session.machine.state is MachineState.OFFLINE


def test_events_kept_from_before_the_link_do_not_turn_the_state_back() -> None:
    machine = FakeMachine()
    machine.emit(state_changed(3))
    machine.emit(state_changed(6, 3))
    machine.emit(state_changed(2))
    host = VirtualHost(machine)
    seen = set()
    for _ in range(100):
        host.step()
        seen.add(host.session.machine.state)
    assert seen == {MachineState.OFFLINE, MachineState.READY}
    assert host.numbers == [1, 2, 3]


def test_a_status_that_an_event_has_overtaken_does_not_turn_the_state_back() -> None:
    machine = FakeMachine()
    machine.mute[fake.STATUS] = 1
    host = connected(machine)
    machine.emit(state_changed(3))
    host.run(4.0)
    assert host.session.machine.state is MachineState.RUNNING


def test_a_status_of_an_earlier_link_is_not_taken_for_the_state_now() -> None:
    machine = FakeMachine()
    machine.mute[fake.STATUS] = 1
    host = connected(machine)
    host.unplug()
    machine.emit(state_changed(5, 15))
    host.plug()
    host.run(0.5)
    assert host.session.machine.state is MachineState.STOPPED


def test_old_whereabouts_of_a_piece_do_not_outlive_a_restart() -> None:
    host = connected()
    host.journal_fails = 4
    host.machine.emit(fake.sheet_scanned("P1", 1, 1, 2))
    host.run(0.1)
    host.machine.reboot(0xB002)
    host.run(8.0)
    assert host.numbers == [1]
    assert host.session.machine.view().in_flight == ()
