"""Outlines: the geometry of SVG's shapes as the path operators of a PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fontTools.misc.bezierTools import calcCubicBounds
from fontTools.svgLib.path import parse_path

from layouts.pictures.matrix import Matrix, figures
from layouts.pictures.svg_values import NUMBER, finite, numbers

Point = tuple[float, float]

_ARITY: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_BLANK: Final = re.compile(r"[\s,]*")
_COMMAND: Final = re.compile(r"[MmLlHhVvCcSsQqTtAaZz]")
_VALUE: Final = re.compile(NUMBER)
_FLAG: Final = re.compile(r"[01]")
_ARC_FLAGS: Final = (3, 4)
_ROUND: Final = 0.5522847498307936
"""How long the handles of a Bézier quarter circle are: 4/3·(√2 − 1)."""


class Outline:
    """Sub-paths in user units. The methods in camel case are those that fontTools asks of a pen."""

    def __init__(self) -> None:
        self._segments: list[tuple[str, tuple[Point, ...]]] = []
        self._here: Point = (0.0, 0.0)

    def __bool__(self) -> bool:
        return bool(self._segments)

    def moveTo(self, point: Point) -> None:
        self._add("m", point)

    def lineTo(self, point: Point) -> None:
        self._add("l", point)

    def curveTo(self, first: Point, second: Point, end: Point) -> None:
        self._add("c", first, second, end)

    def qCurveTo(self, control: Point, end: Point) -> None:
        (x0, y0), (x1, y1), (x2, y2) = self._here, control, end
        first = (x0 + (x1 - x0) * 2 / 3, y0 + (y1 - y0) * 2 / 3)
        second = (x2 + (x1 - x2) * 2 / 3, y2 + (y1 - y2) * 2 / 3)
        self._add("c", first, second, end)

    def closePath(self) -> None:
        self._segments.append(("h", ()))

    def endPath(self) -> None:
        """An open sub-path needs no operator."""

    def _add(self, operator: str, *points: Point) -> None:
        self._segments.append((operator, points))
        self._here = points[-1]

    def mapped(self, matrix: Matrix) -> Outline:
        """The same outline after a map."""
        other = Outline()
        for operator, points in self._segments:
            other._segments.append((operator, tuple(matrix.apply(*point) for point in points)))
        return other

    def operators(self) -> str:
        """Path construction operators, one a line."""
        return "".join(
            f"{figures(tuple(value for point in points for value in point))} {operator}\n" if points else "h\n"
            for operator, points in self._segments
        )

    def bounds(self) -> tuple[float, float, float, float] | None:
        """The box around the geometry, curves measured exactly; None without any."""
        boxes: list[tuple[float, float, float, float]] = []
        here: Point = (0.0, 0.0)
        for operator, points in self._segments:
            if operator == "c":
                boxes.append(calcCubicBounds(here, *points))
            elif points:
                boxes.append((*points[0], *points[0]))
            here = points[-1] if points else here
        if not boxes:
            return None
        return (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )


def path(data: str) -> Outline:
    """The outline of path data. Raises ValueError where it breaks the grammar."""
    outline = Outline()
    if data.strip() != "none":
        parse_path(" ".join(_path_words(data)), outline)
    return outline


def _path_words(data: str) -> Iterator[str]:
    """Path data word by word, each command spelt out. fontTools skips over what it doesn't understand, and we won't."""
    at = _skip(data, 0)
    command = ""
    while at < len(data):
        if found := _COMMAND.match(data, at):
            command = found[0]
            at = _skip(data, found.end())
        elif command in ("", "Z", "z"):
            raise ValueError(f"path data goes wrong at '{data[at : at + 12]}'")
        values: list[float] = []
        for index in range(_ARITY[command.upper()]):
            value = (_FLAG if command in "Aa" and index in _ARC_FLAGS else _VALUE).match(data, at)
            if not value:
                raise ValueError(f"path data goes wrong at '{data[at : at + 12]}'")
            values.append(finite(float(value[0])))
            at = _skip(data, value.end())
        yield from _segment(command, values)
        # What follows a first pair of coordinates without a command of its own is a line.
        command = {"M": "L", "m": "l"}.get(command, command)


def _segment(command: str, values: list[float]) -> Iterator[str]:
    if command not in "Aa":
        yield command
        yield from map(repr, values)
    elif 0 in values[:2]:
        # An arc without a radius is a line (SVG 1.1, F.6.2); fontTools leaves it out.
        yield from ("L" if command == "A" else "l", *map(repr, values[5:]))
    else:
        yield from (command, *map(repr, values[:3]), *(str(int(flag)) for flag in values[3:5]), *map(repr, values[5:]))


def _skip(data: str, at: int) -> int:
    found = _BLANK.match(data, at)
    return found.end() if found else at


def polyline(points: str, *, closed: bool) -> Outline:
    """The outline of a list of points."""
    values = numbers(points)
    if len(values) % 2:
        raise ValueError("a list of points ends in the middle of one")
    outline = Outline()
    for index in range(0, len(values), 2):
        (outline.lineTo if index else outline.moveTo)((values[index], values[index + 1]))
    if closed and outline:
        outline.closePath()
    return outline


def line(x1: float, y1: float, x2: float, y2: float) -> Outline:
    outline = Outline()
    outline.moveTo((x1, y1))
    outline.lineTo((x2, y2))
    return outline


def ellipse(x: float, y: float, across: float, down: float) -> Outline:
    """An ellipse around a middle with its two radii; nothing when one is zero. Raises ValueError for a negative one."""
    if across < 0 or down < 0:
        raise ValueError("a radius is negative")
    outline = Outline()
    if across and down:
        outline.moveTo((x + across, y))
        for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            _quarter(outline, x, y, across, down, dx, dy)
        outline.closePath()
    return outline


def _quarter(outline: Outline, x: float, y: float, across: float, down: float, dx: int, dy: int) -> None:
    """A quarter of an ellipse from direction (dx, dy), clockwise on paper."""
    ex, ey = -dy, dx
    outline.curveTo(
        (x + across * (dx + ex * _ROUND), y + down * (dy + ey * _ROUND)),
        (x + across * (ex + dx * _ROUND), y + down * (ey + dy * _ROUND)),
        (x + across * ex, y + down * ey),
    )


def rectangle(x: float, y: float, width: float, height: float, across: float, down: float) -> Outline:
    """A rectangle, its corners rounded with two radii; nothing without an area. Raises ValueError if negative."""
    if min(width, height, across, down) < 0:
        raise ValueError("a rectangle has a negative size")
    outline = Outline()
    if not width or not height:
        return outline
    across, down = min(across, width / 2), min(down, height / 2)
    right, bottom = x + width, y + height
    if not across or not down:
        return polyline(f"{x!r} {y!r} {right!r} {y!r} {right!r} {bottom!r} {x!r} {bottom!r}", closed=True)
    outline.moveTo((x + across, y))
    outline.lineTo((right - across, y))
    _quarter(outline, right - across, y + down, across, down, 0, -1)
    outline.lineTo((right, bottom - down))
    _quarter(outline, right - across, bottom - down, across, down, 1, 0)
    outline.lineTo((x + across, bottom))
    _quarter(outline, x + across, bottom - down, across, down, 0, 1)
    outline.lineTo((x, y + down))
    _quarter(outline, x + across, y + down, across, down, -1, 0)
    outline.closePath()
    return outline
