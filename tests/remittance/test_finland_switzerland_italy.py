"""Viitenumero and bank bar code, QR reference, pagoPA; IBAN and ISO 11649."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as oracle_iban
from stdnum import iso11649
from stdnum.ch import esr

from layouts.errors import LayoutError
from layouts.remittance.finland import viite, viite_grouped, viite_is_valid, virtual_barcode
from layouts.remittance.iban import (
    creditor_reference,
    creditor_reference_is_valid,
    grouped_reference,
    iban_grouped,
    iban_is_valid,
)
from layouts.remittance.italy import notice_grouped, notice_is_valid, notice_number, pagopa_payload
from layouts.remittance.switzerland import (
    is_qr_iban,
    is_swiss_iban,
    qr_reference,
    qr_reference_grouped,
    qr_reference_is_valid,
)

FINNISH = "FI37 1590 3000 0007 76"
# A run of the finished bar code against other implementations' published cases: account, reference, amount, due, code.
BARCODES = [
    (FINNISH, "11112", "12.25", date(2016, 12, 21), "437159030000007760000122500000000000000000011112161221"),
    (
        "FI79 4405 2020 0360 82",
        "86851 62596 19897",
        "4883.15",
        date(2010, 6, 12),
        "479440520200360820048831500000000868516259619897100612",
    ),
    (
        "FI02 5000 4640 0013 02",
        "69 87567 20834 35364",
        "693.80",
        date(2011, 7, 24),
        "402500046400013020006938000000069875672083435364110724",
    ),
    (
        "FI16 8000 1400 0502 67",
        "78 77767 96566 28687",
        "935.85",
        None,
        "416800014000502670009358500000078777679656628687000000",
    ),
    (
        "FI73 3131 3001 0000 58",
        "8 68624",
        "0",
        date(2013, 8, 9),
        "473313130010000580000000000000000000000000868624130809",
    ),
    (
        "FI79 4405 2020 0360 82",
        "RF09 8685 1625 9619 897",
        "4883.15",
        date(2010, 6, 12),
        "579440520200360820048831509000000868516259619897100612",
    ),
    (
        "FI39 3636 3002 0924 92",
        "RF66 5907 3839 0",
        "1.03",
        date(2023, 3, 11),
        "539363630020924920000010366000000000000590738390230311",
    ),
]


def test_the_published_finnish_reference_is_made() -> None:
    assert viite("123456") == "1234561"
    assert viite("1234567") == "12345672"


@given(st.text("0123456789", min_size=3, max_size=19))
def test_a_finnish_reference_is_valid_when_made_and_keeps_its_digits_when_grouped(digits: str) -> None:
    reference = viite(digits)
    assert viite_is_valid(reference)
    assert viite_grouped(reference).replace(" ", "") == reference.lstrip("0")


def test_a_finnish_reference_stands_in_fives_from_the_right() -> None:
    assert viite_grouped("1234561") == "12 34561"
    assert viite_grouped("0001234561") == "12 34561"
    assert viite_grouped("no reference ") == "no reference"


@pytest.mark.parametrize(("account", "reference", "amount", "due", "code"), BARCODES)
def test_bank_bar_codes_are_the_published_ones(
    account: str, reference: str, amount: str, due: date | None, code: str
) -> None:
    assert virtual_barcode(account, Decimal(amount), reference, due) == code


@given(st.decimals(0, Decimal("999999.99"), places=2), st.text("0123456789", min_size=3, max_size=19), st.dates())
def test_a_bank_bar_code_has_54_digits(amount: Decimal, digits: str, due: date) -> None:
    code = virtual_barcode(FINNISH, amount, viite(digits), due)
    assert len(code) == 54
    assert code.isdigit()


@pytest.mark.parametrize(
    ("code", "account", "amount", "reference"),
    [
        ("E4072", "FI37 1590 3000 0007 77", "1", "11112"),
        ("E4074", "DE89 3704 0044 0532 0130 00", "1", "11112"),
        ("E4072", FINNISH, "1", "11113"),
        ("E4074", FINNISH, "1", creditor_reference("A1")),
        ("E4073", FINNISH, "1000000", "11112"),
    ],
)
def test_what_a_bank_bar_code_can_not_hold_is_refused(code: str, account: str, amount: str, reference: str) -> None:
    with pytest.raises(LayoutError) as caught:
        virtual_barcode(account, Decimal(amount), reference)
    assert caught.value.code == code


def test_the_published_qr_reference_is_valid_and_made_again() -> None:
    assert qr_reference_is_valid("21 00000 00003 13947 14300 09017")
    assert qr_reference("21000000000313947143000901") == "210000000003139471430009017"
    assert qr_reference_grouped("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert not qr_reference_is_valid("0" * 27)
    assert qr_reference_grouped("7 ") == "7"


@given(st.text("0123456789", min_size=1, max_size=26).filter(lambda digits: digits.strip("0")))
def test_qr_references_are_checked_as_another_library_does(digits: str) -> None:
    reference = qr_reference(digits)
    assert esr.is_valid(reference)
    assert qr_reference_is_valid(reference)
    wrong = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert not qr_reference_is_valid(wrong)


@pytest.mark.parametrize(
    ("account", "is_qr"),
    [
        ("CH4431999123000889012", True),
        ("CH64 3196 1000 0044 2155 7", True),
        ("CH5204835012345671000", False),
        ("CH5800791123000889012", False),
        ("LI2108806123456789012", False),
    ],
)
def test_qr_ibans_are_told_from_other_swiss_ones(account: str, is_qr: bool) -> None:
    assert oracle_iban.is_valid(account) == is_swiss_iban(account)
    assert is_qr_iban(account) == (is_qr and is_swiss_iban(account))


def test_accounts_of_other_countries_are_not_swiss() -> None:
    assert not is_swiss_iban(FINNISH)
    assert not is_qr_iban("CH4431999123000889013")


@pytest.mark.parametrize("text", ["RF18539007547034", "rf18 5390 0754 7034", "RF240191230100405JSH0438"])
def test_published_creditor_references_are_valid(text: str) -> None:
    assert creditor_reference_is_valid(text)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21))
def test_creditor_references_are_made_as_another_library_checks_them(body: str) -> None:
    reference = creditor_reference(body)
    assert iso11649.is_valid(reference)
    assert creditor_reference_is_valid(reference)
    assert grouped_reference(reference).replace(" ", "") == reference


def test_the_published_creditor_reference_is_made() -> None:
    assert creditor_reference("539007547034") == "RF18539007547034"
    assert grouped_reference("RF18539007547034") == "RF18 5390 0754 7034"


@pytest.mark.parametrize(("body", "code"), [("", "E4071"), ("1" * 22, "E4071"), ("Å1", "E4070"), ("1-2", "E4070")])
def test_a_body_that_makes_no_creditor_reference_is_refused(body: str, code: str) -> None:
    with pytest.raises(LayoutError) as caught:
        creditor_reference(body)
    assert caught.value.code == code


def test_an_iban_is_grouped_in_fours() -> None:
    assert iban_is_valid("NO93\u00a08601 1117 947")
    assert iban_grouped("ch4431999123000889012") == "CH44 3199 9123 0008 8901 2"
    assert iban_grouped("none ") == "none"


def test_the_published_notice_number_is_valid_and_made_again() -> None:
    assert notice_is_valid("001340000013900808")
    assert notice_number("0013400000139008") == "001340000013900808"
    assert notice_grouped("001340000013900808") == "0013 4000 0013 9008 08"
    assert not notice_is_valid("001340000013900809")
    assert not notice_is_valid("901340000013900808")
    assert notice_is_valid("100000000000000000")


@given(st.text("0123456789", min_size=15, max_size=15), st.sampled_from("03"))
def test_notice_numbers_are_valid_when_made(digits: str, aux: str) -> None:
    notice = notice_number(aux + digits)
    assert notice_is_valid(notice)
    assert int(notice[:16]) % 93 == int(notice[16:])


def test_the_pagopa_code_reads_as_the_specification_shows() -> None:
    assert pagopa_payload("0" * 18, "0" * 11, Decimal("99.99")) == f"PAGOPA|002|{'0' * 18}|{'0' * 11}|9999"
    assert pagopa_payload("001340000013900808", "12345678901", Decimal("0.05")).endswith("|05")


@pytest.mark.parametrize(
    ("code", "notice", "tax_code", "amount"),
    [
        ("E4072", "001340000013900809", "12345678901", "1"),
        ("E4071", "00134000001390080", "12345678901", "1"),
        ("E4070", "0013400000139008O8", "12345678901", "1"),
        ("E4071", "001340000013900808", "1234567890", "1"),
        ("E4073", "001340000013900808", "12345678901", "1000000000"),
    ],
)
def test_what_a_pagopa_code_can_not_hold_is_refused(code: str, notice: str, tax_code: str, amount: str) -> None:
    with pytest.raises(LayoutError) as caught:
        pagopa_payload(notice, tax_code, Decimal(amount))
    assert caught.value.code == code


def test_a_notice_number_without_check_digits_is_not_made() -> None:
    with pytest.raises(LayoutError) as caught:
        notice_number("1" * 16)
    assert caught.value.code == "E4077"
