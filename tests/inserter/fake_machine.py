"""A scripted machine for the driver's tests, written from docs/protocols/native.md with others' COBS and CRC.

Sans-I/O: the tests carry its bytes over a virtual line, a pseudo terminal or TCP.
"""

from __future__ import annotations

import struct
from collections import OrderedDict, deque
from collections.abc import Callable

from cobs import cobs
from crccheck.crc import CrcX25

HELLO, WELCOME, DATA, ACK, PING, PONG, REJECT = range(1, 8)
COMMAND, REPLY, EVENT, EVENT_ACK = 0x10, 0x11, 0x12, 0x13
IDENTIFY, STATUS, POSITIONS, LOAD_JOB, QUEUE_PIECE, CANCEL, CYCLE_UP, START = range(1, 9)
STOP, HALT, CLEAR_PATH, DIVERT, RESET, REPLAY, END_JOB = range(9, 16)


def frame_of(payload: bytes) -> bytes:
    return bytes(cobs.encode(payload + struct.pack("<H", CrcX25.calc(payload)))) + b"\0"


def text(value: str) -> bytes:
    raw = value.encode()
    return bytes([len(raw)]) + raw


def state_changed(state: int, fault: int = 0) -> bytes:
    return struct.pack(">BBH", 1, state, fault)


def sheet_scanned(piece: str, copy: int, sheet: int, of: int) -> bytes:
    return b"\x02" + text(piece) + struct.pack(">BHH", copy, sheet, of) + text(f"{piece}{sheet}") + bytes(4)


def piece_outcome(piece: str, copy: int, outcome: int, sheets: int = 1) -> bytes:
    return b"\x05" + text(piece) + struct.pack(">BBHHI", copy, outcome, sheets, 0, 1)


def supply(station: int, level: int) -> bytes:
    return bytes([8, station, level])


class FakeLink:
    """The machine's side of the link layer: one DATA outstanding, resend, heartbeat, REJECT."""

    def __init__(self, boot_id: int, heartbeat_ms: int = 1000) -> None:
        self.boot_id = boot_id
        self.heartbeat_ms = heartbeat_ms
        self.hellos: list[int] = []
        self.deaf = False
        self._noise = bytearray()
        self._out = bytearray()
        self._up = False
        self._expected, self._next = 1, 1
        self._queue: deque[bytes] = deque()
        self._outstanding: tuple[int, bytes] | None = None
        self._sends, self._resend_at = 0, 0.0
        self._heard = self._sent = 0.0

    def receive(self, data: bytes, now: float) -> None:
        if self.deaf:
            return
        *ended, rest = (bytes(self._noise) + data).split(b"\0")
        self._noise = bytearray(rest[:2000])
        for segment in ended:
            payload = self._payload(segment)
            if payload is not None:
                self._heard = now
                self._frame(payload, now)

    def tick(self, now: float) -> None:
        if self.deaf or not self._up:
            return
        if now - self._heard >= 3 * self.heartbeat_ms / 1000:
            self.link_down()
            return
        if self._outstanding and now >= self._resend_at:
            if self._sends >= 6:
                self.link_down()
                return
            self._sends += 1
            self._resend_at = now + 0.3
            self._put(self._outstanding[1], now)
        self._push(now)
        if now - self._sent >= self.heartbeat_ms / 1000:
            self._put(bytes([PING, 7]), now)

    def take_output(self) -> bytes:
        taken, self._out = bytes(self._out), bytearray()
        return taken

    def say(self, message: bytes, *, first: bool = False) -> None:
        if self._up and first:
            self._queue.appendleft(message)
        elif self._up:
            self._queue.append(message)

    def link_down(self) -> None:
        self._up = False
        self._queue.clear()
        self._outstanding = None

    # for subclasses
    def greeted(self) -> None:
        """A HELLO was answered."""

    def delivered(self, message: bytes) -> None:
        """A message of the host arrived."""

    def event_range(self) -> tuple[int, int]:
        return 1, 1

    def _payload(self, segment: bytes) -> bytes | None:
        if not segment:
            return None
        try:
            decoded = cobs.decode(segment)
        except cobs.DecodeError:
            return None
        payload = decoded[:-2]
        good = len(payload) >= 2 and struct.pack("<H", CrcX25.calc(payload)) == decoded[-2:]
        return payload if good else None

    def _frame(self, payload: bytes, now: float) -> None:
        kind, sequence = payload[0], payload[1]
        if kind == HELLO:
            self._hello(payload, now)
        elif not self._up:
            self._put(bytes([REJECT, 0, 2]), now)
        elif kind == DATA:
            self._data(sequence, payload[2:], now)
        elif kind == ACK and self._outstanding and self._outstanding[0] == sequence:
            self._outstanding = None
            self._push(now)
        elif kind == PING:
            self._put(bytes([PONG, sequence]), now)

    def _hello(self, payload: bytes, now: float) -> None:
        session = struct.unpack(">I", payload[4:8])[0]
        self.hellos.append(session)
        self.link_down()
        self._up = True
        self._expected, self._next = 1, 1
        body = struct.pack(">BIIIIHB", 1, self.boot_id, session, *self.event_range(), self.heartbeat_ms, 64)
        self._put(bytes([WELCOME, 0]) + body + text("SIM-1") + text("0.1"), now)
        self.greeted()
        self._push(now)

    def _data(self, sequence: int, message: bytes, now: float) -> None:
        if sequence == self._expected:
            self._expected = sequence % 255 + 1
            self._put(bytes([ACK, sequence]), now)
            self.delivered(message)
            self._push(now)
        elif sequence == (self._expected - 2) % 255 + 1:
            self._put(bytes([ACK, sequence]), now)
        else:
            self._put(bytes([REJECT, 0, 3]), now)

    def _push(self, now: float) -> None:
        if self._outstanding is None and self._queue:
            payload = bytes([DATA, self._next]) + self._queue.popleft()
            self._outstanding = (self._next, payload)
            self._next = self._next % 255 + 1
            self._sends, self._resend_at = 1, now + 0.3
            self._put(payload, now)

    def _put(self, payload: bytes, now: float) -> None:
        self._out += frame_of(payload)
        self._sent = now


class FakeMachine(FakeLink):
    """Remembers replies, keeps events until acknowledged. What it should do wrong is set from outside:

    refusals      opcode → (fault, text): refuse those commands
    mute          opcodes that act but whose reply is not sent as often as counted here
    deaf_to       opcodes that vanish without acting, as often as counted here
    before_reply  called with (opcode) after acting and before replying
    skip          event numbers that are never sent of themselves, only when asked for by replay_events
    gone          event numbers that are never sent at all
    replies_first whether replies overtake events that wait to be sent
    spoil         event number → message sent in its place
    """

    def __init__(self, boot_id: int = 0xB0071D, heartbeat_ms: int = 1000) -> None:
        super().__init__(boot_id, heartbeat_ms)
        self.acted: list[tuple[int, int, bytes]] = []
        self.event_acks: list[int] = []
        self.refusals: dict[int, tuple[int, str]] = {}
        self.mute: dict[int, int] = {}
        self.deaf_to: dict[int, int] = {}
        self.before_reply: Callable[[int], None] = lambda _: None
        self.skip: set[int] = set()
        self.gone: set[int] = set()
        self.replies_first = False
        self.spoil: dict[int, bytes] = {}
        self.state = 2
        self.seen_boots = [boot_id]
        self._replies: OrderedDict[int, bytes] = OrderedDict()
        self._events: dict[int, bytes] = {}
        self._next_event = 1

    @property
    def kept(self) -> list[int]:
        return list(self._events)

    def opcodes(self) -> list[int]:
        """What was done, apart from the status that every link begins with."""
        return [opcode for _, opcode, _ in self.acted if opcode not in (STATUS, REPLAY)]

    def emit(self, body: bytes) -> int:
        number = self._next_event
        self._next_event += 1
        if body[0] == 1:
            self.state = body[1]
        self._events[number] = bytes([EVENT]) + struct.pack(">II", number, number * 10) + body
        if number not in self.skip:
            self._say_event(number)
        return number

    def reboot(self, boot_id: int) -> None:
        self.boot_id = boot_id
        self.seen_boots.append(boot_id)
        self.link_down()
        self._out.clear()
        self._replies.clear()
        self._events.clear()
        self._next_event = 1

    def event_range(self) -> tuple[int, int]:
        return (min(self._events, default=self._next_event), self._next_event)

    def greeted(self) -> None:
        for number in self._events:
            if number not in self.skip:
                self._say_event(number)

    def delivered(self, message: bytes) -> None:
        if message[0] == EVENT_ACK:
            up_to = struct.unpack(">I", message[1:])[0]
            self.event_acks.append(up_to)
            self._events = {number: event for number, event in self._events.items() if number > up_to}
        elif message[0] == COMMAND:
            command_id, opcode = struct.unpack(">QB", message[1:10])
            self._command(command_id, opcode, message[10:])

    def _say_event(self, number: int) -> None:
        if number not in self.gone:
            self.say(self.spoil.get(number, self._events[number]))

    def _command(self, command_id: int, opcode: int, arguments: bytes) -> None:
        if self.deaf_to.get(opcode, 0):
            self.deaf_to[opcode] -= 1
            return
        if command_id not in self._replies:
            boot = self.boot_id
            reply = self._act(command_id, opcode, arguments)
            self.before_reply(opcode)
            if self.boot_id != boot:
                return
            self._replies[command_id] = reply
            while len(self._replies) > 64:
                self._replies.popitem(last=False)
        if self.mute.get(opcode, 0):
            self.mute[opcode] -= 1
        else:
            self.say(self._replies[command_id], first=self.replies_first)

    def _act(self, command_id: int, opcode: int, arguments: bytes) -> bytes:
        head = bytes([REPLY]) + struct.pack(">Q", command_id)
        if opcode in self.refusals:
            fault, words = self.refusals[opcode]
            return head + struct.pack(">BH", 1, fault) + text(words)
        self.acted.append((command_id, opcode, arguments))
        if opcode == REPLAY:
            first = struct.unpack(">I", arguments)[0]
            for number in self._events:
                if number >= first:
                    self._say_event(number)
        return head + b"\0" + self._results(opcode)

    def _results(self, opcode: int) -> bytes:
        if opcode == IDENTIFY:
            return text("SIM-1") + text("0001") + bytes([8, 1, 2, 3, 20, 21, 22, 30, 31])
        if opcode == STATUS:
            return struct.pack(">BH", self.state, 0) + text("R000001-B01") + struct.pack(">HHIII", 1, 2, 3, 4, 5)
        if opcode == POSITIONS:
            return bytes([1, 3]) + text("P1") + struct.pack(">BH", 1, 3)
        if opcode == QUEUE_PIECE:
            return struct.pack(">H", 63)
        if opcode == CLEAR_PATH:
            return struct.pack(">H", 2)
        if opcode == END_JOB:
            return struct.pack(">7I", *range(1, 8))
        return b""
