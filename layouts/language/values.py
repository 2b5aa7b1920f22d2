"""The values of an expression, and what may be done with them.

There are texts (str), numbers (Decimal and int, never float), flags (bool), dates, none, lists and tables (mappings
with text keys). Sums, differences and products are exact to 34 digits, or refused. A quotient may have no end, so the
compiler lets `/` stand only in `round(…)`, where 60 digits are kept until the result is rounded, or before a divisor
such as 100, by which every quotient ends.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from types import NoneType
from typing import Any

from layouts.language.tokens import MOST_DIGITS

Value = Any
"""One of the types above; what a mapping of the caller holds besides can be handed on, but not used."""

Operator = Callable[[Value, Value], Value]

NUMBERS = frozenset({Decimal, int})
EXACT = Context(prec=MOST_DIGITS, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
WORKING = Context(prec=60, traps=[InvalidOperation, DivisionByZero, Overflow])
"""For what is rounded in the end."""
_SURE = Context(prec=45, traps=[InvalidOperation])
"""What the digits of `WORKING` are good for after many steps: 1 / 3 * 3 - 0.5 is a half, to be rounded up."""
_ROUNDING = Context(prec=100, rounding=ROUND_HALF_UP, traps=[InvalidOperation])

_KINDS: Mapping[type, str] = {
    str: "text",
    Decimal: "number",
    int: "number",
    bool: "flag",
    date: "date",
    NoneType: "none",
    list: "list",
    tuple: "list",
    dict: "table",
}
_ORDERED = frozenset({"text", "number", "date"})
_PLAIN = frozenset({*_ORDERED, "flag"})
"""What may be compared. A table may hold more keys than a layout has asked for, and nothing may depend on those."""


def kind_of(value: Value) -> str:
    """text, number, flag, date, none, list, table; for anything else the name of its Python type."""
    known = _KINDS.get(type(value))
    if known:
        return known
    if isinstance(value, Mapping):
        return "table"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return "list"
    return type(value).__name__


def a_kind(value: Value) -> str:
    """The kind with its article, for messages: "a text"."""
    kind = kind_of(value)
    return kind if value is None else f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def rounded(value: Decimal | int, digits: int) -> Decimal:
    """The number with `digits` decimals, half away from zero, and never -0. Raises InvalidOperation for infinity."""
    result = _SURE.plus(Decimal(value)).quantize(Decimal((0, (1,), -digits)), context=_ROUNDING)
    return result if result else result.copy_abs()


def calculating(sign: str, context: Context) -> Operator:
    """The function of one of + - * /. It raises TypeError for kinds that don't go together, ArithmeticError for a
    result that is not exact, and for a division by zero."""
    calculate: Callable[[Decimal, Decimal], Decimal] = {
        "+": context.add,
        "-": context.subtract,
        "*": context.multiply,
        "/": context.divide,
    }[sign]
    joins = sign == "+"

    def calculated(left: Value, right: Value) -> Value:
        if type(left) in NUMBERS and type(right) in NUMBERS:
            return calculate(left, right)
        if joins and type(left) is str and type(right) is str:
            return left + right
        raise TypeError(f"{a_kind(left)} {sign} {a_kind(right)} has no meaning")

    return calculated


def _same(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in _PLAIN:
        raise TypeError(f"{a_kind(left)} can't be compared with {a_kind(right)}")
    return bool(left == right)


def _different(left: Value, right: Value) -> bool:
    return not _same(left, right)


def _ordering(order: Callable[[Value, Value], bool]) -> Operator:
    def ordered(left: Value, right: Value) -> bool:
        kind = kind_of(left)
        if kind != kind_of(right) or kind not in _ORDERED:
            raise TypeError(f"{a_kind(left)} has no order with {a_kind(right)}")
        return order(left, right)

    return ordered


def _held(left: Value, right: Value) -> bool:
    kind = kind_of(right)
    if (kind == "list" and (left is None or kind_of(left) in _PLAIN)) or (kind == "text" and type(left) is str):
        return left in right
    raise TypeError(f"{a_kind(left)} can't be in {a_kind(right)}")


def _not_held(left: Value, right: Value) -> bool:
    return not _held(left, right)


COMPARING: Mapping[str, Operator] = {
    "==": _same,
    "!=": _different,
    "<": _ordering(operator.lt),
    "<=": _ordering(operator.le),
    ">": _ordering(operator.gt),
    ">=": _ordering(operator.ge),
    "in": _held,
    "not in": _not_held,
}
"""The comparisons. They raise TypeError for kinds that don't go together; only none may be compared with anything."""
