"""Subsets cut as bytes hold the outlines that a library finds in the whole font, and nothing else."""

from __future__ import annotations

import logging
import struct
from functools import cache
from io import BytesIO

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.errors import LayoutError
from layouts.fonts import FontFace, default_fonts
from layouts.subset import TABLES, subset

FACES = ("light", "regular", "semibold", "bold", "italic", "ocr-b")
Outline = tuple[list[tuple[int, int]], list[int], list[int]]


@cache
def tables_of(style: str) -> dict[str, bytes]:
    reader = whole(style).reader
    return {tag: reader[tag] for tag in TABLES}


@cache
def whole(style: str) -> TTFont:
    return TTFont(BytesIO(default_fonts().by_style(style)._data))


def outline(font: TTFont, glyph: int) -> Outline:
    """Points, ends of contours and flags, components in their places."""
    table = font["glyf"]
    points, ends, flags = table[font.getGlyphName(glyph)].getCoordinates(table)
    return list(points), list(ends), [flag & 1 for flag in flags]


def components(font: TTFont, glyph: int) -> set[int]:
    found = {glyph}
    drawn = font["glyf"][font.getGlyphName(glyph)]
    if drawn.isComposite():
        for each in drawn.components:
            found |= components(font, font.getGlyphID(each.glyphName))
    return found


@settings(deadline=None, max_examples=40)
@given(style=st.sampled_from(FACES), chosen=st.lists(st.integers(0, 10_000), max_size=25))
def test_wanted_glyphs_are_as_in_the_font_and_the_others_empty(style: str, chosen: list[int]) -> None:
    font = whole(style)
    wanted = {number % font["maxp"].numGlyphs for number in chosen}
    small = TTFont(BytesIO(subset(tables_of(style), wanted)), checkChecksums=2)
    kept = set().union(*(components(font, glyph) for glyph in {0, *wanted}))
    assert small["maxp"].numGlyphs == max(kept) + 1
    assert sorted(small.reader.keys()) == sorted(TABLES)
    for glyph in range(max(kept) + 1):
        name, names = small.getGlyphName(glyph), font.getGlyphName(glyph)
        if glyph in kept:
            assert outline(small, glyph) == outline(font, glyph)
            assert small["hmtx"][name] == font["hmtx"][names]
        else:
            assert outline(small, glyph) == ([], [], [])
            assert small["hmtx"][name] == (0, 0)


@pytest.mark.parametrize("style", FACES)
def test_a_whole_face_loses_its_hinting_alone(style: str, caplog: pytest.LogCaptureFixture) -> None:
    font = whole(style)
    count = font["maxp"].numGlyphs
    small = TTFont(BytesIO(subset(tables_of(style), range(count))))
    with caplog.at_level(logging.WARNING, logger="fontTools"):
        assert all(outline(small, glyph) == outline(font, glyph) for glyph in range(count))
    assert not caplog.records, "the library finds bytes that belong to no glyph"
    assert not any(
        getattr(small["glyf"][name], "program", None) and small["glyf"][name].program.getBytecode()
        for name in small.getGlyphOrder()
    )
    assert small["head"].unitsPerEm == font["head"].unitsPerEm
    assert small["post"].formatType == 3


def test_the_same_glyphs_give_the_same_bytes() -> None:
    assert subset(tables_of("regular"), [9, 5, 7]) == subset(tables_of("regular"), {7, 9, 5})


def test_a_glyph_that_the_font_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="no glyph 60000"):
        subset(tables_of("regular"), [60_000])


@pytest.mark.parametrize("damage", ["glyf", "loca", "maxp", "hhea", "head"])
def test_damaged_tables_are_refused(damage: str) -> None:
    """A table that ends too early can't be read past its end."""
    tables = {**tables_of("regular"), damage: tables_of("regular")[damage][:3]}
    with pytest.raises((ValueError, IndexError, struct.error)):
        subset(tables, [5])


def test_a_font_whose_outlines_are_cut_is_named() -> None:
    data = bytearray(default_fonts().by_style("italic")._data)
    font = TTFont(BytesIO(bytes(data)))
    at = font.reader.tables["glyf"].offset
    places = font["loca"].locations
    glyph = font.getGlyphID("A")
    data[at + places[glyph] : at + places[glyph] + 2] = b"\x7f\xff"
    with pytest.raises(LayoutError, match="E4014"):
        FontFace(bytes(data), "mine.ttf").subset([glyph])
