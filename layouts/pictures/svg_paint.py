"""Painting an outline: fill and stroke, in colours or gradients, as opaque as the style says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from lxml import etree

from layouts.pictures.grey import grey_of
from layouts.pictures.matrix import Matrix, figure, figures
from layouts.pictures.picture import Colour as Family
from layouts.pictures.picture import Policy
from layouts.pictures.svg_gradient import GRADIENTS, Gradient
from layouts.pictures.svg_outline import Outline
from layouts.pictures.svg_resources import DrawingResources
from layouts.pictures.svg_shapes import Size
from layouts.pictures.svg_style import StyleError, StyleSheet, local_name, reference_in
from layouts.pictures.svg_values import Colour, colour, length, share
from layouts.pictures.xobjects import Box

Style = Mapping[str, str]
_Value = TypeVar("_Value")
_FAMILIES: Final[Mapping[int, Family]] = {1: "grey", 3: "rgb", 4: "cmyk"}
_OPERATORS: Final[Mapping[int, str]] = {1: "g", 3: "rg", 4: "k"}
_CAPS: Final[Mapping[str, int]] = {"butt": 0, "round": 1, "square": 2}
_JOINS: Final[Mapping[str, int]] = {"miter": 0, "round": 1, "bevel": 2}
_RULES: Final[Mapping[str, str]] = {"nonzero": "", "evenodd": "*"}


class Painter:
    """Writes painting operators, and notes which families of colour they use."""

    def __init__(self, sheet: StyleSheet, by_id: Mapping[str, etree._Element], policy: Policy) -> None:
        self.sheet = sheet
        self.resources = DrawingResources()
        self.families: set[Family] = set()
        self._by_id = by_id
        self._policy = policy

    def paints_twice(self, style: Style) -> bool:
        """Whether an outline is both filled and stroked."""
        return style["fill"] != "none" and style["stroke"] != "none"

    def paint(self, outline: Outline, style: Style, opacity: float, viewport: Size, onto_form: Matrix) -> str:
        """The operators that fill and stroke an outline. `onto_form` maps user units onto the form."""
        box = outline.bounds()
        fill, fill_opacity = self._ink("fill", style, box, viewport, onto_form)
        stroke, stroke_opacity = self._ink("stroke", style, box, viewport, onto_form)
        pen = self._pen(style, viewport) if stroke else ""
        fill_opacity, stroke_opacity = fill_opacity * opacity, stroke_opacity * opacity
        path, star = outline.operators(), _choice(_RULES, style, "fill-rule")
        see_through = self.resources.opacity(fill_opacity, stroke_opacity) if fill_opacity * stroke_opacity < 1 else ""
        if fill and pen and not see_through:
            return f"{fill}{stroke}{pen}{path}B{star}\n"
        # See-through, the stroke must lie over the fill; one operator for both would knock the fill out below it.
        filled = f"{fill}{path}f{star}\n" if fill else ""
        stroked = f"{stroke}{pen}{path}S\n" if pen else ""
        return f"{see_through}{filled}{stroked}" if filled or stroked else ""

    def _ink(self, name: str, style: Style, box: Box | None, viewport: Size, onto_form: Matrix) -> tuple[str, float]:
        """The operator that chooses the ink of a fill or stroke ("" for none), and how opaque it is."""
        said, opacity = style[name], share(style[f"{name}-opacity"])
        target = reference_in(said)
        if target is None:
            return self._plain(name, said, style, opacity)
        element = self._by_id.get(target)
        if element is None or local_name(element) not in GRADIENTS:
            raise StyleError(f"'{name}: {said}' names no colour or gradient of the file")
        gradient = Gradient(element, self._by_id, self.sheet, self._recoloured)
        if not gradient.paints(box):
            return "", 1.0
        self.families.add(_FAMILIES[len(gradient.last)])
        if gradient.is_solid(viewport):
            return _operator(name, gradient.last), opacity
        pattern = self.resources.pattern(gradient.pattern(box, viewport, onto_form))
        return (f"/Pattern cs /{pattern} scn\n" if name == "fill" else f"/Pattern CS /{pattern} SCN\n"), opacity

    def _plain(self, name: str, said: str, style: Style, opacity: float) -> tuple[str, float]:
        if said.lower() == "currentcolor":
            said = style["color"]
        if said.lower() in ("none", "transparent") or opacity == 0:
            return "", 1.0
        try:
            shade, own = colour(said)
        except ValueError as fault:
            raise StyleError(f"'{name}: {said}' is no colour that is known here") from fault
        if not own:
            return "", 1.0
        shade = self._recoloured(shade)
        self.families.add(_FAMILIES[len(shade)])
        return _operator(name, shade), opacity * own

    def _recoloured(self, shade: Colour) -> Colour:
        return (grey_of(shade),) if self._policy == "grey" else shade

    def _pen(self, style: Style, viewport: Size) -> str:
        """How a stroke is drawn; "" when it has no width."""
        diagonal = length("100%", (viewport[0] ** 2 / 2 + viewport[1] ** 2 / 2) ** 0.5)
        width = length(style["stroke-width"], diagonal)
        miter = length(style["stroke-miterlimit"], 1)
        if width < 0 or miter < 1:
            raise ValueError("a stroke's width is negative, or its miter limit less than 1")
        if not width:
            return ""
        dashes = [
            length(part, diagonal) for part in style["stroke-dasharray"].replace(",", " ").split() if part != "none"
        ]
        if dashes and min(dashes) < 0:
            raise ValueError("a dash is negative")
        dash = ""
        if sum(dashes):
            dash = f"[{figures(tuple(dashes))}] {figure(length(style['stroke-dashoffset'], diagonal))} d "
        cap, join = _choice(_CAPS, style, "stroke-linecap"), _choice(_JOINS, style, "stroke-linejoin")
        return f"{figure(width)} w {cap} J {join} j {figure(miter)} M {dash}\n"


def _choice(allowed: Mapping[str, _Value], style: Style, name: str) -> _Value:
    if style[name] not in allowed:
        raise StyleError(f"'{name}: {style[name]}' can't be printed as drawn")
    return allowed[style[name]]


def _operator(name: str, shade: Colour) -> str:
    operator = _OPERATORS[len(shade)]
    return f"{figures(shade)} {operator if name == 'fill' else operator.upper()}\n"
