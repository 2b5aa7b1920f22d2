"""Which mask of a QR code disturbs a reader least: the penalties of ISO/IEC 18004, 7.8.3, on whole matrices at once.

A matrix is one number, as in `layouts.codes.qrframe`: a shift compares each module with its neighbour, and the bits set
are counted at the end. So 64 000 comparisons of a code take some hundred operations on long integers.
"""

from __future__ import annotations

from functools import cache

from layouts.codes.qrframe import LEAST_MARGIN


def penalty(matrix: int, side: int, row_bits: int) -> int:
    """The points of a matrix by the four rules; the mask with the fewest is the best. Beyond the edges it is light."""
    across, down = _neighbours(side, row_bits)
    changes_across = (matrix ^ matrix >> 1) & across
    changes_down = (matrix ^ matrix >> row_bits) & down
    alike_across, alike_down = changes_across ^ across, changes_down ^ down
    blocks = alike_across & alike_across >> row_bits & alike_down
    points = 3 * blocks.bit_count() + _lines(matrix, alike_across, changes_across, 1)
    points += _lines(matrix, alike_down, changes_down, row_bits)
    # Ten points for each whole 5 % that the dark modules are away from half.
    return points + abs(20 * matrix.bit_count() - 10 * side * side) // (side * side) * 10


def _lines(dark: int, alike: int, changes: int, step: int) -> int:
    """Rules 1 and 3 along rows, or columns; `alike` are modules like the one before, `changes` those unlike it.

    Rule 1: three points for five modules alike, and one for each further one. Rule 3: forty points where 1 dark, 1
    light, 3 dark, 1 light, 1 dark occur with four light modules before or behind.
    """
    threes = alike & alike >> step
    fives = threes & threes >> 2 * step
    # A run of n modules has n − 4 fives, all but the first of them behind another: three for that, one for each.
    points = 3 * fives.bit_count() - 2 * (fives & fives >> step).bit_count()
    bars = changes & changes >> step
    found = dark & bars & threes >> 2 * step & bars >> 4 * step
    if found:
        either = dark | dark << step
        four = either | either << 2 * step
        points += 40 * (found & ~(four << step & four >> 10 * step)).bit_count()
    return points


assert LEAST_MARGIN >= 4, "rule 3 looks four modules beyond a row's end"


@cache
def _neighbours(side: int, row_bits: int) -> tuple[int, int]:
    """The modules that have a neighbour at the left, and those that have one above, as bits."""
    row = ((1 << side) - 1) << row_bits - side
    across = down = 0
    for _ in range(side):
        across = across << row_bits | row & row >> 1
    for _ in range(side - 1):
        down = down << row_bits | row
    return across, down
