"""What the tests of this package share: a document's data, its declaration, a formatter that shows its work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from layouts.errors import LayoutError


class PlainFormatter:
    """Writes what it was asked for, so that a test sees it."""

    def text(self, value: Decimal | date) -> str:
        return f"{value}"

    def money(self, value: Decimal, currency: str, *, code: bool) -> str:
        return f"{'code ' if code else ''}{currency or 'NOK'} {value:.2f}"

    def amount(self, value: Decimal, currency: str) -> str:
        return f"{value:.3f}" if currency == "KWD" else f"{value:.2f}"

    def quantity(self, value: Decimal) -> str:
        return f"{value.normalize():f}"

    def number(self, value: Decimal, least: int, most: int | None) -> str:
        return f"{value}({least},{most})"

    def percent(self, value: Decimal) -> str:
        return f"{value} %"

    def date(self, value: date, form: str) -> str:
        return f"{form or 'own'} {value.isoformat()}"

    def country(self, code: str) -> str:
        return {"NO": "Norway"}.get(code, code)

    def unit(self, code: str) -> str:
        return {"C62": "pcs"}.get(code, code)

    def word(self, code: str, section: str, otherwise: str | None) -> str:
        return {"references.order": "Order"}.get(f"{section}.{code}", code if otherwise is None else otherwise)


def a_line(number: int, amount: str) -> dict[str, Any]:
    return {"id": f"{number}", "name": f"Thing {number}", "net_amount": Decimal(amount), "notes": []}


def a_document() -> dict[str, Any]:
    return {
        "document": {
            "kind": "invoice",
            "number": "1001",
            "issue_date": date(2024, 1, 31),
            "due_date": None,
            "notes": ["Thank you"],
        },
        "totals": {"net": Decimal("30.00"), "payable": Decimal("37.50")},
        "lines": [a_line(1, "10.00"), a_line(2, "20.00")],
        "payment": {"account": "1234 56 78903", "country": "NO"},
    }


DECLARED: dict[str, object] = {
    "document": {
        "kind": "text",
        "number": "text",
        "issue_date": "date",
        "due_date": "date?",
        "notes": ["text"],
    },
    "totals": {"net": "amount", "payable": "amount"},
    "lines": [{"id": "text", "name": "text", "net_amount": "amount", "notes": ["text"]}],
    "payment?": {"account": "text", "country": "text?"},
}


def refusal(act: Callable[[], object]) -> LayoutError:
    """The error of an act that must be refused."""
    with pytest.raises(LayoutError) as caught:
        act()
    return caught.value
