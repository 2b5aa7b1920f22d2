"""Amounts, quantities, rates and dates as a locale writes them.

Babel knows the symbols and patterns but takes some 30 µs a number. Here its symbols feed Decimal's own formatting,
which takes about 1 µs. No figure is ever rounded: what the data says is what the paper says.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_currency_precision

from layouts.errors import LayoutError

DATE_FORMATS = ("short", "medium", "long", "iso")
_MINUS = "\u2212"
_CACHED_DATES = 4096


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
        self._dates: dict[date, str] = {}

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

    def percent(self, value: Decimal) -> str:
        """A rate in percent: 25 → "25 %"."""
        return self._percent.format(self.amount(value, 0))

    def date(self, value: date) -> str:
        """A date in the wording's format."""
        if not isinstance(value, date) or isinstance(value, datetime):
            raise LayoutError("E4031", f"{value!r} is not a date", remedy="pass a datetime.date")
        known = self._dates.get(value)
        if known is None:
            iso = self.date_format == "iso"
            known = value.isoformat() if iso else format_date(value, self.date_format, locale=self.locale)
            if len(self._dates) >= _CACHED_DATES:
                self._dates.clear()
            self._dates[value] = known
        return known


def minor_digits(currency: str) -> int:
    """Decimals of a currency's minor unit, as CLDR has it; 2 for an unknown code."""
    return get_currency_precision(currency)


def _decimal(value: Decimal) -> Decimal:
    if type(value) is not Decimal:
        raise _not_a_number(value)
    return value


def _not_a_number(value: object) -> LayoutError:
    return LayoutError("E4031", f"{value!r} is not a finite Decimal", remedy="pass amounts as decimal.Decimal")
