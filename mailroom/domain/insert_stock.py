"""Inserts in stock: a list of movements that only grows; their sum is the stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class MovementKind(Enum):
    """Why a stock changed.

    OPENED     the first count, from the file of inserts
    COUNTED    somebody counted; the change is what was found beyond what was written, or short of it
    DELIVERED  more came in
    USED       a copy took one along
    """

    OPENED = "opened"
    COUNTED = "counted"
    DELIVERED = "delivered"
    USED = "used"


@dataclass(frozen=True, slots=True)
class StockMovement:
    """One change of the stock of an insert, in pieces of paper; `who` as in the journal. `run`, `piece` and `copy` tell
    what used it, and are empty otherwise."""

    insert: str
    kind: MovementKind
    change: int
    who: str
    at: datetime
    run: str = ""
    piece: str | None = None
    copy: int | None = None


@dataclass(frozen=True, slots=True)
class StockLevel:
    """What the movements of an insert come to. `counted` is false as long as it was only used: then nobody knows how
    many there are, and `there` is what is missing from whatever there was."""

    there: int
    counted: bool
