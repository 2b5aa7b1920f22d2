"""Currencies and rounding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.money import CURRENCIES, minor_digits, minor_unit, round_money


def test_every_currency_is_one_that_the_unicode_consortium_knows() -> None:
    assert not CURRENCIES - set(list_currencies()) - {"XCG", "ZWG"}


def test_the_currencies_of_our_customers_are_there() -> None:
    assert {"NOK", "SEK", "DKK", "EUR", "GBP", "USD", "CHF", "ISK", "PLN"} <= CURRENCIES
    assert "NKR" not in CURRENCIES


@pytest.mark.parametrize(
    ("currency", "digits"), [("NOK", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("HUF", 2)]
)
def test_minor_units_follow_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(("amount", "rounded"), [("2.675", "2.68"), ("-2.675", "-2.68"), ("0.004999", "0.00")])
def test_halves_are_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert str(round_money(Decimal(amount), "NOK")) == rounded


@given(st.decimals(-(10**30), 10**30, places=6), st.sampled_from(sorted(CURRENCIES)))
def test_rounding_moves_an_amount_by_half_a_unit_at_most(amount: Decimal, currency: str) -> None:
    rounded = round_money(amount, currency)
    assert abs(rounded - amount) <= minor_unit(currency) / 2
    assert round_money(rounded, currency) == rounded
