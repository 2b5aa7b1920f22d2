"""Values as SVG and CSS write them: numbers, lengths, colours, transforms, viewports. All raise ValueError for what
they can't read; who knows the element makes an error of it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

from PIL import ImageColor

from layouts.pictures.matrix import UNCHANGED, Matrix, scale, shift

NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBERS: Final = re.compile(NUMBER)
_LENGTH: Final = re.compile(rf"({NUMBER})([a-zA-Z%]*)")
_BETWEEN: Final = re.compile(r"[\s,]*")
_TRANSFORM: Final = re.compile(r"[\s,]*([a-zA-Z]+)\s*\(([^()]*)\)")
_PROCESS: Final = re.compile(r"device-cmyk\((.*)\)")
_PERCENT: Final = re.compile(rf"rgb\(\s*({NUMBER}%)[\s,]+({NUMBER}%)[\s,]+({NUMBER}%)\s*\)")

PX_PER_UNIT: Final = {
    "": 1.0,
    "px": 1.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "q": 96 / 101.6,
    "in": 96.0,
}
"""CSS: an inch has 96 pixels."""

PT_PER_PX: Final = 0.75

Colour = tuple[float, ...]
"""(grey), (red, green, blue) or (cyan, magenta, yellow, black), each 0 to 1."""


def numbers(text: str) -> list[float]:
    """Numbers with blanks or commas between, and nothing else."""
    if _BETWEEN.sub("", _NUMBERS.sub("", text)):
        raise ValueError(f"'{text}' is not a list of numbers")
    return [finite(float(found)) for found in _NUMBERS.findall(text)]


def finite(value: float) -> float:
    if not math.isfinite(value) or abs(value) > 1e9:
        raise ValueError(f"{value} is too large")
    return value


def length(text: str, whole: float) -> float:
    """A length in user units; a percentage is one of `whole`."""
    match = _LENGTH.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a length")
    value, unit = finite(float(match[1])), match[2].lower()
    if unit == "%":
        return value * whole / 100
    if unit not in PX_PER_UNIT:
        raise ValueError(f"the unit of '{text}' depends on a font or a screen")
    return finite(value * PX_PER_UNIT[unit])


def share(text: str) -> float:
    """A number or percentage as it is used for opacity and offsets, held within 0 and 1."""
    text = text.strip()
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    return min(1.0, max(0.0, finite(value)))


def colour(text: str) -> tuple[Colour, float]:
    """A colour and how opaque it is. RGB without colour is grey, so that black prints in black ink alone.

    Beside the colours of CSS 3 there is `device-cmyk(c m y k)` of CSS 4, numbers or percentages, for inks of a press.
    """
    text = text.strip().lower()
    if process := _PROCESS.fullmatch(text):
        inks = [share(part) for part in re.split(r"[\s,]+", process[1].strip())]
        if len(inks) != 4:
            raise ValueError(f"'{text}' does not name four inks")
        return tuple(inks), 1.0
    if percent := _PERCENT.fullmatch(text):
        red, green, blue = (share(part) for part in percent.groups())
        return ((red,) if red == green == blue else (red, green, blue)), 1.0
    red, green, blue, *alpha = ImageColor.getrgb(text)
    opacity = alpha[0] / 255 if alpha else 1.0
    if red == green == blue:
        return (red / 255,), opacity
    return (red / 255, green / 255, blue / 255), opacity


def transform(text: str) -> Matrix:
    """A list of transforms; the last named acts first."""
    at, whole = 0, UNCHANGED
    while match := _TRANSFORM.match(text, at):
        whole = _one_transform(match[1], numbers(match[2])).then(whole)
        at = match.end()
    if text[at:].strip():
        raise ValueError(f"'{text}' is not a transform")
    return Matrix(*map(finite, whole))


def _one_transform(name: str, values: list[float]) -> Matrix:
    match name, values:
        case "matrix", [a, b, c, d, e, f]:
            return Matrix(a, b, c, d, e, f)
        case "translate", [x]:
            return shift(x, 0)
        case "translate", [x, y]:
            return shift(x, y)
        case "scale", [both]:
            return scale(both, both)
        case "scale", [x, y]:
            return scale(x, y)
        case "rotate", [degrees]:
            return _turn(degrees)
        case "rotate", [degrees, x, y]:
            return shift(-x, -y).then(_turn(degrees)).then(shift(x, y))
        case "skewX", [degrees]:
            return Matrix(1, 0, math.tan(math.radians(degrees)), 1, 0, 0)
        case "skewY", [degrees]:
            return Matrix(1, math.tan(math.radians(degrees)), 0, 1, 0, 0)
        case _:
            raise ValueError(f"'{name}' with {len(values)} numbers is not a transform")


def _turn(degrees: float) -> Matrix:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Matrix(cos, sin, -sin, cos, 0, 0)


@dataclass(frozen=True, slots=True)
class ViewBox:
    """The part of user space that fills a viewport."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def parse(cls, text: str) -> ViewBox:
        values = numbers(text)
        if len(values) != 4 or values[2] <= 0 or values[3] <= 0:
            raise ValueError(f"'{text}' is not a viewBox with an area")
        return cls(*values)

    def onto(self, width: float, height: float, fit: str) -> Matrix:
        """Maps the box onto a viewport from (0, 0), as `fit` (preserveAspectRatio) says."""
        words = fit.removeprefix("defer ").split() or ["xMidYMid"]
        across, down = width / self.width, height / self.height
        if words[0] == "none":
            return shift(-self.x, -self.y).then(scale(across, down))
        match = re.fullmatch(r"x(Min|Mid|Max)Y(Min|Mid|Max)", words[0])
        if not match or words[1:] not in ([], ["meet"], ["slice"]):
            raise ValueError(f"'{fit}' is not a preserveAspectRatio")
        both = max(across, down) if words[1:] == ["slice"] else min(across, down)
        x = (width - self.width * both) * _ALIGN[match[1]]
        y = (height - self.height * both) * _ALIGN[match[2]]
        return shift(-self.x, -self.y).then(scale(both, both)).then(shift(x, y))


_ALIGN: Final[dict[str | None, Literal[0, 1] | float]] = {"Min": 0, "Mid": 0.5, "Max": 1}
