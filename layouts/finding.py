"""A finding: what a check has to say about one box of one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from layouts.geometry import Box

Rule = Literal[
    "margin",
    "clear-zone",
    "overlap",
    "wrong-sheet",
    "does-not-fit",
    "no-address",
    "address-hidden",
    "ink-visible",
    "ink-in-clear-zone",
    "mark-outside-zone",
    "mark-on-ink",
    "ink-behind-mark",
    "overfull",
    "too-many-lines",
    "missing-glyph",
    "not-encodable",
    "low-resolution",
    "rgb-image",
    "unembedded-font",
]

RULES: dict[Rule, str] = {
    "margin": "Ink stands closer to the sheet's edge than the printer can print.",
    "clear-zone": "A box of the layout reaches into a zone that the layout keeps clear.",
    "overlap": "Two boxes of the same page overlap.",
    "wrong-sheet": "The layout is for another size of paper than the envelope is folded for.",
    "does-not-fit": "The folded sheet is larger than the inside of the envelope.",
    "no-address": "The first page has no address.",
    "address-hidden": "Part of the address can slide out of the window's view.",
    "ink-visible": "Something else than the address can show in the window.",
    "ink-in-clear-zone": "Ink of a composed page stands in a clear zone.",
    "mark-outside-zone": "A mark stands outside the zones that the layout keeps clear.",
    "mark-on-ink": "A mark and other ink stand on one another.",
    "ink-behind-mark": "Ink on the back of a sheet stands behind a mark of its front; reading heads see through paper.",
    "overfull": "A text is larger than the box that it is set in.",
    "too-many-lines": "The address has more lines than its field holds.",
    "missing-glyph": "The font lacks a character of the text.",
    "not-encodable": "A code can't say its text.",
    "low-resolution": "An image has fewer dots an inch, in the size that it is printed in, than print needs.",
    "rgb-image": "An image is in RGB where the press wants grey or CMYK.",
    "unembedded-font": "A PDF uses a font that it does not bring along.",
}
"""What each rule finds, a sentence each."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What offends, and by how much.

    box        name of the offending box
    amount_mm  by how much it offends; 0 where the rule is not about a place
    envelope   the envelope's name where the rule is about one
    page       the document's page, from 1; of a layout, 1 is the first page and 2 any later one
    place      the offending part of that page, from its top-left corner; None where the rule is not about a place
    """

    rule: Rule
    box: str
    amount_mm: float
    message: str
    envelope: str = ""
    page: int = 1
    place: Box | None = None
