"""Strings of digits: checks that name what is wrong, the Luhn digit, groups for reading, amounts in cents."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from decimal import Decimal

from layouts.errors import LayoutError

_BLANKS = re.compile(r"\s+")


def compact(text: str) -> str:
    """A text without blanks of any kind (no-break spaces included)."""
    return _BLANKS.sub("", text)


def are_digits(text: str) -> bool:
    """Whether a text is digits 0 to 9 and nothing else; not for the empty text."""
    return text.isascii() and text.isdigit()


def require_digits(text: str, lengths: range, *, what: str, place: str) -> None:
    """Raises LayoutError E4070 (another character than a digit) or E4071 (a length outside `lengths`)."""
    if text and not are_digits(text):
        wrong = next(char for char in text if not are_digits(char))
        raise LayoutError(
            "E4070",
            f"{what} {text!r} has {wrong!r}, where only digits may stand",
            place=place,
            remedy="correct the number in the source",
        )
    if len(text) not in lengths:
        wanted = str(lengths[0]) if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
        raise LayoutError(
            "E4071",
            f"{what} {text!r} has {len(text)} digits, not {wanted}",
            place=place,
            remedy="correct the number in the source",
        )


def wrong_check_digit(text: str, *, what: str, place: str) -> LayoutError:
    """The error for a number whose check digit does not fit the rest."""
    return LayoutError(
        "E4072",
        f"the check digit of {what} {text!r} does not fit the digits before it",
        place=place,
        remedy="correct the number in the source: a payment with it would be refused or go astray",
    )


def luhn_digit(digits: str) -> str:
    """The check digit by modulus 10 with weights 2, 1, … from the right over digit sums (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        product = int(digit) * (1 if place % 2 else 2)
        total += product - 9 if product > 9 else product
    return str(-total % 10)


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn digit of those before it. `digits` is digits."""
    return luhn_digit(digits[:-1]) == digits[-1:]


def weighted_sum(digits: str, weights: Sequence[int]) -> int:
    """The sum of the digits times the weights, which run from the right and begin anew when used up."""
    return sum(int(digit) * weights[place % len(weights)] for place, digit in enumerate(reversed(digits)))


def grouped(text: str, size: int) -> str:
    """Groups of `size` with a space between, counted from the left."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def grouped_from_right(text: str, size: int) -> str:
    """Groups of `size` with a space between, counted from the right: the first may be shorter."""
    first = len(text) % size
    return " ".join(filter(None, (text[:first], grouped(text[first:], size))))


def cents(amount: Decimal, digits: Container[int], *, place: str) -> str:
    """An amount as its hundredths, at least three digits: 0.05 → "005". Raises LayoutError E4073 for a negative one,
    one with parts of a cent, and one whose number of digits is not in `digits`."""
    if not amount.is_finite() or not 0 <= amount < _MOST or amount != round(amount, 2):
        raise LayoutError(
            "E4073",
            f"the amount {amount} is not a number of whole cents from zero to {_MOST:,}",
            place=place,
            remedy="round the amount to be paid in the source",
        )
    text = f"{int(amount.scaleb(2)):03d}"
    if len(text) not in digits:
        raise LayoutError(
            "E4073",
            f"the amount {amount:.2f} does not fit the {place} field",
            place=place,
            remedy="ask for the amount in parts, or by a slip without a machine-read amount",
        )
    return text


_MOST = Decimal(10) ** 15
"""Beyond, no form has room, and rounding would need more digits than the decimal context keeps."""
