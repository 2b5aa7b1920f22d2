"""Marks and codes of a page, read from its pixels, against what the data call for.

What a mark means is said here anew (docs/marks.md, "The quadient set"), so that encoder and reader can't be wrong
together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from benchmarks.readback_slips import Symbol
from layouts.blockparts import CodeBlock
from layouts.geometry import Box
from layouts.parts import Slip
from omr.markset import MarkSet
from omr.read import read_strip
from omr.sheet import SheetOrders
from spool.batch import BatchSheet

Gray = NDArray[np.uint8]
"""A page's pixels: rows × columns, 0 black … 255 white."""

READ_DPI = 300
_PX_PER_MM = READ_DPI / 25.4
_AROUND_MM = 2.0
_SEQUENCE = 8
_EPC_CHARACTER_SETS = {"1": "utf-8", "2": "iso-8859-1"}
_MATRIX = frozenset({"QRCode", "DataMatrix", "Aztec", "PDF417"})


# ── what must be there ────────────────────────────────────────────────────────────────────────────────────────────────


def due_marks(orders: SheetOrders) -> dict[str, bool]:
    """The marks of a sheet by role, as docs/marks.md has them."""
    last = orders.sheet == orders.of
    sequence = orders.ordinal % _SEQUENCE
    marks = {"start": True, "divert": orders.divert, "stop": orders.stop, "insert": last, "safety": True}
    marks |= {f"select-{feeder}": last and feeder in orders.selects for feeder in range(1, 7)}
    marks |= {f"sequence-{bit}": bool(sequence & bit) for bit in (1, 2, 4)}
    return marks | {"parity": sum(marks.values()) % 2 == 1}


def code_boxes(slip: Slip) -> tuple[Box, ...]:
    """Where a payment part's codes stand."""
    return tuple(part.box for part in slip.boxes if isinstance(part.block, CodeBlock))


# ── what is there ─────────────────────────────────────────────────────────────────────────────────────────────────────


def sheet_faults(gray: Gray, sheet: BatchSheet, marks: MarkSet, number: int) -> Iterator[tuple[str, str, str]]:
    """(what, expected, found) for everything in the strip of a front that is not this sheet's."""
    strip = marks.strip
    reading = read_strip(_cut(gray, Box(strip.x, strip.y, strip.w, strip.h)), READ_DPI, marks, number=number)
    if reading.sheet != sheet.id:
        yield "sheet code", str(sheet.id), str(reading.sheet)
    due = due_marks(sheet.orders)
    if reading.roles != due:
        yield "marks", _roles(due), _roles(reading.roles or {})
    if reading.problems:
        yield "strip", "", "; ".join(reading.problems)


def read_codes(gray: Gray, boxes: Collection[Box]) -> Counter[Symbol]:
    """The codes in these boxes."""
    found: Counter[Symbol] = Counter()
    for box in boxes:
        around = Box(
            box.x_mm - _AROUND_MM,
            box.y_mm - _AROUND_MM,
            box.width_mm + 2 * _AROUND_MM,
            box.height_mm + 2 * _AROUND_MM,
        )
        found += _symbols(zxingcpp.read_barcodes(_cut(gray, around)))
    return found


_UNCHECKED = frozenset({zxingcpp.BarcodeFormat.Codabar, zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.ITF})
"""Symbologies without a check character: a reader finds them in letters and in the modules of other codes."""


def search(gray: Gray, *, thorough: bool) -> Counter[Symbol]:
    """The codes anywhere on a page: every symbology with a check of its own, turned and inverted ones too when
    `thorough`; else upright ones at half the resolution, which takes a tenth of the time and may miss one."""
    if thorough:
        found = zxingcpp.read_barcodes(gray)
    else:
        half = np.ascontiguousarray(gray[::2, ::2])
        found = zxingcpp.read_barcodes(half, try_rotate=False, try_invert=False, try_downscale=False)
    return _symbols([barcode for barcode in found if barcode.format not in _UNCHECKED])


def amount_of(symbol: Symbol) -> Decimal | None:
    """The amount that a payment code asks for, None for a code that is none."""
    rows = symbol.text.split("\n")
    match rows[0]:
        case "BCD":
            return Decimal(rows[7].removeprefix("EUR"))
        case "SPC":
            return Decimal(rows[18])
        case _:
            return None


def _cut(gray: Gray, box: Box) -> Gray:
    rows, columns = gray.shape
    top, bottom = (round(edge * _PX_PER_MM) for edge in (box.y_mm, box.bottom_mm))
    left, right = (round(edge * _PX_PER_MM) for edge in (box.x_mm, box.x_mm + box.width_mm))
    return np.ascontiguousarray(gray[max(0, top) : min(rows, bottom), max(0, left) : min(columns, right)])


def _symbols(barcodes: Collection[zxingcpp.Barcode]) -> Counter[Symbol]:
    """What was found. Bars read across a matrix code are a reader's guess at its modules (four digits of ITF have no
    check digit), not another code."""
    matrices = [_outline(barcode) for barcode in barcodes if barcode.format.name in _MATRIX]
    return Counter(
        _symbol(barcode)
        for barcode in barcodes
        if barcode.format.name in _MATRIX or not any(_overlaps(_outline(barcode), outline) for outline in matrices)
    )


def _outline(barcode: zxingcpp.Barcode) -> tuple[int, int, int, int]:
    """The upright rectangle around a code: left, top, right, bottom, in pixels."""
    position = barcode.position
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return min(across), min(down), max(across), max(down)


def _overlaps(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _symbol(barcode: zxingcpp.Barcode) -> Symbol:
    """What a banking app makes of a code: the bytes of an EPC code are letters of the set that its third line names,
    those of a Swiss one are UTF-8."""
    symbology = barcode.format.name
    raw: bytes = barcode.bytes
    if raw.startswith(b"BCD\n"):
        coding = _EPC_CHARACTER_SETS.get(raw.split(b"\n")[2].decode("ascii", "replace"), "ascii")
        return Symbol(symbology, raw.decode(coding, "replace"))
    if raw.startswith(b"SPC\n"):
        return Symbol(symbology, raw.decode("utf-8", "replace"))
    return Symbol(symbology, barcode.text)


def _roles(roles: dict[str, bool]) -> str:
    return " ".join(sorted(role for role, is_true in roles.items() if is_true)) or "none"
