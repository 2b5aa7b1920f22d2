"""Finding printed marks in the pixels of a strip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omr.markset import MarkSet

Gray = NDArray[np.uint8]

# A pixel is ink when it is darker than paper by this part of the paper's brightness: grey print is, show-through and
# light smudges are not.
_INK_CONTRAST = 0.3
# Paper darker than this (0 … 255) leaves no room for the contrast above.
_DARKEST_PAPER = 80
# Ink in one row of pixels, as a part of a mark's length: below the first it is a speckle, from the second on a mark.
_SPECKLE, _WHOLE = 0.3, 0.6
# Height of ink, as a multiple of a mark's thickness: below the first a scratch, above the second a smear.
_THIN, _THICK = 0.4, 2.5
# How far a mark may stand off its line, as a part of the pitch, once the column is found.
_OFF_LINE = 0.2


@dataclass(frozen=True, slots=True)
class _Blot:
    """A run of rows with ink in the column: upper edge and height in mm, greatest width in mark lengths."""

    y_mm: float
    height_mm: float
    width: float


@dataclass(frozen=True, slots=True)
class StripMarks:
    """Positions read from a strip, or None when nothing in it is a mark; `problems` in words."""

    positions: tuple[bool, ...] | None
    problems: tuple[str, ...]


def find_marks(gray: Gray, dpi: float, mark_set: MarkSet) -> StripMarks:
    """Read the marks of a strip's pixels: `gray` is rows × columns, 0 black … 255 white, of exactly `mark_set.strip`.

    The start mark is looked for within the set's tolerance and carries the whole column with it.
    """
    paper = float(np.median(gray))
    if paper < _DARKEST_PAPER:
        return StripMarks(None, ("the strip is too dark to read",))
    blots = _blots(gray < paper * (1 - _INK_CONTRAST), dpi / 25.4, mark_set)
    marks = [blot for blot in blots if _fault(blot, mark_set) is None]
    problems = [fault for blot in blots if (fault := _fault(blot, mark_set)) is not None]
    if not marks:
        return StripMarks(None, ("no marks", *problems))
    first_mm = mark_set.column.first_mm
    starts = [mark.y_mm for mark in marks if abs(mark.y_mm - first_mm) <= mark_set.tolerance_mm]
    shift_mm = min(starts, key=lambda y_mm: abs(y_mm - first_mm)) - first_mm if starts else 0.0
    printed = [False] * len(mark_set.marks)
    for mark in marks:
        position = _position(mark.y_mm - shift_mm, mark_set, known=bool(starts))
        if position is None:
            problems.append(f"ink between the positions at {mark.y_mm:.1f} mm from the top")
        elif printed[position]:
            problems.append(f"two marks at the position {mark_set.roles[position]}")
        else:
            printed[position] = True
    return StripMarks(tuple(printed), tuple(problems))


def _blots(ink: NDArray[np.bool_], px_per_mm: float, mark_set: MarkSet) -> list[_Blot]:
    """All ink of the column that is more than speckles, from the top down."""
    strip, column, play_mm = mark_set.strip, mark_set.column, mark_set.tolerance_mm
    zone = mark_set.marks_zone
    top = max(0, round((zone.y - strip.y) * px_per_mm))
    left = round((column.x_mm - play_mm - strip.x) * px_per_mm)
    right = round((column.x_mm + column.length_mm + play_mm - strip.x) * px_per_mm)
    window = ink[top : round((zone.bottom - strip.y) * px_per_mm), left:right]
    widths = window.sum(axis=1) / (column.length_mm * px_per_mm)
    rows = np.concatenate(([False], widths >= _SPECKLE, [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(rows)).reshape(-1, 2)
    return [
        _Blot(
            y_mm=strip.y + (top + int(start)) / px_per_mm,
            height_mm=int(end - start) / px_per_mm,
            width=float(widths[start:end].max()),
        )
        for start, end in edges
    ]


def _fault(blot: _Blot, mark_set: MarkSet) -> str | None:
    """Why a blot is no mark, or None when it is one."""
    thickness_mm, length_mm = mark_set.column.thickness_mm, mark_set.column.length_mm
    place = f"at {blot.y_mm:.1f} mm from the top"
    if blot.height_mm > _THICK * thickness_mm:
        return f"smear {place}, {blot.height_mm:.1f} mm high"
    if blot.width * length_mm > length_mm + mark_set.tolerance_mm:
        return f"line across the marks {place}"
    if blot.width < _WHOLE or blot.height_mm < _THIN * thickness_mm:
        return f"damaged mark {place}: {min(blot.width, 1):.0%} of its length, {blot.height_mm:.1f} mm thick"
    return None


def _position(y_mm: float, mark_set: MarkSet, *, known: bool) -> int | None:
    """The position of a mark whose upper edge is at `y_mm`, or None when it stands between two or outside.

    Without a start mark (`known` false) the column may stand off by the whole tolerance.
    """
    column = mark_set.column
    lines = (y_mm - column.first_mm) / (column.step * column.pitch_mm)
    position = round(lines)
    allowed = _OFF_LINE if known else max(_OFF_LINE, mark_set.tolerance_mm / column.pitch_mm)
    fits = 0 <= position < len(mark_set.marks) and abs(lines - position) <= allowed
    return position if fits else None
