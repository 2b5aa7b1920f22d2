"""Amounts, quantities, rates and dates as a locale writes them.

Babel knows the symbols and patterns but takes some 30 µs a number. Here its symbols feed Decimal's own formatting,
which takes about 1 µs. No figure is ever rounded: what the data says is what the paper says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_precision

from layouts.errors import LayoutError

DATE_FORMATS = ("short", "medium", "long", "full", "iso")
_MINUS = "\u2212"
_GAP = "\u00a0"
_CACHED_DATES = 4096
_CURRENCY_CODE = re.compile("[A-Z]{3}")
_WITHOUT_GLYPH = frozenset("\u20aa\u0e3f")
"""Currency signs that the shipped fonts lack: Israel's shekel and Thailand's baht are written by their code."""


@dataclass(frozen=True, slots=True)
class _Currency:
    """Decimals of the minor unit, and what stands (before, behind) an amount."""

    digits: int
    positive: tuple[str, str]
    negative: tuple[str, str]


class Figures:
    """The figures of one locale. A minus is U+2212, as typography has it, in every locale."""

    def __init__(self, locale: Locale, date_format: str) -> None:
        symbols = locale.number_symbols["latn"]
        if locale.decimal_formats[None].grouping != (3, 3):
            raise ValueError(f"{locale} does not group digits in threes")
        self.locale = locale
        self.date_format = date_format
        self.symbols: dict[str, str] = {",": symbols["group"], ".": symbols["decimal"], "-": _MINUS}
        self._symbols = str.maketrans(self.symbols)
        self._percent: str = locale.percent_formats[None].pattern.replace("#,##0", "{}")
        self._dates: dict[tuple[date, str], str] = {}
        self._currencies: dict[tuple[str, bool], _Currency] = {}

    def amount(self, value: Decimal, digits: int) -> str:
        """An amount with `digits` decimals, more when it has more that are not zero."""
        return self.plain(value, digits).translate(self._symbols)

    def plain(self, value: Decimal, digits: int) -> str:
        """The same amount with "," between thousands, "." before decimals and "-" before all: the keys of `symbols`."""
        try:
            whole, _, decimals = format(_decimal(value), ",f").partition(".")
        except ValueError:
            raise _not_a_number(value) from None
        if len(decimals) != digits:
            decimals = decimals.rstrip("0").ljust(digits, "0")
        if whole == "-0" and not decimals.strip("0"):
            whole = "0"
        if not whole[-1:].isdigit():
            raise _not_a_number(value)
        return f"{whole}.{decimals}" if decimals else whole

    def quantity(self, value: Decimal) -> str:
        """A number without decimals that say nothing."""
        return self.amount(value, 0)

    def number(self, value: Decimal, least: int = 0, most: int | None = None) -> str:
        """A number with `least` to `most` decimals; None: with all it has.

        Raises LayoutError E4039 for a value that has more than `most`: it would have to be rounded.
        """
        plain = self.plain(value, least)
        if most is not None and len(plain.partition(".")[2]) > max(least, most):
            raise LayoutError(
                "E4039",
                f"{value} has more than {max(least, most)} decimals, and no figure is rounded unasked",
                remedy="round the value in the data or with the layout's round function, or allow more decimals",
            )
        return plain.translate(self._symbols)

    def money(self, value: Decimal, currency: str, *, code: bool = False) -> str:
        """An amount with its currency where the locale puts it: "1 234,50 kr", "£1,234.50".

        `currency` is an ISO 4217 code; it is written as the locale's sign for it, or as it is, with `code` or where
        there is no sign that the shipped fonts have. Decimals are those of the currency's minor unit, more where the
        value has more. Raises LayoutError E4031 for what is no code or no finite Decimal.
        """
        style = self._currencies.get((currency, code)) or self._currency(currency, code)
        plain = self.plain(value, style.digits)
        before, behind = style.negative if plain[0] == "-" else style.positive
        return f"{before}{plain.removeprefix('-').translate(self._symbols)}{behind}"

    def _currency(self, currency: str, code: bool) -> _Currency:
        if not isinstance(currency, str) or not _CURRENCY_CODE.fullmatch(currency):
            raise LayoutError(
                "E4031", f"{currency!r} is not a currency code", remedy='write the code of ISO 4217, like "NOK"'
            )
        sign = currency if code else str(self.locale.currency_symbols.get(currency, currency))
        if not _WITHOUT_GLYPH.isdisjoint(sign):
            sign = currency
        pattern = self.locale.currency_formats["standard"]
        positive, negative = (
            (_before(before, sign), _behind(behind, sign))
            for before, behind in zip(pattern.prefix, pattern.suffix, strict=True)
        )
        style = _Currency(minor_digits(currency), positive, negative)
        self._currencies[currency, code] = style
        return style

    def percent(self, value: Decimal) -> str:
        """A rate in percent: 25 → "25 %"."""
        return self._percent.format(self.amount(value, 0))

    def date(self, value: date, form: str = "") -> str:
        """A date in a format of DATE_FORMATS; "" is the wording's own.

        Raises LayoutError E4031 for what is no date (a datetime is none), E4052 for an unknown format.
        """
        if not isinstance(value, date) or isinstance(value, datetime):
            raise LayoutError("E4031", f"{value!r} is not a date", remedy="pass a datetime.date")
        known = self._dates.get((value, form))
        if known is None:
            known = _written_date(value, form or self.date_format, self.locale)
            if len(self._dates) >= _CACHED_DATES:
                self._dates.clear()
            self._dates[value, form] = known
        return known


def minor_digits(currency: str) -> int:
    """Decimals of a currency's minor unit, as CLDR has it; 2 for an unknown code."""
    return get_currency_precision(currency)


def _written_date(value: date, form: str, locale: Locale) -> str:
    if form not in DATE_FORMATS:
        raise LayoutError("E4052", f"there is no date format {form!r}", remedy=f"use {', '.join(DATE_FORMATS)}")
    return value.isoformat() if form == "iso" else format_date(value, form, locale=locale)


def _before(pattern: str, sign: str) -> str:
    """What stands before an amount. A letter next to digits is parted from them (UTS 35, currency spacing)."""
    gap = _GAP if pattern.endswith("¤") and sign[-1:].isalpha() else ""
    return pattern.replace("¤", sign).replace("-", _MINUS) + gap


def _behind(pattern: str, sign: str) -> str:
    """What stands behind an amount."""
    gap = _GAP if pattern.startswith("¤") and sign[:1].isalpha() else ""
    return gap + pattern.replace("¤", sign).replace("-", _MINUS)


def _decimal(value: Decimal) -> Decimal:
    if type(value) is not Decimal:
        raise _not_a_number(value)
    return value


def _not_a_number(value: object) -> LayoutError:
    return LayoutError("E4031", f"{value!r} is not a finite Decimal", remedy="pass amounts as decimal.Decimal")
