"""Proofs: a rendered page with everything drawn over it that the paper does not show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import font_source_sans_pro
from PIL import Image, ImageDraw, ImageFont

from layouts.envelope import Envelope
from layouts.fonts import STYLES
from layouts.geometry import Box
from layouts.parts import Layout
from layouts.preflight import check_layout

_Colour = tuple[int, int, int, int]
_FOLD: _Colour = (0, 110, 60, 255)
_WINDOW: _Colour = (0, 90, 200, 255)
_PLAY: _Colour = (0, 90, 200, 110)
_SHOWN: _Colour = (0, 120, 255, 22)
_ZONE: _Colour = (200, 130, 0, 40)
_ZONE_EDGE: _Colour = (170, 105, 0, 255)
_BOX: _Colour = (120, 120, 120, 120)
_NAME: _Colour = (110, 110, 110, 255)
_MARK: _Colour = (120, 0, 150, 255)
_BAD: _Colour = (215, 0, 30, 255)
_BAD_FILL: _Colour = (215, 0, 30, 45)
_WHITE: _Colour = (255, 255, 255, 215)
_INK: _Colour = (20, 20, 20, 255)

_LABEL_MM = 2.5
_HALF_PLAY = 0.5


def draw_proof(
    page_image: Image.Image, layout: Layout, envelope: Envelope, mark_boxes: Mapping[str, Box] | None = None
) -> Image.Image:
    """The first page with fold lines, the window at its nominal place and at the extremes of play, clear zones, the
    layout's boxes and the marks, each with its name; offending boxes are red, and a legend lists the findings.

    `page_image` is the whole rendered sheet in any resolution; it is not changed.
    """
    marks = mark_boxes or {}
    proof = _Proof(page_image, layout.width_mm)
    findings = check_layout(layout, [envelope], marks)
    offending = {finding.box.removeprefix("mark ") for finding in findings}
    for zone in layout.clear_zones:
        proof.rectangle(zone.box, _ZONE_EDGE, fill=_ZONE)
        proof.label(zone.box.x_mm + 0.6, zone.box.y_mm + 0.6, f"clear: {zone.name}", _ZONE_EDGE)
    _draw_window(proof, layout, envelope)
    for name, box in layout.boxes("first").items():
        bad = name in offending
        proof.rectangle(box, _BAD if bad else _BOX, fill=_BAD_FILL if bad else None, width_mm=0.5 if bad else 0.15)
        proof.label(box.right_mm, box.y_mm - _LABEL_MM - 0.6, name, _BAD if bad else _NAME, right=True)
    for name, box in marks.items():
        proof.rectangle(box, _BAD if name in offending else _MARK, width_mm=0.3)
        proof.label(box.right_mm + 0.6, box.y_mm + box.height_mm / 2 - _LABEL_MM / 2, name, _MARK)
    for fold_mm in envelope.folds_mm:
        proof.dashed(fold_mm, layout.width_mm, _FOLD)
        proof.label(layout.width_mm - 1, fold_mm - _LABEL_MM - 0.5, f"fold {fold_mm:g} mm", _FOLD, right=True)
    verdict = [finding.message for finding in findings] or ["no findings"]
    _draw_legend(
        proof, layout, [f"{layout.name}, version {layout.version}, in {envelope.title}", *verdict], bool(findings)
    )
    return proof.finished()


def _draw_window(proof: _Proof, layout: Layout, envelope: Envelope) -> None:
    places = envelope.sheet_places(layout.width_mm)
    views = [envelope.window.moved(-x_mm, -y_mm) for x_mm, y_mm in places]
    for view in views:
        proof.rectangle(view, _PLAY, fill=_SHOWN, width_mm=0.15)
    x_mm = sum(view.x_mm for view in views) / len(views)
    y_mm = sum(view.y_mm for view in views) / len(views)
    nominal = Box(x_mm, y_mm, envelope.window.width_mm, envelope.window.height_mm)
    proof.rectangle(nominal, _WINDOW, width_mm=0.4)
    across_mm, up_mm = envelope.play_mm(layout.width_mm)
    text = f"window, sheet in the middle; thin: play ±{across_mm * _HALF_PLAY:.1f} / ±{up_mm * _HALF_PLAY:.1f} mm"
    proof.label(nominal.right_mm - 0.6, nominal.bottom_mm - _LABEL_MM - 1.2, text, _WINDOW, right=True)


def _draw_legend(proof: _Proof, layout: Layout, lines: list[str], bad: bool) -> None:
    height_mm = (len(lines) + 0.8) * _LABEL_MM * 1.5
    top_mm = layout.height_mm - 20 - height_mm
    proof.rectangle(Box(24, top_mm, 120, height_mm), _BAD if bad else _FOLD, fill=_WHITE, width_mm=0.3)
    for count, line in enumerate(lines):
        colour = _INK if count == 0 else _BAD if bad else _FOLD
        proof.label(26, top_mm + (count + 0.4) * _LABEL_MM * 1.5, line, colour)


class _Proof:
    """Drawing in millimetres over a copy of the page."""

    def __init__(self, page_image: Image.Image, sheet_width_mm: float) -> None:
        self._page = page_image.convert("RGBA")
        self._over = Image.new("RGBA", self._page.size, (255, 255, 255, 0))
        self._draw = ImageDraw.Draw(self._over, "RGBA")
        self._px_per_mm = page_image.width / sheet_width_mm
        font_file = Path(font_source_sans_pro.font_directory) / STYLES["semibold"]
        self._font = ImageFont.truetype(font_file, max(8, round(_LABEL_MM * self._px_per_mm)))

    def rectangle(self, box: Box, colour: _Colour, *, fill: _Colour | None = None, width_mm: float = 0.2) -> None:
        edges = [self._px(edge) for edge in (box.x_mm, box.y_mm, box.right_mm, box.bottom_mm)]
        layer = Image.new("RGBA", self._page.size, (255, 255, 255, 0))
        ImageDraw.Draw(layer).rectangle(
            (edges[0], edges[1], max(edges[2], edges[0] + 1), max(edges[3], edges[1] + 1)),
            outline=colour,
            fill=fill,
            width=max(1, self._px(width_mm)),
        )
        self._over.alpha_composite(layer)

    def label(self, x_mm: float, y_mm: float, text: str, colour: _Colour, *, right: bool = False) -> None:
        width_px = self._draw.textlength(text, font=self._font)
        x_px = self._px(x_mm) - (width_px if right else 0)
        self._draw.text((x_px, self._px(y_mm)), text, fill=colour, font=self._font)

    def dashed(self, y_mm: float, width_mm: float, colour: _Colour) -> None:
        for start_mm in range(0, int(width_mm), 6):
            y_px = self._px(y_mm)
            self._draw.line((self._px(start_mm), y_px, self._px(start_mm + 4), y_px), fill=colour, width=2)

    def finished(self) -> Image.Image:
        return Image.alpha_composite(self._page, self._over).convert("RGB")

    def _px(self, length_mm: float) -> int:
        return round(length_mm * self._px_per_mm)
