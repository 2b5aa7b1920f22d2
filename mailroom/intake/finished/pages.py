"""The pages of finished documents, taken out of their PDFs in a worker of the guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from layouts.pageset import PageSet
from mailroom.domain.errors import Explained, InputRefused
from mailroom.domain.finished import FinishedPdf, Placing
from mailroom.intake.guard import Done, Guard, garbled, refusal
from mailroom.intake.guard.functions import CONVERT_PDF
from mailroom.intake.guard.page_set_wire import Unpacker
from mailroom.intake.originals import Originals
from omr.place import Box
from spool.finished.fit import Fit

_AT_ONCE = 500
"""Documents taken out of a file in one call: so much is in memory at once."""

_TOLD = ("code", "message", "place", "remedy")


class GuardedPages:
    """See `mailroom.production.ports.FinishedPages`.

    `fit` says where the marks and the window are; each document adds how its pages give way. `output_profile` is the
    path of what the press prints, "" for black alone.
    """

    def __init__(self, originals: Originals, guard: Guard, fit: Fit, output_profile: str) -> None:
        self._originals = originals
        self._guard = guard
        self._fit = fit
        self._output_profile = output_profile

    def page_sets(self, documents: Sequence[FinishedPdf]) -> Iterator[PageSet | Explained]:
        """Documents of one file that follow one another are taken out of it together, some hundred at a time. One that
        ends its worker costs those from there on of its hundred, by name, and no other file's."""
        for (file, placing), group in groupby(documents, lambda each: (each.file, each.placing)):
            while some := list(islice(group, _AT_ONCE)):
                yield from self._of_file(self._originals.path(file), placing, some)

    def _of_file(self, file: Path, placing: Placing, documents: Sequence[FinishedPdf]) -> Iterator[PageSet | Explained]:
        found: list[PageSet | Explained] = []
        unpacker = Unpacker()

        def take(item: Done) -> None:
            found.append(_read(item, unpacker, file))

        answer = self._guard.stream(
            CONVERT_PDF,
            {
                "file": str(file.absolute()),
                "ranges": [[each.first_page, each.pages] for each in documents],
                "fit": _plain(self._fit, placing),
                "output_profile": self._output_profile,
            },
            take,
        )
        yield from found[: len(documents)]
        lacking = refusal(answer, file) or garbled(file)
        yield from [lacking] * (len(documents) - len(found))


def _read(item: Done, unpacker: Unpacker, file: Path) -> PageSet | Explained:
    match item.value:
        case {"page_set": value}:
            try:
                return unpacker.unpack(value, item.parts)
            except (ValueError, IndexError):
                return garbled(file)
        case {"refused": {**told}} if all(isinstance(told.get(name), str) for name in _TOLD):
            code, message, place, remedy = (str(told[name]) for name in _TOLD)
            return InputRefused(code, message, place=place, remedy=remedy)
    return garbled(file)


def _plain(fit: Fit, placing: Placing) -> dict[str, Any]:
    patches = tuple(
        Box(float(one.x_mm), float(one.y_mm), float(one.width_mm), float(one.height_mm)) for one in placing.patches
    )
    own = replace(
        fit,
        patches=patches,
        window=fit.window if placing.in_window else None,
        on_conflict=placing.on_conflict,  # type: ignore[arg-type]  # one of the words of OnConflict: checked at intake
        most_shift_mm=float(placing.most_shift_mm),
        least_scale=float(placing.least_scale),
    )
    return asdict(own)
