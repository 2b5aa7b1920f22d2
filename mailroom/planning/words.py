"""Figures in words, the same everywhere: as many decimals as there are, and nothing between the thousands."""

from __future__ import annotations


def grams(weight_mg: int) -> str:
    """A weight in words: 20500 mg → "20.5 g"."""
    return f"{thousandths(weight_mg)} g"


def millimetres(length_um: int) -> str:
    """A thickness in words: 5200 µm → "5.2 mm"."""
    return f"{thousandths(length_um)} mm"


def thousandths(number: int) -> str:
    """A number of thousandths as a plain decimal: 20500 → "20.5"."""
    sign = "-" if number < 0 else ""
    whole, rest = divmod(abs(number), 1000)
    return f"{sign}{whole}.{rest:03d}".rstrip("0") if rest else f"{sign}{whole}"
