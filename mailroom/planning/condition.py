"""Conditions on what is known of a customer: field, operator, value.

A field that a document lacks, or that holds another kind of value than the condition names, meets nothing but
`missing`: an insert never goes because something was misspelt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from mailroom.planning.document import FieldValue

Wanted = FieldValue | tuple[FieldValue, ...] | None
_Ordered = Decimal | date


def _kind(value: FieldValue) -> type:
    """Whole numbers and decimals are one kind; true and false are no numbers."""
    return Decimal if isinstance(value, int | Decimal) and not isinstance(value, bool) else type(value)


def _same(value: FieldValue, wanted: FieldValue) -> bool:
    return _kind(value) is _kind(wanted) and value == wanted


def _ordered(test: Callable[[_Ordered, _Ordered], bool]) -> Callable[[FieldValue, Wanted], bool]:
    def holds(value: FieldValue, wanted: Wanted) -> bool:
        one, other = cast("_Ordered", value), cast("_Ordered", wanted)
        return _kind(value) is _kind(cast("FieldValue", wanted)) and test(one, other)

    return holds


def _of_text(test: Callable[[str, str], bool]) -> Callable[[FieldValue, Wanted], bool]:
    return lambda value, wanted: isinstance(value, str) and isinstance(wanted, str) and test(value, wanted)


def _any_of(value: FieldValue, wanted: Wanted) -> bool:
    return any(_same(value, one) for one in cast("tuple[FieldValue, ...]", wanted))


def _is(value: FieldValue, wanted: Wanted) -> bool:
    return _same(value, cast("FieldValue", wanted))


def _is_not(value: FieldValue, wanted: Wanted) -> bool:
    return _kind(value) is _kind(cast("FieldValue", wanted)) and value != wanted


def _none_of(value: FieldValue, wanted: Wanted) -> bool:
    kinds = {_kind(one) for one in cast("tuple[FieldValue, ...]", wanted)}
    return _kind(value) in kinds and not _any_of(value, wanted)


_TESTS: Mapping[str, Callable[[FieldValue, Wanted], bool]] = {
    "is": _is,
    "is-not": _is_not,
    "in": _any_of,
    "not-in": _none_of,
    "at-least": _ordered(lambda value, wanted: value >= wanted),  # type: ignore[operator]  # one kind, both
    "at-most": _ordered(lambda value, wanted: value <= wanted),  # type: ignore[operator]
    "above": _ordered(lambda value, wanted: value > wanted),  # type: ignore[operator]
    "below": _ordered(lambda value, wanted: value < wanted),  # type: ignore[operator]
    "starts-with": _of_text(str.startswith),
    "contains": _of_text(lambda value, wanted: wanted in value),
}

LISTED = frozenset({"in", "not-in"})
ORDERED = frozenset({"at-least", "at-most", "above", "below"})
TEXTUAL = frozenset({"starts-with", "contains"})
BARE = frozenset({"given", "missing"})
"""Operators that take a list, a number or date, a text, nothing."""

OPERATORS = (*_TESTS, *sorted(BARE))
"""Every operator, in the order in which the guide explains them."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a rule. `value` is a tuple for `in` and `not-in`, None for `given` and `missing`."""

    field: str
    operator: str
    value: Wanted

    def holds(self, fields: Mapping[str, FieldValue]) -> bool:
        """Whether these fields meet it."""
        found = fields.get(self.field)
        if self.operator in BARE:
            return (found is None) == (self.operator == "missing")
        return found is not None and _TESTS[self.operator](found, self.value)

    def __str__(self) -> str:
        if self.operator in BARE:
            return f"{self.field} is {self.operator}"
        said = ", ".join(map(str, self.value)) if isinstance(self.value, tuple) else str(self.value)
        return f"{self.field} {self.operator} {said}"
