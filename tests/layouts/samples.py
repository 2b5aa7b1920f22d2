"""Documents for the tests: made-up trade, real arithmetic."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from layouts.remittance.norway import kid_mod10

GOODS = (
    ("Fiberlinje 500/500, leie", "", "FIB-500", "MON", "649.00"),
    ("Konsulentbistand, nettverk", "Feilsøking av trådløst nett i 2. etasje, inkludert reise", "", "HUR", "1250.00"),
    ("Kabel Cat6A S/FTP", "", "KAB-6A-305", "MTR", "14.90"),
    ("Patchpanel 24 port", "1U, sort, med kabelstøtte", "PP-24", "C62", "1189.00"),
    ("Serviceavtale Basis", "", "SRV-B", "MON", "2490.00"),
    ("Strøm, forbruk", "Målernummer 707057500012345678", "", "KWH", "1.2345"),
    ("Skruer, rustfri A4 M6×20", "", "SKR-6-20", "C62", "3.20"),
)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def line(index: int, rng: random.Random, **changes: Any) -> dict[str, Any]:
    name, description, article, unit, price = GOODS[rng.randrange(len(GOODS))]
    quantity = Decimal(rng.choice(["1", "2", "3", "7.5", "12", "305", "0.25"]))
    values = {
        "id": str(index + 1),
        "name": f"{name} [{index + 1}]",
        "description": description,
        "article": article,
        "quantity": quantity,
        "unit": unit,
        "unit_price": Decimal(price),
        "base_quantity": Decimal(1),
        "net_amount": cents(quantity * Decimal(price)),
        "vat_rate": Decimal(rng.choice(["25", "25", "25", "15"])),
        "allowances": [],
    }
    return values | changes


def invoice(count: int = 5, seed: int = 1, **changes: Any) -> dict[str, Any]:
    """An invoice of `count` lines. `changes` replace keys two levels deep: {"document": {"number": "7"}}."""
    rng = random.Random(seed)
    lines = [line(index, rng) for index in range(count)]
    data: dict[str, Any] = {
        "document": {
            "kind": "invoice",
            "number": "10423",
            "issue_date": date(2026, 3, 5),
            "due_date": date(2026, 3, 19),
            "currency": "NOK",
            "notes": [],
        },
        "seller": {
            "name": "Nordlys Nett og Drift AS",
            "lines": ["Storgata 14", "Postboks 118"],
            "postcode": "9008",
            "town": "Tromsø",
            "country": "Norge",
            "vat_id": "NO 987 654 325 MVA",
            "registration": "987 654 325",
            "phone": "+47 77 00 11 22",
            "email": "faktura@nordlys-nett.example",
            "contact": "Ingrid Åsheim",
        },
        "recipient": {
            "lines": ["Bjørnstad Møbelfabrikk AS", "v/ regnskap", "Industriveien 27 B", "6250 Stordal"],
            "customer": "20817",
        },
        "references": [
            {"label": "buyer-reference", "text": "Kari Sætre"},
            {"label": "order", "text": "PO-2026-00817"},
        ],
        "lines": lines,
        "allowances": [],
        "vat": [],
        "totals": {},
        "payment": {
            "reference": kid_mod10("002081710423"),
            "account": "15038300005",
            "bic": "",
            "account_name": "",
            "terms": "",
        },
    }
    for key, value in changes.items():
        data[key] = data[key] | value if isinstance(value, Mapping) else value
    if not data["vat"]:
        data["vat"] = vat_of(data)
    if not data["totals"]:
        data["totals"] = totals_of(data)
    return data


def vat_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    basis: dict[Decimal, Decimal] = {}
    for row in data["lines"]:
        basis[row["vat_rate"]] = basis.get(row["vat_rate"], Decimal(0)) + row["net_amount"]
    for row in data["allowances"]:
        signed = row["amount"] if row["charge"] else -row["amount"]
        basis[row["vat_rate"]] = basis.get(row["vat_rate"], Decimal(0)) + signed
    return [
        {"category": "S", "rate": rate, "taxable": amount, "tax": cents(amount * rate / 100), "reason": ""}
        for rate, amount in sorted(basis.items(), reverse=True)
    ]


def totals_of(data: Mapping[str, Any]) -> dict[str, Decimal]:
    lines = sum((row["net_amount"] for row in data["lines"]), Decimal("0.00"))
    allowances = sum((row["amount"] for row in data["allowances"] if not row["charge"]), Decimal("0.00"))
    charges = sum((row["amount"] for row in data["allowances"] if row["charge"]), Decimal("0.00"))
    tax = sum((row["tax"] for row in data["vat"]), Decimal("0.00"))
    net = lines - allowances + charges
    return {
        "lines": lines,
        "allowances": allowances,
        "charges": charges,
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "prepaid": Decimal("0.00"),
        "rounding": Decimal("0.00"),
        "payable": net + tax,
    }
