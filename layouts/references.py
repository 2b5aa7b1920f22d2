"""Payment references: check digits of the Norwegian KID, ISO 11649, IBAN, and how they are grouped for reading.

Sources: KID length 4 to 25, modulus 10 with weights 2, 1, … from the right over digit sums, modulus 11 with weights
2 to 7 from the right, where a rest of 10 gives "-" (Nets, "KID", system specification OCR giro). IBAN and RF:
ISO 13616 and ISO 11649, both ISO 7064 MOD 97-10.
"""

from __future__ import annotations

from layouts.errors import LayoutError

KID_LENGTHS = range(4, 26)
_WEIGHTS_11 = (2, 3, 4, 5, 6, 7)


def kid_mod10(digits: str) -> str:
    """`digits` with their modulus 10 check digit behind. Raises LayoutError when they are not 3 to 24 digits."""
    _check_payload(digits)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (1 if place % 2 else 2)
        total += product - 9 if product > 9 else product
    return f"{digits}{-total % 10}"


def kid_mod11(digits: str) -> str:
    """`digits` with their modulus 11 check character ("0" to "9" or "-") behind. Raises LayoutError like kid_mod10."""
    _check_payload(digits)
    total = sum(int(digit) * _WEIGHTS_11[place % 6] for place, digit in enumerate(reversed(digits)))
    check = -total % 11
    return f"{digits}{'-' if check == 10 else check}"


def kid_is_valid(kid: str) -> bool:
    """Whether a text is a KID by either modulus: 4 to 25 characters, digits but for a last "-"."""
    payload = kid[:-1]
    if len(kid) not in KID_LENGTHS or not _digits(payload):
        return False
    return kid in (kid_mod10(payload), kid_mod11(payload))


def iban_is_valid(iban: str) -> bool:
    """ISO 13616: two letters, two digits, up to 30 letters or digits; spaces are ignored; the rest by 97 is 1."""
    compact = iban.replace(" ", "").upper()
    if not 15 <= len(compact) <= 34 or not compact.isascii() or not compact.isalnum():
        return False
    return compact[:2].isalpha() and compact[2:4].isdigit() and _rest_97(compact) == 1


def creditor_reference_is_valid(reference: str) -> bool:
    """ISO 11649: "RF", two check digits, up to 21 letters or digits; spaces are ignored."""
    compact = reference.replace(" ", "").upper()
    if not 5 <= len(compact) <= 25 or not compact.startswith("RF"):
        return False
    return compact.isascii() and compact.isalnum() and compact[2:4].isdigit() and _rest_97(compact) == 1


def is_norwegian_account(account: str) -> bool:
    """Eleven digits (dots and spaces ignored), or a Norwegian IBAN. The check digit of the account is not tested."""
    compact = account.replace(" ", "").replace(".", "")
    return (len(compact) == 11 and _digits(compact)) or (compact[:2] == "NO" and iban_is_valid(compact))


def grouped_account(account: str) -> str:
    """An account as people read it: Norwegian 1234 56 78901, IBAN in fours, anything else as given."""
    compact = account.replace(" ", "")
    if iban_is_valid(compact):
        return _in_fours(compact.upper())
    plain = compact.replace(".", "")
    if len(plain) == 11 and _digits(plain):
        return f"{plain[:4]} {plain[4:6]} {plain[6:]}"
    return account.strip()


def grouped_reference(reference: str) -> str:
    """A reference as people read it: ISO 11649 in fours, anything else as given (a KID is written without gaps)."""
    return (
        _in_fours(reference.replace(" ", "").upper()) if creditor_reference_is_valid(reference) else reference.strip()
    )


def _in_fours(compact: str) -> str:
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def _rest_97(compact: str) -> int:
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _check_payload(digits: str) -> None:
    if not _digits(digits) or len(digits) + 1 not in KID_LENGTHS:
        raise LayoutError(
            "E4035",
            f"a KID is made of 3 to 24 digits and a check digit, not of {digits!r}",
            place="kid",
            remedy="correct the numbering of customers or invoices that the KID is built from",
        )
