"""Which sheet may be scanned next where envelopes are filled by hand. Pure: a scan and what is under way in, what is
under way then or the reason of the refusal out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from mailroom.domain.piece import Copy
from omr.model import FedFirst
from omr.sheet import SheetId


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A copy of which the first `scanned` sheets were scanned, in the order in which the stack has them."""

    run: str
    copy: Copy
    scanned: int = 0
    fed_first: FedFirst = FedFirst.FIRST_SHEET

    @property
    def complete(self) -> bool:
        """Every sheet was scanned: inserts and envelope are to be confirmed."""
        return self.scanned == self.copy.sheets

    @property
    def seen(self) -> int:
        """The number of the sheet that was scanned last."""
        return self.fed_first.place(self.scanned, self.copy.sheets)

    @property
    def due(self) -> SheetId:
        """The one sheet that may come next."""
        number = self.fed_first.place(self.scanned + 1, self.copy.sheets)
        return SheetId(self.run, self.copy.piece, self.copy.copy, number, self.copy.sheets)


class Misscan(Enum):
    """Why a scan is refused, in words."""

    NO_SHEET = "this is no code of a sheet"
    OTHER_RUN = "this sheet is of another run"
    NOT_WAITING = "this piece does not wait to be filled by hand"
    OTHER_PIECE = "this sheet is of another piece"
    SCANNED_ALREADY = "this sheet was scanned already"
    TOO_EARLY = "another sheet comes before this one"
    OTHER_COUNT = "this sheet's code counts other sheets than the piece has"


def next_scan(
    sheet: SheetId | None,
    run: str,
    waiting: Mapping[tuple[str, int], Copy],
    under_way: UnderWay | None,
    fed_first: FedFirst = FedFirst.FIRST_SHEET,
) -> UnderWay | Misscan:
    """What is under way after a scan. With nothing under way, the sheet that lies first of any waiting copy begins it;
    `waiting` is by (piece, copy), and the stack has each piece from the `fed_first` on."""
    if sheet is None:
        return Misscan.NO_SHEET
    if sheet.run != run:
        return Misscan.OTHER_RUN
    name = (sheet.piece, sheet.copy)
    if under_way is None:
        copy = waiting.get(name)
        if copy is None:
            return Misscan.NOT_WAITING
        under_way = UnderWay(run, copy, fed_first=fed_first)
    elif name != (under_way.copy.piece, under_way.copy.copy):
        return Misscan.OTHER_PIECE
    if sheet.of != under_way.copy.sheets or sheet.sheet > sheet.of:
        return Misscan.OTHER_COUNT
    if sheet == under_way.due:
        return replace(under_way, scanned=under_way.scanned + 1)
    scanned = fed_first.place(sheet.sheet, sheet.of) <= under_way.scanned
    return Misscan.SCANNED_ALREADY if scanned else Misscan.TOO_EARLY
