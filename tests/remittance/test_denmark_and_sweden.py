"""FIK, OCR references, Bankgiro and Plusgiro."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from layouts.errors import LayoutError
from layouts.remittance.denmark import fik_is_valid, fik_line, fik_reference
from layouts.remittance.sweden import (
    bankgiro_grouped,
    bankgiro_is_valid,
    giro_line,
    ocr_is_valid,
    ocr_reference,
    plusgiro_grouped,
    plusgiro_is_valid,
)


def test_a_fik_line_is_written_as_on_a_real_invoice() -> None:
    assert fik_line("71", "000000067097535", "85799665") == "+71< 000000067097535+85799665<"
    assert fik_line("71", "67097535", "8579 9665") == "+71< 000000067097535+85799665<"


def test_the_lines_of_all_card_types_are_equally_long() -> None:
    assert fik_line("75", fik_reference("2", "75"), "88888888") == "+75<0000000000000026+88888888<"
    assert fik_line("73", "", "88888888") == "+73<                +88888888<"


@given(st.text("0123456789", min_size=1, max_size=14))
def test_a_fik_reference_has_fifteen_digits_that_pass_the_luhn_test(digits: str) -> None:
    reference = fik_reference(digits)
    assert len(reference) == 15
    assert luhn.is_valid(reference)
    assert fik_is_valid(reference)
    assert fik_is_valid(reference.lstrip("0").zfill(2))


def test_card_type_73_has_no_reference() -> None:
    assert fik_is_valid("", "73")
    assert not fik_is_valid("26", "73")


@pytest.mark.parametrize(
    ("code", "card", "reference", "creditor"),
    [
        ("E4077", "72", "26", "88888888"),
        ("E4072", "71", "27", "88888888"),
        ("E4071", "71", "0000000000000026", "88888888"),
        ("E4070", "71", "2X", "88888888"),
        ("E4071", "71", "", "88888888"),
        ("E4071", "73", "26", "88888888"),
        ("E4071", "71", "26", "8888888"),
        ("E4070", "71", "26", "DK888888"),
    ],
)
def test_what_a_fik_line_can_not_hold_is_refused(code: str, card: str, reference: str, creditor: str) -> None:
    with pytest.raises(LayoutError) as caught:
        fik_line(card, reference, creditor)
    assert caught.value.code == code
    assert caught.value.remedy


def test_no_reference_is_made_for_card_type_73() -> None:
    with pytest.raises(LayoutError, match="no payment identification"):
        fik_reference("2", "73")


@pytest.mark.parametrize("reference", ["665760", "665869", "524967", "8012577"])
def test_published_ocr_references_have_their_length_digit(reference: str) -> None:
    assert ocr_is_valid(reference, length_digit=True)


def test_a_wrong_length_digit_and_a_wrong_check_digit_are_told_apart() -> None:
    assert ocr_is_valid("657775")
    assert not ocr_is_valid("657775", length_digit=True)
    assert not ocr_is_valid("8988777")


def test_the_published_reference_is_made() -> None:
    assert ocr_reference("12345678901", length_digit=True) == "1234567890136"


def test_fixed_lengths_are_those_of_the_agreement() -> None:
    assert ocr_is_valid("665760", lengths=(6, 8))
    assert not ocr_is_valid("665760", lengths=(7,))


@given(st.text("0123456789", min_size=1, max_size=23))
def test_what_is_made_has_a_fitting_length_and_check_digit(digits: str) -> None:
    reference = ocr_reference(digits, length_digit=True)
    assert luhn.is_valid(reference)
    assert int(reference[-2]) == len(reference) % 10
    assert ocr_is_valid(reference, length_digit=True)
    assert ocr_is_valid(ocr_reference(digits))


@pytest.mark.parametrize("digits", ["", "1" * 24, "12a"])
def test_digits_that_make_no_ocr_reference_are_refused(digits: str) -> None:
    with pytest.raises(LayoutError):
        ocr_reference(digits, length_digit=True)


def test_bankgiro_numbers_are_checked_and_grouped() -> None:
    assert bankgiro_is_valid("991-2346")
    assert bankgiro_is_valid(" 5402968 1 ")
    assert bankgiro_grouped("54029681") == "5402-9681"
    assert bankgiro_grouped("9912346") == "991-2346"
    assert bankgiro_grouped("what") == "what"
    assert not bankgiro_is_valid("991-2347")
    assert not bankgiro_is_valid("99-12346")


def test_plusgiro_numbers_are_checked_and_grouped() -> None:
    assert plusgiro_is_valid("28 65 43-4")
    assert plusgiro_grouped("2865434") == "28 65 43-4"
    assert plusgiro_grouped("47470026") == "474 70 02-6"
    assert plusgiro_grouped("123455") == "1 23 45-5"
    assert plusgiro_grouped("18") == "1-8"
    assert not plusgiro_is_valid("28 65 43-5")
    assert not plusgiro_is_valid("4")


def test_the_bankgiro_line_is_the_published_one() -> None:
    assert giro_line("665760", Decimal("1800"), "991-2346") == "# 665760 # 1800 00 2 > 9912346#41#"


def test_in_columns_the_fields_stand_flush_right() -> None:
    line = giro_line("665760", Decimal("1800.00"), "9912346", columns=True)
    assert line == f"# {'665760':>25} #    1800 00   2 >{'9912346':>25}#41#"


@pytest.mark.parametrize(
    ("code", "reference", "amount", "account", "form"),
    [
        ("E4072", "665761", "1", "9912346", "41"),
        ("E4072", "665760", "1", "9912347", "41"),
        ("E4070", "66576O", "1", "9912346", "41"),
        ("E4073", "665760", "123456789", "9912346", "41"),
        ("E4071", "665760", "1", "9912346", "4"),
    ],
)
def test_what_a_bankgiro_line_can_not_hold_is_refused(
    code: str, reference: str, amount: str, account: str, form: str
) -> None:
    with pytest.raises(LayoutError) as caught:
        giro_line(reference, Decimal(amount), account, form)
    assert caught.value.code == code
