"""A strip: a part of a page of known height that flows down the pages after the line table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from layouts.ink import Ink


@dataclass(frozen=True, slots=True)
class Strip:
    """`gap_pt` is the space above, left out at the top of a page; `draw(ink, top_pt)` sets the strip."""

    height_pt: float
    gap_pt: float
    draw: Callable[[Ink, float], None]
