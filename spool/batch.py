"""What goes into a print file, and the rule that an envelope gets the sheets of exactly one piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from omr.sheet import SheetId, SheetOrders
from spool.job import SpoolError, Stretch
from spool.press_profile import PrintOrder


@dataclass(frozen=True, slots=True)
class PageRef:
    """One page of a kept page set: the set's key and the page's place in it, counted from 0."""

    key: str
    index: int


@dataclass(frozen=True, slots=True)
class PieceInfo:
    """What a print file tells of a piece, for the press and whoever looks a page up. No names: it leaves the house."""

    customer: str = ""
    postcode: str = ""
    country: str = ""


_UNTOLD = PieceInfo()


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """One sheet of a batch: who it is, what its marks order, what stands on it. A back of None stays blank.

    `about` is told of the piece; that of its first sheet in the file counts. `sides` is "" for the job's own; `stock`
    is "" for what the front's page set asks for.
    """

    id: SheetId
    orders: SheetOrders
    front: PageRef
    back: PageRef | None = None
    about: PieceInfo = _UNTOLD
    sides: str = ""
    stock: str = ""


@dataclass(frozen=True, slots=True)
class PrintFile:
    """A finished print file: its SHA-256 (hex), its sheets and pages (sides), its size in bytes.

    `stretches` are the runs of pages that want one paper and one way to print sides.
    """

    path: Path
    sha256: str
    sheets: int
    pages: int
    bytes: int
    stretches: tuple[Stretch, ...] = ()


class Collation:
    """Follows the sheets of a batch and refuses the first that would put a wrong sheet in an envelope.

    A piece's sheets lie together, from 1 to the last (or the other way, as the print order says), and once; the marks
    order what the identity says; the ordinals count the sheets as they will be fed. Memory: one small entry a piece.
    """

    def __init__(self, order: PrintOrder) -> None:
        self.sheets = 0
        self._order = order
        self._open: SheetId | None = None
        self._before = 0
        self._pieces: set[tuple[str, str]] = set()

    def add(self, sheet: BatchSheet) -> bool:
        """Take the next sheet; returns whether its piece ends with it. Raises `SpoolError` E6202."""
        self.sheets += 1
        here, orders, last = sheet.id, sheet.orders, self._open
        if (orders.sheet, orders.of) != (here.sheet, here.of):
            raise self._refusal(here, f"its marks say sheet {orders.sheet} of {orders.of}")
        step = -1 if self._order.sheets_reversed else 1
        if last is None:
            self._begin(here, orders.ordinal)
        elif here != SheetId(last.run, last.piece, last.copy, last.sheet + step, last.of):
            raise self._refusal(here, f"sheet {last.sheet + step} of {last.of} of piece {last.piece} was due")
        if orders.ordinal != self._order.ordinals(self._before, here.of)[here.sheet - 1]:
            raise self._refusal(here, f"its marks count it as sheet {orders.ordinal} of the file")
        ends = here.sheet == (1 if step < 0 else here.of)
        if ends and not self._order.pieces_reversed:
            self._before += here.of
        self._open = None if ends else here
        return ends

    def finish(self) -> None:
        """No more sheets come. Raises `SpoolError` E6201 for an empty batch, E6202 for an unfinished piece."""
        if self.sheets == 0:
            raise SpoolError("E6201", "A batch without sheets makes no print file", remedy="Leave the batch out.")
        if (last := self._open) is not None:
            raise self._refusal(last, f"the batch ends although the piece has {last.of} sheets")
        if self._order.pieces_reversed and self._before:
            fact = f"Wrong sheet in the batch: it ends with the sheets from {self._before + 1} on"
            raise SpoolError("E6202", fact, place=f"sheet {self.sheets}", remedy=_PLAN_AGAIN)

    def _begin(self, here: SheetId, ordinal: int) -> None:
        due = here.of if self._order.sheets_reversed else 1
        if here.sheet != due:
            raise self._refusal(here, f"sheet {due} was due: a new piece begins here")
        piece = (here.run, here.piece)
        if piece in self._pieces:
            raise self._refusal(here, "the piece is in the batch already")
        self._pieces.add(piece)
        if self._order.pieces_reversed:
            # The batch begins with its end, and only the first ordinal tells how much is to come.
            first = ordinal - self._order.ordinals(0, here.of)[here.sheet - 1]
            self._before = first if len(self._pieces) == 1 else self._before - here.of

    def _refusal(self, here: SheetId, fact: str) -> SpoolError:
        who = f"sheet {here.sheet} of {here.of}, piece {here.piece}, copy {here.copy}"
        return SpoolError(
            "E6202", f"Wrong sheet in the batch: {who}: {fact}", place=f"sheet {self.sheets}", remedy=_PLAN_AGAIN
        )


_PLAN_AGAIN = "Plan the batch again: nothing of it was printed."


def arrange(pieces: Sequence[Sequence[BatchSheet]], order: PrintOrder) -> Iterator[BatchSheet]:
    """The sheets of pieces in the print order of a press, counted anew from 1.

    Give the pieces as they will be fed, and the sheets of each from 1 on; their own ordinals and the places of their
    pieces don't matter.
    """
    before = [0, *accumulate(map(len, pieces))]
    for place in order.pieces(range(len(pieces))):
        piece = pieces[place]
        ordinals = order.ordinals(before[place], len(piece))
        for at in order.sheets(range(len(piece))):
            yield replace(piece[at], orders=replace(piece[at].orders, ordinal=ordinals[at], piece=place + 1))
