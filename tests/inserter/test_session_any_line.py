"""Commands and events at once: who goes first, and lines that lose, double and damage what they carry."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.inserter import commands as ask
from drivers.inserter.calls import Call
from drivers.inserter.errors import LinkDown, OutcomeUnknown
from drivers.inserter.profile import load_profile
from drivers.inserter.session import InserterSession
from drivers.inserter.vocabulary import PieceSpec

from . import fake_machine as fake
from .fake_machine import FakeMachine, supply
from .lines import Faults
from .virtual import HOST, PIECE, VirtualHost, connected


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
