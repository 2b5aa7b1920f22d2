"""What goes into a print file, and the rule that an envelope gets the sheets of exactly one piece."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from omr.sheet import SheetId, SheetOrders
from spool.job import SpoolError


@dataclass(frozen=True, slots=True)
class PageRef:
    """One page of a kept page set: the set's key and the page's place in it, counted from 0."""

    key: str
    index: int


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """One sheet of a batch: who it is, what its marks order, what stands on it. A back of None stays blank."""

    id: SheetId
    orders: SheetOrders
    front: PageRef
    back: PageRef | None = None


@dataclass(frozen=True, slots=True)
class PrintFile:
    """A finished print file: its SHA-256 (hex), its sheets and pages (sides), its size in bytes."""

    path: Path
    sha256: str
    sheets: int
    pages: int
    bytes: int


class Collation:
    """Follows the sheets of a batch and refuses the first that would put a wrong sheet in an envelope.

    A piece's sheets lie together, from 1 to the last, and once; the marks order what the identity says; the ordinal
    counts the sheets of the file. Memory: one small entry a piece.
    """

    def __init__(self) -> None:
        self.sheets = 0
        self._open: SheetId | None = None
        self._pieces: set[tuple[str, str]] = set()

    def add(self, sheet: BatchSheet) -> None:
        """Take the next sheet. Raises `SpoolError` E6202."""
        self.sheets += 1
        here, orders, last = sheet.id, sheet.orders, self._open
        if orders.ordinal != self.sheets:
            raise self._refusal(here, f"its marks count it as sheet {orders.ordinal} of the file")
        if (orders.sheet, orders.of) != (here.sheet, here.of):
            raise self._refusal(here, f"its marks say sheet {orders.sheet} of {orders.of}")
        if last is None:
            self._begin(here)
        elif here != SheetId(last.run, last.piece, last.copy, last.sheet + 1, last.of):
            raise self._refusal(here, f"sheet {last.sheet + 1} of {last.of} of piece {last.piece} was due")
        self._open = None if here.sheet == here.of else here

    def finish(self) -> None:
        """No more sheets come. Raises `SpoolError` E6201 for an empty batch, E6202 for an unfinished piece."""
        if self.sheets == 0:
            raise SpoolError("E6201", "A batch without sheets makes no print file", remedy="Leave the batch out.")
        if (last := self._open) is not None:
            raise self._refusal(last, f"the batch ends although the piece has {last.of} sheets")

    def _begin(self, here: SheetId) -> None:
        if here.sheet != 1:
            raise self._refusal(here, "sheet 1 was due: a new piece begins here")
        piece = (here.run, here.piece)
        if piece in self._pieces:
            raise self._refusal(here, "the piece is in the batch already")
        self._pieces.add(piece)

    def _refusal(self, here: SheetId, fact: str) -> SpoolError:
        who = f"sheet {here.sheet} of {here.of}, piece {here.piece}, copy {here.copy}"
        remedy = "Plan the batch again: nothing of it was printed."
        return SpoolError(
            "E6202", f"Wrong sheet in the batch: {who}: {fact}", place=f"sheet {self.sheets}", remedy=remedy
        )
