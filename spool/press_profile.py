"""Press profiles: how a press stacks, how the inserter takes the sheets, which papers there are. Data, in TOML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from layouts.errors import LayoutError
from layouts.tomlfile import TomlTable, read_toml
from spool.job import SpoolError

FACE_DOWN, FACE_UP = OUTPUTS = ("face-down", "face-up")
FIRST_SHEET, LAST_SHEET = FED_FIRST = ("first-sheet", "last-sheet")
PLAIN = "plain"

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """The order of sheets in the print file, so that they reach the inserter in the order of feeding.

    Pieces are fed from the first on. A stack that was printed face up is fed from what was printed last, so its file
    begins at the end. An inserter may want each piece from its last sheet on, so that the address lies on top when all
    are gathered; it then needs a mark set that says "end of collation" on the first sheet.
    """

    output: str = FACE_DOWN
    fed_first: str = FIRST_SHEET

    @property
    def pieces_reversed(self) -> bool:
        """The file begins with the piece that is fed last."""
        return self.output == FACE_UP

    @property
    def sheets_reversed(self) -> bool:
        """In the file, each piece begins with its last sheet."""
        return (self.output == FACE_UP) != (self.fed_first == LAST_SHEET)

    def pieces(self, pieces: Sequence[ItemT]) -> Iterator[ItemT]:
        """The pieces, given in the order of feeding, in the order of the file."""
        return reversed(pieces) if self.pieces_reversed else iter(pieces)

    def sheets(self, sheets: Sequence[ItemT]) -> Iterator[ItemT]:
        """The sheets of a piece, given from 1 on, in the order of the file."""
        return reversed(sheets) if self.sheets_reversed else iter(sheets)

    def ordinals(self, before: int, sheets: int) -> range:
        """The ordinals of a piece's sheets 1, 2, … when so many sheets are fed `before` it."""
        rising = range(before + 1, before + sheets + 1)
        return rising if self.fed_first == FIRST_SHEET else rising[::-1]


@dataclass(frozen=True, slots=True)
class PressProfile:
    """
    mixed_sides   the press takes `sides` page by page: a one-sided sheet of a two-sided job needs no blank back.
    media_types   stock, as layouts name it -> IPP `media-type`. "plain" need not be there: it is the job's own.
    """

    name: str
    order: PrintOrder = field(default_factory=PrintOrder)
    mixed_sides: bool = False
    media_types: Mapping[str, str] = field(default_factory=dict)

    def media_type(self, stock: str) -> str:
        """What the press calls a stock; "" for the job's own. Raises `SpoolError` E6211 for one that it lacks."""
        if stock in self.media_types:
            return self.media_types[stock]
        if stock == PLAIN:
            return ""
        known = ", ".join(sorted({PLAIN, *self.media_types}))
        remedy = "Add it to the profile's table 'stocks', with the printer's media-type, or choose another press."
        message = f"The press {self.name} has no paper {stock!r}; it has {known}"
        raise SpoolError("E6211", message, place=f"press profile {self.name}", remedy=remedy)


def load_press_profile(name_or_path: str | Path) -> PressProfile:
    """A profile by the name of a shipped one, or from a file.

    Raises `SpoolError` E6210, its place the file, the line and the key.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = Path(__file__).parent / "profiles" / f"{name_or_path}.toml"
    try:
        table, _ = read_toml(path)
        profile = _read(table, path.stem)
        table.done()
    except LayoutError as error:
        raise SpoolError("E6210", error.message, place=error.place, remedy=error.remedy) from error
    return profile


def _read(table: TomlTable, name: str) -> PressProfile:
    order = PrintOrder(
        output=table.choice("output", OUTPUTS, FACE_DOWN), fed_first=table.choice("fed_first", FED_FIRST, FIRST_SHEET)
    )
    mixed_sides = table.truth("mixed_sides", False)
    keys = table.keys()
    stocks = dict(table.table("stocks").each(TomlTable.text)) if "stocks" in keys else {}
    return PressProfile(name, order, mixed_sides, stocks)


@cache
def default_press() -> PressProfile:
    """The shipped profile "production"."""
    return load_press_profile("production")
