"""Gradients of an SVG as shading patterns of a PDF."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from lxml import etree

from layouts.pageset import PdfSource
from layouts.pictures import xobjects
from layouts.pictures.matrix import UNCHANGED, Matrix, figures
from layouts.pictures.svg_style import StyleError, StyleSheet, local_name
from layouts.pictures.svg_values import Colour, colour, length, share, transform
from layouts.pictures.xobjects import Box

Stop = tuple[float, Colour]
GRADIENTS: Final = ("linearGradient", "radialGradient")
_HREFS: Final = ("href", "{http://www.w3.org/1999/xlink}href")
_SPACES: Final = {1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}
_DEFAULTS: Final[Mapping[str, Mapping[str, str]]] = {
    "linearGradient": {"x1": "0%", "y1": "0%", "x2": "100%", "y2": "0%"},
    "radialGradient": {"cx": "50%", "cy": "50%", "r": "50%", "fr": "0%"},
}
_MOST_LINKS: Final = 16


def reference(element: etree._Element) -> str | None:
    """The id that an element's href names. Raises StyleError when it leads out of the file."""
    for name in _HREFS:
        target = element.get(name)
        if target is not None:
            if not target.startswith("#"):
                raise StyleError(f"'{target[:60]}' lies outside the file")
            return target[1:]
    return None


class Gradient:
    """One gradient with what it takes over from those it refers to. Raises StyleError or ValueError on reading."""

    def __init__(
        self,
        element: etree._Element,
        by_id: Mapping[str, etree._Element],
        sheet: StyleSheet,
        recolour: Callable[[Colour], Colour],
    ) -> None:
        chain = list(_chain(element, by_id))
        self._kind = local_name(element)
        self._said = {name: value for link in reversed(chain) for name, value in link.attrib.items()}
        self._said = {str(name): str(value) for name, value in self._said.items()}
        if self._said.get("spreadMethod", "pad") != "pad":
            raise StyleError("a gradient that repeats can't be printed as drawn")
        self._relative = self._said.get("gradientUnits", "objectBoundingBox") == "objectBoundingBox"
        stops: list[Stop] = next((found for link in chain if (found := _stops(link, sheet))), [])
        self._stops = _one_space([(offset, recolour(shade)) for offset, shade in stops])

    @property
    def last(self) -> Colour:
        """The colour beyond the end; all stops have as many components."""
        return self._stops[-1][1]

    def paints(self, box: Box | None) -> bool:
        """Whether it paints anything on an outline with this box."""
        return bool(self._stops) and (not self._relative or (box is not None and box[0] < box[2] and box[1] < box[3]))

    def is_solid(self, viewport: tuple[float, float]) -> bool:
        """Whether it is `last` throughout."""
        if len({shade for _, shade in self._stops}) == 1:
            return True
        coords = self._coords((1.0, 1.0) if self._relative else viewport)
        return coords[:2] == coords[2:] if self._is_linear else coords[5] <= 0

    def pattern(self, box: Box | None, viewport: tuple[float, float], onto_form: Matrix) -> PdfSource:
        """The source of the pattern; `onto_form` maps user units onto the form."""
        whole, unit = viewport, UNCHANGED
        if self._relative and box:
            whole, unit = (1.0, 1.0), Matrix(box[2] - box[0], 0, 0, box[3] - box[1], box[0], box[1])
        matrix = transform(self._said.get("gradientTransform", "")).then(unit).then(onto_form)
        return xobjects.source(
            f"<</PatternType 2/Matrix[{figures(matrix)}]/Shading<</ShadingType {2 if self._is_linear else 3}",
            f"/ColorSpace/{_SPACES[len(self.last)]}/Coords[{figures(self._coords(whole))}]/Extend[true true]",
            f"/Function {_function(self._stops)}>>>>",
        )

    @property
    def _is_linear(self) -> bool:
        return self._kind == "linearGradient"

    def _coords(self, whole: tuple[float, float]) -> tuple[float, ...]:
        if self._is_linear:
            return tuple(self._length(name, whole) for name in ("x1", "y1", "x2", "y2"))
        x, y, radius, inner = (self._length(name, whole) for name in ("cx", "cy", "r", "fr"))
        focus_x = self._length("fx", whole) if "fx" in self._said else x
        focus_y = self._length("fy", whole) if "fy" in self._said else y
        if radius > 0 and math.hypot(focus_x - x, focus_y - y) + inner > radius:
            raise StyleError("a radial gradient with its focus outside its circle can't be printed as drawn")
        return focus_x, focus_y, inner, x, y, radius

    def _length(self, name: str, whole: tuple[float, float]) -> float:
        across, down = whole
        of = {"x": across, "y": down}.get(name.strip("12cf"), math.hypot(across, down) / math.sqrt(2))
        return length(self._said.get(name) or _DEFAULTS[self._kind][name], of)


def _chain(element: etree._Element, by_id: Mapping[str, etree._Element]) -> Iterator[etree._Element]:
    """The gradient and those it refers to."""
    link: etree._Element | None = element
    for _ in range(_MOST_LINKS):
        if link is None or local_name(link) not in GRADIENTS:
            return
        yield link
        target = reference(link)
        link = by_id.get(target) if target else None
    raise ValueError("gradients refer to one another in a circle")


def _stops(element: etree._Element, sheet: StyleSheet) -> list[Stop]:
    """Stops in rising order from 0 to 1."""
    parent = sheet.inherited(element)
    found: list[Stop] = []
    for child in element:
        if isinstance(child.tag, str) and local_name(child) == "stop":
            style = sheet.style(child, parent)
            said = style["color"] if style["stop-color"].lower() == "currentcolor" else style["stop-color"]
            shade, opacity = colour(said)
            if opacity * share(style["stop-opacity"]) < 1:
                raise StyleError("a gradient that is partly see-through can't be printed as drawn")
            offset = share(child.get("offset") or "0")
            found.append((max(offset, found[-1][0]) if found else offset, shade))
    if found and found[0][0] > 0:
        found.insert(0, (0.0, found[0][1]))
    if found and found[-1][0] < 1:
        found.append((1.0, found[-1][1]))
    return found


def _one_space(stops: list[Stop]) -> list[Stop]:
    """The stops with grey spelt in the colour space of the others."""
    spaces = {len(shade) for _, shade in stops} - {1}
    if not spaces:
        return stops
    if len(spaces) > 1:
        raise StyleError("a gradient from RGB to inks of a press can't be printed as drawn")
    if spaces == {3}:
        return [(offset, shade * 3 if len(shade) == 1 else shade) for offset, shade in stops]
    return [(offset, (0.0, 0.0, 0.0, 1 - shade[0]) if len(shade) == 1 else shade) for offset, shade in stops]


def _function(stops: Sequence[Stop]) -> str:
    """The colours along the gradient. Two stops at one place make a step, which needs no part of its own."""
    spans = [(one, other) for one, other in pairwise(stops) if one[0] < other[0]]
    parts = [
        f"<</FunctionType 2/Domain[0 1]/N 1/C0[{figures(one[1])}]/C1[{figures(other[1])}]>>" for one, other in spans
    ]
    if len(parts) == 1:
        return parts[0]
    bounds = figures(tuple(other[0] for _, other in spans[:-1]))
    encode = " ".join(["0 1"] * len(parts))
    return f"<</FunctionType 3/Domain[0 1]/Functions[{''.join(parts)}]/Bounds[{bounds}]/Encode[{encode}]>>"
