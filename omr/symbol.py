"""DataMatrix symbols of a fixed size, as modules."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from omr.datamatrix import bits_of
from omr.errors import OmrError

# Square ECC 200 sizes (ISO/IEC 16022, table 7): modules a side → the encoder's version number.
SIZES: Mapping[int, int] = {
    modules: version
    for version, modules in enumerate((10, 12, 14, 16, 18, 20, 22, 24, 26, 32, 36, 40, 44, 48, 52), start=1)
}


def matrix_code(text: str, modules: int) -> NDArray[np.uint8]:
    """The symbol of `text` as `modules` × `modules` values, 0 for a dark and 255 for a light module, no quiet zone.

    Raises OmrError E5203 for too long a text.
    """
    rows = np.frombuffer(matrix_bits(text, modules), np.uint8).reshape(modules, -1)
    return np.unpackbits(rows, axis=1, count=modules) * np.uint8(255)


def matrix_bits(text: str, modules: int) -> bytes:
    """The same with one bit a module, each row padded to whole bytes.

    The size is forced, so that every sheet's code covers the same paper. Raises OmrError E5203 for too long a text.
    """
    bits = bits_of(text, modules)
    if bits is not None:
        return bits
    try:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, version=SIZES[modules])
    except ValueError as error:
        raise OmrError(
            "E5203",
            f"the code's text {text!r} does not fit a DataMatrix of {modules} × {modules} modules",
            remedy="Choose more modules or a shorter template in the mark set.",
        ) from error
    return np.packbits(np.asarray(barcode.to_image(add_quiet_zones=False)), axis=1).tobytes()
