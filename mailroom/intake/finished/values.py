"""From the text in a zone to a value: patterns, cleaning, amounts, dates, currencies."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel.dates import get_month_names

from mailroom.domain.money import CURRENCIES
from mailroom.intake.finished.definition import Clean, Zone, compiled

_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "zł": "PLN"}
"""Signs that mean one currency to most; "kr" is told by the definition's own currency."""

_CLEAN: dict[Clean, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "no-spaces": lambda text: "".join(text.split()),
    "digits": lambda text: "".join(sign for sign in text if sign.isdigit()),
    "no-leading-zeros": lambda text: text.lstrip("0") or text[-1:],
}
_MARKS = {",": r"[.'’ \u00a0\u202f]", ".": r"[,'’ \u00a0\u202f]"}
"""Signs that may stand between thousands, by decimal sign."""

_UNIT = r"(?:[A-Za-z]{2,3}\.?|[€£$¥]|zł)"
_AMOUNT = {
    decimal: re.compile(
        rf"{_UNIT}?\s*(?P<minus>[-\u2212]?)\s*{_UNIT}?\s*"
        rf"(?P<whole>\d{{1,3}}(?:(?P<mark>{marks})\d{{3}})(?:(?P=mark)\d{{3}})*|\d{{1,15}})"
        rf"(?:{re.escape(decimal)}(?P<fraction>\d{{1,4}}))?(?P<after>[-\u2212]?)\s*{_UNIT}?"
    )
    for decimal, marks in _MARKS.items()
}
_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%Y%m%d")
"""Forms of a date that can be read in one way only; all others the definition has to name."""


def extract(zone: Zone, text: str) -> str:
    """The value that a zone's rule makes of its text, lines kept; "" when it is not found."""
    for pattern in zone.drop:
        text = "\n".join(line for line in text.split("\n") if not compiled(pattern).search(line))
    text = extract_text(zone.pattern, text)
    for clean in zone.clean:
        text = _CLEAN[clean](text)
    return text


def extract_text(pattern: str, text: str) -> str:
    """What a pattern picks out of a text: its groups, a line each, or the whole match when it has none; "" when it is
    not found. Without a pattern, the text."""
    if pattern:
        found = compiled(pattern).search(text)
        if found is None:
            return ""
        text = "\n".join(group for group in found.groups() if group) if found.re.groups else found[0]
    return text.strip()


def one_line(text: str) -> str:
    """Text of several lines on one."""
    return " ".join(text.split())


def parse_amount(text: str, decimal: str) -> Decimal | None:
    """An amount as written with this decimal sign, with or without currency and marks of thousands; None when the text
    is anything else, or could be read in two ways."""
    found = _AMOUNT[decimal].fullmatch(text.strip())
    if found is None:
        return None
    whole = "".join(sign for sign in found["whole"] if sign.isdigit())
    amount = Decimal(f"{whole}.{found['fraction']}" if found["fraction"] else whole)
    return -amount if found["minus"] or found["after"] else amount


def parse_date(text: str, form: str, language: str) -> date | None:
    """A day in one of the forms that can't be misread, or in the one that is named; None for anything else."""
    text = one_line(text)
    for candidate in (form,) if form else _FORMATS:
        said, wanted = text, candidate
        if "%B" in candidate:
            said, wanted = _month_as_number(text, language), candidate.replace("%B", "%m")
        try:
            return datetime.strptime(said, wanted).date()  # noqa: DTZ007 - a day on paper has no time zone
        except ValueError:
            continue
    return None


def _month_as_number(text: str, language: str) -> str:
    for number, name in _months(language):
        if name in text.casefold():
            return re.sub(re.escape(name), f"{number:02d}", text, count=1, flags=re.IGNORECASE)
    return text


@cache
def _months(language: str) -> tuple[tuple[int, str], ...]:
    """Names of months, the longest first: "juni" is not "jun"."""
    names = [
        (number, name.casefold().rstrip("."))
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=(language or "en").replace("-", "_")).items()
    ]
    return tuple(sorted(names, key=lambda entry: -len(entry[1])))


def parse_currency(text: str, otherwise: str) -> str | None:
    """ISO code of a currency that is written as code or sign; None when it is neither. "kr" is `otherwise`."""
    word = one_line(text).strip(".")
    if word.upper() in CURRENCIES:
        return word.upper()
    if word.lower() in ("kr", "fr") and otherwise:
        return otherwise
    return _SIGNS.get(word)
