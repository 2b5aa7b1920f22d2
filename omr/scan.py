"""Reading whole pages however they lie: scans and photographs of paper, print files, images.

A page is turned upright and laid straight by its own marks and code (`omr.deskew`), each position is measured
(`omr.measure`), and what is doubtful is told instead of guessed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from omr.codes import CodeAnywhere, CodeRead, codes_anywhere, find_codes, read_code, sheet_named
from omr.deskew import MAX_SHIFT_MM, MAX_SKEW_DEG, Anchor, Fit, Frame, centre_shift_mm, fit
from omr.encode import check, disagreements
from omr.mark import Scope
from omr.markset import MarkSet
from omr.measure import ColumnSeen, State, measure
from omr.place import Box
from omr.preflight import ink_in_zones
from omr.read import READ_DPI
from omr.reading import Pose, SheetReading
from omr.segments import CONTRASTS, darkness, find_segments
from omr.sheet import SheetId
from omr.strip import Gray

# Finer than this costs time and shows no more of a mark.
_FINEST_DPI = 400
# What a page straight from a program may be turned by before a machine's reading head would mind.
_PRINT_SKEW_DEG = 1.0
# What is measured is good to about this.
_ROUNDING_MM = 0.1
# Images are cut to whole pixels, and scanners cut a little too.
_EDGE_MM = 3.0
# Weaker than this as a part of the paper's brightness, print is read and should not be relied upon.
_WEAK = 0.35


@dataclass(frozen=True, slots=True)
class _Upright:
    """An image turned by quarters, the frame that was found in it, and the mark set on paper of its size."""

    gray: Gray
    quarters: int
    fit: Fit | None
    mark_set: MarkSet


def read_image(gray: Gray, dpi: float, mark_set: MarkSet, *, number: int = 1, scanned: bool = True) -> SheetReading:
    """Read the image of one whole page: rows × columns, 0 black … 255 white.

    The page may be turned by quarters, askew by up to 2°, shifted by some mm and a hundredth larger or smaller. With
    `scanned` this is no fault; of a page as it is printed (`scanned` false) it is, beyond the set's tolerance.
    """
    if dpi < 0.95 * READ_DPI:
        return _unread(number, f"{dpi:.0f} dpi is too coarse; marks are read from {READ_DPI} dpi on")
    codes = codes_anywhere(gray, mark_set)
    upright = _upright(gray, dpi, mark_set, codes)
    mark_set = upright.mark_set
    height, width = upright.gray.shape
    if not Box(0, 0, width / dpi * 25.4 + _EDGE_MM, height / dpi * 25.4 + _EDGE_MM).holds(mark_set.strip):
        size = f"{width / dpi * 25.4:.0f} × {height / dpi * 25.4:.0f} mm"
        return _unread(number, f"a page of {size} does not hold the strip of {mark_set.name}")
    frame = upright.fit.frame if upright.fit else Frame.upright(dpi)
    fine_dpi = min(max(dpi, READ_DPI), _FINEST_DPI)
    strip = frame.cut(upright.gray, mark_set.strip, fine_dpi)
    column = measure(strip, fine_dpi, mark_set)
    reads = _sheet_codes(upright, frame, strip, fine_dpi, codes)
    problems = _column_problems(column, mark_set, upright.fit)
    roles, positions = _roles(column, mark_set)
    if positions is not None:
        problems += check(mark_set, positions).problems
    sheet = sheet_named(reads, mark_set, problems)
    if sheet is not None and roles is not None:
        problems += disagreements(sheet, roles, mark_set)
    others, other_problems = _other_codes(upright, frame, sheet)
    problems += other_problems
    pose = _pose(upright, dpi)
    if not scanned and pose is not None:
        problems += _misplaced(pose, frame, dpi, mark_set)
    warnings = _warnings(upright, column, mark_set, pose)
    return SheetReading(
        number,
        sheet,
        roles,
        positions,
        reads + others,
        tuple(problems),
        tuple(warnings),
        column.marks if roles else (),
        pose,
    )


def _unread(number: int, problem: str) -> SheetReading:
    return SheetReading(number, None, None, None, (), (problem,))


def _upright(gray: Gray, dpi: float, mark_set: MarkSet, codes: Sequence[CodeAnywhere]) -> _Upright:
    """Turn the image as a code stands, or as the marks are found."""
    best = _Upright(gray, 0, None, _placed(mark_set, gray, dpi))
    for quarters in (codes[0].quarters,) if codes else (0, 2, 1, 3):
        turned = np.ascontiguousarray(np.rot90(gray, quarters))
        placed = _placed(mark_set, turned, dpi)
        anchor = next((code.anchor for code in codes if code.anchor and code.quarters == quarters), None)
        found = _fit(turned, dpi, placed, anchor)
        if codes or (found is not None and (best.fit is None or found.score > best.fit.score)):
            best = _Upright(turned, quarters, found, placed)
        if found is not None and found.broken == 0 and found.matched > 1:
            break
    return best


def _placed(mark_set: MarkSet, gray: Gray, dpi: float) -> MarkSet:
    """The set on the paper that was scanned; paper about as large as the set's own is the set's own."""
    width_mm, height_mm = gray.shape[1] / dpi * 25.4, gray.shape[0] / dpi * 25.4
    own = mark_set.paper
    if max(abs(width_mm - own.width_mm), abs(height_mm - own.height_mm)) <= MAX_SHIFT_MM:
        return mark_set
    return mark_set.on(width_mm, height_mm)


def _sheet_codes(
    upright: _Upright, frame: Frame, strip: Gray, dpi: float, codes: Sequence[CodeAnywhere]
) -> tuple[CodeRead, ...]:
    """The code that names the sheet: in its place, looked at harder, and anywhere on the page."""
    mark_set = upright.mark_set
    if not mark_set.has_code:
        return ()
    elsewhere = dict.fromkeys(code.read for code in codes if code.place.name == mark_set.code.name)
    return find_codes(strip, dpi, mark_set) or read_code(upright.gray, frame, mark_set.code) or tuple(elsewhere)


def _other_codes(upright: _Upright, frame: Frame, sheet: SheetId | None) -> tuple[tuple[CodeRead, ...], list[str]]:
    """The codes that do not name the sheet, and what is wrong with them."""
    mark_set = upright.mark_set
    reads: list[CodeRead] = []
    problems = []
    due = (
        [code for code in mark_set.codes if code.sheets is Scope.EVERY]
        if sheet is None
        else mark_set.codes_on(sheet.sheet, sheet.of)
    )
    for code in due:
        if mark_set.has_code and code == mark_set.code:
            continue
        found = read_code(upright.gray, frame, code)
        reads += found
        if not found:
            problems.append(f"no {code.name} that can be read")
        problems += [
            f"foreign code {read.text!r} in the place of {code.name}"
            for read in found
            if code.template.read(read.text) is None
        ]
    return tuple(reads), problems


def _fit(gray: Gray, dpi: float, mark_set: MarkSet, anchor: Anchor | None) -> Fit | None:
    """Find the frame from the marks near the column."""
    px_per_mm = dpi / 25.4
    height, width = gray.shape
    zone = mark_set.column.extent(len(mark_set.marks))
    # What is turned about the middle of the page moves at its edges.
    lever = math.tan(math.radians(MAX_SKEW_DEG))
    reach_x = MAX_SHIFT_MM + height / px_per_mm / 2 * lever
    reach_y = MAX_SHIFT_MM + width / px_per_mm / 2 * lever
    left, right = max(0, round((zone.x - reach_x) * px_per_mm)), round((zone.right + reach_x) * px_per_mm)
    top, bottom = max(0, round((zone.y - reach_y) * px_per_mm)), round((zone.bottom + reach_y) * px_per_mm)
    if left >= width or top >= height:
        return None
    dark = darkness(gray[top:bottom, left:right], px_per_mm)
    best: Fit | None = None
    for contrast in CONTRASTS:
        segments = [segment.moved(left, top) for segment in find_segments(dark, px_per_mm, mark_set.column, contrast)]
        found = fit(segments, mark_set, dpi, (width, height), anchor)
        if found is not None and (best is None or found.score > best.score):
            best = found
        if best is not None and best.broken == 0 and best.matched > 1:
            break
    return best


def _roles(column: ColumnSeen, mark_set: MarkSet) -> tuple[dict[str, bool] | None, tuple[bool, ...] | None]:
    """What the marks say, without the doubtful; and all positions, when none is doubtful."""
    if column.empty:
        return None, None
    roles = {
        mark.role: (seen.state is State.PRINTED) == mark.printed_when
        for mark, seen in zip(mark_set.marks, column.marks, strict=True)
        if seen.state is not State.DOUBTFUL
    }
    if len(roles) < len(column.marks):
        return roles, None
    return roles, tuple(seen.state is State.PRINTED for seen in column.marks)


def _column_problems(column: ColumnSeen, mark_set: MarkSet, found: Fit | None) -> list[str]:
    problems = []
    if column.empty:
        problems.append("no marks")
    for position, seen in enumerate(column.marks):
        if seen.state is State.DOUBTFUL:
            y_mm = mark_set.column.mark(position).y
            problems.append(f"doubtful mark {seen.role}, position {position} at {y_mm:.1f} mm from the top: {seen.why}")
    problems += [f"ink between the positions at {box.y:.1f} mm from the top" for box in column.stray]
    if found is not None and not found.anchored:
        problems.append("nothing shows which line is the first: the column could stand a line higher or lower")
    return problems


def _pose(upright: _Upright, dpi: float) -> Pose | None:
    if upright.fit is None:
        return None
    frame = upright.fit.frame
    height, width = upright.gray.shape
    shift_x_mm, shift_y_mm = centre_shift_mm(frame, dpi, (width, height))
    return Pose(
        upright.quarters * 90,
        round(frame.skew_deg, 2),
        round(shift_x_mm, 2),
        round(shift_y_mm, 2),
        round(frame.px_per_mm * 25.4 / dpi, 4),
    )


def _misplaced(pose: Pose, frame: Frame, dpi: float, mark_set: MarkSet) -> list[str]:
    """Why a machine would not read a page that is printed as it is."""
    problems = []
    if pose.turned_deg:
        problems.append(f"the page is turned by {pose.turned_deg}°")
    if abs(pose.skew_deg) > _PRINT_SKEW_DEG:
        problems.append(f"the print is askew by {pose.skew_deg:.1f}°")
    first = mark_set.column.mark(0)
    x_px, y_px = frame.at(first.x, first.y)
    off_x_mm, off_y_mm = x_px * 25.4 / dpi - first.x, y_px * 25.4 / dpi - first.y
    for off_mm, more, less in ((off_x_mm, "to the right", "to the left"), (off_y_mm, "too low", "too high")):
        if abs(off_mm) > mark_set.tolerance_mm + _ROUNDING_MM:
            way = more if off_mm > 0 else less
            problems.append(f"the marks stand {abs(off_mm):.1f} mm {way}; {mark_set.tolerance_mm:g} mm are allowed")
    return problems


def _warnings(upright: _Upright, column: ColumnSeen, mark_set: MarkSet, pose: Pose | None) -> list[str]:
    warnings = []
    if 0 < column.usual_darkness < _WEAK:
        warnings.append(f"the print is weak: its marks are {column.usual_darkness:.0%} darker than the paper")
    if pose is not None and abs(pose.skew_deg) > MAX_SKEW_DEG:
        warnings.append(f"the page is askew by {pose.skew_deg:.1f}°, more than is read reliably")
    if upright.fit is not None:
        warnings += [
            f"ink in the clear zone: {_words(box)}" for box in ink_in_zones(upright.gray, upright.fit.frame, mark_set)
        ]
    return warnings


def _words(box: Box) -> str:
    return f"{box.w:.0f} × {box.h:.0f} mm at {box.x:.0f} mm from the left, {box.y:.0f} mm from the top"
