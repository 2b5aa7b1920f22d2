"""A finding: what a check has to say about one box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "margin",
    "clear-zone",
    "overlap",
    "address-hidden",
    "ink-visible",
    "does-not-fit",
    "mark-outside-zone",
    "mark-on-ink",
    "ink-behind-mark",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """`box` is the name of the offending box, `amount_mm` by how much it offends, `envelope` the envelope's name where
    the rule is about one."""

    rule: Rule
    box: str
    amount_mm: float
    message: str
    envelope: str = ""
