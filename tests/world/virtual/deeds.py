"""What a host asks of a machine and what the machine then does, in words that both sides share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drivers.inserter import commands as ask
from simulator import messages as told
from simulator.link import Controller


@dataclass(frozen=True, slots=True)
class Deed:
    """A command that changes something. Asking alone is no deed."""

    name: str
    job: str = ""
    piece: str = ""
    copy: int = 0

    def __str__(self) -> str:
        about = f"{self.piece} copy {self.copy}" if self.piece else self.job
        return f"{self.name} {about}".strip()


def deed_asked(command: ask.Command[Any]) -> Deed | None:
    """What the driver's command wants done; None when it only asks."""
    match command:
        case ask.LoadJob(job):
            return Deed(command.name, job=job.job)
        case ask.QueuePiece(piece):
            return Deed(command.name, piece=piece.piece, copy=piece.copy)
        case ask.CancelPiece(piece, copy) | ask.DivertPiece(piece, copy):
            return Deed(command.name, piece=piece, copy=copy)
        case ask.CycleUp() | ask.Start() | ask.Stop() | ask.Halt() | ask.ClearPath() | ask.ResetFault() | ask.EndJob():
            return Deed(command.name)
        case _:
            return None


def deed_heard(command: told.Command) -> Deed | None:
    """The same of a command as the machine understood it."""
    match command:
        case told.LoadJob(job=job):
            return Deed("load_job", job=job)
        case told.QueuePiece(piece=piece, copy=copy):
            return Deed("queue_piece", piece=piece, copy=copy)
        case told.CancelPiece(piece, copy):
            return Deed("cancel_piece", piece=piece, copy=copy)
        case told.DivertPiece(piece, copy):
            return Deed("divert_piece", piece=piece, copy=copy)
        case _:
            name = _PLAIN.get(type(command))
            return None if name is None else Deed(name)


_PLAIN: dict[type, str] = {
    told.CycleUp: "cycle_up",
    told.Start: "start",
    told.Stop: "stop",
    told.Halt: "halt",
    told.ClearPath: "clear_path",
    told.ResetFault: "reset_fault",
    told.EndJob: "end_job",
}


class Overheard:
    """A machine's controller; `heard` is told of each command that was carried out or refused."""

    def __init__(self, controller: Controller, heard: Callable[[told.Command, told.Answer], None]) -> None:
        self._controller = controller
        self._heard = heard

    def obey(self, command: told.Command) -> told.Answer:
        answer = self._controller.obey(command)
        self._heard(command, answer)
        return answer

    def host_lost(self) -> None:
        self._controller.host_lost()

    def host_found(self) -> None:
        self._controller.host_found()
