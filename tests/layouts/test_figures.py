"""Figures, money and dates as the locales of the languages write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.figures import DATE_FORMATS, minor_digits
from layouts.fonts import STYLES, default_fonts
from layouts.wording import languages, load_wording

LANGUAGES = languages()
CURRENCIES = ("NOK", "SEK", "DKK", "EUR", "GBP", "USD", "CHF", "IDR", "JPY", "KWD", "XTS")
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)
A_DAY = date(2026, 3, 5)


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@given(AMOUNTS)
def test_amounts_are_written_as_the_locale_has_it(amount: Decimal) -> None:
    for language in LANGUAGES:
        figures = load_wording(language).figures
        expected = format_decimal(amount, "#,##0.00", locale=figures.locale).replace("-", "\u2212")
        if not amount:
            expected = expected.lstrip("\u2212")
        assert figures.amount(amount, 2) == expected


def test_no_figure_is_rounded() -> None:
    figures = load_wording("en").figures
    assert figures.amount(Decimal("0.12345"), 2) == "0.12345"
    assert figures.amount(Decimal("1E+3"), 2) == "1,000.00"
    assert figures.amount(Decimal("7.100"), 2) == "7.10"
    assert figures.amount(Decimal("150.00"), 0) == "150"
    assert figures.quantity(Decimal("2.50")) == "2.5"
    assert figures.quantity(Decimal("3000")) == "3,000"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("nb", "\u22121\u00a0234\u00a0567,50"),
        ("sv", "\u22121\u00a0234\u00a0567,50"),
        ("fi", "\u22121\u00a0234\u00a0567,50"),
        ("da", "\u22121.234.567,50"),
        ("de", "\u22121.234.567,50"),
        ("id", "\u22121.234.567,50"),
        ("en", "\u22121,234,567.50"),
    ],
)
def test_each_language_has_its_own_marks_between_digits(language: str, written: str) -> None:
    assert load_wording(language).figures.amount(Decimal("-1234567.5"), 2) == written


def test_rates_are_written_as_the_locale_has_it() -> None:
    assert load_wording("nb").figures.percent(Decimal("25.00")) == "25\u00a0%"
    assert load_wording("nb").figures.percent(Decimal("12.5")) == "12,5\u00a0%"
    assert load_wording("en").figures.percent(Decimal("20")) == "20%"
    assert load_wording("id").figures.percent(Decimal("11")) == "11%"


def test_a_number_has_as_many_decimals_as_asked_for() -> None:
    figures = load_wording("en").figures
    assert figures.number(Decimal("1234.5")) == "1,234.5"
    assert figures.number(Decimal("1234.5"), 2) == "1,234.50"
    assert figures.number(Decimal("0.1234"), 2, 4) == "0.1234"
    assert figures.number(Decimal("7.000"), 0, 0) == "7"
    assert figures.number(Decimal("1.2"), 3, 1) == "1.200"


def test_a_number_with_more_decimals_than_allowed_is_refused_not_rounded() -> None:
    with pytest.raises(LayoutError, match=r"E4039 .*1\.235 has more than 2 decimals") as caught:
        load_wording("en").figures.number(Decimal("1.235"), 0, 2)
    assert "round" in caught.value.remedy


@given(value=NUMBERS, least=st.integers(0, 6))
def test_a_written_number_reads_back_as_the_same_number(value: Decimal, least: int) -> None:
    for language in LANGUAGES:
        figures = load_wording(language).figures
        plain = figures.number(value, least).replace(figures.symbols[","], "")
        plain = plain.replace(figures.symbols["."], ".").replace(figures.symbols["-"], "-")
        assert Decimal(plain) == value
        assert len(plain.partition(".")[2]) >= least


@pytest.mark.parametrize("value", [1.5, "1", None, Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_finite_decimal_is_refused(value: Decimal) -> None:
    figures = load_wording("en").figures
    writers: list[Callable[[], str]] = [
        lambda: figures.amount(value, 2),
        lambda: figures.number(value),
        lambda: figures.money(value, "NOK"),
    ]
    for write in writers:
        with pytest.raises(LayoutError, match="E4031"):
            write()


# ── money ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("nb", "NOK", "\u22121\u00a0234,50\u00a0kr"),
        ("nb", "EUR", "\u22121\u00a0234,50\u00a0€"),
        ("sv", "SEK", "\u22121\u00a0234,50\u00a0kr"),
        ("da", "DKK", "\u22121.234,50\u00a0kr."),
        ("da", "XTS", "\u22121.234,50\u00a0XTS"),
        ("de", "EUR", "\u22121.234,50\u00a0€"),
        ("fi", "EUR", "\u22121\u00a0234,50\u00a0€"),
        ("en", "GBP", "\u2212£1,234.50"),
        ("en", "NOK", "\u2212NOK\u00a01,234.50"),
        ("id", "IDR", "\u2212Rp\u00a01.234,50"),
        ("nb+en", "NOK", "\u22121\u00a0234,50\u00a0kr"),
        ("en", "ILS", "\u2212ILS\u00a01,234.50"),
    ],
)
def test_money_stands_as_the_locale_has_it(language: str, currency: str, written: str) -> None:
    figures = load_wording(language).figures
    assert figures.money(Decimal("-1234.5"), currency) == written
    assert figures.money(Decimal("1234.5"), currency) == written.lstrip("\u2212")


def test_money_can_be_written_with_the_code() -> None:
    assert load_wording("nb").figures.money(Decimal(80), "NOK", code=True) == "80,00\u00a0NOK"
    assert load_wording("en").figures.money(Decimal(80), "GBP", code=True) == "GBP\u00a080.00"


def test_money_has_the_decimals_of_its_currency_or_more() -> None:
    figures = load_wording("en").figures
    assert figures.money(Decimal(1200), "JPY") == "JP¥1,200"
    assert figures.money(Decimal("1.5"), "KWD") == "KWD\u00a01.500"
    assert figures.money(Decimal("0.125"), "GBP") == "£0.125"
    assert figures.money(Decimal("-0.00"), "GBP") == "£0.00"


@given(amount=AMOUNTS, currency=st.sampled_from(CURRENCIES))
def test_money_says_what_the_locale_library_says(amount: Decimal, currency: str) -> None:
    digits = minor_digits(currency)
    amount = round(amount, digits) if digits else Decimal(round(amount))
    for language in LANGUAGES:
        figures = load_wording(language).figures
        # The library does not part letters from digits ("NOK1.00"), so the spaces are left out of the comparison.
        expected = format_currency(amount or Decimal(0), currency, locale=figures.locale)
        expected = expected.replace("\u00a0", "").replace("-", "\u2212")
        assert figures.money(amount, currency).replace("\u00a0", "") == expected


@pytest.mark.parametrize("currency", ["", "kr", "nok", "EURO", "NOK ", None])
def test_what_is_no_currency_code_is_refused(currency: str) -> None:
    with pytest.raises(LayoutError, match=r"E4031 .*currency code"):
        load_wording("nb").figures.money(Decimal(1), currency)


def test_the_shipped_fonts_have_every_character_of_figures_money_and_dates() -> None:
    written: set[str] = set()
    for language in LANGUAGES:
        figures = load_wording(language).figures
        written.update(figures.percent(Decimal("-12345.6")))
        for currency in figures.locale.currency_symbols:
            written.update(figures.money(Decimal("-12345.6"), str(currency)))
        for month in range(1, 13):
            for form in DATE_FORMATS:
                written.update(figures.date(date(2026, month, month), form))
    for style in STYLES:
        assert not written - {char for face in default_fonts().chain(style) for char in face.gid_of}, style


def test_currencies_know_their_minor_unit() -> None:
    assert [minor_digits(code) for code in ("NOK", "EUR", "JPY", "KWD", "XXX")] == [2, 2, 0, 3, 2]


# ── dates ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "form", "written"),
    [
        ("nb", "", "05.03.2026"),
        ("sv", "", "2026-03-05"),
        ("da", "", "05.03.2026"),
        ("de", "", "05.03.2026"),
        ("fi", "", "5.3.2026"),
        ("en", "", "5 Mar 2026"),
        ("id", "", "5 Mar 2026"),
        ("nb", "long", "5. mars 2026"),
        ("de", "full", "Donnerstag, 5. März 2026"),
        ("id", "long", "5 Maret 2026"),
        ("fi", "long", "5. maaliskuuta 2026"),
        ("da", "iso", "2026-03-05"),
    ],
)
def test_a_date_is_written_as_the_language_does_or_as_asked(language: str, form: str, written: str) -> None:
    assert load_wording(language).figures.date(A_DAY, form) == written


@given(day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), form=st.sampled_from(DATE_FORMATS[:-1]))
def test_dates_are_written_as_the_locale_has_it(day: date, form: str) -> None:
    figures = load_wording("fi").figures
    assert figures.date(day, form) == figures.date(day, form) == format_date(day, form, locale=figures.locale)


def test_a_time_is_no_date() -> None:
    with pytest.raises(LayoutError, match="E4031"):
        load_wording("en").figures.date(datetime(2026, 3, 5))  # noqa: DTZ001


def test_an_unknown_date_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(LayoutError, match=r"E4052 .*'brief'") as caught:
        load_wording("en").figures.date(A_DAY, "brief")
    assert "short, medium, long, full, iso" in caught.value.remedy
