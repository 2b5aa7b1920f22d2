"""What every document has to satisfy, whichever format brought it, before it is taken in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from mailroom.domain.arithmetic import check_totals
from mailroom.domain.countries import COUNTRIES
from mailroom.domain.errors import InputRefused
from mailroom.domain.invoice import AllowanceCharge, InvoiceKind, InvoiceLine, IssuedInvoice, Totals, VatSubtotal
from mailroom.domain.money import CURRENCIES, minor_digits, round_money
from mailroom.intake.document_types import CORRECTED_INVOICE, kind_of
from mailroom.intake.terms import named
from mailroom.intake.values import check_year, plain
from mailroom.intake.xml_tree import missing

_TOTAL_TERMS = {
    "lines": "BT-106",
    "allowances": "BT-107",
    "charges": "BT-108",
    "net": "BT-109",
    "tax": "BT-110",
    "gross": "BT-112",
    "prepaid": "BT-113",
    "rounding": "BT-114",
    "payable": "BT-115",
}
_MISMATCHES_TOLD = 4
_REMEDY_FIGURES = "Have the sender correct the figures and send the document again."


def accept(invoice: IssuedInvoice, *, own_format: bool) -> IssuedInvoice:
    """The document in the house's form: amounts with their currency's decimals, other numbers without idle zeros, so
    that equal content is equal to the letter. `own_format` is true for JSON lines and CSV, which have stricter rules.

    Raises InputRefused: E1010 a required field, E1013 currency, E1014 country, E1015 decimals, E1016 sums,
    E1017 and E1018 signs.
    """
    _check_required(invoice)
    _check_codes(invoice)
    if own_format:
        _check_no_negative_quantity(invoice)
    normal = _normal(invoice)
    _check_prices(normal)
    _check_sums(normal)
    _check_sign(normal)
    return normal


def _check_required(invoice: IssuedInvoice) -> None:
    required = (
        ("BT-1", "number", invoice.number),
        ("BT-27", "seller.name", invoice.seller.name),
        ("BT-44", "buyer.name", invoice.buyer.name),
        ("BT-52", "buyer.address.town", invoice.buyer.address.town),
        ("BG-25", "lines", invoice.lines),
        ("BG-23", "vat", invoice.vat),
    )
    for term, field, value in required:
        if not value:
            raise missing(term, field)
    if invoice.deliver_to is not None and not invoice.deliver_to.town:
        remedy = "Give the town of the address that the letter goes to, or leave the address out."
        raise InputRefused("E1010", "the delivery address has no town", place="deliver_to.town", remedy=remedy)
    for index, line in enumerate(invoice.lines):
        if not line.name:
            raise missing("BT-153", f"lines[{index}].name")
    for index, part in enumerate(invoice.allowances):
        if not part.vat_category:
            raise missing("BT-95", f"allowances[{index}].vat_category")
    for day, field in ((invoice.issue_date, "issue_date"), (invoice.due_date, "due_date")):
        if day is not None:
            check_year(day, field)


def _check_codes(invoice: IssuedInvoice) -> None:
    check_currency(invoice.currency, "currency")
    if invoice.type_code and kind_of(invoice.type_code, "type_code") is not invoice.kind:
        fact = f"type code {invoice.type_code} does not belong to a document of kind {invoice.kind.value}"
        raise InputRefused(
            "E1019", fact, place="type_code", remedy="Correct one of the two, or leave out the type code."
        )
    addresses = (
        ("seller.address.country", invoice.seller.address),
        ("buyer.address.country", invoice.buyer.address),
        ("deliver_to.country", invoice.deliver_to),
    )
    for field, address in addresses:
        if address is not None and address.country not in COUNTRIES:
            fact = f"the country code {address.country!r} does not exist"
            raise InputRefused("E1014", fact, place=field, remedy='Use ISO 3166-1 alpha-2 codes, like "NO" or "SE".')


def check_currency(code: str, place: str) -> None:
    """Refuses (E1013) a currency that is not in ISO 4217."""
    if code not in CURRENCIES:
        fact = f"the currency code {code!r} does not exist"
        raise InputRefused("E1013", fact, place=place, remedy='Use ISO 4217 codes, like "NOK" or "EUR".')


def _check_no_negative_quantity(invoice: IssuedInvoice) -> None:
    if invoice.kind is not InvoiceKind.INVOICE:
        return
    for index, line in enumerate(invoice.lines):
        if line.quantity < 0:
            fact = f"the quantity of line {line.id or index + 1} is negative ({line.quantity}) on an invoice"
            remedy = "Send it as a credit note, with positive quantities."
            raise InputRefused("E1017", fact, place=f"lines[{index}].quantity", remedy=remedy)


def _check_prices(invoice: IssuedInvoice) -> None:
    for index, line in enumerate(invoice.lines):
        shown = line.id or index + 1
        if line.unit_price < 0:
            fact = f"{named('BT-146')} of line {shown} is negative ({line.unit_price})"
            remedy = "Have the sender turn the sign of the quantity, not of the price (BR-27)."
            raise InputRefused("E1017", fact, place=f"lines[{index}].unit_price", remedy=remedy)
        if line.base_quantity <= 0:
            fact = f"{named('BT-149')} of line {shown} is {line.base_quantity}, not above zero"
            raise InputRefused("E1017", fact, place=f"lines[{index}].base_quantity", remedy=_REMEDY_FIGURES)


def _check_sums(invoice: IssuedInvoice) -> None:
    wrong = check_totals(invoice)
    if wrong:
        told = "; ".join(str(mismatch) for mismatch in wrong[:_MISMATCHES_TOLD])
        rest = f"; and {len(wrong) - _MISMATCHES_TOLD} more" if len(wrong) > _MISMATCHES_TOLD else ""
        raise InputRefused("E1016", f"the figures don't add up: {told}{rest}", remedy=_REMEDY_FIGURES)


def _check_sign(invoice: IssuedInvoice) -> None:
    """Single negative lines are common (returned deposits, corrections), and an amount due may be negative because
    more was prepaid than is owed; but an invoice whose own total is negative credits the buyer without saying so."""
    totals = invoice.totals
    if invoice.kind is not InvoiceKind.INVOICE or (totals.net >= 0 and totals.gross >= 0):
        return
    corrects = invoice.type_code == CORRECTED_INVOICE or any(key == "preceding" for key, _ in invoice.references)
    if not corrects:
        fact = f"the invoice's total is negative ({totals.gross} {invoice.currency}) and it corrects no other"
        remedy = "Have the sender issue a credit note, or name the invoice that this one corrects."
        raise InputRefused("E1018", fact, place="totals.gross", remedy=remedy)


def _normal(invoice: IssuedInvoice) -> IssuedInvoice:
    currency = invoice.currency
    return replace(
        invoice,
        lines=tuple(_normal_line(line, index, currency) for index, line in enumerate(invoice.lines)),
        allowances=_normal_parts(invoice.allowances, "allowances", currency),
        vat=tuple(_normal_subtotal(row, index, currency) for index, row in enumerate(invoice.vat)),
        totals=_normal_totals(invoice.totals, currency),
    )


def _normal_line(line: InvoiceLine, index: int, currency: str) -> InvoiceLine:
    place = f"lines[{index}]"
    return replace(
        line,
        quantity=plain(line.quantity),
        unit_price=plain(line.unit_price),
        base_quantity=plain(line.base_quantity),
        net_amount=_amount(line.net_amount, "BT-131", f"{place}.net_amount", currency),
        vat_rate=plain(line.vat_rate),
        allowances=_normal_parts(line.allowances, f"{place}.allowances", currency),
    )


def _normal_parts(parts: tuple[AllowanceCharge, ...], place: str, currency: str) -> tuple[AllowanceCharge, ...]:
    return tuple(
        replace(
            part,
            amount=_amount(part.amount, "BT-92", f"{place}[{index}].amount", currency),
            vat_rate=plain(part.vat_rate),
        )
        for index, part in enumerate(parts)
    )


def _normal_subtotal(row: VatSubtotal, index: int, currency: str) -> VatSubtotal:
    return replace(
        row,
        rate=plain(row.rate),
        taxable=_amount(row.taxable, "BT-116", f"vat[{index}].taxable", currency),
        tax=_amount(row.tax, "BT-117", f"vat[{index}].tax", currency),
    )


def _normal_totals(totals: Totals, currency: str) -> Totals:
    return Totals(
        **{
            name: _amount(getattr(totals, name), term, f"totals.{name}", currency)
            for name, term in _TOTAL_TERMS.items()
        }
    )


def _amount(value: Decimal, term: str, place: str, currency: str) -> Decimal:
    rounded = round_money(value, currency)
    if rounded != value:
        fact = f"{named(term)} is {value}: {currency} has {minor_digits(currency)} decimals"
        raise InputRefused("E1015", fact, place=place, remedy="Have the sender round amounts to the currency's unit.")
    return rounded
