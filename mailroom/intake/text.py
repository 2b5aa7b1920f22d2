"""Text as it comes from files, made fit for print: one spelling of each letter, no invisible signs."""

from __future__ import annotations

import re
import unicodedata

from mailroom.domain.errors import InputRefused

_BLANKS = re.compile(r"[^\S\n\u00a0\u202f]+")
"""Any white space but line ends and the two spaces that are not to be broken."""

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
"""Soft hyphens, zero-width spaces, direction marks, stray byte order marks: they come with copied text, unseen."""

_UNDECODED = re.compile("[\ud800-\udfff\ufffd]")
"""What is left of bytes that were not text, here (lone surrogates) or in the sender's system (U+FFFD)."""

_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""Control signs, among them those that reverse the reading direction of what follows."""


def tidy(text: str) -> str:
    """One line: letters composed (NFC), white space single, invisible signs dropped.

    Raises InputRefused: E1005 for text that was not decoded, E1023 for control signs.
    """
    return text.strip() if _is_tidy(text) else " ".join(line for line in tidy_block(text).split("\n") if line)


def _is_tidy(text: str) -> bool:
    """The quick answer for nearly all texts; printable signs are none of those that the patterns above look for."""
    return (
        text.isprintable()
        and "  " not in text
        and "\ufffd" not in text
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
    )


def tidy_block(text: str) -> str:
    """Like `tidy`, but line ends stay, and one blank line between paragraphs."""
    if _is_tidy(text):
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text)
    if lost := _UNDECODED.search(text):
        shown = ascii(_UNDECODED.sub("?", text[max(0, lost.start() - 20) : lost.end() + 20]))
        raise InputRefused("E1005", f"text holds bytes that are not UTF-8, near {shown}", remedy=_SAVE_AS_UTF8)
    if sign := _FORBIDDEN.search(text):
        fact = f"text holds the control sign U+{ord(sign.group()):04X}"
        raise InputRefused("E1023", fact, remedy="Remove the sign in the sending system and send the document again.")
    lines = [_BLANKS.sub(" ", line).strip() for line in text.split("\n")]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


_SAVE_AS_UTF8 = "Save the file as UTF-8 in the sending system and send it again."


def not_utf8(fact: str, place: str = "") -> InputRefused:
    """The refusal of a file, or of its rest, whose bytes are not text."""
    return InputRefused("E1005", fact, place=place, remedy=_SAVE_AS_UTF8)
