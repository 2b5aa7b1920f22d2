"""What a layout is made of: places in millimetres, styles, boxes and blocks. Values only; `layouts.layout` reads them
from a file, and `layouts.edition` makes them ready to set.

A **box** stands at a fixed place on some pages and holds one block. The **flow** is a row of blocks that run down the
pages one after another. Texts and conditions are kept as they were written, with the place they came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from layouts.geometry import Box

PageKind = Literal["first", "continuation", "last"]
PAGE_KINDS: tuple[PageKind, ...] = ("first", "continuation", "last")

Align = Literal["left", "centre", "right"]
WHITE_AT_LEFT: Mapping[Align, float] = {"left": 0.0, "centre": 0.5, "right": 1.0}
"""The share of the white beside a thing that is at its left."""

Fit = Literal["wrap", "condense"]
Upright = Literal["top", "middle", "bottom", "baseline"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks. `font` is a style of the font set; `grey` 0 is black, 1 white; `tracking_pt` is added between
    characters; `strong` and `emphasis` are the fonts of **…** and _…_ in styled text."""

    name: str
    font: str
    size_pt: float
    leading_mm: float
    grey: float
    tracking_pt: float
    strong: str = ""
    emphasis: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line: its thickness, grey and dashes (`dash_mm` on and off, 0 for a solid one)."""

    name: str
    width_pt: float
    grey: float
    dash_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the sheet that the layout must leave free on every page."""

    name: str
    box: Box


@dataclass(frozen=True, slots=True)
class Source:
    """A text or an expression as the file has it, and where ("invoice.toml, line 12, boxes.title.texts[0].text")."""

    text: str
    place: str

    def __bool__(self) -> bool:
        return bool(self.text)


NOTHING = Source("", "")


@dataclass(frozen=True, slots=True)
class TextItem:
    """One text of a block, or one for every element of `each`, which it calls `alias`.

    `when` leaves it out; `names` are further names it may use, texts by name. `if_room` leaves it out when the box is
    full. `otherwise` is set instead when the text is too wide for one line. A text to `condense` is made narrower down
    to `least_scale`; what is still too wide is set in `wide_style`, wrapped. `max_lines` is the most it may take (0:
    any number). `span_mm` is the width it may take in a table's cell, that of its column when 0. `keep` holds it on one
    page with what follows.
    """

    text: Source
    style: str
    when: Source = NOTHING
    each: Source = NOTHING
    alias: str = "item"
    names: tuple[tuple[str, Source], ...] = ()
    if_room: bool = False
    otherwise: Source = NOTHING
    fit: Fit = "wrap"
    least_scale: float = 0.0
    wide_style: str = ""
    max_lines: int = 0
    gap_above_mm: float = 0.0
    align: Align = "left"
    span_mm: float = 0.0
    styled: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Texts under one another; with a `separator`, beside one another with it between them, on as few lines as they
    take. `head` is set above them when there is any."""

    texts: tuple[TextItem, ...]
    head: TextItem | None
    separator: str


@dataclass(frozen=True, slots=True)
class RowItem:
    """A label and a value. A row whose value is empty is left out."""

    label: Source
    text: Source
    style: str
    label_style: str
    when: Source
    each: Source
    alias: str
    rule_above: str
    height_mm: float


@dataclass(frozen=True, slots=True)
class RowsBlock:
    """Labels with their values. Rows that find no room in a box are offered under the name `surplus` to the flow."""

    rows: tuple[RowItem, ...]
    value_x_mm: float
    value_align: Align
    surplus: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `x_mm` from the table's left edge. The first of `cell` stands in the row's first line."""

    name: str
    label: Source
    x_mm: float
    width_mm: float
    align: Align
    cell: tuple[TextItem, ...]


@dataclass(frozen=True, slots=True)
class Carry:
    """The sum of `value` so far, in the column `column`, at the foot of a page and at the head of the next. It begins
    with `start`, 0 when that is not told."""

    value: Source
    start: Source
    column: str
    brought: Source
    carried: Source
    style: str
    height_mm: float


@dataclass(frozen=True, slots=True)
class GroupSum:
    """A subtotal: the sum of `value` over the rows of a group, in the column `column`."""

    value: Source
    column: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one value of `by` come under a head and, when there is a `foot`, over a line with subtotals. The first of
    them may be named in the foot as {subtotal}."""

    by: Source
    head: TextItem
    foot: TextItem | None
    sums: tuple[GroupSum, ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A row of cells for every element of `each`. The head is repeated on every page."""

    each: Source
    alias: str
    columns: tuple[Column, ...]
    head_style: str
    cell_style: str
    head_gap_mm: float
    row_above_mm: float
    row_below_mm: float
    head_rule: str
    row_rule: str
    carry: Carry | None
    group: Group | None


@dataclass(frozen=True, slots=True)
class Part:
    """A block beside others."""

    name: str
    x_mm: float
    width_mm: float
    block: Block


@dataclass(frozen=True, slots=True)
class ColumnsBlock:
    """Blocks beside one another; they are kept on one page."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class AddressBlock:
    """The address that shows through the window: a line too wide is condensed to `least_scale`, then broken while lines
    are left."""

    lines: Source
    style: str
    max_lines: int
    least_scale: float


@dataclass(frozen=True, slots=True)
class PictureBlock:
    """An image in its box (or `width_mm` wide in the flow), its proportions kept. `file` is an absolute path. `colour`
    says whether colours are kept or made grey; `background` pictures lie under all else and may reach anywhere."""

    file: str
    place: str
    page: int
    width_mm: float
    align: Align
    colour: Literal["keep", "grey"]
    least_dpi: float
    background: bool


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A barcode or matrix code. Empty text leaves it out, as does a code whose modules would be smaller than
    `least_module_mm`. `height_mm` is that of a linear code; `caption` stands under it. With its quiet zone outside, the
    code fills its box, and the layout keeps free what it needs around it."""

    symbology: str
    text: Source
    options: tuple[tuple[str, str | int | bool], ...]
    width_mm: float
    height_mm: float
    least_module_mm: float
    too_dense: Literal["error", "leave-out"]
    caption: Source
    caption_style: str
    overlay: str
    place: str
    quiet_zone: Literal["inside", "outside"] = "inside"


@dataclass(frozen=True, slots=True)
class FieldBlock:
    """An empty field, to be filled in by hand or to lie under what stands in it: `cells` beside one another with
    `gap_mm` between. `rule` is drawn around each; with `corners_mm`, its corners only. `fill` is the grey it is filled
    with, 1 for white, None for nothing."""

    rule: str
    corners_mm: float
    cells: int
    gap_mm: float
    fill: float | None


@dataclass(frozen=True, slots=True)
class RuleBlock:
    """A line across the middle of its box; upright when the box is higher than wide."""

    rule: str


Block = (
    TextBlock | RowsBlock | TableBlock | ColumnsBlock | AddressBlock | PictureBlock | CodeBlock | FieldBlock | RuleBlock
)


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
