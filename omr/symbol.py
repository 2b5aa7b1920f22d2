"""Symbols of a fixed size as modules: DataMatrix, QR Code, Code 128, Code 39 and Interleaved 2 of 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from omr.code import CodeTemplate
from omr.datamatrix import bits_of
from omr.errors import OmrError
from omr.place import CodePlace

# Square ECC 200 sizes (ISO/IEC 16022, table 7): modules a side → the encoder's version number.
SIZES: Mapping[int, int] = {
    modules: version
    for version, modules in enumerate((10, 12, 14, 16, 18, 20, 22, 24, 26, 32, 36, 40, 44, 48, 52), start=1)
}
# ISO/IEC 18004: version 1 has 21 modules a side, each further one four more. Larger ones hold nothing a sheet needs.
QR_SIZES: Mapping[int, int] = {17 + 4 * version: version for version in range(1, 16)}


@dataclass(frozen=True, slots=True)
class Symbology:
    """A kind of code.

    name            as mark sets and readings call it.
    sizes           modules a side → version, of a matrix code; empty for bars.
    least_quiet     modules of blank paper that its standard asks for on each side.
    widest          a letter of the text that makes the longest bars.
    """

    name: str
    format: zxingcpp.BarcodeFormat
    title: str
    least_quiet: int
    sizes: Mapping[int, int] | None = None
    widest: str = "A"

    @property
    def is_matrix(self) -> bool:
        """True for squares, false for bars."""
        return self.sizes is not None


SYMBOLOGIES: Final[Mapping[str, Symbology]] = {
    symbology.name: symbology
    for symbology in (
        # ISO/IEC 16022 asks for one module, 18004 for four, 15417, 16388 and 16390 for ten.
        Symbology("DataMatrix", zxingcpp.BarcodeFormat.DataMatrix, "DataMatrix", 1, SIZES),
        Symbology("QRCode", zxingcpp.BarcodeFormat.QRCode, "QR Code", 4, QR_SIZES),
        Symbology("Code128", zxingcpp.BarcodeFormat.Code128, "Code 128", 10),
        Symbology("Code39", zxingcpp.BarcodeFormat.Code39, "Code 39", 10),
        Symbology("ITF", zxingcpp.BarcodeFormat.ITF, "Interleaved 2 of 5", 10, widest="1"),
    )
}
"""The five that inserters read. A reading names a code by the same words."""


def bars_modules(symbology: Symbology, template: CodeTemplate) -> int:
    """The modules of the longest bars that a template can make. Raises OmrError E5203 for text that it can't hold.

    Code 128 makes pairs of digits shorter, so text without digits is its longest.
    """
    return _bars(symbology, template.sample(symbology.widest)).size


def symbol_bits(code: CodePlace, text: str) -> bytes:
    """The symbol of a text, one bit a module, each row padded to whole bytes; 0 is dark.

    A matrix code has `code.modules` rows of as many; bars have one row, light behind a symbol that is shorter than
    the longest. Raises OmrError E5203 for a text that the symbol does not hold.
    """
    if code.symbology == "DataMatrix":
        return matrix_bits(text, code.modules)
    symbology = SYMBOLOGIES[code.symbology]
    if symbology.sizes is not None:
        level = code.correction
        return _packed(_modules(symbology, text, code.modules, version=symbology.sizes[code.modules], ec_level=level))
    bars = _bars(symbology, text)
    if bars.size > code.modules:
        raise _too_long(symbology.title, text, f"{code.modules} modules")
    row = np.full(code.modules, 255, np.uint8)
    row[: bars.size] = bars
    return _packed(row[np.newaxis])


def matrix_code(text: str, modules: int) -> NDArray[np.uint8]:
    """The DataMatrix of `text` as `modules` × `modules` values, 0 for a dark and 255 for a light module, no quiet zone.

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
    return _packed(_modules(SYMBOLOGIES["DataMatrix"], text, modules, version=SIZES[modules]))


def _bars(symbology: Symbology, text: str) -> NDArray[np.uint8]:
    # The encoder would change what it can't hold: small letters to capitals, an odd number of digits to an even one.
    changed = text != text.upper() if symbology.name == "Code39" else symbology.name == "ITF" and len(text) % 2
    if changed:
        raise _too_long(symbology.title, text, "its characters" if symbology.name == "Code39" else "pairs of digits")
    row: NDArray[np.uint8] = _modules(symbology, text, 0)[0]
    return row


def _modules(symbology: Symbology, text: str, modules: int, **options: int | str) -> NDArray[np.uint8]:
    try:
        barcode = zxingcpp.create_barcode(text, symbology.format, **options)
    except ValueError as error:
        what = f"{modules} × {modules} modules" if modules else "its characters"
        raise _too_long(symbology.title, text, what) from error
    return np.asarray(barcode.to_image(add_quiet_zones=False))


def _packed(modules: NDArray[np.uint8]) -> bytes:
    return np.packbits(modules, axis=1).tobytes()


def _too_long(title: str, text: str, what: str) -> OmrError:
    return OmrError(
        "E5203",
        f"the code's text {text!r} does not fit a {title} of {what}",
        remedy="Choose more modules, a shorter template or another symbology in the mark set.",
    )
