"""A document's data, held against the declaration of its layout.

Every document passes here, so the work is done column by column: the values of a field in all lines are checked at
once, by the set of their types. Only when something is wrong, or an optional key is left out, each value is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import Any, assert_never

from layouts.errors import LayoutError
from layouts.language.schema import TYPES, Kind, Leaf, Rows, Table

MOST_DIGITS = 30
"""Digits before or after the point of an amount: more are a mistake, and would fill pages."""

_LISTS = frozenset({list, tuple})
_EXPECTED: Mapping[str, str] = {
    "text": "a text (str)",
    "amount": "a number (decimal.Decimal)",
    "whole": "a whole number (int)",
    "date": "a date (datetime.date)",
    "flag": "a flag (bool)",
}

Column = Sequence[Any]
Check = Callable[[Column], str]
"""Takes the values of one field and gives what identifies them. Raises _Unfit for the first sight of a fault."""

_BETWEEN, _BEHIND, _QUOTED = "\x1f", "\x1e", "\x1d"
"""What parts the values of a field, what parts fields, and what stands before values that have one of these in them."""


class _Unfit(Exception):
    """Some value is not as it was declared."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`values` is the data with none for what it leaves out; `identity` a text that two documents share only when all
    that was declared is the same in them."""

    values: Mapping[str, Any]
    identity: str


class Reader:
    """Reads the documents of one layout."""

    def __init__(self, declared: Table) -> None:
        self._declared = declared
        self._check = _checking(declared)
        self._fill = _filling(declared)

    def read(self, data: Mapping[str, Any]) -> Reading:
        """Check one document's data; keys that were not declared are ignored and are no part of its identity.

        Raises LayoutError E4031 (a value of another type than declared; floats are never right) and E4032 (a key is
        missing), with the place in the data.
        """
        try:
            identity = self._check((data,))
        except (_Unfit, KeyError, TypeError, AttributeError):
            data = _completed(self._declared, data, "")
            identity = self._check((data,))
        return Reading(self._fill(data) if self._fill else data, identity)


def _checking(kind: Kind) -> Check:
    match kind:
        case Leaf():
            return _leaves(kind)
        case Rows():
            return _present(_rows(kind)) if kind.optional else _rows(kind)
        case Table():
            return _present(_tables(kind)) if kind.optional else _tables(kind)
        case _:
            assert_never(kind)


def _leaves(kind: Leaf) -> Check:
    allowed = frozenset({TYPES[kind.word], *([NoneType] if kind.optional else [])})
    if kind.word == "amount":
        return _amounts(allowed)
    if kind.word == "text":
        return _texts(allowed)

    def check(column: Column) -> str:
        if not allowed.issuperset(map(type, column)):
            raise _Unfit
        return _BETWEEN.join(map(str, column))

    return check


def _texts(allowed: frozenset[type]) -> Check:
    def check(column: Column) -> str:
        if not allowed.issuperset(map(type, column)):
            raise _Unfit
        if None in column:
            return _QUOTED + repr(column)
        said = _BETWEEN.join(column)
        if said.count(_BETWEEN) >= max(len(column), 1) or _BEHIND in said or _QUOTED in said:
            return _QUOTED + repr(column)
        return said

    return check


def _amounts(allowed: frozenset[type]) -> Check:
    """Amounts are identified by their digits: str of a Decimal takes half the time of its repr. A letter in it means
    an exponent, or no number at all."""

    def check(column: Column) -> str:
        if not allowed.issuperset(map(type, column)):
            raise _Unfit
        digits = " ".join(map(str, column))
        if ("E" in digits or "N" in digits or "I" in digits) and not all(map(_is_of_this_world, column)):
            raise _Unfit
        return digits

    return check


def _present(check: Check) -> Check:
    """A check of those values that are not none, together with which are none."""

    def check_present(column: Column) -> str:
        if None not in column:
            return _BEHIND + check(column)
        absent = "".join(["01"[value is None] for value in column])
        return absent + _BEHIND + check([value for value in column if value is not None])

    return check_present


def _rows(kind: Rows) -> Check:
    check_items = _checking(kind.of)

    def check(column: Column) -> str:
        if not _LISTS.issuperset(map(type, column)):
            raise _Unfit
        lengths = _BETWEEN.join(map(str, map(len, column)))
        if not any(column):
            return lengths
        return lengths + _BEHIND + check_items(tuple(chain.from_iterable(column)))

    return check


def _tables(kind: Table) -> Check:
    """Fields of the same type stand side by side, so that one look at all their values will do."""
    groups: dict[Leaf, list[str]] = {}
    others: dict[str, Check] = {}
    for name, field in sorted(kind.fields.items()):
        if isinstance(field, Leaf):
            groups.setdefault(field, []).append(name)
        else:
            others[name] = _checking(field)
    leaves = [(_values(tuple(names), field.optional), _leaves(field)) for field, names in groups.items()]
    inner = [(_getter(name, kind.fields[name].optional), check) for name, check in others.items()]

    def check(column: Column) -> str:
        said = [check_values(values_of(column)) for values_of, check_values in leaves]
        said += [check_inner(tuple(map(get, column))) for get, check_inner in inner]
        return _BEHIND.join(said)

    return check


def _getter(name: str, optional: bool) -> Callable[[Any], Any]:
    """How a field is got; none for an optional one that is left out."""
    return (lambda values: values.get(name)) if optional else itemgetter(name)


def _values(names: tuple[str, ...], optional: bool) -> Callable[[Column], Column]:
    """The fields of every mapping in a column, one after the other."""
    if optional:
        return lambda column: tuple([values.get(name) for values in column for name in names])
    get = itemgetter(*names)
    if len(names) == 1:
        return lambda column: tuple(map(get, column))
    return lambda column: get(column[0]) if len(column) == 1 else tuple(chain.from_iterable(map(get, column)))


Fill = Callable[[Any], Any]
"""Gives a value with none for every optional key that it leaves out; the value itself when it leaves out none."""


def _filling(kind: Kind) -> Fill | None:
    """The filling of a kind; None for one that has nothing optional in it."""
    match kind:
        case Leaf():
            return None
        case Rows():
            of = _filling(kind.of)
            return None if of is None else lambda rows: rows and [*map(of, rows)]
        case Table():
            return _table_filling(kind)
        case _:
            assert_never(kind)


def _table_filling(kind: Table) -> Fill | None:
    blank = {name: None for name, field in kind.fields.items() if field.optional}
    inner = {name: inside for name, field in kind.fields.items() if (inside := _filling(field))}
    if not blank and not inner:
        return None

    def fill(values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if values is None:
            return None
        filled = values if blank.keys() <= values.keys() else {**blank, **values}
        for name, fill_inner in inner.items():
            before = filled[name]
            after = fill_inner(before)
            if after is not before:
                filled = {**filled, name: after}
        return filled

    return fill


def _completed(kind: Kind, value: Any, place: str) -> Any:
    """The value with none for every optional key that it leaves out. Raises LayoutError E4031, E4032."""
    if value is None and kind.optional:
        return None
    match kind:
        case Leaf():
            _check_leaf(kind, value, place)
            return value
        case Rows():
            if type(value) not in _LISTS:
                raise _wrong(value, "a list", place)
            return [_completed(kind.of, item, f"{place}[{index}]") for index, item in enumerate(value)]
        case Table():
            if not isinstance(value, Mapping):
                raise _wrong(value, "a table (mapping)", place)
            fields = {
                name: _completed(field, _taken(value, name, field, f"{place}.{name}"), f"{place}.{name}")
                for name, field in kind.fields.items()
            }
            return {**value, **fields}
        case _:
            assert_never(kind)


def _taken(values: Mapping[str, Any], name: str, kind: Kind, place: str) -> Any:
    if name not in values and not kind.optional:
        path = place.lstrip(".")
        remedy = "pass all keys; empty texts are fine"
        raise LayoutError("E4032", f"the document has no '{path}'", place=path, remedy=remedy)
    return values.get(name)


def _check_leaf(kind: Leaf, value: Any, place: str) -> None:
    if type(value) is not TYPES[kind.word]:
        raise _wrong(value, _EXPECTED[kind.word], place)
    if isinstance(value, Decimal) and not _is_of_this_world(value):
        raise _wrong(value, f"a finite number with at most {MOST_DIGITS} digits on either side of the point", place)


def _is_of_this_world(value: Decimal | None) -> bool:
    if value is None:
        return True
    return value.is_finite() and value.adjusted() < MOST_DIGITS and -int(value.as_tuple().exponent) <= MOST_DIGITS


def _wrong(value: Any, expected: str, place: str) -> LayoutError:
    remedy = "pass texts as str, figures as decimal.Decimal, dates as datetime.date"
    return LayoutError("E4031", f"{value!r} is not {expected}", place=place.lstrip("."), remedy=remedy)
