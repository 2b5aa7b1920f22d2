"""What has gone wrong in other drivers, each as a test that such a driver would fail (docs/protocols/driver.md)."""

from __future__ import annotations

import struct

from drivers.inserter import commands as ask
from drivers.inserter.errors import OutcomeUnknown
from drivers.inserter.vocabulary import LinkState
from drivers.inserter.window import LinkTiming, SendWindow

from . import fake_machine as fake
from .fake_machine import FakeMachine, frame_of, supply, text
from .virtual import PIECE, connected


def test_a_late_reply_is_not_taken_for_the_next_one() -> None:
    machine = FakeMachine()
    machine.mute[fake.QUEUE_PIECE] = 100
    host = connected(machine)
    given_up = host.do(ask.QueuePiece(PIECE), 1.0)
    assert isinstance(given_up.error, OutcomeUnknown)
    late = bytes([fake.REPLY]) + struct.pack(">QBH", given_up.command_id, 1, 18) + text("queue full")
    machine.before_reply = lambda _: machine.say(late)
    assert host.do(ask.Start()).error is None
    assert host.session.statistics().late_replies == 1


def test_a_command_ends_at_its_deadline_though_bytes_keep_coming() -> None:
    host = connected()
    host.machine.deaf = True
    begun = host.now
    call = host.session.submit(ask.Start(), host.now, 2.0)
    while not call.settled and host.now < begun + 10:
        host.back.put(frame_of(bytes([fake.PONG, 0])) + b"\x55\x66", host.now)
        host.step()
    assert 2.0 <= host.now - begun < 2.1


def test_no_storm_of_resends_when_nobody_acknowledges() -> None:
    window = SendWindow(2, LinkTiming(), 0.001)
    while window.has_room:
        window.add(fake.DATA, b"message", 0.0)
    again = sum(window.overdue(hundredth / 100) is not None for hundredth in range(300))
    assert again <= 60


def test_a_start_whose_reply_is_lost_does_not_start_twice() -> None:
    machine = FakeMachine()
    machine.mute[fake.START] = 2
    host = connected(machine)
    assert host.do(ask.Start()).error is None
    assert machine.opcodes() == [fake.START]


def test_the_only_copy_of_an_event_is_not_lost_in_a_retry() -> None:
    host = connected()
    host.journal_fails = 3
    number = host.machine.emit(supply(20, 1))
    host.run(0.5)
    assert host.machine.kept == [number]
    host.run(5.0)
    assert host.numbers == [number]
    assert host.machine.kept == []


def test_a_port_that_returns_before_the_firmware_is_greeted_until_it_answers() -> None:
    host = connected()
    host.unplug()
    host.machine.deaf = True
    host.plug()
    host.run(5.0)
    assert host.session.link_state is LinkState.DOWN
    host.machine.deaf = False
    host.run(3.0)
    assert host.session.link_state is LinkState.UP


def test_two_operations_at_once_get_each_its_own_reply() -> None:
    host = connected()
    identify = host.session.submit(ask.Identify(), host.now)
    queued = host.session.submit(ask.QueuePiece(PIECE), host.now)
    while not (identify.settled and queued.settled):
        host.step()
    assert identify.result is not None
    assert (identify.result.model, queued.result) == ("SIM-1", 63)


def test_garbage_without_end_does_not_hang_the_reader() -> None:
    host = connected()
    for _ in range(50):
        host.back.put(b"\xaa" * 20_000, host.now)
        host.step()
    host.back.put(b"\0", host.now)
    assert host.do(ask.Start()).error is None


def test_noise_is_counted_and_told_before_the_link_fails() -> None:
    host = connected()
    assert host.session.trouble == ""
    for _ in range(6):
        host.back.put(b"\x05\x55\x55\0", host.now)
        host.run(0.1)
    assert host.session.link_state is LinkState.DEGRADED
    assert "noisy" in host.session.trouble
    told = host.session.statistics()
    assert (told.crc_errors, told.reconnects) == (6, 0)
