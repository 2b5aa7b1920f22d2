"""Sums carried from page to page."""

from __future__ import annotations

from decimal import Decimal

from layouts.blockparts import Carry, TableBlock
from layouts.edition import Edition, Frame
from layouts.geometry import pt
from layouts.ink import Ink
from layouts.strip import LineStrip, Run, Trouble


class CarrySetter:
    """The sums carried from page to page."""

    def __init__(self, carry: Carry, edition: Edition, frame: Frame, block: TableBlock) -> None:
        self.height_pt = pt(carry.height_mm)
        self._frame = frame
        self._edition = edition
        self._pen = edition.pens[carry.style]
        column = next(column for column in block.columns if column.name == carry.column)
        self._left_pt = frame.x_pt + pt(column.x_mm)
        self._right_pt = self._left_pt + pt(column.width_mm)
        self._words = {
            True: edition.words(carry.brought),
            False: edition.words(carry.carried),
        }

    def draw(self, ink: Ink, amount: Decimal, y_pt: float, *, brought: bool) -> None:
        """Set the sum in a strip that begins at y: the words left of the column, the figure at its right edge."""
        edition, pen = self._edition, self._pen
        troubles: list[Trouble] = []
        words = edition.shaped(pen, self._words[brought], troubles)
        figure = edition.shaped(pen, edition.wording.figures.amount(amount, edition.digits), troubles)
        left_pt = self._left_pt - words.width_pt
        LineStrip(
            self._frame.name,
            left_pt,
            self._right_pt - left_pt,
            self.height_pt,
            troubles=troubles,
            runs=(Run(pen, left_pt, words), Run(pen, self._right_pt - figure.width_pt, figure)),
            baseline_pt=(self.height_pt - pen.leading_pt) / 2 + pen.baseline_pt,
        ).draw(ink, y_pt)
