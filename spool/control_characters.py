"""Characters that a machine's encoding lacks: refused, or written as others by a table."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Literal

from layouts.tomlfile import TomlTable, read_toml

Lacking = Literal["refuse", "transliterate", "substitute"]
LACKING: Final = ("refuse", "transliterate", "substitute")
ENCODINGS: Final[Mapping[str, str]] = {
    "ascii": "ascii",
    "latin-1": "iso8859-1",
    "cp1252": "cp1252",
    "utf-8": "utf-8",
}
"""What a template calls an encoding → what Python calls it."""

_TABLE: Final = Path(__file__).parent / "control_templates" / "characters.toml"
_NEVER: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Controls, halves of a character, and what ends a line to some reader: no line of a file takes them."""


@dataclass(frozen=True, slots=True)
class Characters:
    """What a file can write, and what becomes of the rest.

    `table` holds, for a character, what is written instead. What it lacks loses its accents, if that helps. What still
    can't be written is refused, or, with `substitute`, becomes "?".
    """

    encoding: str
    lacking: Lacking = "refuse"
    table: Mapping[str, str] = field(default_factory=dict)

    def fitted(self, text: str, *, exact: bool = False) -> str | None:
        """The text as it can be written; None when it can't. An `exact` text is never changed."""
        if self.has(text):
            return text
        if exact or self.lacking == "refuse":
            return None
        found = "".join(one if self.has(one) else self._instead(one) for one in unicodedata.normalize("NFC", text))
        return found if self.has(found) else None

    def has(self, text: str) -> bool:
        """Whether all of the text can be written as it stands."""
        if text.isascii() and text.isprintable():
            return True
        if any(unicodedata.category(one) in _NEVER for one in text):
            return False
        try:
            text.encode(ENCODINGS[self.encoding])
        except UnicodeEncodeError:
            return False
        return True

    def first_lacking(self, text: str) -> str:
        """The first character that stands in the way, told with its number and name."""
        lacks = (one for one in text if not self.has(one) and not self.has(self._instead(one)))
        one = next(lacks, None) or next(one for one in text if not self.has(one))
        return f"{one!r} (U+{ord(one):04X} {unicodedata.name(one, 'without a name')})"

    def _instead(self, one: str) -> str:
        if one in self.table:
            return self.table[one]
        plain = "".join(part for part in unicodedata.normalize("NFKD", one) if not unicodedata.combining(part))
        if plain and self.has(plain):
            return plain
        return "?" if self.lacking == "substitute" else one


@cache
def shipped_table() -> Mapping[str, str]:
    """The shipped table of characters."""
    root, _ = read_toml(_TABLE)
    return read_table(root.table("characters"))


def read_table(table: TomlTable) -> Mapping[str, str]:
    """A table of characters: each key is one, its value what is written instead.

    Raises LayoutError E4012 for a key that is not one character, and for a value that has a control character.
    """
    found: dict[str, str] = {}
    for one, instead in table.each(TomlTable.text):
        if len(one) != 1:
            raise table.refuse(one, f"{one!r} is not one character")
        if any(unicodedata.category(each) in _NEVER for each in instead):
            raise table.refuse(one, f"{instead!r} holds what ends a line")
        found[one] = instead
    return found
