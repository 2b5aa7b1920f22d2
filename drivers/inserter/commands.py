"""The commands of every inserter, as values, each bound to the type of its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from drivers.inserter.vocabulary import Counters, Identity, JobSpec, PieceSpec, Position, Status

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Command(Generic[ResultT]):
    """What a host can ask of a machine. `name` is for people."""

    name: ClassVar[str] = "command"


@dataclass(frozen=True, slots=True)
class Identify(Command[Identity]):
    name: ClassVar[str] = "identify"


@dataclass(frozen=True, slots=True)
class GetStatus(Command[Status]):
    name: ClassVar[str] = "get_status"


@dataclass(frozen=True, slots=True)
class GetPositionMap(Command[tuple[Position, ...]]):
    name: ClassVar[str] = "get_position_map"


@dataclass(frozen=True, slots=True)
class LoadJob(Command[None]):
    name: ClassVar[str] = "load_job"
    job: JobSpec


@dataclass(frozen=True, slots=True)
class QueuePiece(Command[int]):
    """The result counts the places left in the queue."""

    name: ClassVar[str] = "queue_piece"
    piece: PieceSpec


@dataclass(frozen=True, slots=True)
class CancelPiece(Command[None]):
    name: ClassVar[str] = "cancel_piece"
    piece: str
    copy: int


@dataclass(frozen=True, slots=True)
class CycleUp(Command[None]):
    name: ClassVar[str] = "cycle_up"


@dataclass(frozen=True, slots=True)
class Start(Command[None]):
    name: ClassVar[str] = "start"


@dataclass(frozen=True, slots=True)
class Stop(Command[None]):
    name: ClassVar[str] = "stop"


@dataclass(frozen=True, slots=True)
class Halt(Command[None]):
    name: ClassVar[str] = "halt"


@dataclass(frozen=True, slots=True)
class ClearPath(Command[int]):
    """The result counts the pieces taken out."""

    name: ClassVar[str] = "clear_path"


@dataclass(frozen=True, slots=True)
class DivertPiece(Command[None]):
    name: ClassVar[str] = "divert_piece"
    piece: str
    copy: int


@dataclass(frozen=True, slots=True)
class ResetFault(Command[None]):
    name: ClassVar[str] = "reset_fault"


@dataclass(frozen=True, slots=True)
class ReplayEvents(Command[None]):
    name: ClassVar[str] = "replay_events"
    first: int


@dataclass(frozen=True, slots=True)
class EndJob(Command[Counters]):
    name: ClassVar[str] = "end_job"
