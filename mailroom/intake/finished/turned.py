"""Text on pages that are shown turned by a quarter: PDFium takes their rows for columns and runs them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from mailroom.intake.finished.zone_text import Rect, tidied

_CHARS_MAX = 50_000
_BLANK = 0.15
"""A gap of more than this part of the font's height is a blank."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """A sign with its box as shown: `along` the row from `begins` to `ends`, `row` the middle of its height."""

    text: str
    begins: float
    ends: float
    row: float
    height: float


def turned_texts(text_page: Any, rects: Sequence[Rect], rotation: int) -> tuple[str, ...]:
    """The text in each rectangle (in the page's own coordinates) of a page that is shown turned by 90 or 270 degrees,
    row by row as shown. A sign belongs to the rectangle that holds its middle."""
    boxes = list(_boxes(text_page))
    return tuple(
        tidied("\n".join(_rows([_shown(text, box, rotation) for text, box in boxes if _holds(rect, box)])))
        for rect in rects
    )


def _boxes(text_page: Any) -> Iterator[tuple[str, Rect]]:
    """Each sign with the box of its advance and of its font's height, not of its ink: a 1 is as wide as a 0."""
    box = pdfium.FS_RECTF()
    for index in range(min(pdfium.FPDFText_CountChars(text_page), _CHARS_MAX)):
        sign = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        if not sign.isspace() and pdfium.FPDFText_GetLooseCharBox(text_page, index, box):
            yield sign, (box.left, box.bottom, box.right, box.top)


def _holds(rect: Rect, box: Rect) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return rect[0] <= x <= rect[2] and rect[1] <= y <= rect[3]


def _shown(text: str, box: Rect, rotation: int) -> _Sign:
    left, bottom, right, top = box
    if rotation == 90:
        return _Sign(text, bottom, top, (left + right) / 2, right - left)
    return _Sign(text, -top, -bottom, -(left + right) / 2, right - left)


def _rows(signs: Sequence[_Sign]) -> Iterator[str]:
    """Signs whose middles lie within one another's height stand on one row."""
    rows: list[list[_Sign]] = []
    for sign in sorted(signs, key=lambda one: one.row):
        if rows and abs(sign.row - rows[-1][0].row) < 0.6 * max(one.height for one in rows[-1]):
            rows[-1].append(sign)
        else:
            rows.append([sign])
    return map(_joined, rows)


def _joined(row: Sequence[_Sign]) -> str:
    ordered = sorted(row, key=lambda one: one.begins)
    height = max(one.height for one in ordered)
    text = ordered[0].text
    for before, sign in pairwise(ordered):
        text += f" {sign.text}" if sign.begins - before.ends > _BLANK * height else sign.text
    return text
