"""References of a document as (label key, text), in one order whichever syntax they come from."""

from __future__ import annotations

from datetime import date

from mailroom.domain.address import PostalAddress
from mailroom.domain.recipient import town_lines

REFERENCE_KEYS = {
    "buyer-reference": "BT-10",
    "order": "BT-13",
    "sales-order": "BT-14",
    "contract": "BT-12",
    "project": "BT-11",
    "preceding": "BT-25",
    "despatch-advice": "BT-16",
    "receiving-advice": "BT-15",
    "tender": "BT-17",
    "invoiced-object": "BT-18",
    "accounting-cost": "BT-19",
    "delivery-date": "BT-72",
    "period": "BG-14",
    "tax-point-date": "BT-7",
    "delivery-place": "BG-15",
    "attachment": "BT-122",
    "payee": "BG-10",
    "tax-representative": "BG-11",
    "vat-in-accounting-currency": "BT-111",
    "mandate": "BT-89",
    "creditor": "BT-90",
    "debited-account": "BT-91",
    "card": "BT-87",
    "further-account": "BT-84",
}
"""Label keys in the order in which they are kept, with the EN 16931 term that each holds."""

_RANK = {key: rank for rank, key in enumerate(REFERENCE_KEYS)}


def in_order(found: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The references that say something, each once, in the house's order."""
    said = dict.fromkeys((key, text) for key, text in found if text)
    return tuple(sorted(said, key=lambda reference: _RANK[reference[0]]))


def period(start: date | None, end: date | None) -> str:
    """ "2026-03-01 – 2026-03-31"; open at a side that is not given, "" without both."""
    days = ["" if day is None else day.isoformat() for day in (start, end)]
    return " – ".join(days).strip() if any(days) else ""


def preceding(number: str, day: date | None) -> str:
    """The invoice that this document corrects, with its date when that is told."""
    return f"{number} ({day.isoformat()})" if number and day else number


def place(name: str, address: PostalAddress | None) -> str:
    """Name and address on one line, for a place that is told but not written to."""
    parts = (name,) if address is None else (name, *address.lines, *town_lines(address), address.country)
    return ", ".join(part for part in parts if part)
