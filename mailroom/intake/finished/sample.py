"""A sample PDF as a worker of the guard reads it: a proposal for it, and its first pages with text and picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pypdfium2
from pydantic import JsonValue

from mailroom.intake.finished.draft_toml import draft_text
from mailroom.intake.finished.examine import ZoneReader, open_pdf, read_attachments, read_bookmarks
from mailroom.intake.finished.page_text import segments
from mailroom.intake.finished.propose import Page, propose
from mailroom.intake.guard.functions import Result

_READ_PAGES = 24
"""Pages of a sample that a proposal looks at."""

_DPI = 100
_PIXELS_MAX = 3_000_000
"""A3 at 100 dpi; larger pages are drawn more coarsely, so that those of a sample together stay below the limit of an
answer."""


def propose_text(file: Path) -> str:
    """A proposed definition for a file, as TOML. Raises InputRefused E1504."""
    with open_pdf(file) as pdf:
        pages = [_page(pdf, index) for index in range(min(len(pdf), _READ_PAGES))]
        bookmarked = [mark.page for mark in read_bookmarks(pdf) if mark.level == 1]
        known = next((one for one in read_attachments(pdf) if not one.problem), None)
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:60].strip("-") or "proposal"
    return draft_text(propose(pages, bookmarked, known), name, embedded=known is not None)


def _page(pdf: pypdfium2.PdfDocument, index: int) -> Page:
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError:  # it says nothing; the examination tells that it can't be read
        return Page(index + 1, ())
    with closing(page):
        _, blank = ZoneReader(()).read(page)
        return Page(index + 1, segments(page), pdf.get_page_label(index) or "", blank)


def look(file: Path, pages: int, *, drawn: bool) -> Iterator[Result]:
    """The first pages of a file: each with its segments and, if they are to be `drawn`, with its picture as RGB bytes.
    Raises InputRefused E1504."""
    with open_pdf(file) as pdf:
        for index in range(min(len(pdf), pages)):
            try:
                page = pdf[index]
            except pypdfium2.PdfiumError:
                yield Result({"segments": [], "picture": None})
                continue
            with closing(page):
                yield _looked_at(page, drawn=drawn)


def _looked_at(page: pypdfium2.PdfPage, *, drawn: bool) -> Result:
    found: list[JsonValue] = [asdict(each) for each in segments(page)]
    if not drawn:
        return Result({"segments": found, "picture": None})
    width_pt, height_pt = page.get_size()
    px_per_pt = min(_DPI / 72, math.sqrt(_PIXELS_MAX / (width_pt * height_pt)))
    shown = page.render(scale=px_per_pt).to_pil().convert("RGB")
    picture: JsonValue = {"width_px": shown.width, "height_px": shown.height, "px_per_pt": px_per_pt}
    return Result({"segments": found, "picture": picture}, [shown.tobytes()])
