"""Numbers and dates as spreadsheets write them, read only where they can mean one thing."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from mailroom.intake.values import check_year, parse_decimal, parse_iso_date, unreadable

_GROUPS = re.compile(r"[0-9]{1,3}(?:([ \u00a0\u202f'’])[0-9]{3})(?:\1[0-9]{3})*(?=[.,]|$)")
"""Thousands parted by a blank or an apostrophe, which is no decimal sign anywhere."""

_BOTH = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})+(?!\1)[.,][0-9]+")
"""Two different signs: the last is the decimal sign."""

_REPEATED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+")
"""One sign more than once: it can only part thousands."""

_AMBIGUOUS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
"""1,234 and 1.234: a thousand or one and a bit, depending on who reads."""

_DOTTED_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)


def parse_table_decimal(text: str, place: str, *, point_is_decimal: bool) -> Decimal:
    """A number with decimal point or comma, with or without thousands parted.

    `point_is_decimal` tells that 1.234 is one and a bit: so it is in a file delimited by commas, whose decimal sign
    can't be the comma. Elsewhere 1.234 and everywhere 1,234 are refused (E1011), for they are read both ways.
    """
    negative = text.startswith(("-", "\u2212"))
    digits = text[1:] if negative else text
    parted = _GROUPS.match(digits) or _BOTH.fullmatch(digits) or _REPEATED.fullmatch(digits)
    if parted:
        digits = digits.replace(parted.group(1), "")
    elif _AMBIGUOUS.fullmatch(digits) and not (point_is_decimal and "." in digits):
        fact = f"{text!r} may mean a thousand or a fraction"
        raise unreadable(fact, place, "Write numbers without thousands separators and with two or four decimals.")
    return parse_decimal(("-" if negative else "") + digits.replace(",", "."), place)


def parse_table_date(text: str, place: str) -> date:
    """An ISO date or day.month.year; dates with strokes are read differently by country and are refused (E1011)."""
    match = _DOTTED_DATE.fullmatch(text)
    if match is None:
        return parse_iso_date(text, place)
    day, month, year = (int(part) for part in match.groups())
    try:
        found = date(year, month, day)
    except ValueError:
        raise unreadable(f"{text!r} is not a date", place, "Write an existing day like 2026-03-31.") from None
    check_year(found, place)
    return found
