"""Painting a code on a page."""

from __future__ import annotations

from typing import Final

from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError
from layouts.geometry import number

_INSET_PT: Final = 0.01
_INVERSE: Final = bytes(255 - byte for byte in range(256))


def image_mask(symbol: Symbol, *, left_pt: float, bottom_pt: float, width_pt: float, height_pt: float) -> str:
    """PDF content that paints a symbol black, stretched to a rectangle: an inline mask of one bit a module.

    It leaves the graphics state as it was and needs no resources. A mask paints where its bits are 0, and with no
    `/Interpolate` its edges stay hard. The bits are hex digits, so that no reader of the content can take a byte of
    them for the operator that ends the image; deflated among text, a QR code so takes a tenth more than bare bytes
    would, some 40 bytes, and a fiftieth of the time of base 85.

    It stays a hundredth of a point inside the rectangle: a renderer that paints each dot it touches would otherwise
    paint, for a rounding error, one more along an edge, and stretch the code by it.
    """
    bits = symbol.bits.translate(_INVERSE).hex()
    width, height = number(width_pt - 2 * _INSET_PT), number(height_pt - 2 * _INSET_PT)
    return (
        f"q 0 g {width} 0 0 {height} {number(left_pt + _INSET_PT)} {number(bottom_pt + _INSET_PT)} cm\n"
        f"BI /IM true /W {symbol.columns} /H {symbol.rows} /BPC 1 /F /AHx ID {bits}> EI Q\n"
    )


def on_grid_pt(place_pt: float, dpi: int = 600) -> float:
    """The printer dot's edge that is nearest to a place, measured from the left or lower edge of the page."""
    return round(place_pt / 72 * dpi) * 72 / dpi


def module_mm_on_grid(width_mm: float, columns: int, dpi: int = 600) -> float:
    """The widest module of a whole number of printer dots with which `columns` of them take `width_mm` at most.

    With such modules, and its lower left corner `on_grid_pt`, a code comes out with the same number of dots for each.
    With any other, edges are rounded one by one, and neighbours differ by a dot: at 600 dpi and 0.25 mm, by a sixth.
    Raises LayoutError E4063 where a module would get less than a dot.
    """
    dots = int(width_mm / 25.4 * dpi / columns + 1e-6)
    if dots < 1:
        raise LayoutError(
            "E4063",
            f"{columns} modules have no room in {width_mm:g} mm: a module would be smaller than a dot of {dpi} dpi",
            remedy="give the code more room, or shorten its text",
        )
    return dots * 25.4 / dpi
