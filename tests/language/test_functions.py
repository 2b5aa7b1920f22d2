"""The functions of the language: known answers, and how they decline."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.language.expression import parse_expression
from tests.language.samples import refusal

SCOPE: dict[str, Any] = {
    "numbers": [Decimal("1.10"), 2, Decimal("-3")],
    "words": ["b", "", "a", None],
    "rows": [{"n": Decimal("1.5"), "s": "x"}, {"n": Decimal(2), "s": "y"}],
    "empty": [],
    "start": date(2024, 2, 28),
    "end": date(2024, 3, 1),
    "text": "Straße",
    "blank": "",
    "nothing": None,
    "zero": Decimal(0),
    "broken": [{"n": Decimal(1)}, {}],
    "mixed": ["a", Decimal(1)],
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("len(rows)", 2),
        ("len(text)", 6),
        ("sum(numbers)", Decimal("0.10")),
        ("sum(rows, 'n')", Decimal("3.5")),
        ("sum(empty)", Decimal(0)),
        ("rows | sum(field='n')", Decimal("3.5")),
        ("min(numbers)", Decimal(-3)),
        ("max(numbers)", 2),
        ("max(1, 2.5, 2)", Decimal("2.5")),
        ("min(start, end)", date(2024, 2, 28)),
        ("max('a', 'b')", "b"),
        ("min(empty)", None),
        ("abs(-1.5)", Decimal("1.5")),
        ("join(words)", "b, a"),
        ("join(words, '')", "ba"),
        ("join(rows, ' + ', 's')", "x + y"),
        ("join(empty)", ""),
        ("default(nothing, 'x')", "x"),
        ("default(blank, 'x')", "x"),
        ("default(zero, 'x')", Decimal(0)),
        ("nothing | default(blank | default('y'))", "y"),
        ("round(2.5)", Decimal(3)),
        ("round(-2.5)", Decimal(-3)),
        ("round(2.345, 2)", Decimal("2.35")),
        ("round(2, 2)", Decimal("2.00")),
        ("round(-0.001, 2)", Decimal("0.00")),
        ("days(start, end)", 2),
        ("days(end, start)", -2),
        ("first(rows).s", "x"),
        ("last(rows).s", "y"),
        ("first(empty)", None),
        ("last(empty)", None),
        ("upper(text)", "STRASSE"),
        ("lower('ÆØÅ')", "æøå"),
    ],
)
def test_functions_give_known_answers(source: str, value: object) -> None:
    found = parse_expression(source)(SCOPE)

    assert found == value
    assert str(found) == str(value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("len(zero)", "len: a number has no length"),
        ("len(rows[0])", "len: a table has no length"),
        ("sum(words)", "sum: a text is not a number"),
        ("sum(text)", "sum: a text is not a list"),
        ("sum(numbers, 'n')", "sum: a number has no field 'n'"),
        ("sum(broken, 'n')", "sum: an item has no field 'n'"),
        ("min(zero)", "min: a number is not a list"),
        ("max(mixed)", "max: a number has no order with a text"),
        ("abs(text)", "abs: a text is not a number"),
        ("join(numbers)", "join: a number can't be joined"),
        ("join(words, zero)", "join: a number is not a text"),
        ("round(text)", "round: a text is not a number"),
        ("round(1, 13)", "round: the decimals are a whole number from 0 to 12, not 13"),
        ("round(1, -1)", "round: the decimals are a whole number from 0 to 12, not -1"),
        ("round(1, 0.5)", "round: the decimals are a whole number from 0 to 12, not 0.5"),
        ("round(1, text)", "round: the decimals are a whole number from 0 to 12, not Straße"),
        ("days(start, text)", "days: a text is not a date"),
        ("first(text)", "first: a text is not a list"),
        ("upper(zero)", "upper: a number is not a text"),
        ("lower(nothing)", "lower: none is not a text"),
    ],
)
def test_functions_say_what_they_were_given(source: str, said: str) -> None:
    fault = refusal(lambda: parse_expression(source)(SCOPE))

    assert fault.code == "E4053"
    assert fault.message.startswith(said)


def test_a_sum_that_is_not_exact_is_refused() -> None:
    amounts = {"amounts": [Decimal("1E+30"), Decimal("1E-30")]}

    assert refusal(lambda: parse_expression("sum(amounts)")(amounts)).code == "E4054"


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6), st.integers(0, 6))
def test_a_quotient_is_rounded_half_away_from_zero(dividend: int, divisor: int, digits: int) -> None:
    found = parse_expression("round(a / b, digits)")({"a": dividend, "b": divisor, "digits": digits})

    # In whole numbers: twice the quotient, one more, halved.
    scaled, sign = abs(dividend) * 10**digits, -1 if dividend < 0 else 1
    assert found == Decimal(sign * ((2 * scaled + divisor) // (2 * divisor))).scaleb(-digits)
    assert found.as_tuple().exponent == -digits


@given(st.lists(st.decimals(-1000, 1000, places=2), max_size=20))
def test_sums_and_extremes_agree_with_python(amounts: list[Decimal]) -> None:
    scope = {"amounts": amounts}

    assert parse_expression("sum(amounts)")(scope) == sum(amounts, Decimal(0))
    assert parse_expression("max(amounts)")(scope) == max(amounts, default=None)
    assert parse_expression("min(amounts)")(scope) == min(amounts, default=None)
