"""Finished PDFs as the house sees them: through a worker of the guard, each answer checked before it is used.

Whatever opens a PDF that came from elsewhere does it here or in `pages.py`, never in the process of the house itself.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from mailroom.intake.finished.definition import JobDefinition
from mailroom.intake.finished.examination import Examination
from mailroom.intake.finished.index_file import index_path
from mailroom.intake.finished.segment import SEGMENTS_MAX, Segment
from mailroom.intake.guard import Done, Guard, done, garbled, inspect_pdf, refusal
from mailroom.intake.guard.functions import EXAMINE_PDF, LOOK_AT_PDF, PROPOSE_FOR_PDF
from mailroom.intake.guard.pdf_inspection import mend_pdf

_PROPOSAL_CHARS_MAX = 200_000
_SIDE_PX_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it is shown: RGB, rows from the top."""

    width_px: int
    height_px: int
    px_per_pt: float
    rgb: bytes


@dataclass(frozen=True, slots=True)
class PageLook:
    """A page for a person's eyes. `picture` is None when none was asked for, or when the page can't be drawn."""

    segments: tuple[Segment, ...]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Sound:
    """A PDF that every library reads alike: the file that came, or the mended copy of a `repaired` one."""

    path: Path
    pages: int
    repaired: bool


@contextmanager
def sound_copy(guard: Guard, file: Path, definitions: Sequence[JobDefinition]) -> Iterator[Sound]:
    """Look a file over, and mend a damaged one into a copy, with the index files of the definitions beside it: each
    library mends in its own way, so all read that one. The copy is gone afterwards. Raises what `inspect_pdf` raises.
    """
    inspection = inspect_pdf(guard, file)
    if not inspection.repaired:
        yield Sound(file, inspection.pages, repaired=False)
        return
    with tempfile.TemporaryDirectory() as folder:
        mended = Path(folder) / file.name
        mend_pdf(guard, file, mended)
        for definition in definitions:
            if definition.index is not None and (companion := index_path(file, definition.index)).is_file():
                shutil.copyfile(companion, mended.with_name(companion.name))
        yield Sound(mended, inspection.pages, repaired=True)


def examined(guard: Guard, file: Path, definition: JobDefinition) -> Examination:
    """All that the definition asks of a file. Raises what `examine` and the guard raise."""
    answer = guard.call(EXAMINE_PDF, {"file": str(file.absolute()), "definition": definition.plain()})
    try:
        examination = Examination.from_plain(done(answer, file).value)
    except ValidationError as error:
        raise garbled(file) from error
    asked = tuple(definition.examined())
    numbers = [page.number for page in examination.pages]
    texts = {len(page.texts) for page in examination.pages}
    if examination.zones != asked or numbers != list(range(1, len(numbers) + 1)) or texts != {len(asked)}:
        raise garbled(file)
    return examination


def proposed(guard: Guard, file: Path) -> str:
    """A proposed definition for a file, as TOML. Raises InputRefused E1504 and what the guard raises."""
    text = done(guard.call(PROPOSE_FOR_PDF, {"file": str(file.absolute())}), file).value
    if not isinstance(text, str) or len(text) > _PROPOSAL_CHARS_MAX or any(map(_is_control, text)):
        raise garbled(file)
    return text


def _is_control(sign: str) -> bool:
    return sign != "\n" and unicodedata.category(sign) == "Cc"


def looked_at(guard: Guard, file: Path, pages: int, *, drawn: bool) -> tuple[PageLook, ...]:
    """The first so many pages of a file, with pictures if they are to be `drawn`. Raises InputRefused E1504 and what
    the guard raises."""
    taken: list[Done] = []
    asked: dict[str, JsonValue] = {"file": str(file.absolute()), "pages": pages, "drawn": drawn}
    answer = guard.stream(LOOK_AT_PDF, asked, taken.append)
    if (refused := refusal(answer, file)) is not None:
        raise refused
    try:
        looks = tuple(_look(item) for item in taken)
    except ValueError as error:
        raise garbled(file) from error
    if not 0 < len(looks) <= pages:
        raise garbled(file)
    return looks


class _ToldPicture(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    width_px: Annotated[int, Field(ge=1, le=_SIDE_PX_MAX)]
    height_px: Annotated[int, Field(ge=1, le=_SIDE_PX_MAX)]
    px_per_pt: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _ToldLook(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    segments: Annotated[list[Segment], Field(max_length=SEGMENTS_MAX)]
    picture: _ToldPicture | None


@cache
def _looks() -> TypeAdapter[_ToldLook]:
    return TypeAdapter(_ToldLook)


def _look(item: Done) -> PageLook:
    """Raises ValueError for what is no look at a page."""
    told = _looks().validate_json(json.dumps(item.value))
    if told.picture is None:
        return PageLook(tuple(told.segments), None)
    (rgb,) = item.parts
    if len(rgb) != told.picture.width_px * told.picture.height_px * 3:
        raise ValueError("the picture's size is not that of its bytes")
    picture = Picture(told.picture.width_px, told.picture.height_px, told.picture.px_per_pt, rgb)
    return PageLook(tuple(told.segments), picture)
