"""Invoices for tests: one by hand, and strategies for any."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from mailroom.domain.address import PostalAddress
from mailroom.domain.arithmetic import document_totals, line_net, vat_breakdown
from mailroom.domain.invoice import (
    AllowanceCharge,
    InvoiceKind,
    InvoiceLine,
    IssuedInvoice,
    Party,
    Payment,
    Totals,
    VatSubtotal,
)

SELLER = Party("Havlys Drift AS", PostalAddress(("Sjøgata 14",), "8003", "Bodø", "NO"), vat_id="NO930000000MVA")
BUYER = Party("Kari Nygård", PostalAddress(("Kirkeveien 4",), "6856", "Sogndal", "NO"), id="20001")


def line(quantity: str = "2", price: str = "54.90", rate: str = "15", **more: Any) -> InvoiceLine:
    """A line in kroner whose net amount is right."""
    net = line_net(Decimal(quantity), Decimal(price), "NOK", base_quantity=more.get("base_quantity", Decimal(1)))
    return InvoiceLine("1", "Blåbærsyltetøy", Decimal(quantity), "H87", Decimal(price), net, "S", Decimal(rate), **more)


def invoice(*lines: InvoiceLine, **more: Any) -> IssuedInvoice:
    """An invoice in kroner that adds up."""
    lines = lines or (line(),)
    allowances = more.get("allowances", ())
    vat = vat_breakdown(lines, allowances, "NOK")
    totals = document_totals(lines, allowances, vat)
    whole = IssuedInvoice(
        InvoiceKind.INVOICE,
        "A-1",
        date(2026, 3, 2),
        "NOK",
        SELLER,
        BUYER,
        lines,
        vat,
        totals,
        due_date=date(2026, 3, 16),
    )
    return replace(whole, **more)


texts = st.text(max_size=20)
words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12)
amounts = st.decimals(Decimal("-99999999.99"), Decimal("99999999.99"), places=2)
prices = st.decimals(Decimal(0), Decimal("99999.9999"), places=4)
rates = st.sampled_from([Decimal(rate) for rate in (0, 6, 12, 15, 25)])
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
addresses = st.builds(
    PostalAddress, st.lists(texts, max_size=5).map(tuple), postcode=texts, town=texts, country=texts, region=texts
)
parts = st.builds(AllowanceCharge, st.booleans(), amounts, reason=texts, vat_category=texts, vat_rate=rates)
any_invoices = st.builds(
    IssuedInvoice,
    kind=st.sampled_from(InvoiceKind),
    number=texts,
    issue_date=days,
    currency=texts,
    seller=st.builds(Party, texts, addresses, id=texts, legal=texts),
    buyer=st.builds(Party, texts, addresses, vat_id=texts, trading_name=texts),
    lines=st.lists(
        st.builds(
            InvoiceLine, texts, texts, amounts, texts, prices, amounts, texts, rates, allowances=st.tuples(parts)
        ),
        max_size=3,
    ).map(tuple),
    vat=st.lists(st.builds(VatSubtotal, texts, rates, amounts, amounts), max_size=2).map(tuple),
    totals=st.builds(Totals, *[amounts] * 9),
    due_date=st.none() | days,
    payment=st.builds(Payment, reference=texts, terms=texts),
    allowances=st.lists(parts, max_size=2).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
    references=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    language=texts,
    deliver_to=st.none() | addresses,
    type_code=texts,
)
"""Any invoice at all, most of them nonsense."""


@st.composite
def sound_lines(draw: st.DrawFn) -> tuple[InvoiceLine, ...]:
    """Lines whose net amounts are right, with discounts and base quantities."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        quantity = draw(st.decimals(Decimal("0.001"), Decimal(9999), places=3))
        price = draw(prices)
        base = draw(st.sampled_from([Decimal(1), Decimal(100), Decimal(3)]))
        discount = (AllowanceCharge(False, draw(st.decimals(0, 5, places=2)), "Rabatt"),) if draw(st.booleans()) else ()
        net = line_net(quantity, price, "NOK", base_quantity=base, allowances=discount)
        found.append(
            InvoiceLine(
                *(str(number + 1), draw(words), quantity, "C62", price, net, "S", draw(rates.filter(bool))),
                base_quantity=base,
                allowances=discount,
            )
        )
    return tuple(found)


sound_allowances = st.lists(
    st.builds(
        AllowanceCharge,
        st.booleans(),
        st.decimals(0, 999, places=2),
        reason=words,
        vat_category=st.just("S"),
        vat_rate=rates.filter(bool),
    ),
    max_size=2,
).map(tuple)


@st.composite
def sound_invoices(draw: st.DrawFn) -> IssuedInvoice:
    """Invoices that add up."""
    return invoice(*draw(sound_lines()), allowances=draw(sound_allowances))
