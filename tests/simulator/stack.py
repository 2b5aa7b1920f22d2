"""Printed stacks with real marks, as PDFs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pikepdf

from omr.draw import draw_marks
from omr.markset import load_mark_set
from omr.sheet import SheetId, SheetOrders

A4_MM = (210.0, 297.0)
_A4_PT = (595.276, 841.89)


@cache
def _marks(sheet: SheetId, ordinal: int, mark_set: str) -> bytes:
    orders = SheetOrders(sheet.sheet, sheet.of, ordinal)
    return draw_marks(load_mark_set(mark_set), orders, sheet, *A4_MM)


def print_stack(path: Path, sheets: Sequence[SheetId], *, two_sided: bool = False, mark_set: str = "quadient") -> Path:
    """A print file with marks and nothing else; with `two_sided` every second page is an empty back."""
    with pikepdf.new() as pdf:
        for ordinal, sheet in enumerate(sheets, 1):
            pdf.add_blank_page(page_size=_A4_PT).contents_add(_marks(sheet, ordinal, mark_set))
            if two_sided:
                pdf.add_blank_page(page_size=_A4_PT)
        pdf.save(path)
    return path
