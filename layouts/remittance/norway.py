"""Norway: KID, account numbers and the code line of the giro.

Sources: KID length 4 to 25, modulus 10 with weights 2, 1, … from the right over digit sums, modulus 11 with weights
2 to 7 from the right, where a rest of 10 gives "-" (Nets, "KID", system specification OCR giro). The account's modulus
11 has the same weights; no account has a rest of 10 (Bankenes Standardiseringskontor, Telepay 2.1, "Kontonummer,
kontroll"). The code line: the rules of Nets' "OCR giro, brukerhåndbok" for filling in the form, as Cordel sums them up
("Krav til oppsett av giroblankett for OCR"); the width of the kroner field and the gaps that these leave open are ours,
so that the whole line with its form number, 76 columns, fits a form of 210 mm.
"""

from __future__ import annotations

from decimal import Decimal

from layouts.errors import LayoutError
from layouts.remittance.digits import (
    are_digits,
    cents,
    compact,
    luhn_digit,
    require_digits,
    weighted_sum,
    wrong_check_digit,
)
from layouts.remittance.iban import iban_grouped, iban_is_valid

KID_LENGTHS = range(4, 26)
_WEIGHTS_11 = (2, 3, 4, 5, 6, 7)
_KID_COLUMNS, _KRONER_COLUMNS = 25, 8
_FORM_DIGITS = range(10, 11)


def kid_mod10(digits: str) -> str:
    """`digits` with their modulus 10 check digit behind. Raises LayoutError E4035 when they are not 3 to 24 digits."""
    _check_payload(digits)
    return digits + luhn_digit(digits)


def kid_mod11(digits: str) -> str:
    """`digits` with their modulus 11 check character ("0" to "9" or "-") behind. Raises LayoutError like kid_mod10."""
    _check_payload(digits)
    check = -weighted_sum(digits, _WEIGHTS_11) % 11
    return f"{digits}{'-' if check == 10 else check}"


def kid_is_valid(kid: str) -> bool:
    """Whether a text is a KID by either modulus: 4 to 25 characters, digits but for a last "-"."""
    payload = kid[:-1]
    if len(kid) not in KID_LENGTHS or not are_digits(payload):
        return False
    return kid in (kid_mod10(payload), kid_mod11(payload))


def is_norwegian_account(account: str) -> bool:
    """Eleven digits (dots and spaces ignored), or a Norwegian IBAN. The check digit of the account is not tested."""
    plain = _plain(account)
    return (len(plain) == 11 and are_digits(plain)) or (plain[:2] == "NO" and iban_is_valid(plain))


def norwegian_account_is_valid(account: str) -> bool:
    """Eleven digits of which the last is the modulus 11 check digit; dots and spaces are ignored; or such an IBAN."""
    if not is_norwegian_account(account):
        return False
    digits = _plain(account)[-11:]
    return (weighted_sum(digits[:-1], _WEIGHTS_11) + int(digits[-1])) % 11 == 0


def grouped_account(account: str) -> str:
    """An account as people read it: Norwegian 1234 56 78901, IBAN in fours, anything else as given."""
    plain = _plain(account)
    if len(plain) == 11 and are_digits(plain):
        return f"{plain[:4]} {plain[4:6]} {plain[6:]}"
    return iban_grouped(account)


def giro_check_digit(amount: Decimal) -> str:
    """The modulus 10 digit over kroner and øre that stands between < and >. Raises LayoutError E4073."""
    return luhn_digit(_amount(amount))


def giro_line(kid: str, amount: Decimal, account: str, form_number: str = "") -> str:
    """The code line of a Norwegian giro, a column a character at ten to the inch: the KID flush right in 25 columns,
    kroner flush right in 8, two blanks, øre, the amount's check digit in the third of five columns "< 2 >", two blanks,
    the account as 1234 56 78903, and the form's number in < >, if it has one. The KID may be empty.

    Raises LayoutError E4072 for a KID or an account whose check digit is wrong, E4073 for an amount of 10⁸ or more,
    E4070 and E4071 for a form number that is not ten digits.
    """
    if kid and not kid_is_valid(kid):
        raise wrong_check_digit(kid, what="the KID", place="payment.reference")
    if not norwegian_account_is_valid(account):
        raise wrong_check_digit(account, what="the account", place="payment.account")
    money = _amount(amount)
    if form_number:
        require_digits(form_number, _FORM_DIGITS, what="the form number", place="form number")
    digits = _plain(account)[-11:]
    columns = f"{kid:>{_KID_COLUMNS}}   {money[:-2]:>{_KRONER_COLUMNS}}  {money[-2:]}"
    line = f"{columns}  < {luhn_digit(money)} >  {grouped_account(digits)}"
    return f"{line}  <{form_number}>" if form_number else line


def _amount(amount: Decimal) -> str:
    return cents(amount, range(3, _KRONER_COLUMNS + 3), place="giro amount")


def _plain(account: str) -> str:
    return compact(account).replace(".", "")


def _check_payload(digits: str) -> None:
    if not are_digits(digits) or len(digits) + 1 not in KID_LENGTHS:
        raise LayoutError(
            "E4035",
            f"a KID is made of 3 to 24 digits and a check digit, not of {digits!r}",
            place="kid",
            remedy="correct the numbering of customers or invoices that the KID is built from",
        )
