"""What a layout is made of: places in millimetres, boxes, the flow, payment slips. Values only; `layouts.layout` reads
them from a file, and `layouts.edition` makes them ready to set.

A **box** stands at a fixed place on some pages and holds one block (`layouts.blockparts`). The **flow** is a row of
blocks that run down the pages one after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from layouts.blockparts import AddressBlock, Block, PictureBlock, Source
from layouts.geometry import Box
from layouts.style import Rule, Style, Upright

PageKind = Literal["first", "continuation", "last"]
PAGE_KINDS: tuple[PageKind, ...] = ("first", "continuation", "last")


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the sheet that the layout must leave free on every page."""

    name: str
    box: Box


@dataclass(frozen=True, slots=True)
class BoxPart:
    """A box with its block, on the pages it is `on`. `upright` aligns the block at the top, middle or foot of the box,
    or sets the baseline of its last line on the box's lower edge. `frame` is a rule drawn around."""

    name: str
    box: Box
    on: frozenset[PageKind]
    when: Source
    block: Block
    upright: Upright = "top"
    frame: str = ""

    @property
    def background(self) -> bool:
        return isinstance(self.block, PictureBlock) and self.block.background


@dataclass(frozen=True, slots=True)
class FlowPart:
    """A block of the flow. `keep_with_previous` holds its beginning on the page where the block before it ends."""

    name: str
    block: Block
    when: Source
    gap_above_mm: float
    keep_with_previous: bool


@dataclass(frozen=True, slots=True)
class Areas:
    """Where the flow may stand, on the first page and on the others: same place and width across."""

    first: Box
    continuation: Box


@dataclass(frozen=True, slots=True)
class Slip:
    """A payment part at the foot of the last page: its boxes, and where the flow must end above it.

    Boxes of the layout that stand in its way are left out (`hides`), or stand just above it instead (`raises`). Its own
    boxes may come as near to the sheet's edge as `margin_mm` (None: as the layout's), and below `clear_to_mm` they may
    stand in the layout's clear zones. `languages` are those it may be in: for a document in another it is in the first
    of them; () for any. `stock` is the paper it wants, "" for the layout's own.
    """

    name: str
    top_mm: float
    clear_to_mm: float
    boxes: tuple[BoxPart, ...]
    hides: frozenset[str]
    styles: Mapping[str, Style]
    rules: Mapping[str, Rule]
    stock: str
    margin_mm: float | None = None
    raises: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[BoxPart, ...]:
        """Its boxes under the names that findings call them by: "ch-qr/amount"."""
        return tuple(replace(part, name=f"{self.name}/{part.name}") for part in self.boxes)

    def language(self, asked: str) -> str:
        """The language the slip is in where a document is in `asked`, which may be two joined by a plus."""
        if not self.languages:
            return asked
        return next((one for one in (asked, *asked.split("+")) if one in self.languages), self.languages[0])


@dataclass(frozen=True, slots=True)
class SlipChoice:
    """Which slip a document gets: `choose` names it ("" for none); `slips` are those the layout has, `otherwise` stands
    for one that it has not."""

    choose: Source
    slips: Mapping[str, Slip]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Check:
    """What must hold of the data: a condition, and what to say when it does not."""

    holds: Source
    place: str
    message: Source


@dataclass(frozen=True, slots=True)
class Layout:
    """A checked layout file in one variant. `digest` is the SHA-256 (hex) of all it was read from: it is part of every
    page set's key; `traits` are the traits that variants are for, with the values that matter; `given` are those it was
    read for."""

    name: str
    version: int
    digest: str
    file: str
    path: str
    width_mm: float
    height_mm: float
    margin_mm: float
    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    data: Mapping[str, object]
    checks: tuple[Check, ...]
    clear_zones: tuple[Zone, ...]
    fonts: Mapping[str, tuple[str, ...]]
    styles: Mapping[str, Style]
    rules: Mapping[str, Rule]
    areas: Areas | None
    box_parts: tuple[BoxPart, ...]
    flow: tuple[FlowPart, ...]
    slip: SlipChoice | None
    stocks: Mapping[PageKind, str]
    traits: Mapping[str, tuple[str, ...]]
    given: Mapping[str, str]

    def boxes(self, page: PageKind) -> dict[str, Box]:
        """The boxes that may bear ink on a page of this kind, by name, backgrounds left out. A last page is a
        continuation with more on it; a document of one page is first and last at once."""
        found = {part.name: part.box for part in self.box_parts if page in part.on and not part.background}
        if self.areas is not None and page != "last":
            found["flow"] = self.areas.first if page == "first" else self.areas.continuation
        return found

    @property
    def slips(self) -> Mapping[str, Slip]:
        """The payment slips a document may get, by name."""
        return self.slip.slips if self.slip else {}

    def address_box(self) -> Box | None:
        """The box that must show through the window."""
        return next((part.box for part in self.box_parts if isinstance(part.block, AddressBlock)), None)
