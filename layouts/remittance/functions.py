"""What the expressions of a layout may call: texts, amounts and dates in, a text out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from layouts.errors import LayoutError
from layouts.remittance import denmark, finland, iban, italy, norway, sweden, switzerland
from layouts.remittance.epc import epc_is_possible, epc_payload
from layouts.remittance.links import payment_link, using_qr_payload
from layouts.remittance.scheme import payment_scheme
from layouts.remittance.swiss_qr import Party, swiss_qr_payload

_GROUPERS: tuple[tuple[Callable[[str], bool], Callable[[str], str]], ...] = (
    (iban.creditor_reference_is_valid, iban.grouped_reference),
    (switzerland.qr_reference_is_valid, switzerland.qr_reference_grouped),
)


def reference_grouped(reference: str) -> str:
    """A reference as people read it, where it tells its kind itself: ISO 11649 in fours, a QR reference in fives;
    anything else as given (viite_grouped knows a Finnish one, which looks like any number)."""
    return next((group(reference) for is_valid, group in _GROUPERS if is_valid(reference)), reference.strip())


def epc(
    account: str, name: str, amount: Decimal, currency: str, reference: str = "", text: str = "", bic: str = ""
) -> str:
    """The text of an EPC QR code, "" when the payment can't be one: not in euro, no IBAN, no name, out of range, more
    text than the code may hold."""
    if currency != "EUR" or not epc_is_possible(name=name, iban=account, amount_eur=amount):
        return ""
    try:
        return epc_payload(name=name, iban=account, bic=bic, amount_eur=amount, reference=reference, text=text)
    except LayoutError:
        return ""


def swiss_qr(
    account: str,
    creditor: Mapping[str, object],
    currency: str,
    amount: Decimal | None = None,
    debtor: Mapping[str, object] | None = None,
    reference: str = "",
    message: str = "",
    billing: str = "",
) -> str:
    """The text of a Swiss QR code; creditor and debtor are mappings as in the payment (see scheme.py)."""
    return swiss_qr_payload(
        account=account,
        creditor=Party.of(creditor, "payment.creditor"),
        currency=currency,
        amount=amount,
        debtor=Party.of(debtor, "payment.debtor") if debtor else None,
        reference=reference,
        message=message,
        billing=billing,
    )


def party(name: str, street: str, postcode: str, town: str, country: str, building: str = "") -> Mapping[str, str]:
    """An address as `swiss_qr` takes it, put together from its parts."""
    return {
        "name": name,
        "street": street,
        "building": building,
        "postcode": postcode,
        "town": town,
        "country": country,
    }


def swiss_amount(amount: Decimal) -> str:
    """An amount as a QR-bill prints it, in any language: 1590 → "1 590.00"."""
    return f"{amount:,.2f}".replace(",", "\u00a0")


def bank_barcode(account: str, amount: Decimal, reference: str, due: date | None = None) -> str:
    """The text of a Finnish bank bar code, "" when the payment can't have one: the account is not a Finnish one, the
    amount too high, the reference no number.

    Raises LayoutError E4072 for a reference whose check digit is wrong.
    """
    number = finland.is_numeric(reference)
    if not (number and iban.iban_is_valid(account) and account.strip().upper().startswith("FI")):
        return ""
    return finland.virtual_barcode(account, amount, reference, due) if 0 <= amount < _BARCODE_MOST else ""


_BARCODE_MOST = Decimal(10) ** 6


def using_qr(
    payee: str,
    company_id: str,
    number: str,
    amount: Decimal,
    currency: str,
    account_kind: str,
    account: str,
    issued: date | None = None,
    due: date | None = None,
) -> str:
    """The JSON text of a UsingQR code."""
    return using_qr_payload(
        payee=payee,
        company_id=company_id,
        number=number,
        amount=amount,
        currency=currency,
        account_kind=account_kind,
        account=account,
        issued=issued,
        due=due,
    )


def link(template: str, **fields: object) -> str:
    """A payment link: payment_link(payment.link, number=number, amount=payable)."""
    return payment_link(template, fields)


def kroner(amount: Decimal) -> str:
    """The whole units of an amount, as a giro's first money field has them: 1234.50 → "1234"."""
    return str(int(amount))


def ore(amount: Decimal) -> str:
    """The two digits behind: 1234.50 → "50"."""
    return f"{int(amount.scaleb(2)) % 100:02d}"


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "account_grouped": norway.grouped_account,
    "bank_barcode": bank_barcode,
    "bankgiro_grouped": sweden.bankgiro_grouped,
    "bankgiro_line": sweden.giro_line,
    "creditor_reference": iban.creditor_reference,
    "epc": epc,
    "fik_line": denmark.fik_line,
    "giro_check_digit": norway.giro_check_digit,
    "giro_line_no": norway.giro_line,
    "iban_grouped": iban.iban_grouped,
    "kroner": kroner,
    "notice_grouped": italy.notice_grouped,
    "ore": ore,
    "pagopa": italy.pagopa_payload,
    "party": party,
    "payment_link": link,
    "payment_scheme": payment_scheme,
    "plusgiro_grouped": sweden.plusgiro_grouped,
    "qr_reference_grouped": switzerland.qr_reference_grouped,
    "reference_grouped": reference_grouped,
    "swiss_amount": swiss_amount,
    "swiss_qr": swiss_qr,
    "using_qr": using_qr,
    "viite_grouped": finland.viite_grouped,
    "virtual_barcode": finland.virtual_barcode,
}
"""By the name that expressions call them by."""
