"""The figures of ISO/IEC 18004 for QR codes: how many codewords of what a version and level hold."""

from __future__ import annotations

from typing import Final

VERSIONS: Final = range(1, 41)
LEVEL_BITS: Final = {"L": 0b01, "M": 0b00, "Q": 0b11, "H": 0b10}
"""Error correction levels, about 7, 15, 25 and 30 % of the codewords, with their indicator (table 12)."""

# Table 9, versions 1 to 40: correction codewords a block, and number of blocks.
_CORRECTION: Final = {
    "L": (
        *(7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28),
        *(28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    ),
    "M": (
        *(10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26),
        *(26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28),
    ),
    "Q": (
        *(13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30),
        *(28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    ),
    "H": (
        *(17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28),
        *(30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    ),
}
_BLOCKS: Final = {
    "L": (
        *(1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8),
        *(8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25),
    ),
    "M": (
        *(1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16),
        *(17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49),
    ),
    "Q": (
        *(1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20),
        *(23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68),
    ),
    "H": (
        *(1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25),
        *(25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81),
    ),
}


def side_of(version: int) -> int:
    """Modules along one side, without the quiet zone."""
    return 17 + 4 * version


def alignment_centres(version: int) -> tuple[int, ...]:
    """Rows, and likewise columns, on which alignment patterns are centred (annex E); none in version 1.

    They stand evenly from the lower right, in even steps, with what is left over before the second. Version 32 alone
    steps by less than that rule gives.
    """
    if version == 1:
        return ()
    gaps = version // 7 + 1
    step = 26 if version == 32 else -(-(4 * version + 4) // (2 * gaps)) * 2
    last = side_of(version) - 7
    return (6, *(last - step * gap for gap in reversed(range(gaps))))


def codewords(version: int) -> int:
    """Codewords, data and correction together: all modules but those of the function patterns, in whole bytes."""
    side, aligned = side_of(version), len(alignment_centres(version))
    modules = side * side - 3 * 64 - 2 * 15 - 1 - 2 * (side - 16)
    if aligned:
        # Of the grid of alignment patterns, three would fall on finders; those in row or column 6 share five modules
        # with a timing pattern.
        modules -= (aligned * aligned - 3) * 25 - 2 * (aligned - 2) * 5
    if version >= 7:
        modules -= 2 * 18
    return modules // 8


def correction_codewords(version: int, level: str) -> int:
    """Correction codewords of each block."""
    return _CORRECTION[level][version - 1]


def data_blocks(version: int, level: str) -> tuple[int, ...]:
    """Data codewords of each block: the shorter blocks first, the others longer by one."""
    blocks = _BLOCKS[level][version - 1]
    data = codewords(version) - blocks * correction_codewords(version, level)
    least, longer = divmod(data, blocks)
    return (least,) * (blocks - longer) + (least + 1,) * longer


DATA_BITS: Final = {level: tuple(8 * sum(data_blocks(version, level)) for version in VERSIONS) for level in LEVEL_BITS}
"""Level → bits for the segments, versions 1 to 40."""
