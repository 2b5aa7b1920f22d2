"""The first look at a PDF that came in: what it is, or why it can't be taken."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mailroom.intake.guard.answer import done, garbled, refusal
from mailroom.intake.guard.functions import INSPECT_PDF, MEND_PDF
from mailroom.intake.guard.guard import Guard
from spool.atomic import AtomicFile


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What a PDF may be. The size of a page is that of its visible box, in mm: from a stamp to the largest sheet that
    PDF can name without a user unit (14,400 units are 5.08 m)."""

    file_bytes: int = 2 << 30
    pages: int = 50_000
    objects: int = 2_000_000
    depth: int = 100
    side_min_mm: float = 1.0
    side_max_mm: float = 5000.0
    stream_bytes: int = 512 << 20
    image_pixels: int = 600_000_000


@dataclass(frozen=True, slots=True)
class PageRun:
    """Pages of one size that follow one another; `first` counts from 0. `rotate` is 0, 90, 180 or 270 degrees
    clockwise and not yet applied to width and height."""

    first: int
    count: int
    width_mm: float
    height_mm: float
    rotate: int


@dataclass(frozen=True, slots=True)
class PdfInspection:
    """A PDF that can be taken.

    sizes      every page, in order.
    encrypted  with the empty password, so it can be read.
    repaired   what had to be mended to read it, in the library's words; () for a sound file. Libraries mend in
               different ways: read such a file from one mended copy only.
    active     what a print file must never have ("JavaScript", "Launch", "EmbeddedFile" …), sorted; it is noted, not
               refused.
    """

    pages: int
    sizes: tuple[PageRun, ...]
    objects: int
    encrypted: bool
    repaired: tuple[str, ...]
    active: tuple[str, ...]


_INSPECTIONS = TypeAdapter(PdfInspection)


def inspect_pdf(guard: Guard, file: Path, limits: PdfLimits | None = None) -> PdfInspection:
    """Look at a PDF in a worker of `guard`.

    Raises InputRefused: E1401…E1404 of the guard (`refusal`); E1410 no PDF, E1411 broken beyond repair, E1412 password,
    E1413 no pages, E1414 too many pages, E1415 nested too deep, E1416 page size, E1417 page tree, E1418 a stream that
    swells, E1419 too many objects or pixels, E1420 file too large, E1421 the file can't be opened, E1422 cut off.
    """
    answer = guard.call(INSPECT_PDF, {"file": str(file.absolute()), "limits": asdict(limits or PdfLimits())})
    value = done(answer, file).value
    try:
        return _INSPECTIONS.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        raise garbled(file) from error


def mend_pdf(guard: Guard, file: Path, target: Path) -> None:
    """Write what the library could mend of `file` to `target` as a sound PDF, decrypted; `target` appears whole or not
    at all. For files that `inspect_pdf` calls repaired. Raises InputRefused as `refusal`; E6001…E6004 of the disk."""
    with AtomicFile(target) as out:
        answer = guard.stream(MEND_PDF, {"file": str(file.absolute())}, lambda item: out.write(b"".join(item.parts)))
        refused = refusal(answer, file)
        if refused is not None:
            raise refused
        out.commit()
