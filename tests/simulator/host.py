"""A tiny host, written from docs/protocols/native.md with other people's COBS and CRC and nothing of the simulator."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
import tty
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cobs import cobs
from crccheck.crc import CrcX25

DONE, REFUSED = 0, 1
PATIENCE_S = 60.0


def text(value: str) -> bytes:
    return bytes([len(value.encode())]) + value.encode()


def frame(payload: bytes) -> bytes:
    encoded: bytes = cobs.encode(payload + struct.pack("<H", CrcX25.calc(payload)))
    return encoded + b"\0"


def unframe(data: bytes) -> bytes | None:
    try:
        plain: bytes = cobs.decode(data)
    except cobs.DecodeError:
        return None
    if len(plain) < 4 or CrcX25.calc(plain[:-2]) != int.from_bytes(plain[-2:], "little"):
        return None
    return plain[:-2]


@dataclass
class Host:
    """One connection. `events` holds (number, type, arguments) in the order of arrival, each number once."""

    url: str
    session: int = 0xA1B2C3D4
    events: list[tuple[int, int, bytes]] = field(default_factory=list)
    replies: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    welcome: bytes = b""
    rejects: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.url.startswith("socket://"):
            parts = urlsplit(self.url)
            self._socket: socket.socket | None = socket.create_connection((parts.hostname or "", parts.port or 0))
            self._fd = self._socket.fileno()
        else:
            self._socket = None
            self._fd = os.open(self.url, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self._fd)
        self._buffer = b""
        self._counter = 0
        self._restart()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        else:
            os.close(self._fd)

    def _restart(self) -> None:
        self._seq, self._expected = 1, 1
        self._unacked: bytes | None = None

    # Link.

    def send(self, payload: bytes) -> None:
        os.write(self._fd, frame(payload))

    def connect(self, session: int | None = None) -> Host:
        """HELLO every 500 ms until the WELCOME that echoes our session."""
        self.session = self.session if session is None else session
        self.welcome = b""
        self._restart()
        os.write(self._fd, b"\0")
        give_up = time.monotonic() + PATIENCE_S
        while not self.welcome:
            assert time.monotonic() < give_up, "no WELCOME"
            self.send(bytes([1, 0, 1, 1]) + struct.pack(">I", self.session))
            self.listen(0.5, until=lambda: bool(self.welcome))
        return self

    @property
    def boot(self) -> int:
        return int.from_bytes(self.welcome[1:5], "big")

    @property
    def next_event(self) -> int:
        return int.from_bytes(self.welcome[13:17], "big")

    def listen(self, seconds: float, until: object = None) -> None:
        """Take what comes for so long, or until `until()` is true."""
        end = time.monotonic() + seconds
        while not (callable(until) and until()):
            left = end - time.monotonic()
            if left <= 0:
                return
            if not select.select([self._fd], [], [], left)[0]:
                return
            data = os.read(self._fd, 4096)
            if not data:
                return
            *frames, self._buffer = (self._buffer + data).split(b"\0")
            for encoded in frames:
                payload = unframe(encoded) if encoded else None
                if payload is not None:
                    self._take(payload)

    def _take(self, payload: bytes) -> None:
        link_type, seq, body = payload[0], payload[1], payload[2:]
        if link_type == 2 and int.from_bytes(body[5:9], "big") == self.session and not self.welcome:
            self.welcome = body
        elif link_type == 7:
            self.rejects.append(body[0])
        elif not self.welcome:
            return
        elif link_type == 3:
            if seq == self._expected:
                self._expected = seq % 255 + 1
                self._deliver(body)
                self.send(bytes([4, seq]))
            elif seq == (self._expected - 2) % 255 + 1:
                self.send(bytes([4, seq]))
        elif link_type == 4 and self._unacked is not None and seq == self._seq:
            self._unacked = None
            self._seq = self._seq % 255 + 1
        elif link_type == 5:
            self.send(bytes([6, seq]))

    def _deliver(self, body: bytes) -> None:
        if body[0] == 0x11:
            self.replies[int.from_bytes(body[1:9], "big")] = (body[9], body[10:])
        elif body[0] == 0x12:
            number = int.from_bytes(body[1:5], "big")
            if number not in {event[0] for event in self.events}:
                self.events.append((number, body[9], body[10:]))

    def data(self, body: bytes) -> None:
        """One DATA, sent again every 300 ms until its ACK."""
        self._unacked = bytes([3, self._seq]) + body
        for _ in range(6):
            self.send(self._unacked)
            self.listen(0.3, until=lambda: self._unacked is None)
            if self._unacked is None:
                return
        self.connect()
        self.data(body)

    # Messages.

    def command(self, opcode: int, arguments: bytes = b"", *, command_id: int | None = None) -> tuple[int, bytes]:
        """(status, results) of a command, asked again with the same id until there is a reply."""
        if command_id is None:
            self._counter += 1
            command_id = self.session << 32 | self._counter
        give_up = time.monotonic() + PATIENCE_S
        self.replies.pop(command_id, None)
        while command_id not in self.replies:
            assert time.monotonic() < give_up, "no REPLY"
            self.data(b"\x10" + struct.pack(">QB", command_id, opcode) + arguments)
            self.listen(2.0, until=lambda: command_id in self.replies)
        return self.replies[command_id]

    def acknowledge(self, up_to: int) -> None:
        self.data(b"\x13" + struct.pack(">I", up_to))

    def outcomes(self) -> dict[str, tuple[int, int]]:
        """piece -> (outcome, reason)."""
        found = {}
        for _, event_type, arguments in self.events:
            if event_type == 5:
                length = arguments[0]
                outcome, _, reason = struct.unpack_from(">BHH", arguments, 2 + length)
                found[arguments[1 : 1 + length].decode()] = (outcome, reason)
        return found

    def wait_for(self, reached: object, seconds: float = PATIENCE_S) -> None:
        """Listen until `reached()`, acknowledging what came as a journal would that commits once in a while."""
        end = time.monotonic() + seconds
        assert callable(reached)
        while not reached():
            assert time.monotonic() < end, f"waited in vain; {len(self.events)} events, last {self.events[-3:]}"
            self.listen(0.1, until=reached)
            if self.events:
                self.acknowledge(max(number for number, _, _ in self.events))


def load_job(job: str, pieces: int, sheets: int, template: str) -> bytes:
    return text(job) + struct.pack(">II", pieces, sheets) + text("C5") + b"\x01" + text("quadient") + text(template)


def queue_piece(order: int, piece: str, sheets: int, *, copy: int = 1, selects: int = 0, flags: int = 0) -> bytes:
    return struct.pack(">I", order) + text(piece) + struct.pack(">BHHB", copy, sheets, selects, flags)
