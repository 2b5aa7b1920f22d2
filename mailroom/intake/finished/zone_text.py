"""The text of a zone as patterns meet it."""

from __future__ import annotations

import re
import unicodedata

Rect = tuple[float, float, float, float]
"""Left, bottom, right, top in points of the page's own coordinates."""

_BLANKS = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2060\ufeff\ufffe\uffff]")


def tidied(text: str) -> str:
    """Text as a pattern meets it: composed letters, single blanks, no invisible signs, no empty lines."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = _BLANKS.sub(" ", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return "\n".join(line for line in (line.strip() for line in text.split("\n")) if line)
