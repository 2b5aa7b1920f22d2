"""A pen of constant width with a round tip, drawn along lines and curves: the outlines that it leaves.

Where a path turns a corner it is cut, and each piece becomes an outline of its own with round ends: together they are
the round join. All outlines run the same way round, so that filling by winding number makes one shape of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, ceil, cos, hypot, pi, sin, tau

Point = tuple[float, float]

_ARC_TURN = pi / 8
"""How far one quadratic may turn: at 22.5 degrees it leaves the true curve by a thousandth of the radius."""
_CORNER_TURN = 0.02
"""The least turn, in radians, that counts as a corner of the path."""
_POINTS = {"L": 1, "C": 3}


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a centreline, and the direction in radians in which the pen passes it."""

    x: float
    y: float
    heading: float

    def beside(self, distance: float) -> Spot:
        """The spot at a distance to the right, with the same heading."""
        return Spot(self.x + distance * sin(self.heading), self.y - distance * cos(self.heading), self.heading)


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed outline of quadratic curves: a start, and (control, end) for each."""

    start: Point
    curves: tuple[tuple[Point, Point], ...]


Segment = tuple[Point, ...]
"""Two points of a line, or four of a cubic curve."""


def outlines(path: str, width: float) -> tuple[Outline, ...]:
    """What a pen of a width leaves along a path: M x y, then L x y and C x1 y1 x2 y2 x y, absolute.

    Raises ValueError for a path that does not read so, or that draws nothing.
    """
    return tuple(_sausage(run, width / 2) for run in _smooth_runs(_segments(path)))


def _segments(path: str) -> list[Segment]:
    words = path.split()
    if len(words) < 4 or words[0] != "M":
        raise ValueError(f"a stroke begins with M and draws something; this one is {path!r}")
    here: Point = (float(words[1]), float(words[2]))
    segments: list[Segment] = []
    place = 3
    while place < len(words):
        count = _POINTS.get(words[place])
        if count is None:
            raise ValueError(f"{words[place]!r} is not L or C, in {path!r}")
        numbers = [float(word) for word in words[place + 1 : place + 1 + 2 * count]]
        if len(numbers) != 2 * count:
            raise ValueError(f"{words[place]} takes {2 * count} numbers, in {path!r}")
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        segments.append((here, *points))
        here = points[-1]
        place += 1 + 2 * count
    return segments


def _smooth_runs(segments: list[Segment]) -> Iterator[list[Segment]]:
    """The segments, cut where the path turns a corner."""
    run = segments[:1]
    for before, after in pairwise(segments):
        turn = _turn(_heading(before[-2], before[-1]), _heading(after[0], after[1]))
        if abs(turn) > _CORNER_TURN:
            yield run
            run = []
        run.append(after)
    yield run


def _sausage(run: list[Segment], radius: float) -> Outline:
    spots = [spot for segment in run for spot in _spots(segment)]
    right = [spot.beside(radius) for spot in spots]
    left = [Spot(spot.x, spot.y, spot.heading + pi) for spot in (one.beside(-radius) for one in reversed(spots))]
    ring = [*right, *_cap(spots[-1], radius, 0.0), *left, *_cap(spots[0], radius, pi)]
    curves = [(_meeting(here, there), (there.x, there.y)) for here, there in pairwise([*ring, ring[0]])]
    kept = tuple(curve for (start, curve) in zip(ring, curves, strict=True) if curve[1] != (start.x, start.y))
    return Outline((ring[0].x, ring[0].y), kept)


def _cap(end: Spot, radius: float, turned: float) -> list[Spot]:
    """The inner points of the half circle around an end, from the pen's right to its left (counter-clockwise)."""
    steps = ceil(pi / _ARC_TURN)
    return [Spot(end.x, end.y, end.heading + turned + pi * step / steps).beside(radius) for step in range(1, steps)]


def _spots(segment: Segment) -> list[Spot]:
    """Points along a segment, close enough that a quadratic joins each to the next; its ends are among them."""
    if len(segment) == 2:
        heading = _heading(*segment)
        return [Spot(*segment[0], heading), Spot(*segment[1], heading)]
    turned = sum(
        abs(_turn(_heading(a, b), _heading(b, c))) for a, b, c in zip(segment, segment[1:], segment[2:], strict=False)
    )
    steps = 2 * max(1, ceil(turned / _ARC_TURN))
    return [_at(segment, step / steps) for step in range(steps + 1)]


def _at(cubic: Segment, t: float) -> Spot:
    quadratic = [_between(a, b, t) for a, b in pairwise(cubic)]
    first, second = (_between(a, b, t) for a, b in pairwise(quadratic))
    return Spot(*_between(first, second, t), _heading(first, second))


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def _heading(a: Point, b: Point) -> float:
    return atan2(b[1] - a[1], b[0] - a[0])


def _turn(before: float, after: float) -> float:
    """The change of heading, from -pi to pi."""
    return (after - before + pi) % tau - pi


def _meeting(here: Spot, there: Spot) -> Point:
    """Where the tangents of two spots meet: the control point between them; their middle when they hardly turn."""
    turn = sin(there.heading - here.heading)
    dx, dy = there.x - here.x, there.y - here.y
    if abs(turn) > 1e-4:
        along = (dx * sin(there.heading) - dy * cos(there.heading)) / turn
        if 0 < along < hypot(dx, dy):
            return here.x + along * cos(here.heading), here.y + along * sin(here.heading)
    return here.x + dx / 2, here.y + dy / 2
