"""What a code can say: its characters and lengths, so that an error names the character and not a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layouts.errors import LayoutError

DIGITS: Final = frozenset("0123456789")
CAPITALS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
CODE39: Final = DIGITS | CAPITALS | frozenset(" -.$/+%")
LATIN: Final = frozenset(map(chr, (*range(128), *range(160, 256))))
"""ISO/IEC 8859-1, which leaves 128 to 159 free: what stands there was meant for another code page."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The texts that a symbology takes."""

    title: str
    """Its name in errors."""
    characters: frozenset[str] | None = None
    """None for all of Unicode."""
    lengths: tuple[int, ...] = ()
    """The numbers of characters it takes; () for any."""
    most: int | None = None
    """The most characters it takes, where `lengths` doesn't say."""

    def check(self, text: str) -> None:
        """Raise LayoutError E4060 for a text it can't say, E4061 for one too long."""
        if not text:
            raise LayoutError("E4060", f"{self.title} needs a text", remedy="give it one, or leave the code out")
        if self.characters is None:
            # The one thing in a text that no encoding has: half of a surrogate pair.
            index = next((index for index, character in enumerate(text) if "\ud800" <= character <= "\udfff"), -1)
        elif self.characters.issuperset(text):
            index = -1
        else:
            index = next(index for index, character in enumerate(text) if character not in self.characters)
        if index >= 0:
            raise LayoutError(
                "E4060",
                f"{text[index]!r}, character {index + 1} of {text!r}, can't be written in {self.title}",
                remedy="change the text or choose another code",
            )
        if self.lengths and len(text) not in self.lengths:
            raise LayoutError(
                "E4061" if len(text) > max(self.lengths) else "E4060",
                f"{self.title} takes {_or(self.lengths)} characters; {text!r} has {len(text)}",
                remedy="give it a text of that length",
            )
        if self.most is not None and len(text) > self.most:
            raise LayoutError(
                "E4061",
                f"{self.title} takes {self.most} characters at most; the text has {len(text)}",
                remedy="shorten the text or choose another code",
            )

    def check_pairs(self, text: str) -> None:
        """Raise LayoutError E4060 also for an odd number of characters."""
        self.check(text)
        if len(text) % 2:
            raise LayoutError(
                "E4060",
                f"{self.title} takes digits in pairs; {text!r} has {len(text)}",
                remedy="put a 0 in front, where the number allows it",
            )


def _or(lengths: tuple[int, ...]) -> str:
    *others, last = map(str, lengths)
    return f"{', '.join(others)} or {last}" if others else last


def refused(title: str, text: str, error: Exception) -> LayoutError:
    """The error for a text that the library encoding it refused, with the library's reason.

    zint, which stands behind both libraries, begins its reasons with "Error 275: " and may end them with a number.
    """
    reason = str(error).partition(": ")[2] or str(error)
    reason = reason.partition(" (retval")[0]
    return LayoutError(
        "E4061" if "too long" in reason else "E4060",
        f"{title} can't say {text[:60]!r}: {reason[:1].lower()}{reason[1:]}",
        remedy="shorten the text" if "too long" in reason else "correct the text",
    )
