"""Sums carried from page to page."""

from __future__ import annotations

from decimal import Decimal

from layouts.blockparts import Carry, TableBlock
from layouts.edition import Edition, Frame
from layouts.geometry import pt
from layouts.ink import Ink


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
        pen = self._pen
        baseline_pt = y_pt + (self.height_pt - pen.leading_pt) / 2 + pen.baseline_pt
        words = pen.shape(self._words[brought])
        ink.set(pen, self._left_pt - words.width_pt, baseline_pt, words)
        figure = pen.shape(self._edition.wording.figures.amount(amount, self._edition.digits))
        ink.set(pen, self._right_pt - figure.width_pt, baseline_pt, figure)
