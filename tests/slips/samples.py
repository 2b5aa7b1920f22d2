"""Payments of every kind of slip, on invoices made up for tests. The numbers are published examples where there are
any: see tests/remittance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.layouts.samples import invoice
from tests.remittance.parties import INSURER, SARAH


def bill(
    amount: str, payment: Mapping[str, Any], currency: str, seller: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """An invoice of one line over `amount`, without VAT."""
    value = Decimal(amount)
    line = invoice(1)["lines"][0] | {"quantity": Decimal(1), "unit_price": value, "net_amount": value}
    return invoice(
        1,
        lines=[line | {"vat_rate": Decimal(0), "allowances": []}],
        document={"currency": currency, "due_date": date(2026, 3, 19)},
        payment={"reference": "", "account": "", **payment},
        seller=dict(seller),
        **more,
    )


def swiss(amount: str = "121.00", **payment: Any) -> dict[str, Any]:
    """SIX's test data for the QR-bill, Nr. 5, without its alternative scheme."""
    given = {
        "account": "CH2231989000007611146",
        "reference": "000003701588132583136809972",
        "creditor": INSURER,
        "debtor": SARAH,
        "message": "Premium calculation July 2020",
        "billing": "//S1/10/10201409/11/200630/20/140.000-53/30/102673831/31/200630/32/7.7/33/7.7:9.30/40/0:30",
    }
    return bill(amount, given | payment, "CHF", {"country": "CH"})


def norwegian(amount: str = "1234.50", **payment: Any) -> dict[str, Any]:
    given = {"scheme": "no-giro", "account": "15038300005", "reference": "008000011688373"}
    return bill(amount, given | payment, "NOK", {"country": "NO"})


def danish(amount: str = "1234.50", **payment: Any) -> dict[str, Any]:
    """The line of STANDARDS: +71< 000000067097535+85799665<."""
    given = {"creditor_number": "85799665", "card_type": "71", "reference": "67097535", "account": "85799665"}
    return bill(amount, given | payment, "DKK", {"country": "DK"})


def swedish(amount: str = "1800.00", **payment: Any) -> dict[str, Any]:
    """The Bankgiro line of STANDARDS: # 665760 # 1800 00 2 > 9912346#41#."""
    given = {"scheme": "se-bankgiro", "account": "991-2346", "reference": "665760"}
    return bill(amount, given | payment, "SEK", {"country": "SE"})


def finnish(amount: str = "12.25", **payment: Any) -> dict[str, Any]:
    """The virtual bar code of the Bank Bar Code Guide."""
    given = {"account": "FI3715903000000776", "reference": "11112", "bic": "NDEAFIHH"}
    data = bill(amount, given | payment, "EUR", {"country": "FI"})
    data["document"]["due_date"] = date(2016, 12, 21)
    return data


def euro(amount: str = "1590.00", **payment: Any) -> dict[str, Any]:
    given = {"account": "DE89370400440532013000", "bic": "COBADEFFXXX", "reference": "RF18539007547034"}
    return bill(amount, given | payment, "EUR", {"country": "DE"})


def italian(amount: str = "104.20", **payment: Any) -> dict[str, Any]:
    given = {"account": "IT60X0542811101000000123456", "notice": "001340000013900808", "creditor_number": "77777777777"}
    return bill(amount, given | payment, "EUR", {"country": "IT"})
