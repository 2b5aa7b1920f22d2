"""Fonts: advance widths, glyph ids, subsets. A face is bound to one file, and named by that file's hash."""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import font_source_sans_pro
from fontTools.ttLib import TTFont, TTLibError

from layouts.errors import LayoutError
from layouts.subset import TABLES, subset

STYLES = {
    "light": "SourceSansPro-Light.ttf",
    "regular": "SourceSansPro-Regular.ttf",
    "semibold": "SourceSansPro-Semibold.ttf",
    "bold": "SourceSansPro-Bold.ttf",
    "italic": "SourceSansPro-It.ttf",
}
"""The shipped faces (SIL Open Font License 1.1); each covers Latin, Greek and Cyrillic."""

STRONG, EMPHASIS = "semibold", "italic"
"""What **…** and _…_ of styled text are set in where a style doesn't say."""

OCR_B_FILE = Path(__file__).parent / "remittance" / "ocrb.ttf"
"""Our own face for lines that machines read (see `layouts.remittance.ocrb`)."""

_FIXED_PITCH, _SYMBOLIC, _ITALIC, _FORCE_BOLD = 1, 4, 64, 262144


@dataclass(frozen=True, slots=True)
class FontDescriptor:
    """What a PDF FontDescriptor says (ISO 32000-1, 9.8), in 1/1000 em; `flags` as in table 123, symbolic because
    text is set with glyph ids."""

    flags: int
    bbox: tuple[int, int, int, int]
    italic_angle: float
    ascent: int
    descent: int
    cap_height: int
    x_height: int
    stem_v: int


class FontFace:
    """One TrueType file. `hex_of` and `width_of` map a character to its glyph id (four hex digits) and its advance
    (1/1000 em); they are plain dicts because typesetting looks up every character it sets."""

    def __init__(self, data: bytes, place: str = "font") -> None:
        self._data = data
        self._place = place
        font = TTFont(BytesIO(data), lazy=True)
        self.resource_name = "F" + hashlib.sha256(data).hexdigest()[:12]
        self.ps_name = str(font["name"].getDebugName(6))
        self.units_per_em = int(font["head"].unitsPerEm)
        order: list[str] = font.getGlyphOrder()
        metrics: dict[str, tuple[int, int]] = font["hmtx"].metrics
        self._advances = [self._thousandths(metrics[name][0]) for name in order]
        glyph_ids = {name: gid for gid, name in enumerate(order)}
        characters: dict[int, str] = font.getBestCmap()
        self.gid_of = {chr(code): glyph_ids[name] for code, name in characters.items()}
        self._add_spaces()
        self.hex_of = {char: f"{gid:04x}" for char, gid in self.gid_of.items()}
        self.width_of = {char: self._advances[gid] for char, gid in self.gid_of.items()}
        self._unicode = _names_of_glyphs(self.gid_of)
        self._encoded: dict[str, bytes] = {}
        self.descriptor = self._describe(font)
        font.close()

    def encode(self, text: str) -> bytes:
        """Glyph ids, two bytes each (Identity-H). Raises LayoutError E4030 for a character the face lacks."""
        known = self._encoded.get(text)
        if known is None:
            known = bytes.fromhex(self.hex(text))
            if len(self._encoded) >= _CACHED_TEXTS:
                self._encoded.clear()
            self._encoded[text] = known
        return known

    def hex(self, text: str) -> str:
        """Glyph ids as hex digits, four each. Raises LayoutError E4030 for a character the face lacks."""
        try:
            return "".join(map(self.hex_of.__getitem__, text))
        except KeyError:
            raise self.missing(text, "text") from None

    def width_pt(self, text: str, size_pt: float) -> float:
        """The advance of a text without kerning. Raises LayoutError E4030 for a character the face lacks."""
        try:
            return sum(map(self.width_of.__getitem__, text)) * size_pt / 1000
        except KeyError:
            raise self.missing(text, "text") from None

    def missing(self, text: str, field: str, chain: Sequence[FontFace] = ()) -> LayoutError:
        """The error for a text that can't be set, naming its first character that no face of the chain has."""
        faces = chain or (self,)
        char = next(char for char in text if not any(char in face.hex_of for face in faces))
        name = unicodedata.name(char, "control character" if ord(char) < 32 else "no name")
        return LayoutError(
            "E4030",
            f"{self.ps_name} has no glyph for U+{ord(char):04X} ({name}) in {text[:60]!r}",
            place=field,
            remedy="correct the text in the source, or give the layout a font that has the character",
        )

    def advance(self, gid: int) -> int:
        """Advance width of a glyph in 1/1000 em."""
        return self._advances[gid]

    def unicode_of(self, gid: int) -> str:
        """The character a glyph stands for, for ToUnicode; "" for a glyph that no character selects."""
        return self._unicode.get(gid, "")

    def subset(self, gids: Iterable[int]) -> bytes:
        """A TrueType file with these glyphs (and .notdef and components) under their own ids; the others are empty.
        No hinting and no layout tables. The same glyphs give the same bytes. Raises LayoutError E4014 for a font whose
        outlines are damaged or no TrueType."""
        try:
            reader = TTFont(BytesIO(self._data), lazy=True).reader
            return subset({tag: reader[tag] for tag in TABLES}, gids)
        except (KeyError, ValueError, IndexError, struct.error) as fault:
            raise LayoutError(
                "E4014",
                f"the outlines of the font {self._place} can't be taken: {fault}",
                place=self._place,
                remedy="give a .ttf file with TrueType outlines",
            ) from fault

    def __reduce__(self) -> tuple[type[FontFace], tuple[bytes, str]]:
        return FontFace, (self._data, self._place)

    def _thousandths(self, units: float) -> int:
        return round(units * 1000 / self.units_per_em)

    def _add_spaces(self) -> None:
        """Spaces of other widths and hyphens that the face lacks are set as its plain space and hyphen."""
        for stands_for, chars in ((" ", _SPACES), ("-", "\u2010\u2011")):
            for char in chars:
                self.gid_of.setdefault(char, self.gid_of[stands_for])

    def _describe(self, font: TTFont) -> FontDescriptor:
        head, os2, post = font["head"], font["OS/2"], font["post"]
        italic = post.italicAngle != 0
        bold = os2.usWeightClass >= 700
        flags = _SYMBOLIC | (_FIXED_PITCH if post.isFixedPitch else 0) | (_ITALIC if italic else 0)
        return FontDescriptor(
            flags=flags | (_FORCE_BOLD if bold else 0),
            bbox=(
                self._thousandths(head.xMin),
                self._thousandths(head.yMin),
                self._thousandths(head.xMax),
                self._thousandths(head.yMax),
            ),
            italic_angle=float(post.italicAngle),
            ascent=self._thousandths(os2.sTypoAscender),
            descent=self._thousandths(os2.sTypoDescender),
            cap_height=self._thousandths(os2.sCapHeight),
            x_height=self._thousandths(os2.sxHeight),
            # The stem's width is not in a TrueType file; this is the usual estimate from the weight class.
            stem_v=round(50 + (os2.usWeightClass / 65) ** 2),
        )


_CACHED_TEXTS = 20_000
_SPACES = "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u00a0"


def _names_of_glyphs(gid_of: dict[str, int]) -> dict[int, str]:
    """Glyph id -> character. Where several select one glyph, the one that compatibility folding leaves alone (Greek mu
    before the micro sign, space before no-break space), then the lowest."""
    best: dict[int, str] = {}
    for char in sorted(gid_of, key=lambda char: (unicodedata.normalize("NFKC", char) != char, char)):
        best.setdefault(gid_of[char], char)
    return best


class FontSet:
    """The faces a layout may name, by style ("regular") and by resource name ("F…")."""

    def __init__(
        self, faces: Mapping[str, FontFace], fallbacks: Mapping[str, tuple[FontFace, ...]] | None = None
    ) -> None:
        self._by_style = dict(faces)
        self._fallbacks = dict(fallbacks or {})
        every = [*faces.values(), *(face for chain in self._fallbacks.values() for face in chain)]
        self._by_resource = {face.resource_name: face for face in every}

    @property
    def styles(self) -> tuple[str, ...]:
        return tuple(self._by_style)

    def by_style(self, style: str) -> FontFace:
        """The face of a style. Raises LayoutError E4014 for a style the set lacks."""
        if style not in self._by_style:
            raise self._no_such(style, "fonts")
        return self._by_style[style]

    def _no_such(self, style: str, place: str) -> LayoutError:
        return LayoutError(
            "E4014",
            f"there is no font style {style!r}; there are {', '.join(self._by_style)}",
            place=place,
            remedy="name one of these styles",
        )

    def chain(self, style: str) -> tuple[FontFace, ...]:
        """The faces of a style in the order they are tried. Raises LayoutError E4014 for a style the set lacks."""
        return (self.by_style(style), *self._fallbacks.get(style, ()))

    def with_files(self, chains: Mapping[str, Sequence[str]], place: str) -> FontSet:
        """A set with further styles: each name is a chain of font files and of styles there are.

        Raises LayoutError E4010 (no such file), E4014 (no such style, or a file that is no TrueType font).
        """
        if not chains:
            return self
        faces, fallbacks = dict(self._by_style), dict(self._fallbacks)
        for style, chain in chains.items():
            read = [face for name in chain for face in self._faces_of(name, f"{place}, fonts.{style}")]
            faces[style], fallbacks[style] = read[0], tuple(read[1:])
        return FontSet(faces, fallbacks)

    def _faces_of(self, name: str, place: str) -> tuple[FontFace, ...]:
        if name in self._by_style:
            return self.chain(name)
        if not Path(name).suffix:
            raise self._no_such(name, place)
        return (read_face(Path(name), place),)

    def by_resource(self, name: str) -> FontFace:
        """The face of a resource name. Raises LayoutError E4014 when no file of the set has that hash."""
        if name not in self._by_resource:
            raise LayoutError(
                "E4014",
                f"no font file of this installation has the hash {name[1:]}",
                place=f"font {name}",
                remedy="typeset the document again, or restore the font file it was typeset with",
            )
        return self._by_resource[name]


def read_face(path: Path, place: str) -> FontFace:
    """A font file. Raises LayoutError E4010 when it can't be read, E4014 when it is no TrueType font."""
    try:
        return FontFace(path.read_bytes(), path.name)
    except OSError as fault:
        raise LayoutError(
            "E4010",
            f"can't read the font {path.name}: {fault.strerror}",
            place=place,
            remedy="check the name and the folder; a shipped font comes with the package font-source-sans-pro",
        ) from fault
    except (TTLibError, KeyError, AttributeError) as fault:
        raise LayoutError(
            "E4014",
            f"{path.name} is no TrueType font: {fault}",
            place=place,
            remedy="give a .ttf file with TrueType outlines",
        ) from fault


@cache
def default_fonts() -> FontSet:
    """The shipped faces, read once a process. Raises LayoutError E4010 when the font package is damaged."""
    folder = Path(font_source_sans_pro.font_directory)
    faces = {style: read_face(folder / name, str(folder / name)) for style, name in STYLES.items()}
    faces["ocr-b"] = read_face(OCR_B_FILE, str(OCR_B_FILE))
    # The italic lacks some letters and signs of currency.
    return FontSet(faces, {"italic": (faces["regular"],)})
