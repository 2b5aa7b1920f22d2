"""A reader of 4-state codes: it finds the bars on a page from run lengths alone, and knows no encoder."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tests.codes.paper import Grey

_DARK = 128
_STATES = {(True, True): "F", (True, False): "A", (False, True): "D", (False, False): "T"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in pixels: its left edge and width in the middle band, and where it begins and ends from the top."""

    left: int
    width: int
    top: int
    foot: int


@dataclass(frozen=True, slots=True)
class BarRead:
    """A code that was read, in pixels from the top left of the picture. `foot` and `right` are the first after it."""

    text: str
    bars: tuple[Bar, ...]
    left: int
    right: int
    top: int
    foot: int
    tracker: int
    """How high a tracker is."""

    @property
    def pitch(self) -> float:
        """From the middle of a bar to that of the next, on average."""
        first, last = self.bars[0], self.bars[-1]
        return (last.left + last.width / 2 - first.left - first.width / 2) / (len(self.bars) - 1)


def read_bars(picture: Grey, least_bars: int = 20) -> BarRead | None:
    """The 4-state code on a page with whatever else; None when there is none.

    The row that crosses every bar is the one with the longest series of dark runs that are alike in width and pitch.
    From there each bar is followed up and down. The trackers' band is what all bars have in common.
    """
    dark = picture < _DARK
    best: list[tuple[int, int]] = []
    row = -1
    for at in range(0, len(dark), 2):
        series = _longest_series(_runs(dark[at]))
        if len(series) > len(best):
            best, row = series, at
    if len(best) < least_bars:
        return None
    bars = tuple(_followed(dark, row, left, width) for left, width in best)
    band_top, band_foot = max(bar.top for bar in bars), min(bar.foot for bar in bars)
    # An edge of the band lies within a third of the tracker's height of a bar that doesn't reach beyond it.
    slack = max(2.0, (band_foot - band_top) / 3)
    text = "".join(_STATES[band_top - bar.top > slack, bar.foot - band_foot > slack] for bar in bars)
    return BarRead(
        text,
        bars,
        left=bars[0].left,
        right=bars[-1].left + bars[-1].width,
        top=min(bar.top for bar in bars),
        foot=max(bar.foot for bar in bars),
        tracker=band_foot - band_top,
    )


def _runs(row: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """(left, width) of each dark run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
    return [(int(left), int(right - left)) for left, right in zip(edges[::2], edges[1::2], strict=True)]


def _longest_series(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest stretch of neighbours with one width and one pitch, give or take a pixel."""
    best: list[tuple[int, int]] = []
    series = runs[:1]
    for before, run in pairwise(runs):
        pitch = run[0] - before[0]
        expected = series[1][0] - series[0][0] if len(series) > 1 else pitch
        if abs(run[1] - series[0][1]) <= 2 and abs(pitch - expected) <= 2 and pitch < 3.5 * run[1]:
            series.append(run)
        else:
            series = [run]
        if len(series) > len(best):
            best = list(series)
    return best


def _followed(dark: np.ndarray[tuple[int, int], np.dtype[np.bool_]], row: int, left: int, width: int) -> Bar:
    column = dark[:, left + width // 2]
    top = foot = row
    while top > 0 and column[top - 1]:
        top -= 1
    while foot < len(column) and column[foot]:
        foot += 1
    return Bar(left, width, top, foot)


def white_around(picture: Grey, found: BarRead, beside: int, above: int) -> bool:
    """Whether nothing but white stands so many pixels beside the code, and above and below it."""
    field = picture[found.top - above : found.foot + above, found.left - beside : found.right + beside].copy()
    field[above : above + found.foot - found.top, beside : beside + found.right - found.left] = 255
    return bool((field >= _DARK).all())
