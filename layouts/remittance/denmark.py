"""Denmark: the payment identification and the OCR line of the joint payment slip (fælles indbetalingskort, FIK).

Source: PBS/Nets, "Det Fælles IndbetalingsSystem, Fremstilling af indbetalingskort": card type 71 carries 15 digits, 75
carries 16, both with a modulus 10 check digit; 73 carries none; the creditor's number has 8 digits. The identification
stands flush right in 16 columns, so a line of type 71 has a blank before it.
"""

from __future__ import annotations

from layouts.errors import LayoutError
from layouts.remittance.digits import (
    are_digits,
    compact,
    luhn_digit,
    passes_luhn,
    require_digits,
    wrong_check_digit,
)

FIK_DIGITS = {"71": 15, "73": 0, "75": 16}
"""Digits of the payment identification, check digit included, by card type."""

_COLUMNS = 16
_CREDITOR_DIGITS = range(8, 9)


def fik_reference(digits: str, card_type: str = "71") -> str:
    """The payment identification of some digits: filled with zeros from the left, the check digit behind.

    Raises LayoutError E4077 for a card type without identification, E4070 and E4071 for what is not digits or too long.
    """
    length = _length(card_type)
    if not length:
        raise LayoutError(
            "E4077",
            f"a slip of card type {card_type} has no payment identification",
            place="payment.card_type",
            remedy="use card type 71 or 75",
        )
    require_digits(digits, range(1, length), what="the number", place="payment.reference")
    filled = digits.zfill(length - 1)
    return filled + luhn_digit(filled)


def fik_is_valid(reference: str, card_type: str = "71") -> bool:
    """Whether a text is a payment identification of this card type; leading zeros may be left out, blanks are ignored.
    For card type 73, whether it is empty."""
    length, plain = _length(card_type), compact(reference)
    if not length:
        return not plain
    return are_digits(plain) and 2 <= len(plain) <= length and passes_luhn(plain)


def fik_line(card_type: str, reference: str, creditor_number: str) -> str:
    """The OCR line: "+71< 000000067097535+85799665<".

    Raises LayoutError E4077 for an unknown card type, E4070 to E4072 for a wrong identification or creditor number.
    """
    length, plain, creditor = _length(card_type), compact(reference), compact(creditor_number)
    if length:
        require_digits(plain, range(2, length + 1), what="the payment identification", place="payment.reference")
        if not passes_luhn(plain):
            raise wrong_check_digit(plain, what="the payment identification", place="payment.reference")
        plain = plain.zfill(length)
    elif plain:
        require_digits(plain, range(1), what="the identification of card type 73", place="payment.reference")
    require_digits(creditor, _CREDITOR_DIGITS, what="the creditor number", place="payment.creditor_number")
    return f"+{card_type}<{plain:>{_COLUMNS}}+{creditor}<"


def _length(card_type: str) -> int:
    if card_type not in FIK_DIGITS:
        raise LayoutError(
            "E4077",
            f"there is no card type {card_type!r}; there are {', '.join(FIK_DIGITS)}",
            place="payment.card_type",
            remedy="give the card type of the agreement with the bank",
        )
    return FIK_DIGITS[card_type]
