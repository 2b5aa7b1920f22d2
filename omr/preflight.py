"""Why marks and codes of a sheet might not be read, told before a machine finds out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from omr.deskew import Frame
from omr.markset import MarkSet
from omr.measure import State, measure
from omr.place import Box
from omr.segments import Darkness, darkness
from omr.strip import Gray

MarkRule = Literal[
    "ink-in-clear-zone",
    "ink-behind-marks",
    "mark-out-of-place",
    "mark-length",
    "mark-thickness",
    "mark-faint",
    "mark-incomplete",
    "zone-off-sheet",
]

MARK_RULES: dict[MarkRule, str] = {
    "ink-in-clear-zone": "Something else is printed where the mark set wants blank paper.",
    "ink-behind-marks": "The back of the sheet is printed behind the marks or the code; it shines through.",
    "mark-out-of-place": "A mark stands off its line or beside the column.",
    "mark-length": "A mark is longer or shorter than the mark set says.",
    "mark-thickness": "A mark is thicker or thinner than the mark set says.",
    "mark-faint": "A mark is much weaker than the others, or all are weak.",
    "mark-incomplete": "Part of a mark is missing, or ink has run into it.",
    "zone-off-sheet": "The sheet does not hold the mark set's zone.",
}
"""What each rule finds, a sentence each."""

# Ink closer to a mark than this is the mark's own edge.
_EDGE_MM = 0.6
_BLOCK_MM = 1.0
# A block is inked when it is darker than paper by this part on the mean: a thin line through it, or a stroke of text.
_INKED = 0.12
# What lies on the back has to be this dark to be seen from the front.
_BACK_INKED = 0.06
# How far a mark may differ from the set's figures. Ours: half of what the makers' ranges allow (0.35–0.7 mm thick).
_LENGTH_PART, _THICKNESS_PART, _PLACE_PART = 0.1, 0.5, 0.1
_WEAK = 0.5
_CHECK_DPI = 300


@dataclass(frozen=True, slots=True)
class MarkFinding:
    """What offends: by which rule, where (mm from the sheet's top-left corner, as its front shows), and in words."""

    rule: MarkRule
    box: Box
    words: str


def mirrored(box: Box, sheet_width_mm: float) -> Box:
    """Where ink of the back stands as seen from the front, for a sheet that is turned over its long edge."""
    return Box(sheet_width_mm - box.right, box.y, box.w, box.h)


def check_boxes(
    mark_set: MarkSet, front: Iterable[Box], *, back: Iterable[Box] = (), marks: Sequence[Box] = ()
) -> list[MarkFinding]:
    """Check what will be printed, from boxes of ink in mm.

    front   the ink that is neither mark nor code.
    back    the ink of the other side, as seen from the front (`mirrored`).
    marks   the marks, if some other program draws them: each is measured against the set.
    """
    findings = [
        MarkFinding("ink-in-clear-zone", shared, f"ink in the clear zone of {mark_set.name}: {_size(shared)}")
        for ink in front
        for zone in mark_set.clear_zones
        if (shared := _shared(ink, zone)) is not None
    ]
    findings += [
        MarkFinding("ink-behind-marks", shared, f"ink on the back behind the marks: {_size(shared)}")
        for ink in back
        for zone in _printed_zones(mark_set)
        if (shared := _shared(ink, zone)) is not None
    ]
    for mark in marks:
        findings += _mark_findings(mark, mark_set)
    return findings


def _mark_findings(mark: Box, mark_set: MarkSet) -> list[MarkFinding]:
    """How a drawn mark differs from that of the nearest position."""
    column = mark_set.column
    due = min(
        (column.mark(position) for position in range(len(mark_set.marks))), key=lambda box: abs(_middle(box, mark))
    )
    place_mm = _PLACE_PART * column.pitch_mm
    off_x_mm, off_y_mm = mark.x - due.x, _middle(due, mark)
    long_mm, thick_mm = mark.w - column.length_mm, mark.h - column.thickness_mm
    wrong: dict[MarkRule, tuple[bool, str]] = {
        "mark-out-of-place": (
            abs(off_x_mm) > place_mm + abs(long_mm) or abs(off_y_mm) > place_mm,
            f"a mark stands {off_x_mm:+.1f} mm to the right and {off_y_mm:+.1f} mm down of its place",
        ),
        "mark-length": (
            abs(long_mm) > _LENGTH_PART * column.length_mm,
            f"a mark is {mark.w:.1f} mm long; the set says {column.length_mm:g} mm",
        ),
        "mark-thickness": (
            abs(thick_mm) > _THICKNESS_PART * column.thickness_mm,
            f"a mark is {mark.h:.2f} mm thick; the set says {column.thickness_mm:g} mm",
        ),
    }
    return [MarkFinding(rule, mark, words) for rule, (offends, words) in wrong.items() if offends]


def _middle(due: Box, mark: Box) -> float:
    """How far a mark's middle is below that of the box where it is due."""
    return (mark.y + mark.h / 2) - (due.y + due.h / 2)


def check_pixels(
    gray: Gray, dpi: float, mark_set: MarkSet, *, back: Gray | None = None, frame: Frame | None = None
) -> list[MarkFinding]:
    """Check a page with its marks from its pixels: rows × columns of the whole sheet, 0 black … 255 white.

    `back` is the image of the other side as one sees it when the sheet is turned over its long edge. `frame` says how
    the sheet lies in `gray`; without one its edges are the image's.
    """
    frame = frame or Frame.upright(dpi)
    sheet = Box(0, 0, gray.shape[1] / frame.px_per_mm, gray.shape[0] / frame.px_per_mm)
    if not sheet.holds(mark_set.strip):
        words = f"a page of {sheet.w:.0f} × {sheet.h:.0f} mm does not hold the strip of {mark_set.name}"
        return [MarkFinding("zone-off-sheet", mark_set.strip, words)]
    findings = [
        MarkFinding("ink-in-clear-zone", box, f"ink in the clear zone of {mark_set.name}: {_size(box)}")
        for box in ink_in_zones(gray, frame, mark_set)
    ]
    if back is not None:
        seen_from_front = np.ascontiguousarray(back[:, ::-1])
        for zone in _printed_zones(mark_set):
            dark = darkness(Frame.upright(dpi).cut(seen_from_front, zone, _CHECK_DPI), _CHECK_DPI / 25.4)
            findings += [
                MarkFinding("ink-behind-marks", box, f"ink on the back behind the marks: {_size(box)}")
                for box in _inked(dark, zone, (), _BACK_INKED)
            ]
    return findings + _measured(gray, frame, mark_set)


def _measured(gray: Gray, frame: Frame, mark_set: MarkSet) -> list[MarkFinding]:
    """What is wrong with the marks themselves."""
    column, figures = measure(frame.cut(gray, mark_set.strip, _CHECK_DPI), _CHECK_DPI, mark_set), mark_set.column
    findings = []
    for position, seen in enumerate(column.marks):
        place, called = figures.mark(position), f"the mark {seen.role}"
        if seen.state is State.DOUBTFUL:
            findings.append(MarkFinding("mark-incomplete", place, f"{called} cannot be read for sure: {seen.why}"))
        if seen.state is not State.PRINTED:
            continue
        wrong: dict[MarkRule, tuple[bool, str]] = {
            "mark-out-of-place": (
                max(abs(seen.off_x_mm), abs(seen.off_y_mm)) > _PLACE_PART * figures.pitch_mm + 0.1,
                f"{called} stands {seen.off_x_mm:+.1f} mm to the right and {seen.off_y_mm:+.1f} mm down of its place",
            ),
            "mark-length": (
                abs(seen.length_mm - figures.length_mm) > _LENGTH_PART * figures.length_mm,
                f"{called} is {seen.length_mm:.1f} mm long; the set says {figures.length_mm:g} mm",
            ),
            "mark-thickness": (
                abs(seen.thickness_mm - figures.thickness_mm) > _THICKNESS_PART * figures.thickness_mm,
                f"{called} is {seen.thickness_mm:.2f} mm thick; the set says {figures.thickness_mm:g} mm",
            ),
            "mark-faint": (
                seen.darkness < _WEAK,
                f"{called} is only {seen.darkness:.0%} darker than the paper",
            ),
        }
        findings += [MarkFinding(rule, place, words) for rule, (offends, words) in wrong.items() if offends]
    return findings


def ink_in_zones(gray: Gray, frame: Frame, mark_set: MarkSet) -> list[Box]:
    """Ink in the clear zones of a page that is neither mark nor code, as boxes in mm on the sheet."""
    found = []
    extent = mark_set.column.extent(len(mark_set.marks)).grown(_EDGE_MM, _EDGE_MM, _EDGE_MM)
    own = (extent, *(code.box.grown(_EDGE_MM, _EDGE_MM, _EDGE_MM) for code in mark_set.codes))
    for zone in mark_set.clear_zones:
        pixels = frame.cut(gray, zone, _CHECK_DPI)
        found += _inked(darkness(pixels, _CHECK_DPI / 25.4), zone, own, _INKED)
    return found


def _printed_zones(mark_set: MarkSet) -> list[Box]:
    """Where the marks and the codes stand. The play of the print is left out: layouts let backs begin right beside."""
    return [mark_set.column.extent(len(mark_set.marks)), *(code.box for code in mark_set.codes)]


def _inked(dark: Darkness, zone: Box, own: Sequence[Box], least: float) -> list[Box]:
    """Blocks of a zone's pixels with ink outside the boxes `own`, neighbours joined, in mm on the sheet."""
    px_per_mm = _CHECK_DPI / 25.4
    dark = dark.copy()
    for box in own:
        rows = slice(max(0, round((box.y - zone.y) * px_per_mm)), max(0, round((box.bottom - zone.y) * px_per_mm)))
        columns = slice(max(0, round((box.x - zone.x) * px_per_mm)), max(0, round((box.right - zone.x) * px_per_mm)))
        dark[rows, columns] = 0
    size = max(1, round(_BLOCK_MM * px_per_mm))
    rows_mm, columns_mm = -(-dark.shape[0] // size), -(-dark.shape[1] // size)
    padded = np.zeros((rows_mm * size, columns_mm * size), dtype=np.float32)
    # Paper is never quite even: half of what shines through is nothing.
    padded[: dark.shape[0], : dark.shape[1]] = np.where(dark > 0.2, dark, 0)
    blocks = padded.reshape(rows_mm, size, columns_mm, size).mean(axis=(1, 3)) > least
    block_mm = size / px_per_mm
    return [
        Box(zone.x + left * block_mm, zone.y + top * block_mm, (right - left) * block_mm, (bottom - top) * block_mm)
        for left, top, right, bottom in _patches(blocks)
    ]


def _patches(blocks: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of each group of blocks that touch."""
    left_over = {(int(row), int(column)) for row, column in np.argwhere(blocks)}
    patches = []
    while left_over:
        edge = [left_over.pop()]
        group = list(edge)
        while edge:
            row, column = edge.pop()
            near = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & left_over
            left_over -= near
            edge += near
            group += near
        rows, columns = [row for row, _ in group], [column for _, column in group]
        patches.append((min(columns), min(rows), max(columns) + 1, max(rows) + 1))
    return sorted(patches, key=lambda patch: (patch[1], patch[0]))


def _shared(one: Box, other: Box) -> Box | None:
    """What two boxes have in common, or None."""
    if not one.meets(other):
        return None
    x, y = max(one.x, other.x), max(one.y, other.y)
    return Box(x, y, min(one.right, other.right) - x, min(one.bottom, other.bottom) - y)


def _size(box: Box) -> str:
    return f"{box.w:.1f} × {box.h:.1f} mm at {box.x:.1f} mm from the left and {box.y:.1f} mm from the top"
