"""Proofs, looked at by their pixels and by what the PDF says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from layouts.contact_sheet import contact_sheet
from layouts.envelope import load_envelope
from layouts.envelope_view import draw_envelope
from layouts.finding import Finding
from layouts.geometry import Box
from layouts.overlay import BAD, Area, Badge, Stroke, Words, broken, paint, text_width_mm
from layouts.preflight import Preflight
from layouts.proof import PANEL_MM, draw_proof, write_proof_pdf
from tests.layouts.test_preflight_pages import ADDRESS, MARKS, PLAIN

C5 = load_envelope("c5")
PX = 4  # pixels a millimetre


def page(*inks: Box) -> Image.Image:
    picture = Image.new("RGB", (210 * PX, 297 * PX), "white")
    draw = ImageDraw.Draw(picture)
    for ink in inks:
        draw.rectangle((ink.x_mm * PX, ink.y_mm * PX, ink.right_mm * PX - 1, ink.bottom_mm * PX - 1), fill="black")
    return picture


def reds(picture: Image.Image) -> int:
    return int((np.asarray(picture.convert("RGB")) == BAD).all(axis=2).sum())


def test_a_proof_is_the_page_with_a_legend_beside_it() -> None:
    before = page(ADDRESS.box)
    untouched = before.tobytes()
    proof = draw_proof(before, PLAIN, C5, MARKS)
    assert before.tobytes() == untouched
    assert proof.size == ((210 + round(PANEL_MM)) * PX, 297 * PX)
    assert reds(proof) == 0


def test_ink_where_a_finding_points_at_is_red_and_other_ink_stays_black() -> None:
    good, bad = Box(30, 150, 20, 10), Box(30, 200, 20, 10)
    finding = Finding("ink-in-clear-zone", "stain", 4, "a stain", page=1, place=Box(30, 200, 10, 10))
    proof = draw_proof(page(good, bad), PLAIN, C5, findings=[finding])
    assert proof.getpixel((45 * PX, 205 * PX)) == (0, 0, 0)
    assert proof.getpixel((40 * PX, 155 * PX)) == (0, 0, 0)
    red, green, blue = np.asarray(proof)[203 * PX : 207 * PX, 34 * PX : 38 * PX].reshape(-1, 3).mean(axis=0)
    assert red > 170
    assert green < 40
    assert blue < 70


def test_a_later_page_shows_its_own_findings_and_no_window() -> None:
    pages = [[ADDRESS], [ADDRESS._replace(name="stain", box=Box(10, 100, 20, 20))]]
    findings = Preflight(PLAIN, [C5], MARKS).check(pages)
    assert {one.page for one in findings} == {2}
    blank = page()
    first = draw_proof(blank, PLAIN, C5, MARKS, findings=findings)
    second = draw_proof(blank, PLAIN, C5, MARKS, page_kind="continuation", page=2, findings=findings)
    assert reds(first) == 0
    assert reds(second) > 100
    window_edge = (round((15 - 9.5) * PX), round((60 - 6.75) * PX))
    assert first.getpixel(window_edge) != second.getpixel(window_edge)


def test_findings_of_another_envelope_are_not_drawn() -> None:
    finding = Finding("ink-visible", "note", 4, "a note", "c4", 1, Box(30, 60, 10, 10))
    assert reds(draw_proof(page(), PLAIN, C5, findings=[finding])) == 0
    assert reds(draw_proof(page(), PLAIN, load_envelope("c4"), findings=[finding])) > 50


def test_more_findings_than_the_legend_holds_are_counted() -> None:
    many = [Finding("margin", f"box {n}", n, f"box {n} reaches {n} mm into the margin") for n in range(90)]
    proof = draw_proof(page(), PLAIN, C5, findings=many)
    assert proof.size[1] == 297 * PX


def test_the_pdf_proof_keeps_the_page_as_text_and_says_the_findings(tmp_path: Path) -> None:
    source, target = tmp_path / "page.pdf", tmp_path / "proof.pdf"
    canvas = Canvas(str(source), pagesize=(595.28, 841.89))
    for text in ("first", "Kari Nordmann"):
        canvas.drawString(60, 700, text)
        canvas.showPage()
    canvas.save()
    finding = Finding("margin", "foot", 3, "the foot is in the margin", page=2, place=Box(20, 280, 50, 5))
    write_proof_pdf(source, target, PLAIN, C5, MARKS, page_kind="last", page=2, findings=[finding])
    again = tmp_path / "again.pdf"
    write_proof_pdf(source, again, PLAIN, C5, MARKS, page_kind="last", page=2, findings=[finding])
    assert target.read_bytes() == again.read_bytes()
    document = pypdfium2.PdfDocument(target)
    try:
        assert len(document) == 1
        width_pt, height_pt = document[0].get_size()
        text_page = document[0].get_textpage()
        text = text_page.get_text_range()
        text_page.close()
        picture = document[0].render(scale=PX * 25.4 / 72).to_pil()
    finally:
        document.close()
    assert (width_pt, height_pt) == pytest.approx(((210 + PANEL_MM) * 72 / 25.4, 297 * 72 / 25.4), abs=0.01)
    assert "Kari Nordmann" in text
    assert "first" not in text
    assert "the foot is in the margin" in " ".join(text.split())
    assert reds(picture) > 50


def test_the_envelope_shows_the_page_in_its_window_and_nowhere_else() -> None:
    dark = page(Box(0, 0, 210, 297))
    view = np.asarray(draw_envelope(dark, PLAIN, C5, width_px=245 * PX).convert("L"))
    # The envelope's corner stands at (8, 12) mm.
    window = C5.window.moved(8, 12)
    rows = slice(int(window.y_mm + 1) * PX, int(window.bottom_mm - 1) * PX)
    inside = view[rows, int(window.x_mm + 1) * PX : int(window.right_mm - 1) * PX]
    assert inside.max() == 0
    below = view[round((12 + 100) * PX) : round((12 + 130) * PX), 30 * PX : 200 * PX]
    assert below.min() > 200


def test_the_envelope_shows_the_back_of_a_panel_that_stands_out() -> None:
    high = dataclasses.replace(
        C5, fold="half", folds_mm=(130.0,), outside_height_mm=180, inside_height_mm=178, window=Box(15, 10, 105, 45)
    )
    halves = Image.new("RGB", (420, 594), (255, 0, 0))
    halves.paste((0, 0, 255), (210, 0, 420, 594))
    seen = np.asarray(draw_envelope(page(), PLAIN, high, back_image=halves, width_px=980))
    red, blue = (int((seen == colour).all(axis=2).sum()) for colour in ((255, 0, 0), (0, 0, 255)))
    # The back is turned by half a turn: its right half lies at the left, where most of the window is.
    assert blue > 10_000 > red > 100


def test_an_address_out_of_view_makes_the_window_red() -> None:
    assert reds(draw_envelope(page(), PLAIN, C5)) == 0
    assert reds(draw_envelope(page(), PLAIN, load_envelope("gb-c5"))) > 500
    assert reds(draw_envelope(page(), PLAIN, C5, {"mark": Box(50, 60, 5, 5)})) > 500


def test_a_contact_sheet_has_its_pictures_in_rows() -> None:
    pictures = [(f"picture {n}", Image.new("RGB", (100, 50), (n, 0, 0))) for n in range(1, 6)]
    sheet = contact_sheet(pictures, 2, cell_px=200, gap_px=10)
    assert sheet.size == (2 * 210 + 10, 3 * (100 + 22 + 10) + 10)
    assert sheet.getpixel((110, 60)) == (1, 0, 0)
    assert sheet.getpixel((320, 60)) == (2, 0, 0)
    assert sheet.getpixel((110, 60 + 2 * 132)) == (5, 0, 0)
    with pytest.raises(ValueError, match="needs pictures"):
        contact_sheet([], 2)


def test_text_is_broken_between_words_and_measured_as_it_is_drawn() -> None:
    text = "up to 14.5 mm of the address can be hidden by the window's edge"
    lines = broken(text, 40, 2.7)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(text_width_mm(line, 2.7) <= 40 for line in lines)
    assert broken("Donaudampfschifffahrtsgesellschaft", 5, 2.7) == ["Donaudampfschifffahrtsgesellschaft"]


def test_shapes_stand_where_they_were_asked_to() -> None:
    blank = Image.new("RGB", (400, 400), "white")
    shapes = (
        Area(Box(10, 10, 20, 20), fill=(0, 0, 255), opacity=0.5),
        Stroke(0, 50, 100, 50, (0, 128, 0), 1.0),
        Badge(80, 20, "7", (255, 0, 0), 5),
        Words(50, 80, "middle", (0, 0, 0), 5, align="centre"),
        Area(Box(90, 90, 50, 50), fill=(9, 9, 9)),
    )
    picture = paint(blank, shapes, PX)
    assert picture.getpixel((80, 80)) in {(127, 127, 255), (128, 128, 255)}
    assert picture.getpixel((200, 200)) == (0, 128, 0)
    assert picture.getpixel((80 * PX + 14, 20 * PX - 10)) == (255, 0, 0)
    dark = np.argwhere(np.asarray(picture.convert("L"))[80 * PX : 86 * PX, :340] < 100)[:, 1]
    assert abs((dark.min() + dark.max()) / 2 - 200) < 3
    assert picture.getpixel((399, 399)) == (9, 9, 9)
    assert blank.getpixel((200, 200)) == (255, 255, 255)
