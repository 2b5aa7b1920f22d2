"""Finland: the national reference number and the bank bar code (virtual bar code).

Sources: Finance Finland, "Forming a Finnish reference number": weights 7, 3, 1 from the right, the check digit fills up
to the next ten, 4 to 20 digits in all; "Bank Bar Code Guide" 5.3, chapters 9 and 10: 54 digits.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from layouts.errors import LayoutError
from layouts.remittance.digits import (
    are_digits,
    cents,
    compact,
    grouped_from_right,
    require_digits,
    weighted_sum,
    wrong_check_digit,
)
from layouts.remittance.iban import creditor_reference_is_valid, required_iban

VIITE_LENGTHS = range(4, 21)
_WEIGHTS = (7, 3, 1)
_MONEY_DIGITS = 8


def viite(digits: str) -> str:
    """`digits` with their check digit behind. Raises LayoutError E4070 and E4071 when they are not 3 to 19 digits."""
    require_digits(digits, range(3, 20), what="the number", place="payment.reference")
    return f"{digits}{-weighted_sum(digits, _WEIGHTS) % 10}"


def viite_is_valid(reference: str) -> bool:
    """Whether a text is a national reference: 4 to 20 digits with a fitting check digit; blanks are ignored."""
    plain = compact(reference)
    return are_digits(plain) and len(plain) in VIITE_LENGTHS and viite(plain[:-1]) == plain


def viite_grouped(reference: str) -> str:
    """A national reference as people read it: without leading zeros, in fives from the right; else as given."""
    return grouped_from_right(compact(reference).lstrip("0"), 5) if viite_is_valid(reference) else reference.strip()


def is_numeric(reference: str) -> bool:
    """Whether a reference is of digits, as the bank bar code needs it: a national one, or ISO 11649 without letters.
    Check digits are not tested."""
    plain = compact(reference).upper()
    return are_digits(plain.removeprefix("RF"))


def virtual_barcode(account: str, amount: Decimal, reference: str, due: date | None = None) -> str:
    """The 54 digits of the bank bar code (printed as Code 128, set C): version 4 for a national reference, 5 for an
    ISO 11649 one; the account's 16 digits, 6 of euros and 2 of cents, the reference, the due date as YYMMDD or zeros.

    Raises LayoutError E4072 for a wrong IBAN or reference, E4074 for an account outside Finland or a reference with
    letters, E4073 for an amount of a million or more.
    """
    iban = required_iban(account, place="payment.account")
    if not iban.startswith("FI"):
        raise LayoutError(
            "E4074",
            f"the account {iban} is not a Finnish one, and the bank bar code holds no other",
            place="payment.account",
            remedy="give a Finnish account, or leave the bar code out",
        )
    version, field = _reference_field(reference)
    money = cents(amount, range(3, _MONEY_DIGITS + 1), place="bar code amount").zfill(_MONEY_DIGITS)
    return f"{version}{iban[2:]}{money}{field}{due:%y%m%d}" if due else f"{version}{iban[2:]}{money}{field}000000"


def _reference_field(reference: str) -> tuple[str, str]:
    """Symbol version and the 23 digits of the reference."""
    plain = compact(reference).upper()
    if creditor_reference_is_valid(plain):
        if not are_digits(plain[2:]):
            raise LayoutError(
                "E4074",
                f"the reference {plain} has letters, and the bank bar code holds digits only",
                place="payment.reference",
                remedy="make references of digits, or leave the bar code out",
            )
        return "5", plain[2:4] + plain[4:].zfill(21)
    if not viite_is_valid(plain):
        raise wrong_check_digit(reference, what="the reference", place="payment.reference")
    return "4", "000" + plain.zfill(20)
