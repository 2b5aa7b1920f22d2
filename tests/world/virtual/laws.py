"""What must hold after every event, whatever goes wrong. Reads what is committed and where the paper is; shares no rule
with the application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailroom.domain.journal import Entry
from tests.world.oracle import composed_copies

Name = tuple[str, int]

_SEALED = frozenset({"stacked", "mailed"})
_GIVEN_UP = frozenset({"destroyed", "quarantined"})
_HANDS_OR_MACHINE = ("person:", "machine:", "queue:")


class LawBroken(AssertionError):
    """The promise does not hold."""


@dataclass
class Laws:
    """`copies` is the committed state of every copy, by the journal alone; `sealed` the copies that lie in envelopes in
    the stacker, by the paper alone."""

    run_folder: Path
    copies: dict[Name, str] = field(default_factory=dict)
    sealed: dict[Name, int] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    journaled: dict[int, int] = field(default_factory=dict)
    _composed: dict[tuple[tuple[str, int], ...], Name] = field(default_factory=dict)

    def committed(self, entries: Sequence[Entry]) -> None:
        """A transaction is safe on disk."""
        for entry in entries:
            if entry.machine is not None:
                boot, number = entry.machine
                self._demand(number == self.journaled.get(boot, number - 1) + 1, f"event {number} of {boot:08X} jumps")
                self.journaled[boot] = number
            if entry.event.startswith("copy.") and entry.copy is not None:
                self._moved(entry, (entry.piece, entry.copy))

    def _moved(self, entry: Entry, name: Name) -> None:
        before = self.copies.get(name, "")
        self._demand(
            (entry.state_from or "") == before, f"{name} was {before!r}, and the entry says {entry.state_from!r}"
        )
        if not before and name[1] > 1:
            last = self.copies.get((name[0], name[1] - 1), "")
            self._demand(last in _GIVEN_UP, f"{name} is released while the copy before is {last!r}")
        if before == "unknown":
            self._demand(entry.who.startswith(_HANDS_OR_MACHINE), f"{name} leaves unknown by {entry.who}")
        self.copies[name] = entry.state_to or ""
        if entry.state_to in _SEALED:
            others = [other for other, state in self.copies.items() if other[0] == name[0] and state in _SEALED]
            self._demand(others == [name], f"{name[0]} is sealed twice: {others}")
            self._demand(name in self.sealed, f"{name} is {entry.state_to} and lies in no envelope")

    def to_be_printed(self, job: str, copies: Sequence[Name]) -> None:
        """The press takes a job."""
        self._demand(job not in self.printed, f"{job} is printed twice")
        self.printed.add(job)
        for name in copies:
            state = self.copies.get(name)
            self._demand(state in ("submitting", "canceled"), f"{name} is printed while it is {state!r}")

    def machine_said(self, line: dict[str, Any]) -> None:
        """An event of the machine, as it happens: what is fed was recorded before."""
        if line.get("type") == "sheet_scanned" and line["code"]:
            name = (line["piece"], line["copy"])
            state = self.copies.get(name)
            self._demand(state not in (None, "printed", "released"), f"{name} is fed while it is {state!r}")

    def put_down(self, line: dict[str, Any]) -> None:
        """Paper has left the path."""
        if line["place"] != "stacker":
            return
        sheets = tuple((sheet["file"], sheet["page"]) for sheet in line["sheets"])
        if sheets not in self._composed:
            self._composed = {pages: name for name, pages in composed_copies(self.run_folder).items()}
        name = self._composed.get(sheets)
        self._demand(name is not None, f"envelope {line['envelope']} holds {sheets}, which is no copy")
        assert name is not None
        self.sealed[name] = self.sealed.get(name, 0) + 1
        twice = [other for other in self.sealed if other[0] == name[0]]
        self._demand(self.sealed[name] == 1 and twice == [name], f"{name[0]} lies in two envelopes: {twice}")

    def acknowledged(self, boot: int, up_to: int) -> None:
        """The machine has forgotten its events up to that number."""
        have = self.journaled.get(boot, 0)
        self._demand(up_to <= have, f"event {up_to} of {boot:08X} is acknowledged, the journal has {have}")

    def _demand(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise LawBroken(otherwise)
