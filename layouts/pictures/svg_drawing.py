"""Writing the elements of an SVG as the content of a form.

Everything that is drawn goes through one table; an element of SVG that is in none is an error, never left out. Elements
of other namespaces (what drawing programs note for themselves) draw nothing in SVG either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from layouts.errors import LayoutError
from layouts.pictures import faults
from layouts.pictures.matrix import UNCHANGED, Matrix, figures, shift
from layouts.pictures.svg_gradient import reference
from layouts.pictures.svg_outline import Outline
from layouts.pictures.svg_paint import Painter
from layouts.pictures.svg_shapes import SHAPES, Size, measure, outline_of
from layouts.pictures.svg_style import StyleError, local_name, reference_in
from layouts.pictures.svg_values import ViewBox, length, share, transform
from layouts.pictures.xobjects import Box

NAMESPACE: Final = "http://www.w3.org/2000/svg"
_DEEPEST: Final = 60
_MOST_ELEMENTS: Final = 50_000
_CONTAINERS: Final = frozenset({"svg", "g", "a", "switch", "use"})
_NOT_DRAWN: Final = frozenset(
    {
        *("title", "desc", "metadata", "defs", "style", "symbol", "view"),
        *("clipPath", "linearGradient", "radialGradient", "filter", "mask", "marker", "pattern", "font", "font-face"),
    }
)
"""What draws nothing where it stands. A filter, mask, marker or pattern is refused where something refers to it."""

_REMEDIES: Final[Mapping[str, str]] = {
    "text": "convert the text to paths in the drawing program",
    "image": "place the image in the layout by itself, or draw it as paths",
}
_PLAIN: Final = "simplify the drawing, or place it as PDF"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands: what it inherits, how its user units lie on the form, what percentages are of."""

    style: Mapping[str, str]
    onto_form: Matrix
    viewport: Size
    depth: int = 0

    def inside(self, matrix: Matrix) -> Place:
        return replace(self, onto_form=matrix.then(self.onto_form))


class Drawing:
    """Turns elements into content; colours and resources gather in the painter."""

    def __init__(self, file: str, by_id: Mapping[str, etree._Element], painter: Painter, form_box: Box) -> None:
        self._file = file
        self._by_id = by_id
        self._painter = painter
        self._form_box = form_box
        self._drawn = 0

    def draw(self, element: etree._Element, place: Place) -> str:
        """The content of one element. Raises LayoutError E4082 or E4084 with the element's line."""
        try:
            return self._draw(element, place)
        except StyleError as fault:
            raise faults.unsupported(self._file, str(fault), _PLAIN, _line(element)) from fault
        except (ValueError, IndexError, ZeroDivisionError) as fault:
            fact = f"the element '{local_name(element)}' can't be read: {fault}"
            raise faults.damaged(f"{self._file}, line {_line(element)}", fact) from fault

    def _draw(self, element: etree._Element, place: Place) -> str:
        if not isinstance(element.tag, str) or etree.QName(element).namespace != NAMESPACE:
            return ""
        name = local_name(element)
        if name in _NOT_DRAWN:
            return ""
        if name not in _CONTAINERS and name not in SHAPES:
            raise self._refused(element)
        self._drawn += 1
        if place.depth > _DEEPEST or self._drawn > _MOST_ELEMENTS:
            raise ValueError("it is nested too deep, in a circle, or repeated too often")
        style = self._painter.sheet.style(element, place.style)
        matrix = transform(element.get("transform") or "")
        if style["display"] == "none" or not share(style["opacity"]) or not matrix.determinant:
            return ""
        place = replace(place, style=style, depth=place.depth + 1).inside(matrix)
        content = (self._shape if name in SHAPES else self._container)(element, place)
        return f"q {figures(matrix)} cm\n{content}Q\n" if content else ""

    def _shape(self, element: etree._Element, place: Place) -> str:
        if place.style["visibility"] != "visible":
            return ""
        outline = outline_of(element, place.viewport)
        if not outline:
            return ""
        box = outline.bounds()
        clip = self._clip(place, box)
        opacity = share(place.style["opacity"])
        if opacity == 1 or not self._painter.paints_twice(place.style):
            return clip + self._painter.paint(outline, place.style, opacity, place.viewport, place.onto_form)
        return clip + self._grouped(
            place, opacity, lambda inner: self._painter.paint(outline, inner.style, 1, inner.viewport, inner.onto_form)
        )

    def _container(self, element: etree._Element, place: Place) -> str:
        if element.getparent() is None:
            # The outermost viewport is the form itself.
            return self._contained(place, lambda inner: self._children(element, inner))
        draw = {"use": self._use, "svg": self._nested, "switch": self._switch}.get(local_name(element), self._children)
        return self._contained(place, lambda inner: draw(element, inner))

    def _contained(self, place: Place, draw: Callable[[Place], str]) -> str:
        """What `draw` makes inside an element with this style: clipped, and as opaque as the whole of it is."""
        opacity = share(place.style["opacity"])
        content = draw(place) if opacity == 1 else self._grouped(place, opacity, draw)
        return self._clip(place, None) + content if content else ""

    def _grouped(self, place: Place, opacity: float, draw: Callable[[Place], str]) -> str:
        """What `draw` makes, as one thing that is this opaque."""
        content = draw(replace(place, onto_form=UNCHANGED))
        if not content:
            return ""
        bbox = place.onto_form.inverse().box(*self._form_box)
        return self._painter.resources.opacity(opacity, opacity) + self._painter.resources.group(content, bbox)

    def _children(self, element: Iterable[etree._Element], place: Place) -> str:
        return "".join(self.draw(child, place) for child in element)

    def _switch(self, element: etree._Element, place: Place) -> str:
        """The first child that asks for nothing special: others are meant for the program that drew the file."""
        for child in element:
            if isinstance(child.tag, str) and not child.get("requiredExtensions"):
                return self.draw(child, place)
        return ""

    def _use(self, element: etree._Element, place: Place) -> str:
        target = self._by_id.get(reference(element) or "")
        if target is None:
            raise ValueError("it refers to nothing in the file")
        x, y = (measure(element, name, place.viewport) for name in ("x", "y"))
        inner = place.inside(shift(x, y))
        # What a symbol leaves open about its size is said where it is used.
        size = {name: element.get(name) or "" for name in ("width", "height") if element.get(name)}
        if local_name(target) == "symbol":
            style = self._painter.sheet.style(target, place.style)
            inner = replace(inner, style=style, depth=inner.depth + 1)
            content = self._contained(inner, lambda within: self._viewport(target, within, size))
        else:
            content = self.draw(target, inner)
        return f"q {figures(shift(x, y))} cm\n{content}Q\n" if content else ""

    def _nested(self, element: etree._Element, place: Place) -> str:
        x, y = (measure(element, name, place.viewport) for name in ("x", "y"))
        content = self._viewport(element, place.inside(shift(x, y)), {})
        return f"q {figures(shift(x, y))} cm\n{content}Q\n" if content else ""

    def _viewport(self, element: etree._Element, place: Place, size: Mapping[str, str]) -> str:
        """The children of an svg or symbol, fitted into its viewport and, as a rule, cut off at the edges."""
        if place.depth > _DEEPEST:
            raise ValueError("it is nested too deep or in a circle")
        width, height = (
            length(size.get(name) or element.get(name) or "100%", whole)
            for name, whole in zip(("width", "height"), place.viewport, strict=True)
        )
        if width <= 0 or height <= 0:
            return ""
        clip = "" if place.style["overflow"] == "visible" else f"0 0 {figures((width, height))} re W n\n"
        said = element.get("viewBox")
        if not said:
            return clip + self._children(element, replace(place, viewport=(width, height)))
        view = ViewBox.parse(said)
        matrix = view.onto(width, height, element.get("preserveAspectRatio") or "")
        inner = replace(place.inside(matrix), viewport=(view.width, view.height))
        return f"{clip}{figures(matrix)} cm\n{self._children(element, inner)}"

    def _clip(self, place: Place, box: Box | None) -> str:
        """The operators that cut what follows at the element's clip path; `box` is that of a shape."""
        said = place.style["clip-path"]
        if said == "none":
            return ""
        clip = self._by_id.get(reference_in(said) or "")
        if clip is None or local_name(clip) != "clipPath":
            raise StyleError(f"'clip-path: {said}' names no clip path of the file")
        outline, rule = self._clip_outline(clip, place)
        if clip.get("clipPathUnits") == "objectBoundingBox":
            if box is None:
                raise StyleError("a clip path measured by the box of a group can't be printed as drawn")
            outline = outline.mapped(Matrix(box[2] - box[0], 0, 0, box[3] - box[1], box[0], box[1]))
        return f"{outline.operators() or '0 0 0 0 re '}{'W*' if rule == 'evenodd' else 'W'} n\n"

    def _clip_outline(self, clip: etree._Element, place: Place) -> tuple[Outline, str]:
        """The one shape of a clip path, and its fill rule."""
        style = self._painter.sheet.inherited(clip)
        shapes = [child for child in clip if isinstance(child.tag, str) and local_name(child) not in _NOT_DRAWN]
        if len(shapes) != 1 or style["clip-path"] != "none":
            raise StyleError("a clip path of other than one shape can't be printed as drawn")
        (shape,) = shapes
        style = self._painter.sheet.style(shape, style)
        matrix = transform(shape.get("transform") or "").then(transform(clip.get("transform") or ""))
        if local_name(shape) == "use":
            x, y = (measure(shape, name, place.viewport) for name in ("x", "y"))
            target = self._by_id.get(reference(shape) or "")
            if target is None:
                raise ValueError("its clip path refers to nothing in the file")
            shape, style = target, self._painter.sheet.style(target, style)
            matrix = transform(target.get("transform") or "").then(shift(x, y)).then(matrix)
        if local_name(shape) not in SHAPES or style["clip-path"] != "none":
            raise StyleError("a clip path that is itself clipped, or no shape, can't be printed as drawn")
        hidden = style["display"] == "none" or style["visibility"] != "visible"
        outline = Outline() if hidden else outline_of(shape, place.viewport).mapped(matrix)
        return outline, style["clip-rule"]

    def _refused(self, element: etree._Element) -> LayoutError:
        name = local_name(element)
        fact = f"the SVG element '{name}' can't be printed as drawn"
        return faults.unsupported(self._file, fact, _REMEDIES.get(name, _PLAIN), _line(element))


def _line(element: etree._Element) -> int:
    return element.sourceline or 0
