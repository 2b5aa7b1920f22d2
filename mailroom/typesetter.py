"""The typesetter of a plant: the layout that the settings name, made ready for the plant's envelopes and marks. Loaded
by what sets documents; its libraries are of no use to anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layouts.envelope import Envelope
from layouts.fonts import default_fonts
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.parts import Layout
from layouts.preflight import Preflight
from layouts.typeset import PageProgram, compile_layout
from mailroom.config import FILE_NAME
from mailroom.domain.errors import InputRefused
from mailroom.production.mark_boxes import mark_boxes
from omr.markset import MarkSet


@dataclass(frozen=True, slots=True)
class LayoutTypesetter:
    """
    program    the layout, compiled.
    preflight  checks each page against the envelopes' windows, the clear zones and the marks.
    """

    program: PageProgram
    preflight: Preflight

    def typeset(self, data: Mapping[str, Any], language: str, country: str) -> PageSet:
        """See `mailroom.production.ports.Typesetter`."""
        return self.program.typeset(data, language, {"country": country}, self.preflight)


def load_typesetter(
    name: str | Path, envelopes: Sequence[Envelope], marks: MarkSet, *, two_sided: bool
) -> LayoutTypesetter:
    """Load and compile a layout. Raises InputRefused (E1907) for envelopes that it can't serve at once, LayoutError for
    what is wrong with it."""
    layout = _layout_for(name, envelopes)
    program = compile_layout(layout, default_fonts(), two_sided=two_sided)
    boxes = mark_boxes(marks)
    preflight = Preflight(layout, envelopes, boxes, two_sided=two_sided, marks_on=marks.side.value)
    return LayoutTypesetter(program, preflight)


def _layout_for(name: str | Path, envelopes: Sequence[Envelope]) -> Layout:
    """The layout in the variant for the plant's envelopes. A document is set before its envelope is chosen, so all of
    them must want the same one."""
    layouts = [load_layout(name, {"envelope": envelope.name}) for envelope in envelopes]
    for envelope, layout in zip(envelopes, layouts, strict=True):
        if layout.digest != layouts[0].digest:
            raise InputRefused(
                "E1907",
                f"the layout {layout.name!r} stands otherwise for the envelope {envelope.name!r} than for "
                f"{envelopes[0].name!r}, and a plant sets its documents for all of its envelopes",
                place=f"{FILE_NAME}, envelopes",
                remedy="Name envelopes with the window in the same place (mailroom layout proof --all shows which), "
                "or use a folder for each.",
            )
    return layouts[0] if layouts else load_layout(name)
