"""The text of an EPC QR code ("scan to pay" in euro).

Source: European Payments Council, EPC069-12 v2.1, "Quick Response Code: guidelines to enable data capture for the
initiation of a SEPA credit transfer", version 002.
"""

from __future__ import annotations

from decimal import Decimal

from layouts.errors import LayoutError
from layouts.remittance.digits import compact
from layouts.remittance.iban import creditor_reference_is_valid, iban_is_valid, required_iban

MOST_BYTES = 331
"""The longest payload: what version 13 (69 × 69 modules) holds at level M."""
LEAST_EUR, MOST_EUR = Decimal("0.01"), Decimal("999999999.99")
_NAME, _TEXT = 70, 140


def epc_payload(*, name: str, iban: str, bic: str, amount_eur: Decimal, reference: str, text: str) -> str:
    """The text of an EPC QR code, version 002.

    A reference goes into the structured field when it is an ISO 11649 one, else before the text. Name and text are cut
    at 70 and 140 characters. The character set is ISO 8859-1 (2) where that suffices, UTF-8 (1) otherwise.
    Raises LayoutError E4072 for a wrong IBAN, E4073 for an amount outside LEAST_EUR to MOST_EUR or with parts of a
    cent, E4075 without a name, E4071 when the text has more than MOST_BYTES.
    """
    account, payee = required_iban(iban, place="payment.account"), _one_line(name)[:_NAME]
    if not payee:
        raise LayoutError(
            "E4075",
            "an EPC QR code needs the name of the payee",
            place="payment.account_name",
            remedy="give the account holder's name",
        )
    if not _amount_fits(amount_eur):
        raise LayoutError(
            "E4073",
            f"the amount {amount_eur} is not whole cents from {LEAST_EUR} to {MOST_EUR} euro",
            place="totals.payable",
            remedy="leave the code out for such an amount",
        )
    structured = compact(reference).upper() if creditor_reference_is_valid(reference) else ""
    free = "" if structured else _one_line(f"{reference} {text}")[:_TEXT]
    rows = [compact(bic), payee, account, f"EUR{amount_eur:.2f}", "", structured, free]
    coding = "2" if _is_latin_1("".join(rows)) else "1"
    payload = "\n".join(["BCD", "002", coding, "SCT", *rows]).rstrip("\n")
    size = len(payload.encode("iso-8859-1" if coding == "2" else "utf-8"))
    if size > MOST_BYTES:
        raise LayoutError(
            "E4071",
            f"the text of the EPC QR code has {size} bytes, more than {MOST_BYTES}",
            place="payment",
            remedy="shorten the payment text or the payee's name",
        )
    return payload


def epc_is_possible(*, name: str, iban: str, amount_eur: Decimal) -> bool:
    """Whether a payment in euro can be an EPC QR code at all: an IBAN, a name, an amount in range."""
    return iban_is_valid(iban) and bool(name.strip()) and _amount_fits(amount_eur)


def _amount_fits(amount_eur: Decimal) -> bool:
    return amount_eur.is_finite() and LEAST_EUR <= amount_eur <= MOST_EUR and amount_eur == round(amount_eur, 2)


def _one_line(text: str) -> str:
    # A line break inside a field would begin the next one.
    return " ".join(text.split())


def _is_latin_1(text: str) -> bool:
    try:
        text.encode("iso-8859-1")
    except UnicodeEncodeError:
        return False
    return True
