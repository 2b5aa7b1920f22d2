"""The data of one document, as the caller passes it and as typesetting reads it.

The mapping's keys are listed below in the order in which they make up the document's identity; a key too few is an
error that names its place, a key too many is ignored and is no part of the identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from layouts.errors import LayoutError

KINDS = ("invoice", "credit-note")
CREDIT_NOTE = "credit-note"


class Head(NamedTuple):
    kind: str
    number: str
    issue_date: date
    due_date: date | None
    currency: str
    notes: Sequence[str]


class Seller(NamedTuple):
    name: str
    lines: tuple[str, ...]
    postcode: str
    town: str
    country: str
    vat_id: str
    registration: str
    phone: str
    email: str
    contact: str


class Recipient(NamedTuple):
    """`lines` as they are printed, the name first."""

    lines: tuple[str, ...]
    customer: str


class Line(NamedTuple):
    """One line. `unit` is a UN/ECE Recommendation 20 code; `allowances` are mappings {charge, amount, reason}."""

    id: str
    name: str
    description: str
    article: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    base_quantity: Decimal
    net_amount: Decimal
    vat_rate: Decimal
    allowances: Sequence[Mapping[str, Any]]


class Adjustment(NamedTuple):
    """An allowance or charge on the document."""

    charge: bool
    amount: Decimal
    reason: str
    vat_rate: Decimal


class VatRow(NamedTuple):
    category: str
    rate: Decimal
    taxable: Decimal
    tax: Decimal
    reason: str


class Totals(NamedTuple):
    lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal


class Payment(NamedTuple):
    reference: str
    account: str
    bic: str
    account_name: str
    terms: str


@dataclass(frozen=True, slots=True)
class Document:
    """`identity` is a text that two documents share only when they print the same."""

    head: Head
    seller: Seller
    recipient: Recipient
    references: tuple[tuple[str, str], ...]
    lines: list[Line]
    allowances: tuple[Adjustment, ...]
    vat: tuple[VatRow, ...]
    totals: Totals
    payment: Payment
    identity: str


_LINE = itemgetter(*Line._fields)


def read_document(data: Mapping[str, Any]) -> Document:
    """Take the data apart. Raises LayoutError E4032 (a key is missing), E4033 (kind, or sums that contradict)."""
    head = Head._make(_values(data, "document", Head._fields))
    seller = Seller._make(_values(data, "seller", Seller._fields))
    recipient = Recipient._make(_values(data, "recipient", Recipient._fields))
    allowances = tuple(map(Adjustment._make, _rows(data, "allowances", Adjustment._fields)))
    references = tuple(map(tuple, _rows(data, "references", ("label", "text"))))
    vat = tuple(map(VatRow._make, _rows(data, "vat", VatRow._fields)))
    totals = Totals._make(_values(data, "totals", Totals._fields))
    payment = Payment._make(_values(data, "payment", Payment._fields))
    try:
        lines = list(map(Line._make, map(_LINE, data["lines"])))
    except KeyError:
        lines = list(map(Line._make, _rows(data, "lines", Line._fields)))
    _check_figures(lines, totals)
    if head.kind not in KINDS:
        raise LayoutError(
            "E4033", f"the document's kind is {head.kind!r}", place="document.kind", remedy=f"use {' or '.join(KINDS)}"
        )
    head = head._replace(notes=tuple(head.notes))
    seller = seller._replace(lines=tuple(seller.lines))
    recipient = recipient._replace(lines=tuple(recipient.lines))
    identity = repr(
        [tuple(part) for part in (head, seller, recipient, references, totals, payment)]
        + [tuple(row) for row in (*allowances, *vat)]
    ) + "".join(map(repr, map(tuple, lines)))
    return Document(head, seller, recipient, references, lines, allowances, vat, totals, payment, identity)


_TYPES: tuple[tuple[type, tuple[str, ...]], ...] = (
    (str, ("id", "name", "description", "article", "unit")),
    (Decimal, ("quantity", "unit_price", "base_quantity", "net_amount", "vat_rate")),
)


def _check_figures(lines: list[Line], totals: Totals) -> None:
    """Refuse other types than promised (a float would print, but not what was meant), and lines whose sum is not the
    total that stands under them: the sums carried from page to page would contradict it."""
    for kind, fields in _TYPES:
        for field in fields:
            if not {*map(type, map(attrgetter(field), lines))} <= {kind}:
                index = next(index for index, line in enumerate(lines) if type(getattr(line, field)) is not kind)
                value = getattr(lines[index], field)
                raise LayoutError(
                    "E4031",
                    f"{value!r} is not a {kind.__name__}",
                    place=f"lines[{index}].{field}",
                    remedy="pass texts as str and figures as decimal.Decimal",
                )
    for field in Totals._fields:
        if type(getattr(totals, field)) is not Decimal:
            raise LayoutError(
                "E4031",
                f"{getattr(totals, field)!r} is not a Decimal",
                place=f"totals.{field}",
                remedy="pass figures as decimal.Decimal",
            )
    total = sum((line.net_amount for line in lines), Decimal(0))
    if total != totals.lines:
        raise LayoutError(
            "E4033",
            f"the lines add up to {total}, the document says {totals.lines}",
            place="totals.lines",
            remedy="correct the document at its source",
        )


def _values(data: Mapping[str, Any], part: str, keys: Iterable[str]) -> list[Any]:
    values = _get(data, part, part)
    return [_get(values, key, f"{part}.{key}") for key in keys]


def _rows(data: Mapping[str, Any], part: str, keys: Sequence[str]) -> list[list[Any]]:
    return [
        [_get(row, key, f"{part}[{index}].{key}") for key in keys] for index, row in enumerate(_get(data, part, part))
    ]


def _get(values: Mapping[str, Any], key: str, place: str) -> Any:
    try:
        return values[key]
    except (KeyError, TypeError):
        raise LayoutError(
            "E4032", f"the document has no '{place}'", place=place, remedy="pass all keys; empty texts are fine"
        ) from None
