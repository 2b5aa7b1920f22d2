"""SVG drawings as forms: vector stays vector, nothing is fetched, nothing is left out in silence.

Read are groups, links, `use`, symbols, nested viewports and `switch`; paths and all basic shapes; transforms; fills and
strokes with dashes, caps and joins; linear and radial gradients; opacity; clip paths of one shape; style attributes and
plain style sheets. Text, images, filters, masks, patterns, markers and blending are refused with the line they stand
on, as are scripts and whatever lies outside the file. Black is printed in black ink alone: RGB without colour is grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from layouts.geometry import PT_PER_MM
from layouts.pictures import faults, xobjects
from layouts.pictures.matrix import UNCHANGED, Matrix, figures
from layouts.pictures.picture import Picture, Policy
from layouts.pictures.svg_drawing import NAMESPACE, Drawing, Place
from layouts.pictures.svg_paint import Painter
from layouts.pictures.svg_style import StyleError, StyleSheet, local_name, root_style
from layouts.pictures.svg_values import PT_PER_PX, ViewBox, length

_ACTIVE: Final = frozenset({"script", "handler", "listener", "animate", "animateTransform", "animateMotion", "set"})
_CSS: Final = (None, "", "text/css")
_PRINT_MEDIA: Final = (None, "", "all", "print")


def svg_picture(data: bytes, file: str, policy: Policy) -> Picture:
    """The picture of an SVG file. Raises LayoutError E4081, E4082, E4084."""
    root = _parsed(data, file)
    try:
        sheet = StyleSheet("\n".join(_style_texts(root)))
        width, height, onto_viewport, viewport = _frame(root)
    except StyleError as fault:
        raise faults.unsupported(file, str(fault), "save the drawing with presentation attributes") from fault
    except ValueError as fault:
        raise faults.damaged(file, f"{file} does not say how large it is: {fault}") from fault
    width_pt, height_pt = width * PT_PER_PX, height * PT_PER_PX
    bbox = (0.0, 0.0, round(width_pt, 4), round(height_pt, 4))
    by_id = {str(name): element for element in root.iter(etree.Element) if (name := element.get("id"))}
    painter = Painter(sheet, by_id, policy)
    onto_form = onto_viewport.then(Matrix(PT_PER_PX, 0, 0, -PT_PER_PX, 0, height_pt))
    drawing = Drawing(file, by_id, painter, bbox)
    content = drawing.draw(root, Place(root_style(), onto_form, viewport))
    resources, objects = painter.resources.finish()
    drawn = f"q {figures(onto_form)} cm\n{content}Q\n" if content else ""
    form = xobjects.form(bbox, drawn.encode("ascii"), resources, objects)
    return Picture(
        file=file,
        kind="vector",
        name=form.name,
        width_mm=width_pt / PT_PER_MM,
        height_mm=height_pt / PT_PER_MM,
        forms=(form,),
        images=(),
        upright=Matrix(1 / bbox[2], 0, 0, 1 / bbox[3], 0, 0),
        pixels=None,
        colours=frozenset(painter.families),
        transparent=painter.resources.transparent,
        lowest_dpi=None,
    )


def _parsed(data: bytes, file: str) -> etree._Element:
    """The root element. Entities from outside and the network stay closed."""
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        raise faults.damaged(file, f"{file} is not well-formed XML: {fault}") from fault
    if root.tag != f"{{{NAMESPACE}}}svg":
        raise faults.unknown_kind(file, f"{file} is XML, but not SVG: its root is '{local_name(root)}'")
    remedy = "save the drawing without scripts, animation and links to other files"
    for before in root.itersiblings(preceding=True):
        if isinstance(before, etree._ProcessingInstruction) and before.target == "xml-stylesheet":
            raise faults.unsupported(file, "the style sheet lies outside the file", remedy, before.sourceline)
    for element in root.iter(f"{{{NAMESPACE}}}*"):
        if local_name(element) in _ACTIVE or any(str(name).startswith("on") for name in element.attrib):
            fact = f"the element '{local_name(element)}' moves or runs a script"
            raise faults.unsupported(file, fact, remedy, element.sourceline)
    return root


def _style_texts(root: etree._Element) -> Iterator[str]:
    """The style sheets that hold for print."""
    for element in root.iter(f"{{{NAMESPACE}}}style"):
        if element.get("type") not in _CSS:
            raise StyleError(f"a style sheet of type '{element.get('type')}' can't be read")
        if element.get("media") in _PRINT_MEDIA:
            yield "".join(str(text) for text in element.itertext())


def _frame(root: etree._Element) -> tuple[float, float, Matrix, tuple[float, float]]:
    """Width and height in pixels, the map from user units onto them, and the size that percentages are of."""
    said = root.get("viewBox")
    view = ViewBox.parse(said) if said else None
    sizes = [_absolute(root.get(name)) for name in ("width", "height")]
    match sizes:
        case [float() as width, float() as height]:
            pass
        case [float() as width, None] if view:
            height = width * view.height / view.width
        case [None, float() as height] if view:
            width = height * view.width / view.height
        case _ if view:
            width, height = view.width, view.height
        case _:
            raise ValueError("it has neither a width and height nor a viewBox")
    if width <= 0 or height <= 0:
        raise ValueError("its width or height is zero")
    if view is None:
        return width, height, UNCHANGED, (width, height)
    onto = view.onto(width, height, root.get("preserveAspectRatio") or "")
    return width, height, onto, (view.width, view.height)


def _absolute(said: str | None) -> float | None:
    """A length of the root element; None for one that is left to whoever places the drawing."""
    if said is None or said.strip() in ("", "auto") or said.strip().endswith("%"):
        return None
    return length(said, 0)
