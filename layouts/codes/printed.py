"""The codes that zxing-cpp encodes: bars, DataMatrix, PDF417, Aztec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import zxingcpp

from layouts.codes.alphabet import CODE39, DIGITS, Alphabet, refused
from layouts.codes.symbol import Symbol

_Format = zxingcpp.BarcodeFormat

DATAMATRIX_SIDES: Final[Mapping[int, int]] = {
    side: version
    for version, side in enumerate(
        (*range(10, 28, 2), *range(32, 56, 4), *range(64, 112, 8), 120, 132, 144),
        start=1,
    )
}
"""Modules along the side of a square symbol (ISO/IEC 16022, table 7) → the number the encoder knows it by."""

_DATAMATRIX: Final = Alphabet("DataMatrix")
_PDF417: Final = Alphabet("PDF417")
_AZTEC: Final = Alphabet("Aztec")
_CODE39: Final = Alphabet("Code 39", CODE39)
_ITF: Final = Alphabet("Interleaved 2 of 5", DIGITS)
_EAN13: Final = Alphabet("EAN-13", DIGITS, (12, 13))
_EAN8: Final = Alphabet("EAN-8", DIGITS, (7, 8))


def datamatrix(text: str, *, shape: str = "square", side: int | None = None) -> Symbol:
    """The smallest DataMatrix (ECC 200) of a text; with `shape` "any", rectangular ones count too.

    `side` sets the size of a square one instead, in modules, so that all codes of a kind cover the same paper.
    """
    if side is None:
        return _drawn(_DATAMATRIX, _Format.DataMatrix, text, {"force_square": shape == "square"})
    sized = Alphabet(f"DataMatrix of {side} × {side} modules")
    return _drawn(sized, _Format.DataMatrix, text, {"version": DATAMATRIX_SIDES[side]})


def code39(text: str) -> Symbol:
    """Code 39 without a check character, wide elements two narrow ones."""
    return _bars(_CODE39, _Format.Code39, text)


def itf(text: str) -> Symbol:
    """Interleaved 2 of 5 without a check digit, wide elements three narrow ones; the number of digits must be even."""
    _ITF.check_pairs(text)
    return _bars(_ITF, _Format.ITF, text)


def ean13(text: str) -> Symbol:
    """EAN-13 of 12 digits, or of 13 with the check digit, which must be right."""
    return _bars(_EAN13, _Format.EAN13, text)


def ean8(text: str) -> Symbol:
    """EAN-8 of 7 digits, or of 8 with the check digit, which must be right."""
    return _bars(_EAN8, _Format.EAN8, text)


def pdf417(text: str, *, columns: int | None = None, level: int | None = None) -> Symbol:
    """PDF417 with rows three modules high; `columns` of data and correction `level` are chosen where not given."""
    wanted: dict[str, object] = {} if columns is None else {"columns": columns}
    if level is not None:
        wanted["ec_level"] = str(level)
    return _drawn(_PDF417, _Format.PDF417, text, wanted)


def aztec(text: str) -> Symbol:
    """The smallest Aztec code of a text with at least 23 % correction."""
    return _drawn(_AZTEC, _Format.Aztec, text, {})


def _bars(alphabet: Alphabet, form: zxingcpp.BarcodeFormat, text: str) -> Symbol:
    """One row: the encoder repeats it, and in EAN lets the guards reach further down below."""
    drawn = _drawn(alphabet, form, text, {})
    return Symbol(drawn.columns, 1, drawn.bits[: drawn.row_bytes])


def _drawn(alphabet: Alphabet, form: zxingcpp.BarcodeFormat, text: str, wanted: Mapping[str, object]) -> Symbol:
    alphabet.check(text)
    try:
        barcode = zxingcpp.create_barcode(text, form, **wanted)
    except ValueError as error:
        raise refused(alphabet.title, text, error) from error
    return Symbol.from_modules(np.asarray(barcode.to_image(scale=1, add_quiet_zones=False)) == 0)
