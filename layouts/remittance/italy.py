"""Italy: the notice number of pagoPA and the text of its QR code.

Source: pagoPA, "Specifiche attuative" (SANP) 2.5.1, chapter 6 (18 digits; the last two are the rest of the 16 before
them by 93; with aux digit 1 there are no check digits, and 2, which is no longer given out, is not checked) and
"L'avviso di pagamento" 3.0.0, "Codice QR".
"""

from __future__ import annotations

from decimal import Decimal

from layouts.errors import LayoutError
from layouts.remittance.digits import are_digits, cents, compact, grouped, require_digits, wrong_check_digit

_CHECKED = ("0", "3")
_UNCHECKED = ("1", "2")


def notice_number(digits: str) -> str:
    """Sixteen digits, the aux digit 0 or 3 first, with their two check digits behind. Raises LayoutError E4070, E4071,
    and E4077 for another aux digit."""
    require_digits(digits, range(16, 17), what="the number", place="payment.notice")
    if digits[0] not in _CHECKED:
        raise LayoutError(
            "E4077",
            f"a notice number that begins with {digits[0]} has no check digits",
            place="payment.notice",
            remedy="begin it with 0 or 3, or give the whole number of 18 digits",
        )
    return f"{digits}{int(digits) % 93:02d}"


def notice_is_valid(notice: str) -> bool:
    """18 digits with an aux digit 0 to 3; with 0 and 3 the check digits fit. Blanks are ignored."""
    plain = compact(notice)
    if len(plain) != 18 or not are_digits(plain):
        return False
    return plain[0] in _UNCHECKED or (plain[0] in _CHECKED and int(plain[:16]) % 93 == int(plain[16:]))


def notice_grouped(notice: str) -> str:
    """A notice number as the official notice prints it, in fours; anything else as given."""
    return grouped(compact(notice), 4) if notice_is_valid(notice) else notice.strip()


def pagopa_payload(notice: str, tax_code: str, amount_eur: Decimal) -> str:
    """The text of the QR code on a notice: PAGOPA|002|notice|tax code of the creditor|cents.

    Raises LayoutError E4070 to E4072 for a wrong notice or tax code, E4073 for an amount of 10⁹ or more.
    """
    plain = compact(notice)
    require_digits(plain, range(18, 19), what="the notice number", place="payment.notice")
    if not notice_is_valid(plain):
        raise wrong_check_digit(plain, what="the notice number", place="payment.notice")
    require_digits(tax_code, range(11, 12), what="the creditor's tax code", place="payment.creditor_number")
    money = cents(amount_eur, range(3, 12), place="pagoPA amount")
    return f"PAGOPA|002|{plain}|{tax_code}|{int(money):02d}"
