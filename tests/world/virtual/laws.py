"""What must hold after every event, whatever goes wrong. Reads what is committed, what the machine did and where the
paper is; shares no rule with the application. docs/worlds.md tells each law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailroom.domain.journal import Entry
from tests.world.oracle import composed_copies, strange_sheets
from tests.world.virtual.deeds import Deed

Name = tuple[str, int]

_SEALED = frozenset({"stacked", "mailed"})
_GIVEN_UP = frozenset({"destroyed", "quarantined"})
_HANDS_OR_MACHINE = ("person:", "machine:", "queue:")
_RESTING = frozenset({"mailed", "destroyed", "quarantined", "canceled"})
_UNDER_WAY = frozenset({"feeding", "scanned"})

MOST_STARTS = 30
MOST_SECONDS_A_COPY = 240.0
MOST_MOMENTS_A_COPY = 200
MOST_COPIES = 15
"""A run that was begun so often, takes so long, has so many moments of its process, or prints a piece so often will
never end. Worlds that keep the laws stay far below."""


class LawBroken(BaseException):
    """The promise does not hold. No handler of the application may catch it."""


@dataclass
class Laws:
    """`copies` is the committed state of every copy, by the journal alone; `sealed` the copies that lie in envelopes in
    the stacker, by the paper alone; `reported` what the press told last of each job: the state and its sheets."""

    run_folder: Path
    copies: dict[Name, str] = field(default_factory=dict)
    sealed: dict[Name, int] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    reported: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    journaled: dict[int, int] = field(default_factory=dict)
    _batch_of: dict[Name, str] = field(default_factory=dict)
    _sheets_of: dict[str, int] = field(default_factory=dict)
    _fed_to: dict[Name, int | None] = field(default_factory=dict)
    _given: Counter[Deed] = field(default_factory=Counter)
    _obeyed: Counter[Deed] = field(default_factory=Counter)
    _done: Counter[Deed] = field(default_factory=Counter)
    _claimed: Counter[Deed] = field(default_factory=Counter)
    _meant_for: dict[Deed, int | None] = field(default_factory=dict)
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
            elif entry.event.startswith("batch."):
                self._batch_moved(entry)
            elif entry.event == "run.closed":
                left = {name: state for name, state in self.copies.items() if state not in _RESTING}
                self._demand(not left, f"the run is closed and there is {left}")

    def _batch_moved(self, entry: Entry) -> None:
        match entry.event:
            case "batch.planned":
                self._sheets_of[entry.batch] = entry.detail["sheets"]
            case "batch.printed":
                reported = self.reported.get(entry.batch)
                told = reported in (("completed", None), ("completed", self._sheets_of[entry.batch]))
                self._demand(told, f"{entry.batch} is printed, and the press told {reported}")
            case "batch.done":
                ours = [name for name, batch in self._batch_of.items() if batch == entry.batch]
                left = [name for name in ours if self.copies[name] in _UNDER_WAY]
                self._demand(not left, f"{entry.batch} is done while {left} are under way")

    def _moved(self, entry: Entry, name: Name) -> None:
        before = self.copies.get(name, "")
        self._demand(
            (entry.state_from or "") == before, f"{name} was {before!r}, and the entry says {entry.state_from!r}"
        )
        self._demand(name[1] <= MOST_COPIES, f"the run does not come to its end: {name} is released")
        if not before and name[1] > 1:
            last = self.copies.get((name[0], name[1] - 1), "")
            self._demand(last in _GIVEN_UP, f"{name} is released while the copy before is {last!r}")
        if before == "unknown":
            self._demand(entry.who.startswith(_HANDS_OR_MACHINE), f"{name} leaves unknown by {entry.who}")
        self.copies[name] = entry.state_to or ""
        self._batch_of[name] = entry.batch
        if entry.event == "copy.feed":
            self._fed_to[name] = entry.detail["evidence"]["boot"]
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
        strange = strange_sheets(self.run_folder / f"{job}.control.jsonl")
        self._demand(not strange, "; ".join(strange[:3]))

    def brought(self, before: tuple[int, int], event: tuple[int, int]) -> None:
        """The driver brings one event after the other to the journal: (boot id, number)."""
        follows = before[0] != event[0] or event[1] == before[1] + 1
        self._demand(follows, f"the driver brings event {event[1]} of {event[0]:08X} after {before[1]}")

    def given(self, deed: Deed, boot: int | None) -> None:
        """The application asks the machine for something once; `boot` is the power-up that it knows of."""
        self._given[deed] += 1
        self._meant_for[deed] = boot

    def obeyed(self, deed: Deed, boot: int, *, done: bool) -> None:
        """The machine has carried it out, or refused it."""
        self._obeyed[deed] += 1
        self._demand(
            self._obeyed[deed] <= self._given[deed],
            f"{deed} was asked {self._given[deed]} times, and is done the {self._obeyed[deed]}th time",
        )
        meant = self._meant_for[deed]
        self._demand(meant in (None, boot), f"{deed} was meant for {meant or 0:08X}, and {boot:08X} does it")
        if not done:
            return
        self._done[deed] += 1
        if deed.name == "queue_piece":
            name = (deed.piece, deed.copy)
            state, fed_to = self.copies.get(name), self._fed_to.get(name)
            self._demand(name not in self.sealed, f"{name} is queued, and lies in an envelope")
            self._demand(
                state in _UNDER_WAY and fed_to == boot, f"{name} is queued at {boot:08X}: {state}, fed to {fed_to}"
            )

    def believed(self, deed: Deed) -> None:
        """The application was told that it is done."""
        self._claimed[deed] += 1
        self._demand(
            self._claimed[deed] <= self._done[deed], f"{deed} is taken for done, and the machine has not done it"
        )

    def goes_on(self, starts: int, seconds: float, moments: int) -> None:
        """The run gets on towards its end."""
        copies = len(self.copies)
        in_time = seconds <= copies * MOST_SECONDS_A_COPY and moments <= copies * MOST_MOMENTS_A_COPY
        self._demand(starts <= MOST_STARTS and in_time, "the run does not come to its end")

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
