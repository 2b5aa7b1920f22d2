"""Cells of a table, made ready for any page.

A cell's fragments hold a blank (NUL) where the baseline's height goes, so that a row is shaped and wrapped once, before
its page is known.
"""

from __future__ import annotations

from typing import NamedTuple

from layouts.ink import Pen
from layouts.strip import LineStrip, Trouble


class Cell(NamedTuple):
    """A cell made ready. `first` is the fragment of its first line, which stands on the row's first baseline; `more`
    are the others, each with the depth of its baseline under the row's top. `hex` are the glyphs in the font of the
    table's cells, `others` those in other fonts, by resource. The height is without the white around."""

    first: str
    more: tuple[tuple[float, str], ...]
    hex: str
    others: tuple[tuple[str, str], ...]
    height_pt: float
    troubles: tuple[Trouble, ...]


EMPTY = Cell("", (), "", (), 0.0, ())
"""A cell that says nothing."""


def fragment_of(strip: LineStrip, base: Pen, glyphs: list[tuple[str, str]]) -> str:
    """A line that begins and ends in the style of the table's cells, so that it may stand beside and between any
    others. `glyphs` gathers its glyphs by resource."""
    current, parts = base, []
    for pen, x_pt, shape, scale in strip.runs:
        if pen is not current:
            parts.append(f"{current.off}{pen.on}")
            current = pen
        glyphs.append((pen.face.resource_name, shape.hex))
        glyphs.extend(shape.others)
        shown = f"1 0 0 1 {x_pt:.2f} \0 Tm {shape.show}"
        parts.append(f"{scale * 100:.1f} Tz {shown} 100 Tz\n" if scale < 1 else f"{shown}\n")
    if current is not base:
        parts.append(f"{current.off}{base.on}")
    return "".join(parts)
