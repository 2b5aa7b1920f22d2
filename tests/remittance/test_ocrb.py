"""The OCR-B face: its dimensions at size I, what it covers, and that the shipped file is the one the strokes make."""

from __future__ import annotations

import pickle
from io import BytesIO
from math import hypot
from pathlib import Path

import numpy as np
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from layouts import fonts
from layouts.errors import LayoutError
from layouts.fonts import OCR_B_FILE, default_fonts
from layouts.geometry import PT_PER_MM
from layouts.remittance.denmark import fik_line
from layouts.remittance.ocrb import SIZE_PT, font_bytes, read_strokes
from layouts.remittance.strokes import outlines

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARKS = "+<>#*,-./|"
MM = PT_PER_MM / SIZE_PT
"""Millimetres to em at size I."""


@pytest.fixture(scope="module")
def font() -> TTFont:
    return TTFont(OCR_B_FILE)


def ink_mm(font: TTFont, char: str) -> tuple[float, float, float, float]:
    glyphs = font.getGlyphSet()
    pen = BoundsPen(glyphs)
    glyphs[font.getBestCmap()[ord(char)]].draw(pen)
    scale = 1 / (MM * font["head"].unitsPerEm)
    left, bottom, right, top = (float(one) * scale for one in pen.bounds)
    return left, bottom, right, top


def drawn(text: str, px_per_mm: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    face = ImageFont.truetype(BytesIO(OCR_B_FILE.read_bytes()), px_per_mm / MM)
    image = Image.new("L", (round(2.54 * px_per_mm * len(text)), round(4 * px_per_mm)), 0)
    ImageDraw.Draw(image).text((0, 3 * px_per_mm), text, font=face, fill=255, anchor="ls")
    return np.asarray(image) > 127


def test_ten_characters_are_an_inch_at_size_one() -> None:
    face = default_fonts().by_style("ocr-b")
    assert face.width_pt("0123456789", SIZE_PT) == pytest.approx(72, abs=1e-9)
    assert {face.width_pt(char, SIZE_PT) for char in DIGITS + CAPITALS + MARKS + " \u00a0"} == {
        face.width_pt("0", SIZE_PT)
    }


@pytest.mark.parametrize("char", DIGITS)
def test_digits_are_as_high_as_the_standard_has_them_and_stand_on_the_baseline(font: TTFont, char: str) -> None:
    left, bottom, right, top = ink_mm(font, char)
    assert bottom == pytest.approx(0, abs=0.06)
    assert top == pytest.approx(2.75, abs=0.06)
    assert 0.3 < left < right < 2.24


@pytest.mark.parametrize("char", CAPITALS)
def test_capitals_are_lower_than_digits(font: TTFont, char: str) -> None:
    left, bottom, right, top = ink_mm(font, char)
    assert bottom == pytest.approx(0, abs=0.06)
    assert top == pytest.approx(2.55, abs=0.06)
    assert 0.3 < left < right < 2.24


def test_neighbours_never_touch(font: TTFont) -> None:
    for char in DIGITS + CAPITALS + MARKS:
        left, _, right, _ = ink_mm(font, char)
        assert left > 0.35
        assert 2.54 - right > 0.35


def test_strokes_are_0_35_mm_wide_wherever_they_are_cut() -> None:
    px_per_mm = 100
    one = drawn("1", px_per_mm)
    upright = one[3 * px_per_mm - 100].sum()
    assert upright == pytest.approx(35, abs=1)
    zero = drawn("0", px_per_mm)[round(3 * px_per_mm - 1.375 * px_per_mm)]
    assert zero.sum() == pytest.approx(70, abs=2)


def test_counters_stay_open_and_joins_leave_no_holes() -> None:
    counters = {"0": 1, "4": 0, "6": 1, "8": 2, "9": 1, "A": 1, "B": 2, "#": 1, "+": 0, "-": 0, ".": 0, ",": 0, "M": 0}
    for char, expected in counters.items():
        assert holes(drawn(char, 30)) == expected, char


def holes(ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """Areas of paper that ink encloses."""
    paper = Image.fromarray(np.where(np.pad(ink, 1), 255, 0).astype(np.uint8)).copy()
    areas = 0
    for y, x in np.argwhere(np.asarray(paper) == 0).tolist():
        if paper.getpixel((x, y)) == 0:
            ImageDraw.floodfill(paper, (x, y), 128)
            areas += 1
    return areas - 1


def test_the_face_sets_every_code_line() -> None:
    face = default_fonts().by_style("ocr-b")
    for line in (fik_line("71", "67097535", "85799665"), "# 665760 # 1800 00 2 > 9912346#41#", "12345678- < 9 >", "H"):
        assert len(face.encode(line)) == 2 * len(line)
    with pytest.raises(LayoutError, match="E4030"):
        face.encode("a")


def test_the_face_describes_itself_as_of_fixed_pitch() -> None:
    face = default_fonts().by_style("ocr-b")
    assert face.ps_name == "MailroomOCR-B"
    assert face.descriptor.flags & 1
    assert face.descriptor.cap_height == pytest.approx(1000 * 2.55 * MM, abs=1)
    assert face.descriptor.descent < 0 < face.descriptor.cap_height < face.descriptor.ascent
    assert pickle.loads(pickle.dumps(face)).resource_name == face.resource_name
    assert default_fonts().by_style("ocr-b") is face


def test_a_subset_keeps_the_outlines_of_its_characters(font: TTFont) -> None:
    face = default_fonts().by_style("ocr-b")
    gids = [face.gid_of[char] for char in "+71<"]
    small = TTFont(BytesIO(face.subset(gids)))
    assert len(small.getGlyphOrder()) == max(gids) + 1
    for gid, (kept_name, name) in enumerate(zip(small.getGlyphOrder(), font.getGlyphOrder(), strict=False)):
        kept = small["glyf"][kept_name]
        assert (kept.numberOfContours > 0) == (gid in gids)
        if gid in gids:
            assert list(kept.coordinates) == list(font["glyf"][name].coordinates)


def test_the_shipped_file_is_the_one_that_the_strokes_make(font: TTFont) -> None:
    made = TTFont(BytesIO(font_bytes(read_strokes())))
    assert made.getBestCmap() == font.getBestCmap()
    assert made["hmtx"].metrics == font["hmtx"].metrics
    for name in font.getGlyphOrder():
        pens = [DecomposingRecordingPen(one.getGlyphSet()) for one in (made, font)]
        for pen, one in zip(pens, (made, font), strict=True):
            one.getGlyphSet()[name].draw(pen)
        assert pens[0].value == pens[1].value, name


def test_the_same_strokes_give_the_same_bytes() -> None:
    strokes = read_strokes()
    assert font_bytes(strokes) == font_bytes(strokes)


def test_a_missing_font_file_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "OCR_B_FILE", tmp_path / "ocrb.ttf")
    with pytest.raises(LayoutError, match="E4010"):
        default_fonts.__wrapped__()


HEAD = (
    'format = 1\nname = "X"\nsize_pt = 12\npitch_mm = 2.54\nstroke_mm = 0.35\nheight_mm = 2.4\n'
    "capital_height_mm = 2.2\n[strokes]\n"
)


@pytest.mark.parametrize(
    "stroke",
    [
        '"1" = ["M 0 0"]',
        '"1" = ["L 0 0 L 1 1"]',
        '"1" = ["M 0 0 Q 1 1"]',
        '"1" = ["M 0 0 L 1"]',
        '"1" = ["M 0 0 C 1 1 2 2"]',
        '"1" = ["M 0 0 L 1 one"]',
        '"1" = []',
        '"10" = ["M 0 0 L 1 1"]',
    ],
)
def test_a_stroke_that_does_not_read_is_refused_with_its_line(tmp_path: Path, stroke: str) -> None:
    path = tmp_path / "strokes.toml"
    path.write_text(HEAD + stroke)
    with pytest.raises(LayoutError) as caught:
        read_strokes(path)
    assert caught.value.code == "E4012"
    assert "line 9" in caught.value.place


coordinates = st.floats(-2, 2).map(lambda value: round(value, 2))


@given(coordinates, coordinates, coordinates, coordinates)
def test_every_point_of_a_lines_outline_is_half_a_stroke_away_from_it(
    x0: float, y0: float, x1: float, y1: float
) -> None:
    if hypot(x1 - x0, y1 - y0) < 0.05:
        return
    [outline] = outlines(f"M {x0} {y0} L {x1} {y1}", 0.35)
    for _, (x, y) in outline.curves:
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / hypot(x1 - x0, y1 - y0) ** 2
        along = min(max(along, 0), 1)
        distance = hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
        assert distance == pytest.approx(0.175, abs=1e-6)


def test_a_corner_cuts_a_path_and_a_smooth_join_does_not() -> None:
    assert len(outlines("M 0 0 L 1 0 L 1 1", 0.35)) == 2
    assert len(outlines("M 0 0 L 1 0 C 1.5 0 2 0.5 2 1", 0.35)) == 1
