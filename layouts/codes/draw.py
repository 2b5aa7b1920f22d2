"""Painting a code on a page."""

from __future__ import annotations

from typing import Final

from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError
from layouts.geometry import number

_INVERSE: Final = bytes(255 - byte for byte in range(256))


def image_mask(symbol: Symbol, *, left_pt: float, bottom_pt: float, width_pt: float, height_pt: float) -> str:
    """PDF content that paints a symbol black, stretched to a rectangle: an inline mask of one bit a module.

    It leaves the graphics state as it was and needs no resources. A mask paints where its bits are 0. They are written
    as hex digits, so that no reader of the content can take a byte of them for the operator that ends the image: after
    deflating, that costs nothing against bare bytes.
    """
    bits = symbol.bits.translate(_INVERSE).hex()
    return (
        f"q 0 g {number(width_pt)} 0 0 {number(height_pt)} {number(left_pt)} {number(bottom_pt)} cm\n"
        f"BI /IM true /W {symbol.columns} /H {symbol.rows} /BPC 1 /F /AHx ID {bits}> EI Q\n"
    )


def module_mm_on_grid(width_mm: float, columns: int, dpi: int = 600) -> float:
    """The widest module of a whole number of printer dots with which `columns` of them take `width_mm` at most.

    With such a module all bars of one width come out with the same number of dots wherever the code stands. With any
    other, the printer rounds each edge by itself, and neighbouring modules differ by a dot: at 600 dpi and 0.25 mm, by
    a sixth. Raises LayoutError E4063 where a module would get less than a dot.
    """
    dots = int(width_mm / 25.4 * dpi / columns + 1e-6)
    if dots < 1:
        raise LayoutError(
            "E4063",
            f"{columns} modules have no room in {width_mm:g} mm: a module would be smaller than a dot of {dpi} dpi",
            remedy="give the code more room, or shorten its text",
        )
    return dots * 25.4 / dpi
