"""The camera over the sheet feeder: it reads marks and code from the pixels of the very file that was printed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pypdfium2

from omr.code import CodeTemplate
from omr.encode import read_sequence, says_last
from omr.errors import OmrError
from omr.markset import MarkSet, load_mark_set
from omr.model import FedFirst, Side
from omr.read import READ_DPI, read_strip, render_strip
from omr.reading import SheetReading
from omr.sheet import SheetId
from omr.strip import Gray
from simulator.errors import SimulatorError
from simulator.paper import Leaf

_PAGES_A_SHEET = {"one-sided": 1, "two-sided-long-edge": 2, "two-sided-short-edge": 2}
_MARKS_IN_EVENT = 32


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the controller learns of one sheet, and all it learns.

    sheet      identity by the code, None when there is none that can be read.
    code       the code's text as read; may be empty.
    marks      bit n = position n was read as a mark.
    last       the marks end the collation here; None when the set has no such mark or none was read.
    sequence   value of the wrap-around sequence, None when the set has none or none was read.
    problems   in words; the sheet counts as unread when there are any.
    """

    sheet: SheetId | None
    code: str = ""
    marks: int = 0
    last: bool | None = None
    sequence: int | None = None
    problems: tuple[str, ...] = ()


class Camera(Protocol):
    """Looks at sheets of one job."""

    @property
    def fed_first(self) -> FedFirst:
        """The sheet of each piece that comes first."""

    def look(self, leaf: Leaf, *, smeared: bool) -> Sighting:
        """Read one sheet; `smeared` = something lies between lens and paper."""

    def following(self, sequence: int) -> int:
        """The wrap-around sequence of the next sheet."""

    def read_ahead(self, leaves: Iterable[Leaf]) -> bool:
        """Look at one of `leaves` that was not looked at yet, while there is time. False when there is none."""

    def close(self) -> None:
        """The job is over."""


class Stacks(Protocol):
    """Where the printed stacks lie."""

    def find(self, job: str, mark_set: str, code_template: str) -> tuple[str, Sequence[int], Camera] | None:
        """The print file of this job, the 1-based front pages of its sheets as they are fed, and a camera set up for
        them.

        None when no paper of the job is there. Raises SimulatorError for a mark set or template that the machine
        does not know.
        """


class StackFolder:
    """A folder of printed stacks: PDFs whose file name contains the job's key, with or without a ticket (.json).

    side        of the sheets that the camera looks at.
    mark_sets   a folder of mark sets, NAME.toml, that are set up in the machine beside the shipped ones.
    """

    def __init__(self, folder: Path, seed: int, *, side: Side = Side.FRONT, mark_sets: Path | None = None) -> None:
        self._folder = folder
        self._seed = seed
        self._side = side
        self._mark_sets = mark_sets

    def find(self, job: str, mark_set: str, code_template: str) -> tuple[str, Sequence[int], Camera] | None:
        marks = job_marks(mark_set, code_template, self._mark_sets)
        if marks.side is not self._side:
            raise SimulatorError(
                "E2921",
                f"the marks stand on the {marks.side.value}, the camera looks at the {self._side.value}",
                place=f"mark set {mark_set}",
                remedy="start the machine with --camera for that side",
            )
        file = self._file(job)
        if file is None:
            return None
        try:
            pdf = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError:
            return None  # not (yet) a whole print file: no stack to speak of
        ticket = _ticket(file)
        a_sheet = _PAGES_A_SHEET.get(ticket.get("sides", ""), 1)
        pages: Sequence[int] = range(1, len(pdf) + 1, a_sheet)
        lies = [int(number) for number in ticket.get("lies", "").split() if number.isdecimal()]
        if lies:  # What the press did to the stack: sheets twice, missing, in another order.
            pages = [pages[number - 1] for number in lies if 0 < number <= len(pages)]
        if ticket.get("output") == "face-up":
            pages = pages[::-1]  # What was printed last lies on top and is fed first.
        return file.name, pages, PdfCamera(pdf, marks, random.Random(f"{self._seed}/smear/{job}"), a_sheet)

    def _file(self, job: str) -> Path | None:
        """The one PDF that bears the key as a whole word; of several, the one named exactly so."""
        word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(job)}(?![A-Za-z0-9])")
        files = [file for file in sorted(self._folder.glob("*.pdf")) if word.search(file.stem)]
        exact = [file for file in files if file.stem == job]
        chosen = exact or files
        return chosen[0] if len(chosen) == 1 else None


def _ticket(file: Path) -> dict[str, str]:
    """What the press wrote beside the stack, as far as it is text; {} if there is no ticket that can be read."""
    ticket = file.with_suffix(".json")
    if not ticket.is_file():
        return {}
    try:
        content = json.loads(ticket.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return {key: value for key, value in content.items() if isinstance(value, str)} if isinstance(content, dict) else {}


def job_marks(mark_set: str, code_template: str, folder: Path | None = None) -> MarkSet:
    """The mark set, of the folder or a shipped one, with the job's own code content. Raises SimulatorError E2920."""
    own = {file.stem: file for file in folder.glob("*.toml")} if folder is not None else {}
    try:
        marks = load_mark_set(own.get(mark_set, mark_set))
        template = CodeTemplate.parse(code_template)
    except OmrError as error:
        raise SimulatorError("E2920", error.message, place=error.place, remedy=error.remedy) from error
    return marks.with_template(template)


class PdfCamera:
    """Renders the strip of each sheet, on the side with the marks, once and reads it; remembers what it saw.

    pages_a_sheet   1 or 2; where it is 1 the backs are white.
    """

    def __init__(self, pdf: pypdfium2.PdfDocument, marks: MarkSet, rng: random.Random, pages_a_sheet: int = 1) -> None:
        self._pdf = pdf
        self._marks = marks
        self._rng = rng
        self._behind = int(marks.side is Side.BACK)
        self._pages_a_sheet = pages_a_sheet
        self._seen: dict[Leaf, Sighting] = {}

    @property
    def fed_first(self) -> FedFirst:
        return self._marks.fed_first

    def look(self, leaf: Leaf, *, smeared: bool) -> Sighting:
        if smeared:
            return self._read(leaf, smeared=True)
        seen = self._seen.get(leaf)
        if seen is None:
            seen = self._seen[leaf] = self._read(leaf, smeared=False)
        return seen

    def following(self, sequence: int) -> int:
        counter = self._marks.counter("sequence")
        if counter is None:
            return sequence
        lowest = 0 if counter.zero_used else 1
        return lowest + (sequence - lowest + counter.step) % counter.cycle

    def read_ahead(self, leaves: Iterable[Leaf]) -> bool:
        for leaf in leaves:
            if leaf not in self._seen:
                self._seen[leaf] = self._read(leaf, smeared=False)
                return True
        return False

    def close(self) -> None:
        self._pdf.close()

    def _read(self, leaf: Leaf, *, smeared: bool) -> Sighting:
        if self._behind >= self._pages_a_sheet:
            return Sighting(None, problems=("the back is not printed",))
        try:
            with closing(self._pdf[leaf.page - 1 + self._behind]) as page:
                gray = render_strip(page, self._marks)
        except (OmrError, pypdfium2.PdfiumError) as error:
            return Sighting(None, problems=(str(error),))
        if smeared:
            gray = smear(gray, self._rng)
        return sighting(read_strip(gray, READ_DPI, self._marks, number=leaf.page), self._marks)


def smear(gray: Gray, rng: random.Random) -> Gray:
    """The strip with toner wiped along it: a slanting dark band over marks and code."""
    rows, columns = gray.shape
    wiped = gray.copy()
    width = max(3, columns // 3)
    left, drift = rng.randrange(0, columns - width), rng.uniform(-0.2, 0.2)
    for row in range(rows):
        start = int(left + drift * row * columns / rows)
        band = wiped[row, max(0, start) : max(0, min(columns, start + width))]
        np.minimum(band, np.uint8(rng.randrange(40, 160)), out=band)
    return wiped


def sighting(reading: SheetReading, marks: MarkSet) -> Sighting:
    """What the machine's camera passes on of a reading."""
    positions = (reading.positions or ())[:_MARKS_IN_EVENT]
    roles = reading.roles
    return Sighting(
        sheet=reading.sheet,
        code=reading.codes[0].text if reading.codes else "",
        marks=sum(1 << position for position, there in enumerate(positions) if there),
        last=None if roles is None else says_last(marks, roles),
        sequence=None if roles is None else read_sequence(marks, roles),
        problems=reading.problems,
    )
