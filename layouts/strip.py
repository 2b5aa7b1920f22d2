"""Strips: what a block comes to, piece by piece from top to bottom. A strip has a height and can be set anywhere; boxes
stack strips, the flow lays them down the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from layouts.errors import LayoutError
from layouts.finding import Rule as FindingRule
from layouts.ink import Ink, InkKind, Pen, Shape
from layouts.style import Rule


class Extent(NamedTuple):
    """A part of a strip: where it stands across, and how far under the strip's top."""

    x_pt: float
    down_pt: float
    width_pt: float
    height_pt: float


class Trouble(NamedTuple):
    """Something that could not be set as told: the error, and the rule it breaks.

    over_pt  by how much it is too large; 0 where the rule is not about a size
    missing  the character that no font has, "" where the rule is not about one
    text     the text that has it, as it was to be set
    line     which of the lines it came to is meant
    part     what of the strip (or of the stack that begins with it) is meant; None: all of the strip
    """

    error: LayoutError
    rule: FindingRule
    over_pt: float = 0.0
    missing: str = ""
    text: str = ""
    line: int = 0
    part: Extent | None = None


@dataclass(slots=True)
class Strip:
    """`gap_pt` is the space above, left out at the top of an area; `keep` holds the strip on one page with the next;
    `spare` strips are left out where there is no room. `x_pt` and `width_pt` are what its ink takes across."""

    name: str
    x_pt: float
    width_pt: float
    height_pt: float
    gap_pt: float = 0.0
    keep: bool = False
    spare: bool = False
    troubles: Sequence[Trouble] = ()
    kind: InkKind = "text"

    def draw(self, ink: Ink, top_pt: float) -> None:
        """Set the strip with its top at `top_pt`, and note on the ink where it stands and what went wrong."""
        ink.inked(self.name, self.kind, self.x_pt, top_pt, self.width_pt, self.height_pt)
        if self.troubles:
            self.tell(ink, top_pt)
        self.set(ink, top_pt)

    def tell(self, ink: Ink, top_pt: float) -> None:
        """Note on the ink what went wrong."""
        for trouble in self.troubles:
            ink.troubles.append((trouble, (self.name, self.kind, self.x_pt, top_pt, self.width_pt, self.height_pt)))

    def set(self, ink: Ink, top_pt: float) -> None:
        """What the strip puts on paper."""


class Run(NamedTuple):
    """A text on a line; `scale` below 1 condenses it."""

    pen: Pen
    x_pt: float
    shape: Shape
    scale: float = 1.0


@dataclass(slots=True)
class LineStrip(Strip):
    """One line of text, with a rule above where there is one: (rule, x, width)."""

    runs: Sequence[Run] = ()
    rule_above: tuple[Rule, float, float] | None = None
    baseline_pt: float = 0.0

    def set(self, ink: Ink, top_pt: float) -> None:
        if self.rule_above is not None:
            rule, x_pt, width_pt = self.rule_above
            ink.rule(rule, x_pt, top_pt + _RULE_PT, width_pt)
        baseline_pt = top_pt + self.baseline_pt
        for pen, x_pt, shape, scale in self.runs:
            if scale < 1:
                ink.condensed(pen, x_pt, baseline_pt, shape, scale)
            else:
                ink.set(pen, x_pt, baseline_pt, shape)


_RULE_PT = 2.83
"""How far under the strip's top a rule above it stands: 1 mm."""


@dataclass(slots=True)
class BesideStrip(Strip):
    """Stacks of strips beside one another."""

    stacks: Sequence[Sequence[Strip]] = ()

    def draw(self, ink: Ink, top_pt: float) -> None:
        self.tell(ink, top_pt)
        for stack in self.stacks:
            set_stack(ink, stack, top_pt)


_NO_RULE = Rule("", 0.1, 0)


@dataclass(slots=True)
class RuleStrip(Strip):
    """A line across the strip's middle, or upright in it; at `foot`, along its lower edge."""

    rule: Rule = _NO_RULE
    upright: bool = False
    foot: bool = False
    kind: InkKind = "rule"

    def set(self, ink: Ink, top_pt: float) -> None:
        if self.upright:
            x_pt = self.x_pt + self.width_pt / 2
            ink.line(self.rule, x_pt, top_pt, x_pt, top_pt + self.height_pt)
        else:
            y_pt = top_pt + self.height_pt * (1 if self.foot else 0.5)
            ink.rule(self.rule, self.x_pt, y_pt, self.width_pt)


def height_of(strips: Iterable[Strip]) -> float:
    """How high a stack is, the gap above the first left out."""
    total = first = 0.0
    for count, strip in enumerate(strips):
        total += strip.height_pt + strip.gap_pt
        if not count:
            first = strip.gap_pt
    return total - first


def hull_of(strips: Sequence[Strip]) -> Extent:
    """What a stack takes, from the top of its first strip down."""
    left_pt = min(strip.x_pt for strip in strips)
    right_pt = max(strip.x_pt + strip.width_pt for strip in strips)
    return Extent(left_pt, 0.0, right_pt - left_pt, height_of(strips))


def tell_by_line(strips: Sequence[Strip], troubles: Sequence[Trouble]) -> None:
    """Give each line of a paragraph the troubles that are about it."""
    last = len(strips) - 1
    for trouble in troubles:
        strip = strips[min(trouble.line, last)]
        strip.troubles = (*strip.troubles, trouble)


def set_stack(ink: Ink, strips: Sequence[Strip], top_pt: float) -> float:
    """Set strips under one another; returns where they end."""
    for count, strip in enumerate(strips):
        top_pt += strip.gap_pt if count else 0
        strip.draw(ink, top_pt)
        top_pt += strip.height_pt
    return top_pt
