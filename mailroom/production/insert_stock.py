"""The stock of inserts, as persons count it and copies use it up."""

from __future__ import annotations

from mailroom.domain.errors import MailroomError
from mailroom.production.books import InsertStock, items_to_open, read_books
from mailroom.production.plant import Plant
from mailroom.production.ports import Ledger
from mailroom.production.record import Recorder


def look_at_stock(plant: Plant) -> dict[str, InsertStock | None]:
    """By name every insert of the floor, and every one that was ever counted; None for what nobody counts."""
    items = plant.floor.setup.items
    with plant.read_ledger() as ledger:
        stock = read_books(ledger, items).stock
        return {name: stock.get(name) for name in sorted({*items, *stock})}


def count_insert(plant: Plant, insert: str, number: int, name: str) -> int:
    """Person `name` has counted so many of an insert; how many more that is than was written (less when negative).
    E7095 for an insert that nobody knows."""
    with plant.open_ledger() as ledger:
        record = _recorder(plant, ledger, insert)
        level = ledger.stock().get(insert)
        record.count_stock(insert, number, f"person:{name}")
        ledger.commit()
    return number - (level.there if level is not None and level.counted else 0)


def deliver_insert(plant: Plant, insert: str, number: int, name: str) -> int:
    """Person `name` has received so many of an insert; how many there are now. E7095 for an insert that nobody knows,
    E7096 for one that nobody has counted: a delivery is added to a number."""
    with plant.open_ledger() as ledger:
        record = _recorder(plant, ledger, insert)
        level = ledger.stock().get(insert)
        if level is None or not level.counted:
            raise MailroomError(
                "E7096",
                "nobody has counted this insert yet, so a delivery can't be added",
                place=insert,
                remedy=f"Count what lies there with the delivery: mailroom insert count {insert} NUMBER --who NAME.",
            )
        record.deliver_stock(insert, number, f"person:{name}")
        ledger.commit()
    return level.there + number


def _recorder(plant: Plant, ledger: Ledger, insert: str) -> Recorder:
    """A recorder for one insert, of which the opening count stands in the ledger."""
    record, items, levels = Recorder(ledger, plant.clock), plant.floor.setup.items, ledger.stock()
    if insert not in items and insert not in levels:
        known = ", ".join(sorted({*items, *levels}))
        raise MailroomError(
            "E7095",
            "there is no such insert",
            place=insert,
            remedy=f"Known are {known}." if known else "Name a file of inserts in the settings ([planning] inserts).",
        )
    for item in items_to_open(levels, items):
        if item.name == insert:
            record.open_stock(insert, item.stock or 0)
    return record
