"""Manifest, pallet lists and the tags of presorted trays, read back from their own pages."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from mailroom.domain.errors import MailroomError
from mailroom.planning.postage.manifest import Manifest, draw_up_manifest
from mailroom.planning.postage.pallets import load_pallets
from mailroom.planning.postage.posting import PostagePlan, plan_postage
from mailroom.production.papers.manifest import write_manifest
from mailroom.production.papers.pallet_lists import write_pallet_lists
from mailroom.production.papers.posting import PostingHeading, kilograms, money, pallet_id, tray_tags
from mailroom.production.papers.sheet import BOTTOM, LEFT, RIGHT, TOP
from mailroom.production.papers.tray_tags import write_tray_tags
from tests.planning_postage.values import DAY, item, shipped_schemes, shipped_tariff

HEADING = PostingHeading("R000007", "Nordlys Kraft AS", DAY, "Terminal Oslo", "Kari Nordmann")
SCHEMES = shipped_schemes()


def plan(pieces: int = 900) -> PostagePlan:
    codes = ("0150", "0484", "1337", "4631", "4700", "5006", "9008", "12")
    items = [item(f"P{at:08d}", codes[at % 8], thickness_um=3_000) for at in range(pieces)]
    return plan_postage(items, shipped_tariff(), SCHEMES)


def mailed(made: PostagePlan, without: tuple[str, ...] = ()) -> Manifest:
    ids = {id: False for id in made.order() if id not in without}
    return draw_up_manifest("R000007", made.tariff, made.trays, ids, SCHEMES, dict.fromkeys(without, "withdrawn"))


def plain(text: str) -> str:
    """With single ordinary blanks, as text is read from pages."""
    return " ".join(text.split())


def pages(path: Path) -> list[str]:
    return [plain(page.extract_text()) for page in PdfReader(path).pages]


def codes(path: Path) -> list[list[str]]:
    document = pypdfium2.PdfDocument(path)
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
    images = [page.render(scale=150 / 72, grayscale=True).to_numpy().squeeze() for page in document]
    document.close()
    return [sorted(code.text for code in zxingcpp.read_barcodes(image, formats=formats)) for image in images]


def test_the_manifest_tells_counts_weights_prices_and_what_was_not_mailed(tmp_path: Path) -> None:
    drawn = mailed(plan(), ("P00000004", "P00000100"))
    write_manifest(tmp_path / "m.pdf", HEADING, drawn)
    text = " ".join(pages(tmp_path / "m.pdf"))
    for said in (
        "R000007",
        "Nordlys Kraft AS",
        "Posted on 2026-03-02",
        "Terminal Oslo",
        "900 planned, 898 mailed + 2 not mailed = 900.",
        "The prices are examples of nobody.",
        "Products of Example operator, Norway",
        kilograms(drawn.weight_mg),
        money(drawn.net),
        money(drawn.gross),
        "25 % on top of the prices",
        "P00000004",
        "withdrawn",
        "Handed over by Kari Nordmann",
    ):
        assert plain(said) in text, said
    for line in drawn.lines:
        assert plain(money(line.amount)) in text
    for tray in drawn.trays:
        assert f"R000007-T{tray.number:02d}" in text


def test_a_product_that_fell_below_its_least_number_is_told_on_paper(tmp_path: Path) -> None:
    made = plan(232)
    gone = tuple(list(made.order())[:210])
    write_manifest(tmp_path / "m.pdf", HEADING, mailed(made, gone))
    assert "Sorted mail (example), Small letter:" in " ".join(pages(tmp_path / "m.pdf"))


def test_a_manifest_of_nothing_is_drawn(tmp_path: Path) -> None:
    made = plan(3)
    write_manifest(tmp_path / "m.pdf", HEADING, mailed(made, tuple(made.order())))
    assert "3 planned, 0 mailed + 3 not mailed = 3." in pages(tmp_path / "m.pdf")[0]


def test_every_pallet_begins_a_page_with_its_code_and_names_its_trays(tmp_path: Path) -> None:
    made = plan(6_000)
    pallets = load_pallets(made.trays, SCHEMES)
    assert len(pallets) > 1
    write_pallet_lists(tmp_path / "p.pdf", HEADING, pallets)
    read, texts = codes(tmp_path / "p.pdf"), pages(tmp_path / "p.pdf")
    assert [each for page in read for each in page] == [pallet_id("R000007", at) for at in range(1, len(pallets) + 1)]
    starts = [at for at, page in enumerate(read) if page] + [len(texts)]
    for pallet, begin, end in zip(pallets, starts[:-1], starts[1:], strict=True):
        text = " ".join(texts[begin:end])
        assert pallet.destination.title in text
        assert plain(kilograms(pallet.weight_mg)) in text
        for tray in pallet.trays:
            assert f"R000007-T{tray.number:02d}" in text
        for page in texts[begin:end]:
            assert pallet_id("R000007", pallet.number) in page


def test_the_tags_of_presorted_trays_bear_destination_weight_and_code(tmp_path: Path) -> None:
    made = plan()
    tags = tray_tags(HEADING, made.trays, {1: "R000007-B01"})
    write_tray_tags(tmp_path / "t.pdf", tags)
    assert [each for page in codes(tmp_path / "t.pdf") for each in page] == [
        f"R000007-T{tray.number:02d}" for tray in made.trays
    ]
    text = " ".join(pages(tmp_path / "t.pdf"))
    for tray in made.trays:
        assert kilograms(tray.weight_mg) in text
        assert tray.product.title in text
        assert tray.destination.title in text
    assert "R000007-B01" in text
    assert sum(tag.pieces for tag in tags) == 900
    assert [(tag.number, tag.of) for tag in tags] == [(tray.number, len(made.trays)) for tray in made.trays]


def test_nothing_stands_outside_the_type_area(tmp_path: Path) -> None:
    made = plan(6_000)
    write_manifest(tmp_path / "m.pdf", HEADING, mailed(made, tuple(list(made.order())[::50])))
    write_pallet_lists(tmp_path / "p.pdf", HEADING, load_pallets(made.trays, SCHEMES))
    for name in ("m.pdf", "p.pdf"):
        document = pypdfium2.PdfDocument(tmp_path / name)
        for page in document:
            text = page.get_textpage()
            for at in range(text.count_chars()):
                if not text.get_text_range(at, 1).strip():
                    continue
                left, bottom, right, top = text.get_charbox(at)
                assert left >= LEFT - 2
                assert right <= RIGHT + 1
                assert top <= TOP + 1
                assert bottom >= BOTTOM - 6 or top < 20 * 72 / 25.4
            text.close()
        document.close()


def test_the_same_posting_gives_the_same_bytes(tmp_path: Path) -> None:
    made = plan()
    for name in ("one", "two"):
        write_manifest(tmp_path / f"{name}-m.pdf", HEADING, mailed(made))
        write_pallet_lists(tmp_path / f"{name}-p.pdf", HEADING, made.pallets)
    for kind in "mp":
        assert (tmp_path / f"one-{kind}.pdf").read_bytes() == (tmp_path / f"two-{kind}.pdf").read_bytes()


def test_no_pallets_no_file(tmp_path: Path) -> None:
    write_pallet_lists(tmp_path / "p.pdf", HEADING, ())
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_no_barcode_holds_is_refused(tmp_path: Path) -> None:
    heading = PostingHeading("Kjøring", "Client", DAY, "", "Kari")
    with pytest.raises(MailroomError, match="E7080 'Kjøring-L01' can't be the identity of a"):
        write_pallet_lists(tmp_path / "p.pdf", heading, plan().pallets)


@pytest.mark.parametrize(
    ("weight_mg", "text"), [(0, "0.000 kg"), (499, "0.000 kg"), (500, "0.001 kg"), (12_345_678, "12.346 kg")]
)
def test_a_weight_is_shown_to_the_gram(weight_mg: int, text: str) -> None:
    assert kilograms(weight_mg) == text


def test_an_amount_is_shown_with_its_decimals() -> None:
    assert money(Decimal("1234567.50"), "NOK") == "1\u202f234\u202f567.50 NOK"
