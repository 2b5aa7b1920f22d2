"""Data for every layout of the catalogue, in every language: for proofs, tests and benchmarks.

Parties, numbers and amounts are those of generated invoices; what else letters and statements say stands in
documents.toml. Pure: the same arguments, the same data.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from itertools import accumulate, cycle, islice
from typing import Any

from babel.dates import format_date

from examples.generator import ISSUE_DATE, generate
from mailroom.domain.content import printed_lines
from mailroom.domain.invoice import InvoiceKind, IssuedInvoice
from mailroom.production.compose import layout_data

COUNTRY_OF = {"da": "DK", "de": "AT", "en": "GB", "fi": "FI", "id": "ID", "nb": "NO", "sv": "SE"}
"""Whose documents stand for a language."""
KINDS = {
    "invoice": ("invoice", "credit-note"),
    "credit-note": ("credit-note",),
    "reminder": ("reminder-1", "reminder-2", "reminder-3"),
    "statement": ("statement",),
    "letter": ("letter",),
    "cover": ("cover",),
}
"""The kinds of documents that each layout sets; a sample is of the first unless it is told."""

_Data = dict[str, Any]
_PIECES = 40
_CENT = Decimal("0.01")
_DAY = timedelta(days=1)
_PERIOD_DAYS = 90


def layouts() -> tuple[str, ...]:
    """The layouts that there is data for."""
    return tuple(_MAKERS)


def sample(
    layout: str, language: str = "en", seed: int = 1, *, size: int = 6, kind: str = "", most_address_lines: int = 4
) -> _Data:
    """What `layout` asks for, for one document.

    language            the language of names and texts; of two ("nb+en"), the first
    size                about how many lines, entries, invoices or paragraphs; an invoice is the nearest there is
    kind                one of the layout's `KINDS`
    most_address_lines  the address keeps its first lines but one, and its last
    Raises KeyError for a layout or a language that there is no data for.
    """
    first = language.split("+", maxsplit=1)[0]
    found = _MAKERS[layout](first, seed, size, kind or KINDS[layout][0])
    lines: list[str] = found["recipient"]["lines"]
    if len(lines) > most_address_lines:
        found["recipient"]["lines"] = [lines[0], *lines[-most_address_lines + 1 :]]
    return found


# ── invoices ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _invoice(language: str, seed: int, size: int, kind: str) -> _Data:
    wanted = InvoiceKind(kind)
    at_home = [invoice for invoice in _at_home(language, seed) if invoice.kind is wanted]
    chosen = min(at_home, key=lambda invoice: abs(len(invoice.lines) - size))
    return layout_data(chosen, printed_lines(chosen))


@cache
def _at_home(language: str, seed: int) -> tuple[IssuedInvoice, ...]:
    """Generated documents of the country that speaks the language, to customers there."""
    country = COUNTRY_OF[language]
    drawn = generate(_PIECES, seed, {country: 1})
    return tuple(invoice for invoice in drawn if invoice.seller.address.country == country)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((files("examples") / "documents.toml").read_text(encoding="utf-8"))


def _common(language: str, seed: int, kind: str, number: str) -> _Data:
    """What every document has: a document, the parties, no references."""
    own = layout_data(_issued(language, seed)[0], printed_lines(_issued(language, seed)[0]))
    document = {"kind": kind, "number": number, "issue_date": ISSUE_DATE, "currency": own["document"]["currency"]}
    return {"document": document, "seller": own["seller"], "recipient": own["recipient"], "references": []}


def _issued(language: str, seed: int) -> list[IssuedInvoice]:
    return [invoice for invoice in _at_home(language, seed) if invoice.kind is InvoiceKind.INVOICE]


def _payment(language: str, seed: int) -> _Data:
    payment: _Data = layout_data(_issued(language, seed)[0], ())["payment"]
    return payment


def _claims(language: str, seed: int, count: int) -> Iterator[tuple[str, Decimal]]:
    """(number, amount) of so many invoices."""
    for index, invoice in enumerate(islice(cycle(_issued(language, seed)), count)):
        yield f"{invoice.number.partition('-')[0]}-{index + 1:05d}", invoice.totals.payable


# ── the others ────────────────────────────────────────────────────────────────────────────────────────────────────


def _reminder(language: str, seed: int, size: int, kind: str) -> _Data:
    chance = random.Random(seed)
    data = _common(language, seed, kind, "")
    days = 10
    invoices = []
    for index, (number, amount) in enumerate(_claims(language, seed, size)):
        issued = ISSUE_DATE - (50 + 9 * (size - index)) * _DAY
        paid = _rounded(amount / 3) if chance.random() < 0.2 else Decimal("0.00")
        invoices.append(
            {
                "number": number,
                "issue_date": issued,
                "due_date": issued + 30 * _DAY,
                "amount": amount,
                "paid": paid,
                "open": amount - paid,
            }
        )
    owed = _sum(invoices, "open")
    level = int(kind[-1])
    fee = _rounded(owed / 100) if level > 1 else Decimal("0.00")
    interest = _rounded(owed / 125) if level > 2 else Decimal("0.00")
    totals = {"open": owed, "fee": fee, "interest": interest, "payable": owed + fee + interest}
    data["document"] |= {
        "number": invoices[0]["number"],
        "due_date": ISSUE_DATE + days * _DAY,
        "days": days,
        "notes": [],
    }
    return {**data, "invoices": invoices, "totals": totals, "payment": _payment(language, seed)}


def _statement(language: str, seed: int, size: int, kind: str) -> _Data:
    data = _common(language, seed, kind, f"{1000 + seed}-{ISSUE_DATE:%m}")
    last_day = ISSUE_DATE - ISSUE_DATE.day * _DAY
    first_day = (last_day - _PERIOD_DAYS * _DAY).replace(day=1)
    movements = _movements(language, seed, size, first_day, last_day)
    opening = _rounded(abs(movements[0][3]) / 3)
    balances = list(accumulate((amount for *_, amount in movements), initial=opening))[1:]
    entries = []
    for (day, text, reference, amount), balance in zip(movements, balances, strict=True):
        entries.append(
            {
                "group": _month(day, language),
                "date": day,
                "text": text,
                "reference": reference,
                "debit": max(amount, Decimal("0.00")),
                "credit": max(-amount, Decimal("0.00")),
                "balance": balance,
            }
        )
    closing = balances[-1]
    totals = {
        "opening": opening,
        "debit": _sum(entries, "debit"),
        "credit": _sum(entries, "credit"),
        "closing": closing,
        "payable": max(closing, Decimal("0.00")),
    }
    data["document"] |= {
        "due_date": ISSUE_DATE + 14 * _DAY,
        "first_day": first_day,
        "last_day": last_day,
        "notes": [],
    }
    rest = {"entries": entries, "ageing": [_ageing(closing)], "totals": totals, "payment": _payment(language, seed)}
    return {**data, **rest}


def _movements(
    language: str, seed: int, size: int, first_day: date, last_day: date
) -> list[tuple[date, str, str, Decimal]]:
    """(day, text, reference, amount) in the order of days: invoices, and payments of two thirds of them."""
    words = _words()[language]
    step = (last_day - first_day).days / max(size, 1)
    found: list[tuple[date, str, str, Decimal]] = []
    unpaid: list[tuple[str, Decimal]] = []
    claims = _claims(language, seed, size)
    for index in range(size):
        day = first_day + int(index * step) * _DAY
        if index % 5 in (2, 4) and unpaid:
            number, amount = unpaid.pop(0)
            found.append((day, words["payment"], number, -amount))
        elif index % 7 == 5:
            found.append((day, words["credit"], unpaid[-1][0], -_rounded(unpaid[-1][1] / 10)))
        else:
            number, amount = next(claims)
            unpaid.append((number, amount))
            found.append((day, words["invoice"], number, amount))
    return found


def _ageing(closing: Decimal) -> dict[str, Decimal]:
    thirty, sixty = _rounded(closing / 4), _rounded(closing / 10)
    nothing = Decimal("0.00")
    return {
        "not_due": closing - thirty - sixty,
        "days_30": thirty,
        "days_60": sixty,
        "days_90": nothing,
        "over_90": nothing,
    }


def _letter(language: str, seed: int, size: int, kind: str) -> _Data:
    words = _words()[language]
    data = _common(language, seed, kind, f"{ISSUE_DATE.year}/{300 + seed}")
    recipient = data["recipient"]["lines"][0]
    people = [name for invoice in _issued(language, seed) if (name := invoice.buyer.name) != recipient]
    data["document"] |= {
        "subject": words["subject"],
        "salutation": words["salutation"],
        "body": list(islice(cycle(words["body"]), size)),
        "closing": "",
        "signatory": min(people, key=len),
        "position": words["position"],
        "enclosures": list(words["enclosures"]),
    }
    return data


def _cover(language: str, seed: int, size: int, kind: str) -> _Data:
    words = _words()[language]
    data = _common(language, seed, kind, f"P-{4000 + seed}")
    currency = data["document"]["currency"]
    statement = {
        "title": words["statement"],
        "number": f"{1000 + seed}-{ISSUE_DATE:%m}",
        "issue_date": ISSUE_DATE,
        "pages": 2,
        "amount": None,
        "currency": "",
    }
    documents = [statement]
    for index, (number, amount) in enumerate(_claims(language, seed, size - 1)):
        credit = index % 4 == 3
        documents.append(
            {
                "title": words["credit" if credit else "invoice"],
                "number": number,
                "issue_date": ISSUE_DATE - index * _DAY,
                "pages": 1 + index % 3,
                "amount": -_rounded(amount / 10) if credit else amount,
                "currency": currency,
            }
        )
    pages = sum(document["pages"] for document in documents)
    total = sum((document["amount"] for document in documents if document["amount"] is not None), Decimal("0.00"))
    data["document"]["notes"] = []
    totals = {"documents": len(documents), "pages": pages, "sheets": pages}
    return {**data, "documents": documents, "totals": totals, "sums": [{"currency": currency, "amount": total}]}


_MAKERS: Mapping[str, Callable[[str, int, int, str], _Data]] = {
    "invoice": _invoice,
    "credit-note": _invoice,
    "reminder": _reminder,
    "statement": _statement,
    "letter": _letter,
    "cover": _cover,
}


def _sum(rows: Sequence[_Data], field: str) -> Decimal:
    return sum((row[field] for row in rows), Decimal("0.00"))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _month(day: date, language: str) -> str:
    written = format_date(day, "LLLL y", locale=language)
    return written[:1].upper() + written[1:]
