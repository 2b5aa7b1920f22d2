"""What all QR codes of one version and level have in common, worked out once: fixed patterns, masks, places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from layouts.codes.qrfigures import LEVEL_BITS, alignment_centres, correction_codewords, data_blocks, side_of
from layouts.codes.reedsolomon import Rows, correction_rows, spans
from layouts.codes.symbol import Modules

Places = NDArray[np.intp]

_MASKS: Final[tuple[Callable[[Places, Places], Places], ...]] = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2 + 0 * x,
    lambda y, x: x % 3 + 0 * y,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
"""Table 10: a mask turns the modules over for which its expression is 0."""
MASKS: Final = range(len(_MASKS))

LEAST_MARGIN: Final = 4
"""Light columns that the rows of a frame have at their right, at least: as many as the penalty rules look at."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One version and level.

    A matrix is handled as one row of bits after another, `row_bytes` bytes each, with light columns at the right.
    """

    side: int
    row_bytes: int
    data_codewords: int
    blocks: tuple[tuple[slice, Rows], ...]
    """Each block's place among the data codewords, and its rows of correction."""
    correction_codewords: int
    """In each block."""
    order: Places
    """For each bit of the matrix, the bit it shows of: data, then correction block by block, then one byte of zeros."""
    patterns: tuple[int, ...]
    """For each mask: fixed patterns, format and the mask itself as one number, to combine the data with (XOR)."""


@cache
def frame(version: int, level: str) -> Frame:
    """The frame of a version (1 to 40) and a level (L, M, Q, H)."""
    side = side_of(version)
    row_bytes = (side + LEAST_MARGIN + 7) // 8
    lengths, count = data_blocks(version, level), correction_codewords(version, level)
    fixed, taken = _fixed(version)
    return Frame(
        side=side,
        row_bytes=row_bytes,
        data_codewords=sum(lengths),
        blocks=tuple(
            (span, correction_rows(count, length)) for span, length in zip(spans(lengths), lengths, strict=True)
        ),
        correction_codewords=count,
        order=_order(taken, _interleaved(lengths, count), row_bytes),
        patterns=tuple(_pattern(fixed, taken, level, mask, row_bytes) for mask in MASKS),
    )


def _fixed(version: int) -> tuple[Modules, Modules]:
    """The fixed patterns with the version, dark as True; and which modules they and the format take."""
    side = side_of(version)
    dark, taken = np.zeros((2, side, side), np.bool_)
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        # With the separator, and with the format beside it.
        taken[max(top - 1, 0) : top + 9, max(left - 1, 0) : left + 9] = True
        dark[top : top + 7, left : left + 7] = _rings(3, light=2)
    dark[6, 8 : side - 8 : 2] = dark[8 : side - 8 : 2, 6] = True
    taken[6] = taken[:, 6] = True
    centres = alignment_centres(version)
    for y in centres:
        for x in centres:
            if (y, x) not in ((6, 6), (6, centres[-1]), (centres[-1], 6)):
                place = slice(y - 2, y + 3), slice(x - 2, x + 3)
                dark[place], taken[place] = _rings(2, light=1), True
    dark[side - 8, 8] = True
    if version >= 7:
        # 18 bits, the least first, along the three rows, or columns, beside a finder.
        bits = _bits_from_least(_with_check(version, 0x1F25, 12), 18).reshape(6, 3)
        dark[:6, side - 11 : side - 8], dark[side - 11 : side - 8, :6] = bits, bits.T
        taken[:6, side - 11 : side - 8] = taken[side - 11 : side - 8, :6] = True
    return dark, taken


def _rings(radius: int, light: int) -> Modules:
    """A square of 2 · radius + 1 modules, dark but for the ring at the distance `light` from its centre."""
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray(np.maximum(abs(y), abs(x)) != light, np.bool_)


def _with_check(value: int, divisor: int, check_bits: int) -> int:
    """A value with the remainder of its division as check bits (annexes C and D)."""
    rest = value << check_bits
    for place in reversed(range(rest.bit_length() - check_bits)):
        if rest >> place + check_bits & 1:
            rest ^= divisor << place
    return value << check_bits | rest


def _bits_from_least(value: int, count: int) -> Modules:
    return np.array([value >> place & 1 for place in range(count)], np.bool_)


def _pattern(fixed: Modules, taken: Modules, level: str, mask: int, row_bytes: int) -> int:
    """One mask's part of a frame, as a number."""
    side = len(fixed)
    y, x = np.ogrid[:side, :side]
    dark = np.where(taken, fixed, _MASKS[mask](y, x) == 0)
    bits = _bits_from_least(_with_check(LEVEL_BITS[level] << 3 | mask, 0x537, 10) ^ 0x5412, 15)
    # The least bits run from the top right leftwards and down the left; the others are their continuation (7.9).
    dark[[0, 1, 2, 3, 4, 5, 7, 8], 8] = dark[8, side - 1 : side - 9 : -1] = bits[:8]
    dark[8, [7, 5, 4, 3, 2, 1, 0]] = dark[side - 7 :, 8] = bits[8:]
    wide = np.zeros((side, row_bytes * 8), np.bool_)
    wide[:, :side] = dark
    return int.from_bytes(np.packbits(wide).tobytes())


def _interleaved(lengths: tuple[int, ...], count: int) -> Places:
    """The codewords in the order of the symbol: the first of each block, the second of each block, and so on."""
    data, total = spans(lengths), sum(lengths)
    indexes = [span.start + turn for turn in range(max(lengths)) for span in data if turn < span.stop - span.start]
    indexes += [total + block * count + turn for turn in range(count) for block in range(len(lengths))]
    return np.array(indexes, np.intp)


def _order(taken: Modules, codewords: Places, row_bytes: int) -> Places:
    """Where each bit of the matrix comes from; what shows no codeword comes from the zeros behind them."""
    side = len(taken)
    nothing = len(codewords) * 8
    order = np.full((side, row_bytes * 8), nothing, np.intp)
    y, x = _path(side)
    free = ~taken[y, x]
    y, x = y[free][:nothing], x[free][:nothing]
    order[y, x] = (codewords[:, None] * 8 + np.arange(8)).ravel()
    return order.ravel()


def _path(side: int) -> tuple[Places, Places]:
    """Rows and columns in the order in which codewords are laid: in pairs of columns from the right, up, down, up."""
    upwards = np.repeat(np.arange(side - 1, -1, -1), 2)
    # The timing pattern's column 6 belongs to no pair.
    rights = [right if right > 6 else right - 1 for right in range(side - 1, 0, -2)]
    y = np.concatenate([upwards if turn % 2 == 0 else upwards[::-1] for turn in range(len(rights))])
    x = np.concatenate([np.tile([right, right - 1], side) for right in rights])
    return y, x
