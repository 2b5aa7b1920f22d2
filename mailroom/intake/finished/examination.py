"""What a PDF shows to whoever asks it the questions of one definition: plain values, nothing open."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """A barcode on a page."""

    symbology: str
    text: str


@dataclass(frozen=True, slots=True)
class PageSeen:
    """One page as it is shown: `rotation` in degrees is applied in width and height already. `texts` are those of the
    examination's zones, in their order. `fault` says why the page can't be read, "" when it can."""

    number: int
    width_mm: float
    height_mm: float
    rotation: int = 0
    texts: tuple[str, ...] = ()
    blank: bool = False
    label: str = ""
    codes: tuple[CodeSeen, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline; `level` 1 is the outermost, `page` counts from 1."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class EmbeddedInvoice:
    """What an embedded e-invoice says of the document. `problem` says why it can't be read, "" when it can.
    Amounts and dates are in plain form (1234.50, 2026-03-31), "" when the XML gives none."""

    file: str
    problem: str = ""
    number: str = ""
    type_code: str = ""
    date: str = ""
    currency: str = ""
    amount: str = ""
    language: str = ""
    reference: str = ""
    customer: str = ""
    name: str = ""
    lines: tuple[str, ...] = ()
    postcode: str = ""
    town: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A record of the index file: its number there (from 1) and its values by field."""

    number: int
    values: tuple[tuple[str, str], ...]

    def get(self, field: str) -> str:
        """The value of a field, "" when the row has none."""
        return next((value for name, value in self.values if name == field), "")


@dataclass(frozen=True, slots=True)
class Examination:
    """A whole file. `zones` are the names under which `PageSeen.texts` stand. `index` is None when the definition
    names no index file."""

    file: str
    sha256: str
    zones: tuple[str, ...]
    pages: tuple[PageSeen, ...]
    bookmarks: tuple[Bookmark, ...] = ()
    embedded: tuple[EmbeddedInvoice, ...] = ()
    index: tuple[IndexRow, ...] | None = None

    def plain(self) -> dict[str, Any]:
        """The examination as plain values (JSON), for an answer from another process."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_plain(values: object) -> Examination:
        """What `plain` gave, checked. Raises pydantic's ValidationError (a ValueError) for anything else."""
        return _adapter().validate_python(values)


@cache
def _adapter() -> TypeAdapter[Examination]:
    return TypeAdapter(Examination)
