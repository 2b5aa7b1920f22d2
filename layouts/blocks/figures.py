"""Columns of figures: all cells of a column are set in one go.

Most cells of a table are amounts, and no two are the same. A figure is a few digits of one width with a separator here
and there, so it goes straight from its digits to glyphs. Whatever is unusual about one (too wide, too many decimals, a
sign that the font lacks) is left to the general way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from layouts.blocks.cell import Cell
from layouts.edition import Edition, Frame
from layouts.figures import Figures
from layouts.ink import Pen
from layouts.language.expression import Expression

_DIGITS = "0123456789"
_CACHED_FIGURES = 4096
_WORTH_IT = 2
"""A column whose figures are seldom asked for again is not remembered: it is asked at least so often for each."""


class FigureColumn:
    """One column whose cells say one field of the row as a figure. Quantities and prices that come back are remembered;
    equal values look alike, whatever decimals they bear."""

    def __init__(
        self, field: str, least: int, exact: bool, figures: Figures, pen: Pen, frame: Frame, spare: float
    ) -> None:
        """
        field   the row's field
        least   how many decimals the figure has at least; `exact` says that it has no more
        spare   how much of the white beside a figure stands at its left
        """
        self._field, self._least, self._exact = field, least, exact
        self._figures = figures
        self._x_pt, self._width_pt, self._spare = frame.x_pt, frame.width_pt, spare
        signs = {char: char for char in _DIGITS} | dict(figures.symbols)
        face, size = pen.face, pen.size_pt / 1000
        self._height_pt = pen.leading_pt
        self._known: dict[Decimal | None, Cell] = {}
        self._asked = 0
        self._come_back = True
        self._glyphs = {ord(plain): face.hex_of[sign] for plain, sign in signs.items() if sign in face.hex_of}
        width_of = {plain: face.width_of.get(sign, 0.0) * size + pen.tracking_pt for plain, sign in signs.items()}
        self._digit_pt = width_of["0"]
        self.is_sure = all(width_of[digit] == self._digit_pt for digit in _DIGITS)
        self._group_pt = width_of[","] - self._digit_pt
        self._point_pt = width_of["."] - self._digit_pt
        self._minus_pt = width_of["-"] - self._digit_pt

    def cells(self, rows: Sequence[Mapping[str, Any]]) -> list[Cell | None]:
        """The column's cells, in the order of the rows; None for one that is left to the general way."""
        field, made = self._field, self._made
        if not self._come_back:
            return [made(row[field]) for row in rows]
        known = self._known
        cells = [known.get(value := row[field]) or self._kept(value) for row in rows]
        self._asked += len(cells)
        if len(known) >= _CACHED_FIGURES:
            self._come_back = self._asked > _WORTH_IT * len(known)
            self._asked = 0
            known.clear()
        return cells

    def _kept(self, value: Decimal | None) -> Cell | None:
        """The cell of a value, remembered."""
        cell = self._made(value)
        if cell is not None:
            self._known[value] = cell
        return cell

    def _made(self, value: Decimal | None) -> Cell | None:
        least = self._least
        if value is None:
            return None
        plain = format(value, ",f")
        if least == 0 or plain[-least - 1 : -least] != "." or plain[0] == "-":
            if self._exact:  # How many it may have at most is for the general way to say.
                return None
            plain = self._figures.plain(value, least)
        glyphs = plain.translate(self._glyphs)
        if len(glyphs) != 4 * len(plain):
            return None
        width_pt = len(plain) * self._digit_pt + plain.count(",") * self._group_pt
        if "." in plain:
            width_pt += self._point_pt
        if plain[0] == "-":
            width_pt += self._minus_pt
        spare_pt = self._width_pt - width_pt
        if spare_pt < 0:
            return None
        fragment = f"1 0 0 1 {self._x_pt + spare_pt * self._spare:.2f} \0 Tm <{glyphs}> Tj\n"
        return Cell(fragment, (), glyphs, (), self._height_pt, ())


def figure_column(only: Expression, edition: Edition, pen: Pen, frame: Frame, spare: float) -> FigureColumn | None:
    """The column of a cell that is one field: None when that is no figure which can be set this way."""
    field, least, exact = "", 0, False
    match only.applied, only.path:
        case (("amount", (name,), ()), _):
            field, least = name, edition.digits
        case (("number", (name,), (Decimal() as fewest, *_)), _):
            field, least, exact = name, int(fewest), True
        case (("quantity", (name,), ()), _):
            field = name
    if not field:
        return None
    column = FigureColumn(field, least, exact, edition.wording.figures, pen, frame, spare)
    return column if column.is_sure else None
