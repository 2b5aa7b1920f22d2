"""The messages of the native protocol as values.

A message is a frozen dataclass whose annotations are its layout on the wire (`codec.py` reads them): U8…U64 are
big-endian integers, Str8 is a length byte and UTF-8, a tuple is a count byte and that many items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from simulator.words import Fault, Fold, Level, Outcome, State, Station

U8 = Annotated[int, "B"]
U16 = Annotated[int, "H"]
U32 = Annotated[int, "I"]
U64 = Annotated[int, "Q"]
Str8 = Annotated[str, "str8"]
StateU8 = Annotated[State, "B"]
OutcomeU8 = Annotated[Outcome, "B"]
LevelU8 = Annotated[Level, "B"]
FoldU8 = Annotated[Fold, "B"]
StationU8 = Annotated[Station, "B"]
FaultU16 = Annotated[Fault, "H"]


@dataclass(frozen=True, slots=True)
class Hello:
    protocol_min: U8
    protocol_max: U8
    host_session: U32


@dataclass(frozen=True, slots=True)
class Welcome:
    protocol: U8
    boot_id: U32
    host_session: U32
    oldest_event: U32
    next_event: U32
    heartbeat_ms: U16
    remembered_replies: U8
    model: Str8
    firmware: Str8


@dataclass(frozen=True, slots=True)
class CommandHead:
    kind: U8
    command_id: U64
    opcode: U8


@dataclass(frozen=True, slots=True)
class ReplyHead:
    kind: U8
    command_id: U64
    status: U8


@dataclass(frozen=True, slots=True)
class EventHead:
    kind: U8
    number: U32
    at_ms: U32
    type: U8


@dataclass(frozen=True, slots=True)
class EventAck:
    kind: U8
    up_to: U32


# Commands, opcode 01…0F.


@dataclass(frozen=True, slots=True)
class Identify:
    pass


@dataclass(frozen=True, slots=True)
class GetStatus:
    pass


@dataclass(frozen=True, slots=True)
class GetPositionMap:
    pass


@dataclass(frozen=True, slots=True)
class LoadJob:
    job: Str8
    pieces: U32
    sheets: U32
    envelope: Str8
    fold: FoldU8
    mark_set: Str8
    code_template: Str8


@dataclass(frozen=True, slots=True)
class QueuePiece:
    """selects: bit 0 = insert feeder 1. flags: bit 0 divert, bit 1 stop after, bit 2 do not seal."""

    order: U32
    piece: Str8
    copy: U8
    sheets: U16
    selects: U16
    flags: U8


@dataclass(frozen=True, slots=True)
class CancelPiece:
    piece: Str8
    copy: U8


@dataclass(frozen=True, slots=True)
class CycleUp:
    pass


@dataclass(frozen=True, slots=True)
class Start:
    pass


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Halt:
    pass


@dataclass(frozen=True, slots=True)
class ClearPath:
    pass


@dataclass(frozen=True, slots=True)
class DivertPiece:
    piece: Str8
    copy: U8


@dataclass(frozen=True, slots=True)
class ResetFault:
    pass


@dataclass(frozen=True, slots=True)
class ReplayEvents:
    first: U32


@dataclass(frozen=True, slots=True)
class EndJob:
    pass


Command = (
    Identify
    | GetStatus
    | GetPositionMap
    | LoadJob
    | QueuePiece
    | CancelPiece
    | CycleUp
    | Start
    | Stop
    | Halt
    | ClearPath
    | DivertPiece
    | ResetFault
    | ReplayEvents
    | EndJob
)

COMMANDS: dict[int, type[Command]] = {
    0x01: Identify,
    0x02: GetStatus,
    0x03: GetPositionMap,
    0x04: LoadJob,
    0x05: QueuePiece,
    0x06: CancelPiece,
    0x07: CycleUp,
    0x08: Start,
    0x09: Stop,
    0x0A: Halt,
    0x0B: ClearPath,
    0x0C: DivertPiece,
    0x0D: ResetFault,
    0x0E: ReplayEvents,
    0x0F: EndJob,
}


# What a reply carries when done, refused or malformed.


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass(frozen=True, slots=True)
class Identity:
    model: Str8
    serial: Str8
    stations: tuple[StationU8, ...]


@dataclass(frozen=True, slots=True)
class MachineStatus:
    state: StateU8
    fault: FaultU16
    job: Str8
    queued: U16
    in_path: U16
    sheets_fed: U32
    stacked: U32
    diverted: U32


@dataclass(frozen=True, slots=True)
class Position:
    station: StationU8
    piece: Str8
    copy: U8
    sheets: U16


@dataclass(frozen=True, slots=True)
class PositionMap:
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Free:
    free: U16


@dataclass(frozen=True, slots=True)
class Cleared:
    count: U16


@dataclass(frozen=True, slots=True)
class Counters:
    sheets_fed: U32
    envelopes: U32
    stacked: U32
    diverted: U32
    sheets_stacked: U32
    sheets_diverted: U32
    sheets_removed: U32


@dataclass(frozen=True, slots=True)
class Refused:
    fault: FaultU16
    text: Str8


@dataclass(frozen=True, slots=True)
class MalformedText:
    text: Str8


@dataclass(frozen=True, slots=True)
class UnknownOpcode:
    pass


Results = Nothing | Identity | MachineStatus | PositionMap | Free | Cleared | Counters
Answer = Results | Refused | MalformedText | UnknownOpcode


# Events, type 01…0B. The class names in snake case are the event names of the page.


@dataclass(frozen=True, slots=True)
class StateChanged:
    state: StateU8
    fault: FaultU16


@dataclass(frozen=True, slots=True)
class SheetScanned:
    piece: Str8
    copy: U8
    sheet: U16
    of: U16
    code: Str8
    marks: U32


@dataclass(frozen=True, slots=True)
class SheetUnread:
    expected_piece: Str8
    expected_copy: U8
    code: Str8
    reason: FaultU16


@dataclass(frozen=True, slots=True)
class PieceAt:
    piece: Str8
    copy: U8
    station: StationU8
    sheets: U16


@dataclass(frozen=True, slots=True)
class PieceOutcome:
    piece: Str8
    copy: U8
    outcome: OutcomeU8
    sheets: U16
    reason: FaultU16
    envelope: U32


@dataclass(frozen=True, slots=True)
class FaultRaised:
    fault: FaultU16
    station: StationU8
    piece: Str8
    copy: U8
    text: Str8


@dataclass(frozen=True, slots=True)
class FaultCleared:
    fault: FaultU16


@dataclass(frozen=True, slots=True)
class Supply:
    station: StationU8
    level: LevelU8


@dataclass(frozen=True, slots=True)
class Cover:
    station: StationU8
    open: U8


@dataclass(frozen=True, slots=True)
class EmergencyStop:
    pressed: U8


@dataclass(frozen=True, slots=True)
class JobEnded:
    sheets_fed: U32
    envelopes: U32
    stacked: U32
    diverted: U32
    sheets_stacked: U32
    sheets_diverted: U32
    sheets_removed: U32


Event = (
    StateChanged
    | SheetScanned
    | SheetUnread
    | PieceAt
    | PieceOutcome
    | FaultRaised
    | FaultCleared
    | Supply
    | Cover
    | EmergencyStop
    | JobEnded
)

EVENTS: dict[int, tuple[str, type[Event]]] = {
    0x01: ("state_changed", StateChanged),
    0x02: ("sheet_scanned", SheetScanned),
    0x03: ("sheet_unread", SheetUnread),
    0x04: ("piece_at", PieceAt),
    0x05: ("piece_outcome", PieceOutcome),
    0x06: ("fault", FaultRaised),
    0x07: ("fault_cleared", FaultCleared),
    0x08: ("supply", Supply),
    0x09: ("cover", Cover),
    0x0A: ("emergency_stop", EmergencyStop),
    0x0B: ("job_ended", JobEnded),
}
EVENT_NAMES: dict[type[Event], str] = {cls: name for name, cls in EVENTS.values()}
EVENT_TYPES: dict[type[Event], int] = {cls: number for number, (_, cls) in EVENTS.items()}
