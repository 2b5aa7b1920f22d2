"""Invoices for demonstrations, benchmarks and tests: any number of them, the same for the same seed.

python -m examples.generator --pieces 1000 --seed 7 --out invoices.jsonl
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from examples.customers import COUNTRY_WEIGHTS, Customer, draw_customer, tables
from examples.files import write_csv, write_jsonl
from examples.references import creditor_reference, fik, kid, ocr, own_number, qr_reference, viite
from mailroom.domain.address import PostalAddress
from mailroom.domain.arithmetic import document_totals, line_net, vat_breakdown
from mailroom.domain.invoice import AllowanceCharge, InvoiceKind, InvoiceLine, IssuedInvoice, Party, Payment

ISSUE_DATE = date(2026, 3, 2)
LINES_PER_PAGE = 20

_PAGE_WEIGHTS = {1: 620, 2: 200, 3: 70, 4: 35, 5: 20, 6: 15, 7: 10, 8: 8, 9: 7, 10: 5, 11: 5, 12: 5}
_LONGEST_PAGES = 12
_LONG_EVERY, _LONG_AT = 50, 16
"""Every fiftieth piece is a long one, so that a small run holds one too."""

_DOCUMENTS_OF_PIECE = {1: 88, 2: 9, 3: 3}
_CREDIT_NOTE_CHANCE = 0.05
_CENT = Decimal("0.01")
_REFERENCES = {
    "kid": kid,
    "ocr": ocr,
    "fik": fik,
    "viite": viite,
    "qrr": qr_reference,
    "rf": creditor_reference,
    "number": own_number,
}
_EXPORT_REASON = "Export from Norway: no value added tax is charged"
_EXPORT_CATEGORY = "G"


@dataclass(slots=True)
class _Numbers:
    """The running number of documents; `prefix` keeps runs of different seeds apart."""

    prefix: int
    count: int = 0

    def next(self) -> str:
        self.count += 1
        return f"{self.prefix}-{self.count:05d}"


def generate(pieces: int, seed: int, countries: Mapping[str, int] = COUNTRY_WEIGHTS) -> Iterator[IssuedInvoice]:
    """Invoices and credit notes for `pieces` mail pieces: customers that differ in identity or address.

    `countries` says how often a customer lives where; `examples.customers.EVERY_COUNTRY` has all seven languages.

    A customer has one to three documents of the same day, one after another, so there are at least as many documents
    as pieces. All letters are in NFC, all sums right, all check digits valid. Pure: the same arguments, the same
    documents.
    """
    chance = random.Random(seed)
    seed_part = 1000 + seed % 9000
    numbers = _Numbers(seed_part)
    taken: set[tuple[str, str]] = set()
    for piece in range(pieces):
        customer = draw_customer(chance, piece + 1, seed_part, taken, countries)
        documents = chance.choices(list(_DOCUMENTS_OF_PIECE), list(_DOCUMENTS_OF_PIECE.values()))[0]
        for document in range(documents):
            long = document == 0 and piece % _LONG_EVERY == _LONG_AT
            yield _document(chance, customer, numbers, long=long)


def _document(chance: random.Random, customer: Customer, numbers: _Numbers, *, long: bool) -> IssuedInvoice:
    data = tables()[customer.seller_country]
    words = tables()[customer.party.address.country]
    number = numbers.next()
    credit = not long and numbers.count > 1 and chance.random() < _CREDIT_NOTE_CHANCE
    export = customer.party.address.country != customer.seller_country
    pages = _LONGEST_PAGES if long else _pages(chance)
    count = chance.randint(1, 5) if credit else _line_count(chance, pages)
    currency = words["currency"]
    lines = tuple(_line(chance, words, index + 1, currency, export=export) for index in range(count))
    allowances = () if credit else _allowances(chance, words, lines, currency)
    reasons = {_EXPORT_CATEGORY: _EXPORT_REASON}
    vat = vat_breakdown(lines, allowances, currency, reasons)
    totals = document_totals(lines, allowances, vat)
    if not credit and chance.random() < 0.03:
        prepaid = (totals.gross / 4).quantize(_CENT, ROUND_HALF_UP)
        totals = document_totals(lines, allowances, vat, prepaid=prepaid)
    invoice = IssuedInvoice(
        kind=InvoiceKind.CREDIT_NOTE if credit else InvoiceKind.INVOICE,
        number=number,
        issue_date=ISSUE_DATE,
        currency=currency,
        seller=_seller(customer.seller_country),
        buyer=customer.party,
        lines=lines,
        vat=vat,
        totals=totals,
        allowances=allowances,
        notes=(words["note"],) if chance.random() < 0.5 else (),
        references=_references(chance, numbers, words, credit=credit),
        language=words["language"],
        deliver_to=customer.deliver_to,
    )
    if credit:
        return replace(invoice, payment=Payment(terms=words["credited"]))
    due_days = data["due_days"]
    return replace(invoice, due_date=ISSUE_DATE + timedelta(days=due_days), payment=_payment(data, words, number))


def _pages(chance: random.Random) -> int:
    return chance.choices(list(_PAGE_WEIGHTS), list(_PAGE_WEIGHTS.values()))[0]


def _line_count(chance: random.Random, pages: int) -> int:
    """Lines that fill so many pages: any number on a single page, the last page of several not empty."""
    if pages == 1:
        return chance.randint(1, 12)
    return (pages - 1) * LINES_PER_PAGE - chance.randint(0, 4)


def _seller(country: str) -> Party:
    seller = tables()[country]["seller"]
    address = PostalAddress(tuple(seller["lines"]), seller["postcode"], seller["town"], country)
    told = ("vat_id", "registration", "legal", "phone", "email")
    return Party(name=seller["name"], address=address, **{name: seller.get(name, "") for name in told})


def _line(chance: random.Random, words: dict[str, Any], index: int, currency: str, *, export: bool) -> InvoiceLine:
    name, description, article, unit, price, level = chance.choice(words["goods"])
    quantity = _quantity(chance, unit)
    unit_price, base = _price(chance, Decimal(price))
    gross = line_net(quantity, unit_price, currency, base_quantity=base)
    parts: tuple[AllowanceCharge, ...] = ()
    if chance.random() < 0.08:
        discount = (gross / 10).quantize(_CENT, ROUND_HALF_UP)
        parts = (AllowanceCharge(False, discount, words["discount"]),) if discount else ()
    rate = Decimal(0) if export else Decimal(words["vat"][level])
    category = _EXPORT_CATEGORY if export else ("S" if rate else "Z")
    return InvoiceLine(
        id=str(index),
        name=name,
        quantity=quantity,
        unit=unit,
        unit_price=unit_price,
        net_amount=line_net(quantity, unit_price, currency, base_quantity=base, allowances=parts),
        vat_category=category,
        vat_rate=rate,
        description=description if chance.random() < 0.25 else "",
        article=article,
        base_quantity=base,
        allowances=parts,
    )


def _quantity(chance: random.Random, unit: str) -> Decimal:
    """Amounts as they are measured: hours in quarters, kilograms in grams, the rest in whole units."""
    match unit:
        case "KWH":
            return Decimal(chance.randint(40, 3400))
        case "HUR":
            return Decimal(chance.randint(1, 48)) / 4
        case "KGM":
            return Decimal(chance.randint(120, 24_000)) / 1000
        case "MON" | "QAN" | "DAY":
            return Decimal(chance.randint(1, 6))
        case _:
            return Decimal(chance.randint(1, 60))


def _price(chance: random.Random, listed: Decimal) -> tuple[Decimal, Decimal]:
    """A price near the listed one, with as many decimals, and its base quantity: small prices are at times per 100."""
    drawn = (listed * chance.randint(85, 120) / 100).quantize(listed, ROUND_HALF_UP)
    if listed < 1 and chance.random() < 0.2:
        return drawn * 100, Decimal(100)
    return drawn, Decimal(1)


def _allowances(
    chance: random.Random, words: dict[str, Any], lines: Sequence[InvoiceLine], currency: str
) -> tuple[AllowanceCharge, ...]:
    """Now and then a discount on the whole, now and then freight, both at the VAT of the dearest line."""
    dearest = max(lines, key=lambda line: line.net_amount)
    found = []
    if chance.random() < 0.06:
        discount = (dearest.net_amount / 20).quantize(_CENT, ROUND_HALF_UP)
        found.append(AllowanceCharge(False, discount, words["campaign"], dearest.vat_category, dearest.vat_rate))
    if chance.random() < 0.08:
        drawn = Decimal(chance.randint(49, 249)) if currency not in ("EUR", "GBP") else Decimal("9.90")
        freight = drawn * words.get("freight_scale", 1)
        found.append(AllowanceCharge(True, freight, words["freight"], dearest.vat_category, dearest.vat_rate))
    return tuple(part for part in found if part.amount)


def _references(
    chance: random.Random, numbers: _Numbers, words: dict[str, Any], *, credit: bool
) -> tuple[tuple[str, str], ...]:
    found = []
    if chance.random() < 0.3:
        found.append(("buyer-reference", f"{chance.choice(words['first_names'])} {chance.choice(words['last_names'])}"))
    if chance.random() < 0.25:
        found.append(("order", f"PO-{chance.randint(10_000, 99_999)}"))
    if credit:
        found.append(("preceding", f"{numbers.prefix}-{chance.randint(1, numbers.count - 1):05d}"))
    if chance.random() < 0.4:
        delivered = ISSUE_DATE - timedelta(days=chance.randint(1, 20))
        found.append(("delivery-date", delivered.isoformat()))
    return tuple(found)


def _payment(data: dict[str, Any], words: dict[str, Any], number: str) -> Payment:
    seller = data["seller"]
    return Payment(
        means=data["means"],
        reference=_REFERENCES[data["reference"]](number.replace("-", "")),
        account=seller["account"],
        bic=seller["bic"],
        account_name=seller["name"],
        terms=words["terms"],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write generated documents to a file."""
    parser = argparse.ArgumentParser(prog="python -m examples.generator", description=main.__doc__)
    parser.add_argument("--pieces", type=int, required=True, help="number of mail pieces")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same documents (default 1)")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--csv", action="store_true", help="write CSV instead of JSON lines")
    chosen = parser.parse_args(arguments)
    if chosen.pieces < 1:
        parser.error("--pieces must be at least 1")
    write = write_csv if chosen.csv else write_jsonl
    count = write(chosen.out, generate(chosen.pieces, chosen.seed))
    sys.stderr.write(f"{count} documents for {chosen.pieces} pieces: {chosen.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
