"""The page tree, walked without recursion and without trust: every page's box, or what is wrong with the tree."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pikepdf

from mailroom.domain.errors import InputRefused
from mailroom.intake.guard.pdf_inspection import PdfLimits

_MM_PER_UNIT = 25.4 / 72
_TREE = "page tree"
_EXPORT_AGAIN = "Have the sender export it again."
_INHERITED = ("/MediaBox", "/CropBox", "/Rotate")


class PageBox(NamedTuple):
    """The visible box of a page, rounded to 0.01 mm, and its rotation in degrees."""

    width_mm: float
    height_mm: float
    rotate: int


_Inherited = tuple[Any, ...]
_Node = tuple[pikepdf.Object, int, _Inherited]


def pages_of(pdf: pikepdf.Pdf, limits: PdfLimits) -> list[PageBox]:
    """The box of every page, in order. Raises InputRefused E1413…E1417."""
    boxes: list[PageBox] = []
    for page, inherited in _leaves(pdf, limits):
        if len(boxes) >= limits.pages:
            fact = f"the PDF has more than {limits.pages:,} pages"
            raise InputRefused("E1414", fact, place=_TREE, remedy="Split the delivery into smaller files.")
        boxes.append(_box(page, inherited, f"page {len(boxes) + 1}", limits))
    if not boxes:
        raise InputRefused("E1413", "the PDF has no pages", place=_TREE, remedy=_EXPORT_AGAIN)
    return boxes


def _leaves(pdf: pikepdf.Pdf, limits: PdfLimits) -> Iterator[tuple[pikepdf.Object, _Inherited]]:
    root = pdf.trailer.get("/Root")
    if not isinstance(root, pikepdf.Dictionary):
        raise _tree_error("the PDF has no catalog")
    top = root.get("/Pages")
    if not isinstance(top, pikepdf.Dictionary):
        raise _tree_error("the PDF has no page tree")
    stack: list[_Node] = [(top, 1, (None,) * len(_INHERITED))]
    seen: set[tuple[int, int]] = set()
    while stack:
        node, depth, inherited = stack.pop()
        if not isinstance(node, pikepdf.Dictionary):
            raise _tree_error("an entry of the page tree is no dictionary")
        own = tuple(node.get(key, before) for key, before in zip(_INHERITED, inherited, strict=True))
        if "/Kids" not in node:
            yield node, own
            continue
        if node.objgen in seen and node.objgen[0]:
            raise _tree_error("the page tree leads back to itself")
        seen.add(node.objgen)
        if depth > limits.depth:
            fact = f"the page tree is nested more than {limits.depth} deep"
            raise InputRefused("E1415", fact, place=_TREE, remedy=_EXPORT_AGAIN)
        kids = node["/Kids"]
        if not isinstance(kids, pikepdf.Array) or len(kids) > limits.objects:
            raise _tree_error("the list of pages is no list, or longer than any file")
        stack.extend((kids[index], depth + 1, own) for index in range(len(kids) - 1, -1, -1))


def _box(page: pikepdf.Object, inherited: _Inherited, place: str, limits: PdfLimits) -> PageBox:
    media, crop, rotate = inherited
    if page.get("/Type") not in {None, pikepdf.Name.Page}:
        raise InputRefused("E1417", "an entry of the page tree is no page", place=place, remedy=_EXPORT_AGAIN)
    left, bottom, right, top = _rectangle(media, "MediaBox", place)
    if crop is not None:
        inner = _rectangle(crop, "CropBox", place)
        left, bottom = max(left, inner[0]), max(bottom, inner[1])
        right, top = min(right, inner[2]), min(top, inner[3])
    unit = _number(page.get("/UserUnit", 1))
    turn = _number(0 if rotate is None else rotate)
    if unit is None or unit <= 0 or turn is None or turn % 90:
        raise _size_error("its user unit or rotation is no number of use", place)
    width_mm, height_mm = ((side * unit * _MM_PER_UNIT) for side in (right - left, top - bottom))
    for side_mm in (width_mm, height_mm):
        if not limits.side_min_mm <= side_mm <= limits.side_max_mm:
            fact = f"its size is {width_mm:.6g} × {height_mm:.6g} mm"
            raise _size_error(f"{fact}; a side has {limits.side_min_mm:g} to {limits.side_max_mm:g} mm", place)
    return PageBox(round(width_mm, 2), round(height_mm, 2), int(turn) % 360)


def _rectangle(value: Any, name: str, place: str) -> tuple[float, float, float, float]:
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        raise _size_error(f"its {name} is not four numbers", place)
    numbers = [_number(each) for each in value]
    if None in numbers:
        raise _size_error(f"its {name} is not four numbers", place)
    x0, y0, x1, y1 = (number for number in numbers if number is not None)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _size_error(fact: str, place: str) -> InputRefused:
    return InputRefused("E1416", f"the page can't be printed: {fact}", place=place, remedy=_EXPORT_AGAIN)


def _tree_error(fact: str) -> InputRefused:
    return InputRefused("E1417", fact, place=_TREE, remedy=_EXPORT_AGAIN)
