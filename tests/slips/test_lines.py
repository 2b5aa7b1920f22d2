"""The lines that machines read: what they say, where they stand, and that nothing stands near them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.geometry import Box
from layouts.remittance.denmark import fik_line
from layouts.remittance.norway import giro_line, kid_mod10
from layouts.remittance.sweden import giro_line as bankgiro_line
from layouts.typeset import PageProgram
from tests.slips.conftest import Print
from tests.slips.printed import LastPage
from tests.slips.samples import danish, norwegian, swedish

PITCH_MM = 2.54
FIVE_SIXTHS_INCH_MM = 25.4 * 5 / 6
LINES = {
    # slip: (data, left edge of the first column, foot above the sheet's foot, band that is kept clear)
    "no-giro": (norwegian, 12.7, FIVE_SIXTHS_INCH_MM, (267.3, 280.9)),
    "dk-fik": (danish, 123.8, FIVE_SIXTHS_INCH_MM, (265.2, 297)),
    "se-bankgiro": (swedish, 9.42, 17.0, (270.4, 297)),
}


def said_at(page: LastPage, left_mm: float, foot_up_mm: float, columns: int) -> str:
    """What stands in the columns of a line, a blank where nothing stands."""
    foot_mm = 297 - foot_up_mm
    found = [" "] * columns
    for char in page.chars(Box(left_mm - 0.5, foot_mm - 3.5, columns * PITCH_MM + 1, 4.5)):
        column = ((char.left_mm + char.right_mm) / 2 - left_mm) / PITCH_MM
        assert abs(column - int(column) - 0.5) < 0.22, f"{char.text!r} stands in the middle of its column"
        found[int(column)] = char.text
    return "".join(found)


@pytest.mark.parametrize("slip", LINES)
@pytest.mark.parametrize("amount", ["0.05", "1234.50", "99999999.99"])
def test_the_line_stands_column_by_column_as_its_function_says_it(print_page: Print, slip: str, amount: str) -> None:
    make, left_mm, foot_up_mm, _ = LINES[slip]
    data = make(amount)
    payment, value = data["payment"], Decimal(amount)
    expected = {
        "no-giro": lambda: giro_line(payment["reference"], value, payment["account"]),
        "dk-fik": lambda: fik_line("71", payment["reference"], payment["creditor_number"]),
        "se-bankgiro": lambda: bankgiro_line(payment["reference"], value, payment["account"], columns=True),
    }[slip]()
    assert said_at(print_page(data), left_mm, foot_up_mm, len(expected)) == expected


@pytest.mark.parametrize("slip", LINES)
def test_the_characters_stand_on_the_line_that_is_asked_for(print_page: Print, slip: str) -> None:
    make, left_mm, foot_up_mm, _ = LINES[slip]
    page = print_page(make())
    foot_mm = 297 - foot_up_mm
    line = page.chars(Box(left_mm - 0.5, foot_mm - 3.5, 198, 4.5))
    digits = [char for char in line if char.text.isdigit()]
    assert len(digits) >= 8
    for char in digits:
        assert char.foot_mm == pytest.approx(foot_mm, abs=0.08), char.text
    ink = page.ink_box(Box(100, foot_mm - 3.5, 100, 4.5))
    assert ink is not None
    assert ink.bottom_mm == pytest.approx(foot_mm, abs=0.17), "to two dots of the press"


@pytest.mark.parametrize("slip", LINES)
@pytest.mark.parametrize("count", ["short", "long"])
def test_nothing_else_stands_in_the_band_of_the_line(print_page: Print, slip: str, count: str) -> None:
    make, _, foot_up_mm, (top_mm, bottom_mm) = LINES[slip]
    data = make()
    if count == "long":
        data["recipient"] = data["recipient"] | {"lines": [f"Line {number} of a long address" for number in range(5)]}
    page = print_page(data)
    foot_mm = 297 - foot_up_mm
    above, below = Box(0, top_mm, 210, foot_mm - 3.2 - top_mm), Box(0, foot_mm + 0.7, 210, bottom_mm - foot_mm - 0.7)
    rules = {"no-giro": (9.0, 80.0)}.get(slip, ())
    for band in (above, below):
        dark = page.ink(band)
        for x_mm in rules:
            at = round(x_mm / 25.4 * 300)
            dark[:, at - 4 : at + 5] = False
        assert not dark.any()


def test_the_kid_ends_one_and_a_half_columns_before_its_rule(print_page: Print) -> None:
    page = print_page(norwegian(reference="0" * 24 + "0"))
    line = page.chars(Box(12.2, 272, 66, 4.5))
    assert len(line) == 25
    assert line[-1].left_mm + 1.9 == pytest.approx(80 - 1.5 * PITCH_MM, abs=0.5)
    rule = page.ink_box(Box(78.5, 268, 3, 2))
    assert rule is not None
    assert rule.x_mm + rule.width_mm / 2 == pytest.approx(80, abs=0.15)


def test_a_form_number_ends_the_line(print_page: Print) -> None:
    page = print_page(norwegian(form_number="0123456789"))
    expected = giro_line("008000011688373", Decimal("1234.50"), "15038300005", "0123456789")
    assert said_at(page, 12.7, FIVE_SIXTHS_INCH_MM, len(expected)) == expected
    assert 12.7 + len(expected) * PITCH_MM < 206
    assert page.text().count("0123456789") == 2, "on the receipt too"


# ── the known right answers ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kid", ["123456782", "123456785", "602243", "008000011688373"])
def test_a_kid_of_either_modulus_stands_in_the_line(print_page: Print, kid: str) -> None:
    page = print_page(norwegian(reference=kid))
    assert said_at(page, 12.7, FIVE_SIXTHS_INCH_MM, 25) == f"{kid:>25}"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, "+71< 000000067097535+85799665<"),
        ({"card_type": "75", "reference": "67097535"}, "+75<0000000067097535+85799665<"),
        ({"card_type": "73", "reference": ""}, f"+73<{'':16}+85799665<"),
        ({"card_type": None}, "+71< 000000067097535+85799665<"),
    ],
)
def test_a_fik_line_of_every_card_type(print_page: Print, change: dict[str, Any], line: str) -> None:
    assert said_at(print_page(danish(**change)), 123.8, FIVE_SIXTHS_INCH_MM, 30) == line


@pytest.mark.parametrize("reference", ["665760", "665869", "524967", "8012577", "1234567890136"])
def test_an_ocr_reference_stands_in_the_bankgiro_line(print_page: Print, reference: str) -> None:
    said = said_at(print_page(swedish(reference=reference)), 9.42, 17.0, 75)
    assert said.replace(" ", "") == f"#{reference}#1800002>9912346#41#"


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (norwegian, {"reference": "123456781"}),
        (norwegian, {"account": "15038300006"}),
        (danish, {"reference": "67097536"}),
        (swedish, {"reference": "8988777"}),
        (swedish, {"account": "991-2347"}),
    ],
)
def test_a_wrong_check_digit_is_refused_and_not_printed(
    program: PageProgram, make: Callable[..., dict[str, Any]], change: dict[str, str]
) -> None:
    with pytest.raises(LayoutError, match="E4072"):
        program.typeset(make(**change), "en")


@pytest.mark.parametrize("make", [norwegian, swedish])
def test_an_amount_that_the_line_can_not_say_is_refused(
    program: PageProgram, make: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(LayoutError, match="E4073"):
        program.typeset(make("100000000.00"), "en")


@given(digits=st.text("0123456789", min_size=3, max_size=24), cents=st.integers(1, 10**10 - 1), form=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_norwegian_payment_fits_its_form(program: PageProgram, digits: str, cents: int, form: bool) -> None:
    amount = Decimal(cents).scaleb(-2)
    data = norwegian(str(amount), reference=kid_mod10(digits), form_number="0123456789" if form else None)
    inspection = program.inspect(data, "nb")
    assert inspection.findings == ()
    (line,) = (ink for ink in inspection.ink[-1] if ink.name == "no-giro/code-line")
    assert line.box.right_mm <= 206
