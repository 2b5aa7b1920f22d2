"""Filters that write a value as the language and the currency of a document have it.

What a layout may write stands in `FORMATS`; how it comes out is the matter of a `Formatter`, one for each language and
currency. An engine with further formats passes a larger table and a formatter that has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from layouts.language.functions import Function
from layouts.language.values import NUMBERS, Value, a_kind

DateForm = Literal["", "short", "medium", "long", "full", "iso"]
"""How a date is written; "" is the language's own choice."""


class Formatter(Protocol):
    """Writes values for one language and currency. What a value does not fit it refuses with LayoutError."""

    def text(self, value: Decimal | date) -> str:
        """A value that no filter was named for: a number as a quantity, a date in the language's form."""

    def money(self, value: Decimal, currency: str, *, code: bool) -> str:
        """An amount with its currency, as a sign or by its code; "" is the document's."""

    def amount(self, value: Decimal, currency: str) -> str:
        """An amount with the decimals of the currency and without its name; "" is the document's."""

    def quantity(self, value: Decimal) -> str:
        """A number without decimals that say nothing."""

    def number(self, value: Decimal, least: int, most: int | None) -> str:
        """A number with at least `least` and at most `most` decimals, never rounded; None is with all it has."""

    def percent(self, value: Decimal) -> str:
        """A rate in percent: 25 is "25 %"."""

    def date(self, value: date, form: DateForm) -> str: ...

    def country(self, code: str) -> str:
        """The name of a country by ISO 3166-1 alpha-2."""

    def unit(self, code: str) -> str:
        """The word for a unit by UN/ECE Recommendation 20."""

    def word(self, code: str, section: str, otherwise: str | None) -> str:
        """The text of a section whose keys are codes; `otherwise`, or the code itself, where there is none."""


def money(formatter: Formatter, value: Value, currency: Value = "", code: Value = False) -> str:
    if type(code) is not bool:
        raise TypeError(f"{a_kind(code)} is not a flag")
    return formatter.money(_number(value), _text(currency), code=code)


def amount(formatter: Formatter, value: Value, currency: Value = "") -> str:
    return formatter.amount(_number(value), _text(currency))


def quantity(formatter: Formatter, value: Value) -> str:
    return formatter.quantity(_number(value))


def number(formatter: Formatter, value: Value, least: Value = 0, most: Value = None) -> str:
    return formatter.number(_number(value), _whole(least), None if most is None else _whole(most))


def percent(formatter: Formatter, value: Value) -> str:
    return formatter.percent(_number(value))


def dated(formatter: Formatter, value: Value, form: DateForm = "") -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{a_kind(value)} is not a date")
    return formatter.date(value, form)


def country(formatter: Formatter, code: Value) -> str:
    return formatter.country(_text(code))


def unit(formatter: Formatter, code: Value) -> str:
    return formatter.unit(_text(code))


def word(formatter: Formatter, code: Value, section: Value, otherwise: Value = None) -> str:
    return formatter.word(_text(code), _text(section), None if otherwise is None else _text(otherwise))


FORMATS: Mapping[str, Function] = {
    "money": money,
    "amount": amount,
    "quantity": quantity,
    "number": number,
    "percent": percent,
    "date": dated,
    "country": country,
    "unit": unit,
    "word": word,
}


def _number(value: Value) -> Decimal:
    if type(value) is Decimal:
        return value
    if type(value) not in NUMBERS:
        raise TypeError(f"{a_kind(value)} is not a number")
    return Decimal(value)


def _whole(value: Value) -> int:
    number = _number(value)
    if number not in range(13):
        raise ValueError(f"a number of decimals is a whole one from 0 to 12, not {number}")
    return int(number)


def _text(value: Value) -> str:
    if type(value) is not str:
        raise TypeError(f"{a_kind(value)} is not a text")
    return value
