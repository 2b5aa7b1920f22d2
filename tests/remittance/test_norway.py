"""Norwegian KID, account and giro line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.no import kontonr

from layouts.errors import LayoutError
from layouts.remittance.norway import (
    giro_check_digit,
    giro_line,
    grouped_account,
    kid_is_valid,
    kid_mod10,
    kid_mod11,
    norwegian_account_is_valid,
)

PAYLOADS = st.text("0123456789", min_size=3, max_size=24)
KRONER = st.decimals(0, Decimal("99999999.99"), places=2)


def test_the_published_example_has_the_published_check_digits() -> None:
    assert (kid_mod10("12345678"), kid_mod11("12345678")) == ("123456782", "123456785")


@pytest.mark.parametrize("kid", ["602243", "008000011688373", "123456782", "123456785"])
def test_real_kids_are_valid(kid: str) -> None:
    assert kid_is_valid(kid)


@pytest.mark.parametrize("kid", ["", "123", "60224X", "602244", "6022430", "1" * 26, "12345678-", "٦٠٢٢٤٣"])
def test_what_is_no_kid_is_not_valid(kid: str) -> None:
    assert not kid_is_valid(kid)


@given(PAYLOADS)
def test_what_is_made_is_valid(payload: str) -> None:
    assert kid_is_valid(kid_mod10(payload))
    assert kid_is_valid(kid_mod11(payload))
    assert kid_mod10(payload) == payload + luhn.calc_check_digit(payload)


@given(st.text("0123456789", min_size=11, max_size=11).filter(lambda text: not text.startswith("0000")))
def test_accounts_are_checked_as_another_library_does(account: str) -> None:
    assert norwegian_account_is_valid(account) == kontonr.is_valid(account)


@pytest.mark.parametrize("account", ["8601 11 17947", "8601.11.17947", "NO93 8601 1117 947", "NO9386011117947"])
def test_an_account_may_have_dots_spaces_or_be_an_iban(account: str) -> None:
    assert norwegian_account_is_valid(account)


@pytest.mark.parametrize("account", ["86011117948", "8601111794", "NO9486011117947", "DE89370400440532013000", ""])
def test_other_accounts_are_not_norwegian(account: str) -> None:
    assert not norwegian_account_is_valid(account)


def test_an_account_is_grouped_as_people_read_it() -> None:
    assert grouped_account("12345678903") == "1234 56 78903"
    assert grouped_account("no9386011117947") == "NO93 8601 1117 947"
    assert grouped_account(" 1-2 ") == "1-2"


def test_the_giro_line_has_its_fields_in_their_columns() -> None:
    line = giro_line("123456782", Decimal("1234.50"), "12345678903")
    assert line == "                123456782       1234  50  < 9 >  1234 56 78903"
    assert line.index("<") == 25 + 3 + 8 + 2 + 2 + 2
    assert giro_check_digit(Decimal("1234.50")) == luhn.calc_check_digit("123450") == "9"


def test_the_giro_line_ends_with_the_number_of_the_form() -> None:
    assert giro_line("", Decimal("0.05"), "NO93 8601 1117 947", "0000000123").endswith("8601 11 17947  <0000000123>")


@given(PAYLOADS, KRONER)
def test_every_giro_line_is_as_wide_as_any_other(payload: str, amount: Decimal) -> None:
    line = giro_line(kid_mod10(payload), amount, "12345678903")
    assert len(line) == 62
    kid, kroner, ore, _, check, _, *account = line.split()
    assert kid_is_valid(kid)
    assert Decimal(f"{kroner}.{ore}") == amount
    assert luhn.is_valid(kroner + ore + check)
    assert "".join(account) == "12345678903"


@pytest.mark.parametrize(
    ("code", "kid", "amount", "account", "form"),
    [
        ("E4072", "123456781", "1", "12345678903", ""),
        ("E4072", "123456782", "1", "12345678904", ""),
        ("E4072", "123456782", "1", "", ""),
        ("E4073", "123456782", "100000000", "12345678903", ""),
        ("E4073", "123456782", "1.005", "12345678903", ""),
        ("E4073", "123456782", "-1", "12345678903", ""),
        ("E4073", "123456782", "NaN", "12345678903", ""),
        ("E4073", "123456782", "1e40", "12345678903", ""),
        ("E4071", "123456782", "1", "12345678903", "123"),
        ("E4070", "123456782", "1", "12345678903", "12345678a0"),
    ],
)
def test_what_a_giro_line_can_not_hold_is_refused(code: str, kid: str, amount: str, account: str, form: str) -> None:
    with pytest.raises(LayoutError) as caught:
        giro_line(kid, Decimal(amount), account, form)
    assert caught.value.code == code
    assert caught.value.place
    assert caught.value.remedy
