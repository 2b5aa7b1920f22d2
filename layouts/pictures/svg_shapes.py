"""From an element's attributes to its outline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from layouts.pictures import svg_outline
from layouts.pictures.svg_outline import Outline
from layouts.pictures.svg_style import local_name
from layouts.pictures.svg_values import length

Size = tuple[float, float]


def measure(element: etree._Element, name: str, viewport: Size, default: str = "0") -> float:
    """A length of an element; a percentage is one of the viewport's width, height or (for radii) its diagonal."""
    across, down = viewport
    whole = {"x": across, "w": across, "y": down, "h": down}.get(name.removeprefix("c")[0])
    return length(element.get(name) or default, math.hypot(across, down) / math.sqrt(2) if whole is None else whole)


def _rectangle(element: etree._Element, viewport: Size) -> Outline:
    x, y, width, height = (measure(element, name, viewport) for name in ("x", "y", "width", "height"))
    # A radius that is left out is as long as the other one.
    radii = {name: element.get(name) for name in ("rx", "ry") if element.get(name) not in (None, "auto")}
    rx, ry = radii.get("rx", radii.get("ry", "0")), radii.get("ry", radii.get("rx", "0"))
    return svg_outline.rectangle(x, y, width, height, length(rx or "0", viewport[0]), length(ry or "0", viewport[1]))


def _circle(element: etree._Element, viewport: Size) -> Outline:
    radius = measure(element, "r", viewport)
    return svg_outline.ellipse(measure(element, "cx", viewport), measure(element, "cy", viewport), radius, radius)


def _ellipse(element: etree._Element, viewport: Size) -> Outline:
    rx, ry = (element.get("rx", "auto"), element.get("ry", "auto"))
    rx, ry = (ry if rx == "auto" else rx), (rx if ry == "auto" else ry)
    across = 0.0 if rx == "auto" else length(rx, viewport[0])
    down = 0.0 if ry == "auto" else length(ry, viewport[1])
    return svg_outline.ellipse(measure(element, "cx", viewport), measure(element, "cy", viewport), across, down)


def _line(element: etree._Element, viewport: Size) -> Outline:
    x1, y1, x2, y2 = (measure(element, name, viewport) for name in ("x1", "y1", "x2", "y2"))
    return svg_outline.line(x1, y1, x2, y2)


_OUTLINES: Final[Mapping[str, Callable[[etree._Element, Size], Outline]]] = {
    "path": lambda element, _: svg_outline.path(element.get("d") or ""),
    "rect": _rectangle,
    "circle": _circle,
    "ellipse": _ellipse,
    "line": _line,
    "polyline": lambda element, _: svg_outline.polyline(element.get("points") or "", closed=False),
    "polygon": lambda element, _: svg_outline.polyline(element.get("points") or "", closed=True),
}
SHAPES: Final = frozenset(_OUTLINES)


def outline_of(element: etree._Element, viewport: Size) -> Outline:
    """The outline of an element of `SHAPES`, in its own user units. Raises ValueError."""
    return _OUTLINES[local_name(element)](element, viewport)
