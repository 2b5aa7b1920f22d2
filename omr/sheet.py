"""What a sheet says of itself: its identity (in a code) and its orders to the machine (in marks)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class SheetId:
    """Identity of one sheet: run "R000001", piece "P00000001", copy 1…99, sheet n of m (1-based, m ≤ 999)."""

    run: str
    piece: str
    copy: int
    sheet: int
    of: int


@dataclass(frozen=True, slots=True)
class SheetOrders:
    """What the marks of one sheet must tell the machine.

    sheet, of   1-based place in its collation, and the sheets of that.
    ordinal     1-based place in the print file; the wrap-around sequence counts it.
    selects     insert feeders that add to this piece.
    divert      the finished piece goes to the divert bin on purpose.
    stop        the machine stops after this piece.
    unseal      the envelope of this piece stays open.
    batch       a batch ends with this piece: the machine sets what follows apart.
    piece       1-based place of the piece in the print file, as the pieces are fed; the match code counts it. 0 when
                nobody told: then a set with a match code refuses the sheet.
    """

    sheet: int
    of: int
    ordinal: int
    selects: frozenset[int] = field(default_factory=frozenset)
    divert: bool = False
    stop: bool = False
    unseal: bool = False
    batch: bool = False
    piece: int = 0
