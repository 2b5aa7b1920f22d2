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


@dataclass(frozen=True, slots=True)
class Line:
    """The queue that prints and the inserter behind it. `machine` names the inserter in the journal; `by_files` says
    that there is no line to it and files are all that goes to and fro. `tell` hears of files that could not be taken.
    """

    queue: PrintQueue
    open_inserter: OpenInserter
    machine: str
    operator: Operator
    patience: Patience
    by_files: bool = False
    tell: Callable[[Explained], None] = tell_nobody
