"""The operator's view: the filled envelope from its front, with what shows through its window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image

from layouts.envelope import Envelope
from layouts.freearea import intersection
from layouts.geometry import Box
from layouts.overlay import BAD, INK, QUIET, SAFE, ZONE, Area, Shape, Words, broken, paint
from layouts.preflight import ADDRESS, SheetLayout, mark_name

_GROUND = (226, 228, 232)
_PAPER = (247, 243, 234)
_SHADOW = (206, 208, 212)
_INSIDE = (178, 186, 198)
_WHITE = (255, 255, 255)
_HAIR_MM = 1e-6
_GAP_MM, _HEAD_MM, _CAPTION_MM, _ROUND_WINDOW_MM = 8.0, 12.0, 15.0, 6.0
_PLACES = ("left, at the foot", "left, high", "right, at the foot", "right, high")
"""In the order of `Envelope.sheet_places`."""


@dataclass(frozen=True, slots=True)
class _View:
    """A part of the envelope on the picture: where it stands there, its scale, and where the sheet lies."""

    x_mm: float
    y_mm: float
    scale: float
    part: Box
    place_mm: tuple[float, float]
    caption: str

    def on_picture(self, box: Box) -> Box:
        """Where a box of the envelope stands on the picture."""
        return Box(
            self.x_mm + (box.x_mm - self.part.x_mm) * self.scale,
            self.y_mm + (box.y_mm - self.part.y_mm) * self.scale,
            box.width_mm * self.scale,
            box.height_mm * self.scale,
        )


def draw_envelope(
    page_image: Image.Image,
    layout: SheetLayout,
    envelope: Envelope,
    mark_boxes: Mapping[str, Box] | None = None,
    *,
    back_image: Image.Image | None = None,
    width_px: int = 1400,
) -> Image.Image:
    """The envelope from its front with the sheet in the middle of its play, and below it the window at the four
    extremes, each with what the eye would find wrong there. The post's zones are drawn on the large one.

    page_image  the rendered first page, in any resolution; it is not changed
    mark_boxes  where marks and codes stand on it, by name
    back_image  the rendered back of the last sheet, as that page is read; without it, backs are blank
    """
    views = _views(layout, envelope)
    px_per_mm = width_px / (envelope.outside_width_mm + 2 * _GAP_MM)
    lowest = views[-1].on_picture(views[-1].part)
    picture = Image.new("RGB", (width_px, round((lowest.bottom_mm + _CAPTION_MM) * px_per_mm)), _GROUND)
    folded = _folded(page_image, back_image, layout, envelope, px_per_mm)
    for view in views:
        _paste_view(picture, _front(folded, view, envelope, px_per_mm), view, px_per_mm)
    ink = layout.boxes("first") | {mark_name(name): box for name, box in (mark_boxes or {}).items()}
    return paint(picture, _shapes(views, layout, envelope, ink), px_per_mm)


def _views(layout: SheetLayout, envelope: Envelope) -> list[_View]:
    outside = Box(0, 0, envelope.outside_width_mm, envelope.outside_height_mm)
    place_mm = envelope.nominal_place(layout.width_mm)
    nominal = _View(_GAP_MM, _HEAD_MM, 1.0, outside, place_mm, "sheet in the middle of its play")
    part = intersection(envelope.window.grown(_ROUND_WINDOW_MM), outside) or outside
    width_mm = (outside.width_mm - 3 * _GAP_MM) / 4
    top_mm = _HEAD_MM + outside.height_mm + _GAP_MM
    places = zip(envelope.sheet_places(layout.width_mm), _PLACES, strict=True)
    return [
        nominal,
        *(
            _View(_GAP_MM + index * (width_mm + _GAP_MM), top_mm, width_mm / part.width_mm, part, place, caption)
            for index, (place, caption) in enumerate(places)
        ),
    ]


def _folded(
    page_image: Image.Image,
    back_image: Image.Image | None,
    layout: SheetLayout,
    envelope: Envelope,
    px_per_mm: float,
) -> Image.Image:
    """The folded sheet from the window's side, its highest edge at the top of the picture."""
    strips = envelope.facing
    size_px = (round(layout.width_mm * px_per_mm), round(layout.height_mm * px_per_mm))
    front = page_image.convert("RGB").resize(size_px, Image.Resampling.LANCZOS)
    back = (back_image or Image.new("RGB", (1, 1), _WHITE)).convert("RGB").resize(size_px, Image.Resampling.LANCZOS)
    top_mm = _top_mm(envelope)
    folded = Image.new("RGB", (size_px[0], round(envelope.folded_height_mm * px_per_mm)), _WHITE)
    for strip in strips:
        band = Box(0, strip.top_mm, layout.width_mm, strip.bottom_mm - strip.top_mm)
        if part := strip.page_box(band, layout.width_mm):
            page = front if strip.side == "front" else back
            piece = page.crop((0, round(part.y_mm * px_per_mm), size_px[0], round(part.bottom_mm * px_per_mm)))
            upright = piece if strip.side == "front" else piece.transpose(Image.Transpose.ROTATE_180)
            folded.paste(upright, (0, round((strip.top_mm - top_mm) * px_per_mm)))
    return folded


def _top_mm(envelope: Envelope) -> float:
    return min(strip.top_mm for strip in envelope.facing)


def _front(folded: Image.Image, view: _View, envelope: Envelope, px_per_mm: float) -> Image.Image:
    """The whole front of the envelope: paper, and in the window what lies behind it."""
    size_px = (round(envelope.outside_width_mm * px_per_mm), round(envelope.outside_height_mm * px_per_mm))
    inside = Image.new("RGB", size_px, _INSIDE)
    x_mm, y_mm = view.place_mm[0], view.place_mm[1] + _top_mm(envelope)
    inside.paste(folded, (round(x_mm * px_per_mm), round(y_mm * px_per_mm)))
    front = Image.new("RGB", size_px, _PAPER)
    opening_px = _pixels(envelope.window, px_per_mm)
    front.paste(inside.crop(opening_px), opening_px[:2])
    return front


def _paste_view(picture: Image.Image, front: Image.Image, view: _View, px_per_mm: float) -> None:
    left_px, top_px, right_px, bottom_px = _pixels(view.on_picture(view.part), px_per_mm)
    part = front.crop(_pixels(view.part, px_per_mm))
    shade_px = max(2, round(px_per_mm))
    picture.paste(_SHADOW, (left_px + shade_px, top_px + shade_px, right_px + shade_px, bottom_px + shade_px))
    picture.paste(part.resize((right_px - left_px, bottom_px - top_px), Image.Resampling.LANCZOS), (left_px, top_px))


def _pixels(box: Box, px_per_mm: float) -> tuple[int, int, int, int]:
    return (
        round(box.x_mm * px_per_mm),
        round(box.y_mm * px_per_mm),
        round(box.right_mm * px_per_mm),
        round(box.bottom_mm * px_per_mm),
    )


def _shapes(views: list[_View], layout: SheetLayout, envelope: Envelope, ink: Mapping[str, Box]) -> Iterator[Shape]:
    nominal, *extremes = views
    yield Words(_GAP_MM, 3.4, envelope.title, INK, 5.0, "semibold")
    right_mm = _GAP_MM + envelope.outside_width_mm
    yield Words(right_mm, 4.4, f"{layout.name}, {nominal.caption}", QUIET, 3.8, align="right")
    for zone in envelope.clear_zones:
        box = nominal.on_picture(zone.box)
        yield Area(box, ZONE, ZONE, 0.08, dash_mm=1.5)
        yield Words(box.x_mm + 1.2, box.y_mm + 1, zone.name, ZONE, 3.2)
    top_mm = _top_mm(envelope)
    sheet = Box(0, top_mm, layout.width_mm, envelope.folded_height_mm).moved(*nominal.place_mm)
    yield Area(nominal.on_picture(sheet), QUIET, line_mm=0.15, dash_mm=1.0)
    for view in views:
        wrong = list(_wrong(view, layout.width_mm, envelope, ink))
        yield Area(view.on_picture(envelope.window), BAD if wrong else QUIET, line_mm=0.5 if wrong else 0.2)
        if view in extremes:
            box = view.on_picture(view.part)
            yield Words(box.x_mm, box.bottom_mm + 2.4, view.caption, INK, 3.2, "semibold")
            verdict = "; ".join(wrong) or "address in view, nothing else"
            for index, line in enumerate(broken(verdict, box.width_mm, 2.8)[:2]):
                yield Words(box.x_mm, box.bottom_mm + 6.6 + index * 3.6, line, BAD if wrong else SAFE, 2.8)


def _wrong(view: _View, sheet_width_mm: float, envelope: Envelope, ink: Mapping[str, Box]) -> Iterator[str]:
    """What is wrong with the view as it is drawn: with the sheet in this place, and no tolerances."""
    for name, box in ink.items():
        if name == ADDRESS:
            hidden_mm = box.moved(*view.place_mm).spill(envelope.window)
            if hidden_mm > _HAIR_MM:
                yield f"{hidden_mm:.1f} mm of the address hidden"
            continue
        fronts = [strip for strip in envelope.facing if strip.side == "front"]
        laid = [part for strip in fronts if (part := strip.lay(box, sheet_width_mm))]
        if any(part.moved(*view.place_mm).touches(envelope.window) for part in laid):
            yield f"'{name}' shows"
