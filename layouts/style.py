"""How a text or a line looks, and where it stands in the room it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "centre", "right"]
WHITE_AT_LEFT: Mapping[Align, float] = {"left": 0.0, "centre": 0.5, "right": 1.0}
"""The share of the white beside a thing that is at its left."""
Fit = Literal["wrap", "condense"]
Upright = Literal["top", "middle", "bottom", "baseline"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks. `font` is a style of the font set; `grey` 0 is black, 1 white; `tracking_pt` is added between
    characters; `strong` and `emphasis` are the fonts of **…** and _…_ in styled text."""

    name: str
    font: str
    size_pt: float
    leading_mm: float
    grey: float
    tracking_pt: float
    strong: str = ""
    emphasis: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line: its thickness, grey and dashes (`dash_mm` on and off, 0 for a solid one)."""

    name: str
    width_pt: float
    grey: float
    dash_mm: float = 0.0
