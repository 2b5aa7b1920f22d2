"""The picture of a case: its page with the findings drawn in red, and where the red is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image

from layouts.finding import Finding
from layouts.fonts import FontSet
from layouts.geometry import Box
from layouts.parts import PageKind
from layouts.preflight import mark_name
from layouts.proof import draw_proof
from spool.archive import write_document
from tests.corpus.trial import Trial

PX_PER_MM = 3.0
_WRITTEN = datetime(2026, 3, 5, tzinfo=UTC)
_EDGE_MM, _NUMBERS_MM, _NAME_MM = 2.6, 14.0, 4.0
"""How far the line around a place reaches, the numbers beside it, and a box's name above the box."""

_INK_IS_DARKER_THAN = 190

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Picture:
    """One page of a trial as pixels: as it is, with all that a proof draws, and with the findings besides."""

    plain: Image.Image
    unmarked: Image.Image
    proof: Image.Image
    findings: tuple[Finding, ...]
    boxes: tuple[tuple[str, Box], ...]

    @cached_property
    def red(self) -> Mask:
        """Where on the page the findings changed something."""
        width = self.plain.width
        before, after = (np.asarray(image.convert("RGB"))[:, :width] for image in (self.unmarked, self.proof))
        return np.asarray((before != after).any(axis=2))

    @cached_property
    def ink(self) -> Mask:
        """Where the page bears ink of its own."""
        return np.asarray(np.asarray(self.plain.convert("RGB")).min(axis=2) < _INK_IS_DARKER_THAN)

    def redness(self, where: Mask) -> float:
        """How much redder than the rest the proof is there: 0 grey, 255 red alone."""
        page = np.asarray(self.proof.convert("RGB"))[:, : self.plain.width].astype(float)
        red, green, blue = page[where].mean(axis=0)
        return float(red - (green + blue) / 2)

    def within(self, boxes: Iterable[Box]) -> Mask:
        """The pixels that lie in one of some boxes."""
        mask = np.zeros((self.plain.height, self.plain.width), dtype=np.bool_)
        for box in boxes:
            left, top, right, bottom = (
                max(round(edge * PX_PER_MM), 0) for edge in (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm)
            )
            mask[top : max(bottom, top + 1), left : max(right, left + 1)] = True
        return mask

    def may_be_red(self) -> Mask:
        """The places of the findings with their numbers, and the boxes and marks that they name."""
        places = [finding.place.grown(_EDGE_MM) for finding in self.findings if finding.place]
        numbers = [Box(place.x_mm - _NUMBERS_MM, place.y_mm, _NUMBERS_MM + _EDGE_MM, _NUMBERS_MM) for place in places]
        named = {finding.box for finding in self.findings}
        boxes = [box.grown(_NAME_MM) for name, box in self.boxes if name in named]
        return self.within([*places, *numbers, *boxes])


def pictured(trial: Trial, findings: Sequence[Finding], fonts: FontSet) -> list[Picture]:
    """A picture for every page and envelope that findings speak of. A page that the document has not is blank."""
    if not findings:
        return []
    pages = _rendered(trial, fonts)
    spoken_of = {(one.page, one.envelope or trial.envelopes[0].name) for one in findings}
    return [
        _picture(trial, [one for one in findings if (one.page, one.envelope) in ((page, ""), (page, envelope))], pages)
        for page, envelope in sorted(spoken_of)
    ]


def _rendered(trial: Trial, fonts: FontSet) -> list[Image.Image]:
    if trial.inspection is None:
        return []
    data = write_document(
        trial.inspection.page_set, fonts, title="A case of the corpus", created=_WRITTEN, language="en"
    )
    document = pypdfium2.PdfDocument(data)
    try:
        return [page.render(scale=PX_PER_MM * 25.4 / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def _picture(trial: Trial, findings: list[Finding], pages: list[Image.Image]) -> Picture:
    layout, page = trial.layout, findings[0].page
    assert layout is not None
    size_px = round(layout.width_mm * PX_PER_MM), round(layout.height_mm * PX_PER_MM)
    plain = pages[page - 1] if page <= len(pages) else Image.new("RGB", size_px, "white")
    kind: PageKind = "first" if page == 1 else "continuation"
    envelope = next((one for one in trial.envelopes if one.name == findings[0].envelope), trial.envelopes[0])
    unmarked, proof = (
        draw_proof(plain, layout, envelope, trial.marks, page_kind=kind, page=page, findings=told)
        for told in ((), findings)
    )
    marks = [(mark_name(name), box) for name, box in trial.marks.items()]
    return Picture(plain, unmarked, proof, tuple(findings), (*layout.boxes(kind).items(), *marks))
