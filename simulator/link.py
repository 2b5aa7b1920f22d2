"""The machine's end of the link layer (docs/protocols/native.md, section 3). No port, no clock: bytes and times in,
bytes out.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Protocol

from simulator.codec import pack, unpack, unpack_head
from simulator.errors import Malformed
from simulator.events import EventStore
from simulator.messages import (
    COMMANDS,
    Answer,
    Command,
    CommandHead,
    EventAck,
    Hello,
    MalformedText,
    Refused,
    ReplyHead,
    UnknownOpcode,
    Welcome,
)
from simulator.window import Incoming, Outgoing
from simulator.wire import Deframer, frame
from simulator.words import Kind, LinkType, Status

PROTOCOLS = (1, 2)
HEARTBEAT_MS = 1000
REMEMBERED_REPLIES = 64
_MASK_BYTES = 2
_NO_COMMON_VERSION, _NOT_IDENTIFIED, _SEQUENCE_LOST = 1, 2, 3


class Controller(Protocol):
    """What the link serves."""

    def obey(self, command: Command) -> Answer:
        """Carry out one command, at once."""

    def host_lost(self) -> None:
        """The link is down."""

    def host_found(self) -> None:
        """A host has identified itself."""


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What the machine says of itself. `boot_id` is to differ at each power-up; `protocols` are the versions it
    speaks."""

    boot_id: int
    model: str = "SIM-1"
    serial: str = "0001"
    firmware: str = "0.1"
    protocols: tuple[int, ...] = PROTOCOLS


@dataclass(slots=True)
class LinkCounts:
    """Health of the line as the machine sees it."""

    resent: int = 0
    repeated: int = 0
    rejected: int = 0


class Link:
    """One connection after another with a host. Times are milliseconds of any one steady clock."""

    def __init__(self, controller: Controller, events: EventStore, nameplate: Nameplate) -> None:
        self._controller = controller
        self._events = events
        self._plate = nameplate
        self._deframer = Deframer()
        self._out = bytearray()
        self._replies: deque[bytes] = deque()
        self._remembered: OrderedDict[int, bytes] = OrderedDict()
        self.counts = LinkCounts()
        self.up = False
        self._sent = Outgoing(PROTOCOLS[0])
        self._got = Incoming(PROTOCOLS[0])
        self._heard_ms = 0.0
        self._sent_ms = 0.0
        self._token = 0

    @property
    def frames_dropped(self) -> int:
        return self._deframer.dropped

    def open(self) -> None:
        """The port was opened: flush what noise may lie on the line."""
        self._out += b"\0"

    def take_output(self) -> bytes:
        """The bytes to send now; they are given once."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def next_due_ms(self) -> float | None:
        """When `tick` is next needed, or None while no host is known."""
        if not self.up:
            return None
        due = min(self._sent_ms + HEARTBEAT_MS, self._heard_ms + 3 * HEARTBEAT_MS)
        resend_ms = self._sent.due_ms()
        return due if resend_ms is None else min(due, resend_ms)

    def receive(self, data: bytes, now_ms: float) -> None:
        for payload in self._deframer.feed(data):
            self._heard_ms = now_ms
            self._dispatch(payload, now_ms)

    def tick(self, now_ms: float) -> None:
        """Send what is due: messages that wait, resends, heartbeats; notice a lost host."""
        if not self.up:
            return
        if now_ms - self._heard_ms >= 3 * HEARTBEAT_MS:
            self.lost()
            return
        if self._sent.hopeless(now_ms):
            self.lost()
            return
        late = self._sent.late(now_ms)
        if late is not None:
            self._resend([late], now_ms)
        self._next_messages(now_ms)
        if now_ms - self._sent_ms >= HEARTBEAT_MS:
            self._token = (self._token + 1) % 256
            self._send(LinkType.PING, self._token, b"", now_ms)

    def lost(self) -> None:
        """The host is gone (or its port was closed): nothing more is sent until its HELLO."""
        if self.up:
            self.up = False
            self._forget(PROTOCOLS[0])
            self._controller.host_lost()

    def _forget(self, protocol: int) -> None:
        self._replies.clear()
        self._sent, self._got = Outgoing(protocol), Incoming(protocol)
        self._events.rewind()

    def _dispatch(self, payload: bytes, now_ms: float) -> None:
        link_type, seq, body = payload[0], payload[1], payload[2:]
        if link_type == LinkType.HELLO:
            self._hello(body, now_ms)
        elif link_type == LinkType.DATA:
            self._data(seq, body, now_ms)
        elif link_type == LinkType.ACK:
            self._ack(seq, body, now_ms)
        elif link_type == LinkType.PING and not self.up:
            self._reject(_NOT_IDENTIFIED, now_ms)
        elif link_type == LinkType.PING:
            self._send(LinkType.PONG, seq, b"", now_ms)

    def _hello(self, body: bytes, now_ms: float) -> None:
        try:
            hello = unpack(Hello, body)
        except Malformed:
            return
        common = [version for version in self._plate.protocols if hello.protocol_min <= version <= hello.protocol_max]
        if not common:
            self._reject(_NO_COMMON_VERSION, now_ms)
            return
        protocol = max(common)
        self._forget(protocol)
        plate, events = self._plate, self._events
        welcome = Welcome(
            protocol,
            plate.boot_id,
            hello.host_session,
            events.oldest,
            events.following,
            HEARTBEAT_MS,
            REMEMBERED_REPLIES,
            plate.model,
            plate.firmware,
        )
        self._send(LinkType.WELCOME, 0, pack(welcome), now_ms)
        self.up = True
        self._controller.host_found()
        self._next_messages(now_ms)

    def _data(self, seq: int, body: bytes, now_ms: float) -> None:
        if not self.up:
            self._reject(_NOT_IDENTIFIED, now_ms)
            return
        before = self._got.repeated
        messages = self._got.receive(seq, body)
        if messages is None:
            self._reject(_SEQUENCE_LOST, now_ms)
            return
        self.counts.repeated += self._got.repeated - before
        whole, mask = self._got.report()
        self._send(LinkType.ACK, whole, mask, now_ms)
        for message in messages:
            self._deliver(message)
        self._next_messages(now_ms)

    def _ack(self, seq: int, body: bytes, now_ms: float) -> None:
        if not self.up or len(body) not in (0, _MASK_BYTES):
            return
        self._resend(self._sent.confirmed(seq, int.from_bytes(body, "big"), now_ms), now_ms)
        self._next_messages(now_ms)

    def _deliver(self, message: bytes) -> None:
        try:
            if message[:1] == bytes([Kind.COMMAND]):
                self._command(message)
            elif message[:1] == bytes([Kind.EVENT_ACK]):
                self._events.acknowledge(unpack(EventAck, message).up_to)
        except Malformed:
            return  # no command id to answer to; the host's own clock finds out

    def _command(self, message: bytes) -> None:
        head, start = unpack_head(CommandHead, message)
        reply = self._remembered.get(head.command_id)
        if reply is None:
            answer = self._answer(head.opcode, message[start:])
            reply = pack(ReplyHead(Kind.REPLY, head.command_id, _status(answer))) + pack(answer)
            self._remembered[head.command_id] = reply
            if len(self._remembered) > REMEMBERED_REPLIES:
                self._remembered.popitem(last=False)
        self._replies.append(reply)

    def _answer(self, opcode: int, arguments: bytes) -> Answer:
        cls = COMMANDS.get(opcode)
        if cls is None:
            return UnknownOpcode()
        try:
            command = unpack(cls, arguments)
        except Malformed as error:
            return MalformedText(error.message)
        return self._controller.obey(command)

    def _next_messages(self, now_ms: float) -> None:
        """Replies go first: the host waits for them by the clock, and for events as long as it takes."""
        while self.up and self._sent.free:
            message = self._replies.popleft() if self._replies else self._events.take()
            if message is None:
                return
            seq, body = self._sent.send(message, now_ms)
            self._send(LinkType.DATA, seq, body, now_ms)

    def _resend(self, lost: list[tuple[int, bytes]], now_ms: float) -> None:
        for seq, body in lost:
            self.counts.resent += 1
            self._send(LinkType.DATA, seq, body, now_ms)

    def _reject(self, reason: int, now_ms: float) -> None:
        self.counts.rejected += 1
        self._send(LinkType.REJECT, 0, bytes([reason]), now_ms)

    def _send(self, link_type: LinkType, seq: int, body: bytes, now_ms: float) -> None:
        self._out += frame(bytes([link_type, seq]) + body)
        self._sent_ms = now_ms


def _status(answer: Answer) -> Status:
    if isinstance(answer, Refused):
        return Status.REFUSED
    if isinstance(answer, MalformedText):
        return Status.MALFORMED
    return Status.UNKNOWN_OPCODE if isinstance(answer, UnknownOpcode) else Status.DONE
