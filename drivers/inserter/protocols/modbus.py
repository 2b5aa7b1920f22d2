"""The register map of docs/protocols/modbus.md ↔ messages, and its requests and answers by pymodbus' framer and PDUs.

Every exchange is one request of function 17 hex (write, then read) and its answer. It writes the control block, which
begins with a token, and reads one view, which begins with the same token: no answer can be taken for another one's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse
from pymodbus.pdu.register_message import ReadWriteMultipleRegistersRequest, ReadWriteMultipleRegistersResponse

from drivers.inserter.framing import FrameCounters
from drivers.inserter.protocols.native import EVENT, REPLY
from drivers.inserter.wire import FieldReader, MalformedMessage

SIGNATURE = 0x4D52
VERSION = 1
MOST_REGISTERS = 125
"""A read of more would not fit a Modbus frame."""

NOT_YET = 0xFFFF
"""The status of a command that is still under way."""

REQUEST_OVERHEAD_BYTES = 13
ANSWER_OVERHEAD_BYTES = 5
EVENT_HEADER_REGISTERS = 6
LONGEST_ARGUMENTS_BYTES = 216

_FUNCTION = 0x17
_CONTROL = 0x0100
_COLLECTED_MOST_BYTES = 512
_REPLY_HEADER_REGISTERS = 7
_MODEL_BYTES, _FIRMWARE_BYTES = 32, 16


class View(IntEnum):
    """Where a view begins."""

    EVENTS = 0x0000
    REPLY = 0x0200
    IDENTITY = 0x0300


IDENTITY_REGISTERS = 35
"""From the token to the firmware's name."""

SHORT_REPLY_REGISTERS = 15
"""Of the reply view: enough for most replies. One that is longer is read again, as far as it goes."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A command as it is laid into the mailbox: that of a COMMAND message."""

    command_id: int
    opcode: int
    arguments: bytes


@dataclass(frozen=True, slots=True)
class Control:
    """What the host writes: `wanted` is the number of the first event to be shown, `acknowledged` that of the last one
    in the journal. Boot id 0 is none: only the token counts."""

    token: int
    boot_id: int = 0
    wanted: int = 0
    acknowledged: int = 0
    mailbox: Mailbox | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What the machine says of itself."""

    signature: int
    version: int
    boot_id: int
    oldest_event: int
    next_event: int
    watchdog_ms: int
    remembered_replies: int
    model: str
    firmware: str


@dataclass(frozen=True, slots=True)
class ReplyView:
    """What the mailbox holds: `status` NOT_YET, or `message` is the REPLY, whole if it was read with at least
    `registers`."""

    command_id: int
    status: int
    message: bytes
    registers: int


@dataclass(frozen=True, slots=True)
class EventView:
    """Events numbered from `first` on, as EVENT messages; `next_event` is the number that the next one will get."""

    first: int
    next_event: int
    messages: tuple[bytes, ...]


def encode_request(unit: int, control: Control, view: View, registers: int) -> bytes:
    """The bytes of one exchange's request."""
    values = _control_registers(control)
    request = ReadWriteMultipleRegistersRequest(view, registers, _CONTROL, values, dev_id=unit)
    return _framer().buildFrame(request)


def _control_registers(control: Control) -> list[int]:
    raw = struct.pack(">HIII", control.token, control.boot_id, control.wanted, control.acknowledged)
    mailbox = control.mailbox
    if mailbox is not None:
        raw += struct.pack(">QHH", mailbox.command_id, mailbox.opcode, len(mailbox.arguments)) + mailbox.arguments
    raw += bytes(len(raw) % 2)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


def _framer() -> FramerRTU:
    decoder = DecodePDU(is_server=False)
    # Nothing else is ever asked: any other function code is noise.
    decoder.pdu_table = {_FUNCTION: (ReadWriteMultipleRegistersRequest, ReadWriteMultipleRegistersResponse)}
    return FramerRTU(decoder)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: the registers that were read as bytes, or why the machine refused."""

    unit: int
    registers: bytes
    exception: int = 0


class AnswerDecoder:
    """Collects bytes in chunks of any size and yields whole, valid answers. They are told by length, never by gaps."""

    def __init__(self) -> None:
        self.counters = FrameCounters()
        self._framer = _framer()
        self._collected = bytearray()

    @property
    def unfinished(self) -> bool:
        """An answer has begun."""
        return bool(self._collected)

    def feed(self, data: bytes) -> list[Answer]:
        """The answers that `data` completes. Never raises; what is none is counted and dropped."""
        self._collected += data
        answers: list[Answer] = []
        while len(self._collected) >= self._framer.MIN_SIZE:
            used, unit, _, pdu = self._framer.decode(bytes(self._collected))
            if not used:
                break
            if not pdu:
                self.counters.bad += 1
                self._collected.clear()
                break
            end = self._end_of_frame(unit, pdu)
            del self._collected[:end]
            self._take(unit, pdu, answers)
        if len(self._collected) > _COLLECTED_MOST_BYTES:
            self.counters.overlong += 1
            self._collected.clear()
        return answers

    def break_off(self) -> None:
        """What was begun will not be finished."""
        if self._collected:
            self.counters.bad += 1
            self._collected.clear()

    def forget(self) -> None:
        """The stream has ended."""
        self._collected.clear()

    def _end_of_frame(self, unit: int, pdu: bytes) -> int:
        # The framer says that all bytes were used, although another answer may lie behind this one.
        frame = bytes([unit]) + pdu
        return self._collected.index(frame) + len(frame) + 2

    def _take(self, unit: int, pdu: bytes, answers: list[Answer]) -> None:
        self.counters.good += 1
        if pdu[0] & 0x80:
            refusal = ExceptionResponse(pdu[0] & 0x7F)
            refusal.decode(pdu[1:])
            answers.append(Answer(unit, b"", refusal.exception_code))
        else:
            answers.append(Answer(unit, pdu[2 : 2 + pdu[1]]))


# Views


def token_of(registers: bytes) -> int:
    """The token that a view begins with; -1 when nothing was read."""
    return int.from_bytes(registers[:2], "big") if len(registers) >= 2 else -1


def read_identity(registers: bytes) -> Identity:
    """The identity view. MalformedMessage: too short, or a text is none."""
    fields = FieldReader(registers)
    fields.u16()
    signature, version = fields.u16(), fields.u16()
    boot_id, oldest, following = fields.u32(), fields.u32(), fields.u32()
    watchdog_ms, remembered = fields.u16(), fields.u16()
    model, firmware = _text(fields.take(_MODEL_BYTES)), _text(fields.take(_FIRMWARE_BYTES))
    return Identity(signature, version, boot_id, oldest, following, watchdog_ms, remembered, model, firmware)


def read_reply(registers: bytes) -> ReplyView:
    """The reply view. MalformedMessage: too short."""
    fields = FieldReader(registers)
    fields.u16()
    command_id, status, length = fields.u64(), fields.u16(), fields.u16()
    results = fields.rest()[:length]
    head = bytes([REPLY]) + command_id.to_bytes(8, "big") + bytes([min(status, 0xFF)])
    return ReplyView(command_id, status, head + results, _REPLY_HEADER_REGISTERS + (length + 1) // 2)


def read_events(registers: bytes) -> EventView:
    """The event view. MalformedMessage: too short. A record that runs out of the view is delivered as far as it goes,
    so that it is found malformed under its number."""
    fields = FieldReader(registers)
    fields.u16()
    first, following, length = fields.u32(), fields.u32(), fields.u16()
    records = fields.take(length)
    return EventView(first, following, tuple(_messages(first, records)))


def _messages(first: int, records: bytes) -> Iterator[bytes]:
    at = 0
    number = first
    while at < len(records):
        end = at + 1 + records[at]
        yield bytes([EVENT]) + number.to_bytes(4, "big") + records[at + 1 : end]
        at = end
        number += 1


def _text(raw: bytes) -> str:
    try:
        return raw.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedMessage("a text is not UTF-8") from error
