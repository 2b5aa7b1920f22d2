"""The functions that every expression has. A layout engine passes more of them in the same way.

A function's parameters are its documentation: their names may be used in calls, and the parameter called `field` names
a field of the items of the first argument, so that it can be checked when a layout is loaded. What a function raises
as TypeError, ValueError or ArithmeticError becomes a LayoutError that shows the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

from layouts.language.values import COMPARING, EXACT, NUMBERS, Value, a_kind, kind_of, rounded

Function = Callable[..., Any]
MOST_DECIMALS = 12


def length(value: Value) -> int:
    """How many items a list has, or characters a text."""
    if kind_of(value) not in ("text", "list"):
        raise TypeError(f"{a_kind(value)} has no length")
    return len(value)


def total(values: Value, field: str = "") -> Decimal:
    """The sum of a list of numbers, or of one field of its items; 0 for an empty list. Exact to 34 digits."""
    return reduce(EXACT.add, map(_number, _column(values, field)), Decimal(0))


def least(value: Value, *more: Value) -> Value:
    """The smallest of several values, or of one list; none when the list is empty."""
    return _extreme("<", (value, *more) if more else _list(value))


def most(value: Value, *more: Value) -> Value:
    """The largest of several values, or of one list; none when the list is empty."""
    return _extreme(">", (value, *more) if more else _list(value))


def magnitude(value: Value) -> Decimal:
    """The number without its sign."""
    return EXACT.abs(_number(value))


def joined(values: Value, separator: str = ", ", field: str = "") -> str:
    """The texts of a list, or of one field of its items, with `separator` between; empty ones and none are left out."""
    texts = [text for text in _column(values, field) if text is not None]
    for text in texts:
        if type(text) is not str:
            raise TypeError(f"{a_kind(text)} can't be joined; a list of texts can")
    return _text(separator).join(filter(None, texts))


def default(value: Value, otherwise: Value) -> Value:
    """`value`, or `otherwise` when it is none or an empty text."""
    return otherwise if value is None or value == "" else value


def to_decimals(value: Value, digits: int | Decimal = 0) -> Decimal:
    """The number with `digits` decimals (0 to 12), half away from zero."""
    if kind_of(digits) != "number" or digits not in range(MOST_DECIMALS + 1):
        raise ValueError(f"the decimals are a whole number from 0 to {MOST_DECIMALS}, not {digits}")
    return rounded(_number(value), int(digits))


def days(start: Value, end: Value) -> int:
    """Days from one date to the other, negative when `end` is before `start`."""
    return (_date(end) - _date(start)).days


def first(values: Value) -> Value:
    """The first item of a list; none when it is empty."""
    return next(iter(_list(values)), None)


def last(values: Value) -> Value:
    """The last item of a list; none when it is empty."""
    return next(reversed(_list(values)), None)


def upper(text: Value) -> str:
    """The text in capitals."""
    return _text(text).upper()


def lower(text: Value) -> str:
    """The text in small letters."""
    return _text(text).lower()


def trimmed(text: Value) -> str:
    """The text without blanks at its ends."""
    return _text(text).strip()


FUNCTIONS: Mapping[str, Function] = {
    "len": length,
    "sum": total,
    "min": least,
    "max": most,
    "abs": magnitude,
    "join": joined,
    "default": default,
    "round": to_decimals,
    "days": days,
    "first": first,
    "last": last,
    "upper": upper,
    "lower": lower,
    "trim": trimmed,
}


def _column(values: Value, field: str) -> Iterable[Value]:
    items = _list(values)
    if not field:
        return items
    for item in items:
        if kind_of(item) != "table":
            raise TypeError(f"{a_kind(item)} has no field '{field}'")
        if field not in item:
            raise ValueError(f"an item has no field '{field}'")
    return [item[field] for item in items]


def _extreme(sign: str, values: Iterable[Value]) -> Value:
    beats = COMPARING[sign]
    return reduce(lambda best, value: value if beats(value, best) else best, values) if values else None


def _list(value: Value) -> Sequence[Value]:
    if kind_of(value) != "list":
        raise TypeError(f"{a_kind(value)} is not a list")
    return value  # type: ignore[no-any-return]  # A value is Any; that this one is a list was just looked at.


def _number(value: Value) -> Decimal:
    if type(value) not in NUMBERS:
        raise TypeError(f"{a_kind(value)} is not a number")
    return Decimal(value)


def _text(value: Value) -> str:
    if type(value) is not str:
        raise TypeError(f"{a_kind(value)} is not a text")
    return value


def _date(value: Value) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"{a_kind(value)} is not a date")
    return value
