"""The values that a template may place in a machine's control file, by name. Told in docs/control-file.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from omr.model import FedFirst
from spool.control import ControlFile, ControlHeader, ControlPiece
from spool.control_extras import ControlExtras, Fact
from spool.control_rules import FEEDERS

Told = Fact | None
"""A value as a record has it; None for a fact that nobody told."""

LINES: Final = range(1, 10)
DOCUMENTS: Final = range(1, 10)
USER_FIELDS: Final = range(1, 10)
PAPER_FEEDERS: Final = range(1, 5)


class Kind(Enum):
    """What a value is. A moment is ISO 8601 with offset, and a text to all but the template's `form`."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"


class Level(Enum):
    """Which records know a value: all; those of a piece or a sheet; those of a sheet; the trailer."""

    JOB = "job"
    PIECE = "piece"
    SHEET = "sheet"
    TRAILER = "trailer"


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the whole file, known before its first line.

    `records` are the lines of pieces and sheets, `lines` are all.
    """

    pieces: int
    sheets: int
    inserts: int
    diverts: int
    records: int
    lines: int

    @classmethod
    def of(cls, control: ControlFile, *, per_piece: int, per_sheet: int, around: int) -> Totals:
        """The sums, with so many records for each piece and each sheet, and so many lines before and after them."""
        pieces = control.pieces
        sheets = sum(piece.sheets for piece in pieces)
        records = per_piece * len(pieces) + per_sheet * sheets
        inserts = sum(len(piece.selects) for piece in pieces)
        return cls(len(pieces), sheets, inserts, sum(piece.divert for piece in pieces), records, records + around)


@dataclass(slots=True)
class Spot:
    """Where the writer stands: everything that a field can be taken from.

    `line` is the number of the line in the file, `record` that among the lines of pieces and sheets, `fed` the place
    of the sheet in its piece as it is fed; all from 1. `sha256` is that of all bytes before, in the trailer.
    """

    header: ControlHeader
    totals: Totals
    extras: ControlExtras
    line: int = 0
    record: int = 0
    piece: ControlPiece | None = None
    fed: int = 0
    sha256: str = ""

    @property
    def this(self) -> ControlPiece:
        """The piece; a template is refused when it asks for one outside its records."""
        assert self.piece is not None
        return self.piece

    @property
    def sheet(self) -> int:
        """The number of the sheet in its piece."""
        return FedFirst(self.header.fed_first).place(self.fed, self.this.sheets)


@dataclass(frozen=True, slots=True)
class Value:
    """A value by name: what it is, which records know it, and where it is taken from."""

    kind: Kind
    level: Level
    take: Callable[[Spot], Told]
    extra: bool = False


def _job(kind: Kind, take: Callable[[Spot], Told]) -> Value:
    return Value(kind, Level.JOB, take)


def _piece(kind: Kind, take: Callable[[ControlPiece], Told]) -> Value:
    return Value(kind, Level.PIECE, lambda spot: take(spot.this))


def _sheet(kind: Kind, take: Callable[[Spot], Told]) -> Value:
    return Value(kind, Level.SHEET, take)


def _job_extra(kind: Kind, name: str) -> Value:
    return Value(kind, Level.JOB, lambda spot: spot.extras.job.get(name), extra=True)


def _piece_extra(kind: Kind, name: str) -> Value:
    def take(spot: Spot) -> Told:
        told = spot.extras.pieces.get(spot.this.piece)
        return None if told is None else told.get(name)

    return Value(kind, Level.PIECE, take, extra=True)


def _nth(of: Callable[[ControlPiece], tuple[str, ...]], number: int) -> Value:
    def take(piece: ControlPiece) -> str:
        texts = of(piece)
        return texts[number - 1] if number <= len(texts) else ""

    return _piece(Kind.TEXT, take)


def _select(number: int) -> Value:
    return _piece(Kind.FLAG, lambda piece: number in piece.selects)


_T, _N, _F, _M = Kind.TEXT, Kind.NUMBER, Kind.FLAG, Kind.MOMENT

_OF_JOB: Mapping[str, Value] = {
    "job": _job(_T, lambda spot: spot.header.job),
    "run": _job(_T, lambda spot: spot.header.run),
    "created": _job(_M, lambda spot: spot.header.created),
    "client": _job(_T, lambda spot: spot.header.client),
    "envelope": _job(_T, lambda spot: spot.header.envelope),
    "fold": _job(_T, lambda spot: spot.header.fold),
    "stock": _job(_T, lambda spot: spot.header.stock),
    "sides": _job(_T, lambda spot: spot.header.sides),
    "mark_set": _job(_T, lambda spot: spot.header.mark_set),
    "fed_first": _job(_T, lambda spot: spot.header.fed_first),
    "code_template": _job(_T, lambda spot: spot.header.code_template),
    "print_file": _job(_T, lambda spot: spot.header.print_file),
    "print_file_sha256": _job(_T, lambda spot: spot.header.print_file_sha256),
    "pieces": _job(_N, lambda spot: spot.totals.pieces),
    "all_sheets": _job(_N, lambda spot: spot.totals.sheets),
    "all_inserts": _job(_N, lambda spot: spot.totals.inserts),
    "all_diverts": _job(_N, lambda spot: spot.totals.diverts),
    "all_records": _job(_N, lambda spot: spot.totals.records),
    "all_lines": _job(_N, lambda spot: spot.totals.lines),
    "line_number": _job(_N, lambda spot: spot.line),
    "sha256": Value(_T, Level.TRAILER, lambda spot: spot.sha256),
}

_OF_PIECE: Mapping[str, Value] = {
    "order": _piece(_N, lambda piece: piece.order),
    "piece": _piece(_T, lambda piece: piece.piece),
    "copy": _piece(_N, lambda piece: piece.copy),
    "reprint": _piece(_N, lambda piece: piece.copy - 1),
    "previous_copy": _piece(_N, lambda piece: piece.previous_copy),
    "sheets": _piece(_N, lambda piece: piece.sheets),
    "first_sheet": _piece(_N, lambda piece: piece.first_sheet),
    "last_sheet": _piece(_N, lambda piece: piece.first_sheet + piece.sheets - 1),
    "selects": _piece(_N, lambda piece: sum(1 << (number - 1) for number in piece.selects)),
    "inserts": _piece(_N, lambda piece: len(piece.selects)),
    "divert": _piece(_F, lambda piece: piece.divert),
    "customer": _piece(_T, lambda piece: piece.customer),
    "postcode": _piece(_T, lambda piece: piece.postcode),
    "country": _piece(_T, lambda piece: piece.country),
    "record_number": Value(_N, Level.PIECE, lambda spot: spot.record),
    **{f"line_{number}": _nth(lambda piece: piece.lines, number) for number in LINES},
    **{f"document_{number}": _nth(lambda piece: piece.documents, number) for number in DOCUMENTS},
    **{f"select_{number}": _select(number) for number in FEEDERS},
    "sheet": _sheet(_N, lambda spot: spot.sheet),
    "sheet_place": _sheet(_N, lambda spot: spot.this.first_sheet + spot.fed - 1),
    "is_first": _sheet(_F, lambda spot: spot.fed == 1),
    "is_last": _sheet(_F, lambda spot: spot.fed == spot.this.sheets),
}

_JOB_EXTRAS: Mapping[str, Kind] = {
    "due": _M,
    "envelope_material": _T,
    **{f"insert_material_{number}": _T for number in FEEDERS},
}

_PIECE_EXTRAS: Mapping[str, Kind] = {
    "subset": _N,
    "subsets": _N,
    **{f"feeder_{number}_sheets": _N for number in PAPER_FEEDERS},
    "audit": _F,
    "alert": _F,
    "account": _T,
    "town": _T,
    "postal_code": _T,
    "message": _T,
    "previous_run": _T,
    "previous_piece": _T,
    "weight_mg": _N,
    "thickness_um": _N,
    **{f"user_{number}": _T for number in USER_FIELDS},
}

VALUES: Final[Mapping[str, Value]] = MappingProxyType(
    {
        **_OF_JOB,
        **_OF_PIECE,
        **{name: _job_extra(kind, name) for name, kind in _JOB_EXTRAS.items()},
        **{name: _piece_extra(kind, name) for name, kind in _PIECE_EXTRAS.items()},
    }
)
"""Every value by name."""

IDENTITY: Final = frozenset({"job", "run", "piece", "copy", "reprint", "sheet", "previous_run", "previous_piece"})
"""Values that say who a record is: never cut, and no character of theirs is replaced."""
