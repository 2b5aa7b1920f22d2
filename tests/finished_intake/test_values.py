"""Amounts, dates and currencies as they stand on paper; what could be read in two ways is not read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.intake.finished.definition import Zone, ZoneBox
from mailroom.intake.finished.values import extract, parse_amount, parse_currency, parse_date
from mailroom.intake.finished.zone_text import tidied

BOX = ZoneBox(x_mm=0, y_mm=0, width_mm=10, height_mm=10)


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1 234,50", ",", "1234.50"),
        ("1.234.567,00 €", ",", "1234567.00"),
        ("kr 99,00", ",", "99.00"),
        ("NOK 1\u00a0234,50-", ",", "-1234.50"),
        ("−12,00", ",", "-12.00"),
        ("CHF 1'234.50", ".", "1234.50"),
        ("$1,234.50", ".", "1234.50"),
        ("1234", ",", "1234"),
        ("1,234", ".", "1234"),
        ("12.34", ",", None),
        ("1,23", ".", None),
        ("1,2,3", ",", None),
        ("12,", ",", None),
        ("page 3 of 4", ".", None),
        ("", ",", None),
    ],
)
def test_an_amount_is_read_by_its_decimal_sign(text: str, decimal: str, amount: str | None) -> None:
    assert parse_amount(text, decimal) == (None if amount is None else Decimal(amount))


@given(
    st.decimals(min_value=0, max_value=10**11, places=2),
    st.sampled_from([(",", "."), (",", " "), (".", ","), (".", "'")]),
)
def test_an_amount_that_was_written_is_read_back(amount: Decimal, signs: tuple[str, str]) -> None:
    decimal, group = signs
    written = f"{amount:,.2f}".replace(",", "G").replace(".", decimal).replace("G", group)
    assert parse_amount(written, decimal) == amount


@pytest.mark.parametrize(
    ("text", "form", "language", "day"),
    [
        ("2026-03-02", "", "", date(2026, 3, 2)),
        ("02.03.2026", "", "", date(2026, 3, 2)),
        ("02/03/2026", "", "", None),
        ("02/03/2026", "%d/%m/%Y", "", date(2026, 3, 2)),
        ("03/02/2026", "%m/%d/%Y", "", date(2026, 3, 2)),
        ("2. mars 2026", "%d. %B %Y", "nb", date(2026, 3, 2)),
        ("14 décembre 2026", "%d %B %Y", "fr", date(2026, 12, 14)),
        ("31.02.2026", "", "", None),
        ("yesterday", "", "", None),
    ],
)
def test_a_date_is_read_in_one_way_or_not_at_all(text: str, form: str, language: str, day: date | None) -> None:
    assert parse_date(text, form, language) == day


def test_a_currency_is_a_code_or_a_sign_of_one() -> None:
    assert parse_currency("eur", "NOK") == "EUR"
    assert parse_currency("€", "") == "EUR"
    assert parse_currency("kr.", "SEK") == "SEK"
    assert parse_currency("kr", "") is None
    assert parse_currency("XYZ", "NOK") is None


def test_a_rule_drops_lines_then_picks_groups_then_cleans() -> None:
    zone = Zone(box=BOX, drop=(r"●",), pattern=r"Ref: (\S+)\n.*: (\d+)", clean=("no-spaces", "upper"))
    assert extract(zone, "a ● b\nRef: ab\nNo: 12") == "AB12"
    assert extract(zone, "Ref: ab") == ""
    assert extract(Zone(box=BOX, clean=("digits", "no-leading-zeros")), "No. 00-420") == "420"


def test_a_zones_text_has_single_blanks_and_no_invisible_signs() -> None:
    assert tidied("A\u0308 \u00a0b\u00ad\r\n\r\n c\x02 ") == "Ä b\nc"
