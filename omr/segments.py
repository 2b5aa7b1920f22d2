"""Segments of ink that are as long and as thick as a mark, wherever they stand and however they lean."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omr.place import Column
from omr.strip import Gray

Darkness = NDArray[np.float32]

# Darker than the paper by this part is ink; the second is tried for weak toner.
CONTRASTS = (0.3, 0.15)
# Limits as parts of a mark's length and thickness; blur and slant widen what is thin.
_RUN, _SHORTEST, _LONGEST, _THINNEST, _THICKEST_MM = 0.2, 0.75, 1.25, 0.35, 1.2
_LEAN_DEG = 4.5
# Paper is what most of a tile of this size is.
_TILE_MM = 8.0
# Halftones have more runs than any form: nothing to be found there.
_TOO_MANY_RUNS = 30_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of ink in pixels of the image: both ends, its centre of mass, and how it leans (clockwise)."""

    left_px: float
    right_px: float
    x_px: float
    y_px: float
    lean_deg: float

    def moved(self, right_px: float, down_px: float) -> Segment:
        """The segment in an image that this one was cut from."""
        return Segment(
            self.left_px + right_px, self.right_px + right_px, self.x_px + right_px, self.y_px + down_px, self.lean_deg
        )


def darkness(gray: Gray, px_per_mm: float) -> Darkness:
    """How much darker than the paper around each pixel is: 0 paper … 1 black. The paper may be grey, and unevenly."""
    tile = max(8, round(_TILE_MM * px_per_mm))
    rows, columns = gray.shape
    paper = np.empty((math.ceil(rows / tile), math.ceil(columns / tile)), dtype=np.float32)
    for row in range(paper.shape[0]):
        for column in range(paper.shape[1]):
            part = gray[row * tile : (row + 1) * tile, column * tile : (column + 1) * tile]
            paper[row, column] = max(1.0, float(np.percentile(part[::2, ::2], 70)))
    whole = np.repeat(np.repeat(paper, tile, axis=0), tile, axis=1)[:rows, :columns]
    dark: Darkness = np.clip(1 - gray / whole, 0, 1).astype(np.float32)
    return dark


def along_rows(values: Darkness, width: int) -> Darkness:
    """The mean of `width` (odd) neighbours in each row: speckles go, lines stay."""
    half = width // 2
    padded = np.pad(values, ((0, 0), (half + 1, half)), mode="edge").cumsum(axis=1, dtype=np.float32)
    means: Darkness = ((padded[:, width:] - padded[:, :-width]) / width).astype(np.float32)
    return means


def find_segments(dark: Darkness, px_per_mm: float, column: Column, contrast: float) -> list[Segment]:
    """All segments like a mark of this column in an image's `dark`."""
    length_px = column.length_mm * px_per_mm
    smooth = along_rows(dark, max(3, round(length_px / 8) | 1))
    runs = _runs(smooth > contrast, round(_RUN * length_px))
    if len(runs) > _TOO_MANY_RUNS:
        return []
    thick_px = (_THINNEST * column.thickness_mm * px_per_mm, _THICKEST_MM * px_per_mm + column.thickness_mm * px_per_mm)
    segments = []
    for group in _groups(runs):
        segment, thickness_px = _segment(group)
        long_px = segment.right_px - segment.left_px
        if (
            _SHORTEST * length_px <= long_px <= _LONGEST * length_px
            and thick_px[0] <= thickness_px <= thick_px[1]
            and abs(segment.lean_deg) <= _LEAN_DEG
        ):
            segments.append(segment)
    return segments


def _runs(ink: NDArray[np.bool_], shortest_px: int) -> NDArray[np.int_]:
    """Row, start and end of each run of ink that is long enough, from the top down."""
    edges = np.diff(np.pad(ink, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    runs = np.stack([rows, starts, ends], axis=1)
    return runs[ends - starts >= max(2, shortest_px)]


def _groups(runs: NDArray[np.int_]) -> Iterator[NDArray[np.int_]]:
    """Runs that touch those of the row above, together."""
    owner = list(range(len(runs)))

    def root(index: int) -> int:
        while owner[index] != index:
            owner[index] = owner[owner[index]]
            index = owner[index]
        return index

    listed = runs.tolist()
    above = 0
    for index, (row, start, end) in enumerate(listed):
        while listed[above][0] < row - 1:
            above += 1
        for other in range(above, index):
            other_row, other_start, other_end = listed[other]
            if other_row == row:
                break
            if other_start < end and start < other_end:
                owner[root(index)] = root(other)
    members: dict[int, list[int]] = {}
    for index in range(len(listed)):
        members.setdefault(root(index), []).append(index)
    for indices in members.values():
        yield runs[indices]


def _segment(runs: NDArray[np.int_]) -> tuple[Segment, float]:
    """The segment of a group of runs, and its mean thickness in pixels; pixel middles count."""
    rows, starts, ends = runs.T.astype(np.float64)
    pixels = ends - starts
    total = float(pixels.sum())
    middles = (starts + ends) / 2
    x = float((pixels * middles).sum()) / total
    y = float((pixels * (rows + 0.5)).sum()) / total
    spread = float((pixels * ((middles - x) ** 2 + pixels**2 / 12)).sum()) / total
    lean = float((pixels * (middles - x) * (rows + 0.5 - y)).sum()) / total / max(spread, 1e-6)
    left, right = float(starts.min()), float(ends.max())
    return Segment(left, right, x, y, math.degrees(math.atan(lean))), total / max(right - left, 1.0)
