"""Numbers in sentences."""

from __future__ import annotations

_PLURALS = {"copy": "copies"}


def count(number: int, noun: str) -> str:
    """ "1 sheet", "2 sheets", "3 copies"."""
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"
