"""The codes on payment slips, read back from the pixels of the print file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import zxingcpp

from layouts.geometry import Box
from layouts.typeset import PageProgram
from tests.remittance.parties import INSURER
from tests.remittance.test_payloads import PUBLISHED_NON, PUBLISHED_QRR, PUBLISHED_SCOR
from tests.slips.conftest import Print
from tests.slips.printed import LastPage, code_box
from tests.slips.samples import euro, finnish, italian, norwegian, swiss

QR_CODE = Box(67, 209, 46, 46)
MESSAGE = "Premium calculation July 2020"


def only(page: LastPage) -> zxingcpp.Barcode:
    (code,) = page.codes()
    return code


def near(box: Box, other: Box, by_mm: float = 0.3) -> bool:
    return all(
        abs(one - two) < by_mm
        for one, two in (
            (box.x_mm, other.x_mm),
            (box.y_mm, other.y_mm),
            (box.right_mm, other.right_mm),
            (box.bottom_mm, other.bottom_mm),
        )
    )


# ── Switzerland ───────────────────────────────────────────────────────────────────────────────────────────────────


def without_schemes(published: str) -> str:
    """The published text without its alternative scheme, which no invoice has."""
    return published.removesuffix("\neBill/B/sarah.beispiel@einfach-zahlen.ch").removesuffix("\n")


@pytest.mark.parametrize(
    ("data", "published"),
    [
        (swiss(), PUBLISHED_QRR),
        (
            swiss("211", account="CH5800791123000889012", reference="RF240191230100405JSH0438", billing=None),
            PUBLISHED_SCOR,
        ),
        (swiss("321", account="CH5800791123000889012", reference="", billing=None), PUBLISHED_NON),
    ],
    ids=["qr-reference", "creditor-reference", "no-reference"],
)
def test_the_code_of_a_qr_bill_is_that_of_the_guidelines(
    print_page: Print, data: dict[str, Any], published: str
) -> None:
    code = only(print_page(data, "de"))
    assert code.text == without_schemes(published)
    assert (code.ec_level, code.symbology_identifier) == ("M", "]Q1")
    assert near(code_box(code), QR_CODE), "46 mm without the quiet zone, in its place"


def test_the_reference_of_the_standards_is_read_from_a_qr_bill(print_page: Print) -> None:
    code = only(print_page(swiss(reference="21 00000 00003 13947 14300 09017")))
    assert code.text.split("\n")[28] == "210000000003139471430009017"


def test_letters_outside_ascii_are_read_as_they_were_written(print_page: Print) -> None:
    rows = only(print_page(swiss(creditor=INSURER | {"name": "Zürcher Öfen & Söhne", "town": "Neuchâtel"}))).text.split(
        "\n"
    )
    assert (rows[5], rows[9]) == ("Zürcher Öfen & Söhne", "Neuchâtel")


def test_without_a_structured_creditor_the_seller_is_the_creditor(print_page: Print) -> None:
    data = swiss(creditor=None)
    data["seller"] |= {"name": "Muster AG", "lines": ["Am Wasser 1"], "postcode": "3000", "town": "Bern"}
    page = print_page(data)
    assert only(page).text.split("\n")[4:11] == ["S", "Muster AG", "Am Wasser 1", "", "3000", "Bern", "CH"]
    assert page.text().count("Muster AG Am Wasser 1 3000 Bern") == 3, "letterhead, receipt and payment part"


def test_without_amount_and_payer_the_code_leaves_them_open(print_page: Print, named: PageProgram) -> None:
    rows = only(print_page(swiss("0", scheme="ch-qr", debtor=None), by=named)).text.split("\n")
    assert rows[18:27] == ["", "CHF", *[""] * 7]


def test_the_swiss_cross_stands_in_the_middle_of_the_code(print_page: Print) -> None:
    page = print_page(swiss())
    field = Box(86.5, 228.5, 7, 7)
    inner = page.ink_box(field)
    assert inner is not None
    assert near(inner, Box(87, 229, 6, 6), 0.15), "black, 6 × 6 mm in 7 × 7 mm of white"
    light = ~page.ink(Box(87.1, 229.1, 5.8, 5.8))
    rows, columns = np.flatnonzero(light.any(axis=1)), np.flatnonzero(light.any(axis=0))
    mm = 25.4 / 300
    assert (rows[-1] + 1 - rows[0]) * mm == pytest.approx(35 / 9, abs=0.2)
    assert (columns[-1] + 1 - columns[0]) * mm == pytest.approx(35 / 9, abs=0.2)
    assert light.mean() * 5.8**2 == pytest.approx(2 * 35 / 9 * 7 / 6 - (7 / 6) ** 2, rel=0.1), "two bars of 7/6 × 35/9"


# ── Finland ───────────────────────────────────────────────────────────────────────────────────────────────────────


def by_format(page: LastPage) -> dict[str, zxingcpp.Barcode]:
    return {str(code.format).rsplit(".", 1)[-1]: code for code in page.codes()}


def test_a_finnish_giro_has_the_bank_bar_code_of_the_guide_and_the_epc_code(print_page: Print) -> None:
    codes = by_format(print_page(finnish()))
    assert len(codes) == 2
    bars = next(code for name, code in codes.items() if "128" in name)
    assert bars.text == "437159030000007760000122500000000000000000011112161221"
    place = code_box(bars)
    assert place.width_mm == pytest.approx(105 * 332 / 352, abs=0.5)
    square = next(code for name, code in codes.items() if "128" not in name)
    assert square.text.split("\n")[:8] == [
        "BCD",
        "002",
        "2",
        "SCT",
        "NDEAFIHH",
        "Nordlys Nett og Drift AS",
        "FI3715903000000776",
        "EUR12.25",
    ]


def test_a_creditor_reference_makes_the_other_version_of_the_bar_code(print_page: Print) -> None:
    codes = print_page(finnish(reference="RF18 5390 0754 7034")).codes()
    (bars,) = (code for code in codes if code.text[0].isdigit())
    assert bars.text == "5" + "3715903000000776" + "00001225" + "18" + "539007547034".zfill(21) + "161221"


@pytest.mark.parametrize("reference", ["", "Kundnummer 7"])
def test_a_finnish_giro_without_a_number_as_reference_has_no_bar_code(print_page: Print, reference: str) -> None:
    (code,) = print_page(finnish(reference=reference)).codes()
    assert code.text.startswith("BCD")


# ── euro, Italy, links ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_large_epc_slip_says_what_an_epc_code_must_say(print_page: Print) -> None:
    code = only(print_page(euro(scheme="epc")))
    head = ["BCD", "002", "2", "SCT", "COBADEFFXXX", "Nordlys Nett og Drift AS", "DE89370400440532013000"]
    assert code.text.split("\n") == [*head, "EUR1590.00", "", "RF18539007547034"]
    assert code_box(code).width_mm > 35
    assert code.ec_level == "M"


def test_an_epc_slip_takes_the_longest_text_that_the_standard_allows(print_page: Print) -> None:
    data = euro(scheme="epc", account_name="і" * 70, reference="і" * 50)
    assert "і" * 50 in only(print_page(data)).text


def test_a_pagopa_slip_says_notice_creditor_and_cents(print_page: Print) -> None:
    code = only(print_page(italian()))
    assert code.text == "PAGOPA|002|001340000013900808|77777777777|10420"


def test_a_payment_link_is_a_code_on_the_plain_slip(print_page: Print) -> None:
    page = print_page(norwegian(scheme=None, link="https://pay.example/i/{number}?a={amount}&r={reference}"))
    assert only(page).text == "https://pay.example/i/10423?a=1234.50&r=008000011688373"
    assert "Pay online: https://pay.example/i/10423" in page.text()
    assert "Scan to pay" in page.text()


def test_a_link_too_long_to_be_typed_stands_in_the_code_alone(print_page: Print) -> None:
    page = print_page(norwegian(scheme=None, link="https://pay.example/" + "x" * 100))
    assert only(page).text.endswith("x" * 100)
    assert "Pay online" not in page.text()


def test_the_code_of_a_euro_payment_goes_before_a_link(print_page: Print) -> None:
    page = print_page(euro(link="https://pay.example/{number}"))
    assert only(page).text.startswith("BCD")
    assert "Pay online: https://pay.example/10423" in page.text()


def test_what_is_printed_as_amount_is_what_the_code_says(print_page: Print) -> None:
    page = print_page(swiss("1590.00"))
    assert Decimal(only(page).text.split("\n")[18]) == Decimal("1590.00")
    assert page.text().count("1 590.00") >= 2
