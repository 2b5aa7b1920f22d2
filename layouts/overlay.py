"""What a proof draws over a page: shapes in millimetres, and the two ways to draw them, in pixels and in a PDF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import ceil, hypot
from pathlib import Path
from typing import Literal, assert_never

import font_source_sans_pro
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from layouts.geometry import Box, pt

Colour = tuple[int, int, int]
Weight = Literal["regular", "semibold"]
Align = Literal["left", "centre", "right"]

FONT_FILES: dict[Weight, Path] = {
    "regular": Path(font_source_sans_pro.font_directory) / "SourceSansPro-Regular.ttf",
    "semibold": Path(font_source_sans_pro.font_directory) / "SourceSansPro-Semibold.ttf",
}
INK: Colour = (30, 32, 36)
QUIET: Colour = (120, 124, 130)
FOLD: Colour = (0, 120, 80)
WINDOW: Colour = (0, 92, 190)
SAFE: Colour = (0, 140, 70)
ZONE: Colour = (190, 120, 0)
MARK: Colour = (118, 20, 150)
BOX: Colour = (150, 154, 160)
BAD: Colour = (214, 0, 36)
PANEL: Colour = (244, 245, 247)

_MEASURED_PX = 200
_BASELINE = 0.75
"""Height of a line's baseline below its upper edge, in parts of the type size (Source Sans Pro's capitals and gap)."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle: its edge in `edge`, its inside in `fill` where they are given. `dash_mm` 0 is a solid edge."""

    box: Box
    edge: Colour | None = None
    fill: Colour | None = None
    opacity: float = 1.0
    line_mm: float = 0.2
    dash_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x_mm: float
    y_mm: float
    to_x_mm: float
    to_y_mm: float
    colour: Colour
    line_mm: float = 0.25
    dash_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; `y_mm` is its upper edge. `halo` lays white under it, so that it can be read on ink."""

    x_mm: float
    y_mm: float
    text: str
    colour: Colour
    size_mm: float = 2.6
    weight: Weight = "regular"
    align: Align = "left"
    halo: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """A filled disc with a number in it, which ties a place on the page to a line of the legend."""

    x_mm: float
    y_mm: float
    text: str
    colour: Colour
    radius_mm: float = 2.0


Shape = Area | Stroke | Words | Badge


def text_width_mm(text: str, size_mm: float, weight: Weight = "regular") -> float:
    """The width of a line of text."""
    return float(_measure(weight).getlength(text)) / _MEASURED_PX * size_mm


def broken(text: str, width_mm: float, size_mm: float, weight: Weight = "regular") -> list[str]:
    """The text on as many lines as it needs; a word that is too wide stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width_mm(longer, size_mm, weight) <= width_mm:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def paint(picture: Image.Image, shapes: Iterable[Shape], px_per_mm: float) -> Image.Image:
    """A copy of the picture with the shapes drawn over it."""
    over = picture.convert("RGB")
    painter = _Painter(over.copy() if over is picture else over, px_per_mm)
    for shape in shapes:
        match shape:
            case Area():
                painter.area(shape)
            case Stroke():
                painter.line((shape.x_mm, shape.y_mm), (shape.to_x_mm, shape.to_y_mm), shape)
            case Words():
                painter.words(shape)
            case Badge():
                painter.badge(shape)
            case _ as unreachable:
                assert_never(unreachable)
    return painter.picture


class _Painter:
    """Drawing in millimetres on a picture."""

    def __init__(self, picture: Image.Image, px_per_mm: float) -> None:
        self.picture = picture
        self._draw = ImageDraw.Draw(picture)
        self._px_per_mm = px_per_mm

    def area(self, shape: Area) -> None:
        box = shape.box
        corners = [
            (box.x_mm, box.y_mm),
            (box.right_mm, box.y_mm),
            (box.right_mm, box.bottom_mm),
            (box.x_mm, box.bottom_mm),
        ]
        if shape.fill:
            self._fill(box, shape.fill, shape.opacity)
        if shape.edge:
            stroke = Stroke(0, 0, 0, 0, shape.edge, shape.line_mm, shape.dash_mm)
            for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
                self.line(start, end, stroke)

    def _fill(self, box: Box, colour: Colour, opacity: float) -> None:
        width_px, height_px = self.picture.size
        left_px, top_px = max(self._px(box.x_mm), 0), max(self._px(box.y_mm), 0)
        right_px, bottom_px = min(self._px(box.right_mm), width_px), min(self._px(box.bottom_mm), height_px)
        if right_px > left_px and bottom_px > top_px:
            part = self.picture.crop((left_px, top_px, right_px, bottom_px))
            tint = Image.new("RGB", part.size, colour)
            self.picture.paste(Image.blend(part, tint, opacity), (left_px, top_px))

    def line(self, start: tuple[float, float], end: tuple[float, float], shape: Stroke) -> None:
        length_mm = hypot(end[0] - start[0], end[1] - start[1])
        step_mm = shape.dash_mm * 2 if shape.dash_mm else length_mm
        on_mm = shape.dash_mm or length_mm
        width_px = max(1, self._px(shape.line_mm))
        for index in range(max(1, ceil(length_mm / step_mm)) if length_mm else 0):
            marks_mm = (index * step_mm, min(index * step_mm + on_mm, length_mm))
            points = [
                (
                    self._px(start[0] + (end[0] - start[0]) * at / length_mm),
                    self._px(start[1] + (end[1] - start[1]) * at / length_mm),
                )
                for at in marks_mm
            ]
            self._draw.line([*points[0], *points[1]], fill=shape.colour, width=width_px)

    def words(self, shape: Words) -> None:
        font = _font(shape.weight, max(6, self._px(shape.size_mm)))
        anchor = {"left": "ls", "centre": "ms", "right": "rs"}[shape.align]
        place = (self._px(shape.x_mm), self._px(shape.y_mm + _BASELINE * shape.size_mm))
        halo_px = max(2, self._px(0.35)) if shape.halo else 0
        self._draw.text(place, shape.text, shape.colour, font, anchor, stroke_width=halo_px, stroke_fill="white")

    def badge(self, shape: Badge) -> None:
        edges = (
            shape.x_mm - shape.radius_mm,
            shape.y_mm - shape.radius_mm,
            shape.x_mm + shape.radius_mm,
            shape.y_mm + shape.radius_mm,
        )
        self._draw.ellipse([self._px(edge) for edge in edges], fill=shape.colour, outline="white")
        self.words(_badge_words(shape))

    def _px(self, length_mm: float) -> int:
        return round(length_mm * self._px_per_mm)


def print_shapes(canvas: Canvas, shapes: Iterable[Shape], height_mm: float) -> None:
    """Draw the shapes on a PDF page of that height, as vectors and text."""
    for shape in shapes:
        canvas.saveState()
        match shape:
            case Area():
                _print_area(canvas, shape, height_mm)
            case Stroke():
                _set_line(canvas, shape.colour, shape.line_mm, shape.dash_mm)
                canvas.line(
                    pt(shape.x_mm), pt(height_mm - shape.y_mm), pt(shape.to_x_mm), pt(height_mm - shape.to_y_mm)
                )
            case Words():
                _print_words(canvas, shape, height_mm)
            case Badge():
                canvas.setFillColorRGB(*_rgb(shape.colour))
                canvas.circle(pt(shape.x_mm), pt(height_mm - shape.y_mm), pt(shape.radius_mm), stroke=0, fill=1)
                _print_words(canvas, _badge_words(shape), height_mm)
            case _ as unreachable:
                assert_never(unreachable)
        canvas.restoreState()


def _print_area(canvas: Canvas, shape: Area, height_mm: float) -> None:
    box = shape.box
    place = (pt(box.x_mm), pt(height_mm - box.bottom_mm), pt(box.width_mm), pt(box.height_mm))
    if shape.fill:
        canvas.setFillColorRGB(*_rgb(shape.fill))
        canvas.setFillAlpha(shape.opacity)
        canvas.rect(*place, stroke=0, fill=1)
    if shape.edge:
        _set_line(canvas, shape.edge, shape.line_mm, shape.dash_mm)
        canvas.rect(*place, stroke=1, fill=0)


def _print_words(canvas: Canvas, shape: Words, height_mm: float) -> None:
    name = _pdf_font(shape.weight)
    width_mm = text_width_mm(shape.text, shape.size_mm, shape.weight)
    x_mm = shape.x_mm - {"left": 0.0, "centre": width_mm / 2, "right": width_mm}[shape.align]
    baseline_mm = height_mm - shape.y_mm - _BASELINE * shape.size_mm
    if shape.halo:
        canvas.setFillColorRGB(1, 1, 1)
        canvas.setFillAlpha(0.8)
        canvas.rect(pt(x_mm - 0.4), pt(baseline_mm - 0.7), pt(width_mm + 0.8), pt(shape.size_mm), stroke=0, fill=1)
        canvas.setFillAlpha(1)
    canvas.setFillColorRGB(*_rgb(shape.colour))
    canvas.setFont(name, pt(shape.size_mm))
    canvas.drawString(pt(x_mm), pt(baseline_mm), shape.text)


def _badge_words(shape: Badge) -> Words:
    size_mm = shape.radius_mm * 1.4
    return Words(shape.x_mm, shape.y_mm - 0.52 * size_mm, shape.text, (255, 255, 255), size_mm, "semibold", "centre")


def _set_line(canvas: Canvas, colour: Colour, line_mm: float, dash_mm: float) -> None:
    canvas.setStrokeColorRGB(*_rgb(colour))
    canvas.setLineWidth(pt(line_mm))
    if dash_mm:
        canvas.setDash(pt(dash_mm), pt(dash_mm))


def _rgb(colour: Colour) -> tuple[float, float, float]:
    return colour[0] / 255, colour[1] / 255, colour[2] / 255


@cache
def _font(weight: Weight, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT_FILES[weight], size_px)


def _measure(weight: Weight) -> ImageFont.FreeTypeFont:
    return _font(weight, _MEASURED_PX)


@cache
def _pdf_font(weight: Weight) -> str:
    """The name under which the type is known to the PDF writer."""
    name = f"proof-{weight}"
    pdfmetrics.registerFont(TTFont(name, str(FONT_FILES[weight])))
    return name
