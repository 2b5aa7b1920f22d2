"""Every command of an inserter as a method that returns its result: what the driver shares with a simulated host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from drivers.inserter import commands as ask
from drivers.inserter.profile import Profile
from drivers.inserter.vocabulary import Counters, Identity, JobSpec, PieceSpec, Position, Status

ResultT = TypeVar("ResultT")


class MachineCommands(ABC):
    """Each method gives one command and returns when it is settled: with its result, or by raising CommandRefused (it
    did nothing), LinkDown (it never left), OutcomeUnknown (nobody knows), or another InserterError (it did nothing)."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile

    @abstractmethod
    def _give(self, command: ask.Command[ResultT]) -> ResultT:
        """Give one command and wait until it is settled."""

    def identify(self) -> Identity:
        """Model, serial number and stations."""
        return self._give(ask.Identify())

    def status(self) -> Status:
        return self._give(ask.GetStatus())

    def position_map(self) -> tuple[Position, ...]:
        """What stands where in the path: what to pull after a jam."""
        return self._give(ask.GetPositionMap())

    def load_job(self, job: JobSpec) -> None:
        """Refused (JOB_LOADED, NO_PAPER) while another job is loaded or without its paper in the feeder."""
        self.profile.check_job(job)
        self._give(ask.LoadJob(job))

    def queue_piece(self, piece: PieceSpec) -> int:
        """Places left in the queue. Refused: QUEUE_FULL (wait for an outcome), ALREADY_QUEUED, NO_JOB."""
        self.profile.check_piece(piece)
        return self._give(ask.QueuePiece(piece))

    def cancel_piece(self, piece: str, copy: int) -> None:
        """Refused (TOO_LATE) once a sheet of it was fed."""
        self._give(ask.CancelPiece(piece, copy))

    def cycle_up(self) -> None:
        """Run the machine up, without feeding."""
        self._give(ask.CycleUp())

    def start(self) -> None:
        """Feed. Refused: NO_JOB, or the fault that stands."""
        self._give(ask.Start())

    def stop(self) -> None:
        """End feeding at the next piece boundary; the path runs empty."""
        self._give(ask.Stop())

    def halt(self) -> None:
        """Stand still at once. Overtakes every other command and is given even when the journal fails."""
        self._give(ask.Halt())

    def clear_path(self) -> int:
        """The operator has emptied the path: pieces taken out, each of which gets its outcome."""
        return self._give(ask.ClearPath())

    def divert_piece(self, piece: str, copy: int) -> None:
        """Send it into the divert bin. Refused (TOO_LATE) past the gate."""
        self._give(ask.DivertPiece(piece, copy))

    def reset_fault(self) -> None:
        """Refused with the fault while its cause stands."""
        self._give(ask.ResetFault())

    def replay_events(self, first: int) -> None:
        """Have the machine send its events numbered ≥ `first` again; those known already are not delivered again."""
        self._give(ask.ReplayEvents(first))

    def end_job(self) -> Counters:
        """Refused (PATH_NOT_EMPTY) while pieces are in the path."""
        return self._give(ask.EndJob())
