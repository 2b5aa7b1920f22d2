"""Accounts by IBAN (ISO 13616) and references by ISO 11649: both carry ISO 7064 MOD 97-10 check digits."""

from __future__ import annotations

import re
from functools import lru_cache

from layouts.errors import LayoutError
from layouts.remittance.digits import compact, grouped, wrong_check_digit

_REMEMBERED = 4096
"""Accounts: those of payees come back on every document."""
_RF_BODY = re.compile(r"[0-9A-Z]{1,21}")


@lru_cache(maxsize=_REMEMBERED)
def iban_is_valid(iban: str) -> bool:
    """ISO 13616: two letters, two digits, up to 30 letters or digits; spaces are ignored; the rest by 97 is 1."""
    plain = compact(iban).upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii() or not plain.isalnum():
        return False
    return plain[:2].isalpha() and plain[2:4].isdigit() and _rest_97(plain) == 1


def iban_grouped(iban: str) -> str:
    """An IBAN in fours, as ISO 13616 prints it; anything else as given."""
    return grouped(compact(iban).upper(), 4) if iban_is_valid(iban) else iban.strip()


def required_iban(iban: str, *, place: str) -> str:
    """The IBAN without spaces, in capitals. Raises LayoutError E4072 when it is none."""
    if not iban_is_valid(iban):
        raise wrong_check_digit(iban, what="the IBAN", place=place)
    return compact(iban).upper()


def creditor_reference(body: str, *, place: str = "payment.reference") -> str:
    """The ISO 11649 reference of one to 21 letters or digits: "RF", two check digits, the body in capitals.

    Raises LayoutError E4070 for a body with other characters, E4071 for an empty or longer one.
    """
    plain = compact(body).upper()
    if not _RF_BODY.fullmatch(plain):
        raise LayoutError(
            "E4071" if not plain or (plain.isascii() and plain.isalnum()) else "E4070",
            f"a creditor reference is made of 1 to 21 letters A to Z or digits, not of {body!r}",
            place=place,
            remedy="correct the numbering that the reference is built from",
        )
    return f"RF{98 - _rest_97(f'RF00{plain}'):02d}{plain}"


def creditor_reference_is_valid(reference: str) -> bool:
    """ISO 11649: "RF", two check digits, up to 21 letters or digits; spaces are ignored."""
    plain = compact(reference).upper()
    if not 5 <= len(plain) <= 25 or not plain.startswith("RF"):
        return False
    return plain.isascii() and plain.isalnum() and plain[2:4].isdigit() and _rest_97(plain) == 1


def grouped_reference(reference: str) -> str:
    """A reference as people read it: ISO 11649 in fours, anything else as given (a KID is written without gaps)."""
    return grouped(compact(reference).upper(), 4) if creditor_reference_is_valid(reference) else reference.strip()


def _rest_97(plain: str) -> int:
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97
