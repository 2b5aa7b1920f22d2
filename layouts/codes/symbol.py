"""A code as its modules: the smallest bars, spaces and squares it is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code without its quiet zone, one bit a module.

    `bits` holds the rows from the top, each padded with zeros to whole bytes, the leftmost module in the most
    significant bit; 1 is dark. A code of bars has one row, which is drawn as high as the bars are to be. A 4-state code
    has as many equal rows as its bars need to be drawn in proportion: those of the ascender, the tracker and the
    descender, one under the other (`layouts.codes.fourstate.FOUR_STATE` says how many of each).
    """

    columns: int
    rows: int
    bits: bytes

    def __post_init__(self) -> None:
        if self.columns < 1 or self.rows < 1 or len(self.bits) != self.rows * self.row_bytes:
            raise ValueError(f"{len(self.bits)} bytes are not {self.rows} rows of {self.columns} modules")

    @property
    def row_bytes(self) -> int:
        """Bytes a row takes."""
        return (self.columns + 7) // 8

    @property
    def modules(self) -> Modules:
        """The modules as an array (rows, columns), True for dark."""
        packed = np.frombuffer(self.bits, np.uint8).reshape(self.rows, self.row_bytes)
        return np.unpackbits(packed, axis=1, count=self.columns).astype(np.bool_)

    @classmethod
    def from_modules(cls, modules: Modules) -> Symbol:
        """The symbol of an array (rows, columns), or of one row (columns,), True for dark."""
        dark = np.atleast_2d(np.asarray(modules, np.bool_))
        return cls(dark.shape[1], dark.shape[0], np.packbits(dark, axis=1).tobytes())
