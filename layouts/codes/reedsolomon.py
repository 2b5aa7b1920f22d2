"""Reed–Solomon correction over GF(256) with the polynomial of QR codes, by look-up."""

from __future__ import annotations

from functools import cache, reduce
from itertools import pairwise
from operator import getitem, xor
from typing import Final

_POLYNOMIAL: Final = 0b1_0001_1101
"""x⁸ + x⁴ + x³ + x² + 1 (ISO/IEC 18004, 7.5.2)."""


def _products() -> tuple[bytes, ...]:
    """For each factor the products with 0 to 255, as a table for `bytes.translate`."""
    powers = [1]
    while len(powers) < 255:
        double = powers[-1] << 1
        powers.append(double ^ _POLYNOMIAL if double > 255 else double)
    logs = {power: exponent for exponent, power in enumerate(powers)}

    def product(a: int, b: int) -> int:
        return powers[(logs[a] + logs[b]) % 255] if a and b else 0

    return tuple(bytes(product(a, b) for b in range(256)) for a in range(256))


TIMES: Final = _products()
"""TIMES[a][b] is a · b."""


@cache
def generator(count: int) -> bytes:
    """The coefficients below the leading 1 of (x − 1)(x − 2)…(x − 2^(count−1)), the highest power first."""
    coefficients, root = b"\x01", 1
    for _ in range(count):
        scaled = coefficients.translate(TIMES[root])
        coefficients = bytes(map(xor, coefficients + b"\0", b"\0" + scaled))
        root = TIMES[2][root]
    return coefficients[1:]


@cache
def _remainder(count: int, place: int) -> bytes:
    """What a 1, `place` codewords before the last one of the data, leaves: x^(count + place) modulo the generator."""
    if place == 0:
        return generator(count)
    earlier = _remainder(count, place - 1)
    carried = generator(count).translate(TIMES[earlier[0]])
    return bytes(map(xor, earlier[1:] + b"\0", carried))


@cache
def _row(count: int, place: int) -> tuple[int, ...]:
    remainder = _remainder(count, place)
    return tuple(int.from_bytes(remainder.translate(TIMES[byte])) for byte in range(256))


Rows = tuple[tuple[int, ...], ...]


@cache
def correction_rows(count: int, length: int) -> Rows:
    """For each codeword of a block of `length`: what each of its 256 values adds to the `count` correction codewords.

    Correction is linear, so the sum (XOR) over a block is its correction. Blocks of all lengths share their rows; they
    take some 15 KB each, and the largest block of any QR code has 123.
    """
    return tuple(_row(count, place) for place in reversed(range(length)))


def correction(rows: Rows, block: bytes, count: int) -> bytes:
    """The `count` correction codewords of a block, by the rows for its length."""
    return reduce(xor, map(getitem, rows, block)).to_bytes(count)


def spans(lengths: tuple[int, ...]) -> tuple[slice, ...]:
    """Where blocks of these lengths stand in their concatenation."""
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    return tuple(slice(start, end) for start, end in pairwise(ends))
