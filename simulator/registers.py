"""The machine behind registers: the map of docs/protocols/modbus.md, sections 3 to 5. No bytes of the line, no time."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import astuple, replace
from enum import IntEnum

from simulator.codec import pack, unpack
from simulator.errors import Malformed
from simulator.events import EventStore
from simulator.link import Controller, Nameplate
from simulator.messages import (
    COMMANDS,
    EVENTS,
    Answer,
    GetStatus,
    MachineStatus,
    MalformedText,
    QueuePiece,
    Refused,
    SheetScanned,
    SheetUnread,
    UnknownOpcode,
)
from simulator.messages import FaultRaised as Raised
from simulator.words import Status

SIGNATURE, VERSION = 0x4D52, 1
WATCHDOG_MS = 3000
REMEMBERED_REPLIES = 64
VIEW_REGISTERS = 125
_EVENT_HEADER = struct.Struct(">HIIH")
_REPLY_HEADER = struct.Struct(">HQHH")
_CONTROL_HEADER = struct.Struct(">HIII")
_MAILBOX_HEADER = struct.Struct(">QHH")
_PIECE_MOST_BYTES = 64
_RESULTS_MOST_BYTES = 2 * VIEW_REGISTERS - _REPLY_HEADER.size
_RECORD_MOST_BYTES = 2 * VIEW_REGISTERS - _EVENT_HEADER.size - 1
_MESSAGE_NUMBER_ENDS = 5
_EVENT_HEAD_ENDS = 10


class Block(IntEnum):
    """Where blocks of registers begin."""

    EVENTS = 0x0000
    CONTROL = 0x0100
    REPLY = 0x0200
    IDENTITY = 0x0300
    STATUS = 0x0380


class WrongAddress(Exception):
    """No such registers, or not to be written: Modbus exception 02."""


class WrongValue(Exception):
    """Values that make no sense: Modbus exception 03."""


class Registers:
    """One machine's map. `heard` is called whenever a host writes with this power-up's boot id."""

    def __init__(
        self, controller: Controller, events: EventStore, nameplate: Nameplate, heard: Callable[[], None]
    ) -> None:
        self._controller = controller
        self._events = events
        self._plate = nameplate
        self._heard = heard
        self._written_token = 0
        self._token = 0
        self._wanted = 0
        self._reply = (0, Status.DONE, b"")
        self._remembered: OrderedDict[int, tuple[int, Status, bytes]] = OrderedDict()

    # Reading

    def read(self, address: int, count: int) -> bytes:
        """`count` registers from `address` on. WrongAddress when they are not all of one block."""
        block = max((block for block in Block if block <= address), default=Block.EVENTS)
        offset = 2 * (address - block)
        size = 2 * count
        match block:
            case Block.EVENTS:
                content = self._event_view(size if not offset else 2 * VIEW_REGISTERS)
            case Block.REPLY:
                content = self._reply_view()
            case Block.IDENTITY:
                content = self._identity()
            case Block.STATUS:
                content = self._status()
            case _:
                raise WrongAddress
        if block in (Block.EVENTS, Block.REPLY):
            content = content.ljust(2 * VIEW_REGISTERS, b"\0")
        if offset + size > len(content):
            raise WrongAddress
        return content[offset : offset + size]

    def _event_view(self, size: int) -> bytes:
        events = self._events
        first = min(max(self._wanted, events.oldest), events.following) if self._token else 0
        records = bytearray()
        for message in events.kept_from(first) if self._token else ():
            record = _record(message)
            if _EVENT_HEADER.size + len(records) + len(record) > size:
                break
            records += record
        return _EVENT_HEADER.pack(self._token, first, events.following, len(records)) + records

    def _reply_view(self) -> bytes:
        command_id, status, results = self._reply
        return _REPLY_HEADER.pack(self._token, command_id, status, len(results)) + results

    def _identity(self) -> bytes:
        plate, events = self._plate, self._events
        numbers = struct.pack(
            ">HHHIIIHH",
            self._written_token,
            SIGNATURE,
            VERSION,
            plate.boot_id,
            events.oldest,
            events.following,
            WATCHDOG_MS,
            REMEMBERED_REPLIES,
        )
        return numbers + _text(plate.model, 32) + _text(plate.firmware, 16) + _text(plate.serial, 24)

    def _status(self) -> bytes:
        status = self._controller.obey(GetStatus())
        assert isinstance(status, MachineStatus)
        events = self._events
        counts = (status.sheets_fed, status.stacked, status.diverted, events.oldest, events.following)
        return struct.pack(">4H5I", status.state, status.fault, status.queued, status.in_path, *counts)

    # Writing

    def write(self, address: int, data: bytes) -> None:
        """The control block, from its first register on. WrongAddress, WrongValue: nothing was done."""
        if address != Block.CONTROL or len(data) < _CONTROL_HEADER.size:
            raise WrongAddress
        token, boot_id, wanted, acknowledged = _CONTROL_HEADER.unpack_from(data)
        command = _mailbox(data[_CONTROL_HEADER.size :])
        known = boot_id == self._plate.boot_id
        if known and acknowledged >= wanted:
            raise WrongValue  # nobody commits what he still wants: a damage that the CRC did not show
        self._written_token = token
        self._token = token if known else 0
        if not known:
            return
        self._heard()
        self._wanted = wanted
        self._events.acknowledge(acknowledged)
        if command is not None:
            self._obey(*command)

    def _obey(self, command_id: int, opcode: int, arguments: bytes) -> None:
        remembered = self._remembered.get(command_id)
        if remembered is None:
            answer = self._answer(opcode, arguments)
            results = pack(answer)
            if len(results) > _RESULTS_MOST_BYTES:
                answer = MalformedText(f"{len(results)} bytes of results do not fit the mailbox")
                results = pack(answer)
            remembered = (command_id, _status_of(answer), results)
            self._remembered[command_id] = remembered
            if len(self._remembered) > REMEMBERED_REPLIES:
                self._remembered.popitem(last=False)
        self._reply = remembered

    def _answer(self, opcode: int, arguments: bytes) -> Answer:
        kind = COMMANDS.get(opcode)
        if kind is None:
            return UnknownOpcode()
        try:
            command = unpack(kind, arguments)
        except Malformed as error:
            return MalformedText(error.message)
        if isinstance(command, QueuePiece) and len(command.piece.encode()) > _PIECE_MOST_BYTES:
            return MalformedText(f"a piece's name has at most {_PIECE_MOST_BYTES} bytes")
        return self._controller.obey(command)


def _mailbox(data: bytes) -> tuple[int, int, bytes] | None:
    if not data:
        return None
    if len(data) < _MAILBOX_HEADER.size:
        raise WrongAddress
    command_id, opcode, length = _MAILBOX_HEADER.unpack_from(data)
    arguments = data[_MAILBOX_HEADER.size :]
    if not length <= len(arguments) <= length + 1:
        raise WrongValue
    return command_id, opcode, arguments[:length]


def _record(message: bytes) -> bytes:
    """An event as it lies in the view: its length, then what follows its number in an EVENT message. One that is longer
    than the view has its free text cut."""
    content = message[_MESSAGE_NUMBER_ENDS:]
    excess = len(content) - _RECORD_MOST_BYTES
    if excess > 0:
        _, kind = EVENTS[message[_EVENT_HEAD_ENDS - 1]]
        event = unpack(kind, message[_EVENT_HEAD_ENDS:])
        match event:
            case SheetScanned() | SheetUnread():
                event = replace(event, code=_cut(event.code, excess))
            case Raised():
                event = replace(event, text=_cut(event.text, excess))
            case _:
                raise ValueError(f"{astuple(event)} does not fit a view")
        content = content[: _EVENT_HEAD_ENDS - _MESSAGE_NUMBER_ENDS] + pack(event)
    return bytes([len(content)]) + content


def _cut(text: str, excess: int) -> str:
    return text.encode()[:-excess].decode(errors="ignore")


def _text(text: str, size: int) -> bytes:
    return text.encode()[:size].ljust(size, b"\0")


def _status_of(answer: Answer) -> Status:
    if isinstance(answer, Refused):
        return Status.REFUSED
    if isinstance(answer, MalformedText):
        return Status.MALFORMED
    return Status.UNKNOWN_OPCODE if isinstance(answer, UnknownOpcode) else Status.DONE
