"""Switzerland and Liechtenstein: the QR reference and which accounts take it.

Source: SIX, "Swiss Implementation Guidelines for the QR-bill" 2.3: 27 digits, the last by modulus 10 recursive; a
QR-IBAN has an institution number from 30000 to 31999.
"""

from __future__ import annotations

from layouts.remittance.digits import are_digits, compact, grouped, require_digits
from layouts.remittance.iban import iban_is_valid

_CARRY = "0946827135"
"""Modulus 10 recursive: the next carry by (carry + digit) modulus 10."""

_QR_INSTITUTIONS = range(30_000, 32_000)


def qr_reference(digits: str) -> str:
    """`digits` filled with zeros to 26 with their check digit behind. Raises LayoutError E4070 and E4071 when they are
    not 1 to 26 digits."""
    require_digits(digits, range(1, 27), what="the number", place="payment.reference")
    filled = digits.zfill(26)
    return filled + recursive_digit(filled)


def recursive_digit(digits: str) -> str:
    """The check digit by modulus 10 recursive."""
    carry = 0
    for digit in digits:
        carry = int(_CARRY[(carry + int(digit)) % 10])
    return str(-carry % 10)


def qr_reference_is_valid(reference: str) -> bool:
    """27 digits, not all zero, the last a fitting check digit; blanks are ignored."""
    plain = compact(reference)
    return (
        len(plain) == 27 and are_digits(plain) and plain.strip("0") != "" and recursive_digit(plain[:-1]) == plain[-1]
    )


def qr_reference_grouped(reference: str) -> str:
    """A QR reference as the guidelines print it, 21 00000 00003 13947 14300 09017; anything else as given."""
    plain = compact(reference)
    return f"{plain[:2]} {grouped(plain[2:], 5)}" if qr_reference_is_valid(plain) else reference.strip()


def is_swiss_iban(account: str) -> bool:
    """A valid IBAN of Switzerland or Liechtenstein (21 characters)."""
    plain = compact(account).upper()
    return plain[:2] in ("CH", "LI") and len(plain) == 21 and iban_is_valid(plain)


def is_qr_iban(account: str) -> bool:
    """Whether an account is a QR-IBAN, to which nothing but a payment with a QR reference can be made."""
    plain = compact(account).upper()
    return is_swiss_iban(plain) and are_digits(plain[4:9]) and int(plain[4:9]) in _QR_INSTITUTIONS
