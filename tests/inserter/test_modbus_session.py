"""The promises of the session over registers: at most once, exactly once, in order, halt first, honest in doubt."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.inserter import commands as ask
from drivers.inserter.calls import Call
from drivers.inserter.errors import EventsLost, InserterError, LinkDown, OutcomeUnknown
from drivers.inserter.framing import FrameCounters
from drivers.inserter.protocols.modbus import AnswerDecoder
from drivers.inserter.vocabulary import LinkState, PieceSpec
from simulator.messages import Halt, QueuePiece, Start
from simulator.rtu import frame

from .lines import Faults
from .modbus_machine import RegisterMachine, host_of
from .virtual import PIECE, VirtualHost


def connected(machine: RegisterMachine) -> VirtualHost:
    host = host_of(machine)
    host.run(0.3)
    assert host.session.link_state is LinkState.UP
    return host


def test_a_machine_is_found_and_tells_its_state() -> None:
    machine = RegisterMachine()
    host = connected(machine)
    assert host.session.boot_id == machine.boot_id
    assert host.session.machine.view().job == "J"
    assert machine.hosts == [True]


def test_a_reply_longer_than_was_read_is_read_again_whole() -> None:
    host = connected(RegisterMachine())
    identity = host.do(ask.Identify()).result
    assert identity is not None
    assert len(identity.stations) == 14
    assert host.session.statistics().command_resends == 0


def test_events_are_delivered_once_and_forgotten_by_the_machine_after_the_commit() -> None:
    machine = RegisterMachine()
    host = connected(machine)
    for _ in range(200):
        machine.emit()
    host.journal_fails = 1
    host.run(0.15)
    assert machine.events.oldest == 1
    host.run(2.0)
    assert host.numbers == list(range(1, 201))
    assert machine.events.oldest == 201
    assert host.session.statistics().duplicate_events == 0


def test_after_a_lost_answer_the_mailbox_is_read_and_the_command_is_not_written_again() -> None:
    machine = RegisterMachine()
    host = connected(machine)
    host.run(0.011)
    call = host.session.submit(ask.QueuePiece(PIECE), host.now)
    while not machine.acted:
        host.step()
        machine.mute = 1
    written = machine.requests
    host.run(0.3)
    assert call.result == 63
    assert [type(command) for _, command in machine.acted] == [QueuePiece]
    assert machine.requests > written


def test_a_command_goes_over_a_new_link_of_the_same_boot_and_acts_once() -> None:
    machine = RegisterMachine()
    host = connected(machine)
    call = host.session.submit(ask.Start(), host.now)
    machine.mute = 1000
    host.run(4.0)
    assert host.session.link_state is not LinkState.UP
    assert machine.hosts == [True]  # the machine hears the host, whose answers get lost
    machine.mute = 0
    host.run(3.0)
    assert call.error is None
    assert [type(command) for _, command in machine.acted] == [Start]


def test_after_a_restart_a_sent_command_is_unknown_and_never_written_again() -> None:
    machine = RegisterMachine(1)
    host = connected(machine)
    machine.mute = 1000
    call = host.session.submit(ask.Start(), host.now)
    host.run(0.5)
    machine.reboot(2)
    machine.mute = 0
    host.run(2.0)
    assert isinstance(call.error, OutcomeUnknown)
    assert [boot for boot, _ in machine.acted] == [1]
    assert host.session.boot_id == 2
    assert host.session.statistics().restarts == 1


def test_a_restart_is_seen_by_the_next_poll_and_its_events_are_told_apart() -> None:
    machine = RegisterMachine(1)
    host = connected(machine)
    machine.emit()
    host.run(0.2)
    machine.reboot(2)
    machine.emit()
    host.run(1.0)
    assert [(event.boot_id, event.number) for event in host.journal] == [(1, 1), (2, 1)]


def test_events_that_the_machine_does_not_keep_are_lost_and_nothing_behind_them_is_delivered() -> None:
    machine = RegisterMachine()
    host = connected(machine)
    for _ in range(5):
        machine.emit()
    machine.events.acknowledge(3)
    host.run(2.0)
    assert host.numbers == []
    assert isinstance(host.session.inbox.trouble, EventsLost)
    host.session.accept_lost_events(host.now)
    host.run(1.0)
    assert host.numbers == [4, 5]


def test_halt_goes_before_commands_that_wait() -> None:
    machine = RegisterMachine()
    host = host_of(machine, plugged=False)
    calls: list[Call[None]] = [host.session.submit(command, host.now) for command in (ask.Start(), ask.Halt())]
    host.plug()
    host.run(1.0)
    assert all(call.settled for call in calls)
    assert [type(command) for _, command in machine.acted] == [Halt, Start]


def test_a_machine_that_does_not_answer_is_asked_twice_a_second_and_commands_were_never_sent() -> None:
    machine = RegisterMachine()
    machine.mute = 10**6
    host = host_of(machine)
    call = host.do(ask.Start(), timeout_s=5.0)
    assert isinstance(call.error, LinkDown)
    assert machine.requests <= 11
    assert host.session.link_state is LinkState.DOWN


def test_a_dead_machine_on_a_link_is_not_stormed() -> None:
    machine = RegisterMachine()
    host = connected(machine)
    machine.mute = 10**6
    before = machine.requests
    host.run(3.0)
    assert machine.requests - before < 3.0 / 0.05


def test_an_answer_that_comes_late_is_dropped_and_counted() -> None:
    machine = RegisterMachine()
    host = connected(machine)
    host.out.faults = Faults(delay_s=0.4)
    machine.emit()
    host.run(5.0)
    host.heal()
    host.run(2.0)
    assert host.numbers == [1]
    assert host.session.statistics().unexpected_frames > 0


def test_a_command_that_fits_no_mailbox_is_refused_before_sending() -> None:
    host = connected(RegisterMachine())
    with pytest.raises(InserterError, match="E2010"):
        host.session.submit(ask.CancelPiece("x" * 230, 1), host.now)


def test_a_wrong_machine_is_told_as_incompatible() -> None:
    machine = RegisterMachine()
    host = host_of(machine, plugged=False)
    registers = machine.link._registers
    registers._identity = lambda: registers._written_token.to_bytes(2, "big") + bytes(98)  # type: ignore[method-assign]
    host.plug()
    call = host.do(ask.Start(), timeout_s=1.0)
    assert call.error is not None
    assert call.error.code == "E2004"


CHANCES = st.floats(0, 0.3)
FAULTS = st.builds(
    Faults, drop=CHANCES, double=CHANCES, damage=CHANCES, cut=CHANCES, noise=CHANCES, delay_s=st.floats(0, 0.6)
)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32), FAULTS, st.booleans(), st.booleans())
def test_on_any_line_commands_act_at_most_once_and_events_arrive_exactly_once(
    seed: int, faults: Faults, unplugs: bool, restarts: bool
) -> None:
    chance = Random(seed)
    machine = RegisterMachine(1)
    host = host_of(machine, seed, faults)
    calls: list[Call[int]] = []
    boots = [1]
    while host.now < 25.0:
        if chance.random() < 0.01:
            calls.append(host.session.submit(ask.QueuePiece(PieceSpec(len(calls), f"P{len(calls)}", 1, 1)), host.now))
        if chance.random() < 0.02:
            machine.emit()
        if chance.random() < 0.01:
            host.journal_fails = chance.randrange(3)
        if unplugs and chance.random() < 0.002:
            host.unplug() if host.plugged else host.plug()
        if restarts and chance.random() < 0.0005:
            boots.append(boots[-1] + 1)
            machine.reboot(boots[-1])
        host.step()
    host.heal()
    if not host.plugged:
        host.plug()
    host.journal_fails = 0
    host.run(40.0)

    acted = [command.piece for _, command in machine.acted if isinstance(command, QueuePiece)]
    assert len(set(acted)) == len(acted)
    for number, call in enumerate(calls):
        assert call.settled
        if call.error is None:
            assert f"P{number}" in acted
        elif isinstance(call.error, LinkDown):
            assert f"P{number}" not in acted
        else:
            assert isinstance(call.error, OutcomeUnknown)
    journalled = [(event.boot_id, event.number) for event in host.journal]
    assert len(set(journalled)) == len(journalled)
    for boot in boots:
        numbers = [number for boot_id, number in journalled if boot_id == boot]
        assert numbers == list(range(1, len(numbers) + 1))
    assert machine.events.oldest == machine.events.following
    assert host.session.inbox.trouble is None
    assert host.session.idle


@given(st.lists(st.binary(max_size=300), max_size=30))
def test_no_bytes_break_the_decoder_or_grow_in_it(chunks: list[bytes]) -> None:
    decoder = AnswerDecoder()
    for chunk in chunks:
        decoder.feed(chunk)
        assert len(decoder._collected) <= 512
    decoder.break_off()
    good = frame(b"\x01\x17\x02\x00\x07")
    assert [answer.registers for answer in decoder.feed(good)] == [b"\x00\x07"]
    assert isinstance(decoder.counters, FrameCounters)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.binary(max_size=250), max_size=20))
def test_no_answer_can_break_the_session(contents: list[bytes]) -> None:
    """Well-formed answers with the right token and any content."""
    machine = RegisterMachine()
    host = connected(machine)
    registers = machine.link._registers
    honest = registers.read
    for content in contents:
        token = (registers._token).to_bytes(2, "big")
        registers.read = lambda _a, count, c=token + content: c[: 2 * count].ljust(2 * count, b"\0")  # type: ignore[method-assign,misc]
        host.run(0.05)
    registers.read = honest  # type: ignore[method-assign]
    host.run(1.0)
    call = host.do(ask.Halt())
    assert call.settled
