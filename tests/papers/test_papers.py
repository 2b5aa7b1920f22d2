"""Run papers, read back from their own pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from mailroom.domain.errors import MailroomError
from mailroom.production.papers.hand_list import DONE, SPOILED, HandList, HandPiece, write_hand_list
from mailroom.production.papers.sheet import BOTTOM, LEFT, RIGHT, TOP
from mailroom.production.papers.statement import write_statement
from mailroom.production.papers.tray_tags import write_tray_tags
from mailroom.production.papers.typeface import REGULAR, printable, shorten, width_pt, wrap
from tests.papers.values import HEAD, statement, tag


def pages(path: Path) -> list[str]:
    return [page.extract_text() for page in PdfReader(path).pages]


def boxes(path: Path) -> list[list[tuple[float, float, float, float]]]:
    """Of every page, where its characters stand: left, bottom, right, top in points."""
    document = pypdfium2.PdfDocument(path)
    found = []
    for page in document:
        text = page.get_textpage()
        count = text.count_chars()
        found.append([text.get_charbox(at) for at in range(count) if text.get_text_range(at, 1).strip()])
        text.close()
    document.close()
    return found


def test_the_statement_tells_every_figure_and_name(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    write_statement(path, statement())
    text = " ".join(" ".join(pages(path)).split())
    for said in (
        "R000007",
        "Nordlys Kraft AS",
        "2026-03-02 06:30+01:00",
        "1204 planned, 1202 mailed + 1 withdrawn + 1 moved = 1204.",
        "2418 printed, 2407 in envelopes + 9 destroyed + 2 quarantined = 2418.",
        "R000007-B03 reprint",
        "R000007-B03 Kari Nordmann 12 377",
        "P00000148 1 1 quarantined",
        "P00000412 withdrawn",
        "F-2026-0412, F-2026-0413",
        "sheet_counts",
        "0100 to 0199",
        "14822 entries",
        "Handed over by Kari Nordmann",
        "Λεωνίδας",
    ):
        assert said in text, said
    assert HEAD in text.replace(" ", "")
    assert "does not come out" not in text


def test_a_sum_that_does_not_come_out_is_said(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    write_statement(path, replace(statement(), mailed=1201, sheets_destroyed=8))
    assert " ".join(pages(path)).count("does not come out") == 2


def test_an_open_run_with_nothing_in_it_has_a_statement(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    empty = replace(statement(0, 0, 0, 0), not_mailed=(), closed_at=None)
    write_statement(path, empty)
    text = " ".join(pages(path))
    assert "not closed" in text
    assert text.count("None.") == 6


def test_long_lists_go_on_over_the_page_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    long = statement(spoiled=120, incidents=60, batches=30, trays=50)
    write_statement(path, long)
    read = pages(path)
    text = "\n".join(read)
    for spoiled in long.spoiled:
        assert spoiled.piece in text
    for tray in long.trays:
        assert tray.tray in text
    assert len(read) > 5
    for number, page in enumerate(read, 1):
        assert f"Page {number} of {len(read)}" in page


@pytest.mark.parametrize("lines", [5, 120])
def test_nothing_stands_outside_the_type_area_or_on_other_text(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "statement.pdf"
    write_statement(path, statement(spoiled=lines, incidents=lines // 2))
    for page in boxes(path):
        body = [box for box in page if box[1] > BOTTOM - 6]
        assert len(page) - len(body) < 100
        for left, bottom, right, top in body:
            assert left >= LEFT - 1
            assert right <= RIGHT + 1
            assert bottom >= BOTTOM - 6
            assert top <= TOP + 1
        by_height = sorted(page, key=lambda box: -box[3])
        for at, one in enumerate(by_height):
            for two in by_height[at + 1 : at + 60]:
                across = min(one[2], two[2]) - max(one[0], two[0])
                down = min(one[3], two[3]) - max(one[1], two[1])
                assert not (across > 1.2 and down > 1.2), (one, two)


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.pdf", tmp_path / "two.pdf"
    for path in (one, two):
        write_statement(path, statement())
    assert one.read_bytes() == two.read_bytes()
    for path in (one, two):
        write_tray_tags(path, [tag()])
    assert one.read_bytes() == two.read_bytes()


def _fonts(page: Any) -> Any:
    return page["/Resources"]["/Font"].values()


def test_the_fonts_are_embedded(tmp_path: Path) -> None:
    path = tmp_path / "statement.pdf"
    write_statement(path, statement())
    fonts = [font.get_object() for page in PdfReader(path).pages for font in _fonts(page)]
    used = [font for font in fonts if "SourceSans" in font["/BaseFont"]]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_four_tags_stand_on_a_page_and_each_barcode_reads(tmp_path: Path) -> None:
    path = tmp_path / "tags.pdf"
    write_tray_tags(path, [tag(number) for number in range(1, 7)])
    document = pypdfium2.PdfDocument(path)
    read = []
    for page in document:
        image = page.render(scale=200 / 72, grayscale=True).to_numpy().squeeze()
        read.append(
            sorted(
                code.text
                for code in zxingcpp.read_barcodes(
                    image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
                )
            )
        )
    document.close()
    assert read == [[f"R000007-T{number:02d}" for number in part] for part in ((1, 2, 3, 4), (5, 6))]
    text = pages(path)[0]
    for said in ("0100–0199", "248", "1 of 6", "C5 window", "R000007-B01", "2026-03-02"):
        assert said in text


def test_a_tag_of_one_postcode_says_it_once_and_a_long_one_fits(tmp_path: Path) -> None:
    path = tmp_path / "tags.pdf"
    write_tray_tags(
        path,
        [
            replace(tag(), first_postcode="0155", last_postcode="0155"),
            replace(tag(), first_postcode="SW1A 1AA", last_postcode="WC2N 5DU", client="A" * 80, batch="B" * 60),
            replace(tag(), tray="X" * 24),
        ],
    )
    assert pages(path)[0].count("0155") == 1
    half = 595.28 / 2
    for page in boxes(path):
        for left, _, right, _ in page:
            assert left >= 24
            assert not left < half - 24 < right, "over the edge of the left tag"
            assert right <= 595.28 - 24


@pytest.mark.parametrize("tray", ["", "ø", "X" * 25, "a\n"])
def test_a_tray_that_the_barcode_can_not_hold_is_refused(tmp_path: Path, tray: str) -> None:
    with pytest.raises(MailroomError, match="E7080"):
        write_tray_tags(tmp_path / "tags.pdf", [replace(tag(), tray=tray)])
    assert list(tmp_path.iterdir()) == []


def test_no_trays_no_file(tmp_path: Path) -> None:
    write_tray_tags(tmp_path / "tags.pdf", [])
    assert list(tmp_path.iterdir()) == []


def test_a_character_without_a_glyph_is_spelt_out() -> None:
    assert printable("Łódź \u4e2d \U0001f600\x07!") == "Łódź <U+4E2D> <U+1F600> !"


@given(text=st.text(max_size=60), limit=st.floats(30, 200))
def test_wrapped_lines_fit_and_lose_nothing(text: str, limit: float) -> None:
    lines = wrap(text, REGULAR, 8.5, limit)
    assert lines
    assert all(width_pt(line, REGULAR, 8.5) <= limit for line in lines)
    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")


@given(text=st.text(max_size=60), limit=st.floats(30, 200))
def test_shortened_text_fits(text: str, limit: float) -> None:
    short = shorten(text, REGULAR, 8.5, limit)
    assert width_pt(short, REGULAR, 8.5) <= limit


def hand_list(pieces: int) -> HandList:
    why = "c4 (324 × 229 mm), filled by hand: SIM-1 can't. c5: 35 sheets, takes 10; c4: 35 sheets, 30 at once, and " * 2
    titles = ("New terms 2026", "Spring flyer with a title that goes on over the end of its line")
    return HandList(
        run="R000007",
        batch="R000007-B03",
        client="Nordlys Kraft AS",
        envelope="c4",
        fold="flat",
        reprint=True,
        pieces=tuple(
            HandPiece(
                order=n,
                piece=f"P{n:08d}",
                copy=2,
                lines=(
                    "Åse Øverås",
                    "c/o Λεωνίδας Papadopoulos-Østergård og datter, avd. for innkjøp",
                    "0155 OSLO",
                ),
                envelope="c4",
                sheets=30 + n,
                inserts=titles if n % 2 else (),
                tray=f"R000007-T{n:02d}, Oslo" if n % 3 else "",
                product="norway-example/single, large" if n % 3 else "",
                weight="181.2 g, 4.1 mm thick",
                why=why,
            )
            for n in range(1, pieces + 1)
        ),
    )


def test_the_hand_list_tells_each_piece_and_stays_within_its_edges(tmp_path: Path) -> None:
    path, again = tmp_path / "list.pdf", tmp_path / "again.pdf"
    write_hand_list(path, hand_list(12))
    write_hand_list(again, hand_list(12))
    assert path.read_bytes() == again.read_bytes()
    text = " ".join(" ".join(pages(path)).split())
    assert "R000007-B03" in text
    assert "mailroom run fill R000007 --who" in text
    for n in range(1, 13):
        assert f"P{n:08d}" in text
    for said in ("Åse Øverås", "New terms 2026", "R000007-T01, Oslo", "norway-example/single, large", "By hand"):
        assert said in text
    assert len(pages(path)) > 1
    for page in boxes(path):
        for left, bottom, right, top in page:
            assert left >= LEFT - 1
            assert right <= RIGHT + 1
            assert top <= TOP + 1
            assert bottom > 0


def test_the_words_of_the_hand_list_can_be_scanned(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    write_hand_list(path, hand_list(1))
    document = pypdfium2.PdfDocument(path)
    picture = document[0].render(scale=300 / 72).to_pil()
    document.close()
    assert {code.text for code in zxingcpp.read_barcodes(picture)} == {DONE, SPOILED}
