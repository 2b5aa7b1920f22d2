"""The machine's end of the link layer, with a clock that the tests turn (docs/protocols/native.md, section 3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest

from simulator.events import EventStore
from simulator.link import Link, Nameplate
from simulator.messages import Answer, Command, FaultCleared, Free, GetStatus, Nothing, QueuePiece
from simulator.wire import Deframer, frame
from simulator.words import Fault

SESSION = 0xA1B2C3D4
QUEUE = struct.pack(">I", 1) + b"\x01P" + struct.pack(">BHHB", 1, 1, 0, 0)


@dataclass
class FakeMachine:
    """Remembers what it was told."""

    obeyed: list[Command] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)

    def obey(self, command: Command) -> Answer:
        self.obeyed.append(command)
        return Free(63) if isinstance(command, QueuePiece) else Nothing()

    def host_lost(self) -> None:
        self.hosts.append("lost")

    def host_found(self) -> None:
        self.hosts.append("found")


class Desk:
    """A link, its clock and what it said."""

    def __init__(self) -> None:
        self.now_ms = 0.0
        self.machine = FakeMachine()
        self.events = EventStore(lambda *_: None)
        self.link = Link(self.machine, self.events, Nameplate(boot_id=0x00C0FFEE, serial="0001"))
        self.deframer = Deframer()

    def send(self, payload: bytes) -> list[bytes]:
        """What the link answers at once."""
        self.link.receive(frame(payload), self.now_ms)
        return self.said()

    def said(self) -> list[bytes]:
        return self.deframer.feed(self.link.take_output())

    def wait(self, milliseconds: float) -> list[bytes]:
        """What the link says within so long, ticked as often as it asks for."""
        until_ms = self.now_ms + milliseconds
        said = []
        while (due_ms := self.link.next_due_ms()) is not None and due_ms <= until_ms:
            self.now_ms = max(self.now_ms, due_ms)
            self.link.tick(self.now_ms)
            said += self.said()
        self.now_ms = until_ms
        return said

    def hello(self, session: int = SESSION, low: int = 1, high: int = 1) -> list[bytes]:
        return self.send(bytes([1, 0, low, high]) + struct.pack(">I", session))

    def command(self, seq: int, counter: int, opcode: int, arguments: bytes = b"") -> list[bytes]:
        return self.send(bytes([3, seq, 0x10]) + struct.pack(">IIB", SESSION, counter, opcode) + arguments)

    def event(self) -> None:
        self.events.add(FaultCleared(Fault.JAM), self.now_ms)

    def tick(self) -> list[bytes]:
        self.link.tick(self.now_ms)
        return self.said()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def kinds(payloads: list[bytes]) -> list[int]:
    return [payload[0] for payload in payloads]


def test_hello_is_answered_with_the_golden_welcome(desk: Desk) -> None:
    [welcome] = desk.hello()
    assert welcome.hex(" ").upper().startswith("02 00 01 00 C0 FF EE A1 B2 C3 D4 00 00 00 01 00 00 00 01 03 E8 40 05")
    assert desk.machine.hosts == ["found"]


def test_a_host_of_another_version_is_rejected(desk: Desk) -> None:
    assert desk.hello(low=3, high=9) == [b"\x07\x00\x01"]
    assert desk.machine.hosts == []


def test_data_before_hello_is_rejected_and_not_obeyed(desk: Desk) -> None:
    assert desk.command(1, 1, 0x02) == [b"\x07\x00\x02"]
    assert desk.machine.obeyed == []


def test_a_command_is_acknowledged_obeyed_and_answered(desk: Desk) -> None:
    desk.hello()
    ack, reply = desk.command(1, 5, 0x05, QUEUE)
    assert ack == b"\x04\x01"
    assert reply == bytes([3, 1, 0x11]) + struct.pack(">IIBH", SESSION, 5, 0, 63)


def test_data_sent_twice_is_acknowledged_twice_and_obeyed_once(desk: Desk) -> None:
    desk.hello()
    desk.command(1, 1, 0x02)
    assert desk.command(1, 1, 0x02) == [b"\x04\x01"]
    assert desk.machine.obeyed == [GetStatus()]


def test_data_out_of_sequence_is_rejected(desk: Desk) -> None:
    desk.hello()
    assert desk.command(3, 1, 0x02) == [b"\x07\x00\x03"]
    assert desk.command(0, 1, 0x02) == [b"\x07\x00\x03"]
    assert desk.machine.obeyed == []


def test_a_command_repeated_over_a_new_link_gets_the_same_reply_and_does_not_act(desk: Desk) -> None:
    desk.hello()
    _, first = desk.command(1, 5, 0x05, QUEUE)
    desk.hello()
    _, second = desk.command(1, 5, 0x05, QUEUE)
    assert first == second
    assert len(desk.machine.obeyed) == 1


def test_sixty_four_replies_are_remembered(desk: Desk) -> None:
    desk.hello()
    for number in range(1, 65):
        desk.command(number, number, 0x05, QUEUE)
        desk.send(bytes([4, number]))
    desk.command(65, 1, 0x05, QUEUE)
    assert len(desk.machine.obeyed) == 64
    desk.send(bytes([4, 65]))
    desk.command(66, 99, 0x05, QUEUE)
    desk.send(bytes([4, 66]))
    desk.command(67, 1, 0x05, QUEUE)
    assert len(desk.machine.obeyed) == 66


def test_an_unknown_opcode_and_short_arguments_are_answered_as_such(desk: Desk) -> None:
    desk.hello()
    assert desk.command(1, 1, 0x77)[1][11:] == b"\x03"
    desk.send(b"\x04\x01")
    assert desk.command(2, 2, 0x05, b"\0")[1][11:] == b"\x02\x0eshort argument"


@pytest.mark.parametrize("body", [b"\x10\x01", b"\x99", b"\x13\x00"])
def test_a_message_that_is_none_is_acknowledged_and_dropped(desk: Desk, body: bytes) -> None:
    desk.hello()
    assert desk.send(b"\x03\x01" + body) == [b"\x04\x01"]
    assert desk.machine.obeyed == []


def test_what_is_not_acknowledged_is_sent_six_times_in_all_and_then_the_link_is_down(desk: Desk) -> None:
    desk.hello()
    desk.event()
    times = []
    while desk.link.up:
        times += [desk.now_ms for payload in desk.tick() if payload[0] == 3]
        desk.now_ms += 50
        desk.link.receive(frame(b"\x06\x00"), desk.now_ms)  # the host lives, but acknowledges nothing
    assert times == [0, 300, 600, 900, 1200, 1500]
    assert desk.now_ms == 1850
    assert desk.machine.hosts == ["found", "lost"]


def test_one_message_at_a_time_and_the_next_after_its_acknowledgement(desk: Desk) -> None:
    desk.hello()
    desk.event()
    desk.event()
    [first] = desk.tick()
    assert desk.tick() == []
    assert desk.send(b"\x04\x09") == []
    [second] = desk.send(b"\x04\x01")
    assert (first[1], second[1]) == (1, 2)
    assert first[3:7] == (1).to_bytes(4, "big")
    assert second[3:7] == (2).to_bytes(4, "big")


def test_sequence_numbers_go_from_255_back_to_1(desk: Desk) -> None:
    desk.hello()
    sequence = []
    for _ in range(257):
        desk.event()
        [payload] = desk.tick()
        sequence.append(payload[1])
        desk.send(bytes([4, payload[1]]))
    assert sequence[253:] == [254, 255, 1, 2]
    for number in [*range(1, 256), 1]:
        assert desk.send(bytes([3, number, 0x13, 0, 0, 0, 0]))[0] == bytes([4, number])


def test_replies_overtake_events(desk: Desk) -> None:
    desk.hello()
    for _ in range(3):
        desk.event()
    [first] = desk.tick()
    desk.command(1, 1, 0x02)
    [second] = desk.send(b"\x04\x01")
    assert (first[2], second[2]) == (0x12, 0x11)


def test_hello_in_mid_session_sends_every_kept_event_again_from_sequence_1(desk: Desk) -> None:
    desk.hello()
    for _ in range(3):
        desk.event()
    desk.tick()
    desk.send(b"\x04\x01")
    desk.send(b"\x04\x02")
    desk.send(bytes([3, 1, 0x13]) + (1).to_bytes(4, "big"))
    welcome, first = desk.hello(session=7)
    assert welcome[11:19] == (2).to_bytes(4, "big") + (4).to_bytes(4, "big")
    assert (first[1], first[3:7]) == (1, (2).to_bytes(4, "big"))


def test_directly_after_welcome_no_number_is_just_before_1(desk: Desk) -> None:
    desk.hello()
    assert desk.command(255, 1, 0x02) == [b"\x07\x00\x03"]


def test_a_ping_before_hello_or_on_a_link_that_is_down_is_rejected(desk: Desk) -> None:
    assert desk.send(b"\x05\x09") == [b"\x07\x00\x02"]
    desk.hello()
    desk.wait(4000)
    assert desk.send(b"\x05\x09") == [b"\x07\x00\x02"]
    assert not desk.link.up


def test_a_ping_is_answered_with_its_token(desk: Desk) -> None:
    desk.hello()
    assert desk.send(b"\x05\x09") == [b"\x06\x09"]


def test_who_has_nothing_to_say_pings_every_second(desk: Desk) -> None:
    desk.hello()
    assert kinds(desk.wait(999)) == []
    assert kinds(desk.wait(2)) == [5]
    assert kinds(desk.wait(1000)) == [5]


def test_three_silent_heartbeats_are_a_lost_host(desk: Desk) -> None:
    desk.hello()
    desk.wait(2999)
    assert desk.link.up
    desk.wait(2)
    assert not desk.link.up
    assert desk.machine.hosts == ["found", "lost"]
    assert desk.wait(60_000) == []


def test_noise_is_no_sign_of_life_and_a_late_host_is_welcome(desk: Desk) -> None:
    desk.hello()
    for _ in range(40):
        desk.wait(100)
        desk.link.receive(b"\x55\x00\x12\x00", desk.now_ms)
    assert not desk.link.up
    assert desk.link.frames_dropped == 80
    assert kinds(desk.hello(session=8)) == [2]
    assert desk.machine.hosts == ["found", "lost", "found"]


def test_opening_the_port_flushes_noise_with_a_zero(desk: Desk) -> None:
    desk.link.open()
    assert desk.link.take_output() == b"\0"


def test_frames_of_a_host_that_make_no_sense_are_ignored(desk: Desk) -> None:
    assert desk.send(b"\x01\x00\x01") == []
    assert desk.send(b"\x42\x00") == []
    assert desk.send(b"\x04\x01") == []
