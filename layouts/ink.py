"""Writing content streams: pens (a style made ready) and the ink of one page.

Coordinates come in points from the top-left corner, y down, and leave in PDF axes. Everything is text until the page is
finished: joining str is faster than joining many small bytes, and a content stream is ASCII.
"""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from isal import isal_zlib

from layouts.errors import LayoutError
from layouts.fonts import FontFace
from layouts.geometry import number, pt
from layouts.pageset import FormXObject
from layouts.parts import Rule, Style

_CACHED_TEXTS = 20_000
_DEFLATE_LEVEL = 2
_IGNORABLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Characters that have no ink and no width: soft hyphen, zero-width and direction marks, byte order mark."""

_BLANKS = dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"), " ")


class Shape(NamedTuple):
    """A text made ready: glyph ids as hex digits, and its width."""

    hex: str
    width_pt: float


def clean(text: str) -> str:
    """The text as it can be set: composed (NFC), without marks that have no ink; tabs and line breaks are spaces."""
    if not isinstance(text, str):
        raise LayoutError("E4031", f"{text!r} is not a text", remedy="pass a str")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_IGNORABLE)
    return text if text.isprintable() else text.translate(_BLANKS)


class Pen:
    """A style with its font: shapes texts, breaks lines, and remembers what it has shaped."""

    def __init__(self, style: Style, face: FontFace) -> None:
        self.style = style
        self.face = face
        self.size_pt = style.size_pt
        self.leading_pt = pt(style.leading_mm)
        cap_pt = face.descriptor.cap_height * style.size_pt / 1000
        # Capitals stand in the middle of the line's height, so texts of different sizes align by their middles.
        self.baseline_pt = (self.leading_pt + cap_pt) / 2
        self.descent_pt = -face.descriptor.descent * style.size_pt / 1000
        self.tracking_pt = style.tracking_pt
        tracking = f" {number(style.tracking_pt)} Tc" if style.tracking_pt else ""
        self.on = f"/{face.resource_name} {number(style.size_pt)} Tf {number(style.grey)} g{tracking}\n"
        self.off = "0 Tc\n" if style.tracking_pt else ""
        self._shapes: dict[str, Shape] = {}
        self._broken: dict[tuple[str, float], tuple[str, ...]] = {}

    def shape(self, text: str) -> Shape:
        """Glyphs and width of a text. Raises LayoutError E4030 for a character that the font lacks."""
        known = self._shapes.get(text)
        if known is not None:
            return known
        known = self._shape(clean(text))
        if len(self._shapes) >= _CACHED_TEXTS:
            self._shapes.clear()
        self._shapes[text] = known
        return known

    def figure_shaper(self, symbols: Mapping[str, str]) -> Callable[[str], Shape]:
        """A quick way from a plain figure to its shape, for figures that seldom come back: nothing is remembered.

        `symbols` say what stands for the plain "," "." and "-" (see `layouts.figures`).
        """
        stands_for = {char: char for char in "0123456789"} | dict(symbols)
        glyph_of = {char: self._shape(sign).hex for char, sign in stands_for.items()}.__getitem__
        width_of = {char: self._shape(sign).width_pt for char, sign in stands_for.items()}.__getitem__

        def shape(plain: str) -> Shape:
            return Shape("".join(map(glyph_of, plain)), sum(map(width_of, plain)))

        return shape

    def _shape(self, text: str) -> Shape:
        face = self.face
        try:
            units = sum(map(face.width_of.__getitem__, text))
            glyphs = "".join(map(face.hex_of.__getitem__, text))
        except KeyError:
            raise face.missing(text, "") from None
        return Shape(glyphs, units * self.size_pt / 1000 + self.tracking_pt * len(text))

    def width_pt(self, text: str) -> float:
        return self.shape(text).width_pt

    def break_lines(self, text: str, width_pt: float) -> tuple[str, ...]:
        """The text in lines no wider than `width_pt`: broken at its own line breaks, then at spaces, and inside a word
        only when that alone is too wide. An empty text has no lines."""
        key = (text, width_pt)
        known = self._broken.get(key)
        if known is None:
            paragraphs = text.splitlines() if isinstance(text, str) else [text]
            known = tuple(line for one in paragraphs for line in self._break(clean(one), width_pt))
            if len(self._broken) >= _CACHED_TEXTS:
                self._broken.clear()
            self._broken[key] = known
        return known

    def _break(self, text: str, width_pt: float) -> list[str]:
        text = text.strip()
        if not text:
            return []
        if self._shape(text).width_pt <= width_pt:
            return [text]
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if self._shape(longer).width_pt <= width_pt:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while self._shape(line).width_pt > width_pt:
                fits = self._fitting(line, width_pt)
                lines.append(line[:fits])
                line = line[fits:]
        return [*lines, line] if line else lines

    def _fitting(self, word: str, width_pt: float) -> int:
        """How many characters of a word fit; at least one, so that breaking ends."""
        used_pt = 0.0
        for count, char in enumerate(word):
            used_pt += self._shape(char).width_pt
            if used_pt > width_pt:
                return max(count, 1)
        return len(word)


class Ink:
    """The marks of one page (or form): lines and fills below, text above, images last.

    `glyphs` gathers, per font resource, the hex strings that were set; it is shared by all pages of a document.
    """

    def __init__(self, height_pt: float, glyphs: dict[str, list[str]]) -> None:
        self.height_pt = height_pt
        self.glyphs = glyphs
        self.below: list[str] = []
        self.texts: list[str] = []
        self.images: list[str] = []
        self._pen: Pen | None = None

    def take(self, pen: Pen) -> list[str]:
        """Make `pen` the current one; returns the list that its glyphs' hex strings must be added to."""
        if pen is not self._pen:
            if self._pen is not None and self._pen.off:
                self.texts.append(self._pen.off)
            self.texts.append(pen.on)
            self._pen = pen
        return self.glyphs.setdefault(pen.face.resource_name, [])

    def left(self, pen: Pen, x_pt: float, baseline_pt: float, text: str) -> None:
        """Set a text that begins at x."""
        glyphs = pen.shape(text).hex
        self.take(pen).append(glyphs)
        self.texts.append(f"1 0 0 1 {x_pt:.2f} {self.height_pt - baseline_pt:.2f} Tm <{glyphs}> Tj\n")

    def right(self, pen: Pen, x_pt: float, baseline_pt: float, text: str) -> None:
        """Set a text that ends at x."""
        self.left(pen, x_pt - pen.width_pt(text), baseline_pt, text)

    def condensed(self, pen: Pen, x_pt: float, baseline_pt: float, text: str, scale: float) -> None:
        """Set a text that begins at x, its width scaled."""
        self.take(pen)
        self.texts.append(f"{number(scale * 100)} Tz\n")
        self.left(pen, x_pt, baseline_pt, text)
        self.texts.append("100 Tz\n")

    def rule(self, rule: Rule, x_pt: float, y_pt: float, width_pt: float) -> None:
        """Draw a horizontal line."""
        y = number(self.height_pt - y_pt)
        self.below.append(
            f"{number(rule.width_pt)} w {number(rule.grey)} G {number(x_pt)} {y} m {number(x_pt + width_pt)} {y} l S\n"
        )

    def form(self, form: Form, y_pt: float = 0.0) -> None:
        """Draw a form, moved down by y. It interrupts the text, so that a reader gets all in the order it was set."""
        name = form.xobject.name
        do = f"q 1 0 0 1 0 {number(-y_pt)} cm /{name} Do Q\n" if y_pt else f"/{name} Do\n"
        self.texts.append(f"ET\n{do}BT\n")

    def content(self) -> bytes:
        """The content stream, deflated and balanced in q/Q."""
        return deflated(self._stream())

    def as_form(self, width_pt: float) -> Form:
        """This ink as a form of the size of the page."""
        bbox = (0.0, 0.0, width_pt, self.height_pt)
        stream = self._stream()
        name = "X" + hashlib.sha256(repr(bbox).encode("ascii") + stream).hexdigest()[:12]
        return Form(FormXObject(name, bbox, deflated(stream)), glyph_ids(self.glyphs))

    def _stream(self) -> bytes:
        texts = ["BT\n", *self.texts, "ET\n"] if self.texts else []
        return "".join(["q\n", *self.below, *texts, *self.images, "Q\n"]).encode("ascii")


@dataclass(frozen=True, slots=True)
class Form:
    """A form with the glyphs it sets, per font resource."""

    xobject: FormXObject
    glyphs: Mapping[str, frozenset[int]]


def glyph_ids(glyphs: Mapping[str, list[str]]) -> dict[str, frozenset[int]]:
    """Glyph ids per font resource, from gathered hex strings."""
    return {resource: frozenset(_words(bytes.fromhex("".join(shapes)))) for resource, shapes in glyphs.items()}


def _words(data: bytes) -> array[int]:
    """Big-endian words of two bytes."""
    words = array("H", data)
    if sys.byteorder == "little":
        words.byteswap()
    return words


def deflated(data: bytes) -> bytes:
    """A zlib stream, as FlateDecode wants it."""
    return bytes(isal_zlib.compress(data, _DEFLATE_LEVEL))
