"""The print line: the machines that a run goes through, and the person beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailroom.domain.errors import Explained
from mailroom.production.ports import OpenInserter, Operator, PrintQueue


@dataclass(frozen=True, slots=True)
class Patience:
    """How often queue and machine are asked, and how long nothing may move before somebody is called (seconds)."""

    poll: float = 0.25
    stalled: float = 120.0


def tell_nobody(fault: Explained) -> None:
    """Where nobody listens."""


def tended_by_nobody() -> bool:
    """Where no other process drives the machine."""
    return False


@dataclass(frozen=True, slots=True)
class Line:
    """The queue that prints and the inserter behind it. `machine` names the inserter in the journal; `by_files` says
    that there is no line to it and files are all that goes to and fro. `tell` hears of what goes wrong and does not end
    the work, as files that could not be taken. `is_tended` tells whether a daemon drives the machine and inserts what
    is printed."""

    queue: PrintQueue
    open_inserter: OpenInserter
    machine: str
    operator: Operator
    patience: Patience
    by_files: bool = False
    tell: Callable[[Explained], None] = tell_nobody
    is_tended: Callable[[], bool] = tended_by_nobody
