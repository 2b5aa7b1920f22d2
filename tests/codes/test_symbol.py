"""Symbols: bits and modules say the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.codes.symbol import Symbol

GRIDS = st.integers(1, 40).flatmap(
    lambda columns: st.lists(st.lists(st.booleans(), min_size=columns, max_size=columns), min_size=1, max_size=9)
)


@given(GRIDS)
def test_a_symbol_gives_back_the_modules_it_was_made_of(grid: list[list[bool]]) -> None:
    symbol = Symbol.from_modules(np.array(grid))
    assert symbol.modules.tolist() == grid
    assert (symbol.columns, symbol.rows) == (len(grid[0]), len(grid))
    assert Symbol(symbol.columns, symbol.rows, symbol.bits) == symbol


def test_rows_are_padded_to_bytes_with_the_leftmost_module_first() -> None:
    assert Symbol.from_modules(np.array([[1] + [0] * 8, [0] * 8 + [1]], bool)).bits == bytes([0x80, 0, 0, 0x80])


def test_one_row_may_come_without_its_second_dimension() -> None:
    assert Symbol.from_modules(np.array([True, False, True])) == Symbol(3, 1, b"\xa0")


@pytest.mark.parametrize(("columns", "rows", "bits"), [(9, 1, b"\0"), (8, 2, b"\0"), (0, 1, b""), (1, 0, b"")])
def test_bits_that_are_not_so_many_rows_are_refused(columns: int, rows: int, bits: bytes) -> None:
    with pytest.raises(ValueError, match=f"{len(bits)} bytes are not {rows} rows of {columns} modules"):
        Symbol(columns, rows, bits)
