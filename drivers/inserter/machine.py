"""What the host knows of the machine: its state, what ails it and which pieces it holds, from replies and committed
events alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import assert_never

from drivers.inserter import vocabulary as say
from drivers.inserter.vocabulary import Fault, JobSpec, MachineState, Outcome, PieceSpec, Station

PieceKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class PieceInFlight:
    """A piece offered to the machine that has no outcome yet. `confirmed`: the machine took it, by its reply or by an
    event. `station` is where it was seen last, `sheets` how many of it are there, `scanned` how many were read."""

    piece: str
    copy: int
    confirmed: bool
    scanned: int = 0
    station: Station | None = None
    sheets: int = 0


@dataclass(frozen=True, slots=True)
class MachineView:
    """The machine as known at one moment.

    fault       why it stands still, NONE while it can run
    last_fault  the last fault told and not cleared since, also of those after which it runs on
    in_flight   pieces offered and without outcome, in the order they were offered
    uncertain   (piece, copy) that the machine held when it restarted and of which nothing was heard since
    outcomes    how many pieces had which outcome since the job was loaded
    supplies    level per station as last told: 0 empty, 1 low, 2 enough
    """

    state: MachineState
    fault: Fault
    last_fault: say.FaultRaised | None
    job: str
    in_flight: tuple[PieceInFlight, ...]
    uncertain: tuple[PieceKey, ...]
    outcomes: MappingProxyType[Outcome, int]
    supplies: MappingProxyType[Station, int]
    open_covers: frozenset[Station]
    emergency_stop: bool


class Machine:
    """Tracks one machine. Memory is bounded by its queue: a piece is forgotten with its outcome."""

    def __init__(self) -> None:
        self.state = MachineState.OFFLINE
        self.fault = Fault.NONE
        self.last_fault: say.FaultRaised | None = None
        self.job = ""
        self.outcomes: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
        self.supplies: dict[Station, int] = {}
        self.open_covers: frozenset[Station] = frozenset()
        self.emergency_stop = False
        self.uncertain: tuple[PieceKey, ...] = ()
        self._pieces: dict[PieceKey, PieceInFlight] = {}

    def view(self) -> MachineView:
        return MachineView(
            state=self.state,
            fault=self.fault,
            last_fault=self.last_fault,
            job=self.job,
            in_flight=tuple(self._pieces.values()),
            uncertain=self.uncertain,
            outcomes=MappingProxyType(dict(self.outcomes)),
            supplies=MappingProxyType(dict(self.supplies)),
            open_covers=self.open_covers,
            emergency_stop=self.emergency_stop,
        )

    # The line

    def link_lost(self) -> None:
        """Nobody knows the machine's state now; what it holds it still holds."""
        self.state = MachineState.OFFLINE

    def restarted(self) -> None:
        """The machine has forgotten job and queue. What became of the pieces it held is unknown: they go to `uncertain`
        until an outcome of theirs that was already on its way is committed, or a later job has ended."""
        self.uncertain = (*self.uncertain, *(key for key in self._pieces if key not in self.uncertain))
        self._pieces.clear()
        self.state = MachineState.OFFLINE
        self.fault = Fault.NONE
        self.last_fault = None
        self.job = ""
        self.supplies.clear()
        self.open_covers = frozenset()
        self.emergency_stop = False

    # Commands

    def state_told(self, state: MachineState, fault: Fault) -> None:
        self.state = state
        self.fault = fault

    def job_loaded(self, job: JobSpec) -> None:
        self.job = job.job
        self.outcomes = dict.fromkeys(Outcome, 0)

    def job_ended(self) -> None:
        self.job = ""
        self.uncertain = ()

    def piece_offered(self, piece: PieceSpec) -> None:
        """queue_piece goes out: from now on the machine may have it."""
        key = (piece.piece, piece.copy)
        self._pieces.setdefault(key, PieceInFlight(piece.piece, piece.copy, confirmed=False))

    def piece_taken(self, piece: str, copy: int) -> None:
        """The reply says done. An outcome may have come before it: then there is nothing left to confirm."""
        held = self._pieces.get((piece, copy))
        if held is not None:
            self._pieces[piece, copy] = replace(held, confirmed=True)

    def piece_not_taken(self, piece: str, copy: int) -> None:
        """The machine refused it or never heard of it. One that it has confirmed before stays."""
        held = self._pieces.get((piece, copy))
        if held is not None and not held.confirmed:
            del self._pieces[piece, copy]

    def piece_cancelled(self, piece: str, copy: int) -> None:
        self._pieces.pop((piece, copy), None)

    # Events, once the journal has them

    def apply(self, body: say.EventBody, *, live: bool) -> None:
        """`live` is false for what the machine kept from before this link: it tells of pieces, not of the state now."""
        match body:
            case say.SheetScanned() | say.PieceAt() | say.PieceOutcome():
                self._apply_to_piece(body)
            case say.StateChanged(state, fault):
                if live:
                    self.state_told(state, fault)
            case say.FaultRaised():
                self.last_fault = body
            case say.FaultCleared(fault):
                if self.last_fault is not None and self.last_fault.fault is fault:
                    self.last_fault = None
            case say.Supply(station, level):
                self.supplies[station] = level
            case say.Cover(station, is_open):
                self.open_covers = self.open_covers | {station} if is_open else self.open_covers - {station}
            case say.EmergencyStop(pressed):
                self.emergency_stop = pressed
            case say.JobEnded():
                self.job = ""
            case say.SheetUnread():
                pass  # Which piece it was is told by the outcome that follows.
            case _:
                assert_never(body)

    def _apply_to_piece(self, body: say.SheetScanned | say.PieceAt | say.PieceOutcome) -> None:
        key = (body.piece, body.copy)
        held = replace(self._pieces.get(key, PieceInFlight(*key, confirmed=True)), confirmed=True)
        match body:
            case say.SheetScanned():
                self._pieces[key] = replace(held, scanned=held.scanned + 1)
            case say.PieceAt():
                self._pieces[key] = replace(held, station=body.station, sheets=body.sheets)
            case say.PieceOutcome():
                self._pieces.pop(key, None)
                self.uncertain = tuple(other for other in self.uncertain if other != key)
                self.outcomes[body.outcome] += 1
            case _:
                assert_never(body)
