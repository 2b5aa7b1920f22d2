"""Where a mark set may put ink on a sheet, as the layouts' boxes."""

from __future__ import annotations

from layouts.geometry import Box
from omr.markset import MarkSet


def mark_boxes(mark_set: MarkSet) -> dict[str, Box]:
    """Every place of a mark, printed or not, and those of the codes, by name."""
    column = mark_set.column
    marks = {f"mark {number + 1}": Box(*column.mark(number)) for number in range(len(mark_set.marks))}
    return marks | {code.name: Box(*code.box) for code in mark_set.codes}
