"""What is done to finished PDFs in a worker of the guard: plain values in, plain values and binary parts out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mailroom.intake.finished import sample
from mailroom.intake.finished.examine import examine_plain
from mailroom.intake.guard.functions import Result
from mailroom.intake.guard.page_set_wire import Packer
from omr.place import Box
from spool.finished.convert import FinishedPdf
from spool.finished.fit import Fit
from spool.job import SpoolError
from spool.output import black_only, read_output_profile


def examine(file: str, definition: Mapping[str, Any]) -> Result:
    """`definition` are the plain values of a JobDefinition. The value holds those of an Examination."""
    return Result(examine_plain(file, definition))


def propose(file: str) -> Result:
    """The value is the text of a proposed definition (TOML)."""
    return Result(sample.propose_text(Path(file)))


def look(file: str, pages: int, *, drawn: bool) -> Iterator[Result]:
    """For each of the first pages `{"segments": [{x_mm, y_mm, right_mm, bottom_mm, text}], "picture": {width_px,
    height_px, px_per_pt} | None}`, with the picture's RGB as its part."""
    return sample.look(Path(file), pages, drawn=drawn)


def convert(
    file: str, ranges: Sequence[Sequence[int]], fit: Mapping[str, Any], output_profile: str
) -> Iterator[Result]:
    """For each of `ranges` (first page from 0, number of pages) its page set, packed, or `{"refused": …}`.

    `fit` are the plain values of a Fit; `output_profile` is the path of an ICC profile, "" for black alone.
    """
    packer = Packer()
    condition = read_output_profile(Path(output_profile)) if output_profile else black_only()
    with FinishedPdf(Path(file), _fit(fit), condition=condition) as pdf:
        for first, pages in ranges:
            try:
                packed = packer.pack(pdf.page_set(range(first, first + pages)))
            except SpoolError as error:
                told = {name: getattr(error, name) for name in ("code", "message", "place", "remedy")}
                yield Result({"refused": told})
            else:
                yield Result({"page_set": packed.value}, packed.parts)


def _fit(plain: Mapping[str, Any]) -> Fit:
    boxes = {name: tuple(Box(*box) for box in plain[name]) for name in ("clear", "patches")}
    window = Box(*plain["window"]) if plain["window"] else None
    paper = tuple(plain["paper_mm"]) if plain["paper_mm"] else None
    return Fit(**{**plain, **boxes, "window": window, "paper_mm": paper})
