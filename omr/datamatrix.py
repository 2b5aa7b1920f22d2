"""DataMatrix symbols (ISO/IEC 16022, ECC 200) of one block in the ASCII encodation: a code on every sheet of a run.

All of a symbol is linear in its codewords: the modules that a codeword sets, and what it adds to the correction. So
each codeword's part of the picture is looked up, and a symbol is the sum (XOR) of a few long integers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, reduce
from operator import getitem, xor
from typing import Final

CAPACITY: Final[Mapping[int, tuple[int, int]]] = {
    10: (3, 5),
    12: (5, 7),
    14: (8, 10),
    16: (12, 12),
    18: (18, 14),
    20: (22, 18),
    22: (30, 20),
    24: (36, 24),
    26: (44, 28),
    32: (62, 36),
    36: (86, 42),
    40: (114, 48),
    44: (144, 56),
    48: (174, 68),
}
"""Modules a side → codewords of data and of correction (table 7), for the square symbols of one block."""

_POLYNOMIAL: Final = 0b1_0010_1101
"""x⁸ + x⁵ + x³ + x² + 1 (5.7.1)."""
_PAD: Final = 129
_LARGEST_OF_ONE_REGION: Final = 26
_PIECES: Final = re.compile("[0-9]{2}|.", re.DOTALL)

Place = tuple[int, int]


def bits_of(text: str, modules: int) -> bytes | None:
    """The symbol of an ASCII text, its rows from the top, each padded to whole bytes; a bit of 0 is a dark module.

    None for a text that this encodation has no room for in `modules` × `modules`, one that is not ASCII, and a size
    that is not in `CAPACITY`: there are other encodations.
    """
    if modules not in CAPACITY or not text.isascii():
        return None
    # Two digits are one codeword, any other character one more than its number (table 2).
    data = bytes([int(piece) + 130 if len(piece) == 2 else ord(piece) + 1 for piece in _PIECES.findall(text)])
    padding = _padding(modules, len(data))
    if padding is None:
        return None
    ground, parts = _picture(modules)
    return reduce(xor, map(getitem, parts, data + padding), ground).to_bytes(modules * _row_bytes(modules))


def _row_bytes(modules: int) -> int:
    return (modules + 7) // 8


@cache
def _padding(modules: int, used: int) -> bytes | None:
    """What fills a symbol behind `used` codewords: the first pad is plain, the others vary with their place (5.2.3).

    None when there are more than it holds.
    """
    room = CAPACITY[modules][0] - used
    if room <= 0:
        return b"" if room == 0 else None
    return bytes([_PAD, *((_PAD + 149 * place % 253) % 254 + 1 for place in range(used + 2, used + room + 1))])


# ── the picture ───────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _picture(modules: int) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """The symbol with all data light, and for each data codeword what each of its 256 values turns over."""
    count, correction = CAPACITY[modules]
    regions = 1 if modules <= _LARGEST_OF_ONE_REGION else 2
    region = modules // regions - 2
    row_bits = _row_bytes(modules) * 8
    last = modules * row_bits - 1

    def bit(place: Place) -> int:
        """A module of the mapping matrix (row, column), which leaves the borders of the regions out."""
        row, column = (at + 1 + at // region * 2 for at in place)
        return 1 << last - row * row_bits - column

    words, always_dark = placement(region * regions)
    of_words = [[bit(place) for place in places] for places in words]
    ground = sum(1 << last - row * row_bits - column for row, column in _light_border(modules, modules // regions))
    ground += sum(map(sum, of_words)) + sum(bit(place) for place in always_dark if not always_dark[place])
    parts = []
    for place, remainder in enumerate(_remainders(count, correction)):
        values = [0]
        for power in range(8):
            set_here = [of_words[place][7 - power]]
            for added, word in zip(_scaled(remainder, 1 << power), of_words[count:], strict=True):
                set_here += [one for one, here in zip(word, f"{added:08b}", strict=True) if here == "1"]
            turned = reduce(xor, set_here)
            values += [value ^ turned for value in values]
        parts.append(tuple(values))
    return ground, tuple(parts)


def _light_border(modules: int, side: int) -> Iterator[Place]:
    """The light modules around regions of `side` modules: left and lower edges are dark, the others alternate."""
    for row in range(modules):
        for column in range(modules):
            down, across = row % side, column % side
            if across == 0 or down == side - 1:
                continue
            if (down == 0 and across % 2) or (across == side - 1 and down % 2 == 0 and down):
                yield row, column


def placement(size: int) -> tuple[list[list[Place]], dict[Place, bool]]:
    """Where the codewords stand in a mapping matrix of `size` × `size` (annex F): for each the (row, column) of its
    eight bits, the highest first; and the modules that no codeword has, True where they are dark."""
    taken: dict[Place, bool] = {}
    words: list[list[Place]] = []

    def put(places: Iterator[Place]) -> None:
        words.append([_wrapped(place, size) for place in places])
        taken.update(dict.fromkeys(words[-1], True))

    row, column = 4, 0
    while row < size or column < size:
        for corner, (at_row, at_column, fits) in _CORNERS.items():
            if (row, column) == (size + at_row, at_column) and fits(size):
                put((down % size, across % size) for down, across in corner)
        for step, row_beyond, column_beyond in ((2, 1, 3), (-2, 3, 1)):
            while True:
                inside = 0 <= row < size and 0 <= column < size
                if inside and (row, column) not in taken:
                    put((row + down, column + across) for down, across in _SHAPE)
                row, column = row - step, column + step
                if not (row >= 0 and column < size if step > 0 else row < size and column >= 0):
                    break
            row, column = row + row_beyond, column + column_beyond
    rest = [(row, column) for row in range(size) for column in range(size) if (row, column) not in taken]
    # Where four modules are left over in the lower right corner, two across from each other are dark.
    return words, {(row, column): row == column or row + column == 2 * size - 2 for row, column in rest}


_SHAPE: Final[tuple[Place, ...]] = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
"""A codeword's bits around its last one."""

_CORNERS: Final[Mapping[tuple[Place, ...], tuple[int, int, Callable[[int], bool]]]] = {
    ((-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)): (0, 0, lambda _size: True),
    ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1)): (-2, 0, lambda size: size % 4 > 0),
    ((-3, 0), (-2, 0), (-1, 0), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)): (-2, 0, lambda size: size % 8 == 4),
    ((-1, 0), (-1, -1), (0, -3), (0, -2), (0, -1), (1, -3), (1, -2), (1, -1)): (4, 2, lambda size: size % 8 == 0),
}
"""A codeword's bits where the way turns in a corner, counted from the edges: at which row (from the lower edge) and
column, and in which sizes."""


def _wrapped(place: Place, size: int) -> Place:
    """A module beyond the upper or left edge comes in at the opposite one, shifted."""
    row, column = place
    shift = 4 - (size + 4) % 8
    if row < 0:
        row, column = row + size, column + shift
    if column < 0:
        row, column = row + shift, column + size
    return row, column


# ── correction ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _times(a: int, b: int) -> int:
    """The product in GF(256)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a > 255:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


def _scaled(codewords: bytes, factor: int) -> bytes:
    return bytes(_times(codeword, factor) for codeword in codewords)


def _remainders(count: int, correction: int) -> list[bytes]:
    """For each of `count` data codewords the correction that a 1 there asks for."""
    generator, root = b"\1", 2
    for _ in range(correction):
        shifted, scaled = generator + b"\0", b"\0" + _scaled(generator, root)
        generator, root = bytes(map(xor, shifted, scaled)), _times(root, 2)
    taps = generator[1:]
    remainders = [taps]
    while len(remainders) < count:
        first, rest = remainders[-1][0], remainders[-1][1:] + b"\0"
        remainders.append(bytes(map(xor, rest, _scaled(taps, first))))
    return remainders[::-1]
