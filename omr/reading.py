"""What was read from a page, as values."""

from __future__ import annotations

from dataclasses import dataclass

from omr.codes import CodeRead
from omr.measure import MarkSeen
from omr.sheet import SheetId


@dataclass(frozen=True, slots=True)
class Pose:
    """How a page lies in its image: turned clockwise by quarters, then by a few degrees; its middle shifted right and
    down, mm; its size as a part of what the resolution says."""

    turned_deg: int
    skew_deg: float
    shift_x_mm: float
    shift_y_mm: float
    scale: float


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What one page says.

    page        1-based page of the file.
    sheet       what the code says, None when there is none that can be read.
    roles       what the marks say; None when there are no marks.
    positions   the marks by position, True printed; None when there are no marks or one is doubtful.
    codes       the code in its place; when there is none, whatever codes stand elsewhere in the strip.
    problems    in words; a sheet is to be trusted only when there are none.
    warnings    in words: what did not keep the sheet from being read, and may keep the next.
    seen        each position as it was measured; empty where a clean strip was read as it is.
    pose        how the page lies in its image; None where nothing had to be straightened.

    The roles of a page that was measured leave out what is doubtful.
    """

    page: int
    sheet: SheetId | None
    roles: dict[str, bool] | None
    positions: tuple[bool, ...] | None
    codes: tuple[CodeRead, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    seen: tuple[MarkSeen, ...] = ()
    pose: Pose | None = None
