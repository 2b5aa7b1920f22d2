"""The messages of the native protocol (docs/protocols/native.md, section 4) ↔ the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any, TypeVar, cast

from drivers.inserter import commands as ask
from drivers.inserter import vocabulary as say
from drivers.inserter.errors import argument_error
from drivers.inserter.link_frames import MAX_MESSAGE
from drivers.inserter.vocabulary import Fault, MachineEvent, MachineState, Station
from drivers.inserter.wire import FieldReader, MalformedMessage, put_str8, put_unsigned

COMMAND, REPLY, EVENT, EVENT_ACK = 0x10, 0x11, 0x12, 0x13
"""The first byte of a message."""

_INSERT_FEEDERS = 6
_HIGHEST_SUPPLY = 2

EnumT = TypeVar("EnumT", bound=IntEnum)
ResultT = TypeVar("ResultT")


class ReplyStatus(IntEnum):
    DONE = 0
    REFUSED = 1
    MALFORMED = 2
    UNKNOWN_OPCODE = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, not yet matched to its command: `results` are still bytes, `fault` and `text` belong to a refusal."""

    command_id: int
    status: ReplyStatus
    results: bytes = b""
    fault: Fault = Fault.NONE
    text: str = ""


# Host → machine


def encode_command(command_id: int, command: ask.Command[Any], longest: int = MAX_MESSAGE) -> bytes:
    """COMMAND. InserterError E2010 when an argument does not fit its field, or all together more than `longest`
    bytes."""
    operation = _OPERATIONS[type(command)]
    head = bytes([COMMAND]) + put_unsigned(8, command_id, "command_id") + bytes([operation.opcode])
    message = head + operation.arguments(command)
    if len(message) > longest:
        raise argument_error(f"{command.name} takes {len(message)} bytes: at most {longest} fit")
    return message


def encode_event_ack(up_to: int) -> bytes:
    """EVENT_ACK: every event numbered ≤ `up_to` is safe in the journal."""
    return bytes([EVENT_ACK]) + put_unsigned(4, up_to, "up_to")


def _no_arguments(_: ask.Command[Any]) -> bytes:
    return b""


def _load_job(command: ask.LoadJob) -> bytes:
    job = command.job
    return b"".join(
        (
            put_str8(job.job, "job"),
            put_unsigned(4, job.pieces, "pieces"),
            put_unsigned(4, job.sheets, "sheets"),
            put_str8(job.envelope, "envelope"),
            put_unsigned(1, job.fold, "fold"),
            put_str8(job.mark_set, "mark_set"),
            put_str8(job.code_template, "code_template"),
        )
    )


def _queue_piece(command: ask.QueuePiece) -> bytes:
    piece = command.piece
    foreign = [feeder for feeder in piece.selects if not 1 <= feeder <= _INSERT_FEEDERS]
    if foreign or len(set(piece.selects)) != len(piece.selects):
        raise argument_error(f"selects of {piece.piece} are {piece.selects}: insert feeders are 1 to 6, each once")
    selects = sum(1 << (feeder - 1) for feeder in piece.selects)
    flags = piece.divert | piece.stop_after << 1 | piece.unsealed << 2
    return b"".join(
        (
            put_unsigned(4, piece.order, "order"),
            _piece_and_copy(piece),
            put_unsigned(2, piece.sheets, "sheets"),
            put_unsigned(2, selects, "selects"),
            put_unsigned(1, flags, "flags"),
        )
    )


def _piece_and_copy(named: ask.CancelPiece | ask.DivertPiece | say.PieceSpec) -> bytes:
    return put_str8(named.piece, "piece") + put_unsigned(1, named.copy, "copy")


def _replay_events(command: ask.ReplayEvents) -> bytes:
    return put_unsigned(4, command.first, "from")


def describe_command(message: bytes) -> str:
    """What a message of the host says, for people. MalformedMessage: it is none."""
    fields = FieldReader(message)
    match fields.u8():
        case 0x10:
            fields.u64()
            opcode = fields.u8()
            names = (kind.name for kind, operation in _OPERATIONS.items() if operation.opcode == opcode)
            return f"COMMAND {next(names, f'{opcode:02X}')}"
        case 0x13:
            return f"EVENT_ACK {fields.u32()}"
        case kind:
            raise MalformedMessage(f"unknown message kind {kind:02X}")


# Machine → host


def decode_message(message: bytes, boot_id: int) -> Reply | MachineEvent:
    """REPLY or EVENT; `boot_id` is that of the link it came on.

    MalformedMessage: anything else. It names the event (one that can't be understood is a gap in the numbers) or the
    command that it belongs to, if so much could be read.
    """
    fields = FieldReader(message)
    kind = fields.u8()
    if kind == REPLY:
        return _read_reply(fields)
    if kind == EVENT:
        return _read_event(fields, boot_id)
    raise MalformedMessage(f"unknown message kind {kind:02X}")


def decode_results(command: ask.Command[ResultT], results: bytes) -> ResultT:
    """The results of `command`, done. MalformedMessage: they don't fit it."""
    fields = FieldReader(results)
    value = _OPERATIONS[type(command)].results(fields)
    fields.end()
    return cast("ResultT", value)  # the table pairs each command's type with the reader of its results


def _read_reply(fields: FieldReader) -> Reply:
    command_id = fields.u64()
    try:
        status = _member(ReplyStatus, fields.u8())
        if status is ReplyStatus.DONE:
            return Reply(command_id, status, fields.rest())
        fault = _fault(fields) if status is ReplyStatus.REFUSED else Fault.NONE
        text = "" if status is ReplyStatus.UNKNOWN_OPCODE else fields.str8()
        fields.end()
    except MalformedMessage as error:
        raise MalformedMessage(error.reason, command_id=command_id) from error
    return Reply(command_id, status, fault=fault, text=text)


def _read_event(fields: FieldReader, boot_id: int) -> MachineEvent:
    number = fields.u32()
    try:
        at_ms = fields.u32()
        kind = fields.u8()
        if kind not in _EVENTS:
            raise MalformedMessage(f"unknown event type {kind:02X}")
        body = _EVENTS[kind](fields)
        fields.end()
    except MalformedMessage as error:
        raise MalformedMessage(error.reason, event_number=number) from error
    return MachineEvent(boot_id, number, at_ms, body)


def _member(kind: type[EnumT], value: int) -> EnumT:
    try:
        return kind(value)
    except ValueError as error:
        raise MalformedMessage(f"{value} is no {kind.__name__}") from error


def _flag(fields: FieldReader) -> bool:
    value = fields.u8()
    if value > 1:
        raise MalformedMessage(f"{value} is neither yes nor no")
    return bool(value)


def _fault(fields: FieldReader) -> Fault:
    return _member(Fault, fields.u16())


def _station(fields: FieldReader) -> Station:
    return _member(Station, fields.u8())


def _state(fields: FieldReader) -> MachineState:
    state = _member(MachineState, fields.u8())
    if state is MachineState.OFFLINE:
        raise MalformedMessage("a machine that speaks is not offline")
    return state


def _nothing(_: FieldReader) -> None:
    return None


def _identity(fields: FieldReader) -> say.Identity:
    model, serial = fields.str8(), fields.str8()
    return say.Identity(model, serial, tuple(_station(fields) for _ in range(fields.u8())))


def _status(fields: FieldReader) -> say.Status:
    return say.Status(
        state=_state(fields),
        fault=_fault(fields),
        job=fields.str8(),
        queued=fields.u16(),
        in_path=fields.u16(),
        sheets_fed=fields.u32(),
        stacked=fields.u32(),
        diverted=fields.u32(),
    )


def _positions(fields: FieldReader) -> tuple[say.Position, ...]:
    return tuple(say.Position(_station(fields), fields.str8(), fields.u8(), fields.u16()) for _ in range(fields.u8()))


def _counters(fields: FieldReader) -> say.Counters:
    return say.Counters(*(fields.u32() for _ in range(7)))


def _piece_outcome(fields: FieldReader) -> say.PieceOutcome:
    piece, copy = fields.str8(), fields.u8()
    outcome = _member(say.Outcome, fields.u8())
    return say.PieceOutcome(piece, copy, outcome, fields.u16(), _fault(fields), fields.u32())


def _supply(fields: FieldReader) -> say.Supply:
    station, level = _station(fields), fields.u8()
    if level > _HIGHEST_SUPPLY:
        raise MalformedMessage(f"{level} is no level of supply")
    return say.Supply(station, level)


_EVENTS: MappingProxyType[int, Callable[[FieldReader], say.EventBody]] = MappingProxyType(
    {
        0x01: lambda f: say.StateChanged(_state(f), _fault(f)),
        0x02: lambda f: say.SheetScanned(f.str8(), f.u8(), f.u16(), f.u16(), f.str8(), f.u32()),
        0x03: lambda f: say.SheetUnread(f.str8(), f.u8(), f.str8(), _fault(f)),
        0x04: lambda f: say.PieceAt(f.str8(), f.u8(), _station(f), f.u16()),
        0x05: _piece_outcome,
        0x06: lambda f: say.FaultRaised(_fault(f), _station(f), f.str8(), f.u8(), f.str8()),
        0x07: lambda f: say.FaultCleared(_fault(f)),
        0x08: _supply,
        0x09: lambda f: say.Cover(_station(f), _flag(f)),
        0x0A: lambda f: say.EmergencyStop(_flag(f)),
        0x0B: lambda f: say.JobEnded(_counters(f)),
    }
)


@dataclass(frozen=True, slots=True)
class _Operation:
    opcode: int
    arguments: Callable[[Any], bytes]
    results: Callable[[FieldReader], object]


_OPERATIONS: MappingProxyType[type[ask.Command[Any]], _Operation] = MappingProxyType(
    {
        ask.Identify: _Operation(0x01, _no_arguments, _identity),
        ask.GetStatus: _Operation(0x02, _no_arguments, _status),
        ask.GetPositionMap: _Operation(0x03, _no_arguments, _positions),
        ask.LoadJob: _Operation(0x04, _load_job, _nothing),
        ask.QueuePiece: _Operation(0x05, _queue_piece, FieldReader.u16),
        ask.CancelPiece: _Operation(0x06, _piece_and_copy, _nothing),
        ask.CycleUp: _Operation(0x07, _no_arguments, _nothing),
        ask.Start: _Operation(0x08, _no_arguments, _nothing),
        ask.Stop: _Operation(0x09, _no_arguments, _nothing),
        ask.Halt: _Operation(0x0A, _no_arguments, _nothing),
        ask.ClearPath: _Operation(0x0B, _no_arguments, FieldReader.u16),
        ask.DivertPiece: _Operation(0x0C, _piece_and_copy, _nothing),
        ask.ResetFault: _Operation(0x0D, _no_arguments, _nothing),
        ask.ReplayEvents: _Operation(0x0E, _replay_events, _nothing),
        ask.EndJob: _Operation(0x0F, _no_arguments, _counters),
    }
)
