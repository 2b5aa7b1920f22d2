"""Where the sheet lies in an image: turned, shifted, larger or smaller. Found by the marks themselves and the code.

Segments of the right length and thickness are looked for near the column; a straight line through them gives the angle,
the lattice of positions gives place and scale, and the corners of a code that was read anchor both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from omr.mark import Mark, Meaning, Scope
from omr.markset import MarkSet
from omr.place import Box
from omr.segments import Segment
from omr.strip import Gray

Floats = NDArray[np.float64]

MAX_SKEW_DEG = 2.5
MAX_SHIFT_MM = 8.0
MAX_SCALE = 0.015

# The line through the marks is tried at these angles; its marks stand within the width, and lean as it does.
_ANGLES_DEG = np.arange(-MAX_SKEW_DEG - 0.5, MAX_SKEW_DEG + 0.51, 0.1)
_LINE_MM = 0.5
_LEAN_DEG = 1.7
_SCALES = np.arange(1 - MAX_SCALE, 1 + MAX_SCALE + 1e-9, 0.0025)
# How far a mark may stand off its line while the lattice is looked for, as a part of the pitch.
_OFF_LATTICE = 0.15
# How many lines of segments are tried as the column: rules of a table look like marks too.
_LINES = 4
# A corner of a code is known to about half a module, the end of a mark to a tenth of a millimetre.
_CORNER_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Frame:
    """From places on the sheet (mm) to pixels: x' = a·x − b·y + x0, y' = b·x + a·y + y0."""

    a: float
    b: float
    x0: float
    y0: float

    @classmethod
    def upright(cls, dpi: float) -> Frame:
        """The frame of an image whose edges are the sheet's."""
        return cls(dpi / 25.4, 0.0, 0.0, 0.0)

    @property
    def px_per_mm(self) -> float:
        """Pixels a millimetre of the sheet."""
        return math.hypot(self.a, self.b)

    @property
    def skew_deg(self) -> float:
        """How far the sheet is turned, clockwise as one sees it."""
        return math.degrees(math.atan2(self.b, self.a))

    def at(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """The pixel of a place on the sheet."""
        return self.a * x_mm - self.b * y_mm + self.x0, self.b * x_mm + self.a * y_mm + self.y0

    def cut(self, gray: Gray, box: Box, dpi: float) -> Gray:
        """The pixels of a box of the sheet, laid straight at `dpi`; bare paper where the image has none."""
        px_per_mm = dpi / 25.4
        size = (
            round(box.right * px_per_mm) - round(box.x * px_per_mm),
            round(box.bottom * px_per_mm) - round(box.y * px_per_mm),
        )
        a, b = self.a / px_per_mm, self.b / px_per_mm
        x, y = self.at(round(box.x * px_per_mm) / px_per_mm, round(box.y * px_per_mm) / px_per_mm)
        straight = Image.fromarray(gray).transform(
            size,
            Image.Transform.AFFINE,
            (a, -b, x, b, a, y),
            resample=Image.Resampling.BILINEAR,
            # White beside grey paper would make that paper look like ink.
            fillcolor=int(np.median(gray[::8, ::8])),
        )
        return np.asarray(straight, dtype=np.uint8)

    def part(self, gray: Gray, box: Box) -> tuple[Gray, Frame]:
        """The part of an image that holds a box of the sheet, as it lies, and the frame of that part."""
        corners = [self.at(x, y) for x in (box.x, box.right) for y in (box.y, box.bottom)]
        left, top = (max(0, math.floor(min(side)) - 2) for side in zip(*corners, strict=True))
        right, bottom = (max(0, math.ceil(max(side)) + 2) for side in zip(*corners, strict=True))
        pixels = np.ascontiguousarray(gray[top : max(bottom, top + 1), left : max(right, left + 1)])
        if not pixels.size:
            pixels = np.full((1, 1), 255, dtype=np.uint8)
        return pixels, Frame(self.a, self.b, self.x0 - left, self.y0 - top)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A code that was read and whose place the mark set knows: corners in mm on the sheet, and in pixels, in turn."""

    sheet_mm: tuple[tuple[float, float], ...]
    image_px: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """A frame that was found.

    matched    marks that it explains.
    broken     what it does not: marks that should always stand and were not seen, marks outside the column.
    anchored   False when the column could as well stand a line further up or down.
    """

    frame: Frame
    matched: int
    broken: int
    anchored: bool

    @property
    def score(self) -> float:
        """The larger, the better."""
        return self.matched - 2 * self.broken


def fit(
    segments: Sequence[Segment], mark_set: MarkSet, dpi: float, size_px: tuple[int, int], anchor: Anchor | None
) -> Fit | None:
    """The frame that explains these segments best, or None when nothing is like the column.

    `size_px` is the image's (width, height), whose middle is the sheet's middle but for the shift.
    """
    px_per_mm = dpi / 25.4
    middle = (size_px[0] / px_per_mm / 2, size_px[1] / px_per_mm / 2)
    fits = [
        found
        for angle_deg, line in _lines(segments, mark_set, px_per_mm, middle)
        if (found := _column(line, angle_deg, mark_set, px_per_mm, middle, anchor)) is not None
    ]
    return max(fits, key=lambda found: found.score, default=None) or _by_code(anchor)


def _by_code(anchor: Anchor | None) -> Fit | None:
    """The frame that the code alone gives: rough, but it shows where the marks should be."""
    if anchor is None:
        return None
    pairs = [(*sheet, *image, 1.0) for sheet, image in zip(anchor.sheet_mm, anchor.image_px, strict=True)]
    return Fit(_similar(np.array(pairs)), 0, 0, anchored=True)


def _lines(
    segments: Sequence[Segment], mark_set: MarkSet, px_per_mm: float, middle: tuple[float, float]
) -> list[tuple[float, list[Segment]]]:
    """Lines of segments that may be the column, each with its angle, the likeliest first."""
    if not segments:
        return []
    centres = np.array([(seg.x_px, seg.y_px) for seg in segments]) / px_per_mm - middle
    leans = np.array([seg.lean_deg for seg in segments])
    due = mark_set.column.x_mm + mark_set.column.length_mm / 2 - middle[0]
    best: dict[frozenset[int], tuple[int, float, float]] = {}
    for angle_deg in _ANGLES_DEG:
        angle = math.radians(angle_deg)
        across = centres[:, 0] * math.cos(angle) + centres[:, 1] * math.sin(angle)
        usable = np.flatnonzero((np.abs(leans - angle_deg) <= _LEAN_DEG) & (np.abs(across - due) <= MAX_SHIFT_MM))
        for first in usable:
            near = across[usable] - across[first]
            line = usable[(near >= 0) & (near <= _LINE_MM)]
            spread = float(np.std(across[line])) + 0.01 * abs(float(np.mean(leans[line])) - angle_deg)
            key = frozenset(line.tolist())
            rank = (len(line), -spread, float(angle_deg))
            if key not in best or rank > best[key]:
                best[key] = rank
    ranked = sorted(best.items(), key=lambda item: item[1], reverse=True)
    chosen: list[tuple[frozenset[int], float]] = []
    for key, rank in ranked:
        if all(len(key & other) <= len(key) / 2 for other, _ in chosen):
            chosen.append((key, rank[2]))
        if len(chosen) == _LINES:
            break
    return [(angle_deg, [segments[index] for index in sorted(key)]) for key, angle_deg in chosen]


def _column(
    line: Sequence[Segment],
    angle_deg: float,
    mark_set: MarkSet,
    px_per_mm: float,
    middle: tuple[float, float],
    anchor: Anchor | None,
) -> Fit | None:
    """The best assignment of a line's segments to positions."""
    column, pitch = mark_set.column, mark_set.column.step * mark_set.column.pitch_mm
    angle = math.radians(angle_deg)
    centres = np.array([(seg.x_px, seg.y_px) for seg in line]) / px_per_mm - middle
    along = centres[:, 1] * math.cos(angle) - centres[:, 0] * math.sin(angle)
    first = column.first_mm + column.thickness_mm / 2 - middle[1]
    scale, phase = _lattice(along, first, pitch)
    places = (along / scale - first) / pitch - phase
    numbers = np.rint(places).astype(int)
    fitting = np.abs(places - numbers) <= _OFF_LATTICE
    reach = math.floor(MAX_SHIFT_MM / column.pitch_mm) + 1
    fits = []
    for lines_off in range(-reach, reach + 1):
        shift_mm = (phase + lines_off) * pitch
        if abs(shift_mm) > MAX_SHIFT_MM:
            continue
        positions = numbers - lines_off
        within = fitting & (positions >= 0) & (positions < len(mark_set.marks))
        if not within.any():
            continue
        seen = set(positions[within].tolist())
        broken = _missing(mark_set, seen) + int(np.sum(fitting & ~within))
        pairs = _pairs(
            [line[index] for index in np.flatnonzero(within).tolist()], positions[within], mark_set, scale * px_per_mm
        )
        if anchor is not None:
            corners = zip(anchor.sheet_mm, anchor.image_px, strict=True)
            pairs += [(*sheet, *image, _CORNER_WEIGHT) for sheet, image in corners]
        frame = _similar(np.array(pairs), likely=px_per_mm)
        if abs(frame.skew_deg) > MAX_SKEW_DEG + 1 or abs(frame.px_per_mm / px_per_mm - 1) > 2 * MAX_SCALE:
            continue
        if anchor is not None and _off_mm(frame, anchor) > column.pitch_mm / 3:
            continue
        ends = {0, len(mark_set.marks) - 1}
        held = ends <= seen and all(_constant(mark_set.marks[end]) for end in ends)
        anchored = anchor is not None or held or abs(shift_mm) < 0.4 * column.pitch_mm
        fits.append((Fit(frame, len(seen), broken, anchored), abs(shift_mm)))
    return max(fits, key=lambda item: (item[0].score, -item[1]), default=(None, 0.0))[0]


def _lattice(along: Floats, first: float, pitch: float) -> tuple[float, float]:
    """Scale, and phase as a part of the pitch, at which the segments stand best on lines."""
    turns = np.exp(2j * np.pi * (along[None, :] / _SCALES[:, None] - first) / pitch)
    means = turns.mean(axis=1)
    # Two marks fit many scales: the smallest change that is as good wins.
    best = int(np.argmax(np.abs(means) - 0.5 * np.abs(_SCALES - 1)))
    return float(_SCALES[best]), float(np.angle(means[best]) / (2 * np.pi))


def _missing(mark_set: MarkSet, seen: set[int]) -> int:
    """How many positions contradict what stands on every sheet."""
    return sum(
        (ink := _constant(mark)) is not None and ink != (position in seen)
        for position, mark in enumerate(mark_set.marks)
    )


def _constant(mark: Mark) -> bool | None:
    """Whether a position bears ink on every sheet, or on none; None where it depends."""
    if mark.meaning is Meaning.ALWAYS and mark.scope is Scope.EVERY:
        return mark.printed_when
    return not mark.printed_when if mark.meaning is Meaning.NEVER else None


def _pairs(
    segments: Sequence[Segment], positions: NDArray[np.int_], mark_set: MarkSet, px_per_mm: float
) -> list[tuple[float, float, float, float, float]]:
    """Both ends of each segment: place on the sheet, pixel, weight.

    The ends are half a mark from the middle, not where the ink was found to end: blur makes every segment longer.
    """
    pairs = []
    for segment, position in zip(segments, positions.tolist(), strict=True):
        box = mark_set.column.mark(position)
        y_mm = box.y + box.h / 2
        lean = math.tan(math.radians(segment.lean_deg))
        middle_px = (segment.left_px + segment.right_px) / 2
        for x_mm in (box.x, box.right):
            x_px = middle_px + (x_mm - box.x - box.w / 2) * px_per_mm
            pairs.append((x_mm, y_mm, x_px, segment.y_px + (x_px - segment.x_px) * lean, 1.0))
    return pairs


def _similar(pairs: Floats, likely: float | None = None) -> Frame:
    """The frame nearest to the pairs by least squares; `likely` pixels a millimetre hold it where they say little."""
    x_mm, y_mm, x_px, y_px, weight = pairs.T
    one, zero = np.ones_like(x_mm), np.zeros_like(x_mm)
    # About the pairs' own middle, so that a hold on the scale does not move them.
    mid_x, mid_y = float(np.average(x_mm, weights=weight)), float(np.average(y_mm, weights=weight))
    x_mm, y_mm = x_mm - mid_x, y_mm - mid_y
    for_x, for_y = np.stack([x_mm, -y_mm, one, zero], 1), np.stack([y_mm, x_mm, zero, one], 1)
    rows = np.concatenate([for_x, for_y]) * np.concatenate([weight, weight])[:, None]
    values = np.concatenate([x_px * weight, y_px * weight])
    if likely is not None:
        rows = np.concatenate([rows, [[2.0, 0.0, 0.0, 0.0]]])
        values = np.concatenate([values, [2.0 * likely]])
    a, b, x0, y0 = (float(value) for value in np.linalg.lstsq(rows, values, rcond=None)[0])
    return Frame(a, b, x0 - a * mid_x + b * mid_y, y0 - b * mid_x - a * mid_y)


def _off_mm(frame: Frame, anchor: Anchor) -> float:
    """How far the frame puts the code's middle from where it was found."""
    sheet = np.mean(anchor.sheet_mm, axis=0)
    image = np.mean(anchor.image_px, axis=0)
    return math.dist(frame.at(float(sheet[0]), float(sheet[1])), image) / frame.px_per_mm


def centre_shift_mm(frame: Frame, dpi: float, size_px: tuple[int, int]) -> tuple[float, float]:
    """How far the sheet's middle lies right of and below the image's, mm. `size_px` is (width, height)."""
    middle_mm = (size_px[0] * 25.4 / dpi / 2, size_px[1] * 25.4 / dpi / 2)
    x_px, y_px = frame.at(*middle_mm)
    return (x_px - size_px[0] / 2) / frame.px_per_mm, (y_px - size_px[1] / 2) / frame.px_per_mm
