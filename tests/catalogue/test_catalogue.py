"""Every layout of the catalogue, in every language, for every envelope: set, checked, and read again."""

from __future__ import annotations

import hashlib
import re
import tomllib
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.documents import COUNTRY_OF, KINDS, sample
from examples.documents import layouts as sampled
from layouts.blockparts import AddressBlock
from layouts.envelope import FOLDER as ENVELOPES
from layouts.envelope import load_envelope
from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.language.schema import read_declaration
from layouts.layout import DATA, catalogue, load_layout
from layouts.parts import Layout
from layouts.preflight import Preflight, check_layout
from layouts.typeset import compile_layout
from layouts.wording import languages
from mailroom.production.mark_boxes import mark_boxes
from omr.markset import load_mark_set
from tests.catalogue.conftest import Programs
from tests.layouts.paper import pdf_of, texts

PROFILES = tuple(sorted(path.stem for path in ENVELOPES.glob("*.toml")))
SHOWS_NO_ADDRESS = ("no-c4",)
"""Where fewer than three lines surely show."""
FITTING = tuple(name for name in PROFILES if name not in SHOWS_NO_ADDRESS)
WINDOW_BESIDE_MARKS = ("de-c4", "de-c5", "de-c65-b", "dk-c4", "gb-c5")
"""Where the first marks of the shipped set can come into view, 100 mm down the sheet."""


def address_lines(layout: Layout) -> int:
    return next(part.block.max_lines for part in layout.box_parts if isinstance(part.block, AddressBlock))


def pages_of(program_of: Programs, fonts: FontSet, layout: str, language: str = "en", size: int = 6) -> list[str]:
    page_set = program_of(layout, "c5").typeset(sample(layout, language, size=size), language)
    return texts(pdf_of([page_set], fonts))


# ── all of them ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_has_a_layout_for_each_kind_of_document() -> None:
    assert catalogue() == ("cover", "credit-note", "invoice", "letter", "reminder", "statement")
    assert set(sampled()) == set(catalogue())
    assert {name: load_layout(name).kinds for name in catalogue()} == KINDS
    assert set(COUNTRY_OF) == set(languages())


@pytest.mark.parametrize("name", catalogue())
def test_every_text_of_a_layout_is_there_in_every_language(name: str, fonts: FontSet) -> None:
    compile_layout(load_layout(name, {"envelope": "ch-c5-right"}), fonts)


@pytest.mark.parametrize("envelope", FITTING)
def test_the_address_shows_and_nothing_else_does(envelope: str) -> None:
    profile = load_envelope(envelope)
    for name in catalogue():
        assert check_layout(load_layout(name, {"envelope": envelope}), [profile]) == []


@pytest.mark.parametrize("name", catalogue())
def test_a_document_in_every_language_passes_in_every_envelope(name: str, program_of: Programs) -> None:
    for envelope in FITTING:
        program = program_of(name, envelope)
        preflight = Preflight(program.layout, [load_envelope(envelope)])
        lines = address_lines(program.layout)
        for number, language in enumerate(languages()):
            kinds = KINDS[name]
            data = sample(name, language, kind=kinds[number % len(kinds)], most_address_lines=lines)
            inspection = program.inspect(data, language)
            assert [*inspection.findings, *preflight.check(inspection.ink)] == [], f"{language}, {envelope}"


@pytest.mark.parametrize("name", catalogue())
@pytest.mark.parametrize("language", ["nb+en", "de+en"])
def test_a_document_in_two_languages_passes(name: str, language: str, program_of: Programs) -> None:
    program = program_of(name, "c5")
    preflight = Preflight(program.layout, [load_envelope("c5")])
    for kind in KINDS[name]:
        for size in (3, 30):
            inspection = program.inspect(sample(name, language, size=size, kind=kind), language)
            assert [*inspection.findings, *preflight.check(inspection.ink)] == []


@pytest.mark.parametrize("name", catalogue())
def test_a_long_document_passes_on_all_its_pages(name: str, program_of: Programs) -> None:
    program = program_of(name, "de-c5")
    preflight = Preflight(program.layout, [load_envelope("de-c5")])
    inspection = program.inspect(sample(name, "de", size=150), "de")
    assert len(inspection.page_set.pages) > 1 or name == "credit-note"
    assert [*inspection.findings, *preflight.check(inspection.ink)] == []


def test_envelopes_with_the_window_in_one_place_share_a_variant() -> None:
    variants = {load_layout("letter", {"envelope": name}).digest for name in PROFILES}
    assert len(variants) == 12


@pytest.mark.parametrize("envelope", SHOWS_NO_ADDRESS)
def test_an_envelope_that_shows_no_address_is_refused(envelope: str) -> None:
    found = check_layout(load_layout("invoice", {"envelope": envelope}), [load_envelope(envelope)])
    assert [finding.rule for finding in found] == ["address-hidden"]


@pytest.mark.parametrize("envelope", FITTING)
def test_marks_show_where_the_window_reaches_down_to_them_and_nowhere_else(envelope: str) -> None:
    marks = mark_boxes(load_mark_set("quadient"))
    for name in catalogue():
        found = check_layout(load_layout(name, {"envelope": envelope}), [load_envelope(envelope)], marks)
        assert {finding.rule for finding in found} == ({"ink-visible"} if envelope in WINDOW_BESIDE_MARKS else set())
        assert all(finding.box.startswith("mark") for finding in found)


@pytest.mark.parametrize("envelope", ["us-10", "us-10-deep"])
def test_what_goes_into_us_envelopes_is_on_letter_paper(envelope: str, program_of: Programs) -> None:
    program = program_of("reminder", envelope)
    page_set = program.typeset(sample("reminder", "fi", most_address_lines=3), "fi")
    assert (page_set.width_pt, page_set.height_pt) == pytest.approx((612, 792), abs=0.01)
    assert program.layout.slip
    assert set(program.layout.slip.slips) == {"plain"}


def test_an_address_of_more_lines_than_show_is_refused(program_of: Programs) -> None:
    data = sample("letter", "en")
    data["recipient"]["lines"] = ["Someone", "Some House", "1 Some Street", "Some Town"]
    with pytest.raises(LayoutError) as caught:
        program_of("letter", "us-10").typeset(data, "en")
    assert caught.value.code == "E4038"


def test_the_payment_is_declared_alike_wherever_a_slip_may_ask_for_it() -> None:
    declared = [
        tomllib.loads((DATA / f"{name}.toml").read_text("utf-8")) for name in ("invoice", "reminder", "statement")
    ]
    assert [one["payment"] for one in declared[1:]] == [declared[0]["payment"]] * 2
    assert all(read_declaration(one).fields for one in declared)


def test_the_same_document_has_the_same_key_and_another_one_another(program_of: Programs) -> None:
    for name in catalogue():
        program = program_of(name, "c5")
        keys = [program.typeset(sample(name, "en", seed), "en").key for seed in (1, 1, 2)]
        assert keys[0] == keys[1] != keys[2]
        other = program_of(name, "ch-c5-right").typeset(sample(name, "en"), "en").key
        assert len({keys[0], other, program.typeset(sample(name, "en"), "nb").key}) == 3


def test_samples_are_the_same_in_every_run() -> None:
    said = repr([sample(name, language) for name in sampled() for language in sorted(COUNTRY_OF)])
    again = repr([sample(name, language) for name in sampled() for language in sorted(COUNTRY_OF)])
    assert hashlib.sha256(said.encode()).digest() == hashlib.sha256(again.encode()).digest()


# ── what they say ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_credit_note_is_set_alike_by_its_own_layout_and_by_the_invoices(program_of: Programs, fonts: FontSet) -> None:
    data = sample("credit-note", "en")
    own, invoice = (program_of(name, "c5").typeset(data, "en") for name in ("credit-note", "invoice"))
    assert own.pages == invoice.pages
    (said,) = texts(pdf_of([own], fonts))
    assert f"Credit note {data['document']['number']}" in said
    assert "To your credit" in said


def test_a_credit_note_layout_sets_no_invoice(program_of: Programs) -> None:
    with pytest.raises(LayoutError) as caught:
        program_of("credit-note", "c5").typeset(sample("invoice", "en"), "en")
    assert caught.value.code == "E4033"


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("reminder-1", ["Payment reminder", "according to our records", "disregard this letter"], ["Reminder fee"]),
        ("reminder-2", ["Second payment reminder", "Despite our reminder", "Reminder fee"], ["Late payment interest"]),
        ("reminder-3", ["Final notice", "within 10 days", "Late payment interest"], ["disregard this letter"]),
    ],
)
def test_a_reminder_speaks_by_its_level(
    kind: str, said: list[str], unsaid: list[str], program_of: Programs, fonts: FontSet
) -> None:
    data = sample("reminder", "en", kind=kind)
    (page,) = texts(pdf_of([program_of("reminder", "c5").typeset(data, "en")], fonts))
    text = " ".join(page.split())
    for words in said:
        assert words.casefold() in text.casefold()
    for words in unsaid:
        assert words not in text
    assert f"{data['totals']['payable']:,}" in text
    for invoice in data["invoices"]:
        assert f"{invoice['number']} " in text
        assert f"{invoice['open']:,}" in text


def test_a_reminder_whose_sums_do_not_hold_is_refused(program_of: Programs) -> None:
    for field in ("open", "payable"):
        data = sample("reminder", "en")
        data["totals"][field] += 1
        with pytest.raises(LayoutError) as caught:
            program_of("reminder", "c5").typeset(data, "en")
        assert caught.value.code == "E4033"


def test_a_statement_carries_its_balance_from_page_to_page(program_of: Programs, fonts: FontSet) -> None:
    data = sample("statement", "en", size=90)
    pages = texts(pdf_of([program_of("statement", "c5").typeset(data, "en")], fonts))
    balances = [f"{entry['balance']:,}" for entry in data["entries"]]
    for page, following in pairwise(pages):
        if "Brought forward" not in following:
            continue
        (carried,) = re.findall(r"Carried forward\s+(-?[\d,.]+)", page)
        (brought,) = re.findall(r"Brought forward\s+(-?[\d,.]+)", following)
        assert carried == brought
        assert carried in balances
    assert sum("Brought forward" in page for page in pages) >= 2
    assert f"{data['totals']['opening']:,}" in pages[0]
    assert f"{data['totals']['closing']:,}" in "".join(pages[-2:])


def test_a_month_of_a_statement_stands_over_the_sums_of_its_debits_and_credits(
    program_of: Programs, fonts: FontSet
) -> None:
    data = sample("statement", "en", size=9)
    text = " ".join(" ".join(pages_of(program_of, fonts, "statement", size=9)).split())
    months = dict.fromkeys(entry["group"] for entry in data["entries"])
    assert len(months) > 2
    for month in months:
        entries = [entry for entry in data["entries"] if entry["group"] == month]
        sums = [sum((entry[side] for entry in entries), Decimal("0.00")) for side in ("debit", "credit")]
        assert month in text
        assert f"Total {sums[0]:,} {sums[1]:,}" in text


def test_a_statement_whose_entries_do_not_add_up_is_refused(program_of: Programs) -> None:
    data = sample("statement", "en")
    data["totals"]["closing"] += Decimal("0.01")
    with pytest.raises(LayoutError) as caught:
        program_of("statement", "c5").typeset(data, "en")
    assert caught.value.code == "E4033"
    data = sample("statement", "en")
    data["ageing"][0]["over_90"] += Decimal("0.01")
    with pytest.raises(LayoutError) as caught:
        program_of("statement", "c5").typeset(data, "en")
    assert caught.value.place == "ageing"


def test_a_statement_without_an_aged_balance_and_without_a_claim_has_neither(
    program_of: Programs, fonts: FontSet
) -> None:
    data = sample("statement", "en")
    data["ageing"] = []
    data["totals"]["payable"] = Decimal("0.00")
    text = "".join(texts(pdf_of([program_of("statement", "c5").typeset(data, "en")], fonts)))
    assert "Aged balance" not in text
    assert "Payment reference" not in text


@pytest.mark.parametrize("language", sorted(COUNTRY_OF))
def test_a_letter_says_all_its_paragraphs_in_their_order(language: str, program_of: Programs, fonts: FontSet) -> None:
    data = sample("letter", language, size=4)["document"]
    text = " ".join(" ".join(pages_of(program_of, fonts, "letter", language, size=4)).split())
    parts = [
        data["subject"],
        data["salutation"],
        *data["body"],
        data["signatory"],
        data["position"],
        *data["enclosures"],
    ]
    plain = [re.sub(r"\*\*|(?<!\w)_|_(?!\w)", "", part) for part in parts]
    found = [text.find(part) for part in plain]
    assert -1 not in found
    assert found == sorted(found)


@given(st.lists(st.integers(1, 120), min_size=8, max_size=20))
@settings(max_examples=25, deadline=None)
def test_no_line_of_a_letters_paragraph_stands_alone_on_a_page(
    program_of: Programs, fonts: FontSet, lengths: list[int]
) -> None:
    data = sample("letter", "en")
    data["document"]["body"] = [
        " ".join(f"paragraph{number}word{word}" for word in range(length)) for number, length in enumerate(lengths)
    ]
    inspection = program_of("letter", "c5").inspect(data, "en")
    pages = texts(pdf_of([inspection.page_set], fonts))
    for number in range(len(lengths)):
        parts = [sum(f"paragraph{number}word" in line for line in page.splitlines()) for page in pages]
        there = [lines for lines in parts if lines]
        assert len(there) == 1 or min(there) >= 2
    assert "Yours sincerely" in pages[-1] or "Enclosures" in pages[-1]
    assert not inspection.findings


def test_a_cover_sheet_lists_what_lies_behind_it(program_of: Programs, fonts: FontSet) -> None:
    data = sample("cover", "en", size=5)
    (page,) = pages_of(program_of, fonts, "cover", size=5)
    text = " ".join(page.split())
    for row in data["documents"]:
        assert f"{row['title']} {row['number']}" in text
    assert f"Pages {data['totals']['pages']}" in text
    assert f"Total GBP {data['sums'][0]['amount']:,}" in text
    for field in ("pages", "documents"):
        wrong = sample("cover", "en")
        wrong["totals"][field] += 1
        with pytest.raises(LayoutError) as caught:
            program_of("cover", "c5").typeset(wrong, "en")
        assert caught.value.place == f"totals.{field}"
