"""Words of the languages: complete, translated, short enough, and two languages side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.fonts import STYLES, default_fonts
from layouts.geometry import pt
from layouts.language.formatter import LanguageFormatter
from layouts.wording import FILLED_IN, FOLDER, languages, load_wording, read_wording

LANGUAGES = languages()
FOREIGN = tuple(language for language in LANGUAGES if language != "en")
PAIRS = tuple("+".join(pair) for pair in permutations(LANGUAGES, 2))
IN_LONG_TEXTS = ("reminder", "statement", "letter", "cover", "slip")
"""Sections whose texts layouts set in boxes with room for several lines."""


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# ── all languages say the same ────────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_languages() -> None:
    assert languages() == ("da", "de", "en", "fi", "id", "nb", "sv")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_names_in_braces(language: str) -> None:
    english = load_wording("en").texts
    texts = load_wording(language).texts
    assert list(texts) == list(english)
    for key, text in texts.items():
        assert _names(text) == _names(english[key]), key
        assert text.strip() == text, key
        assert "  " not in text, key
        assert text, key


def test_every_name_that_may_stand_in_braces_is_used() -> None:
    assert {name for text in load_wording("en").texts.values() for name in _names(text)} == FILLED_IN


@pytest.mark.parametrize("style", list(STYLES))
def test_the_shipped_fonts_have_every_character_of_every_text(style: str) -> None:
    face = default_fonts().by_style(style)
    for language in LANGUAGES:
        wording = load_wording(language)
        for key, text in wording.texts.items():
            assert not set(text) - face.gid_of.keys(), f"{language}: {key}"
        for country in ("NO", "SE", "DK", "FI", "IS", "DE", "AT", "CH", "GB", "ID", "CI", "TR"):
            assert not set(wording.country(country)) - face.gid_of.keys(), f"{language}: {country}"


SAME_EVERYWHERE = {
    *("payment.reference-kid", "payment.bic", "running.date", "statement.period", "slip.bank-giro"),
    *(f"units.{code}" for code in ("KGM", "GRM", "MTR", "CMT", "MMT", "KMT", "MTK", "MTQ", "LTR", "MLT")),
    *(f"units.{code}" for code in ("KWH", "MWH", "KWT", "P1")),
}
SAME_IN = {
    "table.per": {"fi", "id", "nb", "sv"},
    "footer.phone": {"de"},
    "references.tender": {"id"},
    "references.period": {"sv"},
    "units.GB": {"da", "de", "id", "nb", "sv"},
    "units.TNE": {"de", "fi", "nb"},
    "units.MIN": {"fi", "nb", "sv"},
    "units.SEC": {"fi", "nb", "sv"},
    "vat_categories.G": {"sv"},
    "statement.reference": {"da"},
    "statement.debit": {"id"},
    "slip.reference": {"da"},
    "cover.total": {"id"},
}
"""Texts that are truly the same as in English."""


@pytest.mark.parametrize("language", FOREIGN)
def test_no_text_was_left_in_english(language: str) -> None:
    english, texts = load_wording("en").texts, load_wording(language).texts
    same = {key for key, text in texts.items() if text.casefold() == english[key].casefold()}
    assert same - SAME_EVERYWHERE == {key for key, where in SAME_IN.items() if language in where}
    assert same >= SAME_EVERYWHERE


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        (
            "de",
            "Empfangsschein, Zahlteil, Konto / Zahlbar an, Referenz, Zusätzliche Informationen, Zahlbar durch, "
            "Zahlbar durch (Name/Adresse), Währung, Betrag, Annahmestelle, Vor der Einzahlung abzutrennen, Zugunsten",
        ),
        (
            "en",
            "Receipt, Payment part, Account / Payable to, Reference, Additional information, Payable by, "
            "Payable by (name/address), Currency, Amount, Acceptance point, Separate before paying in, In favour of",
        ),
    ],
)
def test_swiss_payment_parts_have_the_prescribed_headings(language: str, headings: str) -> None:
    texts = load_wording(language).texts
    said = [text for key, text in texts.items() if key.startswith("slip.")]
    assert said[:12] == headings.split(", ")


# ── room ──────────────────────────────────────────────────────────────────────────────────────────────────────────

HEADS_MM = {
    "table.description": 83,
    "table.quantity": 15,
    "table.unit-price": 22,
    "table.vat-rate": 13,
    "table.amount": 26,
    "vat.rate": 28,
    "vat.taxable": 30,
    "vat.tax": 30,
}
"""The columns of the invoice; heads are semibold, 7.5 points."""
UNIT_MM = 11.8
LABEL_MM = 28


def _lines(text: str, style: str, size_pt: float, width_mm: float) -> list[str]:
    """The text broken at spaces; a word too wide for the column fails the test."""
    face, width_pt = default_fonts().by_style(style), pt(width_mm)
    lines = [""]
    for word in text.split(" "):
        assert face.width_pt(word, size_pt) <= width_pt, f"{word!r} is wider than {width_mm} mm"
        longer = f"{lines[-1]} {word}".strip()
        if face.width_pt(longer, size_pt) <= width_pt:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@pytest.mark.parametrize("language", [*LANGUAGES, *PAIRS])
def test_heads_fit_their_columns_on_two_lines(language: str) -> None:
    wording = load_wording(language)
    for key, width_mm in HEADS_MM.items():
        lines = _lines(wording.get(key).format(currency="NOK"), "semibold", 7.5, width_mm)
        assert len(lines) <= (2 if "+" in language else 1), f"{key}: {lines}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_and_categories_fit_their_columns(language: str) -> None:
    for key, text in load_wording(language).texts.items():
        match key.partition(".")[0]:
            case "units":
                assert _lines(text, "regular", 9, UNIT_MM) == [text], key
            case "vat_categories":
                assert len(_lines(f"0\u00a0%\u00a0{text}".replace(" ", "\u00a0"), "regular", 8.5, 28)) == 1, key


@pytest.mark.parametrize("language", [*LANGUAGES, *PAIRS])
def test_no_word_of_a_label_is_wider_than_the_labels(language: str) -> None:
    for key, text in load_wording(language).texts.items():
        if key.startswith(("header.", "references.")):
            assert _lines(text, "regular", 8.5, LABEL_MM), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_number_fits_the_footer(language: str) -> None:
    text = load_wording(language).get("footer.page").format(page=388, pages=388)
    assert default_fonts().by_style("regular").width_pt(text, 7.2) <= pt(25)


# ── finding a language ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("tag", ["nb", "nb-NO", "no", "nn", "nn-NO", "NB_no", "nb+nn", "no+nb"])
def test_a_tag_finds_its_language(tag: str) -> None:
    assert load_wording(tag) is load_wording("nb")


def test_the_language_of_every_file_is_its_name() -> None:
    assert [load_wording(language).language for language in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("tag", ["tlh", "", "nb+", "+en", "nb+tlh", "nb en", "../nb"])
def test_a_language_without_texts_is_refused_with_those_that_have(tag: str) -> None:
    with pytest.raises(LayoutError, match=r"E4016 .*da, de, en, fi, id, nb, sv"):
        load_wording(tag)


def test_three_languages_are_refused() -> None:
    with pytest.raises(LayoutError, match=r"E4016 .*'nb\+en\+de' names 3 languages") as caught:
        load_wording("nb+en+de")
    assert "two" in caught.value.remedy


def test_unknown_keys_stand_for_themselves() -> None:
    wording = load_wording("nb")
    assert wording.unit("HUR") == "timer"
    assert wording.unit("Q7Z") == "Q7Z"
    word = LanguageFormatter(wording, "NOK").word
    assert word("order", "references", None) == "Bestilling"
    assert word("Skipsnavn", "references", None) == "Skipsnavn"
    assert word("S", "vat_categories", "") == ""
    assert (wording.country("DE"), wording.country("Norge"), wording.country("")) == ("Tyskland", "Norge", "")


def test_a_text_has_its_variant_for_the_kind_of_document() -> None:
    wording = load_wording("sv")
    assert wording.get("totals.payable", "invoice") == "Att betala"
    assert wording.get("totals.payable", "credit-note") == "Er tillgodo"
    with pytest.raises(LayoutError, match=r"E4015 .*'totals\.shipping'"):
        wording.get("totals.shipping")


# ── two languages ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "key", "text"),
    [
        ("nb+en", "totals.payable", "Å betale / To pay"),
        ("en+nb", "totals.payable", "To pay / Å betale"),
        ("nb+en", "title.invoice", "Faktura / Invoice {number}"),
        ("sv+da", "title.invoice", "Faktura {number}"),
        ("sv+da", "title.credit-note", "Kreditfaktura / Kreditnota {number}"),
        ("nb+sv", "table.amount", "Beløp / Belopp {currency}"),
        ("nb+en", "footer.page", "Side {page} av {pages} / Page {page} of {pages}"),
        ("nb+en", "table.per", "per {quantity}"),
        ("nb+en", "payment.reference-kid", "KID"),
        ("nb+en", "header.number-credit-note", "Kreditnotanr. / Credit note no."),
        ("nb+en", "statement.period", "{from} – {to}"),
        ("de+nb", "slip.account-payable-to", "Konto / Zahlbar an\nKonto / Betales til"),
        (
            "sv+en",
            "reminder.contact",
            "Kontakta oss om ni har frågor eller inte kan betala i tid.\n"
            "If you have questions, or cannot pay in time, please contact us.",
        ),
    ],
)
def test_two_languages_say_a_text_side_by_side(language: str, key: str, text: str) -> None:
    assert load_wording(language).get(key) == text


def test_two_languages_have_the_figures_units_and_countries_of_the_first() -> None:
    wording = load_wording("de-DE+en-GB")
    german = load_wording("de")
    assert wording.language == "de+en"
    assert wording.figures is german.figures
    assert wording.unit("HUR") == "Std."
    assert wording.get("vat_categories.E") == "steuerfrei"
    assert wording.country("NO") == "Norwegen"
    assert wording.get("references.order") == "Ihre Bestellung / Order"


def test_every_pair_and_order_has_its_own_digest() -> None:
    digests = {load_wording(language).digest for language in (*LANGUAGES, *PAIRS)}
    assert len(digests) == len(LANGUAGES) + len(PAIRS)
    assert all(len(digest) == 64 for digest in digests)


@given(st.sampled_from(PAIRS))
def test_a_pair_says_all_that_both_languages_say(pair: str) -> None:
    wording = load_wording(pair)
    first, second = (load_wording(language).texts for language in pair.split("+"))
    assert list(wording.texts) == list(first)
    for key, text in wording.texts.items():
        assert _names(text) == _names(first[key]), key
        section = key.partition(".")[0]
        if section in {"units", "vat_categories"}:
            assert text == first[key]
            continue
        assert set(_words(first[key])) <= set(_words(text)), key
        if text.casefold() != first[key].casefold():
            said = [word.casefold() for word in _words(text)]
            assert all(word.casefold() in said for word in _words(second[key])), key
        assert "\n" not in text or section in IN_LONG_TEXTS, key


def _words(text: str) -> Iterator[str]:
    return (word for word in text.split() if word != "/")


def test_a_label_that_both_languages_share_is_never_doubled() -> None:
    for pair in PAIRS:
        for key, text in load_wording(pair).texts.items():
            halves = text.split("\n") if "\n" in text else text.split(" / ")
            assert len(_distinct(halves)) == len(halves), f"{pair}: {key}"


def _distinct(texts: Iterable[str]) -> set[str]:
    return {text.casefold() for text in texts}


# ── wrong files ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('locale = "en_GB"', 'locale = "xx_YY"', r"line 2, locale"),
        ('page = "Page {page} of {pages}"', 'page = "Page {leaf}"', r"footer.page"),
        ('page = "Page {page} of {pages}"', 'page = "Page {page"', r"footer.page"),
        ('page = "Page {page} of {pages}"', 'page = "Page {page:>3}"', r"{page} has a format"),
        ('page = "Page {page} of {pages}"', 'page = "Page {page!r}"', r"{page} has a format"),
        ('page = "Page {page} of {pages}"', 'page = "Page {page.real}"', r"{page.real} is not filled in"),
        ('page = "Page {page} of {pages}"', 'page = "Page {}"', r"{} is not filled in"),
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
