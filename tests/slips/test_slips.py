"""Payment slips on their page: which one is chosen, in which language, what gives way, where their ink may stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.envelope import load_envelope
from layouts.errors import LayoutError
from layouts.fonts import default_fonts
from layouts.geometry import Box
from layouts.layout import CATALOGUE, SLIPS, load_layout
from layouts.pageink import InkBox
from layouts.parts import Layout, Slip
from layouts.preflight import Preflight, check_layout, geometry_findings
from layouts.remittance.scheme import SLIPS as SCHEMES
from layouts.typeset import Inspection, PageProgram
from omr.draw import mark_rects
from omr.markset import load_mark_set
from omr.sheet import SheetOrders
from tests.layouts.samples import invoice
from tests.slips.conftest import Print
from tests.slips.samples import danish, euro, finnish, italian, norwegian, swedish, swiss

Make = Callable[..., dict[str, Any]]
OF: dict[str, Make] = {
    "plain": euro,
    "no-giro": norwegian,
    "dk-fik": danish,
    "se-bankgiro": swedish,
    "fi-giro": finnish,
    "ch-qr": swiss,
    "epc": lambda: euro(scheme="epc"),
    "pagopa": italian,
}
FOOTERS = {"footer-rule", "footer", "page-number"}
OFFICIAL = {
    # SIX, annex D
    "de": ("Zahlteil", "Empfangsschein", "Konto / Zahlbar an", "Zahlbar durch", "Vor der Einzahlung abzutrennen"),
    "en": ("Payment part", "Receipt", "Account / Payable to", "Payable by", "Separate before paying in"),
}


@pytest.fixture(scope="module")
def layout() -> Layout:
    return load_layout("invoice")


@pytest.fixture(scope="module")
def marks() -> dict[str, Box]:
    mark_set = load_mark_set("quadient")
    rects = mark_rects(mark_set, SheetOrders(sheet=1, of=1, ordinal=7))
    return {f"{number}": Box(*rect) for number, rect in enumerate(rects)} | {"code": Box(*mark_set.code.box)}


def slip_of(inspection: Inspection) -> str:
    """The slip whose ink stands on the last page, "" for none."""
    return next((ink.name.split("/")[0] for ink in inspection.ink[-1] if "/" in ink.name), "")


# ── which slip ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_slip_that_a_payment_can_name_is_in_the_layout(layout: Layout) -> None:
    assert set(layout.slips) == set(SCHEMES) == {path.stem for path in SLIPS.glob("*.toml")} == set(OF)
    assert all(slip.name == name for name, slip in layout.slips.items())


@pytest.mark.parametrize("name", OF)
def test_each_payment_gets_its_slip_on_its_paper(program: PageProgram, layout: Layout, name: str) -> None:
    inspection = program.inspect(OF[name](), "en")
    assert slip_of(inspection) == name
    assert inspection.findings == ()
    stock = layout.slips[name].stock
    assert (inspection.page_set.stocks or ("plain",) * len(inspection.page_set.pages))[-1] == (stock or "plain")
    assert stock == ("giro" if name in ("no-giro", "dk-fik", "se-bankgiro", "ch-qr") else "")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (norwegian(scheme=None), "plain"),
        (swedish(scheme=None), "plain"),
        (swedish(scheme=None, reference="Kund 7"), "plain"),
        (euro(), "plain"),
        (danish(creditor_number=None), "plain"),
        (danish(account=""), "dk-fik"),
        (italian(account=""), "pagopa"),
        (italian(notice=None), "plain"),
        (swiss(scheme="plain"), "plain"),
        (swiss("0"), ""),
        (invoice(2), "plain"),
        (invoice(2, payment={"account": ""}), ""),
    ],
)
def test_forms_that_nobody_has_to_get_are_for_those_who_ask(
    program: PageProgram, data: dict[str, Any], name: str
) -> None:
    assert slip_of(program.inspect(data, "en")) == name


def test_a_slip_that_there_is_not_is_refused(program: PageProgram) -> None:
    with pytest.raises(LayoutError, match=r"E4077.*'cheque'"):
        program.typeset(euro(scheme="cheque"), "en")


# ── language ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "said"), [("de", "de"), ("en", "en"), ("nb", "en"), ("nb+de", "de"), ("de+en", "de"), ("fi+id", "en")]
)
def test_a_qr_bill_is_in_one_official_language(print_page: Print, asked: str, said: str) -> None:
    text = print_page(swiss(), asked).text()
    for heading in OFFICIAL[said]:
        assert heading in text
    for heading in OFFICIAL["en" if said == "de" else "de"][:2]:
        assert text.count(heading) == 0


@pytest.mark.parametrize(
    ("name", "heading"),
    [("no-giro", "Kundeidentifikasjon (KID)"), ("dk-fik", "Beløbsmodtager".lower()), ("se-bankgiro", "Betalas senast")],
)
@pytest.mark.parametrize("language", ["en", "fi"])
def test_a_national_form_stays_in_its_language(print_page: Print, name: str, heading: str, language: str) -> None:
    assert heading in print_page(OF[name](), language).text()


def test_a_finnish_form_is_in_both_languages(print_page: Print) -> None:
    text = print_page(finnish(), "en").text()
    assert "Maksajan" in text
    assert "Betalarens" in text
    assert "Lasku / Faktura 10423" in text


# ── the page around it ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["no-giro", "dk-fik", "se-bankgiro", "fi-giro", "ch-qr"])
def test_what_the_law_wants_at_the_foot_stands_above_the_slip(program: PageProgram, layout: Layout, name: str) -> None:
    slip = layout.slips[name]
    data = OF[name]()
    ink = program.inspect(data, "en").ink[-1]
    feet = {one.name: one.box for one in ink if one.name in FOOTERS}
    assert set(feet) == FOOTERS
    assert max(box.bottom_mm for box in feet.values()) == pytest.approx(slip.top_mm, abs=0.3)
    flow = {part.name for part in layout.flow}
    assert max(one.box.bottom_mm for one in ink if one.name.split(".")[0] in flow) < min(
        box.y_mm for box in feet.values()
    )
    assert min(one.box.y_mm for one in ink if "/" in one.name) >= slip.top_mm - 0.5


def test_on_earlier_pages_the_foot_stays_where_it_is(program: PageProgram) -> None:
    data = swiss()
    data["lines"] = data["lines"] * 60
    data["totals"] = {}
    data["vat"] = []
    data = invoice(60, seed=2, **{key: data[key] for key in ("document", "payment", "seller")})
    inspection = program.inspect(data, "de")
    assert len(inspection.ink) > 1
    assert inspection.findings == ()
    for page in inspection.ink[:-1]:
        assert not any("/" in one.name for one in page)
        assert max(one.box.y_mm for one in page if one.name == "footer") > 280
    assert inspection.page_set.stocks == ("plain",) * (len(inspection.ink) - 1) + ("giro",)


@pytest.mark.parametrize("name", OF)
@pytest.mark.parametrize("count", [1, 9, 40])
def test_no_document_with_a_slip_has_a_finding(
    program: PageProgram, layout: Layout, marks: dict[str, Box], name: str, count: int
) -> None:
    data = OF[name]()
    data = invoice(count, seed=count, **{key: data[key] for key in ("document", "payment", "seller")})
    pages = program.inspect(data, "en").ink
    assert Preflight(layout, [load_envelope("c5"), load_envelope("c4")], marks).check(pages) == []


def test_the_shipped_slips_go_with_layout_envelopes_and_marks(layout: Layout, marks: dict[str, Box]) -> None:
    assert list(geometry_findings(layout)) == []
    assert check_layout(layout, [load_envelope("c5"), load_envelope("c4")], marks) == []


# ── paper of its own ──────────────────────────────────────────────────────────────────────────────────────────────


def found(layout: Layout, ink: InkBox) -> list[str]:
    return [finding.rule for finding in Preflight(layout, []).check([[ink]])]


def test_below_its_line_a_slip_may_stand_where_marks_could(layout: Layout) -> None:
    low, high = Box(6, 193, 30, 5), Box(6, 189, 30, 5)
    assert found(layout, InkBox("ch-qr/receipt-title", low, "text")) == []
    assert found(layout, InkBox("ch-qr/receipt-title", high, "text")) == ["ink-in-clear-zone"]
    assert found(layout, InkBox("plain/payment-title", low, "text")) == ["margin", "ink-in-clear-zone"]
    assert found(layout, InkBox("table", low, "text")) == ["margin", "ink-in-clear-zone"]


def test_a_slip_has_a_margin_of_its_own(layout: Layout) -> None:
    box = Box(5, 250, 30, 5)
    assert found(layout, InkBox("ch-qr/x", box, "text")) == []
    assert found(layout, InkBox("ch-qr/x", box.moved(-0.2, 0), "text")) == ["margin"]
    assert found(layout, InkBox("ch-qr.x", box, "text")) == ["margin"], "a part of a block called so is no slip's"


def with_slip(layout: Layout, slip: Slip) -> Layout:
    assert layout.slip is not None
    return replace(layout, slip=replace(layout.slip, slips={slip.name: slip}))


@pytest.mark.parametrize(
    ("change", "rule", "names"),
    [
        ({"clear_to_mm": 196.0}, "clear-zone", "ch-qr/cut-across"),
        ({"clear_to_mm": 0.0}, "clear-zone", "ch-qr/cut-across"),
        ({"margin_mm": 6.0}, "margin", "ch-qr/cut-across"),
        ({"margin_mm": None}, "margin", "ch-qr/cut-across"),
        ({"raises": frozenset()}, "overlap", "footer"),
    ],
)
def test_a_slip_that_does_not_go_with_its_layout_is_found(
    layout: Layout, change: dict[str, Any], rule: str, names: str
) -> None:
    findings = list(geometry_findings(with_slip(layout, replace(layout.slips["ch-qr"], **change))))
    assert findings
    assert {finding.rule for finding in findings} == {rule}
    assert names in " ".join(finding.message for finding in findings)


def test_boxes_of_a_slip_that_overlap_are_found_unless_one_stands_for_the_other(layout: Layout) -> None:
    slip = layout.slips["epc"]
    moved = tuple(replace(part, box=part.box.moved(0, 3)) if part.name == "title" else part for part in slip.boxes)
    (finding,) = geometry_findings(with_slip(layout, replace(slip, boxes=moved)))
    assert (finding.rule, finding.box) == ("overlap", "epc/title")
    assert "'epc/payee'" in finding.message


def test_a_mark_on_a_slip_is_found(layout: Layout) -> None:
    findings = check_layout(with_slip(layout, layout.slips["ch-qr"]), [], {"m": Box(10, 198, 5, 0.4)})
    assert "'mark m' stands on 'ch-qr/receipt-title' of the last page" in [finding.message for finding in findings]


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("margin_mm = 5", "margin_mm = 60", "outside 0 to 50"),
        ("corners_mm = 3", "corners_mm = 30", "outside 0 to 26"),
        ('quiet_zone = "outside"', 'quiet_zone = "beside"', "not one of inside, outside"),
        ('rule = "corner"', 'rule = "corners"', "not one of cut, corner"),
        ('languages = ["en", "de", "fr", "it"]', 'languages = ["xx"]', "E4016"),
    ],
)
def test_a_wrong_slip_file_is_refused(tmp_path: Path, old: str, new: str, fact: str) -> None:
    slip = (SLIPS / "ch-qr.toml").read_text(encoding="utf-8")
    assert old in slip
    (tmp_path / "own.toml").write_text(slip.replace(old, new, 1), encoding="utf-8")
    text = (CATALOGUE / "invoice.toml").read_text(encoding="utf-8").replace('"ch-qr", "epc"', '"own.toml", "epc"')
    (tmp_path / "invoice.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LayoutError, match=fact):
        PageProgram(load_layout(tmp_path / "invoice.toml"), default_fonts()).typeset(swiss(), "de")


# ── the drawing of the QR-bill ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "line_mm"),
    [
        (Box(27, 263.2, 30, 10), 3),
        (Box(5, 238, 52, 20), 3),
        (Box(77, 264, 40, 15), 3),
        (Box(118, 257, 65, 25), 3),
    ],
    ids=["receipt-amount", "receipt-payer", "part-amount", "part-payer"],
)
def test_empty_fields_have_their_corners(print_page: Print, named: PageProgram, field: Box, line_mm: float) -> None:
    page = print_page(swiss("0", scheme="ch-qr", debtor=None), "de", by=named)
    outer = page.ink_box(field.grown(0.4))
    assert outer is not None
    assert outer.width_mm == pytest.approx(field.width_mm + 0.26, abs=0.2), "three quarters of a point, on the edge"
    assert outer.height_mm == pytest.approx(field.height_mm + 0.26, abs=0.2)
    for x_mm in (field.x_mm, field.right_mm - line_mm):
        corner = page.ink_box(Box(x_mm - 0.3, field.y_mm - 0.3, line_mm + 0.6, 0.6))
        assert corner is not None
        assert corner.width_mm == pytest.approx(line_mm + 0.13, abs=0.2)
    middle = Box(field.x_mm + line_mm + 1, field.y_mm - 0.4, field.width_mm - 2 * line_mm - 2, field.height_mm + 0.8)
    assert not page.ink(middle).any(), "nothing between the corners"
    assert not page.ink(field.grown(-0.5)).any(), "nothing in the field"


def test_with_amount_and_payer_there_are_no_empty_fields(print_page: Print) -> None:
    page = print_page(swiss())
    assert not page.ink(Box(104, 263.5, 14, 17)).any()
    assert not page.ink(Box(36, 262, 21, 11.5)).any()


def test_the_cells_for_the_debited_account_are_white_on_the_tint(print_page: Print) -> None:
    page = print_page(norwegian())
    tint = page.grey[round(260 / 25.4 * 300), round(108 / 25.4 * 300)]
    assert tint == pytest.approx(0.92 * 255, abs=3)
    for cell in range(11):
        left_mm = 44 + 5.93 * cell
        inside = Box(left_mm + 0.3, 257.6, 3.3, 4.3)
        edge = page.ink_box(Box(left_mm - 0.4, 259, 0.8, 1))
        assert not page.ink(inside).any()
        assert edge is not None
        assert edge.x_mm + edge.width_mm / 2 == pytest.approx(left_mm, abs=0.1)
        at = round((left_mm + 2) / 25.4 * 300)
        assert page.grey[round(260 / 25.4 * 300), at] == 255


def test_receipt_and_payment_part_have_the_sizes_of_the_guidelines(layout: Layout) -> None:
    slip = layout.slips["ch-qr"]
    boxes = {part.name: part.box for part in slip.boxes}
    assert boxes["cut-across"].y_mm + boxes["cut-across"].height_mm / 2 == pytest.approx(297 - 105)
    assert boxes["cut-upright"].x_mm + boxes["cut-upright"].width_mm / 2 == pytest.approx(62)
    assert boxes["code"] == Box(67, 209, 46, 46)
    for name, box in boxes.items():
        if name.startswith("receipt-"):
            assert box.x_mm >= 5
            assert box.right_mm <= 57
        elif name.startswith("part-"):
            assert box.x_mm >= 67
            assert box.right_mm <= 205
    sizes = {name: style.size_pt for name, style in slip.styles.items()}
    assert sizes == {
        "slip_title": 11,
        "slip_note": 7,
        "receipt_head": 6,
        "receipt": 8,
        "part_head": 8,
        "part": 10,
        "receipt_small": 6,
        "part_small": 8,
    }


def test_the_longest_allowed_addresses_and_messages_find_room(program: PageProgram) -> None:
    long = {
        "name": "Sehr lange Firma Nummer " * 2 + "mit Zusatz AG und Co",
        "street": "Lange Gasse " * 5,
        "building": "123",
    }
    party = long | {"postcode": "CH-3000 Bern 16", "town": "Sankt Gallen im Appenzellerland", "country": "CH"}
    data = swiss(creditor=party, debtor=party, message="Nachricht " * 7, billing="//S1/" + "1" * 60)
    assert program.inspect(data, "de").findings == ()


def test_a_payer_abroad_has_the_country_before_the_postcode(print_page: Print) -> None:
    payer = {
        "name": "Erika Muster",
        "street": "Weg",
        "building": "1",
        "postcode": "10115",
        "town": "Berlin",
        "country": "DE",
    }
    assert print_page(swiss(debtor=payer)).text().count("DE-10115 Berlin") == 2


# ── any payment ───────────────────────────────────────────────────────────────────────────────────────────────────


WORDS = st.text("abcdefghij AEIOUÆØÅéü0123456789", min_size=1, max_size=45).map(str.strip).filter(bool)


@pytest.mark.parametrize("name", OF)
@given(
    lines=st.lists(WORDS, min_size=1, max_size=6),
    seller_lines=st.lists(WORDS, max_size=3),
    payee=st.text("abcdefghij AEIOUÆØÅéü0123456789", max_size=70),
    town=WORDS,
)
@settings(max_examples=12, deadline=None)
def test_names_and_addresses_of_any_usual_length_find_room(
    program: PageProgram, name: str, lines: list[str], seller_lines: list[str], payee: str, town: str
) -> None:
    data = OF[name]()
    data["recipient"] |= {"lines": lines}
    data["seller"] |= {"lines": seller_lines, "town": town}
    data["payment"] |= {"account_name": payee.strip()}
    findings = [one for one in program.inspect(data, "nb").findings if "/" in one.box]
    assert findings == []
