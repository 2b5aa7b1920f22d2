"""Payment references with valid check digits, as the sellers of the examples print them."""

from __future__ import annotations


def luhn_digit(digits: str) -> str:
    """The check digit that makes `digits` pass the Luhn test (mod 10)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


def kid(digits: str) -> str:
    """Norwegian KID with a mod 10 check digit."""
    return digits + luhn_digit(digits)


def ocr(digits: str) -> str:
    """Swedish OCR number with length digit and check digit."""
    with_length = digits + str((len(digits) + 2) % 10)
    return with_length + luhn_digit(with_length)


def fik(digits: str) -> str:
    """The payment identification of a Danish +71 slip: fifteen digits, the last a Luhn digit."""
    padded = digits.zfill(14)
    return padded + luhn_digit(padded)


def creditor_reference(digits: str) -> str:
    """ISO 11649 creditor reference ("RF" and two check digits, mod 97)."""
    return f"RF{98 - int(digits + '271500') % 97:02d}{digits}"


def viite(digits: str) -> str:
    """Finnish reference number (viitenumero): weights 7, 3, 1 from the right fill up to the next ten."""
    total = sum(int(digit) * (7, 3, 1)[index % 3] for index, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def own_number(digits: str) -> str:
    """The document's own number, where banks know no reference with a check digit."""
    return digits


def qr_reference(digits: str) -> str:
    """The 27 digits of a Swiss QR reference, the last by modulus 10 recursive."""
    filled = digits.zfill(26)
    carry = 0
    for digit in filled:
        carry = int("0946827135"[(carry + int(digit)) % 10])
    return filled + str(-carry % 10)
