"""The words of the native protocol and their numbers (docs/protocols/native.md)."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """What the machine as a whole does (section 4.2)."""

    IDLE = 1
    READY = 2
    RUNNING = 3
    STOPPING = 4
    STOPPED = 5
    FAULTED = 6
    INTERLOCKED = 7
    CLEARING = 8


class Outcome(IntEnum):
    """How a queued piece ended; each gets exactly one."""

    STACKED = 1
    DIVERTED = 2
    LOST = 3
    REMOVED = 4
    UNREAD = 5
    NOT_FED = 6


class Level(IntEnum):
    """What a supply event says of a feeder."""

    EMPTY = 0
    LOW = 1
    ENOUGH = 2


class Fold(IntEnum):
    """Fold of a job's collations."""

    NONE = 0
    HALF = 1
    C = 2
    Z = 3


class Station(IntEnum):
    """Places on the path, in path order."""

    SHEET_FEEDER = 1
    ACCUMULATOR = 2
    FOLDER = 3
    INSERT_1 = 11
    INSERT_2 = 12
    INSERT_3 = 13
    INSERT_4 = 14
    INSERT_5 = 15
    INSERT_6 = 16
    ENVELOPE_FEEDER = 20
    INSERTION = 21
    SEALER = 22
    DIVERT_BIN = 30
    STACKER = 31


class Fault(IntEnum):
    """Faults (section 4.4); from TOO_LATE on they only explain refusals."""

    NONE = 0
    MISREAD = 1
    DOUBLE_FEED = 2
    JAM = 3
    SEQUENCE = 4
    SHEETS_EMPTY = 5
    INSERTS_EMPTY = 6
    ENVELOPES_EMPTY = 7
    SEALER_DRY = 8
    DAMAGED = 9
    BIN_FULL = 10
    COVER_OPEN = 11
    EMERGENCY_STOP = 12
    NOT_QUEUED = 13
    EVENTS_FULL = 14
    HOST_LOST = 15
    TOO_LATE = 16
    JOB_LOADED = 17
    QUEUE_FULL = 18
    NO_JOB = 19
    IN_PATH = 20
    NO_PAPER = 21
    QUEUED_BEFORE = 22


class LinkType(IntEnum):
    """First byte of a payload."""

    HELLO = 1
    WELCOME = 2
    DATA = 3
    ACK = 4
    PING = 5
    PONG = 6
    REJECT = 7


class Kind(IntEnum):
    """First byte of a message."""

    COMMAND = 0x10
    REPLY = 0x11
    EVENT = 0x12
    EVENT_ACK = 0x13


class Status(IntEnum):
    """How a command was answered."""

    DONE = 0
    REFUSED = 1
    MALFORMED = 2
    UNKNOWN_OPCODE = 3


STAND_STILL = frozenset({Fault.JAM, Fault.DAMAGED})
INTERLOCK = frozenset({Fault.COVER_OPEN, Fault.EMERGENCY_STOP})
STOP_FEEDING = frozenset(
    {
        Fault.SHEETS_EMPTY,
        Fault.INSERTS_EMPTY,
        Fault.ENVELOPES_EMPTY,
        Fault.SEALER_DRY,
        Fault.BIN_FULL,
        Fault.EVENTS_FULL,
        Fault.HOST_LOST,
    }
)

INSERT_FEEDERS = (
    Station.INSERT_1,
    Station.INSERT_2,
    Station.INSERT_3,
    Station.INSERT_4,
    Station.INSERT_5,
    Station.INSERT_6,
)
STATION_WORDS = {station.name.lower().replace("_", "-"): station for station in Station}
