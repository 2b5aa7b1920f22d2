"""The good document, and how a case changes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from layouts.remittance.norway import kid_mod10

_GOODS = (("Rope", "3", "30.00"), ("Anchor", "1", "450.50"), ("Lantern", "2", "80.00"))
_STEP = re.compile(r"[^.\[\]]+")


def good_document(goods: int = 3) -> dict[str, Any]:
    """A bill over `goods` lines."""
    lines: list[dict[str, Any]] = []
    for number in range(goods):
        name, quantity, amount = _GOODS[number % len(_GOODS)]
        lines.append({"name": name, "quantity": Decimal(quantity), "amount": Decimal(amount)})
    return {
        "code": "HTTPS://EXAMPLE.COM/7",
        "document": {
            "kind": "bill",
            "number": "1007",
            "currency": "NOK",
            "issue_date": date(2026, 3, 5),
            "notes": ["Thank you."],
        },
        "seller": {"name": "Fjord Supplies", "lines": ["Quay 3", "5003 Bergen"]},
        "recipient": {"lines": ["Ada Example", "Harbour Street 1", "0150 Oslo"]},
        "lines": lines,
        "totals": {"lines": sum((line["amount"] for line in lines), Decimal("0.00"))},
        "payment": {"slip": "giro", "reference": kid_mod10("00208171042"), "account": "15038300005"},
    }


def changed(document: dict[str, Any], values: Mapping[str, Any], drop: tuple[str, ...]) -> dict[str, Any]:
    """The document with values put at paths such as "lines[1].name", and others taken out."""
    for path, value in values.items():
        inner, key = _at(document, path)
        inner[key] = _value(value)
    for path in drop:
        inner, key = _at(document, path)
        del inner[key]
    return document


def _at(document: dict[str, Any], path: str) -> tuple[Any, Any]:
    *steps, last = [int(step) if step.isdigit() else step for step in _STEP.findall(path)]
    inner: Any = document
    for step in steps:
        inner = inner[step]
    return inner, last


def _value(said: Any) -> Any:
    match said:
        case {"text": text, "times": times}:
            return text * times
        case {"item": item, "times": times}:
            return [item] * times
        case {"float": number}:
            return float(number)
        case list():
            return [_value(one) for one in said]
        case _:
            return said
