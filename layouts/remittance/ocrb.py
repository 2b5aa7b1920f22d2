"""OCR-B, size I: the face of the lines at the foot of payment slips that machines read.

The font file is made by us: `ocrb.toml` holds the centrelines, `font_bytes` draws a pen along them. The file that comes
out is kept beside, because stored pages name a font by the hash of its bytes, and these may differ with the version of
fontTools. `python -m layouts.remittance.ocrb` writes it anew.

At 12 points the characters have the dimensions of size I: a pitch of 2.54 mm, digits 2.4 mm high from centreline to
centreline, strokes 0.35 mm wide (ISO 1073-2:1976; ECMA-11, third edition). The foot of the ink stands on the baseline.
There are digits, capitals, + < > # * , - . / | and the space.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.reverseContourPen import ReverseContourPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph, flagOverlapSimple

from layouts.fonts import OCR_B_FILE
from layouts.geometry import PT_PER_MM
from layouts.remittance.strokes import Outline, outlines
from layouts.tomlfile import TomlTable, read_toml

SIZE_PT = 12.0
"""The size at which the face has the dimensions of size I."""

_STROKES_FILE = OCR_B_FILE.with_suffix(".toml")
_UNITS_PER_EM = 2000
_MADE = 3_850_000_000
"""The font's date, in seconds since 1904: fixed, so that the same strokes give the same bytes."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """The contents of ocrb.toml: dimensions in millimetres at `size_pt`, and per character the outlines of its pen."""

    name: str
    size_pt: float
    pitch_mm: float
    stroke_mm: float
    height_mm: float
    capital_height_mm: float
    outlines: dict[str, tuple[Outline, ...]]

    def units(self, length_mm: float) -> int:
        """A length in font units."""
        return round(length_mm * PT_PER_MM * _UNITS_PER_EM / self.size_pt)


def read_strokes(path: Path = _STROKES_FILE) -> Strokes:
    """The centrelines of a file, as outlines. Raises LayoutError E4010 to E4013, with the line of a wrong stroke."""
    root, _ = read_toml(path)
    root.whole("format", least=1, most=1)
    stroke_mm = root.number("stroke_mm", least=0.05, most=2)
    table = root.table("strokes")
    drawn = dict(table.each(lambda part, char: _drawn(part, char, stroke_mm)))
    strokes = Strokes(
        name=root.text("name"),
        size_pt=root.number("size_pt", least=1, most=100),
        pitch_mm=root.number("pitch_mm", least=0.5, most=10),
        stroke_mm=stroke_mm,
        height_mm=root.number("height_mm", least=0.5, most=10),
        capital_height_mm=root.number("capital_height_mm", least=0.5, most=10),
        outlines=drawn,
    )
    root.done()
    return strokes


def font_bytes(strokes: Strokes) -> bytes:
    """A TrueType file of these strokes. The same strokes give the same bytes with one version of fontTools."""
    order = [".notdef", "space", *(f"uni{ord(char):04X}" for char in strokes.outlines)]
    characters = {ord(char): f"uni{ord(char):04X}" for char in strokes.outlines} | {0x20: "space", 0xA0: "space"}
    empty = TTGlyphPen(None).glyph()
    glyphs = {".notdef": empty, "space": empty}
    glyphs |= {f"uni{ord(char):04X}": _glyph(strokes, drawn) for char, drawn in strokes.outlines.items()}
    builder = FontBuilder(_UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(characters)
    builder.setupGlyf(glyphs)
    advance = strokes.units(strokes.pitch_mm)
    sides = {name: getattr(builder.font["glyf"][name], "xMin", 0) for name in order}
    builder.setupHorizontalMetrics({name: (advance, sides[name]) for name in order})
    ascent, descent = strokes.units(strokes.height_mm + 2 * strokes.stroke_mm), -strokes.units(3 * strokes.stroke_mm)
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable(
        {"familyName": strokes.name, "styleName": "Regular", "psName": strokes.name.replace(" ", ""), "version": "1.0"}
    )
    builder.setupOS2(
        sTypoAscender=ascent,
        sTypoDescender=descent,
        sTypoLineGap=0,
        usWinAscent=ascent,
        usWinDescent=-descent,
        sCapHeight=strokes.units(strokes.capital_height_mm + strokes.stroke_mm),
        sxHeight=0,
        usWeightClass=400,
        fsType=0,
    )
    builder.setupPost(isFixedPitch=1)
    builder.updateHead(created=_MADE, modified=_MADE)
    out = BytesIO()
    builder.font.save(out)
    return out.getvalue()


def _drawn(table: TomlTable, char: str, stroke_mm: float) -> tuple[Outline, ...]:
    paths = table.texts(char)
    try:
        if len(char) != 1 or not paths:
            raise ValueError(f"{char!r} must be one character with at least one stroke")
        return tuple(outline for path in paths for outline in outlines(path, stroke_mm))
    except ValueError as fault:
        raise table.refuse(char, str(fault), "correct the stroke") from fault


def _glyph(strokes: Strokes, drawn: tuple[Outline, ...]) -> Glyph:
    """The pen's outlines with the origin where a glyph has it: on the baseline, at the left of its pitch."""

    def placed(point: tuple[float, float]) -> tuple[int, int]:
        return strokes.units(point[0] + strokes.pitch_mm / 2), strokes.units(point[1] + strokes.stroke_mm / 2)

    drawing = TTGlyphPen(None)
    # TrueType runs clockwise around ink, the pen of strokes.py runs the other way.
    pen = ReverseContourPen(drawing)
    for outline in drawn:
        pen.moveTo(placed(outline.start))
        for control, end in outline.curves:
            pen.qCurveTo(placed(control), placed(end))
        pen.closePath()
    glyph = drawing.glyph()
    # The pieces of a character lie over one another; rasterisers that care look at this flag.
    glyph.flags[0] |= flagOverlapSimple
    return glyph


if __name__ == "__main__":
    OCR_B_FILE.write_bytes(font_bytes(read_strokes()))
