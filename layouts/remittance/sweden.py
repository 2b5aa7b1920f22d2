"""Sweden: OCR references, Bankgiro and Plusgiro numbers, and the code line of the payment slip.

Source: Bankgirot, "Bankgiro Inbetalningar, användarmanual" (2017), section 5.2: modulus 10 with weights 2, 1, … from
the right over digit sums, length 2 to 25; with length control, the digit before the check digit is the whole length
modulus 10. The widths of the code line's columns are those in common use, not of a published drawing: hold a print
against the template of the bank.
"""

from __future__ import annotations

import re
from decimal import Decimal

from layouts.remittance.digits import (
    are_digits,
    cents,
    compact,
    luhn_digit,
    passes_luhn,
    require_digits,
    wrong_check_digit,
)

OCR_LENGTHS = range(2, 26)
BANKGIRO_FORM = "41"
"""The code of a Bankgiro slip at the end of its line."""

_BANKGIRO = re.compile(r"(\d{3,4})-?(\d{4})")
_PLUSGIRO = re.compile(r"(\d{1,3}?)(\d\d)?(\d\d)?(\d)")
_REFERENCE_COLUMNS, _KRONOR_COLUMNS, _ACCOUNT_COLUMNS = 25, 8, 25


def ocr_reference(digits: str, *, length_digit: bool = False) -> str:
    """`digits` with their check digit behind, and the length digit before it when asked for.

    Raises LayoutError E4070 and E4071 for what is not digits, or makes a reference longer than 25.
    """
    extra = 2 if length_digit else 1
    require_digits(digits, range(1, 26 - extra), what="the number", place="payment.reference")
    payload = f"{digits}{(len(digits) + extra) % 10}" if length_digit else digits
    return payload + luhn_digit(payload)


def ocr_is_valid(reference: str, *, length_digit: bool = False, lengths: tuple[int, ...] = ()) -> bool:
    """Whether the check digit fits, and, as the agreement with the bank has it, the length digit or one of the fixed
    lengths. Blanks are ignored."""
    plain = compact(reference)
    if not are_digits(plain) or len(plain) not in OCR_LENGTHS or not passes_luhn(plain):
        return False
    if length_digit and (len(plain) < 3 or int(plain[-2]) != len(plain) % 10):
        return False
    return not lengths or len(plain) in lengths


def bankgiro_is_valid(number: str) -> bool:
    """Seven or eight digits, the last a check digit; a hyphen before the last four and blanks are ignored."""
    match = _BANKGIRO.fullmatch(compact(number))
    return match is not None and passes_luhn("".join(match.groups()))


def bankgiro_grouped(number: str) -> str:
    """A Bankgiro number as people read it: 991-2346, 5050-1055; anything else as given."""
    match = _BANKGIRO.fullmatch(compact(number))
    return f"{match[1]}-{match[2]}" if match else number.strip()


def plusgiro_is_valid(number: str) -> bool:
    """Two to eight digits, the last a check digit; a hyphen before it and blanks are ignored."""
    plain = compact(number).replace("-", "")
    return are_digits(plain) and 2 <= len(plain) <= 8 and passes_luhn(plain)


def plusgiro_grouped(number: str) -> str:
    """A Plusgiro number as people read it: 28 65 43-4, 474 70 02-6; anything else as given."""
    match = _PLUSGIRO.fullmatch(compact(number).replace("-", ""))
    return f"{' '.join(filter(None, match.groups()[:3]))}-{match[4]}" if match else number.strip()


def giro_line(
    reference: str, amount: Decimal, account: str, form_code: str = BANKGIRO_FORM, *, columns: bool = False
) -> str:
    """The code line: "# 665760 # 1800 00 2 > 9912346#41#", with the reference, kronor, öre, the Luhn digit over both,
    the account and the code of the form. With `columns`, a column a character at ten to the inch: the reference flush
    right in 25, kronor in 8, the account in 25.

    Raises LayoutError E4070 to E4072 for a wrong reference, account or form code, E4073 for an amount of 10⁸ or more.
    """
    plain, number = compact(reference), compact(account).replace("-", "")
    require_digits(plain, OCR_LENGTHS, what="the reference", place="payment.reference")
    require_digits(number, range(2, 9), what="the giro number", place="payment.account")
    for text, what, key in ((plain, "the reference", "reference"), (number, "the giro number", "account")):
        if not passes_luhn(text):
            raise wrong_check_digit(text, what=what, place=f"payment.{key}")
    require_digits(form_code, range(2, 3), what="the form code", place="payment.form_code")
    money = cents(amount, range(3, _KRONOR_COLUMNS + 3), place="giro amount")
    kronor, ore, check = money[:-2], money[-2:], luhn_digit(money)
    if not columns:
        return f"# {plain} # {kronor} {ore} {check} > {number}#{form_code}#"
    left = f"# {plain:>{_REFERENCE_COLUMNS}} #{kronor:>{_KRONOR_COLUMNS}} {ore}   {check}"
    return f"{left} >{number:>{_ACCOUNT_COLUMNS}}#{form_code}#"
