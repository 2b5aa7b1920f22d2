"""What a machine's maker allows: figures that a mark set may name, and its geometry is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from omr.model import MarkSet
from omr.tomlfile import TomlTable

_PAPER_MM: Final = 500.0
_SLACK_MM: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Limit:
    """A key of the table [limits]: the bound it sets, and the figure of a set that must keep to it.

    at_least        the figure may not be smaller; else it may not be greater.
    table, key      whose line the refusal names.
    """

    name: str
    at_least: bool
    figure: Callable[[MarkSet], float]
    table: str
    key: str


def _span_mm(mark_set: MarkSet) -> float:
    return mark_set.column.extent(len(mark_set.marks)).h


def _above_mm(mark_set: MarkSet) -> float:
    return mark_set.column.extent(len(mark_set.marks)).y


def _below_mm(mark_set: MarkSet) -> float:
    return mark_set.paper.height_mm - mark_set.column.extent(len(mark_set.marks)).bottom


def _side_mm(mark_set: MarkSet) -> float:
    return min(mark_set.clearance.left_mm, mark_set.clearance.right_mm)


def _ends_mm(mark_set: MarkSet) -> float:
    return min(mark_set.clearance.above_mm, mark_set.clearance.below_mm)


LIMITS: Final = {
    limit.name: limit
    for limit in (
        Limit("least_thickness_mm", True, lambda marks: marks.column.thickness_mm, "column", "thickness_mm"),
        Limit("most_thickness_mm", False, lambda marks: marks.column.thickness_mm, "column", "thickness_mm"),
        Limit("least_length_mm", True, lambda marks: marks.column.length_mm, "column", "length_mm"),
        Limit("most_length_mm", False, lambda marks: marks.column.length_mm, "column", "length_mm"),
        Limit("least_pitch_mm", True, lambda marks: marks.column.pitch_mm, "column", "pitch_mm"),
        Limit("most_pitch_mm", False, lambda marks: marks.column.pitch_mm, "column", "pitch_mm"),
        Limit("most_positions", False, lambda marks: len(marks.marks), "", "functions"),
        Limit("most_span_mm", False, _span_mm, "column", "pitch_mm"),
        Limit("least_above_mm", True, _above_mm, "column", "first_mm"),
        Limit("least_below_mm", True, _below_mm, "column", "first_mm"),
        Limit("least_clear_side_mm", True, _side_mm, "clear", ""),
        Limit("least_clear_ends_mm", True, _ends_mm, "clear", ""),
    )
}
"""Key → limit. Thickness, length and pitch of a mark; the number of positions; `span` from the first mark's edge to
the last one's; `above` and `below` between the marks and the edges of the paper; the clear zones."""


def check_limits(root: TomlTable, mark_set: MarkSet) -> None:
    """Refuse a set that leaves what its own table [limits] allows. Raises OmrError E5005."""
    if "limits" not in root:
        return
    table = root.table("limits")
    names = table.keys()
    for name in names:
        limit = LIMITS.get(name)
        if limit is None:
            table.refuse(name, f"is no limit; limits are {', '.join(LIMITS)}")
        bound, figure = table.number(name, least=0, most=_PAPER_MM), limit.figure(mark_set)
        if figure < bound - _SLACK_MM if limit.at_least else figure > bound + _SLACK_MM:
            place = root.table(limit.table) if limit.table else root
            side = "at least" if limit.at_least else "at most"
            place.refuse(limit.key, f"gives {figure:g}, but limits.{name} asks for {side} {bound:g}", code="E5005")
    table.close()
