"""The typeface of the papers: Source Sans, embedded; and text measured, wrapped and shortened in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import font_source_sans_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, SEMIBOLD, BOLD = "SourceSansPro-Regular", "SourceSansPro-Semibold", "SourceSansPro-Bold"

_ELLIPSIS = "…"


@cache
def register() -> frozenset[int]:
    """Make the faces known to reportlab, once; returns the characters that they have."""
    files = Path(font_source_sans_pro.__file__).parent / "files"
    known: frozenset[int] | None = None
    for name in (REGULAR, SEMIBOLD, BOLD):
        font = TTFont(name, str(files / f"{name}.ttf"))
        pdfmetrics.registerFont(font)
        characters = frozenset(font.face.charToGlyph)
        known = characters if known is None else known & characters
    return known or frozenset()


def printable(text: str) -> str:
    """The text with every character that the face lacks spelt out as <U+4E2D>, never an empty box; white space and
    control characters become blanks."""
    known = register()
    parts = []
    for character in text:
        if character.isspace() or ord(character) < 32:
            parts.append(" ")
        elif ord(character) in known:
            parts.append(character)
        else:
            parts.append(f"<U+{ord(character):04X}>")
    return "".join(parts)


def width_pt(text: str, font: str, size_pt: float) -> float:
    """Width of printable text."""
    register()
    return float(pdfmetrics.stringWidth(text, font, size_pt))


def shorten(text: str, font: str, size_pt: float, limit_pt: float) -> str:
    """The text, or as much of its beginning as fits with an ellipsis."""
    text = printable(text)
    if width_pt(text, font, size_pt) <= limit_pt:
        return text
    while text and width_pt(text + _ELLIPSIS, font, size_pt) > limit_pt:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def wrap(text: str, font: str, size_pt: float, limit_pt: float) -> list[str]:
    """Lines no wider than the limit, broken at blanks, and within a word that is too wide by itself; at a hyphen of it
    when there is one."""
    lines: list[str] = []
    line = ""
    for word in printable(text).split():
        wider = f"{line} {word}" if line else word
        if width_pt(wider, font, size_pt) <= limit_pt:
            line = wider
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, font, size_pt, limit_pt)
        lines += full
    return [*lines, line] if line or not lines else lines


def _pieces(word: str, font: str, size_pt: float, limit_pt: float) -> list[str]:
    """A word cut so that every part fits."""
    parts: list[str] = []
    while width_pt(word, font, size_pt) > limit_pt and len(word) > 1:
        fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or width_pt(word[:n], font, size_pt) <= limit_pt)
        at = word.rfind("-", 0, fits) + 1 or fits
        parts.append(word[:at])
        word = word[at:]
    return [*parts, word]
