"""Numbers, dates, flags and codes as data formats write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from mailroom.domain.errors import InputRefused

_DECIMAL = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
_ISO_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)
_YEARS = range(1990, 2101)
"""A year outside is a slip of the pen (0218, 20018): no invoice of it is printed today."""


def unreadable(fact: str, place: str, remedy: str) -> InputRefused:
    """A value that stands in its place but can't be read."""
    return InputRefused("E1011", fact, place=place, remedy=remedy)


def parse_decimal(text: str, place: str) -> Decimal:
    """A number in plain digits with a point, as xs:decimal has it; at most 15 digits and 12 decimals."""
    if not _DECIMAL.fullmatch(text):
        fact = f"{text[:40]!r} is not a number written in plain digits"
        raise unreadable(fact, place, "Write it like 1234.50: digits and a decimal point.")
    return plain(Decimal(text))


def plain(number: Decimal) -> Decimal:
    """The one form of a number: no trailing zeros, no exponent, no negative zero."""
    number = number.normalize() + 0
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def parse_iso_date(text: str, place: str) -> date:
    """An ISO 8601 date; a time zone after it, which XML allows, says nothing about the day and is dropped."""
    match = _ISO_DATE.fullmatch(text)
    return _date(match.group(1) if match else "", text, place)


def parse_compact_date(text: str, place: str) -> date:
    """A date as UN/CEFACT format 102 has it: 20260331."""
    well_formed = len(text) == 8 and text.isascii() and text.isdigit()
    return _date(f"{text[:4]}-{text[4:6]}-{text[6:]}" if well_formed else "", text, place)


def _date(iso: str, text: str, place: str) -> date:
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        raise unreadable(f"{text[:40]!r} is not a date", place, "Write an existing day like 2026-03-31.") from None
    check_year(found, place)
    return found


def check_year(day: date, place: str) -> None:
    """Refuses (E1011) a date that no invoice of today bears."""
    if day.year not in _YEARS:
        fact = f"the year of {day.isoformat()} is not between {_YEARS[0]} and {_YEARS[-1]}"
        raise unreadable(fact, place, "Correct the date and send the document again.")


def parse_flag(text: str, place: str) -> bool:
    """xs:boolean."""
    found = {"true": True, "1": True, "false": False, "0": False}.get(text)
    if found is None:
        raise unreadable(f"{text[:40]!r} is neither true nor false", place, 'Write "true" or "false".')
    return found
