"""Inserts in stock, as a plan uses them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mailroom.planning.insert import InsertItem


@dataclass(frozen=True, slots=True)
class InsertUse:
    """What a plan makes of an insert: its feeder (0 for none), how many go, how many are left (None when nobody
    counts), and how many pieces go without, or are set apart, because there were none left."""

    name: str
    feeder: int
    used: int
    left: int | None
    short: int


class Stock:
    """Counts down; never below zero."""

    def __init__(self, items: Mapping[str, InsertItem]) -> None:
        self._left = {name: item.stock for name, item in items.items()}
        self._used: Counter[str] = Counter()
        self._short: Counter[str] = Counter()

    def take(self, name: str) -> bool:
        """Take one; False, and counted as short, when there is none."""
        left = self._left[name]
        if left == 0:
            self._short[name] += 1
            return False
        if left is not None:
            self._left[name] = left - 1
        self._used[name] += 1
        return True

    def give_back(self, name: str) -> None:
        """Put back one that was taken."""
        left = self._left[name]
        if left is not None:
            self._left[name] = left + 1
        self._used[name] -= 1

    def uses(self, feeders: Mapping[str, int]) -> tuple[InsertUse, ...]:
        """The figures of every insert, by name."""
        return tuple(
            InsertUse(name, feeders.get(name, 0), self._used[name], left, self._short[name])
            for name, left in sorted(self._left.items())
        )
