"""QR codes (ISO/IEC 18004, model 2), made fast enough for one on every page."""

from __future__ import annotations

from typing import Final

import numpy as np

from layouts.codes.qrframe import Frame, frame
from layouts.codes.qrpenalty import penalty
from layouts.codes.qrsegments import codewords, fitted
from layouts.codes.reedsolomon import correction
from layouts.codes.symbol import Symbol
from layouts.errors import LayoutError

ENCODINGS: Final = ("iso-8859-1", "utf-8")


def qr(
    text: str,
    *,
    level: str = "M",
    encoding: str | None = None,
    mask: int | None = None,
    bytes_only: bool = False,
    least_version: int = 1,
    most_version: int = 40,
) -> Symbol:
    """The smallest QR code of a text.

    `level` is the error correction: L, M, Q or H. Characters are written in `encoding`, "iso-8859-1" or "utf-8", by
    default the former where it has them all; no ECI says which, since many payment apps read no code that has one, and
    readers tell the two apart. Digits and capitals are packed where that makes a smaller code, unless `bytes_only`.
    `mask` is one of 0 to 7; by default the one with the least penalty.

    Raises LayoutError E4060 for a character that the encoding lacks, or no text at all; E4061 for too much text; E4062
    for versions that contradict each other.
    """
    payload = _payload(text, encoding)
    if least_version > most_version:
        raise LayoutError(
            "E4062",
            f"a QR code of at least version {least_version} and at most version {most_version} can't be",
            remedy="correct 'least_version' or 'most_version'",
        )
    version, segments = fitted(payload, level, least_version, bytes_only=bytes_only)
    if version > most_version:
        raise LayoutError(
            "E4061",
            f"{len(payload)} bytes at level {level} are too much for a QR code of version {most_version}",
            remedy="shorten the text, choose a lower level or allow a larger code",
        )
    common = frame(version, level)
    matrix = _matrix(common, codewords(segments, version, common.data_codewords))
    if mask is None:
        masked = [matrix ^ pattern for pattern in common.patterns]
        points = [penalty(candidate, common.side, common.row_bytes * 8) for candidate in masked]
        return _symbol(common, masked[points.index(min(points))])
    return _symbol(common, matrix ^ common.patterns[mask])


def _payload(text: str, encoding: str | None) -> bytes:
    if not text:
        raise LayoutError("E4060", "a QR code needs a text", remedy="give it one, or leave the code out")
    if encoding is None:
        encoding = "iso-8859-1" if max(text) <= "\xff" else "utf-8"
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise LayoutError(
            "E4060",
            f"{text[error.start]!r}, character {error.start + 1} of the text, can't be written in {encoding}",
            remedy="change the text or the encoding",
        ) from error


def _matrix(common: Frame, data: bytes) -> int:
    """The data with their correction, each bit in its place."""
    count = common.correction_codewords
    parts = [correction(rows, data[span], count) for span, rows in common.blocks]
    bits = np.unpackbits(np.frombuffer(b"".join((data, *parts, b"\0")), np.uint8))
    return int.from_bytes(np.packbits(bits.take(common.order, mode="clip")).tobytes())


def _symbol(common: Frame, matrix: int) -> Symbol:
    bits = matrix.to_bytes(common.side * common.row_bytes)
    row_bytes = (common.side + 7) // 8
    if row_bytes < common.row_bytes:
        rows = np.frombuffer(bits, np.uint8).reshape(common.side, common.row_bytes)
        bits = rows[:, :row_bytes].tobytes()
    return Symbol(common.side, common.side, bits)
