"""What the ledger holds for planning: the decisions on households, and how many inserts may still be promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailroom.domain.insert_stock import StockLevel
from mailroom.domain.lifecycle import REPLACEABLE
from mailroom.domain.piece import PieceState
from mailroom.domain.run import RunState
from mailroom.planning.household import Decisions
from mailroom.planning.insert import InsertItem
from mailroom.production.ports import Ledger


@dataclass(frozen=True, slots=True)
class InsertStock:
    """`there` lie somewhere, and `reserved` of them are for pieces of an open run that have not got them yet."""

    there: int
    reserved: int

    @property
    def free(self) -> int:
        """How many a plan may promise; never below zero, whatever was used beyond the count."""
        return max(0, self.there - self.reserved)


@dataclass(frozen=True, slots=True)
class Books:
    """`stock` has the inserts that somebody counts, by name."""

    decisions: Decisions = field(default_factory=Decisions)
    stock: Mapping[str, InsertStock] = field(default_factory=dict)

    def in_stock(self, items: Mapping[str, InsertItem]) -> dict[str, InsertItem]:
        """The inserts with as many in stock as a plan may promise."""
        return {
            name: replace(item, stock=self.stock[name].free) if name in self.stock else item
            for name, item in items.items()
        }


def read_books(ledger: Ledger, items: Mapping[str, InsertItem]) -> Books:
    """The books as they are now. `items` are the inserts of the floor: the stock that their file tells counts as long
    as the ledger has no count of its own."""
    levels = ledger.stock()
    for item in items_to_open(levels, items):
        levels[item.name] = StockLevel(item.stock or 0, counted=True)
    reserved = _reserved(ledger)
    stock = {name: InsertStock(level.there, reserved[name]) for name, level in levels.items() if level.counted}
    return Books(Decisions.of(ledger.decisions(), ledger.opt_outs()), stock)


def items_to_open(levels: Mapping[str, StockLevel], items: Mapping[str, InsertItem]) -> list[InsertItem]:
    """The inserts whose file tells a stock and whose count has not begun in the ledger."""
    counted = {name for name, level in levels.items() if level.counted}
    return [item for name, item in items.items() if item.stock is not None and name not in counted]


def _reserved(ledger: Ledger) -> Counter[str]:
    """By insert, the pieces of open runs that shall still get one: their last copy has not taken it, or took it along
    when it was destroyed or quarantined, so that the next one needs another."""
    reserved: Counter[str] = Counter()
    for run in ledger.runs():
        if run.state is not RunState.OPEN:
            continue
        used = ledger.inserts_used(run.id)
        last = {copy.piece: copy for copy in ledger.copies_of_run(run.id)}
        for piece in ledger.pieces(run.id):
            if piece.state is PieceState.OPEN:
                copy = last[piece.id]
                again = copy.state in REPLACEABLE
                names = {each.name for each in piece.details.inserts}
                reserved.update(name for name in names if again or (name, piece.id, copy.copy) not in used)
    return reserved
