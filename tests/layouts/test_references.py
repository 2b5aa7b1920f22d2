"""Check digits against published answers and against another library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from layouts.errors import LayoutError
from layouts.references import (
    creditor_reference_is_valid,
    grouped_account,
    grouped_reference,
    iban_is_valid,
    is_norwegian_account,
    kid_is_valid,
    kid_mod10,
    kid_mod11,
)

PAYLOADS = st.text("0123456789", min_size=3, max_size=24)


def test_the_published_example_has_the_published_check_digits() -> None:
    assert kid_mod10("12345678") == "123456782"
    assert kid_mod11("12345678") == "123456785"


@pytest.mark.parametrize("kid", ["602243", "008000011688373", "123456782", "123456785"])
def test_real_kids_are_valid(kid: str) -> None:
    assert kid_is_valid(kid)


def test_a_rest_of_ten_is_written_as_a_dash() -> None:
    payload = next(text for text in map(str, range(100, 200)) if kid_mod11(text).endswith("-"))
    total = sum(int(digit) * weight for digit, weight in zip(reversed(payload), (2, 3, 4), strict=True))
    assert 11 - total % 11 == 10
    assert kid_is_valid(f"{payload}-")


@given(PAYLOADS)
def test_modulus_10_agrees_with_luhn(payload: str) -> None:
    assert kid_mod10(payload) == payload + luhn.calc_check_digit(payload)


@given(PAYLOADS)
def test_what_is_made_is_valid(payload: str) -> None:
    assert kid_is_valid(kid_mod10(payload))
    assert kid_is_valid(kid_mod11(payload))


@given(PAYLOADS, st.data())
def test_a_wrong_digit_is_noticed_by_its_own_modulus(payload: str, data: st.DataObject) -> None:
    kid = kid_mod11(payload)
    place = data.draw(st.integers(0, len(payload) - 1))
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != kid[place]]))
    wrong = payload[:place] + digit + payload[place + 1 :]
    assert kid_mod10(wrong) != kid_mod10(payload)
    assert kid_mod11(wrong) != kid


@pytest.mark.parametrize("kid", ["602244", "", "123", "1" * 26, "60224A", "60 2243", "-602243", "²²²²²"])
def test_what_is_no_kid_is_refused(kid: str) -> None:
    assert not kid_is_valid(kid)


@pytest.mark.parametrize("payload", ["12", "1" * 25, "12a4", "", "12 4"])
def test_a_kid_is_only_made_of_digits_that_fit(payload: str) -> None:
    for make in (kid_mod10, kid_mod11):
        with pytest.raises(LayoutError, match="E4035"):
            make(payload)


def test_iban_and_creditor_reference_of_the_standards_are_valid() -> None:
    assert iban_is_valid("DE89 3704 0044 0532 0130 00")
    assert iban_is_valid("NO9386011117947")
    assert not iban_is_valid("DE88370400440532013000")
    assert not iban_is_valid("")
    assert creditor_reference_is_valid("RF18 5390 0754 7034")
    assert not creditor_reference_is_valid("RF19539007547034")
    assert not creditor_reference_is_valid("18539007547034")


def test_accounts_and_references_are_grouped_as_people_read_them() -> None:
    assert grouped_account("86011117947") == "8601 11 17947"
    assert grouped_account("8601.11.17947") == "8601 11 17947"
    assert grouped_account("NO9386011117947") == "NO93 8601 1117 947"
    assert grouped_account(" 5050-1055 ") == "5050-1055"
    assert grouped_reference("RF18539007547034") == "RF18 5390 0754 7034"
    assert grouped_reference("602243") == "602243"


def test_norwegian_accounts_are_told_from_others() -> None:
    assert is_norwegian_account("8601 11 17947")
    assert is_norwegian_account("NO93 8601 1117 947")
    assert not is_norwegian_account("DE89370400440532013000")
    assert not is_norwegian_account("5050-1055")
