"""Commands that act at most once, on a virtual clock."""

from __future__ import annotations

import pytest

from drivers.inserter import commands as ask
from drivers.inserter.calls import Call
from drivers.inserter.errors import CommandRefused, InserterError, LinkDown, OutcomeUnknown
from drivers.inserter.vocabulary import Fault

from . import fake_machine as fake
from .fake_machine import FakeMachine
from .virtual import HOST, PIECE, VirtualHost, connected


def test_a_command_returns_its_results() -> None:
    assert connected().do(ask.QueuePiece(PIECE)).result == 63


def test_command_ids_begin_with_the_host_session_and_never_repeat() -> None:
    host = connected()
    for _ in range(5):
        host.do(ask.Start())
    ids = [command_id for command_id, _, _ in host.machine.acted]
    assert {command_id >> 32 for command_id in ids} == {HOST}
    assert len(set(ids)) == len(ids)


def test_a_refusal_tells_fault_words_and_remedy() -> None:
    machine = FakeMachine()
    machine.refusals[fake.START] = (19, "nothing loaded")
    error = connected(machine).do(ask.Start()).error
    assert isinstance(error, CommandRefused)
    assert (error.fault, error.text, error.code) == (Fault.NO_JOB, "nothing loaded", "E2119")
    assert error.remedy


@pytest.mark.parametrize("lost_replies", [1, 2, 3])
def test_a_command_whose_reply_is_lost_is_sent_again_and_acts_once(lost_replies: int) -> None:
    machine = FakeMachine()
    machine.mute[fake.START] = lost_replies
    host = connected(machine)
    assert host.do(ask.Start()).error is None
    assert machine.opcodes() == [fake.START]
    assert host.session.statistics().command_resends == lost_replies


def test_a_command_is_sent_again_two_seconds_after_the_first() -> None:
    machine = FakeMachine()
    machine.deaf_to[fake.START] = 1
    host = connected(machine)
    begin = host.now
    host.do(ask.Start())
    assert host.now - begin == pytest.approx(2.0, abs=0.1)


def test_a_command_is_sent_again_with_its_id_over_a_new_link_of_the_same_boot() -> None:
    machine = FakeMachine()
    machine.mute[fake.START] = 1
    host = connected(machine)
    call = host.session.submit(ask.Start(), host.now)
    host.run(0.1)
    host.unplug()
    host.run(0.5)
    host.plug()
    host.run(0.5)
    assert call.settled
    assert call.error is None
    assert machine.opcodes() == [fake.START]


def test_after_a_restart_a_sent_command_is_unknown_and_never_sent_again() -> None:
    machine = FakeMachine()
    machine.mute[fake.START] = 9
    host = connected(machine)
    call = host.session.submit(ask.Start(), host.now)
    host.run(0.1)
    machine.reboot(0xB002)
    host.run(6.0)
    assert isinstance(call.error, OutcomeUnknown)
    assert call.error.code == "E2003"
    assert machine.opcodes() == [fake.START]
    assert host.session.boot_id == 0xB002
    assert host.session.statistics().restarts == 1


def test_a_command_that_waited_for_a_link_through_a_restart_is_surely_not_sent() -> None:
    host = connected()
    host.unplug()
    call = host.session.submit(ask.Start(), host.now)
    host.machine.reboot(0xB002)
    host.plug()
    host.run(1.0)
    assert isinstance(call.error, LinkDown)
    assert host.machine.opcodes() == []


def test_a_command_given_before_the_first_link_waits_for_it() -> None:
    host = VirtualHost(plugged=False)
    call = host.session.submit(ask.Start(), host.now)
    host.run(1.0)
    host.plug()
    host.run(0.3)
    assert call.settled
    assert host.machine.opcodes() == [fake.START]


def test_without_a_link_a_command_fails_at_its_deadline_as_never_sent() -> None:
    host = VirtualHost(plugged=False)
    call = host.do(ask.Start(), timeout_s=4.0)
    assert host.now == pytest.approx(4.0, abs=0.05)
    assert isinstance(call.error, LinkDown)


def test_a_machine_that_stays_away_leaves_a_sent_command_unknown_at_its_deadline() -> None:
    host = connected()
    host.machine.mute[fake.START] = 99
    begin = host.now
    call = host.do(ask.Start(), timeout_s=7.0)
    assert isinstance(call.error, OutcomeUnknown)
    assert host.now - begin == pytest.approx(7.0, abs=0.05)


def test_a_reply_that_comes_after_its_deadline_is_not_taken_for_the_next_one() -> None:
    host = connected()
    host.machine.mute[fake.STATUS] = 99
    host.do(ask.GetStatus(), timeout_s=1.0)
    host.machine.mute.clear()
    late = next(iter(reversed(host.machine._replies.values())))
    call = host.session.submit(ask.QueuePiece(PIECE), host.now)
    host.machine.say(late)
    host.run(0.5)
    assert call.result == 63
    assert host.session.statistics().late_replies == 1


def test_halt_goes_before_commands_that_wait() -> None:
    host = VirtualHost(plugged=False)
    waiting = [host.session.submit(command, host.now) for command in (ask.Start(), ask.CycleUp(), ask.Halt())]
    host.plug()
    host.run(0.5)
    assert all(call.settled for call in waiting)
    assert host.machine.opcodes() == [fake.HALT, fake.START, fake.CYCLE_UP]


def test_malformed_and_unknown_commands_are_told_apart() -> None:
    host = connected()
    calls: list[Call[None]] = [host.session.submit(ask.Start(), host.now), host.session.submit(ask.Stop(), host.now)]
    host.machine.say(b"\x11" + calls[0].command_id.to_bytes(8, "big") + b"\x02\x05short")
    host.machine.say(b"\x11" + calls[1].command_id.to_bytes(8, "big") + b"\x03")
    host.run(0.3)
    codes = [call.error.code for call in calls if call.error is not None]
    assert codes == ["E2005", "E2006"]


@pytest.mark.parametrize("tail", [b"\x00\x00", b"\x01\x03\xe7\x00", b"\x09"], ids=["result", "fault", "status"])
def test_a_reply_that_cannot_be_read_leaves_the_command_unknown(tail: bytes) -> None:
    host = connected()
    call = host.session.submit(ask.QueuePiece(PIECE), host.now)
    host.machine.say(b"\x11" + call.command_id.to_bytes(8, "big") + tail)
    host.run(0.3)
    assert isinstance(call.error, OutcomeUnknown)
    assert "can't be read" in call.error.message


def test_an_argument_that_does_not_fit_is_refused_before_sending() -> None:
    host = connected()
    with pytest.raises(InserterError, match="E2010"):
        host.session.submit(ask.CancelPiece("x" * 256, 1), host.now)
    with pytest.raises(InserterError, match="E2010"):
        host.session.submit(ask.CancelPiece("x", 256), host.now)
    host.run(0.2)
    assert host.machine.opcodes() == []
