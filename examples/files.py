"""Writes documents as JSON lines and as CSV, in the form that the intake reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from mailroom.domain.address import PostalAddress
from mailroom.domain.content_json import to_dict
from mailroom.domain.invoice import AllowanceCharge, InvoiceLine, IssuedInvoice, Party

_PARTY = ("name", "id", "vat_id", "registration", "contact", "phone", "email", "legal")
_ADDRESS = ("line1", "line2", "line3", "postcode", "town", "region", "country")
_PAYMENT = ("means", "reference", "account", "bic", "account_name", "terms")
_REFERENCES = {
    "buyer-reference": "buyer_reference",
    "order": "order_reference",
    "preceding": "preceding_invoice",
    "delivery-date": "delivery_date",
}
_ROW = (
    *("row", "line_id", "name", "description", "article", "quantity", "unit", "unit_price", "base_quantity"),
    *("discount", "discount_reason", "vat_category", "vat_rate", "net_amount"),
)
COLUMNS = (
    *("number", "kind", "issue_date", "due_date", "currency", "language"),
    *(f"{party}_{column}" for party in ("seller", "buyer") for column in (*_PARTY, *_ADDRESS)),
    *(f"deliver_{column}" for column in _ADDRESS),
    *(f"payment_{column}" for column in _PAYMENT),
    *_REFERENCES.values(),
    *("note", "exemption_reason", "prepaid", "payable"),
    *_ROW,
)


def write_jsonl(path: Path, invoices: Iterable[IssuedInvoice]) -> int:
    """One document a line; returns their number."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for invoice in invoices:
            file.write(json.dumps(to_dict(invoice), ensure_ascii=False) + "\n")
            count += 1
    return count


def write_csv(path: Path, invoices: Iterable[IssuedInvoice]) -> int:
    """One row a line item, the document's own values on its first row; returns the number of documents."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        table.writeheader()
        for invoice in invoices:
            table.writerows(_rows(invoice))
            count += 1
    return count


def _rows(invoice: IssuedInvoice) -> Iterator[dict[str, str]]:
    parts = [_line(line) for line in invoice.lines] + [_allowance(part) for part in invoice.allowances]
    yield {**_document(invoice), **parts[0]}
    for part in parts[1:]:
        yield {"number": invoice.number, **part}


def _document(invoice: IssuedInvoice) -> dict[str, str]:
    return {
        "number": invoice.number,
        "kind": invoice.kind.value,
        "issue_date": invoice.issue_date.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else "",
        "currency": invoice.currency,
        "language": invoice.language,
        **_party("seller", invoice.seller),
        **_party("buyer", invoice.buyer),
        **(_address("deliver", invoice.deliver_to) if invoice.deliver_to else {}),
        **{f"payment_{name}": getattr(invoice.payment, name) for name in _PAYMENT},
        **{_REFERENCES[key]: text for key, text in invoice.references},
        "note": "\n".join(invoice.notes),
        "exemption_reason": next((row.exemption_reason for row in invoice.vat if row.exemption_reason), ""),
        "prepaid": _number(invoice.totals.prepaid),
        "payable": _number(invoice.totals.payable),
    }


def _party(prefix: str, party: Party) -> dict[str, str]:
    told = {f"{prefix}_{name}": getattr(party, name) for name in _PARTY}
    return {**told, **_address(prefix, party.address)}


def _address(prefix: str, address: PostalAddress) -> dict[str, str]:
    lines = {f"{prefix}_line{number}": line for number, line in enumerate(address.lines, start=1)}
    rest = {f"{prefix}_{name}": getattr(address, name) for name in ("postcode", "town", "region", "country")}
    return {**lines, **rest}


def _line(line: InvoiceLine) -> dict[str, str]:
    discount = line.allowances[0] if line.allowances else AllowanceCharge(False, Decimal(0))
    return {
        "line_id": line.id,
        "name": line.name,
        "description": line.description,
        "article": line.article,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "unit_price": _number(line.unit_price),
        "base_quantity": "" if line.base_quantity == 1 else _number(line.base_quantity),
        "discount": _number(discount.amount) if discount.amount else "",
        "discount_reason": discount.reason,
        "vat_category": line.vat_category,
        "vat_rate": _number(line.vat_rate),
        "net_amount": _number(line.net_amount),
    }


def _allowance(part: AllowanceCharge) -> dict[str, str]:
    return {
        "row": "charge" if part.charge else "allowance",
        "name": part.reason,
        "vat_category": part.vat_category,
        "vat_rate": _number(part.vat_rate),
        "net_amount": _number(part.amount),
    }


def _number(value: Decimal) -> str:
    return format(value, "f")
