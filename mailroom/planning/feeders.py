"""Which insert lies in which feeder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mailroom.planning.insert import InsertItem
from mailroom.planning.machine import Feeder


def assign(wanted: Iterable[InsertItem], feeders: Sequence[Feeder]) -> Mapping[str, int]:
    """Insert → number of its feeder. Inserts with a feeder of their own take it first, each of the others the lowest
    free one that feeds its size; what comes first gets one first, and what gets none is missing from the answer."""
    free = {feeder.number: feeder for feeder in sorted(feeders, key=lambda each: each.number)}
    assigned: dict[str, int] = {}
    for item in sorted(dict.fromkeys(wanted), key=lambda each: not each.feeder):  # stable: the order holds within each
        fitting = [number for number, feeder in free.items() if _feeds(feeder, item)]
        number = next((each for each in fitting if each == item.feeder or not item.feeder), None)
        if number is not None:
            assigned[item.name] = number
            del free[number]
    return assigned


def _feeds(feeder: Feeder, item: InsertItem) -> bool:
    return item.lies_in(feeder.most_width_mm, feeder.most_height_mm) and item.thickness_um <= feeder.most_thickness_um
