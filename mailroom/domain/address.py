"""Postal addresses as given, and as they are compared."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Lines between name and town, as the sender gave them; `country` is ISO 3166-1 alpha-2."""

    lines: tuple[str, ...]
    postcode: str
    town: str
    country: str
    region: str = ""

    def normalised(self) -> str:
        """The form in which two addresses are the same: letters folded in case and width, white space single."""
        parts = (*self.lines, self.postcode.replace(" ", ""), self.town, self.region, self.country)
        return "\n".join(" ".join(unicodedata.normalize("NFKC", part).casefold().split()) for part in parts if part)
