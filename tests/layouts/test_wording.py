"""Words and figures of the languages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.figures import minor_digits
from layouts.wording import FOLDER, languages, load_wording, read_wording

AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12)


def test_every_language_has_the_same_texts_with_the_same_names_in_braces() -> None:
    assert languages() == ("en", "nb")
    english = load_wording("en").texts
    for language in languages():
        texts = load_wording(language).texts
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            assert _names(text) == _names(english[key]), f"{language}: {key}"
            assert text.strip() == text
            assert text


def _names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)} - {None}


@pytest.mark.parametrize("tag", ["nb", "nb-NO", "no", "NB_no"])
def test_a_tag_finds_its_language(tag: str) -> None:
    assert load_wording(tag).language == "nb"


def test_a_language_without_texts_is_refused_with_those_that_have() -> None:
    with pytest.raises(LayoutError, match=r"E4016 .*en, nb"):
        load_wording("tlh")


@given(AMOUNTS)
def test_amounts_are_written_as_the_locale_has_it(amount: Decimal) -> None:
    for language in languages():
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


def test_norwegian_figures_have_comma_and_thin_groups() -> None:
    figures = load_wording("nb").figures
    assert figures.amount(Decimal("-1234567.5"), 2) == "\u22121\u00a0234\u00a0567,50"
    assert figures.percent(Decimal("25.00")) == "25\u00a0%"
    assert figures.percent(Decimal("12.5")) == "12,5\u00a0%"
    assert figures.date(date(2026, 3, 5)) == "05.03.2026"
    assert load_wording("en").figures.date(date(2026, 3, 5)) == "5 Mar 2026"


@pytest.mark.parametrize("value", [1.5, "1", None, Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_finite_decimal_is_refused(value: Decimal) -> None:
    with pytest.raises(LayoutError, match="E4031"):
        load_wording("en").figures.amount(value, 2)


def test_a_time_is_no_date() -> None:
    with pytest.raises(LayoutError, match="E4031"):
        load_wording("en").figures.date(datetime(2026, 3, 5))  # noqa: DTZ001


def test_currencies_know_their_minor_unit() -> None:
    assert [minor_digits(code) for code in ("NOK", "EUR", "JPY", "KWD", "XXX")] == [2, 2, 0, 3, 2]


def test_unknown_keys_stand_for_themselves() -> None:
    wording = load_wording("nb")
    assert wording.unit("HUR") == "timer"
    assert wording.unit("Q7Z") == "Q7Z"
    assert wording.reference_label("order") == "Bestilling"
    assert wording.reference_label("Skipsnavn") == "Skipsnavn"
    assert wording.category("S") == ""
    assert (wording.country("DE"), wording.country("Norge"), wording.country("")) == ("Tyskland", "Norge", "")


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('locale = "en_GB"', 'locale = "xx_YY"', r"line 2, locale"),
        ('page = "Page {page} of {pages}"', 'page = "Page {leaf}"', r"footer.page"),
        ('page = "Page {page} of {pages}"', 'page = "Page {page"', r"footer.page"),
        ('page = "Page {page} of {pages}"', "page = 7", r"footer.page"),
        ('date_format = "medium"', 'date_format = "loud"', r"line 3, date_format"),
        ("[running]", "[jogging]", r"'running' is missing"),
    ],
)
def test_a_wrong_file_is_refused_where_it_is_wrong(tmp_path: Path, old: str, new: str, fact: str) -> None:
    text = (FOLDER / "en.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "en.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(LayoutError) as caught:
        read_wording(path)
    said = f"{caught.value.place} {caught.value.message}"
    assert fact in said
    assert "en.toml" in said
