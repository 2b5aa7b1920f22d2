"""What must stand on a payment part: its codes, its code line, and how often the amount.

Said here anew from the rules of each scheme, not taken from the functions that the layouts call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from examples.references import luhn_digit
from layouts.wording import load_wording
from mailroom.domain.invoice import InvoiceKind, IssuedInvoice

Payment = Mapping[str, str]
"""What a payment says besides what an invoice can: `layouts/data/invoice.toml`, [payment]."""

_MOST_NAME, _MOST_TEXT = 70, 140
_FIK_DIGITS = 15


class Symbol(NamedTuple):
    """A code: its symbology and what it says."""

    symbology: str
    text: str


@dataclass(frozen=True, slots=True)
class DueSlip:
    """`amounts` says how often the payable amount stands there in the figures of the document's language; `texts` must
    stand there without regard to blanks; `symbols` are all codes of the last page but the sheet's own."""

    amounts: int
    texts: Callable[[IssuedInvoice, Payment], tuple[str, ...]]
    symbols: Callable[[IssuedInvoice, str], tuple[Symbol, ...]]


def payment_of(invoice: IssuedInvoice) -> Payment:
    """What some sellers agreed with their banks, and, for every other invoice, a printed form that they ask for."""
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        return {}
    asked = int(invoice.number[-1]) % 2 == 1
    match invoice.seller.address.country, invoice.currency:
        case "DK", "DKK":
            return {"creditor_number": "85799665", "card_type": "71"}
        case "SE", "SEK":
            return {"bankgiro": "991-2346", **({"scheme": "se-bankgiro"} if asked else {})}
        case "NO", "NOK":
            return {"scheme": "no-giro"} if asked else {}
        case "DE" | "AT", "EUR":
            return {"scheme": "epc"} if asked else {}
        case _:
            return {}


_OF_COUNTRY = {("DK", "DKK"): "dk-fik", ("FI", "EUR"): "fi-giro", ("CH", "CHF"): "ch-qr"}


def slip_of(invoice: IssuedInvoice, payment: Payment) -> str:
    """The payment part that an invoice must get: the one its payment asks for, that of the seller's country where it is
    more than a reminder, else the plain one; "" for none."""
    if invoice.kind is InvoiceKind.CREDIT_NOTE or invoice.totals.payable <= 0 or not invoice.payment.account:
        return ""
    told = _OF_COUNTRY.get((invoice.seller.address.country, invoice.currency), "plain")
    return payment.get("scheme", told)


# ── codes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def epc_symbols(invoice: IssuedInvoice, language: str) -> tuple[Symbol, ...]:
    """Whatever is paid in euro to an IBAN bears an EPC code."""
    if invoice.currency != "EUR" or not invoice.payment.account[:2].isalpha():
        return ()
    return (Symbol("QRCode", epc_text(invoice, language)),)


def epc_text(invoice: IssuedInvoice, language: str) -> str:
    """The text of the EPC code (EPC069-12, version 002): twelve lines, empty ones at the end left out. `language` is
    that of the payment part."""
    payment = invoice.payment
    free = load_wording(language).get("payment.text").format(number=invoice.number)
    is_structured = payment.reference.startswith("RF")
    rows = (
        payment.bic,
        payment.account_name[:_MOST_NAME],
        payment.account,
        f"EUR{invoice.totals.payable:.2f}",
        "",
        payment.reference if is_structured else "",
        "" if is_structured else f"{payment.reference} {free}"[:_MOST_TEXT],
    )
    character_set = "2" if all(ord(letter) < 256 for letter in "".join(rows)) else "1"
    return "\n".join(("BCD", "002", character_set, "SCT", *rows)).rstrip("\n")


def _finnish_symbols(invoice: IssuedInvoice, language: str) -> tuple[Symbol, ...]:
    return (*epc_symbols(invoice, language), Symbol("Code128", bank_bar_code(invoice)))


def bank_bar_code(invoice: IssuedInvoice) -> str:
    """The 54 digits of the Finnish bank bar code, version 4 (Finance Finland, "Bank Bar Code Guide")."""
    account, reference = invoice.payment.account.removeprefix("FI"), invoice.payment.reference
    due = f"{invoice.due_date:%y%m%d}" if invoice.due_date else "000000"
    return f"4{account}{_cents(invoice):08}000{reference:>020}{due}"


def _swiss_symbols(invoice: IssuedInvoice, _language: str) -> tuple[Symbol, ...]:
    return (Symbol("QRCode", swiss_text(invoice)),)


def swiss_text(invoice: IssuedInvoice) -> str:
    """The text of the Swiss QR code (SIX, QR-bill 2.3) for a bill to a QR-IBAN, whose payer is left open."""
    seller = invoice.seller
    street = ", ".join(seller.address.lines)
    creditor = ("S", invoice.payment.account_name, street, "", seller.address.postcode, seller.address.town, "CH")
    nobody = ("",) * 7
    amount = (f"{invoice.totals.payable:.2f}", invoice.currency)
    end = ("QRR", invoice.payment.reference, "", "EPD")
    return "\n".join(("SPC", "0200", "1", invoice.payment.account, *creditor, *nobody, *amount, *nobody, *end))


def _no_symbols(_invoice: IssuedInvoice, _language: str) -> tuple[Symbol, ...]:
    return ()


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _account_and_reference(invoice: IssuedInvoice, _payment: Payment) -> tuple[str, ...]:
    return invoice.payment.account, invoice.payment.reference


def _norwegian_line(invoice: IssuedInvoice, _payment: Payment) -> tuple[str, ...]:
    kroner, ore, digit = _money(invoice)
    account = invoice.payment.account[-11:]
    return (f"{invoice.payment.reference}{kroner}{ore}<{digit}>{account}",)


def _danish_line(invoice: IssuedInvoice, payment: Payment) -> tuple[str, ...]:
    kroner, ore, _ = _money(invoice)
    reference = invoice.payment.reference.zfill(_FIK_DIGITS)
    return f"+{payment['card_type']}<{reference}+{payment['creditor_number']}<", kroner, ore


def _swedish_line(invoice: IssuedInvoice, payment: Payment) -> tuple[str, ...]:
    kroner, ore, digit = _money(invoice)
    number = payment["bankgiro"].replace("-", "")
    return f"#{invoice.payment.reference}#{kroner}{ore}{digit}>{number}#41#", payment["bankgiro"]


def _swiss_texts(invoice: IssuedInvoice, payment: Payment) -> tuple[str, ...]:
    # Receipt and payment part both say the amount, with a blank between thousands and a point before hundredths.
    return (*_account_and_reference(invoice, payment), *[f"{invoice.totals.payable:.2f}"] * 2)


def _money(invoice: IssuedInvoice) -> tuple[str, str, str]:
    """The payable amount's whole units, its hundredths and the check digit over both."""
    cents = str(_cents(invoice))
    return cents[:-2], cents[-2:], luhn_digit(cents)


def _cents(invoice: IssuedInvoice) -> int:
    return int(invoice.totals.payable * Decimal(100))


SLIPS: Mapping[str, DueSlip] = {
    "plain": DueSlip(1, _account_and_reference, epc_symbols),
    "epc": DueSlip(1, _account_and_reference, epc_symbols),
    "fi-giro": DueSlip(1, _account_and_reference, _finnish_symbols),
    "ch-qr": DueSlip(0, _swiss_texts, _swiss_symbols),
    "no-giro": DueSlip(1, _norwegian_line, _no_symbols),
    "dk-fik": DueSlip(0, _danish_line, _no_symbols),
    "se-bankgiro": DueSlip(0, _swedish_line, _no_symbols),
}
"""By the name of the payment part. pagoPA wants a notice that none of these invoices has."""
