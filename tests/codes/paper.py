"""Codes on paper: a page with one, as pixels, and what a reader makes of them."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pypdfium2
import zxingcpp
from numpy.typing import NDArray

from layouts.codes.draw import image_mask, module_mm_on_grid
from layouts.codes.encode import QUIET_MODULES
from layouts.codes.symbol import Symbol
from layouts.geometry import pt

Grey = NDArray[np.uint8]


def page(content: str, width_pt: float, height_pt: float) -> bytes:
    """A PDF of one page with nothing but this content."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(width_pt, height_pt))
    pdf.pages[0].Contents = pdf.make_stream(content.encode("ascii"))
    sink = io.BytesIO()
    pdf.save(sink)
    return sink.getvalue()


def pixels(pdf: bytes, dpi: int) -> Grey:
    """The first page in grey."""
    with pypdfium2.PdfDocument(pdf) as document:
        bitmap = document[0].render(scale=dpi / 72, grayscale=True)
        return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)


def page_of_code(name: str, symbol: Symbol, module_mm: float = 0.0, height_mm: float = 12.0) -> bytes:
    """A page that is a code with its quiet zone; by default with modules of four dots at 300 dpi."""
    quiet = QUIET_MODULES[name]
    module_pt = pt(module_mm or module_mm_on_grid(4.01 * 25.4 / 300, 1, 300))
    height_pt = pt(height_mm) if symbol.rows == 1 else symbol.rows * module_pt
    width_pt = symbol.columns * module_pt
    content = image_mask(
        symbol,
        left_pt=quiet.left * module_pt,
        bottom_pt=quiet.below * module_pt,
        width_pt=width_pt,
        height_pt=height_pt,
    )
    return page(
        content,
        width_pt + (quiet.left + quiet.right) * module_pt,
        height_pt + (quiet.above + quiet.below) * module_pt,
    )


def read(picture: Grey) -> list[zxingcpp.Barcode]:
    """What stands on a picture, with a margin as a table under the paper would make."""
    margin = np.pad(picture, 20, constant_values=255)
    return list(zxingcpp.read_barcodes(margin, try_invert=False, text_mode=zxingcpp.TextMode.Plain))


def enlarged(symbol: Symbol, quiet: int, by: int = 3) -> Grey:
    """A symbol in pixels without any paper between."""
    light = ~np.pad(symbol.modules, quiet)
    return np.kron(light, np.ones((by, by), np.bool_)).astype(np.uint8) * np.uint8(255)
