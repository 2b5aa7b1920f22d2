"""Marks read back from files that may come from anywhere: the guard's worker looks at the pixels, and what it says is
checked before it is used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import JsonValue, TypeAdapter, ValidationError

from mailroom.intake.guard import Done, Guard, garbled, refusal
from mailroom.intake.guard.functions import READ_MARKS
from omr.reading import SheetReading

_LOT = 100
"""Sheets that are read in one call: a scan takes about half a second, and a call may take two minutes."""


def readings(
    guard: Guard, file: Path, mark_set: str, *, sides: str, dpi: float | None, measured: bool
) -> Iterator[SheetReading]:
    """The sheets of a PDF or an image as `omr.pages.read_file` reads them. Raises its errors as InputRefused, and those
    of the guard (E1401 to E1404) for a file that costs too much or ends the worker."""
    asked: dict[str, JsonValue] = {"file": str(file.absolute()), "mark_set": mark_set, "sides": sides}
    first_page = 1
    while True:
        taken: list[Done] = []
        lot = {**asked, "dpi": dpi, "measured": measured, "first_page": first_page, "most": _LOT}
        answer = guard.stream(READ_MARKS, lot, taken.append)
        if (refused := refusal(answer, file)) is not None:
            raise refused
        try:
            read = [_readings().validate_json(json.dumps(item.value)) for item in taken]
        except ValidationError as error:
            raise garbled(file) from error
        pages = [reading.page for reading in read]
        if len(read) > _LOT or pages != sorted(set(pages)) or (pages and pages[0] < first_page):
            raise garbled(file)
        yield from read
        if len(read) < _LOT:
            return
        first_page = pages[-1] + 1


@cache
def _readings() -> TypeAdapter[SheetReading]:
    return TypeAdapter(SheetReading)
