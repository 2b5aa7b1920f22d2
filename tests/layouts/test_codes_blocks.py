"""Codes in boxes and in the flow, with captions, and left out where they can't be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layouts.codes.encode import SYMBOLOGIES
from layouts.errors import LayoutError
from layouts.fonts import FontSet
from layouts.geometry import PT_PER_MM
from layouts.typeset import PageProgram
from tests.layouts.small import AREAS, content, document, program_of, said, words

PLACED = re.compile(r"q 0 g ([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm")
LIKELY = {"ean13": "400638133393", "ean8": "7351353", "itf": "123456", "imb": "01234567094987654321"}


def code(symbology: str = "qr", more: str = "", width_mm: float = 40, height_mm: float = 40) -> str:
    return f"""
[boxes.code]
on = "first"
box = {{ x_mm = 20, y_mm = 10, width_mm = {width_mm}, height_mm = {height_mm} }}
type = "code"
symbology = "{symbology}"
text = "{{title}}"
{more}
"""


def drawn(program: PageProgram, title: str) -> list[tuple[float, float, float, float]]:
    """(left, top, width, height) of each code on the first page, in millimetres."""
    pages = program.typeset(document(title), "en")
    found = []
    for match in PLACED.finditer(content(pages)):
        width_pt, height_pt, left_pt, foot_pt = map(float, match.groups())
        top_pt = pages.height_pt - foot_pt - height_pt
        found.append(tuple(round(value / PT_PER_MM, 2) for value in (left_pt, top_pt, width_pt, height_pt)))
    return found  # type: ignore[return-value]


def test_a_matrix_code_stands_in_its_box_with_its_quiet_zone(tmp_path: Path, fonts: FontSet) -> None:
    ((left_mm, top_mm, width_mm, height_mm),) = drawn(program_of(tmp_path, fonts, code()), "HELLO")
    # Version 1: 21 modules, and 4 of white on each side: 40 mm / 29.
    module_mm = 40 / 29
    assert (width_mm, height_mm) == (pytest.approx(21 * module_mm, abs=0.02), pytest.approx(width_mm, abs=0.02))
    assert (left_mm, top_mm) == (
        pytest.approx(20 + 4 * module_mm, abs=0.02),
        pytest.approx(10 + 4 * module_mm, abs=0.02),
    )


def test_a_linear_code_is_as_high_as_told_and_as_wide_as_its_place(tmp_path: Path, fonts: FontSet) -> None:
    more = "height_mm = 12\nwidth_mm = 60"
    ((left_mm, top_mm, width_mm, height_mm),) = drawn(program_of(tmp_path, fonts, code("code128", more, 80)), "AB12")
    assert height_mm == pytest.approx(12, abs=0.02)
    assert top_mm == pytest.approx(10, abs=0.02)
    assert left_mm - 20 == pytest.approx(80 - (left_mm - 20) - width_mm - 20, abs=0.05)


@pytest.mark.parametrize("symbology", sorted(set(SYMBOLOGIES) - {"mailmark", "mailmark2d", "auspost"}))
def test_every_code_can_be_asked_for_by_name(tmp_path: Path, fonts: FontSet, symbology: str) -> None:
    program = program_of(tmp_path, fonts, code(symbology, "least_module_mm = 0.1", 170))
    assert (
        len(drawn(program, LIKELY.get(symbology, "1231FZ13XHS" if symbology in ("kix", "rm4scc") else "ABC123"))) == 1
    )


def test_an_empty_text_leaves_the_code_out_with_its_caption(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, code(more='caption = "Scan"\ncaption_style = "body"'))
    assert drawn(program, "") == []
    assert words(program, document("")) == [[]]


def test_a_code_too_dense_is_refused_or_left_out_as_the_layout_says(tmp_path: Path, fonts: FontSet) -> None:
    long = "https://nord.example/" + "x" * 600
    with pytest.raises(LayoutError, match=r"E4063 \d+ modules.* in 20\.0 mm are 0\.\d+ mm each, 0\.4 mm can"):
        drawn(program_of(tmp_path, fonts, code(more="least_module_mm = 0.4", width_mm=20)), long)
    more = 'least_module_mm = 0.4\ntoo_dense = "leave-out"\ncaption = "Scan"\ncaption_style = "body"'
    program = program_of(tmp_path, fonts, code(more=more, width_mm=20))
    assert drawn(program, long) == []
    assert words(program, document(long)) == [[]]
    assert len(drawn(program, "short")) == 1


def test_a_caption_stands_under_the_code_in_its_middle_and_takes_its_room(tmp_path: Path, fonts: FontSet) -> None:
    flow = code(more='height_mm = 20\ncaption = "Scan {subject}"\ncaption_style = "body"')
    flow = re.sub(r"on = .*\nbox = .*\n", "", flow.replace("boxes.code", "flow.code"))
    after = '[flow.after]\ntype = "text"\nstyle = "body"\ntexts = [{ text = "after" }]\n'
    program = program_of(tmp_path, fonts, AREAS, flow, after)
    caption, below = said(program, program.typeset(document("A", subject="me"), "en"))
    ((left_mm, top_mm, width_mm, height_mm),) = drawn(program, "A")
    assert (caption.text, below.text) == ("Scan me", "after")
    assert caption.y_mm > top_mm + height_mm
    assert caption.x_mm + caption.width_mm / 2 == pytest.approx(left_mm + width_mm / 2, abs=0.05)
    assert below.y_mm - caption.y_mm == pytest.approx(5, abs=0.02)


def test_a_caption_that_the_box_has_no_room_for_is_refused(tmp_path: Path, fonts: FontSet) -> None:
    more = 'height_mm = 38\ncaption = "{subject}"\ncaption_style = "body"'
    program = program_of(tmp_path, fonts, code(more=more))
    with pytest.raises(LayoutError, match=r"E4037 .* the box 'code' is 40 mm high"):
        words(program, document("A", subject="Scan"))


def test_what_a_code_cannot_say_is_refused_at_its_place(tmp_path: Path, fonts: FontSet) -> None:
    program = program_of(tmp_path, fonts, code("ean13", width_mm=60))
    with pytest.raises(LayoutError, match="E4060") as caught:
        drawn(program, "ABC")
    assert "boxes.code.text" in caught.value.place


@pytest.mark.parametrize(
    ("symbology", "more", "fact"),
    [
        ("qrcode", "", "there is no code 'qrcode'"),
        ("qr", "options = { colour = 1 }", "'qr' has no option 'colour'"),
        ("qr", 'options = { level = "X" }', "option 'level' of 'qr' is 'X'"),
    ],
)
def test_an_unknown_code_or_option_is_refused_when_the_layout_is_checked(
    tmp_path: Path, fonts: FontSet, symbology: str, more: str, fact: str
) -> None:
    program = program_of(tmp_path, fonts, code(symbology, more))
    with pytest.raises(LayoutError) as caught:
        program.check("en", "")
    assert (caught.value.code, fact in caught.value.message) == ("E4062", True)
    assert "small.toml, line" in caught.value.place
