"""Fonts: widths, glyph ids, names of glyphs, subsets that keep their ids."""

from __future__ import annotations

import hashlib
import pickle
from io import BytesIO
from pathlib import Path

import font_source_sans_pro
import pytest
from fontTools.ttLib import TTFont

from layouts.errors import LayoutError
from layouts.fonts import STYLES, FontSet

FOLDER = Path(font_source_sans_pro.font_directory)


def test_a_face_is_named_by_the_hash_of_its_file(fonts: FontSet) -> None:
    digest = hashlib.sha256((FOLDER / STYLES["regular"]).read_bytes()).hexdigest()
    assert fonts.by_style("regular").resource_name == f"F{digest[:12]}"
    assert fonts.by_resource(f"F{digest[:12]}") is fonts.by_style("regular")


def test_glyph_ids_and_advances_are_those_of_the_file(fonts: FontSet) -> None:
    face = fonts.by_style("semibold")
    font = TTFont(FOLDER / STYLES["semibold"])
    for char in "Aå€ßΩЖğłŐ7":
        name = font.getBestCmap()[ord(char)]
        gid = font.getGlyphID(name)
        assert face.encode(char) == gid.to_bytes(2, "big")
        assert face.advance(gid) == font["hmtx"][name][0]
        assert face.unicode_of(gid) == char


def test_the_width_of_a_text_is_the_sum_of_its_advances(fonts: FontSet) -> None:
    face = fonts.by_style("regular")
    assert face.width_pt("0123456789", 10) == pytest.approx(10 * 4.97)
    assert face.encode("00") == face.encode("0") * 2


@pytest.mark.parametrize(("char", "name"), [("漢", "U+6F22"), ("\x07", "U+0007"), ("😀", "U+1F600"), ("א", "HEBREW")])
def test_a_missing_glyph_is_an_error_that_names_it(fonts: FontSet, char: str, name: str) -> None:
    face = fonts.by_style("regular")
    for refuse in (face.encode, face.hex, lambda text: face.width_pt(text, 9)):
        with pytest.raises(LayoutError, match="E4030") as caught:
            refuse(f"ab{char}")
        assert name in caught.value.message


def test_wide_and_narrow_spaces_are_set_as_spaces(fonts: FontSet) -> None:
    face = fonts.by_style("regular")
    assert face.width_pt("\u2009", 10) > 0
    assert face.unicode_of(face.gid_of["\u2009"]) == " "


@pytest.mark.parametrize("style", list(STYLES))
def test_a_subset_keeps_ids_and_outlines_and_drops_the_rest(fonts: FontSet, style: str) -> None:
    face = fonts.by_style(style)
    wanted = {face.gid_of[char] for char in "Faktura ÆØÅé€ 0123"}
    subset = face.subset(wanted)
    assert subset == face.subset(sorted(wanted))
    small, whole = TTFont(BytesIO(subset)), TTFont(FOLDER / STYLES[style])
    assert len(subset) < 40_000
    assert {"glyf", "head", "hhea", "hmtx", "loca", "maxp"} <= set(small.keys())
    assert not {"GSUB", "GPOS", "fpgm", "prep", "name"} & set(small.keys())
    for gid in wanted:
        kept = small["glyf"][small.getGlyphName(gid)]
        original = whole["glyf"][whole.getGlyphName(gid)]
        assert kept.numberOfContours == original.numberOfContours
        assert small["hmtx"][small.getGlyphName(gid)] == whole["hmtx"][whole.getGlyphName(gid)]
    dropped = face.gid_of["Q"]
    assert small["glyf"][small.getGlyphName(dropped)].numberOfContours == 0


def test_the_descriptor_tells_the_metrics_of_the_design(fonts: FontSet) -> None:
    regular, bold = fonts.by_style("regular").descriptor, fonts.by_style("bold").descriptor
    assert (regular.cap_height, regular.x_height) == (660, 486)
    assert regular.descent < 0 < regular.ascent
    assert regular.italic_angle == 0
    assert bold.stem_v > regular.stem_v


def test_an_unknown_style_or_hash_is_refused(fonts: FontSet) -> None:
    with pytest.raises(LayoutError, match="E4014"):
        fonts.by_style("comic")
    with pytest.raises(LayoutError, match="E4014") as caught:
        fonts.by_resource("F000000000000")
    assert "typeset the document again" in caught.value.remedy


def test_a_face_survives_the_way_to_another_process(fonts: FontSet) -> None:
    face = fonts.by_style("light")
    copy = pickle.loads(pickle.dumps(face))
    assert copy.resource_name == face.resource_name
    assert copy.encode("Å") == face.encode("Å")
