"""Which pages of a print file want which paper and sides: in runs, as a press is told them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from spool.atomic import disk_error, write_whole
from spool.job import SpoolError, Stretch

SCHEMA = "mailroom-paper/1"
_ASSEMBLE_AGAIN = "Assemble the batch again: the file is written beside the print file."


class Stretches:
    """Gathers the sheets of a file into stretches."""

    def __init__(self) -> None:
        self._done: list[Stretch] = []
        self._wanted = ("", "", "")
        self._first = 1
        self._pages = 0
        self._sheets = 0

    def add(self, pages: int, stock: str, media_type: str, sides: str) -> None:
        """The next sheet, of one or two pages."""
        wanted = (stock, media_type, sides)
        if wanted != self._wanted:
            self._close()
            self._wanted = wanted
        self._pages += pages
        self._sheets += 1

    def finish(self) -> tuple[Stretch, ...]:
        """All of them, in order."""
        self._close()
        return tuple(self._done)

    def _close(self) -> None:
        if self._sheets:
            self._done.append(Stretch(self._first, self._pages, self._sheets, *self._wanted))
        self._first, self._sheets = self._pages + 1, 0


def pages_of(stretches: Sequence[Stretch], sheets: int) -> int:
    """How many pages the first so many sheets of a file have."""
    for stretch in stretches:
        if sheets <= stretch.sheets:
            return stretch.first_page - 1 + sheets * stretch.pages_per_sheet
        sheets -= stretch.sheets
    return stretches[-1].last_page


def overrides(stretches: Iterable[Stretch], *, sides: str, media: str) -> Iterator[str]:
    """IPP `overrides` (PWG 5100.6), as CUPS wants them written, for what differs from the job's own sides and paper.

    One collection a stretch: libcups splits values at every comma, so a list of pages in one would be torn apart.
    """
    for stretch in stretches:
        changes = []
        if stretch.media_type:
            changes.append(f"media-col={{media-size-name={media} media-type={stretch.media_type}}}")
        if stretch.sides != sides:
            changes.append(f"sides={stretch.sides}")
        if changes:
            yield f"{{pages={stretch.first_page}-{stretch.last_page} {' '.join(changes)}}}"


def uniform(stretches: Iterable[Stretch], sides: str) -> bool:
    """Whether the job's own paper and `sides` are all that the press must know."""
    return all(not stretch.media_type and stretch.sides == sides for stretch in stretches)


def write_paper(path: Path, stretches: Iterable[Stretch]) -> None:
    """Write the stretches beside the print file. Faults of the disk: `SpoolError` E6001…E6004."""
    rows = ",\n".join(json.dumps(asdict(stretch)) for stretch in stretches)
    write_whole(path, f'{{"schema": "{SCHEMA}", "stretches": [\n{rows}\n]}}\n'.encode())


def read_paper(path: Path) -> tuple[Stretch, ...]:
    """The stretches that were written. Raises `SpoolError` E6213 for a damaged file, E6001…E6004 for the disk."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise disk_error(error, path) from error
    try:
        values = json.loads(data)
        if values["schema"] != SCHEMA:
            raise ValueError(f"its schema is {values['schema']!r}, not {SCHEMA!r}")
        stretches = tuple(Stretch(**row) for row in values["stretches"])
        _check(stretches)
    except (ValueError, TypeError, KeyError) as error:
        message = f"The list of papers can't be read: {error}"
        raise SpoolError("E6213", message, place=str(path), remedy=_ASSEMBLE_AGAIN) from error
    return stretches


def _check(stretches: Sequence[Stretch]) -> None:
    """Every page stands in one stretch, and each sheet has one or two. Raises ValueError or TypeError."""
    due = 1
    for stretch in stretches:
        if any(type(getattr(stretch, each.name)) is not _TYPES[str(each.type)] for each in fields(Stretch)):
            raise TypeError("a field has the wrong type")
        pages = stretch.last_page - due + 1
        if stretch.first_page != due or pages not in {stretch.sheets, 2 * stretch.sheets} or stretch.sheets < 1:
            raise ValueError(f"pages {stretch.first_page} to {stretch.last_page} stand where page {due} is due")
        due = stretch.last_page + 1


_TYPES = {"int": int, "str": str}
