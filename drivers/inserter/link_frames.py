"""What stands in the frames of the link layer: type, sequence and body (docs/protocols/native.md, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from drivers.inserter.framing import MAX_PAYLOAD
from drivers.inserter.wire import FieldReader, MalformedMessage, put_unsigned

OLDEST_VERSION, NEWEST_VERSION = 1, 2
MAX_MESSAGE = MAX_PAYLOAD - 2
"""Bytes of the longest message: a payload without type and sequence."""

_REJECT_BODY = 1
_ACK_BODY = 2


class FrameType(IntEnum):
    HELLO = 0x01
    WELCOME = 0x02
    DATA = 0x03
    ACK = 0x04
    PING = 0x05
    PONG = 0x06
    REJECT = 0x07


class Reject(IntEnum):
    NO_COMMON_VERSION = 1
    NOT_IDENTIFIED = 2
    SEQUENCE_LOST = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """`sequence` is the number of DATA and ACK, the token of PING and PONG, 0 otherwise. `beyond` of an ACK tells what
    came after a gap, bit 0 = `sequence` + 2."""

    type: FrameType
    sequence: int
    body: bytes

    @property
    def beyond(self) -> int:
        return int.from_bytes(self.body, "big")


@dataclass(frozen=True, slots=True)
class Welcome:
    """How the machine introduces itself. `boot_id` is random per power-up; events `oldest_event` … `next_event` − 1
    are kept and will be sent again."""

    protocol: int
    boot_id: int
    host_session: int
    oldest_event: int
    next_event: int
    heartbeat_ms: int
    remembered_replies: int
    model: str
    firmware: str


def hello_payload(session: int, oldest: int = OLDEST_VERSION, newest: int = NEWEST_VERSION) -> bytes:
    """HELLO that offers the versions from `oldest` to `newest`."""
    return bytes([FrameType.HELLO, 0, oldest, newest]) + put_unsigned(4, session, "host_session")


def read_frame(payload: bytes) -> Frame:
    """MalformedMessage: an unknown type, a body where none belongs or an unknown reason of a REJECT."""
    try:
        kind = FrameType(payload[0])
    except ValueError as error:
        raise MalformedMessage(f"unknown frame type {payload[0]:02X}") from error
    body = payload[2:]
    if (kind in _BODILESS and body) or (kind is FrameType.ACK and len(body) not in (0, _ACK_BODY)):
        raise MalformedMessage(f"{kind.name} with a body of {len(body)} bytes")
    if kind is FrameType.REJECT and (len(body) != _REJECT_BODY or body[0] not in set(Reject)):
        raise MalformedMessage("REJECT with an unknown reason")
    return Frame(kind, payload[1], body)


_BODILESS = frozenset({FrameType.PING, FrameType.PONG})


def read_welcome(body: bytes) -> Welcome:
    """MalformedMessage: too short, too long, another version than offered, or events counted backwards."""
    fields = FieldReader(body)
    welcome = Welcome(
        protocol=fields.u8(),
        boot_id=fields.u32(),
        host_session=fields.u32(),
        oldest_event=fields.u32(),
        next_event=fields.u32(),
        heartbeat_ms=fields.u16(),
        remembered_replies=fields.u8(),
        model=fields.str8(),
        firmware=fields.str8(),
    )
    fields.end()
    if not OLDEST_VERSION <= welcome.protocol <= NEWEST_VERSION:
        raise MalformedMessage(f"version {welcome.protocol} was never offered")
    if not 1 <= welcome.oldest_event <= welcome.next_event:
        raise MalformedMessage("the oldest event lies after the next one")
    return welcome
