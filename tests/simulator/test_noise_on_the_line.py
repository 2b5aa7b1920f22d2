"""The two rules that carry everything else, on any bad line: a command never acts twice, an event is never lost."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from simulator.events import EventStore
from simulator.faults import FaultScript, LineRates
from simulator.link import Nameplate
from simulator.rig import Rig, Setup
from simulator.wire import Deframer, frame
from tests.simulator.bench import JOB, TEMPLATE, FakeCamera, FakeStacks, name, sheets_of
from tests.simulator.host import load_job, queue_piece

_STEP_MS = 20.0
_GIVE_UP_MS = 600_000.0


@dataclass
class PatientHost:
    """A host in virtual time that sends its commands one after another and journals what it is told."""

    rig: Rig
    commands: list[tuple[int, bytes]]
    now_ms: float = 0.0
    session: int = 0
    up: bool = False
    hello_ms: float = -1e9
    heard_ms: float = 0.0
    seq: int = 1
    expected: int = 1
    delivered: int | None = None
    outbox: list[bytes] = field(default_factory=list)
    sends: int = 0
    sent_ms: float = -1e9
    asked_ms: float = -1e9
    done: int = 0
    journal: list[int] = field(default_factory=list)
    line: Deframer = field(default_factory=Deframer)

    def send(self, payload: bytes) -> None:
        self.rig.receive(frame(payload), self.now_ms)

    def start_over(self) -> None:
        if self.now_ms - self.hello_ms < 500:
            return
        self.up, self.hello_ms = False, self.now_ms
        self.session += 1
        self.send(bytes([1, 0, 1, 1]) + struct.pack(">I", self.session))

    def turn(self) -> None:
        """20 ms pass."""
        self.now_ms += _STEP_MS
        while self.rig.machine.step(self.now_ms):
            pass
        for payload in self.line.feed(self.rig.tick(self.now_ms)):
            self.take(payload)
        if not self.up or self.now_ms - self.heard_ms > 3000:
            self.start_over()
        elif self.outbox and self.now_ms - self.sent_ms >= 300:
            self.sends += 1
            if self.sends > 6:
                self.up = False
            else:
                self.sent_ms = self.now_ms
                self.send(bytes([3, self.seq]) + self.outbox[0])
        elif not self.outbox and self.done < len(self.commands) and self.now_ms - self.asked_ms >= 2000:
            self.asked_ms = self.now_ms
            opcode, arguments = self.commands[self.done]
            self.outbox.append(b"\x10" + struct.pack(">QB", 1000 + self.done, opcode) + arguments)
        else:
            self.send(b"\x05\x00")

    def take(self, payload: bytes) -> None:
        link_type, seq, body = payload[0], payload[1], payload[2:]
        if link_type == 2 and int.from_bytes(body[5:9], "big") == self.session and not self.up:
            self.up, self.seq, self.expected, self.delivered = True, 1, 1, None
            self.outbox.clear()
            self.sends, self.sent_ms, self.asked_ms = 0, -1e9, -1e9
        elif link_type == 7:
            self.up = False
        elif self.up and link_type == 3:
            self.data(seq, body)
        elif self.up and link_type == 4 and self.outbox and seq == self.seq:
            self.outbox.pop(0)
            self.seq, self.sends, self.sent_ms = self.seq % 255 + 1, 0, -1e9
        self.heard_ms = self.now_ms

    def data(self, seq: int, body: bytes) -> None:
        if seq == self.expected:
            self.expected, self.delivered = seq % 255 + 1, seq
            self.send(bytes([4, seq]))
            self.message(body)
        elif seq == self.delivered:
            self.send(bytes([4, seq]))
        else:
            self.up = False

    def message(self, body: bytes) -> None:
        if body[0] == 0x11 and self.done < len(self.commands):
            if int.from_bytes(body[1:9], "big") == 1000 + self.done:
                assert body[9] == 0, body
                self.done, self.asked_ms = self.done + 1, -1e9
        elif body[0] == 0x12:
            number = int.from_bytes(body[1:5], "big")
            if number == (self.journal[-1] if self.journal else 0) + 1:
                self.journal.append(number)
            self.outbox.append(b"\x13" + struct.pack(">I", len(self.journal)))


@given(rates=st.builds(LineRates, *[st.sampled_from([0.0, 0.002, 0.01])] * 3), seed=st.integers(0, 10_000))
def test_no_command_acts_twice_and_no_event_is_lost_on_a_bad_line(rates: LineRates, seed: int) -> None:
    sizes = [1, 2, 1]
    stack = sheets_of(sizes)
    setup = Setup(
        Nameplate(boot_id=1),
        FakeStacks({JOB: FakeCamera(stack, range(1, 5))}),
        seed=seed,
        faults=FaultScript("noise", line=rates),
    )
    rig = Rig(setup)
    commands = [(0x04, load_job(JOB, 3, 4, TEMPLATE))]
    commands += [(0x05, queue_piece(order, name(order), size)) for order, size in enumerate(sizes, 1)]
    host = PatientHost(rig, [*commands, (0x08, b"")])
    while not finished(host, rig.events) and host.now_ms < _GIVE_UP_MS:
        host.turn()
        if host.done == len(host.commands) and not rig.machine.moving:
            host.commands += [(0x0D, b""), (0x08, b"")]  # the machine took the host for lost
    # A queue_piece done twice would have been refused, and every reply must say done.
    assert host.done >= 5
    assert host.journal == list(range(1, rig.events.following))
    assert rig.machine.path.tally.stacked == 3


def finished(host: PatientHost, events: EventStore) -> bool:
    stacked = host.rig.machine.path.tally.stacked == 3
    return stacked and host.done == len(host.commands) and events.oldest == events.following
