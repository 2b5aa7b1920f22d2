"""Where things stand on the page and how large they are: one form, which every peer follows.

Lengths are in mm from the top-left corner of the sheet, sizes of type in points. A line of text stands in a box as high
as its leading; `BASELINE` is how far down that box its baseline lies. Engines that break lines and place tables
themselves are given the same boxes and leadings, and differ by fractions of a millimetre.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import font_source_sans_pro
from PIL import Image, ImageDraw

from benchmarks.compose_data import Symbol

PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210.0, 297.0
PT_PER_MM = 72 / 25.4
BASELINE = 0.78

FAMILY = "Source Sans Pro"
FONT_FOLDER = Path(font_source_sans_pro.font_directory)
REGULAR = FONT_FOLDER / "SourceSansPro-Regular.ttf"
STRONG = FONT_FOLDER / "SourceSansPro-Semibold.ttf"


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Type:
    """How a text is set: points, and the height of its line in mm."""

    size: float
    leading: float


ADDRESS = Box(20, 45, 80, 20)
ADDRESS_TYPE = Type(9.5, 4)
FIELDS = Box(122, 45, 73, 27)
FIELD_VALUE_X = 152.0
FIELD_TYPE = Type(8.5, 4.5)
BARS = Box(122, 76, 29.7, 10)
TITLE = Box(20, 88, 100, 8)
TITLE_TYPE = Type(20, 8)
TABLE = Box(20, 100, 175, 137)
TABLE_HEADS = ("Beskrivelse", "Antall", "Pris", "Beløp")
TABLE_TYPE = Type(7.5, 3.1)
DESCRIPTION_WIDTH = 70.0
COLUMN_ENDS = (122.0, 158.0, 195.0)
"""Where quantity, price and amount end; the description begins at the table's left edge."""
HEAD_HEIGHT = 5.0
ROW_GAP = 0.4
"""Between one description's last line and the next one's first."""
TOTALS = Box(122, 240, 73, 13.8)
TOTAL_TYPE = Type(8.5, 4.6)
RULE = Box(20, 257, 175, 0)
RULE_WIDTH_PT = 0.6
PAYMENT = Box(20, 260, 145, 4.5)
PAYMENT_TYPE = Type(8.5, 4.5)
QR = Box(169, 261, 26, 26)
LOGO = Box(150, 12, 45, 12)
SHEET_CODE = Box(5, 172, 9, 9)

LOGO_FILE = Path(__file__).with_name("logo.svg")
LOGO_PATHS = tuple(re.findall(r'<path fill="(.*?)" d="(.*?)"/>', LOGO_FILE.read_text(encoding="utf-8")))
"""Colour and outline of each part, in mm from the logo's top-left corner, in SVG's letters M, L, C and Z, absolute."""


def steps(outline: str) -> Iterator[tuple[str, list[float]]]:
    """The steps of an outline: letter and coordinates."""
    for letter, points in re.findall(r"([MLCZ])([^MLCZ]*)", outline):
        yield letter, [float(each) for each in points.split()]


def bitmap(symbol: Symbol) -> Image.Image:
    """A code as an image of one bit a module."""
    return Image.frombytes("1", (symbol.width, symbol.height), symbol.bits, "raw", "1;I")


def logo_image(dpi: int) -> Image.Image:
    """The logo as a raster, for engines that can't store a drawing."""
    scale = 4 * dpi / 25.4  # Drawn four times as large, so that its edges are smooth when it is made smaller.
    image = Image.new("RGB", (round(LOGO.width * scale), round(LOGO.height * scale)), "white")
    pen = ImageDraw.Draw(image)
    for colour, outline in LOGO_PATHS:
        pen.polygon([(x * scale, y * scale) for x, y in _corners(outline)], fill=colour)
    return image.resize((image.width // 4, image.height // 4), Image.Resampling.BOX)


def _corners(outline: str) -> Iterator[tuple[float, float]]:
    """An outline as a polygon, each curve as 24 sides."""
    here = (0.0, 0.0)
    for _, points in steps(outline):
        if len(points) == 6:
            x1, y1, x2, y2, x3, y3 = points
            for t in (step / 24 for step in range(1, 24)):
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                yield a * here[0] + b * x1 + c * x2 + d * x3, a * here[1] + b * y1 + c * y2 + d * y3
        if points:
            here = (points[-2], points[-1])
            yield here


def as_json() -> dict[str, Any]:
    """The form by its names in lower case, for engines that aren't called from Python."""
    plain = {name.lower(): value for name, value in globals().items() if name.isupper() and not isinstance(value, Path)}
    fonts = {"regular": str(REGULAR), "strong": str(STRONG)}
    return fonts | {name: asdict(value) if isinstance(value, Box | Type) else value for name, value in plain.items()}
