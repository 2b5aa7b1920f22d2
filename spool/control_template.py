"""Templates of machines' files: which records there are, and which fields stand in them. Values only.

`spool.control_template_file` reads them from TOML. A template describes a control file that is written, or a result
file that is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from spool.control_characters import ENCODINGS, Characters
from spool.control_values import Kind

Align = Literal["left", "right"]
Overlong = Literal["refuse", "cut-end", "cut-start"]
Quoting = Literal["needed", "all", "none"]

ALIGNS: Final = ("left", "right")
OVERLONG: Final = ("refuse", "cut-end", "cut-start")
QUOTINGS: Final = ("needed", "all", "none")
BASES: Final = {2: "b", 8: "o", 10: "d", 16: "X"}
"""Bases of numbers → how Python writes them."""
LINE_ENDS: Final[Mapping[str, str]] = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}


class Layout(Enum):
    """How fields are told apart: by their width, or by a delimiter."""

    FIXED = "fixed"
    CSV = "csv"


class Per(Enum):
    """What a record stands for: the file's beginning, a piece, a sheet, the file's end."""

    HEADER = "header"
    PIECE = "piece"
    SHEET = "sheet"
    TRAILER = "trailer"


BODY: Final = (Per.PIECE, Per.SHEET)


@dataclass(frozen=True, slots=True)
class FieldForm:
    """A field of a record.

    value       the value's name; "" for a constant
    constant    what stands in the field whatever the piece is
    caption     the column's name in the line of captions
    kind        what the value is
    width       in a fixed-length record, the bytes of the field; in CSV the most characters, 0 for any number
    pad         what fills the width; "" for nothing
    base        of a number
    flags       what true and false are written as
    empty       what a value that nobody told is written as
    form        of a moment, in the letters of strftime; "" for ISO 8601
    characters  from which to which character of the value, counted from 1; (0, 0) for all
    needed      whether a value that nobody told, or an empty text, is refused
    place       file, line and key
    """

    value: str
    constant: str
    caption: str
    kind: Kind
    width: int
    align: Align
    pad: str
    base: int
    flags: tuple[str, str]
    empty: str
    overlong: Overlong
    form: str
    characters: tuple[int, int]
    needed: bool
    exact: bool
    place: str


@dataclass(frozen=True, slots=True)
class RecordForm:
    """A record: one line of the file."""

    per: Per
    fields: tuple[FieldForm, ...]

    @property
    def width(self) -> int:
        """Bytes of a fixed-length record."""
        return sum(field.width for field in self.fields)

    @property
    def values(self) -> frozenset[str]:
        """The names of its values."""
        return frozenset(field.value for field in self.fields if field.value)


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV file is written: `captions` says whether its first line names the columns."""

    delimiter: str
    quote: str
    quoting: Quoting
    captions: bool


@dataclass(frozen=True, slots=True)
class Template:
    """What a machine's file looks like.

    `records` stand in the order of the file: header, then those of each piece, then the trailer. `statuses` are, in a
    template of results, the machine's words → names of `spool.results.Status`; `suffix` is that of the file's name.
    """

    name: str
    layout: Layout
    characters: Characters
    line_end: str
    suffix: str
    records: tuple[RecordForm, ...]
    csv: CsvForm
    more_texts: Literal["refuse", "cut"]
    statuses: Mapping[str, str]

    @property
    def python_encoding(self) -> str:
        """The encoding as Python calls it."""
        return ENCODINGS[self.characters.encoding]

    def of(self, *levels: Per) -> tuple[RecordForm, ...]:
        """The records of some kinds."""
        return tuple(record for record in self.records if record.per in levels)

    @property
    def values(self) -> frozenset[str]:
        """The names of all values in its records."""
        return frozenset[str]().union(*(record.values for record in self.records))
