"""Commands that act at most once and events that arrive exactly once, on a virtual clock."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.inserter import commands as ask
from drivers.inserter.calls import Call
from drivers.inserter.errors import CommandRefused, EventsLost, InserterError, LinkDown, OutcomeUnknown
from drivers.inserter.profile import load_profile
from drivers.inserter.session import InserterSession
from drivers.inserter.vocabulary import Fault, LinkState, MachineState, PieceSpec

from . import fake_machine as fake
from .fake_machine import FakeMachine, state_changed, supply
from .lines import Faults
from .virtual import HOST, VirtualHost

PIECE = PieceSpec(1, "P00000001", 1, 3)


def connected(machine: FakeMachine | None = None) -> VirtualHost:
    host = VirtualHost(machine)
    host.run(0.2)
    assert host.session.link_state is LinkState.UP
    return host


# Commands


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


# Events


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


# The machine's state


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


def numbered_event(sequence: int, number: int) -> bytes:
    return fake.frame_of(
        bytes([fake.DATA, sequence, fake.EVENT]) + number.to_bytes(4, "big") + bytes(4) + supply(20, 1)
    )


@pytest.mark.parametrize(("command", "turns"), [(ask.Start(), 2), (ask.Halt(), 1)])
def test_calls_and_acknowledgements_of_events_go_by_turns_and_halt_before_both(
    command: ask.Command[None], turns: int
) -> None:
    session = InserterSession(load_profile("sim1"), host_session=HOST)
    session.port_opened(0.0)
    machine = fake.FakeLink(boot_id=9)
    machine.receive(session.take_output(), 0.0)
    session.receive(machine.take_output(), 0.0)
    session.take_output()  # the status that begins a link: DATA 1
    call = session.submit(command, 0.0)
    session.receive(numbered_event(1, 1), 0.0)
    session.committed(session.next_batch(0.0), 0.0)
    sent_after = 0
    for turn in (1, 2):
        session.receive(fake.frame_of(bytes([fake.ACK, turn])), 0.0)
        sent_after += 1
        if call.sent:
            break
        # As soon as one acknowledgement has left, the next one is due.
        session.receive(numbered_event(turn + 1, turn + 1), 0.0)
        session.committed(session.next_batch(0.0), 0.0)
    assert (call.sent, sent_after) == (1, turns)


def test_acknowledgements_of_a_flood_of_events_do_not_starve_commands() -> None:
    host = connected()
    call = None
    for _ in range(200):
        host.machine.emit(supply(20, 1))
        if call is None and len(host.journal) > 3:
            call = host.session.submit(ask.Start(), host.now)
        host.step()
        if call is not None and call.settled:
            break
    assert call is not None
    assert call.settled


# Everything at once

CHANCES = st.floats(0, 0.3)
FAULTS = st.builds(
    Faults, drop=CHANCES, double=CHANCES, damage=CHANCES, cut=CHANCES, noise=CHANCES, delay_s=st.floats(0, 0.6)
)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), FAULTS, st.booleans(), st.booleans())
def test_on_any_line_commands_act_at_most_once_and_events_arrive_exactly_once(
    seed: int, faults: Faults, unplugs: bool, restarts: bool
) -> None:
    chance = Random(seed)
    machine = FakeMachine(boot_id=1)
    host = VirtualHost(machine, seed=seed, faults=faults)
    calls: list[tuple[int, Call[int]]] = []
    emitted: dict[int, int] = {}
    while host.now < 40.0:
        if chance.random() < 0.01:
            call = host.session.submit(ask.QueuePiece(PieceSpec(len(calls), f"P{len(calls)}", 1, 1)), host.now)
            calls.append((host.session.boot_id or 0, call))
        if chance.random() < 0.02:
            emitted[machine.boot_id] = machine.emit(supply(20, 1))
        if chance.random() < 0.01:
            host.journal_fails = chance.randrange(3)
        if unplugs and chance.random() < 0.002:
            host.unplug() if host.plugged else host.plug()
        if restarts and chance.random() < 0.0005:
            machine.reboot(machine.boot_id + 1)
        host.step()
    host.heal()
    if not host.plugged:
        host.plug()
    host.journal_fails = 0
    host.run(40.0)

    acted = [command_id for command_id, opcode, _ in machine.acted if opcode == fake.QUEUE_PIECE]
    assert len(set(acted)) == len(acted)
    for _, call in calls:
        assert call.settled
        if call.error is None:
            assert call.command_id in acted
        elif isinstance(call.error, LinkDown):
            assert call.command_id not in acted
        else:
            assert isinstance(call.error, OutcomeUnknown)

    journalled = [(event.boot_id, event.number) for event in host.journal]
    assert len(set(journalled)) == len(journalled)
    for boot in machine.seen_boots:
        numbers = [number for boot_id, number in journalled if boot_id == boot]
        assert numbers == list(range(1, len(numbers) + 1))
    last_boot = machine.boot_id
    assert len([1 for boot_id, _ in journalled if boot_id == last_boot]) == emitted.get(last_boot, 0)
    assert machine.kept == []
    assert host.session.inbox.trouble is None
    assert host.session.idle


@settings(deadline=None, max_examples=50)
@given(st.lists(st.binary(max_size=80), max_size=20))
def test_no_message_of_the_machine_can_break_the_session(messages: list[bytes]) -> None:
    host = connected()
    for message in messages:
        host.machine.say(message)
    host.run(1.0)
    call = host.do(ask.QueuePiece(PIECE))
    assert call.result == 63
