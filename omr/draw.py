"""Marks and codes as PDF page content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from omr.code import CodeTemplate
from omr.encode import encode
from omr.errors import OmrError
from omr.markset import MarkSet
from omr.model import Side
from omr.place import Box, CodePlace
from omr.sheet import SheetId, SheetOrders
from omr.symbol import symbol_bits

_PT_PER_MM = 72 / 25.4
_END_OF_CODE = b">\nEI\nQ\n"


def mark_rects(mark_set: MarkSet, orders: SheetOrders) -> list[Box]:
    """The printed marks of one sheet as boxes in mm from the top-left corner, in the order of their positions.

    The sheet is of the set's own paper: take `mark_set.on(width_mm, height_mm)` for another.
    """
    positions = encode(mark_set, orders).positions
    return [mark_set.column.mark(position) for position, printed in enumerate(positions) if printed]


def draw_marks(
    mark_set: MarkSet,
    orders: SheetOrders,
    sheet_id: SheetId,
    page_width_mm: float,
    page_height_mm: float,
    *,
    side: Side = Side.FRONT,
) -> bytes:
    """The marks and the codes of one sheet as a content stream fragment, not compressed.

    It is drawn in the page's default coordinates (72 per inch, origin at the lower left), saves and restores the
    graphics state, and needs no resources: marks are filled rectangles and codes inline 1-bit image masks, all in
    DeviceGray black. Raises OmrError E5101 (an order without a mark), E5102 (orders and identity disagree), E5202
    and E5203 (code content), E5204 (the strip or a code does not fit the page), E5206 (the page is the front, and the
    set's marks stand on the back, or the other way round).
    """
    if (orders.sheet, orders.of) != (sheet_id.sheet, sheet_id.of):
        raise OmrError(
            "E5102",
            f"the marks would say sheet {orders.sheet} of {orders.of}, the code {sheet_id.sheet} of {sheet_id.of}",
            place=f"piece {sheet_id.piece}",
            remedy="Report this as a fault of the program; nothing was printed.",
        )
    paper = _paper(mark_set, page_width_mm, page_height_mm)
    if side is not mark_set.side:
        raise OmrError(
            "E5206",
            f"the marks of {mark_set.name} stand on the {mark_set.side.value} of the sheet, not on its {side.value}",
            place=f"mark set {mark_set.name}: side",
            remedy="Draw them on the other side, or choose a mark set for this side.",
        )
    parts = [_mark_stream(paper, encode(mark_set, orders).positions)]
    place = mark_set.fed(orders.sheet, orders.of)
    for code in paper.codes[place == 1, place == orders.of]:
        # In an image mask a 0 bit paints and a 1 bit does not, as 0 is dark in the symbol. Hexadecimal, because raw
        # bits could contain the operator that ends an inline image.
        bits = symbol_bits(code.place, code.template.format(sheet_id, orders)).hex().encode()
        parts += (code.head, bits, _END_OF_CODE)
    parts.append(b"Q\n")
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _CodeHead:
    """A code with the operators before its bits."""

    place: CodePlace
    template: CodeTemplate
    head: bytes


@dataclass(frozen=True, slots=True, eq=False)
class _Paper:
    """What is the same on every sheet: the operators of each position, and the codes by (first sheet, last sheet)."""

    rects: tuple[bytes, ...]
    codes: dict[tuple[bool, bool], tuple[_CodeHead, ...]]


@lru_cache(maxsize=64)
def _paper(mark_set: MarkSet, page_width_mm: float, page_height_mm: float) -> _Paper:
    mark_set = mark_set.on(page_width_mm, page_height_mm)
    page = Box(0, 0, page_width_mm, page_height_mm)
    for name, box in (("strip", mark_set.strip), *((f"code {code.name}", code.box) for code in mark_set.codes)):
        if not page.holds(box):
            raise OmrError(
                "E5204",
                f"a page of {page_width_mm:g} × {page_height_mm:g} mm does not hold the {name} of {mark_set.name}",
                place=f"mark set {mark_set.name}: {name}",
                remedy="Choose a mark set for this paper.",
            )
    positions = range(len(mark_set.marks))
    rects = tuple(_points(mark_set.column.mark(position), page_height_mm) + b" re\n" for position in positions)
    heads = [_CodeHead(code, code.template, _code_head(code, page_height_mm)) for code in mark_set.codes]
    ends = [(first, last) for first in (False, True) for last in (False, True)]
    codes = {
        (first, last): tuple(head for head in heads if head.place.sheets.holds(first=first, last=last))
        for first, last in ends
    }
    return _Paper(rects, codes)


def _code_head(code: CodePlace, page_height_mm: float) -> bytes:
    """The operators before a code's bits: the unit square of its image laid on its box, and the size in modules."""
    x, y, w, h = _points(code.box, page_height_mm).split()
    if code.upright:
        # Turned a quarter to the left: the image's left end is at the foot of the box.
        right = _points(Box(code.box.right, code.box.y, 0, code.box.h), page_height_mm).split()[0]
        matrix = b"0 %b -%b 0 %b %b" % (h, w, right, y)
    else:
        matrix = b"%b 0 0 %b %b %b" % (w, h, x, y)
    rows = 1 if code.height_mm else code.modules
    return b"q\n%b cm\nBI\n/W %d\n/H %d\n/IM true\n/F /AHx\nID " % (matrix, code.modules, rows)


@lru_cache(maxsize=4096)
def _mark_stream(paper: _Paper, positions: tuple[bool, ...]) -> bytes:
    rects = [rect for rect, printed in zip(paper.rects, positions, strict=True) if printed]
    return b"q\n0 g\n" + b"".join(rects) + (b"f\n" if rects else b"")


def _points(box: Box, page_height_mm: float) -> bytes:
    """ "x y width height" in points from the lower left; thousandths of a point are below any printer's dot."""
    corner = (box.x, page_height_mm - box.bottom, box.w, box.h)
    return b" ".join(f"{mm * _PT_PER_MM:.3f}".encode() for mm in corner)
