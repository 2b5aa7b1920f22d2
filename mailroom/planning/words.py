"""Figures in words, as reasons say them."""

from __future__ import annotations


def grams(milligrams: int) -> str:
    """ "24.95 g"; no more decimals than there are."""
    return f"{_thousandths(milligrams)} g"


def millimetres(micrometres: int) -> str:
    """ "1.2 mm"; no more decimals than there are."""
    return f"{_thousandths(micrometres)} mm"


def _thousandths(number: int) -> str:
    text = f"{number / 1000:,.3f}".rstrip("0")
    return text.removesuffix(".")
