"""What may stand where on the paper, and how a page is moved when it stands in the way of the marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from omr.place import Box

OnConflict = Literal["refuse", "shift", "scale", "as-is"]
"""What happens to a page with ink in a clear zone: it is refused; shifted; shifted and, if need be, made smaller; or
printed as it is, unlooked at."""

_MM_PER_INCH: Final = 25.4
_SCALES: Final = 0.01


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the marks want white paper and how far a page may give way. Boxes in mm from the top-left corner.

    paper_mm       width and height of the sheet; None for that of a document's first page
    clear          clear zones, as `MarkSet.clear_zones` tells them
    patches        painted white on every page before anything else is judged: over old marks
    on_conflict    see `OnConflict`
    window         where the address shows; on a document's first page what stands in it must stay in it
    margin_mm      of the edge, that the press can't print on: a page that is moved does not enter it
    most_shift_mm  to any side
    least_scale    1 is full size
    """

    paper_mm: tuple[float, float] | None = None
    clear: tuple[Box, ...] = ()
    patches: tuple[Box, ...] = ()
    on_conflict: OnConflict = "refuse"
    window: Box | None = None
    margin_mm: float = 4.0
    most_shift_mm: float = 15.0
    least_scale: float = 0.9

    @property
    def looks(self) -> bool:
        """Whether pages have to be looked at before they can be placed."""
        return bool(self.clear) and self.on_conflict != "as-is"


@dataclass(frozen=True, slots=True)
class Placement:
    """How a page is moved: made smaller around the middle of the paper, then shifted; mm, x to the right, y down."""

    dx_mm: float = 0.0
    dy_mm: float = 0.0
    scale: float = 1.0


AS_IS: Final = Placement()


@dataclass(frozen=True, slots=True)
class NoPlacement:
    """Why a page can't be placed: a clear zone with ink in it, and whether it is the address that ties the page."""

    zone: Box
    tied_by_window: bool = False


class Ink:
    """Which pixels of a page, on its paper, have ink. Boxes are judged by the pixels whose middle they hold."""

    def __init__(self, dark: npt.NDArray[np.bool_], dpi: float) -> None:
        """`dark`: rows × columns of the whole paper."""
        self.shape = dark.shape
        self.px_per_mm = dpi / _MM_PER_INCH
        self._sums = np.zeros((dark.shape[0] + 1, dark.shape[1] + 1), np.int64)
        self._sums[1:, 1:] = dark.cumsum(0, dtype=np.int64).cumsum(1)
        rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
        self.bounds_px: tuple[int, int, int, int] | None = (
            (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1) if len(rows) else None
        )
        """Left, top, right and bottom of all ink."""

    @property
    def box(self) -> Box | None:
        """The box around all ink, mm; None for a blank page."""
        if self.bounds_px is None:
            return None
        left, top, right, bottom = (edge / self.px_per_mm for edge in self.bounds_px)
        return Box(left, top, right - left, bottom - top)

    def in_box(self, box: Box) -> int:
        """How many pixels of ink a box holds."""
        zero = np.zeros(1)
        return int(self._counts(box, zero, zero, 1.0)[0])

    def within(self, box: Box) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom of the ink in a box, in pixels; None when there is none."""
        x0, y0, x1, y1 = self._pixels(box)
        part = np.diff(np.diff(self._sums[y0 : y1 + 1, x0 : x1 + 1], axis=0), axis=1)
        rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
        if not len(rows):
            return None
        return x0 + int(columns[0]), y0 + int(rows[0]), x0 + int(columns[-1]) + 1, y0 + int(rows[-1]) + 1

    def _pixels(self, box: Box) -> tuple[int, int, int, int]:
        height, width = self.shape
        x0, x1 = (min(max(round(edge * self.px_per_mm), 0), width) for edge in (box.x, box.right))
        y0, y1 = (min(max(round(edge * self.px_per_mm), 0), height) for edge in (box.y, box.bottom))
        return x0, y0, x1, y1

    def _counts(
        self, box: Box, dx: npt.NDArray[np.float64], dy: npt.NDArray[np.float64], scale: float
    ) -> npt.NDArray[np.int64]:
        """Pixels of ink in a box of the paper once the page is moved by dx and dy (pixels), for each pair."""
        height, width = self.shape

        def source(edge_mm: float, middle: float, moved: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.int64]:
            at = middle + (edge_mm * self.px_per_mm - moved - middle) / scale
            return np.clip(np.rint(at), 0, most).astype(np.int64)

        x0, x1 = (source(edge, width / 2, dx, width) for edge in (box.x, box.right))
        y0, y1 = (source(edge, height / 2, dy, height) for edge in (box.y, box.bottom))
        sums = self._sums
        counts: npt.NDArray[np.int64] = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
        return counts

    def place(self, fit: Fit, *, window: Box | None, before: Sequence[Placement] = ()) -> Placement | NoPlacement:
        """How to place the page so that the clear zones are clear: as it is if that will do, otherwise as one of the
        pages `before` if that will, otherwise moved as little as possible at the largest scale that goes.

        `window` is the fit's for a page whose address must stay in it, otherwise None.
        """
        soiled = next((zone for zone in fit.clear if self.in_box(zone)), None)
        if soiled is None:
            return AS_IS
        if fit.on_conflict == "refuse":
            return NoPlacement(soiled)
        for placement in before:
            dx, dy = np.array([placement.dx_mm]), np.array([placement.dy_mm])
            grid = dx * self.px_per_mm, dy * self.px_per_mm
            if self._allowed(fit, window, *grid, placement.scale)[0]:
                return placement
        dx, dy = self._offsets(fit.most_shift_mm)
        for scale in _scales(fit):
            allowed = self._allowed(fit, window, dx, dy, scale)
            if allowed.any():
                first = int(np.argmax(allowed))
                return Placement(float(dx[first]) / self.px_per_mm, float(dy[first]) / self.px_per_mm, scale)
        tied = window is not None and any(self._allowed(fit, None, dx, dy, scale).any() for scale in _scales(fit))
        return NoPlacement(soiled, tied)

    def _offsets(self, most_mm: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """All shifts in whole pixels, the shortest first."""
        most = int(most_mm * self.px_per_mm)
        steps = np.arange(-most, most + 1, dtype=np.float64)
        dx, dy = (grid.ravel() for grid in np.meshgrid(steps, steps))
        order = np.lexsort((dx, dy, dx * dx + dy * dy))
        return dx[order], dy[order]

    def _allowed(
        self, fit: Fit, window: Box | None, dx: npt.NDArray[np.float64], dy: npt.NDArray[np.float64], scale: float
    ) -> npt.NDArray[np.bool_]:
        assert self.bounds_px is not None
        height, width = self.shape
        margin = fit.margin_mm * self.px_per_mm
        paper = (margin, margin, width - margin, height - margin)
        bounds = self.bounds_px
        # Ink that reached into the margin before may stay there, but nothing enters it or leaves the paper by moving.
        limits = (
            min(paper[0], bounds[0]),
            min(paper[1], bounds[1]),
            max(paper[2], bounds[2]),
            max(paper[3], bounds[3]),
        )
        allowed = self._inside(bounds, limits, dx, dy, scale)
        for zone in fit.clear:
            allowed &= self._counts(zone, dx, dy, scale) == 0
        if window is not None:
            allowed &= self._counts(window, dx, dy, scale) == self.in_box(window)
            address = self.within(window)
            if address is not None:
                x0, x1, y0, y1 = (edge * self.px_per_mm for edge in (window.x, window.right, window.y, window.bottom))
                allowed &= self._inside(address, (x0, y0, x1, y1), dx, dy, scale)
        return allowed

    def _inside(
        self,
        bounds: tuple[float, float, float, float],
        limits: tuple[float, float, float, float],
        dx: npt.NDArray[np.float64],
        dy: npt.NDArray[np.float64],
        scale: float,
    ) -> npt.NDArray[np.bool_]:
        height, width = self.shape
        left, right = (width / 2 + (edge - width / 2) * scale for edge in (bounds[0], bounds[2]))
        top, bottom = (height / 2 + (edge - height / 2) * scale for edge in (bounds[1], bounds[3]))
        slack = 0.5
        inside: npt.NDArray[np.bool_] = (
            (left + dx >= limits[0] - slack)
            & (right + dx <= limits[2] + slack)
            & (top + dy >= limits[1] - slack)
            & (bottom + dy <= limits[3] + slack)
        )
        return inside


def _scales(fit: Fit) -> Iterator[float]:
    yield 1.0
    if fit.on_conflict == "scale":
        for step in range(1, round((1 - fit.least_scale) / _SCALES) + 1):
            yield 1 - step * _SCALES
