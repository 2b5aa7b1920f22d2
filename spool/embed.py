"""Fonts in a print file: each once, with only the glyphs that the file shows, readable as text by any viewer."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence

from layouts.fonts import FontFace
from spool.pdf import DEFLATED, PdfFile, name, number

_ENTRIES_A_BLOCK = 100  # ISO 32000-1, 9.7.5.4: a CMap block holds at most 100 entries.
_CMAP = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
%bendcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def embed_font(pdf: PdfFile, face: FontFace, glyphs: Iterable[int]) -> int:
    """Write a composite font whose character codes are the glyph ids of the font file; returns its object number.

    The same glyphs give the same bytes, whatever their order.
    """
    shown = sorted(set(glyphs))
    base_name = name(f"{_tag(face.resource_name, shown)}+{face.ps_name}")
    program = face.subset(shown)
    file = pdf.add_stream(DEFLATED + b"/Length1 %d" % len(program), zlib.compress(program, 9))
    descriptor = pdf.add(_descriptor(face, base_name, file))
    descendant = pdf.add(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont%b/CIDToGIDMap/Identity/FontDescriptor %d 0 R/W%b"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
        % (base_name, descriptor, widths(face, shown))
    )
    to_unicode = pdf.add_stream(DEFLATED, zlib.compress(to_unicode_map(face, shown), 9))
    return pdf.add(
        b"<</Type/Font/Subtype/Type0/BaseFont%b/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (base_name, descendant, to_unicode)
    )


def widths(face: FontFace, glyphs: Sequence[int]) -> bytes:
    """The `/W` array of rising `glyphs`, in 1/1000 em: neighbours share one list."""
    runs: list[list[int]] = []
    for glyph in glyphs:
        if runs and runs[-1][-1] == glyph - 1:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    written = [b"%d[%b]" % (run[0], b" ".join(b"%d" % face.advance(glyph) for glyph in run)) for run in runs]
    return b"[" + b"".join(written) + b"]"


def to_unicode_map(face: FontFace, glyphs: Sequence[int]) -> bytes:
    """The CMap from glyph ids to the characters they stand for; a glyph that stands for none is left out."""
    named = [(glyph, character) for glyph in glyphs if (character := face.unicode_of(glyph))]
    blocks = []
    for at in range(0, len(named), _ENTRIES_A_BLOCK):
        block = named[at : at + _ENTRIES_A_BLOCK]
        blocks.append(b"%d beginbfchar\n" % len(block))
        blocks += [b"<%04X> <%b>\n" % (glyph, _utf16(character)) for glyph, character in block]
        blocks.append(b"endbfchar\n")
    return _CMAP % b"".join(blocks)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be").hex().upper().encode()


def _tag(resource_name: str, glyphs: Sequence[int]) -> str:
    """Six capitals that differ between subsets of one font (ISO 32000-1, 9.6.4)."""
    digest = hashlib.sha256(f"{resource_name}{glyphs}".encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _descriptor(face: FontFace, base_name: bytes, file: int) -> bytes:
    told = face.descriptor
    box = b" ".join(b"%d" % edge for edge in told.bbox)
    return (
        b"<</Type/FontDescriptor/FontName%b/Flags %d/FontBBox[%b]/ItalicAngle %b/Ascent %d/Descent %d/CapHeight %d"
        b"/XHeight %d/StemV %d/FontFile2 %d 0 R>>"
        % (
            base_name,
            told.flags,
            box,
            number(told.italic_angle),
            told.ascent,
            told.descent,
            told.cap_height,
            told.x_height,
            told.stem_v,
            file,
        )
    )
