"""Marks and code as PDF page content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from omr.encode import encode
from omr.errors import OmrError
from omr.markset import MarkSet
from omr.place import Box
from omr.sheet import SheetId, SheetOrders
from omr.symbol import matrix_bits

_PT_PER_MM = 72 / 25.4


def mark_rects(mark_set: MarkSet, orders: SheetOrders) -> list[Box]:
    """The printed marks of one sheet as boxes in mm from the top-left corner, in the order of their positions."""
    positions = encode(mark_set, orders).positions
    return [mark_set.column.mark(position) for position, printed in enumerate(positions) if printed]


def draw_marks(
    mark_set: MarkSet, orders: SheetOrders, sheet_id: SheetId, page_width_mm: float, page_height_mm: float
) -> bytes:
    """The marks and the code of one sheet as a content stream fragment, not compressed.

    It is drawn in the page's default coordinates (72 per inch, origin at the lower left), saves and restores the
    graphics state, and needs no resources: marks are filled rectangles and the code an inline 1-bit image mask, all
    in DeviceGray black. Raises OmrError E5101 (an order without a mark), E5102 (orders and identity disagree), E5202
    and E5203 (code content), E5204 (the strip does not fit the page).
    """
    if (orders.sheet, orders.of) != (sheet_id.sheet, sheet_id.of):
        raise OmrError(
            "E5102",
            f"the marks would say sheet {orders.sheet} of {orders.of}, the code {sheet_id.sheet} of {sheet_id.of}",
            place=f"piece {sheet_id.piece}",
            remedy="Report this as a fault of the program; nothing was printed.",
        )
    paper = _paper(mark_set, page_width_mm, page_height_mm)
    code = mark_set.code
    # In an image mask a 0 bit paints and a 1 bit does not, as 0 is dark in the symbol. Hexadecimal, because raw bits
    # could contain the operator that ends an inline image.
    bits = matrix_bits(code.template.format(sheet_id), code.modules).hex().encode()
    return b"".join((_mark_stream(paper, encode(mark_set, orders).positions), paper.code_head, bits, b">\nEI\nQ\nQ\n"))


@dataclass(frozen=True, slots=True)
class _Paper:
    """What is the same on every sheet: the operators of each position and those before the code's bits."""

    rects: tuple[bytes, ...]
    code_head: bytes


@lru_cache(maxsize=64)
def _paper(mark_set: MarkSet, page_width_mm: float, page_height_mm: float) -> _Paper:
    if not Box(0, 0, page_width_mm, page_height_mm).holds(mark_set.strip):
        raise OmrError(
            "E5204",
            f"a page of {page_width_mm:g} × {page_height_mm:g} mm does not hold the strip of {mark_set.name}",
            place=f"mark set {mark_set.name}: strip",
            remedy="Choose a mark set for this paper.",
        )
    positions = range(len(mark_set.marks))
    rects = tuple(_points(mark_set.column.mark(position), page_height_mm) + b" re\n" for position in positions)
    code = mark_set.code
    x, y, w, h = _points(code.box, page_height_mm).split()
    size = str(code.modules).encode()
    head = b"q\n%b 0 0 %b %b %b cm\n" % (w, h, x, y) + b"BI\n/W %b\n/H %b\n/IM true\n/F /AHx\nID " % (size, size)
    return _Paper(rects, head)


@lru_cache(maxsize=4096)
def _mark_stream(paper: _Paper, positions: tuple[bool, ...]) -> bytes:
    rects = [rect for rect, printed in zip(paper.rects, positions, strict=True) if printed]
    return b"q\n0 g\n" + b"".join(rects) + (b"f\n" if rects else b"")


def _points(box: Box, page_height_mm: float) -> bytes:
    """ "x y width height" in points from the lower left; thousandths of a point are below any printer's dot."""
    corner = (box.x, page_height_mm - box.bottom, box.w, box.h)
    return b" ".join(f"{mm * _PT_PER_MM:.3f}".encode() for mm in corner)
