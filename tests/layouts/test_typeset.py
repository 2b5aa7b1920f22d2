"""Whole documents: what stands on paper is what the data says, once, in its place."""

from __future__ import annotations

import copy
import pickle
import random
import re
import zlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.blockparts import TableBlock
from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.geometry import PT_PER_MM
from layouts.layout import CATALOGUE, load_layout
from layouts.pageset import PageSet
from layouts.parts import Layout
from layouts.typeset import PageProgram, compile_layout
from tests.layouts.paper import characters, pdf_of, texts
from tests.layouts.samples import invoice, line, totals_of, vat_of

AMOUNT = r"−?\d[\d ]*,\d\d"


def pages_of(program: PageProgram, fonts: FontSet, data: dict[str, Any], language: str = "nb") -> list[str]:
    found = texts(pdf_of([program.typeset(data, language)], fonts))
    return [" ".join(text.split()) for text in found]


def norwegian(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace("-", "−")


def value_of(text: str) -> Decimal:
    return Decimal(text.replace(" ", "").replace(",", ".").replace("−", "-"))


# ── what stands on paper ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_invoice_of_one_page_says_all_that_its_data_says(program: PageProgram, fonts: FontSet) -> None:
    data = invoice(4, payment={"terms": "Netto 14 dager"}, document={"notes": ["Takk for handelen."]})
    (said,) = pages_of(program, fonts, data)
    assert "Faktura 10423" in said
    for text in (*data["recipient"]["lines"], data["seller"]["name"], "Netto 14 dager", "Takk for handelen."):
        assert text in said
    assert "Bestilling PO-2026-00817" in said
    assert "Side 1 av 1" in said
    for row in data["lines"]:
        assert row["name"] in said
        assert norwegian(row["net_amount"]) in said
    assert f"Å betale NOK {norwegian(data['totals']['payable'])}" in said


def test_text_comes_in_reading_order(program: PageProgram, fonts: FontSet) -> None:
    data = invoice(4)
    (said,) = pages_of(program, fonts, data)
    order = ["Nordlys Nett", "Bjørnstad", "Fakturanummer", "Faktura 10423", "Beskrivelse"]
    order += [f"[{index}]" for index in range(1, 5)]
    order += ["Mva-sats", "Sum uten mva", "Å betale", "Betaling", "KID"]
    order += ["Org.nr.", "Side 1 av 1"]
    places = [said.index(text) for text in order]
    assert places == sorted(places)


@pytest.mark.parametrize("count", [1, 9, 14, 30, 60, 400])
def test_every_line_stands_exactly_once_and_in_order(program: PageProgram, fonts: FontSet, count: int) -> None:
    data = invoice(count, seed=count)
    said = "\n".join(pages_of(program, fonts, data))
    assert [int(number) for number in re.findall(r"\[(\d+)\]", said)] == list(range(1, count + 1))


@given(count=st.integers(0, 90), seed=st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_sums_on_paper_add_up_from_page_to_page(program: PageProgram, fonts: FontSet, count: int, seed: int) -> None:
    data = invoice(count, seed=seed)
    pages = pages_of(program, fonts, data)
    total = Decimal(0)
    index = 0
    for number, said in enumerate(pages):
        brought = re.search(rf"Overført fra forrige side ({AMOUNT})", said)
        assert (brought is not None) == (number > 0 and index < count)
        if brought:
            assert value_of(brought[1]) == total
        for found in re.findall(r"\[(\d+)\]", said):
            assert int(found) == index + 1
            amount = data["lines"][index]["net_amount"]
            assert norwegian(amount) in said
            total += amount
            index += 1
        carried = re.search(rf"Overføres til neste side ({AMOUNT})", said)
        assert (carried is not None) == (index < count)
        if carried:
            assert value_of(carried[1]) == total
        assert f"Side {number + 1} av {len(pages)}" in said
    assert index == count
    assert total == data["totals"]["lines"]


def test_amounts_end_at_the_right_edge_of_their_column(program: PageProgram, layout: Layout, fonts: FontSet) -> None:
    pdf = pdf_of([program.typeset(invoice(30, seed=3), "nb")], fonts)
    table = next(part.block for part in layout.flow if part.name == "lines")
    assert isinstance(table, TableBlock)
    assert layout.areas is not None
    left_pt = layout.areas.first.x_mm * PT_PER_MM
    edges = {
        column.name: left_pt + (column.x_mm + column.width_mm) * PT_PER_MM
        for column in table.columns
        if column.align == "right"
    }
    for page_index in (0, 1):
        rights = [right for _, right in _runs(pdf, page_index)]
        for source, edge_pt in edges.items():
            near = [right for right in rights if abs(right - edge_pt) < 0.5]
            assert len(near) > 8, source
            assert all(abs(right - edge_pt) < 0.06 for right in near), source
        assert max(rights) <= edges["amount"] + 0.06


def test_nothing_stands_in_the_clear_zone_or_the_margins(program: PageProgram, layout: Layout, fonts: FontSet) -> None:
    data = invoice(40, recipient={"lines": ["A" * 48, "B" * 20, "C", "D", "E", "F"]})
    pdf = pdf_of([program.typeset(data, "en")], fonts)
    for page_index in range(len(texts(pdf))):
        for char, left, right, baseline in characters(pdf, page_index):
            if char.strip():
                assert left >= 20 * PT_PER_MM - 0.1
                assert right <= (layout.width_mm - 15) * PT_PER_MM + 0.1
                assert 8 * PT_PER_MM < baseline < (layout.height_mm - 8) * PT_PER_MM


def _runs(pdf: bytes, page_index: int) -> list[tuple[str, float]]:
    """(text, right edge) of what stands between gaps and line breaks."""
    runs: list[tuple[str, float]] = []
    text, last_right, last_line = "", 0.0, 0.0
    for char, left, right, baseline in characters(pdf, page_index):
        if char in "\r\n":
            continue
        if text and (abs(baseline - last_line) > 1 or left - last_right > 4 or left < last_right - 4):
            runs.append((text, last_right))
            text = ""
        if char.strip() or text:
            text += char
            last_right, last_line = right, baseline
    return [*runs, (text, last_right)]


def test_a_credit_note_says_so(program: PageProgram, fonts: FontSet) -> None:
    data = invoice(2, document={"kind": "credit-note", "due_date": None, "number": "K-77"})
    (said,) = pages_of(program, fonts, data)
    assert "Kreditnota K-77" in said
    assert "Til gode" in said
    assert "Forfallsdato" not in said
    (english,) = pages_of(program, fonts, data, "en")
    assert "Credit note K-77" in english


def test_letters_of_three_scripts_stand_as_given(program: PageProgram, fonts: FontSet) -> None:
    names = ["Παπαδόπουλος & Σία", "Тимофей Жуковский", "Łódź", "Çağlayan", "Székesfehérvár ő ű", "Žďár nad Sázavou"]
    (said,) = pages_of(program, fonts, invoice(1, recipient={"lines": names}))
    for name in names:
        assert name in said


def test_decomposed_letters_are_composed(program: PageProgram, fonts: FontSet) -> None:
    (said,) = pages_of(program, fonts, invoice(1, recipient={"lines": ["A\u030asgard", "Oslo"]}))
    assert "\u00c5sgard" in said


def test_allowances_price_bases_and_articles_stand_under_their_line(program: PageProgram, fonts: FontSet) -> None:
    data = invoice(1)
    data["lines"] = [
        line(0, random.Random(1))
        | {
            "name": "Brosjyre",
            "article": "B-1",
            "unit": "C62",
            "unit_price": Decimal("450"),
            "base_quantity": Decimal("1000"),
            "quantity": Decimal("2500"),
            "net_amount": Decimal("1025.00"),
            "allowances": [
                {"charge": False, "amount": Decimal("125.00"), "reason": "Kvantumsrabatt"},
                {"charge": True, "amount": Decimal("25.00"), "reason": ""},
            ],
        }
    ]
    data["totals"] = totals_of(data | {"vat": vat_of(data)})
    (said,) = pages_of(program, fonts, data)
    assert "Varenr. B-1" in said
    assert "450,00 per 1 000 stk" in said
    assert "Kvantumsrabatt −125,00" in said
    assert "Tillegg 25,00" in said


def test_references_that_find_no_place_are_told_in_the_notes(program: PageProgram, fonts: FontSet) -> None:
    references = [{"label": f"merke-{index}", "text": f"verdi {index}"} for index in range(20)]
    said = " ".join(pages_of(program, fonts, invoice(1, references=references)))
    for index in range(20):
        assert f"verdi {index}" in said
    assert "merke-19: verdi 19" in said


def test_a_text_longer_than_a_page_goes_on_over_the_pages(program: PageProgram, fonts: FontSet) -> None:
    words = [f"ord{index:04}" for index in range(2500)]
    data = invoice(3)
    data["lines"][1]["description"] = " ".join(words)
    data["document"]["notes"] = [" ".join(f"merk{index:04}" for index in range(3000))]
    pages = pages_of(program, fonts, data)
    said = "\n".join(pages)
    assert re.findall(r"ord\d{4}", said) == words
    assert re.findall(r"merk\d{4}", said) == [f"merk{index:04}" for index in range(3000)]
    assert re.findall(r"\[(\d+)\]", said) == ["1", "2", "3"]
    assert said.count(norwegian(data["lines"][1]["net_amount"])) >= 1


# ── one document, one result ──────────────────────────────────────────────────────────────────────────────────────


def test_the_same_data_give_the_same_bytes_and_key(layout: Layout, program: PageProgram, fonts: FontSet) -> None:
    data = invoice(25)
    again = compile_layout(load_layout("invoice"), fonts)
    again.typeset(invoice(7, seed=9), "en")
    assert again.typeset(copy.deepcopy(data), "nb") == program.typeset(data, "nb")


@pytest.mark.parametrize(
    "change",
    [
        {"document": {"number": "10424"}},
        {"document": {"issue_date": date(2026, 3, 6)}},
        {"seller": {"phone": ""}},
        {"recipient": {"lines": ["Bjørnstad Møbelfabrikk AS", "6250 Stordal"]}},
        {"payment": {"reference": "602243"}},
        {"references": []},
    ],
)
def test_other_data_give_another_key(program: PageProgram, change: dict[str, Any]) -> None:
    assert program.typeset(invoice(3, **change), "nb").key != program.typeset(invoice(3), "nb").key


def test_language_and_layout_are_part_of_the_key(program: PageProgram, fonts: FontSet, tmp_path: Any) -> None:
    data = invoice(3)
    keys = {program.typeset(data, language).key for language in ("nb", "en")}
    path = tmp_path / "invoice.toml"
    text = (CATALOGUE / "invoice.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("version = 2", "version = 3"), encoding="utf-8")
    keys.add(compile_layout(load_layout(path), fonts).typeset(data, "nb").key)
    assert len(keys) == 3
    assert program.typeset(data, "nb-NO").key in keys


def test_a_page_set_lists_what_its_pages_use(program: PageProgram, fonts: FontSet) -> None:
    page_set = program.typeset(invoice(20), "nb")
    contents = [zlib.decompress(page) for page in page_set.pages]
    forms = [zlib.decompress(form.content) for form in page_set.forms.values()]
    used: dict[str, set[int]] = {}
    font = ""
    for content in (*contents, *forms):
        for match in re.finditer(rb"/(F\w+) [\d.]+ Tf|<([0-9a-f]+)> Tj", content):
            if match[1]:
                font = match[1].decode()
            else:
                glyphs = bytes.fromhex(match[2].decode())
                used.setdefault(font, set()).update(
                    int.from_bytes(glyphs[at : at + 2], "big") for at in range(0, len(glyphs), 2)
                )
    assert {name: tuple(sorted(gids)) for name, gids in used.items()} == dict(page_set.glyphs)
    drawn = {name.decode() for content in contents for name in re.findall(rb"/(X\w+) Do", content)}
    assert drawn == set(page_set.forms)
    assert all(re.fullmatch(r"X[0-9a-f]{12}", name) for name in page_set.forms)
    for content in (*contents, *forms):
        assert len(re.findall(rb"\bq\b", content)) == len(re.findall(rb"\bQ\b", content))


def test_static_parts_are_shared_between_documents(program: PageProgram) -> None:
    one, other = program.typeset(invoice(2), "nb"), program.typeset(invoice(30, seed=8), "nb")
    assert one.forms == other.forms


# ── what can't be set ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "place", "name"),
    [
        ({"recipient": {"lines": ["田中商店", "Oslo"]}}, "recipient.lines[0]", "U+7530"),
        ({"document": {"notes": ["fint", "bra 😀"]}}, "document.notes[1]", "U+1F600"),
        ({"seller": {"name": "ACME\x00 AS"}}, "seller.name", "U+0000"),
        ({"references": [{"label": "order", "text": "א1"}]}, "references[0].text", "HEBREW LETTER ALEF"),
    ],
)
def test_a_missing_glyph_is_an_error_with_character_and_field(
    program: PageProgram, change: dict[str, Any], place: str, name: str
) -> None:
    with pytest.raises(LayoutError, match="E4030") as caught:
        program.typeset(invoice(2, **change), "nb")
    assert caught.value.place == place
    assert name in caught.value.message


def test_a_missing_glyph_in_a_line_names_the_line(program: PageProgram) -> None:
    data = invoice(12)
    data["lines"][7]["description"] = "Teppe 絨毯"
    with pytest.raises(LayoutError, match="E4030") as caught:
        program.typeset(data, "nb")
    assert caught.value.place == "lines[7].description"


def test_six_address_lines_fit_and_seven_do_not(program: PageProgram, fonts: FontSet) -> None:
    lines = [f"Adresselinje {index}" for index in range(1, 7)]
    (said,) = pages_of(program, fonts, invoice(1, recipient={"lines": lines}))
    assert " ".join(lines) in said
    with pytest.raises(LayoutError, match="E4038") as caught:
        program.typeset(invoice(1, recipient={"lines": [*lines, "Norge"]}), "nb")
    assert "7 lines, the window shows 1 to 6" in caught.value.message
    assert "Adresselinje 1 | " in caught.value.message
    assert caught.value.place == "recipient.lines"
    with pytest.raises(LayoutError, match="E4038"):
        program.typeset(invoice(1, recipient={"lines": ["", " "]}), "nb")


def test_a_wide_address_line_is_condensed_then_broken_then_refused(program: PageProgram, fonts: FontSet) -> None:
    condensed = "Foreningen for Bevaring av Gamle Fyrlykter i Nord"
    (said,) = pages_of(program, fonts, invoice(1, recipient={"lines": [condensed, "Oslo"]}))
    assert condensed in said
    wide = "Foreningen for Bevaring av Gamle Fyrlykter og Skipsklokker i Hele Nord-Norge"
    (said,) = pages_of(program, fonts, invoice(1, recipient={"lines": [wide, "Oslo"]}))
    assert wide in said
    with pytest.raises(LayoutError, match="E4038") as caught:
        program.typeset(invoice(1, recipient={"lines": [wide, "b", "c", "d", "e", "f"]}), "nb")
    assert "92 mm fit" in caught.value.message


def test_a_figure_too_wide_for_its_column_is_refused(program: PageProgram) -> None:
    data = invoice(3)
    data["lines"][2]["quantity"] = Decimal("123456789012345")
    with pytest.raises(LayoutError, match="E4034") as caught:
        program.typeset(data, "nb")
    assert caught.value.place == "lines[2]"
    assert "column quantity 15 mm" in caught.value.message


def test_a_letterhead_too_high_is_refused(program: PageProgram) -> None:
    with pytest.raises(LayoutError, match="E4037") as caught:
        program.typeset(invoice(1, seller={"lines": [f"Linje {index}" for index in range(12)]}), "nb")
    assert caught.value.place == "letterhead"


@pytest.mark.parametrize(
    ("spoil", "code", "place"),
    [
        (lambda data: data["lines"][1].pop("unit"), "E4032", "lines[1].unit"),
        (lambda data: data.pop("payment"), "E4032", "payment"),
        (lambda data: data["totals"].pop("net"), "E4032", "totals.net"),
        (lambda data: data["lines"][0].update(quantity=1.5), "E4031", "lines[0].quantity"),
        (lambda data: data["lines"][0].update(name=None), "E4031", "lines[0].name"),
        (lambda data: data["totals"].update(tax="5"), "E4031", "totals.tax"),
        (lambda data: data["document"].update(kind="receipt"), "E4033", "document.kind"),
        (lambda data: data["totals"].update(lines=Decimal(1)), "E4033", "totals.lines"),
    ],
)
def test_data_that_do_not_hold_are_refused_with_their_place(
    program: PageProgram, spoil: Any, code: str, place: str
) -> None:
    data = invoice(3)
    spoil(data)
    with pytest.raises(LayoutError) as caught:
        program.typeset(data, "nb")
    assert (caught.value.code, caught.value.place) == (code, place)
    assert caught.value.remedy


@given(text=st.text(max_size=200), name=st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_is_set_or_refused_with_code_place_and_remedy(program: PageProgram, text: str, name: str) -> None:
    data = invoice(2, document={"notes": [text]}, recipient={"lines": [name, "Oslo"]})
    data["lines"][0]["description"] = text
    data["lines"][1]["name"] = name
    outcome = _outcome(program, data)
    if isinstance(outcome, PageSet):
        assert all(zlib.decompress(page).isascii() for page in outcome.pages)
        return
    assert outcome.code in {"E4030", "E4038"}
    assert outcome.place
    assert outcome.remedy
    assert vars(pickle.loads(pickle.dumps(outcome))) == vars(outcome)


def _outcome(program: PageProgram, data: dict[str, Any]) -> PageSet | LayoutError:
    try:
        return program.typeset(data, "nb")
    except LayoutError as refusal:
        return refusal


def test_a_language_without_texts_is_refused(program: PageProgram) -> None:
    with pytest.raises(LayoutError, match="E4016"):
        program.typeset(invoice(1), "fr")


def test_a_page_on_other_paper_begins_a_new_sheet_when_both_sides_are_printed(layout: Layout, fonts: FontSet) -> None:
    data = invoice(20, payment={"scheme": "no-giro"})
    one_sided = compile_layout(layout, fonts).typeset(data, "nb")
    two_sided = compile_layout(layout, fonts, two_sided=True).typeset(data, "nb")
    assert one_sided.stocks == ("plain", "giro")
    assert two_sided.stocks == ("plain", "plain", "giro")
    assert (two_sided.pages[0], two_sided.pages[2]) == one_sided.pages
    assert zlib.decompress(two_sided.pages[1]) == b"q\nQ\n"
    assert two_sided.key != one_sided.key
    plain = invoice(20)
    again = compile_layout(layout, fonts, two_sided=True).typeset(plain, "nb")
    assert again == compile_layout(layout, fonts).typeset(plain, "nb")
