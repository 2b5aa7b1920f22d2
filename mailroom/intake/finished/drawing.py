"""Pages as pictures with the zones drawn on them and what was read in each: for a person's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import font_source_sans_pro
from PIL import Image, ImageDraw, ImageFont

from mailroom.intake.finished.definition import ZoneBox
from mailroom.intake.finished.guarded import Picture

_LEGEND_PX = 430
_THUMB_PX = 640
_COLUMNS = 3
_LINES_MAX = 7
_COLOURS = (
    (196, 30, 58),
    (0, 102, 180),
    (0, 130, 70),
    (190, 95, 0),
    (120, 40, 150),
    (0, 130, 140),
    (150, 110, 0),
    (90, 90, 90),
)
_RED, _GREY, _BLACK = (200, 0, 0), (110, 110, 110), (0, 0, 0)


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A zone as it shall be drawn: what its rule found there, "" for nothing."""

    name: str
    box: ZoneBox
    text: str


def draw_page(look: Picture | None, title: str, zones: Sequence[DrawnZone], remarks: Sequence[str]) -> Image.Image:
    """The page with its zones, and beside it a legend of what was found, and of remarks in red. A page that can't be
    drawn (None) has the legend alone."""
    if look is None:
        shown, scale, zones = Image.new("RGB", (1, 1), "white"), 1.0, ()
    else:
        shown, scale = Image.frombytes("RGB", (look.width_px, look.height_px), look.rgb), look.px_per_pt
    picture = Image.new("RGB", (shown.width + _LEGEND_PX, max(shown.height, 400)), "white")
    picture.paste(shown, (0, 0))
    tint = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(tint)
    for at, zone in enumerate(zones):
        colour = _COLOURS[at % len(_COLOURS)]
        pen.rectangle(_pixels(zone.box, scale), fill=(*colour, 28), outline=(*colour, 255), width=2)
    picture.paste(Image.alpha_composite(picture.convert("RGBA"), tint).convert("RGB"), (0, 0))
    _legend(ImageDraw.Draw(picture), shown.width + 14, title, zones, remarks, scale)
    return picture


def _pixels(box: ZoneBox, scale: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a zone; `scale` in pixels a point."""
    px_per_mm = scale * 72 / 25.4
    left, top = box.x_mm * px_per_mm, box.y_mm * px_per_mm
    return left, top, left + box.width_mm * px_per_mm, top + box.height_mm * px_per_mm


def _legend(
    pen: ImageDraw.ImageDraw, left: int, title: str, zones: Sequence[DrawnZone], remarks: Sequence[str], scale: float
) -> None:
    pen.line((left - 14, 0, left - 14, 10_000), fill=(200, 200, 200))
    pen.text((left, 12), title, font=_font(20), fill=_BLACK)
    for (x, y), names in _named(zones, scale).items():
        pen.text((x + 3, max(y - 15, 0)), ", ".join(names), font=_font(12), fill=_BLACK)
    down = 50
    for at, zone in enumerate(zones):
        colour = _COLOURS[at % len(_COLOURS)]
        pen.rectangle((left, down + 3, left + 12, down + 15), fill=colour)
        pen.text((left + 20, down), zone.name, font=_font(16), fill=colour)
        down += 22
        for line in _wrapped(zone.text or "nothing found", 52)[:_LINES_MAX]:
            pen.text((left + 20, down), line, font=_font(15), fill=_BLACK if zone.text else _RED)
            down += 19
        down += 8
    for remark in remarks:
        for line in _wrapped(remark, 56):
            pen.text((left, down), line, font=_font(14), fill=_RED)
            down += 18
        down += 6


def _named(zones: Sequence[DrawnZone], scale: float) -> dict[tuple[float, float], list[str]]:
    """The names to stand above each box: several zones may share one."""
    names: dict[tuple[float, float], list[str]] = {}
    for zone in zones:
        left, top, _, _ = _pixels(zone.box, scale)
        names.setdefault((left, top), []).append(zone.name)
    return names


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many signs, cut at blanks where there are any."""
    lines: list[str] = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > width:
            at = rest.rfind(" ", 1, width)
            at = at if at > 0 else width
            lines.append(rest[:at])
            rest = rest[at:].lstrip()
        lines.append(rest)
    return lines


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(font_source_sans_pro.font_directory) / "SourceSansPro-Regular.ttf"), size)


def contact_sheet(pictures: Sequence[Image.Image]) -> Image.Image:
    """Small pictures of all drawn pages, three a row."""
    small = [picture.copy() for picture in pictures]
    for picture in small:
        picture.thumbnail((_THUMB_PX, _THUMB_PX))
    rows = -(-len(small) // _COLUMNS)
    height = max(picture.height for picture in small)
    sheet = Image.new("RGB", (min(len(small), _COLUMNS) * (_THUMB_PX + 8), rows * (height + 8)), _GREY)
    for at, picture in enumerate(small):
        sheet.paste(picture, (4 + at % _COLUMNS * (_THUMB_PX + 8), 4 + at // _COLUMNS * (height + 8)))
    return sheet
