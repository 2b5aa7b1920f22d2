"""The print line: the machines that a run goes through, and the person beside them."""

from __future__ import annotations

from dataclasses import dataclass

from mailroom.production.ports import OpenInserter, Operator, PrintQueue


@dataclass(frozen=True, slots=True)
class Patience:
    """How often queue and machine are asked, and how long nothing may move before somebody is called (seconds)."""

    poll: float = 0.25
    stalled: float = 120.0


@dataclass(frozen=True, slots=True)
class Line:
    """The queue that prints and the inserter behind it. `machine` names the inserter in the journal."""

    queue: PrintQueue
    open_inserter: OpenInserter
    machine: str
    operator: Operator
    patience: Patience
