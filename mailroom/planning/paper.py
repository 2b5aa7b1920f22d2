"""Paper: what a sheet weighs and how thick it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper in stock. `thickness_um` is one sheet, in micrometres: measure a hundred and divide.

    `sheet_weight_mg` follows from grammage and size, rounded once for the sheet.
    """

    name: str
    title: str
    grammage_g_m2: Decimal
    width_mm: Decimal
    height_mm: Decimal
    thickness_um: int
    sheet_weight_mg: int


def sheet_weight_mg(grammage_g_m2: Decimal, width_mm: Decimal, height_mm: Decimal) -> int:
    """What a sheet weighs: g/m² are µg/mm²."""
    micrograms = grammage_g_m2 * width_mm * height_mm
    return int((micrograms / 1000).to_integral_value(rounding=ROUND_HALF_UP))
