"""What each canonical fault and refusal means and what the operator does about it.

Source of the list: docs/protocols/native.md, 4.4. The code shown to people is E21nn, nn being the fault's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from drivers.inserter.vocabulary import Fault, FaultRaised, Station


@dataclass(frozen=True, slots=True)
class Explanation:
    """A fault in words: `code` for people, `meaning` is the fact, `remedy` the operator's next act."""

    code: str
    meaning: str
    remedy: str


_TEXTS: dict[Fault, tuple[str, str]] = {
    Fault.NONE: ("no fault", "Nothing to do."),
    Fault.MISREAD: (
        "code or marks could not be read, or disagree",
        "Clean the camera; check the diverted piece.",
    ),
    Fault.DOUBLE_FEED: ("two sheets were fed as one", "Check the piece in the divert bin; fan the stack."),
    Fault.JAM: ("a jam", "Empty the path as the position map tells, then clear, reset and start."),
    Fault.SEQUENCE: (
        "a sheet does not follow the last one",
        "Check the diverted piece and the stack's order.",
    ),
    Fault.SHEETS_EMPTY: ("the sheet feeder is empty", "Load the job's next sheets, then start."),
    Fault.INSERTS_EMPTY: ("an insert feeder is empty", "Load that insert, then start."),
    Fault.ENVELOPES_EMPTY: ("the envelope feeder is empty", "Load envelopes, then start."),
    Fault.SEALER_DRY: ("the sealer is dry", "Fill up the sealing fluid, then start."),
    Fault.SHEET_DAMAGED: ("a sheet was damaged while feeding", "Take out the sheet, then clear, reset and start."),
    Fault.DIVERT_FULL: (
        "the divert bin or the stacker is full",
        "Empty what is full (the event names its station), then start.",
    ),
    Fault.COVER_OPEN: ("a cover is open", "Close the cover, then start."),
    Fault.EMERGENCY_STOP: ("emergency stop", "Make sure all is safe, release the button, then start."),
    Fault.FOREIGN_PIECE: (
        "a sheet of a piece that is not queued",
        "Check the diverted piece and the loaded stack.",
    ),
    Fault.EVENTS_FULL: ("the machine's event store is full", "Mend the journal; the machine goes on once it is read."),
    Fault.HOST_LOST: ("the machine lost its host", "Check the cable, then start."),
    Fault.TOO_LATE: ("too late for that piece", "Take the piece out by hand after the machine has ended it."),
    Fault.JOB_LOADED: ("a job is loaded already", "End the loaded job first."),
    Fault.QUEUE_FULL: ("the queue is full", "Wait for an outcome, then queue the piece again."),
    Fault.NO_JOB: ("no job is loaded", "Load a job first."),
    Fault.PATH_NOT_EMPTY: ("pieces are in the path", "Let the path run empty or clear it."),
    Fault.NO_PAPER: ("no paper of that job is in the feeder", "Put the job's stack into the sheet feeder."),
    Fault.ALREADY_QUEUED: (
        "that piece was queued before in this job",
        "Look for the piece's outcome.",
    ),
}

EXPLANATIONS = MappingProxyType(
    {fault: Explanation(f"E21{fault:02d}", meaning, remedy) for fault, (meaning, remedy) in _TEXTS.items()}
)

STATION_NAMES = MappingProxyType(
    {
        Station.SHEET_FEEDER: "sheet feeder",
        Station.ACCUMULATOR: "accumulator",
        Station.FOLDER: "folder",
        Station.INSERT_FEEDER_1: "insert feeder 1",
        Station.INSERT_FEEDER_2: "insert feeder 2",
        Station.INSERT_FEEDER_3: "insert feeder 3",
        Station.INSERT_FEEDER_4: "insert feeder 4",
        Station.INSERT_FEEDER_5: "insert feeder 5",
        Station.INSERT_FEEDER_6: "insert feeder 6",
        Station.ENVELOPE_FEEDER: "envelope feeder",
        Station.INSERTION: "insertion",
        Station.SEALER: "sealer",
        Station.DIVERT_BIN: "divert bin",
        Station.STACKER: "stacker",
    }
)


def describe(raised: FaultRaised) -> str:
    """A fault that the machine told, for the operator: "E2106 insert feeder 3: an insert feeder is empty. Load …"."""
    known = explain(raised.fault)
    words = f" ({raised.text})" if raised.text else ""
    return f"{known.code} {STATION_NAMES[raised.station]}: {known.meaning}{words}. {known.remedy}"


def explain(fault: Fault) -> Explanation:
    """The fault in words."""
    return EXPLANATIONS[fault]
