"""Files of pages: which way each page is read, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

from omr.draw import draw_marks
from omr.errors import OmrError
from omr.explain import explain
from omr.markset import MarkSet
from omr.model import Side
from omr.pages import read_file
from omr.sheet import SheetOrders
from tests.omr.degrade import LETTER, Wear, letter, worn
from tests.omr.paper import A4_MM, pdf_of, print_file, sheet_id
from tests.omr.sets import QUADIENT_TEXT, write_set

ORDERS = SheetOrders(2, 2, 7, frozenset({1, 6}))
SCANNED = Wear(skew_deg=1.5, right_mm=1.5, paper=230, ink=40, grain=4, pepper=0.003, turned=2)


def scan(mark_set: MarkSet) -> Image.Image:
    return Image.fromarray(worn(letter(mark_set, ORDERS), 200, SCANNED, 2))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("scan.png", {"dpi": (200, 200)}),
        ("scan.jpg", {"dpi": (200, 200), "quality": 80}),
        ("scan.tif", {"dpi": (200, 200)}),
        ("none.png", {}),
        ("wrong.png", {"dpi": (72, 72)}),
        ("scan.pdf", {"resolution": 200}),
    ],
)
def test_a_scan_is_read_from_any_kind_of_file(
    tmp_path: Path, quadient: MarkSet, name: str, options: dict[str, Any]
) -> None:
    scan(quadient).save(tmp_path / name, **options)
    (reading,) = read_file(tmp_path / name, quadient)
    assert (reading.page, reading.problems, reading.sheet) == (1, (), sheet_id(ORDERS))
    assert reading.pose is not None
    assert (reading.pose.turned_deg, reading.pose.skew_deg) == (180, pytest.approx(1.5, abs=0.15))
    assert len(reading.seen) == 15


@pytest.mark.parametrize("mode", ["1", "RGB", "RGBA", "P", "I;16", "CMYK"])
def test_the_colours_of_an_image_do_not_matter(tmp_path: Path, quadient: MarkSet, mode: str) -> None:
    page = Image.fromarray(letter(quadient, ORDERS))
    if mode == "RGBA":
        clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
        clear.putalpha(page.point(lambda value: 255 - value))
        page = clear
    elif mode == "I;16":
        page = Image.fromarray(np.asarray(page, dtype=np.uint16) * 257)
    else:
        page = page.convert(mode)
    page.save(tmp_path / "scan.tif", dpi=(200, 200))
    (reading,) = read_file(tmp_path / "scan.tif", quadient)
    assert (reading.problems, reading.sheet) == ((), sheet_id(ORDERS))


def test_every_page_of_a_tiff_is_read_and_backs_are_passed_over(tmp_path: Path, quadient: MarkSet) -> None:
    blank = Image.new("L", scan(quadient).size, 255)
    scan(quadient).save(tmp_path / "scans.tif", save_all=True, append_images=[blank], dpi=(200, 200))
    assert [reading.page for reading in read_file(tmp_path / "scans.tif", quadient)] == [1, 2]
    (front,) = read_file(tmp_path / "scans.tif", quadient, sides="two-sided-long-edge")
    assert (front.page, front.problems) == (1, ())


def test_a_print_file_is_read_as_it_is_and_measured_on_demand(tmp_path: Path, quadient: MarkSet) -> None:
    file = print_file(tmp_path / "run.pdf", quadient, [SheetOrders(1, 2, 6), ORDERS])
    plain, measured = list(read_file(file, quadient)), list(read_file(file, quadient, measured=True))
    assert [reading.seen for reading in plain] == [(), ()]
    assert all(min(seen.confidence for seen in reading.seen) > 0.7 for reading in measured)
    for one, other in zip(plain, measured, strict=True):
        assert (one.positions, one.sheet, one.problems) == (other.positions, other.sheet, other.problems)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (b"-1 0 0 -1 595.276 841.89 cm ", "the page is turned by 180°"),
        (b"1 0 0 1 0 -11.34 cm ", "the marks stand 4.0 mm too low; 1.5 mm are allowed"),
        (b"0.99939 -0.0349 0.0349 0.99939 0 0 cm ", "the print is askew by 2.0°"),
    ],
)
def test_a_print_file_that_is_not_straight_has_a_problem_which_a_scan_has_not(
    tmp_path: Path, quadient: MarkSet, matrix: bytes, words: str
) -> None:
    file = tmp_path / "run.pdf"
    file.write_bytes(pdf_of([b"q " + matrix + LETTER + draw_marks(quadient, ORDERS, sheet_id(ORDERS), *A4_MM) + b" Q"]))
    (reading,) = read_file(file, quadient)
    assert any(problem.startswith(words) for problem in reading.problems), reading.problems
    assert reading.sheet == sheet_id(ORDERS)


def test_a_set_on_the_back_is_read_from_the_backs(tmp_path: Path) -> None:
    sheet = '\n[sheet]\norigin = "top-left"\nwidth_mm = 210.0\nheight_mm = 297.0\n'
    text = QUADIENT_TEXT.replace("[column]", 'side = "back"\n' + sheet + "\n[column]", 1)
    mark_set = write_set(tmp_path, text=text)
    file = tmp_path / "run.pdf"
    marks = draw_marks(mark_set, ORDERS, sheet_id(ORDERS), *A4_MM, side=Side.BACK)
    file.write_bytes(pdf_of([LETTER, marks]))
    (reading,) = read_file(file, mark_set, sides="two-sided-long-edge")
    assert (reading.page, reading.problems) == (2, ())


def test_a_further_code_is_read_in_its_place_and_missed_when_it_is_due(tmp_path: Path) -> None:
    more = """
[codes.track]
symbology = "Code128"
read = "across"
x_mm = 120.0
y_mm = 270.0
height_mm = 8.0
module_mm = 0.3
quiet_mm = 4.0
template = "{piece:9}"
sheets = "first"
"""
    mark_set = write_set(tmp_path, text=QUADIENT_TEXT + more)
    first, last = SheetOrders(1, 2, 1), SheetOrders(2, 2, 2)
    pages = [draw_marks(mark_set, orders, sheet_id(orders), *A4_MM) for orders in (first, last)]
    file = tmp_path / "run.pdf"
    file.write_bytes(pdf_of([*pages, pages[0] + b"q 1 g 330 30 300 60 re f Q"]))
    one, two, three = read_file(file, mark_set)
    assert [code.symbology for code in one.codes] == ["DataMatrix", "Code128"]
    assert one.codes[1].text == "P00000001"
    assert (one.problems, two.problems) == ((), ())
    assert len(two.codes) == 1
    assert three.problems == ("no track that can be read",)


def test_what_was_seen_is_said_in_words(tmp_path: Path, quadient: MarkSet) -> None:
    scan(quadient).save(tmp_path / "scan.png", dpi=(200, 200))
    (reading,) = read_file(tmp_path / "scan.png", quadient)
    words = explain(reading, quadient)
    assert words[0].startswith("the page lies upside down, askew by 1.5° clockwise, 1.")
    assert words[1] == "printed: start, insert, select-1, select-6, sequence-4, sequence-2, sequence-1, safety"
    assert "the marks say: last sheet of its collation; inserts from feeder 1, 6; sequence 7" in words
    assert "parity even holds: 8 marks" in words
    assert "the code says: sheet 2 of 2 of piece P00000001, copy 1, run R000001" in words


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("none.png", None, "E5301"),
        ("text.png", b"this is no image", "E5303"),
        ("empty.pdf", b"", "E5303"),
        ("broken.pdf", b"%PDF-1.7\nbroken", "E5301"),
    ],
)
def test_a_file_that_holds_no_pages_is_refused(
    tmp_path: Path, quadient: MarkSet, name: str, content: bytes | None, code: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(OmrError) as refused:
        list(read_file(tmp_path / name, quadient))
    assert (refused.value.code, refused.value.place) == (code, str(tmp_path / name))


def test_a_cut_off_image_is_refused(tmp_path: Path, quadient: MarkSet) -> None:
    out = io.BytesIO()
    scan(quadient).save(out, "PNG", dpi=(200, 200))
    (tmp_path / "cut.png").write_bytes(out.getvalue()[:20_000])
    with pytest.raises(OmrError) as refused:
        list(read_file(tmp_path / "cut.png", quadient))
    assert refused.value.code == "E5303"


def test_an_image_of_unknown_resolution_is_refused_unless_it_is_told(tmp_path: Path, quadient: MarkSet) -> None:
    page = letter(quadient, ORDERS)[:1654]
    Image.fromarray(page).save(tmp_path / "part.png")
    with pytest.raises(OmrError) as refused:
        list(read_file(tmp_path / "part.png", quadient))
    assert refused.value.code == "E5304"
    (reading,) = read_file(tmp_path / "part.png", quadient, dpi=200)
    assert reading.sheet == sheet_id(ORDERS)


def test_an_image_too_large_is_refused(tmp_path: Path, quadient: MarkSet) -> None:
    Image.new("1", (12_000, 11_000)).save(tmp_path / "huge.png")
    with pytest.raises(OmrError) as refused:
        list(read_file(tmp_path / "huge.png", quadient))
    assert refused.value.code == "E5305"


def test_a_page_as_large_as_a_wall_is_not_drawn(tmp_path: Path, quadient: MarkSet) -> None:
    with pikepdf.open(io.BytesIO(pdf_of([b""]))) as pdf:
        pdf.pages[0].MediaBox = [0, 0, 14400, 14400]
        pdf.save(tmp_path / "wall.pdf")
    (reading,) = read_file(tmp_path / "wall.pdf", quadient)
    assert reading.problems == ("no marks", "no code that can be read")
