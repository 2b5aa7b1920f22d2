"""Affine maps as PDF writes them."""

from __future__ import annotations

import math
from typing import NamedTuple


class Matrix(NamedTuple):
    """x' = a·x + c·y + e; y' = b·x + d·y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def then(self, outer: Matrix) -> Matrix:
        """The map that does this one first and `outer` after it; the operator `cm` puts a new map before the old."""
        return Matrix(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            self.e * outer.a + self.f * outer.c + outer.e,
            self.e * outer.b + self.f * outer.d + outer.f,
        )

    def apply(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    @property
    def determinant(self) -> float:
        return self.a * self.d - self.b * self.c

    def inverse(self) -> Matrix:
        """The way back. Raises ZeroDivisionError for a map that flattens."""
        size = self.determinant
        return Matrix(
            self.d / size,
            -self.b / size,
            -self.c / size,
            self.a / size,
            (self.c * self.f - self.d * self.e) / size,
            (self.b * self.e - self.a * self.f) / size,
        )

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """The upright box around a mapped box."""
        corners = [self.apply(x, y) for x in (x0, x1) for y in (y0, y1)]
        across, up = [x for x, _ in corners], [y for _, y in corners]
        return min(across), min(up), max(across), max(up)

    @property
    def sides(self) -> tuple[float, float]:
        """How long the mapped unit vectors are."""
        return math.hypot(self.a, self.b), math.hypot(self.c, self.d)


UNCHANGED = Matrix(1, 0, 0, 1, 0, 0)


def shift(x: float, y: float) -> Matrix:
    return Matrix(1, 0, 0, 1, x, y)


def scale(x: float, y: float) -> Matrix:
    return Matrix(x, 0, 0, y, 0, 0)


def figure(value: float) -> str:
    """A PDF number with at most six decimals, the shortest form. Raises ValueError when it isn't finite."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that a PDF can hold")
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def figures(values: tuple[float, ...]) -> str:
    """Numbers with a space between each."""
    return " ".join(map(figure, values))
