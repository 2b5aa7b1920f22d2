"""One vocabulary for every inserter: states, stations, commands, events and outcomes, whatever the protocol.

Wire numbers are those of docs/protocols/native.md; other protocols map theirs to these names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class LinkState(Enum):
    """The line between host and machine."""

    DOWN = "down"
    IDENTIFYING = "identifying"
    UP = "up"
    DEGRADED = "degraded"


class MachineState(IntEnum):
    """The machine itself. OFFLINE is the host's word for "no link, so unknown"."""

    OFFLINE = 0
    IDLE = 1
    READY = 2
    RUNNING = 3
    STOPPING = 4
    STOPPED = 5
    FAULTED = 6
    INTERLOCKED = 7
    CLEARING = 8


class Fold(IntEnum):
    NONE = 0
    HALF = 1
    C = 2
    Z = 3


class Station(IntEnum):
    SHEET_FEEDER = 1
    ACCUMULATOR = 2
    FOLDER = 3
    INSERT_FEEDER_1 = 11
    INSERT_FEEDER_2 = 12
    INSERT_FEEDER_3 = 13
    INSERT_FEEDER_4 = 14
    INSERT_FEEDER_5 = 15
    INSERT_FEEDER_6 = 16
    ENVELOPE_FEEDER = 20
    INSERTION = 21
    SEALER = 22
    DIVERT_BIN = 30
    STACKER = 31


class Outcome(IntEnum):
    """How a queued piece left the machine; each gets exactly one."""

    STACKED = 1
    DIVERTED = 2
    LOST = 3
    REMOVED = 4
    UNREAD = 5
    NOT_FED = 6


class Fault(IntEnum):
    """Canonical faults and refusals (docs/protocols/native.md, 4.4)."""

    NONE = 0
    MISREAD = 1
    DOUBLE_FEED = 2
    JAM = 3
    SEQUENCE = 4
    SHEETS_EMPTY = 5
    INSERTS_EMPTY = 6
    ENVELOPES_EMPTY = 7
    SEALER_DRY = 8
    SHEET_DAMAGED = 9
    DIVERT_FULL = 10
    COVER_OPEN = 11
    EMERGENCY_STOP = 12
    FOREIGN_PIECE = 13
    EVENTS_FULL = 14
    HOST_LOST = 15
    TOO_LATE = 16
    JOB_LOADED = 17
    QUEUE_FULL = 18
    NO_JOB = 19
    PATH_NOT_EMPTY = 20
    NO_PAPER = 21
    ALREADY_QUEUED = 22


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What load_job tells: the batch's key, its counts, envelope, fold and how its sheets are marked."""

    job: str
    pieces: int
    sheets: int
    envelope: str
    fold: Fold
    mark_set: str
    code_template: str


@dataclass(frozen=True, slots=True)
class PieceSpec:
    """What queue_piece tells. `selects` are insert feeders 1…6."""

    order: int
    piece: str
    copy: int
    sheets: int
    selects: tuple[int, ...] = ()
    divert: bool = False
    stop_after: bool = False
    unsealed: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    model: str
    serial: str
    stations: tuple[Station, ...]


@dataclass(frozen=True, slots=True)
class Status:
    state: MachineState
    fault: Fault
    job: str
    queued: int
    in_path: int
    sheets_fed: int
    stacked: int
    diverted: int


@dataclass(frozen=True, slots=True)
class Position:
    """A piece standing at a station, with the sheets of it that are there."""

    station: Station
    piece: str
    copy: int
    sheets: int


@dataclass(frozen=True, slots=True)
class Counters:
    """The machine's own counts for one job."""

    sheets_fed: int
    envelopes: int
    stacked: int
    diverted: int
    sheets_stacked: int
    sheets_diverted: int
    sheets_removed: int


@dataclass(frozen=True, slots=True)
class StateChanged:
    state: MachineState
    fault: Fault


@dataclass(frozen=True, slots=True)
class SheetScanned:
    piece: str
    copy: int
    sheet: int
    of: int
    code: str
    marks: int


@dataclass(frozen=True, slots=True)
class SheetUnread:
    expected_piece: str
    expected_copy: int
    code: str
    reason: Fault


@dataclass(frozen=True, slots=True)
class PieceAt:
    piece: str
    copy: int
    station: Station
    sheets: int


@dataclass(frozen=True, slots=True)
class PieceOutcome:
    piece: str
    copy: int
    outcome: Outcome
    sheets: int
    reason: Fault
    envelope: int


@dataclass(frozen=True, slots=True)
class FaultRaised:
    fault: Fault
    station: Station
    piece: str
    copy: int
    text: str


@dataclass(frozen=True, slots=True)
class FaultCleared:
    fault: Fault


@dataclass(frozen=True, slots=True)
class Supply:
    station: Station
    level: int


@dataclass(frozen=True, slots=True)
class Cover:
    station: Station
    open: bool


@dataclass(frozen=True, slots=True)
class EmergencyStop:
    pressed: bool


@dataclass(frozen=True, slots=True)
class JobEnded:
    counters: Counters


EventBody = (
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


@dataclass(frozen=True, slots=True)
class MachineEvent:
    """One numbered event. (boot_id, number) is its identity; `at_ms` counts from the machine's power-up."""

    boot_id: int
    number: int
    at_ms: int
    body: EventBody
