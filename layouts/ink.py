"""Writing content streams: pens (a style with its fonts) and the ink of one page.

Coordinates come in points from the top-left corner, y down, and leave in PDF axes. Everything is text until the page is
finished: joining str is faster than joining many small bytes, and a content stream is ASCII.
"""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any, Literal, NamedTuple

import numpy as np
from isal import isal_zlib

from layouts.errors import LayoutError
from layouts.fonts import FontFace
from layouts.geometry import number, pt
from layouts.pageset import FormXObject
from layouts.style import Rule, Style

_CACHED_TEXTS = 20_000
_DEFLATE_LEVEL = 2
_LIKELY_EM = 0.45
"""How wide a character of a text is that may well fit on one line: such a text is measured whole first."""
_IGNORABLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Characters that have no ink and no width: soft hyphen, zero-width and direction marks, byte order mark."""

_BLANKS = dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"), " ")


_FIGURES = "0123456789.,-+%'\u2019\u2212\u00a0\u202f "
"""What figures are made of, in any locale."""

InkKind = Literal["text", "image", "code", "rule", "form"]
Inked = tuple[str, InkKind, float, float, float, float]
"""What bears ink: the name of its box, its kind, and x, y, width, height in points from the page's top-left corner."""


class Shape(NamedTuple):
    """A text made ready: the operators that show it, its width, and its glyph ids as hex digits; `others` are those of
    further fonts of the chain, (font resource, hex digits)."""

    show: str
    width_pt: float
    hex: str
    others: tuple[tuple[str, str], ...] = ()


def clean(text: str) -> str:
    """The text as it can be set: composed (NFC), without marks that have no ink; tabs and line breaks are spaces."""
    if not isinstance(text, str):
        raise LayoutError("E4031", f"{text!r} is not a text", remedy="pass a str")
    if not text.isascii() and not (text.isprintable() and unicodedata.is_normalized("NFC", text)):
        text = unicodedata.normalize("NFC", text).translate(_IGNORABLE)
    return text if text.isprintable() else text.translate(_BLANKS)


class Pen:
    """A style with its fonts: shapes texts, breaks lines, and remembers what it has shaped.

    `faces` is a chain: a character that the first lacks is taken from the next that has it.
    """

    def __init__(self, style: Style, faces: Sequence[FontFace]) -> None:
        self.style = style
        self.face, *self._further = faces
        self.size_pt = style.size_pt
        self.leading_pt = pt(style.leading_mm)
        cap_pt = self.face.descriptor.cap_height * style.size_pt / 1000
        # Capitals stand in the middle of the line's height, so texts of different sizes align by their middles.
        self.baseline_pt = (self.leading_pt + cap_pt) / 2
        self.descent_pt = -self.face.descriptor.descent * style.size_pt / 1000
        self.tracking_pt = style.tracking_pt
        tracking = f" {number(style.tracking_pt)} Tc" if style.tracking_pt else ""
        self._font = f"/{self.face.resource_name} {number(style.size_pt)} Tf"
        self.on = f"{self._font} {number(style.grey)} g{tracking}\n"
        self.off = "0 Tc\n" if style.tracking_pt else ""
        self._figures = {ord(char): self.face.hex_of[char] for char in _FIGURES if char in self.face.hex_of}
        self._figure_pt = {
            char: self.face.width_of[char] * style.size_pt / 1000 + style.tracking_pt
            for char in _FIGURES
            if char in self.face.hex_of
        }.__getitem__
        self._likely_pt = _LIKELY_EM * style.size_pt + style.tracking_pt
        self._shapes: dict[str, Shape] = {}
        self._broken: dict[tuple[str, float], tuple[Shape, ...]] = {}

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

    def figure(self, text: str) -> Shape | None:
        """The same for a figure, which seldom comes back: nothing is remembered. None for any other text."""
        glyphs = text.translate(self._figures)
        if len(glyphs) != 4 * len(text):
            return None
        width_pt = sum(map(self._figure_pt, text))
        return Shape(f"<{glyphs}> Tj", width_pt, glyphs)

    def _shape(self, text: str) -> Shape:
        face = self.face
        try:
            units = sum(map(face.width_of.__getitem__, text))
            glyphs = "".join(map(face.hex_of.__getitem__, text))
        except KeyError:
            return self._shape_with_chain(text)
        return Shape(f"<{glyphs}> Tj", units * self.size_pt / 1000 + self.tracking_pt * len(text), glyphs)

    def _shape_with_chain(self, text: str) -> Shape:
        """A text in runs, each in the first face of the chain that has its characters."""
        faces = (self.face, *self._further)
        shown, main, others, units = [], [], [], 0.0
        for face, run in groupby(text, lambda char: next((face for face in faces if char in face.hex_of), None)):
            if face is None:
                raise self.face.missing(text, "", faces)
            chars = "".join(run)
            glyphs = face.hex(chars)
            units += face.width_pt(chars, 1000)
            if face is self.face:
                main.append(glyphs)
                shown.append(f"<{glyphs}> Tj")
            else:
                others.append((face.resource_name, glyphs))
                shown.append(f"/{face.resource_name} {number(self.size_pt)} Tf <{glyphs}> Tj {self._font}")
        width_pt = units * self.size_pt / 1000 + self.tracking_pt * len(text)
        return Shape(" ".join(shown), width_pt, "".join(main), tuple(others))

    def without_missing(self, text: str) -> str:
        """The text without the characters that no face of the chain has."""
        return "".join(filter(self._has, clean(text)))

    def first_missing(self, text: str) -> tuple[str, str]:
        """The first character of a text that no face of the chain has, and the text to the end of its word; ("", "")
        when there is none."""
        text = clean(text)
        at = next((at for at, char in enumerate(text) if not self._has(char)), None)
        if at is None:
            return "", ""
        end = text.find(" ", at)
        return text[at], text if end < 0 else text[:end]

    def _has(self, char: str) -> bool:
        return char in self.face.hex_of or any(char in face.hex_of for face in self._further)

    def width_pt(self, text: str) -> float:
        return self.shape(text).width_pt

    def break_lines(self, text: str, width_pt: float) -> tuple[Shape, ...]:
        """The text in lines no wider than `width_pt`: broken at its own line breaks, then at spaces, and inside a word
        only when that alone is too wide. An empty text has no lines. Raises LayoutError E4030."""
        key = (text, width_pt)
        known = self._broken.get(key)
        if known is None:
            known = self.break_once(text, width_pt)
            if len(self._broken) >= _CACHED_TEXTS:
                self._broken.clear()
            self._broken[key] = known
        return known

    def break_once(self, text: str, width_pt: float) -> tuple[Shape, ...]:
        """The same for a text that seldom comes back: nothing is remembered but its words."""
        if text.isprintable():
            return self._break(text if text.isascii() else clean(text), width_pt)
        return tuple(line for one in text.splitlines() for line in self._break(clean(one), width_pt))

    def _break(self, text: str, width_pt: float) -> tuple[Shape, ...]:
        """Lines put together from words that are shaped once: most words of a text come back in another."""
        known, shape = self._shapes.get, self.shape
        text = text.strip()
        if not text:
            return ()
        if len(text) * self._likely_pt < width_pt:
            whole = known(text) or self._shape(text)
            if whole.width_pt <= width_pt:
                return (whole,)
        said = text.split(" ")
        words = [known(word) or shape(word) for word in said]
        space = shape(" ")
        space_pt = space.width_pt
        # Where each word ends when all stand on one line, each with a space behind it.
        ends = [*accumulate([word.width_pt + space_pt for word in words])]
        lines: list[Shape] = []
        start, offset_pt = 0, 0.0
        while start < len(words):
            stop = bisect_right(ends, offset_pt + width_pt + space_pt, start)
            if stop == start:
                parts, rest = self._split(said[start], width_pt)
                return (*lines, *parts, *self._break(" ".join([rest, *said[start + 1 :]]), width_pt))
            taken_pt = ends[stop - 1] - offset_pt - space_pt
            if taken_pt > 0:
                lines.append(self._joined(words[start:stop], taken_pt, space))
            start, offset_pt = stop, ends[stop - 1]
        return tuple(lines)

    def _joined(self, words: list[Shape], width_pt: float, space: Shape) -> Shape:
        """Words as one line."""
        if len(words) == 1:
            return words[0]
        glyphs = space.hex.join([word.hex for word in words])
        if not self._further or not any(word.others for word in words):
            return Shape(f"<{glyphs}> Tj", width_pt, glyphs)
        others = tuple(other for word in words for other in word.others)
        return Shape(f" {space.show} ".join(word.show for word in words), width_pt, glyphs, others)

    def _split(self, text: str, width_pt: float) -> tuple[list[Shape], str]:
        """A word too wide for a line, in parts that are not, and what remains of it."""
        parts: list[Shape] = []
        while text and self.shape(text).width_pt > width_pt:
            fits = self._fitting(text, width_pt)
            parts.append(self.shape(text[:fits]))
            text = text[fits:]
        return parts, text

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
    `boxes` are the places that bear ink, `troubles` what could not be set as told, with its place: for the checks of
    the page. `pictures` are the resources that were drawn, by name.
    """

    def __init__(self, height_pt: float, glyphs: dict[str, list[str]]) -> None:
        self.height_pt = height_pt
        self.glyphs = glyphs
        self.below: list[str] = []
        self.texts: list[str] = []
        self.images: list[str] = []
        self.background: list[str] = []
        self.boxes: list[Inked] = []
        self.troubles: list[tuple[Any, Inked]] = []
        self.pictures: dict[str, Any] = {}
        self._pen: Pen | None = None
        self._gathering: list[str] = []

    def take(self, pen: Pen) -> list[str]:
        """Make `pen` the current one; returns the list that its glyphs' hex strings must be added to."""
        if pen is not self._pen:
            if self._pen is not None and self._pen.off:
                self.texts.append(self._pen.off)
            self.texts.append(pen.on)
            self._pen = pen
            self._gathering = self.glyphs.setdefault(pen.face.resource_name, [])
        return self._gathering

    def set(self, pen: Pen, x_pt: float, baseline_pt: float, shape: Shape) -> None:
        """Set a shaped text that begins at x."""
        (self._gathering if pen is self._pen else self.take(pen)).append(shape.hex)
        for resource, glyphs in shape.others:
            self.glyphs.setdefault(resource, []).append(glyphs)
        self.texts.append(f"1 0 0 1 {x_pt:.2f} {self.height_pt - baseline_pt:.2f} Tm {shape.show}\n")

    def condensed(self, pen: Pen, x_pt: float, baseline_pt: float, shape: Shape, scale: float) -> None:
        """Set a shaped text that begins at x, its width scaled."""
        self.take(pen)
        self.texts.append(f"{number(scale * 100)} Tz\n")
        self.set(pen, x_pt, baseline_pt, shape)
        self.texts.append("100 Tz\n")

    def rule(self, rule: Rule, x_pt: float, y_pt: float, width_pt: float) -> None:
        """Draw a horizontal line."""
        self.line(rule, x_pt, y_pt, x_pt + width_pt, y_pt)

    def line(self, rule: Rule, x_pt: float, y_pt: float, to_x_pt: float, to_y_pt: float) -> None:
        """Draw a line."""
        y, to_y = number(self.height_pt - y_pt), number(self.height_pt - to_y_pt)
        self._stroke(rule, f"{number(x_pt)} {y} m {number(to_x_pt)} {to_y} l S")

    def path(self, rule: Rule, *points: tuple[float, float], closed: bool = False) -> None:
        """Draw a line through points with mitred corners."""
        places = [f"{number(x_pt)} {number(self.height_pt - y_pt)}" for x_pt, y_pt in points]
        self._stroke(rule, f"{places[0]} m {' l '.join(places[1:])} l {'s' if closed else 'S'}")

    def _stroke(self, rule: Rule, way: str) -> None:
        """Draw a way, built and painted by PDF's path operators, as the rule has it."""
        drawn = f"{number(rule.width_pt)} w {number(rule.grey)} G {way}"
        self.below.append(f"[{number(pt(rule.dash_mm))}] 0 d {drawn} [] 0 d\n" if rule.dash_mm else f"{drawn}\n")

    def form(self, form: Form) -> None:
        """Draw a form. It interrupts the text, so that a reader gets all in the order it was set."""
        for resource, hexes in form.glyphs.items():
            self.glyphs.setdefault(resource, []).append(hexes)
        self.texts.append(f"ET\n/{form.xobject.name} Do\nBT\n")

    def inked(self, name: str, kind: InkKind, x_pt: float, y_pt: float, width_pt: float, height_pt: float) -> None:
        """Note that a place bears ink."""
        self.boxes.append((name, kind, x_pt, y_pt, width_pt, height_pt))

    def content(self) -> bytes:
        """The content stream, deflated and balanced in q/Q."""
        return deflated(self._stream())

    def is_blank(self) -> bool:
        """Whether nothing was put on it."""
        return not (self.background or self.below or self.texts or self.images)

    def as_form(self, width_pt: float) -> Form:
        """This ink as a form of the size of the page."""
        bbox = (0.0, 0.0, width_pt, self.height_pt)
        stream = self._stream()
        name = "X" + hashlib.sha256(repr(bbox).encode("ascii") + stream).hexdigest()[:12]
        glyphs = {resource: "".join(hexes) for resource, hexes in self.glyphs.items()}
        return Form(FormXObject(name, bbox, deflated(stream)), glyphs)

    def _stream(self) -> bytes:
        texts = ["BT\n", *self.texts, "ET\n"] if self.texts else []
        return "".join(["q\n", *self.background, *self.below, *texts, *self.images, "Q\n"]).encode("ascii")


@dataclass(frozen=True, slots=True)
class Form:
    """A form with the glyphs it sets, as hex digits per font resource."""

    xobject: FormXObject
    glyphs: Mapping[str, str]


def glyph_ids(glyphs: Mapping[str, Iterable[str]]) -> dict[str, tuple[int, ...]]:
    """Glyph ids per font resource, both sorted, from gathered hex strings."""
    found: dict[str, tuple[int, ...]] = {}
    for resource in sorted(glyphs):
        set_there = np.frombuffer(bytes.fromhex("".join(glyphs[resource])), ">u2")
        # Counted by id: quicker than a set of thousands of words that are mostly alike.
        if ids := np.bincount(set_there).nonzero()[0].tolist():
            found[resource] = tuple(ids)
    return found


def deflated(data: bytes) -> bytes:
    """A zlib stream, as FlateDecode wants it."""
    return bytes(isal_zlib.compress(data, _DEFLATE_LEVEL))
