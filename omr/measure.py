"""Measuring every position of a strip that lies straight: is there a mark, is there none, or is it doubtful and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from omr.markset import MarkSet
from omr.place import Box
from omr.segments import Darkness, along_rows, darkness
from omr.strip import Gray

Line = NDArray[np.float32]

# The column's usual mark is the measure of all: below the first part of its darkness there is no mark, from the second
# on there is one, and between them nobody can tell.
_NO_MARK, _MARK = 0.25, 0.55
# Ink that is less dark than this, as a part of the paper's brightness, shows through or is none: no measure for others.
_FAINTEST = 0.14
# What speckles leave of a column without marks, at most.
_NOISE = 0.1
# How much of the length is to be there, how far a mark may stand off (parts of the pitch), how high it may be.
_LENGTH, _OFF_LINE, _THICK, _THICK_MM = 0.8, 0.2, 2.5, 0.25
# Ink in one row of the column that is no mark: dark as this part of a mark is more than dust.
_STRAY = 0.35


class State(Enum):
    """What can be said of a position."""

    PRINTED = "printed"
    BLANK = "blank"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """One position as it was seen.

    confidence      0 doubtful … 1 as clear as can be.
    darkness        0 as the paper … 1 black, mean over the mark's length.
    length_mm, thickness_mm, off_x_mm, off_y_mm     measured; 0 where there is no mark.
    why             in words, why it is doubtful; "" when it is not.
    """

    role: str
    state: State
    confidence: float
    darkness: float
    length_mm: float = 0.0
    thickness_mm: float = 0.0
    off_x_mm: float = 0.0
    off_y_mm: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """All positions in order, and ink in the column that is no mark (boxes in mm on the sheet)."""

    marks: tuple[MarkSeen, ...]
    stray: tuple[Box, ...]
    usual_darkness: float

    @property
    def empty(self) -> bool:
        """True when nothing here is a mark or could be one."""
        return all(mark.state is State.BLANK for mark in self.marks)


def measure(gray: Gray, dpi: float, mark_set: MarkSet) -> ColumnSeen:
    """Look at each position of a strip: rows × columns, 0 black … 255 white, of exactly `mark_set.strip` at `dpi`."""
    px_per_mm = dpi / 25.4
    zone = _Zone.of(gray, px_per_mm, mark_set)
    peaks = [zone.peak(position) for position in range(len(mark_set.marks))]
    clear = [height for height, _ in peaks if height > max(_FAINTEST, 2 * zone.noise)]
    # A strip with one clear mark and smudges must not take the smudges for its measure.
    usual = float(np.median([height for height in clear if height >= max(clear) / 2])) if clear else 0.0
    marks = tuple(_mark(zone, position, peaks[position], usual) for position in range(len(mark_set.marks)))
    return ColumnSeen(marks, tuple(zone.stray(usual)) if usual else (), usual)


@dataclass(frozen=True, slots=True)
class _Zone:
    """The column's pixels: darkness, its mean over the marks' length by row, and what is mean noise in it."""

    mark_set: MarkSet
    px_per_mm: float
    dark: Darkness
    profile: Line
    noise: float

    @classmethod
    def of(cls, gray: Gray, px_per_mm: float, mark_set: MarkSet) -> _Zone:
        dark = darkness(gray, px_per_mm)
        column, strip = mark_set.column, mark_set.strip
        # Without the ends, that a mark a little off its place is still whole here.
        left = round((column.x_mm - strip.x + 0.08 * column.length_mm) * px_per_mm)
        right = round((column.x_mm - strip.x + 0.92 * column.length_mm) * px_per_mm)
        profile = dark[:, left:right].mean(axis=1)
        zone = mark_set.marks_zone
        rows = profile[max(0, round((zone.y - strip.y) * px_per_mm)) : round((zone.bottom - strip.y) * px_per_mm)]
        ground = float(np.median(rows))
        low = rows[rows <= ground]
        noise = 3 * float(np.sqrt(np.mean((low - ground) ** 2)))
        return cls(mark_set, px_per_mm, dark, np.clip(profile - ground, 0, 1), noise)

    def row(self, y_mm: float) -> int:
        """The row of a place on the sheet."""
        return round((y_mm - self.mark_set.strip.y) * self.px_per_mm)

    def window(self, position: int) -> slice:
        """The rows that belong to a position: half a pitch either way."""
        box, half = self.mark_set.column.mark(position), self.mark_set.column.pitch_mm / 2
        middle_mm = box.y + box.h / 2
        return slice(max(0, self.row(middle_mm - half)), self.row(middle_mm + half))

    def peak(self, position: int) -> tuple[float, int]:
        """How dark the darkest row near a position is, and which row that is."""
        rows = self.window(position)
        part = self.profile[rows]
        best = int(np.argmax(part))
        return float(part[best]), rows.start + best

    def band(self, row: int, least: float) -> slice:
        """The rows around `row` that are darker than `least`."""
        start = end = row
        while start > 0 and self.profile[start - 1] > least:
            start -= 1
        while end < len(self.profile) and self.profile[end] > least:
            end += 1
        return slice(start, max(end, row + 1))

    def stray(self, usual: float) -> list[Box]:
        """Ink in the column, in mm on the sheet, that stands at no position."""
        column, strip, zone = self.mark_set.column, self.mark_set.strip, self.mark_set.marks_zone
        mine = np.zeros(len(self.profile), dtype=bool)
        for position in range(len(self.mark_set.marks)):
            box, play_mm = column.mark(position), _OFF_LINE * column.pitch_mm
            mine[max(0, self.row(box.y - play_mm - _THICK_MM)) : self.row(box.bottom + play_mm + _THICK_MM)] = True
        inside = np.zeros_like(mine)
        inside[max(0, self.row(zone.y)) : self.row(zone.bottom)] = True
        ink = (self.profile > max(_STRAY * usual, self.noise)) & ~mine & inside
        edges = np.flatnonzero(np.diff(np.concatenate(([False], ink, [False])).astype(np.int8))).reshape(-1, 2)
        return [
            Box(column.x_mm, strip.y + start / self.px_per_mm, column.length_mm, (end - start) / self.px_per_mm)
            for start, end in edges.tolist()
        ]


def _mark(zone: _Zone, position: int, peak: tuple[float, int], usual: float) -> MarkSeen:
    """What stands at one position."""
    role, (height, row) = zone.mark_set.roles[position], peak
    if usual == 0.0:
        if height <= max(_NOISE, zone.noise):
            return MarkSeen(role, State.BLANK, 1 - height / max(_NOISE, zone.noise) / 2, height)
        return MarkSeen(role, State.DOUBTFUL, 0.0, height, why=f"faint: {height:.0%} darker than the paper")
    part = height / usual
    if part < _NO_MARK:
        return MarkSeen(role, State.BLANK, round(1 - part / _NO_MARK, 2), height)
    column, px_per_mm = zone.mark_set.column, zone.px_per_mm
    band = zone.band(row, height / 2)
    weights = zone.profile[band]
    thickness_mm = float(zone.profile[zone.band(row, height / 4)].sum()) / height / px_per_mm
    y_px = float((weights * (np.arange(band.start, band.stop) + 0.5)).sum() / weights.sum())
    box = column.mark(position)
    off_y_mm = zone.mark_set.strip.y + y_px / px_per_mm - (box.y + box.h / 2)
    left_mm, right_mm, covered = _extent(zone, band, max(height, _MARK * usual))
    length_mm, off_x_mm = right_mm - left_mm, left_mm - column.x_mm
    play_mm = zone.mark_set.tolerance_mm
    faults = {
        f"short: {covered:.0%} of its length is there": covered < _LENGTH,
        f"faint: {height:.0%} darker than the paper, the others {usual:.0%}": part < _MARK and covered >= _LENGTH,
        f"off its place by {abs(off_y_mm):.1f} mm {'down' if off_y_mm > 0 else 'up'}": (
            abs(off_y_mm) > _OFF_LINE * column.pitch_mm
        ),
        f"smeared: {thickness_mm:.1f} mm high": thickness_mm > _THICK * column.thickness_mm + _THICK_MM,
        "part of a line across the marks": length_mm > column.length_mm + play_mm,
    }
    why = ", ".join(words for words, wrong in faults.items() if wrong)
    margins = (
        (min(part, 1.0) - _MARK) / (1 - _MARK),
        (min(covered, 1.0) - _LENGTH) / (1 - _LENGTH),
        1 - abs(off_y_mm) / (_OFF_LINE * column.pitch_mm),
    )
    return MarkSeen(
        role,
        State.DOUBTFUL if why else State.PRINTED,
        0.0 if why else round(max(0.01, min(margins)), 2),
        height,
        round(length_mm, 2),
        round(thickness_mm, 2),
        round(off_x_mm, 2),
        round(off_y_mm, 2),
        why,
    )


def _extent(zone: _Zone, band: slice, height: float) -> tuple[float, float, float]:
    """Left and right edge of the ink in these rows, mm on the sheet, and how much of the mark's length is inked."""
    column, strip, px_per_mm = zone.mark_set.column, zone.mark_set.strip, zone.px_per_mm
    ground = np.median(zone.dark, axis=0)
    values = np.clip(zone.dark[band].mean(axis=0) - ground, 0, 1)
    smooth = along_rows(values[None, :].astype(np.float32), 5)[0]
    ink = np.flatnonzero(smooth > height * 0.45)
    if not len(ink):
        return column.x_mm, column.x_mm, 0.0
    play_mm = zone.mark_set.tolerance_mm
    # The longest stretch without a gap wider than a third of a millimetre is the mark; dust beside it is not.
    parts: Sequence[NDArray[np.int_]] = np.split(ink, np.flatnonzero(np.diff(ink) > 0.35 * px_per_mm) + 1)
    near = max(parts, key=len)
    left_mm, right_mm = strip.x + near[0] / px_per_mm, strip.x + (near[-1] + 1) / px_per_mm
    start = round((column.x_mm - play_mm - strip.x) * px_per_mm)
    stop = round((column.x_mm + column.length_mm + play_mm - strip.x) * px_per_mm)
    covered = int(np.sum((ink >= start) & (ink < stop))) / (column.length_mm * px_per_mm)
    return left_mm, right_mm, covered
