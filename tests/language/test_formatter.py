"""Values as real languages write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from layouts.language.formats import FORMATS, Formatter
from layouts.language.formatter import LanguageFormatter
from layouts.language.template import Texts, parse_template
from layouts.wording import languages, load_wording
from tests.language.samples import refusal

SCOPE = {"x": Decimal("-1234.5"), "rate": Decimal(25), "day": date(2024, 1, 31), "units": 3, "unit": "C62"}


@pytest.mark.parametrize(
    ("text", "english", "norwegian"),
    [
        ("{x}", "−1,234.5", "−1 234,5"),
        ("{units}", "3", "3"),
        ("{day}", "31 Jan 2024", "31.01.2024"),
        ("{day | date('iso')}", "2024-01-31", "2024-01-31"),
        ("{x | amount}", "−1,234.50", "−1 234,50"),
        ("{x | amount('JPY')}", "−1,234.5", "−1 234,5"),
        ("{x | money}", "−NOK 1,234.50", "−1 234,50 kr"),
        ("{x | money('EUR', code=true)}", "−EUR 1,234.50", "−1 234,50 EUR"),
        ("{x | number(3)}", "−1,234.500", "−1 234,500"),
        ("{rate | percent}", "25%", "25 %"),
        ("{'NO' | country}", "Norway", "Norge"),
        ("{unit | unit}", "pcs", "stk"),
        ("{'order' | word('references')}", "Order", "Bestilling"),
        ("{'S' | word('vat_categories', '')}", "", ""),
    ],
)
def test_a_value_is_written_as_the_language_has_it(text: str, english: str, norwegian: str) -> None:
    template = parse_template(text)

    for language, expected in (("en", english), ("nb", norwegian)):
        formatter: Formatter = LanguageFormatter(load_wording(language), "NOK")
        assert template(SCOPE, formatter).replace("\u00a0", " ") == expected


def test_no_figure_is_rounded_on_the_way() -> None:
    formatter = LanguageFormatter(load_wording("en"), "NOK")
    template = parse_template("{x | number(0, 0)}", place="a.toml")

    fault = refusal(lambda: template(SCOPE, formatter))

    assert (fault.code, fault.place) == ("E4039", "a.toml")


@pytest.mark.parametrize("language", languages())
def test_every_text_of_every_language_is_a_text_with_fields(language: str) -> None:
    wording = load_wording(language)
    texts = Texts(wording.get)

    for key, said in wording.texts.items():
        assert texts.template(key).source == said


def test_every_format_of_the_table_can_be_written_as_a_filter() -> None:
    values = {"date": "day", "country": "unit", "unit": "unit", "word": "unit"}

    for name in FORMATS:
        arguments = "('units')" if name == "word" else ""
        template = parse_template(f"{{{values.get(name, 'rate')} | {name}{arguments}}}")
        assert template(SCOPE, LanguageFormatter(load_wording("en"), "NOK"))
