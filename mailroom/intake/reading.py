"""What the readers hand over: one Reading for each document found in a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import IssuedInvoice

_TOLD_MAX = 800
"""Characters of a message: what was sent may be quoted in it, and what was sent may be anything."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a file, either read (`invoice`) or refused (`error`), never both and never neither.

    `place` says where in the file it stands: "" for a file that holds one document, "line 3", "rows 2-9".
    `kind` is "ubl", "cii", "jsonl", "csv", or "unknown" for a file that none of the readers takes.
    """

    file: Path
    place: str
    kind: str
    invoice: IssuedInvoice | None = None
    error: InputRefused | None = None

    def __post_init__(self) -> None:
        if (self.invoice is None) == (self.error is None):
            raise ValueError("a reading holds an invoice or an error")


def refused(file: Path, place: str, kind: str, error: InputRefused) -> Reading:
    """A Reading of a refusal. The error is made anew with file and place in front of what it already knew;
    a row of a table stands for the rows that it is among."""
    within = error.place.startswith("row ")
    where = ", ".join(part for part in (file.name, "" if within else place, error.place) if part)
    placed = InputRefused(
        error.code, _printable(error.message), place=_printable(where), remedy=_printable(error.remedy)
    )
    return Reading(file, place, kind, error=placed)


def _printable(text: str) -> str:
    """Messages quote what was sent; what can't be encoded in it would break the very report of the error."""
    return text[:_TOLD_MAX].encode("utf-8", "backslashreplace").decode("utf-8")
