"""Conditions on a customer's fields."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mailroom.planning.condition import OPERATORS, Condition, Wanted
from mailroom.planning.document import FieldValue

FIELDS: dict[str, FieldValue] = {
    "segment": "private",
    "turnover": 1000,
    "rate": Decimal("2.50"),
    "eco": True,
    "since": date(2020, 5, 1),
}


@pytest.mark.parametrize(
    ("field", "operator", "value", "holds"),
    [
        ("segment", "is", "private", True),
        ("segment", "is", "Private", False),
        ("segment", "is-not", "business", True),
        ("segment", "is-not", "private", False),
        ("segment", "in", ("business", "private"), True),
        ("segment", "in", ("business",), False),
        ("segment", "not-in", ("business", "state"), True),
        ("segment", "not-in", ("private",), False),
        ("segment", "starts-with", "pri", True),
        ("segment", "starts-with", "ate", False),
        ("segment", "contains", "iva", True),
        ("segment", "contains", "z", False),
        ("turnover", "at-least", 1000, True),
        ("turnover", "at-least", Decimal("1000.01"), False),
        ("turnover", "at-most", 1000, True),
        ("turnover", "at-most", 999, False),
        ("turnover", "above", 999, True),
        ("turnover", "above", 1000, False),
        ("turnover", "below", 1001, True),
        ("turnover", "below", 1000, False),
        ("rate", "is", Decimal("2.5"), True),
        ("eco", "is", True, True),
        ("eco", "is", 1, False),
        ("turnover", "is", True, False),
        ("since", "at-least", date(2020, 5, 1), True),
        ("since", "below", date(2020, 5, 1), False),
        ("segment", "given", None, True),
        ("segment", "missing", None, False),
        ("colour", "given", None, False),
        ("colour", "missing", None, True),
    ],
)
def test_operators(field: str, operator: str, value: Wanted, holds: bool) -> None:
    assert Condition(field, operator, value).holds(FIELDS) is holds


@pytest.mark.parametrize("operator", [each for each in OPERATORS if each != "missing"])
def test_a_field_that_is_not_there_meets_nothing_but_missing(operator: str) -> None:
    value: Wanted = ("x",) if operator in ("in", "not-in") else "x"
    assert not Condition("colour", operator, value).holds(FIELDS)


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("is", 7),
        ("is-not", 7),
        ("in", (7,)),
        ("not-in", (7, date(2026, 1, 1))),
        ("at-least", 7),
        ("below", date(2026, 1, 1)),
    ],
)
def test_a_value_of_another_kind_meets_no_condition(operator: str, value: Wanted) -> None:
    assert not Condition("segment", operator, value).holds(FIELDS)


def test_conditions_say_what_they_ask() -> None:
    assert str(Condition("segment", "in", ("a", "b"))) == "segment in a, b"
    assert str(Condition("turnover", "at-least", 5)) == "turnover at-least 5"
    assert str(Condition("card", "missing", None)) == "card is missing"
