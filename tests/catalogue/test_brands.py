"""The layout of a house with brands: its logo, its letterhead, and nothing else changed."""

from __future__ import annotations

import pytest

from examples.documents import sample
from layouts.envelope import load_envelope
from layouts.fonts import FontSet
from layouts.layout import load_layout
from layouts.pageset import PageSet
from layouts.preflight import Preflight
from layouts.typeset import PageProgram, compile_layout
from tests.catalogue.conftest import Programs
from tests.layouts.paper import pdf_of, texts
from tests.shared_data import ROOT

FILE = ROOT / "examples" / "layouts" / "nordlys.toml"
BRANDS = ("Nordlys", "Nordlys Drift")


@pytest.fixture(scope="module")
def house(fonts: FontSet) -> PageProgram:
    return compile_layout(load_layout(FILE), fonts)


def set_for(house: PageProgram, brand: str, language: str = "nb") -> PageSet:
    return house.typeset(sample("invoice", language, size=30), language, {"brand": brand})


def test_without_a_brand_it_is_the_invoice(house: PageProgram, program_of: Programs) -> None:
    ours, invoice = set_for(house, ""), program_of("invoice", "c5").typeset(sample("invoice", "nb", size=30), "nb")
    assert ours.pages == invoice.pages
    assert ours.key != invoice.key


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("language", ["nb", "en", "nb+en"])
def test_a_brands_document_passes(brand: str, language: str, house: PageProgram) -> None:
    traits = {"brand": brand}
    inspection = house.inspect(sample("invoice", language), language, traits)
    layout = load_layout(FILE, traits)
    assert [*inspection.findings, *Preflight(layout, [load_envelope("c5")]).check(inspection.ink)] == []


@pytest.mark.parametrize("brand", BRANDS)
def test_a_brands_pictures_stand_on_the_first_page_alone(brand: str, house: PageProgram) -> None:
    plain, branded = set_for(house, ""), set_for(house, brand)
    assert len(branded.pages) == len(plain.pages) > 1
    assert set(branded.forms) - set(plain.forms)
    assert branded.pages[1:] == plain.pages[1:]
    assert branded.pages[0] != plain.pages[0]


def test_the_printers_letterhead_takes_the_place_of_our_own(house: PageProgram, fonts: FontSet) -> None:
    said = [texts(pdf_of([set_for(house, brand)], fonts))[0] for brand in ("Nordlys", "Nordlys Drift")]
    seller = sample("invoice", "nb")["seller"]["phone"]
    assert [text.count(seller) for text in said] == [2, 1]


def test_brands_have_keys_of_their_own(house: PageProgram) -> None:
    assert len({set_for(house, brand).key for brand in ("", *BRANDS)}) == 3
