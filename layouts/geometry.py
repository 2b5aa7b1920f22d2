"""Millimetres on paper and points in a PDF.

A box is measured in millimetres from the top-left corner of the sheet (or envelope), y downwards, as people measure
paper. A PDF measures points from the bottom-left, y upwards.
"""

from __future__ import annotations

from dataclasses import dataclass

PT_PER_MM = 72 / 25.4


def pt(length_mm: float) -> float:
    """A length in points."""
    return length_mm * PT_PER_MM


def number(value: float) -> str:
    """A PDF number with at most two decimals (a hundredth of a point is 3.5 µm), the shortest form."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres from the top-left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        return self.x_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        return self.y_mm + self.height_mm

    def moved(self, dx_mm: float, dy_mm: float) -> Box:
        """The same box elsewhere."""
        return Box(self.x_mm + dx_mm, self.y_mm + dy_mm, self.width_mm, self.height_mm)

    def grown(self, by_mm: float) -> Box:
        """The box with `by_mm` more on every side (less when negative)."""
        return Box(self.x_mm - by_mm, self.y_mm - by_mm, self.width_mm + 2 * by_mm, self.height_mm + 2 * by_mm)

    def overlap(self, other: Box) -> tuple[float, float]:
        """How far the two reach into one another, (horizontally, vertically), in mm; negative is the gap."""
        return (
            min(self.right_mm, other.right_mm) - max(self.x_mm, other.x_mm),
            min(self.bottom_mm, other.bottom_mm) - max(self.y_mm, other.y_mm),
        )

    def touches(self, other: Box) -> bool:
        """Whether the two share area; edges that only meet do not count."""
        across, down = self.overlap(other)
        return across > _HAIR_MM and down > _HAIR_MM

    def spill(self, outer: Box) -> float:
        """How far this box reaches out of `outer` at its worst side, in mm; zero or less when it lies inside."""
        return max(
            outer.x_mm - self.x_mm,
            self.right_mm - outer.right_mm,
            outer.y_mm - self.y_mm,
            self.bottom_mm - outer.bottom_mm,
        )


_HAIR_MM = 1e-6
"""Binary fractions of millimetres are not exact; what differs by less than this is the same place."""
