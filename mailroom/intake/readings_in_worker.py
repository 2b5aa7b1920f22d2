"""What the guard's worker does for `readings`: the only place where the pixels of such files are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter

from mailroom.intake.guard.functions import Result
from omr.markset import load_mark_set
from omr.pages import read_file
from omr.reading import SheetReading


def read(
    *, file: str, mark_set: str, sides: str, dpi: float | None, measured: bool, first_page: int, most: int
) -> Iterator[Result]:
    """At most so many sheets from a page on, each as the fields of a SheetReading."""
    plain = TypeAdapter(SheetReading)
    marks = load_mark_set(mark_set)
    sheets = read_file(Path(file), marks, sides=sides, dpi=dpi, measured=measured, first_page=first_page)
    for reading in islice(sheets, most):
        yield Result(plain.dump_python(reading, mode="json"))
